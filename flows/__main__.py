"""`python -m flows run | serve`: the pass as a Prefect flow, or all schedules.

Exit codes are those of `monitor`.
"""

import atexit
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from flows import quiet_exit
from monitor.assemble import Monitor, assemble
from monitor.cli import ended
from monitor.console import show_funnel
from monitor.model import Tally
from monitor.pipeline import known_sources
from monitor.store import hold
from monitor.visiting import Collected

COUNTS = ("fetched", "matched", "kept", "new", "revised", "flagged")

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
    from flows.collect import collect, exit_code, rows_of  # noqa: PLC0415 - Prefect takes seconds to import

    state = collect(sources=source, return_state=True)
    _show(monitor, rows_of(state))
    raise typer.Exit(exit_code(state))


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


def _show(monitor: Monitor, rows: Iterable[Mapping[str, Any]]) -> None:
    """The funnel as `monitor run` shows it. What went wrong comes from our own table: Prefect is not told."""
    runs: Iterable[Mapping[str, Any]] = monitor.store.last_runs() if monitor.store.path.exists() else ()
    told = {run["source"]: tuple(run["problems"]) for run in runs}
    show_funnel(
        [
            Collected(
                source=row["source"],
                outcome=row["outcome"],
                tally=Tally(
                    **{name: row[name] for name in COUNTS}, dropped={"posts": row["dropped"]} if row["dropped"] else {}
                ),
                problems=told.get(row["source"], ()),
            )
            for row in rows
        ]
    )


def main() -> None:
    """Every expected error ends in one message and its own exit code."""
    atexit.register(quiet_exit)
    ended(app, "flows")


if __name__ == "__main__":
    main()
