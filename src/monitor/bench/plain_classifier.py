"""The plain baseline of the triage benchmark: cue counts, word and character tf-idf, logistic regression; no tuning."""

import re
from collections.abc import Sequence

import numpy as np
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from monitor.triage.classifier.design import Example
from monitor.triage.classifier.features import Floats
from monitor.triage.classifier.splits import Numbers

_NAME, _ADDRESS = re.compile(r"@\w+"), re.compile(r"(?:https?://|www\.)\S+")


class Plain:
    """Fitted on examples and classes; gives a probability per class."""

    def __init__(self, rows: Sequence[Example], truth: Numbers) -> None:
        fewest = 2 if len(rows) > 100 else 1
        self._words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, min_df=fewest)
        self._grams = TfidfVectorizer(
            analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True, min_df=2, max_features=60_000
        )
        texts = [_cleaned(one) for one in rows]
        self._words.fit(texts)
        self._grams.fit(texts)
        self._model = LogisticRegression(class_weight="balanced", max_iter=2000).fit(self._terms(rows), truth)

    def chances(self, rows: Sequence[Example]) -> Floats:
        """Of (texts, classes), the classes in ascending order."""
        return np.asarray(self._model.predict_proba(self._terms(rows)))

    def _terms(self, rows: Sequence[Example]) -> sparse.csr_matrix:
        texts = [_cleaned(one) for one in rows]
        counts = sparse.csr_matrix(np.array([one.reading.features for one in rows]))
        return sparse.hstack([self._words.transform(texts), self._grams.transform(texts), counts], format="csr")


def _cleaned(one: Example) -> str:
    return _ADDRESS.sub("http", _NAME.sub("@user", one.label.text))
