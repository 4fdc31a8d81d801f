"""Hits -> kinds that hold, the need of a reaction and polarity, by cues alone.

    weights per kind -> score = weight - what speaks against it - the kind's threshold -> confidence
    needs = complaint against compliment, lifted by strong hits and questions

The constants are set by hand and rounded; what they were checked on stands in docs/cues.md.
"""

from collections.abc import Mapping, Sequence

from monitor.model import KINDS, Kind
from monitor.triage.cues.reading import STRONG_WITHOUT_FIGURE, Hit, Reading, squashed, weights_of

THRESHOLD: Mapping[Kind, float] = {"complaint": 1.2, "question": 0.8, "compliment": 0.7}
USUAL_THRESHOLD = 0.9  # of the other kinds: one plain cue is enough
STEEPNESS = 1.2  # how fast a score becomes certainty
HINT = 0.6  # cues of this weight or less only add: they take nothing from a compliment
AGAINST = 0.75  # what a compliment takes from a complaint's weight, and the other way round
PRAISED = 1.5  # what a compliment takes from the need of a reaction
ASKED = 0.2  # what a question takes from the urgency of what looks like a complaint: it may be a polite request
NEEDS_AT = 1.8  # weight of a complaint, less one and a half times that of compliments, at which need is even
LIFTED: Mapping[Kind, float] = {"question": 0.33, "suggestion": 0.25}  # least need of a post of this kind
LEAST, MOST = 0.5, 0.97  # of a strong hit's confidence: it always holds, and is never beyond doubt
STRONG_NEED = 0.9  # least need of a post with a strong hit


def judged(text: str, hits: Sequence[Hit], language: str | None, words: int) -> Reading:
    """The reading of a text with these hits; `words` is how many different ones it has."""
    if not hits:
        return Reading(text, (), language, {}, squashed(-NEEDS_AT), 0.0, words)
    weights = weights_of(hits)
    kinds = _kinds(weights, hits)
    bad, good = weights.get("complaint", 0.0), weights.get("compliment", 0.0)
    return Reading(text, tuple(hits), language, kinds, _needs(weights, kinds, hits), _polarity(bad, good), words)


def _kinds(weights: Mapping[Kind, float], hits: Sequence[Hit]) -> dict[Kind, float]:
    """The kinds that hold, most severe first, with confidence from one half to one."""
    strong: dict[Kind, float] = {}
    for hit in hits:
        if hit.tier == "strong":
            sure = STRONG_WITHOUT_FIGURE if hit.precision is None else min(max(hit.precision, LEAST), MOST)
            strong[hit.kind] = max(strong.get(hit.kind, 0.0), sure)
    plain = weights_of(hit for hit in hits if hit.weight > HINT)
    found = {kind: max(_confidence(kind, weights, plain), strong.get(kind, 0.0)) for kind in KINDS if kind in weights}
    return {kind: sure for kind, sure in found.items() if sure >= 0.5}


def _confidence(kind: Kind, weights: Mapping[Kind, float], plain: Mapping[Kind, float]) -> float:
    score = weights[kind] - THRESHOLD.get(kind, USUAL_THRESHOLD)
    if kind == "complaint":
        score -= AGAINST * weights.get("compliment", 0.0)
    if kind == "compliment":
        score -= AGAINST * plain.get("complaint", 0.0)
    return squashed(STEEPNESS * score)


def _needs(weights: Mapping[Kind, float], kinds: Mapping[Kind, float], hits: Sequence[Hit]) -> float:
    bad, good = weights.get("complaint", 0.0), weights.get("compliment", 0.0)
    least = max((LIFTED.get(kind, 0.0) for kind in kinds), default=0.0)
    if any(hit.tier == "strong" for hit in hits):
        least = STRONG_NEED
    asked = ASKED * min(weights.get("question", 0.0), 2.0)
    return max(squashed(bad - PRAISED * good - asked - NEEDS_AT), least)


def _polarity(bad: float, good: float) -> float:
    """From -1 to 1; a single cue of weight 1 stands half way."""
    return (good - bad) / (1 + good + bad)
