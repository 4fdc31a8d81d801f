"""What the peers and the oracle read: a text folded by code of its own, that shares nothing with the matcher.

    Café #ZonNet_app, ß   ->   cafe  zon net app  ss 0zq0 zonnet

Words are parted by blanks alone; an underscore is one. A hashtag in CamelCase stands as its words; the whole follows
behind a word that no query has, so that it is found, and no phrase reaches from one into the other.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import cached_property
from itertools import product

BETWEEN = "0zq0"
Range = tuple[int, int]  # from and to, in words

_TAG = re.compile(r"#((?:\w|[\u0300-\u036f])+)")
_HASHTAG = re.compile(r"(?<![\w&/])#((?:\w|[\u0300-\u036f])+)")
_OTHER = re.compile(r"[^\x00-\x7f]+")
_WORD = re.compile(r"\w+")
_BLANKS = {at: " " for at in range(128) if not chr(at).isalnum()}
_SEAM = re.compile(r"(?<=[a-z0-9])(?=A)|(?<=A)(?=Aa)|(?<=[aA])(?=0)")  # in a tag's shape, not in its letters
_LIGATURES = str.maketrans(
    {"æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ħ": "h", "ı": "i"}
)


class _Letters(dict[str, str]):
    """What a character beyond ASCII becomes, as far as asked."""

    def __init__(self, *, cased: bool) -> None:
        super().__init__()
        self._cased = cased

    def __missing__(self, char: str) -> str:
        if unicodedata.combining(char) or unicodedata.category(char) in ("Cf", "Me") or "\ufe00" <= char <= "\ufe0f":
            letters = ""
        elif char.isalnum():
            spelled = unicodedata.normalize("NFKD", char)
            spelled = spelled if self._cased else spelled.casefold().translate(_LIGATURES)
            letters = "".join(one if one.isalnum() else " " for one in spelled if not unicodedata.combining(one))
        else:
            letters = " "
        self[char] = letters
        return letters


_SMALL, _CASED = _Letters(cased=False), _Letters(cased=True)


def plain(text: str) -> str:
    """The text as the peers read it: small words without accents, CamelCase hashtags opened, and whole at the end."""
    if "#" not in text:
        return _folded(text)
    wholes = [run for tag in _TAG.findall(text) for run in tag.split("_") if _opened(run) != run]
    return _folded(f" {BETWEEN} ".join([_TAG.sub(_opened_tag, text), *wholes]))


class Reading:
    """One text as the oracle looks at it: where its words stand, those with their case, its hashtags.

    `places` counts in words, from and to; a CamelCase hashtag spans its words.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self.places: dict[str, list[Range]] = {}
        self._words = 0
        for nth, piece in enumerate(_TAG.split(text)):
            if nth % 2:
                for run in piece.split("_"):
                    self._add_run(run)
            else:
                self._add(_folded(piece).split())

    def _add(self, words: list[str]) -> None:
        for at, word in enumerate(words, self._words):
            self.places.setdefault(word, []).append((at, at + 1))
        self._words += len(words)

    def _add_run(self, run: str) -> None:
        """A run of a hashtag: its words, and where there are several the whole as well."""
        began, words = self._words, _folded(_opened(run)).split()
        self._add(words)
        if len(words) > 1:
            self.places.setdefault("".join(words), []).append((began, self._words))

    @cached_property
    def cased(self) -> frozenset[str]:
        """Words without accents, but with their case."""
        texts = (self._text, _TAG.sub(_opened_tag, self._text))
        return frozenset(word for text in texts for word in _WORD.findall(_with_case(text)))

    @cached_property
    def tags(self) -> frozenset[str]:
        """Hashtags, folded, without their sign."""
        return frozenset("_".join(map(_closed, tag.split("_"))) for tag in _HASHTAG.findall(self._text))

    def phrase(self, words: Sequence[str]) -> bool:
        """True where these words stand side by side, a hashtag in CamelCase as its words."""
        firsts, *others = (self.places.get(word, []) for word in words)
        if not others:
            return bool(firsts)
        return any(
            all((at + nth, at + nth + 1) in places for nth, places in enumerate(others, 1))
            for at, stop in firsts
            if stop == at + 1
        )

    def near(self, one: str, other: str, between: int) -> bool:
        """True where at most `between` other words stand between the two, in any order."""
        pairs = list(product(self.places.get(one, []), self.places.get(other, [])))
        return any(0 <= after[0] - before[1] <= between for pair in pairs for before, after in (pair, pair[::-1]))


def _closed(part: str) -> str:
    return "".join(_folded(part).split())


def _folded(text: str) -> str:
    if not text.isascii():
        text = _OTHER.sub(lambda run: "".join(map(_SMALL.__getitem__, run[0])), text)
    return text.lower().translate(_BLANKS)


def _with_case(text: str) -> str:
    return _OTHER.sub(lambda run: "".join(map(_CASED.__getitem__, run[0])), text).replace("_", " ")


def _opened(run: str) -> str:
    """A run of a hashtag with a blank at every seam: aB, ABc, a1."""
    composed = unicodedata.normalize("NFC", run)
    shape = "".join("A" if c.isupper() else "a" if c.isalpha() else "0" if c.isdigit() else "_" for c in composed)
    seams = [seam.start() for seam in _SEAM.finditer(shape)]
    return " ".join(composed[a:b] for a, b in zip((0, *seams), (*seams, len(composed)), strict=True)) if seams else run


def _opened_tag(tag: re.Match[str]) -> str:
    return " " + " ".join(map(_opened, tag[1].split("_")))
