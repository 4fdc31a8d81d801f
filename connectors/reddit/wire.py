"""Between PRAW and the network: answers are judged here, before prawcore retries, sleeps or raises KeyError.

    reddit.request -> prawcore -> Requestor: turn -> gate -> status? token? limits? -> prawcore -> listing

Measured with prawcore 4.0.0: `x-ratelimit-reset: 86400` makes it sleep a day, a 503 costs two more requests
and about 3 s, a 401 without WWW-Authenticate ends as `KeyError: 401`, a 429 with a date in Retry-After as
`ValueError`. `requestor_class` is PRAW's documented seam; a `SourceError` raised there passes through it.

An error whose place is "reddit" concerns the whole source; one without a place, the place that was asked for.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from math import isfinite
from typing import Any

import praw
import prawcore
import requests

from connectors.reddit.posts import About, child_of
from connectors.reddit.walk import Listing
from monitor.errors import Fatal, Retry, Skip, SourceError
from monitor.fetch import retry_after, status_problem
from monitor.fetch.politeness import LONGEST_WAIT
from monitor.fetch.session import cause

SOURCE = "reddit"
_TOKEN_PATH = "/api/v1/access_token"  # noqa: S105 - a path
_TOKEN_FIELDS: Mapping[str, type | tuple[type, ...]] = {
    "access_token": str,
    "expires_in": (int, float),
    "scope": str,
}


class Requestor(prawcore.Requestor):
    """One request, one judged answer. `turn` returns when it may be made; `now` is the visit's time."""

    def __init__(self, *, turn: Callable[[], None], now: datetime, **settings: Any) -> None:
        super().__init__(**settings)
        self._turn = turn
        self._now = now
        self._used_up: Retry | None = None

    def request(self, *args: Any, timeout: float | None = None, **settings: Any) -> requests.Response:
        """Return an answer with status 200, without limits in its headers, or raise `SourceError`."""
        if self._used_up:
            raise self._used_up
        self._turn()
        for_token = str(args[1]).endswith(_TOKEN_PATH)
        response = self._sent(args, timeout, settings | {"allow_redirects": False})
        self._note_limits(response.headers)
        problem = self._problem(response, for_token=for_token)
        if problem:
            raise problem
        return response

    def _sent(self, args: tuple[Any, ...], timeout: float | None, settings: dict[str, Any]) -> requests.Response:
        place = SOURCE if str(args[1]).endswith(_TOKEN_PATH) else ""
        try:
            return super().request(*args, timeout=timeout, **settings)
        except prawcore.RequestException as error:
            known = cause(error) or Retry("network", place, "the request failed")
            raise placed(known, place) from error

    def _note_limits(self, headers: Any) -> None:
        """Keep the limits for ourselves: prawcore sleeps on them, and stumbles over odd ones."""
        left, reset = _number(headers, "x-ratelimit-remaining"), _number(headers, "x-ratelimit-reset")
        if left is not None and left < 1:
            seconds = None if reset is None else min(max(reset, 0.0), LONGEST_WAIT)
            self._used_up = Retry("rate-limit", SOURCE, "this client's limit is used up", seconds=seconds)
        for name in [name for name in headers if name.lower().startswith("x-ratelimit-")]:
            del headers[name]

    def _problem(self, response: requests.Response, *, for_token: bool) -> SourceError | None:
        if for_token:
            return _token_problem(response, self._now)
        if 300 <= response.status_code < 400:  # an unknown subreddit leads to the search page
            return Skip("not-found", "", f"{response.status_code}: Reddit knows no such place")
        wait = retry_after(response.headers.get("retry-after"), self._now)
        # Reddit's limits are per client: when it says how long to wait, that holds for every place.
        return status_problem(response.status_code, "" if wait is None else SOURCE, wait=wait)


def fetch_listing(reddit: praw.Reddit, path: str, params: Mapping[str, Any], about: About) -> Listing:
    """One request for one listing; every exception becomes a `SourceError`."""
    try:
        data = reddit.request(method="GET", path=path, params=dict(params))["data"]
        children, after = data["children"], data.get("after")
        if not isinstance(children, list):
            raise TypeError("children is no list")  # noqa: TRY301 - translated with all the others
        found = tuple(child_of(child, about) for child in children)
        return Listing(found, after if isinstance(after, str) else None)
    except Exception as error:  # whatever PRAW, prawcore and requests raise: see this module's head
        raise translated(error, about.place) from error


def translated(error: Exception, place: str) -> SourceError:
    """The `SourceError` for any exception; nothing of the answer's text goes into it."""
    known = cause(error) or Skip("malformed", place, "the answer is no listing of Reddit's")
    return known if known.place == SOURCE else placed(known, place)


def placed(error: SourceError, place: str) -> SourceError:
    """The same error for `place`."""
    if isinstance(error, Retry):
        return Retry(error.kind, place, error.message, seconds=error.seconds)
    return type(error)(error.kind, place, error.message)


def _token_problem(response: requests.Response, now: datetime) -> SourceError | None:
    status = response.status_code
    if status in (400, 401):
        return _refused(f"{status}: Reddit does not know this client")
    if 300 <= status < 400:
        return Fatal("malformed", SOURCE, f"{status}: the sign-in leads elsewhere; check `api` and any proxy")
    problem = status_problem(status, SOURCE, wait=retry_after(response.headers.get("retry-after"), now))
    return problem or _payload_problem(response)


def _payload_problem(response: requests.Response) -> SourceError | None:
    try:
        payload = response.json()
    except (ValueError, RecursionError):
        return Retry("malformed", SOURCE, "a page came instead of a token: a proxy or an outage")
    if isinstance(payload, dict) and "error" in payload:
        return _refused("Reddit refused the sign-in")
    if isinstance(payload, dict) and all(isinstance(payload.get(n), t) for n, t in _TOKEN_FIELDS.items()):
        return None
    return Retry("malformed", SOURCE, "the sign-in answered without a usable token")


def _refused(what: str) -> Fatal:
    cure = "check MONITOR_REDDIT_CLIENT_ID and MONITOR_REDDIT_CLIENT_SECRET"
    return Fatal("credentials", SOURCE, f"{what}; {cure}")


def _number(headers: Any, name: str) -> float | None:
    try:
        value = float(headers.get(name, ""))
    except ValueError:
        return None
    return value if isfinite(value) else None
