"""The RSS connector against a web server on loopback: the contract, then what is particular to feeds."""

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from connectors.rss import Rss, RssOptions, spread
from monitor.connector import Page, Tools, Visit
from monitor.demo.content.truth import Entry, Feed, FeedKind
from monitor.demo.rendering import CONTENT_TYPES, rendered
from monitor.demo.service import Reply, Request, Service
from monitor.errors import ConfigError, Fatal, Retry, Skip, SourceError
from monitor.testing import CANARY, ConnectorContract, Failure

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
START = datetime(2026, 2, 1, 8, tzinfo=UTC)
PATHS: dict[str, FeedKind] = {"/nieuws.xml": "rss", "/blog.atom": "atom", "/forum.json": "json"}
NO_FEED = b"<!DOCTYPE html><html><body><form>Bewijs dat u geen robot bent</form></body></html>"


def entry(path: str, number: int) -> Entry:
    at = START + timedelta(minutes=number)
    url = f"https://krant.example{path}/{number}"
    return Entry(f"tag:krant.example,2026:{path}:{number}", url, f"Bericht {number}", f"<p>{CANARY} {number}</p>", at)


def feed(path: str, kind: FeedKind, entries: tuple[Entry, ...] = ()) -> Feed:
    return Feed(path, "De Krant", "https://krant.example", kind, "nl", entries)


class FeedWorld:
    """Feeds that grow, served with ETag and Last-Modified, and a connector that is pointed at them."""

    now = NOW

    def __init__(self, posts: int = 5, kinds: dict[str, FeedKind] | None = None) -> None:
        self.feeds = {path: feed(path, kind) for path, kind in (kinds or PATHS).items()}
        self.answer: Callable[[Request], Reply | None] = lambda _: None  # a test's own answer goes first
        self.service = Service(self._answer)
        self.options: dict[str, Any] = {"host_spacing": 0, "deadline": 5}
        for path in self.feeds:
            self._publish(path, posts)

    def connector(self, **more: Any) -> Rss:
        options = {"feeds": tuple(self.place(path) for path in self.feeds), **self.options}
        tools = Tools("monitor-tests/1 (+https://waterveen.example)", lambda _: None, loopback=True)
        return Rss(RssOptions(**options), tools, **more)

    def place(self, path: str) -> str:
        return self.service.url + path

    def keys(self, place: str) -> list[str]:
        path = place.removeprefix(self.service.url)
        return [f"krant.example{path}/{number}" for number in range(len(self.feeds[path].entries))]

    def publish(self, place: str, count: int) -> list[str]:
        self._publish(place.removeprefix(self.service.url), count)
        return self.keys(place)[-count:]

    def fail(self, place: str | None, how: Failure) -> None:
        path = place and place.removeprefix(self.service.url)
        self.service.fail(how, lambda request: path in (None, request.path))

    def heal(self) -> None:
        self.service.heal()

    def _publish(self, path: str, count: int) -> None:
        old = self.feeds[path].entries
        fresh = tuple(entry(path, number) for number in reversed(range(len(old), len(old) + count)))
        self.feeds[path] = replace(self.feeds[path], entries=fresh + old)

    def _answer(self, request: Request) -> Reply:
        told = self.answer(request)
        return told or self.well(request)

    def well(self, request: Request, **headers: str) -> Reply:
        """The feed, or 304 to who has it."""
        wanted = self.feeds[request.path]
        etag = f'W/"{len(wanted.entries)}"'
        known = {"ETag": etag, "Last-Modified": format_datetime(NOW), **headers}
        if request.headers.get("if-none-match") == etag:
            return Reply(304, b"", known)
        return Reply(200, rendered(wanted), {**known, "Content-Type": CONTENT_TYPES[wanted.kind]})


@pytest.fixture
def world() -> Iterator[FeedWorld]:
    world = FeedWorld()
    with world.service:
        yield world


@pytest.fixture
def one() -> Iterator[FeedWorld]:
    """A world of one feed."""
    world = FeedWorld(kinds={"/nieuws.xml": "rss"})
    with world.service:
        yield world


class TestContract(ConnectorContract):
    """The promises of `monitor.connector`."""

    @pytest.fixture
    def world(self) -> Iterator[FeedWorld]:
        """Two feeds."""
        world = FeedWorld(kinds={"/nieuws.xml": "rss", "/blog.atom": "atom"})
        with world.service:
            yield world


def visit(world: FeedWorld, cursor: str | None = None, *, now: datetime = NOW, full: bool = False) -> Page:
    """One visit to the world's first feed."""
    place, *_ = world.connector().places()
    (page,) = world.connector().fetch(Visit(now=now, cursors={place: cursor}, full=full))
    return page


def problem(page: Page) -> SourceError:
    assert page.problem is not None, "the failure is hidden"
    return page.problem


def test_tags_come_through_the_parsers_process(one):
    """What an entry is filed under reaches its post; entries that are filed under nothing have no tags."""
    body = rendered(one.feeds["/nieuws.xml"]).replace(b"</item>", b"<category>Veer &amp; pont</category></item>", 1)
    one.answer = lambda _: Reply(200, body)
    assert [post.tags for post in visit(one).posts] == [(), (), (), (), ("Veer & pont",)]


# --- conditional requests and cursors


def test_the_second_visit_is_conditional(one):
    """ETag and Last-Modified go back as If-None-Match and If-Modified-Since, and 304 means no posts."""
    first = visit(one)
    second = visit(one, first.cursor)
    assert (len(first.posts), len(second.posts), second.problem) == (5, 0, None)
    asked = one.service.requests[-1].headers
    assert (asked["if-none-match"], asked["if-modified-since"]) == ('W/"5"', format_datetime(NOW))
    assert "if-none-match" not in one.service.requests[0].headers


def test_a_cursor_holds_no_content(one):
    """A cursor is a small JSON object of validators, a hash and two numbers."""
    cursor = visit(one).cursor
    assert set(json.loads(cursor)) == {"etag", "modified", "body", "asked", "ttl"}
    assert len(cursor) < 300
    assert CANARY not in cursor


def test_an_identical_body_is_not_parsed(one):
    """200 with the same bytes as last time brings nothing, but its new validators are kept."""
    first, body = visit(one), rendered(one.feeds["/nieuws.xml"])
    one.answer = lambda _: Reply(200, body, {"ETag": '"new"'})
    second = visit(one, first.cursor)
    assert (second.posts, second.problem, json.loads(second.cursor)["etag"]) == ((), None, '"new"')


def test_a_server_that_always_says_304_is_asked_anew_each_day(one):
    """N15: with 304 for three days whatever happens, each day one request is unconditional and brings the news."""

    def liar(request: Request) -> Reply | None:
        return Reply(304) if "if-none-match" in request.headers else None

    one.answer = liar
    cursor, came = None, []
    for hour in range(0, 73, 4):
        one.publish(one.place("/nieuws.xml"), 1)
        page = visit(one, cursor, now=NOW + timedelta(hours=hour))
        cursor = page.cursor
        came.append(bool(page.posts))
    assert [4 * number for number, news in enumerate(came) if news] == [0, 24, 48, 72]


def test_a_clock_that_was_set_back_costs_one_whole_fetch(one):
    """A cursor from the future does not hold off the daily whole fetch until then."""
    cursor = visit(one, now=NOW + timedelta(days=365)).cursor
    visit(one, cursor)
    assert "if-none-match" not in one.service.requests[-1].headers


def test_a_full_visit_brings_all_again(one):
    """`full` asks unconditionally and yields what has been seen."""
    first = visit(one)
    assert visit(one, first.cursor, full=True).posts == first.posts


@pytest.mark.parametrize("cursor", ["", "no json", "[]", '{"later": 1}', "null", '"text"'])
def test_an_unreadable_cursor_costs_a_whole_fetch(one, cursor):
    """A cursor of another version is no failure."""
    assert len(visit(one, cursor).posts) == 5


def test_a_failure_moves_no_cursor(one):
    """A page with a problem has no cursor, so the saved one stays."""
    cursor = visit(one).cursor
    one.service.fail("500")
    assert visit(one, cursor).cursor is None


# --- when to come back


def with_channel(extra: str, namespaces: str = "") -> bytes:
    return (
        f"<rss version='2.0' {namespaces}><channel><title>t</title>{extra}"
        "<item><title>a</title><link>https://krant.example/a</link></item></channel></rss>"
    ).encode()


SY = "xmlns:sy='http://purl.org/rss/1.0/modules/syndication/'"


@pytest.mark.parametrize(
    ("extra", "minutes"),
    [
        ("<ttl>30</ttl>", 30),
        ("<ttl> 90 </ttl>", 90),
        ("<ttl>1000000</ttl>", 1440),
        ("<ttl>1e400</ttl>", None),
        ("<ttl>nan</ttl>", None),
        ("<ttl>-5</ttl>", None),
        ("<ttl>0</ttl>", None),
        ("<ttl>soon</ttl>", None),
        ("", None),
        ("<sy:updatePeriod>hourly</sy:updatePeriod>", 60),
        ("<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency>", 15),
        ("<sy:updatePeriod>\n daily \n</sy:updatePeriod><sy:updateFrequency>2</sy:updateFrequency>", 720),
        ("<sy:updatePeriod>yearly</sy:updatePeriod>", 1440),
        ("<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>0</sy:updateFrequency>", 60),
        ("<sy:updatePeriod>never</sy:updatePeriod>", None),
    ],
)
def test_a_feed_says_when_to_come_back(one, extra, minutes):
    """`ttl` and `sy:updatePeriod` become `not_before`, a day at most; nonsense is no wish."""
    one.answer = lambda _: Reply(200, with_channel(extra, SY))
    page = visit(one)
    assert page.problem is None
    assert page.not_before == (NOW + timedelta(minutes=minutes) if minutes else None)


def test_the_wish_outlives_a_304(one):
    """A feed's `ttl` holds after answers without a body."""
    first = visit(one)
    later = NOW + timedelta(hours=1)
    assert first.not_before == NOW + timedelta(minutes=30)
    assert visit(one, first.cursor, now=later).not_before == later + timedelta(minutes=30)


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120.0),
        (format_datetime(NOW + timedelta(minutes=10), usegmt=True), 600.0),
        ("-5", 0.0),
        ("315360000", 86400.0),
        ("later", None),
        (None, None),
    ],
)
def test_retry_after_is_understood_in_six_forms(one, status, value, seconds):
    """R10: seconds, a date, negative, ten years, text, none."""
    one.answer = lambda _: Reply(status, b"busy", {"Retry-After": value} if value else {})
    told = problem(visit(one))
    assert (type(told), told.seconds, told.kind) == (Retry, seconds, "rate-limit" if status == 429 else "server")


# --- redirects and statuses


@pytest.mark.parametrize(("status", "noted"), [(301, True), (308, True), (302, False), (303, False), (307, False)])
def test_only_a_permanent_redirect_is_noted(one, status, noted):
    """N4: the posts come, the place stays what is configured, and a person is advised."""
    elders = "/oud.xml"
    one.feeds[elders] = one.feeds["/nieuws.xml"]
    one.answer = lambda request: Reply(status, b"", {"Location": "/nieuws.xml"}) if request.path == elders else None
    place = one.place(elders)
    (page,) = one.connector().fetch(Visit(now=NOW, cursors={place: None}))
    assert (page.place, len(page.posts), {post.place for post in page.posts}) == (place, 5, {place})
    assert page.notes == ((f"moved for good to {one.place('/nieuws.xml')}",) if noted else ())


@pytest.mark.parametrize(
    ("status", "error", "kind"),
    [
        (401, Fatal, "credentials"),
        (403, Fatal, "forbidden"),
        (451, Fatal, "forbidden"),
        (404, Skip, "not-found"),
        (410, Skip, "not-found"),
        (418, Skip, "malformed"),
        (500, Retry, "server"),
    ],
)
def test_statuses_are_named_by_what_can_be_done(one, status, error, kind):
    """Each status is one kind of error, told of the place."""
    one.answer = lambda _: Reply(status)
    told = problem(visit(one))
    assert (type(told), told.kind, told.place) == (error, kind, one.place("/nieuws.xml"))


def test_a_failure_behind_a_redirect_names_the_configured_address(one):
    """An error is told of the feed as configured, wherever it was sent."""
    one.answer = lambda request: None if request.path != "/nieuws.xml" else Reply(302, b"", {"Location": "/inlog"})
    one.feeds["/inlog"] = one.feeds["/nieuws.xml"]
    well = one.answer
    one.answer = lambda request: Reply(200, NO_FEED) if request.path == "/inlog" else well(request)
    told = problem(visit(one))
    assert told.place == one.place("/nieuws.xml")
    assert "/inlog" not in str(told)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (NO_FEED, "web page"),
        (b"<?xml version='1.0'?>\n<!-- x -->\n<html xmlns='http://www.w3.org/1999/xhtml'/>", "web page"),
        (b"<HTML><body><rsschen>", "web page"),
        (b"", "empty"),
        (b" \n\t ", "empty"),
        (b'{"error": "rate limited"}', "not JSON Feed"),
        (b'{"items": [', "not a feed"),
        (b"not found", "not a feed"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "not a feed"),
        (b"<opml version='2.0'><body/></opml>", "not a feed"),
    ],
)
def test_what_is_no_feed_says_so(one, body, said):
    """N16: a login page, an empty body or an error in JSON with status 200 is a named error and no silence."""
    one.answer = lambda _: Reply(200, body)
    told = problem(visit(one))
    assert (type(told), told.kind, said in told.message) == (Skip, "malformed", True), told.message


def test_a_truncated_feed_gives_what_it_has_and_says_so(one):
    """Broken off without its server knowing, a feed still gives its whole entries, with a note."""
    whole = rendered(one.feeds["/nieuws.xml"])
    one.answer = lambda _: Reply(200, whole[: whole.index(b"Bericht 1")])
    page = visit(one)
    assert [post.title for post in page.posts if "Bericht" in post.title] == ["Bericht 2", "Bericht 3", "Bericht 4"]
    assert page.notes == ("not well-formed: read as far as it could be",)


def test_a_feed_without_entries_is_no_failure(one):
    """An empty channel is a feed that has nothing to say."""
    one.feeds["/nieuws.xml"] = feed("/nieuws.xml", "rss")
    page = visit(one)
    assert (page.posts, page.problem, page.notes) == ((), None, ())


def test_a_feed_of_many_entries_gives_the_newest(one):
    """Of more than 500 entries the newest come, oldest first, and a note says what was left out."""
    one.publish(one.place("/nieuws.xml"), 700)
    page = visit(one)
    assert [post.title for post in page.posts[:1] + page.posts[-1:]] == ["Bericht 205", "Bericht 704"]
    assert page.notes == ("205 older entries left out: 500 are read",)


# --- configuration


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("https://www.reddit.com/r/energie/.rss", "use [sources.reddit]"),
        ("https://old.reddit.com/.rss", "use [sources.reddit]"),
        ("https://redd.it/x.rss", "use [sources.reddit]"),
        ("ftp://krant.example/feed", "number 1 is no http or https address"),
        ("feed:https://krant.example/feed", "number 1 is no http or https address"),
        ("krant.example/feed", "number 1 is no http or https address"),
        ("https://[krant/feed", "number 1 is no http or https address"),
        ("https:///feed", "number 1 is no http or https address"),
        ("https://ik:geheim@krant.example/feed", "holds a login"),
    ],
)
def test_a_wrong_address_is_refused_before_any_request(address, said):
    """Wrong configuration is named with its key, and no password is repeated."""
    with pytest.raises(ConfigError) as caught:
        Rss(RssOptions(feeds=(address, "https://goed.example/feed")), Tools("x", lambda _: None))
    (told,) = caught.value.problems
    assert told.startswith("[sources.rss] feeds: ")
    assert said in told
    assert "geheim" not in told


def test_every_fault_is_told_at_once():
    """Two wrong addresses are two problems."""
    with pytest.raises(ConfigError) as caught:
        Rss(RssOptions(feeds=("ftp://a.example", "b.example")), Tools("x", lambda _: None))
    assert len(caught.value.problems) == 2


def test_a_source_without_feeds_says_what_is_missing():
    """No feeds: one line with the cure; the same feed twice: one place."""
    tools = Tools("x", lambda _: None)
    assert "OPML" in " ".join(Rss(RssOptions(), tools).missing())
    twice = Rss(RssOptions(feeds=("https://a.example/f", "https://a.example/f")), tools)
    assert (twice.missing(), twice.places()) == ((), ("https://a.example/f",))


# --- politeness


class Time:
    """A clock that only sleeping moves, for all threads; `naps` are the sleeps."""

    def __init__(self) -> None:
        self._at = 0.0
        self._lock = threading.Lock()
        self.naps: list[float] = []

    def clock(self) -> float:
        with self._lock:
            return self._at

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self.naps.append(seconds)
            self._at += seconds


def many(count: int) -> FeedWorld:
    return FeedWorld(posts=1, kinds={f"/{number}.xml": "rss" for number in range(count)})


def test_a_host_is_left_alone_between_requests():
    """Six feeds of one host, one at a time, ten seconds apart: each waits for its turn."""
    world, time = many(6), Time()
    world.options |= {"host_spacing": 10, "workers": 1}
    starts: list[float] = []
    world.answer = lambda _: starts.append(time.clock())
    with world.service:
        connector = world.connector(sleep=time.sleep)
        cursors = dict.fromkeys(connector.places())
        pages = list(connector.fetch(Visit(now=NOW, cursors=cursors, clock=time.clock)))
    assert (len(pages), starts) == (6, [0.0, 10.0, 20.0, 30.0, 40.0, 50.0])


def test_nobody_sleeps_past_the_end_of_the_visit():
    """Feeds whose turn would come after `seconds` are not asked for, and nobody waits for them."""
    world, time = many(6), Time()
    world.options |= {"host_spacing": 10, "workers": 1}
    with world.service:
        connector = world.connector(sleep=time.sleep)
        visit = Visit(now=NOW, cursors=dict.fromkeys(connector.places()), seconds=25, clock=time.clock)
        pages = list(connector.fetch(visit))
    assert (len(pages), len(world.service.requests), sum(time.naps)) == (3, 3, 20.0)


def test_no_more_than_workers_at_a_time():
    """With three workers at most three feeds are being retrieved; three really are."""
    world = many(12)
    world.options |= {"workers": 3}
    meeting, lock, busy = threading.Barrier(3, timeout=20), threading.Lock(), Counter()

    def slow(_: Request) -> None:
        with lock:
            busy["now"] += 1
            busy["most"] = max(busy["most"], busy["now"])
        meeting.wait()
        with lock:
            busy["now"] -= 1

    world.answer = slow
    with world.service:
        assert (
            len(list(world.connector().fetch(Visit(now=NOW, cursors=dict.fromkeys(world.connector().places()))))) == 12
        )
    assert busy["most"] == 3


def test_memory_is_bounded_by_twice_the_workers():
    """A reader who does not take pages is not run ahead of by more than twice `workers`."""
    world, fifth = many(20), threading.Event()
    world.options |= {"workers": 2}
    world.answer = lambda _: fifth.set() if len(world.service.requests) > 4 else None
    with world.service:
        pages = world.connector().fetch(Visit(now=NOW, cursors=dict.fromkeys(world.connector().places())))
        next(pages)
        assert not fifth.wait(0.3), "a fifth feed was asked for while four were waiting to be taken"
        assert len(list(pages)) == 19


def test_spread_keeps_feeds_of_one_host_apart():
    """All places stay; those of one host come round by round."""
    places = [
        "https://a.example/1",
        "https://a.example/2",
        "https://www.a.example/3",
        "https://b.example/1",
        "http://[",
    ]
    assert spread(places) == [
        "https://a.example/1",
        "https://b.example/1",
        "http://[",
        "https://a.example/2",
        "https://www.a.example/3",
    ]
