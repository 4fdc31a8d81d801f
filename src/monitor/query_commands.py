"""Commands about queries: why one holds, what a new one finds, what a change means, how fast all of them are."""

import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from monitor.arguments import DEFAULT, Config, Sources, queries_in

DOES_NOT_HOLD = 1
DEGRADED = 2

commands = typer.Typer()
bench = typer.Typer(
    help="How fast it is, beside others.", epilog="Example: monitor bench match --quick", no_args_is_help=True
)


@commands.command(
    epilog="Example: monitor explain 'lindeveer NEAR/3 app' --text \"De nieuwe app van Lindeveer\". "
    "Exit code 1 when the query does not hold."
)
def explain(
    query: Annotated[str, typer.Argument(help="A query, or the name of one.", autocompletion=queries_in)],
    text: Annotated[str | None, typer.Option(help="The text to try it on; - reads it from the input.")] = None,
    title: Annotated[str, typer.Option(help="The title above the text.")] = "",
    url: Annotated[str | None, typer.Option(help="A stored mention instead of a text: its link or id.")] = None,
    config: Config = DEFAULT,
) -> None:
    """Show why a query holds for a text or a stored mention, or not: its tree, what matched, what failed."""
    from monitor.config.load import load  # noqa: PLC0415
    from monitor.query_console import show_why  # noqa: PLC0415
    from monitor.why import of_mention, of_text, settings_at  # noqa: PLC0415

    if (text is None) == (url is None):
        raise typer.BadParameter("give --text or --url, one of the two")
    if url is not None:
        why = of_mention(query, url, config, load(config))
    else:
        read = sys.stdin.read() if text == "-" else str(text)
        why = of_text(query, read, title=title, settings=settings_at(config))
    show_why(why)
    if not why.explained.holds:
        raise typer.Exit(DOES_NOT_HOLD)


@commands.command(
    name="try",
    epilog="Example: monitor try 'lindeveer* NOT straat' --source rss. Exit code 2 when a source failed.",
)
def try_(
    query: Annotated[str, typer.Argument(help="A query, or the name of one.", autocompletion=queries_in)],
    config: Config = DEFAULT,
    source: Sources = None,
    stored: Annotated[bool, typer.Option("--stored", help="Only over what is stored; no request is made.")] = False,
) -> None:
    """Run a query over what is stored and over what the sources offer now: counts and samples, before it is saved."""
    from monitor.assemble import assemble  # noqa: PLC0415
    from monitor.pipeline import known_sources  # noqa: PLC0415
    from monitor.queries import check_text, texts_of  # noqa: PLC0415
    from monitor.query_console import progress, show_findings, show_tried  # noqa: PLC0415
    from monitor.trial import draft, over_feeds, over_stored  # noqa: PLC0415

    monitor = assemble(config)
    names = known_sources(monitor, source)
    query = texts_of(monitor.settings).get(query.removeprefix("$"), query)
    show_findings(check_text(query, monitor.settings), query)
    matcher, problems = draft(monitor, query), False
    if stored or (monitor.store.folder / "published").exists():
        with progress("stored") as on_progress:
            tried = over_stored(monitor, matcher, on_progress=on_progress)
        show_tried(tried, "Over what is stored")
    if not stored:
        with progress("sources") as on_progress:
            tried = over_feeds(monitor, matcher, datetime.now(UTC), sources=names, on_progress=on_progress)
        show_tried(tried, "Over what the sources offer now")
        problems = bool(tried.problems)
    if problems:
        raise typer.Exit(DEGRADED)


@commands.command(epilog="Example: monitor rematch, and when the difference is right: monitor rematch --apply")
def rematch(
    query: Annotated[
        list[str] | None,
        typer.Argument(help="Names of queries; those that changed when left out.", autocompletion=queries_in),
    ] = None,
    config: Config = DEFAULT,
    everything: Annotated[bool, typer.Option("--all", help="All queries, changed or not.")] = False,
    apply: Annotated[bool, typer.Option("--apply", help="Write it; without, only the difference is shown.")] = False,
) -> None:
    """Run changed queries over what is stored: what is gained and lost. Interrupted, it goes on where it stopped."""
    from monitor.assemble import assemble  # noqa: PLC0415
    from monitor.query_console import progress, show_rematched  # noqa: PLC0415
    from monitor.rematch import rematch as over_all  # noqa: PLC0415

    with progress("mentions") as on_progress:
        rematched = over_all(
            assemble(config),
            datetime.now(UTC),
            names=query or (),
            everything=everything,
            apply=apply,
            on_progress=on_progress,
        )
    show_rematched(rematched)
    if rematched.changes and not apply:
        again = " ".join(("monitor rematch", *(query or ()), "--apply"))
        typer.echo(
            f"nothing is written yet; write it with: {again}"
            if rematched.differs
            else "nothing would change; --apply notes that it was looked through"
        )


@bench.command("match", epilog="Example: monitor bench match --queries 10 --queries 1000 --data ../data/labelled")
def bench_match(
    queries: Annotated[
        list[int] | None, typer.Option(min=1, help="How many queries; may be repeated. 10, 100, 1,000 and 10,000.")
    ] = None,
    posts: Annotated[int, typer.Option(min=500, help="How many posts.")] = 20_000,
    seed: Annotated[int | None, typer.Option(help="Another corpus and other queries.")] = None,
    data: Annotated[
        Path | None, typer.Option(help="A folder of real texts: *.jsonl.gz with `text`.", file_okay=False, exists=True)
    ] = None,
    quick: Annotated[bool, typer.Option("--quick", help="A tenth of everything, in half a minute.")] = False,
    json: Annotated[Path | None, typer.Option("--json", help="Write the figures to this file too.")] = None,
) -> None:
    """Measure the matcher beside its peers on the same posts: speed, growth, memory, answers, worst cases."""
    from monitor.bench import Plan  # noqa: PLC0415
    from monitor.bench import bench_match as measure  # noqa: PLC0415
    from monitor.console import console  # noqa: PLC0415

    plan = Plan(posts=posts, data=data, quick=quick)
    if queries:
        plan = replace(plan, queries=tuple(queries))
    measure(plan if seed is None else replace(plan, seed=seed), console, json)


@bench.command("triage", epilog="Example: monitor bench triage --data ../shared/data/labelled --quick")
def bench_triage(
    data: Annotated[
        Path, typer.Option(help="A folder of labelled texts: *.jsonl.gz with `text` and `label`.", file_okay=False)
    ],
    quick: Annotated[bool, typer.Option("--quick", help="Fewer repetitions, in a few minutes.")] = False,
    seed: Annotated[int, typer.Option(help="Other splits and samples.")] = 7,
) -> None:
    """Measure how well kinds, needs and names are told, beside the plain baseline on the same folds."""
    from monitor.bench.triage import bench_triage as measure  # noqa: PLC0415
    from monitor.console import console  # noqa: PLC0415

    measure(data, console, quick=quick, seed=seed)
