"""RSS, RDF, Atom and JSON Feed: news sites, blogs, forums, through conditional GET and feedparser.

    feed due -> retrieve -> same as last time? -> parse (own process) -> posts, oldest first -> Page
                (threads)        -> nothing        (connectors.rss.cell)

A place is a feed's address. Its cursor holds the validators of the last answer (ETag, Last-Modified), a
hash of the body, the feed's `ttl` and when it was last asked for unconditionally: once a day it is, because
some servers answer 304 for ever.
"""

import json
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from hashlib import blake2b
from itertools import islice
from typing import Any, ClassVar
from urllib.parse import urlsplit

from pydantic import Field

from connectors.rss.cell import Cell
from monitor import links
from monitor.connector import Options, Page, Tools, Visit
from monitor.errors import ConfigError, SourceError
from monitor.fetch import Answer, Gate, Spacing, retry_after, status_problem
from monitor.model import Post

UNCONDITIONAL_EVERY = timedelta(hours=24)
LONGEST_TTL = timedelta(hours=24)


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


class Rss:
    """The feeds of `[sources.rss]`. See `monitor.connector` for what a connector promises."""

    name: ClassVar[str] = "rss"
    options: ClassVar[type[Options]] = RssOptions
    overlap: ClassVar[int] = 500  # a changed feed is read whole; the store knows what it has

    def __init__(self, options: RssOptions, tools: Tools) -> None:
        self._options = options
        self._tools = tools
        refused = [feed for feed in options.feeds if _is_reddit(feed)]
        if refused:
            raise ConfigError(f"[sources.rss] feeds: {refused[0]} is Reddit's; use [sources.reddit], as its terms ask")

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
        gate = Gate(user_agent=self._tools.user_agent, loopback=self._tools.loopback, deadline=self._options.deadline)
        reading = _Reading(visit, gate, Spacing(self._options.host_spacing), Cell())
        try:
            yield from _side_by_side(reading, self._options.workers)
        finally:
            reading.close()


@dataclass(frozen=True, slots=True)
class _Reading:
    """What the threads of one visit share."""

    visit: Visit
    gate: Gate
    spacing: Spacing
    cell: Cell

    def feed(self, place: str) -> Page:
        """Visit one feed; a failure is told in the page."""
        try:
            return self._page(place, _read_cursor(self.visit.cursors.get(place)))
        except SourceError as error:
            return Page(place, problem=_at(place, error))

    def close(self) -> None:
        self.gate.close()
        self.cell.close()

    def _page(self, place: str, cursor: _Cursor) -> Page:
        asked = self.visit.full or _is_due(cursor, self.visit.now)
        self.spacing.wait(urlsplit(place).hostname or "")
        answer = self.gate.get(place, {} if asked else _validators(cursor))
        problem = status_problem(answer.status, place, wait=_wait(answer, self.visit.now))
        if problem:
            raise problem
        if asked:
            cursor = replace(cursor, asked=self.visit.now.isoformat())
        return self._read(place, cursor, answer)

    def _read(self, place: str, cursor: _Cursor, answer: Answer) -> Page:
        digest = blake2b(answer.body, digest_size=16).hexdigest()
        notes: tuple[str, ...] = (f"moved for good to {answer.moved}",) if answer.moved else ()
        if answer.status == 304 or (digest == cursor.body and not self.visit.full):
            return self._done(place, cursor, (), notes)
        feed = self.cell.parse(answer.body, answer.url, answer.headers.get("content-type", ""))
        cursor = _Cursor(
            answer.headers.get("etag"), answer.headers.get("last-modified"), digest, cursor.asked, feed["ttl"]
        )
        notes += () if feed["whole"] else ("not well-formed: read as far as it could be",)
        return self._done(place, cursor, posts_of(feed, place), notes)

    def _done(self, place: str, cursor: _Cursor, posts: tuple[Post, ...], notes: tuple[str, ...]) -> Page:
        rest = min(timedelta(minutes=max(cursor.ttl or 0, 0)), LONGEST_TTL)
        written = json.dumps({name: value for name, value in asdict(cursor).items() if value is not None})
        return Page(place, posts, written, not_before=self.visit.now + rest if rest else None, notes=notes)


def posts_of(feed: dict[str, Any], place: str) -> tuple[Post, ...]:
    """The posts of a feed that the cell has read, oldest first."""
    keys = _keys(feed["entries"], place)
    return tuple(
        Post(
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
        )
        for key, entry in zip(keys, feed["entries"], strict=True)
    )


def _keys(entries: list[dict[str, Any]], place: str) -> list[str]:
    """A stable key per entry: its page, else its id, else its words.

    The link comes first because ids are less stable in practice: some feeds make a new one at each fetch,
    some repeat one over all entries. A link that several entries share says nothing, so the id is added.
    """
    pages = [links.identity(entry["link"]) if "/" in links.identity(entry["link"]) else "" for entry in entries]
    ids = [entry["id"] for entry in entries]
    return [
        page
        if page and pages.count(page) == 1
        else f"{page or place} {entry['id']}"
        if entry["id"] and ids.count(entry["id"]) == 1
        else f"{page or place} {_words(entry)}"
        for page, entry in zip(pages, entries, strict=True)
    ]


def _words(entry: dict[str, Any]) -> str:
    return blake2b(f"{entry['title']}\n{entry['body']}".encode("utf-8", "replace"), digest_size=12).hexdigest()


def _side_by_side(reading: _Reading, workers: int) -> Iterator[Page]:
    """Pages as they arrive; never more than twice `workers` feeds in flight, so memory stays bounded."""
    visit = reading.visit
    until = visit.clock() + visit.seconds
    places = iter(spread(list(visit.cursors)) if visit.pages else ())
    with ThreadPoolExecutor(workers, thread_name_prefix="feed") as pool:
        pending: set[Future[Page]] = set()
        while True:
            room = 2 * workers - len(pending)
            pending |= {pool.submit(reading.feed, place) for place in islice(places, room) if visit.clock() < until}
            if not pending:
                return
            done, pending = wait(pending, return_when=FIRST_COMPLETED)
            yield from (future.result() for future in done)


def spread(places: list[str]) -> list[str]:
    """The same places with those of one host far apart, so that spacing seldom has to wait."""
    by_host: dict[str, list[str]] = {}
    for place in places:
        by_host.setdefault(urlsplit(place).hostname or "", []).append(place)
    ranked = [(rank, place) for group in by_host.values() for rank, place in enumerate(group)]
    return [place for _, place in sorted(ranked, key=lambda pair: pair[0])]


def _validators(cursor: _Cursor) -> dict[str, str]:
    told = {"If-None-Match": cursor.etag, "If-Modified-Since": cursor.modified}
    return {name: value for name, value in told.items() if value}


def _is_due(cursor: _Cursor, now: datetime) -> bool:
    return cursor.asked is None or now - datetime.fromisoformat(cursor.asked) >= UNCONDITIONAL_EVERY


def _read_cursor(written: str | None) -> _Cursor:
    return _Cursor(**json.loads(written)) if written else _Cursor()


def _wait(answer: Answer, now: datetime) -> float | None:
    return retry_after(answer.headers.get("retry-after"), now)


def _at(place: str, error: SourceError) -> SourceError:
    """The same error, told of the feed's address as configured."""
    error.place = place
    return error


def _is_reddit(feed: str) -> bool:
    host = links.host(feed)
    return host in ("reddit.com", "redd.it") or host.endswith((".reddit.com", ".redd.it"))
