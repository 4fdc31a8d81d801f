"""Reading monitor.toml: every fault is told with file, line, key and cure, all of them at once."""

import difflib
import re
import stat
import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_settings import TomlConfigSettingsSource

from monitor.config.settings import Settings
from monitor.errors import ConfigError

CONFIG_NAME = "monitor.toml"
Place = tuple[int | str, ...]


def load(path: Path) -> Settings:
    """The settings in `path`; raises ConfigError with one line per fault."""
    _readable(path)
    try:
        return Settings(**TomlConfigSettingsSource(Settings, path)())
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: not valid TOML: {error}") from error
    except ValidationError as error:
        raise ConfigError(*problems(error, path, Settings)) from error


def problems(error: ValidationError, path: Path, model: type[BaseModel], prefix: Place = ()) -> list[str]:
    """One line per fault: file, line, key, what is wrong and the cure."""
    text = path.read_text("utf-8")
    return [
        f"{where(path, text, prefix + fault['loc'])}: {_told(fault, model)}"
        for fault in error.errors(include_url=False, include_input=False)
    ]


def where(path: Path, text: str, place: Place) -> str:
    """`monitor.toml, line 12: [queries 2] facet`."""
    line = line_of(text, place)
    *tables, key = place or ("",)
    table = f"[{' '.join(str(part + 1) if isinstance(part, int) else part for part in tables)}] " if tables else ""
    return f"{path}{f', line {line}' if line else ''}: {table}{key}"


def line_of(text: str, place: Place) -> int | None:
    """The line of a key, or of the nearest table around it; None when nothing of it stands in the file."""
    best: tuple[int, int] | None = None
    table: list[int | str] = []
    counts: dict[tuple[int | str, ...], int] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if header := re.match(r"\s*\[(\[)?\s*([^\[\]]+?)\s*\]\]?\s*(?:#.*)?$", line):
            table = _table(header[2], bool(header[1]), counts)
            here = table
        elif key := re.match(r"\s*([\w\"'.-]+)\s*=", line):
            here = [*table, *_names(key[1])]
        else:
            continue
        if list(place[: len(here)]) == here and (best is None or len(here) > best[0]):
            best = (len(here), number)
    return best[1] if best else None


def nearest(word: str, known: Sequence[str]) -> str:
    """` did you mean "x"?`, or the list of what is known."""
    close = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    return f'did you mean "{close[0]}"?' if close else f"known are: {', '.join(sorted(known))}"


def _readable(path: Path) -> None:
    try:
        if path.stat().st_mode & stat.S_IWOTH:
            raise ConfigError(f"{path}: anybody on this machine can change it; mend with: chmod o-w {path}")
        path.read_text("utf-8")
    except FileNotFoundError as error:
        raise ConfigError(f"{path}: not found; write one with: monitor init") from error
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read as UTF-8 text ({type(error).__name__})") from error


def _told(fault: Any, model: type[BaseModel]) -> str:
    if fault["type"] == "extra_forbidden":
        return f"unknown key; {nearest(str(fault['loc'][-1]), _known(model, fault['loc'][:-1]))}"
    if fault["type"] == "missing":
        return "is missing; add it"
    return str(fault["msg"]).removeprefix("Value error, ")


def _known(model: type[BaseModel], place: Place) -> list[str]:
    """The keys of the table at `place`."""
    for part in place:
        field = model.model_fields.get(str(part))
        inner = _model_in(field.annotation) if field else None
        model = inner or model
    return list(model.model_fields)


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    found: Callable[[Any], type[BaseModel] | None] = _model_in
    return next((model for part in get_args(annotation) if (model := found(part))), None)


def _table(name: str, many: bool, counts: dict[tuple[int | str, ...], int]) -> list[int | str]:
    names = _names(name)
    if not many:
        return names
    counts[tuple(names)] = counts.get(tuple(names), -1) + 1
    return [*names, counts[tuple(names)]]


def _names(dotted: str) -> list[int | str]:
    return [part.strip().strip("\"'") for part in dotted.split(".")]
