"""All queries over one document: which hold, and where."""

from collections.abc import Iterable
from dataclasses import dataclass

from monitor.model import Document, Facet, Match
from monitor.query.language import parse
from monitor.query.words import Words

MOST_SPANS = 20  # kept per match: enough to show why


@dataclass(frozen=True, slots=True)
class Query:
    """A query as configured: its name, the facet it serves and its text."""

    name: str
    facet: Facet
    text: str


class Matcher:
    """Queries, read once. Raises QueryError when one cannot be read."""

    def __init__(self, queries: Iterable[Query]) -> None:
        self._queries = [(query.name, query.facet, parse(query.text)) for query in queries]

    def match(self, document: Document) -> tuple[Match, ...]:
        """The queries that hold, in the order of the configuration, each with its spans in `document.whole`."""
        words = Words(document.whole)
        found = ((name, facet, tree.spans(words)) for name, facet, tree in self._queries)
        return tuple(
            Match(name, facet, tuple(sorted(set(spans))[:MOST_SPANS]))
            for name, facet, spans in found
            if spans is not None
        )
