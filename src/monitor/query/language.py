"""The grammar of queries, and the reader that makes a tree of one.

    query  = either                                        # to the end of the line: a comment
    either = both { "OR" both }                            OR binds loosest
    both   = single { [ "AND" ] single }                   a bare space is AND
    single = "NOT" single | near                           NOT binds tighter
    near   = unit { ( "NEAR/" n | "ONEAR/" n ) unit }      at most n words between; ONEAR: in this order
    unit   = "(" either ")" | field | term | "$" name      $name: a saved query
    field  = "title:" ( "(" either ")" | term )
           | ( "source:" | "site:" | "lang:" | "type:" | "link:" | "author:" | "tag:" | "published:" )
             ( value | "(" value { "OR" value } ")" )
    term   = word | stem "*" | '"' words '"' [ "~" n ]     "gele boot"~3: in any order, at most 3 words among them
           | "!" ( word | stem "*" | '"' words '"' )       case counts: !ING
           | "`" characters "`"                            these very characters: `C++`
           | "#" hashtag [ "*" ] | "@" handle | address    lindeveer.example, also lindeveer[.]example and hxxp://
    words  = ( word | stem "*" | "*" ) { blank words }     within a phrase a star alone is any one word

Operators are upper case. A word with punctuation inside (`lindeveer-app`) is the phrase of its parts. A star needs
three letters before it. `docs/queries.md` has an example of each. Errors point at line and column and say what was
expected, what stood there, and the cure.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import NoReturn

from monitor.errors import QueryError
from monitor.query import terms
from monitor.query.text import Text
from monitor.query.tokens import Token, fail, tokens
from monitor.query.tree import And, Close, Field, Near, Node, Not, Or, Phrase, Saved, Title, walk

LONGEST = 4_000  # characters of one query; saved parts are counted apart
DEEPEST = 50  # brackets, NOTs and saved parts within one another: reading them takes up to nine calls each
LARGEST = 5_000  # terms of a query with all its saved parts
TALLEST = 200  # nodes from top to bottom: deep enough for DEEPEST, and well within Python's stack
MOST_NEARS = 10  # within one another: each goes through all places of those within it
OPERATORS = ("AND", "OR", "NOT")


@dataclass(frozen=True, slots=True)
class Library:
    """Saved queries by name, and those that are being read: one within itself would never end.

    `depth`: how deep within brackets and other saved parts the reading is.
    """

    texts: Mapping[str, str]
    opened: tuple[str, ...] = ()
    depth: int = 0
    read: dict[str, Node] = field(default_factory=dict)

    def part(self, name: str, text: str, at: int, depth: int) -> Node:
        """The tree of a saved query; raises QueryError where it is used."""
        if name in self.opened:
            fail(f"a circle: ${' -> $'.join((*self.opened, name))}; take one of them out", text, at)
        if name not in self.texts:
            known = ", ".join(f"${one}" for one in sorted(self.texts)) or "none"
            fail(f"there is no saved query ${name}; known are: {known}", text, at)
        if name not in self.read:
            try:
                within = replace(self, opened=(*self.opened, name), depth=depth + 1)
                self.read[name] = parse_part(self.texts[name], within)
            except QueryError as error:
                fail(f"${name} cannot be read: {error.said}", text, at)
        return self.read[name]


def parse(text: str, saved: Mapping[str, str] | None = None) -> Node:
    """The tree of a query; raises QueryError with place and cure. `saved`: the texts that $name stands for."""
    tree = parse_part(text, Library(saved or {}))
    if tree.holds(Text("")):
        fail("the query holds for an empty text: add a term that must be present", text, 0)
    return tree


def parse_part(text: str, library: Library) -> Node:
    """The tree of what may be a part of a query only, such as a list of what is left out."""
    if len(text) > LONGEST:
        fail(f"the query is longer than {LONGEST} characters: put parts of it into [saved]", text, LONGEST)
    reader = _Reader(text, library)
    tree = reader.either(library.depth)
    reader.expect_end()
    if next(islice(walk(tree), LARGEST, None), None):
        fail(f"with its saved parts the query has more than {LARGEST} terms: split it", text, 0)
    if _height(tree) > TALLEST:
        fail("saved parts stand within saved parts too many times over: simplify", text, 0)
    if _nears(tree) > MOST_NEARS:
        fail(f"more than {MOST_NEARS} NEARs in a row or within one another: join some with AND", text, 0)
    return tree


def _height(node: Node) -> int:
    return 1 + max(map(_height, node.below), default=0)


def _nears(node: Node) -> int:
    return isinstance(node, Near) + max(map(_nears, node.below), default=0)


class _Reader:
    def __init__(self, text: str, library: Library) -> None:
        self._text = text
        self._library = library
        self._tokens = tokens(text)
        self._next = 0

    def either(self, depth: int) -> Node:
        parts = [self._both(depth)]
        while self._take("OR"):
            parts.append(self._both(depth))
        choices = tuple(choice for part in parts for choice in (part.parts if isinstance(part, Or) else (part,)))
        return parts[0] if len(parts) == 1 else Or(choices, at=_around(parts))

    def expect_end(self) -> None:
        if self._now.kind == "close":
            self._fail('expected the end of the query, got ")": remove it or open one before')
        if self._now.kind == "slop":
            self._fail('~ follows a phrase without a blank: "gele boot"~5')
        if self._now.kind != "end":
            self._fail(f"expected the end of the query, got {self._now.told}")

    def _both(self, depth: int) -> Node:
        parts = [self._single(depth)]
        while self._take("AND") or self._starts_single():
            parts.append(self._single(depth))
        needed = tuple(need for part in parts for need in (part.parts if isinstance(part, And) else (part,)))
        return parts[0] if len(parts) == 1 else And(needed, at=_around(parts))

    def _single(self, depth: int) -> Node:
        if depth > DEEPEST:
            self._fail(f"more than {DEEPEST} levels of brackets, NOTs and saved parts: simplify")
        start = self._now.start
        if self._take("NOT"):
            part = self._single(depth + 1)
            return Not(part, at=(start, part.at[1]))
        return self._near(depth)

    def _near(self, depth: int) -> Node:
        left = self._unit(depth)
        while near := terms.near_gap(self._now, self._text):
            sign = self._step()
            self._expect_placed(left, sign)
            right = self._unit(depth)
            self._expect_placed(right, sign)
            left = Near(left, right, near[1], near[0], at=_around([left, right]))
        return left

    def _expect_placed(self, side: Node, sign: Token) -> None:
        if not side.is_placed:
            said = "words, phrases and groups of them with OR stand beside"
            fail(f"{said} {sign.text}; write what else must hold with AND outside", self._text, side.at[0])

    def _unit(self, depth: int) -> Node:
        start = self._now
        if start.kind == "open":
            self._step()
            inner = self.either(depth + 1)
            stop = self._expect_close()
            return replace(inner, at=(start.start, stop))
        if start.kind == "field":
            return self._field(depth)
        return self._term(depth)

    def _expect_close(self) -> int:
        if self._now.kind != "close":
            self._fail(f'expected ")", got {self._now.told}: close the bracket')
        return self._step().stop

    def _field(self, depth: int) -> Node:
        name = self._step()
        if name.text not in terms.FIELDS:
            if name.text.lower() in terms.FIELDS:
                self._fail(f"fields are in small letters: write {name.text.lower()}:", name)
            known = ", ".join(f"{one}:" for one in terms.FIELDS)
            self._fail(f"{name.text}: is no field; known are {known}; for the words use quotation marks", name)
        if not self._now.glued or self._now.kind in ("end", "close"):
            got = self._now.told if not self._now.glued else "none"
            cure = "; leave out the blank" if self._now.kind not in ("end", "close") else ": add one"
            self._fail(f"expected a value right after {name.text}:, got {got}{cure}")
        if name.text == "title":
            return self._title(name, depth)
        if self._now.kind != "open":
            value = self._value(name)
            return replace(value, at=(name.start, value.at[1]))
        return self._values(name)

    def _title(self, name: Token, depth: int) -> Node:
        if self._now.kind == "field":
            self._fail("within title: stand words only; write the field outside")
        part = self._unit(depth)
        for one in walk(part):
            if isinstance(one, Field | Title):
                fail("within title: stand words only; write the field outside", self._text, part.at[0])
        return Title(part, at=(name.start, part.at[1]))

    def _value(self, name: Token) -> Node:
        value = self._step()
        if value.kind not in ("word", "phrase"):
            self._fail(f"expected a value after {name.text}:, got {value.told}", value)
        return terms.field_value(name.text, value, self._text)

    def _values(self, name: Token) -> Node:
        self._step()
        parts = [self._value(name)]
        while self._take("OR"):
            parts.append(self._value(name))
        if self._now.kind in ("word", "phrase"):
            self._fail(f"expected OR between the values of {name.text}:, got {self._now.told}")
        stop = self._expect_close()
        whole = parts[0] if len(parts) == 1 else Or(tuple(parts))
        return replace(whole, at=(name.start, stop))

    def _term(self, depth: int) -> Node:
        token = self._now
        if not self._starts_single() or (token.kind == "word" and token.text == "NOT"):
            self._fail(f"expected a word, a phrase or a bracket, got {token.told}: {self._cure()}")
        self._step()
        if token.kind == "bang":
            return self._cased(token)
        if token.kind == "literal":
            return terms.literal(token, self._text)
        if token.kind == "word":
            return self._saved(token, depth) if token.text.startswith("$") else terms.word(token, self._text)
        found = terms.phrase(token, self._text)
        if self._now.kind == "slop" and self._now.glued:
            return terms.close(found, self._step(), self._text)
        return found

    def _cure(self) -> str:
        """What mends a term that is missing."""
        before = self._tokens[self._next - 1] if self._next else None
        if before and before.kind == "open" and self._now.kind == "close":
            return "add one, or take out the brackets"
        if before and before.kind == "field" and self._now.text == "NOT":
            return f"write NOT before {before.told}"
        if before and (before.text in OPERATORS or terms.NEAR.fullmatch(before.text)):
            return f"add one, or take out {before.text}"
        if self._now.kind == "word":
            return f"add one before it, or take out {self._now.text}"
        is_comment = not before and self._text.strip()
        return "add one; what follows # and a blank is a comment" if is_comment else "add one"

    def _cased(self, bang: Token) -> Node:
        token = self._step()
        if token.kind == "phrase":
            found = terms.phrase(token, self._text, case=True)
        elif token.kind == "word" and token.text not in OPERATORS:
            found = terms.word(token, self._text, case=True)
        else:
            self._fail(
                f"! comes before a word or a phrase whose case counts, got {token.told}; to leave out write NOT", bang
            )
        assert isinstance(found, Phrase | Close)
        return replace(found, at=(bang.start, token.stop))

    def _saved(self, token: Token, depth: int) -> Node:
        name = terms.saved_name(token, self._text)
        part = self._library.part(name, self._text, token.start, depth)
        return Saved(name, part, at=(token.start, token.stop))

    def _starts_single(self) -> bool:
        now = self._now
        if now.kind == "word":
            return now.text not in OPERATORS[:2] and not terms.NEAR.fullmatch(now.text)
        return now.kind in ("open", "phrase", "literal", "field", "bang")

    @property
    def _now(self) -> Token:
        return self._tokens[self._next]

    def _step(self) -> Token:
        token = self._now
        self._next += token.kind != "end"
        return token

    def _take(self, operator: str) -> bool:
        taken = self._now.kind == "word" and self._now.text == operator
        self._next += taken
        return taken

    def _fail(self, said: str, token: Token | None = None) -> NoReturn:
        fail(said, self._text, (token or self._now).start)


def _around(parts: list[Node]) -> tuple[int, int]:
    return parts[0].at[0], parts[-1].at[1]
