"""Hits and manner of writing -> kinds that hold, the need of a reaction and polarity, by cues alone."""

import re
from collections.abc import Mapping, Sequence

from monitor.model import KINDS, Kind
from monitor.triage.reading import STRONG_WITHOUT_FIGURE, Hit, Reading, speaks_for, squashed, weights_of

_TIME = re.compile(
    r"\b(?:\d+|two|three|four|five|six|several) ?\+? ?(?:hours?|hrs?|days?|weeks?|months?|minutes?|mins?)\b"
)


def judged(text: str, plain: str, hits: Sequence[Hit], language: str | None, words: int) -> Reading:
    weights = weights_of(hits)
    kinds = _kinds(weights, hits)
    complaint, compliment = weights.get("complaint", 0.0), weights.get("compliment", 0.0)
    question = weights.get("question", 0.0)
    strong = any(hit.tier == "strong" for hit in hits)
    needs = squashed(-1.5 + 0.9 * complaint + 0.5 * question - 0.9 * compliment + 1.5 * strong)
    polarity = (compliment - complaint) / (1 + compliment + complaint)
    return Reading(text, tuple(hits), language, kinds, needs, polarity, words)


def _kinds(weights: Mapping[Kind, float], hits: Sequence[Hit]) -> dict[Kind, float]:
    held: dict[Kind, float] = {}
    for kind in KINDS:
        if kind not in weights:
            continue
        sure = max(
            (hit.precision or STRONG_WITHOUT_FIGURE for hit in hits if hit.tier == "strong" and hit.kind == kind),
            default=0.0,
        )
        against = 0.5 * weights.get("compliment", 0.0) if kind == "complaint" else 0.0
        sure = max(sure, squashed(1.5 * (weights[kind] - against - 0.7)))
        if sure >= 0.5:
            held[kind] = sure
    return held
