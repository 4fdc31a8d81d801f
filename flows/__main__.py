"""`python -m flows run | serve`: the pass as a Prefect flow, or all schedules.

Exit codes as of `monitor`: 0 good, 2 degraded, 75 another run is at work, 78 wrong configuration.
"""

import atexit
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from flows import quiet_exit
from monitor.errors import MonitorError

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
    _prepare(config, source)
    from flows.collect import collect  # noqa: PLC0415 - Prefect takes seconds to import

    state = collect(sources=source, return_state=True)
    if state.is_failed() or state.name == "Degraded":
        raise typer.Exit(2)


@app.command()
def serve(config: Config = Path("monitor.toml")) -> None:
    """Run all schedules until interrupted: each source every 15 minutes, the report on Monday at 08:00."""
    _prepare(config, None)
    from flows.schedules import serve_all  # noqa: PLC0415

    serve_all()


def _prepare(config: Path, sources: list[str] | None) -> None:
    """Stop on a wrong configuration before Prefect starts anything."""
    from monitor.assemble import assemble  # noqa: PLC0415
    from monitor.pipeline import known_sources  # noqa: PLC0415

    os.environ["MONITOR_CONFIG"] = str(config.absolute())
    known_sources(assemble(config), sources)


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
