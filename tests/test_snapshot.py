"""What is published: whole, swapped in at once, without what readers may not see, and read without doors."""

import os
import secrets
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from monitor.errors import StoreError
from monitor.model import Tally
from monitor.store import Store, snapshot
from monitor.store.rewrite import rewrite
from monitor.store.weekly import newest, reader
from tests.storing import HANDLE, NOW, judged, mention, prepared, saved, verdict, visited

_READER = """
import sys
from pathlib import Path
from monitor.store.weekly import reader
seen, folder = 0, Path(sys.argv[1])
print("ready", flush=True)
for _ in range(40):
    with reader(folder) as connection:
        rows, ids, judged = connection.execute(
            "SELECT count(*), count(DISTINCT id), (SELECT count(DISTINCT mention) FROM verdict) FROM mention"
        ).fetchone()
    assert rows == ids == judged >= seen, (rows, ids, judged, seen)
    seen = rows
"""
_WRITER = """
import sys
from pathlib import Path
from tests.storing import judged, saved
from monitor.store import Store
store, own = Store(Path(sys.argv[1])), sys.argv[2]
print("ready", flush=True)
for batch in range(4):
    assert saved(store, *(judged(f"{own}-{batch}-{number}") for number in range(20))).new == 20
    store.publish(f"{own}-{batch}", ambassadors_shown=False)
"""
HOSTILE = [
    "SELECT * FROM read_text('/etc/passwd')",
    "SELECT * FROM read_blob('/etc/passwd')",
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM '/etc/passwd'",
    "SELECT * FROM glob('/etc/*')",
    "SELECT getenv('HOME')",
    "CREATE TEMP TABLE stolen AS FROM read_text('/etc/passwd')",
    "COPY mention TO 'stolen.csv'",
    "COPY mention FROM '/etc/passwd'",
    "EXPORT DATABASE 'stolen'",
    "IMPORT DATABASE 'stolen'",
    "ATTACH '{live}' AS live (READ_ONLY)",
    "ATTACH 'stolen.duckdb' AS stolen",
    "INSTALL httpfs",
    "LOAD httpfs",
    "CREATE SECRET stolen (TYPE s3)",
    "SET enable_external_access = true",
    "RESET enable_external_access",
    "SET lock_configuration = false",
    "SET allowed_directories = ['/']",
    "SET temp_directory = '/tmp/stolen'",
    "SET TimeZone = 'Asia/Tokyo'",
    "PRAGMA enable_profiling = 'json'",
    "INSERT INTO place FROM place",
    "UPDATE mention SET title = ''",
    "DROP TABLE mention",
]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with one mention, published once."""
    store = prepared(tmp_path_factory.mktemp("template"))
    saved(store, judged(0))
    store.publish("run-0", ambassadors_shown=False)
    return store.folder


@pytest.fixture
def store(tmp_path: Path, template: Path) -> Store:
    return Store(Path(shutil.copytree(template, tmp_path / "store", symlinks=True)))


def _answer(store: Store, sql: str) -> list[tuple[Any, ...]]:
    with reader(store.folder) as connection:
        return connection.execute(sql).fetchall()


def _published(store: Store) -> list[str]:
    return sorted(path.name for path in (store.folder / "published").iterdir())


def test_each_snapshot_has_its_own_name(store: Store) -> None:
    """Snapshots are named by their run, current.duckdb leads to the newest, and the last three stay."""
    for number in range(1, 5):
        path = store.publish(f"run-{number}", ambassadors_shown=False)
        assert (store.folder / "published" / "current.duckdb").resolve() == path.resolve()
    assert _published(store) == ["current.duckdb", *(f"mentions-run-{number}.duckdb" for number in (2, 3, 4))]


def test_a_name_is_never_used_again(store: Store) -> None:
    """A second snapshot of one run gets another path, since DuckDB would serve the old one for the same."""
    with reader(store.folder) as connection:
        saved(store, judged(1))
        assert store.publish("run-0", ambassadors_shown=False).name == "mentions-run-0-2.duckdb"
        assert connection.execute("SELECT count(*) FROM mention").fetchall() == [(1,)]
        assert _answer(store, "SELECT count(*) FROM mention") == [(2,)]


def test_a_clock_that_goes_back(store: Store) -> None:
    """The newest snapshot stays, even when older ones bear a later date."""
    for number in range(1, 3):
        os.utime(store.publish(f"run-{number}", ambassadors_shown=False), (2**33, 2**33))
    store.publish("run-9", ambassadors_shown=False)
    assert "mentions-run-9.duckdb" in _published(store)
    assert newest(store.folder) == NOW


def test_an_open_reader_keeps_reading(store: Store) -> None:
    """Who has a snapshot open reads on in it, even after its file was removed."""
    with reader(store.folder) as connection:
        for number in range(1, 5):
            saved(store, judged(number))
            store.publish(f"run-{number}", ambassadors_shown=False)
        assert "mentions-run-0.duckdb" not in _published(store)
        assert connection.execute("SELECT count(DISTINCT title || excerpt || id) FROM mention").fetchall() == [(1,)]
        assert _answer(store, "SELECT count(*) FROM mention") == [(5,)]


def test_unfinished_snapshots_are_cleared(store: Store) -> None:
    """What a killed run left half written is removed by the next."""
    for name in (".building-rows", ".building-rows.wal", ".building-clean", ".building-run-7"):
        (store.folder / "published" / name).write_bytes(b"half")
    store.publish("run-1", ambassadors_shown=False)
    assert _published(store) == ["current.duckdb", "mentions-run-0.duckdb", "mentions-run-1.duckdb"]


def test_a_failed_snapshot_changes_nothing(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """When a snapshot cannot be written the last one stays and no part of the new one does."""
    before = _published(store)
    monkeypatch.setitem(snapshot._TABLES, "run", "SELECT no_such_column FROM run")
    with pytest.raises(StoreError):
        store.publish("run-1", ambassadors_shown=False)
    assert _published(store) == before
    assert _answer(store, "SELECT count(*) FROM mention") == [(1,)]


def test_what_readers_may_not_see_is_in_no_byte(store: Store) -> None:
    """No pseudonym, handle, cursor or ambassador's word stands in the snapshot's file; the live one has them."""
    cursor, words, rule, other = (secrets.token_urlsafe(40) for _ in range(4))
    public = secrets.token_urlsafe(40)
    stranger = mention("stranger", f"Lindeveer {public}", author=f"{other}@sociaal.example")
    own = mention("own", f"Lindeveer {words}", facet="ambassador", place=f"@{HANDLE}")
    pages = [visited(cursor=cursor), visited(f"@{HANDLE}", cursor, problem="404: gone", failures=1)]
    store.save("run-1", "mastodon", NOW, [(stranger, verdict()), (own, verdict(rule=rule))], pages, Tally())
    store.finish("run-1", "mastodon", NOW, "degraded", [f"@{HANDLE}: 404: gone", "rss: 404"])
    hidden = [text.encode() for text in (cursor, words, rule, HANDLE, own.id, stranger.author or "?")]
    live, shown = store.path.read_bytes(), store.publish("run-1", ambassadors_shown=True).read_bytes()
    assert [text for text in hidden if text in shown] == []
    assert [text for text in (*hidden, public.encode()) if text not in live] == []
    assert public.encode() in shown
    assert _answer(store, "SELECT problems FROM run WHERE len(problems) > 0") == [(["rss: 404"],)]


def test_what_memory_held_is_in_no_byte(tmp_path: Path, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """What DuckDB leaves in the unused ends of blocks, as it does with deleted rows, is not published."""
    canary = [secrets.token_urlsafe(40) for _ in range(500)]
    write = snapshot._write

    def untidily(connection: duckdb.DuckDBPyConnection, path: Path, **more: Any) -> None:
        write(connection, path, **more)
        with duckdb.connect(str(path)) as other:
            other.execute("CREATE TABLE gone AS SELECT unnest($1) AS word", [canary])
            other.execute("CHECKPOINT; DELETE FROM gone WHERE rowid % 2 = 0; CHECKPOINT")
        shutil.copy(path, tmp_path / "untidy")

    monkeypatch.setattr(snapshot, "_write", untidily)
    shown = store.publish("run-1", ambassadors_shown=True).read_bytes()
    untidy = (tmp_path / "untidy").read_bytes()
    assert [word for word in canary if word.encode() in shown] == canary[1::2]
    assert [word for word in canary if word.encode() in untidy] == canary


def test_rewriting_says_what_went_wrong(tmp_path: Path) -> None:
    """When a file cannot be written anew the error tells what the process that tried has met."""
    (tmp_path / "source").write_bytes(b"no database" * 1000)
    with pytest.raises(StoreError, match="damaged, or written by a newer DuckDB"):
        rewrite(tmp_path / "source", tmp_path / "target")


@pytest.mark.parametrize(("shown", "expected"), [(True, [(2,)]), (False, [])])
def test_ambassadors_are_a_number_or_nothing(store: Store, shown: bool, expected: list[Any]) -> None:
    """Of ambassadors a count per week is published, and that only when enough of them opted in."""
    saved(store, judged(1, facet="ambassador"), judged(2, facet="ambassador"))
    store.publish("run-1", ambassadors_shown=shown)
    assert _answer(store, "SELECT mentions FROM ambassador_week") == expected
    assert _answer(store, "SELECT DISTINCT facet FROM mention") == [("brand",)]


@pytest.mark.parametrize("shown", [True, False])
def test_no_difference_gives_the_figures_of_one_ambassador(store: Store, shown: bool) -> None:
    """While too few joined, the figures of a run are those of a run in which the ambassador wrote nothing to us."""
    own, other = judged("own", facet="ambassador", flagged=True), judged("other", flagged=True)
    store.begin("apart", "mastodon", NOW + timedelta(hours=1))
    dropped = {"off topic": 4, "not opted in": 2, "no match": 5, "too old": 1}
    store.save("apart", "mastodon", NOW, [own, other], [visited()], Tally(14, 5, 2, dropped=dropped))
    edited = judged("own", "De lindeveer zonk.", facet="ambassador")
    store.save("apart", "mastodon", NOW, [edited], [visited()], Tally(1, 1, 1))
    store.publish("apart", ambassadors_shown=shown)
    figures = _answer(store, """SELECT fetched, matched, kept, "new", revised, flagged FROM run WHERE run = 'apart'""")
    reasons = dict(_answer(store, "SELECT reason, posts FROM run_dropped WHERE run = 'apart'"))
    assert figures == ([(15, 6, 3, 2, 1, 2)] if shown else [(15, 2, 1, 1, 0, 1)])
    assert reasons == (dropped if shown else {"no match": 13, "too old": 1})
    assert _answer(store, "SELECT count(*) FROM mention WHERE run = 'apart'") == [(1,)]
    assert figures[0][0] == figures[0][2] + sum(reasons.values())
    assert _answer(store, "SELECT column_name FROM duckdb_columns() WHERE column_name LIKE 'ambassadors%'") == []


def test_a_snapshot_that_is_gone_already(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """What somebody else removes while a snapshot is swapped in is no fault; its parts bear the run's name."""
    built: list[str] = []

    def noted(source: Path, target: Path) -> None:
        built.extend([source.name, target.name])
        rewrite(source, target)
        source.unlink()

    monkeypatch.setattr(snapshot, "rewrite", noted)
    assert store.publish("run-1", ambassadors_shown=False).exists()
    assert built == [".building-run-1-rows", ".building-run-1-clean"]


def test_one_verdict_per_mention(store: Store) -> None:
    """The snapshot holds the newest verdict of each mention, so that joins count nothing twice."""
    saved(store, (mention(0, "De lindeveer zonk."), verdict(rule="newest")), now=NOW + timedelta(hours=1))
    store.publish("run-1", ambassadors_shown=False)
    assert _answer(store, "SELECT rule FROM verdict") == [("newest",)]


def test_everything_is_explained(store: Store) -> None:
    """Tables and columns bear their comments in the snapshot too, where analysts look."""
    for kind in ("table", "column"):
        own = f"SELECT {kind}_name FROM duckdb_{kind}s() WHERE NOT internal"
        assert _answer(store, f"{own} AND comment IS NULL") == []
        assert len(_answer(store, own)) >= len(snapshot._TABLES)


def test_older_tools_can_read_it(store: Store) -> None:
    """The snapshot is written in the storage format of DuckDB 1.5."""
    ((version,),) = _answer(store, "SELECT tags['storage_version'] FROM duckdb_databases() WHERE NOT internal")
    assert version.startswith("v1.5.0")


@pytest.mark.parametrize("statement", HOSTILE)
def test_readers_have_no_doors(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, statement: str) -> None:
    """No statement reaches files, extensions, secrets or settings, or changes anything."""
    monkeypatch.chdir(tmp_path)
    with reader(store.folder) as connection, pytest.raises(duckdb.Error):
        connection.execute(statement.format(live=store.path)).fetchall()
    assert [path.name for path in tmp_path.iterdir()] == ["store"]


def test_readers_side_by_side(store: Store) -> None:
    """Threads of one process read at once; each connection is closed to settings and counts in UTC."""
    sql = "SELECT current_setting('TimeZone'), current_setting('enable_external_access')"
    with reader(store.folder), ThreadPoolExecutor(8) as pool:
        assert {*pool.map(lambda _: _answer(store, sql)[0], range(40))} == {("UTC", False)}


def test_nothing_published_yet(tmp_path: Path) -> None:
    """Before the first run a reader is told how to get a snapshot."""
    assert newest(tmp_path) is None
    with pytest.raises(StoreError, match="nothing was published yet; run: monitor run"), reader(tmp_path):
        pytest.fail("there is nothing to read")


def test_readers_and_writers_at_once(store: Store) -> None:
    """Three readers and two writers in processes of their own meet no error and no half of anything."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    codes = [(_READER, "reader")] * 3 + [(_WRITER, "one"), (_WRITER, "two")]
    working = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(store.folder), name],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for code, name in codes
    ]
    assert [process.communicate(timeout=60)[1].decode() for process in working] == [""] * 5
    assert [process.returncode for process in working] == [0] * 5
    assert _answer(store, "SELECT count(*) FROM mention") == [(161,)]
    assert store.doubles() == 0
