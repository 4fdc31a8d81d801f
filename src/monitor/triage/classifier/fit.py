"""Labels -> a model: the made set first, then what the team's labels say beyond it.

    made set --> prior                      a line per head, of which only the logit is used
    team's labels, with the prior's logit --> a line per head
    the same on four fifths, five times --> held-out logits --> blend with the cues, calibration, threshold,
                                            and whether the head beats the cues

Stacking the prior's logit beat pooling both sets; docs/learning.md has the figures.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from monitor.model import KINDS
from monitor.triage.classifier import calibrate
from monitor.triage.classifier.design import BESIDE, Design, Example, design, known_terms
from monitor.triage.classifier.features import Bools, Floats, Vocabulary
from monitor.triage.classifier.file import named
from monitor.triage.classifier.linear import Line, prior_line, team_line
from monitor.triage.classifier.score import NEEDS, RELEVANT, SENTIMENT, SENTIMENTS, Head, Model, cue_logit
from monitor.triage.classifier.splits import Numbers, folds, groups
from monitor.triage.labels import Labelled

FEWEST, FEWEST_OF_EACH = 40, 8  # labels; below that a head is left to the cues
FEWEST_MADE = 40  # made texts of a class; below that there is no prior
FOLDS = 5
HALF_SHARE = 40  # labels at which the model has half the say beside the cues
HEADS = (*(kind for kind in KINDS if kind != "other"), NEEDS, RELEVANT, *(SENTIMENT + name for name in SENTIMENTS))


@dataclass(frozen=True, slots=True)
class Held:
    """One head's texts and what models that had not seen them gave: `rows` number the examples."""

    rows: Numbers
    truth: Numbers
    chances: Floats
    cues: Floats


@dataclass(frozen=True, slots=True)
class Fitted:
    """A model and its held-out predictions per head."""

    model: Model
    held: dict[str, Held]


def truth_of(label: Labelled, head: str) -> bool | None:
    """What a label says to a head's question; None when it was not asked."""
    if head == NEEDS:
        return label.needs
    if head == RELEVANT:
        return label.relevant
    if head.startswith(SENTIMENT):
        return None if label.sentiment is None else label.sentiment == head.removeprefix(SENTIMENT)
    return None if label.kinds is None else head in label.kinds


def fit(
    own: Sequence[Example],
    made: Sequence[Example],
    *,
    cue_version: str,
    seed: int = 7,
    heads: Sequence[str] = HEADS,
) -> Fitted:
    """A model of the team's examples, with what the made ones teach as a prior; too few labels make no head."""
    known = known_terms([*made, *own])
    work = _Work(own, design(own, known), _split(own, seed), seed)
    learned = [name for name in heads if _enough(_answers(own, name)[1])]  # a prior that nobody asks costs a second
    priors = _priors(made, design(made, known), learned)
    found = {name: one for name in learned if (one := work.head(name, priors.get(name)))}
    model = _model([one[:2] for one in found.values()], known, cue_version, seed)
    return Fitted(model, {name: one[2] for name, one in found.items()})


@dataclass(frozen=True, slots=True)
class _Work:
    """The team's examples, as a matrix and in folds."""

    own: Sequence[Example]
    rows: Design
    parts: Numbers
    seed: int

    def head(self, name: str, prior: Line | None) -> tuple[Head, Line, Held] | None:
        """A head fitted on labels; None where they are too few."""
        asked, truth = _answers(self.own, name)
        if not _enough(truth):
            return None
        rows, parts = self.rows.row(asked), self.parts[asked]
        cues = np.array([cue_logit(name, self.own[at].reading) for at in asked])
        share = len(truth) / (len(truth) + HALF_SHARE)
        blended = share * _held_out(rows, truth, parts, prior) + (1 - share) * cues
        head = _judged(name, blended, truth, cues, share, self.seed)
        held = Held(np.array(asked), truth, _nested(blended, truth, parts), calibrate.sigmoids(cues))
        if drifted(held, [self.own[at].label.at for at in asked], head.threshold):
            head = replace(head, decides=False)
        return head, team_line(rows, truth, prior), held


def _split(own: Sequence[Example], seed: int) -> Numbers:
    grouped = groups([one.label.text for one in own], [one.label.group for one in own])
    return folds(grouped, FOLDS, seed)


def _answers(rows: Sequence[Example], name: str) -> tuple[list[int], Numbers]:
    """The rows whose label answers a head's question, and what it says."""
    said = [truth_of(one.label, name) for one in rows]
    asked = [at for at, one in enumerate(said) if one is not None]
    return asked, np.array([int(bool(said[at])) for at in asked], dtype=np.int64)


def _priors(made: Sequence[Example], rows: Design, heads: Sequence[str]) -> dict[str, Line]:
    """A line per head that the made set has enough texts of."""
    lines = {}
    for name in heads if made else ():
        asked, truth = _answers(made, name)
        if len(truth) and FEWEST_MADE <= truth.sum() <= len(truth) - FEWEST_MADE:
            lines[name] = prior_line(rows.row(asked), truth)
    return lines


def _enough(truth: Numbers) -> bool:
    return len(truth) >= FEWEST and FEWEST_OF_EACH <= truth.sum() <= len(truth) - FEWEST_OF_EACH


def _held_out(rows: Design, truth: Numbers, parts: Numbers, prior: Line | None) -> Floats:
    """Each row's logit by a line fitted on the other folds; a fold without both classes gets the prior's, or 0."""
    logits = np.zeros(len(truth))
    for part in np.unique(parts):
        out, rest = parts == part, parts != part
        if 0 < truth[rest].sum() < rest.sum():
            logits[out] = team_line(rows.row(rest), truth[rest], prior).logits(rows.row(out))
        elif prior:
            logits[out] = prior.logits(rows.row(out))
    return logits


def _nested(blended: Floats, truth: Numbers, parts: Numbers) -> Floats:
    """Each row's probability, calibrated on the other folds."""
    chances = np.zeros(len(truth))
    for part in np.unique(parts):
        out, rest = parts == part, parts != part
        slope, intercept = calibrate.calibrated(blended[rest], truth[rest])
        chances[out] = calibrate.sigmoids(slope * blended[out] + intercept)
    return chances


def _judged(name: str, blended: Floats, truth: Numbers, cues: Floats, share: float, seed: int) -> Head:
    """The head with its calibration and threshold, and whether it may stand in for the cues."""
    slope, intercept = calibrate.calibrated(blended, truth)
    chances = calibrate.sigmoids(slope * blended + intercept)
    threshold = calibrate.best_threshold(chances, truth)
    sure = calibrate.beats(truth, chances >= threshold, _rival(truth, cues >= 0), seed)
    positives = int(truth.sum())
    return Head(name, len(truth), positives, share, slope, intercept, threshold, sure >= calibrate.SURE)


def drifted(held: Held, moments: Sequence[datetime | None], threshold: float) -> bool:
    """Whether on the newest fifth of the labels the cues are better, so that what was learned is out of date."""
    order = [at for _, at in sorted((moment, at) for at, moment in enumerate(moments) if moment)]
    newest = order[len(order) * 4 // 5 :]
    truth = held.truth[newest]
    if len(newest) < FEWEST or truth.sum() < FEWEST_OF_EACH:
        return False
    return calibrate.f1(truth, held.chances[newest] >= threshold) < calibrate.f1(truth, held.cues[newest] >= 0.5)


def _rival(truth: Numbers, cues: Bools) -> Bools:
    """What the model must beat: the cues, or taking every text, which is better where cues find little."""
    every = np.ones(len(truth), dtype=np.bool_)
    return cues if calibrate.f1(truth, cues) > calibrate.f1(truth, every) else every


def _model(found: Sequence[tuple[Head, Line]], known: Vocabulary, cue_version: str, seed: int) -> Model:
    words, terms = len(known.words), len(known.words) + len(known.grams)
    weights = np.zeros((terms + BESIDE, len(found)))
    for at, (_, line) in enumerate(found):
        weights[:, at] = line.weights
    return named(
        Model(
            version="",
            cue_version=cue_version,
            seed=seed,
            heads=tuple(head for head, _ in found),
            vocabulary=known,
            word_weights=weights[:words],
            gram_weights=weights[words:terms],
            manner_weights=weights[terms:],
            bias=np.array([line.bias for _, line in found]),
        )
    )
