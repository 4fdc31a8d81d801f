"""Reading monitor.toml: every fault is told with file, line, key and cure, all of them at once.

path -> read -> Written -> settings_of -> Settings
                   '-> problems: pydantic's errors in our words, each at its line
"""

import math
import re
import stat
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from monitor.config.lines import Place, line_of
from monitor.config.settings import Settings
from monitor.config.words import nearest, told
from monitor.errors import ConfigError, pointed

__all__ = ["CONFIG_NAME", "Faults", "Place", "Written", "load", "nearest", "problems", "read", "settings_of", "where"]

CONFIG_NAME = "monitor.toml"
_LINE = re.compile(r", line (\d+): ")
_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")
_QUOTES_WITHIN = re.compile(r"""\s*[\w."'-]+\s*=\s*"(?!"")(?:[^"\\]|\\.)*"\s*[^\s#].*".*""")  # text = "a "b" c"
_SECRET = re.compile(r"secret|token|password|key|client_id", re.IGNORECASE)
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Written:
    """A configuration as it stands in its file: the text, and the tables that TOML makes of it."""

    path: Path
    text: str = field(repr=False)
    tables: dict[str, Any] = field(repr=False)

    def where(self, place: Place) -> str:
        """`monitor.toml, line 12: [queries 2] facet`."""
        return where(self.path, self.text, place)


class Faults:
    """Gathers what several checks find, so that a person reads it once and mends it once."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def gather(self, check: Callable[..., Value], *given: Any) -> Value | None:
        """What `check` returns, or None when it found faults."""
        try:
            return check(*given)
        except ConfigError as error:
            self.found += error.problems
            return None

    def tell(self) -> None:
        """Raise ConfigError with everything that was found, if anything was: from the top of the file down."""
        if self.found:
            raise ConfigError(*sorted(dict.fromkeys(self.found), key=_line))


def load(path: Path) -> Settings:
    """The settings in `path`; raises ConfigError with one line per fault."""
    return settings_of(read(path))


def read(path: Path) -> Written:
    """The file's text and tables; raises ConfigError when it is no TOML, or open to strangers' changes."""
    text = _text(path)
    try:
        return Written(path, text, tomllib.loads(text))
    except (ValueError, RecursionError) as error:  # a number of 5,000 digits is a ValueError of int()
        if isinstance(error, tomllib.TOMLDecodeError):
            raise ConfigError(_no_toml(path, text, str(error))) from error
        raise ConfigError(f"{path}: not valid TOML: too deeply nested, or too long a number") from error


def settings_of(written: Written) -> Settings:
    """The settings that are written; raises ConfigError with one line per fault."""
    try:
        return Settings.model_validate(written.tables)
    except ValidationError as error:
        raise ConfigError(*problems(error, written, Settings)) from error


def problems(error: ValidationError, written: Written, model: type[BaseModel], prefix: Place = ()) -> list[str]:
    """One line per fault: file, line, key, what is wrong and the cure. `prefix`: where `model`'s table stands."""
    found = error.errors(include_url=False)
    return [
        f"{written.where(prefix + fault['loc'])}: {told(fault, model)}" for fault in found if not _echo(fault, found)
    ]


def where(path: Path, text: str, place: Place) -> str:
    """`monitor.toml, line 12: [queries 2] facet`."""
    line = line_of(text, place)
    return f"{path}{f', line {line}' if line else ''}: {_named(place)}"


def _text(path: Path) -> str:
    try:
        if path.stat().st_mode & stat.S_IWOTH:
            raise ConfigError(f"{path}: anybody on this machine can change it; mend with: chmod o-w {path}")
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError as error:
        raise ConfigError(f"{path}: not found; write one with: monitor init") from error
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise ConfigError(f"{path}, line {line}: not UTF-8; save the file again as UTF-8") from error
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path}: cannot be read ({type(error).__name__})") from error


def _no_toml(path: Path, text: str, said: str) -> str:
    """What the reader of TOML says, with the line and the cure; a line that may hold a secret is not shown."""
    text = text.replace("\r\n", "\n")  # as it counts
    place = _PLACE.search(said)
    end = text.rstrip()
    number, column = int((place and place[1]) or end.count("\n") + 1), int((place and place[2]) or 0)
    line = [*text.split("\n"), ""][number - 1]
    told = f"{path}, line {number}: not valid TOML: {_PLACE.sub('', said)}"
    if _QUOTES_WITHIN.fullmatch(line):
        told += """; within "..." a quotation mark is written \\": put queries between \'\'\'"""
    return told if _SECRET.search(line) else f"{told}\n{pointed(line, column - 1 if column else len(line.rstrip()))}"


def _echo(fault: Any, found: Sequence[Any]) -> bool:
    """True for a list that pydantic calls too short because it left out what is wrong in it."""
    place = fault["loc"]
    return fault["type"] == "too_short" and any(one["loc"][: len(place)] == place != one["loc"] for one in found)


def _line(fault: str) -> float:
    line = _LINE.search(fault)
    return int(line[1]) if line else math.inf


def _named(place: Place) -> str:
    """Table and key of a place: ("queries", 1, "facet") is `[queries 2] facet`."""
    keys = [at for at, part in enumerate(place) if isinstance(part, str)]
    if len(keys) < 2:
        return f"[{_dotted(place)}]" if isinstance(place[-1], int) else _dotted(place)
    return f"[{_dotted(place[: keys[-1]])}] {_dotted(place[keys[-1] :])}"


def _dotted(place: Place) -> str:
    return "".join(f" {part + 1}" if isinstance(part, int) else f".{part}" for part in place).lstrip(".")
