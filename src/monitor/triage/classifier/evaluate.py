"""How good a model is on labels it had not seen, beside the cues alone, the model in use and chance.

    labels --fit on four fifths, five times--> held-out probabilities --> a report of values

Rows that were offered at random are the only fair sample: where they are enough, the figures of the queue are theirs.
A class with fewer than `FEWEST_SHOWN` positives has no figure, only its count.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from monitor.model import KINDS, Kind
from monitor.triage.classifier import measures
from monitor.triage.classifier.calibrate import f1
from monitor.triage.classifier.design import Example
from monitor.triage.classifier.features import Bools
from monitor.triage.classifier.fit import Fitted, Held
from monitor.triage.classifier.measures import Interval
from monitor.triage.classifier.score import NEEDS, Head, Model
from monitor.triage.classifier.splits import Numbers

FEWEST_SHOWN = 20
MOST_MISSED = 20


@dataclass(frozen=True, slots=True)
class Class:
    """One kind or `needs` in one language (None: all). Figures are None where positives are too few."""

    name: str
    language: str | None
    texts: int
    positives: int
    decides: bool
    precision: float | None = None
    recall: float | None = None
    f1: Interval | None = None
    cues_f1: float | None = None
    in_use_f1: float | None = None


@dataclass(frozen=True, slots=True)
class Queue:
    """How well `needs` orders the queue. Shares of 1; by chance, recall is the budget and precision the base."""

    texts: int
    positives: int
    fair: bool  # of randomly offered texts only
    budget: float
    recall: Interval
    recall_cues: float
    recall_in_use: float | None
    first_ten: float
    first_ten_cues: float
    curve: tuple[tuple[float, float], ...]
    calibration_error: float
    reliability: tuple[tuple[float, float, int], ...]


@dataclass(frozen=True, slots=True)
class Report:
    """What `monitor evaluate` prints. `missed`: rows of the examples that need a reaction, the least likely first."""

    texts: int
    classes: tuple[Class, ...]
    confusion: Mapping[tuple[str, str], int]
    queue: Queue | None
    missed: tuple[tuple[int, float], ...]
    agreement: tuple[float, int] | None
    drift: tuple[float, float] | None
    seed: int

    @property
    def macro_f1(self) -> float | None:
        """The mean F1 of the classes that have a figure, over all languages."""
        shown = [one.f1[0] for one in self.classes if one.f1 and one.language is None]
        return round(sum(shown) / len(shown), 4) if shown else None


@dataclass(frozen=True, slots=True)
class _Said:
    """One head's texts: what is true, what the held-out model, the cues and the model in use said (None: not asked)."""

    name: str
    decides: bool
    truth: Numbers
    model: Bools
    cues: Bools
    in_use: tuple[bool | None, ...]

    def of(self, which: Numbers) -> "_Said":
        in_use = tuple(self.in_use[at] for at in which)
        return _Said(self.name, self.decides, self.truth[which], self.model[which], self.cues[which], in_use)


def evaluated(
    rows: Sequence[Example], fitted: Fitted, *, budget: float, in_use: Model | None = None, unseen: Sequence[int] = ()
) -> Report:
    """The report of held-out predictions. `in_use` is asked of the rows numbered in `unseen`, which it never saw."""
    before = {at: in_use.chances(rows[at].label.text, rows[at].reading) for at in unseen} if in_use else {}
    seed, needs = fitted.model.seed, fitted.held.get(NEEDS)
    return Report(
        texts=len(rows),
        classes=tuple(one for head in fitted.model.heads for one in _classes(rows, fitted, head, before, seed)),
        confusion=_confusion(rows, fitted),
        queue=_queue(rows, needs, before, budget, seed) if needs else None,
        missed=_missed(needs, budget) if needs else (),
        agreement=measures.agreement(_by_person(rows)),
        drift=_drift(needs) if needs else None,
        seed=seed,
    )


def _classes(
    rows: Sequence[Example], fitted: Fitted, head: Head, before: Mapping[int, Mapping[str, float]], seed: int
) -> Iterator[Class]:
    """All languages, then each where there are several."""
    held = fitted.held.get(head.name)
    if held is None:
        return
    asked = tuple(before.get(at, {}).get(head.name) for at in held.rows.tolist())
    in_use = tuple(None if chance is None else chance >= 0.5 for chance in asked)
    said = _Said(head.name, head.decides, held.truth, held.chances >= head.threshold, held.cues >= 0.5, in_use)
    yield _class(said, None, seed)
    languages = [rows[at].label.language or rows[at].reading.language or "?" for at in held.rows]
    for language in sorted(set(languages)) if len(set(languages)) > 1 else ():
        yield _class(said.of(np.flatnonzero(np.array(languages) == language)), language, seed)


def _class(said: _Said, language: str | None, seed: int) -> Class:
    truth, positives = said.truth, int(said.truth.sum())
    plain = Class(said.name, language, len(truth), positives, said.decides)
    if positives < FEWEST_SHOWN:
        return plain
    right = float((truth * said.model).sum())
    known = [at for at, one in enumerate(said.in_use) if one is not None]
    old = np.array([bool(said.in_use[at]) for at in known])
    return replace(
        plain,
        precision=right / max(float(said.model.sum()), 1.0),
        recall=right / positives,
        f1=measures.interval(lambda drawn: f1(truth[drawn], said.model[drawn]), len(truth), seed),
        cues_f1=f1(truth, said.cues),
        in_use_f1=f1(truth[known], old) if truth[known].sum() >= FEWEST_SHOWN else None,
    )


def _confusion(rows: Sequence[Example], fitted: Fitted) -> Mapping[tuple[str, str], int]:
    """How often the primary kind (what people said, what would be said) came together."""
    said: dict[int, set[str]] = {}
    for head in fitted.model.heads:
        held = fitted.held.get(head.name)
        for at in held.rows[held.chances >= head.threshold] if held and head.decides else ():
            said.setdefault(int(at), set()).add(head.name)
    decided = {head.name for head in fitted.model.heads if head.decides and head.name in fitted.held}
    counted: Counter[tuple[str, str]] = Counter()
    for at, one in enumerate(rows):
        if one.label.kinds is not None:
            by_cues = {kind for kind, sure in one.reading.kinds.items() if kind not in decided and sure >= 0.5}
            counted[_primary(one.label.kinds), _primary(said.get(at, set()) | by_cues)] += 1
    return dict(counted)


def _primary(kinds: Collection[str]) -> Kind:
    return next((kind for kind in KINDS if kind in kinds), "other")


def _queue(
    rows: Sequence[Example], held: Held, before: Mapping[int, Mapping[str, float]], budget: float, seed: int
) -> Queue | None:
    """The order by `needs`, in the order of time; only of randomly offered texts where they are enough."""
    random = np.array([rows[at].label.how == "random" for at in held.rows])
    fair = bool(held.truth[random].sum() >= FEWEST_SHOWN)
    which = np.flatnonzero(random) if fair else np.arange(len(held.rows))
    which = np.array(sorted(which, key=lambda at: _moment(rows[int(held.rows[at])])), dtype=np.int64)
    truth, chances, cues = held.truth[which], held.chances[which], held.cues[which]
    if truth.sum() < FEWEST_SHOWN:
        return None
    return Queue(
        texts=len(truth),
        positives=int(truth.sum()),
        fair=fair,
        budget=budget,
        recall=measures.interval(
            lambda drawn: measures.recall_at(chances[drawn], truth[drawn], budget), len(truth), seed
        ),
        recall_cues=measures.recall_at(cues, truth, budget),
        recall_in_use=_recall_in_use(held.rows[which], truth, before, budget),
        first_ten=measures.first_ten(chances, truth),
        first_ten_cues=measures.first_ten(cues, truth),
        curve=tuple(measures.curve(chances, truth)),
        calibration_error=measures.calibration_error(chances, truth),
        reliability=tuple(measures.reliability(chances, truth)),
    )


def _moment(row: Example) -> float:
    return row.label.at.timestamp() if row.label.at else 0.0


def _recall_in_use(
    rows: Numbers, truth: Numbers, before: Mapping[int, Mapping[str, float]], budget: float
) -> float | None:
    known = [at for at, row in enumerate(rows.tolist()) if NEEDS in before.get(row, {})]
    if truth[known].sum() < FEWEST_SHOWN:
        return None
    return measures.recall_at(np.array([before[int(rows[at])][NEEDS] for at in known]), truth[known], budget)


def _missed(held: Held, budget: float) -> tuple[tuple[int, float], ...]:
    """What needed a reaction and lies below the budget, the deepest first."""
    below = measures.ranked(held.chances)[round(budget * len(held.chances)) :]
    deep = [at for at in below[::-1].tolist() if held.truth[at]]
    return tuple((int(held.rows[at]), float(held.chances[at])) for at in deep[:MOST_MISSED])


def _by_person(rows: Sequence[Example]) -> list[dict[str, bool]]:
    """What people said of `needs`, per mention."""
    said: dict[str, dict[str, bool]] = {}
    for row in rows:
        if row.label.mention and row.label.by and row.label.needs is not None:
            said.setdefault(row.label.mention, {})[row.label.by] = row.label.needs
    return list(said.values())


def _drift(held: Held) -> tuple[float, float] | None:
    """How far probability and share lie apart: in all texts but the last fifth, and in that fifth."""
    cut = len(held.truth) * 4 // 5
    if len(held.truth) - cut < FEWEST_SHOWN:
        return None
    gaps = [float(held.chances[part].mean() - held.truth[part].mean()) for part in (slice(cut), slice(cut, None))]
    return gaps[0], gaps[1]
