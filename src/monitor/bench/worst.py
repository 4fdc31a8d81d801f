"""Texts and queries made to hurt: each under a stated budget, and twice the text in no more than about twice the time.

All hostile queries are asked of every hostile text at once, as `match` does it, spans included, and by `scan`.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from monitor.bench.measuring import timed
from monitor.model import Document
from monitor.query import Matcher, Query

SIZE, QUICK_SIZE = 1_000_000, 100_000  # characters
BUDGET = 10.0  # CPU seconds per million characters, for all hostile queries together
PREPARE = 0.5  # CPU seconds to read any one of them
STEEPEST = 3.5  # times as long for twice the text: 2 is linear, 4 quadratic; the rest is memory and noise
TASTE, HOPELESS = 32, 2  # a small part of the text first; at twice its budget the whole is not tried
TOO_SHORT = 0.05  # CPU seconds below which a ratio says nothing
LONGEST_QUERY = 4_000
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Case:
    """A hostile text of any size."""

    name: str
    text: Callable[[int], str]


@dataclass(frozen=True, slots=True)
class Endured:
    """CPU seconds that a hostile text took, and how many times those of half of it; None where it was too quick."""

    name: str
    size: int
    scan: float
    match: float
    growth: float | None

    @property
    def budget(self) -> float:
        """CPU seconds."""
        return BUDGET * self.size / SIZE

    @property
    def within(self) -> bool:
        """True when time and growth are what was promised."""
        return max(self.scan, self.match) <= self.budget and (self.growth is None or self.growth <= STEEPEST)


def _repeated(piece: str) -> Callable[[int], str]:
    return lambda size: (piece * (size // len(piece) + 1))[:size]


def _numbered(stem: str) -> Callable[[int], str]:
    """Words that begin alike and end differently: what a table of words cannot remember."""
    return lambda size: " ".join(f"{stem}{number}" for number in range(size // (len(stem) + 2)))[:size]


CASES = (
    Case("one giant word", _repeated("a")),
    Case("a million #", _repeated("#")),
    Case("a a a ...", _repeated("a ")),
    Case("kop staart kop ...", _repeated("kop staart ")),
    Case("kop kop kop ... then staart", lambda size: "kop " * (size // 8) + "staart " * (size // 14)),
    Case("words that begin alike", _numbered("veer")),
    Case("one hashtag aAaA...", lambda size: ("#" + "aA" * (size // 2))[:size]),
    Case("a hashtag per word", _repeated("#KopStaart ")),
    Case("one letter, a million accents", lambda size: "a" + "\u0301" * (size - 1)),
    Case("every letter with an accent", _repeated("a\u0301")),
    Case("@@@@", _repeated("@")),
    Case("@a.b@c.d", _repeated("@a.b@c.d")),
    Case("/u/ and u/", _repeated("/u/")),
    Case("dots", _repeated(".")),
    Case("a.a.a.a", _repeated("a.")),
    Case("a[.]a[.]", _repeated("a[.]")),
    Case("hxxp://", _repeated("hxxp://")),
    Case("https://a.example/", _repeated("https://a.example/ ")),
    Case("brackets", _repeated("([{")),
    Case("underscores", _repeated("_")),
    Case("a_a_a_a", _repeated("a_")),
    Case("hyphens and quotes", _repeated("a-’")),
    Case("emoji with joiners", _repeated("👩‍👩‍👧")),
    Case("characters nobody sees", _repeated("\u200b\u00ad")),
    Case("NULs", _repeated("\0a")),
    Case("another script", _repeated("слово ")),
)


def hostile() -> dict[str, str]:
    """Queries by what makes them hostile, up to the longest that can be written."""
    return {
        "a in a row": f'"{" ".join("a" * 29)} b"',
        "gaps": '"kop * * * staart"',
        "gaps and repeats": '"a * a * a * b"',
        "close": '"a a a a a a"~50',
        "close to nothing": '"a a a a a b"~50',
        "near": "kop NEAR/50 staart",
        "near repeats": "(a OR kop) NEAR/50 (a OR staart)",
        "near in near": "((kop NEAR/9 staart) NEAR/9 (staart NEAR/9 kop)) NEAR/9 kop",
        "near the absent": "kop NEAR/50 absent",
        "ordered": "staart ONEAR/9 kop",
        "prefixes": _joined((f"vee{chr(97 + at // 26)}{chr(97 + at % 26)}*" for at in range(676)), " OR "),
        "prefix": "vee*",
        "brackets": "(" * 49 + "kop" + ")" * 49,
        "nots": "kop " + "NOT " * 48 + "absent",
        "many": _joined((f"woord{at}" for at in range(1000)), " OR "),
        "many left out": "kop " + _joined((f"NOT woord{at}" for at in range(1000)), " ", LONGEST_QUERY - 4),
        "a long phrase": f'"{" ".join(["kop"] * 30)}"',
        "tag": "#aaaa",
        "handle": "@aaaa",
        "domain": "aaaa.example",
        "literal": "`a.a.b`",
        "case": "!Kop",
        "marks": '"a a" NOT "a b"',
    }


def preparing() -> dict[str, float]:
    """CPU seconds that a matcher takes to read each hostile query."""
    return {name: timed(partial(_matcher, {name: text})).seconds for name, text in hostile().items()}


def endured(case: Case, size: int) -> Endured:
    """Half the text, then all of it; only a small part where all would take for ever."""
    taste = size // TASTE
    seconds = sum(_seconds(case.text(taste)))
    if seconds > HOPELESS * BUDGET * taste / SIZE:
        size = taste
    half, whole = _seconds(case.text(size // 2)), _seconds(case.text(size))
    growths = [twice / once for once, twice in zip(half, whole, strict=True) if twice >= TOO_SHORT]
    return Endured(case.name, size, *whole, max(growths, default=None))


def _seconds(text: str) -> tuple[float, float]:
    """CPU seconds of `scan` and of `match`, by a matcher that never saw another text."""
    matcher, document = _matcher(hostile()), _document(text)
    scan = timed(lambda: matcher.scan([text])).seconds
    return scan, timed(lambda: matcher.match(document, NOW)).seconds


def _matcher(queries: Mapping[str, str]) -> Matcher:
    return Matcher((Query(name, "brand", text) for name, text in queries.items()), scanner=False)


def _document(text: str) -> Document:
    return Document(
        source="bench",
        place="bench",
        key="1",
        url="https://bench.example/1",
        type="post",
        found="feed",
        title="",
        text=text,
        published=NOW,
        author=None,
        language=None,
        opt_outs=frozenset(),
        addressed=False,
        fingerprint="",
        revision="",
    )


def _joined(parts: Iterable[str], between: str, longest: int = LONGEST_QUERY) -> str:
    """As many of the parts as fit."""
    text = ""
    for part in parts:
        longer = f"{text}{between}{part}" if text else part
        if len(longer) > longest:
            break
        text = longer
    return text
