"""Peers that are whole engines: a full-text index made per batch, and a database that knows regular expressions."""

from collections.abc import Iterable, Iterator, Sequence
from importlib import import_module
from typing import Any

from monitor.bench.holding import NOTHING, condition, searching
from monitor.bench.peers import Automaton, Combined, Naive, Peer
from monitor.bench.plain import plain
from monitor.bench.queries import All, Either, Not, Tree, Words

HITS = 1_000  # of one query, asked for at first


class Tantivy(Peer):
    """An index of the batch in memory, every query run over it, and every hit asked again by patterns."""

    name = "tantivy per batch"
    needs, package = "tantivy", "tantivy"
    rounds = 2

    def __init__(self, trees: Sequence[Tree]) -> None:
        self._library: Any = import_module(self.needs)
        builder = self._library.SchemaBuilder()
        builder.add_integer_field("nth", fast=True)
        builder.add_text_field("text")
        self._schema = builder.build()
        self._queries = [self._query(tree) for tree in trees]
        self._holds = [searching(tree) for tree in trees]

    def answers(self, posts: Sequence[str]) -> list[list[int]]:
        texts = list(map(plain, posts))
        searcher = self._indexed(texts)
        answers: list[list[int]] = [[] for _ in posts]
        for number, query in enumerate(self._queries):
            for nth in self._hits(searcher, query, len(posts)):
                if self._holds[number](texts[nth], NOTHING):
                    answers[nth].append(number)
        return answers

    def _indexed(self, texts: Iterable[str]) -> Any:
        index = self._library.Index(self._schema)
        writer = index.writer(heap_size=100_000_000, num_threads=1)
        for nth, text in enumerate(texts):
            writer.add_document(self._library.Document(nth=nth, text=text))
        writer.commit()
        writer.wait_merging_threads()
        index.reload()
        return index.searcher()

    def _hits(self, searcher: Any, query: Any, most: int) -> Iterator[int]:
        hits = searcher.search(query, min(HITS, most), count=False).hits
        if len(hits) == HITS < most:
            hits = searcher.search(query, most, count=False).hits
        yield from searcher.fast_field_values("nth", [address for _, address in hits]) if hits else ()

    def _query(self, tree: Tree) -> Any:
        query, occur = self._library.Query, self._library.Occur
        match tree:
            case Words(words) if len(words) == 1:
                return query.term_query(self._schema, "text", words[0])
            case Words(words):
                return query.phrase_query(self._schema, "text", list(words))
            case Either(parts):
                return query.boolean_query([(occur.Should, self._query(part)) for part in parts])
            case All(parts):
                return query.boolean_query([self._clause(part) for part in parts])
            case _:
                raise TypeError(f"the peers are not asked for a {type(tree).__name__}")

    def _clause(self, part: Tree) -> tuple[Any, Any]:
        occur = self._library.Occur
        return (occur.MustNot, self._query(part.part)) if isinstance(part, Not) else (occur.Must, self._query(part))


class DuckDB(Peer):
    """A statement per query over a table of the batch; its patterns are RE2's, whose word ends know ASCII only."""

    name = "DuckDB regexp"
    needs, package = "duckdb", "duckdb"
    affordable = 300_000

    def __init__(self, trees: Sequence[Tree]) -> None:
        self._conditions = [condition(tree) for tree in trees]
        self._connect = import_module(self.needs).connect

    def answers(self, posts: Sequence[str]) -> list[list[int]]:
        answers: list[list[int]] = [[] for _ in posts]
        with self._connect(":memory:", config={"threads": 1}) as database:
            database.execute("CREATE TABLE posts (nth INTEGER, text VARCHAR)")
            database.execute(
                "INSERT INTO posts SELECT unnest(range(len($texts))), unnest($texts)",
                {"texts": list(map(plain, posts))},
            )
            for number, condition in enumerate(self._conditions):
                for (nth,) in database.execute(f"SELECT nth FROM posts WHERE {condition}").fetchall():  # noqa: S608 - letters of the words only
                    answers[nth].append(number)
        return answers


PEERS: tuple[type[Peer], ...] = (Naive, Combined, Automaton, Tantivy, DuckDB)
