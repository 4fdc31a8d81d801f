"""Near copies: what counts as the same story told again, and what does not."""

import random
import subprocess
import sys
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.sketch import SIZE, is_copy, may_be_copy, sketch, stories

STORY = (
    "De lindeveer voer vanochtend een uur niet omdat de klep vastzat, en op de kade stonden meer dan honderd reizigers "
    "te wachten zonder dat iemand van de rederij kwam zeggen wanneer de volgende boot zou gaan."
)
OTHER = "Weet iemand of de gele boot op zondag ook fietsen meeneemt, of moet je dan met de trein om het meer heen?"


def copies(one: str, other: str) -> bool:
    assert is_copy(sketch(one), sketch(other)) is is_copy(sketch(other), sketch(one))
    return is_copy(sketch(one), sketch(other))


@pytest.mark.parametrize(
    "copy",
    [
        STORY,
        STORY.upper(),
        f"RT @krant@nieuws.example: {STORY}",
        f"RT: {STORY}",
        f"@iemand@sociaal.example @ander {STORY}",
        f"{STORY} https://nieuws.example/a?utm_source=x",
        STORY.replace(",", " -").replace(".", "!!"),
        STORY.replace("e", "é"),
        STORY[:120],  # cut off
        f"Schande dit, ik had een afspraak. {STORY}",  # wrapped in words of one's own
        f"{STORY} Dat moet echt beter kunnen lijkt mij!",
    ],
)
def test_a_story_told_again_is_a_copy(copy: str) -> None:
    """Capitals, accents, addresses, boosts, a cut and a few words around it change nothing."""
    assert copies(STORY, copy)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (STORY, OTHER),
        (STORY, "De lindeveer voer vandaag weer eens niet."),
        ("dank je wel", f"dank je wel voor niets: {STORY}"),  # three words say too little
        ("mooi", "lelijk"),
        ("", ""),
        ("https://a.example/1", "https://a.example/1"),
        ("Hoi @webcare hoe kan ik mijn kaartje terugkrijgen", "Hoi @webcare hoe kan ik een hond meenemen op de boot"),
    ],
)
def test_another_story_is_no_copy(one: str, other: str) -> None:
    """A shared phrase is not a shared story, and what has no words is like nothing."""
    assert not copies(one, other)


@pytest.mark.parametrize("short", ["Dank je wel!", "dank, je wel", "Storing"])
def test_a_short_text_is_a_copy_of_the_same_words_only(short: str) -> None:
    """Texts of a few words are equal or different."""
    assert copies(short, f"{short.lower()} https://a.example/x")


def test_a_sketch_is_the_same_in_another_process() -> None:
    """What is stored today is compared with what is seen tomorrow; Python's own hash changes with every start."""
    command = [sys.executable, "-c", "import sys; from monitor.sketch import sketch; print(sketch(sys.argv[1]))", STORY]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    assert told == str(sketch(STORY))


def test_a_sketch_is_what_it_was() -> None:
    """The hashes are stored, so a change of them makes every stored case a stranger to its copies."""
    assert sketch("De lindeveer vaart niet") == (608000529890206214, 11567307381481406711)


@given(st.text())
def test_a_sketch_has_few_hashes_in_order(text: str) -> None:
    """Whatever the text: few numbers of 64 bits, ascending, each once."""
    made = sketch(text)
    assert list(made) == sorted(set(made))
    assert len(made) <= SIZE
    assert all(0 <= each < 2**64 for each in made)


@given(*[st.lists(st.sampled_from("abcdefgh"), max_size=70).map(" ".join)] * 2)
def test_what_may_be_no_copy_is_none(one: str, other: str) -> None:
    """The quick look never turns a copy away."""
    mine, theirs = sketch(one), sketch(other)
    assert may_be_copy(mine, theirs, len({*mine} & {*theirs})) or not is_copy(mine, theirs)


def _planted(seed: int) -> tuple[list[str], list[str]]:
    """A thousand texts of 40 made-up words, and of each a copy cut to at least half or wrapped in ten other words."""
    chance = random.Random(seed)
    words = [f"w{number}" for number in range(5_000)]
    texts = [chance.choices(words, k=40) for _ in range(1_000)]
    cut = [
        text[: chance.randint(20, 40)] if chance.random() < 0.5 else [*chance.choices(words, k=10), *text]
        for text in texts
    ]
    return [" ".join(text) for text in texts], [" ".join(text) for text in cut]


def test_planted_copies_are_found_and_strangers_are_not() -> None:
    """At least 99 of 100 cut or wrapped copies are known again, and none of a thousand strangers."""
    texts, copied = _planted(1)
    found = sum(is_copy(sketch(one), sketch(other)) for one, other in zip(texts, copied, strict=True))
    wrong = sum(is_copy(sketch(one), sketch(other)) for one, other in zip(texts, copied[1:], strict=False))
    assert (found >= 990, wrong) == (True, 0)


def test_a_greeting_in_common_makes_no_copy() -> None:
    """Texts that begin with the same eight words and go on differently are none, among a hundred thousand pairs."""
    chance = random.Random(2)
    words = [f"w{number}" for number in range(3_000)]
    texts = [
        sketch(
            "Beste mensen van de klantenservice hoe kan ik " + " ".join(chance.choices(words, k=chance.randint(10, 45)))
        )
        for _ in range(450)
    ]
    assert [pair for pair in combinations(texts, 2) if is_copy(*pair)] == []


def test_stories_count_copies_once() -> None:
    """A hundred copies and one other story are two stories."""
    assert stories(sketch(text) for text in [*(f"RT: {STORY} {number}" for number in range(100)), OTHER]) == 2


def test_texts_without_words_are_each_their_own_story() -> None:
    """Two posts with nothing but a link may be about anything."""
    assert stories([sketch("https://a.example/1"), sketch("https://a.example/2")]) == 2
