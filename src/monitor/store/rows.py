"""What goes into the store and comes out of it, beside mentions and verdicts."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Place:
    """Where a place stands, as stored."""

    source: str
    name: str
    cursor: str | None
    visited: datetime
    succeeded: datetime | None
    not_before: datetime | None
    failures: int
    problem: str | None
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Visited:
    """What a page says about its place: saved with the page. `cursor` None leaves the old one."""

    name: str
    cursor: str | None
    not_before: datetime | None
    problem: str | None
    failures: int
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of saved mentions, in mentions."""

    new: int
    revised: int
    flagged: int
