"""What is configured, reachable, stale, clashing or missing, with the cure beside it."""

import shutil
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.metadata import packages_distributions, version
from pathlib import Path
from typing import Literal

from monitor import __version__
from monitor.assemble import Monitor, assemble
from monitor.connector import Connector, Visit
from monitor.errors import ConfigError, SourceError, StoreError
from monitor.registry import known
from monitor.store import Place
from monitor.store.weekly import newest

STALE_AFTER = timedelta(hours=26)  # a daily run, and two hours for it to be late
LEAST_FREE = 500_000_000  # bytes
OWN_PACKAGES = ("monitor", "flows", "connectors")
DISTRIBUTION = "mention-monitor"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. `state`: good, note or bad; `exit_code` is what the command ends with for it."""

    state: Literal["good", "note", "bad"]
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
    queries, sources = len(settings.queries), len(monitor.connectors)
    yield Finding(
        "good",
        "configuration",
        f"{monitor.path}: {queries} queries, {sources} sources, {len(settings.ambassadors)} ambassadors",
    )
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
        yield Finding("good", "database", f"{monitor.store.path} ({monitor.store.path.stat().st_size // 1024:,} kB)")
        yield from _freshness(newest(folder), now)
    except StoreError as error:
        yield Finding("bad", "database", str(error), error.exit_code)


def _freshness(published: datetime | None, now: datetime) -> Iterator[Finding]:
    if published is None:
        yield Finding("note", "snapshot", "nothing was published yet; make it with: monitor run")
    elif now - published > STALE_AFTER:
        yield Finding(
            "bad",
            "snapshot",
            f"stale: the last run began {published:%Y-%m-%d %H:%M} UTC; is the schedule running?",
            2,
        )
    else:
        yield Finding("good", "snapshot", f"the last run began {published:%Y-%m-%d %H:%M} UTC")


def _sources(monitor: Monitor, now: datetime) -> Iterator[Finding]:
    stored = monitor.store.places() if monitor.store.path.exists() else []
    for name, connector in monitor.connectors.items():
        if missing := connector.missing():
            yield from (Finding("note", name, f"skipped: {line}") for line in missing)
        else:
            yield from _places(connector, [place for place in stored if place.source == name], now)


def _places(connector: Connector, stored: Iterable[Place], now: datetime) -> Iterator[Finding]:
    yield from _reached(connector, now)
    for place in stored:
        if place.failures > 1 and place.succeeded:
            yield Finding(
                "bad",
                connector.name,
                f"{place.name}: failing since {place.succeeded:%Y-%m-%d %H:%M} UTC: {place.problem}",
                2,
            )
        for note in place.notes:
            yield Finding("note", connector.name, f"{place.name}: {note}")


def _reached(connector: Connector, now: datetime) -> Iterator[Finding]:
    """One small visit to every place; what it brings is forgotten."""
    places = connector.places()
    try:
        pages = list(connector.fetch(Visit(now=now, cursors=dict.fromkeys(places), pages=1, seconds=60.0)))
    except SourceError as error:
        yield Finding("bad", connector.name, str(error), error.exit_code)
        return
    failing = {page.place: page.problem for page in pages if page.problem}
    yield Finding(
        "good" if len(failing) < len(places) else "bad",
        connector.name,
        f"{len(places) - len(failing)} of {len(places)} places answer",
    )
    for problem in failing.values():
        yield Finding("bad", connector.name, str(problem), problem.exit_code)
