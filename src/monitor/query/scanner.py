"""The extra `scanner`: anchors found in many texts at once by Hyperscan, so that Python sees only texts that have one.

Texts are folded as ever and joined, each word between blanks. Hyperscan compares them with all anchors in one pass over
memory; what it finds are numbers of queries to evaluate, the very ones that `presearch` would call up, or more.
"""

from collections.abc import Iterator, Mapping, Sequence

import hyperscan

from monitor.query.tree import Anchor

MOST_HITS = 1  # per text; beyond them the calls from C to Python cost more than the scan spares
ENOUGH = 1_000  # texts, before it is said whether it pays
_SPACED = b" \0 "  # between texts, so that their first and last words stand between blanks too


class Scanner:
    """Anchors compiled for Hyperscan."""

    def __init__(self, anchors: Mapping[Anchor, tuple[int, ...]]) -> None:
        self._called = list(anchors.values())
        self._texts = self._hits = 0
        expressions = [b" " + token + (b"" if stem else b" ") for token, stem in anchors]
        self._database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
        self._database.compile(
            expressions=expressions,
            ids=list(range(len(expressions))),
            elements=len(expressions),
            flags=[0] * len(expressions),
            literal=True,
        )

    @property
    def pays(self) -> bool:
        """False when it found so much that going through the words is cheaper."""
        return self._texts < ENOUGH or self._hits <= MOST_HITS * self._texts

    def candidates(self, forms: Sequence[bytes]) -> Iterator[tuple[int, set[int]]]:
        """The texts, by their place among the folded `forms`, that have an anchor, each with its queries."""
        hits: list[tuple[int, int]] = []

        def found(number: int, _start: int, stop: int, _flags: int, _context: object) -> None:
            hits.append((stop, number))

        self._database.scan(b" " + _SPACED.join(forms) + b" ", match_event_handler=found)
        self._texts += len(forms)
        self._hits += len(hits)
        at, stop = 0, 1 + len(forms[0])  # of the text that the hits are in by now
        queries: set[int] = set()
        for end, number in hits:
            while end > stop + 1:
                if queries:
                    yield at, queries
                    queries = set()
                at += 1
                stop += len(_SPACED) + len(forms[at])
            queries.update(self._called[number])
        if queries:
            yield at, queries
