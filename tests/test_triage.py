"""The chain from a post to its verdict: kinds, relevance, sentiment, rule, owner and deadline."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

import pytest

from monitor.config.settings import Role
from monitor.errors import ConfigError
from monitor.model import Document, Kind, Match, Mention, Post, Reason, Sentiment, Verdict
from monitor.normalise import document
from monitor.privacy import Policy, Pseudonyms, admit
from monitor.privacy.gate import without_other_words
from monitor.query import Matcher, Query
from monitor.triage import Cues, OpeningHours, Relevance, Triage, read_roles, read_scheme
from monitor.triage.cues import Reading
from tests.storing import WHO

ZONE = ZoneInfo("Europe/Amsterdam")
NOW = datetime(2026, 11, 16, 8, tzinfo=UTC)  # a Monday, 9:00 in Amsterdam
OFFICE = {day: (time(9), time(17, 30)) for day in ("mon", "tue", "wed", "thu", "fri")}
BOTH = Cues(["nl", "en"])
HOURS = OpeningHours(ZONE, OFFICE)
ROLES = read_roles({name: Role(who=f"{name}@lindeveer.example") for name in WHO}, HOURS)
JOINED = Policy(Pseudonyms(b"k", 2026), ambassadors=frozenset({"mastodon:a@a.example"}))


def triage(**change: Any) -> Triage:
    parts: dict[str, Any] = {"cues": BOTH, "scheme": read_scheme(), "roles": ROLES, "language": "en"}
    return Triage(**parts | change)


@dataclass(frozen=True)
class Held:
    """A post that passed the gate."""

    mention: Mention
    document: Document
    matches: tuple[Match, ...]

    def verdict(self, judge: Triage | None = None) -> Verdict:
        return (judge or triage()).judge(self.mention, self.document, self.matches, NOW)


def held(text: str, policy: Policy | None = None, **change: Any) -> Held:
    post = Post(
        "mastodon", "#x", "1", "https://a.example/1", "post", "timeline", body=text, markup="text", author="a@a.example"
    )
    found = document(replace(post, **change), NOW)
    matches = Matcher([Query("merk", "brand", "lindeveer")]).match(found, NOW)
    made = admit(found, matches, policy or Policy(Pseudonyms(b"k", 2026)), NOW)
    assert isinstance(made, Mention)
    return Held(made, found, matches)


def judged(text: str, judge: Triage | None = None, policy: Policy | None = None, **change: Any) -> Verdict:
    return held(text, policy, **change).verdict(judge)


@pytest.mark.parametrize(
    ("text", "rule", "owner"),
    [
        ("Lindeveer: ik ben journalist en schrijf een artikel, alles is kapot. Bedankt.", "press", "spokesperson"),
        ("Lindeveer: mijn kaartje werkt niet, hoe kan dat? Bedankt.", "complaint-to-us", "webcare"),
        ("Lindeveer: hoe laat gaat de laatste pont?", "question", "webcare"),
        ("Lindeveer: bedankt voor de snelle hulp!", "compliment", "webcare"),
        ("Lindeveer vaart.", "let-stand", None),
    ],
)
def test_the_first_rule_decides(text: str, rule: str, owner: str | None) -> None:
    """All kinds are told, and the scheme's first rule for one of them says who acts."""
    verdict = judged(text, addressed=True)
    assert (verdict.rule, verdict.owner, verdict.flagged) == (rule, owner, owner is not None)
    assert (verdict.due is None) is (verdict.orange is None) is (owner is None)
    assert set(verdict.kinds) == (set(BOTH.read(text).kinds) or {"other"})
    assert verdict.scheme == read_scheme().version


def test_several_kinds_hold_and_the_most_severe_leads() -> None:
    """A complaint that asks something is both, told as a complaint, each with reasons and a probability."""
    verdict = judged("Lindeveer, mijn kaartje werkt niet. Hoe kan dat?")
    assert verdict.kinds == ("complaint", "question")
    assert {reason.kind for reason in verdict.reasons} == set(verdict.scores) == {"complaint", "question"}


def test_articles_are_news_by_rule() -> None:
    """A news article speaks about the organisation, not to it: it is news, has no sentiment and goes to no queue."""
    verdict = judged("Lindeveer kapot? Bedankt, zegt de woordvoerder.", type="article", found="feed")
    assert (verdict.kinds, verdict.flagged, verdict.sentiment) == (("news",), False, None)
    assert [(reason.by, reason.cue) for reason in verdict.reasons] == [("rule", "article")]


def test_ambassadors_are_not_judged() -> None:
    """An ambassador's post has no kind, no sentiment, no need, and goes to nobody's queue, whatever it says."""
    verdict = judged("Lindeveer is kapot, hoe kan dat?", policy=JOINED, found="account")
    assert (verdict.kinds, verdict.flagged, verdict.reasons, verdict.due) == (("other",), False, (), None)
    assert (verdict.sentiment, verdict.needs, verdict.model, dict(verdict.scores)) == (None, None, None, {})


def test_ambassadors_are_in_no_queue_under_any_scheme(tmp_path: Path) -> None:
    """Not even a scheme whose last rule flags everything puts an ambassador's post into a queue."""
    scheme = tmp_path / "scheme.toml"
    scheme.write_text(
        'version = 2\n[[rules]]\nid = "all"\nreaction = "answer"\nowner = "webcare"\ndeadline = 5\nwhy.en = "All."\n'
    )
    everything = triage(scheme=read_scheme(scheme))
    assert judged("Lindeveer vaart", everything).flagged
    mine = judged("Lindeveer vaart", everything, policy=JOINED, found="account")
    assert (mine.flagged, mine.owner, mine.due) == (False, None, None)


def test_the_whole_text_is_judged() -> None:
    """A complaint far beyond what is kept as an excerpt is still heard, and its words are not kept."""
    post = held(f"Lindeveer {'woord ' * 500} mijn kaartje werkt niet")
    verdict = post.verdict()
    kept = without_other_words(verdict, post.mention, post.document, post.matches)
    assert verdict.kinds == ("complaint",)
    assert "werkt niet" in {reason.text for reason in verdict.reasons}
    assert {(reason.text, reason.span) for reason in kept.reasons} == {("", (0, 0))}


def test_kept_evidence_stands_where_it_says() -> None:
    """The spans of what is kept count in the mention's own title and excerpt, however far they moved."""
    post = held(f"{'woord ' * 300} Lindeveer, het kaartje werkt niet, {'en ' * 300}", title="Vraag over de boot?")
    kept = without_other_words(post.verdict(), post.mention, post.document, post.matches)
    whole = post.mention.whole
    assert {reason.text for reason in kept.reasons} >= {"werkt niet", "?"}
    assert all(whole[slice(*reason.span)] == reason.text for reason in kept.reasons if reason.text)


@pytest.mark.parametrize(("language", "begins"), [("nl", "Een klacht"), ("en", "A complaint"), ("fr", "A complaint")])
def test_the_reason_is_told_in_the_organisations_language(language: str, begins: str) -> None:
    """The rule's reason is given in the language asked for, else in English."""
    assert judged("Lindeveer, alles kapot, werkt niet", triage(language=language)).why.startswith(begins)


def test_the_owners_hours_count() -> None:
    """A deadline in opening hours counts those of the role that owns it."""
    late = {day: (time(12), time(20)) for day in OFFICE}
    own = {name: Role(who="w@lindeveer.example", hours=late if name == "webcare" else None) for name in WHO}
    verdict = judged("Lindeveer: hoe laat gaat de laatste pont?", triage(roles=read_roles(own, HOURS)))
    assert verdict.due is not None
    assert verdict.due.astimezone(ZONE) == datetime(2026, 11, 16, 14, tzinfo=ZONE)


def test_deadlines_that_never_come_are_refused() -> None:
    """Hours that are too few for a rule's deadline are refused before anything is judged by them."""
    short = OpeningHours(ZONE, {"mon": (time(9), time(9, 1))})
    with pytest.raises(ConfigError, match="opening minutes do not pass within a year"):
        triage(roles=read_roles({name: Role(who="w@lindeveer.example") for name in WHO}, short))


@pytest.mark.parametrize(
    ("text", "rule"), [("De kat ving een lindeveer", "not-us"), ("Lindeveer, de pont vaart niet meer?", "question")]
)
def test_namesakes_are_let_stand(text: str, rule: str) -> None:
    """What is about the namesake of an ambiguous name is let stand, whatever it asks; the probability is told."""
    profile = Relevance(names=("Lindeveer",), context=("pont",), anti=("kat",))
    verdict = judged(text, triage(profiles={"merk": profile}))
    assert (verdict.rule, (verdict.relevance or 1) < 0.2) == (rule, rule == "not-us")


def test_an_unambiguous_name_has_no_probability() -> None:
    """Without a profile nothing is guessed about whom a mention means."""
    assert judged("De kat ving een lindeveer").relevance is None


def test_a_customers_data_in_public_is_seen() -> None:
    """A telephone number makes a post personal data, by rule; the organisation's own address does not."""
    mine = triage(own=("webcare@lindeveer.example",))
    verdict = judged("Lindeveer, bel me op 06-12345678", mine)
    assert (verdict.kinds[0], verdict.rule) == ("personal-data", "personal-data")
    assert ("rule", "phone") in {(reason.by, reason.cue) for reason in verdict.reasons}
    assert {reason.text for reason in verdict.reasons if reason.kind == "personal-data"} == {""}
    assert "personal-data" not in judged("Mail Lindeveer op webcare@lindeveer.example", mine).kinds


@dataclass(frozen=True)
class Told:
    """What a model that always says the same says."""

    kinds: Mapping[Kind, float]
    holding: frozenset[Kind] = frozenset()
    needs: float | None = 0.9
    sentiment: tuple[Literal["negative", "neutral", "positive"], float] | None = ("negative", 0.8)
    words: Sequence[tuple[Kind | Literal["needs"], str, float, tuple[int, int]]] = ()


@dataclass(frozen=True)
class Parrot:
    """A model that always says the same, and notes what it was asked."""

    told: Told
    version: str = "abc"
    asked: list[str] = field(default_factory=list)

    def judge(self, text: str, reading: Reading) -> Told:
        self.asked.append(text)
        return self.told


def test_the_models_word_counts_and_is_told() -> None:
    """A model's kinds, need and sentiment are taken, with the words that weighed most and its version."""
    parrot = Parrot(
        Told(
            {"suggestion": 0.7, "complaint": 0.2},
            frozenset({"suggestion"}),
            words=(("suggestion", "vaart", 2.0, (10, 15)),),
        )
    )
    verdict = judged("Lindeveer vaart", triage(model=parrot))
    assert (verdict.kinds, verdict.rule, verdict.needs, verdict.model) == (("suggestion",), "suggestion", 0.9, "abc")
    assert verdict.sentiment == Sentiment("brand", "negative", 0.8)
    assert verdict.reasons == (Reason("suggestion", "vaart", "vaart", (10, 15), "model", 0.7),)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [("Lindeveer, het kaartje werkt niet", False), ("Lindeveer, ik ben journalist bij de krant", True)],
)
def test_a_model_overrules_cues_that_count_and_never_a_strong_one(text: str, complaint: bool) -> None:
    """Where a model decides a kind, weak cues for it step back; what a strong cue routes stays routed."""
    parrot = Parrot(Told({"complaint": 0.1, "press": 0.1}))
    assert judged(text, triage(model=parrot)).kinds == (("press",) if complaint else ("other",))


class Broken(Parrot):
    """A model that cannot judge."""

    def judge(self, text: str, reading: Reading) -> Told:
        raise TypeError(text)


def test_a_model_that_breaks_costs_no_post(caplog: pytest.LogCaptureFixture) -> None:
    """Where a model breaks the cues decide, and what is logged does not quote the post."""
    verdict = judged("Lindeveer, het kaartje werkt niet", triage(model=Broken(Told({}))))
    assert verdict.kinds == ("complaint",)
    assert "could not judge (TypeError)" in caplog.text
    assert "kaartje" not in caplog.text


def test_no_model_sees_an_ambassador() -> None:
    """A model is never asked about an ambassador's post, nor about an article."""
    parrot = Parrot(Told({"complaint": 0.9}))
    judge = triage(model=parrot)
    assert judged("Lindeveer kapot", judge, policy=JOINED, found="account").model is None
    assert judged("Lindeveer kapot", judge, type="article", found="feed").model is None
    assert parrot.asked == []
