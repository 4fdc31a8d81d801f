"""Cues: the words per language and sector that tell a kind, read from the TOML files in `cues/`.

    text -> folded -> words looked up -> hits -> scope (quoted, negated, rhetorical) -> Reading

Addresses are not read: the words and question marks in a link are not its author's. A compliment with a negation up
to three words before it is none ("niet echt top service") and counts as a complaint; complaints are never turned
round, because a negated complaint is still one in seven to nine cases of ten.
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

from monitor.errors import ConfigError
from monitor.triage.cues.files import Cue, CueFile, read_cues, shipped
from monitor.triage.cues.judging import judged
from monitor.triage.cues.language import Vote
from monitor.triage.cues.reading import FEATURES, Hit, Reading
from monitor.triage.cues.scan import Found, Index, words_of
from monitor.triage.cues.scope import folded, negation_before, negation_pattern, quotations, sentence_around

__all__ = ["FEATURES", "Cues", "Hit", "Reading"]

MOST_KEPT = 8  # sets of languages and packs whose index stays in memory


@dataclass(frozen=True, slots=True)
class _Lists:
    """Cue files put together. What an index remembers is of words, not of texts: all who ask for the same share one."""

    cues: tuple[Cue, ...]
    version: str
    index: Index
    vote: Vote
    address: frozenset[str]
    negation: dict[str, re.Pattern[str] | None]


def _lists(languages: tuple[str, ...], packs: tuple[str, ...], own: Iterable[CueFile] = ()) -> _Lists:
    files = [*shipped(languages, packs), *own]
    cues = _effective(files)
    return _Lists(
        cues,
        hashlib.sha256("".join(file.digest for file in files).encode()).hexdigest()[:16],
        Index(cues),
        Vote([*languages, *(cue.language for cue in cues)]),
        frozenset(word for file in files for words in file.address.values() for word in words),
        {one: negation_pattern(words) for one, words in _merged(files).items()},
    )


_shipped_lists = lru_cache(MOST_KEPT)(_lists)


class Cues:
    """The cues of some languages, sector packs and files of one's own. Languages without a file are passed over."""

    def __init__(self, languages: Iterable[str], packs: Iterable[str] = (), own: Iterable[Path] = ()) -> None:
        wanted, sectors, paths = tuple(languages), tuple(packs), tuple(own)
        lists = _lists(wanted, sectors, _read_all(paths)) if paths else _shipped_lists(wanted, sectors)
        self.cues = lists.cues
        self.version = lists.version
        self._lists = lists

    def read(self, text: str, language: str | None = None) -> Reading:
        """What the cues say of a text. `language` is what its source declared, two letters or more."""
        plain = folded(text)
        places = words_of(plain)
        words = {place[0] for place in places}
        spoken = self._lists.vote.of(words, language)
        found = self._lists.index.scan(plain, places, spoken)
        return judged(text, self._hits(found, plain, words) if found else (), spoken, len(words))

    def _hits(self, found: list[Found], plain: str, words: set[str]) -> tuple[Hit, ...]:
        """The hits that count, in the order of the text; of overlapping ones of a kind the longest."""
        if any(cue.tier == "suppress" for cue, _, _ in found):
            found = self._unsuppressed(found, plain, words)
        quoted = quotations(plain)
        return tuple(self._hit(one, plain, quoted) for one in _longest(found))

    def _hit(self, found: Found, plain: str, quoted: list[tuple[int, int]]) -> Hit:
        cue, start, end = found
        within = any(first <= start and end <= last for first, last in quoted) if quoted else False
        tier: Literal["strong", "weak"] = "strong" if cue.tier == "strong" else "weak"
        turns = self._turns(cue, plain, start)
        span = (start if turns is None else turns, end)
        return Hit(cue.kind, cue.text, tier, cue.weight, cue.precision, span, turns is not None, within)

    def _turns(self, cue: Cue, plain: str, start: int) -> int | None:
        """Where a negation of a compliment begins; None when nothing turns it round."""
        negation = self._lists.negation.get(cue.language) if cue.kind == "compliment" else None
        return negation_before(negation, plain, start)

    def _unsuppressed(self, found: list[Found], plain: str, words: set[str]) -> list[Found]:
        """Without what other words take away: strong ones when nobody is spoken to, weak ones that overlap.

        A rhetorical question takes its whole sentence with it.
        """
        against = [one for one in found if one[0].tier == "suppress"]
        addressed = plain.lstrip().startswith("@") or not words.isdisjoint(self._lists.address)
        return [
            one
            for one in found
            if one[0].tier != "suppress" and not any(_takes(other, one, plain, addressed) for other in against)
        ]


def _takes(against: Found, found: Found, plain: str, addressed: bool) -> bool:
    cue, first, last = against
    hit, start, end = found
    if cue.kind != hit.kind:
        return False
    if hit.tier == "strong":
        return not addressed
    if cue.kind == "question":
        first, last = sentence_around(plain, first, last)
    return start < last and first < end


def _longest(found: list[Found]) -> list[Found]:
    """Without hits that lie within another of the same kind and tier."""
    found.sort(key=lambda one: (one[1], -one[2]))
    if len(found) < 2:
        return found
    ends: dict[tuple[str, str], int] = {}
    kept = []
    for one in found:
        cue, _, end = one
        if end > ends.get((cue.kind, cue.tier), -1):
            ends[cue.kind, cue.tier] = end
            kept.append(one)
    return kept


def _read_all(own: Iterable[Path]) -> list[CueFile]:
    files: list[CueFile] = []
    problems: list[str] = []
    for path in own:
        try:
            files.append(read_cues(path))
        except ConfigError as error:
            problems += error.problems
    if problems:
        raise ConfigError(*problems)
    return files


def _effective(files: list[CueFile]) -> tuple[Cue, ...]:
    """All cues, a later file's instead of an earlier one's; weight 0 takes a cue away."""
    cues = {(cue.language, cue.kind, cue.tier, cue.text): cue for file in files for cue in file.cues}
    return tuple(cue for cue in cues.values() if cue.weight > 0)


def _merged(files: list[CueFile]) -> dict[str, list[str]]:
    merged: dict[str, list[str]] = {}
    for file in files:
        for language, words in file.negation.items():
            merged.setdefault(language, []).extend(words)
    return merged
