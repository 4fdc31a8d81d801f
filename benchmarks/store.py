"""How fast mentions are saved, and how that grows with what is stored.

    python benchmarks/store.py [--rows 0 10000 100000 1000000]

Batches of 500 as a run saves them: take the lock, open, one transaction of mentions, matches, verdicts, a
hundred places and the funnel, close, note the count. Beside it the same mentions, matches and verdicts as an
upsert on primary keys, in DuckDB and in SQLite, opened and closed for each batch too, without lock, places and
funnel. All stored rows lie within the last hundred days, the case in which no block can be skipped.
"""

import argparse
import json
import secrets
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

import duckdb

from monitor.model import Match, Mention, Post, Reason, Tally, Verdict
from monitor.normalise import document
from monitor.privacy import Policy, Pseudonyms, admit
from monitor.store import Store, Visited, database
from monitor.store.save import _MATCH, _MENTION, _VERDICT, _match_rows, _mention_row, _verdict_row

BATCH, ROUNDS = 500, 7
NOW = datetime(2026, 11, 16, 8, tzinfo=UTC)
VERDICT = Verdict(
    ("question",),
    "asked",
    "answer",
    True,
    "webcare",
    NOW,
    "public",
    "They ask.",
    (Reason("question", "?", "waar", (0, 4)),),
)
POLICY = Policy(Pseudonyms(b"benchmark", 2026))
PLACES = [Visited(f"https://krant-{number}.example/feed", "c", None, None, 0, ()) for number in range(100)]
SEED = """
SELECT md5(n::VARCHAR) AS id, 'rss' AS source, 'https://krant-' || n % 100 || '.example/feed' AS place,
       'https://krant.example/' || n AS url, 'article' AS "type", 'Lindeveer ' || n AS title,
       concat_ws(' ', 'De lindeveer', md5((n + 1)::VARCHAR), md5((n + 2)::VARCHAR), md5((n + 3)::VARCHAR)) AS excerpt,
       'nl' AS "language", $now - to_seconds((($rows - n) * 8000000 // $rows)::BIGINT) AS published,
       published AS first_seen, NULL::TIMESTAMPTZ AS revised, substr(md5((n % 5000)::VARCHAR), 1, 16) AS author,
       false AS addressed, 'brand' AS facet, substr(md5((n * 7)::VARCHAR), 1, 16) AS fingerprint,
       substr(md5((n * 11)::VARCHAR), 1, 16) AS revision, 'seed' AS run
FROM range($rows) AS r(n)
"""
SEED_MATCH = "SELECT id, 'lindeveer', 'brand', [{'start': 3, 'stop': 12}], first_seen FROM mention"
SEED_VERDICT = """
SELECT id, first_seen, ['question'], 'asked', 'answer', true, 'webcare', first_seen, 'public', 'They ask.',
       [{'kind': 'question', 'cue': '?', 'words': 'waar'}], first_seen FROM mention
"""
UPSERT = {
    "mention": (
        "ON CONFLICT (id) DO UPDATE SET title = excluded.title, excerpt = excluded.excerpt,"
        " revision = excluded.revision WHERE mention.revision <> excluded.revision"
    ),
    "mention_match": "ON CONFLICT (mention, query) DO NOTHING",
    "verdict": "ON CONFLICT (mention, decided) DO NOTHING",
}
KEYS = {"mention": "id", "mention_match": "mention, query", "verdict": "mention, decided"}
VERDICT_COLUMNS = (
    *("mention", "decided", "kinds", "rule", "reaction", "flagged", "owner", "due"),
    *("channel", "why", "reasons", "first_seen"),
)
SHAPES = {"mention": _MENTION, "mention_match": _MATCH, "verdict": _VERDICT}


class Contender(Protocol):
    """Something that stores batches in a file."""

    path: Path

    def seed(self, rows: int) -> None: ...

    def save(self, batch: list[Mention]) -> None: ...


class Ours:
    """The product's store."""

    def __init__(self, folder: Path) -> None:
        self._store, self._database = Store(folder), database.Database(folder)
        self._store.prepare()
        self._store.begin("run", "rss", NOW)
        self.path = self._store.path

    def seed(self, rows: int) -> None:
        with self._database.changed() as connection:
            connection.execute(f"INSERT INTO mention BY NAME {SEED}", {"now": NOW, "rows": rows})
            connection.execute(f"INSERT INTO mention_match {SEED_MATCH}")
            connection.execute(f"INSERT INTO verdict {SEED_VERDICT}")

    def save(self, batch: list[Mention]) -> None:
        judged = [(mention, VERDICT) for mention in batch]
        self._store.save("run", "rss", NOW, judged, PLACES, Tally(fetched=len(batch)))


class DuckKeys:
    """The same tables with primary keys, upserted."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "keys.duckdb"
        store = Ours(folder)
        with duckdb.connect(str(self.path), config=dict(database.CONFIG)) as connection:
            connection.execute(f"ATTACH '{store.path}' AS ours (READ_ONLY)")
            for table, key in KEYS.items():
                connection.execute(f"CREATE TABLE {table} AS FROM ours.{table} LIMIT 0")
                connection.execute(f"ALTER TABLE {table} ADD PRIMARY KEY ({key})")

    def seed(self, rows: int) -> None:
        with duckdb.connect(str(self.path)) as connection:
            connection.execute(f"INSERT INTO mention BY NAME {SEED}", {"now": NOW, "rows": rows})
            connection.execute(f"INSERT INTO mention_match {SEED_MATCH}")
            connection.execute(f"INSERT INTO verdict {SEED_VERDICT}")

    def save(self, batch: list[Mention]) -> None:
        with duckdb.connect(str(self.path)) as connection:
            connection.execute("SET TimeZone = 'UTC'")
            connection.execute("BEGIN")
            for table, rows in _rows(batch).items():
                given = "SELECT row.* FROM (SELECT unnest(from_json_strict($rows, $shape)) AS row)"
                connection.execute(
                    f"INSERT INTO {table} BY NAME {given} {UPSERT[table]}",
                    {"rows": json.dumps(rows, default=datetime.isoformat), "shape": json.dumps([SHAPES[table]])},
                )
            connection.execute("COMMIT")


class Sqlite:
    """The same tables in SQLite, upserted; lists as JSON text."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "keys.sqlite"
        connection = sqlite3.connect(self.path)
        for table, key in KEYS.items():
            connection.execute(f"CREATE TABLE {table} ({', '.join(map(_quoted, SHAPES[table]))}, PRIMARY KEY ({key}))")
        connection.close()

    def seed(self, rows: int) -> None:
        with duckdb.connect() as source:
            source.execute("SET TimeZone = 'UTC'")
            names = ", ".join(f"{_quoted(name)}::VARCHAR" for name in _MENTION)
            source.execute(f"CREATE TABLE mention AS {SEED}", {"now": NOW, "rows": rows})
            self._fill("mention", source.execute(f"SELECT {names} FROM mention"), _MENTION)
            self._fill("mention_match", source.execute(f"SELECT columns(*)::VARCHAR FROM ({SEED_MATCH})"), _MATCH)
            self._fill("verdict", source.execute(f"SELECT columns(*)::VARCHAR FROM ({SEED_VERDICT})"), VERDICT_COLUMNS)

    def save(self, batch: list[Mention]) -> None:
        connection = sqlite3.connect(self.path)
        with connection:
            for table, rows in _rows(batch).items():
                values = [[_plain(row[name]) for name in SHAPES[table]] for row in rows]
                connection.executemany(f"{_insert(table, SHAPES[table])} {UPSERT[table]}", values)
        connection.close()

    def _fill(self, table: str, found: Any, names: Any) -> None:
        connection = sqlite3.connect(self.path)
        with connection:
            while rows := found.fetchmany(50_000):
                connection.executemany(_insert(table, names), rows)
        connection.close()


def _insert(table: str, names: Any) -> str:
    return f"INSERT INTO {table} ({', '.join(map(_quoted, names))}) VALUES ({', '.join('?' for _ in names)})"


def _quoted(name: str) -> str:
    return f'"{name}"'


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return json.dumps(value) if isinstance(value, list | tuple) else value


def _rows(batch: list[Mention]) -> dict[str, list[dict[str, Any]]]:
    return {
        "mention": [_mention_row(mention, "run", NOW) for mention in batch],
        "mention_match": [row for mention in batch for row in _match_rows(mention, NOW, {})],
        "verdict": [_verdict_row(mention, VERDICT, NOW, {}) for mention in batch],
    }


def fresh() -> list[Mention]:
    """A batch of mentions that nobody has stored."""
    return [_mention(secrets.token_hex(8)) for _ in range(BATCH)]


def _mention(key: str) -> Mention:
    text = f"De lindeveer {secrets.token_hex(50)}"
    url = f"https://krant.example/{key}"
    post = Post(
        "rss", PLACES[0].name, key, url, "article", "feed", text, "Lindeveer", published=NOW - timedelta(days=1)
    )
    kept = admit(document(post, NOW), (Match("lindeveer", "brand", ((0, 9),)),), POLICY, NOW)
    assert isinstance(kept, Mention)
    return kept


def measured(make: Callable[[Path], Contender], rows: int) -> tuple[float, float, float]:
    """Seconds for a batch of new mentions and for one of known ones (medians), and megabytes of the seeded file."""
    with tempfile.TemporaryDirectory() as folder:
        contender = make(Path(folder))
        if rows:
            contender.seed(rows)
        size = contender.path.stat().st_size / 1e6
        batches = [fresh() for _ in range(ROUNDS)]
        new = [_timed(contender, batch) for batch in batches]
        known = [_timed(contender, batch) for batch in batches]
    return statistics.median(new), statistics.median(known), size


def _timed(contender: Contender, batch: list[Mention]) -> float:
    began = time.perf_counter()
    contender.save(batch)
    return time.perf_counter() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, nargs="+", default=[0, 10_000, 100_000, 1_000_000])
    sizes = parser.parse_args().rows
    print(f"DuckDB {duckdb.__version__}, SQLite {sqlite3.sqlite_version}; batches of {BATCH}, medians of {ROUNDS}")
    print(f"{'':14}{'stored':>10}{'new/s':>9}{'known/s':>9}{'growth':>8}{'ours is':>9}{'MB':>7}")
    for rows in sizes:
        ours = 0.0
        for name, make in (("store", Ours), ("DuckDB, keys", DuckKeys), ("SQLite, keys", Sqlite)):
            new, known, size = measured(make, rows)
            FIRST.setdefault(name, new)
            ours = ours or new
            speed = f"{BATCH / new:>9,.0f}{BATCH / known:>9,.0f}{new / FIRST[name]:>8.2f}{new / ours:>8.2f}x"
            print(f"{name:14}{rows:>10,}{speed}{size:>7.0f}", flush=True)


FIRST: dict[str, float] = {}

if __name__ == "__main__":
    main()
