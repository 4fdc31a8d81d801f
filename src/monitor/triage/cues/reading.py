"""Hits -> what they say together: kinds with confidence, the need of a reaction, features, polarity, reasons.

    hits -> own ones (not quoted) -> weights per kind -> kinds | needs | polarity

The few constants are set by hand and rounded; what they were checked on stands in docs/cues.md.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from monitor.model import KINDS, Evidence, Kind, Reason

STRONG_WITHOUT_FIGURE = 0.8  # confidence of a strong cue that nobody measured yet
LONGEST_EVIDENCE = 60  # characters of the post that a reason may quote
SAYS = 1.0  # weight from which a cue says its kind; below it, it only hints
MOST_HINTS = 2  # hints that are shown as reasons where nothing says it
CAP = 6.0  # weight of one kind that counts; a tirade is not a better complaint
NEGATED = 1.2  # what a negated compliment weighs as a complaint: enough alone; it is one in .82 nl, .78 en
USUAL_WORDS = 20  # words of an ordinary post, over which counts are spread
NOT_QUOTED: frozenset[Kind] = frozenset(("complaint", "compliment", "abuse"))  # another's are not the author's
FEATURE_KINDS: tuple[Kind, ...] = tuple(kind for kind in KINDS if kind != "other")
FEATURES: tuple[str, ...] = tuple(f"{kind}.{part}" for kind in FEATURE_KINDS for part in ("count", "present"))


@dataclass(frozen=True, slots=True)
class Hit:
    """A cue found; `span` counts characters of the original text.

    A `negated` compliment counts as a complaint, and its span begins at the negation.
    """

    kind: Kind
    cue: str
    tier: Literal["strong", "weak"]
    weight: float
    precision: float | None
    span: tuple[int, int]
    negated: bool = False
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """What the cues say of a text. `kinds` are those that hold with their confidence, most severe first."""

    text: str = field(repr=False)
    hits: tuple[Hit, ...]
    language: str | None
    kinds: Mapping[Kind, float]
    needs: float
    polarity: float
    words: int

    @property
    def features(self) -> tuple[float, ...]:
        """As `FEATURES` names them: per kind a capped weight spread over the length, and presence."""
        weights = weights_of(self.hits)
        spread = USUAL_WORDS / max(self.words, USUAL_WORDS / 2)
        return tuple(
            value
            for kind in FEATURE_KINDS
            for value in (min(weights.get(kind, 0.0) * spread, CAP), float(kind in weights))
        )

    def reasons(self, kind: Kind) -> tuple[Reason, ...]:
        """The hits that say a kind, the weightiest first, the same words once; hints only where nothing says it.

        A negated compliment is a reason for a complaint, and its words show the negation.
        """
        hits = sorted((hit for hit in self.hits if speaks_for(hit) == kind), key=_weightiest)
        once = {self._words(hit).casefold(): hit for hit in reversed(hits)}
        each = [hit for hit in hits if once[self._words(hit).casefold()] is hit]
        says = [hit for hit in each if hit.tier == "strong" or hit.weight >= SAYS]
        return tuple(self._reason(kind, hit) for hit in says or each[:MOST_HINTS])

    def _words(self, hit: Hit) -> str:
        return self.text[slice(*hit.span)]

    def _reason(self, kind: Kind, hit: Hit) -> Reason:
        by: Evidence = "strong" if hit.tier == "strong" else "cue"
        return Reason(kind, hit.cue, self._words(hit)[:LONGEST_EVIDENCE], hit.span, by, hit.precision)


def _weightiest(hit: Hit) -> tuple[bool, float, int]:
    """Strong hits first, then by weight, then in the order of the text."""
    return hit.tier != "strong", -hit.weight, hit.span[0]


def speaks_for(hit: Hit) -> Kind | None:
    """The kind a hit counts for; None for words of somebody who is quoted."""
    if hit.quoted and hit.kind in NOT_QUOTED:
        return None
    return "complaint" if hit.negated else hit.kind


def weights_of(hits: Iterable[Hit]) -> dict[Kind, float]:
    """The weights of the hits per kind, up to `CAP`; a cue that is repeated counts once."""
    weights: dict[Kind, float] = {}
    for hit in {(hit.kind, hit.cue, hit.negated, hit.quoted): hit for hit in hits}.values():
        if kind := speaks_for(hit):
            weight = hit.weight * (NEGATED if hit.negated else 1.0)
            weights[kind] = min(weights.get(kind, 0.0) + weight, CAP)
    return weights


def squashed(score: float) -> float:
    """A score as a number from 0 to 1, one half at 0."""
    return 1 / (1 + math.exp(-score))
