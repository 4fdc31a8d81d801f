"""Opening hours with public holidays, and deadlines that count them.

    due = start + minutes, where only opening minutes count; round the clock when no hours are given
    |---------- four fifths ----------|-- the last fifth: orange --| red

What is closed on a holiday is up to the library `holidays`, of which the public ones count. It says of the
Netherlands: Liberation Day (5 May) in years that can be divided by five only, King's Day on the Saturday before
when it falls on a Sunday, and Good Friday, on which the Dutch work: it is none here. It says of Belgium: the ten days
of the law of 1974 and both Sundays; neither the days of the communities (11 July, 27 September, 15 November) nor those
on which only banks are shut. A holiday on a Sunday moves nowhere in either.
"""

import functools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from monitor.errors import ConfigError

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ORANGE_FROM = 0.8  # of the opening time between start and due
COUNTRY_OF = {"Europe/Amsterdam": ("NL",), "Europe/Brussels": ("BE",)}
WORKED_ON = {"NL": ("nl", "Goede vrijdag")}  # language and name: in the law on time limits, in hardly any contract
_KNOWN = {"NL", "BE"}  # so that the library, 0.13 s, is imported by nobody who does not need it
_A_YEAR = 366  # days
_A_DAY = 24 * 60  # minutes


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """Opening and closing time per weekday, in the organisation's zone; closing at 00:00 is at the day's end.

    Days without an entry are closed, and so are the public holidays of the countries in `holidays`. Without any
    entry it is open round the clock, holidays too.
    """

    zone: ZoneInfo
    week: Mapping[str, tuple[time, time]] = field(default_factory=dict)
    holidays: tuple[str, ...] = ()

    def reaches(self, minutes: int) -> bool:
        """True when so many opening minutes pass within a year, which `due` needs."""
        weekly = sum(((_minutes(closes) or _A_DAY) - _minutes(opens) for opens, closes in self.week.values()), 0)
        return not self.week or weekly * (_A_YEAR // 7 - 1) >= minutes

    def due(self, start: datetime, minutes: int) -> datetime:
        """The moment, in UTC, at which `minutes` opening minutes have passed since `start`."""
        return self._after(start.astimezone(UTC), timedelta(minutes=minutes))

    def orange(self, start: datetime, due: datetime) -> datetime:
        """The moment, in UTC, at which the last fifth of the opening time from `start` to `due` begins."""
        begin = start.astimezone(UTC)
        return min(self._after(begin, self.between(begin, due) * ORANGE_FROM), due.astimezone(UTC))

    def between(self, start: datetime, stop: datetime) -> timedelta:
        """How much opening time lies between two moments; none when `stop` is not the later one."""
        begin, end = start.astimezone(UTC), stop.astimezone(UTC)
        if not self.week:
            return max(end - begin, timedelta())
        days = (end - begin).days + 3  # a day may begin an hour later than the clock says
        spans = (min(closes, end) - max(opens, begin) for opens, closes in self._open_from(begin, days))
        return sum((span for span in spans if span > timedelta()), timedelta())

    def open_at(self, moment: datetime) -> bool:
        """True when it is open at that moment; at closing time it is closed."""
        at = moment.astimezone(UTC)
        return not self.week or any(opens <= at < closes for opens, closes in self._open_from(at, 1))

    def _after(self, begin: datetime, left: timedelta) -> datetime:
        if not self.week:
            return begin + left
        for opens, closes in self._open_from(begin, _A_YEAR):
            span = closes - max(opens, begin)
            if span >= left:
                return max(opens, begin) + left
            left -= max(span, timedelta())
        if self.holidays:  # they cost so much of the year that the deadline lies beyond it: then they do not count
            return replace(self, holidays=())._after(begin, left)  # noqa: SLF001 - of its own kind
        raise ValueError("the opening hours never add up to the deadline")

    def _open_from(self, start: datetime, days: int) -> Iterator[tuple[datetime, datetime]]:
        """The opening hours of some days in UTC: differences within a zone would ignore its summer time."""
        first = start.astimezone(self.zone).date()
        for day in (first + timedelta(days=offset) for offset in range(days)):
            if (hours := self.week.get(DAYS[day.weekday()])) and not self._is_holiday(day):
                last = day if hours[1] != time() else day + timedelta(days=1)
                yield self._moment(day, hours[0]), self._moment(last, hours[1])

    def _is_holiday(self, day: date) -> bool:
        return any(day in _holidays(country, day.year) for country in self.holidays)

    def _moment(self, day: date, at: time) -> datetime:
        return datetime.combine(day, at, self.zone).astimezone(UTC)


ALWAYS = OpeningHours(ZoneInfo("UTC"))  # the clock of what cannot wait


def opening_hours(zone: str, week: Mapping[str, tuple[time, time]], holidays: Iterable[str] | None) -> OpeningHours:
    """The hours that a configuration gives; raises ConfigError for a country whose holidays nobody knows."""
    return OpeningHours(ZoneInfo(zone), week, countries(holidays, zone))


def countries(given: Iterable[str] | None, zone: str) -> tuple[str, ...]:
    """Whose holidays are closed days: those in `[organisation] holidays`, else those of the zone's own country.

    Raises ConfigError for a country that the library does not know.
    """
    chosen = COUNTRY_OF.get(zone, ()) if given is None else tuple(dict.fromkeys(given))
    unknown = [country for country in chosen if country not in _KNOWN and not _is_known(country)]
    if unknown:
        raise ConfigError(
            f"[organisation] holidays: {', '.join(unknown)} is no country whose holidays are known; "
            'write two capitals such as "NL", or [] for none'
        )
    return chosen


def _is_known(country: str) -> bool:
    try:
        return bool(_holidays(country, 2026))
    except NotImplementedError:  # the library's word for it
        return False


@functools.cache
def _holidays(country: str, year: int) -> frozenset[date]:
    """The public holidays of a country in a year."""
    import holidays  # noqa: PLC0415 - takes 0.13 s

    language, worked = WORKED_ON.get(country, (None, ""))
    days = holidays.country_holidays(country, years=year, language=language)
    return frozenset(day for day, name in days.items() if name != worked)


def _minutes(at: time) -> int:
    return 60 * at.hour + at.minute
