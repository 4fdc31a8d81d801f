"""One head as a line: logistic regression, on terms as they are and weighted by their log-count ratio, averaged.

    weights over [words | n-grams | manner and cues] and a bias; the logit of a text is their sum

Log-count ratios: Wang and Manning (2012), Baselines and Bigrams. Both parts are linear, so their mean is one line.
"""

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from sklearn.linear_model import LogisticRegression
from threadpoolctl import ThreadpoolController

from monitor.triage.classifier.design import Design
from monitor.triage.classifier.features import MANNER, Floats
from monitor.triage.classifier.splits import Numbers

STRENGTH, RATIO_STRENGTH = 1.0, 10.0  # inverse regularisation
HALF_RATIO = 300  # labels at which the ratios have half of their half
SMOOTHING = 0.5  # of log-count ratios
PRIOR_MANNER = 4  # of the manner's features; names, addresses, figures and length differ from place to place
_THREADS = ThreadpoolController()


@dataclass(frozen=True, slots=True)
class Line:
    """Weights per column of a design, and a bias."""

    weights: Floats
    bias: float

    def logits(self, rows: Design) -> Floats:
        return np.asarray(rows.matrix @ self.weights + self.bias)


def prior_line(rows: Design, truth: Numbers) -> Line:
    """From the made set: terms, cues and marks; how posts look where they are made is not asked."""
    kept = np.ones(rows.matrix.shape[1])
    kept[rows.terms + PRIOR_MANNER : rows.terms + len(MANNER)] = 0
    line = _logistic(rows.matrix @ sparse.diags(kept), truth, STRENGTH)
    return Line(line.weights * kept, line.bias)


def team_line(rows: Design, truth: Numbers, prior: Line | None) -> Line:
    """From labels: the prior's logit is one feature more, and its weight is folded into the terms'."""
    held = rows.matrix
    if prior is not None:
        held = sparse.hstack([held, sparse.csr_matrix(prior.logits(rows)[:, None])], format="csr")
    plain = _logistic(held, truth, STRENGTH)
    scale = np.ones(held.shape[1])
    scale[: rows.terms] = _ratios(rows.matrix[:, : rows.terms], truth)
    ratio = _logistic(held @ sparse.diags(scale), truth, RATIO_STRENGTH)
    ratio = Line(ratio.weights * scale, ratio.bias)
    both = _averaged(plain, ratio, held, 0.5 * rows.rows / (rows.rows + HALF_RATIO))
    return both if prior is None else _folded(both, prior)


def _logistic(rows: sparse.csr_matrix, truth: Numbers, strength: float) -> Line:
    with _THREADS.limit(limits=1):  # many threads made fits so small up to five times slower
        fitted = LogisticRegression(C=strength, class_weight="balanced", max_iter=2000).fit(rows, truth)
    return Line(np.asarray(fitted.coef_[0], dtype=np.float64), float(fitted.intercept_[0]))


def _ratios(terms: sparse.csr_matrix, truth: Numbers) -> Floats:
    """How much more of a term stands in hits than in the rest, as the logarithm of a quotient."""
    hits, rest = (np.asarray(terms[truth == side].sum(axis=0)).ravel() + SMOOTHING for side in (1, 0))
    return np.asarray(np.log(hits / hits.sum()) - np.log(rest / rest.sum()))


def _averaged(plain: Line, ratio: Line, rows: sparse.csr_matrix, share: float) -> Line:
    """The mean of both, the ratios' line first brought to the plain one's scale."""
    spread, own = (float((rows @ line.weights).std()) or 1.0 for line in (plain, ratio))
    part = share * spread / own
    return Line((1 - share) * plain.weights + part * ratio.weights, (1 - share) * plain.bias + part * ratio.bias)


def _folded(line: Line, prior: Line) -> Line:
    weight = float(line.weights[-1])
    return Line(line.weights[:-1] + weight * prior.weights, line.bias + weight * prior.bias)
