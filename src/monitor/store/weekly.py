"""Questions about one week, asked of the published snapshot: rows -> plain values.

A mention belongs to the week in which it was published, or in which it was first seen when that was earlier
or the date is unknown; so an item dated 2035 stands in the week it came.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import Any

import duckdb

from monitor.errors import StoreError
from monitor.store.snapshot import CURRENT
from monitor.store.trouble import translated

_HAPPENED = "least(coalesce(m.published, m.first_seen), m.first_seen)"
_IN_WEEK = f"{_HAPPENED} >= $start AND {_HAPPENED} < $stop"
_IN_THE_ONE_BEFORE = f"{_HAPPENED} >= $before AND {_HAPPENED} < $start"
# the day after it too: a week is read to its end by the run of the next morning
_RUN_OF_IT = "started >= $start AND started < least($now + INTERVAL 1 SECOND, $stop + INTERVAL 1 DAY)"
# every mention that is in a case, with how its newest case stands
_STANDS = """
    SELECT cm.mention, cm.case_id, e.state, e.owner, e.due FROM case_mention AS cm JOIN (
        SELECT case_id, arg_max(state, number) AS state, arg_max(owner, number) AS owner, arg_max(due, number) AS due
        FROM case_event GROUP BY case_id
    ) AS e USING (case_id)
    QUALIFY row_number() OVER (PARTITION BY cm.mention ORDER BY cm.added DESC, cm.case_id DESC) = 1
"""
Rows = list[Mapping[str, Any]]
_ONE_AT_A_TIME = Lock()

QUESTIONS = {
    "totals": f"""
        SELECT count(*) FILTER ({_IN_WEEK}) AS mentions,
               count(*) FILTER ({_IN_THE_ONE_BEFORE}) AS before,
               count(*) FILTER ({_IN_WEEK} AND v.flagged) AS flagged
        FROM mention AS m JOIN verdict AS v ON v.mention = m.id
    """,
    "facets": f"""
        SELECT mm.facet, count(DISTINCT m.id) FILTER ({_IN_WEEK}) AS mentions,
               count(DISTINCT m.id) FILTER ({_IN_THE_ONE_BEFORE}) AS before
        FROM mention AS m JOIN mention_match AS mm ON mm.mention = m.id GROUP BY ALL ORDER BY mm.facet
    """,
    "queries": f"""
        SELECT mm.query, count(DISTINCT m.id) FILTER ({_IN_WEEK}) AS mentions,
               count(DISTINCT m.id) FILTER ({_IN_THE_ONE_BEFORE}) AS before
        FROM mention AS m JOIN mention_match AS mm ON mm.mention = m.id GROUP BY ALL ORDER BY mm.query
    """,
    "days": f"""
        SELECT dayofweek(timezone($zone, {_HAPPENED})) AS day, count(*) AS mentions
        FROM mention AS m WHERE {_IN_WEEK} GROUP BY ALL ORDER BY ALL
    """,
    "rules": f"""
        SELECT v.rule, v.reaction, v.owner, count(*) AS mentions
        FROM mention AS m JOIN verdict AS v ON v.mention = m.id WHERE {_IN_WEEK}
        GROUP BY ALL ORDER BY mentions DESC, v.rule
    """,
    "open": f"""
        SELECT v.kinds, v.rule, v.reaction, v.why, v.reasons, m.title, m.excerpt, m.url, m.source, m.place,
               {_HAPPENED} AS happened, e.case_id AS "case", coalesce(e.state, 'open') AS state,
               coalesce(e.owner, v.owner) AS owner, coalesce(e.due, v.due) AS due,
               count(*) OVER (PARTITION BY coalesce(e.case_id, m.id)) AS copies
        FROM mention AS m JOIN verdict AS v ON v.mention = m.id
        LEFT JOIN ({_STANDS}) AS e ON e.mention = m.id
        WHERE {_IN_WEEK} AND v.flagged AND coalesce(e.state, 'open') IN ('open', 'taken', 'passed on')
        QUALIFY row_number() OVER (PARTITION BY coalesce(e.case_id, m.id) ORDER BY happened, m.id) = 1
        ORDER BY due, happened, m.id
    """,
    "cases": f"""
        SELECT count(*) AS opened, count(answered) AS answered, count(*) FILTER (answered <= due) AS in_time,
               count(*) FILTER (answered IS NULL AND due < $now) AS late
        FROM (
            SELECT case_id, arg_min(due, number) AS due,
                   min(moment) FILTER (event IN ('answered', 'let stand', 'closed')) AS answered
            FROM case_event WHERE case_id IN (
                SELECT cm.case_id FROM case_mention AS cm JOIN mention AS m ON m.id = cm.mention WHERE {_IN_WEEK}
            ) GROUP BY case_id
        )
    """,
    "crisis": """
        SELECT c.id, c.opened, c.why, (SELECT count(*) FROM webcare_case AS g WHERE g.crisis = c.id) AS cases
        FROM webcare_case AS c
        WHERE c.kind = 'crisis' AND c.opened >= $start AND c.opened < $stop ORDER BY c.opened
    """,
    "sentiment": f"""
        SELECT s.label, count(*) AS mentions FROM mention AS m JOIN sentiment AS s ON s.mention = m.id
        WHERE {_IN_WEEK} GROUP BY ALL ORDER BY s.label
    """,
    "news": f"""
        SELECT m.title, m.excerpt, m.url, {_HAPPENED} AS happened
        FROM mention AS m JOIN verdict AS v ON v.mention = m.id
        WHERE {_IN_WEEK} AND m.type = 'article' AND NOT v.flagged
        QUALIFY row_number() OVER (PARTITION BY m.fingerprint ORDER BY happened, m.id) = 1
        ORDER BY happened DESC, m.id
    """,
    "places": """
        SELECT source, name, visited, succeeded, failures, problem, notes FROM place
        WHERE (problem IS NOT NULL OR len(notes) > 0) AND visited >= $start ORDER BY source, name
    """,
    "funnel": f"""
        SELECT source, sum(fetched)::BIGINT AS fetched, sum(matched)::BIGINT AS matched, sum(kept)::BIGINT AS kept,
               sum("new")::BIGINT AS "new", arg_max(outcome, started) AS outcome, arg_max(problems, started) AS problems
        FROM run WHERE {_RUN_OF_IT} GROUP BY ALL ORDER BY source
    """,
    "dropped": f"""
        SELECT d.reason, sum(d.posts)::BIGINT AS posts
        FROM run_dropped AS d JOIN run AS r USING (run, source)
        WHERE {_RUN_OF_IT} GROUP BY ALL ORDER BY posts DESC, d.reason
    """,
    "ambassadors": "SELECT coalesce(sum(mentions), 0)::BIGINT AS mentions FROM ambassador_week WHERE week = $monday",
}


def answers(folder: Path, **given: Any) -> dict[str, Rows]:
    """Every question answered for a week; `given`: before (the week before's start), start, stop, now, zone, monday."""
    with reader(folder) as connection:
        return {name: _asked(connection, sql, given) for name, sql in QUESTIONS.items()}


@contextmanager
def reader(folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A hardened, read-only connection to the newest snapshot; raises StoreError when it cannot be had.

    No statement gets at files, extensions or settings through it: `read_only` alone leaves those open.
    """
    current = folder / "published" / CURRENT
    if not current.exists():
        raise StoreError(f"{current}: nothing was published yet; run: monitor run")
    with translated(current):
        connection = _hardened(current.resolve())
        try:
            yield connection
        finally:
            connection.close()


def _hardened(path: Path) -> duckdb.DuckDBPyConnection:
    """Readers of one process share DuckDB's instance of the file: the first one locks it for all."""
    with _ONE_AT_A_TIME:
        connection = duckdb.connect(str(path), read_only=True)
        (locked,) = connection.execute("SELECT current_setting('lock_configuration')").fetchone() or (False,)
        if not locked:
            connection.execute("SET GLOBAL TimeZone = 'UTC'")
            connection.execute("SET enable_external_access = false")
            connection.execute("SET lock_configuration = true")
    return connection


def newest(folder: Path) -> datetime | None:
    """When the newest snapshot's last run began; None when there is no snapshot."""
    if not (folder / "published" / CURRENT).exists():
        return None
    with reader(folder) as connection:
        (started,) = connection.execute("SELECT max(started) FROM run").fetchone() or (None,)
    return started if isinstance(started, datetime) else None


def _asked(connection: duckdb.DuckDBPyConnection, sql: str, given: Mapping[str, Any]) -> Rows:
    used = {name: value for name, value in given.items() if f"${name}" in sql}
    found = connection.execute(sql, used)
    names = [column[0] for column in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
