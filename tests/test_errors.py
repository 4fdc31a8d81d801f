"""The error tree: what is drawn is what there is, and messages say the thing, the place and the cure."""

import re
from collections.abc import Iterator
from typing import get_args

import pytest

from monitor import errors
from monitor.errors import KINDS, ConfigError, Fatal, Kind, MonitorError, QueryError, Retry, Skip, SourceError

_DRAWN = re.compile(r"^ {4}(?P<branch>[│├└─ ]*)(?P<name>[A-Z]\w+)(?: +(?P<code>\d+))? {2,}\S", re.MULTILINE)


def drawn() -> Iterator[tuple[str, str | None, int]]:
    """Name, parent and exit code of every line of the drawing; a missing code is the parent's."""
    above: list[tuple[str, int]] = []
    for line in _DRAWN.finditer(errors.__doc__ or ""):
        depth = len(line["branch"]) // 4
        del above[depth:]
        code = int(line["code"]) if line["code"] and line["code"].isdigit() else above[-1][1] if above else 70
        yield line["name"], above[-1][0] if above else None, code
        above.append((line["name"], code))


def existing(kind: type[MonitorError], parent: str | None = None) -> Iterator[tuple[str, str | None, int]]:
    yield kind.__name__, parent, kind.exit_code
    for child in kind.__subclasses__():
        if child.__module__ == errors.__name__:
            yield from existing(child, kind.__name__)


def test_the_drawn_tree_is_the_tree() -> None:
    """The drawing in the docstring names every error once, under its parent and with its exit code."""
    assert sorted(drawn()) == sorted(existing(MonitorError))


def test_kinds_are_the_literal() -> None:
    """`KINDS` lists what the type allows, so that a check at run time and one by mypy agree."""
    assert get_args(Kind) == KINDS


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("error", [Fatal, Retry, Skip])
def test_source_errors_say_place_and_kind(error: type[SourceError], kind: Kind) -> None:
    """A source's error reads `place: message (kind)` and keeps its parts."""
    made = error(kind, "r/lindestad", "no answer")
    assert str(made) == f"r/lindestad: no answer ({kind})"
    assert (made.kind, made.place, made.message) == (kind, "r/lindestad", "no answer")


def test_retry_says_how_long() -> None:
    """Only `Retry` knows seconds, and not knowing them is None."""
    assert Retry("rate-limit", "x", "wait", seconds=30).seconds == 30
    assert Retry("rate-limit", "x", "wait").seconds is None


def test_a_config_error_keeps_every_fault() -> None:
    """All faults are told, one a line."""
    error = ConfigError("one: mend it", "two: mend it too")
    assert error.problems == ("one: mend it", "two: mend it too")
    assert str(error) == "one: mend it\ntwo: mend it too"


@pytest.mark.parametrize(
    ("text", "at", "line", "column", "shown"),
    [
        ("a AND", 5, 1, 6, "a AND\n         ^"),
        ("a\nb AND", 7, 2, 6, "b AND\n         ^"),
        ("(\n(\n", 1, 1, 2, "(\n     ^"),
        ("(\n(\n", 2, 2, 1, "(\n    ^"),
        ("(\n(\n", 4, 3, 1, "\n    ^"),
        ("", 0, 1, 1, "\n    ^"),
        ("veer", 99, 1, 5, "veer\n        ^"),
        ("a\tb\u200bc", 4, 1, 5, "a b c\n        ^"),
        ("渡し船 AND", 7, 1, 8, f"渡し船 AND\n    {' ' * 10}^"),
        ("渡し船", 1, 1, 2, "渡し船\n      ^^"),
        ("cafe\u0301 OR", 8, 1, 9, f"cafe\u0301 OR\n    {' ' * 7}^"),
        (f"{'a' * 200}?{'b' * 200}", 200, 1, 201, f"{'a' * 60}?{'b' * 59}\n    {' ' * 60}^"),
    ],
)
def test_a_query_error_points(text: str, at: int, line: int, column: int, shown: str) -> None:
    """The line at fault is shown with a caret under the column, over several lines and within a long one too."""
    error = QueryError("wrong", text=text, at=at)
    assert (error.said, error.line, error.column) == ("wrong", line, column)
    assert str(error) == f"line {line}, column {column}: wrong\n    {shown}"
    assert error.problems == (str(error),)
