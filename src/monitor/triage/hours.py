"""Opening hours, and deadlines that count them.

due = start + minutes, where only opening minutes count; round the clock when no hours are given
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_A_YEAR = 366


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """Opening and closing time per weekday, in the organisation's zone. Days without an entry are closed."""

    zone: ZoneInfo
    week: Mapping[str, tuple[time, time]] = field(default_factory=dict)

    def due(self, start: datetime, minutes: int) -> datetime:
        """The aware moment at which `minutes` opening minutes have passed since `start`."""
        left = timedelta(minutes=minutes)
        if not self.week:
            return start + left
        day = start.astimezone(self.zone).date()
        for offset in range(_A_YEAR):
            hours = self.week.get(DAYS[(day + timedelta(days=offset)).weekday()])
            if not hours:
                continue
            opens, closes = (datetime.combine(day + timedelta(days=offset), at, self.zone) for at in hours)
            begin = max(opens.astimezone(start.tzinfo), start)
            span = closes.astimezone(start.tzinfo) - begin
            if span >= left:
                return begin + left
            left -= max(span, timedelta())
        raise ValueError("the opening hours never add up to the deadline")
