"""Every error the monitor raises on purpose, named by what the caller can do about it.

    MonitorError                  code  what to do
    ├── ConfigError                78   mend the file; nothing was requested
    │   └── QueryError             78   mend the query at its line and column
    ├── Busy                       75   wait: another run holds the lock
    ├── StoreError                 74   read the message: the database needs a person
    └── SourceError                 2   a source failed; the others went on
        ├── Fatal                       mend credentials or permissions, then run again
        ├── Retry                       come back after `seconds`
        └── Skip                        leave this place alone until it changes

A `SourceError` never carries a post's text: its message is made of our own words, a `kind` from
`KINDS` and the place's name, because messages end up in logs, in Prefect and in the report.
"""

import unicodedata
from typing import Literal

Kind = Literal[
    "credentials",
    "forbidden",
    "not-found",
    "rate-limit",
    "server",
    "network",
    "timeout",
    "refused-address",
    "too-large",
    "malformed",
]
KINDS: tuple[str, ...] = Kind.__args__  # type: ignore[attr-defined]


AROUND = 60  # characters shown on either side of a fault in a long line


class MonitorError(Exception):
    """The root: whatever the monitor raises on purpose."""

    exit_code = 70


class ConfigError(MonitorError):
    """The configuration is wrong. `problems` lists every fault found, each with place and cure."""

    exit_code = 78

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class QueryError(ConfigError):
    """A query cannot be read, or may not be asked.

    `said` is the message alone; `text` the query's own text, `at` where in it the fault is, from 0; `line` and
    `column` count from 1. The whole message shows the line with a caret.
    """

    def __init__(self, said: str, *, text: str, at: int) -> None:
        self.said = said
        self.text = text
        self.at = min(at, len(text))
        self.line = text.count("\n", 0, self.at) + 1
        self.column = self.at - (text.rfind("\n", 0, self.at) + 1) + 1
        super().__init__(f"line {self.line}, column {self.column}: {said}\n{pointed(text, self.at)}")


class Busy(MonitorError):
    """Another run holds the lock of the same source."""

    exit_code = 75


class StoreError(MonitorError):
    """The database cannot be used as it is: missing, newer, damaged, or the disk is full."""

    exit_code = 74


class SourceError(MonitorError):
    """A source could not be read. `kind` is one of `KINDS`, `place` the feed, subreddit or instance."""

    exit_code = 2

    def __init__(self, kind: Kind, place: str, message: str) -> None:
        super().__init__(f"{place}: {message} ({kind})")
        self.kind: Kind = kind
        self.place = place
        self.message = message


class Fatal(SourceError):
    """Asking again will not help until a person mends something."""


class Retry(SourceError):
    """Asking again later may help. `seconds`: what the source asked for, or None when it did not say."""

    def __init__(self, kind: Kind, place: str, message: str, *, seconds: float | None = None) -> None:
        super().__init__(kind, place, message)
        self.seconds = seconds


class Skip(SourceError):
    """This place gives nothing usable: gone, no feed, or refused by a limit. Others go on."""


def pointed(text: str, at: int, stop: int | None = None) -> str:
    """The line of `text` in which `at` stands, and below it a caret; of a long line what is around it."""
    start = text.rfind("\n", 0, at) + 1
    end = text.find("\n", start)
    line, within = text[start : end if end >= 0 else None], at - start
    first = max(0, within - AROUND) if len(line) > 2 * AROUND else 0
    shown = "".join(char if char.isprintable() else " " for char in line[first : first + 2 * AROUND])
    before, under = shown[: within - first], shown[within - first :][: max((stop or at + 1) - at, 0)]
    return f"    {shown}\n    {' ' * (_cells(before) + within - first - len(before))}{'^' * max(1, _cells(under))}"


def _cells(text: str) -> int:
    """How many columns of a screen a text takes: wide characters two, accents that stand apart none."""
    marks = sum(unicodedata.combining(char) > 0 for char in text)
    return len(text) - marks + sum(unicodedata.east_asian_width(char) in "WF" for char in text)
