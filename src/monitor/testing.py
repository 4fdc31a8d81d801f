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
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Literal, Protocol
from urllib.parse import urlsplit

import pytest

from monitor.connector import Connector, Page, Visit
from monitor.errors import KINDS, SourceError
from monitor.model import Post

Failure = Literal["401", "403", "404", "429", "500", "html", "cut", "reset"]
FAILURES: tuple[Failure, ...] = ("401", "403", "404", "429", "500", "html", "cut", "reset")
CANARY = "kanarie7f3a"
LARGEST_OVERLAP = 100  # a connector that claims more is only held to that: worlds should stay small


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
        """Promise 1: source, key, absolute URL, aware date or none, plain author or none, tags and links as texts."""
        name, posts = world.connector().name, _posts(visit(world))
        assert posts, "the world must offer posts"
        assert [fault for post in posts for fault in _faults_of(post, name)] == []

    def test_keys_are_stable(self, world: World) -> None:
        """Promise 1: each post has the same key at every full visit, and no two posts share one."""
        first, second = (visit(world) for _ in range(2))
        for place in world.connector().places():
            assert sorted(_keys(first, place)) == sorted(_keys(second, place))
        addresses = {(post.key, post.url) for post in _posts(first)}
        assert len(addresses) == len({key for key, _ in addresses}), "one key stands for two posts"

    def test_oldest_first(self, world: World) -> None:
        """Promise 2: within a place posts come in the order of time, over all pages of the visit."""
        pages = visit(world)
        for place in world.connector().places():
            dates = [post.published for post in _posts(pages, place) if post.published]
            assert dates == sorted(dates), f"{place}: the dates go back"
            came = _keys(pages, place)
            assert came == [key for key in world.keys(place) if key in came], f"{place} is not oldest first"

    def test_resume_misses_nothing(self, world: World) -> None:
        """Promise 3: stopped after any page and taken up from its cursor, every post comes."""
        for stop in range(1, len(visit(world)) + 1):
            pages = visit(world)[:stop]
            _complete(world, [*pages, *visit(world, cursors_after(world, pages))], f"stopped after page {stop}")

    def test_new_posts_come(self, world: World) -> None:
        """Promise 3: what is published after a visit comes with the next."""
        pages = visit(world)
        for place in world.connector().places():
            world.publish(place, 3)
        _complete(world, [*pages, *visit(world, cursors_after(world, pages))], "news")

    def test_nothing_is_lost_between_visits(self, world: World) -> None:
        """Promise 3: what is published while older posts are still waiting costs none of them."""
        pages = visit(world, pages=1)
        for place in world.connector().places():
            world.publish(place, 3)
        _comes_in_the_end(world, pages, pages_per_visit=1)

    @pytest.mark.parametrize("how", FAILURES)
    def test_failures_lose_nothing(self, world: World, how: Failure) -> None:
        """Promise 3: a failed visit moves no cursor past posts that it did not bring."""
        world.fail(None, how)
        pages, _ = _until_error(world.connector(), world)
        world.heal()
        _complete(world, [*pages, *visit(world, cursors_after(world, pages))], f"after {how}")

    def test_full_visit(self, world: World) -> None:
        """Promise 3: a full visit brings everything a place still offers, whatever its cursor says."""
        cursors = cursors_after(world, visit(world))
        _complete(world, visit(world, cursors, full=True), "full visit")

    def test_small_overlap(self, world: World) -> None:
        """Promise 4: a resumed visit repeats at most `overlap` posts per place, whether there is news or not."""
        overlap = world.connector().overlap
        for place in world.connector().places():  # else a place might offer no more than it may repeat
            world.publish(place, min(overlap, LARGEST_OVERLAP) + 1)
        pages = visit(world)
        for news in (0, 2):
            cursors = cursors_after(world, pages)
            for place in world.connector().places() if news else ():
                world.publish(place, news)
            again = visit(world, cursors)
            for place in world.connector().places():
                repeated = {*_keys(again, place)} & {*_keys(pages, place)}
                assert len(repeated) <= overlap, f"{place}: {news} new posts"
            pages = [*pages, *again]

    def test_no_state_of_its_own(self, world: World) -> None:
        """Promise 5: a connector that was used gives the same pages as a fresh one."""
        used = world.connector()
        first = _by_place(used.fetch(_visit(world)))
        assert _by_place(used.fetch(_visit(world))) == first
        assert _by_place(visit(world)) == first

    @pytest.mark.parametrize("how", FAILURES)
    def test_failures_leave_no_state(self, world: World, how: Failure) -> None:
        """Promise 5: a connector that has seen a failure gives the same pages as a fresh one once it is over."""
        used = world.connector()
        world.fail(None, how)
        _until_error(used, world)
        world.heal()
        assert _by_place(used.fetch(_visit(world))) == _by_place(visit(world))

    @pytest.mark.parametrize("how", FAILURES)
    def test_failures_are_source_errors(self, world: World, how: Failure) -> None:
        """Promise 6: whatever goes wrong ends as a SourceError of a known kind, raised or in a page."""
        world.fail(None, how)
        _, problems = _until_error(world.connector(), world)
        assert problems, f"{how}: the failure is hidden"
        kinds = [problem.kind if isinstance(problem, SourceError) else type(problem) for problem in problems]
        assert [kind for kind in kinds if kind not in KINDS] == []

    @pytest.mark.parametrize("how", FAILURES)
    def test_one_place_never_stops_the_others(self, world: World, how: Failure) -> None:
        """Promise 6: with one place failing, it says so in a page and all posts of the others come."""
        broken, *others = world.connector().places()
        world.fail(broken, how)
        pages, _ = _until_error(world.connector(), world)
        assert [page for page in pages if page.place == broken and page.problem], "no page says what went wrong"
        _complete(world, pages, f"{broken} fails with {how}", places=others)

    def test_page_limit(self, world: World) -> None:
        """Promise 7: at most `pages` pages with posts per place; the rest comes with later visits."""
        pages = visit(world, pages=1)
        for place in world.connector().places():
            assert len([page for page in pages if page.place == place and page.posts]) <= 1
        _comes_in_the_end(world, pages, pages_per_visit=1)

    def test_time_limit(self, world: World) -> None:
        """Promise 7: after `seconds` nothing new is asked for; the rest comes with later visits."""
        pages = visit(world, seconds=0.5, clock=_striding_clock())
        assert _missing(world, pages), "the time limit was not kept"
        _comes_in_the_end(world, pages, pages_per_visit=40)

    @pytest.mark.parametrize("how", FAILURES)
    def test_errors_and_logs_keep_silent(self, world: World, how: Failure, caplog: pytest.LogCaptureFixture) -> None:
        """Promise 8: nothing a person wrote stands in an error, its causes, a note or a log line."""
        caplog.set_level(logging.DEBUG)
        pages = visit(world)
        assert all(_is_marked(post) for post in _posts(pages)), "the world must write its canary into every post"
        world.fail(None, how)
        _, problems = _until_error(world.connector(), world)
        said = [line for problem in problems for line in traceback.format_exception(problem)]
        said += [word for page in pages for word in (*page.notes, *page.skipped)]
        assert [line for line in (*said, caplog.text) if CANARY in line] == []

    def test_only_the_places_asked_for(self, world: World) -> None:
        """Promise 9: a visit to one place brings that place only, a visit to none brings nothing."""
        one, *_ = world.connector().places()
        pages = visit(world, {one: None})
        assert {page.place for page in pages} == {one}
        assert {post.place for post in _posts(pages)} == {one}
        assert visit(world, {}) == []


def visit(
    world: World,
    cursors: Mapping[str, str | None] | None = None,
    *,
    pages: int = 40,
    seconds: float = 300.0,
    full: bool = False,
    clock: Callable[[], float] | None = None,
) -> list[Page]:
    """All pages of one visit by a fresh connector, to all places unless `cursors` says which."""
    made = _visit(world, cursors, pages=pages, seconds=seconds, full=full)
    return list(world.connector().fetch(made if clock is None else replace(made, clock=clock)))


def cursors_after(world: World, pages: Iterable[Page]) -> dict[str, str | None]:
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
    full: bool = False,
) -> Visit:
    asked = dict.fromkeys(world.connector().places()) if cursors is None else cursors
    return Visit(now=world.now, cursors=asked, pages=pages, seconds=seconds, full=full)


def _striding_clock() -> Callable[[], float]:
    """A clock that is one second further each time somebody looks."""
    moments = iter(range(1_000_000))
    return lambda: float(next(moments))


def _posts(pages: Iterable[Page], place: str | None = None) -> list[Post]:
    return [post for page in pages if place in (None, page.place) for post in page.posts]


def _keys(pages: Iterable[Page], place: str) -> list[str]:
    return [post.key for post in _posts(pages, place)]


def _missing(world: World, pages: Sequence[Page]) -> dict[str, set[str]]:
    """The keys that places offer and `pages` did not bring; no entry for a place that is complete."""
    left = {place: {*world.keys(place)} - {*_keys(pages, place)} for place in world.connector().places()}
    return {place: keys for place, keys in left.items() if keys}


def _complete(world: World, pages: Sequence[Page], when: str, *, places: Sequence[str] | None = None) -> None:
    """Fails, and names them, when posts of `places` (all, if not said) did not come."""
    left = {place: keys for place, keys in _missing(world, pages).items() if places is None or place in places}
    assert left == {}, f"{when}: these did not come: {left}"


def _by_place(pages: Iterable[Page]) -> dict[str, list[tuple[tuple[Post, ...], str | None]]]:
    """What each place gave, in its own order: places may be visited side by side."""
    given: dict[str, list[tuple[tuple[Post, ...], str | None]]] = {}
    for page in pages:
        given.setdefault(page.place, []).append((page.posts, page.cursor))
    return given


def _comes_in_the_end(world: World, pages: Sequence[Page], *, pages_per_visit: int) -> None:
    """Later visits bring whatever the first did not."""
    for _ in range(50):
        if not _missing(world, pages):
            return
        pages = [*pages, *visit(world, cursors_after(world, pages), pages=pages_per_visit)]
    _complete(world, pages, "50 visits later")


def _until_error(connector: Connector, world: World) -> tuple[list[Page], list[Exception]]:
    """The pages of a visit and all that went wrong in it: what pages tell, and what ended it."""
    pages: list[Page] = []
    ended: list[Exception] = []
    try:
        pages.extend(connector.fetch(_visit(world)))
    except Exception as error:  # noqa: BLE001 - promise 6 judges what kind of error it is, the others go on
        ended.append(error)
    return pages, [*(page.problem for page in pages if page.problem), *ended]


def _is_marked(post: Post) -> bool:
    return CANARY in f"{post.title} {post.body}" and (post.author is None or CANARY in str(post.author))


def _faults_of(post: Post, source: str) -> list[str]:
    promises = {
        f"source {post.source!r} is not {source!r}": post.source == source,
        "the key is empty or no text": _is_text(post.key),
        f"the URL {post.url!r} is not absolute": _is_absolute(post.url),
        "the date is no datetime with a zone": post.published is None or _is_aware(post.published),
        "the author is no plain text": post.author is None or type(post.author) is str,
        "the tags or links are no tuple of texts": all(map(_are_texts, (post.tags, post.links))),
    }
    return [fault for fault, kept in promises.items() if not kept]


def _are_texts(values: object) -> bool:
    return type(values) is tuple and all(isinstance(value, str) for value in values)


def _is_text(value: object) -> bool:
    return isinstance(value, str) and value != ""


def _is_absolute(url: object) -> bool:
    parts = urlsplit(url) if isinstance(url, str) else None
    return parts is not None and parts.scheme in ("http", "https") and bool(parts.hostname)


def _is_aware(moment: object) -> bool:
    return isinstance(moment, datetime) and moment.utcoffset() is not None
