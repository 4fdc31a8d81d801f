"""Saving: twice is once, all or nothing, and what each table says afterwards."""

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.errors import StoreError
from monitor.model import Match, Tally
from monitor.store import Asked, Saved, Store
from tests.storing import DAY, NOW, Judged, asked, everything, judged, mention, prepared, saved, verdict, visited

WORDS = ("De lindeveer vaart.", "De lindeveer vaart niet.", "De lindeveer ligt stil.")
DATES = (NOW - DAY, NOW - 5 * DAY, None)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A prepared folder to copy, since making one anew takes longest."""
    return prepared(tmp_path_factory.mktemp("template")).folder


@pytest.fixture
def store(tmp_path: Path, template: Path) -> Store:
    return Store(Path(shutil.copytree(template, tmp_path / "store")))


posts = st.tuples(st.integers(0, 4), st.sampled_from(WORDS), st.sampled_from(DATES), st.booleans())
batches = st.lists(st.lists(posts, min_size=1, max_size=6), min_size=1, max_size=4)


def _pairs(batch: list[tuple[Any, ...]]) -> list[Judged]:
    return [judged(key, text, published=date, flagged=flagged) for key, text, date, flagged in batch]


@settings(max_examples=12, deadline=None)
@given(batches=batches, times=st.lists(st.integers(1, 3), min_size=4, max_size=4))
def test_saving_twice_is_saving_once(template: Path, batches: list[Any], times: list[int]) -> None:
    """Whatever is saved again, within a batch or after it, the tables are those of saving each batch once."""
    with tempfile.TemporaryDirectory() as folder:
        once, often = (Store(Path(shutil.copytree(template, Path(folder) / name))) for name in ("once", "often"))
        for number, batch in enumerate(batches):
            now = NOW + timedelta(minutes=number)
            first = saved(once, *_pairs(batch), now=now)
            again = [saved(often, *_pairs(batch), *_pairs(batch), now=now) for _ in range(times[number])]
            assert again == [first, *[Saved(0, 0, 0)] * (times[number] - 1)]
        assert everything(once, without=("run",)) == everything(often, without=("run",))
        assert (once.doubles(), often.doubles()) == (0, 0)


@settings(max_examples=20, deadline=None)
@given(batches=batches)
def test_the_last_reading_counts(template: Path, batches: list[Any]) -> None:
    """A mention has its first times and its last words, and a verdict per revision in the order of saving."""
    told: dict[int, tuple[str, Any, Any, int]] = {}
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(shutil.copytree(template, Path(folder) / "store")))
        for number, batch in enumerate(batches):
            now = NOW + timedelta(minutes=number)
            saved(store, *_pairs(batch), now=now)
            for key, (text, date) in {key: (text, date) for key, text, date, _ in batch}.items():
                before = told.get(key)
                if before is None:
                    told[key] = (text, date, now, 1)
                elif before[0] != text:
                    told[key] = (text, *before[1:3], before[3] + 1)
        found = asked(
            store,
            "SELECT excerpt, published, m.first_seen, count(*) FROM mention AS m JOIN verdict AS v ON v.mention = m.id"
            " GROUP BY m.id, excerpt, published, m.first_seen",
        )
    assert sorted(found, key=str) == sorted(told.values(), key=str)


@pytest.mark.parametrize(
    ("again", "expected"),
    [
        ([judged(1)], Saved(0, 0, 0)),
        ([judged(1, flagged=True)], Saved(0, 0, 0)),
        ([judged(1, "De lindeveer vaart niet.", flagged=True)], Saved(0, 1, 0)),
        ([judged(2)], Saved(1, 0, 0)),
        ([judged(2, flagged=True), judged(3, flagged=True), judged(1)], Saved(2, 0, 2)),
        ([judged(2, flagged=True), judged(2)], Saved(1, 0, 0)),
        ([judged(2), judged(2, flagged=True)], Saved(1, 0, 1)),
        ([], Saved(0, 0, 0)),
    ],
)
def test_counts(store: Store, again: list[Judged], expected: Saved) -> None:
    """What is new, revised and flagged is counted once per mention, by its last reading."""
    saved(store, judged(1))
    assert saved(store, *again) == expected


def test_a_revision_replaces_the_words(store: Store) -> None:
    """An edit changes title, excerpt, spans and link; when it was seen and published, and by which run, stays."""
    later = NOW + DAY
    saved(store, judged(1, title="Boot"))
    saved(store, judged(1, "De lindeveer zonk.", title="Ramp", published=NOW, queries=("lindeveer",)), now=later)
    assert asked(store, "SELECT title, excerpt, published, first_seen, revised, run FROM mention") == [
        ("Ramp", "De lindeveer zonk.", NOW - DAY, NOW, later, "run-1")
    ]
    assert asked(store, "SELECT decided, first_seen FROM verdict ORDER BY decided") == [(NOW, NOW), (later, NOW)]


@pytest.mark.parametrize("minutes", [0, 1])
def test_the_newest_verdict_counts(store: Store, minutes: int) -> None:
    """verdict_latest holds one verdict per mention: the one that was saved last, even at the same moment."""
    saved(store, judged(1), judged(2))
    for number, text in enumerate(WORDS[1:]):
        pair = (mention(1, text), verdict(rule=f"rule-{number}"))
        saved(store, pair, now=NOW + number * timedelta(minutes=minutes))
    assert asked(store, "SELECT rule, count(*) FROM verdict_latest GROUP BY ALL ORDER BY ALL") == [
        ("rest", 1),
        ("rule-1", 1),
    ]


@pytest.mark.parametrize(
    ("text", "queries", "expected"),
    [
        (WORDS[0], ("lindeveer", "veer"), [("lindeveer", NOW), ("veer", NOW + DAY)]),
        (WORDS[0], ("veer",), [("lindeveer", NOW), ("veer", NOW + DAY)]),
        (WORDS[1], ("lindeveer", "veer"), [("lindeveer", NOW), ("veer", NOW + DAY)]),
        (WORDS[1], ("veer",), [("veer", NOW + DAY)]),
        (WORDS[1], ("lindeveer", "lindeveer"), [("lindeveer", NOW)]),
    ],
)
def test_matches(store: Store, text: str, queries: tuple[str, ...], expected: list[Any]) -> None:
    """A match stands once per mention and query; a new query adds one, an edit replaces them."""
    saved(store, judged(1))
    saved(store, judged(1, text, queries=queries), now=NOW + DAY)
    assert asked(store, "SELECT query, first_seen FROM mention_match ORDER BY query") == expected


def test_spans_follow_the_words(store: Store) -> None:
    """After an edit the spans are those of the new words."""
    (one, judgement), edited = judged(1), mention(1, "Nieuw: de lindeveer vaart.")
    saved(store, (one, judgement))
    object.__setattr__(edited, "matches", (Match("lindeveer", "brand", ((10, 19),)),))
    saved(store, (edited, judgement))
    assert asked(store, "SELECT spans FROM mention_match") == [([{"start": 10, "stop": 19}],)]


@pytest.mark.parametrize("published", [None, NOW - 80 * DAY])
@pytest.mark.parametrize("days", [1, 13, 15, 400])
def test_a_redated_post_is_no_new_one(store: Store, published: Any, days: int) -> None:
    """A post is known by its id, whatever date it bears and however long ago it was stored."""
    later = NOW + days * DAY
    saved(store, judged(1))
    again = mention(1, published=published and published + days * DAY, now=later)
    edited = mention(1, WORDS[1], published=later, now=later)
    assert saved(store, (again, verdict()), now=later) == Saved(0, 0, 0)
    assert saved(store, (edited, verdict()), now=later) == Saved(0, 1, 0)
    assert asked(store, "SELECT published, (SELECT count(*) FROM mention_match) FROM mention") == [(NOW - DAY, 1)]


def _failing_visits() -> Iterator[Any]:
    yield visited(cursor="c2")
    raise RuntimeError


@pytest.mark.parametrize(
    ("part", "error"),
    [
        ({"judged": [judged(2), (mention(3), replace(verdict(), rule=None))]}, StoreError),
        ({"judged": [judged(2), (mention(3, queries=(None,)), verdict())]}, StoreError),  # type: ignore[arg-type]
        ({"visited": [visited(cursor="c2"), visited(None)]}, StoreError),  # type: ignore[arg-type]
        ({"visited": _failing_visits()}, RuntimeError),
        ({"tally": Tally(fetched=None)}, StoreError),  # type: ignore[arg-type]
        ({"tally": Tally(fetched=9, dropped={None: 1})}, StoreError),  # type: ignore[dict-item]
    ],
    ids=["verdict", "match", "place", "visits", "tally", "dropped"],
)
def test_all_or_nothing(store: Store, part: dict[str, Any], error: type[Exception]) -> None:
    """When any row of a page cannot be saved nothing of the page is: no mention, cursor, verdict or count."""
    saved(store, judged(1))
    before = everything(store)
    page = {"judged": [judged(1, WORDS[1]), judged(2)], "visited": [visited(cursor="c2")], "tally": Tally(fetched=2)}
    with pytest.raises(error):
        store.save("run-1", "mastodon", NOW, **page | part)
    assert everything(store) == before


def test_the_error_keeps_the_words_to_itself(store: Store) -> None:
    """What could not be saved is not quoted, neither in the message nor in the errors behind it."""
    with pytest.raises(StoreError) as caught:
        saved(store, (mention(1, "geheim woord"), replace(verdict(), due="geheim woord")))
    assert "geheim" not in f"{caught.value} {caught.value.__cause__}"
    assert caught.value.__suppress_context__


def test_only_the_gate_makes_what_is_stored(store: Store) -> None:
    """A post that did not pass the privacy gate cannot be saved, however much it looks like a mention."""
    one, judgement = judged(1)
    impostor = type("Impostor", (), {name: getattr(one, name) for name in type(one).__slots__ if hasattr(one, name)})()
    with pytest.raises(TypeError, match="gate"):
        saved(store, (impostor, judgement))


def test_odd_characters_are_stored(store: Store) -> None:
    """Half a surrogate pair becomes a question mark; quotes, emoji and the like stay as they are."""
    saved(store, judged(1, "'\"\\ ⛴️ {} $rows", place="a\ud800b"))
    assert asked(store, "SELECT excerpt, place FROM mention") == [("'\"\\ ⛴️ {} $rows", "a?b")]


@pytest.mark.parametrize(
    ("pages", "expected"),
    [
        ([visited(cursor="c2")], ("c2", NOW + DAY, None, 0, [])),
        ([visited(cursor=None)], ("c1", NOW + DAY, None, 0, [])),
        ([visited(cursor=None, problem="404", failures=1)], ("c1", NOW, "404", 1, [])),
        ([visited(cursor="c2"), visited(cursor=None, problem="404", failures=1)], ("c2", NOW + DAY, "404", 1, [])),
        ([visited(cursor="c2"), visited(cursor="c3", notes=("moved",))], ("c3", NOW + DAY, None, 0, ["moved"])),
    ],
    ids=["moved on", "no cursor", "failed", "failed on page two", "two pages"],
)
def test_places(store: Store, pages: list[Any], expected: tuple[Any, ...]) -> None:
    """A place keeps its last cursor and its last success when a page brings none."""
    saved(store)
    store.save("run-1", "mastodon", NOW + DAY, [], pages, Tally())
    (place,) = store.places("mastodon")
    assert (place.cursor, place.succeeded, place.problem, place.failures, list(place.notes)) == expected
    assert store.places("rss") == []


def test_a_place_was_read_for_the_last_queries_that_a_page_names(store: Store) -> None:
    """A page that says nothing of queries, because it failed, leaves what the last good one said."""
    told = []
    for pages in (
        [visited()],
        [visited(queries="v1"), visited(cursor=None, problem="404")],
        [visited(queries="v2")],
        [visited()],
    ):
        store.save("run-1", "mastodon", NOW, [], pages, Tally())
        told += [place.queries for place in store.places()]
    assert told == [None, "v1", "v2", "v2"]


def _asked_for(name: str = "veer", version: str = "v1", **more: Any) -> Asked:
    return Asked(name, **{"facet": "brand", "purpose": "To answer.", "text": "veer", "version": version} | more)


@pytest.mark.parametrize(
    ("then", "expected"),
    [
        ([_asked_for()], [("veer", "v1", NOW, None)]),
        ([_asked_for(version="v2")], [("veer", "v1", NOW, NOW + DAY), ("veer", "v2", NOW + DAY, None)]),
        ([_asked_for(facet="company")], [("veer", "v1", NOW, NOW + DAY), ("veer", "v1", NOW + DAY, None)]),
        ([_asked_for(purpose="To learn.", text="(veer)")], [("veer", "v1", NOW, None)]),
        ([_asked_for(), _asked_for("boot")], [("boot", "v1", NOW + DAY, None), ("veer", "v1", NOW, None)]),
        ([_asked_for("boot")], [("boot", "v1", NOW + DAY, None), ("veer", "v1", NOW, NOW + DAY)]),
    ],
    ids=["same", "other version", "other facet", "other words for it", "one more", "renamed"],
)
def test_queries_have_a_history(store: Store, then: list[Asked], expected: list[Any]) -> None:
    """A query that changes or goes ends its row; noting the same again, in whatever words, begins none."""
    for asked_for, now in (([_asked_for()], NOW), (then, NOW + DAY), (then, NOW + 2 * DAY)):
        store.note(asked_for, now)
    assert asked(store, "SELECT name, version, since, until FROM query ORDER BY name, since") == expected
    assert {(one.name, one.purpose, one.text) for one in store.asked()} == {
        (one.name, one.purpose, one.text) for one in then
    }


def test_where_nothing_is_stored_nothing_is_to_be_looked_through(store: Store) -> None:
    """A query that was there before the first mention counts as rematched; one that came later does not."""
    store.note([_asked_for()], NOW)
    saved(store, judged(1))
    store.note([_asked_for(), _asked_for("boot")], NOW + DAY)
    assert {one.name: one.rematched for one in store.asked()} == {"veer": NOW, "boot": None}


def test_runs_tell_the_truth(store: Store) -> None:
    """A run adds up what its pages brought; one that never ended is abandoned when its source begins again."""
    saved(store, judged(1), judged(2, flagged=True))
    store.save("run-1", "mastodon", NOW, [], [], Tally(fetched=3, dropped={"no match": 3}))
    store.begin("run-2", "rss", NOW + DAY)
    store.begin("run-2", "mastodon", NOW + DAY)
    store.finish("run-2", "mastodon", NOW + 2 * DAY, "degraded", ["rss: 404"])
    assert asked(store, 'SELECT run, source, outcome, fetched, kept, "new", flagged FROM run ORDER BY ALL') == [
        ("run-1", "mastodon", "abandoned", 5, 2, 2, 1),
        ("run-2", "mastodon", "degraded", 0, 0, 0, 0),
        ("run-2", "rss", "running", 0, 0, 0, 0),
    ]
    assert [run["outcome"] for run in store.last_runs()] == ["degraded", "running"]


@pytest.mark.parametrize("table", ["mention", "mention_match"])
def test_the_nightly_check_sees_a_double(store: Store, table: str) -> None:
    """No key guards the big tables; `doubles` counts what says again what another row says."""
    saved(store, judged(1), judged(2))
    assert store.doubles() == 0
    with store._database.changed() as connection:
        connection.execute(f"INSERT INTO {table} FROM {table} LIMIT 1")
    assert store.doubles() == 1


def test_feeds_that_word_one_page_differently_do_not_revise_each_other(store: Store) -> None:
    """An article keeps the words of the feed that brought it; that feed may edit them, others change nothing."""
    own = judged("p", "Lindeveer vaart weer.", place="a.xml", type="article")
    other = judged("p", "Lindeveer: weer op het water", place="b.xml", type="article")
    assert saved(store, other, own).new == 1
    assert asked(store, "SELECT place, excerpt FROM mention") == [("a.xml", "Lindeveer vaart weer.")]
    assert saved(store, other, now=NOW + DAY).revised == 0
    edited = judged("p", "Lindeveer vaart niet.", place="a.xml", type="article")
    assert saved(store, edited, now=NOW + DAY).revised == 1
    assert asked(store, "SELECT excerpt FROM mention") == [("Lindeveer vaart niet.",)]


def test_a_post_is_revised_by_whatever_place_shows_the_edit(store: Store) -> None:
    """A post has one wording everywhere, so an edit seen elsewhere counts."""
    saved(store, judged("p", "Lindeveer vaart.", place="#a on sociaal.example"))
    assert saved(store, judged("p", "Lindeveer vaart niet.", place="#b on sociaal.example"), now=NOW + DAY).revised == 1


def test_a_backup_can_be_put_back(store: Store, tmp_path: Path) -> None:
    """A backup is all of the database, readable by its owner only; put back as told it goes on where it was."""
    saved(store, judged(1), judged(2, facet="ambassador"))
    before, backup = everything(store), tmp_path / "it's a backup.duckdb"
    assert store.backup(backup) == backup
    assert backup.stat().st_mode & 0o777 == 0o600
    saved(store, judged(3), now=NOW + DAY)
    store.path.unlink()
    with pytest.raises(StoreError, match="gone, and it held 3 mentions; put a backup back"):
        store.prepare()
    shutil.copy(backup, store.path)
    with pytest.raises(StoreError, match="holds 2 mentions where 3 were written"):
        store.prepare()
    (store.folder / "manifest.json").unlink()
    store.prepare()
    assert everything(store) == before
    assert saved(store, judged(1), judged(3), now=NOW + DAY) == Saved(1, 0, 0)
    assert [file.name for file in tmp_path.iterdir() if file.name.startswith(".")] == []


@pytest.mark.parametrize(
    ("name", "told"), [("there", "there: is there already; name a file"), ("no/folder", "cannot be used")]
)
def test_a_backup_overwrites_nothing(store: Store, tmp_path: Path, name: str, told: str) -> None:
    """A file that is there stays as it is, and one that cannot be written is told."""
    (tmp_path / "there").write_text("ours")
    with pytest.raises(StoreError, match=told):
        store.backup(tmp_path / name)
    assert (tmp_path / "there").read_text() == "ours"


def test_a_backup_of_nothing(tmp_path: Path) -> None:
    """Before the first run there is nothing to back up, and no file is made."""
    with pytest.raises(StoreError, match="no database yet; make one with: monitor run"):
        Store(tmp_path / "store").backup(tmp_path / "backup")
    assert not (tmp_path / "backup").exists()
