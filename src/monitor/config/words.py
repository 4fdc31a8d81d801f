"""Faults in our own words: what was expected, what was found, and the cure."""

import difflib
import re
from collections.abc import Mapping, Sequence
from datetime import date, time
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from monitor.config.lines import Place

_EXPECTED = (
    ("date_", "a date such as 2026-01-15"),
    ("tuple_type", "a list"),
    ("list_type", "a list"),
    ("dict_type", "a table"),
    ("model_", "a table"),
    ("string_type", "a text in quotes"),
    ("path_type", "a path in quotes"),
    ("int_", "a whole number"),
    ("float_", "a number"),
    ("bool_", "true or false, without quotes"),
)
_KINDS: tuple[tuple[type, str], ...] = (
    (bool, "true or false"),
    (str, "a text"),
    (int, "a number"),
    (float, "a number"),
    (list, "a list"),
    (dict, "a table"),
    (date, "a date"),
    (time, "a time"),
)
_SECRET = re.compile(r"secret|token|password|pseudonym_key|client_id", re.IGNORECASE)


def told(fault: Any, model: type[BaseModel]) -> str:
    """What is wrong at a fault that pydantic found in `model`, and how to mend it."""
    place: Place = fault["loc"]
    if fault["type"] == "extra_forbidden":
        return _unknown(str(place[-1]), _known(model, place[:-1]))
    hint = _hint(model, place)
    if fault["type"] == "missing":
        return f"is missing; add it{hint}"
    if fault["type"] == "literal_error":
        return _no_choice(fault, str(place[-1]))
    if fault["type"] == "string_pattern_mismatch" and hint:
        return f"is not written as it must be{hint}"
    if fault["type"] == "too_short":
        return f"is empty; name one at least{hint}"
    expected = next((words for start, words in _EXPECTED if fault["type"].startswith(start)), None)
    if expected:
        return f"expected {expected}, got {_kind(fault['input'])}{_brackets(expected, fault, place)}"
    said = str(fault["msg"]).removeprefix("Value error, ").removeprefix("Assertion failed, ")
    return said if fault["type"] in ("value_error", "assertion_error") else f"{said[:1].lower()}{said[1:]}{hint}"


def nearest(word: str, known: Sequence[str]) -> str:
    """`did you mean "x"?`, or the list of what is known."""
    close = difflib.get_close_matches(word.lower(), known, n=1, cutoff=0.6)
    return f'did you mean "{close[0]}"?' if close else f"known are: {', '.join(sorted(known)) or 'none'}"


def _unknown(key: str, known: Sequence[str]) -> str:
    if _SECRET.search(key):
        return "unknown key; secrets do not belong here: put them into .env, see .env.example"
    return f"unknown key; {nearest(key, known)}"


def _no_choice(fault: Mapping[str, Any], key: str) -> str:
    choices = re.findall(r"'([^']*)'", str(fault["ctx"]["expected"]))
    if isinstance(fault["input"], str):
        return f"no such {key}; {nearest(fault['input'], choices)}"
    return f"expected one of {', '.join(choices)}, in quotes; got {_kind(fault['input'])}"


def _brackets(expected: str, fault: Mapping[str, Any], place: Place) -> str:
    """The cure for the commonest mistake: one name where a list of names belongs."""
    alone = expected == "a list" and isinstance(fault["input"], str)
    return f'; put it in square brackets: {place[-1]} = ["..."]' if alone else ""


def _kind(value: object) -> str:
    return next((words for kind, words in _KINDS if isinstance(value, kind)), "something else")


def _hint(model: type[BaseModel], place: Place) -> str:
    found = _field(model, place)
    return f": {found.description}" if found and found.description else ""


def _field(model: type[BaseModel], place: Place) -> FieldInfo | None:
    """What the model says of the key at `place`; for something inside a list, of the list."""
    found: FieldInfo | None = None
    for part in place:
        found = model.model_fields.get(str(part), found if isinstance(part, int) else None)
        model = (_model_in(found.annotation) if found else None) or model
    return found


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
    return next((model for part in get_args(annotation) if (model := _model_in(part))), None)
