"""The made-up world: how large and how varied it is, that it never changes, and that its feeds are real."""

import gzip
import hashlib
import json
import os
import re
import socket
import subprocess
import sys
from base64 import b64encode
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from urllib.parse import urlsplit

import feedparser
import pytest

from monitor.demo.feeds import FEEDS, MOVED, ODD, feeds_api
from monitor.demo.serve import served
from monitor.demo.service import Service
from monitor.demo.world import AMBASSADOR, BURST, NOW, SINCE, Entry, Feed, World, world
from monitor.model import KINDS
from monitor.normalise import plain
from monitor.sketch import is_copy, sketch

WORLD = world()
TRUTH = tuple(WORLD.truth.values())
WHOLE = json.dumps(asdict(WORLD), default=str, ensure_ascii=False)
XML = [path for path, feed in WORLD.feeds.items() if feed.kind != "json" and feed.whole]


@dataclass(frozen=True)
class Got:
    """One answer over HTTP, as its bytes came."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    with Service(feeds_api(WORLD)) as service:
        yield service.url


def get(url: str, *, form: bytes = b"", **headers: str) -> Got:
    parts = urlsplit(url)
    connection = HTTPConnection(parts.netloc, timeout=10)
    try:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(
            "POST" if form else "GET", parts.path, form, headers={"Accept-Encoding": "identity", **named}
        )
        answer = connection.getresponse()
        return Got(answer.status, dict(answer.headers), answer.read())
    finally:
        connection.close()


# --- The world ---------------------------------------------------------------------------------------


def test_every_post_has_one_truth() -> None:
    """Each post of the three services has its truth under its own id, and no id is used twice."""
    entries = [entry.id for feed in WORLD.feeds.values() for entry in feed.entries]
    threads = [f"t3_{each.id}" for each in WORLD.submissions] + [f"t1_{each.id}" for each in WORLD.comments]
    ids = [*entries, *threads, *(status.id for status in WORLD.statuses)]
    assert sorted(ids) == sorted(WORLD.truth)
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(("where", "least"), [("feeds", 220), ("reddit", 120), ("mastodon", 110)])
def test_each_service_has_enough(where: str, least: int) -> None:
    """More than 420 posts in all, shared out over the three services."""
    assert len([truth for truth in TRUTH if truth.where == where]) >= least


def test_two_languages() -> None:
    """About seven in ten posts are Dutch and the rest English."""
    english = len([truth for truth in TRUTH if truth.language == "en"])
    assert {truth.language for truth in TRUTH} == {"nl", "en"}
    assert 0.25 < english / len(TRUTH) < 0.35


def test_most_posts_are_beside_the_point() -> None:
    """Between 130 and 160 posts are to be kept; more than seven in ten are about something else."""
    assert 130 <= len([truth for truth in TRUTH if truth.kept]) <= 160
    assert len([truth for truth in TRUTH if not truth.about]) > 0.7 * len(TRUTH)


def test_all_kinds_occur() -> None:
    """Every kind occurs at least twice among what is kept, and what is not about us has none."""
    kinds = Counter(truth.kind for truth in TRUTH if truth.kept and truth.about)
    assert {*kinds} == {*KINDS}
    assert min(kinds.values()) >= 2
    assert {truth.kind for truth in TRUTH if not truth.about} == {None}


@pytest.mark.parametrize("kind", ["leak", "safety", "fraud", "abuse", "wrong-facts", "spam", "personal-data", "job"])
def test_what_is_rare_occurs_in_both_languages(kind: str) -> None:
    """What is rare and matters is said by people, in Dutch and in English."""
    said = [truth for truth in TRUTH if truth.kept and truth.kind == kind and truth.where != "feeds"]
    assert {truth.language for truth in said} == {"nl", "en"}


def test_one_question_asked_a_dozen_times() -> None:
    """Twelve people ask the same within a day, on two services, and all of them are copies of the first."""
    asked = sorted((truth for truth in TRUTH if truth.same == "kaartje-terug"), key=lambda truth: str(truth.at))
    assert Counter(truth.where for truth in asked) == {"mastodon": 9, "reddit": 3}
    assert {(truth.kind, truth.at.date() if truth.at else None) for truth in asked} == {("question", BURST[0].date())}
    assert len({_writer(truth.id) for truth in asked}) == 12
    first, *others = (sketch(plain(_words(WORLD, truth.id), "html")) for truth in asked)
    assert all(is_copy(first, each) for each in others)


def test_a_complaint_is_carried_on() -> None:
    """A complaint stands twice more elsewhere: once passed on in its own service, once on another."""
    first, *others = sorted((truth for truth in TRUTH if truth.same == "bus-31"), key=lambda truth: str(truth.at))
    assert (first.where, {truth.where for truth in others}) == ("mastodon", {"mastodon", "reddit"})
    assert all(_writer(truth.id) != _writer(first.id) for truth in others)


def test_the_dates() -> None:
    """All dates lie in the five weeks before now, except those that are wrong on purpose."""
    wrong = Counter(truth.at and truth.at.astimezone(UTC).year for truth in TRUTH if not truth.dated)
    assert wrong == {None: 2, 2035: 2, 1970: 2}
    assert timedelta(weeks=5, hours=8) == NOW - SINCE
    assert {truth.at.isocalendar().week for truth in TRUTH if truth.at and truth.dated and truth.kept} >= {
        42,
        43,
        44,
        45,
        46,
    }


def test_the_burst() -> None:
    """On the Thursday of the outage more is said about us than on any other day, and in working hours."""
    days = Counter(truth.at.date() for truth in TRUTH if truth.at and truth.kept)
    [(day, most), (_, second)] = days.most_common(2)
    assert day == BURST[0].date()
    assert day.strftime("%A") == "Thursday"
    assert most > 2 * second
    assert len([truth for truth in TRUTH if truth.at and truth.kept and BURST[0] <= truth.at <= BURST[1]]) > 15


def test_people_write_by_day() -> None:
    """Little is written at night and less at the weekend than on working days."""
    filler = [truth.at for truth in TRUTH if truth.at and truth.dated and not truth.about]
    assert len([at for at in filler if at.hour < 6]) < 0.05 * len(filler)
    days = Counter(at.isoweekday() for at in filler)
    assert (days[6] + days[7]) / 2 < sum(days[day] for day in range(1, 6)) / 5


def test_two_worlds_are_equal() -> None:
    """The world is the same each time, in this process and in another with another hash seed."""
    assert world() == WORLD
    code = "import dataclasses, json; from monitor.demo.world import world; "
    code += "print(json.dumps(dataclasses.asdict(world()), default=str))"
    environment = {**os.environ, "PYTHONHASHSEED": "46", "TZ": "Asia/Tokyo"}
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, env=environment)
    here = json.dumps(asdict(world()), default=str)
    assert hashlib.sha256(run.stdout.strip()).digest() == hashlib.sha256(here.encode()).digest()


def test_namesakes_do_not_name_us() -> None:
    """Streets and trees sound like us; only a feather and two pigeons have our name as a word."""
    named = [truth for truth in TRUTH if truth.named and not truth.about]
    assert [truth.namesake for truth in named] == [True] * 3
    assert {(truth.where, truth.kept) for truth in named} == {("mastodon", True)}
    strangers = [truth.id for truth in TRUTH if not truth.about]
    assert len([id_ for id_ in strangers if "lindeveerstraat" in _words(WORLD, id_).lower()]) >= 4


def test_only_example_domains() -> None:
    """Every address, handle and mail address of the world ends in .example."""
    hosts = re.findall(r"https?://([\w.-]+)", WHOLE) + re.findall(r"[\w.]+@([\w-]+(?:\.[\w-]+)+)", WHOLE)
    assert len(hosts) > 500
    assert [host for host in hosts if not host.rstrip(".").endswith(".example")] == []
    assert re.findall(r"\b[\w-]+\.(?:nl|com|org|net|eu|be|de|io|social)\b", WHOLE) == []


def test_copies() -> None:
    """One press release stands in three feeds, on Reddit and on Mastodon, under one address in five dresses."""
    copies = [truth for truth in TRUTH if truth.same == "dienstregeling"]
    assert Counter(truth.where for truth in copies) == {"feeds": 3, "reddit": 1, "mastodon": 1}
    addresses = {truth.url for truth in copies if truth.where == "feeds"}
    assert {urlsplit(url).path for url in addresses} == {"/lindeveer/dienstregeling-2027"}
    assert {urlsplit(url).scheme for url in addresses} == {"http", "https"}
    assert len({entry.html for entry in _entries() if entry.url in addresses}) == 1


@pytest.mark.parametrize("flag", ["private", "deleted", "opted_out"])
def test_what_must_be_left_alone(flag: str) -> None:
    """Private, deleted and opted-out posts that name us exist, and none of them is to be kept."""
    left = [truth for truth in TRUTH if getattr(truth, flag) and truth.about and truth.named]
    assert len(left) >= 3
    assert not any(truth.kept for truth in left)


def test_opt_outs_of_every_sort() -> None:
    """Accounts refuse by noindex, by not being indexable, by being limited or suspended, and in their bio."""
    accounts = {status.account for status in WORLD.statuses if WORLD.truth[status.id].opted_out}
    assert {account.noindex for account in accounts} == {True, False}
    assert {account.indexable for account in accounts} == {True, False}
    assert {account.limited for account in accounts} == {True, False}
    assert {account.suspended for account in accounts} == {True, False}
    assert any("#nobot" in account.note for account in accounts)


def test_the_ambassador_has_a_private_life() -> None:
    """One account opted in, and most of what it writes is nobody's business."""
    mine = [status for status in WORLD.statuses if f"@{status.account.acct}" == AMBASSADOR]
    assert {status.id for status in mine} == {truth.id for truth in TRUTH if truth.ambassador}
    assert 0 < len([status for status in mine if WORLD.truth[status.id].kept]) < len(mine) / 2


def test_edited_and_boosted() -> None:
    """One status was edited and one is a boost of another that exists."""
    [edited] = [status for status in WORLD.statuses if status.edited_at]
    [boost] = [status for status in WORLD.statuses if status.boost_of]
    assert edited.edited_at
    assert edited.edited_at > edited.at
    assert boost.boost_of in WORLD.statuses


@pytest.mark.parametrize(
    "evil",
    [
        "<script",
        "javascript:",
        "onerror=",
        "data:text/html",
        "=HYPERLINK(",
        "=cmd|",
        "DROP TABLE",
        "\u202e",
        "\u200b",
        "<https://kwaad.example/inloggen|",
        "<iframe",
        "<style",
        "🎉⛴️",
    ],
)
def test_hostile_posts(evil: str) -> None:
    """What breaks monitors stands in a post that is marked hostile."""
    hostile = [truth.id for truth in TRUTH if truth.hostile]
    assert any(evil in _words(WORLD, id_) for id_ in hostile)


def test_five_kilobytes_of_emoji() -> None:
    """One post is longer than 5 kB and made of emoji."""
    assert any(len(entry.html.encode()) > 5000 and "⛴️🌊🚌🎉" * 50 in entry.html for entry in _entries())


def test_personal_data() -> None:
    """Customers publish a mail address, a telephone number and an order number on each service."""
    posts = [truth for truth in TRUTH if truth.personal]
    assert {truth.where for truth in posts} == {"feeds", "reddit", "mastodon"}
    text = " ".join(_words(WORLD, truth.id) for truth in posts)
    assert all(found in text for found in ("@post.example", "06-98765432", "LV-2026-004711"))


# --- The feeds ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", XML)
def test_a_good_feed_gives_its_entries(site: str, path: str) -> None:
    """feedparser reads a good feed without complaint: the same entries, titles, links and dates."""
    got = get(site + path)
    parsed = feedparser.parse(got.body, response_headers={"content-type": got.headers["Content-Type"]})
    feed = WORLD.feeds[path]
    assert not parsed.bozo
    assert parsed.encoding == feed.encoding
    assert parsed.feed.title == feed.title
    assert [_read(each) for each in parsed.entries] == [_given(feed, entry) for entry in feed.entries]


def test_the_json_feed_gives_its_entries(site: str) -> None:
    """The JSON Feed carries the same entries, and its dates are whole."""
    got = get(site + "/ferry-journal.json")
    entries = WORLD.feeds["/ferry-journal.json"].entries
    items = json.loads(got.body)["items"]
    assert got.headers["Content-Type"].startswith("application/feed+json")
    assert [Entry(each["id"], each["url"], each["title"], each["content_html"], None) for each in items] == [
        Entry(entry.id, entry.url, entry.title, entry.html, None) for entry in entries
    ]
    assert [datetime.fromisoformat(each["date_published"]) for each in items] == [each.at for each in entries]


def test_all_four_formats_and_both_encodings() -> None:
    """The good feeds are RSS 2.0, Atom, RSS 1.0 and JSON Feed; one is windows-1252 with a euro sign."""
    assert {feed.kind for feed in WORLD.feeds.values()} == {"rss", "atom", "rdf", "json"}
    [old] = [feed for feed in WORLD.feeds.values() if feed.encoding == "windows-1252"]
    assert {"€", "ë"} <= {letter for entry in old.entries for letter in entry.title + entry.html}


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({}, 200),
        ({"If_None_Match": "{etag}"}, 304),
        ({"If_None_Match": '"other", {strong}'}, 304),
        ({"If_None_Match": "*"}, 304),
        ({"If_None_Match": '"other"'}, 200),
        ({"If_Modified_Since": "{modified}"}, 304),
        ({"If_Modified_Since": "Fri, 01 Jan 2027 00:00:00 GMT"}, 304),
        ({"If_Modified_Since": "Mon, 12 Oct 2026 00:00:00 GMT"}, 200),
        ({"If_Modified_Since": "gisteren"}, 200),
        ({"If_None_Match": '"other"', "If_Modified_Since": "{modified}"}, 200),
    ],
)
def test_not_modified(site: str, asked: Mapping[str, str], status: int) -> None:
    """A 304 without a body goes to those who have it already; If-None-Match decides before the date."""
    known = get(site + FEEDS[0]).headers
    strong = known["ETag"].removeprefix("W/")
    filled = {
        name: value.format(etag=known["ETag"], strong=strong, modified=known["Last-Modified"])
        for name, value in asked.items()
    }
    got = get(site + FEEDS[0], **filled)
    assert got.status == status
    assert (got.body == b"") == (status == 304)
    assert got.headers["ETag"] == known["ETag"]


def test_compressed_when_asked(site: str) -> None:
    """gzip comes to those who ask for it, and holds the same bytes."""
    plain, packed = get(site + FEEDS[0]), get(site + FEEDS[0], Accept_Encoding="gzip")
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.body) == plain.body


def test_says_how_often_to_come(site: str) -> None:
    """An RSS feed states its ttl."""
    assert feedparser.parse(get(site + FEEDS[0]).body).feed.ttl == "30"


@pytest.mark.parametrize(
    ("path", "status", "header", "value"),
    [
        ("/schippersblog.atom", 301, "Location", "/nieuw/schippersblog.atom"),
        ("/verdwenen.xml", 410, "Content-Type", "text/html; charset=utf-8"),
        ("/achter-inlog.xml", 200, "Content-Type", "text/html; charset=utf-8"),
        ("/entiteiten.xml", 200, "Content-Type", "application/xml; charset=utf-8"),
        ("/overbelast.xml", 503, "Retry-After", "3600"),
        ("/bestaat-niet.xml", 404, "Content-Type", "text/plain"),
    ],
)
def test_odd_feeds(site: str, path: str, status: int, header: str, value: str) -> None:
    """Each odd feed misbehaves in its own way, every time."""
    got = [get(site + path) for _ in range(2)]
    assert [(each.status, each.headers[header]) for each in got] == [(status, value)] * 2


def test_the_broken_feed_is_half_readable(site: str) -> None:
    """The feed that breaks off is not well-formed, and its whole entries can still be read."""
    parsed = feedparser.parse(get(site + "/halve-krant.xml").body)
    wanted = [entry.id for entry in WORLD.feeds["/halve-krant.xml"].entries]
    assert parsed.bozo
    assert [each.get("id") for each in parsed.entries][: len(wanted)] == wanted


def test_the_bomb_is_nested(site: str) -> None:
    """The entity bomb declares entities of entities, a thousand million times the first."""
    body = get(site + "/entiteiten.xml").body.decode()
    assert body.count("<!ENTITY") == 10
    assert len(body) < 2000


def test_the_list_of_feeds() -> None:
    """FEEDS names every feed once: the good ones by their address, the moved one by its old address."""
    assert len(FEEDS) == len(set(FEEDS))
    assert set(FEEDS) == ({*WORLD.feeds} | {*ODD}) - {*MOVED.values()}


# --- The three services ------------------------------------------------------------------------------


def test_served_on_loopback() -> None:
    """Three services on this machine answer to the credentials that are handed out with them."""
    with served() as here:
        urls = (here.feeds_url, here.reddit_url, here.mastodon_url)
        assert {urlsplit(url).hostname for url in urls} == {"127.0.0.1"}
        assert len({urlsplit(url).port for url in urls}) == 3
        assert get(here.feeds[0]).status == 200
        user = f"Bearer {here.mastodon_token}"
        assert get(f"{here.mastodon_url}/api/v1/timelines/tag/lindeveer", Authorization=user).status == 200
        login = b64encode(f"{here.reddit_client_id}:{here.reddit_client_secret}".encode()).decode()
        token = f"{here.reddit_url}/api/v1/access_token"
        signed = get(token, form=b"grant_type=client_credentials", Authorization=f"Basic {login}")
        assert "access_token" in json.loads(signed.body)
    assert here.reddit_client_secret not in repr(here)


def test_served_at_the_port_asked_for() -> None:
    """A port that is given is taken together with the two after it."""
    port = _three_free_ports()
    with served(port=port) as here:
        urls = (here.feeds_url, here.reddit_url, here.mastodon_url)
        assert [urlsplit(url).port for url in urls] == [port, port + 1, port + 2]


def test_served_elsewhere_when_the_port_is_taken() -> None:
    """A taken port is no reason to fail."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with served(port=port) as here:
            assert urlsplit(here.feeds_url).port != port
            assert get(here.feeds[0]).status == 200


def _three_free_ports() -> int:
    for port in range(18_500, 60_000, 50):
        with ExitStack() as stack:
            try:
                for each in range(port, port + 3):
                    stack.enter_context(socket.create_server(("127.0.0.1", each)))
            except OSError:
                continue
            return port
    raise AssertionError("no three free ports in a row")


def _entries() -> Iterator[Entry]:
    for feed in WORLD.feeds.values():
        yield from feed.entries


def _words(made: World, id_: str) -> str:
    """Everything a post says and links to."""
    posts = {
        **{entry.id: f"{entry.title} {entry.html} {entry.url}" for entry in _entries()},
        **{f"t3_{each.id}": f"{each.title} {each.selftext}" for each in made.submissions},
        **{f"t1_{each.id}": each.body for each in made.comments},
        **{status.id: status.text_html for status in made.statuses},
    }
    return posts[id_]


def _writer(id_: str) -> str | None:
    """Who wrote a post of the two services that have authors."""
    return {
        **{f"t3_{each.id}": each.author for each in WORLD.submissions},
        **{f"t1_{each.id}": each.author for each in WORLD.comments},
        **{status.id: status.account.acct for status in WORLD.statuses},
    }[id_]


def _read(entry: Mapping[str, object]) -> tuple[object, ...]:
    moment = entry.get("published_parsed") or entry.get("updated_parsed")
    return entry.get("id"), entry.get("link"), entry.get("title"), tuple(moment)[:6] if moment else None


def _given(feed: Feed, entry: Entry) -> tuple[object, ...]:
    moment = entry.at.astimezone(UTC).timetuple()[:6] if entry.at else None
    return entry.id if feed.guids else None, entry.url, entry.title, moment
