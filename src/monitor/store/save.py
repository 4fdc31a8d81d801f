"""Saving pages: what is stored already is looked up, then only what is new or has changed is written.

    judged -> doubles of the batch out -> looked up -> new      INSERT mention, matches, verdict
                                                   |-> revised  UPDATE mention, matches anew, INSERT verdict
                                                   '-> known    INSERT matches of queries that came later

`first_seen` never changes and rows are appended in its order, so DuckDB skips the blocks before a moment by
their minima and maxima. A post that comes again was nearly always seen lately: it is looked for within
`RECENT` first, and only what was not found there is looked for in what is older.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb

from monitor.model import NOWHERE, Match, Mention, Reason, Sentiment, Tally, Verdict
from monitor.store.rows import Saved, Visited

RECENT = timedelta(days=14)
AMBASSADOR = "ambassador"
Judged = tuple[Mention, Verdict]
Row = Mapping[str, Any]

_AS_THEY_ARE = ("id", "source", "place", "url", "type", "title", "excerpt", "language", "author", "facet")
_MENTION = {
    **dict.fromkeys((*_AS_THEY_ARE, "fingerprint", "revision", "run"), "VARCHAR"),
    **dict.fromkeys(("published", "first_seen", "revised"), "TIMESTAMPTZ"),
    "addressed": "BOOLEAN",
}
_MATCH = {
    **dict.fromkeys(("mention", "query", "facet"), "VARCHAR"),
    "spans": [{"start": "INTEGER", "stop": "INTEGER"}],
    "first_seen": "TIMESTAMPTZ",
}
_VERDICT = {
    **dict.fromkeys(("mention", "rule", "reaction", "owner", "channel", "why", "scheme", "model"), "VARCHAR"),
    **dict.fromkeys(("decided", "due", "first_seen"), "TIMESTAMPTZ"),
    **dict.fromkeys(("flagged", "reply"), "BOOLEAN"),
    **dict.fromkeys(("needs", "relevance"), "DOUBLE"),
    "kinds": ["VARCHAR"],
    "scores": [{"kind": "VARCHAR", "p": "DOUBLE"}],
    "reasons": [
        {
            **dict.fromkeys(("kind", "by", "cue", "words"), "VARCHAR"),
            **dict.fromkeys(("start", "stop"), "INTEGER"),
            "measured": "DOUBLE",
        }
    ],
}
_AS_DECIDED = (
    *("rule", "reaction", "flagged", "owner", "due", "channel", "why", "reply", "needs", "relevance"),
    *("scheme", "model", "kinds"),
)
_SENTIMENT = {
    **dict.fromkeys(("mention", "facet", "label"), "VARCHAR"),
    **dict.fromkeys(("decided", "first_seen"), "TIMESTAMPTZ"),
    "confidence": "DOUBLE",
}
_PLACE = {
    **dict.fromkeys(("source", "name", "cursor", "problem", "queries"), "VARCHAR"),
    **dict.fromkeys(("visited", "succeeded", "not_before"), "TIMESTAMPTZ"),
    "failures": "INTEGER",
    "notes": ["VARCHAR"],
}
_STAYING = ("cursor", "succeeded", "queries")  # of a place, when a page says nothing of them

# a table, so that the planner knows how few there are and filters the scan of the big table by them
_GIVE = (
    "CREATE OR REPLACE TEMP TABLE given AS SELECT row.* FROM (SELECT unnest(from_json_strict($rows, $shape)) AS row)"
)
_STORED = """
SELECT m.id, m.revision, m.first_seen, m.place, m.facet FROM given AS g JOIN mention AS m ON m.id = g.id
WHERE m.first_seen >= $since AND m.first_seen < $until
"""
_HELD = """
SELECT m.mention, m.query, m.first_seen FROM given AS g JOIN mention_match AS m ON m.mention = g.id
WHERE m.first_seen >= $since
"""
_REVISE = """
UPDATE mention AS m SET
    url = g.url, title = g.title, excerpt = g.excerpt, language = g.language, fingerprint = g.fingerprint,
    revision = g.revision, revised = g.revised,
    facet = if(g.facet = 'ambassador', g.facet, m.facet), author = if(g.facet = 'ambassador', NULL, m.author),
    place = if(g.facet = 'ambassador', g.place, m.place)
FROM given AS g WHERE m.id = g.id AND m.first_seen >= $since
"""
# of words that are no longer there nothing stays; of whoever joined since, nothing that was guessed of a stranger
_OUTDATED = (
    "UPDATE verdict AS m SET reasons = [] FROM given AS g WHERE m.mention = g.id AND m.first_seen >= $since",
    "DELETE FROM sentiment AS m USING given AS g WHERE m.mention = g.id AND m.first_seen >= $since",
    """
    DELETE FROM verdict AS m USING given AS g
    WHERE m.mention = g.id AND g.facet = 'ambassador' AND m.first_seen >= $since
    """,
    """
    DELETE FROM label AS m USING given AS g
    WHERE m.mention = g.id AND g.facet = 'ambassador' AND m.labelled >= $since
    """,
)
_FORGET = "DELETE FROM mention_match AS m USING given AS g WHERE m.mention = g.id AND m.first_seen >= $since"
_VISIT = """
INSERT INTO place BY NAME SELECT * FROM given
ON CONFLICT (source, name) DO UPDATE SET
    cursor = coalesce(excluded.cursor, place.cursor), visited = excluded.visited,
    queries = coalesce(excluded.queries, place.queries),
    succeeded = coalesce(excluded.succeeded, place.succeeded), not_before = excluded.not_before,
    failures = excluded.failures, problem = excluded.problem, notes = excluded.notes
"""
_TALLY = """
UPDATE run SET fetched = fetched + ?, matched = matched + ?, kept = kept + ?, "new" = "new" + ?,
    revised = revised + ?, flagged = flagged + ?, ambassadors_kept = ambassadors_kept + ?,
    ambassadors_new = ambassadors_new + ?, ambassadors_revised = ambassadors_revised + ?,
    ambassadors_flagged = ambassadors_flagged + ?
WHERE run = ? AND source = ?
"""
_EVER, _NEVER = datetime(1900, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)


def mentions(
    connection: duckdb.DuckDBPyConnection, run: str, now: datetime, judged: Sequence[Judged]
) -> tuple[list[Judged], list[Judged]]:
    """Insert new mentions, revise changed ones, leave known ones; returns the new and the revised ones."""
    latest = _latest(judged)
    stored = _stored(connection, latest, now)
    new = [pair for id_, pair in latest.items() if id_ not in stored]
    revised = [pair for id_, pair in latest.items() if id_ in stored and stored[id_].is_changed_by(pair[0])]
    since = {id_: known.first_seen for id_, known in stored.items()}
    _insert(connection, "mention", _MENTION, [_mention_row(mention, run, now) for mention, _ in new])
    _revise(connection, [mention for mention, _ in revised], now, since)
    _match(connection, latest, {mention.id for mention, _ in revised}, now, since)
    decided = (*new, *revised)
    _insert(connection, "verdict", _VERDICT, [_verdict_row(*pair, now, since) for pair in decided])
    guessed = [(mention, verdict.sentiment) for mention, verdict in decided if verdict.sentiment]
    _insert(connection, "sentiment", _SENTIMENT, [_sentiment_row(*pair, now, since) for pair in guessed])
    return new, revised


def places(connection: duckdb.DuckDBPyConnection, source: str, now: datetime, visited: Iterable[Visited]) -> None:
    """Note where each place stands now; of several pages of a place the last one says it."""
    rows: dict[str, dict[str, Any]] = {}
    for place in visited:
        row, before = _place_row(source, place, now), rows.get(place.name, {})
        rows[place.name] = row | {name: before.get(name) for name in _STAYING if row[name] is None}
    if rows:
        give(connection, _PLACE, list(rows.values()))
        connection.execute(_VISIT)


def matches(connection: duckdb.DuckDBPyConnection, gained: Iterable[tuple[str, Match, datetime]]) -> None:
    """Note that these queries hold for these mentions, named by their ids, from a moment on."""
    _insert(connection, "mention_match", _MATCH, [_match_row(*each) for each in gained])


def tally(
    connection: duckdb.DuckDBPyConnection,
    run: str,
    source: str,
    counted: Tally,
    judged: Iterable[Judged],
    new: Sequence[Judged],
    revised: Sequence[Judged],
) -> Saved:
    """Add to the run's funnel, and say how many there were; what is of ambassadors apart as well, so that it can be
    left out of a snapshot.
    """
    saved, apart = _counted(new, revised), _counted(_of_ambassadors(new), _of_ambassadors(revised))
    every, theirs = ((one.new, one.revised, one.flagged) for one in (saved, apart))
    kept = len(_of_ambassadors(judged))
    figures = (counted.fetched, counted.matched, counted.kept, *every, kept, *theirs)
    connection.execute(_TALLY, [*figures, run, source])
    for reason, posts in counted.dropped.items():
        connection.execute("INSERT INTO run_dropped VALUES (?, ?, ?, ?)", [run, source, reason, posts])
    return saved


def _counted(new: Sequence[Judged], revised: Sequence[Judged]) -> Saved:
    return Saved(len(new), len(revised), sum(verdict.flagged for _, verdict in new))


def _of_ambassadors(judged: Iterable[Judged]) -> list[Judged]:
    return [pair for pair in judged if pair[0].facet == AMBASSADOR]


@dataclass(frozen=True, slots=True)
class _Known:
    """What is stored of a mention.

    An article's words are those of the feed that first brought it: feeds word the same page differently, and
    would otherwise revise each other's at every visit.
    """

    revision: str
    first_seen: datetime
    place: str
    facet: str

    def is_changed_by(self, mention: Mention) -> bool:
        """True when its words have changed, or its author joined; of who joined nothing becomes a stranger's again."""
        if AMBASSADOR in (self.facet, mention.facet) and self.facet != mention.facet:
            return mention.facet == AMBASSADOR
        return self.revision != mention.revision and (mention.type != "article" or mention.place == self.place)


def _latest(judged: Iterable[Judged]) -> dict[str, Judged]:
    """One reading per post: the last one of its place; of several places the first by name, whatever came first."""
    latest: dict[str, Judged] = {}
    for mention, verdict in judged:
        if mention.id not in latest or mention.place <= latest[mention.id][0].place:
            latest[mention.id] = (mention, verdict)
    return latest


def _stored(connection: duckdb.DuckDBPyConnection, ids: Iterable[str], now: datetime) -> dict[str, _Known]:
    """Those that are stored, by id."""
    recent = _stored_between(connection, ids, now - RECENT, _NEVER)
    older = _stored_between(connection, [id_ for id_ in ids if id_ not in recent], _EVER, now - RECENT)
    return recent | older


def _stored_between(
    connection: duckdb.DuckDBPyConnection, ids: Iterable[str], since: datetime, until: datetime
) -> dict[str, _Known]:
    if not give(connection, {"id": "VARCHAR"}, [{"id": id_} for id_ in ids]):
        return {}
    found = connection.execute(_STORED, {"since": since, "until": until}).fetchall()
    return {id_: _Known(*known) for id_, *known in found}


def _revise(
    connection: duckdb.DuckDBPyConnection, revised: Sequence[Mention], now: datetime, since: Mapping[str, datetime]
) -> None:
    rows = [_mention_row(mention, "", now) | {"revised": now} for mention in revised]
    if give(connection, _MENTION, rows):
        for statement in (_REVISE, *_OUTDATED):
            connection.execute(statement, {"since": min(since[mention.id] for mention in revised)})


def _match(
    connection: duckdb.DuckDBPyConnection,
    latest: Mapping[str, Judged],
    revised: set[str],
    now: datetime,
    since: Mapping[str, datetime],
) -> None:
    """Add matches that are not stored; those of a revised mention are replaced, and keep when they first held."""
    held = _held(connection, since)
    if give(connection, {"id": "VARCHAR"}, [{"id": id_} for id_ in revised]):
        connection.execute(_FORGET, {"since": min(since[id_] for id_ in revised)})
    rows = [row for mention, _ in latest.values() for row in _match_rows(mention, now, held)]
    fresh = [row for row in rows if row["mention"] in revised or (row["mention"], row["query"]) not in held]
    _insert(connection, "mention_match", _MATCH, fresh)


def _held(connection: duckdb.DuckDBPyConnection, since: Mapping[str, datetime]) -> dict[tuple[str, str], datetime]:
    """Since when which queries hold for mentions that are stored."""
    if not give(connection, {"id": "VARCHAR"}, [{"id": id_} for id_ in since]):
        return {}
    found = connection.execute(_HELD, {"since": min(since.values())}).fetchall()
    return {(mention, query): first_seen for mention, query, first_seen in found}


def _insert(connection: duckdb.DuckDBPyConnection, table: str, shape: Row, rows: Sequence[Row]) -> None:
    if give(connection, shape, rows):
        connection.execute(f"INSERT INTO {table} BY NAME SELECT * FROM given")


def give(connection: duckdb.DuckDBPyConnection, shape: Row, rows: Sequence[Row]) -> bool:
    """Make the table `given` of these rows; False when there are none.

    They travel as JSON: Arrow's Python package imports pandas, a second of every run, and lists of
    parameters cost 0.8 s per 500 rows on DuckDB 1.5. Half a surrogate pair becomes a question mark.
    """
    if rows:
        text = json.dumps(rows, default=datetime.isoformat, ensure_ascii=False).encode("utf-8", "replace").decode()
        connection.execute(_GIVE, {"rows": text, "shape": json.dumps([shape])})
    return bool(rows)


def _mention_row(mention: Mention, run: str, now: datetime) -> dict[str, Any]:
    own = {
        name: getattr(mention, name) for name in (*_AS_THEY_ARE, "fingerprint", "revision", "published", "addressed")
    }
    return own | {"first_seen": now, "revised": None, "run": run}


def _match_rows(mention: Mention, now: datetime, held: Mapping[tuple[str, str], datetime]) -> Iterable[dict[str, Any]]:
    for match in {match.query: match for match in mention.matches}.values():
        yield _match_row(mention.id, match, held.get((mention.id, match.query), now))


def _match_row(mention: str, match: Match, first_seen: datetime) -> dict[str, Any]:
    return {
        "mention": mention,
        "query": match.query,
        "facet": match.facet,
        "spans": spans_row(match),
        "first_seen": first_seen,
    }


def spans_row(match: Match) -> list[dict[str, int]]:
    """The spans as they are stored."""
    return [{"start": start, "stop": stop} for start, stop in match.spans]


def _verdict_row(mention: Mention, verdict: Verdict, now: datetime, since: Mapping[str, datetime]) -> dict[str, Any]:
    own = {name: getattr(verdict, name) for name in _AS_DECIDED}
    return (
        own
        | _when(mention, now, since)
        | {
            "scores": [{"kind": kind, "p": p} for kind, p in verdict.scores.items()],
            "reasons": [_reason_row(reason) for reason in verdict.reasons],
        }
    )


def _reason_row(reason: Reason) -> dict[str, Any]:
    start, stop = reason.span if reason.span != NOWHERE else (None, None)
    own = {"kind": reason.kind, "by": reason.by, "cue": reason.cue, "words": reason.text}
    return own | {"start": start, "stop": stop, "measured": reason.measured}


def _sentiment_row(
    mention: Mention, sentiment: Sentiment, now: datetime, since: Mapping[str, datetime]
) -> dict[str, Any]:
    own = {name: getattr(sentiment, name) for name in ("facet", "label", "confidence")}
    return own | _when(mention, now, since)


def _when(mention: Mention, now: datetime, since: Mapping[str, datetime]) -> dict[str, Any]:
    return {"mention": mention.id, "decided": now, "first_seen": since.get(mention.id, now)}


def _place_row(source: str, place: Visited, now: datetime) -> dict[str, Any]:
    names = ("name", "cursor", "not_before", "problem", "failures", "notes", "queries")
    own = {name: getattr(place, name) for name in names}
    return own | {"source": source, "visited": now, "succeeded": None if place.problem else now}
