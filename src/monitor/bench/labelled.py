"""The labelled sets that the triage benchmark reads: third parties' texts, never shipped, nothing is kept of them."""

import gzip
import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from monitor.errors import ConfigError
from monitor.triage.classifier.design import Example, examples
from monitor.triage.cues import Cues
from monitor.triage.labels import Labelled, read_labels

LANGUAGES = ("en", "nl", "de", "fr")
MADE = Path(__file__).parents[1] / "triage" / "made"


def checked(data: Path) -> Path:
    """The folder, when it holds labelled sets; raises ConfigError with the cure."""
    if not any(data.glob("*.jsonl.gz")):
        raise ConfigError(
            f"{data}: holds no labelled sets (*.jsonl.gz), which are others' and do not ship; name the folder where "
            "they lie with --data, or measure the monitor on your own labels with: monitor evaluate"
        )
    return data


def rows(data: Path, name: str) -> list[dict[str, Any]]:
    """The rows of a set; raises ConfigError when it is not there."""
    path = data / f"{name}.jsonl.gz"
    if not path.is_file():
        raise ConfigError(f"{path}: not found; the figures that need it are left out")
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


@cache
def cues_of(*languages: str) -> Cues:
    """The cues that ship, without packs."""
    return Cues(languages)


def read(labelled: Sequence[Labelled], *languages: str) -> list[Example]:
    """The rows, read by the cues."""
    return examples(labelled, cues_of(*languages))


@cache
def made(*languages: str) -> tuple[Example, ...]:
    """The made set that ships, read by the cues."""
    paths = [MADE / f"{language}.jsonl" for language in languages]
    return tuple(one for path in paths if path.exists() for one in read(read_labels(path), *languages))
