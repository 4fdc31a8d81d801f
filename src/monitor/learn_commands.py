"""Commands by which the monitor learns from the team: label, train, evaluate, models."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from monitor.arguments import DEFAULT, Config
from monitor.errors import ConfigError, MonitorError
from monitor.model import KINDS

commands = typer.Typer()
label = typer.Typer(
    help="Say what mentions are: one at a time, as a correction, or from a file.",
    epilog="Example: monitor label --count 20 --as ab",
    invoke_without_command=True,
)
models = typer.Typer(help="The models that were trained.", epilog="Example: monitor models list", no_args_is_help=True)
commands.add_typer(label, name="label")
commands.add_typer(models, name="models")

Said = Literal["negative", "neutral", "positive"]
By = Annotated[str, typer.Option("--as", help="Who says so: initials or a role.")]
Files = Annotated[
    list[Path] | None,
    typer.Option("--labels", help="A file of labelled texts, one JSON object per line; may be repeated."),
]
Seed = Annotated[int, typer.Option(min=0, help="Decides folds and bootstraps: the same seed, the same model.")]


def _kinds(incomplete: str) -> list[str]:
    """The kinds, for the shell to complete."""
    return [kind for kind in KINDS if kind.startswith(incomplete)]


def _versions(ctx: typer.Context, incomplete: str) -> list[str]:
    """The versions that are saved, for the shell to complete."""
    from monitor.config.load import load  # noqa: PLC0415

    config = Path(ctx.params.get("config") or DEFAULT)
    try:
        folder = config.parent / load(config).paths.data / "models"
    except MonitorError:
        return []
    return sorted(path.parent.name for path in folder.glob(f"{incomplete}*/model.json"))


def _private(path: str, flags: int) -> int:
    """Opens a file that only its owner may read."""
    return os.open(path, flags, 0o600)


@label.callback()
def label_some(
    ctx: typer.Context,
    config: Config = DEFAULT,
    count: Annotated[int, typer.Option(min=1, max=500, help="How many to be asked about.")] = 20,
    by: By = "team",
    text: Annotated[bool, typer.Option("--text", help="Plain lines instead of single keys.")] = False,
    correct: Annotated[
        str | None, typer.Option(help="Correct a mention without being asked: its id, its address, or its case.")
    ] = None,
    kind: Annotated[
        list[str] | None, typer.Option(help="A kind it has; may be repeated.", autocompletion=_kinds)
    ] = None,
    needs: Annotated[bool | None, typer.Option("--needs/--no-needs", help="It needs a reaction, or none.")] = None,
    relevant: Annotated[bool | None, typer.Option("--relevant/--not-relevant", help="It is about us, or not.")] = None,
    sentiment: Annotated[Said | None, typer.Option(help="What it says about us.")] = None,
) -> None:
    """Say what mentions are: the top of the queue, a few the model is unsure of, and one in ten at random."""
    if ctx.invoked_subcommand:
        return
    from monitor.assemble import assemble  # noqa: PLC0415
    from monitor.case_desk import name_of  # noqa: PLC0415
    from monitor.learn import label as store  # noqa: PLC0415
    from monitor.learn import proposals  # noqa: PLC0415
    from monitor.links import clean  # noqa: PLC0415
    from monitor.store.labels import Given  # noqa: PLC0415
    from monitor.triage.labels import checked_kinds  # noqa: PLC0415

    if correct is None and (kind or needs is not None or relevant is not None or sentiment):
        raise typer.BadParameter("--kind, --needs, --relevant and --sentiment belong to --correct ID")
    if correct is not None and not correct.strip():
        raise typer.BadParameter("--correct needs a mention's id or address, or a case, such as 26-0042")
    by, monitor = name_of(by), assemble(config)
    if correct is not None:
        found = checked_kinds(kind or ())
        if not kind and needs is None and relevant is None and sentiment is None:
            raise typer.BadParameter("give --kind, --needs, --relevant or --sentiment beside --correct")
        kinds = tuple(one for one in KINDS if one in found) if kind else None
        named = clean(correct) if "://" in correct else correct.strip()
        store(monitor, [Given(named, by, "correction", kinds, needs, relevant, sentiment)], datetime.now(UTC))
        typer.echo(f"noted  {correct}")
        return
    from monitor.learn_console import sitting  # noqa: PLC0415

    offered = proposals(monitor, by, count)
    done = sitting(by, lambda given: store(monitor, [given], datetime.now(UTC)), plain=text).run(offered)
    left = "" if offered else "; nothing is left that you have not labelled"
    typer.echo(f"{done} labelled{left}. Learn from them with: monitor train")


@label.command("import", epilog="Example: monitor label import labels.jsonl --as ab")
def label_import(
    file: Annotated[Path, typer.Argument(help='Labels of stored mentions: rows with their id as "mention".')],
    by: By = "team",
    config: Config = DEFAULT,
) -> None:
    """Add labels of stored mentions from a file of JSON lines."""
    from monitor.assemble import assemble  # noqa: PLC0415
    from monitor.case_desk import name_of  # noqa: PLC0415
    from monitor.learn import imported  # noqa: PLC0415
    from monitor.learn import label as store  # noqa: PLC0415

    given = imported(file, name_of(by), now := datetime.now(UTC))
    typer.echo(f"{store(assemble(config), given, now)} labels added")


@label.command("export", epilog="Example: monitor label export labels.jsonl, and keep it as safe as the database.")
def label_export(
    file: Annotated[Path, typer.Argument(help="The file to write; it must not be there yet.")],
    config: Config = DEFAULT,
) -> None:
    """Write every label with its text to a file of JSON lines that nobody else can read."""
    from monitor.assemble import assemble  # noqa: PLC0415
    from monitor.learn import exported  # noqa: PLC0415
    from monitor.triage.labels import written  # noqa: PLC0415

    rows = exported(assemble(config))
    if not rows:
        raise ConfigError("there are no labels yet, so no file was written; give some with: monitor label")
    with open(file, "x", encoding="utf-8", opener=_private) as target:
        target.writelines(f"{written(row)}\n" for row in rows)
    typer.echo(f"{len(rows)} labels written to {file}")


@commands.command(epilog="Example: monitor train. Nothing worse is ever put to use, so it may run every night.")
def train(labels: Files = None, seed: Seed = 7, config: Config = DEFAULT) -> None:
    """Learn from the team's labels: a new model, put to use unless it is worse than what is in use."""
    from monitor.assemble import assemble  # noqa: PLC0415
    from monitor.learn import train as learn  # noqa: PLC0415
    from monitor.learn_console import show_trained  # noqa: PLC0415

    show_trained(learn(assemble(config), labels or (), datetime.now(UTC), seed))


@commands.command(epilog="Example: monitor evaluate --json")
def evaluate(
    labels: Files = None,
    seed: Seed = 7,
    json: Annotated[bool, typer.Option("--json", help="As JSON, without texts.")] = False,
    config: Config = DEFAULT,
) -> None:
    """How good a model of these labels is on those it has not seen, beside cues alone, the one in use and chance."""
    from monitor.assemble import assemble  # noqa: PLC0415
    from monitor.learn import evaluate as look  # noqa: PLC0415
    from monitor.learn_console import as_json, show_report  # noqa: PLC0415

    report, rows = look(assemble(config), labels or (), datetime.now(UTC), seed)
    if json:
        typer.echo(as_json(report))
    else:
        show_report(report, rows)


@models.command("list", epilog="Example: monitor models list")
def models_list(config: Config = DEFAULT) -> None:
    """The models that are saved, the one in use marked, and which cannot be used any more."""
    from monitor.assemble import assemble  # noqa: PLC0415
    from monitor.learn import models as folder_of  # noqa: PLC0415
    from monitor.learn_console import show_models  # noqa: PLC0415

    monitor = assemble(config)
    show_models(folder_of(monitor), monitor.triage.cues.version)


@models.command("use", epilog="Example: monitor models use 5f0c2b1a9d3e4f60")
def models_use(
    version: Annotated[str, typer.Argument(help="The version to use.", autocompletion=_versions)],
    config: Config = DEFAULT,
) -> None:
    """Put a saved model to use again, such as the one before."""
    from monitor.assemble import assemble  # noqa: PLC0415
    from monitor.learn import use  # noqa: PLC0415

    use(assemble(config), version)
    typer.echo(f"in use  {version}")
