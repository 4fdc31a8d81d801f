"""One week as a frozen value: everything the report says, in the organisation's zone."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from monitor.errors import ConfigError

Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Span:
    """An ISO week, from Monday 00:00 to the next in the organisation's zone; `before` is the Monday before it."""

    name: str  # 2026-W46
    monday: date
    before: datetime
    start: datetime
    stop: datetime


@dataclass(frozen=True, slots=True)
class Week:
    """What happened in a week.

    `rows` are the answers of `monitor.store.weekly`, by question; `why` the scheme's reasons by rule, and `names` how a
    rule, reaction or role is called, both in the reader's language.
    """

    organisation: str
    zone: ZoneInfo
    span: Span
    now: datetime
    rows: Mapping[str, Rows]
    queries: Sequence[tuple[str, str, str]]  # name, facet, purpose
    ambassadors_shown: bool
    window_days: int
    why: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def mentions(self) -> int:
        """Mentions of the week, ambassadors' apart."""
        return int(self.rows["totals"][0]["mentions"])

    @property
    def before(self) -> int:
        """Mentions of the week before."""
        return int(self.rows["totals"][0]["before"])

    @property
    def flagged(self) -> int:
        """Mentions of the week that need a reaction."""
        return int(self.rows["totals"][0]["flagged"])

    @property
    def judgement(self) -> str:
        """stable, growing or falling: against the week before, outside what chance alone would do.

        Counts of independent events differ by about twice the square root of their sum (Poisson, 95 %).
        """
        margin = 2 * (self.mentions + self.before) ** 0.5
        if abs(self.mentions - self.before) <= margin:
            return "stable"
        return "growing" if self.mentions > self.before else "falling"


def iso_week(name: str, zone: ZoneInfo) -> Span:
    """The week that `2026-W46` names; raises ConfigError for anything else."""
    found = re.fullmatch(r"(\d{4})-W(\d{2})", name)
    year, number = (int(found[1]), int(found[2])) if found else (0, 0)  # which is no week
    try:
        return _span(date.fromisocalendar(year, number, 1), zone)
    except (ValueError, OverflowError) as error:
        raise ConfigError(f"--week {name}: write an ISO week such as 2026-W46") from error


def week_before(now: datetime, zone: ZoneInfo) -> Span:
    """The last whole week before `now`."""
    today = now.astimezone(zone).date()
    return _span(today - timedelta(days=today.weekday() + 7), zone)


def _span(monday: date, zone: ZoneInfo) -> Span:
    year, week, _ = monday.isocalendar()
    mondays = (datetime.combine(monday + timedelta(days=days), time(), zone) for days in (-7, 0, 7))
    return Span(f"{year}-W{week:02}", monday, *mondays)
