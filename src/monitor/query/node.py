"""What every part of a query can do, and the words by which a text that has it is found."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from monitor.query.text import Range, Text
from monitor.query.words import Span

Anchor = tuple[bytes, bool]  # a folded word, or the beginning of words when True
Anchors = frozenset[Anchor]
Cost = Callable[[Anchors], float]  # how many texts are likely to have one of these
SHORTEST_BEGINNING = 3  # bytes of an anchor that is the beginning of words
MOST_SPANS = 20  # of a term: enough to show why


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


def cheapest(choices: Iterable[Anchors], cost: Cost) -> Anchors | None:
    """The choice that the fewest texts are likely to have; None when there is none."""
    return min(choices, key=cost, default=None)
