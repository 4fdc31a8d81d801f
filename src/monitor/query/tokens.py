"""A query's text -> tokens: operators are words yet, signs that begin a term stand apart."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal, NoReturn

from monitor.errors import QueryError

Kind = Literal["open", "close", "phrase", "literal", "slop", "field", "bang", "word", "end"]

_TOKEN = re.compile(
    r"""
    (?P<comment>\#(?=\s|\Z)[^\n]*)          # a hash and a blank: a comment to the end of the line
  | (?P<open>\() | (?P<close>\))
  | "(?P<phrase>[^"]*)" | `(?P<literal>[^`]*)`
  | (?P<slop>~\d*(?=[\s()]|\Z))             # "a b"~5
  | (?P<field>[A-Za-z]+):(?!//)             # title:
  | (?P<bang>!)(?=\S)
  | (?P<word>[^\s()"`]+)
  | (?P<stray>["`])
    """,
    re.VERBOSE,
)
_BLANKS = re.compile(r"\s*")


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a query: its kind, its text without quotation marks, where it stands, and whether it is `glued`.

    Glued is what follows without a blank: only so a field has its value and a phrase its ~n.
    """

    kind: Kind
    text: str
    start: int
    stop: int
    glued: bool = False

    @property
    def told(self) -> str:
        """How a message names it."""
        names = {"end": "the end of the query", "open": '"("', "close": '")"', "bang": "!", "slop": self.text}
        shown = {"phrase": f'"{self.text}"', "literal": f"`{self.text}`", "field": f"{self.text}:"}
        return names.get(self.kind) or shown.get(self.kind) or self.text


def tokens(text: str) -> list[Token]:
    """The tokens of a query, the last of kind "end"; raises QueryError for a quotation that is not closed."""
    found: list[Token] = []
    at = _skip(text, 0)
    while at < len(text):
        token = _TOKEN.match(text, at)
        assert token  # every character begins one of them
        kind = token.lastgroup
        if kind == "stray":
            raise QueryError(f"expected a closing {token[0]}, got the end of the query: add it", text=text, at=at)
        if kind != "comment":
            glued = bool(found) and found[-1].stop == at
            written = unicodedata.normalize("NFC", token[kind or ""])  # as documents are
            found.append(Token(kind, written, at, token.end(), glued))  # type: ignore[arg-type]
        at = _skip(text, token.end())
    return [*found, Token("end", "", len(text.rstrip()), len(text))]


def _skip(text: str, at: int) -> int:
    blanks = _BLANKS.match(text, at)
    return blanks.end() if blanks else at


def fail(said: str, text: str, at: int) -> NoReturn:
    """Refuse a query: `said` names what was expected, what stood there and the cure."""
    raise QueryError(said, text=text, at=at)
