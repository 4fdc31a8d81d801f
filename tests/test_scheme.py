"""The reaction scheme: what ships, what decides, what is proven of it, and what another would change."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from itertools import combinations
from typing import Any, get_args
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model import KINDS, Kind, PostType
from monitor.triage.cues import Cues
from monitor.triage.hours import OpeningHours
from monitor.triage.scheme.check import Finding, House, by_cues, check, facts_of, missing_roles
from monitor.triage.scheme.diff import Group, Sample, changes, counted, difference
from monitor.triage.scheme.proof import proven
from monitor.triage.scheme.rules import (
    ACTED_ON,
    LANGUAGES,
    REACTIONS,
    Example,
    Facts,
    JudgedFacet,
    Rule,
    Scheme,
    When,
    read_scheme,
    roles_of,
    spoken,
)

SHIPPED = read_scheme()
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
PLAIN = Facts(("other",), "brand", "post", "mastodon", "nl", addressed=False)
WORKDAYS = OpeningHours(ZoneInfo("Europe/Amsterdam"), {"mon": (time(9), time(17))})


def rule(id_: str, **more: Any) -> Rule:
    return Rule.model_validate({"id": id_, "reaction": "monitor only", "why": {"nl": "Zo."}} | more)


def scheme(*rules: Rule, **more: Any) -> Scheme:
    return Scheme.model_validate({"version": 2, "rules": (*rules, rule("rest")), **more})


def nothing(example: Example) -> dict[Kind, float]:
    """A judge that sees no kind in anything."""
    del example
    return {}


def claims(found: list[Finding], what: str, good: bool | None = False) -> list[str]:
    return [one.said for one in found if one.what == what and one.good is good]


# --- What ships -------------------------------------------------------------------------------------------


def test_every_kind_of_the_shipped_scheme_has_its_rule() -> None:
    """Each kind, addressed to the organisation and certain, reaches a rule of its own; only `other` is let stand."""
    reached = {kind: SHIPPED.rule_for(replace(PLAIN, kinds=(kind,), addressed=True)).id for kind in KINDS}
    assert reached == {kind: kind for kind in KINDS} | {"complaint": "complaint-to-us", "other": "let-stand"}


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (replace(PLAIN, kinds=("complaint",)), "complaint-about-us"),
        (replace(PLAIN, kinds=("complaint",), relevance=0.19), "not-us"),
        (replace(PLAIN, kinds=("complaint",), relevance=0.2), "complaint-about-us"),
        (replace(PLAIN, kinds=("complaint",), relevance=0.1, addressed=True), "complaint-to-us"),
        (replace(PLAIN, kinds=("leak", "complaint"), relevance=0.1), "leak"),
        (replace(PLAIN, kinds=("abuse",), confidence=0.79), "let-stand"),
        (replace(PLAIN, kinds=("abuse",), confidence=0.8), "abuse"),
        (replace(PLAIN, kinds=("abuse", "complaint"), confidence=0.5), "complaint-about-us"),
        (replace(PLAIN, kinds=("complaint", "question"), addressed=True), "complaint-to-us"),
        (replace(PLAIN, kinds=("question", "job")), "job"),
    ],
)
def test_the_shipped_scheme_decides(facts: Facts, expected: str) -> None:
    """Namesakes, doubtful abuse and posts of two kinds go where the design puts them; a strong kind is never hidden."""
    assert SHIPPED.rule_for(facts).id == expected


def test_all_that_ships_is_proven() -> None:
    """No claim about the shipped scheme is wrong: rules, answers, reasons, and every golden example by the real cues."""
    found = check(SHIPPED, House(), by_cues(Cues(LANGUAGES)))
    assert [one.said for one in found if one.good is False] == []


def test_every_shipped_rule_has_two_examples() -> None:
    """Each rule is shown by an example in Dutch and one in English at least."""
    shown = {(one.rule, one.lang) for one in SHIPPED.examples}
    assert shown >= {(rule.id, code) for rule in SHIPPED.rules for code in LANGUAGES}


@pytest.mark.parametrize("one", SHIPPED.rules, ids=lambda one: one.id)
def test_a_shipped_rule_speaks_both_languages(one: Rule) -> None:
    """Reason, channel and answer are there in Dutch and in English, or in neither; a reason and a name always."""
    for texts in (one.channel, one.answer, one.why):
        assert set(texts) in ({"nl", "en"}, set())
    assert set(one.why) == set(one.name) == {"nl", "en"}
    assert bool(one.answer) is one.reply


def test_answers_are_short_and_name_the_organisation() -> None:
    """Every sample answer fits into a post of 500 characters and is signed."""
    for text in (text for one in SHIPPED.rules for text in one.answer.values()):
        assert len(text) <= 400
        assert "{organisation}" in text


def test_advice_for_a_crisis_never_mixes_denying_with_the_rest() -> None:
    """Only a rumour is denied, in both languages."""
    assert SHIPPED.crisis is not None
    denying = [one.id for one in SHIPPED.crisis.advice if one.do["en"].startswith("Deny")]
    assert denying == ["rumour"]
    assert all({*one.when} == {*one.do} == {"nl", "en"} for one in SHIPPED.crisis.advice)


# --- When a rule holds ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("when", "holds", "fails"),
    [
        ({"kinds": ("question",)}, {"kinds": ("complaint", "question")}, {"kinds": ("complaint",)}),
        ({"facets": ("company",)}, {"facet": "company"}, {"facet": "brand"}),
        ({"types": ("article",)}, {"type": "article"}, {"type": "comment"}),
        ({"sources": ("rss",)}, {"source": "rss"}, {"source": "reddit"}),
        ({"languages": ("nl",)}, {"language": "nl"}, {"language": None}),
        ({"addressed": True}, {"addressed": True}, {"addressed": False}),
        ({"addressed": False}, {"addressed": False}, {"addressed": True}),
        ({"relevance_below": 0.5}, {"relevance": 0.49}, {"relevance": 0.5}),
        ({"relevance_below": 0.5}, {"relevance": 0.0}, {"relevance": None}),
        ({"confidence_at_least": 0.8}, {"confidence": 0.8}, {"confidence": 0.79}),
        (
            {"kinds": ("question",), "confidence_at_least": 0.8},
            {"kinds": ("question", "job"), "confidence": 0.9},
            {"kinds": ("complaint", "question"), "confidence": 0.9},
        ),
    ],
)
def test_a_condition_holds_or_not(when: dict[str, Any], holds: dict[str, Any], fails: dict[str, Any]) -> None:
    """Each key of `when` asks for just what its name says; certainty is asked of the primary kind."""
    assert When(**when).holds(replace(PLAIN, **holds))
    assert not When(**when).holds(replace(PLAIN, **fails))


def test_a_rule_with_an_owner_is_flagged() -> None:
    """Who acts needs an owner and a deadline; what is left alone has neither; what is watched may have both."""
    for reaction in REACTIONS:
        owned = {"reaction": reaction, "owner": "webcare", "deadline": 60}
        if reaction in {*ACTED_ON, "monitor only"}:
            assert rule("a", **owned).flagged
        if reaction not in ACTED_ON:
            assert not rule("a", reaction=reaction).flagged
    with pytest.raises(ValueError, match="belong together"):
        rule("a", owner="webcare")


def test_texts_are_spoken_in_the_language_or_the_next_best() -> None:
    """The language asked for, else English, else any, with the organisation's name put in."""
    assert spoken({"nl": "Groet, {organisation}", "en": "x"}, "nl", "Lindeveer") == "Groet, Lindeveer"
    assert spoken({"nl": "a", "en": "b"}, "fr") == "b"
    assert spoken({"nl": "a"}, "fr") == "a"
    assert spoken({}, "nl") == ""


# --- What is proven ---------------------------------------------------------------------------------------

FEW: tuple[Kind, ...] = ("abuse", "complaint", "question", "other")
WHENS = st.builds(
    When,
    kinds=st.lists(st.sampled_from(FEW), unique=True, max_size=2).map(tuple),
    facets=st.lists(st.sampled_from(get_args(JudgedFacet)), unique=True, max_size=2).map(tuple),
    types=st.lists(st.sampled_from(get_args(PostType)), unique=True, max_size=1).map(tuple),
    sources=st.lists(st.sampled_from(["rss", "reddit"]), unique=True, max_size=1).map(tuple),
    languages=st.lists(st.sampled_from(["nl", "en"]), unique=True, max_size=1).map(tuple),
    addressed=st.sampled_from([None, None, True, False]),
    relevance_below=st.sampled_from([None, None, 0.3, 0.7]),
    confidence_at_least=st.sampled_from([None, None, 0.4, 0.8]),
).filter(lambda when: when != When())
SCHEMES = st.lists(WHENS, min_size=1, max_size=6).map(
    lambda whens: scheme(*(rule(f"r{at}", when=when) for at, when in enumerate(whens)))
)
HELD = [
    together
    for size in (1, 2, 3)
    for together in combinations(FEW, size)
    if together == ("other",) or "other" not in together
]
ANY = st.builds(
    Facts,
    kinds=st.sampled_from(HELD),
    facet=st.sampled_from(get_args(JudgedFacet)),
    type=st.sampled_from(get_args(PostType)),
    source=st.sampled_from(["rss", "reddit", "mastodon"]),
    language=st.sampled_from([None, "nl", "en", "fr"]),
    addressed=st.booleans(),
    relevance=st.sampled_from([None, 0.0, 0.3, 0.5, 0.7, 1.0]),
    confidence=st.sampled_from([0.0, 0.4, 0.6, 0.8, 1.0]),
)


@given(SCHEMES, st.lists(ANY, min_size=20, max_size=20))
def test_what_is_reached_was_proven(made: Scheme, tried: list[Facts]) -> None:
    """Whatever facts, also three kinds at once, reach a rule that the proof calls reached; all others it calls hidden."""
    proof = proven(made)
    assert {made.rule_for(facts).id for facts in tried} <= {*proof.reached}
    assert {*proof.reached, *proof.hidden} == {one.id for one in made.rules}


@given(SCHEMES)
def test_a_witness_reaches_its_rule(made: Scheme) -> None:
    """The facts that are shown for a rule reach it, and so do those shown for a kind."""
    proof = proven(made)
    for id_, facts in proof.reached.items():
        assert made.rule_for(facts).id == id_
    for kind, reached in proof.by_kind.items():
        assert reached
        for id_, facts in reached.items():
            assert facts.kinds == (kind,)
            assert made.rule_for(facts).id == id_


@pytest.mark.parametrize(
    ("first", "second", "hidden"),
    [
        ({"kinds": ("complaint", "question")}, {"kinds": ("question",)}, True),
        ({"kinds": ("complaint",), "addressed": True}, {"kinds": ("complaint",)}, False),
        ({"addressed": True}, {"addressed": True, "kinds": ("complaint",)}, True),
        ({"relevance_below": 0.5}, {"relevance_below": 0.3}, True),
        ({"relevance_below": 0.3}, {"relevance_below": 0.5}, False),
        ({"confidence_at_least": 0.3}, {"confidence_at_least": 0.5}, True),
        # certain complaints are taken, but not those that come second after something worse
        (
            {"kinds": ("complaint",), "confidence_at_least": 0.1},
            {"kinds": ("complaint",), "confidence_at_least": 0.5},
            True,
        ),
        ({"languages": ("nl",)}, {"languages": ("nl", "en")}, False),
        ({"sources": ("rss",)}, {"sources": ("rss",), "types": ("article",)}, True),
    ],
)
def test_a_hidden_rule_is_found(first: dict[str, Any], second: dict[str, Any], hidden: bool) -> None:
    """A rule that an earlier one leaves nothing is named, with the one that hides it."""
    found = check(scheme(rule("first", when=When(**first)), rule("second", when=When(**second))), House(), nothing)
    told = "second: never decides, since all it is for is taken by first; move or remove it"
    assert claims(found, "rules") == ([told] if hidden else [])


def test_two_rules_together_hide_a_third() -> None:
    """A rule that is hidden by several names them all."""
    found = check(
        scheme(
            rule("ours", when=When(kinds=("complaint",), addressed=True)),
            rule("others", when=When(kinds=("complaint",), addressed=False)),
            rule("all", when=When(kinds=("complaint",))),
        ),
        House(),
        nothing,
    )
    assert "taken by ours, others;" in claims(found, "rules")[0]


def test_no_fact_of_the_proof_is_an_ambassadors() -> None:
    """Brand and company are all that a rule can be reached by; a rule for both takes everything."""
    both = rule("both", when=When(facets=get_args(JudgedFacet)))
    assert get_args(JudgedFacet) == ("brand", "company")
    assert {*proven(scheme(both)).hidden} == {"rest"}


def test_a_large_scheme_is_proven_quickly() -> None:
    """A hundred rules that each ask for something else are proven; the masks stay few."""
    rules = [
        rule(f"r{at}", when=When(kinds=(KINDS[at % 15],), sources=(f"s{at}",), relevance_below=(at + 1) / 101))
        for at in range(100)
    ]
    proof = proven(scheme(*rules))
    assert len(proof.reached) == 101
    assert proof.combinations > 10_000_000


def test_every_role_must_exist() -> None:
    """A role that is nowhere is told once, with the rules that name it and what was meant."""
    assert missing_roles(SHIPPED, roles_of(SHIPPED)) == []
    (told,) = missing_roles(SHIPPED, {*roles_of(SHIPPED), "webcare-team"} - {"webcare-lead"})
    assert told.startswith("rule safety, rule fraud, rule abuse: the role webcare-lead is not in [roles]; did you mean")
    (told,) = missing_roles(SHIPPED, {*roles_of(SHIPPED)} - {"crisis-lead"})
    assert told.startswith("rule safety, crisis: the role crisis-lead")


def test_a_deadline_must_fit_the_owners_hours() -> None:
    """A deadline of more opening minutes than a year has is told, and a clock that never stops is not."""
    late = rule("late", when=When(addressed=True), reaction="answer", owner="webcare", deadline=400_000)
    always = late.model_copy(update={"id": "always", "clock": "always", "when": When(addressed=False)})
    found = check(scheme(late, always), House(roles={"webcare": WORKDAYS}), nothing)
    (told,) = claims(found, "deadlines")
    assert told.startswith("rule late: 400,000 opening minutes do not pass within a year")


def test_what_cannot_be_checked_is_said() -> None:
    """Without a configuration roles and deadlines are not checked, and without examples they are asked for."""
    found = check(scheme(rule("a", when=When(addressed=True))), House(), nothing)
    assert {one.what for one in found if one.good is None} == {"roles", "deadlines", "examples"}


def test_a_source_that_is_not_configured_is_told() -> None:
    """A rule for a misspelt source would silently hold for nothing."""
    found = check(scheme(rule("a", when=When(sources=("redit",)))), House(sources=("reddit", "rss")), nothing)
    assert claims(found, "sources") == ['a: when.sources: redit is not in [sources]; did you mean "reddit"?']


def test_a_missing_answer_is_named() -> None:
    """A rule that replies needs an answer in each of the organisation's languages, as far as they are nl and en."""
    replies = rule(
        "a", when=When(addressed=True), reaction="answer", owner="webcare", deadline=9, reply=True, answer={"nl": "Hoi"}
    )
    assert claims(check(scheme(replies), House(), nothing), "answers") == [
        "a: replies and has no answer.en; write one or set reply = false"
    ]
    assert claims(check(scheme(replies), House(languages=("nl", "de")), nothing), "answers") == []


def test_a_golden_example_that_goes_elsewhere_is_told() -> None:
    """An example that reaches another rule, or names none that exists, is told with what it read as, never its text."""
    told = {"rule": "a", "lang": "nl", "text": "Wanneer vaart de boot?"}
    made = scheme(rule("a", when=When(kinds=("complaint",))), examples=(told, told | {"rule": "b"}))
    found = claims(check(made, House(), by_cues(Cues(["nl"]))), "examples")
    assert found[0].startswith("example 1 of a: reaches rest, since it reads as question (")
    assert found[1] == "example 2 of b: there is no such rule; known are: a, rest"
    assert "boot" not in "".join(found)


def test_an_example_is_judged_as_a_post_is() -> None:
    """Articles are news whatever they say, personal data is found, and kinds stand in the order of severity."""
    judge = by_cues(Cues(["nl"]))
    article = Example(rule="news", lang="nl", text="Heel slechte service, waarom?", type="article")
    assert facts_of(article, judge(article)).kinds == ("news",)
    personal = Example(rule="x", lang="nl", text="Wanneer antwoorden jullie op reiziger@voorbeeld.example?")
    assert facts_of(personal, judge(personal)).kinds == ("personal-data", "question")
    nothing = Example(rule="x", lang="nl", text="De boot.")
    assert facts_of(nothing, judge(nothing)).kinds == ("other",)


# --- What another scheme would change ---------------------------------------------------------------------

OLD = scheme(rule("ours", when=When(kinds=("complaint",)), reaction="restore", owner="webcare", deadline=60))


def group(facts: Facts, mentions: int, *urls: str) -> Group:
    """Samples are as new as their address is late in the alphabet."""
    return Group(facts, mentions, [Sample("", url, NOW + timedelta(seconds=ord(url))) for url in urls])


def with_first(**more: Any) -> Scheme:
    """The old scheme, its first rule changed."""
    first, last = OLD.rules
    return OLD.model_copy(update={"rules": (first.model_copy(update=more), last)})


def test_a_transition_counts_what_moves() -> None:
    """Mentions that another rule takes are counted, with the newest over all groups, the largest transition first."""
    new = scheme(
        rule("ours", when=When(kinds=("complaint",), addressed=True), reaction="restore", owner="webcare", deadline=60),
        rule("ask", when=When(kinds=("question",))),
    )
    complaint, asked = replace(PLAIN, kinds=("complaint",)), replace(PLAIN, kinds=("question",))
    groups = [
        group(complaint, 3, "8", "2"),
        group(replace(complaint, source="rss"), 2, "4", "3"),
        group(replace(complaint, addressed=True), 5, "5"),
        group(asked, 7, "6"),
        group(PLAIN, 11, "7"),
    ]
    found = difference(OLD, new, groups)
    assert [(one.old.id, one.new.id, one.mentions) for one in found.transitions] == [
        ("rest", "ask", 7),
        ("ours", "rest", 5),
    ]
    assert [sample.url for sample in found.transitions[1].samples] == ["8", "4", "3"]
    assert (found.looked_at, found.changed) == (28, 5)  # to ask and to rest is the same for everybody


def test_a_rule_that_means_something_else_is_a_transition() -> None:
    """The same rule with another deadline, channel or answer counts; another reason does not."""
    later, reworded = with_first(deadline=30), with_first(why={"nl": "Anders."})
    groups = [group(replace(PLAIN, kinds=("complaint",)), 3)]
    (moved,) = difference(OLD, later, groups).transitions
    assert changes(moved.old, moved.new) == ["deadline 60 min opening -> 30 min opening"]
    assert difference(OLD, reworded, groups).transitions == ()
    texts = {"channel": {"nl": "per brief"}, "answer": {"nl": "Hoi"}, "reply": True}
    (moved,) = difference(OLD, with_first(**texts), groups).transitions
    assert changes(moved.old, moved.new) == ["reply no -> yes", "channel", "answer text"]


def test_a_rule_of_another_name_alone_treats_nothing_otherwise() -> None:
    """A renamed rule is shown, as only that, and its mentions are not counted as treated otherwise."""
    found = difference(OLD, with_first(id="theirs"), [group(replace(PLAIN, kinds=("complaint",)), 3)])
    (moved,) = found.transitions
    assert changes(moved.old, moved.new) == ["only the name"]
    assert (moved.mentions, found.changed) == (3, 0)


def test_ambassadors_are_in_no_difference_and_no_count() -> None:
    """What ambassadors posted is not looked at, counted or shown."""
    theirs = [group(replace(PLAIN, facet="ambassador"), 9, "x")]
    found = difference(OLD, SHIPPED, theirs)
    assert (found.looked_at, found.transitions) == (0, ())
    assert set(counted(SHIPPED, theirs).values()) == {0}


@given(SCHEMES, SCHEMES, st.lists(st.tuples(ANY, st.integers(1, 9)), max_size=12))
def test_nothing_is_lost_between_two_schemes(old: Scheme, new: Scheme, told: list[tuple[Facts, int]]) -> None:
    """Counts over all rules add up to what was looked at, and no scheme differs from itself."""
    groups = [group(facts, mentions) for facts, mentions in told]
    found = difference(old, new, groups)
    assert sum(counted(new, groups).values()) == found.looked_at >= found.changed
    assert difference(old, old, groups).transitions == ()
