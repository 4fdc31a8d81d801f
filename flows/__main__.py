"""`python -m flows run | serve`: the pass as a Prefect flow, or all schedules.

Exit codes as of `monitor`: 0 good, 2 failed or degraded, 74 unusable database, 75 another run is at work, 78 wrong
configuration.
"""

import atexit
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from flows import quiet_exit
from monitor.assemble import Monitor, assemble
from monitor.errors import MonitorError
from monitor.pipeline import known_sources
from monitor.store import hold

app = typer.Typer(
    help="The pipeline on Prefect. Without a server of your own, one is started on this machine and nothing leaves it.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
Config = Annotated[
    Path, typer.Option("--config", "-c", envvar="MONITOR_CONFIG", help="The configuration.", dir_okay=False)
]


@app.command()
def run(
    config: Config = Path("monitor.toml"),
    source: Annotated[list[str] | None, typer.Option("--source", "-s", help="Only this source; repeatable.")] = None,
) -> None:
    """Do one pass as a flow; no server needed. The same as: monitor run."""
    monitor = _prepare(config, source)
    with hold(monitor.store.folder / "locks", source or monitor.connectors):
        pass  # tells at once that another run is at work; the locks that count are taken by each visit
    from flows.collect import collect, exit_code  # noqa: PLC0415 - Prefect takes seconds to import

    raise typer.Exit(exit_code(collect(sources=source, return_state=True)))


@app.command()
def serve(config: Config = Path("monitor.toml")) -> None:
    """Run all schedules until interrupted: each source every 15 minutes, the report on Monday at 08:00."""
    _prepare(config, None)
    from flows.schedules import serve_all  # noqa: PLC0415

    serve_all()


def _prepare(config: Path, sources: list[str] | None) -> Monitor:
    """The checked configuration: a wrong one stops us before Prefect starts anything."""
    os.environ["MONITOR_CONFIG"] = str(config.absolute())
    monitor = assemble(config)
    known_sources(monitor, sources)
    return monitor


def main() -> None:
    """Every expected error ends in one message and its own exit code."""
    atexit.register(quiet_exit)
    try:
        app()
    except MonitorError as error:
        typer.echo(f"flows: {error}", err=True)
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
