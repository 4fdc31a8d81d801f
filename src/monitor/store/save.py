"""Saving pages: Arrow batches, doubles taken out in SQL, `MERGE` within a window of first-seen times.

`first_seen` never changes, so DuckDB skips the blocks outside the window by their minima and maxima: 500
rows into ten million take 24 ms, where a primary key takes 1.5 s.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import duckdb
import pyarrow as pa

from monitor.model import Mention, Tally, Verdict
from monitor.store.rows import Visited

_TEXT, _TIME = pa.string(), pa.timestamp("us", tz="UTC")
_MENTION = pa.schema(
    [
        *((name, _TEXT) for name in ("id", "source", "place", "url", "type", "title", "excerpt", "language")),
        ("published", _TIME),
        ("first_seen", _TIME),
        ("author", _TEXT),
        ("addressed", pa.bool_()),
        *((name, _TEXT) for name in ("facet", "fingerprint", "revision", "run")),
    ]
)
_MATCH = pa.schema(
    [
        *((name, _TEXT) for name in ("mention", "query", "facet")),
        ("spans", pa.list_(pa.struct([("start", pa.int32()), ("stop", pa.int32())]))),
        ("first_seen", _TIME),
    ]
)
_VERDICT = pa.schema(
    [
        ("mention", _TEXT),
        ("decided", _TIME),
        ("kinds", pa.list_(_TEXT)),
        ("rule", _TEXT),
        ("reaction", _TEXT),
        ("flagged", pa.bool_()),
        ("owner", _TEXT),
        ("due", _TIME),
        ("channel", _TEXT),
        ("why", _TEXT),
        ("reasons", pa.list_(pa.struct([("kind", _TEXT), ("cue", _TEXT), ("words", _TEXT)]))),
        ("first_seen", _TIME),
    ]
)

# in-batch doubles: the last one wins, as the newest reading of the same post
_MERGE = """
MERGE INTO mention AS m
USING (SELECT * FROM incoming_mention QUALIFY row_number() OVER (PARTITION BY id ORDER BY position DESC) = 1) AS i
ON m.id = i.id AND m.first_seen >= $window
WHEN MATCHED AND m.revision IS DISTINCT FROM i.revision THEN UPDATE SET
    url = i.url, title = i.title, excerpt = i.excerpt, language = i.language, fingerprint = i.fingerprint,
    revision = i.revision, revised = i.first_seen
WHEN NOT MATCHED THEN INSERT
    (id, source, place, url, type, title, excerpt, language, published, first_seen, author, addressed, facet,
     fingerprint, revision, run)
    VALUES (i.id, i.source, i.place, i.url, i.type, i.title, i.excerpt, i.language, i.published, i.first_seen,
     i.author, i.addressed, i.facet, i.fingerprint, i.revision, i.run)
RETURNING merge_action, id
"""
_FORGET_MATCHES = """
DELETE FROM mention_match
WHERE first_seen >= $window AND mention IN (SELECT id FROM changed WHERE action = 'UPDATE')
"""
_ADD_MATCHES = """
INSERT INTO mention_match
SELECT i.mention, i.query, i.facet, i.spans, i.first_seen
FROM (
    SELECT * FROM incoming_match QUALIFY row_number() OVER (PARTITION BY mention, query ORDER BY position DESC) = 1
) AS i
WHERE NOT EXISTS (
    FROM mention_match AS m WHERE m.first_seen >= $window AND m.mention = i.mention AND m.query = i.query
)
"""
_ADD_VERDICTS = """
INSERT INTO verdict
SELECT i.mention, i.decided, i.kinds, i.rule, i.reaction, i.flagged, i.owner, i.due, i.channel, i.why, i.reasons,
       i.first_seen
FROM (SELECT * FROM incoming_verdict QUALIFY row_number() OVER (PARTITION BY mention ORDER BY position DESC) = 1) AS i
JOIN changed ON changed.id = i.mention
"""
_COUNT = """
SELECT count(*) FILTER (action = 'INSERT'),
       count(*) FILTER (action = 'UPDATE'),
       count(*) FILTER (action = 'INSERT' AND id IN (SELECT mention FROM incoming_verdict WHERE flagged))
FROM changed
"""
_PLACE = """
INSERT INTO place VALUES ($source, $name, $cursor, $now, $succeeded, $not_before, $failures, $problem, $notes)
ON CONFLICT (source, name) DO UPDATE SET
    cursor = coalesce(excluded.cursor, place.cursor), visited = excluded.visited,
    succeeded = coalesce(excluded.succeeded, place.succeeded), not_before = excluded.not_before,
    failures = excluded.failures, problem = excluded.problem, notes = excluded.notes
"""
_TALLY = """
UPDATE run SET fetched = fetched + ?, matched = matched + ?, kept = kept + ?, "new" = "new" + ?,
    revised = revised + ?, flagged = flagged + ?
WHERE run = ? AND source = ?
"""


def mentions(
    connection: duckdb.DuckDBPyConnection,
    run: str,
    now: datetime,
    window: datetime,
    judged: Sequence[tuple[Mention, Verdict]],
) -> dict[str, int]:
    """Insert new mentions, revise changed ones, leave known ones; returns how many of each."""
    if not judged:
        return {"new": 0, "revised": 0, "flagged": 0}
    kept = [mention for mention, _ in judged]
    _register(connection, "incoming_mention", _MENTION, [_mention_row(mention, run, now) for mention in kept])
    _register(connection, "incoming_match", _MATCH, [row for mention in kept for row in _match_rows(mention, now)])
    _register(connection, "incoming_verdict", _VERDICT, [_verdict_row(*pair, now) for pair in judged])
    rows = connection.execute(_MERGE, {"window": window}).fetchall()
    changed = pa.table(
        {"action": [row[0] for row in rows], "id": [row[1] for row in rows]},
        pa.schema([("action", _TEXT), ("id", _TEXT)]),
    )
    connection.register("changed", changed)
    connection.execute(_FORGET_MATCHES, {"window": window})
    connection.execute(_ADD_MATCHES, {"window": window})
    connection.execute(_ADD_VERDICTS)
    new, revised, flagged = connection.execute(_COUNT).fetchone() or (0, 0, 0)
    return {"new": new, "revised": revised, "flagged": flagged}


def places(connection: duckdb.DuckDBPyConnection, source: str, now: datetime, visited: Iterable[Visited]) -> None:
    """Note where each place stands now."""
    for place in visited:
        connection.execute(
            _PLACE,
            {
                "source": source,
                "name": place.name,
                "cursor": place.cursor,
                "now": now,
                "succeeded": None if place.problem else now,
                "not_before": place.not_before,
                "failures": place.failures,
                "problem": place.problem,
                "notes": list(place.notes),
            },
        )


def tally(
    connection: duckdb.DuckDBPyConnection, run: str, source: str, counted: Tally, saved: tuple[int, int, int]
) -> None:
    """Add to the run's funnel."""
    connection.execute(_TALLY, [counted.fetched, counted.matched, counted.kept, *saved, run, source])
    for reason, posts in counted.dropped.items():
        connection.execute("INSERT INTO run_dropped VALUES (?, ?, ?, ?)", [run, source, reason, posts])


def _register(connection: duckdb.DuckDBPyConnection, name: str, schema: Any, rows: list[dict[str, Any]]) -> None:
    table = pa.Table.from_pylist(rows, schema=schema)
    connection.register(name, table.append_column("position", pa.array(range(len(rows)), pa.int32())))


def _mention_row(mention: Mention, run: str, now: datetime) -> dict[str, Any]:
    row = {name: getattr(mention, name) for name in _MENTION.names if name not in ("first_seen", "run")}
    return row | {"first_seen": now, "run": run}


def _match_rows(mention: Mention, now: datetime) -> Iterable[dict[str, Any]]:
    for match in mention.matches:
        spans = [{"start": start, "stop": stop} for start, stop in match.spans]
        yield {
            "mention": mention.id,
            "query": match.query,
            "facet": match.facet,
            "spans": spans,
            "first_seen": now,
        }


def _verdict_row(mention: Mention, verdict: Verdict, now: datetime) -> dict[str, Any]:
    row = {name: getattr(verdict, name) for name in ("rule", "reaction", "flagged", "owner", "due", "channel", "why")}
    reasons = [{"kind": reason.kind, "cue": reason.cue, "words": reason.text} for reason in verdict.reasons]
    return row | {
        "mention": mention.id,
        "decided": now,
        "kinds": list(verdict.kinds),
        "reasons": reasons,
        "first_seen": now,
    }
