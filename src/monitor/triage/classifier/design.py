"""Labelled texts as a matrix for fitting: words and pairs, n-grams, manner and cues, a row per text."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
from scipy import sparse

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
from monitor.triage.cues import FEATURES, Cues, Reading
from monitor.triage.labels import Labelled

BESIDE = len(MANNER) + len(FEATURES)


@dataclass(frozen=True, slots=True)
class Example:
    """A labelled text and what the cues say of it."""

    label: Labelled
    reading: Reading


@dataclass(frozen=True, slots=True)
class Design:
    """The matrix: its first `terms` columns are words and n-grams, the last `BESIDE` are manner and cues."""

    matrix: sparse.csr_matrix
    terms: int

    @property
    def rows(self) -> int:
        return int(self.matrix.shape[0])

    def row(self, which: object) -> "Design":
        """The rows of a mask or of numbers."""
        return Design(self.matrix[which], self.terms)


def examples(rows: Iterable[Labelled], cues: Cues) -> list[Example]:
    """The rows read by the cues."""
    return [Example(row, cues.read(row.text, row.language)) for row in rows]


def known_terms(rows: Iterable[Example]) -> Vocabulary:
    """The vocabulary of these texts."""
    return vocabulary([folded(word) for word in written(one.label.text)] for one in rows)


def design(rows: Sequence[Example], known: Vocabulary) -> Design:
    """The matrix of these texts in the terms of a vocabulary."""
    words, grams, beside = [], [], np.zeros((len(rows), BESIDE))
    for at, one in enumerate(rows):
        found = written(one.label.text)
        plain = [folded(word) for word in found]
        words.append(word_terms(plain, known))
        grams.append(gram_terms(plain, known))
        beside[at] = [*manner(one.label.text, found, plain), *one.reading.features]
    blocks = [_csr(words, len(known.words)), _csr(grams, len(known.grams)), sparse.csr_matrix(beside)]
    stacked = cast(sparse.csr_matrix, sparse.hstack(blocks, format="csr"))
    return Design(stacked, len(known.words) + len(known.grams))


def _csr(rows: Sequence[tuple[list[int], list[float]]], size: int) -> sparse.csr_matrix:
    ends = np.cumsum([0, *(len(columns) for columns, _ in rows)])
    columns = np.array([column for row, _ in rows for column in row], dtype=np.int64)
    values: Floats = np.array([value for _, row in rows for value in row], dtype=np.float64)
    return sparse.csr_matrix((values, columns, ends), shape=(len(rows), size))
