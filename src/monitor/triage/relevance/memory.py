"""What about ten labels teach about one name: the words around it, counted (naive Bayes, no library)."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from monitor.triage.relevance.words import Span

CLOSE = 60  # characters on either side whose words count
SMOOTHING = 0.5  # seen this often in either class before anything was seen
SHARPNESS = 0.1  # of the words together: ten texts share few, and these lean on one another
MOST_BALANCE = 3.0  # of the labels alone, as odds: a twentieth of a name's mentions is never written off
_WORD = re.compile(r"[^\W\d_][\w'’-]+")


@dataclass(frozen=True, slots=True)
class Memory:
    """How often each sign stood beside the name in texts that are about the organisation and in others.

    `labels` counts (about, not about); `signs` maps a sign to the same pair. Equal rows give an equal memory, in
    whatever order they come.
    """

    labels: tuple[int, int]
    signs: Mapping[str, tuple[int, int]] = field(repr=False)

    @classmethod
    def of(cls, rows: Iterable[tuple[str, Span, bool]]) -> "Memory":
        """The memory of texts, each with the hit in it and whether it is about the organisation."""
        seen: tuple[Counter[str], Counter[str]] = (Counter(), Counter())
        labels = [0, 0]
        for text, hit, relevant in rows:
            labels[not relevant] += 1
            seen[not relevant].update(set(_signs(text, hit)))
        signs = {sign: (seen[0][sign], seen[1][sign]) for sign in sorted({*seen[0], *seen[1]})}
        return cls((labels[0], labels[1]), signs)

    def odds(self, text: str, hit: Span) -> float:
        """The logarithm of the odds that this hit is about the organisation, by the labels' balance and words."""
        about, other = (count + 1 for count in self.labels)
        balance = max(min(math.log(about / other), MOST_BALANCE), -MOST_BALANCE)
        told = (self._weight(sign) for sign in sorted(set(_signs(text, hit))) if sign in self.signs)
        return balance + SHARPNESS * sum(told)

    def _weight(self, sign: str) -> float:
        """The logarithm of how much more often the sign stands beside the organisation than beside its namesake."""
        about, other = (
            (seen + SMOOTHING) / (labels + 2 * SMOOTHING)
            for seen, labels in zip(self.signs[sign], self.labels, strict=True)
        )
        return math.log(about / other)


def _signs(text: str, hit: Span) -> Iterator[str]:
    """How the name is written, the word before it, the one after it, and those around it."""
    start, end = hit
    name = text[start:end]
    yield "written " + ("small" if name.islower() else "capitals" if name.isupper() and len(name) > 3 else "name")
    before, after = _WORD.findall(text[max(start - CLOSE, 0) : start]), _WORD.findall(text[end : end + CLOSE])
    yield from (f"before {word.lower()}" for word in before[-1:])
    yield from (f"after {word.lower()}" for word in after[:1])
    yield from (word.lower() for word in before + after)
