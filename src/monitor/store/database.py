"""The live file: opened briefly under our own lock, migrated step by step, never made anew by mistake.

    with database.open() as connection: ...        lock -> connect -> work -> close -> unlock
    with database.changed() as connection: ...     the same around one transaction: all of it or nothing

Beside it lies `manifest.json`: how many mentions there were after the last change. A file that is missing or
has fewer lost data: a copy without its .wal opens happily with the rows gone. Whoever deletes mentions writes
the lower number first, so that a crash in between is no alarm.
"""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from monitor.errors import StoreError
from monitor.store.locks import queue
from monitor.store.migrate import migrate
from monitor.store.rewrite import rewrite
from monitor.store.trouble import translated

LIVE = "mentions.duckdb"
# so that analysts' DuckDB 1.5 tools read what 2.0 writes; no cost was measured
CONFIG = {"storage_compatibility_version": "v1.5.0"}
_MAGIC = b"DUCK"  # bytes 8 to 12 of every DuckDB file
_ANEW = ".backup-"  # folders in which a file is written anew


class Database:
    """The live database in `folder`. Every method opens and closes it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / LIVE
        self._log = folder / f"{LIVE}.wal"  # DuckDB's own name for it
        self._manifest = folder / "manifest.json"

    @contextmanager
    def open(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection of our own for a short while; others wait. Raises StoreError when it cannot be had."""
        with self._ours():
            if not self.path.exists():
                raise self._missing() or StoreError(f"{self.path}: no database yet; make one with: monitor run")
            with self._connected() as connection:
                yield connection

    @contextmanager
    def changed(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """The same with a transaction: committed at the end, undone when anything is raised."""
        with self.open() as connection:
            connection.execute("BEGIN")
            yield connection
            if (held := _mentions(connection)) < self._expected():
                self._promise(held)
            connection.execute("COMMIT")
            self._promise(held)

    def prepare(self) -> None:
        """Make or migrate the database; raises StoreError when it is newer, damaged or has lost rows."""
        with self._ours():
            self._clear()
            if not self.path.exists():
                self._make()
            with self._connected() as connection:
                migrate(connection, self.path)
                held = _mentions(connection)
            if held < (expected := self._expected()):
                raise StoreError(
                    f"{self.path}: holds {held} mentions where {expected} were written; it was copied without its "
                    f".wal file or put back from an old backup; if that is meant, remove {self._manifest}"
                )

    def backup(self, target: Path) -> Path:
        """Write the database anew as `target`, which must not be there; returns it."""
        with self._ours(), translated(target):
            if target.exists():
                raise StoreError(f"{target}: is there already; name a file that is not")
            if not self.path.exists():
                raise self._missing() or StoreError(f"{self.path}: no database yet; make one with: monitor run")
            with self._connected() as connection:
                connection.execute("CHECKPOINT")  # what is still in the .wal goes into the file
            self._write_anew(target)
        return target

    def renew(self) -> None:
        """Write the file anew in its place: the bytes of what was deleted are gone. Needs its room once more."""
        with self._ours():
            self._clear()
            with self._connected() as connection:
                connection.execute("CHECKPOINT")
            self._write_anew(self.path)

    def _clear(self) -> None:
        """Remove what was being written when a process was killed; the lock is ours, so nobody is at it."""
        for left in self.folder.glob(f"{_ANEW}*"):
            shutil.rmtree(left)

    def _write_anew(self, target: Path) -> None:
        """Beside, in a folder that only its owner can enter, and moved in whole."""
        with TemporaryDirectory(prefix=_ANEW, dir=target.parent) as private:
            building = Path(private) / LIVE
            rewrite(self.path, building)
            building.chmod(0o600)
            with building.open("rb") as file:
                os.fsync(file.fileno())
            building.replace(target)

    @contextmanager
    def _ours(self) -> Iterator[None]:
        with translated(self.path):
            self.folder.mkdir(parents=True, exist_ok=True)
            with queue(self.folder / "live.lock"):
                yield

    @contextmanager
    def _connected(self) -> Iterator[duckdb.DuckDBPyConnection]:
        _check_head(self.path)
        with _connection(self.path) as connection:
            yield connection

    def _make(self) -> None:
        """A new database, made beside and moved in whole: a crash leaves none rather than half of one."""
        if missing := self._missing():
            raise missing
        building = self.folder / f".{LIVE}.new"
        for left in self.folder.glob(f"{building.name}*"):
            left.unlink()
        with _connection(building) as connection:
            migrate(connection, self.path, fresh=True)
            connection.execute("CHECKPOINT")
        building.chmod(0o600)
        building.replace(self.path)

    def _missing(self) -> StoreError | None:
        """Why a database that is not there should be."""
        if self._log.exists():
            return StoreError(f"{self.path}: gone, but {self._log.name} is there; put both back, or remove that too")
        if expected := self._expected():
            return StoreError(
                f"{self.path}: gone, and it held {expected} mentions; put a backup back, or to begin anew "
                f"remove {self._manifest}"
            )
        return None

    def _expected(self) -> int:
        """How many mentions the manifest says there are."""
        if not self._manifest.exists():
            return 0
        try:
            return int(json.loads(self._manifest.read_text())["mentions"])
        except (ValueError, KeyError, TypeError) as error:
            raise StoreError(f"{self._manifest}: unreadable; remove it when {self.path} is whole") from error

    def _promise(self, mentions: int) -> None:
        if mentions == self._expected():
            return
        fresh = self._manifest.with_suffix(".new")
        with fresh.open("w") as file:
            json.dump({"mentions": mentions}, file)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._manifest)


@contextmanager
def _connection(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect(str(path), config=dict(CONFIG))
    try:
        connection.execute("SET TimeZone = 'UTC'")
        yield connection
    finally:
        connection.close()


def _check_head(path: Path) -> None:
    """Refuse what DuckDB would fill with a new database, an empty file above all."""
    with path.open("rb") as file:
        head = file.read(12)
    if not head:
        raise StoreError(f"{path}: empty; put a backup back, or remove the file to begin anew")
    if head[8:] != _MAGIC:
        raise StoreError(f"{path}: not a DuckDB database; put a backup back, or remove the file to begin anew")


def _mentions(connection: duckdb.DuckDBPyConnection) -> int:
    (count,) = connection.execute("SELECT count(*) FROM mention").fetchone() or (0,)
    return int(count)
