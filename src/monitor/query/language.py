"""The grammar of queries, and the reader that makes a tree of one.

    query  = either
    either = both { "OR" both }                   OR binds loosest
    both   = single { [ "AND" ] single }          a bare space is AND
    single = "NOT" single | "(" either ")" | term     NOT binds tightest
    term   = '"' words '"' | word | word "*"

Operators are upper case. A word with punctuation inside (`lindeveer-app`) is the phrase of its parts.
A prefix needs three letters. Errors point at the column and say what was expected. What other search boxes
understand and this grammar does not (`or`, `-word`, a star in the middle, curly quotation marks) is refused: read
as mere words it would be a query that silently finds nothing.
"""

import re
from dataclasses import dataclass
from typing import NoReturn

from monitor.errors import QueryError
from monitor.query.words import Words, folded_words

LONGEST = 4_000  # characters of one query
DEEPEST = 50  # nested brackets and NOTs
SHORTEST_STEM = 3
OPERATORS = ("AND", "OR", "NOT")

Span = tuple[int, int]
_TOKEN = re.compile(r'\s*(?:(?P<open>\()|(?P<close>\))|"(?P<phrase>[^"]*)"|(?P<word>[^\s()"]+)|(?P<stray>"))')

_CURLY = re.compile("[\u00ab\u00bb\u201c-\u201f]")
_SINGLE = "\u2018\u2019\u201a\u201b"  # within a word they are apostrophes
_NOT_HERE = {  # what other query languages know, and would silently be read as words here
    r"\|": "| is no operator: write OR",
    r"^&+$|&&": "& is no operator: write AND, or nothing",
    r"~": "~ is no operator here",
    r"\?": "? stands for nothing here: a star at the end takes any ending",
    r":": "a colon names no field here",
    r"^O?NEAR(/\d+)?$": "NEAR is no operator here",
    r"^(?:EN|ET|UND)$": "operators are English: write AND",
    r"^(?:OF|OU|ODER)$": "operators are English: write OR",
    r"^(?:NIET|PAS|SAUF|NICHT)$": "operators are English: write NOT",
}


class Node:
    """A part of a query. `spans` gives the matched spans, or None when the part does not hold."""

    def spans(self, words: Words) -> list[Span] | None:
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Phrase(Node):
    """Words in this order, side by side; a single word is a phrase of one."""

    parts: tuple[str, ...]

    def spans(self, words: Words) -> list[Span] | None:
        size = len(self.parts)
        found = [
            (words.spans[at][0], words.spans[at + size - 1][1])
            for at in words.at.get(self.parts[0], ())
            if size == 1 or tuple(words.folded[at : at + size]) == self.parts
        ]
        return found or None


@dataclass(frozen=True, slots=True)
class Prefix(Node):
    """Any word that begins with `stem`."""

    stem: str

    def spans(self, words: Words) -> list[Span] | None:
        return sorted(words.spans[at] for at in words.starting_with(self.stem)) or None


@dataclass(frozen=True, slots=True)
class Not(Node):
    """Holds where `part` does not."""

    part: Node

    def spans(self, words: Words) -> list[Span] | None:
        return [] if self.part.spans(words) is None else None


@dataclass(frozen=True, slots=True)
class And(Node):
    """Holds where all parts do."""

    parts: tuple[Node, ...]

    def spans(self, words: Words) -> list[Span] | None:
        every: list[Span] = []
        for part in self.parts:
            found = part.spans(words)
            if found is None:
                return None
            every += found
        return every


@dataclass(frozen=True, slots=True)
class Or(Node):
    """Holds where any part does."""

    parts: tuple[Node, ...]

    def spans(self, words: Words) -> list[Span] | None:
        found = [spans for part in self.parts if (spans := part.spans(words)) is not None]
        return [span for spans in found for span in spans] if found else None


def parse(text: str) -> Node:
    """The tree of a query; raises QueryError with the column and the cure."""
    if len(text) > LONGEST:
        raise QueryError(f"the query is longer than {LONGEST} characters: split it", text=text, column=LONGEST)
    reader = _Reader(text)
    tree = reader.either(0)
    reader.expect_end()
    if tree.spans(Words("")) is not None:
        raise QueryError("the query holds for an empty text: add a term that must be present", text=text, column=1)
    return tree


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    column: int


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = _tokens(text)
        self._next = 0

    def either(self, depth: int) -> Node:
        parts = [self._both(depth)]
        while self._take("word", "OR"):
            parts.append(self._both(depth))
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def expect_end(self) -> None:
        if self._now.kind != "end":
            self._fail('expected the end of the query, got ")": remove it or open one before')

    def _both(self, depth: int) -> Node:
        parts = [self._single(depth)]
        while self._take("word", "AND") or self._starts_single():
            parts.append(self._single(depth))
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def _single(self, depth: int) -> Node:
        if depth > DEEPEST:
            self._fail(f"more than {DEEPEST} levels of brackets: simplify")
        if self._take("word", "NOT"):
            return Not(self._single(depth + 1))
        if self._take("open"):
            inner = self.either(depth + 1)
            if not self._take("close"):
                self._fail(f'expected ")", got {self._got()}: close the bracket')
            return inner
        return self._term()

    def _term(self) -> Node:
        token = self._now
        if not self._starts_single():
            self._fail(f"expected a word, a phrase or a bracket, got {self._got()}")
        self._next += 1
        self._refuse_misread(token)
        if token.kind == "word" and token.text.endswith("*"):
            return self._prefix(token)
        parts = tuple(folded_words(token.text))
        if not parts:
            self._fail("there is no letter or digit here to search for", token)
        return Phrase(parts)

    def _refuse_misread(self, token: _Token) -> None:
        """What would be read as plain words, and is surely meant otherwise."""
        text = token.text
        if "*" in text.removesuffix("*" if token.kind == "word" else ""):
            self._fail("a star stands at the end of a single word only: write it so, or leave it out", token)
        if token.kind == "phrase":
            return
        if text.upper() in OPERATORS:
            self._fail(f'operators are upper case: write {text.upper()}, or "{text}" for the word', token)
        if text[0] in "-!" and len(text) > 1:
            self._fail(f"{text[0]} does not leave a word out here: write NOT {text[1:]}", token)
        if _CURLY.search(text) or text[0] in _SINGLE or text[-1] in _SINGLE:
            self._fail('curly quotation marks: write straight ones (")', token)
        for sign, meant in _NOT_HERE.items():
            if re.search(sign, text):
                self._fail(f"{meant}; for the words themselves write them in quotation marks", token)

    def _prefix(self, token: _Token) -> Node:
        parts = folded_words(token.text)
        if len(parts) != 1 or len(parts[0]) < SHORTEST_STEM:
            self._fail(f"a prefix is one word of at least {SHORTEST_STEM} letters and a final star", token)
        return Prefix(parts[0])

    def _starts_single(self) -> bool:
        now = self._now
        return now.kind in ("open", "phrase") or (now.kind == "word" and now.text not in OPERATORS[:2])

    @property
    def _now(self) -> _Token:
        return self._tokens[self._next]

    def _take(self, kind: str, text: str | None = None) -> bool:
        taken = self._now.kind == kind and text in (None, self._now.text)
        self._next += taken
        return taken

    def _got(self) -> str:
        return {"end": "the end of the query", "close": '")"'}.get(self._now.kind, self._now.text)

    def _fail(self, message: str, token: _Token | None = None) -> NoReturn:
        where = token or self._now
        raise QueryError(f"column {where.column}: {message}", text=self._text, column=where.column)


def _tokens(text: str) -> list[_Token]:
    tokens = []
    for found in _TOKEN.finditer(text):
        kind = found.lastgroup or ""
        column = found.start(kind) + (0 if kind == "phrase" else 1)
        if kind == "stray":
            raise QueryError(f"column {column}: expected a closing quotation mark", text=text, column=column)
        tokens.append(_Token(kind, found[kind], column))
    return [*tokens, _Token("end", "", len(text.rstrip()) + 1)]
