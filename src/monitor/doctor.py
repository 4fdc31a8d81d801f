"""What is configured, reachable, stale, clashing or missing, with the cure beside it."""

import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.metadata import packages_distributions, version
from pathlib import Path
from typing import Literal

from monitor import __version__, links
from monitor.assemble import Monitor, assemble
from monitor.connector import Connector, Visit
from monitor.endpoint import warning
from monitor.errors import ConfigError, SourceError, StoreError
from monitor.registry import known
from monitor.store import Place
from monitor.store.weekly import newest

STALE_AFTER = timedelta(hours=26)  # a daily run, and two hours for it to be late
LEAST_FREE = 500_000_000  # bytes
PATIENCE = 60.0  # seconds for all places of one source
NAMED = 3  # failing places of one host
OWN_PACKAGES = ("monitor", "flows", "connectors")
DISTRIBUTION = "mention-monitor"


State = Literal["good", "note", "bad"]
Runs = Mapping[str, Mapping[str, object]]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. `state`: good, note or bad; `exit_code` is what the command ends with for it."""

    state: State
    subject: str
    text: str
    exit_code: int = 0


def examine(path: Path, now: datetime) -> list[Finding]:
    """Everything that was found, in the order in which one would mend it."""
    found = [*_installation()]
    if not path.exists():
        return [*found, Finding("note", "configuration", f"{path} is not here; write one with: monitor init")]
    try:
        monitor = assemble(path)
    except ConfigError as error:
        return [
            *found,
            *(Finding("bad", "configuration", problem, error.exit_code) for problem in error.problems),
        ]
    return [*found, *_configuration(monitor), *_database(monitor, now), *_sources(monitor, now)]


def _installation() -> Iterator[Finding]:
    python = ".".join(map(str, sys.version_info[:3]))
    yield Finding(
        "good",
        "installation",
        f"monitor {__version__} on Python {python}, DuckDB {version('duckdb')}, Prefect {version('prefect')}",
    )
    yield Finding(
        "good",
        "connectors",
        ", ".join(f"{name} ({point.value})" for name, point in sorted(known().items())) or "none",
    )
    owners = packages_distributions()
    for package in OWN_PACKAGES:
        others = sorted({*owners.get(package, ())} - {DISTRIBUTION})
        if others:
            yield Finding(
                "bad",
                "clash",
                f"{', '.join(others)} also installs a package {package!r}: use an environment of its own",
                78,
            )


def _configuration(monitor: Monitor) -> Iterator[Finding]:
    settings = monitor.settings
    queries, sources = _number(len(settings.queries), "query"), _number(len(monitor.connectors), "source")
    yield Finding(
        "good",
        "configuration",
        f"{monitor.path}: {queries}, {sources}, {_number(len(settings.ambassadors), 'ambassador')}",
    )
    for problem in monitor.passed_over:
        yield Finding("note", "model", f"not used: {problem}")
    if monitor.triage.model:
        yield Finding("good", "model", f"{monitor.triage.model.version} judges beside the cues")
    if settings.triage.endpoint:
        yield Finding("note", "endpoint", warning(settings.triage.endpoint))
    if settings.fetch.allow_loopback:
        yield Finding("note", "configuration", "[fetch] allow_loopback is on: right for the demo, wrong for real use")
    if (Path.cwd() / "praw.ini").exists():
        yield Finding("bad", "praw.ini", f"{Path.cwd() / 'praw.ini'} could send credentials elsewhere: remove it", 78)


def _database(monitor: Monitor, now: datetime) -> Iterator[Finding]:
    folder = monitor.store.folder
    free = shutil.disk_usage(next(parent for parent in (folder, *folder.parents) if parent.exists())).free
    if free < LEAST_FREE:
        yield Finding("bad", "disk", f"{free // 1_000_000} MB free under {folder}: make room", 74)
    if not monitor.store.path.exists() and not (folder / "manifest.json").exists():
        yield Finding("note", "database", f"{monitor.store.path} is not there yet; make it with: monitor run")
        return
    try:
        monitor.store.prepare()
        monitor.store.read_through()
        if doubles := monitor.store.doubles():
            yield Finding("bad", "database", f"{doubles} rows say again what another says; please report it", 74)
        yield Finding("good", "database", f"{monitor.store.path} ({monitor.store.path.stat().st_size // 1024:,} kB)")
    except StoreError as error:
        yield Finding("bad", "database", str(error), error.exit_code)
        return
    try:
        yield from _freshness(newest(folder), now)
    except Exception as error:  # noqa: BLE001 - whatever its file is by now, the rest is still looked at
        told = f"the snapshot cannot be read ({type(error).__name__}); write a new one with: monitor run"
        yield Finding("bad", "snapshot", told, StoreError.exit_code)


def _freshness(published: datetime | None, now: datetime) -> Iterator[Finding]:
    if published is None:
        yield Finding("note", "snapshot", "nothing was published yet; make it with: monitor run")
    elif now - published > STALE_AFTER:
        yield Finding(
            "bad",
            "snapshot",
            f"stale: the last run began {_told(published)}; is the schedule running?",
            2,
        )
    else:
        yield Finding("good", "snapshot", f"the last run began {_told(published)}")


def _sources(monitor: Monitor, now: datetime) -> Iterator[Finding]:
    stored, runs = _stored(monitor)
    for name, connector in monitor.connectors.items():
        if missing := connector.missing():
            yield Finding("note", name, f"skipped until mended: {'; '.join(missing)}")
        else:
            yield from _last_run(name, runs, now)
            yield from _places(connector, {place.name: place for place in stored if place.source == name}, now)


def _stored(monitor: Monitor) -> tuple[list[Place], Runs | None]:
    """Where the places stand and the last runs; nothing where there is no readable database, which was told already."""
    try:
        if monitor.store.path.exists():
            return monitor.store.places(), {str(run["source"]): run for run in monitor.store.last_runs()}
    except StoreError:
        pass
    return [], None


def _last_run(source: str, runs: Runs | None, now: datetime) -> Iterator[Finding]:
    """Stale or never read: one source may stand still while the others keep the snapshot fresh."""
    if runs is None:
        return
    if source not in runs:
        yield Finding("note", source, f"no run has read it yet; read it with: monitor run --source {source}")
        return
    succeeded = runs[source]["succeeded"]
    if not isinstance(succeeded, datetime):
        yield Finding("bad", source, "no run of it ever ended well; mend what is told of it here", 2)
    elif now - succeeded > STALE_AFTER:
        text = f"stale: its last good run ended {_told(succeeded)}; is it scheduled, and does it answer?"
        yield Finding("bad", source, text, 2)


def _places(connector: Connector, stored: Mapping[str, Place], now: datetime) -> Iterator[Finding]:
    wanted = connector.places()
    resting = [stored[name] for name in wanted if name in stored and _rests(stored[name], now)]
    due = [name for name in wanted if not (name in stored and _rests(stored[name], now))]
    if due:
        yield from _reached(connector, due, stored, now)
    if resting:
        yield _left_alone(connector, resting)
        failing = [(place.name, str(place.problem)) for place in resting if place.failures]
        yield from _grouped(connector, failing, stored)
    for name in (name for name in wanted if name in stored):
        yield from (Finding("note", connector.name, f"{name}: {note}") for note in stored[name].notes)


def _rests(place: Place, now: datetime) -> bool:
    return place.not_before is not None and place.not_before > now


def _left_alone(connector: Connector, resting: Sequence[Place]) -> Finding:
    """Places that asked for rest are not asked by us either."""
    first = min(place.not_before for place in resting if place.not_before)
    return Finding(
        "note", connector.name, f"{len(resting)} places rest and were not asked, the first until {_told(first)}"
    )


def _reached(connector: Connector, due: Sequence[str], stored: Mapping[str, Place], now: datetime) -> Iterator[Finding]:
    """One small visit to every place that is due; what it brings is forgotten."""
    visit = Visit(now=now, cursors=dict.fromkeys(due), pages=1, seconds=PATIENCE)
    pages: dict[str, SourceError | None] = {}
    try:
        for page in connector.fetch(visit):
            pages[page.place] = pages.get(page.place) or page.problem
    except SourceError as error:
        yield Finding("bad", connector.name, str(error), error.exit_code)
    except Exception as error:  # noqa: BLE001 - a stranger's connector; its text may quote posts
        yield Finding("bad", connector.name, f"the connector failed with {type(error).__name__}", SourceError.exit_code)
    failing = [(name, f"{problem.message} ({problem.kind})") for name, problem in pages.items() if problem]
    answered = len(pages) - len(failing)
    state: State = "good" if answered else "bad"
    yield Finding(state, connector.name, f"{answered} of {len(due)} places answer", 0 if answered else 2)
    yield from _grouped(connector, failing, stored)
    if silent := len(due) - len(pages):
        yield Finding("note", connector.name, f"{silent} places were not asked: no time was left, or it failed before")


def _grouped(
    connector: Connector, failing: Sequence[tuple[str, str]], stored: Mapping[str, Place]
) -> Iterator[Finding]:
    """A finding per host and reason, so that one host that is down takes one line and not a screen."""
    groups: dict[tuple[str, str], list[str]] = {}
    for name, reason in failing:
        groups.setdefault((links.host(name), reason), []).append(name)
    for (_, reason), names in groups.items():
        more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
        before = [stored[name] for name in names if name in stored and stored[name].failures]
        since = _since(before) if len(before) == len(names) else ""
        text = f"{', '.join(names[:NAMED])}{more}: {reason}{since}"
        yield Finding("bad", connector.name, text, SourceError.exit_code)


def _since(places: Sequence[Place]) -> str:
    """How long these have been failing, as far as runs have seen it."""
    successes = [place.succeeded for place in places if place.succeeded]
    return f"; failing since {_told(min(successes))}" if successes else "; no run ever had an answer"


def _told(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _number(count: int, of: str) -> str:
    """`1 query`, `2 queries`."""
    return f"{count} {of if count == 1 else f'{of[:-1]}ies' if of.endswith('y') else f'{of}s'}"
