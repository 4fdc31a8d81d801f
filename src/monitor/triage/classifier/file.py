"""Models as files: a folder per version, and beside them which were promoted. No pickle, so no file can run code.

    data/models/VERSION/model.json    heads, vocabulary, training figures, seed, label count, cue version, format
    data/models/VERSION/weights.npz   arrays
    data/models/promoted              versions, one per line; the last one is in use

The version is made of the content, so that the same labels and seed give the same name and the same bytes.
"""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from monitor.errors import ConfigError
from monitor.model import KINDS
from monitor.triage.classifier.features import MANNER, Floats, Vocabulary
from monitor.triage.classifier.score import NEEDS, RELEVANT, SENTIMENT, SENTIMENTS, Head, Model
from monitor.triage.cues import FEATURES

FORMAT = 1
_FIGURES = ("labels", "positives", "share", "slope", "intercept", "threshold")
_ARRAYS = ("word_idf", "gram_idf", "word_weights", "gram_weights", "manner_weights", "bias")
AGAIN = "train a new one with: monitor train"


@dataclass(frozen=True, slots=True)
class Chosen:
    """The model in use, or None where the cues decide alone; `problems`: why better ones were passed over."""

    model: Model | None
    problems: tuple[str, ...] = ()


def named(model: Model) -> Model:
    """The model with its weights as a file keeps them, and its version."""
    arrays = {name: array.astype(np.float16).astype(np.float64) for name, array in _arrays(model).items()}
    known = replace(model.vocabulary, word_idf=arrays["word_idf"], gram_idf=arrays["gram_idf"])
    kept: dict[str, Any] = {name: arrays[name] for name in _ARRAYS[2:]}
    held = replace(model, vocabulary=known, version="", **kept)
    digest = sha256(_json(held).encode())
    for name in _ARRAYS:
        digest.update(arrays[name].tobytes())
    return replace(held, version=digest.hexdigest()[:16])


def save(model: Model, folder: Path) -> Path:
    """Write a `named` model into `folder`, its own folder moved in whole; returns that."""
    target = folder / model.version
    if not target.exists():
        building = folder / f".{model.version}.new"
        write(model, building)
        building.replace(target)
    return target


def write(model: Model, folder: Path) -> None:
    """Write the two files of a model; the same model gives the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.json").write_text(_json(model), "utf-8")
    arrays: dict[str, Any] = {name: array.astype(np.float16) for name, array in _arrays(model).items()}
    np.savez_compressed(folder / "weights.npz", **arrays)


def load(folder: Path, cue_version: str) -> Model:
    """The model of a folder; raises ConfigError when it is damaged or made for another format or other cues."""
    try:
        told = json.loads((folder / "model.json").read_text("utf-8"))
        _check(told, folder, cue_version)
        with np.load(folder / "weights.npz", allow_pickle=False) as found:
            arrays = {name: found[name].astype(np.float64) for name in _ARRAYS}
        return _whole(_model(told, arrays), folder)
    except FileNotFoundError as error:
        raise ConfigError(f"{folder}: is no model, or half of one; {AGAIN}") from error
    except ConfigError:
        raise
    except Exception as error:
        raise ConfigError(f"{folder}: is damaged; remove it and {AGAIN}") from error


def _check(told: Any, folder: Path, cue_version: str) -> None:
    """Refuse what another version of the monitor wrote, or was trained with other cues."""
    if not isinstance(told, dict) or told.get("format") != FORMAT:
        made = told.get("format") if isinstance(told, dict) else None
        raise ConfigError(f"{folder}: is of format {made!r} and this monitor reads {FORMAT}; {AGAIN}")
    if told["cue_version"] != cue_version:
        raise ConfigError(f"{folder}: was trained with other cues ({told['cue_version']}, now {cue_version}); {AGAIN}")


def chosen(folder: Path, cue_version: str) -> Chosen:
    """The newest promoted model that can be used; none means that the cues decide alone."""
    problems: list[str] = []
    known = promoted(folder)
    if not known and (folder / "promoted").exists():
        problems.append(f"{folder / 'promoted'}: names no model; remove it, then monitor models use VERSION")
    for version in reversed(known):
        try:
            return Chosen(load(folder / version, cue_version), tuple(problems))
        except ConfigError as error:
            problems.append(str(error))
    return Chosen(None, tuple(problems))


def promoted(folder: Path) -> list[str]:
    """The versions that were put to use, in that order, each where it was last."""
    try:
        lines = (folder / "promoted").read_text("utf-8").split()
    except (OSError, UnicodeDecodeError):
        return []
    return [line for at, line in enumerate(lines) if line not in lines[at + 1 :] and line.isalnum()]


def promote(folder: Path, version: str) -> None:
    """Put a saved version to use."""
    if version not in versions(folder):
        known = ", ".join(versions(folder)) or "none yet"
        raise ConfigError(f"{folder}: holds no model {version}; known are: {known}")
    fresh = folder / "promoted.new"
    fresh.write_text("\n".join([*promoted(folder), version]) + "\n", "utf-8")
    fresh.replace(folder / "promoted")


def versions(folder: Path) -> list[str]:
    """The versions that are saved, by name."""
    return sorted(path.name for path in folder.glob("*/") if (path / "model.json").is_file() and path.name.isalnum())


def told_of(folder: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Each saved version with its training figures; a damaged one tells nothing."""
    for version in versions(folder):
        try:
            found = json.loads((folder / version / "model.json").read_text("utf-8"))["figures"]
        except (OSError, ValueError, LookupError, TypeError, RecursionError):
            found = None
        yield version, found if isinstance(found, dict) else {}


def _arrays(model: Model) -> dict[str, Floats]:
    known = model.vocabulary
    return {"word_idf": known.word_idf, "gram_idf": known.gram_idf} | {
        name: getattr(model, name) for name in _ARRAYS[2:]
    }


def _json(model: Model) -> str:
    told = {
        "format": FORMAT,
        "version": model.version,
        "cue_version": model.cue_version,
        "seed": model.seed,
        "figures": model.figures,
        "heads": [asdict(head) for head in model.heads],
        "words": list(model.vocabulary.words),
        "grams": list(model.vocabulary.grams),
    }
    return json.dumps(told, ensure_ascii=False, indent=0, sort_keys=True) + "\n"


def _model(told: Mapping[str, Any], arrays: Mapping[str, Floats]) -> Model:
    words, grams = ({str(term): at for at, term in enumerate(told[name])} for name in ("words", "grams"))
    return Model(
        version=str(told["version"]),
        cue_version=str(told["cue_version"]),
        seed=int(told["seed"]),
        heads=tuple(Head(**head) for head in told["heads"]),
        vocabulary=Vocabulary(words, grams, arrays["word_idf"], arrays["gram_idf"]),
        figures=dict(told["figures"]),
        **{name: arrays[name] for name in _ARRAYS[2:]},
    )


def _whole(model: Model, folder: Path) -> Model:
    """The model, when it can judge. Raises ConfigError."""
    if not _fits(model):
        raise ConfigError(f"{folder}: is damaged, its parts do not fit together; remove it and {AGAIN}")
    return model


def _fits(model: Model) -> bool:
    known, heads = model.vocabulary, len(model.heads)
    shapes = [getattr(model, name).shape for name in _ARRAYS[2:]]
    wanted = [(len(known.words), heads), (len(known.grams), heads), (len(MANNER) + len(FEATURES), heads), (heads,)]
    return (
        _are_heads(model.heads)
        and shapes == wanted
        and (len(known.word_idf), len(known.gram_idf)) == (len(known.words), len(known.grams))
        and all(np.isfinite(array).all() for array in _arrays(model).values())
    )


def _are_heads(heads: Sequence[Head]) -> bool:
    """True when every head asks something that is known, once, and its figures are figures."""
    asked = {*KINDS, NEEDS, RELEVANT, *(f"{SENTIMENT}{label}" for label in SENTIMENTS)}
    names = [head.name for head in heads]
    figures = [getattr(head, name) for head in heads for name in _FIGURES]
    return (
        len(names) == len(set(names))
        and asked.issuperset(names)
        and all(type(figure) in (int, float) and math.isfinite(figure) for figure in figures)
        and all(type(head.decides) is bool for head in heads)
    )
