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
from monitor.errors import Busy, ConfigError, MonitorError, SourceError, StoreError
from monitor.pipeline import collect as one_pass
from monitor.pipeline import conclude, known_sources, new_run
from monitor.visiting import Collected

Numbers = dict[str, Any]
NAMES = ("fetched", "matched", "kept", "new", "revised", "flagged")
UNVISITED: Mapping[str, type[MonitorError]] = {"config": ConfigError, "store": StoreError, "busy": Busy}
OUTCOMES = (*UNVISITED, "failed", "degraded")  # the gravest first: the flow ends as its worst part did
_MENDED_BY_A_PERSON = ("(credentials)", "(forbidden)")  # how such a problem's text ends


class SourceFailed(RuntimeError):  # noqa: N818 - the name is what the server shows
    """A source failed as a whole. The text names the source and nothing else."""


class FailedForNow(SourceFailed):
    """The same where another try within minutes is of no use: a person has to mend something, or no place is due."""


@flow(name="collect", persist_result=False)
def collect(sources: list[str] | None = None) -> State[list[Numbers]]:
    """Visit the configured sources, or some of them; each failure stays its own."""
    monitor = configured()
    visits = {name: visit.submit(name) for name in known_sources(monitor, sources)}
    rows = [_row(name, future) for name, future in visits.items()]
    ends = {row["source"]: row["outcome"] for row in rows}
    if any(outcome not in UNVISITED for outcome in ends.values()):
        ends["publish"] = _outcome(publish(return_state=True))
    create_table_artifact(key="funnel", table=rows, description="What each source gave and what was kept, in posts.")
    return _ended(ends, rows)


def exit_code(state: State[Any]) -> int:
    """What `python -m flows run` ends with: the code that `monitor run` would have."""
    cause = _cause(state)
    if isinstance(cause, MonitorError):
        return cause.exit_code
    codes = {outcome.capitalize(): error.exit_code for outcome, error in UNVISITED.items()}
    return 0 if state.name == "Completed" else codes.get(str(state.name), SourceError.exit_code)


def rows_of(state: State[Any]) -> list[Numbers]:
    """A row of numbers per source; none when the flow could not begin."""
    rows = getattr(state.data, "result", state.data)
    return rows if isinstance(rows, list) else []


def _worth_another_try(_task: object, _run: object, state: State[Any]) -> bool:
    """Not for what waits for another run or for a person."""
    return not isinstance(_cause(state), (MonitorError, FailedForNow))


@task(
    name="visit",
    task_run_name="visit {source}",
    retries=2,
    retry_delay_seconds=[30, 120],
    retry_condition_fn=_worth_another_try,
    persist_result=False,
)
def visit(source: str) -> Numbers:
    """One pass over one source. A retry goes on from the cursors that were saved."""
    monitor = configured()
    collected = one_pass(monitor, source, datetime.now(UTC))
    if collected.outcome == "failed":
        raise _failure(monitor, collected)
    return {"source": source, "outcome": collected.outcome, **_numbers(asdict(collected.tally))}


@task(name="publish", persist_result=False)
def publish() -> None:
    """What is a crisis is grouped, then a snapshot for readers."""
    now = datetime.now(UTC)
    conclude(configured(), new_run(now), now)


def configured() -> Monitor:
    """The checked configuration of this process."""
    return assemble(Path(os.environ.get("MONITOR_CONFIG", "monitor.toml")))


def _failure(monitor: Monitor, collected: Collected) -> SourceFailed:
    """A try that visits no place would end well and hide the failure, so it is not made."""
    refused = any(problem.endswith(_MENDED_BY_A_PERSON) for problem in collected.problems[-1:])
    now = datetime.now(UTC)
    due = any(place.not_before is None or place.not_before <= now for place in monitor.store.places(collected.source))
    failure = SourceFailed if due and not refused else FailedForNow
    return failure(f"{collected.source} failed; see: monitor doctor")


def _row(source: str, future: PrefectFuture[Numbers]) -> Numbers:
    future.wait()
    if future.state.is_completed():
        return future.result()
    return {"source": source, "outcome": _outcome(future.state), **dict.fromkeys((*NAMES, "dropped"), 0)}


def _numbers(tally: Mapping[str, Any]) -> Numbers:
    return {name: tally[name] for name in NAMES} | {"dropped": sum(tally["dropped"].values())}


def _outcome(state: State[Any]) -> str:
    """How a task without a row of its own went."""
    if state.is_completed():
        return "good"
    cause = _cause(state)
    return next((outcome for outcome, error in UNVISITED.items() if isinstance(cause, error)), "failed")


def _ended(ends: Mapping[str, str], rows: Sequence[Numbers]) -> State[list[Numbers]]:
    """The flow's state, named after the gravest outcome; a lock that another run holds is no failure."""
    worst = next((outcome for outcome in OUTCOMES if outcome in ends.values()), None)
    if worst is None:
        return Completed(data=list(rows))
    message = f"{worst}: {', '.join(name for name, outcome in ends.items() if outcome == worst)}"
    make = Completed if worst in ("busy", "degraded") else Failed
    return make(name=worst.capitalize(), message=message, data=list(rows))


def _cause(state: State[Any]) -> object:
    return state.data if isinstance(state.data, BaseException) else state.result(raise_on_failure=False)
