"""Opening hours, and deadlines that count them.

due = start + minutes, where only opening minutes count; round the clock when no hours are given
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_A_YEAR = 366  # days
_A_DAY = 24 * 60  # minutes


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """Opening and closing time per weekday, in the organisation's zone; closing at 00:00 is at the day's end.

    Days without an entry are closed.
    """

    zone: ZoneInfo
    week: Mapping[str, tuple[time, time]] = field(default_factory=dict)

    def reaches(self, minutes: int) -> bool:
        """True when so many opening minutes pass within a year, which `due` needs."""
        weekly = sum(((_minutes(closes) or _A_DAY) - _minutes(opens) for opens, closes in self.week.values()), 0)
        return not self.week or weekly * (_A_YEAR // 7 - 1) >= minutes

    def due(self, start: datetime, minutes: int) -> datetime:
        """The moment, in UTC, at which `minutes` opening minutes have passed since `start`."""
        left, begin = timedelta(minutes=minutes), start.astimezone(UTC)
        if not self.week:
            return begin + left
        for opens, closes in self._open_from(begin):
            span = closes - max(opens, begin)
            if span >= left:
                return max(opens, begin) + left
            left -= max(span, timedelta())
        raise ValueError("the opening hours never add up to the deadline")

    def _open_from(self, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        """The opening hours of a year in UTC: differences within a zone would ignore its summer time."""
        first = start.astimezone(self.zone).date()
        for day in (first + timedelta(days=offset) for offset in range(_A_YEAR)):
            if hours := self.week.get(DAYS[day.weekday()]):
                last = day if hours[1] != time() else day + timedelta(days=1)
                yield self._moment(day, hours[0]), self._moment(last, hours[1])

    def _moment(self, day: date, at: time) -> datetime:
        return datetime.combine(day, at, self.zone).astimezone(UTC)


def _minutes(at: time) -> int:
    return 60 * at.hour + at.minute
