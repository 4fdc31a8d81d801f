"""Rematching: what a new or changed query means for what is stored, told first and then done, whatever happens."""

import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor import rematch as module
from monitor.assemble import Monitor
from monitor.errors import Busy, ConfigError, StoreError
from monitor.model import Facet, Post
from monitor.pipeline import run
from monitor.rematch import Change, Rematched, rematch
from monitor.store import Asked, Store, hold
from monitor.store.database import Database
from monitor.store.weekly import reader
from tests.asking import HANDLE, Rows, Texts, monitor_of, passed, post, stopping, unseen
from tests.storing import DAY, NOW, asked, everything

LATER = NOW + DAY
LONG = "De lindeveer vaart weer en dat doet haar goed. " * 12  # more than is kept
MATCHES = (
    "SELECT substr(m.url, 25), mm.query FROM mention_match AS mm JOIN mention AS m ON m.id = mm.mention ORDER BY ALL"
)
NAME = HANDLE.partition("@")[0]
FACETS = "SELECT substr(url, 25), facet FROM mention ORDER BY ALL"


def figures(told: Rematched) -> dict[str, tuple[int, int, int]]:
    """Gained, lost and unsure of each query."""
    return {each.query: (each.gained, each.lost, each.unsure) for each in told.changes}


def state(monitor: Monitor) -> dict[str, Rows]:
    """All that is stored, but where places stand and what runs told."""
    return everything(monitor.store, without=("place", "run", "run_dropped"))


def changed(folder: Path, before: Texts, after: Texts, *posts: Post) -> Monitor:
    """A monitor that passed with some queries and now has others."""
    passed(folder, before, posts)
    return monitor_of(folder, after)


def quick(*of: Any) -> Monitor:
    """The same, with a store that shows nobody what it holds."""
    return unseen(changed(*of))


ONE, TWO = post(1, "De lindeveer vaart."), post(2, "De lindeveer en de zeilboot.")
CUT = post(3, f"{LONG} zeilboot")
OWN = post(4, "De lindeveer en onze zeilboot.", author=HANDLE)


@pytest.mark.parametrize(
    ("after", "expected", "left"),
    [
        ({"a": "lindeveer"}, {}, ["1a", "2a", "3a", "4a"]),
        ({"a": "lindeveer", "b": "zeilboot"}, {"b": (2, 0, 0)}, ["1a", "2a", "2b", "3a", "4a", "4b"]),
        ({"a": "zeilboot"}, {"a": (0, 1, 1)}, ["2a", "3a", "4a"]),
        ({"a": "lindeveer NOT zeilboot"}, {"a": (0, 2, 1)}, ["1a", "3a"]),
        ({"a": "lindeveer vaart"}, {"a": (0, 2, 0)}, ["1a", "3a"]),
        ({"b": "zeilboot"}, {"b": (2, 0, 0), "a": (0, 4, 0)}, ["2b", "4b"]),
        ({"b/ambassador": "zeilboot", "a": "lindeveer"}, {"b": (1, 0, 0)}, ["1a", "2a", "3a", "4a", "4b"]),
        ({"a/ambassador": "lindeveer"}, {"a": (0, 3, 0)}, ["4a"]),
        ({"a/company": "lindeveer"}, {"a": (0, 0, 0)}, ["1a", "2a", "3a", "4a"]),
    ],
    ids=["same", "new", "other", "less", "more", "renamed", "new for ambassadors", "for ambassadors", "other facet"],
)
def test_what_queries_mean_for_what_is_stored(
    tmp_path: Path, after: Texts, expected: dict[str, Any], left: list[str]
) -> None:
    """What is told first is what is done then; of a cut excerpt what cannot be said stays; then nothing is left to do."""
    monitor = quick(tmp_path, {"a": "lindeveer"}, after, ONE, TWO, CUT, OWN)
    told = rematch(monitor, LATER)
    done = rematch(monitor, LATER, apply=True)
    assert figures(told) == figures(done) == expected
    assert [f"{key}{query}" for key, query in asked(monitor.store, MATCHES)] == left
    assert (told.removed, told.looked_at) == (done.removed, done.looked_at)
    assert rematch(monitor, LATER + DAY) == Rematched((), 0, 0, (), applied=False, resumed=False)
    assert monitor.store.doubles() == 0


def test_telling_writes_nothing(tmp_path: Path) -> None:
    """Until it is told to apply, nothing that is stored or published changes, not even what is noted of queries."""
    monitor = changed(tmp_path, {"a": "lindeveer"}, {"b": "zeilboot"}, ONE, TWO)
    tables = (*(f"FROM {table} ORDER BY ALL" for table in ("query", "rematch")),)
    monitor.store.publish("old", ambassadors_shown=False)
    before = everything(monitor.store), [asked(monitor.store, sql) for sql in tables]
    published = sorted((monitor.store.folder / "published").iterdir())
    assert rematch(monitor, LATER).removed == 1
    assert (everything(monitor.store), [asked(monitor.store, sql) for sql in tables]) == before
    assert sorted((monitor.store.folder / "published").iterdir()) == published


def test_what_no_query_asks_for_is_gone(tmp_path: Path) -> None:
    """A mention without a match goes with its matches and verdicts; the others, and the store itself, are whole."""
    monitor = quick(tmp_path, {"a": "lindeveer"}, {"a": "zeilboot"}, ONE, TWO)
    told = rematch(monitor, LATER, apply=True)
    assert (told.removed, [sample.url for sample in told.removed_samples]) == (1, ["https://sociaal.example/1"])
    assert asked(monitor.store, "SELECT substr(url, 25) FROM mention") == [("2",)]
    orphans = "SELECT count(*) FROM {} AS t ANTI JOIN mention AS m ON m.id = t.mention"
    assert [asked(monitor.store, orphans.format(table)) for table in ("verdict", "mention_match")] == [[(0,)]] * 2
    monitor.store.prepare()


def test_the_bytes_of_what_is_gone_are_gone(tmp_path: Path) -> None:
    """No byte of a removed mention is in the database or in a snapshot; who reads an older one reads on."""
    words = [secrets.token_urlsafe(40) for _ in range(60)]
    posts = [post(at, f"De lindeveer {word}") for at, word in enumerate(words)]
    monitor = changed(
        tmp_path, {"a": "lindeveer"}, {"a": "zeilboot"}, *posts, post("s", "De zeilboot en de lindeveer.")
    )
    published = monitor.store.folder / "published"
    monitor.store.publish("old", ambassadors_shown=False)
    old = (published / "current.duckdb").resolve()
    with reader(monitor.store.folder) as connection:
        assert rematch(monitor, LATER, apply=True).removed == len(words)
        assert connection.execute("SELECT count(*) FROM mention").fetchall() == [(len(words) + 1,)]
    new = (published / "current.duckdb").resolve()
    found = {path: [word for word in words if word.encode() in path.read_bytes()] for path in (monitor.store.path, new)}
    assert found == {monitor.store.path: [], new: []}
    assert old != new
    assert sorted(path.name for path in published.iterdir()) == ["current.duckdb", new.name]
    assert sorted(path.name for path in monitor.store.folder.iterdir()) == [
        *("live.lock", "locks", "manifest.json", "mentions.duckdb", "published")
    ]
    assert monitor.store.path.stat().st_mode & 0o777 == 0o600


def test_snapshots_stay_when_nothing_was_removed(tmp_path: Path) -> None:
    """A rematch that removes nothing leaves older snapshots to their turn."""
    monitor = changed(tmp_path, {"a": "lindeveer"}, {"a": "lindeveer", "b": "zeilboot"}, TWO)
    old = monitor.store.publish("old", ambassadors_shown=False)
    rematch(monitor, LATER, apply=True)
    assert old.exists()


NONE = "lindeveer NOT (vaart OR zeilboot)"


@pytest.mark.parametrize(
    ("after", "names", "expected", "left"),
    [
        ({"a": NONE, "b": "lindeveer"}, ["a"], {"a": (0, 3, 0), "b": (3, 0, 0)}, ["1b", "2b", "3b"]),
        ({"a": NONE, "b": "vaart"}, ["a"], {"a": (0, 3, 0), "b": (2, 0, 0)}, ["1b", "3b"]),
        ({"a": NONE, "b": "lindeveer NOT zeil*"}, ["a"], {"a": (0, 2, 1), "b": (1, 0, 1)}, ["1b", "3a"]),
        ({"b": "lindeveer NOT zeil*"}, [], {"a": (0, 2, 1), "b": (1, 0, 1)}, ["1b", "3a"]),
        ({"b": "lindeveer"}, ["a"], {"a": (0, 0, 0)}, ["1b", "2b", "3b"]),
        ({"a": NONE, "b/ambassador": "lindeveer"}, ["a"], {"a": (0, 3, 0)}, []),
    ],
    ids=["other holds", "some", "other unsure", "new unsure", "renamed", "for ambassadors"],
)
def test_what_another_query_asks_for_stays(
    tmp_path: Path, after: Texts, names: list[str], expected: dict[str, Any], left: list[str]
) -> None:
    """Before a mention is removed all queries are asked, also those not named; while one is unsure it stays as it is."""
    monitor = quick(tmp_path, {"a": "lindeveer"}, after, ONE, TWO, CUT)
    told = rematch(monitor, LATER, names=names)
    assert figures(rematch(monitor, LATER, names=names, apply=True)) == figures(told) == expected
    assert [f"{key}{query}" for key, query in asked(monitor.store, MATCHES)] == left


@pytest.mark.parametrize("noted", [False, True])
def test_another_name_takes_its_matches_along(tmp_path: Path, noted: bool) -> None:
    """A query that has only another name now keeps its matches, unsure ones too, with their places and their age."""
    text = "lindeveer NOT author:@webcare@lindeveer.example"
    monitor = quick(tmp_path, {"a": text}, {"b": text}, ONE, TWO, OWN)
    if noted:
        run(monitor, LATER)
    rows = "SELECT mention, facet, spans, first_seen FROM mention_match ORDER BY ALL"
    before = asked(monitor.store, rows)
    told = rematch(monitor, LATER)
    assert figures(told) == figures(rematch(monitor, LATER, apply=True)) == {"b": (0, 0, 3), "a": (0, 0, 0)}
    assert (told.differs, told.removed) == (True, 0)
    assert asked(monitor.store, rows) == before
    assert {query for _, query in asked(monitor.store, MATCHES)} == {"b"}
    assert rematch(monitor, LATER).changes == ()


@pytest.mark.parametrize(
    ("after", "differs"),
    [({"a": "lindeveer vaart"}, True), ({"a/company": "lindeveer"}, True), ({"a": "lindeveer NOT zeilboot"}, False)],
)
def test_it_tells_whether_anything_would_change(tmp_path: Path, after: Texts, differs: bool) -> None:
    """Also where only facets or places change something would be written; another text alone writes nothing."""
    monitor = quick(tmp_path, {"a": "lindeveer"}, after, post(1, "De lindeveer vaart."))
    assert rematch(monitor, LATER).differs is differs


# with one thread, since DuckDB looks for signals only between the tasks of the first
INTERRUPTED = """
import os, signal, sys, threading
from pathlib import Path
from monitor.store.database import Database
try:
    with getattr(Database(Path(sys.argv[1])), sys.argv[2])() as connection:
        connection.execute("SET threads = 1")
        threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()
        connection.execute("SELECT sum(hash(range)) FROM range(1000000000000)").fetchall()
except KeyboardInterrupt:
    sys.exit(130)
"""


@pytest.mark.parametrize("how", ["open", "changed"])
def test_stopped_by_hand_in_the_middle_of_a_statement(tmp_path: Path, how: str) -> None:
    """Ctrl+C while DuckDB is at work is an interruption as any other, and no fault of the program."""
    monitor = passed(tmp_path, {"a": "lindeveer"}, [ONE])
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    command = [sys.executable, "-c", INTERRUPTED, str(monitor.store.folder), how]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (130, "")


@pytest.mark.parametrize(
    ("raised", "expected"),
    [
        (RuntimeError("Query interrupted"), KeyboardInterrupt),
        (duckdb.InterruptException("INTERRUPT Error: Interrupted!"), KeyboardInterrupt),
        (RuntimeError("another"), RuntimeError),
    ],
)
def test_readers_are_stopped_by_hand_too(tmp_path: Path, raised: Exception, expected: type[BaseException]) -> None:
    """What DuckDB says of Ctrl+C is an interruption for readers of a snapshot too; any other fault stays what it is."""
    monitor = passed(tmp_path, {"a": "lindeveer"}, [ONE])
    monitor.store.publish("one", ambassadors_shown=False)
    with pytest.raises(expected), reader(monitor.store.folder):
        raise raised


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        ({"a": "lindeveer", "b/company": "zeilboot"}, ["brand", "brand", "ambassador"]),
        ({"b/company": "zeilboot", "a": "lindeveer"}, ["brand", "company", "ambassador"]),
        ({"a": "vaart", "b/company": "zeilboot"}, ["brand", "company", "ambassador"]),
        ({"a/company": "lindeveer"}, ["company", "company", "ambassador"]),
        ({"a/company": "vaart OR zeilboot NOT onze", "b": "onze"}, ["company", "company", "ambassador"]),
    ],
)
def test_facets_are_the_gates(tmp_path: Path, after: Texts, expected: list[str]) -> None:
    """A mention that changes bears the facet of its first query, as the gate gives it; an ambassador's stays one."""
    monitor = quick(tmp_path, {"a": "lindeveer"}, after, ONE, TWO, OWN)
    rematch(monitor, LATER, apply=True)
    assert [facet for _, facet in asked(monitor.store, FACETS)] == expected


def test_a_match_that_stays_shows_where_the_new_words_are(tmp_path: Path) -> None:
    """Spans and facet follow the query; when it first held stays, and what is gained holds from now on."""
    monitor = changed(
        tmp_path, {"a": "lindeveer"}, {"a/company": "zeilboot", "b": "boot*"}, TWO, post(5, "Lindeveer boot")
    )
    rematch(monitor_of(tmp_path, {"a/company": "zeilboot", "b": "zeil*"}), LATER, apply=True)
    assert monitor.store.doubles() == 0
    assert asked(monitor.store, "SELECT query, facet, spans, first_seen FROM mention_match ORDER BY query") == [
        ("a", "company", [{"start": 19, "stop": 27}], NOW),
        ("b", "brand", [{"start": 19, "stop": 27}], LATER),
    ]


def test_verdicts_stay_as_they_were(tmp_path: Path) -> None:
    """Only an excerpt is stored, and a scheme judges whole posts: no verdict is added or changed."""
    monitor = quick(tmp_path, {"a": "lindeveer"}, {"a": "lindeveer vaart", "b": "zeilboot"}, ONE, TWO)
    before = asked(monitor.store, "FROM verdict ORDER BY ALL")
    rematch(monitor, LATER, apply=True)
    assert asked(monitor.store, "FROM verdict ORDER BY ALL") == before


def test_days_count_from_when_it_was_first_seen(tmp_path: Path) -> None:
    """A query for what was published lately holds for what was lately published then, however old it is now."""
    posts = (post(1, "De lindeveer."), post(2, "De lindeveer.", published=NOW - 20 * DAY))
    monitor = quick(tmp_path, {"a": "lindeveer"}, {"a": "lindeveer published:P7D/"}, *posts)
    assert figures(rematch(monitor, NOW + 200 * DAY)) == {"a": (0, 1, 0)}


# --- Which queries, and who may know ----------------------------------------------------------------------


def test_only_what_means_something_else_is_looked_for(tmp_path: Path) -> None:
    """Another purpose or spelling changes nothing; what a saved part means does."""
    passed(tmp_path, {"a": "lindeveer", "b": "veer"}, [ONE])
    assert rematch(monitor_of(tmp_path, {"a": "( LINDEVEER )", "b": "veer"}), LATER).changes == ()
    run(monitor_of(tmp_path, {"a": "$deel", "b": "veer"}, saved={"deel": "lindeveer"}), LATER)
    monitor = monitor_of(tmp_path, {"a": "$deel", "b": "veer"}, saved={"deel": "boot"})
    assert figures(rematch(monitor, LATER)) == {"a": (0, 1, 0)}


def test_a_change_that_a_run_has_noted_is_still_looked_for(tmp_path: Path) -> None:
    """A run that asks the new query does not count as having looked through what was stored before."""
    passed(tmp_path, {"a": "lindeveer"}, [ONE, TWO])
    monitor = passed(tmp_path, {"a": "lindeveer", "b": "zeilboot"}, [], LATER)
    assert figures(rematch(monitor, LATER, apply=True)) == {"b": (1, 0, 0)}
    assert asked(monitor.store, "SELECT name, since, rematched FROM query ORDER BY name") == [
        ("a", NOW, NOW),
        ("b", LATER, LATER),
    ]


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        ({}, {"b", "gone"}),
        ({"everything": True}, {"a", "b", "gone"}),
        ({"names": ["a"]}, {"a"}),
        ({"names": ["gone"]}, {"gone"}),
        ({"names": ["gone", "b"]}, {"gone", "b"}),
    ],
)
def test_which_queries(tmp_path: Path, how: Mapping[str, Any], expected: set[str]) -> None:
    """Those that changed and those that are gone; or all of both; or those that are named and no other."""
    monitor = quick(tmp_path, {"a": "lindeveer", "gone": "veer OR vaart"}, {"a": "lindeveer", "b": "boot"}, ONE)
    assert {*figures(rematch(monitor, LATER, **how))} == expected
    rematch(monitor, LATER, apply=True, **how)
    left = {query for _, query in asked(monitor.store, MATCHES)}
    assert left == ({"a"} if "gone" in expected else {"a", "gone"})


def test_a_query_may_use_another(tmp_path: Path) -> None:
    """A changed query that names one that did not change is looked for with what that means."""
    monitor = quick(tmp_path, {"a": "lindeveer"}, {"a": "lindeveer", "b": "$a AND zeilboot"}, ONE, TWO)
    assert figures(rematch(monitor, LATER)) == {"b": (1, 0, 0)}


def test_an_unknown_name_is_refused(tmp_path: Path) -> None:
    """A name that neither the configuration nor what is stored knows is told with the nearest."""
    monitor = passed(tmp_path, {"lindeveer": "lindeveer"}, [ONE])
    with pytest.raises(ConfigError, match=r'lindever: no query of .*; did you mean "lindeveer"'):
        rematch(monitor, LATER, names=["lindever"])


def test_what_ambassadors_wrote_is_no_sample(tmp_path: Path) -> None:
    """Ambassadors' mentions are counted with the others and shown to nobody."""
    monitor = quick(tmp_path, {"a": "lindeveer"}, {"b": "zeilboot"}, ONE, TWO, OWN)
    told = rematch(monitor, LATER)
    assert figures(told) == {"b": (2, 0, 0), "a": (0, 3, 0)}
    shown = [sample for each in told.changes for sample in (*each.gained_samples, *each.lost_samples)]
    assert {sample.url[-1] for sample in (*shown, *told.removed_samples)} == {"1", "2"}


def test_samples_are_few(tmp_path: Path) -> None:
    """Of each kind of change the first three are shown, by title and link."""
    posts = [post(at, "De lindeveer.", title=f"Kop {at}") for at in range(9)]
    told = rematch(quick(tmp_path, {"a": "lindeveer"}, {"b": "de"}, *posts), LATER)
    (gained,) = [each for each in told.changes if each.query == "b"]
    assert [(sample.title, sample.url) for sample in gained.gained_samples] == [
        (f"Kop {url[-1]}", url) for url in (sample.url for sample in gained.gained_samples)
    ]
    assert (gained.gained, len(gained.gained_samples)) == (9, module.SAMPLES)
    assert "Kop" not in repr(told)


def test_a_run_at_work_is_not_disturbed(tmp_path: Path) -> None:
    """While a run of any source is at work nothing is looked through, and the reverse."""
    monitor = quick(tmp_path, {"a": "lindeveer"}, {"b": "zeilboot"}, ONE)
    with hold(monitor.store.folder / "locks", ["mastodon"]), pytest.raises(Busy):
        rematch(monitor, LATER)

    def runs(_done: int, _total: int) -> None:
        with pytest.raises(Busy):
            run(monitor, LATER)

    rematch(monitor, LATER, on_progress=runs)


def test_nothing_is_stored_yet(tmp_path: Path) -> None:
    """Before the first run there is nothing to look through, and no database is made for it."""
    monitor = monitor_of(tmp_path, {"a": "lindeveer"})
    with pytest.raises(StoreError, match="no database yet; make one with: monitor run"):
        rematch(monitor, NOW, apply=True)
    assert not monitor.store.path.exists()


# --- Chunk by chunk, and whatever happens in between --------------------------------------------------------

MANY = [post(at, f"De lindeveer{' en de zeilboot' * (at % 3 == 0)}{' vaart' * (at % 2)}.") for at in range(11)]
BEFORE, AFTER = {"a": "lindeveer", "gone": "veer OR vaart"}, {"a": "zeilboot", "b": "vaart"}


@pytest.fixture
def chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three mentions a chunk."""
    monkeypatch.setattr(module, "CHUNK", 3)


@pytest.fixture
def calm(tmp_path: Path, chunks: None) -> tuple[dict[str, Rows], Rematched]:
    """What is stored after a rematch that nothing disturbed, and what it told."""
    (tmp_path / "calm").mkdir()
    monitor = quick(tmp_path / "calm", BEFORE, AFTER, *MANY)
    told = rematch(monitor, LATER, apply=True)
    assert (told.looked_at, told.removed, told.resumed) == (11, 4, False)
    return _comparable(state(monitor)), told


def _comparable(stored: dict[str, Rows]) -> dict[str, Rows]:
    """Without the run's name, which is random."""
    return stored | {"mention": [row[:-1] for row in stored["mention"]]}


@pytest.mark.parametrize("after", range(5))
def test_interrupted_it_goes_on_where_it_stopped(tmp_path: Path, calm: Any, after: int) -> None:
    """However many chunks were done, a second call does the others, and tells the figures of both."""
    monitor = quick(tmp_path, BEFORE, AFTER, *MANY)
    with pytest.raises(KeyboardInterrupt):
        rematch(monitor, LATER, apply=True, on_progress=stopping(after))
    progress: list[tuple[int, int]] = []
    told = rematch(monitor, LATER, apply=True, on_progress=lambda *seen: progress.append(seen))
    assert progress[0] == (min(3 * after, 11), 11)
    assert progress[-1] == (11, 11)
    assert (_comparable(state(monitor)), figures(told)) == (calm[0], figures(calm[1]))
    assert (told.looked_at, told.removed, told.resumed) == (11, 4, after > 0)
    assert asked(monitor.store, "FROM rematch") == []


KILLED = """
import os, signal, sys
from datetime import datetime
from pathlib import Path
from monitor import rematch
from monitor.store import Store
from tests.asking import monitor_of
def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)
rematch.CHUNK, where, queries = 3, sys.argv[2], {"a": "zeilboot", "b": "vaart"}
if where.isdigit():
    watch = lambda done, total: die() if done >= int(where) else None
else:
    watch = None
    setattr(Store, where, die)
rematch.rematch(monitor_of(Path(sys.argv[1]), queries), datetime.fromisoformat(sys.argv[3]), apply=True, on_progress=watch)
"""


DONE = ("publish", "forget_older", "end_rematch")  # all were looked through; that a query is gone is looked at again


@pytest.mark.parametrize("where", ["0", "6", "11", "renew", "rematched", "publish", "forget_older", "end_rematch"])
def test_killed_it_goes_on_where_it_stopped(tmp_path: Path, calm: Any, where: str) -> None:
    """A process that is killed anywhere leaves what the next one brings to the same end, and no byte too many."""
    word = secrets.token_urlsafe(40)
    monitor = changed(tmp_path, BEFORE, AFTER, *MANY, post("x", f"De lindeveer {word}"))
    monitor.store.publish("old", ambassadors_shown=False)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    command = [sys.executable, "-c", KILLED, str(tmp_path), where, LATER.isoformat()]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (-signal.SIGKILL, "")
    told = rematch(monitor, LATER, apply=True)
    assert _comparable(state(monitor)) == calm[0]
    assert (told.looked_at, told.removed) == ((7, 0) if where in DONE else (12, 5))
    snapshots = (monitor.store.folder / "published").glob("mentions-*.duckdb")
    assert not any(word.encode() in path.read_bytes() for path in (monitor.store.path, *snapshots))
    assert asked(monitor.store, "FROM rematch") == []


def test_another_change_begins_anew(tmp_path: Path, chunks: None) -> None:
    """When a query changes again meanwhile, all is looked through for that; what was removed before leaves no byte."""
    word = secrets.token_urlsafe(40)
    monitor = changed(tmp_path, {"a": "lindeveer"}, {"a": "zeilboot"}, *MANY, post("x", f"De lindeveer {word}"))
    with pytest.raises(KeyboardInterrupt):
        rematch(monitor, LATER, apply=True, on_progress=stopping(4))
    told = rematch(monitor_of(tmp_path, {"a": "de"}), LATER, apply=True)
    assert (told.looked_at, told.resumed, told.removed) == (4, False, 0)
    assert word.encode() not in monitor.store.path.read_bytes()


def test_what_was_left_undone_is_cleaned_though_nothing_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A rematch that broke while it wrote the file anew leaves that to the next, even one with nothing to look for."""
    word = secrets.token_urlsafe(40)
    monitor = changed(tmp_path, {"a": "lindeveer"}, {"a": "zeilboot"}, TWO, post("x", f"De lindeveer {word}"))
    with monkeypatch.context() as broken:
        broken.setattr(Store, "renew", _full)
        with pytest.raises(StoreError):
            rematch(monitor, LATER, names=["a"], apply=True)
    with monitor.store._database.changed() as connection:
        connection.execute("UPDATE query SET rematched = now()")
    rematch(monitor, LATER, apply=True)
    assert word.encode() not in monitor.store.path.read_bytes()
    assert asked(monitor.store, "FROM rematch") == []


def _full(_store: Store) -> None:
    raise StoreError("mentions.duckdb: the disk is full; free space and run again")


def test_removing_raises_no_alarm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fewer mentions are promised before they are removed: a crash in between does not look like lost data."""
    monitor = quick(tmp_path, {"a": "lindeveer"}, {"a": "zeilboot"}, ONE, TWO)
    with monkeypatch.context() as broken:
        promise = Database._promise
        broken.setattr(Database, "_promise", lambda self, held: promise(self, held) if held == 2 else _killed())
        with pytest.raises(KeyboardInterrupt):
            rematch(monitor, LATER, apply=True)
    monitor.store.prepare()
    assert rematch(monitor, LATER, apply=True).removed == 1


def _killed() -> None:
    raise KeyboardInterrupt


def test_a_half_written_file_is_cleared(tmp_path: Path) -> None:
    """What a process that was killed while it wrote the file anew left behind is removed by the next run."""
    monitor = passed(tmp_path, {"a": "lindeveer"}, [ONE])
    left = monitor.store.folder / ".backup-killed"
    left.mkdir()
    (left / "mentions.duckdb").write_bytes(b"half")
    monitor.store.prepare()
    assert not left.exists()


def test_progress_is_told(tmp_path: Path, chunks: None) -> None:
    """Whoever watches is told after every chunk how many mentions of how many were looked at."""
    monitor = quick(tmp_path, BEFORE, AFTER, *MANY)
    told: list[tuple[int, int]] = []
    rematch(monitor, LATER, on_progress=lambda *seen: told.append(seen))
    assert told == [(done, 11) for done in (0, 3, 6, 9, 11)]


@pytest.mark.parametrize("size", [1, 2, 5, 11, 12])
def test_the_size_of_chunks_changes_nothing(
    tmp_path: Path, calm: Any, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    """Every mention is looked at once, however many make a chunk and though all were first seen at one moment."""
    monkeypatch.setattr(module, "CHUNK", size)
    monitor = quick(tmp_path, BEFORE, AFTER, *MANY)
    assert figures(rematch(monitor, LATER, apply=True)) == figures(calm[1])
    assert _comparable(state(monitor)) == calm[0]


def test_a_clock_that_was_set_back_makes_no_double(tmp_path: Path) -> None:
    """A match that is gained never claims to be older than its mention, by which the next run looks for it."""
    monitor = quick(tmp_path, {"a": "lindeveer"}, {"a": "lindeveer", "b": "vaart"}, ONE)
    rematch(monitor, NOW - 30 * DAY, apply=True)
    passed(tmp_path, {"a": "lindeveer", "b": "vaart"}, [ONE], NOW + timedelta(hours=1))
    assert monitor.store.doubles() == 0


# --- Laws ---------------------------------------------------------------------------------------------------

QUERIES = {
    "a": "lindeveer",
    "b": "zeilboot OR vaart",
    "c": "lindeveer NOT zeilboot",
    "d": '"de lindeveer"',
    "e": "veer*",
    "f": "title:lindeveer",
    "g": "lindeveer NEAR/3 zeilboot",
    "h": "lindeveer NOT #veer",
    "i": "#veer",
    "j": "krant.example",
    "k": "lindeveer NOT krant.example",
    "l": "lindeveer NOT author:@webcare@lindeveer.example",
}
words = st.sampled_from(
    ["de", "lindeveer", "zeilboot", "vaart", "veerpont", "rustig", "#veer", "krant.example/1", "\n"]
)
bodies = st.lists(words, max_size=90).map(" ".join)
titles = st.lists(words, max_size=40).map(" ".join)
posts = st.builds(
    post,
    st.integers(0, 9),
    bodies,
    title=titles,
    tags=st.sampled_from([(), ("veer",)]),
    links=st.sampled_from([(), ("https://krant.example/1",)]),
)


@settings(max_examples=30, deadline=None)
@given(offered=st.lists(posts, min_size=1, max_size=12, unique_by=lambda one: one.key))
def test_what_did_not_change_changes_nothing(offered: list[Post]) -> None:
    """Rematching all queries as they are loses nothing, gains nothing and writes nothing else: the excerpt never lies."""
    with TemporaryDirectory() as folder:
        monitor = unseen(passed(Path(folder), QUERIES, offered))
        before = state(monitor)
        told = rematch(monitor, LATER, everything=True)
        assert {name: each[:2] for name, each in figures(told).items()} == dict.fromkeys(QUERIES, (0, 0))
        rematch(monitor, LATER, everything=True, apply=True)
        assert {table: rows for table, rows in state(monitor).items() if table != "mention_match"} == {
            table: rows for table, rows in before.items() if table != "mention_match"
        }


@settings(max_examples=15, deadline=None)
@given(offered=st.lists(posts, min_size=1, max_size=12, unique_by=lambda one: one.key), data=st.data())
def test_what_is_certain_is_what_a_pass_finds(offered: list[Post], data: st.DataObject) -> None:
    """A match that a rematch gains or keeps for certain is one that a pass finds; what all are unsure of stays z's."""
    some = data.draw(st.lists(st.sampled_from([*QUERIES]), min_size=1, unique=True))
    with TemporaryDirectory() as late, TemporaryDirectory() as early:
        passed(Path(late), {"z": "de OR lindeveer OR vaart OR zeilboot OR rustig"}, offered)
        told = passed(Path(early), {name: QUERIES[name] for name in some}, offered)
        monitor = unseen(monitor_of(Path(late), {name: QUERIES[name] for name in some}))
        rematch(monitor, LATER, apply=True)
        found = {(key, query) for key, query in asked(monitor.store, MATCHES) if query != "z"}
        assert found <= {*asked(told.store, MATCHES)}


def test_what_is_told_is_frozen_and_plain(tmp_path: Path) -> None:
    """What a rematch tells can be laid out as plain values."""
    told = rematch(quick(tmp_path, {"a": "lindeveer"}, {"b": "zeilboot"}, TWO), LATER)
    gained = {"id": asked(Store(tmp_path / "data"), "SELECT id FROM mention")[0][0], "title": "", "url": TWO.url}
    assert asdict(told)["changes"][0] == asdict(Change("b", 1, 0, 0)) | {"gained_samples": (gained,)}


@pytest.mark.parametrize(
    ("name", "text", "shown"),
    [
        ("a", "lindeveer NOT vaart", ["lindeveer NOT vaart"]),
        ("a", f"lindeveer @{HANDLE}", [""]),
        ("a", f"lindeveer author:{NAME}", [""]),
        ("a", f"lindeveer AUTHOR: {NAME}", [""]),
        ("a/ambassador", "lindeveer", []),
    ],
)
def test_readers_do_not_see_whose_accounts_are_asked_for(
    tmp_path: Path, name: str, text: str, shown: list[str]
) -> None:
    """The words of a query are published but for one that names an account, or is about ambassadors."""
    monitor = passed(tmp_path, {"z": "lindeveer"}, [ONE])
    monitor.store.note([Asked("a", cast("Facet", name.partition("/")[2] or "brand"), "To answer.", text, "v")], LATER)
    path = monitor.store.publish("one", ambassadors_shown=True)
    with reader(monitor.store.folder) as connection:
        assert connection.execute("SELECT text FROM query WHERE name = 'a'").fetchall() == [(each,) for each in shown]
    assert NAME.encode() not in path.read_bytes()


def test_readers_see_what_was_done(tmp_path: Path) -> None:
    """At the end of a rematch there is a snapshot with what was gained and with the queries' history."""
    monitor = changed(tmp_path, {"a": "lindeveer"}, {"a": "lindeveer", "b": "zeilboot"}, TWO)
    rematch(monitor, LATER, apply=True)
    with reader(monitor.store.folder) as connection:
        matches = connection.execute("SELECT query FROM mention_match ORDER BY ALL").fetchall()
        history = connection.execute("SELECT name, text, until, rematched FROM query ORDER BY ALL").fetchall()
    assert matches == [("a",), ("b",)]
    assert history == [("a", "lindeveer", None, NOW), ("b", "zeilboot", None, LATER)]
