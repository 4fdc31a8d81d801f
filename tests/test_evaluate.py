"""Evaluation: what it measures, what it does not show, and that nothing of a text is in its JSON."""

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.learn_console import as_json
from monitor.triage.classifier import measures
from monitor.triage.classifier.evaluate import FEWEST_SHOWN, Class, Report, evaluated
from monitor.triage.classifier.fit import fit
from tests.labelling import fitted, read, rows


def report(count: int = 160) -> Report:
    return evaluated(read(rows(count)), fitted(count), budget=0.2)


def of(name: str, found: Report) -> Class:
    return next(one for one in found.classes if one.name == name and one.language is None)


def test_a_kind_has_its_figures_beside_those_of_the_cues() -> None:
    """On texts that were held out; the model has learned what no cue knows."""
    one = of("complaint", report())
    assert (one.texts, one.positives, one.decides) == (160, 80, True)
    assert one.cues_f1 is not None
    assert one.cues_f1 < 0.6
    assert one.f1 is not None
    value, low, high = one.f1
    assert 0.9 < low <= value <= high <= 1


def test_a_class_with_few_positives_is_counted_and_not_measured() -> None:
    """A figure of fewer than 20 says nothing."""
    labelled = [*rows(80, kinds=frozenset()), *rows(FEWEST_SHOWN - 1, seed=3, kinds=frozenset(("press",)))]
    some = read(labelled)
    one = of("press", evaluated(some, fit(some, [], cue_version="x"), budget=0.2))
    assert (one.positives, one.f1, one.precision, one.cues_f1) == (FEWEST_SHOWN - 1, None, None, None)


def test_languages_are_told_apart() -> None:
    """Where there are several, each has a row beside all of them."""
    some = read([*rows(80), *(replace(row, language="en") for row in rows(80, seed=2))])
    found = evaluated(some, fit(some, [], cue_version="x"), budget=0.2)
    assert [one.language for one in found.classes if one.name == "complaint"] == [None, "en", "nl"]


def test_the_queue_is_measured_on_what_was_offered_at_random() -> None:
    """As soon as that holds 20 that need a reaction; before that on all, which is said."""
    fair = read([*rows(80), *rows(60, seed=2, how="random")])
    queue = evaluated(fair, fit(fair, [], cue_version="x"), budget=0.2).queue
    assert queue is not None
    assert (queue.fair, queue.texts, queue.positives) == (True, 60, 30)
    all_of_it = report().queue
    assert all_of_it is not None
    assert (all_of_it.fair, all_of_it.texts) == (False, 160)


def test_what_was_missed_is_a_reading_list() -> None:
    """What needed a reaction and lies below the budget, the least likely first."""
    found = report()
    chances = [chance for _, chance in found.missed]
    assert chances == sorted(chances)
    assert all(rows(160)[row].needs for row, _ in found.missed)


def test_the_confusion_counts_every_text_once() -> None:
    """By its primary kind."""
    assert sum(report().confusion.values()) == 160


def test_the_model_in_use_is_asked_of_what_it_never_saw() -> None:
    """And only of that."""
    found = evaluated(read(rows(160)), fitted(), budget=0.2, in_use=fitted(120).model, unseen=range(120, 160))
    assert of("complaint", found).in_use_f1 == pytest.approx(1.0, abs=0.1)
    assert of("complaint", report()).in_use_f1 is None


def test_people_who_disagree_lower_the_ceiling() -> None:
    """Cohen's kappa of what two people said of the same mentions; equal answers give 1."""
    same = [row for nth, row in enumerate(rows(40)) for row in _twice(row, str(nth), row.needs)]
    torn = [row for nth, row in enumerate(rows(40)) for row in _twice(row, str(nth), nth % 4 < 2)]
    found = [evaluated(some, fit(some, [], cue_version="x"), budget=0.2).agreement for some in map(read, (same, torn))]
    assert found[0] == (1.0, 40)
    assert found[1] is not None
    assert found[1][0] == pytest.approx(0, abs=0.1)


def _twice(row: object, mention: str, other: object) -> list[object]:
    return [replace(row, mention=mention, by="ab"), replace(row, mention=mention, by="cd", needs=other)]  # type: ignore[type-var]


def test_the_json_has_no_texts() -> None:
    """It may be kept and compared; texts stay where they are."""
    written = as_json(report())
    assert json.loads(written)["texts"] == 160
    assert not [row.text for row in rows(160) if row.text in written]


def test_recall_at_a_budget() -> None:
    """Of four hits two are among the first quarter."""
    chances = np.array([0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2])
    truth = np.array([1, 1, 0, 0, 1, 0, 0, 1])
    assert measures.recall_at(chances, truth, 0.25) == 0.5


def test_the_first_ten_of_each_day() -> None:
    """Days of a hundred; in the first all ten are right, in the second none."""
    chances = np.tile(np.linspace(1, 0, 100), 2)
    truth = np.concatenate([np.arange(100) < 10, np.arange(100) >= 90]).astype(np.int64)
    assert measures.first_ten(chances, truth) == 0.5


def test_calibration_error_of_a_liar() -> None:
    """Who says 90 % and is right half of the time is off by 0.4."""
    assert measures.calibration_error(np.full(100, 0.9), np.arange(100) % 2) == pytest.approx(0.4)


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=60))
def test_measures_are_shares(drawn: list[tuple[float, bool]]) -> None:
    """Recall, precision, the curve and the calibration error lie from 0 to 1; reading all finds all."""
    chances, truth = np.array([one for one, _ in drawn]), np.array([int(hit) for _, hit in drawn])
    shares = [
        measures.recall_at(chances, truth, 0.3),
        measures.first_ten(chances, truth),
        measures.calibration_error(chances, truth),
        *(value for pair in measures.curve(chances, truth) for value in pair),
    ]
    assert all(0 <= share <= 1 for share in shares)
    assert measures.recall_at(chances, truth, 1) == float(truth.any())
