"""Mastodon and what speaks its API: tag timelines, search, and accounts of ambassadors, through Mastodon.py.

    place due -> walk (which page next) -> instance (the library) -> statuses -> posts -> Page with cursor

Places: `#tag on host`, `search: text on host`, and `@name@host` for people who opted in as ambassadors; of
nobody else is an account ever read. Search needs a user token of that instance, in the environment as
`MONITOR_MASTODON_TOKEN_<HOST>`, where every character of the host but letters and digits becomes `_`
(`MONITOR_MASTODON_TOKEN_SOCIAL_EXAMPLE`); a token is sent to its own instance only. Without one the
searches there are left out, and a note in the first page says so.

An instance that fails as a whole (network, timeout, credentials, rate limit, server) for two places in a
row is left alone: its other places tell the same problem. One that says when to return is believed at once.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import ClassVar

from connectors.mastodon.instance import Instance, at
from connectors.mastodon.readers import reader_of
from connectors.mastodon.settings import (
    MastodonOptions,
    Place,
    account_places,
    host_of,
    is_handle,
    is_plain,
    parted,
    search_places,
    secret_of,
    tag_places,
)
from connectors.mastodon.status import SOURCE, Refused, Seen, read
from connectors.mastodon.walk import OVERLAP, Budget, Cursor, Step, Walk, read_cursor
from monitor.connector import Options, Page, Tools, Visit
from monitor.errors import ConfigError, Retry, SourceError
from monitor.fetch import Gate
from monitor.model import Post

LARGEST = 2_000_000  # bytes of a page: forty statuses are about 150 kB
PATIENCE = 2  # places in a row that may fail before an instance is left alone
_WHOLE = ("credentials", "network", "timeout", "rate-limit", "server")


class Mastodon:
    """The instances of `[sources.mastodon]`. See `monitor.connector` for what a connector promises."""

    name: ClassVar[str] = SOURCE
    options: ClassVar[type[Options]] = MastodonOptions
    overlap: ClassVar[int] = OVERLAP

    def __init__(self, options: MastodonOptions, tools: Tools) -> None:
        self._options = options
        self._tools = tools
        self._tokens = {url: _token(tools, url) for url in options.instances}
        faults = [*_plain_faults(options, tools), *_handle_faults(tools)]
        if faults:
            raise ConfigError(*faults)

    def missing(self) -> Sequence[str]:
        """What keeps this source from having any place."""
        if not self._options.instances:
            return ("[sources.mastodon] instances: none given; name at least one, such as social.example",)
        if self.places():
            return ()
        if self._options.search:
            return tuple(_advice(url) for url in self._options.instances)
        return ("[sources.mastodon] hashtags: none given, nor search; name what to look for",)

    def places(self) -> Sequence[str]:
        """Tags and searches of each instance, then the ambassadors."""
        return tuple(place.name for place in self._places())

    def fetch(self, visit: Visit) -> Iterator[Page]:
        """The places that are due, one after another."""
        gate = Gate(user_agent=self._tools.user_agent, largest=LARGEST, loopback=self._tools.loopback)
        try:
            yield from self._visited(visit, gate)
        finally:
            gate.close()

    def _visited(self, visit: Visit, gate: Gate) -> Iterator[Page]:
        tour = _Tour(
            visit=visit,
            ends=visit.clock() + visit.seconds,
            instances={url: self._instance(url, visit, gate) for url in self._options.instances},
            own=frozenset(_own(self._tools.accounts)),
            since=None if visit.full else visit.now - timedelta(days=self._options.history_days),
            notes=self._notes(),
        )
        for place in self._places():
            if place.name in visit.cursors and visit.clock() < tour.ends:
                yield from tour.pages(place)

    def _instance(self, url: str, visit: Visit, gate: Gate) -> Instance:
        return Instance(
            url,
            token=self._tokens[url],
            variable=_variable(url),
            user_agent=self._tools.user_agent,
            gate=gate,
            now=visit.now,
        )

    def _places(self) -> tuple[Place, ...]:
        found: list[Place] = []
        for url in self._options.instances:
            found += tag_places(self._options, url)
            found += search_places(self._options, url) if self._tokens[url] else ()
        if self._options.instances:
            found += account_places(self._options, self._tools.ambassadors)
        return tuple(found)

    def _notes(self) -> dict[str, tuple[str, ...]]:
        """What the first page of an instance tells people."""
        silent = [url for url in self._options.instances if self._options.search and not self._tokens[url]]
        return {url: (_advice(url),) for url in silent}


@dataclass(frozen=True, slots=True)
class _Failures:
    """Which instances failed as a whole during this visit, and how often in a row."""

    counted: dict[str, list[SourceError]] = field(default_factory=dict)

    def check(self, place: Place) -> None:
        """Raise what is known of the place's instance, when asking again would only be a burden."""
        told = self.counted.get(place.url, [])
        if len(told) >= PATIENCE or (told and isinstance(told[-1], Retry) and told[-1].seconds is not None):
            raise at(place.name, told[-1])

    def remember(self, place: Place, problem: SourceError | None) -> None:
        """Note how a visit to a place ended."""
        if problem is None:
            self.counted.pop(place.url, None)
        elif problem.kind in _WHOLE:
            self.counted.setdefault(place.url, []).append(problem)


@dataclass(frozen=True, slots=True)
class _Tour:
    """One visit to all places: what they share. `ends` is on the visit's clock."""

    visit: Visit
    ends: float
    instances: Mapping[str, Instance]
    own: frozenset[str]
    since: datetime | None
    notes: dict[str, tuple[str, ...]]
    failures: _Failures = field(default_factory=_Failures)

    def pages(self, place: Place) -> Iterator[Page]:
        """The pages of one place; the last one tells the problem, if there is one."""
        problem: SourceError | None = None
        try:
            for step in self._steps(place):
                yield self._page(place, step)
        except SourceError as error:
            problem = error
        self.failures.remember(place, problem)
        if problem:
            notes = self.notes.pop(place.url, ())
            yield Page(place.name, problem=problem, not_before=self._not_before(problem), notes=notes)

    def _steps(self, place: Place) -> Iterator[Step]:
        self.failures.check(place)
        budget = Budget(self.visit.pages, self.ends, self.visit.clock)
        cursor = Cursor() if self.visit.full else read_cursor(self.visit.cursors[place.name])
        reader = reader_of(place, self.instances[place.url])
        yield from Walk(reader, budget, self.since).steps(cursor)

    def _page(self, place: Place, step: Step) -> Page:
        seen = Seen(place.name, place.host, place.found, self.own)
        results = [read(item.status, seen) for item in step.items]
        return Page(
            place=place.name,
            posts=tuple(result for result in results if isinstance(result, Post)),
            cursor=step.cursor.written(),
            skipped=Counter(result.reason for result in results if isinstance(result, Refused)),
            notes=self.notes.pop(place.url, ()),
        )

    def _not_before(self, problem: SourceError) -> datetime | None:
        if isinstance(problem, Retry) and problem.seconds is not None:
            return self.visit.now + timedelta(seconds=problem.seconds)
        return None


def _variable(url: str) -> str:
    return f"MONITOR_{SOURCE}_{secret_of(host_of(url))}".upper()


def _advice(url: str) -> str:
    return f"search on {host_of(url)} is left out: it needs a user token of that instance in {_variable(url)}"


def _token(tools: Tools, url: str) -> str | None:
    secret = tools.secret(secret_of(host_of(url)))
    return (secret.get_secret_value().strip() or None) if secret else None


def _plain_faults(options: MastodonOptions, tools: Tools) -> Iterator[str]:
    for url in options.instances:
        if is_plain(url) and not tools.loopback:
            yield f"[sources.mastodon] instances: {url} is this machine's own; use https://host (or the demo)"


def _handle_faults(tools: Tools) -> Iterator[str]:
    for number, handle in enumerate(tools.ambassadors, 1):
        if not is_handle(handle):
            yield f"[sources.mastodon] ambassador {number}: expected @name@host"


def _own(accounts: Sequence[str]) -> Iterator[str]:
    """Our accounts on Mastodon as `name@host`; those of other platforms are spelled otherwise."""
    for handle in accounts:
        if is_handle(handle):
            yield "@".join(parted(handle))
