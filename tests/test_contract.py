"""The connector contract holds for a good connector, and each promise is told from the others by its tests."""

import inspect
import itertools
import logging
import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import pytest

from monitor import connector as connectors
from monitor.connector import Page, Visit
from monitor.demo.shelf import BrokenError, Plain, Shelf
from monitor.errors import Skip
from monitor.model import Post
from monitor.testing import FAILURES, ConnectorContract

log = logging.getLogger("shelf")


class TestPlain(ConnectorContract):
    """The good connector passes the whole contract, the way any connector is tested."""

    @pytest.fixture
    def world(self) -> Shelf:
        return Shelf(Plain)


# -------------------------------------------------------------------------- connectors that break a promise


def but(**methods: Any) -> type[Plain]:
    """The good connector, but for one thing."""
    return type("Broken", (Plain,), methods)


def told(**changes: Callable[[Post], Any]) -> type[Plain]:
    """Says one thing of each post otherwise."""

    def otherwise(self, post):
        post = replace(post, key=self.key_of(post.key))
        return replace(post, **{name: change(post) for name, change in changes.items()})

    return but(told=otherwise)


def keyed(key_of: Callable[[str], Any], **more: Any) -> type[Plain]:
    return but(key_of=staticmethod(key_of), **more)


def paged(change: Callable[[Plain, Visit, str, list[Page]], Iterable[Page]]) -> type[Plain]:
    """Does something to the pages of a place before it hands them over."""

    def walk(self, visit, place, until):
        yield from change(self, visit, place, [*Plain.walk(self, visit, place, until)])

    return but(walk=walk)


class Handle(str):
    """A library's own type for an account."""

    __slots__ = ()


def end(self: Plain, place: str) -> str:
    return str(len(self.shelf.keys(place)))


def undated(posts: Iterable[Post]) -> tuple[Post, ...]:
    return tuple(replace(post, published=None) for post in posts)


def last_page_first(self, visit, place, pages):
    """Only the last page that is handed over moves the cursor, so that nothing is lost."""
    moved = [replace(page, cursor=None) for page in reversed(pages)]
    return [*moved[:-1], *(replace(page, cursor=pages[-1].cursor) for page in moved[-1:])]


def done_is_done(self, visit, place, pages):
    """A place that was read to its end is never asked again."""
    if "done" in (visit.cursors.get(place) or "") and not visit.full:
        return []
    return [replace(page, cursor=f"{page.cursor} done") if page.cursor == end(self, place) else page for page in pages]


def newest_only(self, visit, place):
    """Reads the newest page when it may read one only, and takes that for the end."""
    newest = len(self.shelf.keys(place)) - self.per_page
    return max(Plain.start(self, visit, place), newest if visit.pages == 1 else 0)


def repeating(count: Callable[[Plain, Visit, str], int]) -> type[Plain]:
    """A resumed visit's first page begins `count` posts too early."""

    def change(self, visit, place, pages):
        start = Plain.start(self, visit, place)
        early = self.shelf.ask(place, max(0, start - count(self, visit, place)), start)
        return [*(replace(page, posts=(*early, *page.posts)) for page in pages[:1]), *pages[1:]]

    return paged(change)


def all_when_there_is_news(self, visit, place):
    return 0 if visit.cursors.get(place) == end(self, place) else 999


def remembers(self, visit, place, pages):
    seen = self.__dict__.setdefault("seen", set())
    fresh = [replace(page, posts=tuple(post for post in page.posts if post.key not in seen)) for page in pages]
    seen |= {post.key for page in fresh for post in page.posts}
    return fresh


def counts_itself(self, visit, place, pages):
    self.__dict__["pages"] = self.__dict__.get("pages", 0) + len(pages)
    return [replace(page, cursor=f"{page.cursor} {self.__dict__['pages']}") for page in pages]


def sulks(self, place, broken):
    self.__dict__.setdefault("hurt", []).append(place)
    return Plain.failed(self, place, broken)


def lets_errors_through(self, visit, place, until):
    try:
        yield from self.walk(visit, place, until)
    except BrokenError:
        raise ValueError("shut") from None


def raises_for_one(self, place, broken):
    raise self.problem(place, broken.args[0]) from None


def quotes_in_a_cause(self, place, broken):
    problem = self.problem(place, broken.args[0])
    problem.__cause__ = broken
    return Page(place, problem=problem)


def stops_at_the_first_failure(self, visit):
    for page in Plain.fetch(self, visit):
        yield page
        if page.problem:
            return


def forgets_what_time_left(self, visit, place, until):
    yield from Plain.walk(self, visit, place, until)
    if self.is_over(visit, until):
        yield Page(place, cursor=end(self, place))


def logs_authors(self, post):
    log.debug("a post by %s", post.author)
    return post


def logs_failures(self, place, broken):
    log.warning("no page", exc_info=broken)
    return Plain.failed(self, place, broken)


ERRORS = "failures_are_source_errors"
OTHERS = "one_place_never_stops_the_others"
SILENT = "errors_and_logs_keep_silent"
SAYS = "posts_say_what_they_are"
BETWEEN = "nothing_is_lost_between_visits"

MUST_FAIL: dict[str, tuple[type[Plain], str]] = {
    "tags as a list": (told(tags=lambda _: ["x"]), SAYS),
    "another source": (told(source=lambda _: "other"), SAYS),
    "a relative address": (told(url=lambda post: f"/{post.key}"), SAYS),
    "an address that is none": (told(url=lambda post: f"http://[{post.key}"), SAYS),
    "an address without a host": (told(url=lambda post: f"https:///{post.key}"), SAYS),
    "another scheme": (told(url=lambda post: post.url.replace("https", "ftp")), SAYS),
    "a date without a zone": (told(published=lambda post: post.published.replace(tzinfo=None)), SAYS),
    "a date as text": (told(published=lambda post: post.published.isoformat()), SAYS),
    "an author as an object": (told(author=lambda post: Handle(post.author)), SAYS),
    "a key that is no text": (keyed(lambda key: (key,)), SAYS),
    "an empty key": (keyed(lambda _: "", told=lambda _, post: replace(post, key="", url="https://a.example/")), SAYS),
    "one key for two posts": (keyed(lambda key: f"{key[:-1]}{int(key[-1]) // 2}"), "keys_are_stable"),
    "one key for two places": (keyed(lambda key: key.rpartition("-")[2]), "keys_are_stable"),
    "newest first": (
        paged(lambda self, visit, place, pages: [replace(page, posts=page.posts[::-1]) for page in pages]),
        "oldest_first",
    ),
    "newest first, without dates": (
        paged(lambda self, visit, place, pages: [replace(page, posts=undated(page.posts[::-1])) for page in pages]),
        "oldest_first",
    ),
    "the last page first": (paged(last_page_first), "oldest_first"),
    "the last cursor on every page": (
        paged(lambda self, visit, place, pages: [replace(page, cursor=pages[-1].cursor) for page in pages]),
        "resume_misses_nothing",
    ),
    "done is done": (paged(done_is_done), "new_posts_come"),
    "failure moves the cursor": (
        but(failed=lambda self, place, broken: replace(Plain.failed(self, place, broken), cursor="7")),
        "failures_lose_nothing",
    ),
    "full is an ordinary visit": (
        but(start=lambda self, visit, place: Plain.start(self, replace(visit, full=False), place)),
        "full_visit",
    ),
    "repeats a little too much": (repeating(lambda *_: 1), "small_overlap"),
    "repeats all when there is news": (repeating(all_when_there_is_news), "small_overlap"),
    "remembers": (paged(remembers), "no_state_of_its_own"),
    "counts itself": (paged(counts_itself), "no_state_of_its_own"),
    "sulks": (
        but(failed=sulks, wanted=lambda self, visit: [p for p in visit.cursors if p not in vars(self).get("hurt", [])]),
        "failures_leave_no_state",
    ),
    "foreign errors in pages": (but(problem=lambda *_: ValueError("shut")), ERRORS),
    "kinds of its own": (but(problem=lambda _, place, how: Skip("tired", place, how)), ERRORS),
    "lets errors through": (but(visited=lets_errors_through), f"{ERRORS} {OTHERS}"),
    "raises for one place": (but(failed=raises_for_one), OTHERS),
    "stops at the first failure": (but(fetch=stops_at_the_first_failure), OTHERS),
    "hides failures": (but(problem=lambda *_: None), f"{ERRORS} {OTHERS}"),
    "hides one kind of failure": (
        but(problem=lambda self, place, how: None if how == "html" else Plain.problem(self, place, how)),
        f"{ERRORS} {OTHERS}",
    ),
    "any number of pages": (but(limit=lambda *_: 40), "page_limit"),
    "any time": (but(is_over=lambda self, visit, until: visit.clock() < 0), "time_limit"),
    "forgets what the time limit left": (but(walk=forgets_what_time_left), "time_limit"),
    "quotes the answer": (
        but(failed=lambda _, place, broken: Page(place, problem=Skip("malformed", place, str(broken)))),
        SILENT,
    ),
    "quotes the answer in a cause": (but(failed=quotes_in_a_cause), SILENT),
    "logs authors": (but(told=logs_authors), SILENT),
    "logs failures": (but(failed=logs_failures), SILENT),
    "notes content": (
        paged(lambda self, visit, place, pages: [replace(page, notes=(page.posts[0].body,)) for page in pages]),
        SILENT,
    ),
    "counts authors": (
        paged(lambda self, visit, place, pages: [replace(page, skipped={page.posts[0].author: 1}) for page in pages]),
        SILENT,
    ),
    "visits every place": (but(wanted=lambda self, visit: self.places()), "only_the_places_asked_for"),
    "takes none for all": (
        but(wanted=lambda self, visit: list(visit.cursors) or self.places()),
        "only_the_places_asked_for",
    ),
    "posts of another place": (told(place=lambda _: "elsewhere"), "only_the_places_asked_for"),
    # What a page limit leaves is lost between visits too: promises 3 and 7 say the same of it.
    "jumps to the newest": (but(start=newest_only), f"{BETWEEN} page_limit"),
    "forgets what the page limit left": (
        paged(
            lambda self, visit, place, pages: [
                replace(page, cursor=end(self, place)) if number == visit.pages else page
                for number, page in enumerate(pages, 1)
            ]
        ),
        f"{BETWEEN} page_limit",
    ),
    "the cursor goes too far": (
        but(cursor=lambda _, at: str(at + 3)),
        f"resume_misses_nothing new_posts_come {BETWEEN} page_limit",
    ),
}


def contract() -> dict[str, Any]:
    """The contract's tests by their names, without "test_"."""
    found = inspect.getmembers(ConnectorContract, inspect.isfunction)
    return {name.removeprefix("test_"): test for name, test in found if name.startswith("test_")}


def failing(made: type[Plain], caplog: pytest.LogCaptureFixture) -> set[str]:
    """The contract's tests that a connector fails, each run with every failure it asks for."""
    return {name for name, test in contract().items() for how in _hows(test) if not _passes(test, made, how, caplog)}


def _hows(test: Any) -> tuple[str, ...]:
    return FAILURES if "how" in inspect.signature(test).parameters else ("",)


def _passes(test: Any, made: type[Plain], how: str, caplog: pytest.LogCaptureFixture) -> bool:
    given = {"world": Shelf(made), "how": how, "caplog": caplog}
    caplog.clear()
    try:
        test(ConnectorContract(), **{name: given[name] for name in inspect.signature(test).parameters if name in given})
    except Exception:  # noqa: BLE001 - whatever a broken connector raises fails the test
        return False
    return True


@pytest.mark.parametrize("name", MUST_FAIL)
def test_a_broken_promise_is_told(name, caplog):
    """A connector that breaks one promise fails that promise's tests and no other."""
    made, expected = MUST_FAIL[name]
    assert failing(made, caplog) == {*expected.split()}


def test_unstable_keys_are_told(caplog):
    """Keys that change break promise 1; nothing can be found again, so most others cannot be held either."""
    count = itertools.count()
    assert "keys_are_stable" in failing(told(key=lambda post: f"{post.key} {next(count)}"), caplog)


def test_the_good_connector_fails_nothing(caplog):
    """The control: what these tables run finds no fault where there is none."""
    assert failing(Plain, caplog) == set()


def test_every_test_can_fail():
    """No test of the contract passes whatever a connector does."""
    assert {name for _, names in MUST_FAIL.values() for name in names.split()} == {*contract()}


def test_every_promise_is_held_by_a_test():
    """The promises that the contract lists are the promises that its tests name."""
    listed = {int(number) for number in re.findall(r"^ (\d)\. ", connectors.__doc__ or "", re.MULTILINE)}
    named = [re.match(r"Promise (\d): ", test.__doc__) for test in contract().values()]
    assert {int(match[1]) for match in named if match} == listed
    assert None not in named


def test_a_world_without_canaries_is_told(caplog):
    """A world that plants no canary would make promise 8 hold for everybody, so it fails."""

    assert failing(told(body=lambda _: "nothing to see"), caplog) == {SILENT}


def test_an_empty_world_is_told(caplog):
    """A world without posts proves nothing, so it fails."""
    assert SAYS in failing(but(wanted=lambda *_: []), caplog)


def test_the_fixture_must_be_given():
    """A connector's tests without a world say what is missing."""
    with pytest.raises(NotImplementedError, match="provide a fixture `world`"):
        inspect.unwrap(ConnectorContract.world)(ConnectorContract())
