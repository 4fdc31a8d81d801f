"""The steps in order: what flows and the command line call.

    note what is asked | visit every source | group what is a crisis | publish | report

Where what is asked changed since a place was last read, the place is read from the start: see `monitor.visiting`.
"""

import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from secrets import token_hex

from monitor.assemble import Monitor
from monitor.config.load import nearest
from monitor.crisis_check import crisis_check
from monitor.errors import ConfigError
from monitor.report import Week, iso_week, markdown, week_before
from monitor.report.markdown import LANGUAGES
from monitor.report.week import Span
from monitor.store import hold
from monitor.store.weekly import answers
from monitor.triage import Relevance
from monitor.triage.labels import Labelled
from monitor.triage.scheme.words import REACTIONS, ROLES
from monitor.visiting import Clock, Collected, OnPage, visit_source


def new_run(now: datetime) -> str:
    """A name for a run: when, and four random digits."""
    return f"{now:%Y%m%dT%H%M%S}-{token_hex(2)}"


def run(
    monitor: Monitor,
    now: datetime,
    *,
    sources: Iterable[str] | None = None,
    full: bool = False,
    on_page: OnPage | None = None,
    clock: Clock = time.monotonic,
) -> list[Collected]:
    """One pass over the sources, then a snapshot. Raises Busy at once when another run is at work."""
    names = tuple(dict.fromkeys(monitor.connectors if sources is None else sources))
    name = new_run(now)
    with hold(monitor.store.folder / "locks", names):
        monitor = _prepared(monitor, now)
        collected = [
            visit_source(monitor, name, source, now, full=full, on_page=on_page, clock=clock) for source in names
        ]
    conclude(monitor, name, now)
    return collected


def collect(monitor: Monitor, source: str, now: datetime, *, clock: Clock = time.monotonic) -> Collected:
    """One pass over one source, under its own lock."""
    with hold(monitor.store.folder / "locks", [source]):
        monitor = _prepared(monitor, now)
        return visit_source(monitor, new_run(now), source, now, clock=clock)


def _prepared(monitor: Monitor, now: datetime) -> Monitor:
    """The database, made or brought to this version, with what is asked from now on; and what labels teach of names."""
    monitor.store.prepare()
    monitor.store.note(monitor.asked, now)
    profiles = {query: _taught(monitor, query, profile) for query, profile in monitor.triage.profiles.items()}
    return replace(monitor, triage=replace(monitor.triage, profiles=profiles))


def _taught(monitor: Monitor, query: str, profile: Relevance) -> Relevance:
    """The profile of a query with a memory of what people said of its mentions."""
    said = monitor.store.about(query)
    return profile.learned(Labelled(text, relevant=relevant) for text, relevant in said) if said else profile


def conclude(monitor: Monitor, name: str, now: datetime) -> None:
    """What follows the visits: what is a crisis is grouped, and readers get a snapshot."""
    triage = monitor.triage
    crisis = triage.scheme.crisis
    if crisis:
        hours = triage.roles.named[crisis.lead].hours
        crisis_check(monitor.store, crisis, now, hours=hours, language=triage.language)
    publish(monitor, name)


def publish(monitor: Monitor, name: str) -> None:
    """A snapshot for readers."""
    monitor.store.publish(name, ambassadors_shown=monitor.ambassadors_shown)


def known_sources(monitor: Monitor, wanted: Sequence[str] | None) -> tuple[str, ...]:
    """The configured sources, or those `wanted`; raises ConfigError for one that is not configured."""
    for name in wanted or ():
        if name not in monitor.connectors:
            raise ConfigError(f"--source {name}: not in {monitor.path}; {nearest(name, list(monitor.connectors))}")
    return tuple(wanted or monitor.connectors)


def write_report(
    monitor: Monitor,
    now: datetime,
    *,
    week: str | None = None,
    language: str | None = None,
    to: Path | None = None,
) -> Path | None:
    """Write the report of a week; returns the file, or None when it went to the screen (`to` is -)."""
    span = iso_week(week, monitor.zone) if week else week_before(now, monitor.zone)
    language = language or next((one for one in monitor.settings.organisation.languages if one in LANGUAGES), "en")
    text = markdown(_week(monitor, span, now, language), language)
    if str(to) == "-":
        sys.stdout.write(text)
        return None
    path = to or monitor.reports / f"{span.name}.{language}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.new")
    unfinished.write_text(text, "utf-8")
    return unfinished.replace(path)


def _week(monitor: Monitor, span: Span, now: datetime, language: str) -> Week:
    settings = monitor.settings
    zone = settings.organisation.timezone
    return Week(
        organisation=settings.organisation.name,
        zone=monitor.zone,
        span=span,
        now=now,
        rows=answers(
            monitor.store.folder,
            before=span.before,
            start=span.start,
            stop=span.stop,
            now=now,
            zone=zone,
            monday=span.monday,
        ),
        queries=[(query.name, query.facet, query.purpose) for query in settings.queries],
        ambassadors_shown=monitor.ambassadors_shown,
        window_days=settings.privacy.window_days,
        why={rule.id: rule.why[language] for rule in monitor.triage.scheme.rules if language in rule.why},
        names={
            "rule": {rule.id: rule.name[language] for rule in monitor.triage.scheme.rules if language in rule.name},
            "reaction": REACTIONS[language],
            "role": ROLES[language],
        },
    )
