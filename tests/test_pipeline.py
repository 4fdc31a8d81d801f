"""The pipeline: what the demo's world comes to, and that no fault costs more than its own place, post or source."""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

import duckdb
import pytest

from monitor import links
from monitor.assemble import Monitor, assemble
from monitor.config.settings import Ambassador
from monitor.connector import Options, Page, Visit
from monitor.demo.run import _config, _secrets
from monitor.demo.serve import Served, served
from monitor.demo.world import NOW, Truth
from monitor.errors import Busy, ConfigError, Fatal, Retry, Skip, SourceError, StoreError
from monitor.model import Document, Match, Post, Tally, Verdict
from monitor.pipeline import collect, known_sources, run
from monitor.privacy.gate import identify
from monitor.query import Matcher, Query
from monitor.store import Saved, Store, hold
from monitor.triage import Triage
from monitor.visiting import PAGES_PER_SAVE, Collected, _back_off
from tests.storing import ROLES

SECRET = "kanarie7f3a"
SOURCES = ("rss", "reddit", "mastodon")


def rows(monitor: Monitor, sql: str) -> list[dict[str, Any]]:
    with duckdb.connect(str(monitor.store.path), read_only=True) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        found = connection.execute(sql)
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


# --- The demo's world -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Ran:
    """A pass over the demo's world, another an hour later, and a full one: what each told and what is stored."""

    world: Served
    monitor: Monitor
    first: list[Collected]
    second: list[Collected]
    full: list[Collected]
    stored: list[dict[str, Any]]


def set_up(folder: Path, world: Served) -> Monitor:
    (folder / "monitor.toml").write_text(_config(world), "utf-8")
    return assemble(folder / "monitor.toml", _secrets(world))


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ran]:
    with served() as world:
        monitor = set_up(tmp_path_factory.mktemp("pipeline"), world)
        first = run(monitor, NOW)
        stored = rows(monitor, "SELECT m.*, v.kinds FROM mention m JOIN verdict v ON v.mention = m.id")
        second = run(monitor, NOW + timedelta(hours=1))
        yield Ran(world, monitor, first, second, run(monitor, NOW + timedelta(hours=2), full=True), stored)


def identity(truth: Truth) -> tuple[str, str]:
    """What a post is stored as: by its id, or by its page, which several feeds may announce."""
    if truth.where == "reddit":
        return "reddit", identify("reddit", truth.id)
    if truth.where == "mastodon":
        return "mastodon", truth.url
    return "rss", links.identity(truth.url) if truth.url.startswith("http") else truth.place


def stored_identities(ran: Ran) -> set[tuple[str, str]]:
    names = {"reddit": lambda row: row["id"], "mastodon": lambda row: row["url"]}
    feeds = {feed: feed.removeprefix(ran.world.feeds_url) for feed in ran.world.feeds}
    page: Callable[[dict[str, Any]], str] = lambda row: feeds.get(row["url"]) or links.identity(row["url"])  # noqa: E731
    return {(row["source"], names.get(row["source"], page)(row)) for row in ran.stored}


def test_what_is_stored_is_what_is_true(ran: Ran) -> None:
    """Stored are exactly the posts that a person who knows would keep, but for the organisation's own."""
    truths = ran.world.world.truth.values()
    assert stored_identities(ran) == {identity(truth) for truth in truths if truth.kept and not truth.own}
    assert len([truth for truth in truths if truth.kept and truth.own]) == 2


@pytest.mark.parametrize("what", ["private", "deleted", "opted_out", "boost", "own"])
def test_what_is_not_ours_to_keep_is_not_kept(ran: Ran, what: str) -> None:
    """Nothing private, deleted, opted out, boosted or our own is stored, of which the world has enough."""
    forbidden = {identity(truth) for truth in ran.world.world.truth.values() if getattr(truth, what)}
    assert forbidden
    assert not forbidden & stored_identities(ran)


def test_ambassadors_beside_the_point_are_not_kept(ran: Ran) -> None:
    """Of the ambassador only posts about the organisation are stored, without a name and without a kind."""
    theirs = [row for row in ran.stored if row["facet"] == "ambassador"]
    about = [truth for truth in ran.world.world.truth.values() if truth.ambassador and truth.kept]
    assert len(theirs) == len(about) == 3
    assert {(row["author"], *row["kinds"]) for row in theirs} == {(None, "other")}


def test_articles_have_no_author_and_people_have_a_pseudonym(ran: Ran) -> None:
    """Authors of posts are pseudonyms of 16 digits; the press is not a person."""
    authors = {row["source"]: row["author"] for row in ran.stored if row["facet"] != "ambassador"}
    assert authors["rss"] is None
    assert len(authors["reddit"]) == len(authors["mastodon"]) == 16


def test_the_kinds_are_mostly_right(ran: Ran) -> None:
    """On the demo's posts the cues agree with the truth about as often as was measured; printed, not promised."""
    truths = {identity(truth): truth.kind for truth in ran.world.world.truth.values()}
    pairs = [
        (truths[row["source"], row["id"] if row["source"] == "reddit" else row["url"]], row["kinds"][0])
        for row in ran.stored
        if row["source"] != "rss" and row["facet"] != "ambassador"
    ]
    right = sum(truth == told for truth, told in pairs)
    asked = [told != "other" for truth, told in pairs if truth in ("question", "complaint", "press")]
    print(f"first kind right {right} of {len(pairs)}; of {len(asked)} that need an answer {sum(asked)} are flagged")
    assert right / len(pairs) > 0.5
    assert sum(asked) / len(asked) > 0.7


@pytest.mark.parametrize("visit", ["first", "second", "full"])
def test_the_funnel_adds_up(ran: Ran, visit: str) -> None:
    """Every fetched post is kept or dropped for one reason, and what is new was kept."""
    for one in getattr(ran, visit):
        tally = one.tally
        assert tally.fetched == sum(tally.dropped.values()) + tally.kept
        assert tally.fetched >= tally.matched >= tally.kept >= tally.new + tally.revised
        assert tally.new >= tally.flagged


def test_the_funnel_is_written_down(ran: Ran) -> None:
    """The table of runs and reasons says what the pass told."""
    told = [(one.source, one.outcome, one.tally) for visit in (ran.first, ran.second, ran.full) for one in visit]
    written = []
    for row in rows(
        ran.monitor, "SELECT * FROM run ORDER BY started, list_position(['rss', 'reddit', 'mastodon'], source)"
    ):
        dropped = rows(
            ran.monitor,
            f"SELECT reason, sum(posts)::BIGINT AS posts FROM run_dropped WHERE run = '{row['run']}' AND source = '{row['source']}' GROUP BY ALL",
        )
        figures = (row["fetched"], row["matched"], row["kept"], row["new"], row["revised"], row["flagged"])
        written.append(
            (row["source"], row["outcome"], Tally(*figures, {each["reason"]: each["posts"] for each in dropped}))
        )
    assert written == told


def test_a_second_pass_finds_nothing_new(ran: Ran) -> None:
    """Posts that are seen again are neither new nor changed, in the next pass and in a full one."""
    assert sum(one.tally.new for one in ran.first) == len(ran.stored)
    for visit in (ran.second, ran.full):
        assert [(one.tally.new, one.tally.revised, one.tally.flagged) for one in visit] == [(0, 0, 0)] * 3
    after = rows(ran.monitor, "SELECT * FROM mention ORDER BY id")
    assert after == sorted(
        ({k: v for k, v in row.items() if k != "kinds"} for row in ran.stored), key=lambda row: row["id"]
    )


def test_a_full_pass_reads_everything_again(ran: Ran) -> None:
    """`full` asks for all that is offered, whatever is known and whichever place was to be left alone."""
    assert [one.tally.fetched for one in ran.full] == [one.tally.fetched for one in ran.first]
    assert ran.second[0].tally.fetched == 0


def test_broken_feeds_are_named_and_cost_only_themselves(ran: Ran) -> None:
    """The demo's broken feeds make its first source degraded, each with its address; the others are good."""
    assert [one.outcome for one in ran.first] == ["degraded", "good", "good"]
    told = "\n".join(ran.first[0].problems)
    for path in ("verdwenen.xml", "achter-inlog.xml", "entiteiten.xml", "overbelast.xml"):
        assert f"{ran.world.feeds_url}/{path}: " in told
    assert len(ran.first[0].problems) == 4


@pytest.mark.parametrize(("broken", "how"), [(0, "reset"), (1, "401"), (2, "html")])
def test_a_source_that_fails_leaves_the_others_whole(ran: Ran, tmp_path: Path, broken: int, how: str) -> None:
    """When one service is down, its source says so and the other two bring what they always bring."""
    with served() as world:
        monitor = set_up(tmp_path, world)
        world.services[broken].fail(how)
        told = run(monitor, NOW)
    assert told[broken].outcome in ("failed", "degraded")
    assert told[broken].problems
    assert told[broken].tally.kept == 0
    for one, good in zip(told, ran.first, strict=True):
        assert one.source == SOURCES[broken] or (one.outcome, one.tally) == (good.outcome, good.tally)
    assert rows(monitor, f"SELECT name FROM place WHERE source = '{SOURCES[broken]}' AND problem IS NOT NULL")


# --- A source that does as it is told ---------------------------------------------------------------------


@dataclass
class Fake:
    """A connector whose visits are written beforehand: for each, its pages and the error that ends it."""

    name: str
    visits: list[Sequence[Page | Exception]] = field(default_factory=list)
    offers: Sequence[str] = ("plein", "haven")
    lacks: Sequence[str] = ()
    broken: str = ""
    seen: list[Visit] = field(default_factory=list)

    options: ClassVar[type[Options]] = Options
    overlap: ClassVar[int] = 0

    def missing(self) -> Sequence[str]:
        self._break("missing")
        return self.lacks

    def places(self) -> Sequence[str]:
        self._break("places")
        return self.offers

    def fetch(self, visit: Visit) -> Iterator[Page]:
        self._break("fetch")
        self.seen.append(visit)
        for step in self.visits.pop(0) if self.visits else ():
            if isinstance(step, Exception):
                raise step
            yield step

    def _break(self, where: str) -> None:
        if where == self.broken:
            raise KeyError(SECRET)


def post(key: str, body: str = "Lindeveer vaart", **change: Any) -> Post:
    made = Post("een", "plein", key, f"https://a.example/{key}", "post", "timeline", body, author="a@a.example")
    return replace(made, **change)


def page(*posts: Post, place: str = "plein", **more: Any) -> Page:
    return Page(place, posts, **more)


CONFIG = """
[organisation]
name = "Lindeveer"
contact = "https://lindeveer.example"
[[queries]]
name = "merk"
facet = "brand"
purpose = "Vragen beantwoorden."
text = "lindeveer"
[sources.rss]
feeds = ["https://krant.example/feed"]
"""


@pytest.fixture
def house(tmp_path: Path) -> Callable[..., Monitor]:
    """A monitor with the connectors that are handed in, each under its own name."""

    def build(*connectors: Fake, **parts: Any) -> Monitor:
        path = tmp_path / "monitor.toml"
        path.write_text(CONFIG + ROLES, "utf-8")
        made = assemble(path, {"MONITOR_PSEUDONYM_KEY": "made up, as everything and everybody here"})
        return replace(made, connectors={one.name: one for one in connectors}, **parts)

    return build


House = Callable[..., Monitor]


def look(monitor: Monitor, now: datetime = NOW) -> list[Collected]:
    """One pass over all sources as flows make it: each under its own lock, without a snapshot."""
    return [collect(monitor, source, now, clock=lambda: 0.0) for source in monitor.connectors]


def stored_keys(monitor: Monitor) -> list[str]:
    return sorted(row["url"].rpartition("/")[2] for row in rows(monitor, "SELECT url FROM mention"))


@pytest.mark.parametrize("broken", ["missing", "places", "fetch"])
def test_a_connector_that_breaks_costs_only_itself(house: House, caplog: pytest.LogCaptureFixture, broken: str) -> None:
    """An exception of any kind, from any method, ends that source as failed; the next is visited."""
    caplog.set_level(logging.DEBUG)
    one, two = Fake("een", broken=broken), Fake("twee", [[page(post("1", source="twee"))]])
    monitor = house(one, two)
    told = run(monitor, NOW)
    assert [(each.source, each.outcome) for each in told] == [("een", "failed"), ("twee", "good")]
    assert told[0].problems == ("een: stopped by an unexpected KeyError (malformed)",)
    assert stored_keys(monitor) == ["1"]
    assert SECRET not in caplog.text


@pytest.mark.parametrize(
    "error",
    [
        KeyError(SECRET),
        RecursionError(SECRET),
        UnicodeDecodeError("utf-8", b"x", 0, 1, SECRET),
        Retry("server", "een", "500"),
        Fatal("credentials", "een", "401"),
    ],
)
def test_what_came_before_a_failure_is_kept(house: House, error: Exception, caplog: pytest.LogCaptureFixture) -> None:
    """Pages that were yielded before a connector breaks are saved, with their cursors; the failure is told."""
    caplog.set_level(logging.DEBUG)
    one = Fake("een", [[page(post("1"), cursor="c1"), error, page(post("2"))]])
    monitor = house(one)
    [told] = look(monitor)
    assert (told.outcome, told.tally.new, stored_keys(monitor)) == ("failed", 1, ["1"])
    assert {place.name: (place.cursor, place.problem is not None) for place in monitor.store.places("een")} == {
        "plein": ("c1", False),
        "haven": (None, True),
    }
    assert SECRET not in caplog.text + str(told)


class PoisonMatcher(Matcher):
    def match(self, document: Document, now: datetime) -> tuple[Match, ...]:
        if "gifmatch" in document.text:
            raise ValueError(document.text)
        return super().match(document, now)


@dataclass(frozen=True, slots=True)
class PoisonTriage(Triage):
    def judge(self, mention: Any, document: Document, *given: Any) -> Verdict:
        if "gifoordeel" in document.text:
            raise ValueError(document.text)
        return Triage.judge(self, mention, document, *given)


@pytest.mark.parametrize(
    "poison",
    [
        post("x", body=None),
        post("x", body=SECRET.encode()),
        post("x", published="gisteren"),
        post("x", url=None),
        post("x", author=5),
        post("x", opt_outs=None),
        post("x", title=None),
        post("x", body=f"Lindeveer {SECRET} gifmatch"),
        post("x", body=f"Lindeveer {SECRET} gifoordeel"),
        None,
        SECRET,
    ],
    ids=[
        "document: body",
        "document: bytes",
        "document: date",
        "document: url",
        "gate: author",
        "gate: signals",
        "document: title",
        "match",
        "judge",
        "none",
        "text",
    ],
)
def test_a_poison_post_costs_only_itself(house: House, poison: Any, caplog: pytest.LogCaptureFixture) -> None:
    """A post that breaks any step is counted as unreadable; its page, its place and its source go on."""
    caplog.set_level(logging.DEBUG)
    plain = house()
    matcher = PoisonMatcher([Query("merk", "brand", "lindeveer")])
    triage = PoisonTriage(plain.triage.cues, plain.triage.scheme, plain.triage.roles)
    monitor = house(Fake("een", [[page(post("1"), poison, post("2"))]]), matcher=matcher, triage=triage)
    [told] = look(monitor)
    assert (told.outcome, told.tally.fetched, told.tally.kept, told.tally.dropped) == ("good", 3, 2, {"unreadable": 1})
    assert stored_keys(monitor) == ["1", "2"]
    assert "a post could not be read" in caplog.text
    assert SECRET not in caplog.text + str(told)


def test_odd_characters_spoil_no_transaction(house: House) -> None:
    """Lone surrogates and NUL anywhere in a post do not keep its page from being saved."""
    odd = "\ud800\x00\udfff"
    monitor = house(
        Fake(
            "een",
            [
                [
                    page(
                        post("1"),
                        post(
                            "2",
                            f"Lindeveer{odd}",
                            title=odd,
                            author=odd,
                            url=f"https://a.example/{odd}2?utm_x=1&y={odd}",
                            language=odd,
                        ),
                    )
                ]
            ],
        )
    )
    [told] = look(monitor)
    assert (told.outcome, told.tally.kept) == ("good", 2)
    assert stored_keys(monitor) == ["1", "2?y="]


def test_matched_counts_queries_that_hold(house: House) -> None:
    """A post is matched when a query holds, whatever the gate then makes of it, and only then."""
    posts = (post("1"), post("2", opt_outs=frozenset({"noindex"})), post("3", "Mooi weer"), post("4", found="account"))
    [told] = look(house(Fake("een", [[page(*posts, skipped={"deleted": 2})]])))
    assert told.tally == Tally(6, 3, 1, 1, 0, 0, {"opted out": 1, "no match": 1, "not opted in": 1, "deleted": 2})


# --- Which places are visited, and when ---------------------------------------------------------------------


def visited(fake: Fake) -> list[dict[str, str | None]]:
    return [dict(visit.cursors) for visit in fake.seen]


def test_cursors_come_back(house: House) -> None:
    """A place's cursor is saved with its page and handed to the next visit; a page without one leaves it."""
    fake = Fake("een", [[page(cursor="c1"), page(cursor="c2")], [page(cursor=None)], []])
    monitor = house(fake)
    for hour in range(3):
        look(monitor, NOW + timedelta(hours=hour))
    assert visited(fake) == [
        {"plein": None, "haven": None},
        {"plein": "c2", "haven": None},
        {"plein": "c2", "haven": None},
    ]


def test_the_longest_unvisited_comes_first(house: House) -> None:
    """Places that were never visited come first, then those whose visit is longest ago."""
    fake = Fake("een", [[page(place="a")], [page(place="b")], []], offers=("a", "b", "c"))
    monitor = house(fake)
    for hour in range(3):
        look(monitor, NOW + timedelta(hours=hour))
    assert [list(one) for one in visited(fake)] == [["a", "b", "c"], ["b", "c", "a"], ["c", "a", "b"]]


def test_places_that_asked_for_rest_are_left_alone(house: House) -> None:
    """A place is not visited before the time it named, unless everything is asked for."""
    fake = Fake("een", [[page(not_before=NOW + timedelta(hours=2)), page(place="haven")], [], []])
    monitor = house(fake)
    look(monitor)
    look(monitor, NOW + timedelta(hours=1))
    run(monitor, NOW + timedelta(hours=1), full=True)
    look(monitor, NOW + timedelta(hours=2))
    assert [sorted(one) for one in visited(fake)] == [
        ["haven", "plein"],
        ["haven"],
        ["haven", "plein"],
        ["haven", "plein"],
    ]
    assert [visit.full for visit in fake.seen] == [False, False, True, False]


@pytest.mark.parametrize(
    ("seconds", "minutes"),
    [(600.0, 10), (0.0, 0), (-5.0, 0), (1e9, 24 * 60), (float("inf"), 24 * 60), (float("nan"), 0)],
)
def test_retry_after_is_kept_over_runs(house: House, seconds: float, minutes: int) -> None:
    """A place comes back when its server said so, within a day; what the server said can be any number."""
    error = Retry("rate-limit", "plein", "429", seconds=seconds)
    fake = Fake("een", [[page(problem=error, cursor=None)], [], []], offers=("plein",))
    monitor = house(fake)
    assert look(monitor)[0].outcome == "degraded"
    look(monitor, NOW + timedelta(minutes=minutes, seconds=-1))
    look(monitor, NOW + timedelta(minutes=minutes))
    assert [len(one) for one in visited(fake)] == [1, 0 if minutes else 1, 1]


def test_a_failing_place_is_left_alone_ever_longer(house: House) -> None:
    """The first failure is tried again at the next pass, then a quarter of an hour later each time."""
    monitor = house(
        Fake("een", [[page(problem=Skip("not-found", "plein", "404"))] for _ in range(5)], offers=("plein",))
    )
    waits, now = [], NOW
    for _ in range(5):
        look(monitor, now)
        [place] = monitor.store.places("een")
        waits.append((place.not_before or now) - now)
        now += waits[-1]
    assert waits == [timedelta(minutes=minutes) for minutes in (0, 15, 30, 45, 60)]
    assert place.failures == 5


@pytest.mark.parametrize(("failures", "hours"), [(1, 0), (5, 1), (96, 23.75), (97, 24), (98, 24), (100_000, 24)])
def test_no_place_waits_longer_than_a_day(failures: int, hours: float) -> None:
    """However often a place failed, it is tried once a day."""
    assert _back_off(Skip("not-found", "plein", "404"), failures) == timedelta(hours=hours)
    assert _back_off(None, failures) is None


def test_success_ends_the_waiting(house: House) -> None:
    """After one good visit the failures are forgotten."""
    problem = page(problem=Skip("server", "plein", "500"))
    fake = Fake("een", [[problem], [problem], [page()], [problem]], offers=("plein",))
    monitor = house(fake)
    told = []
    for hour in range(4):
        look(monitor, NOW + timedelta(hours=hour))
        told += [(place.failures, place.problem, place.not_before) for place in monitor.store.places("een")]
    after = NOW + timedelta(hours=1, minutes=15)
    assert told == [(1, "500 (server)", None), (2, "500 (server)", after), (0, None, None), (1, "500 (server)", None)]


@pytest.mark.parametrize(
    ("error", "visits"),
    [
        (Retry("rate-limit", "een", "429", seconds=3600), [2, 0, 2]),
        (Retry("server", "een", "500"), [2, 2, 2]),
        (Fatal("credentials", "een", "401"), [2, 2, 2]),
        (KeyError("x"), [2, 2, 2]),
    ],
)
def test_a_source_that_fails_as_a_whole(house: House, error: Exception, visits: list[int]) -> None:
    """All its places are noted as failing; they wait for what the server asked, and never for a person's mending."""
    fake = Fake("een", [[error], [], []])
    monitor = house(fake)
    [told] = look(monitor)
    assert told.outcome == "failed"
    assert [place.problem is not None for place in monitor.store.places("een")] == [True, True]
    look(monitor, NOW + timedelta(minutes=30))
    look(monitor, NOW + timedelta(minutes=60))
    assert [len(one) for one in visited(fake)] == visits


def test_a_fatal_fault_never_waits(house: House) -> None:
    """However often credentials failed, the pass after mending them asks at once."""
    fake = Fake("een", [[Fatal("credentials", "een", "401")] for _ in range(3)])
    monitor = house(fake)
    for minute in range(4):
        look(monitor, NOW + timedelta(minutes=minute))
    assert [len(one) for one in visited(fake)] == [2] * 4


@pytest.mark.parametrize("kind", ["credentials", "forbidden"])
def test_a_place_that_a_person_mends_never_waits(house: House, kind: Any) -> None:
    """However often one place was refused, the pass after mending it asks at once."""
    fake = Fake("een", [[page(problem=Fatal(kind, "plein", "401"))] for _ in range(3)], offers=("plein",))
    monitor = house(fake)
    for minute in range(4):
        look(monitor, NOW + timedelta(minutes=minute))
    assert [len(one) for one in visited(fake)] == [1] * 4


def test_a_wait_counts_from_the_answer(house: House) -> None:
    """What came late in a long run waits from then on, and not from when the run began."""
    error = Retry("rate-limit", "plein", "429", seconds=600)
    monitor = house(Fake("een", [[page(problem=error)]], offers=("plein",)))
    ticks = iter((1000.0, 1200.0, 1250.0))
    collect(monitor, "een", NOW, clock=lambda: next(ticks))
    [place] = monitor.store.places("een")
    assert place.not_before == NOW + timedelta(seconds=200 + 600)
    assert monitor.store.last_runs()[0]["finished"] == NOW + timedelta(seconds=250)


def test_a_source_that_cannot_begin_is_skipped(house: House) -> None:
    """Without what it needs a source is not visited; what is missing is told and the others go on."""
    one, two = Fake("een", lacks=("set X",)), Fake("twee")
    told = look(house(one, two))
    assert [(each.outcome, each.problems) for each in told] == [("skipped", ("set X",)), ("good", ())]
    assert one.seen == []


def test_of_an_ambassadors_page_not_even_the_reasons_are_counted(house: House) -> None:
    """What one person boosts, deletes or writes of other things is one figure, and is matched only when kept."""
    mine = {"author": "ik_voorbeeld@a.example", "found": "account", "place": "@ik_voorbeeld@a.example"}
    posts = (post("1", **mine), post("2", "Mooi weer", **mine), post("3", opt_outs=frozenset({"limited"}), **mine))
    fake = Fake("een", [[page(*posts, place=mine["place"], skipped={"boost": 4})]])
    plain = house(fake)
    joined = Ambassador.model_construct(account="een:@ik_voorbeeld@a.example")
    monitor = replace(plain, settings=plain.settings.model_copy(update={"ambassadors": (joined,)}))
    [told] = look(monitor)
    assert told.tally == Tally(7, 1, 1, 1, 0, 0, {"off topic": 6})
    assert rows(monitor, "SELECT place, author FROM mention") == [{"place": "an ambassador's account", "author": None}]


def test_evidence_that_is_not_kept_is_forgotten(house: House) -> None:
    """The words of a cue are stored where they stand in the excerpt; beyond it the cue alone is."""
    far = f"Lindeveer vaart. {'Woorden daarna. ' * 40} Waardeloos!"
    monitor = house(Fake("een", [[page(post("1", far), post("2", "Lindeveer waardeloos!"))]]))
    look(monitor)
    found = rows(
        monitor, "SELECT url, unnest(reasons).words AS words FROM mention JOIN verdict ON mention = id ORDER BY ALL"
    )
    assert {row["words"].lower() for row in found if row["url"].endswith("1")} == {""}
    assert "" not in {row["words"] for row in found if row["url"].endswith("2")}


def test_an_ambassadors_handle_is_not_told(house: House) -> None:
    """A problem at a person's account is told without the handle, in what a pass tells and in what readers see."""
    place = f"@{SECRET}@a.example"
    error = Skip("not-found", place, f"no account {place}")
    monitor = house(Fake("een", [[page(place=place, problem=error)]], offers=(place,)))
    [told] = run(monitor, NOW)
    assert told.problems == ("an ambassador's account: no account an ambassador's account (not-found)",)
    whole = Fake("twee", [[SourceError("server", place, "500")]], offers=(place,))
    assert SECRET not in str(run(house(whole), NOW))
    published = (monitor.store.folder / "published" / "current.duckdb").read_bytes()
    assert SECRET.encode() not in published


# --- When other queries are asked -------------------------------------------------------------------------


def asking(monitor: Monitor, text: str) -> Monitor:
    return replace(monitor, matcher=Matcher([Query("merk", "brand", text)]))


def handed(house: House, queries: Sequence[str], *visits: Sequence[Page]) -> list[str | None]:
    """The cursor that a place is handed in passes with these queries, which find these pages."""
    fake = Fake("een", list(visits), offers=("plein",))
    monitor = house(fake)
    for hour, text in enumerate(queries):
        look(asking(monitor, text), NOW + timedelta(hours=hour))
    return [one["plein"] for one in visited(fake)]


FAILED = page(problem=Fatal("forbidden", "plein", "403"))


@pytest.mark.parametrize(
    ("queries", "visits", "expected"),
    [
        (("veer", "veer", "veer"), [[page(cursor="c1")], [page(cursor="c2")]], [None, "c1", "c2"]),
        (("veer", "boot", "boot"), [[page(cursor="c1")], [page(cursor="c2")]], [None, None, "c2"]),
        (("veer", "boot", "veer"), [[page(cursor="c1")], [page(cursor="c2")]], [None, None, None]),
        (("veer", "boot", "boot"), [[page(cursor="c1")], []], [None, None, None]),
        (("veer", "boot", "boot", "boot"), [[page(cursor="c1")], [FAILED], [page(cursor="c2")]], [None] * 3 + ["c2"]),
        (("veer", "boot", "boot"), [[page(cursor="c1")], [page(cursor="c2"), FAILED]], [None, None, "c2"]),
        (("veer", "veer", "veer"), [[page(cursor="c1")], [FAILED]], [None, "c1", "c1"]),
        (("veer", "boot", "boot"), [[page(cursor="c1")], [page()]], [None, None, None]),
        (("veer", "( VEER )", "veer"), [[page(cursor="c1")], [page(cursor="c2")]], [None, "c1", "c2"]),
    ],
    ids=[
        "same",
        "other",
        "back",
        "not reached",
        "failed",
        "failed on page two",
        "same, failed",
        "no cursor",
        "respelled",
    ],
)
def test_another_query_reads_a_place_from_the_start(
    house: House, queries: Sequence[str], visits: Any, expected: list[str | None]
) -> None:
    """A place is read as at a first visit until it was read once for what is asked now, and then goes on from there."""
    assert handed(house, queries, *visits) == expected


def test_a_place_of_an_older_version_is_read_from_the_start_once(house: House) -> None:
    """Where nothing says for which queries a place was read, the next pass asks for all of it."""
    fake = Fake("een", [[page(cursor="c1")], [page(cursor="c2")]], offers=("plein",))
    monitor = house(fake)
    look(monitor)
    with monitor.store._database.changed() as connection:
        connection.execute("UPDATE place SET queries = NULL")
    look(monitor, NOW + timedelta(hours=1))
    look(monitor, NOW + timedelta(hours=2))
    assert [one["plein"] for one in visited(fake)] == [None, None, "c2"]


def test_a_place_at_rest_is_not_woken_by_another_query(house: House) -> None:
    """Another query asks for nothing before the time that a place named."""
    fake = Fake("een", [[page(cursor="c1", not_before=NOW + timedelta(hours=2))], [], []], offers=("plein",))
    monitor = house(fake)
    look(monitor)
    look(asking(monitor, "boot"), NOW + timedelta(hours=1))
    look(asking(monitor, "boot"), NOW + timedelta(hours=2))
    assert visited(fake) == [{"plein": None}, {}, {"plein": None}]


def test_what_feeds_still_hold_is_found_by_a_new_query(tmp_path: Path) -> None:
    """In the demo's world a query that comes later finds in the next pass what one that was there at first finds."""
    found = []
    with served() as world:
        for folder, first in (("late", "zeilmakerij"), ("early", "lindeveer")):
            (tmp_path / folder).mkdir()
            monitor = set_up(tmp_path / folder, world)
            run(asking_demo(monitor, first), NOW)
            run(asking_demo(monitor, "lindeveer"), NOW + timedelta(hours=1))
            found.append({row["id"] for row in rows(monitor, "SELECT id FROM mention")})
    assert found[0] == found[1]
    assert len(found[0]) > 20


def asking_demo(monitor: Monitor, text: str) -> Monitor:
    queries = [Query(each.name, each.facet, text) for each in monitor.settings.queries]
    return replace(monitor, matcher=Matcher(queries))


def test_every_run_notes_what_is_asked(house: House) -> None:
    """The table of queries says what was asked since when; one that changes begins a new row."""
    monitor = house(Fake("een"))
    look(monitor)
    look(asking(monitor, "boot"), NOW + timedelta(hours=1))
    look(asking(monitor, "boot"), NOW + timedelta(hours=2))
    assert [(row["since"], row["until"]) for row in rows(monitor, "SELECT * FROM query ORDER BY since")] == [
        (NOW, NOW + timedelta(hours=1)),
        (NOW + timedelta(hours=1), None),
    ]
    assert rows(monitor, "SELECT name, facet, purpose, text FROM query WHERE until IS NULL") == [
        {"name": "merk", "facet": "brand", "purpose": "Vragen beantwoorden.", "text": "lindeveer"}
    ]


# --- The whole --------------------------------------------------------------------------------------------


def test_pages_share_transactions(house: House) -> None:
    """Many small pages are saved by the hundred, large ones sooner."""
    saves: list[int] = []

    class Counting(Store):
        def save(self, run: str, source: str, now: datetime, judged: Any, visited: Any, tally: Any) -> Saved:
            visited = list(visited)
            saves.append(len(visited))
            return super().save(run, source, now, judged, visited, tally)

    monitor = house(Fake("een", [[page() for _ in range(250)]]))
    look(replace(monitor, store=Counting(monitor.store.folder)), NOW)
    assert saves == [PAGES_PER_SAVE, PAGES_PER_SAVE, 50]


def test_progress_is_told(house: House) -> None:
    """Whoever watches is told the source, how many places were seen and how many there are."""
    told: list[tuple[str, int, int]] = []
    fake = Fake("een", [[page(), page(), page(place="haven")]])
    run(house(fake), NOW, on_page=lambda *seen: told.append(seen))
    assert told == [("een", 1, 2), ("een", 1, 2), ("een", 2, 2)]


def test_one_source_at_a_time(house: House) -> None:
    """A source that another run holds is not visited; told at once, and one that is free can be."""
    one, two = Fake("een"), Fake("twee")
    monitor = house(one, two)
    with hold(monitor.store.folder / "locks", ["een"]):
        with pytest.raises(Busy, match="een: another run is at work"):
            run(monitor, NOW)
        with pytest.raises(Busy):
            collect(monitor, "een", NOW)
        assert collect(monitor, "twee", NOW).outcome == "good"
    assert (len(one.seen), len(two.seen)) == (0, 1)


def test_a_damaged_database_stops_everything(house: House) -> None:
    """What the database cannot do is no source's fault: it is told as it is and nothing else is tried."""

    class Full(Store):
        saves = 0

        def save(self, *parts: Any) -> Saved:
            Full.saves += 1
            if Full.saves == 1:
                raise StoreError("mentions.duckdb: the disk is full; free space and run again")
            return super().save(*parts)

    one, two = Fake("een", [[page()]]), Fake("twee")
    monitor = house(one, two)
    with pytest.raises(StoreError, match="the disk is full"):
        run(replace(monitor, store=Full(monitor.store.folder)), NOW)
    assert two.seen == []


def test_known_sources(house: House) -> None:
    """All configured sources when none is named; one that is not configured is refused with the nearest."""
    monitor = house(Fake("een"), Fake("twee"))
    assert known_sources(monitor, None) == ("een", "twee")
    assert known_sources(monitor, ["twee"]) == ("twee",)
    with pytest.raises(ConfigError, match=r'--source twe: not in .*; did you mean "twee"'):
        known_sources(monitor, ["twe"])


def test_only_the_named_sources_are_visited(house: House) -> None:
    """A source that is named twice is visited once, and one that is not named is left alone."""
    one, two = Fake("een"), Fake("twee")
    run(house(one, two), NOW, sources=["twee", "twee"])
    assert (len(one.seen), len(two.seen)) == (0, 1)


def test_limits_reach_the_connector(house: House) -> None:
    """The connector is told the time of the run and what may be asked, from the settings."""
    fake = Fake("een")
    monitor = house(fake)
    look(monitor)
    [visit] = fake.seen
    assert (visit.now, visit.pages, visit.seconds) == (
        NOW,
        monitor.settings.fetch.pages,
        monitor.settings.fetch.seconds,
    )


def test_an_edit_is_revised_and_judged_again(house: House) -> None:
    """A post whose words change keeps its id and first sighting, and its newest verdict counts."""
    fake = Fake("een", [[page(post("1"))], [page(post("1", "Lindeveer kapot!"))]])
    monitor = house(fake)
    look(monitor)
    [told] = look(monitor, NOW + timedelta(hours=1))
    assert (told.tally.new, told.tally.revised) == (0, 1)
    [row] = rows(monitor, "SELECT * FROM mention")
    assert (row["excerpt"], row["first_seen"]) == ("Lindeveer kapot!", NOW)
    kinds: Mapping[str, Any] = rows(monitor, "SELECT kinds FROM verdict ORDER BY decided DESC LIMIT 1")[0]
    assert kinds["kinds"] == ["complaint"]


def test_a_run_names_what_it_let_rest(house: House) -> None:
    """A place that failed and is not asked this time keeps the run degraded, until it answers again."""
    down = Retry("server", "haven", "503", seconds=7200)
    fake = Fake("een", [[page(), page(place="haven", problem=down)], [page()], [page(), page(place="haven")]])
    monitor = house(fake)
    told = [look(monitor, NOW + timedelta(hours=hours))[0] for hours in (0, 1, 3)]
    assert [one.outcome for one in told] == ["degraded", "degraded", "good"]
    assert told[1].problems == ("at rest after failures: 1, the first until 2026-11-16 09:00 UTC; --full asks at once",)


@pytest.mark.parametrize("problem", [Fatal("forbidden", "haven", "403"), Retry("server", "haven", "503", seconds=7200)])
def test_a_place_that_is_no_longer_configured_is_forgotten(house: House, problem: SourceError) -> None:
    """A feed that failed and was then taken out of the configuration keeps no later run degraded."""
    fake = Fake("een", [[page(), page(place="haven", problem=problem)], [page()]])
    monitor = house(fake)
    look(monitor)
    fake.offers = ("plein",)
    [told] = look(monitor, NOW + timedelta(hours=1))
    assert (told.outcome, told.problems) == ("good", ())
