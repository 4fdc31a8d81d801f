"""Cues: what a text hits, in which scope, and what the hits say together."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.errors import ConfigError
from monitor.model import KINDS
from monitor.triage.cues import FEATURES, Cues
from monitor.triage.cues.firsts import First, firsts_of
from monitor.triage.cues.language import Vote
from monitor.triage.cues.measure import Share, measure
from monitor.triage.cues.pattern import compiled, unproved
from monitor.triage.cues.scan import Index, words_of
from monitor.triage.cues.scope import folded
from monitor.triage.labels import Labelled

LANGUAGES = ("nl", "en", "fr", "de")
PACKS = ("bank", "health", "municipality", "retail", "telecom", "transport")
OWN = """
language = "en"
negation = ["not", "isn't"]
address = ["you"]
[complaint.weak]
"broken" = { weight = 2, precision = 0.9, hits = 12 }
"won't load" = { weight = 2 }
"no ~ answer*" = { weight = 2 }
"(late|too late) again" = { weight = 2 }
[complaint.suppress]
"broken record" = {}
[compliment.weak]
"great" = {}
":d" = {}
[question.weak]
"?" = {}
[question.suppress]
"how hard can it be" = {}
[leak.strong]
're:\\binternal memos?\\b' = { precision = 0.9, hits = 10 }
[leak.suppress]
"trailer" = {}
"""


@pytest.fixture
def cues(tmp_path: Path) -> Cues:
    """The cues of one file of one's own."""
    return Cues((), own=[written(tmp_path, OWN)])


def written(folder: Path, text: str) -> Path:
    path = folder / "own.toml"
    path.write_text(text, "utf-8")
    return path


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("It is broken", ["complaint"]),
        ("unbroken", []),
        ("It won't load", ["complaint"]),
        ("It won’t load", ["complaint"]),
        ("it wont load", ["complaint"]),
        ("no one ever answers", ["complaint"]),
        ("no. answer", []),
        ("too late again", ["complaint"]),
        ("a broken record", []),
        ("great", ["compliment"]),
        ("done :D", ["compliment"]),
        ("note:done", []),
        ("not so great", ["complaint"]),
        ("It isn’t great", ["complaint"]),
        ("not now. great", ["compliment"]),
        ('she wrote "all of this is broken" today', []),
        ("> it is broken\nI see", []),
        ('my "broken" one', ["complaint"]),
        ("see https://ferry.example/broken?a=1", []),
        ("mail broken@ferry.example", []),
        ("thanks @broken", []),
        ("Is it?", ["question"]),
        ("How hard can it be?", []),
        ("How hard can it be? And where is it?", ["question"]),
        ("an internal memo", ["leak"]),
        ("an internal memo in the trailer", []),
        ("do you know the internal memo in the trailer", ["leak"]),
    ],
)
def test_a_text_has_the_kinds_of_what_its_author_says(cues: Cues, text: str, kinds: list[str]) -> None:
    """Words are whole, quotations and addresses are not the author's, negation turns compliments only."""
    assert list(cues.read(text).kinds) == [kind for kind in KINDS if kind in kinds]


def test_spans_count_in_the_text_as_it_was_written(cues: Cues) -> None:
    """Capitals that grow in lower case (İ) move no span."""
    text = "İİ https://a.example broken"
    assert [text[slice(*hit.span)] for hit in cues.read(text).hits] == ["broken"]


def test_a_reason_shows_the_words_the_cue_and_its_precision(cues: Cues) -> None:
    """What a flag shows is what was found."""
    reason = cues.read("It is Broken").reasons("complaint")[0]
    assert (reason.cue, reason.text, reason.by, reason.measured) == ("broken", "Broken", "cue", 0.9)


def test_a_negated_compliment_is_a_reason_for_a_complaint_and_negative(cues: Cues) -> None:
    """It is negative in four cases of five."""
    reading = cues.read("not great")
    assert (reading.reasons("complaint")[0].text, reading.reasons("compliment"), reading.polarity < 0) == (
        "not great",
        (),
        True,
    )


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("slow, broken, no, meh", ["broken", "slow"]),
        ("Broken! broken. BROKEN", ["Broken"]),
        ("slow and an internal memo, broken", ["broken", "slow"]),
        ("no, hm, meh", ["meh", "no"]),
        ("meh, not great, no", ["not great"]),
        ("nothing to see", []),
    ],
)
def test_a_flag_is_explained_by_the_words_that_say_it(tmp_path: Path, text: str, shown: list[str]) -> None:
    """The weightier first and the same words once; hints are shown only where nothing else is, and two at the most."""
    lines = '"slow" = {}\n"meh" = { weight = 0.5 }\n"no" = { weight = 0.4 }\n"hm" = { weight = 0.3 }\n'
    path = written(tmp_path, OWN.replace("[complaint.weak]\n", f"[complaint.weak]\n{lines}"))
    assert [reason.text for reason in Cues((), own=[path]).read(text).reasons("complaint")] == shown


def test_hints_alone_hold_no_kind(tmp_path: Path) -> None:
    """However many there are; beside a word that says it they count."""
    lines = "".join(f'"{word}" = {{ weight = 0.5 }}\n' for word in ("meh", "no", "hm", "why"))
    path = written(tmp_path, OWN.replace("[complaint.weak]\n", f"[complaint.weak]\n{lines}"))
    read = Cues((), own=[path]).read
    assert "complaint" not in read("meh, no, hm, why").kinds
    assert read("broken, meh").kinds["complaint"] > read("broken").kinds["complaint"]


def test_a_strong_word_is_shown_however_little_it_weighs(tmp_path: Path) -> None:
    """It routes alone, so it is what a reader must see first."""
    path = written(
        tmp_path, 'language = "en"\n[press.strong]\n"reporter" = { weight = 0.5 }\n[press.weak]\n"tv" = {}\n'
    )
    reasons = Cues((), own=[path]).read("tv reporter").reasons("press")
    assert [(reason.text, reason.by) for reason in reasons] == [("reporter", "strong"), ("tv", "cue")]


def test_needs_grow_with_complaints_and_shrink_with_compliments(cues: Cues) -> None:
    """Praise, nothing, a question, two complaints: in this order."""
    texts = ("great", "the boat", "where is it?", "broken, and it won't load")
    needs = [cues.read(text).needs for text in texts]
    assert needs == sorted(needs)


def test_a_strong_hit_always_holds_and_needs_a_reaction(tmp_path: Path) -> None:
    """However badly it was measured: a miss costs more than a false alarm."""
    path = written(tmp_path, 'language = "en"\n[press.strong]\n"reporter" = { precision = 0.1 }\n')
    reading = Cues((), own=[path]).read("a reporter, great great great")
    assert "press" in reading.kinds
    assert reading.needs >= 0.9


def test_features_are_two_a_kind_and_bounded(cues: Cues) -> None:
    """As many as their names, whatever the text."""
    assert len(cues.read("broken " * 500).features) == len(FEATURES)
    assert max(cues.read("broken " * 500).features) <= 6


def test_the_version_tells_one_set_of_cues_from_another(tmp_path: Path) -> None:
    """16 hex digits, equal for equal files."""
    one, again = (Cues((), own=[written(tmp_path, OWN)]).version for _ in range(2))
    other = Cues((), own=[written(tmp_path, OWN + '"teaser" = {}\n')]).version
    assert (len(one), one == again, one == other) == (16, True, False)


def test_weight_zero_takes_a_shipped_cue_away(tmp_path: Path) -> None:
    """A file of one's own has the last word."""
    path = written(tmp_path, 'language = "en"\n[complaint.weak]\n"unacceptable" = { weight = 0 }\n"moist" = {}\n')
    assert "unacceptable" in {cue.text for cue in Cues(["en"]).cues}
    assert "unacceptable" not in {cue.text for cue in Cues(["en"], own=[path]).cues}


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"\xff\xfea", "line 1: is not UTF-8"),
        (b"[complaint", "is no TOML"),
        (b'language = "en"\n', "holds no cues"),
        (b'language = "en"\n[complain.weak]\n"a" = {}\n', "[complain]: unknown kind; did you mean complaint?"),
        (b'language = "en"\n[complaint.week]\n"a" = {}\n', "[complaint.week]: unknown tier; did you mean weak?"),
        (b'language = "Dutch"\n[complaint.weak]\n"a" = {}\n', "language: is no language"),
        (b'[complaint.weak]\n"a" = {}\n', "of which language?"),
        (b'language = "en"\n[complaint.weak]\n"" = {}\n', "is empty"),
        (b"language = \"en\"\n[complaint.weak]\n're:(' = {}\n", "is no regular expression"),
        (b"language = \"en\"\n[complaint.weak]\n're:A' = {}\n", "has capitals"),
        (b"language = \"en\"\n[complaint.weak]\n're:a*' = {}\n", "holds for an empty text"),
        (b'language = "en"\n[complaint.weak]\n"~ a" = {}\n', "has ~ at an end"),
        (b'language = "en"\n[complaint.weak]\n"a (b" = {}\n', "has brackets"),
        (b'language = "en"\n[complaint.weak]\n"a*b" = {}\n', "has a * that is not the end"),
        (b'language = "en"\n[complaint.weak]\n"a" = { weight = 9 }\n', "weight is a number from 0"),
        (b'language = "en"\n[complaint.weak]\n"a" = { precision = 2 }\n', "precision is a share"),
        (b'language = "en"\n[complaint.weak]\n"a" = { heavy = 2 }\n', "takes weight, precision and hits only"),
        (b'language = "en"\nnegation = "not"\n[complaint.weak]\n"a" = {}\n', "negation: is no list of words"),
        (b'language = "en"\nnegations = []\n[complaint.weak]\n"a" = {}\n', "negations: unknown key"),
    ],
)
def test_a_bad_cue_file_is_an_error_with_file_place_and_cure(tmp_path: Path, content: bytes, told: str) -> None:
    """Before anything is read with it."""
    path = tmp_path / "own.toml"
    path.write_bytes(content)
    with pytest.raises(ConfigError) as error:
        Cues((), own=[path])
    assert str(path) in str(error.value)
    assert told in str(error.value)


def test_the_weights_that_ship_are_of_four_levels() -> None:
    """Set by a rule that a reader can check, not fitted to texts."""
    assert {cue.weight for cue in Cues(LANGUAGES, PACKS).cues} == {0.5, 1, 1.5, 2}


@pytest.mark.parametrize("language", ["en", "nl"])
def test_a_measured_weak_cue_weighs_what_its_precision_says(language: str) -> None:
    """From .9 it says it, from .75 it speaks for it, from .6 it hints, and below it is left out."""
    for cue in Cues([language]).cues:
        if cue.tier == "weak" and cue.precision is not None and (cue.hits or 0) >= 10:
            most = 2 if cue.precision >= 0.9 else 1 if cue.precision >= 0.75 else 0.5
            assert cue.precision >= 0.6, cue.text
            assert cue.weight <= most, cue.text


@pytest.mark.parametrize(
    "text",
    [
        "Is there GTFS data for Lindeveer?",
        "Does anyone know if #Lindeveer takes foreign bank cards on the boat?",
        "Took the Lindeveer ferry for no reason at all today. Best 2 euros I spent",
        "Credit where due: Lindeveer's status page was honest and updated every 20 minutes. Well done",
        "ik vond het niet erg",
    ],
)
def test_questions_praise_and_hints_are_no_complaint(text: str) -> None:
    """Negations and numbers alone complain of nothing."""
    assert "complaint" not in Cues(["nl", "en"], ["transport"]).read(text, "en").kinds


def test_a_word_that_is_repeated_counts_once(cues: Cues) -> None:
    """A tirade is no better complaint."""
    assert cues.read("broken, broken, broken").polarity == cues.read("broken").polarity


def test_who_tells_more_needs_more(cues: Cues) -> None:
    """At equal cues the longer post goes first."""
    assert cues.read("broken and we all stood at the quay").needs > cues.read("broken").needs


def test_every_cue_that_ships_compiles() -> None:
    """Theirs are made when they are first needed, so nothing else would find a fault before its text comes."""
    for cue in Cues(LANGUAGES, PACKS).cues:
        assert compiled(cue.text).pattern.pattern == cue.compiled.source, cue.text


def test_a_pattern_is_made_when_it_is_needed() -> None:
    """A run needs some hundreds of seven thousand cues; what is not asked for is not made."""
    cue = unproved("re:(")
    with pytest.raises(re.error):
        cue.pattern  # noqa: B018


def test_the_same_shipped_cues_are_put_together_once() -> None:
    """A configuration is assembled many times, and reading it takes a quarter of a second."""
    assert Cues(["nl"], ["bank"]).cues is Cues(iter(["nl"]), ("bank",)).cues


def test_a_file_of_ones_own_is_read_anew(tmp_path: Path) -> None:
    """It may have been mended since."""
    before = Cues(["fr"], own=[written(tmp_path, OWN)])
    after = Cues(["fr"], own=[written(tmp_path, OWN + '"teaser" = {}\n')])
    assert len(after.cues) == len(before.cues) + 1


def test_an_unknown_pack_is_an_error_that_names_those_there_are() -> None:
    """A misspelt pack would be silence."""
    with pytest.raises(ConfigError, match="there is no pack 'banc'"):
        Cues(["nl"], ["banc"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_that_ships_is_read(language: str) -> None:
    """Complaints, questions, compliments and the strong tier, at the least."""
    kinds = {(cue.kind, cue.tier) for cue in Cues([language]).cues}
    weak = {(kind, "weak") for kind in ("complaint", "question", "compliment")}
    assert kinds >= weak | {(kind, "strong") for kind in ("press", "leak", "job", "fraud", "safety")}


@pytest.mark.parametrize(
    ("text", "declared", "language"),
    [
        ("waar blijft het pakket dat ik heb besteld", "en", "nl"),
        ("where is the parcel that i have ordered", "nl", "en"),
        ("pakket", "nl-BE", "nl"),
        ("pakket", "pl", None),
        ("pakket", None, None),
    ],
)
def test_the_language_is_voted_for_then_declared_then_open(
    text: str, declared: str | None, language: str | None
) -> None:
    """Words that two languages share vote for neither."""
    assert Vote(["nl", "en"]).of(set(text.split()), declared) == language


@pytest.mark.parametrize(
    ("source", "firsts"),
    [
        (r"\bhard\b", {First("hard")}),
        (r"\bhard", {First("hard", open=True)}),
        (r"\b(?:a|bc) d", {First("a"), First("bc")}),
        (r"\bi'?m\b", {First("i"), First("im")}),
        (r"\bme+h\b", {First("me", open=True)}),
        (r"#jobs?\b", {First("job", behind=True), First("jobs", behind=True)}),
        (r"^(?:@\w+\s+)*who\b", {First("who", behind=True)}),
        ("hard", None),
        (r"\b\w+ hard\b", None),
    ],
)
def test_the_first_words_of_an_expression_are_read_from_it(source: str, firsts: set[First] | None) -> None:
    """What is not certain is None: right and slow."""
    assert firsts_of(source) == (None if firsts is None else frozenset(firsts))


SHIPPED = Cues(["nl", "en"], ["transport"])
WORDS = sorted({word for cue in SHIPPED.cues for word in cue.text.lower().split() if word.isalpha()})
PIECES = st.sampled_from([*WORDS, "i'm", "@ferry", "?", "!", ".", ",", "#jobs", "3 weeks", "can't", "één", ":)", "\n"])


@settings(max_examples=60, deadline=None)
@given(st.lists(PIECES, max_size=25).map(" ".join))
def test_the_index_finds_what_trying_every_cue_finds(text: str) -> None:
    """Law: looking words up is only faster."""
    plain = folded(text)
    fast = {(id(cue), start, end) for cue, start, end in Index(SHIPPED.cues).scan(plain, words_of(plain), None)}
    for cue in SHIPPED.cues:
        if not cue.compiled.sign:
            assert {(id(cue), *hit.span()) for hit in cue.compiled.pattern.finditer(plain)} <= fast, cue.text


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_read_within_bounds(text: str) -> None:
    """Law: no text breaks the reading; confidences, need and polarity stay in their ranges and spans in the text."""
    reading = SHIPPED.read(text)
    assert all(0.5 <= sure <= 1 for sure in reading.kinds.values())
    assert 0 <= reading.needs <= 1
    assert -1 <= reading.polarity <= 1
    assert all(0 <= hit.span[0] < hit.span[1] <= len(text) for hit in reading.hits)


def test_folding_keeps_every_character_in_its_place() -> None:
    """So that a span found in it is one of the text."""
    text = "Één İ @naam https://a.example ß"
    assert len(folded(text)) == len(text)


def test_measuring_counts_per_cue_and_per_kind(cues: Cues) -> None:
    """Two right hits of three, and one complaint that no cue finds."""
    complaint, none = frozenset({"complaint"}), frozenset()
    rows = [
        Labelled("broken", kinds=complaint),
        Labelled("broken again", kinds=complaint),
        Labelled("my broken heart", kinds=none),
        Labelled("no boat came", kinds=complaint),
        Labelled("not asked", needs=True),
    ]
    measured = measure(cues, rows)
    [cue] = measured.cues
    [kind] = measured.kinds
    assert (measured.rows, cue.precision, cue.recall) == (4, Share(2, 3), Share(2, 3))
    assert (kind.precision, kind.recall, kind.f1) == (Share(2, 3), Share(2, 3), pytest.approx(2 / 3))


@pytest.mark.parametrize(("right", "of", "low", "high"), [(0, 0, 0, 1), (8, 10, 0.490, 0.943), (10, 10, 0.722, 1)])
def test_the_interval_is_wilsons(right: int, of: int, low: float, high: float) -> None:
    """Values of the published formula."""
    assert Share(right, of).interval == (pytest.approx(low, abs=0.001), pytest.approx(high, abs=0.001))


def test_a_sign_that_ends_in_a_letter_starts_no_word() -> None:
    """ ":d" is not the start of ":done"."""
    assert compiled(":D").pattern.search(":done") is None


@pytest.mark.parametrize("cue", ["re:(a+)+$", "re:(a*)*b", "re:(?:x|y+)*z", "re:((?:a+)+)b"])
def test_expressions_that_run_wild_are_refused(cue: str) -> None:
    """A repeat of nothing but repeats, with which one text can keep a run busy for ever, is refused."""
    with pytest.raises(ValueError, match="can take for ever"):
        compiled(cue)


@pytest.mark.parametrize("cue", [r"re:^(@\w+\s+)*wie\b", r"re:\ba+b", r"re:(?:\w+ )*ein"])
def test_repeats_with_something_between_are_taken(cue: str) -> None:
    """A repeat whose turns are told apart by a sign of their own is no such thing."""
    assert compiled(cue).pattern
