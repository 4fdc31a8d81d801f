"""What of a text its author says: without addresses, quotations and rhetorical questions, with negation.

`folded` keeps every character's place, so that spans in it are spans of the original text.
"""

import re
from collections.abc import Iterable

from monitor.triage.cues.pattern import ACCENTS

NEGATED_WITHIN = 50  # characters before a cue in which a negation can stand
LEAST_QUOTED = 4  # words between quotation marks; fewer are a name or mockery, and the author's own
_ELSEWHERE = re.compile(r"(?:https?://|www\.)\S*[^\s?!.,;:)]|[\w.+-]+@\w[\w.-]*\.\w+|(?<=@)\w+")
_QUOTATION = re.compile(r'"[^"\n]{8,}?"|“[^”\n]{8,}?”|„[^“”\n]{8,}?[“”]|«[^»\n]{8,}?»|^[ \t]*>[^\n]*', re.MULTILINE)
_SENTENCE_END = re.compile(r"[.!?…\n]+")


def folded(text: str) -> str:
    """Lower case, plain apostrophes, few accents, no addresses, accounts' names as underscores; as long as `text`."""
    lowered = text.lower()
    if len(lowered) != len(text):  # a few capitals grow when lowered
        lowered = "".join(char.lower() if len(char.lower()) == 1 else char for char in text)
    if not lowered.isascii():
        lowered = lowered.translate(ACCENTS)
    if "@" in lowered or "http" in lowered or "www." in lowered:
        lowered = _ELSEWHERE.sub(_blank, lowered)
    return lowered


def _blank(found: re.Match[str]) -> str:
    length = found.end() - found.start()
    return "_" * length if found.start() and found.string[found.start() - 1] == "@" else " " * length


def quotations(text: str) -> list[tuple[int, int]]:
    """Where others are quoted, and lines that answer to a ">"."""
    if not any(mark in text for mark in '"“„«>'):
        return []
    return [
        found.span()
        for found in _QUOTATION.finditer(text)
        if ">" in found[0][:4] or len(found[0].split()) >= LEAST_QUOTED
    ]


def sentence_around(text: str, start: int, end: int) -> tuple[int, int]:
    """The sentence in which a span stands, with its own closing mark."""
    first, last = 0, len(text)
    for found in _SENTENCE_END.finditer(text):
        if found.end() <= start:
            first = found.end()
        elif found.start() >= start:
            last = max(found.end(), end)
            break
    return first, last


def negation_pattern(words: Iterable[str]) -> re.Pattern[str] | None:
    """What finds a negation that stands up to three words before the end of what it is given."""
    sources = [re.escape(word.lower().translate(ACCENTS)).replace("'", "'?") for word in words]
    if not sources:
        return None
    return re.compile(rf"(?<![\w'])(?:{'|'.join(sources)})\s+(?:[\w']+\s+){{0,2}}$")


def negation_before(pattern: re.Pattern[str] | None, text: str, start: int) -> int | None:
    """Where the words begin that turn what stands at `start` round; None when none do."""
    found = pattern.search(text, max(start - NEGATED_WITHIN, 0), start) if pattern else None
    return found.start() if found else None
