"""Telling an organisation from its namesake: Veer is a ferry company here, and a feather, and a family name."""

import random
import re
import tomllib
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.bench.relevance_figures import Hit, judged, precision_at
from monitor.errors import ConfigError
from monitor.triage.labels import Labelled
from monitor.triage.relevance import profile as relevance
from monitor.triage.relevance.profile import MOST_HITS, Relevance

VEER = Relevance(
    names=("Veer", "Veer Lindeland"),
    context=("pont*", "kaartje*", "de (overtocht|dienstregeling)"),
    anti=("een veer laten", "vogel*"),
)
INSTITUTE = Relevance(names=("IVO",), context=("onderzoek*",))


def about(text, profile=VEER):
    return profile.probability(text, profile.spans(text))


def cues(text, profile=VEER):
    return {piece.cue: piece.weight for piece in profile.pieces(text, profile.spans(text))}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("ik sta al een uur bij Veer", {"written as its name": 1.0, "bij before it": 0.4}),
        ("We stonden bij VEER in de rij", {}),
        ("Gisteren vond ik veer op straat", {"in small letters": -0.6}),
        ("gisteren vond ik veer op straat", {}),
        ("Veer is laat", {"written as its name": 1.0, "first word of its sentence": -0.4}),
        ("Ach. Veer is laat", {"written as its name": 1.0, "first word of its sentence": -0.4}),
        ("Help Veer is weg", {"written as its name": 1.0}),
        ("Veer mist pont", {"context: pont*": 1.0, "written as its name": 1.0}),
        ("Pontje gemist, dank Veer", {"context: pont*": 1.0, "written as its name": 1.0}),
        (
            "pont, kaartje en de overtocht door Veer",
            {"context: pont*": 1.0, "context: kaartje*": 1.0, "written as its name": 1.0, "door before it": 0.4},
        ),
        ("hij moest een Veer laten", {"anti: een veer laten": -1.5, "written as its name": 1.0}),
        ("Grote Drukte Door Nieuwe Veer Route", {"written as its name": 1.0, "headline: every word has a capital": -0.5}),
        ("reis met @veer mee", {"account, hashtag or domain": 1.5}),
        ("reis mee #veer", {"account, hashtag or domain": 1.5}),
        ("zie veer.example voor meer", {"account, hashtag or domain": 1.5}),
        ("gevaren met Veer Lindeland vandaag", {"written as its name": 1.0}),
        ("dokter zei dat dr. Veer ziek is", {"written as its name": 1.0, "a person's title": -1.5}),
        ("daar zat dus Jan Veer te wachten", {"written as its name": 1.0, "part of another name": -0.8}),
        ("de prijs heet Veer Trofee dit jaar", {"written as its name": 1.0, "part of another name": -0.8, "a word of business: prijs": 0.4}),
        ("dat kan Veer-personeel niet", {"written as its name": 1.0, "a name's ending": 0.4, "a word of business: personeel": 0.4}),
        ("Daar lag een veer op de dijk", {"in small letters": -0.6, "een before it": -0.6}),
        ("de klantenservice van veer", {"a word of business: klantenservice": 0.4}),
    ],
)  # fmt: skip
def test_every_piece_of_evidence_is_told_with_its_weight(text, told):
    """How the name is written, what stands beside it and the profile's words each give one piece."""
    assert cues(text) == told


def test_a_longer_name_of_the_profile_speaks_for_it():
    """A hit of the short name inside the full one is a full name."""
    text = "gevaren met veer Lindeland"
    assert {piece.cue: piece.weight for piece in VEER.pieces(text, [(12, 16)])}["a full name"] == 1.0


def test_pieces_point_at_what_they_speak_of():
    """Every span counts in the text as it was given."""
    text = "PONTJE gemist 😀 bij Veer, hij moest een veer laten"
    told = {piece.cue: text[slice(*piece.span)] for piece in VEER.pieces(text, [(20, 24)])}
    assert told == {
        "context: pont*": "PONTJE",
        "anti: een veer laten": "een veer laten",
        "written as its name": "Veer",
        "bij before it": "Veer",
    }


@pytest.mark.parametrize(
    ("less", "more"),
    [
        ("Er ligt een veer", "Ik vaar met Veer"),
        ("Ik vaar met Veer", "Ik vaar met Veer, de pont was vol"),
        ("Ik vaar met Veer, de pont was vol", "Bij Veer was de pont vol en het kaartje duur"),
        ("De vogel verloor bij Veer een veer", "De pont verloor bij Veer een schroef"),
    ],
)
def test_more_evidence_is_more_probable(less, more):
    """The probability rises with what speaks for the organisation."""
    assert about(less) < about(more)


def test_a_querys_other_words_are_no_hits():
    """Only spans that hold a name are judged; where none does, what was found is."""
    text = "Gisteren vond ik een veer op de pont"
    assert VEER.pieces(text, [(21, 25), (32, 36)]) == VEER.pieces(text, [(21, 25)])
    assert VEER.pieces(text, [(32, 36)])


def test_one_hit_about_the_organisation_is_enough():
    """A text that also speaks of a feather stays about the ferry."""
    assert about("Er lag een veer aan boord, en bij Veer was de pont vol") > 0.9


def test_a_text_without_the_name_says_little_for_it():
    """No hit: an improbable mention, and nothing to tell."""
    assert VEER.pieces("De pont was vol", []) == ()
    assert VEER.probability("De pont was vol", []) < 0.15


def test_more_than_two_words_say_no_more():
    """The third word of the profile adds nothing."""
    two, three = "pont kaartje door Veer", "pont kaartje de overtocht door Veer"
    assert VEER.score(two, VEER.spans(two)) == VEER.score(three, VEER.spans(three))


def test_a_word_twice_is_one_word():
    """Repeating a word of the profile is no evidence."""
    assert about("pont pont pont bij Veer") == about("pont bij Veer")


def test_one_word_of_the_text_is_one_piece_whatever_found_it():
    """Two words of a profile that hit the same one count once, and the name itself is no context."""
    profile = Relevance(("Veer",), context=("pont*", "pontje", "veer*"))
    assert cues("het pontje van Veer", profile) == {
        "context: pont*": 1.0,
        "written as its name": 1.0,
        "van before it": 0.4,
    }


def test_words_far_away_do_not_count():
    """In a long article only the words around the name speak."""
    assert "context: pont*" not in cues("pont " + "en zo verder " * 60 + "bij Veer")


def test_a_name_in_capitals_is_no_shouting_where_others_do_not_shout():
    """An abbreviation is written as its name, unless everything is in capitals."""
    assert "written as its name" in cues("het rapport van IVO is uit", INSTITUTE)
    assert "written as its name" not in cues("HET RAPPORT VAN IVO IS UIT", INSTITUTE)


def test_without_names_any_capital_is_a_name():
    """An empty profile still tells a name from a word."""
    assert {piece.cue for piece in Relevance().pieces("dat kwam door Veer", [(14, 18)])} >= {"written as its name"}


@pytest.mark.parametrize(("key", "word"), [("context", "pont*veer"), ("anti", "(een"), ("context", " ")])
def test_a_word_that_cannot_be_read_is_refused_with_its_key(key, word):
    """The message names the table's key and the word."""
    with pytest.raises(ConfigError, match=rf"\[queries.relevance\] {key}: "):
        Relevance(**{"names": ("Veer",), key: (word,)})


PAGE = (Path(__file__).parents[1] / "docs" / "relevance.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^\| (.+?) \| (0\.\d\d) \|", PAGE, re.MULTILINE)


@pytest.mark.parametrize(("post", "probability"), EXAMPLES)
def test_the_pages_worked_example_is_what_the_program_says(post, probability):
    """The profile and the table of docs/relevance.md belong together."""
    written = tomllib.loads(re.search(r"```toml\n(.*?)```", PAGE, re.DOTALL)[1])
    profile = Relevance(**written["queries"][0]["relevance"])
    assert f"{about(post, profile):.2f}" == probability


def test_the_page_tells_every_weight():
    """A weight that changes changes in docs/relevance.md too."""
    told = {float(found) for found in re.findall(r"\| ([+-]\d\.\d) \|", PAGE)}
    weights = {value for name, value in vars(relevance).items() if name.isupper() and isinstance(value, float)}
    assert told == weights - {relevance.CUT, relevance.SLOPE, relevance.BESIDE_LABELS, relevance.MOST_ODDS}


LABELS = [
    *(Labelled(f"weer een {word} van Veer gemist", relevant=True) for word in ("afvaart", "boot", "steiger")),
    *(Labelled(f"mevrouw Veer won {word}", relevant=False) for word in ("goud", "zilver", "brons", "de loterij")),
]


def test_labels_teach_what_the_profile_does_not_know():
    """A word that stood only beside the ferry speaks for it afterwards, one beside the family against it."""
    learned = VEER.learned(LABELS)
    assert about("de afvaart bij Veer", learned) > about("de bloemen bij Veer", learned)
    assert about("goud, zei Veer", learned) < about("bloemen, zei Veer", learned)


def test_labels_teach_how_often_it_is_the_organisation():
    """A bare name is improbable where nearly nothing was about it, and probable where nearly everything was."""
    rarely, often = VEER.learned(LABELS[3:]), VEER.learned(LABELS[:3])
    assert about("wij zagen Veer daar", rarely) < 0.25
    assert about("wij zagen Veer daar", often) > 0.75


def test_learning_is_the_same_whatever_the_order():
    """Equal labels give an equal memory: nothing is drawn by chance."""
    shuffled = random.Random(7).sample(LABELS, len(LABELS))
    assert VEER.learned(shuffled).memory == VEER.learned(LABELS).memory


@pytest.mark.parametrize("rows", [[], [Labelled("Veer", needs=True)], [Labelled("niets ervan", relevant=True)]])
def test_labels_that_say_nothing_of_it_leave_the_profile_alone(rows):
    """No rows, rows about something else and rows without the name teach nothing."""
    assert VEER.learned(rows) == VEER


def test_a_thousand_labels_of_one_side_do_not_shut_the_other_out():
    """However lopsided, good evidence still counts."""
    flooded = VEER.learned([Labelled(f"zus {at} Veer", relevant=False) for at in range(1000)])
    assert about("de pont van Veer Lindeland en een kaartje bij Veer", flooded) > 0.3


def test_only_the_first_hits_of_a_long_article_are_looked_at():
    """A page that is nothing but the name takes no longer than a post."""
    start = "een veer " * MOST_HITS
    assert about(start + "en zo verder " * 60 + "pont kaartje bij Veer") == about(start)


@pytest.mark.parametrize(("recall", "precision"), [(0.5, 1.0), (0.75, 0.75), (1.0, 4 / 7), (0.0, 1.0)])
def test_the_benchmarks_precision_is_that_of_the_best_threshold(recall, precision):
    """Of all thresholds that find so much; equal probabilities stand and fall together."""
    ranked = [(0.9, True), (0.8, True), (0.7, False), (0.6, True), (0.5, False), (0.4, True), (0.4, False)]
    assert precision_at(recall, ranked) == pytest.approx(precision)


def test_the_benchmark_never_judges_by_a_text_that_it_learned():
    """Copies of a text are on one side of a split, every hit is judged once, and a seed gives the same again."""
    hits = [Hit(f"de boot van Mars nummer {at // 2}", "nl", "mars", at % 4 == 0, at // 2) for at in range(12)]
    found = list(judged(hits, 3))
    assert len(found) == 12
    assert found == list(judged(hits, 3))
    assert found != list(judged(hits, 4))


PIECES = st.sampled_from(["Veer", "veer", "een", "bij", "pont", "vogel", "Jan", ".", "\n", "@", "#", "Lindeland", "İ"])


@given(st.lists(st.one_of(PIECES, st.text(max_size=6)), max_size=12).map(" ".join))
def test_a_probability_is_one_whatever_the_text(text):
    """Between 0 and 1, never certain, the same twice, and every piece lies within the text."""
    spans = VEER.spans(text)
    found = VEER.probability(text, spans)
    assert 0 < found < 1
    assert found == VEER.probability(text, spans)
    assert all(0 <= piece.span[0] <= piece.span[1] <= len(text) for piece in VEER.pieces(text, spans))
    assert all(one[1] <= other[0] for one, other in pairwise(spans))
