"""What goes into the store and comes out of it, beside mentions and verdicts."""

from dataclasses import dataclass
from datetime import datetime

from monitor.model import Facet


@dataclass(frozen=True, slots=True)
class Place:
    """Where a place stands, as stored. `queries`: the version of those it was last read for."""

    source: str
    name: str
    cursor: str | None
    visited: datetime
    succeeded: datetime | None
    not_before: datetime | None
    failures: int
    problem: str | None
    notes: tuple[str, ...]
    queries: str | None


@dataclass(frozen=True, slots=True)
class Visited:
    """What a page says about its place: saved with the page. `cursor` and `queries` None leave the old ones."""

    name: str
    cursor: str | None
    not_before: datetime | None
    problem: str | None
    failures: int
    notes: tuple[str, ...]
    queries: str | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """A query as it is asked now; `rematched`: when what was stored before had been looked through for it."""

    name: str
    facet: Facet
    purpose: str
    text: str
    version: str
    rematched: datetime | None = None


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of saved mentions, in mentions."""

    new: int
    revised: int
    flagged: int
