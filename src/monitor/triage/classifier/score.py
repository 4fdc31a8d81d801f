"""A model's judgement of a text: linear heads over words, n-grams, manner and cues, then blended and calibrated.

    weight of words + of n-grams + of manner and cues + bias -> logit            per head
    share * logit + (1 - share) * the cues' own logit        -> blended          share grows with the labels
    sigmoid(slope * blended + intercept)                     -> probability

Everything is linear in a word, so what a word's n-grams weigh in every head is reckoned once and kept: a text then
costs a look-up per word. Strong cues always win: where one hit, the probability of its kind is never below what the
cues alone give it.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import cast

import numpy as np

from monitor.model import KINDS, Kind
from monitor.triage.classifier.features import Floats, Vocabulary, folded, manner, places, written
from monitor.triage.classifier.weigh import Weights
from monitor.triage.cues import Reading
from monitor.triage.labels import SentimentLabel

NEEDS = "needs"
RELEVANT = "relevant"
SENTIMENTS: tuple[SentimentLabel, ...] = ("negative", "neutral", "positive")
SENTIMENT = "sentiment:"
MOST_WORDS = 3  # that are told per head
LEAST, MOST = 0.05, 0.95  # what cues alone may say: their confidence is no certainty
Weighed = tuple[str, str, float, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Head:
    """One question: a kind, "needs", "relevant", or "sentiment:negative" and its like.

    `labels` and `positives` are what it was fitted on; `share` the model's part beside the cues' logit; `slope` and
    `intercept` calibrate; `threshold` is the probability from which it holds. `decides`: it beat the cues on held-out
    labels, so that they step back.
    """

    name: str
    labels: int
    positives: int
    share: float
    slope: float
    intercept: float
    threshold: float
    decides: bool


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the model says of one text. What it does not decide is not in it: there the cues go on.

    `kinds`: calibrated probability per kind; `holding`: those of them that hold. `words`: for each that holds, and for
    "needs", the words that weighed most, as (kind or "needs", word, weight in logits, span).
    """

    kinds: Mapping[Kind, float]
    needs: float | None
    sentiment: tuple[SentimentLabel, float] | None
    words: tuple[Weighed, ...]
    version: str
    holding: frozenset[Kind] = frozenset()
    relevant: float | None = None


@dataclass(frozen=True, eq=False)  # without slots: what its words weigh is reckoned at the first text
class Model:
    """A fitted model. Weights are of (terms, heads); `manner_weights` of manner and cue features."""

    version: str
    cue_version: str
    seed: int
    heads: tuple[Head, ...]
    vocabulary: Vocabulary
    word_weights: Floats
    gram_weights: Floats
    manner_weights: Floats
    bias: Floats
    figures: Mapping[str, object] = field(default_factory=dict)

    @cached_property
    def _weights(self) -> Weights:
        return Weights(self.vocabulary, self.word_weights, self.gram_weights)

    def judge(self, text: str, reading: Reading) -> Judgement:
        """Probabilities of what the model decides, with the words that weighed most."""
        found = written(text)
        plain = [folded(one) for one in found]
        chances = self._chances(self.logits(text, found, plain, reading), reading)
        decided = {head.name: (head, at) for at, head in enumerate(self.heads) if head.decides}
        kinds = {kind: chances[decided[kind][1]] for kind in KINDS if kind in decided}
        holding = frozenset(kind for kind, chance in kinds.items() if chance >= decided[kind][0].threshold)
        needs, relevant = (chances[decided[name][1]] if name in decided else None for name in (NEEDS, RELEVANT))
        told: list[tuple[str, int]] = [(kind, decided[kind][1]) for kind in KINDS if kind in holding]
        told += [(NEEDS, decided[NEEDS][1])] if needs is not None and needs >= 0.5 else []
        words = self._words(text, plain, told) if told else ()
        return Judgement(kinds, needs, self._sentiment(chances), words, self.version, holding, relevant)

    def chances(self, text: str, reading: Reading) -> dict[str, float]:
        """The probability of every head, those that do not decide too: for evaluation, and the choice of labels."""
        found = written(text)
        logits = self.logits(text, found, [folded(one) for one in found], reading)
        return {head.name: chance for head, chance in zip(self.heads, self._chances(logits, reading), strict=True)}

    def logits(self, text: str, found: Sequence[str], plain: Sequence[str], reading: Reading) -> Floats:
        """The heads' own logits, before cues are blended in and probabilities made."""
        beside = np.array([*manner(text, found, plain), *reading.features]) @ self.manner_weights
        return np.asarray(self._weights.summed(plain) + beside + self.bias)

    def _chances(self, logits: Floats, reading: Reading) -> list[float]:
        pairs = zip(self.heads, logits.tolist(), strict=True)
        return [
            _never_below_strong(head.name, chance(head, own, cue_logit(head.name, reading)), reading)
            for head, own in pairs
        ]

    def _sentiment(self, chances: Sequence[float]) -> tuple[SentimentLabel, float] | None:
        """The likeliest label; the three heads were fitted apart, so their chances are made to add up to 1."""
        names = [head.name.removeprefix(SENTIMENT) if head.decides else "" for head in self.heads]
        found = {name: chances[names.index(name)] for name in SENTIMENTS if name in names}
        total = sum(found.values())
        if len(found) < len(SENTIMENTS) or total <= 0:
            return None
        label = max(found, key=lambda name: found[name])
        return label, found[label] / total

    def _words(self, text: str, plain: Sequence[str], told: Iterable[tuple[str, int]]) -> tuple[Weighed, ...]:
        weights, spans = self._weights.each(plain), places(text)
        return tuple(one for name, at in told for one in _heaviest(name, weights[:, at], text, spans))


def chance(head: Head, logit: float, cues: float) -> float:
    """The calibrated probability of a head from its own logit and the cues'."""
    return sigmoid(head.slope * (head.share * logit + (1 - head.share) * cues) + head.intercept)


def cue_logit(name: str, reading: Reading) -> float:
    """What the cues alone say to a head's question, as a logit."""
    if name.startswith(SENTIMENT):
        return _of_polarity(name.removeprefix(SENTIMENT), reading.polarity)
    if name == RELEVANT:
        return 0.0  # cues do not know whose name it is
    said = reading.needs if name == NEEDS else reading.kinds.get(cast(Kind, name), 0.0)
    return logit(min(max(said, LEAST), MOST))


def logit(chance: float) -> float:
    return math.log(chance / (1 - chance))


def sigmoid(value: float) -> float:
    return 1 / (1 + math.exp(-min(max(value, -30.0), 30.0)))


def _of_polarity(label: str, polarity: float) -> float:
    """A polarity from -1 to 1 as a logit of a label; neutral is what is near to 0."""
    return {"negative": -2 * polarity, "positive": 2 * polarity}.get(label, 1 - 4 * abs(polarity))


def _never_below_strong(name: str, chance: float, reading: Reading) -> float:
    strong = [hit for hit in reading.hits if hit.tier == "strong" and hit.kind == name and not hit.negated]
    return max(chance, reading.kinds.get(cast(Kind, name), 0.0)) if strong else chance


def _heaviest(name: str, weights: Floats, text: str, spans: Sequence[tuple[int, int]]) -> list[Weighed]:
    """The words that speak most for a head, the heaviest first; a word that stands there twice is told once."""
    told: dict[str, Weighed] = {}
    for at in np.argsort(-weights, kind="stable").tolist():
        start, stop = spans[at]
        word = text[start:stop]
        if weights[at] <= 0 or len(told) == MOST_WORDS:
            break
        told.setdefault(word.lower(), (name, word, round(float(weights[at]), 3), (start, stop)))
    return list(told.values())
