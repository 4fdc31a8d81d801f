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
    """A query cannot be read. `column` counts from 1 in the query's own text."""

    def __init__(self, message: str, *, text: str, column: int) -> None:
        self.column = column
        line, within = _line_of(text, column)
        super().__init__(f"{message}\n    {line}\n    {' ' * (within - 1)}^")


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


def _line_of(text: str, column: int) -> tuple[str, int]:
    start = text.rfind("\n", 0, max(column - 1, 0)) + 1
    end = text.find("\n", start)
    return text[start : end if end >= 0 else None], column - start
