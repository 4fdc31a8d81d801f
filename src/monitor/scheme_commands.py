"""Commands about the reaction scheme: prove it, draw it, see what a change would do, write a new one."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from monitor.arguments import DEFAULT, Config

WRONG = 78
Language = Literal["nl", "en"]
File = Annotated[
    Path | None,
    typer.Argument(help="A scheme; the one in use when left out: [paths] scheme, or what ships.", dir_okay=False),
]
Days = Annotated[int, typer.Option(min=1, max=3660, help="How many days back.")]

commands = typer.Typer(
    help="The reaction scheme: who reacts to what, how and before when.",
    epilog="Example: monitor scheme check && monitor scheme draw --to scheme.html",
    no_args_is_help=True,
)


@commands.command(epilog="Example: monitor scheme check scheme.toml. Exit code 78 when something is wrong.")
def check(file: File = None, config: Config = DEFAULT) -> None:
    """Prove that every mention reaches exactly one rule, that none is hidden, and that all it names exists."""
    from monitor.scheme_console import show_findings  # noqa: PLC0415
    from monitor.scheme_desk import Desk  # noqa: PLC0415

    desk = Desk.at(config)
    findings = desk.check(desk.scheme(file))
    show_findings(findings)
    if any(one.good is False for one in findings):
        raise typer.Exit(WRONG)


@commands.command(epilog="Example: monitor scheme draw --to scheme.html --lang nl; print it on A3.")
def draw(
    file: File = None,
    config: Config = DEFAULT,
    to: Annotated[Path, typer.Option(help="The file to write: .html or .svg.", dir_okay=False)] = Path("scheme.html"),
    lang: Annotated[Language | None, typer.Option(help="Language; the organisation's first when left out.")] = None,
    days: Days = 30,
) -> None:
    """Draw the scheme as a decision tree for the wall, with counts of the last days on its branches."""
    from monitor.scheme_desk import Desk  # noqa: PLC0415

    desk = Desk.at(config)
    for line in desk.draw(desk.scheme(file), to, lang, days, datetime.now(UTC)):
        typer.echo(line)


@commands.command(epilog="Example: monitor scheme diff scheme.toml scheme-new.toml --days 90")
def diff(
    old: Annotated[Path, typer.Argument(help="The scheme as it is.", dir_okay=False)],
    new: Annotated[Path, typer.Argument(help="The scheme as it would be.", dir_okay=False)],
    config: Config = DEFAULT,
    days: Days = 90,
) -> None:
    """Say which stored mentions would be treated otherwise by another scheme, and how."""
    from monitor.scheme_console import show_difference  # noqa: PLC0415
    from monitor.scheme_desk import Desk  # noqa: PLC0415

    desk = Desk.at(config)
    show_difference(desk.difference(desk.scheme(old), desk.scheme(new), days, datetime.now(UTC)), days)


@commands.command(epilog="Example: monitor scheme new, then name it in monitor.toml under [paths]: scheme = ...")
def new(
    file: Annotated[Path, typer.Argument(help="The file to write.", dir_okay=False)] = Path("scheme.toml"),
    config: Config = DEFAULT,
    force: Annotated[bool, typer.Option("--force", help="Overwrite files that are there.")] = False,
) -> None:
    """Write the scheme that ships, to be made your own, and beside it the JSON schema that editors check it by."""
    from monitor.scheme_desk import write_new  # noqa: PLC0415

    for line in write_new(file, config, force=force):
        typer.echo(line)


@commands.command(epilog="Example: monitor scheme schema > scheme.schema.json")
def schema() -> None:
    """Print the JSON schema of a scheme."""
    from monitor.triage.scheme.schema import schema_text  # noqa: PLC0415

    typer.echo(schema_text(), nl=False)
