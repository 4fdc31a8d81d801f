"""Stretches of time as ISO 8601 writes them, for `published:`.

    2026-11-20                 that day             2026-11-01/2026-11-08      from one until the other
    2026-11                    that month           2026-11-01/P7D             a week from then
    2026-11-01/                from then on         P7D/                       the last seven days
    /2026-11-01                until its end        P1M/2026-11-01             the month before that

Days begin at midnight in the organisation's time zone; a time of day may follow (2026-11-20T09:00, with or without a
zone). The end is not part of the stretch, except that a day or a month given as the end is.
"""

import calendar
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

_DURATION = re.compile(
    r"P(?=.)(?:(?P<years>\d{1,3})Y)?(?:(?P<months>\d{1,3})M)?(?:(?P<weeks>\d{1,4})W)?(?:(?P<days>\d{1,5})D)?"
    r"(?:T(?=.)(?:(?P<hours>\d{1,5})H)?(?:(?P<minutes>\d{1,6})M)?)?"
)
_MONTH = re.compile(r"(\d{4})-(\d\d)")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
WRITTEN = "write a day (2026-11-20), a stretch (2026-11-01/2026-11-08), or back from now (P7D/)"


@dataclass(frozen=True, slots=True)
class Moment:
    """A date or a time of day. `stop` is where the day or month that is meant ends."""

    start: datetime
    stop: datetime
    aware: bool

    def begin(self, zone: tzinfo) -> datetime:
        return self.start if self.aware else self.start.replace(tzinfo=zone)

    def end(self, zone: tzinfo) -> datetime:
        return self.stop if self.aware else self.stop.replace(tzinfo=zone)


@dataclass(frozen=True, slots=True)
class Duration:
    """Months and a number of seconds: months have no length of their own."""

    months: int
    rest: timedelta

    def before(self, moment: datetime) -> datetime:
        return _months_on(moment, -self.months) - self.rest

    def after(self, moment: datetime) -> datetime:
        return _months_on(moment, self.months) + self.rest


@dataclass(frozen=True, slots=True)
class Interval:
    """From and until: each a moment, a duration from the other (or from now), or open when None."""

    since: Moment | Duration | None
    until: Moment | Duration | None

    def has(self, moment: datetime, now: datetime, zone: tzinfo) -> bool:
        """True when the moment lies within. All are aware; `zone` is where days begin."""
        try:
            start, stop = self._bounds(now, zone)
        except (OverflowError, ValueError):  # before the year 1 or after 9999
            return False
        return (start is None or moment >= start) and (stop is None or moment < stop)

    def _bounds(self, now: datetime, zone: tzinfo) -> tuple[datetime | None, datetime | None]:
        since, until = self.since, self.until
        if isinstance(since, Duration):  # back from a moment, or from now on: what is dated ahead is new too
            stop = until.begin(zone) if isinstance(until, Moment) else None
            return since.before(stop or now), stop
        start = since.begin(zone) if since else None
        if isinstance(until, Duration):
            return start, until.after(start) if start else None
        return start, until.end(zone) if until else None


def interval(text: str) -> Interval:
    """The stretch that `text` writes; raises ValueError with the cure."""
    since, slash, until = text.partition("/")
    if not slash:
        moment = _moment(text)
        if moment.start == moment.stop:
            raise ValueError(f"{text!r} is a moment, and no post is of that very moment; {WRITTEN}")
        return Interval(moment, moment)
    if not since and not until:
        raise ValueError(f"an interval has a beginning or an end; {WRITTEN}")
    ends = tuple(_duration(end) if end.startswith("P") else _moment(end) if end else None for end in (since, until))
    if isinstance(ends[1], Duration) and not isinstance(ends[0], Moment):
        raise ValueError("a duration at the end needs a beginning; the last seven days are P7D/")  # noqa: TRY004
    if isinstance(ends[0], Moment) and isinstance(ends[1], Moment) and _is_back_to_front(ends[0], ends[1]):
        raise ValueError("it ends before it begins; change the two over")
    return Interval(*ends)


def _is_back_to_front(since: Moment, until: Moment) -> bool:
    return since.aware == until.aware and since.start >= until.stop


def _moment(text: str) -> Moment:
    try:
        return _month(text) or _day(text)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"{text!r} is no date; {WRITTEN}") from error


def _month(text: str) -> Moment | None:
    found = _MONTH.fullmatch(text)
    if not found:
        return None
    start = datetime(int(found[1]), int(found[2]), 1)  # noqa: DTZ001 - the organisation's zone is put to it
    return Moment(start, _months_on(start, 1), aware=False)


def _day(text: str) -> Moment:
    if _DAY.fullmatch(text):
        start = datetime.combine(date.fromisoformat(text), time())
        return Moment(start, start + timedelta(days=1), aware=False)
    if "T" not in text:
        raise ValueError(text)
    moment = datetime.fromisoformat(text)
    return Moment(moment, moment, aware=moment.tzinfo is not None)


def _duration(text: str) -> Duration:
    found = _DURATION.fullmatch(text)
    if not found:
        raise ValueError(f"{text!r} is no duration; write it like P7D, P2W, P1M or PT12H")
    count: Callable[[str], int] = lambda name: int(found[name] or 0)  # noqa: E731
    rest = timedelta(weeks=count("weeks"), days=count("days"), hours=count("hours"), minutes=count("minutes"))
    return Duration(count("years") * 12 + count("months"), rest)


def _months_on(moment: datetime, months: int) -> datetime:
    """The same day so many months on, or the last day of a shorter month."""
    years, month = divmod(moment.month - 1 + months, 12)
    year = moment.year + years
    return moment.replace(year=year, month=month + 1, day=min(moment.day, calendar.monthrange(year, month + 1)[1]))
