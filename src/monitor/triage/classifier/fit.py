"""Labels -> a model, by scikit-learn: the made set first, then what the team's labels say beyond it.

    made set --logistic regression--> prior        what ships; without labels it is the model
    team's labels: terms + prior's logit --logistic regression, and once more over terms weighted by their
        log-count ratio--> a head                  the two are averaged; all of it is linear, so it is one set of weights
    grouped folds --> held-out logits --> blend with the cues, calibration, threshold, and whether it beats the cues

Log-count ratios: Wang and Manning (2012), Baselines and Bigrams. Stacking the prior's logit beat pooling both sets
(docs/learning.md has the figures).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from monitor.model import KINDS, Kind
from monitor.triage.classifier import calibrate
from monitor.triage.classifier.features import (
    MANNER,
    Floats,
    Vocabulary,
    folded,
    gram_terms,
    manner,
    vocabulary,
    word_terms,
    written,
)
from monitor.triage.classifier.score import NEEDS, SENTIMENT, SENTIMENTS, Head, Model, cue_logit, sigmoid
from monitor.triage.classifier.splits import Numbers, folds, groups
from monitor.triage.cues import Cues, Reading
from monitor.triage.labels import Labelled

FEWEST, FEWEST_OF_EACH = 40, 8  # labels; below that a class is left to the prior and the cues
FOLDS = 5
STRENGTH, RATIO_STRENGTH = 1.0, 10.0  # inverse regularisation
HALF_RATIO, HALF_SHARE = 300, 20  # labels at which the ratios, and the model beside the cues, have half their say
SMOOTHING = 0.5  # of log-count ratios
PRIOR_MANNER = 4  # of the manner's features; names, addresses, figures and length differ from place to place
HEADS = (*(kind for kind in KINDS if kind != "other"), NEEDS, *(SENTIMENT + name for name in SENTIMENTS))


@dataclass(frozen=True, slots=True)
class Example:
    """A labelled text and what the cues say of it."""

    label: Labelled
    reading: Reading


@dataclass(frozen=True, slots=True)
class Held:
    """What was predicted of one head's texts by models that had not seen them: `rows` number the examples."""

    rows: Numbers
    truth: Numbers
    chances: Floats
    cues: Floats


@dataclass(frozen=True, slots=True)
class Fitted:
    """A model and its held-out predictions per head."""

    model: Model
    held: dict[str, Held]


def examples(rows: Iterable[Labelled], cues: Cues) -> list[Example]:
    """The rows read by the cues."""
    return [Example(row, cues.read(row.text, row.language)) for row in rows]


def truth(label: Labelled, head: str) -> bool | None:
    """What a label says to a head's question; None when it was not asked."""
    if head == NEEDS:
        return label.needs
    if head.startswith(SENTIMENT):
        return None if label.sentiment is None else label.sentiment == head.removeprefix(SENTIMENT)
    return None if label.kinds is None else head in label.kinds


def fitted(own: Sequence[Example], made: Sequence[Example], *, cue_version: str, seed: int = 7) -> Fitted:
    """A model from the team's examples upon the made ones; without examples of the team's it is the starter."""
    known = vocabulary(_plain(one) for one in (*made, *own))
    prior = _priors(_terms(made, known), made, known)
    held, heads, columns = {}, [], []
    at = _terms(own, known)
    parts = folds(groups([one.label.text for one in own], [one.label.group for one in own]), FOLDS, seed)
    for name in HEADS:
        head, weights, seen = _head(name, own, at, parts, prior.get(name), len(known.words), len(known.grams), seed)
        if head and weights is not None:
            heads.append(head)
            columns.append(weights)
            held |= {name: seen} if seen else {}
    return Fitted(_model(heads, columns, known, cue_version=cue_version, seed=seed), held)


def _plain(example: Example) -> list[str]:
    return [folded(one) for one in written(example.label.text)]


def _terms(rows: Sequence[Example], known: Vocabulary) -> sparse.csr_matrix:
    """Words, n-grams, then manner and cues: a row per example."""
    sparse_parts = [[], []]  # type: list[list[tuple[list[int], list[float]]]]
    beside = np.zeros((len(rows), len(MANNER) + (len(rows[0].reading.features) if rows else 0)))
    for at, one in enumerate(rows):
        found = written(one.label.text)
        plain = [folded(word) for word in found]
        sparse_parts[0].append(word_terms(plain, known))
        sparse_parts[1].append(gram_terms(plain, known))
        beside[at] = [*manner(one.label.text, found, plain), *one.reading.features]
    blocks = [_csr(part, size) for part, size in zip(sparse_parts, (len(known.words), len(known.grams)), strict=True)]
    return cast(sparse.csr_matrix, sparse.hstack([*blocks, sparse.csr_matrix(beside)], format="csr"))


def _csr(rows: Sequence[tuple[list[int], list[float]]], size: int) -> sparse.csr_matrix:
    ends = np.cumsum([0, *(len(columns) for columns, _ in rows)])
    columns = np.array([column for row, _ in rows for column in row], dtype=np.int64)
    values = np.array([value for _, row in rows for value in row])
    return sparse.csr_matrix((values, columns, ends), shape=(len(rows), size))
