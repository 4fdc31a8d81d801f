"""Publishing: a read-only database for readers, written beside and swapped in by a symlink.

    published/mentions-<run>.duckdb     version-named, the last three stay
    published/current.duckdb  ->        the newest; readers connect to its real path

The name carries the version because DuckDB keeps serving the old instance for an unchanged path. What
readers may not see is not in the file: no pseudonyms, no cursors, and of ambassadors only a count per week,
and that only when enough of them opted in for it to say nothing about anybody.
"""

import os
from pathlib import Path

import duckdb

CURRENT = "current.duckdb"
KEEP = 3

_TABLES = {
    "mention": "SELECT * EXCLUDE (author) FROM mention WHERE facet <> 'ambassador' ORDER BY first_seen",
    "mention_match": (
        "SELECT mm.* FROM mention_match AS mm SEMI JOIN snap.mention AS m ON m.id = mm.mention ORDER BY mm.first_seen"
    ),
    "verdict": (
        "SELECT v.* FROM verdict_latest AS v SEMI JOIN snap.mention AS m ON m.id = v.mention ORDER BY v.first_seen"
    ),
    "place": "SELECT * EXCLUDE (cursor) FROM place WHERE name NOT LIKE '@%' ORDER BY source, name",
    "run": "SELECT * FROM run ORDER BY started, source",
    "run_dropped": "SELECT run, source, reason, sum(posts)::BIGINT AS posts FROM run_dropped GROUP BY ALL ORDER BY ALL",
    "ambassador_week": (
        "SELECT date_trunc('week', first_seen)::DATE AS week, count(*) AS mentions FROM mention"
        " WHERE facet = 'ambassador' AND $shown GROUP BY ALL ORDER BY ALL"
    ),
}
_COMMENTS = """
SELECT table_name, column_name, comment FROM duckdb_columns()
WHERE database_name = current_database() AND comment IS NOT NULL
"""


def publish(
    connection: duckdb.DuckDBPyConnection, folder: Path, name: str, *, ambassadors_shown: bool
) -> tuple[Path, int]:
    """Write the snapshot `name` and swap it in; returns its path and the number of mentions in the live file."""
    folder.mkdir(parents=True, exist_ok=True)
    for unfinished in folder.glob(".building-*"):
        unfinished.unlink()
    building, path = folder / f".building-{name}", folder / f"mentions-{name}.duckdb"
    _write(connection, building, ambassadors_shown=ambassadors_shown)
    _to_disk(building)
    building.replace(path)
    _swap(folder, path)
    (mentions,) = connection.execute("SELECT count(*) FROM mention").fetchone() or (0,)
    return path, int(mentions)


def _write(connection: duckdb.DuckDBPyConnection, path: Path, *, ambassadors_shown: bool) -> None:
    connection.execute(f"ATTACH '{_quoted(path)}' AS snap (STORAGE_VERSION 'v1.5.0')")
    try:
        for table, select in _TABLES.items():
            given = {"shown": ambassadors_shown} if "$shown" in select else None
            connection.execute(f"CREATE TABLE snap.{table} AS {select}", given)
        for table, column, comment in connection.execute(_COMMENTS).fetchall():
            if _has(connection, table, column):
                connection.execute(f"COMMENT ON COLUMN snap.{table}.\"{column}\" IS '{_quoted(comment)}'")
    finally:
        connection.execute("DETACH snap")


def _has(connection: duckdb.DuckDBPyConnection, table: str, column: str) -> bool:
    sql = "SELECT 1 FROM duckdb_columns() WHERE database_name = 'snap' AND table_name = ? AND column_name = ?"
    return connection.execute(sql, [table, column]).fetchone() is not None


def _to_disk(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _swap(folder: Path, path: Path) -> None:
    link = folder / ".current"
    link.unlink(missing_ok=True)
    link.symlink_to(path.name)
    link.replace(folder / CURRENT)
    old = sorted(folder.glob("mentions-*.duckdb"), key=lambda file: file.stat().st_mtime_ns, reverse=True)[KEEP:]
    for file in old:
        file.unlink()


def _quoted(text: object) -> str:
    return str(text).replace("'", "''")
