"""The weekly report: a frozen `Week`, then its rendering. The same inputs give the same bytes."""

from monitor.report.markdown import markdown
from monitor.report.week import Week, iso_week, week_before

__all__ = ["Week", "iso_week", "markdown", "week_before"]
