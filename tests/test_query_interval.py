"""Stretches of time: each form by example at its very edges, the zone's midnights, refusals, and laws."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.model import Match
from monitor.query import Matcher, Query
from monitor.query.interval import interval
from tests.oracle import document

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
EVER, OPEN = "0001-01-02T00:00+00:00", "2999-01-01T00:00+00:00"  # where a stretch has no beginning or no end


def has(text: str, moment: str) -> bool:
    return interval(text).has(datetime.fromisoformat(moment), NOW, AMSTERDAM)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        # midnight in Amsterdam is an hour earlier in UTC, two in summer
        ("2026-11-20", "2026-11-19T23:00+00:00", "2026-11-20T22:59:59+00:00"),
        ("2026-07-01", "2026-06-30T22:00+00:00", "2026-07-01T21:59:59+00:00"),
        ("2026-10-25", "2026-10-24T22:00+00:00", "2026-10-25T22:59:59+00:00"),  # 25 hours long
        ("2026-11", "2026-10-31T23:00+00:00", "2026-11-30T22:59:59+00:00"),
        ("2026-12", "2026-11-30T23:00+00:00", "2026-12-31T22:59:59+00:00"),
        ("2024-02", "2024-01-31T23:00+00:00", "2024-02-29T22:59:59+00:00"),
        ("2026-11-01/", "2026-10-31T23:00+00:00", OPEN),
        ("/2026-11-01", EVER, "2026-11-01T22:59:59+00:00"),
        ("/2026-10", EVER, "2026-10-31T22:59:59+00:00"),
        ("2026-11-01/2026-11-08", "2026-10-31T23:00+00:00", "2026-11-08T22:59:59+00:00"),
        ("2026-10/2026-11", "2026-09-30T22:00+00:00", "2026-11-30T22:59:59+00:00"),
        ("2026-11-01/P7D", "2026-10-31T23:00+00:00", "2026-11-07T22:59:59+00:00"),
        ("2026-01-31/P1M", "2026-01-30T23:00+00:00", "2026-02-27T22:59:59+00:00"),  # a month on is the 28th
        ("P1M/2026-11-01", "2026-09-30T22:00+00:00", "2026-10-31T22:59:59+00:00"),
        ("P1Y/2026-11-01", "2025-10-31T23:00+00:00", "2026-10-31T22:59:59+00:00"),
        ("2026-11-20T09:00/2026-11-20T10:30", "2026-11-20T08:00+00:00", "2026-11-20T09:29:59+00:00"),
        ("2026-11-20T09:00Z/PT90M", "2026-11-20T09:00+00:00", "2026-11-20T10:29:59+00:00"),
        ("2026-11-20T09:00+02:00/PT1H30M", "2026-11-20T07:00+00:00", "2026-11-20T08:29:59+00:00"),
        ("2026-11-20T09:00Z/2026-11-20", "2026-11-20T09:00+00:00", "2026-11-20T22:59:59+00:00"),
        ("P7D/", "2026-11-13T12:00+00:00", OPEN),
        ("P2W/", "2026-11-06T12:00+00:00", OPEN),
        ("PT12H/", "2026-11-20T00:00+00:00", OPEN),
        ("P1Y2M3DT4H5M/", "2025-09-17T07:55+00:00", OPEN),
        ("P9M/", "2026-02-20T12:00+00:00", OPEN),
    ],
)
def test_where_a_stretch_begins_and_ends(text: str, first: str, last: str) -> None:
    """The first and the last second belong to it; a second before and after do not, where it has an end."""
    assert has(text, first)
    assert has(text, last)
    second = timedelta(seconds=1)
    assert first == EVER or not interval(text).has(datetime.fromisoformat(first) - second, NOW, AMSTERDAM)
    assert last == OPEN or not interval(text).has(datetime.fromisoformat(last) + second, NOW, AMSTERDAM)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "'' is no date; write a day (2026-11-20), a stretch (2026-11-01/2026-11-08), or back from now (P7D/)"),
        ("gisteren", "'gisteren' is no date; write a day"),
        ("2026", "'2026' is no date"),
        ("2026-13", "'2026-13' is no date"),
        ("2026-02-30", "'2026-02-30' is no date"),
        ("2026-00-01", "is no date"),
        ("9999-12-31", "is no date"),
        ("20-11-2026", "is no date"),
        ("2026-11-20T25:00", "is no date"),
        ("2026-11-20T09:00", "is a moment, and no post is of that very moment; write a day"),
        ("P7D", "'P7D' is no date; write a day"),
        ("/", "an interval has a beginning or an end; write a day"),
        ("P/", "'P' is no duration; write it like P7D, P2W, P1M or PT12H"),
        ("P1DT/", "is no duration"),
        ("P7/", "is no duration"),
        ("PT5S/", "is no duration"),
        ("7D/", "'7D' is no date"),
        ("/P7D", "a duration at the end needs a beginning; the last seven days are P7D/"),
        ("P1D/P2D", "a duration at the end needs a beginning"),
        ("2026-11-08/2026-11-01", "it ends before it begins; change the two over"),
        ("2026-11-20T09:00/2026-11-20T09:00", "it ends before it begins"),
        ("2026-11-01/2026-11-08/2026-11-09", "is no date"),
    ],
)
def test_what_is_no_stretch_is_refused(text: str, said: str) -> None:
    """Whatever is none is refused with how to write one."""
    with pytest.raises(ValueError, match=re.escape(said)):
        interval(text)


@pytest.mark.parametrize(
    ("text", "inside"),
    [("P999Y/0500-01-01", "0499-12-31"), ("9998-01-01/P999Y", "9998-01-02"), ("P9999W/0100-01-01", "0099-12-31")],
)
def test_beyond_the_calendar_nothing_holds(text: str, inside: str) -> None:
    """A stretch that begins before the year 1 or ends after 9999 has nothing, and breaks nothing."""
    assert not interval(text).has(datetime.fromisoformat(f"{inside}T00:00Z"), NOW, UTC)


MOMENTS = st.integers(1_577_000_000, 1_893_000_000).map(lambda second: datetime.fromtimestamp(second, UTC))
ZONES = st.sampled_from([UTC, AMSTERDAM, ZoneInfo("Pacific/Auckland"), ZoneInfo("America/St_Johns")])


@settings(deadline=None)
@given(MOMENTS, ZONES)
def test_every_moment_is_of_its_own_day_and_month(moment: datetime, zone: ZoneInfo) -> None:
    """A moment is of the day and the month that a calendar in the zone shows, and of no day beside it."""
    there = moment.astimezone(zone)
    assert interval(f"{there:%Y-%m-%d}").has(moment, NOW, zone)
    assert interval(f"{there:%Y-%m}").has(moment, NOW, zone)
    for beside in (there - timedelta(days=2), there + timedelta(days=2)):
        assert not interval(f"{beside:%Y-%m-%d}").has(moment, NOW, zone)


@settings(deadline=None)
@given(MOMENTS, MOMENTS, st.integers(0, 400), ZONES)
def test_back_from_now(moment: datetime, now: datetime, days: int, zone: ZoneInfo) -> None:
    """P<n>D/ is all since n days before now, what is dated ahead too; before a day and from it, each moment is once."""
    assert interval(f"P{days}D/").has(moment, now, zone) is (moment >= now - timedelta(days=days))
    before, after = f"/{now - timedelta(days=1):%Y-%m-%d}", f"{now:%Y-%m-%d}/"
    assert interval(before).has(moment, now, zone) is not interval(after).has(moment, now, zone)


@pytest.mark.parametrize(("zone", "holds"), [(UTC, False), (AMSTERDAM, True)])
def test_days_begin_in_the_zone_of_the_matcher(zone: ZoneInfo, holds: bool) -> None:
    """`published:` of a matcher reads days in its zone, and `now` is what `match` is told."""
    late = document("veer", published=datetime(2026, 11, 19, 23, 30, tzinfo=UTC))
    made = Matcher([Query("dag", "brand", "published:2026-11-20"), Query("nu", "brand", "published:P1D/")], zone=zone)
    found = {match.query for match in made.match(late, NOW)}
    assert ("dag" in found) is holds
    assert "nu" in found
    assert made.match(late, NOW + timedelta(days=2)) == ((Match("dag", "brand", ()),) if holds else ())
