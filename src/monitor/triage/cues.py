"""Cues: the words per language that tell a kind, read from the TOML files in `cues/`.

A kind holds when one of its cues hits. Addresses are not read: the words and question marks in a link are not its
author's. A compliment with a negation up to three words before it is none
("niet echt top service"); complaints are never turned round, because a negated complaint is still one in
seven to nine cases of ten.
"""

import functools
import re
import tomllib
from collections.abc import Iterable
from importlib.resources import files

from monitor.model import Kind, Reason

KINDS: tuple[Kind, ...] = ("press", "complaint", "question", "compliment")
LONGEST_EVIDENCE = 60  # characters of the post that a reason may quote
_ADDRESS = re.compile(r"(?:https?://|www\.)\S*[^\s?!.,;:)]")


class Cues:
    """The cues of some languages. Languages without a file are passed over."""

    def __init__(self, languages: Iterable[str]) -> None:
        self._languages = [loaded for language in languages if (loaded := _language(language))]

    def reasons(self, text: str) -> tuple[Reason, ...]:
        """Every kind that holds with its first cue, in the order of `KINDS`."""
        folded = _folded(text)
        found = (self._first(kind, folded, text) for kind in KINDS)
        return tuple(reason for reason in found if reason)

    def _first(self, kind: Kind, folded: str, text: str) -> Reason | None:
        for patterns, negation in self._languages:
            for cue, pattern in patterns[kind]:
                for hit in pattern.finditer(folded):
                    if kind == "compliment" and _negated(negation, folded, hit.start()):
                        continue
                    return Reason(kind, cue, text[hit.start() : hit.end()][:LONGEST_EVIDENCE], hit.span())
        return None


def _folded(text: str) -> str:
    """Lower case, plain apostrophes and no addresses, as long as `text`, so that spans stay true."""
    lowered = text.lower()
    if len(lowered) != len(text):  # a few capitals grow when lowered
        lowered = "".join(char.lower() if len(char.lower()) == 1 else char for char in text)
    return _ADDRESS.sub(lambda found: " " * len(found[0]), lowered.replace("’", "'"))


Patterns = dict[Kind, list[tuple[str, re.Pattern[str]]]]


@functools.cache
def _language(language: str) -> tuple[Patterns, re.Pattern[str]] | None:
    file = files("monitor.triage").joinpath("cues", f"{language}.toml")
    if not file.is_file():
        return None
    table = tomllib.loads(file.read_text("utf-8"))
    patterns: Patterns = {kind: [(cue, _pattern(cue)) for cue in table[kind]["cues"]] for kind in KINDS}
    words = "|".join(map(re.escape, table["negation"]["cues"]))
    return patterns, re.compile(rf"(?<!\w)(?:{words})\s+(?:\w+\s+){{0,2}}$")


def _pattern(cue: str) -> re.Pattern[str]:
    if cue.startswith("re:"):
        return re.compile(cue[3:])
    words = r"\W+".join(re.escape(word) for word in cue.removesuffix("*").split())
    ending = r"\w*" if cue.endswith("*") else ""
    return re.compile(rf"(?<!\w){words}{ending}(?!\w)")


def _negated(negation: re.Pattern[str], folded: str, start: int) -> bool:
    return negation.search(folded, max(start - 40, 0), start) is not None
