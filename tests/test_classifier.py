"""The classifier: features, fitting, files, and what a model says of a text."""

import json
import math
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import ConfigError
from monitor.triage.classifier import calibrate, in_use
from monitor.triage.classifier.design import design
from monitor.triage.classifier.features import ADDRESS, FIGURE, MANNER, NAME, grams, manner, places, words, written
from monitor.triage.classifier.file import load, promote, promoted, save, told_of, versions
from monitor.triage.classifier.fit import Held, drifted, fit
from monitor.triage.classifier.splits import folds, groups
from tests.labelling import cues, fitted, read, rows
from tests.storing import NOW


@pytest.mark.parametrize(
    ("text", "counted"),
    [
        ("Het lekt weer!", ["het", "lekt", "weer", "!"]),
        ("@veer_voorbeeld help", [NAME, "help"]),
        ("zie https://veer.example/a?b=1 nu", ["zie", ADDRESS, "nu"]),
        ("www.veer.example", [ADDRESS]),
        ("na 45 minuten", ["na", FIGURE, "minuten"]),
        ("lijn12", ["lijn0"]),
        ("zooooo laat", ["zoo", "laat"]),
        ("WAT???", ["wat", "??"]),
        ("can't, can’t", ["can't", "can't"]),
        ("mooi :) 👍", ["mooi", ":)", "👍"]),
        ("", []),
    ],
)
def test_a_text_is_cut_into_words_and_marks(text: str, counted: list[str]) -> None:
    """Names, addresses and figures are placeholders; drawn-out letters are squeezed."""
    assert words(text) == counted


def test_an_n_gram_stays_within_its_word() -> None:
    """With the word's edges as blanks; marks and placeholders have none."""
    assert grams("is") == [" i", "is", "s ", " is", "is ", " is "]
    assert [grams(mark) for mark in ("!", NAME, ADDRESS, FIGURE)] == [[]] * 4


@given(text=st.text(max_size=200))
def test_any_text_has_features(text: str) -> None:
    """As many places as words, within the text; manner from 0 to 1."""
    found, spans = written(text), places(text)
    assert [text[start:stop] for start, stop in spans] == found
    shown = manner(text, found, words(text))
    assert len(shown) == len(MANNER)
    assert all(0 <= value <= 1 for value in shown)


def test_a_text_scores_as_its_row_in_the_matrix() -> None:
    """What is fast, a look-up per word, gives what was fitted."""
    model = fitted().model
    some = [*read(rows(6)), *read(rows(2, seed=9))]
    matrix = design(some, model.vocabulary).matrix
    weights = np.concatenate([model.word_weights, model.gram_weights, model.manner_weights])
    wanted = matrix @ weights + model.bias
    for row, one in zip(wanted, some, strict=True):
        text = one.label.text
        assert np.allclose(model.logits(text, written(text), words(text), one.reading), row, atol=1e-9)


def test_words_are_kept_by_the_thousand() -> None:
    """The table of words grows while it is read, and an old word keeps its weight."""
    model, reading = fitted().model, cues().read("de kade lekt")
    before = model.chances("de kade lekt", reading)
    for nth in range(60):
        model.judge(" ".join(f"woord{chr(97 + nth % 26)}{'x' * (nth % 7)}{at}q" for at in range(50)), reading)
    model.judge(" ".join(chr(0x4E00 + at) + " " + chr(0x6000 + at) for at in range(900)), reading)
    assert model.chances("de kade lekt", reading) == before


def test_a_model_learns_what_no_cue_knows() -> None:
    """It decides, and says with which words."""
    text = "de reling piept vandaag"
    judgement = fitted().model.judge(text, cues().read(text))
    assert "complaint" in judgement.holding
    assert judgement.kinds["complaint"] > 0.5
    assert judgement.needs is not None
    assert judgement.needs > 0.5
    kind, word, weight, (start, stop) = judgement.words[0]
    assert (kind, word, text[start:stop]) == ("complaint", "piept", "piept")
    assert weight > 0


def test_a_model_never_hides_a_strong_hit() -> None:
    """The probability of its kind is at least that of the cues."""
    seldom = [*rows(120, kinds=frozenset()), *rows(10, seed=3, kinds=frozenset(("press",)))]
    model = fit(read(seldom), [], cue_version="x").model
    text = "Ik ben journalist van een dagblad en wil jullie woordvoerder spreken, vandaag"
    reading = cues().read(text)
    assert any(hit.tier == "strong" and hit.kind == "press" for hit in reading.hits)
    assert model.chances(text, reading)["press"] >= reading.kinds["press"]


def test_too_few_labels_leave_a_kind_to_the_cues() -> None:
    """Under 40, or under 8 of a side, there is no head and no judgement."""
    few = fit(read(rows(39)), [], cue_version="x").model
    lopsided = fit(read(rows(200, kinds=frozenset(("news",)))), [], cue_version="x").model
    reading = cues().read("de kade lekt")
    assert few.heads == ()
    assert "news" not in {head.name for head in lopsided.heads}
    assert few.judge("de kade lekt", reading).kinds == {}


def test_a_model_that_beats_nothing_decides_nothing() -> None:
    """Labels by the toss of a coin teach nothing, and the cues go on."""
    random = np.random.default_rng(5)
    tossed = [replace(row, kinds=frozenset(("complaint",) if random.integers(2) else ())) for row in rows(160)]
    model = fit(read(tossed), [], cue_version="x").model
    assert [head.decides for head in model.heads if head.name == "complaint"] == [False]


def test_what_was_learned_falls_back_when_the_newest_labels_say_otherwise() -> None:
    """In the newest fifth the cues are right and the model is not; before it was the other way round."""
    moments = [NOW + timedelta(minutes=nth) for nth in range(200)]
    truth = np.arange(200) % 2
    right, wrong = (one.astype(np.float64) for one in (truth * 0.8 + 0.1, 0.9 - truth * 0.8))
    old = np.arange(200) < 160
    mixed, other = (np.where(old, *pair) for pair in ((right, wrong), (wrong, right)))
    turned = Held(np.arange(200), truth, mixed, other)
    steady = Held(np.arange(200), truth, right, wrong)
    assert [drifted(held, moments, 0.5) for held in (turned, steady)] == [True, False]
    assert not drifted(turned, [None] * 200, 0.5)


def test_the_same_labels_and_seed_give_the_same_bytes(tmp_path: Path) -> None:
    """Version, JSON and arrays."""
    again = fit(read(rows(160)), [], cue_version=cues().version).model
    paths = [save(model, tmp_path / str(nth)) for nth, model in enumerate((fitted().model, again))]
    assert paths[0].name == paths[1].name
    for name in ("model.json", "weights.npz"):
        assert (paths[0] / name).read_bytes() == (paths[1] / name).read_bytes()


def test_a_saved_model_judges_as_before(tmp_path: Path) -> None:
    """Files keep all of it."""
    model = fitted().model
    held = load(save(model, tmp_path), cues().version)
    reading = cues().read("de kade lekt")
    assert held.judge("de kade lekt", reading) == model.judge("de kade lekt", reading)
    assert held.version == model.version


def _flipped(path: Path) -> None:
    """Sixty bytes in the middle of the weights are others."""
    held = bytearray((path / "weights.npz").read_bytes())
    middle = len(held) // 2
    held[middle : middle + 60] = bytes(byte ^ 0xFF for byte in held[middle : middle + 60])
    (path / "weights.npz").write_bytes(held)


def _encrypted(path: Path) -> None:
    """Every file in the archive says that it needs a password."""
    held = bytearray((path / "weights.npz").read_bytes())
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        begins = held.find(mark)
        while begins >= 0:
            held[begins + at] |= 1
            begins = held.find(mark, begins + 4)
    (path / "weights.npz").write_bytes(held)


def _head(**other: object) -> Callable[[Path], object]:
    return _damaged(lambda told: told["heads"][0].update(other))  # type: ignore[index]


def _damaged(change: Callable[[dict[str, object]], object]) -> Callable[[Path], object]:
    def damage(path: Path) -> None:
        told = json.loads((path / "model.json").read_text("utf-8"))
        change(told)
        (path / "model.json").write_text(json.dumps(told), "utf-8")

    return damage


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (_damaged(lambda told: told.update(format=2)), "is of format 2 and this monitor reads 1"),
        (_damaged(lambda told: told.update(cue_version="feed")), "was trained with other cues"),
        (_damaged(lambda told: told.pop("heads")), "is damaged; remove it"),
        (_damaged(lambda told: told["words"].pop()), "its parts do not fit together"),  # type: ignore[attr-defined]
        (lambda path: (path / "model.json").write_text("{"), "is damaged; remove it"),
        (_damaged(lambda told: told.update(seed=math.inf)), "is damaged; remove it"),
        (_damaged(lambda told: told.update(heads=[[]])), "is damaged; remove it"),
        (_damaged(lambda told: told["heads"].append(told["heads"][0])), "is damaged, its parts"),  # type: ignore[attr-defined,index]
        (_head(name="zzz"), "is damaged, its parts"),
        (_head(name=[]), "is damaged; remove it"),
        (_head(share="x"), "is damaged, its parts"),
        (_head(slope=math.nan), "is damaged, its parts"),
        (_head(slope=10**400), "is damaged; remove it"),
        (_head(labels=None), "is damaged, its parts"),
        (_head(decides=1), "is damaged, its parts"),
        (lambda path: (path / "model.json").write_text("[" * 200_000), "is damaged; remove it"),
        (_flipped, "is damaged; remove it"),
        (_encrypted, "is damaged; remove it"),
        (lambda path: (path / "weights.npz").write_bytes(b"PK"), "is damaged; remove it"),
        (lambda path: (path / "weights.npz").unlink(), "is no model, or half of one"),
    ],
)
def test_a_model_file_that_cannot_be_used_is_refused(
    tmp_path: Path, damage: Callable[[Path], object], said: str
) -> None:
    """With what to do, and the last good one goes on."""
    good = save(fitted(120).model, tmp_path)
    promote(tmp_path, good.name)
    path = save(fitted().model, tmp_path)
    promote(tmp_path, path.name)
    damage(path)
    with pytest.raises(ConfigError, match=said):
        load(path, cues().version)
    used = in_use(tmp_path, cues().version)
    assert used is not None
    assert used.model is not None
    assert used.model.version == good.name
    assert said in used.problems[0]


@pytest.mark.parametrize("held", ["[" * 200_000, "[]", '{"figures": []}', "{}", "{"])
def test_a_damaged_model_tells_nothing(tmp_path: Path, held: str) -> None:
    """The list of models goes on with the next one."""
    path = save(fitted().model, tmp_path)
    (path / "model.json").write_text(held)
    assert list(told_of(tmp_path)) == [(path.name, {})]


def test_a_list_of_promoted_models_that_is_none_is_passed_over(tmp_path: Path) -> None:
    """Such as a folder of that name; then the cues decide, and that is said."""
    (tmp_path / "promoted").mkdir()
    assert promoted(tmp_path) == []
    used = in_use(tmp_path, cues().version)
    assert used is not None
    assert (used.model, ["names no model" in problem for problem in used.problems]) == (None, [True])


def test_a_pickle_is_not_opened(tmp_path: Path) -> None:
    """Arrays of objects, which could run code, are refused."""
    path = save(fitted().model, tmp_path)
    np.savez(path / "weights.npz", word_idf=np.array([{"code": 1}], dtype=object))
    with pytest.raises(ConfigError, match="is damaged"):
        load(path, cues().version)


def test_a_version_can_be_used_again(tmp_path: Path) -> None:
    """The last one promoted is in use; an unknown one is refused by name."""
    first, second = (save(fitted(count).model, tmp_path).name for count in (120, 160))
    for version in (first, second, first):
        promote(tmp_path, version)
    assert promoted(tmp_path) == [second, first]
    assert versions(tmp_path) == sorted((first, second))
    with pytest.raises(ConfigError, match="holds no model none"):
        promote(tmp_path, "none")


def test_without_a_model_the_cues_decide(tmp_path: Path) -> None:
    """An empty folder is no fault."""
    used = in_use(tmp_path / "none", cues().version)
    assert used is not None
    assert (used.model, used.problems) == (None, ())


def test_near_copies_are_in_one_fold() -> None:
    """So are texts of one named group."""
    long = "de boot van half negen is weer niet gekomen en wij staan hier met dertig mensen in de regen te wachten"
    texts = [long, f"RT @veer_voorbeeld {long}", "iets heel anders over een kade", "nog iets", "en dit"]
    grouped = groups(texts, [None, None, None, "draad", "draad"])
    assert (grouped[0] == grouped[1], grouped[3] == grouped[4], len(set(grouped.tolist()))) == (True, True, 3)
    assert len({tuple(folds(grouped, 3, seed)[[0, 3]]) for seed in range(9)}) > 1


def test_texts_without_words_are_grouped_too() -> None:
    """An empty text is a text."""
    assert len(groups(["", "!", "@veer_voorbeeld", "een woord"])) == 4


@given(st.lists(st.tuples(st.floats(-8, 8), st.booleans()), min_size=20, max_size=80))
def test_calibrated_probabilities_have_the_right_mean(drawn: list[tuple[float, bool]]) -> None:
    """The mean probability of what it was fitted on is the share of hits (Platt's first condition)."""
    logits, truth = np.array([one for one, _ in drawn]), np.array([int(hit) for _, hit in drawn])
    slope, intercept = calibrate.calibrated(logits, truth)
    assert slope > 0
    if 0 < truth.sum() < len(truth) and slope > 0.05:
        assert calibrate.sigmoids(slope * logits + intercept).mean() == pytest.approx(truth.mean(), abs=0.02)
