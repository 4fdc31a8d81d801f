"""The reaction scheme as data: rules in order, first match wins."""

import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from monitor.errors import ConfigError
from monitor.model import Kind

MOST_MINUTES = 60 * 24 * 365  # a year: what takes longer is no deadline


class Rule(BaseModel):
    """One rule. `deadline` in minutes; a flagged rule has an owner and a deadline."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(min_length=1)
    kinds: tuple[Kind, ...] = ()
    flagged: bool
    reaction: str = Field(min_length=1)
    owner: str | None = Field(None, min_length=1)
    deadline: int | None = Field(None, gt=0, le=MOST_MINUTES)
    clock: Literal["opening", "always"] = "opening"
    channel: str = ""
    why: dict[str, str] = Field(min_length=1)

    @property
    def counts_opening(self) -> bool:
        """True when its deadline passes in opening hours only."""
        return self.deadline is not None and self.clock == "opening"

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.flagged and (self.owner is None or self.deadline is None):
            raise ValueError("it asks for an action: give it an owner and a deadline")
        return self


class Scheme(BaseModel):
    """All rules. The last one takes everything, so each mention reaches exactly one."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: Literal[1] = 1
    rules: tuple[Rule, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _total(self) -> Self:
        *others, last = self.rules
        if last.kinds or any(not rule.kinds for rule in others):
            raise ValueError("exactly the last rule has no kinds, since it takes what is left: move or add it")
        if len({rule.id for rule in self.rules}) < len(self.rules):
            raise ValueError("two rules have the same id: rename one")
        taken: set[Kind] = set()
        for rule in others:
            if taken.issuperset(rule.kinds):
                raise ValueError(
                    f"rule {rule.id} never decides, since rules before it take its kinds: move or remove it"
                )
            taken.update(rule.kinds)
        return self

    def rule_for(self, kinds: tuple[Kind, ...]) -> Rule:
        """The first rule that is for one of `kinds`."""
        return next(rule for rule in self.rules if not rule.kinds or {*rule.kinds} & {*kinds})


def read_scheme(path: Path | None = None) -> Scheme:
    """The scheme in `path`, or the one that ships; raises ConfigError with the file, the rule and the cure."""
    source = path or files("monitor.triage").joinpath("scheme.toml")
    try:
        table = tomllib.loads(source.read_text("utf-8"))
        return Scheme.model_validate(table)
    except FileNotFoundError as error:
        raise ConfigError(f"{path}: not found; correct [paths] scheme in monitor.toml, or leave it out") from error
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read as UTF-8 text; check [paths] scheme in monitor.toml") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: not valid TOML: {error}") from error
    except ValidationError as error:
        faults = error.errors(include_url=False, include_input=False)
        raise ConfigError(*(f"{path}: {_told(fault, table)}" for fault in faults)) from error


def _told(fault: Any, table: dict[str, Any]) -> str:
    """`rule complaint: kinds 1: Input should be ...`: what is wrong, at which rule and key."""
    place, message = list(fault["loc"]), str(fault["msg"]).removeprefix("Value error, ")
    cures = {"extra_forbidden": "unknown key; remove it", "missing": "is missing; add it"}
    names: list[str] = []
    if place[:1] == ["rules"] and len(place) > 1:
        rule = table["rules"][place[1]]
        names = [f"rule {rule.get('id', place[1] + 1) if isinstance(rule, dict) else place[1] + 1}"]
        place = place[2:]
    names += [" ".join(str(part + 1) if isinstance(part, int) else part for part in place)] if place else []
    return ": ".join([*names, cures.get(fault["type"], message)])
