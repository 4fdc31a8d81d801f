"""The team's labels: appended, joined to the mentions they are of, and what is still without one. Never ambassadors.

    proposed(by) -> a person says -> add -> all that is known of a mention for training, newest per person

Ambassadors are left out three times: nothing of theirs is offered, stored, or given to training.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import duckdb

from monitor.model import Kind
from monitor.store.save import give

_SHAPE: dict[str, Any] = {
    **dict.fromkeys(("mention", "by", "sentiment", "how"), "VARCHAR"),
    "kinds": ["VARCHAR"],
    "needs": "BOOLEAN",
    "relevant": "BOOLEAN",
}
_WHOLE = "if(m.title = '', m.excerpt, m.title || chr(10) || m.excerpt)"
# people name a mention by its id, its address, or its case; of several the first one is meant
_MEANT = """
CREATE OR REPLACE TEMP TABLE meant AS
WITH named AS (
    SELECT mention AS name, mention AS id FROM given
    UNION ALL SELECT g.mention, m.id FROM given AS g JOIN mention AS m ON m.url = g.mention
    UNION ALL SELECT g.mention, cm.mention FROM given AS g JOIN case_mention AS cm ON cm.case_id = g.mention
)
SELECT n.name, arg_min(m.id, (m.first_seen, m.id)) AS id FROM named AS n JOIN mention AS m ON m.id = n.id
WHERE m.facet <> 'ambassador' GROUP BY n.name
"""
# what the machine said comes from the verdict that counts now
_ADD = """
INSERT INTO label BY NAME
SELECT g.* REPLACE (n.id AS mention), $now AS labelled,
    {'kinds': v.kinds, 'needs': v.needs, 'relevance': v.relevance, 'model': v.model} AS guessed
FROM given AS g JOIN meant AS n ON n.name = g.mention JOIN (
    SELECT * FROM verdict WHERE mention IN (SELECT id FROM meant)
    QUALIFY row_number() OVER (PARTITION BY mention ORDER BY decided DESC, rowid DESC) = 1
) AS v ON v.mention = n.id
"""
_MISSING = "SELECT mention FROM given WHERE mention NOT IN (SELECT name FROM meant) ORDER BY ALL"
_ALL = f"""
SELECT l.mention, l.labelled, l."by", l.kinds, l.needs, l.relevant, l.sentiment, l.how,
    {_WHOLE} AS text, m.language, m.fingerprint AS "group", l.guessed.kinds AS guessed_kinds,
    l.guessed.needs AS guessed_needs, l.guessed.model AS guessed_by
FROM label AS l JOIN mention AS m ON m.id = l.mention
WHERE m.facet <> 'ambassador' AND (m.revised IS NULL OR m.revised <= l.labelled)
QUALIFY row_number() OVER (PARTITION BY l.mention, l."by" ORDER BY l.labelled DESC, l.rowid DESC) = 1
ORDER BY l.labelled, l.mention, l."by"
"""
_PROPOSED = f"""
SELECT m.id AS mention, {_WHOLE} AS text, m.language, m.url, m.source, m.fingerprint AS "group",
    v.kinds, v.needs, v.flagged
FROM mention AS m JOIN verdict_latest AS v ON v.mention = m.id
WHERE m.facet <> 'ambassador' AND NOT EXISTS (
    FROM label AS l WHERE l.mention = m.id AND l."by" = $by AND (m.revised IS NULL OR m.revised <= l.labelled)
)
ORDER BY m.first_seen DESC, m.id LIMIT $most
"""


_ABOUT = f"""
SELECT {_WHOLE} AS text, l.relevant FROM label AS l JOIN mention AS m ON m.id = l.mention
WHERE m.facet <> 'ambassador' AND l.relevant IS NOT NULL AND (m.revised IS NULL OR m.revised <= l.labelled)
AND EXISTS (FROM mention_match AS mm WHERE mm.mention = m.id AND mm.query = $query)
QUALIFY row_number() OVER (PARTITION BY l.mention, l."by" ORDER BY l.labelled DESC, l.rowid DESC) = 1
ORDER BY l.labelled, l.mention, l."by"
"""


@dataclass(frozen=True, slots=True)
class Given:
    """What a person says of a mention, named by its id, its address or its case; None for what was not asked.

    `how` it came to be labelled.
    """

    mention: str
    by: str
    how: str
    kinds: tuple[Kind, ...] | None = None
    needs: bool | None = None
    relevant: bool | None = None
    sentiment: str | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """A stored label with its mention's text, and what the machine had said before."""

    mention: str
    labelled: datetime
    by: str
    kinds: tuple[Kind, ...] | None
    needs: bool | None
    relevant: bool | None
    sentiment: str | None
    how: str
    text: str = field(repr=False)
    language: str | None
    group: str
    guessed_kinds: tuple[Kind, ...]
    guessed_needs: float | None
    guessed_by: str | None


@dataclass(frozen=True, slots=True)
class Proposed:
    """A mention that a person has not labelled yet, and what the machine says of it."""

    mention: str
    text: str = field(repr=False)
    language: str | None
    url: str = field(repr=False)
    source: str
    group: str
    kinds: tuple[Kind, ...]
    needs: float | None
    flagged: bool


def add(connection: duckdb.DuckDBPyConnection, given: Iterable[Given], now: datetime) -> list[str]:
    """Append labels; all of them, or none: then returns the ids that are of no mention that may be labelled."""
    rows = [{name: getattr(one, name) for name in _SHAPE} for one in given]
    if not give(connection, _SHAPE, rows):
        return []
    connection.execute(_MEANT)
    missing = [mention for (mention,) in connection.execute(_MISSING).fetchall()]
    if not missing:
        connection.execute(_ADD, {"now": now})
    return missing


def told(connection: duckdb.DuckDBPyConnection) -> list[Told]:
    """What each person last said of each mention, the oldest first."""
    return [Told(**row) for row in _named(connection.execute(_ALL))]


def about(connection: duckdb.DuckDBPyConnection, query: str) -> list[tuple[str, bool]]:
    """What a query found, as text, and whether people say that it is about the organisation."""
    return connection.execute(_ABOUT, {"query": query}).fetchall()


def proposed(connection: duckdb.DuckDBPyConnection, by: str, most: int) -> list[Proposed]:
    """The newest mentions that this person has not labelled."""
    return [Proposed(**row) for row in _named(connection.execute(_PROPOSED, {"by": by, "most": most}))]


def _named(found: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """Rows by column, lists as tuples."""
    names = [column[0] for column in found.description or ()]
    rows = ((tuple(value) if isinstance(value, list) else value for value in row) for row in found.fetchall())
    return [dict(zip(names, row, strict=True)) for row in rows]
