"""What is asked and since when: a query that changes ends its row and begins another; what it counts for stays.

Only a new version or facet is a change. Another purpose or spelling of the same is written over the old one.
"""

from collections.abc import Sequence
from datetime import datetime

import duckdb

from monitor.store.rows import Asked
from monitor.store.save import give

_SHAPE = dict.fromkeys(("name", "facet", "purpose", "text", "version"), "VARCHAR")
_END = """
UPDATE query SET until = $now WHERE until IS NULL AND NOT EXISTS (
    SELECT 1 FROM given AS g WHERE g.name = query.name AND g.version = query.version AND g.facet = query.facet
)
"""
# with nothing stored there is nothing to look through
_BEGIN = """
INSERT INTO query BY NAME
SELECT g.*, $now AS since, if(EXISTS (FROM mention), NULL, $now) AS rematched
FROM given AS g WHERE NOT EXISTS (SELECT 1 FROM query AS q WHERE q.name = g.name AND q.until IS NULL)
"""
_RESPELL = """
UPDATE query SET purpose = g.purpose, text = g.text FROM given AS g
WHERE g.name = query.name AND query.until IS NULL AND (g.purpose <> query.purpose OR g.text <> query.text)
"""
_CURRENT = "SELECT name, facet, purpose, text, version, rematched FROM query WHERE until IS NULL ORDER BY ALL"
_MEANINGS = """
SELECT name, version, facet FROM query
QUALIFY row_number() OVER (PARTITION BY name ORDER BY until DESC NULLS FIRST, since DESC) = 1
"""
_REMATCHED = "UPDATE query SET rematched = $now WHERE until IS NULL AND name IN (SELECT unnest($names::VARCHAR[]))"


def note(connection: duckdb.DuckDBPyConnection, asked: Sequence[Asked], now: datetime) -> None:
    """Write down what is asked from now on; all that is not in `asked` is asked no more."""
    rows = [{name: getattr(query, name) for name in _SHAPE} for query in asked]
    if give(connection, _SHAPE, rows):
        connection.execute(_END, {"now": now})
        connection.execute(_BEGIN, {"now": now})
        connection.execute(_RESPELL)


def current(connection: duckdb.DuckDBPyConnection) -> list[Asked]:
    """What is asked now, as it was noted last."""
    return [Asked(*row) for row in connection.execute(_CURRENT).fetchall()]


def meanings(connection: duckdb.DuckDBPyConnection) -> dict[str, tuple[str, str]]:
    """What every query that was ever asked meant last: name -> version and facet."""
    return {name: (version, facet) for name, version, facet in connection.execute(_MEANINGS).fetchall()}


def rematched(connection: duckdb.DuckDBPyConnection, names: Sequence[str], now: datetime) -> None:
    """Note that what was stored before has been looked through for these queries."""
    connection.execute(_REMATCHED, {"names": list(names), "now": now})
