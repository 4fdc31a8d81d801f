"""Labels: files of them, and what people say of stored mentions."""

import gzip
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import ConfigError
from monitor.model import KINDS
from monitor.store import Store
from monitor.store.labels import Given
from monitor.triage.classifier.choose import Offer, choose
from monitor.triage.labels import Labelled, read_labels, written
from tests.casing import flagged
from tests.casing import prepared as case_store
from tests.storing import NOW, judged, mention, prepared, saved

ROW: dict[str, Any] = {"text": "De boot is weg", "lang": "nl", "kinds": ["complaint", "question"], "needs": True}


def file_of(folder: Path, *lines: str | dict[str, Any]) -> Path:
    path = folder / "labels.jsonl"
    path.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines), "utf-8")
    return path


def test_a_row_is_read(tmp_path: Path) -> None:
    """Its labels, its moment in UTC and its group are those of the line."""
    path = file_of(tmp_path, ROW | {"sentiment": "negative", "at": "2026-11-01T10:00:00Z", "group": "g"})
    (row,) = read_labels(path)
    assert (row.text, row.language, row.kinds) == ("De boot is weg", "nl", frozenset(("complaint", "question")))
    assert (row.needs, row.relevant, row.sentiment, row.group) == (True, None, "negative", "g")
    assert row.at is not None
    assert row.at.isoformat() == "2026-11-01T10:00:00+00:00"


def test_a_gzipped_file_is_read(tmp_path: Path) -> None:
    """Compressed or not makes no difference."""
    path = tmp_path / "labels.jsonl.gz"
    path.write_bytes(gzip.compress(json.dumps(ROW).encode()))
    assert read_labels(path) == read_labels(file_of(tmp_path, ROW))


def test_one_kind_may_be_called_label(tmp_path: Path) -> None:
    """`label` with one kind is read as `kinds`."""
    (row,) = read_labels(file_of(tmp_path, {"text": "x", "label": "complaint"}))
    assert row.kinds == frozenset(("complaint",))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "line 2: no JSON object"),
        ("[" * 100_000, "line 2: no JSON object"),
        ("[]", "line 2: is no object"),
        ('{"needs": true}', 'line 2: "text" is missing or empty'),
        ('{"text": "x"}', "line 2: has no label"),
        ('{"text": "x", "kinds": ["complain"]}', "line 2: unknown kind 'complain'; did you mean complaint?"),
        ('{"text": "x", "kinds": ["zzz"]}', "line 2: unknown kind 'zzz'; known are leak, "),
        ('{"text": "x", "kinds": "complaint"}', 'line 2: "kinds" is a list'),
        ('{"text": "x", "needs": "yes"}', 'line 2: "needs" is true or false'),
        ('{"text": "x", "sentiment": "bad"}', 'line 2: "sentiment" is one of negative, neutral, positive'),
        ('{"text": "x", "needs": true, "at": "gisteren"}', 'line 2: "at" is a moment such as'),
        ('{"text": 3, "needs": true}', 'line 2: "text" is text'),
        ('{"text": "x", "needs": true, "by": "a\\u001b[2Jb"}', 'line 2: "by" is a name of 1 to 60 letters'),
        ('{"text": "x", "needs": true, "at": "2026-11-16T09:00:01+01:00"}', 'line 2: "at" is in the future'),
    ],
)
def test_a_wrong_line_is_named_with_its_cure(tmp_path: Path, line: str, said: str) -> None:
    """File, line and what to do; never the text."""
    with pytest.raises(ConfigError) as caught:
        read_labels(file_of(tmp_path, ROW, line), NOW)
    assert f"labels.jsonl, {said}" in str(caught.value)


@pytest.mark.parametrize(
    ("held", "said"),
    [(b"\xff\xfe\x00", "not UTF-8"), (b"", "holds no labels"), (b"\x1f\x8b\x08broken", "cannot be read")],
)
def test_a_file_that_cannot_be_used_is_named(tmp_path: Path, held: bytes, said: str) -> None:
    """A wrong encoding, an empty file and half a gzip are told apart."""
    (tmp_path / "f").write_bytes(held)
    with pytest.raises(ConfigError, match=said):
        read_labels(tmp_path / "f")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """With what to do."""
    with pytest.raises(ConfigError, match="not found; name a file of labels"):
        read_labels(tmp_path / "absent")


def test_only_the_first_faults_of_a_file_are_told(tmp_path: Path) -> None:
    """A file of another format does not fill the screen."""
    with pytest.raises(ConfigError, match="and 10 lines more") as caught:
        read_labels(file_of(tmp_path, *["{"] * 20))
    assert len(caught.value.problems) == 11


labelled = st.builds(
    Labelled,
    text=st.text(min_size=1).filter(lambda text: text.strip() and text.isprintable()),
    language=st.sampled_from([None, "nl"]),
    kinds=st.frozensets(st.sampled_from(KINDS)),
    needs=st.none() | st.booleans(),
    relevant=st.none() | st.booleans(),
    sentiment=st.sampled_from([None, "negative", "neutral", "positive"]),
    at=st.just(NOW) | st.none(),
    how=st.sampled_from([None, "random", "top", "unsure", "correction"]),
)


@given(rows=st.lists(labelled, min_size=1, max_size=5))
def test_what_is_written_is_what_is_read(tmp_path_factory: pytest.TempPathFactory, rows: list[Labelled]) -> None:
    """Export and import are each other's inverse."""
    path = file_of(tmp_path_factory.mktemp("law"), *map(written, rows))
    assert read_labels(path) == rows


def test_a_label_is_stored_with_what_the_machine_had_said(tmp_path: Path) -> None:
    """And comes back with its mention's text."""
    store = prepared(tmp_path)
    pair = judged(1, "De lindeveer vaart niet.")
    saved(store, pair)
    assert store.label([Given(pair[0].id, "ab", "top", ("complaint",), needs=True)], NOW) == []
    (told,) = store.labels()
    assert (told.mention, told.by, told.kinds, told.needs, told.how) == (pair[0].id, "ab", ("complaint",), True, "top")
    assert (told.text, told.guessed_kinds) == ("De lindeveer vaart niet.", ("other",))


def test_the_newest_label_per_person_counts(tmp_path: Path) -> None:
    """Who corrects themselves is believed; two people both count."""
    store = prepared(tmp_path)
    pair = judged(1)
    saved(store, pair)
    for nth, (by, needs) in enumerate([("ab", True), ("cd", True), ("ab", False)]):
        store.label([Given(pair[0].id, by, "top", needs=needs)], NOW + timedelta(minutes=nth))
    assert [(told.by, told.needs) for told in store.labels()] == [("cd", True), ("ab", False)]


def test_ambassadors_are_neither_offered_nor_labelled(tmp_path: Path) -> None:
    """Not even when their mention's id is named."""
    store = prepared(tmp_path)
    pair = judged(1, facet="ambassador")
    saved(store, pair)
    assert store.proposed("ab") == []
    assert store.label([Given(pair[0].id, "ab", "top", needs=True)], NOW) == [pair[0].id]
    assert store.labels() == []


def test_one_unknown_mention_stops_all(tmp_path: Path) -> None:
    """So that a file is mended and given again as a whole."""
    store = prepared(tmp_path)
    saved(store, judged(1))
    assert store.label([Given(name, "ab", "top", needs=True) for name in (mention(1).id, "feed")], NOW) == ["feed"]
    assert store.labels() == []


def test_a_mention_is_named_by_its_case_or_its_address_too(tmp_path: Path) -> None:
    """Of a case's mentions the first is meant."""
    store = case_store(Store(tmp_path), flagged("1", "De lindeveer vaart niet"), now=NOW)
    (case,) = store.cases.ids("")
    (told,) = store.proposed("ab")
    for by, name in (("ab", case), ("cd", told.url), ("ef", told.mention)):
        assert store.label([Given(name, by, "correction", needs=True)], NOW) == []
    assert [(one.by, one.mention) for one in store.labels()] == [(by, told.mention) for by in ("ab", "cd", "ef")]


def test_what_a_person_labelled_is_not_offered_to_them_again(tmp_path: Path) -> None:
    """But still to others."""
    store = prepared(tmp_path)
    saved(store, judged(1, "De lindeveer vaart."), judged(2, "De lindeveer vaart niet."))
    store.label([Given(mention(1).id, "ab", "top", needs=False)], NOW)
    assert [one.mention for one in store.proposed("ab")] == [mention(2).id]
    assert len(store.proposed("cd")) == 2


def offers(count: int) -> list[Offer]:
    return [Offer(f"{at:032x}", needs=at / count, doubt=1 - at / count, group=str(at // 2)) for at in range(count)]


def test_one_in_ten_is_offered_at_random_and_a_few_where_the_model_is_unsure() -> None:
    """The rest is the top of the queue."""
    taken = choose(offers(200), 20)
    hows = [how for _, how in taken]
    assert (len(taken), hows.count("random"), hows.count("unsure"), hows.count("top")) == (20, 2, 4, 14)


def test_copies_are_offered_once() -> None:
    """Of a group one is enough."""
    taken = choose(offers(40), 40)
    assert len(taken) == 20
    assert len({int(id_, 16) // 2 for id_, _ in taken}) == 20


def test_the_random_ones_do_not_hang_on_what_the_machine_thinks() -> None:
    """Other probabilities, the same draw."""
    drawn = {id_ for id_, how in choose(offers(100), 50) if how == "random"}
    other = [Offer(offer.id, 1 - offer.needs, 0.3, offer.group) for offer in offers(100)]
    assert {id_ for id_, how in choose(other, 50) if how == "random"} == drawn
