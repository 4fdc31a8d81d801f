"""Publishing: a read-only database for readers, written beside and swapped in by a symlink.

    published/mentions-<run>.duckdb     version-named, the last three stay; after a removal the newest alone
    published/current.duckdb  ->        the newest; readers connect to its real path

The name carries the version because DuckDB keeps serving the old instance for an unchanged path. What
readers may not see is not in the file: no pseudonyms, no cursors, no labels, nobody of the webcare team, no query
that names an account, and of
ambassadors only a count per week, and that only when enough of them opted in for it to say nothing about anybody.
Until then the figures of runs count what ambassadors wrote as `no match`, so that no figure less another gives
theirs. What is swapped in was written by a process that saw only what may be shown: see `monitor.store.rewrite`.
"""

import os
from collections.abc import Iterable
from pathlib import Path

import duckdb

from monitor.store.rewrite import quoted, rewrite

CURRENT = "current.duckdb"
KEEP = 3

# a place that is a person's account is named by its handle, and what is told of a place begins with its name
_TABLES = {
    "mention": "SELECT * EXCLUDE (author) FROM mention WHERE facet <> 'ambassador' ORDER BY first_seen",
    "mention_match": (
        "SELECT mm.* FROM mention_match AS mm SEMI JOIN snap.mention AS m ON m.id = mm.mention ORDER BY mm.first_seen"
    ),
    "verdict": (
        "SELECT v.* FROM verdict_latest AS v SEMI JOIN snap.mention AS m ON m.id = v.mention ORDER BY v.first_seen"
    ),
    "sentiment": (
        "SELECT s.* FROM sentiment_latest AS s SEMI JOIN snap.mention AS m ON m.id = s.mention ORDER BY s.first_seen"
    ),
    "webcare_case": "SELECT * FROM webcare_case ORDER BY opened, id",
    "case_mention": (
        "SELECT c.* EXCLUDE (sketch) FROM case_mention AS c SEMI JOIN snap.mention AS m ON m.id = c.mention"
        " ORDER BY c.added, c.case_id"
    ),
    # how fast the team is, never who of it
    "case_event": "SELECT * EXCLUDE (actor, note) FROM case_event ORDER BY moment, case_id, number",
    # of ambassadors nothing is published that a query could be about, and no query names an account
    "query": """
        SELECT * REPLACE (if(regexp_matches(text, '@|author *:', 'i'), '', text) AS text)
        FROM query WHERE facet <> 'ambassador' ORDER BY since, name
    """,
    "place": "SELECT * EXCLUDE (cursor, queries) FROM place WHERE NOT starts_with(name, '@') ORDER BY source, name",
    "run": """
        SELECT * EXCLUDE (ambassadors_kept, ambassadors_new, ambassadors_revised, ambassadors_flagged) REPLACE (
            if($shown, matched, matched - ambassadors_kept - (
                SELECT coalesce(sum(posts), 0)::BIGINT FROM run_dropped AS d
                WHERE d.run = run.run AND d.source = run.source AND reason = 'not opted in'
            )) AS matched,
            if($shown, kept, kept - ambassadors_kept) AS kept,
            if($shown, "new", "new" - ambassadors_new) AS "new",
            if($shown, revised, revised - ambassadors_revised) AS revised,
            if($shown, flagged, flagged - ambassadors_flagged) AS flagged,
            list_filter(problems, lambda told: NOT starts_with(told, '@')) AS problems
        ) FROM run ORDER BY started, source
    """,
    "run_dropped": """
        SELECT run, source, reason, sum(posts)::BIGINT AS posts FROM (
            SELECT * REPLACE (
                if(NOT $shown AND reason IN ('off topic', 'not opted in'), 'no match', reason) AS reason
            ) FROM run_dropped
            UNION ALL
            SELECT run, source, 'no match', ambassadors_kept FROM run WHERE NOT $shown AND ambassadors_kept > 0
        ) GROUP BY ALL ORDER BY ALL
    """,
    "ambassador_week": (
        "SELECT date_trunc('week', first_seen)::DATE AS week, count(*) AS mentions FROM mention"
        " WHERE facet = 'ambassador' AND $shown GROUP BY ALL ORDER BY ALL"
    ),
}
_TABLE_COMMENTS = """
SELECT new.table_name, old.comment
FROM duckdb_tables() AS new JOIN duckdb_tables() AS old USING (table_name)
WHERE new.database_name = 'snap' AND old.database_name = current_database() AND old.comment IS NOT NULL
"""
_COLUMN_COMMENTS = """
SELECT new.table_name, new.column_name, old.comment
FROM duckdb_columns() AS new JOIN duckdb_columns() AS old USING (table_name, column_name)
WHERE new.database_name = 'snap' AND old.database_name = current_database() AND old.comment IS NOT NULL
"""
_OWN_COMMENTS = """
COMMENT ON TABLE snap.ambassador_week IS 'Mentions by ambassadors together; empty while too few opted in.';
COMMENT ON COLUMN snap.ambassador_week.week IS 'Its Monday, UTC.';
COMMENT ON COLUMN snap.ambassador_week.mentions IS 'How many were first seen in it.';
"""


def publish(connection: duckdb.DuckDBPyConnection, folder: Path, name: str, *, ambassadors_shown: bool) -> Path:
    """Write the snapshot `name` and swap it in; returns its path."""
    folder.mkdir(parents=True, exist_ok=True)
    building, clean = (folder / f".building-{name}-{part}" for part in ("rows", "clean"))
    _remove(folder.glob(".building-*"))  # of runs that were killed; the live file's lock is ours
    try:
        _write(connection, building, ambassadors_shown=ambassadors_shown)
        rewrite(building, clean)
        _to_disk(clean)
    except BaseException:
        _remove(folder.glob(".building-*"))  # on a full disk its room is needed
        raise
    path = _unused(folder, name)
    clean.chmod(0o444)  # who opens it for writing would lock all others out
    clean.replace(path)
    _swap(folder, path)
    _remove([building])
    return path


def only_newest(folder: Path) -> None:
    """Remove all snapshots but the one that readers are pointed at; who has an old one open keeps reading it."""
    if (folder / CURRENT).exists():
        newest = (folder / CURRENT).resolve()
        _remove(file for file in folder.glob("mentions-*.duckdb") if file.resolve() != newest)


def _write(connection: duckdb.DuckDBPyConnection, path: Path, *, ambassadors_shown: bool) -> None:
    connection.execute(f"ATTACH '{quoted(path)}' AS snap")
    try:
        for table, select in _TABLES.items():
            given = {"shown": ambassadors_shown} if "$shown" in select else None
            connection.execute(f"CREATE TABLE snap.{table} AS {select}", given)
        _comment(connection)
        connection.execute("CHECKPOINT snap")
    finally:
        connection.execute("DETACH snap")


def _comment(connection: duckdb.DuckDBPyConnection) -> None:
    for table, comment in connection.execute(_TABLE_COMMENTS).fetchall():
        connection.execute(f"COMMENT ON TABLE snap.{table} IS '{quoted(comment)}'")
    for table, column, comment in connection.execute(_COLUMN_COMMENTS).fetchall():
        connection.execute(f"COMMENT ON COLUMN snap.{table}.\"{column}\" IS '{quoted(comment)}'")
    connection.execute(_OWN_COMMENTS)


def _unused(folder: Path, name: str) -> Path:
    """A path that no snapshot has had, as far as is known: a reader would keep getting the old one."""
    wanted = [f"mentions-{name}.duckdb", *(f"mentions-{name}-{number}.duckdb" for number in range(2, 1000))]
    return next(path for each in wanted if not (path := folder / each).exists())


def _to_disk(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _swap(folder: Path, path: Path) -> None:
    """Point readers at `path`; beside it the two that were written last stay, whatever the clock did."""
    link = folder / ".current"
    link.unlink(missing_ok=True)
    link.symlink_to(path.name)
    link.replace(folder / CURRENT)
    others = [file for file in folder.glob("mentions-*.duckdb") if file != path]
    _remove(sorted(others, key=lambda file: file.stat().st_mtime_ns, reverse=True)[KEEP - 1 :])


def _remove(paths: Iterable[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)
