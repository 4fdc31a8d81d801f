"""The machine's guess at what a text says of the brand, without labels. All texts are made up."""

import re
import tomllib
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.triage.cues import Cues
from monitor.triage.cues.reading import Reading
from monitor.triage.sentiment import guess, mood

CUES = Cues(("nl", "en", "fr", "de"))
WORDS = tomllib.loads(files("monitor.triage").joinpath("sentiment.toml").read_text(encoding="utf-8"))
LANGUAGES = ("nl", "en", "fr", "de")
LISTS = [(table, side) for table in WORDS for side in WORDS[table]]


def reading(text="", polarity=0.0, language="nl"):
    return Reading(
        text=text, hits=(), language=language, kinds={}, needs=0.0, polarity=polarity, words=len(text.split())
    )


@pytest.mark.parametrize(
    ("text", "language", "label"),
    [
        ("Wat een prachtige boot, heerlijk gevaren!", "nl", "positive"),
        ("Waardeloos, ik word hier verdrietig van", "nl", "negative"),
        ("De pont vaart om tien uur.", "nl", "neutral"),
        ("Niet goed hoor", "nl", "negative"),
        ("What a wonderful crossing, loved it", "en", "positive"),
        ("This is the worst, I hate waiting", "en", "negative"),
        ("Not happy at all", "en", "negative"),
        ("The ferry leaves at ten.", "en", "neutral"),
        ("Une traversée magnifique, merci !", "fr", "positive"),
        ("C'est nul, quelle honte", "fr", "negative"),
        ("Pas content du tout", "fr", "negative"),
        ("Eine wunderbare Überfahrt, danke", "de", "positive"),
        ("Furchtbar, einfach nur peinlich", "de", "negative"),
        ("pontje gehaald 😀👍", "nl", "positive"),
        ("pontje gemist 😡", "nl", "negative"),
        ("pontje gemist :-(", "nl", "negative"),
        ("", "nl", "neutral"),
    ],
)
def test_the_mood_of_plain_texts_is_seen_in_four_languages(text, language, label):
    """Praise is positive, anger negative, a fact neutral, and a negation turns a word round."""
    assert guess(CUES.read(text, language))[0] == label


@pytest.mark.parametrize(
    ("text", "language"),
    [("helemaal niet slecht", "nl"), ("not so bad", "en"), ("pas mal", "fr"), ("gar nicht schlecht", "de")],
)
def test_a_negation_turns_a_word_of_mood_round(text, language):
    """Up to three words before it, and no further."""
    assert mood(text, language) > 0
    assert mood(f"{text.rsplit(' ', 1)[0]} a b c {text.rsplit(' ', 1)[1]}", language) < 0


def test_cues_and_mood_speak_together():
    """Cues to the organisation weigh more than a word of mood, and lean further where both agree."""
    assert guess(reading("een mooie dag", polarity=-0.6))[0] == "negative"
    assert guess(reading("een rotdag en verdrietig", polarity=-0.6))[1] > guess(reading("een dag", polarity=-0.6))[1]


def test_what_leans_to_no_side_is_neutral():
    """A trace of polarity is no side, and as much good as bad mood is none either."""
    assert guess(reading(polarity=0.1))[0] == guess(reading(polarity=-0.1))[0] == "neutral"
    assert guess(reading("mooi maar waardeloos"))[0] == "neutral"


@pytest.mark.parametrize(
    ("text", "mood_of_it"),
    [("gehaald 😀👍", 2 / 3), ("gemist :-(", -1 / 2), ("top :D", 2 / 3), ("om 10:dag", 0), ("zie:-", 0)],
)
def test_signs_count_in_every_language_and_not_within_words(text, mood_of_it):
    """Emoji and emoticons are moods; a colon before a word is none."""
    assert mood(text, "nl") == pytest.approx(mood_of_it)


def test_nothing_is_surer_than_nine_in_ten():
    """Everything at once leans no further than the whole way."""
    assert guess(reading("prachtig, heerlijk, geweldig", polarity=1.0)) == ("positive", 0.9)


def test_a_models_guess_goes_first():
    """What a model that learned from the team says is what counts, with its own confidence."""
    assert guess(reading("prachtig", polarity=1.0), ("negative", 0.71)) == ("negative", 0.71)


@pytest.mark.parametrize(
    "text", ["zie https://geweldig.example/mooi", "@mooie_boot vaart om tien", "De superplaats Goedkamp"]
)
def test_links_accounts_and_parts_of_words_have_no_mood(text):
    """Only whole words that the author wrote count."""
    assert mood(text, "nl") == 0


def test_a_text_of_unknown_language_is_read_in_all_four():
    """Which is why no word may be good in one language and bad in another."""
    assert mood("wonderful, magnifique, prachtig, wunderbar", None) == 0.8
    good = {word for language in LANGUAGES for word in WORDS[language]["positive"]}
    assert good.isdisjoint(word for language in LANGUAGES for word in WORDS[language]["negative"])


@pytest.mark.parametrize(("table", "side"), LISTS, ids=[f"{table}-{side}" for table, side in LISTS])
def test_no_word_stands_twice_or_on_both_sides(table, side):
    """A list is lower case, holds each word once, and shares none with the other side."""
    words = WORDS[table][side]
    other = {"positive": "negative", "negative": "positive"}.get(side)
    assert len(words) == len(set(words))
    assert words == [word.lower() for word in words]
    assert not other or set(words).isdisjoint(WORDS[table][other])


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_can_be_found(language):
    """A word is one word, with an ending left open at its end only after three letters or more."""
    for word in WORDS[language]["positive"] + WORDS[language]["negative"]:
        assert re.fullmatch(r"[^\W\d_][\w'-]*\*?", word)
        assert not word.endswith("*") or len(word) > 3
        assert mood(word.removesuffix("*"), language) != 0


@given(st.text(max_size=60), st.floats(-1, 1), st.sampled_from([*LANGUAGES, None, "xx"]))
def test_a_guess_is_one_of_three_with_an_honest_confidence(text, polarity, language):
    """Whatever the text, there is a label, a confidence from a half to nine tenths, and the same again."""
    found = guess(reading(text, polarity, language))
    assert found[0] in ("negative", "neutral", "positive")
    assert 0.5 <= found[1] <= 0.9
    assert found == guess(reading(text, polarity, language))


@given(st.floats(0.2, 1), st.floats(0.2, 1))
def test_leaning_further_is_surer(one, other):
    """Confidence never falls as the polarity grows."""
    less, more = sorted((one, other))
    assert guess(reading(polarity=less))[1] <= guess(reading(polarity=more))[1]
