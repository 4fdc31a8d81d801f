"""The weekly report as a flow."""

from datetime import UTC, datetime

from prefect import flow

from flows.collect import configured
from monitor.pipeline import write_report


@flow(name="weekly-report", persist_result=False)
def weekly_report(week: str | None = None) -> None:
    """Write the report of a week, the last whole one when none is named, in the organisation's language."""
    write_report(configured(), datetime.now(UTC), week=week)
