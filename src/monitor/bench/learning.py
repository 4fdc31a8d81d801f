"""The classifier held to the issue's figures, beside the plain baseline on the same folds and the same labels.

Every function yields figures; `seed` decides folds and which texts are labelled. Nothing is tuned here: the product's
own `fit` with its defaults is what is measured.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from sklearn.metrics import f1_score

from monitor.bench.figures import Figure
from monitor.bench.labelled import cues_of, made, read, rows
from monitor.bench.plain_classifier import Plain
from monitor.model import Kind
from monitor.triage.classifier import measures
from monitor.triage.classifier.design import Example
from monitor.triage.classifier.features import Floats
from monitor.triage.classifier.fit import Fitted, fit
from monitor.triage.classifier.splits import Numbers, folds, groups
from monitor.triage.labels import Labelled

Scored = tuple[float, float]  # of the baseline, ours


def learned(own: Sequence[Example], heads: Sequence[str], seed: int, *languages: str) -> Fitted:
    """The product's model of these labels."""
    return fit(own, made(*languages), cue_version=cues_of(*languages).version, seed=seed, heads=heads)


def chances(fitted: Fitted, tested: Sequence[Example], head: str) -> Floats:
    """What the model says to one question."""
    return np.array([fitted.model.chances(one.label.text, one.reading)[head] for one in tested])


def holds(fitted: Fitted, tested: Sequence[Example], head: str) -> Numbers:
    """Whether it holds by the head's own threshold."""
    threshold = next(one.threshold for one in fitted.model.heads if one.name == head)
    return (chances(fitted, tested, head) >= threshold).astype(np.int64)


def macro(truth: Numbers, said: Numbers) -> float:
    """Macro-F1 in per cent."""
    return 100 * float(f1_score(truth, said, average="macro"))


def micro(truth: Numbers, said: Numbers) -> float:
    """Micro-F1 of classes that exclude each other, in per cent: the share that is right."""
    return 100 * float((truth == said).mean())


def complaints(data: Path, seed: int, quick: bool) -> Iterator[Figure]:
    """English complaints: ten folds, few labels, calibration."""
    found = read(
        [
            Labelled(row["text"], "en", frozenset[Kind](("complaint",) if row["label"] == "complaint" else ()))
            for row in rows(data, "en_complaints_acl2019")
        ],
        "en",
    )
    truth = np.array([int("complaint" in (one.label.kinds or ())) for one in found])
    both = crossed(found, truth, ("complaint",), seed, 3 if quick else 10)
    scores = [macro(truth, one) for one in both]
    split = f"10-fold by near duplicate, seed {seed}"
    yield Figure("complaint, English, macro-F1", len(found), split, scores[0], scores[1], "83.7", "85, then 88.2")
    for labels, first, target in ((50, "67.0", "70"), (200, "75.4", "78"), (1000, "79.7", "82")):
        times = (2 if quick else 10) if labels < 1000 else (1 if quick else 4)
        drawn = [_few_labels(found, truth, labels, seed + at) for at in range(times)]
        f1s, errors = (np.mean([one[part] for one in drawn], axis=0) for part in (0, 1))
        split = f"a fifth held out, {times} times, seeds from {seed}"
        task = f"complaint, English, {labels} labels"
        yield Figure(f"{task}, macro-F1", len(found), split, f1s[0], f1s[1], first, target)
        if labels < 1000:
            wanted = {50: (".052", ".05"), 200: (".030", ".03")}[labels]
            yield Figure(f"{task}, calibration error", len(found), split, errors[0], errors[1], *wanted, unit="share")


def _few_labels(found: Sequence[Example], truth: Numbers, labels: int, seed: int) -> tuple[Scored, Scored]:
    """Macro-F1 and calibration error, both of the baseline and ours, with so many random labels."""
    parts = folds(groups([one.label.text for one in found]), 5, seed)
    rest, out = np.flatnonzero(parts != 0), np.flatnonzero(parts == 0)
    chosen = np.random.default_rng(seed).permutation(rest)[:labels]
    own, tested = [found[int(at)] for at in chosen], [found[int(at)] for at in out]
    plain = Plain(own, truth[chosen]).chances(tested)[:, 1]
    fitted = learned(own, ("complaint",), seed, "en")
    ours = chances(fitted, tested, "complaint")
    errors = [measures.calibration_error(one, truth[out]) for one in (plain, ours)]
    f1s = macro(truth[out], (plain >= 0.5).astype(np.int64)), macro(truth[out], holds(fitted, tested, "complaint"))
    return f1s, (errors[0], errors[1])


def crossed(
    found: Sequence[Example], truth: Numbers, heads: Sequence[str], seed: int, count: int, *languages: str
) -> tuple[Numbers, Numbers]:
    """What the baseline and we say of every text when it was held out; one head yes or no, else the likeliest."""
    parts = folds(groups([one.label.text for one in found], [one.label.group for one in found]), count, seed)
    said = np.zeros((2, len(found)), dtype=np.int64)
    for part in range(count):
        rest, out = np.flatnonzero(parts != part), np.flatnonzero(parts == part)
        own, tested = [found[int(at)] for at in rest], [found[int(at)] for at in out]
        said[0, out] = Plain(own, truth[rest]).chances(tested).argmax(axis=1)
        fitted = learned(own, heads, seed, *(languages or ("en",)))
        said[1, out] = holds(fitted, tested, heads[0]) if len(heads) == 1 else likeliest(fitted, tested, heads)
    return said[0], said[1]


def likeliest(fitted: Fitted, tested: Sequence[Example], heads: Sequence[str]) -> Numbers:
    """Which of the heads is the likeliest for each text."""
    told = [fitted.model.chances(one.label.text, one.reading) for one in tested]
    return np.array([max(range(len(heads)), key=lambda at: one.get(heads[at], 0.0)) for one in told])
