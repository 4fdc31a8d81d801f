"""What another scheme would change: stored facts, asked of both -> from which rule to which, how many, and a few.

    groups of equal facts -> old.rule_for, new.rule_for -> the same rule? unchanged : Transition

Nothing is judged again: kinds and certainty are those that are stored, so it is the schemes alone that differ.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from heapq import nlargest

from monitor.triage.scheme.rules import Facts, Rule, Scheme

SAMPLES = 3  # of each transition
ONLY_THE_NAME = ["only the name"]


@dataclass(frozen=True, slots=True)
class Sample:
    """One mention: what a person needs to look at it, and when it was first seen."""

    title: str = field(repr=False)
    url: str = field(repr=False)
    seen: datetime


@dataclass(frozen=True, slots=True)
class Group:
    """Stored mentions of the same facts, with the newest as samples."""

    facts: Facts
    mentions: int
    samples: Sequence[Sample] = ()


@dataclass(frozen=True, slots=True)
class Transition:
    """Mentions that one scheme gives one rule and the other another, or the same rule with another meaning."""

    old: Rule
    new: Rule
    mentions: int
    samples: tuple[Sample, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """All that was looked at, in mentions; the transitions with most first."""

    looked_at: int
    transitions: tuple[Transition, ...]

    @property
    def changed(self) -> int:
        """How many mentions would be treated otherwise; a rule that is only called otherwise treats none so."""
        return sum(one.mentions for one in self.transitions if changes(one.old, one.new) != ONLY_THE_NAME)


def difference(old: Scheme, new: Scheme, groups: Iterable[Group]) -> Difference:
    """How the stored mentions would change from one scheme to the other; ambassadors' are never among them."""
    looked_at = 0
    moved: dict[tuple[str, str], list[Group]] = {}
    rules: dict[tuple[str, str], tuple[Rule, Rule]] = {}
    for group in groups:
        if group.facts.facet == "ambassador":
            continue
        looked_at += group.mentions
        before, after = old.rule_for(group.facts), new.rule_for(group.facts)
        if _acted(before) != _acted(after):
            key = before.id, after.id
            moved.setdefault(key, []).append(group)
            rules[key] = before, after
    transitions = (_transition(*rules[key], moved[key]) for key in moved)
    return Difference(looked_at, tuple(sorted(transitions, key=lambda one: -one.mentions)))


def changes(old: Rule, new: Rule) -> list[str]:
    """What is otherwise, in words: `owner webcare -> security`, `reply no -> yes`, `channel`; or only the name."""
    pairs = {
        "reaction": (old.reaction, new.reaction),
        "owner": (old.owner or "nobody", new.owner or "nobody"),
        "informs": (_named(old), _named(new)),
        "deadline": (_deadline(old), _deadline(new)),
        "reply": (_yes(old.reply), _yes(new.reply)),
    }
    told = [f"{name} {before} -> {after}" for name, (before, after) in pairs.items() if before != after]
    texts = {"channel": old.channel != new.channel, "answer text": old.answer != new.answer}  # too long to be shown
    return [*told, *(name for name, other in texts.items() if other)] or ONLY_THE_NAME


def thresholds(*schemes: Scheme) -> tuple[list[float], list[float]]:
    """Every probability at which a rule of theirs changes its mind: of relevance, and of certainty."""
    whens = [rule.when for scheme in schemes for rule in scheme.rules]
    relevances = {when.relevance_below for when in whens if when.relevance_below is not None}
    confidences = {when.confidence_at_least for when in whens if when.confidence_at_least is not None}
    return sorted(relevances), sorted(confidences)


def counted(scheme: Scheme, groups: Iterable[Group]) -> dict[str, int]:
    """How many stored mentions reach each rule; 0 for those that none does."""
    counts = dict.fromkeys((rule.id for rule in scheme.rules), 0)
    for group in groups:
        if group.facts.facet != "ambassador":
            counts[scheme.rule_for(group.facts).id] += group.mentions
    return counts


def _transition(old: Rule, new: Rule, groups: Sequence[Group]) -> Transition:
    samples = (sample for group in groups for sample in group.samples)
    newest = nlargest(SAMPLES, samples, key=lambda sample: sample.seen)
    return Transition(old, new, sum(group.mentions for group in groups), tuple(newest))


def _acted(rule: Rule) -> tuple[object, ...]:
    """What makes two rules the same to those who work by them; the reason may differ."""
    texts = rule.channel, rule.answer
    return rule.id, rule.reaction, rule.owner, rule.informs, rule.deadline, rule.clock, rule.reply, *texts


def _named(rule: Rule) -> str:
    return ", ".join(rule.informs) or "nobody"


def _deadline(rule: Rule) -> str:
    return "none" if rule.deadline is None else f"{rule.deadline} min {rule.clock}"


def _yes(reply: bool) -> str:
    return "yes" if reply else "no"
