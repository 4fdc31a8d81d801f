"""The smallest connector that keeps every promise, and its world in memory: an example, and what proves the contract.

    class TestPlain(ConnectorContract):
        @pytest.fixture
        def world(self):
            return Shelf(Plain)

`tests/test_contract.py` breaks its promises one at a time and sees the contract tell each.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from monitor.connector import Options, Page, Tools, Visit
from monitor.demo.service import SECRET_WORD
from monitor.errors import Fatal, Retry, Skip, SourceError
from monitor.model import Post

NOW = datetime(2026, 7, 30, 12, tzinfo=UTC)
PLACES = ("north", "south")


class BrokenError(Exception):
    """The shelf's own failure; like a real library's, it quotes what the service said."""


class Shelf:
    """A service in memory with two places, and the `monitor.testing.World` of connectors that are made of it."""

    now = NOW

    def __init__(self, made: Callable[..., "Plain"]) -> None:
        self._made = made
        self._posts: dict[str, list[Post]] = {place: [] for place in PLACES}
        self._failing: dict[str | None, str] = {}
        for place in PLACES:
            self.publish(place, 7)

    def connector(self) -> "Plain":
        """A fresh connector to this shelf."""
        return self._made(Options(), Tools("demo", lambda _: None), shelf=self)

    def keys(self, place: str) -> list[Any]:
        """The keys of a place as its connector forms them, oldest first."""
        return [self.connector().key_of(post.key) for post in self._posts[place]]

    def publish(self, place: str, count: int) -> list[Any]:
        """Add newer posts; returns their keys."""
        shelf = self._posts[place]
        shelf += [_post(place, number) for number in range(len(shelf), len(shelf) + count)]
        return self.keys(place)[len(shelf) - count :]

    def fail(self, place: str | None, how: str) -> None:
        """From now on `ask` fails for a place, or for all."""
        self._failing[place] = how

    def heal(self) -> None:
        """`ask` answers again."""
        self._failing.clear()

    def ask(self, place: str, start: int, stop: int) -> list[Post]:
        """The service's answer: some of a place's posts, oldest first."""
        how = self._failing.get(place) or self._failing.get(None)
        if how:
            raise BrokenError(how, f"{SECRET_WORD} is not at home")
        return self._posts[place][start:stop]


def _post(place: str, number: int) -> Post:
    return Post(
        source="shelf",
        place=place,
        key=f"{place}-{number}",
        url=f"https://shelf.example/{place}/{number}",
        type="post",
        found="feed",
        body=f"{SECRET_WORD} wrote this",
        published=NOW - timedelta(days=9) + timedelta(minutes=number),
        author=f"{SECRET_WORD}_{number % 3}",
    )


class Plain:
    """The good connector; its cursor counts the posts that were handed over. One method per decision."""

    name: ClassVar[str] = "shelf"
    options: ClassVar[type[Options]] = Options
    overlap: ClassVar[int] = 1
    per_page = 2

    def __init__(self, options: Options, tools: Tools, *, shelf: Shelf) -> None:
        del options, tools
        self.shelf = shelf

    @staticmethod
    def key_of(key: str) -> Any:
        """A post's key, from what the service calls it."""
        return key

    def missing(self) -> list[str]:
        """Nothing needs to be set."""
        return []

    def places(self) -> list[str]:
        """All places."""
        return list(PLACES)

    def wanted(self, visit: Visit) -> list[str]:
        """The places of a visit."""
        return list(visit.cursors)

    def fetch(self, visit: Visit) -> Iterator[Page]:
        """Visit the places in `visit.cursors`, page by page."""
        until = visit.clock() + visit.seconds
        for place in self.wanted(visit):
            yield from self.visited(visit, place, until)

    def visited(self, visit: Visit, place: str, until: float) -> Iterator[Page]:
        """A place's pages; a failure is told in a page of its own."""
        try:
            yield from self.walk(visit, place, until)
        except BrokenError as broken:
            yield self.failed(place, broken)

    def walk(self, visit: Visit, place: str, until: float) -> Iterator[Page]:
        """Page after page from the cursor on, until there is no more or the visit's limits are reached."""
        at = self.start(visit, place)
        for _ in range(self.limit(visit)):
            if self.is_over(visit, until):
                return
            posts = self.shelf.ask(place, at, at + self.per_page)
            if not posts:
                return
            at += len(posts)
            yield Page(place, tuple(self.told(post) for post in posts), self.cursor(at))

    def start(self, visit: Visit, place: str) -> int:
        """Where a visit starts: a little before its cursor, or at the beginning."""
        read = int((visit.cursors.get(place) or "0").split()[0])
        return 0 if visit.full else max(0, read - self.overlap)

    def limit(self, visit: Visit) -> int:
        """How many pages may be asked for."""
        return visit.pages

    def is_over(self, visit: Visit, until: float) -> bool:
        """True when the time of the visit is up."""
        return visit.clock() >= until

    def cursor(self, at: int) -> str:
        """The cursor after `at` posts."""
        return str(at)

    def told(self, post: Post) -> Post:
        """The service's post as ours."""
        return replace(post, key=self.key_of(post.key))

    def failed(self, place: str, broken: BrokenError) -> Page:
        """The page that says what went wrong, in our own words."""
        return Page(place, problem=self.problem(place, broken.args[0]))

    def problem(self, place: str, how: str) -> SourceError:
        """A failure, named by what can be done about it."""
        if how == "401":
            return Fatal("credentials", place, "401: the shelf wants another login")
        if how.isdigit():
            return Retry("server", place, f"{how}: the shelf has a problem")
        return Skip("malformed", place, "the shelf gives nothing readable")
