"""The schema: what it may hold, how it is told, and how it goes from one version to the next."""

from pathlib import Path
from typing import Any

import duckdb
import pytest

from monitor.errors import StoreError
from monitor.store import Store, migrate
from tests.storing import asked, everything, judged, prepared, saved

# What the store may hold. A new column stands here once somebody has said what it is for and for how long.
ALLOWED = {
    "mention": "id source place url type title excerpt language published first_seen revised author addressed facet "
    "fingerprint revision run",
    "mention_match": "mention query facet spans first_seen",
    "verdict": "mention decided kinds rule reaction flagged owner due channel why reasons first_seen reply scores needs "
    "relevance scheme model",
    "sentiment": "mention decided facet label confidence first_seen",
    "label": "mention labelled by kinds needs relevant sentiment how guessed",
    "webcare_case": "id opened kind rule reaction why crisis",
    "case_mention": "case_id mention added sketch",
    "case_event": "case_id number moment event state owner due orange actor note",
    "place": "source name cursor visited succeeded not_before failures problem notes queries",
    "query": "name facet purpose text version since until rematched",
    "rematch": "plan began seen id done removed debt counted",
    "run": "run source started finished outcome fetched matched kept new revised flagged problems "
    "ambassadors_kept ambassadors_new ambassadors_revised ambassadors_flagged",
    "run_dropped": "run source reason posts",
    "migration": "number name checksum",
}
RELEASED = sorted((Path(__file__).parent / "released").glob("*.sql"))
COLUMNS = """
SELECT table_name, string_agg('"' || column_name || '"', ', ' ORDER BY column_index) FROM duckdb_columns()
WHERE table_name IN (SELECT table_name FROM duckdb_tables()) AND table_name <> 'migration'
AND column_name <> 'reasons' GROUP BY ALL
"""
Steps = list[tuple[int, str, str]]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return prepared(tmp_path)


def _rows(store: Store, table: str, columns: str) -> list[tuple[Any, ...]]:
    return asked(store, f"SELECT {columns} FROM {table} ORDER BY ALL")


def _with(monkeypatch: pytest.MonkeyPatch, steps: Steps) -> None:
    monkeypatch.setattr(migrate, "steps", lambda: steps)


def test_only_what_is_allowed(store: Store) -> None:
    """Each table has the columns that were thought about, and no other."""
    found = asked(
        store,
        "SELECT table_name, string_agg(column_name, ' ' ORDER BY column_index) FROM duckdb_columns()"
        " WHERE table_name NOT IN (SELECT view_name FROM duckdb_views()) GROUP BY ALL",
    )
    assert dict(found) == ALLOWED


@pytest.mark.parametrize("kind", ["table", "view"])
def test_tables_are_explained(store: Store, kind: str) -> None:
    """Every table and view bears a comment that says what it is for."""
    sql = f"SELECT {kind}_name FROM duckdb_{kind}s() WHERE NOT internal AND comment IS NULL"
    assert asked(store, sql) == []


def test_columns_are_explained(store: Store) -> None:
    """Every column of every table bears a comment."""
    bare = asked(
        store,
        "SELECT table_name, column_name FROM duckdb_columns() WHERE comment IS NULL"
        " AND table_name IN (SELECT table_name FROM duckdb_tables())",
    )
    assert bare == []


def test_big_tables_have_no_keys(store: Store) -> None:
    """Keys double the file and cost a second per save at ten million rows: only `place` has one."""
    kinds = "constraint_type IN ('PRIMARY KEY', 'UNIQUE', 'FOREIGN KEY')"
    assert asked(store, f"SELECT DISTINCT table_name FROM duckdb_constraints() WHERE {kinds}") == [("place",)]
    assert asked(store, "SELECT index_name FROM duckdb_indexes()") == []


def test_older_tools_can_read_it(store: Store) -> None:
    """The file is written in the storage format of DuckDB 1.5."""
    (version,) = asked(store, "SELECT tags['storage_version'] FROM duckdb_databases() WHERE NOT internal")[0]
    assert version.startswith("v1.5.0")


def test_the_file_is_ours(store: Store) -> None:
    """Other users of the machine cannot read the live file."""
    assert store.path.stat().st_mode & 0o777 == 0o600


def test_migrations_are_recorded(store: Store) -> None:
    """Each step that was applied is written down once, however often the store is prepared."""
    store.prepare()
    recorded = asked(store, "SELECT number, name, length(checksum) FROM migration ORDER BY number")
    assert recorded == [(number, name, 64) for number, name, _ in migrate.steps()]


@pytest.mark.parametrize("file", RELEASED, ids=[file.stem for file in RELEASED])
def test_released_versions_come_along(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: Path) -> None:
    """A database of any released version is brought to this one with its rows as they were; reasons: see below."""
    shipped = migrate.steps()
    with monkeypatch.context() as then:
        _with(then, shipped[: int(file.stem)])
        store = Store(tmp_path)
        store.prepare()
        with store._database.changed() as connection:
            connection.execute(file.read_text("utf-8"))
        columns = dict(asked(store, COLUMNS))
        before = {table: _rows(store, table, names) for table, names in columns.items()}
    store.prepare()
    assert {table: _rows(store, table, names) for table, names in columns.items()} == before
    assert min(len(rows) for table, rows in before.items()) > 0


def test_reasons_of_older_versions_keep_their_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What gave a kind before evidence had places is told as a cue, without a place."""
    store = Store(tmp_path)
    with monkeypatch.context() as then:
        _with(then, migrate.steps()[:2])
        store.prepare()
        with store._database.changed() as connection:
            connection.execute((Path(__file__).parent / "released" / "0002.sql").read_text("utf-8"))
            connection.execute("UPDATE verdict SET reasons = [{'kind': 'press', 'cue': 'pers*', 'words': 'persvraag'}]")
    store.prepare()
    reason = {"kind": "press", "by": "cue", "cue": "pers*", "words": "persvraag"}
    nothing = {"start": None, "stop": None, "measured": None}
    assert asked(store, "SELECT reasons FROM verdict") == [([reason | nothing],)]


@pytest.mark.parametrize(
    "values",
    [
        "('m', now(), 'ambassador', 'negative', 0.5, now())",
        "('m', now(), 'brand', 'angry', 0.5, now())",
        "('m', now(), 'brand', 'negative', 1.5, now())",
    ],
)
def test_the_schema_refuses_sentiment_about_people(store: Store, values: str) -> None:
    """No statement, not even one of ours by mistake, can store what an ambassador's post is said to feel."""
    with pytest.raises(StoreError, match="ConstraintException"), store._database.changed() as connection:
        connection.execute(f"INSERT INTO sentiment VALUES {values}")


def test_every_version_is_kept() -> None:
    """For each migration there is a file of rows to try it on."""
    assert [int(file.stem) for file in RELEASED] == [number for number, _, _ in migrate.steps()]


def test_a_newer_schema_is_refused(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A database of a newer version is left as it is, and the message says to upgrade."""
    saved(store, judged(1))
    with monkeypatch.context() as newer:
        _with(newer, [*migrate.steps(), (4, "0004_more.sql", "CREATE TABLE more (a INTEGER)")])
        store.prepare()
    before = store.path.read_bytes()
    with pytest.raises(StoreError, match=r"newer version \(schema 4, this one knows 3\); upgrade"):
        store.prepare()
    assert store.path.read_bytes() == before


def test_a_changed_step_is_refused(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A step whose text is not what was applied stops the program."""
    (number, name, sql), *rest = migrate.steps()
    _with(monkeypatch, [(number, name, f"{sql}\n-- and more"), *rest])
    with pytest.raises(StoreError, match="migration 1 was applied with other content"):
        store.prepare()


def test_an_interrupted_step_leaves_the_old_state(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A step that breaks halfway leaves nothing of itself, keeps the steps before it, and can be tried again."""
    saved(store, judged(1))
    before = everything(store)
    good = "ALTER TABLE run ADD COLUMN more INTEGER; CREATE TABLE more (a INTEGER);"
    earlier = [*migrate.steps(), (4, "0004_note.sql", "CREATE TABLE note (a INTEGER)")]
    _with(monkeypatch, [*earlier, (5, "0005_more.sql", f"{good} INSERT INTO more VALUES ('no number');")])
    with pytest.raises(StoreError):
        store.prepare()
    assert everything(store) == before
    assert asked(store, "SELECT max(number), (SELECT count(*) FROM duckdb_tables()) FROM migration") == [(4, 15)]
    _with(monkeypatch, [*earlier, (5, "0005_more.sql", good)])
    store.prepare()
    assert asked(store, "SELECT max(number) FROM migration") == [(5,)]


def test_a_new_database_is_made_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When making it breaks there is no database yet, and the next attempt makes one."""
    store = Store(tmp_path)
    with monkeypatch.context() as broken:
        _with(broken, [*migrate.steps(), (4, "0004_more.sql", "CREATE TABLE run (a INTEGER)")])
        with pytest.raises(StoreError):
            store.prepare()
    assert not store.path.exists()
    store.prepare()
    assert sorted(file.name for file in tmp_path.iterdir()) == ["live.lock", "mentions.duckdb"]


def test_another_programs_database_is_left_alone(tmp_path: Path) -> None:
    """A DuckDB database that is not the monitor's is refused and stays as it was."""
    with duckdb.connect(str(tmp_path / "mentions.duckdb")) as connection:
        connection.execute("CREATE TABLE theirs AS SELECT 42 AS answer")
    before = (tmp_path / "mentions.duckdb").read_bytes()
    with pytest.raises(StoreError, match="another program's database"):
        Store(tmp_path).prepare()
    assert (tmp_path / "mentions.duckdb").read_bytes() == before
