"""Manners towards servers: spacing per host, Retry-After in all its forms, statuses as errors."""

import re
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from monitor.errors import Fatal, Retry, Skip, SourceError

_NUMBER = re.compile(r"[+-]?[0-9]+")
LONGEST_WAIT = 24 * 3600.0  # nobody is left alone for longer than a day, whatever they ask


def retry_after(value: str | None, now: datetime) -> float | None:
    """Seconds that a Retry-After header asks for, between 0 and a day; None when absent or unreadable.

    RFC 9110 section 10.2.3: a number of seconds or an HTTP date. `now` is aware.
    """
    if value is None:
        return None
    seconds = _seconds(value.strip(), now)
    return None if seconds is None else min(max(seconds, 0.0), LONGEST_WAIT)


def _seconds(value: str, now: datetime) -> float | None:
    if _NUMBER.fullmatch(value):
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return (moment - now).total_seconds()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def status_problem(status: int, place: str, *, wait: float | None = None) -> SourceError | None:
    """The error that an HTTP status means, or None when the answer can be used (2xx and 304)."""
    if 200 <= status < 300 or status == 304:
        return None
    if status == 429:
        return Retry("rate-limit", place, "429: too many requests", seconds=wait)
    if status >= 500 or status in (408, 425):
        return Retry("server", place, f"{status}: the server has a problem", seconds=wait)
    return _refusal(status, place)


def _refusal(status: int, place: str) -> SourceError:
    if status == 401:
        return Fatal("credentials", place, "401: the server wants other credentials")
    if status in (403, 451):
        return Fatal("forbidden", place, f"{status}: the server does not allow this")
    if status in (404, 410):
        return Skip("not-found", place, f"{status}: nothing is there any more")
    return Skip("malformed", place, f"unexpected status {status}")


class Spacing:
    """Leaves at least `seconds` between the starts of two requests to the same host, over all threads."""

    def __init__(
        self,
        seconds: float,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._seconds = seconds
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.Lock()
        self._free_at: dict[str, float] = {}

    def wait(self, host: str) -> None:
        """Return when it is this request's turn."""
        if self._seconds <= 0:
            return
        with self._lock:
            now = self._clock()
            turn = max(now, self._free_at.get(host, now))
            self._free_at[host] = turn + self._seconds
        if turn > now:
            self._sleep(turn - now)
