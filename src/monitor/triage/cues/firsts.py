"""Which words a cue can start with, so that only the cues of words that stand in a text are tried.

A regular expression is read from its left until a first word is certain. What cannot be told is None: such a cue is
looked for in every text, which is right and slow.
"""

import re
from dataclasses import dataclass, replace

MOST_FIRSTS = 4_000  # beyond it a cue is looked for in every text
_LOOK = re.compile(r"\(\?<?[=!]")
_GROUP = re.compile(r"\((?:\?:|\?P<\w+>)?")
_QUANTIFIER = re.compile(r"[?*+][?+]?|\{\d*,?\d*\}\??")
_APART = re.compile(r"(?:\\s|\\W| )[+*]?$")
_CUT = re.compile(r"\\W|\\s|\\[^\w]|[ '\-/:,]")


@dataclass(frozen=True, slots=True)
class First:
    """A word that starts what a cue finds; with `open` any word that begins with it.

    With `behind` the cue may begin earlier: at a sign, or at words that need not be there.
    """

    word: str
    open: bool = False
    behind: bool = False


def firsts_of(source: str) -> frozenset[First] | None:
    """The first words of a regular expression, which must begin at a word's edge; None when they cannot be told."""
    found: set[First] = set()
    for branch in _branches(source):
        some = _walk("", branch, edge=False)
        if some is None:
            return None
        found |= some
    return frozenset(found) if len(found) <= MOST_FIRSTS else None


def needs_digit(source: str) -> bool:
    """Whether nothing without a digit can hold: one stands outside of groups and is not optional."""
    if r"\d" not in source or len(_branches(source)) > 1:
        return False
    depth, outside = 0, ""
    for _, char in _plain_characters(source):
        depth += (char == "(") - (char == ")")
        outside += char if depth == 0 else ""
    return re.search(r"\\d(?![?*]|\{0|\{,)", outside) is not None


def _walk(word: str, rest: str, *, edge: bool) -> set[First] | None:
    """First words when `word` was read and `rest` is to come. `edge`: a word may begin here."""
    if not rest:
        return {First(word, open=True)} if word else None
    if rest.startswith((r"\b", "^")):
        skip = 2 if rest[0] == "\\" else 1
        return {First(word)} if word else _walk("", rest[skip:], edge=True)
    if rest[0] in "#@" and not word:
        return _behind(_walk("", rest[1:], edge=True))
    if rest.startswith("("):
        return _walk_group(word, rest, edge=edge)
    if cut := _CUT.match(rest):
        return _walk_cut(word, *_quantified(rest, cut.end()))
    if re.match(r"\w", rest) and (word or edge):
        return _walk_letter(word, rest)
    if rest.startswith(r"\d") and edge and not word:
        return {First(digit, open=True) for digit in "0123456789"} if _repeats(rest[2:]) else None
    return {First(word, open=True)} if word else None


def _repeats(rest: str) -> bool:
    return not _optional(_quantified(rest, 0)[0])


def _behind(found: set[First] | None) -> set[First] | None:
    return None if found is None else {replace(first, behind=True) for first in found}


def _walk_cut(word: str, quantifier: str, rest: str) -> set[First] | None:
    if not word:
        return _behind(_walk("", rest, edge=True))
    optional = _walk(word, rest, edge=True) if _optional(quantifier) else set()
    return None if optional is None else {First(word)} | optional


def _walk_letter(word: str, rest: str) -> set[First] | None:
    quantifier, after = _quantified(rest, 1)
    if quantifier[:1] in ("*", "+", "{"):
        return {First(word + rest[0] * (quantifier[0] == "+"), open=True)} if word or quantifier[0] == "+" else None
    with_it = _walk(word + rest[0], after, edge=True)
    if not quantifier or with_it is None:
        return with_it
    without = _walk(word, after, edge=True)
    return None if without is None else with_it | without


def _walk_group(word: str, rest: str, *, edge: bool) -> set[First] | None:
    end = _closing(rest)
    if _LOOK.match(rest):
        return {First(word, open=True)} if word else _walk("", rest[end:], edge=edge or rest.startswith(r"(?<!\w)"))
    opening = _GROUP.match(rest)
    if opening is None or (rest.startswith("(?") and opening.end() == 1):
        return {First(word, open=True)} if word else None
    quantifier, after = _quantified(rest, end)
    inside = rest[opening.end() : end - 1]
    found: set[First] = set()
    for branch in _branches(inside):
        some = _walk(word, branch + ("" if quantifier[:1] in ("*", "+", "{") else after), edge=edge)
        if some is None:
            return _behind(_walk("", after, edge=True)) if _steps_over(word, inside, quantifier, edge=edge) else None
        found |= some
    if _optional(quantifier):
        without = _walk(word, after, edge=edge)
        return None if without is None else found | without
    return found


def _steps_over(word: str, inside: str, quantifier: str, *, edge: bool) -> bool:
    """Whether a part that need not be there, such as a name with a blank, leaves the next word at an edge."""
    return not word and edge and _optional(quantifier) and all(_APART.search(one) for one in _branches(inside))


def _optional(quantifier: str) -> bool:
    return quantifier[:1] in ("?", "*") or quantifier.startswith(("{0", "{,"))


def _quantified(source: str, end: int) -> tuple[str, str]:
    """The quantifier after `end`, or "", and what comes behind it."""
    found = _QUANTIFIER.match(source, end)
    return (found[0], source[found.end() :]) if found else ("", source[end:])


def _branches(source: str) -> list[str]:
    """The alternatives of an expression at its own depth."""
    found, depth, start = [], 0, 0
    for at, char in _plain_characters(source):
        depth += (char == "(") - (char == ")")
        if char == "|" and depth == 0:
            found.append(source[start:at])
            start = at + 1
    return [*found, source[start:]]


def _closing(source: str) -> int:
    """Where the group that starts `source` ends, behind its bracket."""
    depth = 0
    for at, char in _plain_characters(source):
        depth += (char == "(") - (char == ")")
        if depth == 0:
            return at + 1
    return len(source)


def _plain_characters(source: str) -> list[tuple[int, str]]:
    """Characters that mean something: neither escaped nor in a set."""
    return [(found.start(), found[0]) for found in re.finditer(r"\\.|\[\^?\]?(?:\\.|[^\]])*\]|.", source, re.DOTALL)]
