"""The reaction scheme as data: rules in order, and the first that holds decides.

    kinds and facts of a mention -> rule 1 holds? -> rule 2 holds? -> ... -> the last rule, which takes what is left

There are no jumps, so no scheme can go round in a circle. What can be said of a whole scheme beyond its form is
proven by `monitor.triage.scheme.check`.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from monitor.errors import ConfigError
from monitor.model import Facet, Kind, PostType
from monitor.triage.crisis import Crisis
from monitor.triage.scheme.file import CODE, NAME, Source, scheme_table, shown, source_of, told

JudgedFacet = Literal["brand", "company"]  # ambassadors' posts are never judged, so no rule can ask for them
Reaction = Literal[
    "answer", "restore", "thank", "fix facts", "route", "monitor only", "let stand", "escalate", "drop"
]  # fmt: skip
REACTIONS: tuple[Reaction, ...] = get_args(Reaction)
LEFT_ALONE: frozenset[Reaction] = frozenset(("let stand", "drop"))  # nobody acts on these
ACTED_ON: frozenset[Reaction] = frozenset(REACTIONS) - LEFT_ALONE - {"monitor only"}
LANGUAGES = ("nl", "en")  # in which channels, answers and reasons are complete
PLACEHOLDERS = ("organisation",)
MOST_MINUTES = 60 * 24 * 365  # a year: what takes longer is no deadline
DEFAULT = "scheme.toml"  # the scheme that ships
CONFIGURED = "[paths] scheme in monitor.toml"
_IN_BRACES = re.compile(r"\{+[^{}]*\}+")


def _known_languages(texts: dict[str, str]) -> dict[str, str]:
    if wrong := [code for code in texts if not (len(code) == 2 and code.isascii() and code.islower())]:
        raise ValueError(f"{shown(wrong[0])!r} is no language; write two small letters, such as nl")
    if empty := [code for code, text in texts.items() if not text.strip()]:
        raise ValueError(f"{empty[0]} is empty; write it or leave it out")
    if odd := [code for code, text in texts.items() if not text.replace("\n", " ").isprintable()]:
        raise ValueError(f"{odd[0]} holds a control character; write it anew")
    return texts


def _known_placeholders(texts: dict[str, str]) -> dict[str, str]:
    for code, text in texts.items():
        # a placeholder is replaced just as it is written, so a format or a second brace would be shown to people
        if wrong := [one for one in _IN_BRACES.findall(text) if one[1:-1] not in PLACEHOLDERS]:
            raise ValueError(f"{code}: {shown(wrong[0])} is no placeholder; known is: {{organisation}}")
        if {"{", "}"} & set(_IN_BRACES.sub("", text)):
            raise ValueError(f"{code}: a brace stands alone; placeholders are written {{organisation}}")
    return texts


Texts = Annotated[dict[str, str], AfterValidator(_known_languages)]
Answers = Annotated[Texts, AfterValidator(_known_placeholders)]
Name = Annotated[str, Field(pattern=NAME)]
Code = Annotated[str, Field(pattern=CODE)]
Share = Annotated[float, Field(gt=0, le=1)]


@dataclass(frozen=True, slots=True)
class Facts:
    """What rules ask of a mention. `kinds` hold, in the order of severity: the first is the primary one.

    `relevance`: probability of being about the organisation, None when nothing could tell; `confidence`: that of
    the primary kind; `language`: None when unknown.
    """

    kinds: tuple[Kind, ...]
    facet: Facet
    type: PostType
    source: str
    language: str | None
    addressed: bool
    relevance: float | None = None
    confidence: float = 1.0


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class When(_Table):
    """When a rule holds: everything that is written must be so. What is left out is not asked."""

    kinds: tuple[Kind, ...] = Field((), description="One of these kinds holds.")
    facets: tuple[JudgedFacet, ...] = Field((), description="What it is about: brand or company.")
    types: tuple[PostType, ...] = Field((), description="What it is: article, post, comment or boost.")
    sources: tuple[Name, ...] = Field((), description="Where it was found, e.g. reddit.")
    languages: tuple[Code, ...] = Field((), description="Its language, two or three small letters.")
    addressed: bool | None = Field(None, description="Whether it speaks to one of the organisation's own accounts.")
    relevance_below: Share | None = Field(
        None, description="It is less probable than this that it is about the organisation and not its namesake."
    )
    confidence_at_least: Share | None = Field(
        None, description="The primary kind is one of these kinds, and at least so certain."
    )

    def holds(self, facts: Facts) -> bool:
        """True when all that is written is so."""
        return (
            self._kinds_hold(facts)
            and (not self.facets or facts.facet in self.facets)
            and (not self.types or facts.type in self.types)
            and (not self.sources or facts.source in self.sources)
            and (not self.languages or facts.language in self.languages)
            and (self.addressed is None or facts.addressed is self.addressed)
            and (self.relevance_below is None or _below(facts.relevance, self.relevance_below))
        )

    def _kinds_hold(self, facts: Facts) -> bool:
        """Certainty is known of the primary kind alone, so a rule that asks for it looks at no other."""
        if self.confidence_at_least is None:
            return not self.kinds or any(kind in self.kinds for kind in facts.kinds)
        primary = not self.kinds or facts.kinds[0] in self.kinds
        return primary and facts.confidence >= self.confidence_at_least


class Rule(_Table):
    """One rule: when it holds, and what is done then, by whom, before when and where."""

    id: Name = Field(description="Short and stable, for it stands beside every mention.")
    name: Texts = Field(default_factory=dict, description="How people call it, per language.")
    when: When = Field(When(), description="When it holds; the last rule has none, since it takes what is left.")
    reaction: Reaction = Field(description=f"One of {', '.join(REACTIONS)}.")
    owner: Name | None = Field(None, description="The role that acts; without one nobody does.")
    informs: tuple[Name, ...] = Field((), description="Roles that are told too.")
    deadline: int | None = Field(None, gt=0, le=MOST_MINUTES, description="Before when, in minutes.")
    clock: Literal["opening", "always"] = Field(
        "opening", description="Whether the deadline counts opening hours only, or round the clock."
    )
    channel: Texts = Field(default_factory=dict, description="Where to react, per language.")
    reply: bool = Field(False, description="Whether to reply in public.")
    answer: Answers = Field(default_factory=dict, description="The scenario answer, per language.")
    why: Texts = Field(min_length=1, description="The reason in plain words, per language.")

    @property
    def flagged(self) -> bool:
        """True when a person must act: then it has an owner and a deadline."""
        return self.owner is not None

    @property
    def counts_opening(self) -> bool:
        """True when its deadline passes in opening hours only."""
        return self.deadline is not None and self.clock == "opening"

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.reaction in ACTED_ON and (self.owner is None or self.deadline is None):
            raise ValueError(f'"{self.reaction}" asks for an action: give it an owner and a deadline')
        if self.reaction in LEFT_ALONE and (self.owner or self.deadline or self.reply):
            raise ValueError(f'"{self.reaction}" asks nothing of anybody: remove owner, deadline and reply')
        if (self.owner is None) != (self.deadline is None):
            raise ValueError("owner and deadline belong together: give both or neither")
        if self.answer and not self.reply:
            raise ValueError("it has an answer and gives none: write reply = true, or remove answer")
        return self


class Example(_Table):
    """A golden example: a text, and the rule that it must reach."""

    rule: Name = Field(description="The id of the rule that it must reach.")
    text: str = Field(min_length=3, repr=False, description="A made-up post.")
    lang: Code = Field(description="Its language.")
    addressed: bool = Field(True, description="Whether it speaks to one of the organisation's own accounts.")
    type: PostType = Field("post", description="What it is.")
    facet: JudgedFacet = Field("brand", description="What it is about: brand or company.")
    source: str = Field("mastodon", description="Where it was found.")
    relevance: Annotated[float, Field(ge=0, le=1)] | None = Field(
        None, description="Probability of being about the organisation; left out when nothing could tell."
    )


class Scheme(_Table):
    """All rules. The last one takes everything, so each mention reaches exactly one."""

    layout: Literal[2] = Field(alias="version", description="Of this file's layout: 2.")
    rules: tuple[Rule, ...] = Field(min_length=1, description="Tables [[rules]], in the order they are tried in.")
    crisis: Crisis | None = Field(None, description="The table [crisis]: when many at once are one crisis.")
    examples: tuple[Example, ...] = Field((), description="Tables [[examples]]: texts with the rule they must reach.")

    @cached_property
    def version(self) -> str:
        """16 hex digits of what it decides; examples, names and the file's dress do not count."""
        decides = self.model_dump(mode="json", exclude={"examples": True, "rules": {"__all__": {"name"}}})
        meaning = json.dumps(decides, sort_keys=True)
        return sha256(meaning.encode()).hexdigest()[:16]

    @model_validator(mode="after")
    def _total(self) -> Self:
        *others, last = self.rules
        if last.when != When() or any(rule.when == When() for rule in others):
            raise ValueError(
                "exactly the last rule is without `when`, since it takes what is left: move or add that rule"
            )
        ids = [rule.id for rule in self.rules]
        if twice := next((id_ for at, id_ in enumerate(ids) if id_ in ids[:at]), None):
            raise ValueError(f"two rules are called {twice}: rename one")
        return self

    def rule_for(self, facts: Facts) -> Rule:
        """The first rule that holds."""
        return next(rule for rule in self.rules if rule.when.holds(facts))


def read_scheme(path: Path | None = None, named: str = CONFIGURED) -> Scheme:
    """The scheme in `path` (TOML, or YAML by its suffix), or the one that ships.

    `named`: what to correct when the file is not there. Raises ConfigError with a line per fault: file, rule, key,
    cure.
    """
    source = source_of(path, DEFAULT, named)
    return scheme_of(source, scheme_table(source))


def scheme_of(source: Source, table: dict[str, Any]) -> Scheme:
    """The scheme that a table says; raises ConfigError with a line per fault."""
    try:
        return Scheme.model_validate(table)
    except ValidationError as error:
        raise ConfigError(*told(error, source, table, Scheme)) from error


def spoken(texts: Mapping[str, str], language: str, organisation: str = "") -> str:
    """The text in `language`, else in English, else in any; with the organisation's name put in; "" when none."""
    text = texts.get(language) or texts.get("en") or next(iter(texts.values()), "")
    return text.replace("{organisation}", organisation) if organisation else text


def roles_of(scheme: Scheme) -> dict[str, list[str]]:
    """Every role that the scheme names -> the rules that name it, `crisis` among them; in the scheme's order."""
    named: dict[str, list[str]] = {}
    for rule in scheme.rules:
        _note(named, rule.id, filter(None, (rule.owner, *rule.informs)))
    if scheme.crisis:
        _note(named, "crisis", (scheme.crisis.lead,))
    return named


def _note(named: dict[str, list[str]], rule: str, roles: Iterable[str]) -> None:
    for role in dict.fromkeys(roles):
        named.setdefault(role, []).append(rule)


def _below(relevance: float | None, most: float) -> bool:
    return relevance is not None and relevance < most
