"""What the commands about cases need of the configuration: the queue, the scheme, who does what, and the hours.

No connector and no secret is asked for, so that a case is taken in a moment.
"""

import getpass
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from monitor.config.load import load
from monitor.errors import ConfigError
from monitor.normalise import visible
from monitor.store import Store
from monitor.store.cases import CRISIS
from monitor.triage.hours import ALWAYS, OpeningHours, opening_hours
from monitor.triage.roles import Roles, read_roles
from monitor.triage.scheme.rules import Rule, Scheme, read_scheme

LONGEST_NAME = 60  # characters
LONGEST_NOTE = 2_000
DEMO = b"# The demo's configuration: a made-up organisation"  # begins the monitor.toml that `monitor demo` writes


@dataclass(frozen=True, slots=True)
class Desk:
    """Where cases are worked on. `hours` are the organisation's, `language` is that of its people.

    `is_demo`: it is the demo's made-up organisation, whose world stands still where its run ended.
    """

    store: Store
    scheme: Scheme
    roles: Roles
    hours: OpeningHours
    language: str
    organisation: str
    is_demo: bool = False

    @classmethod
    def at(cls, config: Path) -> "Desk":
        """The desk of a configuration. Raises ConfigError."""
        settings = load(config)
        organisation, folder = settings.organisation, config.absolute().parent
        hours = opening_hours(organisation.timezone, organisation.opening_hours, organisation.holidays)
        own = settings.paths.scheme
        return cls(
            store=Store(folder / settings.paths.data),
            scheme=read_scheme(folder / own if own else None),
            roles=read_roles(settings.roles, hours, str(config)),
            hours=hours,
            language=organisation.languages[0],
            organisation=organisation.name,
            # a copy that was made one's own has another name, and a clock that goes
            is_demo=organisation.name == "Lindeveer" and DEMO in config.read_bytes(),
        )

    def now(self) -> datetime:
        """By the clock; in the demo when its run began, so that nothing there is late by months."""
        return (self.store.cases.began() if self.is_demo else None) or datetime.now(UTC)

    def rule(self, id_: str) -> Rule | None:
        """The scheme's rule of that name; None when the scheme has lost it since."""
        return next((rule for rule in self.scheme.rules if rule.id == id_), None)

    def who(self, owner: str, now: datetime) -> str:
        """The role, and who acts for it at that moment."""
        if owner not in self.roles:
            return owner
        acts = self.roles.on_duty(owner, now)
        return f"{owner} ({acts.who})" if acts.name == owner else f"{owner} (now {acts.name}: {acts.who})"

    def anew(self, case: str, now: datetime) -> tuple[datetime, datetime] | None:
        """Before when a case must be handled that begins again now, and its orange; None when no rule says so."""
        for standing in self.store.cases.standings(case_id=case):
            rule = self.scheme.crisis if standing.kind == CRISIS else self.rule(standing.rule)
            if rule is not None and rule.deadline is not None:
                clock = ALWAYS if rule.clock == "always" else self._hours_of(standing.owner)
                due = clock.due(now, rule.deadline)
                return due, clock.orange(now, due)
        return None

    def _hours_of(self, owner: str) -> OpeningHours:
        return self.roles.named[owner].hours if owner in self.roles else self.hours


def name_of(given: str | None) -> str:
    """Who is acting: the name that was given, else that of the login. Raises ConfigError."""
    name = (given or _login()).strip()
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise ConfigError(f"--as: a name of 1 to {LONGEST_NAME} letters is needed; give --as, or set MONITOR_USER")
    return name


def _login() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a process without a user's name
        return ""


def note_of(note: str | None, link: str | None = None) -> str | None:
    """What is written into the logbook, one line. Raises ConfigError for what is empty, too long, hidden or no link."""
    if note is not None and not note.strip():
        raise ConfigError("the note is empty; write down what happened")
    if note and (visible(note) != note or len(note.strip().splitlines()) > 1):
        raise ConfigError("the note holds a line break or a control character; write one line of plain text")
    if link is not None and not (urlsplit(link).scheme in ("http", "https") and link.isprintable()):
        raise ConfigError("--link: is no address; give one that begins with https://")
    told = "  ".join(filter(None, ((note or "").strip(), link)))
    if len(told) > LONGEST_NOTE:
        raise ConfigError(f"the note has {len(told):,} characters; {LONGEST_NOTE:,} fit in the logbook")
    return told or None
