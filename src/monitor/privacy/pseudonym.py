"""Keyed pseudonyms: the same author of a year can be told apart, nobody can be named.

    HMAC-SHA256(key, "year|source|author"), 16 hex digits

The key lives outside the database (`MONITOR_PSEUDONYM_KEY`); the year in the message makes pseudonyms of
different years unlinkable without it, and a new key makes all of them so.
"""

import hashlib
import hmac
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Pseudonyms:
    """Makes the pseudonyms of one year. The key is bytes and is never shown."""

    key: bytes = field(repr=False)
    year: int

    def of(self, source: str, author: str) -> str:
        """16 hex digits for an author of a source."""
        message = f"{self.year}|{source}|{author.casefold()}".encode("utf-8", "surrogatepass")
        return hmac.new(self.key, message, hashlib.sha256).hexdigest()[:16]
