"""Label files: what people say of texts, one JSON object per line, UTF-8, as it is or gzipped.

    {"text": "...", "lang": "nl", "kinds": ["complaint", "question"], "needs": true, "relevant": true,
     "sentiment": "negative", "at": "2026-11-01T10:00:00Z", "group": "...", "how": "random", "mention": "..."}

Only `text` (or `mention`, the id of a stored one) is required, beside at least one of kinds, needs, relevant and
sentiment. `kinds` may be empty: then none holds. `label` with one kind is read as `kinds`. Other keys are passed over.
"""

import gzip
import json
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal, get_args

from monitor.errors import ConfigError
from monitor.model import KINDS, Kind

SentimentLabel = Literal["negative", "neutral", "positive"]
How = Literal["random", "top", "unsure", "correction"]
LONGEST_NAME = 60  # characters
MOST_TOLD = 10  # faults of one file; more only hide the first
_LABELS = ("kinds", "label", "needs", "relevant", "sentiment")


@dataclass(frozen=True, slots=True)
class Labelled:
    """A text and what a person says of it; what was not asked is None.

    `group` is equal for texts that must not stand on both sides of a split (the same thread, paraphrases); `how` it
    came to be labelled; `mention` its id where it is stored, `by` who said so.
    """

    text: str = field(repr=False)
    language: str | None = None
    kinds: frozenset[Kind] | None = None
    needs: bool | None = None
    relevant: bool | None = None
    sentiment: SentimentLabel | None = None
    at: datetime | None = None
    group: str | None = None
    how: How | None = None
    mention: str | None = None
    by: str | None = None


def read_labels(path: Path, now: datetime | None = None) -> list[Labelled]:
    """All rows of a file; raises ConfigError with the file, the line and the cure of every fault.

    A label of after `now` is such a fault.
    """
    rows: list[Labelled] = []
    faults: list[str] = []
    for number, line in enumerate(_text(path).split("\n"), start=1):
        try:
            rows += [_row(json.loads(line), now)] if line.strip() else []
        except (ValueError, RecursionError):  # not JSON, or a nest without end
            faults.append(f"{path}, line {number}: no JSON object; write one object per line")
        except _WrongError as error:
            faults.append(f"{path}, line {number}: {error}")
    if faults:
        more = len(faults) - MOST_TOLD
        raise ConfigError(*faults[:MOST_TOLD], *([f"{path}: and {more} lines more"] if more > 0 else []))
    if not rows:
        raise ConfigError(f"{path}: holds no labels; write one JSON object per line, or leave the file out")
    return rows


def written(row: Labelled) -> str:
    """The row as a line of a label file, without a line break; what is unknown is left out."""
    known = {
        "mention": row.mention,
        "text": row.text or None,
        "lang": row.language,
        "kinds": None if row.kinds is None else [kind for kind in KINDS if kind in row.kinds],
        "needs": row.needs,
        "relevant": row.relevant,
        "sentiment": row.sentiment,
        "at": row.at.astimezone(UTC).isoformat().replace("+00:00", "Z") if row.at else None,
        "group": row.group,
        "how": row.how,
        "by": row.by,
    }
    return json.dumps({key: value for key, value in known.items() if value is not None}, ensure_ascii=False)


def checked_kinds(names: Iterable[object]) -> frozenset[Kind]:
    """The kinds of these names; raises ConfigError for one that is none."""
    try:
        return _kinds(list(names))
    except _WrongError as error:
        raise ConfigError(str(error)) from error


class _WrongError(Exception):
    """What is wrong with a row, and the cure; never its text."""


def _text(path: Path) -> str:
    try:
        held = path.read_bytes()
        return (gzip.decompress(held) if held[:2] == b"\x1f\x8b" else held).decode("utf-8-sig")
    except FileNotFoundError as error:
        raise ConfigError(f"{path}: not found; name a file of labels, one JSON object per line") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: not UTF-8 (byte {error.start}); save the file again as UTF-8") from error
    except (OSError, EOFError, zlib.error) as error:
        raise ConfigError(f"{path}: cannot be read; is it a file, readable, and whole?") from error


def _row(found: Any, now: datetime | None) -> Labelled:
    if not isinstance(found, dict):
        raise _WrongError('is no object; write {"text": "...", "kinds": ["complaint"]}')
    text, mention = _string(found, "text"), _string(found, "mention")
    if not (text and text.strip()) and not mention:
        raise _WrongError('"text" is missing or empty; give the text that was labelled, or a stored mention\'s id')
    if all(found.get(key) is None for key in _LABELS):
        raise _WrongError('has no label; add "kinds", "needs", "relevant" or "sentiment"')
    return Labelled(
        text=text or "",
        mention=mention,
        language=_string(found, "lang"),
        kinds=_kinds_of(found),
        needs=_yes_or_no(found, "needs"),
        relevant=_yes_or_no(found, "relevant"),
        sentiment=_one_of(found, "sentiment", get_args(SentimentLabel)),
        at=_moment(found, now),
        group=_string(found, "group"),
        how=_one_of(found, "how", get_args(How)),
        by=_name(found),
    )


def _kinds_of(found: Mapping[str, Any]) -> frozenset[Kind] | None:
    names = found.get("kinds")
    if names is None and found.get("label") is not None:
        names = [found["label"]]
    if names is None:
        return None
    if not isinstance(names, list):
        raise _WrongError('"kinds" is a list, such as ["complaint", "question"]')
    return _kinds(names)


def _kinds(names: list[object]) -> frozenset[Kind]:
    for name in names:
        if name not in KINDS:
            close = get_close_matches(str(name), KINDS, 1)
            meant = f"did you mean {close[0]}?" if close else f"known are {', '.join(KINDS)}"
            raise _WrongError(f"unknown kind {str(name)[:30]!r}; {meant}")
    return frozenset(kind for kind in KINDS if kind in names)


def _string(found: Mapping[str, Any], key: str) -> str | None:
    value = found.get(key)
    if value is not None and not isinstance(value, str):
        raise _WrongError(f'"{key}" is text between quotation marks')
    return value


def _yes_or_no(found: Mapping[str, Any], key: str) -> bool | None:
    value = found.get(key)
    if value is not None and not isinstance(value, bool):
        raise _WrongError(f'"{key}" is true or false, without quotation marks')
    return value


def _one_of(found: Mapping[str, Any], key: str, known: tuple[str, ...]) -> Any:
    value = found.get(key)
    if value is not None and value not in known:
        raise _WrongError(f'"{key}" is one of {", ".join(known)}')
    return value


def _name(found: Mapping[str, Any]) -> str | None:
    value = _string(found, "by")
    if value is not None and not (value.strip() and value.isprintable() and len(value) <= LONGEST_NAME):
        raise _WrongError(f'"by" is a name of 1 to {LONGEST_NAME} letters, such as initials')
    return value


def _moment(found: Mapping[str, Any], now: datetime | None) -> datetime | None:
    value = _string(found, "at")
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError as error:
        raise _WrongError('"at" is a moment such as 2026-11-01T10:00:00Z') from error
    known = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    if now and known > now:
        raise _WrongError('"at" is in the future; give the moment at which it was labelled, or leave it out')
    return known
