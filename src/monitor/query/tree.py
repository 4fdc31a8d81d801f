"""The parts of a query as a tree, and what each of them holds for.

    Node             holds where                                                can stand in NEAR
    ├── Phrase       its words stand side by side; a word is a phrase of one        yes
    ├── Close        its words stand close together, in any order                   yes
    ├── Near         its two sides stand close together                             yes
    ├── Or           any of its parts holds                                         yes, when all its parts can
    ├── And, Not     all parts hold; the part does not
    ├── Literal      these very characters stand there
    ├── Hashtag, Handle, Address      it is tagged so, names the account, links there
    ├── Title        the part holds in the title alone
    ├── Field        something known of the post is so: its source, site, language, type, author, date
    └── Saved        a saved query, by its name

`holds` decides. `spans` are the characters that made it so (none for NOT and for what is known of a post). `ranges`
gives them in words, for NEAR. `anchors` gives words of which a text must have at least one for the node to hold, so
that looking for those alone passes over nearly every text.
"""

from bisect import bisect_left
from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import dataclass, field
from functools import reduce
from itertools import islice
from operator import or_

from monitor.query.text import Range, Text
from monitor.query.words import Span, folded_words, is_word

Anchor = tuple[bytes, bool]  # a folded word, or the beginning of words when True
Anchors = frozenset[Anchor]
SHORTEST_BEGINNING = 3  # bytes of an anchor that is the beginning of words
MOST_SPANS = 20  # of a term: enough to show why
MOST_PAIRS = 20_000  # of a NEAR in one text: within groups they multiply, and no text that is read has so many
Cost = Callable[[Anchors], float]  # how many texts are likely to have one of these


@dataclass(frozen=True, slots=True)
class Node:
    """A part of a query. `at`: from and to in characters of its own text; `written`: the words of a term."""

    at: Span = field(default=(0, 0), compare=False, repr=False, kw_only=True)
    written: str = field(default="", compare=False, repr=False, kw_only=True)

    def holds(self, text: Text) -> bool:
        """True when the text has what is asked for."""
        raise NotImplementedError

    def spans(self, text: Text) -> list[Span]:
        """The characters that made it hold, the first `MOST_SPANS` of a term; asked only where it does."""
        del text
        return []

    def ranges(self, text: Text) -> list[Range]:
        """Where it stands, counted in words, in order; asked only of what `is_placed`."""
        raise NotImplementedError

    def anchors(self, cost: Cost) -> Anchors | None:
        """Words of which the text must have one, as few texts have; None when there are no such words."""
        del cost
        return None

    @property
    def below(self) -> tuple["Node", ...]:
        """The nodes it is made of."""
        return ()

    @property
    def is_placed(self) -> bool:
        """True for what stands at places in the text, and so can stand in NEAR."""
        return False


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
        return _cheapest((frozenset([(word.token, word.stem)]) for word in self.words if word.token), cost)

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
        return _cheapest((frozenset([(word.token, word.stem)]) for word in self.words), cost)

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
        return _cheapest((anchors for side in self.below if (anchors := side.anchors(cost))), cost)

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


@dataclass(frozen=True, slots=True)
class Or(Node):
    """Holds where any part does."""

    parts: tuple[Node, ...]

    def holds(self, text: Text) -> bool:
        return any(part.holds(text) for part in self.parts)

    def spans(self, text: Text) -> list[Span]:
        return [span for part in self.parts if part.holds(text) for span in part.spans(text)]

    def ranges(self, text: Text) -> list[Range]:
        return sorted({range_ for part in self.parts for range_ in part.ranges(text)})

    def anchors(self, cost: Cost) -> Anchors | None:
        each = [part.anchors(cost) for part in self.parts]
        return None if None in each else reduce(or_, (anchors for anchors in each if anchors), frozenset())

    @property
    def below(self) -> tuple[Node, ...]:
        return self.parts

    @property
    def is_placed(self) -> bool:
        return all(part.is_placed for part in self.parts)


@dataclass(frozen=True, slots=True)
class And(Node):
    """Holds where all parts do."""

    parts: tuple[Node, ...]

    def holds(self, text: Text) -> bool:
        return all(part.holds(text) for part in self.parts)

    def spans(self, text: Text) -> list[Span]:
        return [span for part in self.parts for span in part.spans(text)]

    def anchors(self, cost: Cost) -> Anchors | None:
        return _cheapest((anchors for part in self.parts if (anchors := part.anchors(cost))), cost)

    @property
    def below(self) -> tuple[Node, ...]:
        return self.parts


@dataclass(frozen=True, slots=True)
class Not(Node):
    """Holds where `part` does not."""

    part: Node

    def holds(self, text: Text) -> bool:
        return not self.part.holds(text)

    @property
    def below(self) -> tuple[Node, ...]:
        return (self.part,)


@dataclass(frozen=True, slots=True)
class Literal(Node):
    """These very characters; where they begin or end with a letter or digit, a word does."""

    characters: str

    def holds(self, text: Text) -> bool:
        return self.characters in text.whole and any(True for _ in self._found(text.whole))

    def spans(self, text: Text) -> list[Span]:
        return list(islice(self._found(text.whole), MOST_SPANS))

    def anchors(self, cost: Cost) -> Anchors | None:
        return _cheapest((frozenset([(token, False)]) for token in folded_words(self.characters)), cost)

    def _found(self, whole: str) -> Iterator[Span]:
        size = len(self.characters)
        at = whole.find(self.characters)
        while at >= 0:
            if not _is_within(whole, at, self.characters[0], -1):
                if not _is_within(whole, at + size - 1, self.characters[-1], 1):
                    yield at, at + size
                at = whole.find(self.characters, at + 1)
            else:
                at = whole.find(self.characters, _next_word(whole, at))


def _is_within(whole: str, at: int, edge: str, step: int) -> bool:
    """True when the character at an edge is amid a word."""
    beside = at + step
    return is_word(edge) and 0 <= beside < len(whole) and is_word(whole[beside])


def _next_word(whole: str, at: int) -> int:
    """Behind the word at `at`: whatever begins within it does not begin a word."""
    while at < len(whole) and is_word(whole[at]):
        at += 1
    return at


@dataclass(frozen=True, slots=True)
class Hashtag(Node):
    """A hashtag in the text, or what its source files it under; `stem`: those that begin so."""

    name: str
    stem: bool = False

    def holds(self, text: Text) -> bool:
        return any(self._is_it(name) for name, _ in text.hashtags)

    def spans(self, text: Text) -> list[Span]:
        return [span for name, span in text.hashtags if span and self._is_it(name)]

    def anchors(self, cost: Cost) -> Anchors | None:
        *tokens, last = folded_words(self.name)
        begins = self.stem and not self.name.endswith("_")
        ends = [(last, begins)] if not begins or len(last) >= SHORTEST_BEGINNING else []
        return _cheapest([frozenset([anchor]) for anchor in [*((token, False) for token in tokens), *ends]], cost)

    def _is_it(self, name: str) -> bool:
        return name.startswith(self.name) if self.stem else name == self.name


@dataclass(frozen=True, slots=True)
class Handle(Node):
    """An account that the text names: by its name alone on whatever host, or by name and host."""

    name: str
    host: str = ""

    def holds(self, text: Text) -> bool:
        return bool(self.spans(text))

    def spans(self, text: Text) -> list[Span]:
        return [span for name, host, span in text.handles if name == self.name and self.host in ("", host)]

    def anchors(self, cost: Cost) -> Anchors | None:
        return _cheapest((frozenset([(token, False)]) for token in folded_words(self.name)), cost)


@dataclass(frozen=True, slots=True)
class Address(Node):
    """A link to a host or its subdomains, at or below `path`; in the text or behind its words."""

    host: str
    path: str = ""

    def holds(self, text: Text) -> bool:
        return any(link.leads_to(self.host, self.path) for link in text.links)

    def spans(self, text: Text) -> list[Span]:
        return [link.span for link in text.links if link.span and link.leads_to(self.host, self.path)]

    def anchors(self, cost: Cost) -> Anchors | None:
        labels = [label for label in self.host.split(".") if not label.startswith("xn--")]  # those are spelled two ways
        return _cheapest((frozenset([(token, False)]) for label in labels for token in folded_words(label)), cost)


@dataclass(frozen=True, slots=True)
class Title(Node):
    """Holds where `part` holds in the title alone."""

    part: Node

    def holds(self, text: Text) -> bool:
        return self.part.holds(text.title)

    def spans(self, text: Text) -> list[Span]:
        return self.part.spans(text.title)

    def anchors(self, cost: Cost) -> Anchors | None:
        return self.part.anchors(cost)

    @property
    def below(self) -> tuple[Node, ...]:
        return (self.part,)


@dataclass(frozen=True, slots=True)
class Field(Node):
    """Something known of the post: `test` asks for it, as `name:value` writes it. What has no post has none."""

    name: str
    value: str
    test: Callable[[Text], bool] = field(compare=False, repr=False)

    def holds(self, text: Text) -> bool:
        return text.document is not None and self.test(text)


@dataclass(frozen=True, slots=True)
class Saved(Node):
    """A saved query by its name."""

    name: str
    part: Node

    def holds(self, text: Text) -> bool:
        return self.part.holds(text)

    def spans(self, text: Text) -> list[Span]:
        return self.part.spans(text)

    def ranges(self, text: Text) -> list[Range]:
        return self.part.ranges(text)

    def anchors(self, cost: Cost) -> Anchors | None:
        return self.part.anchors(cost)

    @property
    def below(self) -> tuple[Node, ...]:
        return (self.part,)

    @property
    def is_placed(self) -> bool:
        return self.part.is_placed


def walk(node: Node) -> Iterator[Node]:
    """The node and all that are below it, from left to right."""
    yield node
    for one in node.below:
        yield from walk(one)


def _cheapest(choices: Iterator[Anchors] | Sequence[Anchors], cost: Cost) -> Anchors | None:
    return min(choices, key=cost, default=None)
