"""The reaction scheme as data: rules in order, first match wins."""

import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from monitor.errors import ConfigError
from monitor.model import Kind


class Rule(BaseModel):
    """One rule. `deadline` in minutes; a flagged rule has an owner and a deadline."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    kinds: tuple[Kind, ...] = ()
    flagged: bool
    reaction: str
    owner: str | None = None
    deadline: int | None = Field(None, gt=0)
    clock: Literal["opening", "always"] = "opening"
    channel: str = ""
    why: dict[str, str]

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.flagged and (self.owner is None or self.deadline is None):
            raise ValueError(f"rule {self.id} asks for an action: give it an owner and a deadline")
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
            raise ValueError("exactly the last rule has no kinds: it takes what is left")
        if len({rule.id for rule in self.rules}) < len(self.rules):
            raise ValueError("two rules have the same id")
        return self

    def rule_for(self, kinds: tuple[Kind, ...]) -> Rule:
        """The first rule that is for one of `kinds`."""
        return next(rule for rule in self.rules if not rule.kinds or {*rule.kinds} & {*kinds})


def read_scheme(path: Path | None = None) -> Scheme:
    """The scheme in `path`, or the one that ships; raises ConfigError with the file, the rule and the cure."""
    source = path or files("monitor.triage").joinpath("scheme.toml")
    try:
        return Scheme.model_validate(tomllib.loads(source.read_text("utf-8")))
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read; check [paths] scheme in monitor.toml") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: {error}") from error
    except ValidationError as error:
        raise ConfigError(*(f"{path}: {'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())) from error
