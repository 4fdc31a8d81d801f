"""One pass as a flow: a task per source side by side, then one that publishes.

    collect -> [ visit rss | visit reddit | visit mastodon ] -> publish

Parameters are source names, results are numbers, messages are ours: a flow's parameters are stored verbatim
on the server and an exception's text becomes a state's message, so nothing that a person wrote, and no
place that could be a person's account, goes near them. Which monitor.toml: the environment's MONITOR_CONFIG,
else the one in the working directory.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from prefect import State, flow, task
from prefect.artifacts import create_table_artifact
from prefect.futures import PrefectFuture
from prefect.states import Completed, Failed

from monitor.assemble import Monitor, assemble
from monitor.errors import Busy, ConfigError
from monitor.pipeline import collect as one_pass
from monitor.pipeline import known_sources, new_run
from monitor.pipeline import publish as one_snapshot

Numbers = dict[str, Any]
NAMES = ("fetched", "matched", "kept", "new", "revised", "flagged")


class SourceFailed(RuntimeError):  # noqa: N818 - the name is what the server shows
    """A source failed as a whole. The text names the source and nothing else."""


@flow(name="collect", persist_result=False)
def collect(sources: list[str] | None = None) -> State[list[Numbers]]:
    """Visit the configured sources, or some of them; each failure stays its own."""
    monitor = configured()
    visits = {name: visit.submit(name) for name in known_sources(monitor, sources)}
    rows = [_row(name, future) for name, future in visits.items()]
    publish()
    create_table_artifact(key="funnel", table=rows, description="What each source gave and what was kept, in posts.")
    return _ended(rows)


@task(
    name="visit",
    task_run_name="visit {source}",
    retries=2,
    retry_delay_seconds=[30, 120],
    retry_condition_fn=lambda _task, _run, state: not isinstance(_cause(state), (Busy, ConfigError)),
    persist_result=False,
)
def visit(source: str) -> Numbers:
    """One pass over one source. A retry goes on from the cursors that were saved."""
    collected = one_pass(configured(), source, datetime.now(UTC))
    if collected.outcome == "failed":
        raise SourceFailed(f"{source} failed; see: monitor doctor")
    return {"source": source, "outcome": collected.outcome, **_numbers(asdict(collected.tally))}


@task(name="publish", persist_result=False)
def publish() -> None:
    """A snapshot for readers."""
    one_snapshot(configured(), new_run(datetime.now(UTC)))


def configured() -> Monitor:
    """The checked configuration of this process."""
    return assemble(Path(os.environ.get("MONITOR_CONFIG", "monitor.toml")))


def _row(source: str, future: PrefectFuture[Numbers]) -> Numbers:
    future.wait()
    if future.state.is_completed():
        return future.result()
    return {"source": source, "outcome": "failed", **dict.fromkeys((*NAMES, "dropped"), 0)}


def _numbers(tally: Mapping[str, Any]) -> Numbers:
    return {name: tally[name] for name in NAMES} | {"dropped": sum(tally["dropped"].values())}


def _ended(rows: Sequence[Numbers]) -> State[list[Numbers]]:
    failed = [row["source"] for row in rows if row["outcome"] == "failed"]
    degraded = [row["source"] for row in rows if row["outcome"] == "degraded"]
    if failed:
        return Failed(message=f"failed: {', '.join(failed)}", data=list(rows))
    if degraded:
        return Completed(name="Degraded", message=f"some places failed: {', '.join(degraded)}", data=list(rows))
    return Completed(data=list(rows))


def _cause(state: State[Any]) -> object:
    return state.data if isinstance(state.data, BaseException) else state.result(raise_on_failure=False)
