"""The values of the journey: they cannot change, cannot be forged and do not talk."""

import dataclasses
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import monitor
from monitor import model
from monitor.model import Document, Mention, Post, Reason, Sentiment, Tally, Verdict
from monitor.normalise import document
from monitor.privacy import Policy, Pseudonyms, admit
from monitor.query import Matcher, Query

NOW = datetime(2026, 11, 16, 8, tzinfo=UTC)
SECRET = "kanarie7f3a"
VALUES = [each for each in vars(model).values() if dataclasses.is_dataclass(each)]
POST = Post(
    source="mastodon",
    place="#lindeveer",
    key=f"https://sociaal.example/users/{SECRET}/statuses/1",
    url=f"https://sociaal.example/@{SECRET}/1",
    type="post",
    found="timeline",
    title=f"Titel {SECRET}",
    body=f"Lindeveer {SECRET}",
    author=f"{SECRET}@sociaal.example",
)


def document_of(post: Post) -> Document:
    return document(post, NOW)


def mention_of(post: Post) -> Mention:
    found = document_of(post)
    held = Matcher([Query("merk", "brand", "lindeveer")]).match(found, NOW)
    made = admit(found, held, Policy(Pseudonyms(b"key", 2026)), NOW)
    assert isinstance(made, Mention)
    return made


def told(value: object) -> str:
    return f"{value!r} {value!s} {value:}"


@pytest.mark.parametrize("kind", VALUES, ids=lambda kind: kind.__name__)
def test_values_are_frozen_and_slotted(kind: Any) -> None:
    """No value of the journey can be changed or given another field."""
    assert kind.__dataclass_params__.frozen
    assert "__slots__" in vars(kind)


def test_sentiment_is_never_about_a_person() -> None:
    """A guess at sentiment cannot be made for the ambassadors' facet."""
    with pytest.raises(TypeError, match="never about a person"):
        Sentiment("ambassador", "negative", 0.9)  # type: ignore[arg-type]


def test_a_mention_needs_the_seal() -> None:
    """Nobody makes a mention without the gate's seal, not even from another mention."""
    made = mention_of(POST)
    fields = {each.name: getattr(made, each.name) for each in dataclasses.fields(made)}
    for forged in ({}, {"seal": None}, {"seal": object()}):
        with pytest.raises(TypeError, match=r"seal|only monitor\.privacy\.gate"):
            Mention(**fields, **forged)
    with pytest.raises((TypeError, ValueError), match="seal"):
        replace(made, excerpt="anything at all")  # type: ignore[call-arg]
    assert not hasattr(made, "seal")


def test_only_the_gate_uses_the_seal() -> None:
    """Outside the model the seal is named in one module: the gate."""
    root = Path(monitor.__file__).parent
    using = {
        file.relative_to(root).as_posix() for file in root.rglob("*.py") if re.search(r"\bSEAL\b", file.read_text())
    }
    assert using == {"model.py", "privacy/gate.py"}


@pytest.mark.parametrize(
    "value",
    [
        POST,
        document_of(POST),
        mention_of(POST),
        [mention_of(POST)],
        Reason("complaint", "kapot*", SECRET, (0, 9)),
        Verdict(
            ("complaint",), "r", "restore", True, "webcare", NOW, "", "why", (Reason("question", "?", SECRET, (0, 1)),)
        ),
    ],
    ids=lambda value: type(value).__name__,
)
def test_no_repr_talks(value: object) -> None:
    """No repr holds words of a post, its author or its address, so no traceback or log can show them."""
    assert SECRET not in told(value)


def test_whole_is_title_and_text() -> None:
    """Spans count in title, line break and text, and in the text alone where there is no title."""
    found = document_of(replace(POST, title="Titel", body="Tekst"))
    assert found.whole == "Titel\nTekst"
    assert replace(found, title="").whole == "Tekst"
    assert mention_of(replace(POST, title="Titel", body="Lindeveer")).whole == "Titel\nLindeveer"


def test_tallies_add_up() -> None:
    """Adding two tallies adds every figure and every reason, and nothing adds nothing."""
    one = Tally(5, 3, 2, 1, 0, 1, {"no match": 2, "opted out": 1})
    two = Tally(4, 1, 1, 0, 1, 0, {"no match": 3})
    assert one + two == Tally(9, 4, 3, 1, 1, 1, {"no match": 5, "opted out": 1})
    assert one + Tally() == one
