"""The connector contract as tests that every connector inherits, ours and strangers'.

    class TestMySource(ConnectorContract):
        @pytest.fixture
        def world(self):                    # a service on loopback, answering as the real one does
            with my_service() as service:
                yield MyWorld(service)      # a `World`, see below

Nothing else: pytest finds the inherited tests. One promise of `monitor.connector` per test; the number in
its docstring is the promise's. The world is a real server, never a patched library: a promise that holds
only for a mock is not held.
"""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Literal, Protocol
from urllib.parse import urlsplit

import pytest

from monitor.connector import Connector, Page, Visit
from monitor.errors import KINDS, SourceError
from monitor.model import Post

Failure = Literal["401", "403", "404", "429", "500", "html", "cut", "reset"]
FAILURES: tuple[Failure, ...] = ("401", "403", "404", "429", "500", "html", "cut", "reset")
CANARY = "kanarie7f3a"


class World(Protocol):
    """A service that the connector under test visits.

    It starts with at least two places that each offer at least five posts, over three pages or more where
    the service pages. `CANARY` stands in every post's title or body, in every author and in every error body.
    """

    now: datetime

    def connector(self) -> Connector:
        """A fresh connector whose settings ask for every place."""

    def keys(self, place: str) -> Sequence[str]:
        """The keys of the posts that the place offers, oldest first."""

    def publish(self, place: str, count: int) -> Sequence[str]:
        """Add `count` posts that are newer than all others; returns their keys, oldest first."""

    def fail(self, place: str | None, how: Failure) -> None:
        """From now on answer like this for one place, or for all (None).

        "html" is a page of HTML with status 200, "cut" a body that ends before its announced length,
        "reset" a connection that breaks before any answer.
        """

    def heal(self) -> None:
        """Answer well again."""


class ConnectorContract:
    """Inherit, provide the fixture `world`, done."""

    @pytest.fixture
    def world(self) -> Iterator[World]:
        raise NotImplementedError("provide a fixture `world` that yields a monitor.testing.World")

    def test_posts_say_what_they_are(self, world: World) -> None:
        """Promise 1: source, stable key, absolute URL, aware date or none, plain author or none."""
        connector = world.connector()
        posts = _posts(visit(world))
        assert posts, "the world must offer posts"
        assert [_faults_of(post, connector.name) for post in posts if _faults_of(post, connector.name)] == []

    def test_keys_are_stable(self, world: World) -> None:
        """Promise 1: the same posts have the same keys at the next full visit, and no two share one."""
        first, second = _posts(visit(world)), _posts(visit(world))
        assert sorted(post.key for post in first) == sorted(post.key for post in second)
        for place in world.connector().places():
            assert _keys(visit(world), place) == list(world.keys(place))

    def test_oldest_first(self, world: World) -> None:
        """Promise 2: within a place dates never go back, over all pages of the visit."""
        pages = visit(world)
        for place in world.connector().places():
            dates = [post.published for post in _posts(pages, place) if post.published]
            assert dates == sorted(dates), f"{place} is not oldest first"

    def test_resume_misses_nothing(self, world: World) -> None:
        """Promise 3: stopped after any page and taken up from its cursor, every post comes."""
        for stop in range(1, len(visit(world)) + 1):
            before = visit(world)[:stop]
            after = visit(world, cursors_after(world, before))
            for place in world.connector().places():
                assert {*_keys(before, place), *_keys(after, place)} >= {*world.keys(place)}, f"stop {stop}"

    def test_new_posts_come(self, world: World) -> None:
        """Promise 3: what is published after a visit comes with the next."""
        cursors = cursors_after(world, visit(world))
        fresh = {place: world.publish(place, 3) for place in world.connector().places()}
        pages = visit(world, cursors)
        for place, keys in fresh.items():
            assert {*_keys(pages, place)} >= {*keys}

    def test_small_overlap(self, world: World) -> None:
        """Promise 4: a second visit to an unchanged world repeats at most `overlap` posts per place."""
        pages = visit(world, cursors_after(world, visit(world)))
        for place in world.connector().places():
            assert len(_keys(pages, place)) <= world.connector().overlap, place

    def test_no_state_of_its_own(self, world: World) -> None:
        """Promise 5: a connector that was used gives the same pages as a fresh one."""
        used = world.connector()
        first = [page.posts for page in used.fetch(_visit(world))]
        assert [page.posts for page in used.fetch(_visit(world))] == first

    @pytest.mark.parametrize("how", FAILURES)
    def test_failures_are_source_errors(self, world: World, how: Failure) -> None:
        """Promise 6: whatever goes wrong ends as a SourceError of a known kind, raised or in a page."""
        world.fail(None, how)
        problems = _problems(world)
        assert problems, f"{how}: the failure is hidden"
        assert [problem.kind for problem in problems if problem.kind not in KINDS] == []

    @pytest.mark.parametrize("how", FAILURES)
    def test_one_place_never_stops_the_others(self, world: World, how: Failure) -> None:
        """Promise 6: with one place failing, all posts of the others come."""
        broken, *others = world.connector().places()
        world.fail(broken, how)
        pages = visit(world)
        assert [page for page in pages if page.place == broken and page.problem], "no problem was reported"
        for place in others:
            assert _keys(pages, place) == list(world.keys(place))

    def test_page_limit(self, world: World) -> None:
        """Promise 7: at most `pages` pages with posts per place; the rest comes with later visits."""
        pages = visit(world, pages=1)
        for place in world.connector().places():
            assert len([page for page in pages if page.place == place and page.posts]) <= 1
        _comes_in_the_end(world, pages, pages_per_visit=1)

    def test_time_limit(self, world: World) -> None:
        """Promise 7: after `seconds` nothing new is asked for; the rest comes with later visits."""
        pages = visit(world, seconds=0.5, clock=_striding_clock())
        whole = sum(len(world.keys(place)) for place in world.connector().places())
        assert len(_posts(pages)) < whole, "the time limit was not kept"
        _comes_in_the_end(world, pages, pages_per_visit=40)

    @pytest.mark.parametrize("how", FAILURES)
    def test_errors_and_logs_keep_silent(self, world: World, how: Failure, caplog: pytest.LogCaptureFixture) -> None:
        """Promise 8: nothing a person wrote stands in an error's text or in a log line."""
        caplog.set_level(logging.DEBUG)
        visit(world)
        world.fail(None, how)
        said = "\n".join(str(problem) for problem in _problems(world))
        assert CANARY not in said
        assert CANARY not in caplog.text

    def test_only_the_places_asked_for(self, world: World) -> None:
        """Promise 9: a visit to one place brings pages of that place only."""
        one, *_ = world.connector().places()
        assert {page.place for page in visit(world, {one: None})} == {one}


def visit(
    world: World,
    cursors: Mapping[str, str | None] | None = None,
    *,
    pages: int = 40,
    seconds: float = 300.0,
    clock: Callable[[], float] | None = None,
) -> list[Page]:
    """All pages of one visit by a fresh connector, to all places unless `cursors` says which."""
    return list(world.connector().fetch(_visit(world, cursors, pages=pages, seconds=seconds, clock=clock)))


def cursors_after(world: World, pages: Sequence[Page]) -> dict[str, str | None]:
    """The cursors as a store would have saved them after `pages`."""
    cursors: dict[str, str | None] = dict.fromkeys(world.connector().places())
    for page in pages:
        cursors[page.place] = cursors[page.place] if page.cursor is None else page.cursor
    return cursors


def _visit(
    world: World,
    cursors: Mapping[str, str | None] | None = None,
    *,
    pages: int = 40,
    seconds: float = 300.0,
    clock: Callable[[], float] | None = None,
) -> Visit:
    asked = dict.fromkeys(world.connector().places()) if cursors is None else cursors
    made = Visit(now=world.now, cursors=asked, pages=pages, seconds=seconds)
    return made if clock is None else Visit(made.now, asked, pages, seconds, clock=clock)


def _striding_clock() -> Callable[[], float]:
    """A clock that is one second further each time somebody looks."""
    moments = iter(range(1_000_000))
    return lambda: float(next(moments))


def _posts(pages: Sequence[Page], place: str | None = None) -> list[Post]:
    return [post for page in pages if place in (None, page.place) for post in page.posts]


def _keys(pages: Sequence[Page], place: str) -> list[str]:
    return [post.key for post in _posts(pages, place)]


def _comes_in_the_end(world: World, pages: Sequence[Page], *, pages_per_visit: int) -> None:
    """Later visits bring whatever the first did not."""
    seen = {post.key for post in _posts(pages)}
    cursors = cursors_after(world, pages)
    for _ in range(50):
        more = visit(world, cursors, pages=pages_per_visit)
        cursors |= {page.place: page.cursor for page in more if page.cursor is not None}
        seen |= {post.key for post in _posts(more)}
    assert seen >= {key for place in world.connector().places() for key in world.keys(place)}


def _problems(world: World) -> list[SourceError]:
    """What a visit complains of. Any other exception than SourceError ends the test."""
    try:
        return [page.problem for page in visit(world) if page.problem]
    except SourceError as error:
        return [error]


def _faults_of(post: Post, source: str) -> list[str]:
    parts = urlsplit(post.url)
    promises = {
        f"source {post.source!r} is not {source!r}": post.source == source,
        "the key is empty or no text": isinstance(post.key, str) and post.key != "",
        f"the URL {post.url!r} is not absolute": parts.scheme in ("http", "https") and bool(parts.hostname),
        "the date has no zone": post.published is None or post.published.utcoffset() is not None,
        "the date is no date": post.published is None or isinstance(post.published - post.published, timedelta),
        "the author is no plain text": post.author is None or type(post.author) is str,
    }
    return [fault for fault, kept in promises.items() if not kept]
