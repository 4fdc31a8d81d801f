"""Hits -> kinds that hold, the need of a reaction and polarity, by cues alone.

    weights per kind -> score = weight - what speaks against it - the kind's threshold -> confidence
    needs = complaint and length against compliment and question, lifted by strong hits and questions

The constants are set by hand and rounded; what they were checked on stands in docs/cues.md.
"""

from collections.abc import Mapping, Sequence

from monitor.model import KINDS, Kind
from monitor.triage.cues.reading import SAYS, STRONG_WITHOUT_FIGURE, Hit, Reading, squashed, weights_of

THRESHOLD: Mapping[Kind, float] = {"complaint": 1.0, "question": 0.8, "compliment": 0.7}
USUAL_THRESHOLD = 0.9  # of the other kinds: one plain cue is enough
STEEPNESS = 1.2  # how fast a score becomes certainty
AGAINST = 0.75  # what a compliment takes from a complaint's weight, and the other way round
PRAISED = 1.2  # what a compliment takes from the need of a reaction
ASKED = 0.2  # what a question takes from the urgency of what looks like a complaint: it may be a polite request
TOLD = 25  # different words from which a post tells as much as it can: who has a trouble tells it at length
NEEDS_AT = 2.2  # score at which need is even: a cue that says it in a post of some twenty words
LIFTED: Mapping[Kind, float] = {"question": 0.22, "suggestion": 0.2}  # least need of a post of this kind
LEAST, MOST = 0.5, 0.97  # of a strong hit's confidence: it always holds, and is never beyond doubt
STRONG_NEED = 0.9  # least need of a post with a strong hit


def judged(text: str, hits: Sequence[Hit], language: str | None, words: int) -> Reading:
    """The reading of a text with these hits; `words` is how many different ones it has."""
    if not hits:
        return Reading(text, (), language, {}, squashed(_length(words) - NEEDS_AT), 0.0, words)
    weights = weights_of(hits)
    kinds = _kinds(weights, hits)
    bad, good = weights.get("complaint", 0.0), weights.get("compliment", 0.0)
    needs = max(squashed(_need(weights, words)), _least_need(kinds, hits))
    return Reading(text, tuple(hits), language, kinds, needs, _polarity(bad, good), words)


def _kinds(weights: Mapping[Kind, float], hits: Sequence[Hit]) -> dict[Kind, float]:
    """The kinds that hold, most severe first, with confidence from one half to one; hints alone hold none."""
    strong: dict[Kind, float] = {}
    for hit in hits:
        if hit.tier == "strong":
            sure = STRONG_WITHOUT_FIGURE if hit.precision is None else min(max(hit.precision, LEAST), MOST)
            strong[hit.kind] = max(strong.get(hit.kind, 0.0), sure)
    said = weights_of(hit for hit in hits if hit.weight >= SAYS)
    weighed = {kind: _confidence(kind, weights, said) for kind in said}
    both = weighed.keys() | strong.keys()
    found = {kind: max(weighed.get(kind, 0.0), strong.get(kind, 0.0)) for kind in KINDS if kind in both}
    return {kind: held for kind, held in found.items() if held >= 0.5}


def _confidence(kind: Kind, weights: Mapping[Kind, float], said: Mapping[Kind, float]) -> float:
    score = weights[kind] - THRESHOLD.get(kind, USUAL_THRESHOLD)
    if kind == "complaint":
        score -= AGAINST * weights.get("compliment", 0.0)
    if kind == "compliment":
        score -= AGAINST * said.get("complaint", 0.0)
    return squashed(STEEPNESS * score)


def _need(weights: Mapping[Kind, float], words: int) -> float:
    bad, good = weights.get("complaint", 0.0), weights.get("compliment", 0.0)
    asked = ASKED * min(weights.get("question", 0.0), 2.0)
    return bad + _length(words) - PRAISED * good - asked - NEEDS_AT


def _length(words: int) -> float:
    return min(words / TOLD, 1.0)


def _least_need(kinds: Mapping[Kind, float], hits: Sequence[Hit]) -> float:
    if any(hit.tier == "strong" for hit in hits):
        return STRONG_NEED
    return max((LIFTED.get(kind, 0.0) for kind in kinds), default=0.0)


def _polarity(bad: float, good: float) -> float:
    """From -1 to 1; a single cue of weight 1 stands half way."""
    return (good - bad) / (1 + good + bad)
