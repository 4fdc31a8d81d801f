"""The classifier that learns from the team's labels: features, fitting, files, scoring, evaluation, what to label next.

    Labelled, Reading --fit--> Model --save--> data/models/VERSION --in_use--> Model.judge -> Judgement

Judging needs numpy only; fitting needs scikit-learn, and both come with the extra `learn`. Nothing here is imported
before a model is asked for, no file is a pickle, and nothing is downloaded.
"""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from monitor.triage.classifier.file import Chosen

LEARN = "install the extra: mention-monitor[learn]"


def in_use(folder: Path, cue_version: str) -> "Chosen | None":
    """The model that judges, with why better ones were passed over; None where numpy is not installed."""
    try:
        from monitor.triage.classifier.file import chosen  # noqa: PLC0415
    except ModuleNotFoundError:
        return None
    return chosen(folder, cue_version)
