"""Manners towards servers: Retry-After in all its forms, statuses as errors, spacing (N2, R10)."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import Fatal, Retry, Skip
from monitor.fetch import Spacing, retry_after, status_problem

NOW = datetime(2026, 7, 30, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        ("", None),
        ("0", 0.0),
        ("120", 120.0),
        (" 7 ", 7.0),
        ("0000000000000007", 7.0),
        ("-5", 0.0),
        ("--5", None),
        ("+-5", None),
        ("1.5", None),
        ("٣", None),
        ("soon", None),
        ("9" * 5000, 86400.0),
        ("315360000", 86400.0),
        ("Thu, 30 Jul 2026 12:05:00 GMT", 300.0),
        ("Thu, 30 Jul 2026 14:05:00 +0200", 300.0),
        ("Thu, 30 Jul 2026 12:05:00 -0000", 300.0),
        ("Thu, 30 Jul 2026 11:00:00 GMT", 0.0),
        ("Thu, 30 Jul 2036 12:00:00 GMT", 86400.0),
        ("Fri, 31 Dec 9999 23:59:59 -2359", 86400.0),
        ("Mon, 01 Jan 0001 00:00:00 +2359", 0.0),
        ("Thu, 99 Jul 2026 12:00:00 GMT", None),
        ("120, 60", None),
    ],
)
def test_retry_after(value, expected):
    """Retry-After in all its forms is between nothing and a day, or not understood."""
    assert retry_after(value, NOW) == expected


@given(st.text() | st.from_regex(r"[+-]*[0-9]+") | st.from_regex(r"\w{3}, \d+ Jul \d+ \d+:\d+:\d+ [+-]?\w+"))
def test_retry_after_is_bounded(value):
    """Law: nothing a server writes makes us wait longer than a day, or fail."""
    seconds = retry_after(value, NOW)
    assert seconds is None or 0 <= seconds <= timedelta(days=1).total_seconds()


@pytest.mark.parametrize(
    ("status", "error", "kind"),
    [
        (401, Fatal, "credentials"),
        (403, Fatal, "forbidden"),
        (451, Fatal, "forbidden"),
        (404, Skip, "not-found"),
        (410, Skip, "not-found"),
        (429, Retry, "rate-limit"),
        (408, Retry, "server"),
        (425, Retry, "server"),
        (500, Retry, "server"),
        (503, Retry, "server"),
        (101, Skip, "malformed"),
        (302, Skip, "malformed"),
        (418, Skip, "malformed"),
    ],
)
def test_status_problem(status, error, kind):
    """Each status is an error named by what to do about it."""
    problem = status_problem(status, "a.example", wait=9.0)
    assert (type(problem), problem.kind, getattr(problem, "seconds", 9.0)) == (error, kind, 9.0)


@pytest.mark.parametrize("status", [200, 204, 206, 304])
def test_no_problem(status):
    """2xx and 304 are no problem."""
    assert status_problem(status, "a.example") is None


@given(st.lists(st.tuples(st.sampled_from("abc"), st.floats(0, 10)), max_size=30), st.floats(0.1, 30))
def test_spacing(visits, gap):
    """Law: requests to one host start at least `gap` apart, and one host never waits for another."""
    clock, starts = [0.0], {}

    def sleep(seconds):
        clock[0] += seconds

    spacing = Spacing(gap, clock=lambda: clock[0], sleep=sleep)
    for host, pause in visits:
        clock[0] += pause
        asked = clock[0]
        spacing.wait(host)
        assert clock[0] == pytest.approx(max(asked, starts.get(host, -gap) + gap))
        starts[host] = clock[0]
