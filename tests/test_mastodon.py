"""The Mastodon connector against instances on loopback, through the real Mastodon.py."""

import html
import json
import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise, product
from typing import Any

import mastodon as library
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr, ValidationError

from connectors.mastodon import Mastodon
from connectors.mastodon.instance import wait_of
from connectors.mastodon.readers import ByOffset
from connectors.mastodon.settings import MastodonOptions
from connectors.mastodon.walk import Budget, Cursor, Item, Step, Walk, oldest_first, read_cursor
from monitor.connector import Page, Tools, Visit
from monitor.demo.mastodon_api import Account, MastodonApi, Status
from monitor.demo.service import Reply, Request, Service
from monitor.errors import ConfigError, Fatal, Retry, Skip
from monitor.model import Post
from monitor.testing import CANARY, ConnectorContract

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
ULIDS = [f"01HX{number:022X}" for number in range(0xFFF, 0, -1)]  # fall as text, so comparing them would fail
HEX = [f"{number * 7919 % 65536:04x}" for number in range(1, 400)]
NUMBERS = [str(number) for number in range(95, 400)]  # 99 and 100: text order and number order differ
WRITER = Account("1", f"schrijver_{CANARY}")


def status(id_: str, minute: int = 0, **more: Any) -> Status:
    """A public status with the tag `veer`, posted `minute` minutes after ten o'clock of the day before."""
    at = NOW - timedelta(hours=26) + timedelta(minutes=minute)
    known = {"account": WRITER, "text_html": f"<p>De pont {CANARY} {id_}</p>", "at": at, "tags": ("veer",)}
    return Status(id_, **{**known, **more})


def statuses(count: int, ids: Sequence[str] = NUMBERS, start: int = 0) -> list[Status]:
    return [status(ids[number], number) for number in range(start, start + count)]


def connector(*services: Service, secrets: Mapping[str, str] | None = None, **more: Any) -> Mastodon:
    """A connector of the services' instances; `more` are options, `accounts` and `ambassadors`."""
    told = {name: more.pop(name) for name in ("accounts", "ambassadors") if name in more}
    known = {name: SecretStr(value) for name, value in (secrets or {}).items()}
    options = {"instances": tuple(service.url for service in services), "hashtags": ("veer",), **more}
    tools = Tools("monitor-test/1 (+https://waterveen.example)", known.get, loopback=True, **told)
    return Mastodon(MastodonOptions(**options), tools)


def visit(source: Mastodon, cursors: Mapping[str, str | None] | None = None, **more: Any) -> list[Page]:
    asked = dict.fromkeys(source.places()) if cursors is None else cursors
    return list(source.fetch(Visit(**{"now": NOW, "cursors": asked, **more})))


def posts(pages: Sequence[Page]) -> list[Post]:
    return [post for page in pages for post in page.posts]


def ids(pages: Sequence[Page]) -> list[str]:
    return [post.key.rpartition("/")[2] for post in posts(pages)]


def cursors_of(pages: Sequence[Page]) -> dict[str, str | None]:
    return {page.place: page.cursor for page in pages if page.cursor is not None}


def skipped(pages: Sequence[Page]) -> dict[str, int]:
    return {reason: count for page in pages for reason, count in page.skipped.items()}


def host(service: Service) -> str:
    return service.url.removeprefix("http://")


def secret(service: Service) -> str:
    return f"token_{host(service)}".replace(".", "_").replace(":", "_")


def paths(service: Service) -> list[str]:
    return [request.path for request in service.requests]


@contextmanager
def saying(body: bytes, status_code: int = 200, **headers: str) -> Iterator[Service]:
    """An instance that gives everybody the same answer."""
    named = {"Content-Type": "application/json"} | {name.replace("_", "-"): value for name, value in headers.items()}
    with Service(lambda _: Reply(status_code, body, named)) as service:
        yield service


class InstancesWorld:
    """Two instances with two tags each; numbers as ids on one, ULIDs on the other, two statuses a page."""

    now = NOW

    def __init__(self, services: Sequence[Service], apis: Sequence[MastodonApi]) -> None:
        self.services = services
        self.apis = apis
        self.told: dict[str, list[Status]] = {}
        for (service, api), tag in product(zip(services, apis, strict=True), ("veer", "boot")):
            self.told[f"#{tag} on {host(service)}"] = []
            self._add(service, api, tag, 5)

    def connector(self) -> Mastodon:
        return connector(*self.services, hashtags=("veer", "boot"))

    def keys(self, place: str) -> list[str]:
        port = place.rpartition(" on ")[2]
        return [f"http://{port}/users/{WRITER.acct}/statuses/{each.id}" for each in self.told[place]]

    def publish(self, place: str, count: int) -> list[str]:
        tag, _, where = place.removeprefix("#").partition(" on ")
        for service, api in zip(self.services, self.apis, strict=True):
            if host(service) == where:
                self._add(service, api, tag, count)
        return self.keys(place)[-count:]

    def fail(self, place: str | None, how: str) -> None:
        tag, _, where = (place or "#").removeprefix("#").partition(" on ")
        for service in self.services:
            if where in ("", host(service)):
                service.fail(how, lambda request: request.path.endswith(tag))

    def heal(self) -> None:
        for service in self.services:
            service.heal()

    def _add(self, service: Service, api: MastodonApi, tag: str, count: int) -> None:
        known = ULIDS if service is self.services[1] else NUMBERS
        for _ in range(count):
            number = sum(len(each) for each in self.told.values())
            made = status(known[number], number, tags=(tag,))
            self.told[f"#{tag} on {host(service)}"].append(made)
            api.add(made)


class TestContract(ConnectorContract):
    @pytest.fixture
    def world(self) -> Iterator[InstancesWorld]:
        apis = [MastodonApi(page_size=2), MastodonApi(page_size=2, link="none")]
        with ExitStack() as stack:
            yield InstancesWorld([stack.enter_context(Service(api)) for api in apis], apis)


class TestPosts:
    def test_a_post_says_what_the_status_said(self) -> None:
        """Key, address, date, language, words and author pass unchanged; a warning becomes the title."""
        made = status("7", 3, spoiler="Boot <3 & meer", language="fy", uri="https://elders.example/users/k/statuses/7")
        with Service(MastodonApi([made])) as service:
            [post] = posts(visit(connector(service)))
            assert post == Post(
                source="mastodon",
                place=f"#veer on {host(service)}",
                key="https://elders.example/users/k/statuses/7",
                url=f"{service.url}/@{WRITER.acct}/7",
                type="post",
                found="timeline",
                title=html.escape("Boot <3 & meer"),
                body=made.text_html,
                published=made.at,
                author=f"{WRITER.acct}@{host(service)}",
                language="fy",
                tags=("veer",),
            )

    @pytest.mark.parametrize(
        ("more", "name", "expected"),
        [
            ({"language": None}, "language", None),
            ({"edited_at": NOW}, "published", status("7").at),
            ({"in_reply_to": "6"}, "type", "comment"),
            ({"account": Account("2", "Kees@Ver.Weg.example")}, "author", "kees@ver.weg.example"),
            ({"mentions": ("Webcare@Waterveen.example",)}, "addressed", True),
            ({"mentions": ("kantine@waterveen.example",)}, "addressed", False),
            ({"spoiler": ""}, "title", ""),
            ({"tags": ("veer", "LindeVeer")}, "tags", ("veer", "LindeVeer")),
        ],
    )
    def test_a_detail_of_a_status(self, more: dict[str, Any], name: str, expected: object) -> None:
        """One detail of the status decides one field of the post."""
        with Service(MastodonApi([status("7", **more)])) as service:
            [post] = posts(visit(connector(service, accounts=("@webcare@waterveen.example", "u/waterveen"))))
            assert getattr(post, name) == expected

    @pytest.mark.parametrize(
        ("told", "tags", "links"),
        [
            ({}, (), ()),
            ({"tags": [{"name": "Veer"}, {"name": None}, {}, 7, {"name": ""}]}, ("Veer",), ()),
            ({"tags": {"name": "veer"}}, (), ()),
            ({"tags": "veer"}, (), ()),
            ({"card": {"url": "https://krant.example/a", "title": "De Krant"}}, (), ("https://krant.example/a",)),
            ({"card": {"url": "javascript:alert(1)"}}, (), ()),
            ({"card": {"url": ["https://krant.example/a"]}}, (), ()),
            ({"card": "https://krant.example/a"}, (), ()),
            ({"card": None, "tags": None}, (), ()),
        ],
    )
    def test_tags_and_the_card(self, told: dict[str, Any], tags: tuple[str, ...], links: tuple[str, ...]) -> None:
        """Hashtags are tags and the card's page is a link; what has another shape is neither and costs no post."""
        one = {"id": "1", "visibility": "public", "url": "https://ver.example/1", "content": "ja", "account": None}
        with saying(json.dumps([one | told]).encode()) as service:
            [post] = posts(visit(connector(service)))
            assert (post.tags, post.links) == (tags, links)

    def test_an_account_of_the_same_instance_is_addressed_without_its_host(self) -> None:
        """`@webcare` on our own instance is our account; `@webcare` of another instance is not."""
        made = [status("95", mentions=("webcare",)), status("96", mentions=("webcare@ander.example",))]
        with Service(MastodonApi(made)) as service:
            told = visit(connector(service, accounts=(f"@webcare@{host(service)}",)))
            assert [post.addressed for post in posts(told)] == [True, False]

    def test_all_combinations_of_flags(self) -> None:
        """Every flag is told on its own, and a missing `indexable` counts as refused: 432 combinations."""
        three, two = (True, False, None), (True, None)
        bios = ("", '<p>Hoi <a href="x">#<span>NoBot</span></a></p>')
        fields = ((), (("regels", "graag #NOARCHIVE"),))
        combinations = list(product(three, three, three, two, two, bios, fields))
        made, expected = [], {}
        for number, (indexable, noindex, discoverable, limited, suspended, note, field) in enumerate(combinations):
            account = Account(
                str(number),
                f"a{number}",
                note,
                indexable,
                noindex,
                discoverable,
                limited,
                suspended,
                fields=field,
            )
            made.append(status(str(number), number, account=account))
            signals = {
                "not-indexable": indexable is not True,
                "noindex": noindex is True,
                "undiscoverable": discoverable is not True,
                "limited": limited is True,
                "suspended": suspended is True,
                "bio": bool(note or field),
            }
            expected[str(number)] = {name for name, given_ in signals.items() if given_}
        with Service(MastodonApi(made)) as service:
            told = posts(visit(connector(service)))
        assert {post.key.rpartition("/")[2]: set(post.opt_outs) for post in told} == expected
        assert len(told) == 432

    @pytest.mark.parametrize(
        ("note", "refused"),
        [
            ("#nobot", True),
            ("#NoBots please", True),
            ("no bots: #<b>noindex</b>", True),
            ("&#35;noarchive", True),
            ("＃nobot", True),
            ("nobot", False),
            ("#nobody", False),
            ("#notabot", False),
        ],
    )
    def test_words_in_a_profile(self, note: str, refused: bool) -> None:
        """#nobot, #noindex and #noarchive count in any case and markup; look-alikes do not."""
        with Service(MastodonApi([status("7", account=Account("1", "kees", note))])) as service:
            [post] = posts(visit(connector(service)))
            assert ("bio" in post.opt_outs) == refused

    def test_only_public_statuses_come(self) -> None:
        """An instance that lists private statuses too changes nothing: they are counted, not read."""
        made = [status(each, visibility=each) for each in ("direct", "private", "unlisted", "public", "limited")]
        with Service(MastodonApi(made, strict=False)) as service:
            pages = visit(connector(service))
            assert ids(pages) == ["public"]
            assert skipped(pages) == {"not public": 4}

    def test_boosts_are_counted(self) -> None:
        """A boost in a timeline is no post of its own."""
        made = [status("95"), status("96", boost_of=status("95"))]
        with Service(MastodonApi(made)) as service:
            pages = visit(connector(service))
            assert (ids(pages), skipped(pages)) == (["95"], {"boost": 1})

    @pytest.mark.parametrize(
        "broken",
        [
            5,
            None,
            {"visibility": "public"},
            {"id": "1", "visibility": "public", "uri": "tag:ver,2017:1", "url": None, "content": "x"},
            {"id": "1", "visibility": "public", "url": "javascript:alert(1)", "content": "x"},
            {"id": "1", "visibility": "public", "url": "https://[x", "content": "x"},
            {"id": "1", "visibility": "public", "url": "https://ver.example/1", "content": None},
            {
                "id": "1",
                "visibility": "public",
                "url": "https://ver.example/1",
                "content": {"a": 1},
                "self": 1,
            },
        ],
    )
    def test_what_cannot_be_read_is_counted(self, broken: object) -> None:
        """A status without id, address or words is unreadable; its neighbours are read."""
        good = {
            "id": "2",
            "visibility": "public",
            "url": "https://ver.example/2",
            "content": "ja",
            "account": None,
        }
        with saying(json.dumps([good, broken]).encode()) as service:
            pages = visit(connector(service))
            assert [post.url for post in posts(pages)] == ["https://ver.example/2"]
            assert skipped(pages) == {"unreadable": 1}
            assert posts(pages)[0].opt_outs == {"not-indexable", "undiscoverable"}

    def test_one_post_on_two_instances_has_one_key(self) -> None:
        """The key is the status's URI, which is the same everywhere."""
        one = status("95", uri="https://elders.example/users/k/statuses/7")
        with Service(MastodonApi([one])) as here, Service(MastodonApi([replace(one, id=ULIDS[0])])) as there:
            first, second = posts(visit(connector(here, there)))
            assert first.key == second.key
            assert first.place != second.place


class TestWalk:
    @pytest.mark.parametrize("link", ["real", "none", "itself", "elsewhere"])
    def test_link_headers_do_not_matter(self, link: Any) -> None:
        """Pages are turned by ids: absent, self-referring and foreign `next` links change nothing."""
        with Service(MastodonApi(statuses(9), page_size=4, link=link)) as service:
            assert ids(visit(connector(service))) == NUMBERS[:9]
            assert len(service.requests) == 4  # 4 + 4 + 1 + nothing

    @pytest.mark.parametrize("known", [NUMBERS, HEX, ULIDS], ids=["numbers", "hex", "ulids"])
    def test_ids_are_opaque(self, known: list[str]) -> None:
        """Whatever ids look like, a first visit and the next bring everything, oldest first."""
        api = MastodonApi(statuses(100, known))
        with Service(api) as service:
            first = visit(connector(service), pages=2)
            api.add(*statuses(70, known, start=100))
            second = visit(connector(service), cursors_of(first))
            assert ids(first) == known[20:100]
            assert ids(second) == known[:20] + known[80:170]  # what was left, an overlap of 20, the news

    def test_a_server_that_repeats_itself_is_left(self) -> None:
        """The same page again and again ends the walk after the second request."""
        one = MastodonApi(statuses(3))

        def stubborn(request: Request) -> Reply:
            return one(replace(request, query={}))

        with Service(stubborn) as service:
            assert ids(visit(connector(service))) == NUMBERS[:3]
            assert len(service.requests) == 2

    def test_min_id_that_means_since_id_leaves_no_gap(self) -> None:
        """Where `min_id` skips the middle, nothing known follows, and the walk goes backwards instead."""
        api = MastodonApi(statuses(30), page_size=10)

        def skipping(request: Request) -> Reply:
            names = {"min_id": "since_id"}
            return api(replace(request, query={names.get(name, name): value for name, value in request.query.items()}))

        with Service(skipping) as service:
            first = visit(connector(service))
            api.add(*statuses(50, start=30))
            second = visit(connector(service), cursors_of(first))
            assert ids(second) == NUMBERS[30:80]
            assert ids(visit(connector(service), cursors_of(second))) == NUMBERS[60:80][-10:]

    def test_pages_in_the_other_order(self) -> None:
        """A server that gives `min_id` pages oldest first is understood."""
        api = MastodonApi(statuses(10))

        def turned(request: Request) -> Reply:
            reply = api(request)
            page = json.loads(reply.body)
            return replace(reply, body=json.dumps(page[::-1] if "min_id" in request.query else page).encode())

        with Service(turned) as service:
            first = visit(connector(service))
            api.add(*statuses(60, start=10))
            second = visit(connector(service), cursors_of(first))
            assert ids(second) == NUMBERS[1:70]

    @pytest.mark.parametrize("gone", [slice(9, 10), slice(0, 10)], ids=["the last", "all known"])
    def test_deleted_statuses_do_not_break_the_way(self, gone: slice) -> None:
        """With the last known status deleted, or all of them, the news still comes."""
        api = MastodonApi(statuses(10))
        with Service(api) as service:
            first = visit(connector(service))
            for id_ in NUMBERS[gone]:
                api.delete(id_)
            api.add(*statuses(3, start=10))
            assert ids(visit(connector(service), cursors_of(first)))[-3:] == NUMBERS[10:13]

    def test_every_visit_starts_behind_the_last_twenty(self) -> None:
        """Every visit after the first repeats twenty statuses: one that arrived late may stand between them."""
        api = MastodonApi(statuses(50))
        with Service(api) as service:
            source, cursors = connector(service), dict[str, str | None]()
            for number in range(3):
                cursors |= cursors_of(visit(source, cursors or None))
                api.add(*statuses(30, start=50 + number * 30))
            pages = visit(source, cursors)
            assert ids(pages) == NUMBERS[90:140]
            assert service.requests[-3].query["min_id"] == NUMBERS[89]

    def test_time_ends_a_walk(self) -> None:
        """When time is over nothing more is asked, and the next visit goes on where this one ended."""
        api = MastodonApi(statuses(10), page_size=2)
        with Service(api) as service:
            source = connector(service)
            first = visit(source, seconds=2, clock=lambda: float(len(service.requests)))
            assert ids(first) == NUMBERS[6:10]
            assert {*ids(visit(source, cursors_of(first)))} >= {*NUMBERS[:6]}

    def test_an_empty_tag_is_no_problem(self) -> None:
        """A tag without statuses gives an empty page, and the first status that comes is found."""
        api = MastodonApi()
        with Service(api) as service:
            first = visit(connector(service))
            api.add(*statuses(1))
            assert [page.problem for page in first] == [None]
            assert ids(visit(connector(service), cursors_of(first))) == NUMBERS[:1]

    def test_history_has_a_bound(self) -> None:
        """A first visit looks back `history_days`; a full visit brings everything there is."""
        old = [status(NUMBERS[number], number - 100 * 24 * 60) for number in range(80)]
        with Service(MastodonApi([*old, *statuses(5, start=80)])) as service:
            source = connector(service, history_days=7)
            first = visit(source)
            assert len(posts(first)) == 40
            assert len(posts(visit(source, cursors_of(first), full=True))) == 85

    def test_what_came_before_a_failure_is_kept(self) -> None:
        """With the second request failing, the first page comes and the visit after that brings the rest."""
        with Service(MastodonApi(statuses(6), page_size=2)) as service:
            service.fail("500", lambda request: "max_id" in request.query)
            first = visit(connector(service))
            service.heal()
            assert ids(first) == NUMBERS[4:6]
            assert [page.problem and page.problem.kind for page in first] == [None, "server"]
            assert {*ids(visit(connector(service), cursors_of(first)))} >= {*NUMBERS[:4]}

    @pytest.mark.parametrize("text", ["", "{", "[]", "7", '{"known": 5}', '{"known": null}', "[" * 100_000])
    def test_a_damaged_cursor_starts_anew(self, text: str) -> None:
        """What cannot be read as a cursor repeats history and fails nothing."""
        assert read_cursor(text) == Cursor()

    @given(st.lists(st.text(min_size=1)), st.none() | st.text(), st.lists(st.text(min_size=1)))
    def test_a_cursor_survives_writing(self, known: list[str], older: str | None, floor: list[str]) -> None:
        """read_cursor(cursor.written()) == cursor"""
        cursor = Cursor(tuple(known), older, tuple(floor))
        assert read_cursor(cursor.written()) == cursor

    @settings(max_examples=150, deadline=None)
    @given(
        st.lists(st.sampled_from(["visit", "publish", "delete", "stop"]), max_size=12),
        st.integers(1, 4),
        st.integers(1, 3),
        st.booleans(),
        st.data(),
    )
    def test_every_status_comes(self, acts: list[str], pages: int, size: int, forwards: bool, data: Any) -> None:
        """Whatever is published, deleted or interrupted between visits: all comes, in order within a visit."""
        shelf = Shelf(size, forwards=forwards)
        shelf.publish(data.draw(st.integers(0, 9)))
        for act in acts:
            if act == "publish":
                shelf.publish(data.draw(st.integers(1, 9)))
            elif act == "delete" and forwards and shelf.numbers:
                shelf.numbers.remove(data.draw(st.sampled_from(shelf.numbers)))
            elif act in ("visit", "stop"):
                shelf.visit(pages, stop=data.draw(st.integers(0, 3)) if act == "stop" else None)
        for _ in range(60):
            shelf.visit(2)
        assert shelf.seen >= {*shelf.numbers}


class Shelf:
    """An endpoint without a server: statuses are numbers, ids their hexadecimal mirror image."""

    def __init__(self, size: int, *, forwards: bool) -> None:
        self.size = size
        self.forwards = forwards
        self.numbers: list[int] = []
        self.made = 0
        self.seen: set[int] = set()
        self.cursor = Cursor()

    def publish(self, count: int) -> None:
        self.numbers += range(self.made, self.made + count)
        self.made += count

    def visit(self, pages: int, stop: int | None = None) -> None:
        """A visit whose steps are saved one by one, up to `stop` of them."""
        walk = Walk(self if self.forwards else ByOffset(self._from), Budget(pages, 1.0, lambda: 0.0), None)
        taken: list[Step] = []
        for step in walk.steps(self.cursor):
            if stop is not None and len(taken) >= stop:
                break
            taken.append(step)
            self.cursor = read_cursor(step.cursor.written())
        order = [int(item.status["id"][::-1], 16) for step in taken for item in step.items]
        assert all(one < two for one, two in pairwise(order))
        assert len(taken) <= pages + 2
        self.seen |= {*order}

    def newer(self, after: str) -> list[Item]:
        found = [number for number in self.numbers if number > int(after[::-1], 16)]
        return self._items(found[: self.size])

    def older(self, position: str) -> list[Item]:
        found = [number for number in self.numbers if not position or number < int(position[::-1], 16)]
        return self._items(found[-self.size :])

    def beyond(self, position: str, page: Sequence[Item]) -> str:
        return page[0].id

    def _from(self, offset: int) -> list[Any]:
        found = self.numbers[::-1][offset : offset + self.size]
        return [item.status for item in self._items(found[::-1])]

    def _items(self, numbers: Sequence[int]) -> list[Item]:
        made = [(f"{number:x}"[::-1], NOW + timedelta(seconds=number)) for number in reversed(numbers)]
        return [Item(id_, at, {"id": id_, "created_at": at}) for id_, at in made]


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [
        ([3, 2, 1], [1, 2, 3]),
        ([1, 2, 3], [1, 2, 3]),
        ([5, 9, 3, 2, 1], [1, 2, 3, 9, 5]),
        ([], []),
        ([4], [4]),
    ],
)
def test_the_order_of_a_page(minutes: list[int], expected: list[int]) -> None:
    """Most of the neighbours decide which end of a page is the older one."""
    page = [Item(str(minute), NOW + timedelta(minutes=minute), {}) for minute in minutes]
    assert [int(item.id) for item in oldest_first(page)] == expected


class TestFailures:
    @pytest.mark.parametrize(
        ("code", "expected", "kind"),
        [
            (301, Skip, "malformed"),
            (401, Fatal, "credentials"),
            (403, Fatal, "forbidden"),
            (404, Skip, "not-found"),
            (410, Skip, "not-found"),
            (422, Skip, "malformed"),
            (429, Retry, "rate-limit"),
            (500, Retry, "server"),
            (503, Retry, "server"),
            (599, Retry, "server"),
        ],
    )
    def test_statuses_are_named(self, code: int, expected: type, kind: str) -> None:
        """Each HTTP status says what the caller can do."""
        with saying(json.dumps({"error": CANARY}).encode(), code) as service:
            [page] = visit(connector(service))
            assert (type(page.problem), page.problem.kind) == (expected, kind)

    @pytest.mark.parametrize(
        "body",
        [
            b"<!DOCTYPE html><html>kanarie7f3a</html>",
            b"",
            b"null",
            b"7",
            b'{"error": "kanarie7f3a"}',
            b'"kanarie7f3a"',
            b"[" * 100_000,
            b"[" * 100_000 + b"]" * 100_000,
            b'[{"account": ' * 20_000,
            b"\xff\xfe\x00kanarie7f3a",
        ],
        ids=range(10),
    )
    @pytest.mark.parametrize("code", [200, 500])
    def test_answers_that_are_no_statuses(self, body: bytes, code: int) -> None:
        """HTML, other JSON and JSON too deep to read are named; their text is in no traceback."""
        with saying(body, code) as service:
            [page] = visit(connector(service))
            assert page.problem.kind == ("malformed" if code == 200 else "server")
            assert page.problem.__cause__ is not None
            assert CANARY not in "".join(traceback.format_exception(page.problem))

    def test_json_as_deep_as_python_reads_it(self) -> None:
        """A status nested to the edge of what can be parsed ends as a page or a problem, never as an error."""
        for depth in (50, 400, 900, 990):
            body = b'[{"id": "1", "account": ' * depth + b"1" + b"}]" * depth
            with saying(body) as service:
                [*_, page] = visit(connector(service))
                assert page.problem is None or page.problem.kind == "malformed"

    def test_a_page_that_is_too_large(self) -> None:
        """More than two megabytes are not read."""
        with saying(b"[" + b" " * 2_100_000 + b"]") as service:
            [page] = visit(connector(service))
            assert page.problem.kind == "too-large"

    def test_429_for_ever_costs_two_requests(self) -> None:
        """An instance that limits us is asked for two places and then left alone; all six tell why."""
        with saying(b"{}", 429) as service:
            pages = visit(connector(service, hashtags=("a", "b", "c", "d", "e", "f")))
            assert [page.problem.kind for page in pages] == ["rate-limit"] * 6
            assert len({page.problem.place for page in pages}) == 6
            assert len(service.requests) == 2

    def test_a_time_that_is_named_is_believed(self) -> None:
        """One request; every place of the instance says when it may be visited again."""
        with saying(b"{}", 429, Retry_After="90") as service:
            pages = visit(connector(service, hashtags=("a", "b", "c")))
            assert [page.problem.seconds for page in pages] == [90] * 3
            assert {page.not_before for page in pages} == {NOW + timedelta(seconds=90)}
            assert len(service.requests) == 1

    @pytest.mark.parametrize(
        ("headers", "seconds"),
        [
            ({"Retry-After": "90", "X-RateLimit-Reset": "2026-03-04T13:00:00Z"}, 90),
            ({"X-RateLimit-Reset": "2026-03-04T12:05:00.123Z"}, 300.123),
            ({"X-RateLimit-Reset": "2026-03-04T12:05:00"}, 300),
            ({"X-RateLimit-Reset": "1772626200"}, 600),
            ({"X-RateLimit-Reset": "2030-01-01T01:00:00Z", "Date": "Tue, 01 Jan 2030 00:00:00 GMT"}, 3600),
            ({"X-RateLimit-Reset": "2026-03-04T12:05:00Z", "Date": "yesterday"}, 300),
            ({"X-RateLimit-Reset": "2026-03-04T11:00:00Z"}, 0),
            ({"X-RateLimit-Reset": "2036-03-04T12:00:00Z"}, 86400),
            ({"X-RateLimit-Reset": "soon"}, None),
            ({"X-RateLimit-Reset": "9" * 30}, None),
            ({}, None),
        ],
    )
    def test_how_long_to_wait(self, headers: dict[str, str], seconds: float | None) -> None:
        """Retry-After counts first, then the reset time in both spellings, by the server's clock; a day at most."""
        assert wait_of(headers, NOW) == seconds

    @pytest.mark.parametrize("reset", ["soon", "99999999999999999999", "2026-99-99", "", "²"])
    def test_a_strange_limit_header_spoils_no_good_answer(self, reset: str) -> None:
        """Mastodon.py fails on a rate-limit header it cannot read; the connector never shows it any."""
        strange = {
            "X-RateLimit-Reset": reset.encode().decode("latin-1"),
            "X-RateLimit-Remaining": "many",
            "Link": "<",
        }
        api = MastodonApi(statuses(3))
        with Service(lambda request: replace(api(request), headers=strange)) as service:
            assert ids(visit(connector(service))) == NUMBERS[:3]

    def test_a_broken_instance_never_stops_the_other(self) -> None:
        """One instance resets every connection; the other's places all come."""
        with Service(MastodonApi(statuses(3))) as broken, Service(MastodonApi(statuses(3))) as good:
            broken.fail("reset")
            pages = visit(connector(broken, good, hashtags=("a", "b", "veer")))
            assert ids(pages) == NUMBERS[:3]
            assert [page.problem.kind for page in pages if page.problem] == ["network"] * 3
            assert len(broken.requests) == 6  # two places, three tries of the fetch gate each

    def test_patience_starts_anew(self) -> None:
        """Two failures in a row make an instance wait; two with a success between them do not."""
        with Service(MastodonApi(statuses(3))) as service:
            service.fail("500", lambda request: request.path[-1] in "ab")
            pages = visit(connector(service, hashtags=("a", "veer", "b", "boot")))
            assert [page.problem is None for page in pages] == [False, True, False, True]

    def test_nobody_listens(self) -> None:
        """A refused connection is a network problem."""
        with Service(MastodonApi()) as service:
            source = connector(service)
        [page] = visit(source)
        assert (type(page.problem), page.problem.kind) == (Retry, "network")

    def test_redirects_are_not_followed(self) -> None:
        """An API that redirects is named as such; the other host is never asked."""
        body = json.dumps([{"id": "1", "visibility": "public", "url": "https://ver.example/1", "content": "x"}])
        with Service(MastodonApi()) as other, saying(body.encode(), 302, Location=other.url) as service:
            [page] = visit(connector(service))
            assert "redirects" in str(page.problem)
            assert other.requests == []

    def test_a_refused_token_names_its_variable(self) -> None:
        """The message says which variable to mend, and not what is in it."""
        with Service(MastodonApi(statuses(3), token="goed")) as service:
            [page] = visit(connector(service, secrets={secret(service): "fout-geheim"}))
            assert f"MONITOR_MASTODON_{secret(service).upper()} is refused" in str(page.problem)
            assert "fout-geheim" not in "".join(traceback.format_exception(page.problem))


class TestRequests:
    def test_nothing_is_asked_but_what_is_needed(self) -> None:
        """No probe of the instance: one request per page, forty at a time, with our name in it."""
        with Service(MastodonApi(statuses(50))) as service:
            first = visit(connector(service))
            assert paths(service) == ["/api/v1/timelines/tag/veer"] * 3
            visit(connector(service), cursors_of(first))
            asked = service.requests[3:]
            assert [dict(request.query) for request in asked] == [
                {"limit": "40", "min_id": NUMBERS[29]},
                {"limit": "40", "min_id": NUMBERS[49]},
            ]
            assert {request.headers["user-agent"] for request in service.requests} == {
                "monitor-test/1 (+https://waterveen.example)"
            }

    def test_a_token_goes_to_its_own_instance_only(self) -> None:
        """The other instance sees no Authorization."""
        with Service(MastodonApi(token="t-1")) as one, Service(MastodonApi()) as two:
            visit(connector(one, two, secrets={secret(one): "t-1"}))
            assert {request.headers.get("authorization") for request in one.requests} == {"Bearer t-1"}
            assert {request.headers.get("authorization") for request in two.requests} == {None}

    def test_a_tag_in_any_script(self) -> None:
        """Tags of other alphabets are asked for and found."""
        with Service(MastodonApi([status("95", tags=("Fähre_2",))])) as service:
            assert ids(visit(connector(service, hashtags=("#FÄHRE_2",)))) == ["95"]


class TestSearch:
    def test_search_needs_a_token(self) -> None:
        """Without a token the searches of an instance are left out, and its first page says so once."""
        with Service(MastodonApi(statuses(3))) as service:
            source = connector(service, hashtags=("veer", "boot"), search=("pont",))
            pages = visit(source)
            assert source.places() == (f"#veer on {host(service)}", f"#boot on {host(service)}")
            [note] = [note for page in pages for note in page.notes]
            assert f"MONITOR_MASTODON_{secret(service).upper()}" in note
            assert not any("search" in path for path in paths(service))

    def test_search_with_a_token(self) -> None:
        """Hits come oldest first by offset, later visits bring the news only, and all by its own endpoint."""
        api = MastodonApi(statuses(90), token="t", page_size=25)
        with Service(api) as service:
            source = connector(service, hashtags=(), search=("De PONT",), secrets={secret(service): "t"})
            first = visit(source)
            api.add(status("ander", 200, text_html="<p>niets</p>"), *statuses(30, start=90))
            second = visit(source, cursors_of(first))
            assert source.places() == (f"search: De PONT on {host(service)}",)
            assert ids(first) == NUMBERS[:90]
            assert ids(second) == NUMBERS[90:120]
            third = visit(source, cursors_of(second))
            assert ids(third) == ids(visit(source, cursors_of(third))) == []
            assert {post.found for post in posts(first)} == {"search"}
            assert {*paths(service)} == {"/api/v2/search"}

    def test_a_long_search_is_taken_up_again(self) -> None:
        """With one page per visit everything comes in the end, what is new in between as well."""
        api = MastodonApi(statuses(9), token="t", page_size=2)
        with Service(api) as service:
            source = connector(service, hashtags=(), search=("pont",), secrets={secret(service): "t"})
            cursors: dict[str, str | None] = dict.fromkeys(source.places())
            seen: set[str] = set()
            for number in range(25):
                pages = visit(source, cursors, pages=1)
                cursors |= cursors_of(pages)
                seen |= {*ids(pages)}
                api.add(*statuses(3, start=9)) if number == 2 else None
            assert seen == {*NUMBERS[:12]}
            assert len(service.requests) == 25

    def test_missing_says_what_to_set(self) -> None:
        """Without any place the source says which key or variable is absent."""
        with Service(MastodonApi()) as service:
            assert "instances" in connector().missing()[0]
            assert "hashtags" in connector(service, hashtags=()).missing()[0]
            assert "MONITOR_MASTODON_TOKEN_" in connector(service, hashtags=(), search=("x",)).missing()[0]
            assert connector(service).missing() == ()


class TestAmbassadors:
    def test_only_who_opted_in_is_read(self) -> None:
        """Without ambassadors no account is ever asked for."""
        with Service(MastodonApi(statuses(3))) as service:
            visit(connector(service))
            assert not any("accounts" in path for path in paths(service))

    def test_an_ambassador_of_another_instance(self) -> None:
        """Statuses come from the first instance, public ones only and without boosts."""
        noor = Account("9", "noor_verzonnen@elders.example")
        made = [
            status("95", account=noor),
            status("96", account=noor, visibility="unlisted"),
            status("97", account=noor, boost_of=status("1")),
            status("98"),
        ]
        with Service(MastodonApi(made)) as first, Service(MastodonApi()) as second:
            handles = ("@Noor_Verzonnen@elders.example",)
            source = connector(first, second, hashtags=(), ambassadors=handles)
            pages = visit(source)
            assert source.places() == ("@noor_verzonnen@elders.example",)
            assert (ids(pages), skipped(pages)) == (["95"], {"not public": 1})
            assert posts(pages)[0].found == "account"
            assert paths(first)[:2] == ["/api/v1/accounts/lookup", "/api/v1/accounts/9/statuses"]
            assert first.requests[1].query["exclude_reblogs"] == "1"
            assert second.requests == []

    def test_an_ambassador_of_a_configured_instance(self) -> None:
        """Its own instance is asked, by the bare name."""
        with Service(MastodonApi()) as first, Service(MastodonApi(statuses(3))) as home:
            source = connector(first, home, hashtags=(), ambassadors=(f"@{WRITER.acct}@{host(home)}",))
            assert ids(visit(source)) == NUMBERS[:3]
            assert home.requests[0].query["acct"] == WRITER.acct
            assert first.requests == []

    def test_an_ambassador_who_is_gone(self) -> None:
        """An account that nobody knows is a place not found."""
        with Service(MastodonApi()) as service:
            [page] = visit(connector(service, hashtags=(), ambassadors=("weg@elders.example",)))
            assert (type(page.problem), page.problem.kind) == (Skip, "not-found")


class TestSettings:
    @pytest.mark.parametrize(
        ("options", "message"),
        [
            ({"instances": ("social.example/about",)}, "no instance"),
            ({"instances": ("ftp://social.example",)}, "no instance"),
            ({"instances": ("http://social.example",)}, "no instance"),
            ({"instances": ("naam@social.example",)}, "no instance"),
            ({"instances": ("social example",)}, "no instance"),
            ({"instances": ("",)}, "no instance"),
            ({"instances": ("a-b.example", "a.b.example")}, "share one token"),
            ({"hashtags": ("twee woorden",)}, "no tag"),
            ({"hashtags": ("../../v2/search?q=x",)}, "no tag"),
            ({"hashtags": ("#",)}, "no tag"),
            ({"search": (" ",)}, "empty text"),
            ({"instancez": ()}, "Extra inputs"),
        ],
    )
    def test_wrong_settings_are_told(self, options: dict[str, Any], message: str) -> None:
        """A setting that cannot work is an error with its reason."""
        with pytest.raises(ValidationError, match=message):
            MastodonOptions(**options)

    @pytest.mark.parametrize(
        "text",
        [
            "from:iemand pont",
            "pont From : iemand",
            "author:iemand",
            "user: iemand",
            "@iemand",
            "pont @iemand@social.example",
            "iemand@social.example",
        ],
    )
    def test_people_are_not_searched_for(self, text: str) -> None:
        """A search for a person is refused with the reason, and does not repeat the name."""
        with pytest.raises(ValidationError, match="text 2 looks for a person: people are not searched for") as caught:
            MastodonOptions(search=("pont", text))
        assert "iemand" not in caught.value.errors()[0]["msg"]

    @pytest.mark.parametrize("text", ["from the pont", "superuser", "pont language:nl", "pont @ vijf"])
    def test_subjects_are_searched_for(self, text: str) -> None:
        """A text about a subject passes, also where it looks a little like a person."""
        assert MastodonOptions(search=(text,)).search == (text,)

    @pytest.mark.parametrize(
        "url",
        [
            f"https://naam:{CANARY}@social.example",
            f"{CANARY}:geheim@social.example",
            f"https://naam:{CANARY}/b@social.example",
            f"https://naam:{CANARY}@[social.example",
            f"https://naam:{CANARY}@social.ex\u2100mple",
        ],
    )
    def test_a_login_is_not_repeated(self, url: str) -> None:
        """An instance with a login in it is refused by its host; the login stays out of messages."""
        with pytest.raises(ValidationError, match=r"social\.ex.*no instance: give a host name") as caught:
            MastodonOptions(instances=(url,))
        assert CANARY not in caught.value.errors()[0]["msg"]

    def test_spellings_become_one(self) -> None:
        """Hosts and addresses, tags with and without #, in any case, are the same."""
        made = MastodonOptions(instances=("Social.example", "https://social.example/"), hashtags=("#Veer", "veer"))
        assert (made.instances, made.hashtags) == (("https://social.example",), ("veer",))

    def test_this_machine_is_for_demos(self) -> None:
        """An http address of this machine needs a demo; elsewhere it stops the program."""
        options = MastodonOptions(instances=("http://127.0.0.1:9",))
        with pytest.raises(ConfigError, match="this machine"):
            Mastodon(options, Tools("x", lambda _: None))

    def test_a_handle_without_a_host_is_told_without_its_name(self) -> None:
        """The message says which one; the name stays out of logs."""
        with pytest.raises(ConfigError, match=r"ambassador 2: expected @name@host") as caught:
            connector(ambassadors=("@a@b.example", f"@{CANARY}"))
        assert CANARY not in str(caught.value)


class TestDemoApi:
    """The demo's instance is what the real library expects."""

    @contextmanager
    def client(self, api: MastodonApi, token: str | None = None) -> Iterator[Any]:
        with Service(api) as service:
            yield library.Mastodon(api_base_url=service.url, access_token=token, ratelimit_method="throw")

    def test_the_library_pages_by_link_headers(self) -> None:
        """fetch_next and fetch_previous follow the Link headers to both ends."""
        with self.client(MastodonApi(statuses(25))) as client:
            page = client.timeline_hashtag("veer", limit=10)
            older = client.fetch_next(page)
            assert [each.id for each in older] == NUMBERS[14:4:-1]
            assert [each.id for each in client.fetch_previous(older)] == NUMBERS[24:14:-1]
            oldest = client.fetch_next(older)
            assert [each.id for each in oldest] == NUMBERS[4::-1]
            assert client.fetch_next(oldest) == []

    def test_min_id_walks_and_since_id_skips(self) -> None:
        """As on the real server: the page next to `min_id`, the newest page above `since_id`, newest first."""
        with self.client(MastodonApi(statuses(25))) as client:
            near = client.timeline_hashtag("veer", min_id=NUMBERS[0], limit=5)
            far = client.timeline_hashtag("veer", since_id=NUMBERS[0], limit=5)
            assert [each.id for each in near] == NUMBERS[5:0:-1]
            assert [each.id for each in far] == NUMBERS[24:19:-1]

    def test_search_gives_statuses_to_users_only(self) -> None:
        """Without a token the list of statuses is empty; with a wrong one the answer is 401."""
        with self.client(MastodonApi(statuses(3), token="t")) as client:
            assert client.search_v2("pont", result_type="statuses").statuses == []
        with self.client(MastodonApi(statuses(3), token="t"), "t") as client:
            assert len(client.search_v2("pont", result_type="statuses").statuses) == 3
        refused = pytest.raises(library.MastodonUnauthorizedError)
        with self.client(MastodonApi(statuses(3), token="t"), "u") as client, refused:
            client.timeline_hashtag("veer")

    def test_single_statuses(self) -> None:
        """A status is found by id until it is deleted; asked for in bulk it is then simply absent."""
        api = MastodonApi(statuses(3))
        with self.client(api) as client:
            assert client.status(NUMBERS[1]).uri.endswith(f"/statuses/{NUMBERS[1]}")
            assert [each.id for each in client.statuses([NUMBERS[1]])] == [NUMBERS[1]]
            api.delete(NUMBERS[1])
            assert client.statuses([NUMBERS[1]]) == []
            with pytest.raises(library.MastodonNotFoundError):
                client.status(NUMBERS[1])

    def test_it_introduces_itself(self) -> None:
        """Both forms of the instance's description are there, and the tag timelines are public."""
        with self.client(MastodonApi()) as client:
            assert client.instance_v2().version == client.instance_v1().version == "4.6.0"
            assert client.timeline_is_available("hashtag", fail_hard=True)
