"""A rematch, chunk by chunk: what it changes, and in the same transaction how far it came.

    renamed     UPDATE query of a match whose query has another name now
    gained      INSERT match                     no match left -> DELETE mention and all that is known of it
    spelled     UPDATE spans and facet of a match that stays
    lost        DELETE match

Killed at any moment, the next call of the same plan goes on after the last chunk that was committed.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import duckdb

from monitor.model import Match
from monitor.store import cases
from monitor.store.kept import START, Mark
from monitor.store.save import give, matches, spans_row

_ID = {"mention": "VARCHAR"}
_PAIR = _ID | {"query": "VARCHAR"}
_SPELLED = _PAIR | {"facet": "VARCHAR", "spans": [{"start": "INTEGER", "stop": "INTEGER"}]}
_RENAME = """
UPDATE mention_match AS m SET query = g.name FROM given AS g
WHERE m.mention = g.mention AND m.query = g.query AND m.first_seen >= $since
"""
_LOSE = """
DELETE FROM mention_match AS m USING given AS g
WHERE m.mention = g.mention AND m.query = g.query AND m.first_seen >= $since
"""
_SPELL = """
UPDATE mention_match AS m SET facet = g.facet, spans = g.spans FROM given AS g
WHERE m.mention = g.mention AND m.query = g.query AND m.first_seen >= $since
"""
_TURN = "UPDATE mention AS m SET facet = g.facet FROM given AS g WHERE m.id = g.mention AND m.first_seen >= $since"
_REMOVE = (
    "DELETE FROM mention AS m USING given AS g WHERE m.id = g.mention AND m.first_seen >= $since",
    "DELETE FROM mention_match AS m USING given AS g WHERE m.mention = g.mention AND m.first_seen >= $since",
    "DELETE FROM verdict AS m USING given AS g WHERE m.mention = g.mention AND m.first_seen >= $since",
    "DELETE FROM sentiment AS m USING given AS g WHERE m.mention = g.mention AND m.first_seen >= $since",
    "DELETE FROM label AS m USING given AS g WHERE m.mention = g.mention AND m.labelled >= $since",
)
_BOOKMARK = "SELECT plan, began, seen, id, done, removed, debt, counted FROM rematch"
_COUNTED = '[{"query": "VARCHAR", "gained": "BIGINT", "lost": "BIGINT", "unsure": "BIGINT"}]'
_TURN_PAGE = f"""
INSERT INTO rematch SELECT $plan, $began, $seen, $id, $done, $removed, $debt, from_json_strict($counted, '{_COUNTED}')
"""


@dataclass(frozen=True, slots=True)
class Counted:
    """What became of a query, in mentions: of `unsure` the kept excerpt cannot tell, so they stay as they are."""

    query: str
    gained: int = 0
    lost: int = 0
    unsure: int = 0


@dataclass(frozen=True, slots=True)
class Bookmark:
    """How far a rematch came. `debt`: bytes of what was removed may stand in the file still."""

    plan: str
    began: datetime
    mark: Mark = START
    done: int = 0
    removed: int = 0
    debt: bool = False
    counted: tuple[Counted, ...] = ()


@dataclass(frozen=True, slots=True)
class Changes:
    """What a chunk changes, by the mentions' ids; `gained` since when, `turned` gives mentions another facet.

    `renamed`: from which name to which; the others use the new one.
    """

    renamed: Sequence[tuple[str, str, str]] = ()
    gained: Sequence[tuple[str, Match, datetime]] = ()
    spelled: Sequence[tuple[str, Match]] = ()
    lost: Sequence[tuple[str, str]] = ()
    turned: Mapping[str, str] | None = None
    removed: Sequence[str] = ()


def bookmark(connection: duckdb.DuckDBPyConnection) -> Bookmark | None:
    """How far the rematch came that has not ended; None when none is under way."""
    row = connection.execute(_BOOKMARK).fetchone()
    if row is None:
        return None
    plan, began, seen, id_, done, removed, debt, counted = row
    return Bookmark(plan, began, Mark(seen, id_), done, removed, debt, tuple(Counted(**each) for each in counted))


def apply(connection: duckdb.DuckDBPyConnection, changes: Changes, since: datetime, reached: Bookmark) -> None:
    """Change what is stored, and turn the page. `since`: when the first mention of the chunk was first seen."""
    renamed = [{"mention": mention, "query": old, "name": new} for mention, old, new in changes.renamed]
    _changed(connection, _RENAME, _PAIR | {"name": "VARCHAR"}, renamed, since)
    lost = [{"mention": mention, "query": query} for mention, query in changes.lost]
    _changed(connection, _LOSE, _PAIR, lost, since)
    spelled = [_spelled(mention, match) for mention, match in changes.spelled]
    _changed(connection, _SPELL, _SPELLED, spelled, since)
    turned = [{"mention": mention, "facet": facet} for mention, facet in (changes.turned or {}).items()]
    _changed(connection, _TURN, _ID | {"facet": "VARCHAR"}, turned, since)
    matches(connection, changes.gained)
    for statement in _REMOVE:
        _changed(connection, statement, _ID, [{"mention": mention} for mention in changes.removed], since)
    joined = [mention for mention, facet in (changes.turned or {}).items() if facet == "ambassador"]
    cases.forget(connection, [*changes.removed, *joined], reached.began)
    _turn_page(connection, reached)


def close(connection: duckdb.DuckDBPyConnection) -> None:
    """Take the bookmark out: the rematch has ended."""
    connection.execute("DELETE FROM rematch")


def _changed(
    connection: duckdb.DuckDBPyConnection, statement: str, shape: dict[str, Any], rows: list[Any], since: datetime
) -> None:
    if give(connection, shape, rows):
        connection.execute(statement, {"since": since})


def _spelled(mention: str, match: Match) -> dict[str, Any]:
    return {"mention": mention, "query": match.query, "facet": match.facet, "spans": spans_row(match)}


def _turn_page(connection: duckdb.DuckDBPyConnection, reached: Bookmark) -> None:
    connection.execute("DELETE FROM rematch")
    connection.execute(
        _TURN_PAGE,
        {
            "plan": reached.plan,
            "began": reached.began,
            "seen": reached.mark.seen,
            "id": reached.mark.id,
            "done": reached.done,
            "removed": reached.removed,
            "debt": reached.debt,
            "counted": json.dumps([asdict(each) for each in reached.counted]),
        },
    )
