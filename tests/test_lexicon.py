"""What the linter knows of words: names of persons, sensitive subjects, and words that say nothing by themselves."""

import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.query.lexicon import common, could_be_full_name, is_person, might_be_person, sensitive
from monitor.query.lexicon.frequency import common_from
from monitor.query.lexicon.lists import section, sections
from monitor.query.words import fold

RECORDED = Path(__file__).parent / "recorded" / "lexicon" / "no_names.txt"
TERMS = [line for line in RECORDED.read_text("utf-8").splitlines() if not line.startswith("#")]

# First names and surnames common enough to name nobody; put together by their place in these lists.
FIRST = [
    "Jan",
    "Sanne",
    "Pieter",
    "Fatima",
    "Mohamed",
    "Ayşe",
    "Emre",
    "Zoë",
    "Łukasz",
    "Agnieszka",
    "José",
    "Giulia",
    "Soenil",
    "Roos",
    "Mark",
    "Thomas",
]
LAST = [
    "Jansen",
    "Bakker",
    "Peeters",
    "Yılmaz",
    "Kowalski",
    "Müller",
    "Ferreira",
    "Rossi",
    "Bouzid",
    "Ramdin",
    "Smit",
    "Dubois",
    "Jones",
    "García",
]


# --- Persons ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        "Jan Jansen",
        "jan jansen",
        "JAN JANSEN",
        "Jansen, Jan",
        "Jansen Jan",
        "Sanne de Vries",
        "Vries, Sanne de",
        "de Vries, S.",
        "de Vries Sanne",
        "Pieter van der Berg",
        "Pieter v.d. Berg",
        "Pieter v/d Berg",
        "Karin van 't Hof",
        "Joost ter Meulen",
        "Sofie D'Hondt",
        "Liam O’Brien",
        "Karim el Amrani",
        "Karim El-Amrani",
        "Yusuf bin Said",
        "Anna von Berg",
        "Luca di Rossi",
        "Ana dos Santos",
        "Luc de la Fontaine",
        "J. de Vries",
        "J.P. Jansen",
        "jp jansen",
        "Th. Smit",
        "mevrouw Jansen",
        "mevr. Bakker",
        "dhr. De Boer",
        "de heer Visser",
        "Prof. dr. ir. J. Smit",
        "Frau Müller",
        "monsieur Dubois",
        "Zoë Müller",
        "Zoe Mueller",
        "Łukasz Kowalski",
        "lukasz kowalski",
        "Anna Jansen-de Vries",
        "Anne-Sofie Peeters",
        "Jan_Jansen",
        "Jan Jansen's",
        "directeur Jan Jansen",
        "Roos Bakker",
        "Mark Visser",
        "Emma Hjelmqvistdal",
        "jan.jansen@firma.example",
        "j.jansen@firma.example",
        "jjansen@firma.example",
        "janjansen@post.example",
        "jan@firma.example",
        "jan.jansen+nieuws@firma.example",
    ],
)
def test_a_name_is_known_as_people_write_it(words):
    """Particles, initials, titles, commas, accents, hyphens and mailboxes hide no name."""
    assert is_person(words)


@pytest.mark.parametrize("way", [str, str.lower, str.upper, fold])
def test_first_names_and_surnames_of_all_languages_go_together(way):
    """Case and accents change nothing."""
    assert [name for first in FIRST for last in LAST if not is_person(name := way(f"{first} {last}"))] == []


def test_at_most_two_in_a_hundred_other_terms_are_taken_for_names():
    """Made-up organisations, products, places and sayings, many of them with a first name inside."""
    assert len(TERMS) > 500
    assert sum(map(is_person, TERMS)) / len(TERMS) <= 0.02


@pytest.mark.parametrize(
    "words",
    [
        "info@firma.example",
        "webcare@firma.example",
        "pers@firma.example",
        "klanten.service@firma.example",
        "nieuwe.klant@firma.example",
        "@jan.jansen@instance.example",
        "bakker",
        "wilhelmina ziekenhuis",
        "mr clean",
        "x factor",
        "2026",
        "a-b c-d",
        "jan " * 100_000,
        "",
        "*",
        ",",
        "!",
    ],
)
def test_what_is_no_person_is_neither_refused_nor_warned_of(words):
    """Role mailboxes, handles (judged elsewhere), trades, things with a name, and nothing at all."""
    assert not is_person(words)
    assert not might_be_person(words)


@pytest.mark.parametrize("words", ["Jan", "Jansen", "jansen", "lindeveer jansen", "lindeveer@firma.example"])
def test_half_a_name_is_warned_of_and_not_refused(words):
    """One bare first name or surname may be anything."""
    assert might_be_person(words)
    assert not is_person(words)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("jan", "jansen", True),
        ("jansen", "jan", True),
        ("van dijk", "jan", True),
        ("jan", "bakker", True),
        ("mark", "jansen", True),
        ("emma", "lindeveer", False),
        ("lindeveer", "klacht", False),
        ("jan", "ziekenhuis", False),
        ("roos", "groen", False),
        ("jan", "", False),
        ("van", "de", False),
    ],
)
def test_words_that_only_meet_in_a_post_must_both_be_names(one, other, expected):
    """Joined by AND or NEAR an unknown word is no surname, and two ordinary words are no name."""
    assert could_be_full_name(one, other) is expected
    assert could_be_full_name(other, one) is expected


@given(st.text(max_size=60))
def test_any_text_has_one_answer(words):
    """Nothing that can be typed breaks the rules, no text is both refused and warned of."""
    assert not (is_person(words) and might_be_person(words))
    assert sensitive(f"{words} zzz") == sensitive(words)


@given(st.sampled_from(FIRST), st.sampled_from(LAST), st.text(" \t\n", max_size=3))
def test_blanks_change_no_name(first, last, blanks):
    """A name is its words, however they are spaced."""
    assert is_person(f"{blanks}{first} {blanks}{last}{blanks}")


# --- Sensitive subjects -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("ziek", "health"),
        ("Ziekteverzuim", "health"),
        ("ziekmelding lindeveer", "health"),
        ("burn-out", "health"),
        ("maladie", "health"),
        ("schwanger", "health"),
        ("FNV", "union"),
        ("abvv", "union"),
        ("vakbondsleider", "union"),
        ("staking", "union"),
        ("on strike", "union"),
        ("grève", "union"),
        ("Betriebsrat", "union"),
        ("moslims", "religion"),
        ("moskee", "religion"),
        ("église", "religion"),
        ("N-VA", "politics"),
        ("partij voor de dieren", "politics"),
        ("homo's", "sexual orientation"),
        ("LGBTQ", "sexual orientation"),
        ("asielzoekers", "ethnic origin"),
        ("strafblad", "crime"),
        ("strike price", None),
        ("strike", None),
        ("union square", None),
        ("kerkstraat", None),
        ("zorgeloos", None),
        ("ziekenhuis", None),
        ("churchill", None),
        ("homepage", None),
        ("social", None),
        ("lindeveer klacht", None),
        ("", None),
    ],
)
def test_a_sensitive_word_says_its_subject(words, expected):
    """In a phrase as well as alone, in four languages; ordinary words of business stay out."""
    assert sensitive(words) == expected


@pytest.mark.parametrize(
    ("stem", "expected"),
    [
        ("vakbo", "union"),
        ("ziek", "health"),
        ("kank", "health"),
        ("moske", "religion"),
        ("isl", "religion"),
        ("commun", None),
        ("social", None),
        ("kan", None),
        ("stat", None),
        ("lindev", None),
    ],
)
def test_a_star_reaches_the_sensitive_words_behind_it(stem, expected):
    """Unless most frequent words that begin so are ordinary."""
    assert sensitive(stem, prefix=True) == expected


# --- Frequent words ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["action", "bol", "Shell", "orange", "apple", "next", "bank", "lire", "schnell"])
def test_a_word_of_the_dictionary_is_common(word):
    """It finds everything but the brand of that name."""
    assert common(word)


@pytest.mark.parametrize("word", ["lindeveer", "zonnedak", "coolblauw", "gele boot", "jansen", ""])
def test_a_made_up_word_is_not_common(word):
    """Nor is a name, or a phrase."""
    assert not common(word)


def test_what_a_star_would_take_begins_with_the_most_frequent_word():
    """The words that go on after a stem, the most frequent first, and not the stem itself."""
    found = common_from("win")
    assert {"winkel", "winter"} <= {*found}
    assert all(word.startswith("win") and word != "win" for word in found)
    assert common_from("lindeveer") == []


# --- The files --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["names", "by_hand", "words", "companies"])
def test_the_words_of_the_lists_are_folded(name):
    """Looking up compares folded words: one that is not would never be found."""
    assert [word for words in sections(name).values() for word in words if word != fold(word)] == []


def test_no_word_about_first_names_stands_in_two_groups():
    """A word is judged by the first group that has it; a second would be read by nobody."""
    groups = [section("shapes", name) for name in ("word first", "word before name", "no first name")]
    assert [one & other for at, one in enumerate(groups) for other in groups[at + 1 :]] == [set()] * 3


def test_the_data_stays_small_and_its_sources_are_named():
    """Less than 450 KB, and the licences of what others made are beside it."""
    package = files("monitor.query.lexicon")
    assert sum(len(file.read_bytes()) for file in package.joinpath("data").iterdir()) < 450_000
    notice = package.joinpath("NOTICE.txt").read_text("utf-8")
    assert [name for name in ("faker", "mimesis", "OpenTaal", "SCOWL") if name not in notice] == []


def test_nothing_is_read_before_a_question_is_asked():
    """Importing costs a command that checks no query nothing."""
    code = "from monitor.query.lexicon import lists, subjects, frequency; import sys; sys.exit(lists.sections.cache_info().misses)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
