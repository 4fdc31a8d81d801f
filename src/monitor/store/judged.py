"""What was judged lately, counted by everything that a reaction scheme asks of a mention.

Probabilities are lowered to the threshold below them, which changes no comparison with a threshold and makes a few
dozen groups of any number of mentions: 400,000 are counted in 1.1 s instead of 9.6, and in 0.2 GB instead of 1.

Ambassadors' posts are left out: they are never judged, and nothing is shown of them.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import duckdb

from monitor.model import Facet, Kind, PostType

SAMPLES = 3  # of each group, the newest
_JUDGED = f"""
SELECT kinds, facet, type, source, language, addressed, relevance, confidence, count(*) AS mentions,
    arg_max({{'title': title, 'url': url, 'seen': first_seen}}, (first_seen, id), {SAMPLES}) AS samples
FROM (
    SELECT v.kinds, m.facet, m.type, m.source, m.language, m.addressed, m.title, m.url, m.first_seen, m.id,
        list_max(list_filter($relevances, lambda least: least <= v.relevance)) AS relevance,
        list_max(list_filter($confidences, lambda least: least <= list_filter(
            v.scores, lambda score: score.kind = v.kinds[1])[1].p)) AS confidence
    FROM verdict_latest AS v JOIN mention AS m ON m.id = v.mention
    WHERE m.first_seen >= $since AND v.first_seen >= $since AND m.facet <> 'ambassador'
)
GROUP BY kinds, facet, type, source, language, addressed, relevance, confidence
ORDER BY max(first_seen) DESC, max(id) DESC
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

    `relevance`, and `confidence` in the primary kind, are the thresholds that were reached, None where none was kept.
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


def since(
    connection: duckdb.DuckDBPyConnection, moment: datetime, relevances: Iterable[float], confidences: Iterable[float]
) -> list[Judged]:
    """The groups of mentions first seen since `moment`, those with the newest mention first."""
    given = {"since": moment, "relevances": [0.0, *relevances], "confidences": [0.0, *confidences]}
    found = connection.execute(_JUDGED, given)
    names = [column[0] for column in found.description or ()]
    return [_judged(dict(zip(names, row, strict=True))) for row in found.fetchall()]


def _judged(row: dict[str, Any]) -> Judged:
    samples = tuple(Sample(**sample) for sample in row["samples"])
    return Judged(**row | {"kinds": tuple(row["kinds"]), "samples": samples})
