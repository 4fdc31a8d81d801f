"""What is proven of a scheme before it decides anything: each claim a line, good or not.

every mention reaches exactly one rule    no rule is hidden        roles exist       deadlines can be kept
answers in the organisation's languages   placeholders are known   golden examples give their rule
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from monitor import personal
from monitor.errors import ConfigError
from monitor.model import KINDS, Kind
from monitor.triage.cues import Cues
from monitor.triage.hours import OpeningHours
from monitor.triage.scheme.file import nearest
from monitor.triage.scheme.proof import Proof, asked_for, in_words, proven
from monitor.triage.scheme.rules import LANGUAGES, PLACEHOLDERS, Example, Facts, Rule, Scheme, roles_of

CERTAIN = 1.0
Judge = Callable[[Example], Mapping[Kind, float]]  # a text -> its kinds with their confidence


@dataclass(frozen=True, slots=True)
class Finding:
    """A claim. `good` None: it could not be looked into; `what` the group it belongs to."""

    what: str
    good: bool | None
    said: str


@dataclass(frozen=True, slots=True)
class House:
    """What the organisation has that a scheme relies on; None for what is not known without its configuration.

    `hours`: role -> when it works.
    """

    languages: Sequence[str] = LANGUAGES
    roles: Mapping[str, OpeningHours] | None = None
    sources: Collection[str] | None = None


def check(scheme: Scheme, house: House, judge: Judge) -> list[Finding]:
    """Everything that can be proven, one claim each, the bad ones among them."""
    return [
        *_reaching(scheme),
        *_roles(scheme, house),
        *_deadlines(scheme, house),
        *_sources(scheme, house),
        *_answers(scheme, house.languages),
        *_examples(scheme, judge),
    ]


def by_cues(cues: Cues) -> Judge:
    """How the golden examples are judged: by the cues alone, and by what personal data stands in them."""

    def judge(example: Example) -> Mapping[Kind, float]:
        if example.type == "article":
            return {"news": CERTAIN}
        found: dict[Kind, float] = dict(cues.read(example.text, example.lang).kinds)
        if personal.find(example.text):
            found["personal-data"] = CERTAIN
        return found

    return judge


def facts_of(example: Example, kinds: Mapping[Kind, float]) -> Facts:
    """What the rules are asked about an example of these kinds."""
    held = tuple(kind for kind in KINDS if kind in kinds) or ("other",)
    return Facts(
        kinds=held,
        facet=example.facet,
        type=example.type,
        source=example.source,
        language=example.lang,
        addressed=example.addressed,
        relevance=example.relevance,
        confidence=kinds.get(held[0], CERTAIN),
    )


def missing_roles(scheme: Scheme, roles: Collection[str]) -> list[str]:
    """A message per role that the scheme names and `roles` lacks, with the rules that name it and the cure."""
    return [
        f"{', '.join(_placed(rules))}: the role {role} is not in [roles]; {nearest(role, sorted(roles))} "
        f'or add to monitor.toml: [roles.{role}] who = "..."'
        for role, rules in roles_of(scheme).items()
        if role not in roles
    ]


def late_deadlines(rules: Iterable[Rule], hours: Callable[[str], OpeningHours]) -> list[str]:
    """A message per rule whose opening minutes never pass within a year; `hours`: role -> when it works."""
    return [
        f"rule {rule.id}: {rule.deadline:,} opening minutes do not pass within a year; give {rule.owner} more hours in "
        'monitor.toml, a shorter deadline, or clock = "always"'
        for rule in rules
        if rule.counts_opening and not hours(rule.owner or "").reaches(rule.deadline or 0)
    ]


def _placed(rules: list[str]) -> list[str]:
    return [rule if rule == "crisis" else f"rule {rule}" for rule in rules]


def _reaching(scheme: Scheme) -> Iterator[Finding]:
    try:
        proof = proven(scheme)
    except ConfigError as error:
        yield Finding("rules", False, str(error))
        return
    asked = asked_for(scheme)
    told = f"each of {proof.combinations:,} combinations of {', '.join(_in_order(asked))} reaches exactly one rule"
    yield Finding("kinds", True, told)
    for kind, reached in proof.by_kind.items():
        yield Finding("kinds", True, f"{kind}: {', '.join(reached)}")
    yield from _rules(scheme, proof, asked)


def _rules(scheme: Scheme, proof: Proof, asked: Collection[str]) -> Iterator[Finding]:
    for rule in scheme.rules:
        if facts := proof.reached.get(rule.id):
            yield Finding("rules", True, f"{rule.id}: reached, e.g. by {in_words(facts, asked)}")
        elif hiders := proof.hidden[rule.id]:
            told = f"{rule.id}: never decides, since all it is for is taken by {', '.join(hiders)}; move or remove it"
            yield Finding("rules", False, told)
        else:
            yield Finding("rules", False, f"{rule.id}: holds for nothing; correct its `when` or remove it")


def _in_order(asked: Collection[str]) -> list[str]:
    return [
        name for name in ("kinds", "facet", "type", "source", "language", "addressed", "relevance") if name in asked
    ]


def _roles(scheme: Scheme, house: House) -> Iterator[Finding]:
    named = roles_of(scheme)
    if house.roles is None:
        yield Finding("roles", None, f"not checked without a configuration: {', '.join(named)}; give one with --config")
        return
    bad = missing_roles(scheme, house.roles)
    yield from (Finding("roles", False, message) for message in bad)
    if not bad:
        yield Finding("roles", True, f"all {len(named)} exist in [roles]: {', '.join(named)}")


def _deadlines(scheme: Scheme, house: House) -> Iterator[Finding]:
    if house.roles is None:
        yield Finding("deadlines", None, "not checked against opening hours without a configuration")
        return
    hours = house.roles
    counted = [rule for rule in scheme.rules if rule.counts_opening and rule.owner in hours]
    bad = late_deadlines(counted, hours.__getitem__)
    yield from (Finding("deadlines", False, message) for message in bad)
    if not bad:
        yield Finding("deadlines", True, f"{len(counted)} count opening hours, and their owners' hours reach them")


def _sources(scheme: Scheme, house: House) -> Iterator[Finding]:
    """A source that is misspelt would make its rule hold for nothing, and silently."""
    if house.sources is None:
        return
    for rule in scheme.rules:
        for source in rule.when.sources:
            if source not in house.sources:
                cure = nearest(source, sorted(house.sources))
                yield Finding("sources", False, f"{rule.id}: when.sources: {source} is not in [sources]; {cure}")


def _answers(scheme: Scheme, languages: Sequence[str]) -> Iterator[Finding]:
    wanted = [code for code in LANGUAGES if code in languages]
    replies = [rule for rule in scheme.rules if rule.reply]
    missing = [(rule, code) for rule in replies for code in wanted if code not in rule.answer]
    for rule, code in missing:
        yield Finding("answers", False, f"{rule.id}: replies and has no answer.{code}; write one or set reply = false")
    if not missing:
        yield Finding("answers", True, f"{len(replies)} rules reply, each with an answer in {' and '.join(wanted)}")
    unspoken = [(rule, code) for rule in scheme.rules for code in wanted if code not in rule.why]
    for rule, code in unspoken:
        yield Finding("reasons", False, f"{rule.id}: has no why.{code}; write one, for people read it beside each flag")
    if not unspoken:
        yield Finding("reasons", True, f"every rule says why in {' and '.join(wanted)}")
    # a scheme with others is refused when it is read
    yield Finding("placeholders", True, f"answers have no other than {', '.join(f'{{{one}}}' for one in PLACEHOLDERS)}")


def _examples(scheme: Scheme, judge: Judge) -> Iterator[Finding]:
    ids = [rule.id for rule in scheme.rules]
    wrong = 0
    for number, example in enumerate(scheme.examples, 1):
        if fault := _fault(scheme, example, judge, ids):
            wrong += 1
            yield Finding("examples", False, f"example {number} of {example.rule}: {fault}")
    if not scheme.examples:
        yield Finding("examples", None, "there are none; add [[examples]] with rule, text and lang")
    elif not wrong:
        yield Finding("examples", True, f"all {len(scheme.examples)} golden examples give the expected rule")


def _fault(scheme: Scheme, example: Example, judge: Judge, ids: list[str]) -> str:
    if example.rule not in ids:
        return f"there is no such rule; {nearest(example.rule, ids)}"
    facts = facts_of(example, judge(example))
    reached = scheme.rule_for(facts).id
    if reached == example.rule:
        return ""
    return (
        f"reaches {reached}, since it reads as {' and '.join(facts.kinds)} ({facts.confidence:.2f}); mend text or rule"
    )
