"""The words of a relevance profile: how they are found, and which of them stand near a name."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from monitor.errors import ConfigError
from monitor.triage.cues.pattern import Compiled, compiled

Span = tuple[int, int]

NEAR = 400  # characters on either side in which words of the profile count
_BUSINESS = re.compile(
    r"\b(?:compan(?:y|ies)|stores?|shops?|customers?|service|staff|employees?|ceo|shares?|shareholders?|profits?|revenue"
    r"|sales?|deals?|launch(?:es|ed)?|website|app|delivery|orders?|ordered|prices?|brand|stock|investors?|competitors?"
    r"|bedrijf|bedrijven|winkels?|klanten?|klantenservice|medewerkers?|personeel|directie|topman|aandelen|winst|omzet"
    r"|prijs|prijzen|filiaal|filialen|bestelling|besteld|bestellen|merk|concurrenten?|website|webshop"
    r"|unternehmen|kunden?|mitarbeiter|gewinn|umsatz|filialen?|entreprise|clients?|magasins?|chiffre d'affaires|action"
    r"naires?)\b"
)


@dataclass(frozen=True, slots=True)
class Words:
    """A profile's words of one side, each with what finds it."""

    found_by: tuple[tuple[str, Compiled], ...]

    @classmethod
    def of(cls, words: Iterable[str], key: str) -> "Words":
        return cls(tuple((word, _compiled(word, key)) for word in words))

    def near(self, text: str, hit: Span) -> Iterator[tuple[str, Span]]:
        """The words that stand around the hit in folded text, each once; the bare name itself is none of them."""
        low, high = max(hit[0] - NEAR, 0), hit[1] + NEAR
        for word, one in self.found_by:
            for match in one.pattern.finditer(text, low, high):
                if not within(match.span(), hit):
                    yield word, match.span()
                    break


def business(text: str, hit: Span) -> Iterator[re.Match[str]]:
    """Words in folded text around the hit that go with organisations of any kind."""
    return _BUSINESS.finditer(text, max(hit[0] - NEAR, 0), hit[1] + NEAR)


def spelling(name: str) -> re.Pattern[str]:
    """What finds a name as a whole, in capitals or not."""
    words = r"\s+".join(map(re.escape, name.split()))
    return re.compile(rf"(?<!\w){words}(?!\w)", re.IGNORECASE)


def within(inner: Span, outer: Span) -> bool:
    """Whether one span lies in the other."""
    return outer[0] <= inner[0] and inner[1] <= outer[1]


def _compiled(word: str, key: str) -> Compiled:
    try:
        return compiled(word)
    except ValueError as error:
        raise ConfigError(f"[queries.relevance] {key}: {word!r} {error}") from error
