"""A scheme's file read as a table, and faults in it told in our words: file, rule, key, cure."""

import difflib
import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from monitor.errors import ConfigError

NAME = r"^[a-z0-9][a-z0-9_-]{0,40}$"  # of rules and roles
CODE = r"^[a-z]{2,3}$"  # of a language
_WRITTEN = {NAME: "small letters, digits, - and _ only, 41 at most", CODE: "two or three small letters, such as nl"}
MOST_BYTES = 1_000_000  # a scheme of a hundred rules has 60,000
_YAML = (".yaml", ".yml")
_SUFFIXES = (".toml", *_YAML, "")
_MOST_SHOWN = 40  # letters of what somebody else wrote
_TWICE = re.compile(
    r"(?:Cannot (?:overwrite a value|declare \((?P<table>.*)\) twice)|Duplicate inline table key '(?P<key>.*)')"
)  # how tomllib says it
_JUMPS = ("next", "goto", "then", "else", "jump", "go", "rules")
_GONE = {
    "flagged": "no longer written: a rule with an owner is one that a person acts on; remove it",
    "kinds": 'belongs to `when`; write when.kinds = ["complaint"]',
}
_WRONG_TYPES = (
    ("tuple_type", "a list"),
    ("list_type", "a list"),
    ("dict_type", "a table with a text per language, such as why.nl and why.en"),
    ("model_", "a table"),
    ("string_type", "a text in quotes"),
    ("int_", "a whole number"),
    ("float_", "a number"),
    ("bool_", "true or false, without quotes"),
)
_TYPES: dict[type, str] = {
    bool: "true or false",
    str: "a text",
    int: "a number",
    float: "a number",
    list: "a list",
    dict: "a table",
    date: "a date",
    datetime: "a date",
    time: "a time",
    type(None): "nothing",
}
Place = tuple[int | str, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """Where a scheme stands. `name` is how messages call it, `named` what to correct when it is not there."""

    file: Path | Traversable
    name: str
    named: str

    @property
    def suffix(self) -> str:
        """What its name ends in, in small letters."""
        return Path(self.file.name).suffix.lower()


def source_of(path: Path | None, default: str, named: str) -> Source:
    """The file at `path`, or the one of this package that is called `default`."""
    if path is None:
        return Source(files("monitor.triage.scheme").joinpath(default), f"the scheme that ships ({default})", named)
    return Source(path, str(path), named)


def scheme_table(source: Source) -> dict[str, Any]:
    """What the file says as one table. Raises ConfigError with the place and the cure."""
    text = _text(source)
    if source.suffix not in _SUFFIXES:
        raise ConfigError(f"{source.name}: is neither TOML nor YAML by its name; name it .toml or .yaml")
    if all(line.startswith("#") or not line for line in map(str.strip, text.splitlines())):
        raise ConfigError(f"{source.name}: is empty; write one to begin with: monitor scheme new")
    if source.suffix in _YAML:
        from monitor.triage.scheme.read_yaml import yaml_table  # noqa: PLC0415 - the reader of YAML takes a while to import

        return yaml_table(source.name, text)
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{source.name}{_no_toml(str(error), text)}") from error
    except (ValueError, RecursionError) as error:  # int() of 5,000 digits
        said = "not valid TOML: too deeply nested, or too long a number; mend that line"
        raise ConfigError(f"{source.name}: {said}") from error


def _no_toml(said: str, text: str) -> str:
    """What stands twice with its line, and all else in the reader's own words."""
    twice = _TWICE.match(said)
    if twice is None:
        return f": not valid TOML: {said}; mend that line"
    found = re.search(r"at line (\d+)", said)
    lines = text.splitlines()
    number = int(found[1]) if found else len(lines)
    if table := twice["table"]:
        what = "the table " + shown(".".join(re.findall(r"'([^']*)'", table)))
    else:
        key = twice["key"] or _key_of(lines[number - 1], lines)
        what = f"the key {shown(key)}" if key else "a key"
    return f", line {number}: {what} stands twice; remove one"


def _key_of(line: str, lines: Sequence[str]) -> str:
    """The key that a line begins with, when another line does too: else the line may be the end of a long text."""
    keys = [found[1] if (found := re.match(r"\s*([\w.\"'-]+)\s*=", one)) else "" for one in (line, *lines)]
    return keys[0] if keys.count(keys[0]) > 2 else ""  # itself is in both


def _text(source: Source) -> str:
    try:
        read = source.file.read_bytes()
    except FileNotFoundError as error:
        raise ConfigError(
            f"{source.name}: not found; correct {source.named}, or write one with: monitor scheme new"
        ) from error
    except OSError as error:
        raise ConfigError(f"{source.name}: cannot be read ({error.strerror}); mend that and try again") from error
    if len(read) > MOST_BYTES:
        raise ConfigError(f"{source.name}: has {len(read):,} bytes; a scheme has {MOST_BYTES:,} at most")
    try:
        return read.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = read.count(b"\n", 0, error.start) + 1
        raise ConfigError(f"{source.name}, line {line}: not UTF-8; save the file again as UTF-8") from error


def told(error: ValidationError, source: Source, table: dict[str, Any], model: type[BaseModel]) -> list[str]:
    """One line per fault: `scheme.toml: rule complaint: when.kinds 1: no such kind: "complant"; did you mean ...`."""
    found = error.errors(include_url=False)
    lines = (f"{source.name}: {_told(fault, table, model)}" for fault in found if not _echo(fault, found))
    return list(dict.fromkeys(lines))


def _echo(fault: Any, found: Sequence[Any]) -> bool:
    """True for a list that pydantic calls too short because it left out what is wrong in it."""
    place = fault["loc"]
    return fault["type"] == "too_short" and any(one["loc"][: len(place)] == place != one["loc"] for one in found)


def _told(fault: Any, table: dict[str, Any], model: type[BaseModel]) -> str:
    place: Place = fault["loc"]
    rule, rest = _rule(place, table)
    names = [name for name in (rule, _dotted(rest)) if name]
    return ": ".join([*names, _said(fault, place, rest, model)])


def _rule(place: Place, table: dict[str, Any]) -> tuple[str, Place]:
    """How the rule or example at a place is called, and the rest of the place."""
    if len(place) < 2 or place[0] not in ("rules", "examples"):
        return "", place
    entry = table[str(place[0])][place[1]]
    id_ = entry.get("id") if isinstance(entry, dict) else None
    word = "rule" if place[0] == "rules" else "example"
    number = int(place[1]) + 1
    return f"{word} {shown(id_) if isinstance(id_, str) and id_.isprintable() and id_ else number}", place[2:]


def _said(fault: Any, place: Place, rest: Place, model: type[BaseModel]) -> str:
    kind, value, key = fault["type"], fault["input"], str(place[-1]) if place else ""
    if kind == "extra_forbidden":
        return _unknown(key, keys_at(model, place[:-1]), within_rule=place[:1] == ("rules",) and len(rest) == 1)
    if kind == "missing":
        return "is missing; write `version = 2`, for this layout" if key == "version" else "is missing; add it"
    if kind == "literal_error":
        return _no_choice(fault, rest)
    if expected := next((words for start, words in _WRONG_TYPES if kind.startswith(start)), None):
        return f"expected {expected}, got {_what(value)}"
    if kind == "string_pattern_mismatch":
        return f"is not written as it must be: {_WRITTEN[fault['ctx']['pattern']]}"
    said = str(fault["msg"]).removeprefix("Value error, ")
    return said if kind == "value_error" else f"{said[:1].lower()}{said[1:]}; correct it"


def _unknown(key: str, known: Sequence[str], *, within_rule: bool) -> str:
    if key in _JUMPS:
        return "rules have no jumps: they are tried from the top, and the first that holds decides; remove it"
    if within_rule and key in _GONE:
        return _GONE[key]
    return f"unknown key; {nearest(key, known)}"


def _no_choice(fault: Any, rest: Place) -> str:
    value = fault["input"]
    if rest == ("version",):
        return _no_version(value)
    if value == "ambassador":
        return "ambassadors' posts never reach the scheme, since they are neither judged nor in a queue; remove it"
    choices = re.findall(r"'([^']*)'", str(fault["ctx"]["expected"]))
    key = next((part for part in reversed(rest) if isinstance(part, str)), "value")
    if not isinstance(value, str):
        return f"expected one of {', '.join(choices)}, in quotes; got {_what(value)}"
    return f'no such {key.removesuffix("s")}: "{shown(value)}"; {nearest(value, choices)}'


def _no_version(value: object) -> str:
    if value == 1 and not isinstance(value, bool):
        return "is of an older layout; write version = 2 and mend what is told then, see docs/scheme.md"
    return "is not 2; write version = 2, for this layout"


def nearest(word: str, known: Sequence[str]) -> str:
    """`did you mean "x"?`, or the list of what is known."""
    close = difflib.get_close_matches(word.lower(), known, n=1, cutoff=0.6)
    return f'did you mean "{close[0]}"?' if close else f"known are: {', '.join(known) or 'none'}"


def keys_at(model: type[BaseModel], place: Place) -> list[str]:
    """The keys of the table at `place`, as they are written."""
    for part in place:
        field = model.model_fields.get(str(part))
        model = (_model_in(field.annotation) if field else None) or model
    return [field.alias or name for name, field in model.model_fields.items()]


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((model for part in get_args(annotation) if (model := _model_in(part))), None)


def _dotted(place: Place) -> str:
    return "".join(f" {part + 1}" if isinstance(part, int) else f".{shown(part)}" for part in place).lstrip(".").strip()


def shown(text: str) -> str:
    """What somebody wrote, fit for a message: printable, and short."""
    printable = "".join(char if char.isprintable() else " " for char in text)
    return printable if len(printable) <= _MOST_SHOWN else f"{printable[:_MOST_SHOWN]}…"


def _what(value: object) -> str:
    return _TYPES.get(type(value), "something else")
