"""Hits -> what they say together: kinds with confidence, the need of a reaction, features, polarity, reasons.

    hits -> own ones (not quoted) -> weights per kind -> kinds | needs | polarity

The few constants are set by hand and rounded; what they were checked on stands in docs/cues.md.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from monitor.model import KINDS, Kind, Reason

STRONG_WITHOUT_FIGURE = 0.8  # confidence of a strong cue that nobody measured yet
LONGEST_EVIDENCE = 60  # characters of the post that a reason may quote
CAP = 6.0  # weight of one kind that counts; a tirade is not a better complaint
NEGATED = 1.2  # what a negated compliment weighs as a complaint: enough alone; it is one in .82 nl, .78 en
USUAL_WORDS = 20  # words of an ordinary post, over which counts are spread
NOT_QUOTED: frozenset[Kind] = frozenset(("complaint", "compliment", "abuse"))  # another's are not the author's
FEATURE_KINDS: tuple[Kind, ...] = tuple(kind for kind in KINDS if kind != "other")
FEATURES: tuple[str, ...] = tuple(f"{kind}.{part}" for kind in FEATURE_KINDS for part in ("count", "present"))


@dataclass(frozen=True, slots=True)
class Hit:
    """A cue found; `span` counts characters of the original text. A `negated` compliment speaks against."""

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
        """The hits for a kind, in the order of the text; a negated compliment is a reason for a complaint."""
        return tuple(
            Reason(
                kind,
                hit.cue,
                self.text[slice(*hit.span)][:LONGEST_EVIDENCE],
                hit.span,
                "strong" if hit.tier == "strong" else "cue",
                hit.precision,
            )
            for hit in self.hits
            if speaks_for(hit) == kind
        )


def speaks_for(hit: Hit) -> Kind | None:
    """The kind a hit counts for; None for words of somebody who is quoted."""
    if hit.quoted and hit.kind in NOT_QUOTED:
        return None
    return "complaint" if hit.negated else hit.kind


def weights_of(hits: Iterable[Hit]) -> dict[Kind, float]:
    """The weights of the hits per kind, up to `CAP`."""
    weights: dict[Kind, float] = {}
    for hit in hits:
        if kind := speaks_for(hit):
            weight = hit.weight * (NEGATED if hit.negated else 1.0)
            weights[kind] = min(weights.get(kind, 0.0) + weight, CAP)
    return weights


def squashed(score: float) -> float:
    """A score as a number from 0 to 1, one half at 0."""
    return 1 / (1 + math.exp(-score))
