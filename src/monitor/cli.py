"""The `monitor` command. Heavy imports stay inside the commands, so that `--help` is quick.

Exit codes: 0 good; 2 degraded, some source failed and is named; 64 the command was mistyped; 74 the database
needs a person; 75 another run holds the lock; 78 the configuration is wrong.
"""

import logging
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from monitor import __version__
from monitor.errors import MonitorError

MISTYPED = 64
INTERRUPTED = 130

app = typer.Typer(
    name="monitor",
    help="Public mentions of your organisation, stored in DuckDB, judged by your reaction scheme, reported each week."
    "\n\nNew here? `monitor demo` shows all of it on made-up data; `monitor init` starts your own.",
    epilog="Exit codes: 0 good, 2 degraded (a source failed and is named), 64 mistyped, 74 database needs a person, "
    "75 another run is at work, 78 wrong configuration.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
feeds = typer.Typer(help="The feeds in monitor.toml.", no_args_is_help=True)
app.add_typer(feeds, name="feeds")

Config = Annotated[
    Path, typer.Option("--config", "-c", envvar="MONITOR_CONFIG", help="The configuration.", dir_okay=False)
]
DEFAULT = Path("monitor.toml")


def main() -> None:
    """Run the command; every expected error ends in one clear message and its own exit code."""
    logging.basicConfig(level=os.environ.get("MONITOR_LOG", "WARNING").upper(), format="%(levelname)s %(message)s")
    try:
        code = app(standalone_mode=False)
    except typer.TyperException as error:
        from typer.rich_utils import rich_format_error  # noqa: PLC0415

        rich_format_error(error)  # type: ignore[arg-type]
        code = MISTYPED
    except typer.Abort:
        code = INTERRUPTED
    except MonitorError as error:
        typer.echo(f"monitor: {error}", err=True)
        code = error.exit_code
    sys.exit(code if isinstance(code, int) else 0)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"monitor {__version__}")
        raise typer.Exit


@app.callback()
def _monitor(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    del version


@app.command()
def demo(
    folder: Annotated[Path, typer.Option("--dir", help="Where the demo's files go.", file_okay=False)] = Path(
        "monitor-demo"
    ),
    lang: Annotated[str, typer.Option(help="Language of the report: nl or en.")] = "nl",
) -> None:
    """Run everything once on a made-up organisation's world. Nothing leaves this machine."""
    from monitor.demo.run import run_demo  # noqa: PLC0415

    run_demo(folder, lang)


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(help="The folder to set up.", file_okay=False)] = Path(),
    force: Annotated[bool, typer.Option("--force", help="Overwrite files that are there.")] = False,
) -> None:
    """Write a commented monitor.toml, its JSON schema, .env.example and a fresh .env."""
    from monitor.init import write_files  # noqa: PLC0415

    for line in write_files(folder, force=force):
        typer.echo(line)


@app.command()
def check(config: Config = DEFAULT) -> None:
    """Validate the configuration, every query and every source, before any request is made."""
    from monitor.assemble import assemble  # noqa: PLC0415
    from monitor.console import show_checked  # noqa: PLC0415

    show_checked(assemble(config))


@app.command()
def run(
    config: Config = DEFAULT,
    source: Annotated[
        list[str] | None, typer.Option("--source", "-s", help="Only this source; may be repeated.")
    ] = None,
    full: Annotated[bool, typer.Option("--full", help="Ask for everything the places still offer.")] = False,
) -> None:
    """Do one pass: fetch, match, keep what may be kept, judge, store, publish."""
    from monitor.assemble import assemble  # noqa: PLC0415
    from monitor.console import show_funnel, watching  # noqa: PLC0415
    from monitor.pipeline import known_sources  # noqa: PLC0415
    from monitor.pipeline import run as one_pass  # noqa: PLC0415

    monitor = assemble(config)
    names = known_sources(monitor, source)
    with watching() as on_page:
        collected = one_pass(monitor, datetime.now(UTC), sources=names, full=full, on_page=on_page)
    show_funnel(collected)
    typer.echo(f"database  {monitor.store.folder / 'published' / 'current.duckdb'}")
    if any(one.outcome in ("degraded", "failed") for one in collected):
        raise typer.Exit(2)


@app.command()
def report(
    config: Config = DEFAULT,
    week: Annotated[
        str | None, typer.Option(help="An ISO week, e.g. 2026-W46; the last whole week when left out.")
    ] = None,
    lang: Annotated[str | None, typer.Option(help="nl or en; the organisation's first language when left out.")] = None,
    to: Annotated[Path | None, typer.Option(help="The file to write; - for the screen.", dir_okay=False)] = None,
) -> None:
    """Write the weekly report."""
    from monitor.assemble import assemble  # noqa: PLC0415
    from monitor.pipeline import write_report  # noqa: PLC0415

    path = write_report(assemble(config), datetime.now(UTC), week=week, language=lang, to=to)
    if path:
        typer.echo(f"report  {path}")


@app.command()
def doctor(config: Config = DEFAULT) -> None:
    """Say what is configured, reachable, stale, clashing or missing, and what to do about it."""
    from monitor.console import show_findings  # noqa: PLC0415
    from monitor.doctor import examine  # noqa: PLC0415

    findings = examine(config, datetime.now(UTC))
    show_findings(findings)
    code = max((finding.exit_code for finding in findings), default=0)
    if code:
        raise typer.Exit(code)


@feeds.command("import")
def feeds_import(
    opml: Annotated[Path, typer.Argument(help="An OPML file, as feed readers export it.", exists=True, dir_okay=False)],
    config: Config = DEFAULT,
) -> None:
    """Add the feeds of an OPML file to monitor.toml; what is there stays, comments too."""
    from monitor.opml import import_feeds  # noqa: PLC0415

    added, known = import_feeds(opml, config)
    typer.echo(f"{added} feeds added to {config}, {known} were there already")
