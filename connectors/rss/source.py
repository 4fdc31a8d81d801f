"""RSS, RDF, Atom and JSON Feed: news sites, blogs, forums, through conditional GET and feedparser.

    feed due -> retrieve -> same as last time? -> parse (own process) -> posts, oldest first -> Page
                (threads)        -> nothing        (connectors.rss.cell)

A place is a feed's address. Its cursor holds the validators of the last answer (ETag, Last-Modified), a
hash of the body, the feed's `ttl` and when it was last asked for unconditionally: once a day it is, because
some servers answer 304 for ever. What breaks the parser is told as the place's problem and tried again at
the next visit, see `connectors.rss.cell`.
"""

import json
import os
import re
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from hashlib import blake2b
from itertools import islice
from typing import Any, ClassVar
from urllib.parse import urlsplit

from pydantic import Field

from connectors.rss.cell import Cell
from connectors.rss.keys import keys_of
from connectors.rss.limits import MOST_ENTRIES, Limits
from monitor import links
from monitor.connector import Options, Page, Tools, Visit
from monitor.errors import ConfigError, Skip, SourceError
from monitor.fetch import Answer, Gate, Spacing, retry_after, status_problem
from monitor.fetch.spelling import spelled_out
from monitor.model import Post

UNCONDITIONAL_EVERY = timedelta(hours=24)
# Mastodon's and its kin's, Bluesky's: a person's posts as a feed
_PERSON = re.compile(r"^/@[^/]+|^/users/[^/]+\.(?:rss|atom)$|^/profile/[^/]+/rss$")
PARSERS = min(os.cpu_count() or 2, 4)  # processes that parse at the same time


class RssOptions(Options):
    """`[sources.rss]`: which feeds, and how politely."""

    feeds: tuple[str, ...] = Field((), description="Addresses of RSS, Atom or JSON feeds.")
    workers: int = Field(16, ge=1, le=64, description="Feeds retrieved at the same time.")
    host_spacing: float = Field(1.0, ge=0, le=60, description="Seconds between two requests to one host.")
    deadline: float = Field(20.0, gt=0, le=120, description="Seconds for one feed, redirects included.")


@dataclass(frozen=True, slots=True)
class _Cursor:
    etag: str | None = None
    modified: str | None = None
    body: str | None = None
    asked: str | None = None  # when it was last fetched unconditionally, ISO
    ttl: float | None = None  # minutes
    notes: tuple[str, ...] = ()  # about the document that was read last: true until it changes


class Rss:
    """The feeds of `[sources.rss]`. See `monitor.connector` for what a connector promises."""

    name: ClassVar[str] = "rss"
    options: ClassVar[type[Options]] = RssOptions
    overlap: ClassVar[int] = MOST_ENTRIES  # a changed feed is read whole; the store knows what it has

    def __init__(
        self,
        options: RssOptions,
        tools: Tools,
        *,
        sleep: Callable[[float], None] = time.sleep,
        limits: Limits = Limits(),  # noqa: B008 - frozen
    ) -> None:
        self._options = options
        self._tools = tools
        self._sleep = sleep
        self._limits = limits
        if wrong := [fault for number, feed in enumerate(options.feeds, 1) if (fault := _fault(feed, number))]:
            raise ConfigError(*wrong)

    def missing(self) -> Sequence[str]:
        """A source without feeds has nothing to do."""
        return (
            () if self._options.feeds else ("[sources.rss] feeds: none given; add addresses, or import an OPML file",)
        )

    def places(self) -> Sequence[str]:
        """The addresses of the feeds, each once."""
        return tuple(dict.fromkeys(self._options.feeds))

    def fetch(self, visit: Visit) -> Iterator[Page]:
        """One page per feed, in the order in which they arrive."""
        options = self._options
        gate = Gate(user_agent=self._tools.user_agent, loopback=self._tools.loopback, deadline=options.deadline)
        until = visit.clock() + visit.seconds
        turns = Spacing(options.host_spacing, clock=visit.clock, sleep=_patience(visit, until, self._sleep))
        reading = _Reading(visit, until, gate, turns, Cell(PARSERS, self._limits))
        try:
            yield from _side_by_side(reading, options.workers)
        finally:
            reading.close()


class _NoTimeLeft(Exception):  # noqa: N818 - says what it is
    """The visit would be over before it is this feed's turn."""


@dataclass(frozen=True, slots=True)
class _Reading:
    """What the threads of one visit share."""

    visit: Visit
    until: float
    gate: Gate
    turns: Spacing
    cell: Cell

    def feed(self, place: str) -> Page | None:
        """Visit one feed; a failure is told in the page. None: there is no time left to ask for it."""
        try:
            self.turns.wait(links.host(place))
            return self._page(place, _read_cursor(self.visit.cursors[place]))
        except _NoTimeLeft:
            return None
        except SourceError as error:
            return Page(place, problem=_at(place, error))
        except Exception as error:  # noqa: BLE001 - one feed's surprise costs that feed; its text may quote posts
            message = f"reading it failed with {type(error).__name__}"
            return Page(place, problem=Skip("malformed", place, message))

    def has_time(self) -> bool:
        """True while something new may be asked for."""
        return self.visit.clock() < self.until

    def close(self) -> None:
        self.gate.close()
        self.cell.close()

    def _page(self, place: str, cursor: _Cursor) -> Page:
        asked = self.visit.full or _is_due(cursor, self.visit.now)
        answer = self.gate.get(place, {} if asked else _validators(cursor))
        wait = retry_after(answer.headers.get("retry-after"), self.visit.now)
        if problem := status_problem(answer.status, place, wait=wait):
            raise problem
        if asked and answer.status == 304:
            raise Skip("malformed", place, "304, unchanged, to a request that named nothing to compare with")
        return self._read(place, replace(cursor, asked=self.visit.now.isoformat()) if asked else cursor, answer)

    def _read(self, place: str, cursor: _Cursor, answer: Answer) -> Page:
        moved: tuple[str, ...] = (f"moved for good to {answer.moved}",) if answer.moved else ()
        if answer.status == 304:
            return self._done(place, cursor, (), moved)
        told = answer.headers
        digest = blake2b(answer.body, digest_size=16).hexdigest()
        cursor = replace(cursor, etag=told.get("etag"), modified=told.get("last-modified"))
        if digest == cursor.body and not self.visit.full:
            return self._done(place, cursor, (), moved)
        feed = self.cell.parse(answer.body, answer.url, told.get("content-type", ""))
        cursor = replace(cursor, body=digest, ttl=feed["ttl"], notes=tuple(_notes(feed)))
        return self._done(place, cursor, posts_of(feed, place), moved)

    def _done(self, place: str, cursor: _Cursor, posts: tuple[Post, ...], moved: tuple[str, ...]) -> Page:
        written = json.dumps({name: value for name, value in asdict(cursor).items() if value})
        later = self.visit.now + timedelta(minutes=cursor.ttl) if cursor.ttl else None
        return Page(place, posts, written, not_before=later, notes=(*moved, *cursor.notes))


def posts_of(feed: dict[str, Any], place: str) -> tuple[Post, ...]:
    """The posts of a feed that the cell has read, oldest first; of those with the same key the newest."""
    newest: dict[str, dict[str, Any]] = {}
    for key, entry in zip(keys_of(feed, place), feed["entries"], strict=True):
        newest.pop(key, None)  # so that it takes the newer one's place in the order
        newest[key] = entry
    return tuple(_post(key, entry, feed, place) for key, entry in newest.items())


def _post(key: str, entry: dict[str, Any], feed: dict[str, Any], place: str) -> Post:
    return Post(
        source=Rss.name,
        place=place,
        key=key,
        url=entry["link"] or place,
        type="article",
        found="feed",
        title=entry["title"],
        body=entry["body"],
        published=datetime.fromisoformat(entry["published"]) if entry["published"] else None,
        language=feed["language"] or None,
        tags=tuple(entry["tags"]),
    )


def _notes(feed: dict[str, Any]) -> Iterator[str]:
    if not feed["whole"]:
        yield "not well-formed: read as far as it could be"
    if feed["left_out"]:
        yield f"{feed['left_out']} older entries left out: {MOST_ENTRIES} are read"


def _side_by_side(reading: _Reading, workers: int) -> Iterator[Page]:
    """Pages as they arrive; never more than twice `workers` feeds in flight, so memory stays bounded."""
    visit = reading.visit
    places = iter(spread(list(visit.cursors)) if visit.pages else ())
    pool = ThreadPoolExecutor(workers, thread_name_prefix="feed")
    pending: set[Future[Page | None]] = set()
    try:
        while True:
            room = 2 * workers - len(pending)
            pending |= {pool.submit(reading.feed, place) for place in islice(places, room) if reading.has_time()}
            if not pending:
                return
            done, pending = wait(pending, return_when=FIRST_COMPLETED)
            yield from (page for future in done if (page := future.result()))
    finally:
        pool.shutdown(cancel_futures=True)


def _patience(visit: Visit, until: float, sleep: Callable[[float], None]) -> Callable[[float], None]:
    """Sleep for a turn, but not beyond the end of the visit."""

    def turn(seconds: float) -> None:
        if visit.clock() + seconds >= until:
            raise _NoTimeLeft
        sleep(seconds)

    return turn


def spread(places: list[str]) -> list[str]:
    """The same places with those of one host far apart, so that spacing seldom has to wait."""
    by_host: dict[str, list[str]] = {}
    for place in places:
        by_host.setdefault(links.host(place), []).append(place)
    ranked = [(rank, place) for group in by_host.values() for rank, place in enumerate(group)]
    return [place for _, place in sorted(ranked, key=lambda pair: pair[0])]


def _validators(cursor: _Cursor) -> dict[str, str]:
    told = {"If-None-Match": cursor.etag, "If-Modified-Since": cursor.modified}
    return {name: value for name, value in told.items() if value}


def _is_due(cursor: _Cursor, now: datetime) -> bool:
    """True once a day, and when the clock was set back."""
    return cursor.asked is None or abs(now - datetime.fromisoformat(cursor.asked)) >= UNCONDITIONAL_EVERY


def _read_cursor(written: str | None) -> _Cursor:
    """The saved cursor; one that another version wrote and this one cannot read costs no more than a whole fetch."""
    try:
        cursor = _Cursor(**json.loads(written)) if written else _Cursor()
        cursor = replace(cursor, notes=tuple(map(str, cursor.notes)))
        dated = cursor.asked is None or datetime.fromisoformat(cursor.asked).utcoffset() is not None
        timedelta(minutes=cursor.ttl or 0)
    except (ValueError, TypeError, OverflowError):
        return _Cursor()
    return cursor if dated else _Cursor()


def _at(place: str, error: SourceError) -> SourceError:
    """The same error, told of the feed's address as configured and not of where that led."""
    error.place = place
    error.args = (f"{place}: {error.message} ({error.kind})",)
    return error


def _fault(feed: str, number: int) -> str | None:
    """What is wrong with an address, if anything. It is not repeated, because it may hold a password."""
    host, told = links.host(feed).rstrip("."), f"[sources.rss] feeds: number {number}"
    if not feed.lower().startswith(("http://", "https://")) or not host:
        return f"{told} is no http or https address"
    if "@" in urlsplit(feed).netloc:
        return f"{told} ({host}) holds a login, which is not sent; ask for an address without one"
    try:
        spelled_out(feed)
    except SourceError as error:
        return f"{told} ({host}): {error.message}"
    if _PERSON.search(urlsplit(feed).path):
        return f"{told} ({host}) is one person's account; people are not followed, ambassadors join by [[ambassadors]]"
    if host in ("reddit.com", "redd.it") or host.endswith((".reddit.com", ".redd.it")):
        return f"{told} ({host}) is Reddit's; use [sources.reddit], as its terms ask"
    return None
