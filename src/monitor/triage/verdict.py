"""Document and mention -> Verdict: kinds, relevance and sentiment by what its words tell, reaction by the scheme.

    document -> Cues.read -> Model.judge where there is one -> Facts -> Scheme.rule_for -> due by the owner's clock

The whole text is judged, in memory, before only an excerpt is kept. News articles speak about the organisation, not
to it, so questions and complaints in them are not the organisation's to answer: they are news, by rule. An
ambassador's post is never judged, for kind or sentiment, and goes to nobody's queue.
"""

import logging
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

from monitor import personal
from monitor.errors import ConfigError
from monitor.model import KINDS, NOWHERE, Document, Facet, Kind, Match, Mention, Reason, Sentiment, Verdict
from monitor.triage.cues import Cues, Reading
from monitor.triage.hours import ALWAYS, OpeningHours
from monitor.triage.labels import SentimentLabel
from monitor.triage.relevance import Relevance
from monitor.triage.roles import Roles
from monitor.triage.scheme import Facts, Rule, Scheme, spoken
from monitor.triage.sentiment import guess

log = logging.getLogger("monitor")
NEWS = Reason("news", "article", "", NOWHERE, by="rule", measured=1.0)
MOST_REASONS = 3  # per kind: evidence to read, not a concordance


class Judgement(Protocol):
    """What a model says of one text, of those kinds that it decides: their probabilities, which of them hold, and the
    words that weighed most: of which kind, and how much.
    """

    @property
    def kinds(self) -> Mapping[Kind, float]: ...
    @property
    def holding(self) -> Collection[Kind]: ...
    @property
    def needs(self) -> float | None: ...
    @property
    def sentiment(self) -> tuple[SentimentLabel, float] | None: ...
    @property
    def words(self) -> Sequence[tuple[str, str, float, tuple[int, int]]]: ...


class Model(Protocol):
    """What the classifier is to this chain; see `monitor.triage.classifier`."""

    @property
    def version(self) -> str: ...
    def judge(self, text: str, reading: Reading) -> Judgement: ...


class Guess(Protocol):
    """What a service elsewhere added about a doubtful post; see `monitor.endpoint`."""

    def added_to(self, held: Mapping[Kind, float]) -> Mapping[Kind, float]: ...
    @property
    def reasons(self) -> tuple[Reason, ...]: ...


@dataclass(frozen=True, slots=True)
class _Told:
    """What the words of a post tell, before the scheme is asked."""

    kinds: Mapping[Kind, float]
    reasons: tuple[Reason, ...] = ()
    needs: float | None = None
    sentiment: tuple[SentimentLabel, float] | None = None


@dataclass(frozen=True, slots=True)
class Triage:
    """Judges mentions for one organisation.

    `language` is the one its people read reasons in, `profiles` tell a query's namesakes apart by its name, `own` are
    addresses and numbers of the organisation, which are no customer's; without `model` the cues decide alone.
    """

    cues: Cues
    scheme: Scheme
    roles: Roles
    language: str = "en"
    profiles: Mapping[str, Relevance] = field(default_factory=dict)
    own: Collection[str] = ()
    model: Model | None = None

    def __post_init__(self) -> None:
        """Refuse deadlines that the owner's hours never reach, before anything is judged by them."""
        never = [
            rule
            for rule in self.scheme.rules
            if rule.owner and rule.counts_opening and not self._hours(rule).reaches(rule.deadline or 0)
        ]
        if never:
            raise ConfigError(
                *(
                    f"rule {rule.id}: {rule.deadline} opening minutes do not pass within a year; give more "
                    '[organisation] opening_hours in monitor.toml, a shorter deadline, or clock = "always"'
                    for rule in never
                )
            )

    def judge(
        self,
        mention: Mention,
        document: Document,
        matches: Sequence[Match],
        now: datetime,
        guess: Guess | None = None,
    ) -> Verdict:
        """The verdict on a mention. `document` and `matches` are what it was made of; deadlines run from `now`.

        A `guess` adds kinds to those that hold, and takes none away; nothing is added to an ambassador's post, nor to
        one that a strong cue has routed.
        """
        relevance = self._relevance(mention, document, matches)
        told = self._told(mention, document)
        if guess and mention.facet != "ambassador" and not is_routed(told.reasons):
            told = replace(told, kinds=guess.added_to(told.kinds), reasons=(*told.reasons, *guess.reasons))
        kinds = _ordered(told.kinds)
        facts = _facts(mention, kinds, told.kinds.get(kinds[0], 0.0), relevance)
        return self._verdict(self.scheme.rule_for(facts), facts, told, now)

    def _told(self, mention: Mention, document: Document) -> _Told:
        if mention.facet == "ambassador":
            return _Told({})
        if mention.type == "article":
            return _Told({"news": 1.0}, (NEWS,))
        return self.read(document.whole, document.language)

    def read(self, text: str, language: str | None = None) -> _Told:
        """What the words of a post tell: its kinds with their reasons, the need of a reaction, its sentiment."""
        reading = self.cues.read(text, language)
        judgement = self._asked(text, reading)
        kinds = _decided(judgement, reading) if judgement else dict(reading.kinds)
        reasons = [reason for kind in kinds for reason in reading.reasons(kind)]
        found = personal.find(text, self.own)
        if judgement:
            reasons += _of_model(judgement, text, [one.span for one in found])
        if found:
            kinds["personal-data"] = 1.0
            reasons += [Reason("personal-data", one.kind, "", one.span, "rule", 1.0) for one in found]
        needs, tone = reading.needs, None
        if judgement:
            needs, tone = reading.needs if judgement.needs is None else judgement.needs, judgement.sentiment
        return _Told(kinds, _telling(reasons), needs, guess(reading, tone))

    def _asked(self, text: str, reading: Reading) -> Judgement | None:
        """The model's judgement; a model that breaks costs its own word and not the post: the cues go on."""
        if self.model is None:
            return None
        try:
            return self.model.judge(text, reading)
        except Exception as error:  # noqa: BLE001 - a model is a file, whatever stands in it
            log.warning("the model %s could not judge (%s); the cues decided", self.model.version, type(error).__name__)
            return None

    def _relevance(self, mention: Mention, document: Document, matches: Sequence[Match]) -> float | None:
        """That of the query that is surest; None when a query's name is not ambiguous."""
        kept = {match.query for match in mention.matches}
        held = [match for match in matches if match.query in kept]
        if not held or any(match.query not in self.profiles for match in held):
            return None
        return max(self.profiles[match.query].probability(document.whole, match.spans) for match in held)

    def _verdict(self, rule: Rule, facts: Facts, told: _Told, now: datetime) -> Verdict:
        flagged = rule.flagged and facts.facet != "ambassador"
        due = self.due(rule, now) if flagged else None
        return Verdict(
            kinds=facts.kinds,
            rule=rule.id,
            reaction=rule.reaction,
            flagged=flagged,
            owner=rule.owner if flagged else None,
            due=due,
            orange=self._hours(rule).orange(now, due) if due else None,
            channel=spoken(rule.channel, self.language),
            why=spoken(rule.why, self.language),
            reasons=told.reasons,
            reply=rule.reply and flagged,
            sentiment=_sentiment(facts.facet, told.sentiment),
            scores=told.kinds,
            needs=told.needs,
            relevance=facts.relevance,
            scheme=self.scheme.version,
            model=self.model.version if self.model and told.sentiment else None,
        )

    def due(self, rule: Rule, start: datetime) -> datetime | None:
        """Before when the rule's owner is to act, UTC; None when nobody is."""
        return self._hours(rule).due(start, rule.deadline) if rule.owner and rule.deadline else None

    def _hours(self, rule: Rule) -> OpeningHours:
        return self.roles.named[str(rule.owner)].hours if rule.clock == "opening" else ALWAYS


def is_routed(reasons: Sequence[Reason]) -> bool:
    """True when a strong cue says where a mention goes."""
    return any(reason.by == "strong" for reason in reasons)


def _ordered(kinds: Mapping[Kind, float]) -> tuple[Kind, ...]:
    """The kinds that hold, the most severe first."""
    return tuple(kind for kind in KINDS if kind in kinds) or ("other",)


def _telling(reasons: Sequence[Reason]) -> tuple[Reason, ...]:
    """The reasons that say most: per kind, the most severe first, its surest; the same words once.

    A customer's data is not said again: only where it stands.
    """
    surest = sorted(reasons, key=lambda one: (KINDS.index(one.kind), one.by != "strong"))
    once = {(one.kind, one.text.casefold() or one.span): one for one in reversed(surest)}
    left: Counter[Kind] = Counter()
    told: list[Reason] = []
    for one in surest:
        if once.get((one.kind, one.text.casefold() or one.span)) is one and left[one.kind] < MOST_REASONS:
            left[one.kind] += 1
            told.append(replace(one, text="") if one.kind == "personal-data" else one)
    return tuple(told)


def _facts(mention: Mention, kinds: tuple[Kind, ...], confidence: float, relevance: float | None) -> Facts:
    return Facts(
        kinds=kinds,
        facet=mention.facet,
        type=mention.type,
        source=mention.source,
        language=mention.language,
        addressed=mention.addressed,
        relevance=relevance,
        confidence=confidence,
    )


def _decided(judgement: Judgement, reading: Reading) -> dict[Kind, float]:
    """The kinds that hold: the model's where it decides, else the cues'; a strong cue holds whatever the model says."""
    strong = {hit.kind for hit in reading.hits if hit.tier == "strong"}
    by_cues = {kind: p for kind, p in reading.kinds.items() if kind in strong or kind not in judgement.kinds}
    return by_cues | {kind: max(judgement.kinds[kind], by_cues.get(kind, 0.0)) for kind in judgement.holding}


def _of_model(judgement: Judgement, text: str, hidden: Sequence[tuple[int, int]]) -> list[Reason]:
    """The words that weighed most in the model, for the kinds that hold; none that could name or reach somebody."""
    return [
        Reason(kind, word, text[slice(*span)], span, "model", judgement.kinds[kind])
        for kind in judgement.holding
        for of, word, _, span in judgement.words
        if of == kind and _says_nothing_of_a_person(word, span, hidden)
    ]


def _says_nothing_of_a_person(word: str, span: tuple[int, int], hidden: Sequence[tuple[int, int]]) -> bool:
    plain = not word.startswith("@") and "/" not in word and not any(letter.isdigit() for letter in word)
    return plain and not any(start < span[1] and span[0] < stop for start, stop in hidden)


def _sentiment(facet: Facet, told: tuple[SentimentLabel, float] | None) -> Sentiment | None:
    return Sentiment(facet, *told) if told and facet != "ambassador" else None
