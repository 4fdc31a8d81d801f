"""Measures of a ranking and of probabilities: recall at a budget, precision of the first, calibration, agreement."""

from collections.abc import Callable, Mapping, Sequence
from itertools import combinations

import numpy as np

from monitor.triage.classifier.features import Floats
from monitor.triage.classifier.splits import Numbers

BOOTSTRAPS = 400
BINS = 10
DAY = 100  # texts of a day, whose first ten are looked at
Interval = tuple[float, float, float]  # value, and the 5th and 95th of 100 parts of its bootstraps


def ranked(chances: Floats) -> Numbers:
    """The rows in the order in which they would be read; equals in an order that says nothing."""
    shuffled = np.random.default_rng(0).permutation(len(chances))
    return np.asarray(shuffled[np.argsort(-chances[shuffled], kind="stable")], dtype=np.int64)


def recall_at(chances: Floats, truth: Numbers, share: float) -> float:
    """What part of the hits is read when a share of all texts is."""
    read = ranked(chances)[: round(share * len(chances))]
    return float(truth[read].sum() / truth.sum()) if truth.sum() else 0.0


def first_ten(chances: Floats, truth: Numbers, day: int = DAY) -> float:
    """The mean precision of each day's first ten, of days of so many texts in the order given."""
    days = [slice(at, at + day) for at in range(0, max(len(truth) - day // 2, 1), day)]
    return float(np.mean([truth[one][ranked(chances[one])[:10]].mean() for one in days]))


def curve(chances: Floats, truth: Numbers, steps: int = 10) -> list[tuple[float, float]]:
    """Recall and the best precision that can be had at it, in even steps of recall."""
    hits = np.cumsum(truth[ranked(chances)])
    precision = hits / np.arange(1, len(hits) + 1)
    recall = hits / max(hits[-1], 1)
    return [
        (step / steps, float(precision[recall >= step / steps - 1e-9].max(initial=0.0))) for step in range(1, steps + 1)
    ]


def reliability(chances: Floats, truth: Numbers) -> list[tuple[float, float, int]]:
    """Bins of equally many texts: mean probability, share of hits, texts."""
    parts = [part for part in np.array_split(np.argsort(chances, kind="stable"), BINS) if len(part)]
    return [(float(chances[part].mean()), float(truth[part].mean()), len(part)) for part in parts]


def calibration_error(chances: Floats, truth: Numbers) -> float:
    """The mean distance of probability and share over the bins of `reliability`, by their texts."""
    bins = reliability(chances, truth)
    return sum(abs(said - was) * texts for said, was, texts in bins) / max(sum(texts for *_, texts in bins), 1)


def interval(measure: Callable[[Numbers], float], rows: int, seed: int) -> Interval:
    """A measure of all rows, and between which values it lies in nine of ten bootstraps."""
    random = np.random.default_rng(seed)
    drawn = [measure(random.integers(0, rows, rows)) for _ in range(BOOTSTRAPS)]
    return measure(np.arange(rows)), float(np.quantile(drawn, 0.05)), float(np.quantile(drawn, 0.95))


def agreement(said: Sequence[Mapping[str, bool]]) -> tuple[float, int] | None:
    """Cohen's kappa over all pairs of people for the same text, and the number of pairs; None without any.

    Each mapping is what people said of one text, person -> yes or no.
    """
    pairs = [(first, second) for one in said for first, second in combinations(one.values(), 2)]
    if not pairs:
        return None
    same = float(np.mean([first == second for first, second in pairs]))
    yes = float(np.mean([answer for pair in pairs for answer in pair]))
    by_chance = yes * yes + (1 - yes) * (1 - yes)
    return (same - by_chance) / (1 - by_chance) if by_chance < 1 else 1.0, len(pairs)
