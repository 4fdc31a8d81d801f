"""One instance: its API through Mastodon.py, behind the fetch gate, with every failure translated.

    connector -> Instance -> Mastodon.py -> requests session -> gate -> server
                     ^                          |
                     '-- status, waiting time --'  (a response hook; the library sees the body only)

What the library does with headers is left unused, each for a measured reason. A rate-limit header it
cannot read makes it fail on a good answer. Link headers are absent on some servers, and one that names
itself sends it round for ever. A redirect would carry the library to another host. So the hook notes what
we need and takes the headers away, and paging goes by the ids of the statuses.

Each tag timeline would first ask the instance what it offers (`GET /api/v2/instance/`), only to warn; on
servers without that path again for every page, and a 429 to it is swallowed. The session answers that
question itself with "nothing known", which doubles what a rate limit allows.
"""

import io
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar

import mastodon as library
import requests
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict

from monitor.errors import Fatal, Retry, Skip, SourceError
from monitor.fetch import Gate, retry_after, status_problem
from monitor.fetch.politeness import LONGEST_WAIT
from monitor.fetch.session import cause, gated_session

T = TypeVar("T")
LIMIT = 40  # the most that Mastodon gives in one page
_API = "4.2.0"  # what we count on; given, so that the library does not ask


class Instance:
    """An instance's API. Methods return what the library made of the JSON, or raise a `SourceError`.

    `place` is named in errors, `variable` is where its token belongs. `now` is the time of the run, for
    servers that do not say their own.
    """

    def __init__(
        self, url: str, *, token: str | None, variable: str, user_agent: str, gate: Gate, now: datetime
    ) -> None:
        self._cure = f"its token in {variable} is refused" if token else f"it wants a user token in {variable}"
        self._now = now
        self._status: int | None = None
        self._wait: float | None = None
        self._unasked = f"{url}/api/v2/instance/"
        session = gated_session(gate)
        session.mount(self._unasked, _NothingKnown())
        session.hooks["response"].append(self._note)
        self._api = library.Mastodon(
            api_base_url=url,
            access_token=token,
            ratelimit_method="throw",
            request_timeout=20,
            user_agent=user_agent,
            session=session,
            mastodon_version=_API,
            version_check_mode="created",
        )

    def tag(self, place: str, tag: str, **ids: str) -> list[Any]:
        """A page of the tag's timeline. `ids`: `max_id` or `min_id`."""
        return self._asked(place, lambda: _listed(self._api.timeline_hashtag(tag, limit=LIMIT, **ids)))

    def found(self, place: str, text: str, offset: int) -> list[Any]:
        """A page of statuses that hold `text`, newest first; needs a user token."""
        return self._asked(place, lambda: _listed(self._search(text, offset)["statuses"]))

    def account(self, place: str, acct: str) -> str:
        """The instance's id of an account."""
        return self._asked(place, lambda: str(self._api.account_lookup(acct)["id"]))

    def statuses(self, place: str, account: str, **ids: str) -> list[Any]:
        """A page of an account's own statuses. `ids`: `max_id` or `min_id`."""
        return self._asked(
            place,
            lambda: _listed(self._api.account_statuses(account, exclude_reblogs=True, limit=LIMIT, **ids)),
        )

    def _search(self, text: str, offset: int) -> Any:
        return self._api.search_v2(text, resolve=False, result_type="statuses", offset=offset, limit=LIMIT)

    def _asked(self, place: str, question: Callable[[], T]) -> T:
        self._status = self._wait = None
        try:
            return self._answer(question)
        except Exception as error:  # the library lets KeyError, TypeError and RecursionError through
            _silence(error)
            raise self._problem(place, error) from error

    def _answer(self, question: Callable[[], T]) -> T:
        answer = question()
        if self._status is not None and self._status >= 300:  # the library takes a redirect for an answer
            raise ValueError("redirected")
        return answer

    def _problem(self, place: str, error: Exception) -> SourceError:
        if self._status is None:
            refused = cause(error)
            return at(place, refused) if refused else Skip("malformed", place, "this request cannot be made")
        if self._status == 401:
            return Fatal("credentials", place, f"401: {self._cure}")
        if 300 <= self._status < 400:
            return Skip("malformed", place, "the API redirects; set in `instances` the host that answers itself")
        return status_problem(self._status, place, wait=self._wait) or Skip(
            "malformed", place, "the answer is not what Mastodon's API gives"
        )

    def _note(self, response: requests.Response, *_: Any, **__: Any) -> None:
        if response.url == self._unasked:
            return
        self._status = response.status_code
        self._wait = wait_of(response.headers, self._now)
        response.headers = CaseInsensitiveDict({"Content-Type": response.headers.get("Content-Type", "")})


class _NothingKnown(BaseAdapter):
    """Answers every request with an empty object, without asking anybody."""

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        response = requests.Response()
        response.status_code = 200
        response.raw = io.BytesIO(b"{}")
        response.url = request.url or ""
        response.request = request
        return response

    def close(self) -> None:
        """Nothing to close."""


def at(place: str, error: SourceError) -> SourceError:
    """The same problem, told of another place."""
    if isinstance(error, Retry):
        return Retry(error.kind, place, error.message, seconds=error.seconds)
    return (Fatal if isinstance(error, Fatal) else Skip)(error.kind, place, error.message)


def _listed(answer: Any) -> list[Any]:
    """The statuses in an answer. The library makes lists of anything: an object's keys, a text's letters."""
    if not isinstance(answer, list) or (answer and not any(isinstance(each, Mapping) for each in answer)):
        raise TypeError("expected a list of statuses")
    return list(answer)


def wait_of(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds to wait: Retry-After, else X-RateLimit-Reset against the server's own clock; None: not said."""
    if "Retry-After" in headers:
        return retry_after(headers["Retry-After"], now)
    reset = _reset(headers.get("X-RateLimit-Reset", ""))
    if reset is None:
        return None
    seconds = (reset - (_date(headers.get("Date", "")) or now)).total_seconds()
    return min(max(seconds, 0.0), LONGEST_WAIT)


def _reset(value: str) -> datetime | None:
    """Mastodon writes an ISO date, GoToSocial seconds since 1970."""
    try:
        moment = datetime.fromtimestamp(int(value), UTC) if value.isdigit() else datetime.fromisoformat(value)
    except (ValueError, OverflowError, OSError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _date(value: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _silence(error: BaseException) -> None:
    """Take the texts out of an error and of all it came from: the library quotes the server's answer."""
    current: BaseException | None = error
    while current is not None and not isinstance(current, SourceError):
        current.args = ()
        current = current.__cause__ or current.__context__
