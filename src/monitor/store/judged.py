"""What was judged lately, counted by everything that a reaction scheme asks of a mention.

Ambassadors' posts are left out: they are never judged, and nothing is shown of them.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import duckdb

from monitor.model import Facet, Kind, PostType

SAMPLES = 3  # of each group, the newest
_JUDGED = f"""
SELECT v.kinds, m.facet, m.type, m.source, m.language, m.addressed, v.relevance,
    list_filter(v.scores, lambda score: score.kind = v.kinds[1])[1].p AS confidence,
    count(*) AS mentions,
    arg_max({{'title': m.title, 'url': m.url, 'seen': m.first_seen}}, (m.first_seen, m.id), {SAMPLES}) AS samples
FROM verdict_latest AS v JOIN mention AS m ON m.id = v.mention
WHERE m.first_seen >= $since AND v.first_seen >= $since AND m.facet <> 'ambassador'
GROUP BY ALL ORDER BY max(m.first_seen) DESC, max(m.id) DESC
"""


@dataclass(frozen=True, slots=True)
class Sample:
    """One mention of a group: what a person needs to look at it."""

    title: str = field(repr=False)
    url: str = field(repr=False)
    seen: datetime


@dataclass(frozen=True, slots=True)
class Judged:
    """Mentions that a scheme cannot tell apart, as they were judged last; the newest of them as samples.

    `confidence`: that of the primary kind, None where none was kept.
    """

    kinds: tuple[Kind, ...]
    facet: Facet
    type: PostType
    source: str
    language: str | None
    addressed: bool
    relevance: float | None
    confidence: float | None
    mentions: int
    samples: tuple[Sample, ...]


def since(connection: duckdb.DuckDBPyConnection, moment: datetime) -> list[Judged]:
    """The groups of mentions first seen since `moment`, those with the newest mention first."""
    found = connection.execute(_JUDGED, {"since": moment})
    names = [column[0] for column in found.description or ()]
    return [_judged(dict(zip(names, row, strict=True))) for row in found.fetchall()]


def _judged(row: dict[str, Any]) -> Judged:
    samples = tuple(Sample(**sample) for sample in row["samples"])
    return Judged(**row | {"kinds": tuple(row["kinds"]), "samples": samples})
