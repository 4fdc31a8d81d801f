"""Who does what: the roles of monitor.toml as values, each with its hours and the chain of its deputies.

[roles.webcare] --deputy--> [roles.desk] --deputy--> [roles.director]
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time
from difflib import get_close_matches
from typing import Protocol

from monitor.errors import ConfigError
from monitor.triage.hours import OpeningHours

Week = Mapping[str, tuple[time, time]]


class Written(Protocol):
    """A table `[roles.NAME]` as the configuration holds it."""

    @property
    def who(self) -> str: ...
    @property
    def hours(self) -> Week | None: ...
    @property
    def deputy(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Role:
    """A task that somebody has. `who` is a person or a mailbox, `deputy` the role that acts when this one cannot."""

    name: str
    who: str
    hours: OpeningHours
    deputy: str | None = None


@dataclass(frozen=True, slots=True)
class Roles:
    """The who-does-what table, in which every chain of deputies ends."""

    named: Mapping[str, Role]

    def __contains__(self, name: object) -> bool:
        return name in self.named

    def role(self, name: str, asked: str) -> Role:
        """The role of that name; `asked` says where it was named. Raises ConfigError when there is none."""
        if name not in self.named:
            raise ConfigError(f"{asked}: there is no role {name!r}; {_cure(name, self.named)}")
        return self.named[name]

    def chain(self, name: str) -> Iterator[Role]:
        """The role, its deputy, the deputy's deputy and so on."""
        following: str | None = name
        while following is not None:
            yield self.named[following]
            following = self.named[following].deputy

    def on_duty(self, name: str, moment: datetime) -> Role:
        """Who acts at that moment: the first of the chain that is at work; the role itself when nobody is."""
        return next((role for role in self.chain(name) if role.hours.open_at(moment)), self.named[name])


def read_roles(tables: Mapping[str, Written], hours: OpeningHours, file: str = "monitor.toml") -> Roles:
    """The roles in the configuration; `hours` are the organisation's.

    Raises ConfigError with every fault: an empty `who`, a deputy that does not exist, deputies in a circle.
    """
    faults = [f"{file}: [roles.{name}] {fault}" for name, table in tables.items() for fault in _faults(name, tables)]
    if faults:
        raise ConfigError(*faults)
    return Roles({name: _role(name, table, hours) for name, table in tables.items()})


def _role(name: str, table: Written, hours: OpeningHours) -> Role:
    own = hours if table.hours is None else replace(hours, week=table.hours)
    return Role(name, table.who.strip(), own, table.deputy)


def _faults(name: str, tables: Mapping[str, Written]) -> Iterator[str]:
    deputy = tables[name].deputy
    if not tables[name].who.strip():
        yield "who: is empty; name the person or the mailbox that acts"
    if deputy is not None and deputy not in tables:
        yield f"deputy: there is no role {deputy!r}; {_cure(deputy, tables)}"
    # a circle is told once, at the first of its roles
    if (circle := _circle(name, tables)) and name == min(circle):
        told = " -> ".join((*circle, name))
        yield f"deputy: {told} comes back to where it began; let one of them have no deputy"


def _circle(name: str, tables: Mapping[str, Written]) -> list[str]:
    """The roles from `name` on until it comes back to it; empty when it never does."""
    seen, following = [name], tables[name].deputy
    while following is not None and following in tables and following not in seen:
        seen.append(following)
        following = tables[following].deputy
    return seen if following == name else []


def _cure(name: str, known: Mapping[str, object]) -> str:
    if near := get_close_matches(name, known, n=1):
        return f"did you mean {near[0]!r}?"
    told = ", ".join(sorted(known))
    return f"known are: {told}" if told else f"add a table [roles.{name}] to monitor.toml"
