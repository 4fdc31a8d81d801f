"""All queries over documents at once: which hold, and where.

    document -> words -> queries that can hold (`presearch`) -> each evaluated on its tree -> Match with spans

The tree decides, always: the presearch only spares the trees that cannot hold. With the extra `scanner` many texts
are searched for anchors in one go (`scanner`); the answers are the same.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from functools import cached_property
from hashlib import blake2b
from typing import TYPE_CHECKING

from monitor.model import Document, Facet, Match
from monitor.query.compiled import compiled
from monitor.query.language import parse
from monitor.query.presearch import Presearch
from monitor.query.text import Text, tag_name
from monitor.query.tree import MOST_SPANS, Address, And, Field, Hashtag, Node, Not, Or, Saved, Title, walk
from monitor.query.words import all_folded, folded_words

if TYPE_CHECKING:
    from monitor.query.scanner import Scanner

BATCH = 500  # texts that are folded together


@dataclass(frozen=True, slots=True)
class Query:
    """A query as configured: its name, the facet it serves and its text."""

    name: str
    facet: Facet
    text: str


class Matcher:
    """Queries, read once. Raises QueryError when one cannot be read.

    `saved`: the texts that $name stands for; the queries themselves can be used so too. `zone`: where days begin.
    `scanner`: True to use the extra (ImportError where it is missing), False not to, None to use it if it is there.
    """

    def __init__(
        self,
        queries: Iterable[Query],
        *,
        saved: Mapping[str, str] | None = None,
        zone: tzinfo = UTC,
        scanner: bool | None = None,
    ) -> None:
        queries = tuple(queries)
        known = {**(saved or {}), **{query.name: query.text for query in queries}}
        self.trees = {query.name: parse(query.text, known) for query in queries}
        self._facets = {query.name: query.facet for query in queries}
        self._names = tuple(query.name for query in queries)
        self._holding = [self.trees[name] for name in self._names]
        self._tests = [compiled(tree) for tree in self._holding]
        self._zone = zone
        self._growing = frozenset(number for number, tree in enumerate(self._holding) if _grows(tree))
        self._presearch = Presearch(self._holding)
        self._wants_scanner = scanner
        if scanner:
            _scanner_class(needed=True)
        self._scanner: Scanner | None = None

    @cached_property
    def versions(self) -> Mapping[str, str]:
        """16 hex digits per query that change when what it means changes, its saved parts included."""
        return {name: _digest(f"{self._facets[name]} {tree!r}") for name, tree in self.trees.items()}

    @cached_property
    def version(self) -> str:
        """16 hex digits for all queries together."""
        return _digest(repr(sorted(self.versions.items())))

    def match(self, document: Document, now: datetime) -> tuple[Match, ...]:
        """The queries that hold, in the order of the configuration, each with its spans in `document.whole`."""
        text = Text.of(document, now, self._zone)
        numbers = sorted(self._presearch.candidates([*text.vocabulary, *_words_behind(document)]))
        return tuple(self._match(number, text) for number in numbers if self._tests[number](text))

    def scan(self, texts: Sequence[str]) -> list[list[int]]:
        """For each text the numbers of the queries that hold, in order; without spans, and nothing known of a post."""
        return [held for start in range(0, len(texts), BATCH) for held in self._scanned(texts[start : start + BATCH])]

    def on_excerpt(
        self, document: Document, now: datetime, *, cut: bool, held: Sequence[str]
    ) -> tuple[tuple[Match, ...], tuple[str, ...]]:
        """Of what was kept of a post: the matches that hold whatever the rest said, and the queries it cannot tell of.

        `cut`: something was left out. Asked are the queries in `held`, and those that an anchor calls up.
        """
        text = Text.of(document, now, self._zone)
        called = self._presearch.candidates([*text.vocabulary, *_words_behind(document)])
        asked = sorted({*called, *(at for at, name in enumerate(self._names) if name in held)})
        answers = {number: self._certainly(number, text, cut=cut) for number in asked}
        sure = tuple(self._match(number, text) for number, answer in answers.items() if answer)
        return sure, tuple(self._names[number] for number, answer in answers.items() if answer is None)

    def _certainly(self, number: int, text: Text, *, cut: bool) -> bool | None:
        """`certain`, by the quick way for queries of which more text can only make more hold."""
        if number not in self._growing:
            return certain(self._holding[number], text, cut=cut)
        return self._tests[number](text) or (None if cut else False)

    def _scanned(self, texts: Sequence[str]) -> list[list[int]]:
        forms = all_folded(texts)
        scanner = self._scanner_now()
        return self._by_scanner(scanner, texts, forms) if scanner else self._by_words(texts, forms)

    def _by_words(self, texts: Sequence[str], forms: Sequence[bytes]) -> list[list[int]]:
        candidates, known = self._presearch.candidates, self._presearch.words
        held: list[list[int]] = []
        for text, form in zip(texts, forms, strict=True):
            words = form.split()
            asked = known.intersection(words)
            numbers = candidates(words, asked)
            held.append(self._evaluated(numbers, Text(text, words=words, vocabulary=asked)) if numbers else [])
        return held

    def _by_scanner(self, scanner: "Scanner", texts: Sequence[str], forms: Sequence[bytes]) -> list[list[int]]:
        held: list[list[int]] = [[] for _ in texts]
        known = self._presearch.words
        for at, numbers in scanner.candidates(forms):
            words = forms[at].split()
            held[at] = self._evaluated(numbers, Text(texts[at], words=words, vocabulary=known.intersection(words)))
        return held

    def _evaluated(self, numbers: Iterable[int], text: Text) -> list[int]:
        tests = self._tests
        return sorted([number for number in numbers if tests[number](text)])

    def _scanner_now(self) -> "Scanner | None":
        """The scanner once the anchors are settled, while it pays and where it is wanted."""
        presearch = self._presearch
        is_able = presearch.is_settled and presearch.anchors and not presearch.unanchored
        if self._wants_scanner is False or not is_able:
            return None
        if self._scanner is None:  # looked for only now: a pass, which matches post by post, never needs it
            scanner = _scanner_class(needed=False)
            self._wants_scanner = scanner is not None
            self._scanner = scanner(presearch.anchors) if scanner else None
        return self._scanner if self._scanner and self._scanner.pays else None

    def _match(self, number: int, text: Text) -> Match:
        name = self._names[number]
        spans = sorted(set(self.trees[name].spans(text)))
        return Match(name, self._facets[name], tuple(spans[:MOST_SPANS]))


def certain(node: Node, text: Text, *, cut: bool) -> bool | None:
    """True or False where what was kept of a post decides it, None where the rest of it would (Kleene's logic).

    Neither the author of a mention is kept, nor the links behind its words and what its source files it under.
    """
    if isinstance(node, Not):
        answer = certain(node.part, text, cut=cut)
        return None if answer is None else not answer
    if isinstance(node, And | Or):
        answers = [certain(part, text, cut=cut) for part in node.parts]
        decides = isinstance(node, Or)
        return decides if decides in answers else None if None in answers else not decides
    if isinstance(node, Saved):
        return certain(node.part, text, cut=cut)
    if isinstance(node, Title):
        return certain(node.part, text.title, cut=cut)
    if isinstance(node, Field):
        return None if node.name == "author" else node.holds(text)
    may_be_unseen = cut or isinstance(node, Hashtag | Address)
    return node.holds(text) or (None if may_be_unseen else False)


def _grows(tree: Node) -> bool:
    """True when all that it asks for is kept of a mention, and nothing is left out."""
    return not any(isinstance(node, Not | Field | Hashtag | Address) for node in walk(tree))


def _scanner_class(*, needed: bool) -> "type[Scanner] | None":
    try:
        from monitor.query.scanner import Scanner  # noqa: PLC0415 - an extra, and heavy
    except ImportError:
        if needed:
            raise
        return None
    return Scanner


def _words_behind(document: Document) -> list[bytes]:
    """The words of its links and tags, which its text need not show."""
    tags = (tag_name(tag).replace("_", " ") for tag in document.tags)
    return folded_words(" ".join((*document.links, *tags)))


def _digest(text: str) -> str:
    return blake2b(text.encode("utf-8", "replace"), digest_size=8).hexdigest()
