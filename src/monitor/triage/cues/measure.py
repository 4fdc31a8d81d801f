"""Measures cues on labelled rows: precision and recall per cue and per kind, with Wilson's interval.

    rows -> Cues.read -> per cue: texts it hits, of these with its kind | per kind: right, wrong, missed -> P, R, F1

Only rows that say their kinds count. A negated compliment counts for complaint, as in the reading.
"""

import math
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from monitor.model import KINDS, Kind
from monitor.triage.cues.reader import Cues
from monitor.triage.cues.reading import Hit, speaks_for
from monitor.triage.labels import Labelled

Z = 1.96  # of a two-sided interval of 95 %


@dataclass(frozen=True, slots=True)
class Share:
    """`right` of `of`, with Wilson's 95 % interval."""

    right: int
    of: int

    @property
    def value(self) -> float | None:
        """From 0 to 1; None where there is nothing to share."""
        return self.right / self.of if self.of else None

    @property
    def interval(self) -> tuple[float, float]:
        """The interval; (0, 1) where there is nothing. Source: E. B. Wilson, JASA 22 (1927), 209-212."""
        if not self.of:
            return 0.0, 1.0
        share, spread = self.right / self.of, Z * Z / self.of
        middle = (share + spread / 2) / (1 + spread)
        half = Z * math.sqrt(share * (1 - share) / self.of + spread / (4 * self.of)) / (1 + spread)
        return max(middle - half, 0.0), min(middle + half, 1.0)


@dataclass(frozen=True, slots=True)
class CueFigures:
    """How a cue did: of the texts it hits those with its kind, and of the kind's texts those it hits."""

    language: str
    kind: Kind
    tier: str
    cue: str
    precision: Share
    recall: Share


@dataclass(frozen=True, slots=True)
class KindFigures:
    """How all cues of a kind did together; `strong` those of the strong tier alone."""

    kind: Kind
    precision: Share
    recall: Share
    strong: Share

    @property
    def f1(self) -> float | None:
        """The harmonic mean of precision and recall; None for a kind that nobody saw."""
        wrong = self.precision.of - self.precision.right
        missed = self.recall.of - self.recall.right
        all_ = 2 * self.precision.right + wrong + missed
        return 2 * self.precision.right / all_ if all_ else None


@dataclass(frozen=True, slots=True)
class Measured:
    """The figures of one run over `rows` texts."""

    rows: int
    cues: tuple[CueFigures, ...]
    kinds: tuple[KindFigures, ...]


def measure(cues: Cues, rows: Iterable[Labelled]) -> Measured:
    """Figures of every cue that hits and of every kind, over the rows that say their kinds."""
    counts = _Counts(cues)
    for row in rows:
        if row.kinds is not None and row.text:
            counts.add(row, row.kinds)
    return Measured(counts.rows, tuple(counts.cues()), tuple(counts.kinds()))


class _Counts:
    """What is counted while the rows go by."""

    def __init__(self, cues: Cues) -> None:
        self.rows = 0
        self._reader = cues
        self._languages: dict[tuple[str, str], list[str]] = {}
        for cue in cues.cues:
            self._languages.setdefault((cue.tier, cue.text), []).append(cue.language)
        self._hits: Counter[tuple[str, Kind, str, str]] = Counter()
        self._right: Counter[tuple[str, Kind, str, str]] = Counter()
        self._true: Counter[Kind] = Counter()
        self._said: dict[str, Counter[Kind]] = {"all": Counter(), "strong": Counter()}
        self._both: dict[str, Counter[Kind]] = {"all": Counter(), "strong": Counter()}

    def add(self, row: Labelled, kinds: frozenset[Kind]) -> None:
        reading = self._reader.read(row.text, row.language)
        self.rows += 1
        self._true.update(kinds)
        self._say("all", frozenset(reading.kinds), kinds)
        self._say("strong", frozenset(hit.kind for hit in reading.hits if hit.tier == "strong"), kinds)
        seen = {
            (self._language(hit, reading.language), kind, hit.tier, hit.cue)
            for hit in reading.hits
            if (kind := speaks_for(hit))
        }
        self._hits.update(seen)
        self._right.update(key for key in seen if key[1] in kinds)

    def _language(self, hit: Hit, spoken: str | None) -> str:
        """Of which language's file a cue is, when several have it that of the text."""
        languages = self._languages[hit.tier, hit.cue]
        return spoken if spoken in languages else languages[0]

    def _say(self, tier: str, said: frozenset[Kind], kinds: frozenset[Kind]) -> None:
        self._said[tier].update(said)
        self._both[tier].update(said & kinds)

    def cues(self) -> Iterator[CueFigures]:
        """In the order of kinds, the most frequent first."""
        for key, hits in sorted(self._hits.items(), key=lambda one: (KINDS.index(one[0][1]), -one[1], one[0][3])):
            right = self._right[key]
            yield CueFigures(*key, precision=Share(right, hits), recall=Share(right, self._true[key[1]]))

    def kinds(self) -> Iterator[KindFigures]:
        for kind in KINDS:
            said, right, true = self._said["all"][kind], self._both["all"][kind], self._true[kind]
            if kind != "other" and (said or true):
                strong = Share(self._both["strong"][kind], self._said["strong"][kind])
                yield KindFigures(kind, Share(right, said), Share(right, true), strong)
