"""Migrations: numbered SQL files, each applied once, in a transaction of its own, recorded with its checksum."""

import hashlib
from importlib.resources import files
from pathlib import Path

import duckdb

from monitor.errors import StoreError

_BOOK = """
CREATE TABLE migration (number INTEGER NOT NULL, name VARCHAR NOT NULL, checksum VARCHAR NOT NULL);
COMMENT ON TABLE migration IS 'The steps that made this schema.';
COMMENT ON COLUMN migration.number IS 'Their order.';
COMMENT ON COLUMN migration.name IS 'The file that was applied.';
COMMENT ON COLUMN migration.checksum IS 'SHA-256 of that file, in hex.';
"""
Step = tuple[int, str, str]


def steps() -> list[Step]:
    """The migrations that ship: number, name, SQL; in order."""
    folder = files("monitor.store").joinpath("migrations")
    names = sorted(file.name for file in folder.iterdir() if file.name.endswith(".sql"))
    return [(int(name[:4]), name, folder.joinpath(name).read_text("utf-8")) for name in names]


def migrate(connection: duckdb.DuckDBPyConnection, path: Path, *, fresh: bool = False) -> None:
    """Apply what is missing. `path` stands in messages; `fresh`: the database was made just now, by us."""
    if fresh:
        connection.execute(f"BEGIN; {_BOOK} COMMIT")
    done = _done(connection, path)
    shipped = steps()
    known = {number: _checksum(sql) for number, _, sql in shipped}
    if newer := sorted(set(done) - set(known)):
        raise StoreError(f"{path}: made by a newer version (schema {newer[-1]}, this one knows {max(known)}); upgrade")
    if changed := [number for number in done if done[number] != known[number]]:
        raise StoreError(f"{path}: migration {changed[0]} was applied with other content; put a backup back")
    for number, name, sql in shipped:
        if number not in done:
            _apply(connection, number, name, sql)


def _done(connection: duckdb.DuckDBPyConnection, path: Path) -> dict[int, str]:
    if not connection.execute("SELECT 1 FROM duckdb_tables() WHERE table_name = 'migration'").fetchone():
        raise StoreError(f"{path}: another program's database; set [paths] data to a folder of our own")
    return dict(connection.execute("SELECT number, checksum FROM migration").fetchall())


def _apply(connection: duckdb.DuckDBPyConnection, number: int, name: str, sql: str) -> None:
    connection.execute("BEGIN")
    connection.execute(sql)
    connection.execute("INSERT INTO migration VALUES (?, ?, ?)", [number, name, _checksum(sql)])
    connection.execute("COMMIT")


def _checksum(sql: str) -> str:
    return hashlib.sha256(sql.encode()).hexdigest()
