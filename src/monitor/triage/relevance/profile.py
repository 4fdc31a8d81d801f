"""Is a mention about the organisation or about its namesake: pieces of evidence, their sum, a probability.

    text, spans of the name -> pieces -> score -> odds -> probability
                                     labels -> odds --'

The profile ([queries.relevance]) says how the organisation writes its name, which words speak for it and which against.
The rest is general: how the name is written, what stands beside it, where in its sentence. A text is about the
organisation when one of its hits is. Around ten labels of the same query teach how often it is, and by which words.
"""

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from monitor.triage.cues.scope import folded
from monitor.triage.labels import Labelled
from monitor.triage.relevance.memory import Memory
from monitor.triage.relevance.words import Span, Words, business, spelling, within

# Weights and the cut of the score: set by reason and measured, see docs/relevance.md.
CANONICAL = 1.0  # the name exactly as the organisation writes it
LONGER_NAME = 1.0  # a longer name of the profile around it: Virgin Atlantic
ACCOUNT = 1.5  # @name, #name, name.com
CONTEXT = 1.0
MOST_CONTEXT = 2  # words that speak for it; more of them say no more
ANTI = -1.5
HEADLINE = -0.5  # every word has a capital, so the name's says little
SENTENCE_START = -0.4  # so has every first word; counted where no other word speaks for it
SMALL = -0.6  # in small letters, by somebody who uses capitals
OTHER_NAME = -0.8  # part of a longer name that is not the organisation's: Rita Dove, Orange County
TITLE = -1.5  # Dr. Ford
COMMON = -0.6  # a word before it that goes with common words: an apple, will target
PLACE = 0.4  # a word before or after it that goes with names: bij Bol, Target's
BUSINESS = 0.4  # a word that goes with organisations of any kind; up to MOST_CONTEXT of them
CUT = 0.9
SLOPE = 2.5
BESIDE_LABELS = 0.5  # what the profile's odds are worth where labels speak too
MOST_ODDS = 6.0  # nothing is surer than 0.998

MOST_HITS = 20  # of one text that are looked at: a long article says by then what it is about
MOST_NAMES = 200  # of one text that hits are compared with
LONGEST = 60  # characters of a full name around a hit
_CLOSE = 80  # characters on either side whose capitals are looked at
_TITLES = re.compile(r"dr|mrs?|ms|prof|sir|judge|president|senator|dhr|mevr|meneer|mevrouw|minister|herr|frau")
_ABBREVIATED = re.compile(rf"\b(?:{_TITLES.pattern})\.\s*$", re.IGNORECASE)
_COMMON = re.compile(  # articles, possessives, auxiliaries, pronouns
    r"an?|th(?:e|is|at|[eo]se)|m(?:y|ijn|on|a)|your|h(?:is|er|aar|un)|its|our|their|to|will|can|[wc]ould|should|you|they"
    r"|we|i|een|di[te]|d[ae]t|deze|jouw|je|zijn|ons|eine?n?|une?|des"
)
_PLACES = re.compile(r"at|from|by|via|bij|naar|van|door|de|chez|bei|von")
_WORD = re.compile(r"[^\W\d_][\w'’-]*")
_BEFORE = re.compile(r"([^\W\d_][\w'’-]*)(\.?[ \t]+)$")
_AFTER = re.compile(r"[ \t]+([^\W\d_][\w'’-]*)")
_START = re.compile(r"(?:^|[.!?:;\n\"“”«(|-])[\s\"“'‘>*-]*$")
_DOMAIN = re.compile(r"\.(?:com|nl|be|org|net|eu|fr|de|co\.uk|example)\b", re.IGNORECASE)


class Piece(NamedTuple):
    """One thing that speaks for the organisation (weight above 0) or for its namesake; `span` is where it stands."""

    cue: str
    weight: float
    span: Span


@dataclass(frozen=True, slots=True)
class Relevance:
    """What tells an organisation from its namesakes: a query's profile, and what labels taught.

    `names` are canonical spellings; `context` and `anti` words for and against, written as cues are (word*, phrases,
    (a|b)). ConfigError for a word that cannot be read.
    """

    names: Sequence[str] = ()
    context: Sequence[str] = ()
    anti: Sequence[str] = ()
    memory: Memory | None = None
    _for: Words = field(init=False, repr=False, compare=False)
    _against: Words = field(init=False, repr=False, compare=False)
    _spelt: tuple[re.Pattern[str], ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_for", Words.of(self.context, "context"))
        object.__setattr__(self, "_against", Words.of(self.anti, "anti"))
        spelt = sorted((name for name in self.names if name.strip()), key=len, reverse=True)
        object.__setattr__(self, "_spelt", tuple(spelling(name) for name in spelt))

    def score(self, text: str, spans: Iterable[Span]) -> float:
        """The sum of the pieces of the best hit; about `CUT` and more speaks for the organisation."""
        return sum(piece.weight for piece in self.pieces(text, spans))

    def pieces(self, text: str, spans: Iterable[Span]) -> tuple[Piece, ...]:
        """What speaks for and against in the hit that looks most like the organisation; spans count in `text`."""
        low = folded(text)
        found = [tuple(self._evidence(text, low, hit)) for hit in self._hits(text, spans)]
        return max(found, key=lambda told: sum(piece.weight for piece in told), default=())

    def probability(self, text: str, spans: Iterable[Span]) -> float:
        """How probably the text is about the organisation, from 0 to 1."""
        hits = self._hits(text, spans)
        odds = SLOPE * (self.score(text, hits) - CUT)
        if self.memory is not None:
            odds = BESIDE_LABELS * odds + max((self.memory.odds(text, hit) for hit in hits), default=0.0)
        return 1 / (1 + math.exp(-max(min(odds, MOST_ODDS), -MOST_ODDS)))

    def learned(self, rows: Iterable[Labelled]) -> "Relevance":
        """The same profile with a memory of the rows that say whether they are about the organisation."""
        told = [(row.text, self.spans(row.text), row.relevant) for row in rows if row.relevant is not None]
        taught = [(text, hit, bool(relevant)) for text, hits, relevant in told for hit in hits[:1]]
        return Relevance(self.names, self.context, self.anti, Memory.of(taught) if taught else None)

    def spans(self, text: str) -> list[Span]:
        """Where one of the names stands in `text`, however it is written."""
        found = {match.span() for one in self._spelt for match in one.finditer(text)}
        apart: list[Span] = []
        for start, end in sorted(found, key=lambda span: (span[0], -span[1])):
            apart += [(start, end)] if not apart or start >= apart[-1][1] else []
        return apart

    def _hits(self, text: str, spans: Iterable[Span]) -> list[Span]:
        """The spans that hold a name; all of them when none does. A query's other words are spans too."""
        given, named = list(spans), self.spans(text)
        holding = [hit for hit in given if any(hit[0] < end and start < hit[1] for start, end in named[:MOST_NAMES])]
        return (holding or given)[:MOST_HITS]

    def _evidence(self, text: str, low: str, hit: Span) -> Iterator[Piece]:
        spoken = list(self._profile(low, hit))
        yield from spoken
        yield from self._written(text, hit, speaks=any(piece.weight > 0 for piece in spoken))
        yield from self._beside(text, hit)

    def _profile(self, low: str, hit: Span) -> Iterator[Piece]:
        told: dict[str, Piece] = {}
        for word, span in self._for.near(low, hit):
            told.setdefault(low[slice(*span)], Piece(f"context: {word}", CONTEXT, span))
        yield from list(told.values())[:MOST_CONTEXT]
        for match in list(business(low, hit))[:MOST_CONTEXT]:
            yield Piece(f"a word of business: {match[0]}", BUSINESS, match.span())
        for word, span in self._against.near(low, hit):
            yield Piece(f"anti: {word}", ANTI, span)

    def _written(self, text: str, hit: Span, speaks: bool) -> Iterator[Piece]:
        """How the name itself is written, and what its capitals are worth there."""
        whole = self._longest(text, hit)
        if whole != hit:
            yield Piece("a full name", LONGER_NAME, whole)
        if text[max(hit[0] - 1, 0) : hit[0]] in ("@", "#") or _DOMAIN.match(text, hit[1]):
            yield Piece("account, hashtag or domain", ACCOUNT, hit)
        capitals = _capitals(text, hit)
        if self._canonical(text, whole) or self._canonical(text, hit):
            if capitals > 0.6 and text[slice(*hit)].isupper():
                return
            yield Piece("written as its name", CANONICAL, hit)
            if _headline(text, hit):
                yield Piece("headline: every word has a capital", HEADLINE, hit)
            elif not speaks and _begins_sentence(text, hit[0]):
                yield Piece("first word of its sentence", SENTENCE_START, hit)
        elif text[slice(*hit)].islower() and capitals > 0:
            yield Piece("in small letters", SMALL, hit)

    def _canonical(self, text: str, span: Span) -> bool:
        written = text[slice(*span)]
        return written in self.names if self.names else written[:1].isupper()

    def _longest(self, text: str, hit: Span) -> Span:
        """The longest name of the profile that stands around the hit, or the hit itself."""
        around = (
            match.span()
            for one in self._spelt
            for match in one.finditer(text, max(hit[0] - LONGEST, 0), hit[1] + LONGEST)
            if within(hit, match.span())
        )
        return max(around, key=lambda span: span[1] - span[0], default=hit)

    def _beside(self, text: str, hit: Span) -> Iterator[Piece]:
        """What stands directly before and after it."""
        whole = self._longest(text, hit)
        canonical = self._canonical(text, hit)
        before, after = _BEFORE.search(text[max(whole[0] - 40, 0) : whole[0]]), _AFTER.match(text, whole[1])
        word = before[1].lower() if before else ""
        if _TITLES.fullmatch(word):
            yield Piece("a person's title", TITLE, hit)
        elif canonical and _PLACES.fullmatch(word):
            yield Piece(f"{word} before it", PLACE, hit)
        elif _COMMON.fullmatch(word) and (not canonical or (word != "the" and _headline(text, hit))):
            yield Piece(f"{word} before it", COMMON, hit)
        if canonical and not _headline(text, hit) and self._other_name(text, whole, before, after):
            yield Piece("part of another name", OTHER_NAME, hit)
        if canonical and re.match(r"['’]s\b|-[^\W\d_]", text[hit[1] : hit[1] + 3]):
            yield Piece("a name's ending", PLACE, hit)

    def _other_name(self, text: str, whole: Span, before: re.Match[str] | None, after: re.Match[str] | None) -> bool:
        """Whether a word with a capital stands beside it that no word of the profile knows."""
        beside = [after[1]] if after else []
        if before and "." not in before[2]:
            begins = whole[0] - len(before[0])
            beside += [] if _begins_sentence(text, begins) else [before[1]]
        named = [word.lower() for word in beside if word.istitle()]
        named = [word for word in named if not (_PLACES.fullmatch(word) or _COMMON.fullmatch(word))]
        return any(not any(one.pattern.fullmatch(word) for _, one in self._for.found_by) for word in named)


def _begins_sentence(text: str, at: int) -> bool:
    low = max(at - _CLOSE, 0)
    return _START.search(text, low, at) is not None and not _ABBREVIATED.search(text, low, at)


def _capitals(text: str, hit: Span) -> float:
    """The share of capitals among the letters around the hit, from 0 to 1; 0 where there are few letters."""
    letters = [
        char for char in text[max(hit[0] - _CLOSE, 0) : hit[0]] + text[hit[1] : hit[1] + _CLOSE] if char.isalpha()
    ]
    return sum(map(str.isupper, letters)) / len(letters) if len(letters) >= 8 else 0.0


def _headline(text: str, hit: Span) -> bool:
    """Whether nearly every longer word of the hit's line has a capital."""
    start, end = text.rfind("\n", 0, hit[0]) + 1, text.find("\n", hit[1])
    line = text[max(start, hit[0] - 2 * _CLOSE) : min(end if end >= 0 else len(text), hit[1] + 2 * _CLOSE)]
    words = [word for word in _WORD.findall(line) if len(word) > 3]
    return len(words) >= 4 and sum(word[0].isupper() for word in words) >= 0.7 * len(words)
