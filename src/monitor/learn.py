"""Learning from the team: what to label next, its labels for training, a new model and whether it is put to use.

    store.proposed -> choose -> a person says -> store.label
    store.labels + files -> fit -> evaluated -> saved -> promoted, unless it is worse than what is in use

Labels of ambassadors' posts are no part of it: the store neither offers, takes nor gives any.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from monitor.assemble import Monitor
from monitor.errors import ConfigError
from monitor.model import KINDS, Kind
from monitor.store.labels import Given, Proposed, Told
from monitor.triage.classifier import LEARN
from monitor.triage.labels import How, Labelled, read_labels

if TYPE_CHECKING:  # both need numpy
    from monitor.triage.classifier.design import Example
    from monitor.triage.classifier.evaluate import Report
    from monitor.triage.classifier.file import Chosen
    from monitor.triage.classifier.fit import Fitted
    from monitor.triage.classifier.score import Model

SEED = 7
MADE = Path(__file__).parent / "triage" / "made"


@dataclass(frozen=True, slots=True)
class Trained:
    """A model that was saved as `version`, how good it is, and whether it was put to use and why.

    `passed_over`: why models that had been put to use before did not judge any more.
    """

    version: str
    report: "Report"
    rows: "tuple[Example, ...]"
    promoted: bool
    why: str
    passed_over: tuple[str, ...] = ()


def models(monitor: Monitor) -> Path:
    """The folder of the models."""
    return monitor.store.folder / "models"


def proposals(monitor: Monitor, by: str, count: int) -> list[tuple[Proposed, How]]:
    """What a person is asked next, with why."""
    from monitor.triage.classifier.choose import Offer, choose, doubt  # noqa: PLC0415

    found = {one.mention: one for one in monitor.store.proposed(by)}
    offers = [
        Offer(one.mention, needs := one.needs if one.needs is not None else float(one.flagged), doubt(needs), one.group)
        for one in found.values()
    ]
    return [(found[mention], how) for mention, how in choose(offers, count)]


def label(monitor: Monitor, given: Iterable[Given], now: datetime) -> int:
    """Store what was said; raises ConfigError for mentions that are not there, and stores nothing then."""
    given = list(given)
    if missing := monitor.store.label(given, now):
        more = f" and {len(missing) - 3} more" if len(missing) > 3 else ""
        raise ConfigError(
            f"{', '.join(missing[:3])}{more}: no stored mention that may be labelled, so nothing was stored; "
            "take the id from monitor cases show or monitor label; ambassadors' posts are never labelled"
        )
    return len(given)


def imported(path: Path, by: str, now: datetime) -> list[Given]:
    """The rows of a label file as labels of stored mentions; raises ConfigError where a row names none."""
    rows = read_labels(path, now)
    if nameless := sum(row.mention is None for row in rows):
        raise ConfigError(
            f'{path}: {nameless} rows have no "mention", the id of a stored one; '
            f"to learn from texts use: monitor train --labels {path}"
        )
    return [
        Given(
            row.mention or "",
            row.by or by,
            row.how or "correction",
            _in_order(row),
            row.needs,
            row.relevant,
            row.sentiment,
        )
        for row in rows
    ]  # fmt: skip - one call


def exported(monitor: Monitor) -> list[Labelled]:
    """Every person's newest label of each mention, as rows of a label file."""
    return [_labelled(told) for told in monitor.store.labels()]


def gathered(monitor: Monitor, files: Iterable[Path], now: datetime) -> list[Labelled]:
    """What there is to learn from: of each stored mention the newest label, then the rows of the files."""
    newest = {row.mention: row for row in exported(monitor)}
    rows = [*newest.values()]
    for path in files:
        own = [row for row in read_labels(path, now) if row.text]
        if not own:
            raise ConfigError(f'{path}: no row has a "text" to learn from; monitor label import reads ids')
        rows += own
    return rows


def train(monitor: Monitor, files: Sequence[Path], now: datetime, seed: int = SEED) -> Trained:
    """Fit, evaluate on held-out labels, save, and put to use unless worse. Raises ConfigError when labels are few."""
    rows, fitted, report, used = _fitted(monitor, files, now, seed)
    why, better = _compared(report, used.model)
    model = _told(fitted.model, rows, report)
    return _saved(monitor, model, Trained(model.version, report, tuple(rows), better, why, used.problems))


def evaluate(
    monitor: Monitor, files: Sequence[Path], now: datetime, seed: int = SEED
) -> "tuple[Report, tuple[Example, ...]]":
    """How good a model of these labels is on those it has not seen, and the rows that the report numbers."""
    rows, _, report, _ = _fitted(monitor, files, now, seed)
    return report, tuple(rows)


def _fitted(
    monitor: Monitor, files: Sequence[Path], now: datetime, seed: int
) -> "tuple[list[Example], Fitted, Report, Chosen]":
    _needs_learn()
    from monitor.triage.classifier.design import examples  # noqa: PLC0415
    from monitor.triage.classifier.evaluate import evaluated  # noqa: PLC0415
    from monitor.triage.classifier.file import chosen  # noqa: PLC0415
    from monitor.triage.classifier.fit import fit  # noqa: PLC0415

    cues = monitor.triage.cues
    rows = examples(gathered(monitor, files, now), cues)
    languages = monitor.settings.organisation.languages
    made = [row for one in languages if (path := MADE / f"{one}.jsonl").exists() for row in read_labels(path)]
    fitted = fit(rows, examples(made, cues), cue_version=cues.version, seed=seed)
    if not fitted.held:
        raise ConfigError(
            f"{len(rows)} labels, and no kind has enough of them yet: 40, 8 of each side; go on with: monitor label"
        )
    used = chosen(models(monitor), cues.version)
    unseen, budget = _since(rows, used.model), monitor.settings.triage.review_share
    return rows, fitted, evaluated(rows, fitted, budget=budget, in_use=used.model, unseen=unseen), used


def _needs_learn() -> None:
    try:
        import sklearn  # noqa: F401, PLC0415
    except ModuleNotFoundError as error:
        raise ConfigError(f"scikit-learn is not installed, and learning needs it; {LEARN}") from error


def _since(rows: "Sequence[Example]", in_use: "Model | None") -> list[int]:
    """The rows that were labelled after the last one the model in use had learned from."""
    until = _until(in_use) if in_use else None
    return [at for at, row in enumerate(rows) if until and row.label.at and row.label.at > until]


def _until(model: "Model") -> datetime | None:
    """When the last label was given that a model learned from; None when its labels bear no moment."""
    try:
        return datetime.fromisoformat(str(model.figures.get("until"))).astimezone(UTC)
    except ValueError:
        return None


def _told(model: "Model", rows: "Sequence[Example]", report: "Report") -> "Model":
    """The model with its training figures, under the version that they are part of."""
    from monitor.triage.classifier.file import named  # noqa: PLC0415

    shown = [one for one in report.classes if one.language is None and one.f1]
    figures: dict[str, object] = {
        "labels": len(rows),
        "until": max((row.label.at.astimezone(UTC).isoformat() for row in rows if row.label.at), default=""),
        "macro_f1": report.macro_f1,
        "f1": {one.name: round(one.f1[0], 4) for one in shown if one.f1},
        "cues_f1": {one.name: round(one.cues_f1 or 0.0, 4) for one in shown},
        "recall": round(report.queue.recall[0], 4) if report.queue else None,
        "calibration_error": round(report.queue.calibration_error, 4) if report.queue else None,
    }
    return named(replace(model, figures=figures))


def _saved(monitor: Monitor, model: "Model", trained: Trained) -> Trained:
    from monitor.triage.classifier.file import promote, save  # noqa: PLC0415

    save(model, models(monitor))
    if trained.promoted:
        promote(models(monitor), model.version)
    return trained


def _compared(report: "Report", in_use: "Model | None") -> tuple[str, bool]:
    """Why the new model is put to use or not."""
    deciding = [one.name for one in report.classes if one.decides and one.language is None]
    if not deciding:
        return "no kind beats the cues on labels it had not seen, so the cues go on; more labels help", False
    gained = f"it beats the cues for {', '.join(deciding)}"
    if in_use is None:
        return gained, True
    since = [(one.f1[0], one.in_use_f1) for one in report.classes if one.f1 and one.in_use_f1 is not None]
    if since:
        new, old = (sum(pair[at] or 0.0 for pair in since) / len(since) for at in (0, 1))
        where = f"on the labels since {in_use.version}"
    else:
        new, old = report.macro_f1 or 0.0, float(str(in_use.figures.get("macro_f1") or 0.0))
        where = f"by the held-out figures of both, for want of labels since {in_use.version}"
    verdict = "not worse" if new >= old else "worse"
    return f"{gained}, and is {verdict} than the one in use: mean F1 {new:.3f}, that {old:.3f}, {where}", new >= old


def _labelled(told: Told) -> Labelled:
    return Labelled(
        text=told.text,
        language=told.language,
        kinds=None if told.kinds is None else frozenset(told.kinds),
        needs=told.needs,
        relevant=told.relevant,
        sentiment=told.sentiment,  # type: ignore[arg-type]
        at=told.labelled,
        group=told.group,
        how=told.how,  # type: ignore[arg-type]
        mention=told.mention,
        by=told.by,
    )


def _in_order(row: Labelled) -> tuple[Kind, ...] | None:
    return None if row.kinds is None else tuple(kind for kind in KINDS if kind in row.kinds)


def use(monitor: Monitor, version: str) -> None:
    """Put a saved version to use; raises ConfigError when it is not there or cannot be used."""
    try:
        from monitor.triage.classifier.file import load, promote, versions  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise ConfigError(f"numpy is not installed, and models need it; {LEARN}") from error
    if version in versions(models(monitor)):
        load(models(monitor) / version, monitor.triage.cues.version)
    promote(models(monitor), version)
