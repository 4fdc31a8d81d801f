"""Parts of a query that stand at places in a text: words and phrases, words close together, one side near another."""

from bisect import bisect_left
from collections.abc import Container, Iterator
from dataclasses import dataclass
from itertools import islice

from monitor.query.node import MOST_SPANS, Anchors, Cost, Node, cheapest
from monitor.query.text import Range, Text
from monitor.query.words import Span

MOST_PAIRS = 50_000  # of a NEAR in one text: one word 1,000 times over; more only texts have that mean harm


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a phrase: `token` folded, or empty for any word; `stem`: what begins so; `spelling`: case counts."""

    token: bytes
    stem: bool = False
    spelling: str | None = None

    def may_stand(self, text: Text) -> bool:
        """False when the text has no such word, wherever it stands."""
        if self.spelling is not None and self.spelling not in text.cased:
            return False
        return text.has_start(self.token) if self.stem else not self.token or self.token in text.vocabulary

    def ranges(self, text: Text) -> list[Range]:
        """Where it stands alone."""
        found = text.starting_with(self.token) if self.stem else text.places(self.token)
        return sorted(range_ for range_ in found if self._is_spelled(text, range_))

    def stands(self, text: Text, at: int) -> bool:
        """True when it is the word at that place."""
        word = text.words[at]
        is_it = word.startswith(self.token) if self.stem else not self.token or word == self.token
        return is_it and self._is_spelled(text, (at, at + 1))

    def _is_spelled(self, text: Text, range_: Range) -> bool:
        if self.spelling is None:
            return True
        written = text.written(range_)
        return written.startswith(self.spelling) if self.stem else written == self.spelling


@dataclass(frozen=True, slots=True)
class Phrase(Node):
    """Words side by side, none of them parted by the end of the title."""

    words: tuple[Word, ...]

    def holds(self, text: Text) -> bool:
        words = self.words
        if len(words) == 1 and words[0].spelling is None:
            return words[0].may_stand(text)
        return all(word.may_stand(text) for word in words) and any(True for _ in self._found(text))

    def spans(self, text: Text) -> list[Span]:
        return [text.span(range_) for range_ in islice(self._found(text), MOST_SPANS)]

    def ranges(self, text: Text) -> list[Range]:
        return list(self._found(text))

    def anchors(self, cost: Cost) -> Anchors | None:
        return cheapest((frozenset([(word.token, word.stem)]) for word in self.words if word.token), cost)

    @property
    def is_placed(self) -> bool:
        return True

    def _found(self, text: Text) -> Iterator[Range]:
        if len(self.words) == 1:
            yield from self.words[0].ranges(text)
            return
        size, last = len(self.words), len(text.words)
        rarest = min(
            (at for at in range(size) if self.words[at].token), key=lambda at: len(self.words[at].ranges(text))
        )
        for place, stop in self.words[rarest].ranges(text):
            start = place - rarest
            is_there = stop == place + 1 and start >= 0 and start + size <= last
            if is_there and not text.is_apart(start, start + size) and self._continues(text, start, rarest):
                yield start, start + size

    def _continues(self, text: Text, start: int, known: int) -> bool:
        return all(word.stands(text, start + at) for at, word in enumerate(self.words) if at != known)


@dataclass(frozen=True, slots=True)
class Close(Node):
    """Words in any order with at most `gap` other words among them; each word of the text counts for one of them.

    A CamelCase hashtag of which a part is one of the words counts by its parts, else undivided.
    """

    words: tuple[Word, ...]
    gap: int

    def holds(self, text: Text) -> bool:
        return all(word.may_stand(text) for word in self.words) and any(True for _ in self._found(text))

    def spans(self, text: Text) -> list[Span]:
        return [text.span(range_) for range_ in islice(self._found(text), MOST_SPANS)]

    def ranges(self, text: Text) -> list[Range]:
        return sorted(set(self._found(text)))

    def anchors(self, cost: Cost) -> Anchors | None:
        return cheapest((frozenset([(word.token, word.stem)]) for word in self.words), cost)

    @property
    def is_placed(self) -> bool:
        return True

    def _found(self, text: Text) -> Iterator[Range]:
        """From every place of a word the shortest stretch that has all of them."""
        each = [word.ranges(text) for word in self.words]
        fits: dict[Range, list[int]] = {}
        for nth, ranges in enumerate(each):
            for range_ in ranges:
                fits.setdefault(range_, []).append(nth)
        places = sorted(place for place in fits if not _is_opened(place, fits))
        rarest = [start for start, _ in min(each, key=len)]
        reach = self.gap + len(self.words) * max((stop - start for start, stop in places), default=0)
        for first, (start, _) in enumerate(places):
            if bisect_left(rarest, start) == bisect_left(rarest, start + reach):
                continue
            stop = self._stop(text, places, fits, first)
            if stop is not None:
                yield start, stop

    def _stop(self, text: Text, places: list[Range], fits: dict[Range, list[int]], first: int) -> int | None:
        """Where the stretch ends that begins with the place `first`, or None when it gets too long."""
        taken: dict[int, Range] = {}  # which word of ours is which of the text
        settled: set[int] = set()  # words of ours that no further place can free another for
        start, spare = places[first][0], self.gap  # others that may still stand among them
        for at in range(first, len(places)):
            stop = places[at][1]
            spare -= places[at][0] - (places[at - 1][1] if at > first else start)
            if spare < 0 or text.is_apart(start, stop):
                return None
            tried = set(settled)
            if not _assign(places[at], fits, taken, tried):
                settled, spare = tried, spare - (stop - places[at][0])
            if len(taken) == len(self.words):
                return stop
        return None


def _is_opened(place: Range, fits: Container[Range]) -> bool:
    """True for an undivided hashtag of which a part fits."""
    start, stop = place
    return stop > start + 1 and any((at, at + 1) in fits for at in range(start, stop))


def _assign(place: Range, fits: dict[Range, list[int]], taken: dict[int, Range], tried: set[int]) -> bool:
    """Give a place of the text to a word that fits it, moving others along (an augmenting path)."""
    for nth in fits[place]:
        if nth in tried:
            continue
        tried.add(nth)
        if nth not in taken or _assign(taken[nth], fits, taken, tried):
            taken[nth] = place
            return True
    return False


@dataclass(frozen=True, slots=True)
class Near(Node):
    """Two sides with at most `gap` words between them, sharing none; `ordered`: the left one first."""

    left: Node
    right: Node
    gap: int
    ordered: bool = False

    def holds(self, text: Text) -> bool:
        mere = (side for side in self.below if not isinstance(side, Near))  # those are found by finding their pairs
        return all(side.holds(text) for side in mere) and any(True for _ in self._pairs(text))

    def spans(self, text: Text) -> list[Span]:
        return [text.span(side) for pair in islice(self._pairs(text), MOST_SPANS) for side in pair]

    def ranges(self, text: Text) -> list[Range]:
        return sorted({(first[0], second[1]) for first, second in self._pairs(text)})

    def anchors(self, cost: Cost) -> Anchors | None:
        return cheapest((anchors for side in self.below if (anchors := side.anchors(cost))), cost)

    @property
    def below(self) -> tuple[Node, ...]:
        return self.left, self.right

    @property
    def is_placed(self) -> bool:
        return True

    def _pairs(self, text: Text) -> Iterator[tuple[Range, Range]]:
        left, right = self.left.ranges(text), self.right.ranges(text)
        yield from islice(_followed(left, right, self.gap, text), MOST_PAIRS)
        if not self.ordered:
            yield from islice(_followed(right, left, self.gap, text), MOST_PAIRS)


def _followed(before: list[Range], after: list[Range], gap: int, text: Text) -> Iterator[tuple[Range, Range]]:
    """Every two of which the second begins where the first has ended, or up to `gap` words later."""
    ends = sorted(before, key=lambda range_: range_[1])
    stops = [stop for _, stop in ends]
    for second in after:
        for at in range(bisect_left(stops, second[0] - gap), len(ends)):
            if stops[at] > second[0]:
                break
            if not text.is_apart(ends[at][0], second[1]):
                yield ends[at], second
