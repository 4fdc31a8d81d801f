"""The live file: opened briefly under our own lock, migrated step by step, never made anew by mistake.

    with database.open() as connection: ...        lock -> connect -> work -> close -> unlock

Beside it lies `manifest.json`, written when something is published: how many mentions there were. A file that
is missing or has fewer rows than that lost data (a copy without its .wal opens happily with the rows gone).
"""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path

import duckdb

from monitor.errors import StoreError
from monitor.store.locks import queue

LIVE = "mentions.duckdb"
# so that analysts' DuckDB 1.5 tools read what 2.0 writes; no cost was measured
CONFIG = {"storage_compatibility_version": "v1.5.0"}


class Database:
    """The live database in `folder`. Every method opens and closes it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / LIVE
        self._manifest = folder / "manifest.json"

    @contextmanager
    def open(self, *, must_exist: bool = True) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection of our own for a short while; others wait. Raises StoreError when it cannot be had."""
        if must_exist and not self.path.exists():
            raise StoreError(f"{self.path}: no database yet; make one with: monitor run")
        self.folder.mkdir(parents=True, exist_ok=True)
        with queue(self.folder / "live.lock"), self._translated():
            connection = duckdb.connect(str(self.path), config=dict(CONFIG))
            try:
                connection.execute("SET TimeZone = 'UTC'")
                yield connection
            finally:
                connection.close()

    def prepare(self) -> None:
        """Make or migrate the database; raises StoreError when it is newer, damaged or has lost rows."""
        expected = self.expected()
        if expected and not self.path.exists():
            raise StoreError(
                f"{self.path}: gone, and it held {expected} mentions; put a backup back, or to begin anew "
                f"remove {self._manifest}"
            )
        with self.open(must_exist=False) as connection:
            migrate(connection, self.path)
            (held,) = connection.execute("SELECT count(*) FROM mention").fetchone() or (0,)
        if held < expected:
            raise StoreError(
                f"{self.path}: holds {held} mentions where {expected} were written; it was copied without its "
                f".wal file or put back from an old backup; if that is meant, remove {self._manifest}"
            )

    def expected(self) -> int:
        """How many mentions the manifest says there were."""
        if not self._manifest.exists():
            return 0
        return int(json.loads(self._manifest.read_text())["mentions"])

    def promise(self, mentions: int) -> None:
        """Write the manifest."""
        fresh = self._manifest.with_suffix(".new")
        fresh.write_text(json.dumps({"mentions": mentions}))
        fresh.replace(self._manifest)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except duckdb.IOException as error:
            raise StoreError(f"{self.path}: {_told(str(error))}") from error
        except duckdb.FatalException as error:
            raise StoreError(f"{self.path}: the disk may be full; free space and run again") from error
        except duckdb.SerializationException as error:
            raise StoreError(f"{self.path}: the file is damaged; put a backup back") from error


def steps() -> list[tuple[int, str, str]]:
    """The migrations that ship: number, name, SQL; in order."""
    found = sorted(
        file.name for file in files("monitor.store").joinpath("migrations").iterdir() if file.name.endswith(".sql")
    )
    folder = files("monitor.store").joinpath("migrations")
    return [(int(name[:4]), name, folder.joinpath(name).read_text("utf-8")) for name in found]


def migrate(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Apply what is missing, each step in a transaction of its own, recorded with its checksum."""
    connection.execute(
        "CREATE TABLE IF NOT EXISTS migration (number INTEGER NOT NULL, name VARCHAR NOT NULL, checksum VARCHAR NOT NULL)"
    )
    done = dict(connection.execute("SELECT number, checksum FROM migration").fetchall())
    known = {number: hashlib.sha256(sql.encode()).hexdigest() for number, _, sql in steps()}
    if newer := sorted(set(done) - set(known)):
        raise StoreError(f"{path}: made by a newer version (schema {newer[-1]}, this one knows {max(known)}); upgrade")
    if changed := [number for number in done if done[number] != known[number]]:
        raise StoreError(f"{path}: migration {changed[0]} was applied with other content; put a backup back")
    for number, name, sql in steps():
        if number not in done:
            _apply(connection, number, name, sql, known[number])


def _apply(connection: duckdb.DuckDBPyConnection, number: int, name: str, sql: str, checksum: str) -> None:
    connection.execute("BEGIN")
    connection.execute(sql)
    connection.execute("INSERT INTO migration VALUES (?, ?, ?)", [number, name, checksum])
    connection.execute("COMMIT")


def _told(message: str) -> str:
    if "Conflicting lock" in message:
        who = message.partition("(PID ")[2].partition(")")[0]
        return f"another program has it open (PID {who or 'unknown'}); analysts open published/current.duckdb instead"
    if "No space left" in message:
        return "the disk is full; free space and run again"
    return "cannot be read as a DuckDB database: damaged, or made by an incompatible version"
