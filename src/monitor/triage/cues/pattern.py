"""How a cue is written and what it is compiled to: a pattern, and the words without which it cannot hit.

    cue      = "re:" regular expression  |  sign  |  element { " " element }
    element  = word  |  word "*"  |  "~"  |  "(" words { "|" words } ")"
    sign     = one that starts with no letter and holds no blank: "?", ":)", "<3", an emoji

Texts are compared in lower case, without accents on é, à, ç and their like, and with plain apostrophes. An apostrophe
or a hyphen of a cue may be missing in the text ("can't" finds "cant"), `~` stands for up to four words of the same
sentence, `*` for any ending.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from re import _constants, _parser  # type: ignore[attr-defined]  # the language's own reading of an expression
from typing import Any

from monitor.triage.cues.firsts import First, firsts_of, needs_digit

ACCENTS = str.maketrans("’‘`´éèêëàâáîïíôóòûúùçñ", "''''eeeeaaaiiiooouuucn")
APART = r"[^\w.!?\n]+"  # between words of one sentence
GAP = rf"(?:{APART}[\w']+){{0,4}}?"
_REPEATS = (_constants.MAX_REPEAT, _constants.MIN_REPEAT)
_ELEMENT = re.compile(r"\([^()]*\)|\S+")
_SIGN = re.compile(r"[^\w#(~*]\S*")
_ALTERNATIVES = re.compile(r"\([^()|]+(?:\|[^()|]+)*\)")


@dataclass(frozen=True)  # no slots: the pattern is remembered in the object
class Compiled:
    """What finds a cue. `firsts` are the words one of which must stand in the text, None for "always look".

    The `pattern` is made of its `source` when it is first asked for: of thousands of cues a run needs some hundreds,
    and making them all took most of the time of a start. A `word` cue is found by its word alone, a `sign` by its
    characters, and one with `digit` in no text without a digit. `seconds` are the words one of which comes next,
    where that is certain.
    """

    source: str
    firsts: frozenset[First] | None
    word: bool = False
    sign: str = ""
    digit: bool = False
    seconds: frozenset[str] | None = None

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """What finds the cue in a folded text."""
        return re.compile(self.source)


def compiled(cue: str) -> Compiled:
    """The cue compiled, so that every fault in it shows. ValueError, in words for its author, when it is none."""
    if (written := _written(cue)).startswith("re:"):
        _check_expression(written[3:])
    return unproved(cue)


def unproved(cue: str) -> Compiled:
    """The cue with its pattern still to be made, for lists of which a test has compiled every cue."""
    written = _written(cue)
    if written.startswith("re:"):
        source = written[3:]
        return Compiled(source, firsts_of(source), digit=needs_digit(source))
    if written.isalnum():
        return Compiled(rf"(?<!\w){written}(?!\w)", frozenset((First(written),)), word=True)
    if _SIGN.fullmatch(written):
        return Compiled(sign_source(written), None, sign=written)
    return _phrase(written)


def _written(cue: str) -> str:
    written = (cue if cue.startswith("re:") else cue.lower()).strip().translate(ACCENTS)
    if written in ("", "re:"):
        raise ValueError("is empty; write a word, or remove it")
    return written


def sign_source(sign: str) -> str:
    """What finds a sign; one that ends in a letter (":d") does not begin a word."""
    return re.escape(sign) + (r"(?!\w)" if re.match(r"\w", sign[-1]) else "")


def _check_expression(source: str) -> None:
    if re.search(r"[A-ZÀ-Ý]", re.sub(r"\\.|\(\?P<\w+>", "", source)):
        raise ValueError("has capitals, and texts are compared in lower case: it can never hit; use small letters")
    try:
        pattern = re.compile(source)
    except (re.error, RecursionError, OverflowError) as error:
        raise ValueError(f"is no regular expression ({error}); mend it, or drop re: to look for its words") from error
    if pattern.search(""):
        raise ValueError("holds for an empty text, so for every text; let it need a word")
    if _runs_wild(_parser.parse(source)):
        raise ValueError("repeats something that is all repeats, which can take for ever; write one of the two repeats")


def _runs_wild(parsed: Iterable[Any]) -> bool:
    """True when a repeat without an end holds nothing but repeats, as in `(a+)+`: a net for slips, and no proof."""
    return any(
        (kind in _REPEATS and given[1] is _constants.MAXREPEAT and _is_all_repeats(given[2]))
        or any(_runs_wild(part) for part in _parts(given))
        for kind, given in parsed
    )


def _is_all_repeats(parsed: Iterable[Any]) -> bool:
    """True when some way through it is made of endless repeats alone."""
    for kind, given in parsed:
        if kind in _REPEATS and given[1] is _constants.MAXREPEAT:
            continue
        if kind in (_constants.SUBPATTERN, _constants.BRANCH) and any(_is_all_repeats(part) for part in _parts(given)):
            continue
        return False
    return True


def _parts(given: Any) -> Iterator[Iterable[Any]]:
    """The expressions within an element of a parsed expression, however it holds them."""
    if isinstance(given, _parser.SubPattern):
        yield given
    elif isinstance(given, (tuple, list)):
        for part in given:
            yield from _parts(part)


def _phrase(written: str) -> Compiled:
    elements = _ELEMENT.findall(written)
    if "~" in (elements[0], elements[-1]):
        raise ValueError("has ~ at an end, and it stands between words; put a word on either side")
    if any(re.search(r"[()|]", one) and not _ALTERNATIVES.fullmatch(one) for one in elements):
        raise ValueError("has brackets that do not hold words with | between, such as (late|too late); mend them")
    source = _words(elements[0])
    for element in elements[1:]:
        source += GAP if element == "~" else APART + _words(element)
    firsts = frozenset(first for start in _starts(elements[0]) for first in _first(start))
    plain = len(elements) == 1 and re.fullmatch(r"\w+", written) is not None
    seconds = _seconds(elements)
    return Compiled(rf"(?<!\w){source}(?!\w)", firsts, word=plain, seconds=seconds)


def _seconds(elements: list[str]) -> frozenset[str] | None:
    """The words that come after the first one, when both are whole words."""
    if len(elements) < 2 or elements[1] == "~" or not re.fullmatch(r"\w+", elements[0]):
        return None
    starts = _starts(elements[1])
    if not all(re.match(r"\w", start) for start in starts):
        return None
    found = {first for start in starts for first in _first(start)}
    return None if any(first.open for first in found) else frozenset(first.word for first in found)


def _starts(element: str) -> list[str]:
    words = element[1:-1].split("|") if element.startswith("(") else [element]
    if not all(word.strip() for word in words):
        raise ValueError("has an empty alternative; write a word on either side of |")
    return [word.split()[0] for word in words]


def _words(element: str) -> str:
    if not element.startswith("("):
        return _word(element)
    return f"(?:{'|'.join(APART.join(map(_word, one.split())) for one in element[1:-1].split('|'))})"


def _word(word: str) -> str:
    stem = word.removesuffix("*")
    if "*" in stem or not stem:
        raise ValueError("has a * that is not the end of a word; write re: for anything else")
    ending = r"\w*" if word.endswith("*") else ""
    return re.escape(stem).replace("'", "'?").replace(r"\-", r"[-\s]?") + ending


def _first(word: str) -> set[First]:
    parts = re.findall(r"\w+", word)
    if not parts or not re.match(r"\w", word):
        raise ValueError("has a word that starts with a sign; write re: for signs among words")
    if len(parts) == 1:
        return {First(parts[0], open=word.endswith("*"))}
    return {First(parts[0]), First("".join(parts[:2]), open=True)}
