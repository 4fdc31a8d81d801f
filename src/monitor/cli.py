"""The `monitor` command. Heavy imports stay inside the commands, so that `--help` is quick.

Exit codes, those of sysexits.h where it has one:
     0  good; a source that is skipped for want of credentials is named and is no failure
     1  the answer is no: the query does not hold (explain), the case was somebody else's already (cases)
     2  degraded: some source failed and is named, the others went on
    64  mistyped: no such command, option, choice, case or role
    70  a fault in the program; where it happened is told, what was in hand is not
    74  the database, or a file beside it, needs a person
    75  another run is at work
    78  the configuration is wrong, or what was asked does not fit it (an unknown source, a week that is none)
   130  interrupted; what was saved stays
"""

import io
import logging
import os
import sys
import traceback
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal, NoReturn

import typer

from monitor import (
    __version__,
    case_commands,
    cue_commands,
    learn_commands,
    query_commands,
    scheme_commands,
)
from monitor.arguments import DEFAULT, Config, Sources
from monitor.errors import ConfigError, MonitorError

MISTYPED = 64
BUG = 70
UNUSABLE_FILE = 74
INTERRUPTED = 130
FRAMES = 8  # of a fault; those before are the command line's
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
OWN_LOGGERS = ("monitor", "connectors", "flows")

Language = Literal["nl", "en"]

app = typer.Typer(
    name="monitor",
    help="Public mentions of your organisation, stored in DuckDB, judged by your reaction scheme, reported each week."
    "\n\nNew here? `monitor demo` shows all of it on made-up data; `monitor init` starts your own.",
    epilog="Exit codes: 0 good, 1 the answer is no (explain, cases), "
    "2 degraded (a source failed and is named), 64 mistyped, 70 a fault in the program, "
    "74 database needs a person, 75 another run is at work, 78 wrong configuration. "
    "MONITOR_LOG=INFO tells more while it works.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
feeds = typer.Typer(
    help="The feeds in monitor.toml.", epilog="Example: monitor feeds import subscriptions.opml", no_args_is_help=True
)
app.add_typer(feeds, name="feeds")
app.add_typer(query_commands.commands)
app.add_typer(query_commands.bench, name="bench")
app.add_typer(scheme_commands.commands, name="scheme")
app.add_typer(case_commands.commands, name="cases")
app.add_typer(cue_commands.commands, name="cues")
app.add_typer(learn_commands.commands)


def main() -> None:
    """The `monitor` command."""
    ended(app, "monitor")


def ended(command: typer.Typer, name: str) -> NoReturn:
    """Run a command line to its end: every expected error ends in one clear message and its own exit code."""
    _print_what_can_be_printed(sys.stdout, sys.stderr)
    try:
        _log_as_told(os.environ.get("MONITOR_LOG", "WARNING").upper())
        code = command(prog_name=name, standalone_mode=False)
    except typer.TyperException as error:
        from typer.rich_utils import rich_format_error  # noqa: PLC0415

        rich_format_error(error)  # type: ignore[arg-type]
        code = MISTYPED
    except typer.Abort:
        code = INTERRUPTED
    except MonitorError as error:
        _tell(error)
        code = error.exit_code
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        typer.echo(f"{name}: {place}{error.strerror or type(error).__name__}; mend that and run again", err=True)
        code = UNUSABLE_FILE
    except Exception as error:  # noqa: BLE001 - the last one to see it
        _tell_where(error)
        code = BUG
    if code == INTERRUPTED:
        typer.echo(f"{name}: interrupted; what was saved stays", err=True)
    sys.exit(code if isinstance(code, int) else 0)


def _print_what_can_be_printed(*streams: object) -> None:
    """A terminal that cannot show a sign gets a question mark, not a crash."""
    for stream in streams:
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def _log_as_told(level: str) -> None:
    """Our own loggers speak at `level`; others' only warn, because their debug lines quote what they send."""
    if level not in LEVELS:
        raise ConfigError(f"MONITOR_LOG: {level!r} is no level; known are: {', '.join(LEVELS)}")
    logging.basicConfig(format="%(levelname)s %(message)s")
    for name in OWN_LOGGERS:
        logging.getLogger(name).setLevel(level)


def _tell(error: MonitorError) -> None:
    """The message; several faults of the configuration as a list."""
    problems = error.problems if isinstance(error, ConfigError) else ()
    if len(problems) < 2:
        typer.echo(f"monitor: {error}", err=True)
        return
    typer.echo(f"monitor: {len(problems)} faults in the configuration", err=True)
    for problem in problems:
        typer.echo(f"- {problem}", err=True)


def _tell_where(error: Exception) -> None:
    """Where a fault of ours happened. Its text is left out: it may quote a post or a secret."""
    typer.echo(
        f"monitor: a fault in the program ({type(error).__name__}); please report it with these lines:", err=True
    )
    for frame in traceback.extract_tb(error.__traceback__)[-FRAMES:]:
        typer.echo(f"  {frame.filename}:{frame.lineno} in {frame.name}", err=True)


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


@app.command(epilog="Example: monitor demo --dir /tmp/demo --lang en")
def demo(
    folder: Annotated[Path, typer.Option("--dir", help="Where the demo's files go.", file_okay=False)] = Path(
        "monitor-demo"
    ),
    lang: Annotated[Language, typer.Option(help="Language of the report.")] = "nl",
) -> None:
    """Run everything once on a made-up organisation's world. Nothing leaves this machine."""
    from monitor.demo.run import run_demo  # noqa: PLC0415

    run_demo(folder, lang)


@app.command(epilog="Example: monitor init webcare, then edit webcare/monitor.toml, then: cd webcare && monitor check")
def init(
    folder: Annotated[Path, typer.Argument(help="The folder to set up.", file_okay=False)] = Path(),
    force: Annotated[bool, typer.Option("--force", help="Overwrite files that are there, but never .env.")] = False,
) -> None:
    """Write a commented monitor.toml, its JSON schema, .env.example and a fresh .env."""
    from monitor.init import write_files  # noqa: PLC0415

    for line in write_files(folder, force=force):
        typer.echo(line)


@app.command(epilog="Example: monitor check --strict. Exit code 78 when something is wrong.")
def check(
    config: Config = DEFAULT,
    strict: Annotated[bool, typer.Option("--strict", help="Advice on queries is a fault too; for CI.")] = False,
) -> None:
    """Validate the configuration, every query and every source, before any request is made."""
    from monitor.assemble import assemble  # noqa: PLC0415
    from monitor.console import show_checked  # noqa: PLC0415
    from monitor.endpoint import warning as endpoint_warning  # noqa: PLC0415
    from monitor.query_console import show_advice  # noqa: PLC0415

    monitor = assemble(config)
    if strict and monitor.advice:
        raise ConfigError(*(one.told for one in monitor.advice))
    show_checked(monitor)
    show_advice(monitor.advice)
    if monitor.endpoint:
        typer.echo(f"! {endpoint_warning(monitor.settings.triage.endpoint)}")


@app.command(epilog="Example: monitor run --source rss --source reddit. Exit code 2 when a source failed.")
def run(
    config: Config = DEFAULT,
    source: Sources = None,
    full: Annotated[bool, typer.Option("--full", help="Ask for everything the places still offer.")] = False,
) -> None:
    """Do one pass: fetch, match, keep what may be kept, judge, store, publish."""
    from monitor.assemble import assemble  # noqa: PLC0415
    from monitor.console import show_funnel, show_model, watching  # noqa: PLC0415
    from monitor.pipeline import known_sources  # noqa: PLC0415
    from monitor.pipeline import run as one_pass  # noqa: PLC0415

    monitor = assemble(config)
    names = known_sources(monitor, source)
    with watching() as on_page:
        collected = one_pass(monitor, datetime.now(UTC), sources=names, full=full, on_page=on_page)
    show_funnel(collected)
    show_model(monitor)
    typer.echo(f"database  {monitor.store.folder / 'published' / 'current.duckdb'}")
    if any(one.outcome in ("degraded", "failed") for one in collected):
        raise typer.Exit(2)


@app.command(epilog="Example: monitor report --week 2026-W46 --lang en --to week46.md")
def report(
    config: Config = DEFAULT,
    week: Annotated[
        str | None, typer.Option(help="An ISO week, e.g. 2026-W46; the last whole week when left out.")
    ] = None,
    lang: Annotated[Language | None, typer.Option(help="Language; the organisation's first when left out.")] = None,
    to: Annotated[Path | None, typer.Option(help="The file to write; - for the screen.", dir_okay=False)] = None,
) -> None:
    """Write the weekly report."""
    from monitor.assemble import assemble  # noqa: PLC0415
    from monitor.pipeline import write_report  # noqa: PLC0415

    path = write_report(assemble(config), datetime.now(UTC), week=week, language=lang, to=to)
    if path:
        typer.echo(f"report  {path}")


@app.command(epilog="Example: monitor doctor. Asks every place once; exit code 0 when nothing needs mending.")
def doctor(config: Config = DEFAULT) -> None:
    """Say what is configured, reachable, stale, clashing or missing, and what to do about it."""
    from monitor.console import show_findings  # noqa: PLC0415
    from monitor.doctor import examine  # noqa: PLC0415

    findings = examine(config, datetime.now(UTC))
    show_findings(findings)
    code = max((finding.exit_code for finding in findings), default=0)
    if code:
        raise typer.Exit(code)


@app.command(epilog="Example: monitor backup mentions-backup.duckdb; docs/operations.md tells how to put it back.")
def backup(
    file: Annotated[Path, typer.Argument(help="The file to write; it must not be there yet.", dir_okay=False)],
    config: Config = DEFAULT,
) -> None:
    """Write all of the live database to one file, with pseudonyms and cursors: keep it as safe as the live one."""
    from monitor.assemble import assemble  # noqa: PLC0415

    typer.echo(f"backup  {assemble(config).store.backup(file)}")


@feeds.command("import", epilog="Example: monitor feeds import subscriptions.opml && monitor check")
def feeds_import(
    opml: Annotated[Path, typer.Argument(help="An OPML file, as feed readers export it.", exists=True, dir_okay=False)],
    config: Config = DEFAULT,
) -> None:
    """Add the feeds of an OPML file to monitor.toml; what is there stays, comments too."""
    from monitor.opml import import_feeds  # noqa: PLC0415

    imported = import_feeds(opml, config)
    typer.echo(f"{imported.added} feeds added to {config}, {imported.known} were there already")
    _list(imported.refused, "left out: ")


@feeds.command("list", epilog="Example: monitor feeds list | sort")
def feeds_list(config: Config = DEFAULT) -> None:
    """Print the addresses of the feeds in monitor.toml, one per line."""
    from monitor.opml import feeds_of  # noqa: PLC0415

    _list(feeds_of(config))


def _list(lines: Iterable[str], before: str = "") -> None:
    for line in lines:
        typer.echo(f"{before}{line}")
