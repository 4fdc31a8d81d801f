"""monitor.toml and the environment -> everything a run needs, checked before the first request."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from zoneinfo import ZoneInfo

from monitor.config import Secrets, Settings
from monitor.config.load import Faults, Written, read, settings_of
from monitor.config.secrets import read_secrets
from monitor.connector import Connector
from monitor.consents import check_ambassadors, check_consents
from monitor.endpoint import Budget, Endpoint, gate_for
from monitor.endpoint import check as check_endpoint
from monitor.errors import ConfigError
from monitor.privacy import Policy, Pseudonyms
from monitor.queries import Checked, check_queries, check_rules, matcher_of
from monitor.query import Matcher
from monitor.registry import connect, user_agent
from monitor.store import Asked, Store
from monitor.triage import Cues, Relevance, Roles, Scheme, Triage, read_roles, read_scheme
from monitor.triage.classifier import LEARN
from monitor.triage.hours import opening_hours
from monitor.triage.scheme.check import missing_roles
from monitor.triage.verdict import Model

AMBASSADORS_SHOWN_FROM = 5  # people; a figure about fewer says something about somebody
SHORTEST_KEY = 32  # characters; `monitor init` writes 128 random bits as so many


@dataclass(frozen=True, slots=True)
class Monitor:
    """A checked configuration and the parts made of it. `passed_over`: why models that were put to use are not used."""

    path: Path
    settings: Settings
    connectors: Mapping[str, Connector]
    matcher: Matcher
    triage: Triage
    store: Store
    key: bytes = field(repr=False)
    endpoint: Endpoint | None = None
    passed_over: tuple[str, ...] = ()
    advice: tuple[Checked, ...] = ()

    @property
    def zone(self) -> ZoneInfo:
        """The organisation's time zone."""
        return ZoneInfo(self.settings.organisation.timezone)

    @property
    def reports(self) -> Path:
        """The folder that reports are written to."""
        return self.store.folder / "reports"

    @property
    def ambassadors_shown(self) -> bool:
        """True when enough people opted in for a count to be shown."""
        return len(self._joined) >= AMBASSADORS_SHOWN_FROM

    @property
    def asked(self) -> list[Asked]:
        """The queries, as the database notes them."""
        queries, versions = self.settings.queries, self.matcher.versions
        return [Asked(one.name, one.facet, one.purpose, one.text, versions[one.name]) for one in queries]

    def policy(self, now: datetime) -> Policy:
        """What the privacy gate goes by."""
        own = frozenset(
            handle.lower().removeprefix("@").removeprefix("u/") for handle in self.settings.organisation.accounts
        )
        window = timedelta(days=self.settings.privacy.window_days)
        year = now.astimezone(self.zone).year
        return Policy(Pseudonyms(self.key, year), own, self._joined, window, self.triage.own)

    @property
    def _joined(self) -> frozenset[str]:
        """The accounts that opted in, each once, as `source:handle`."""
        return frozenset(ambassador.account.replace(":@", ":").lower() for ambassador in self.settings.ambassadors)


def assemble(path: Path, environment: Mapping[str, str] | None = None, *, today: date | None = None) -> Monitor:
    """Everything a run needs; raises ConfigError with every fault that was found.

    `today`: no consent may be of a later day; the day it is in the organisation's zone when left out.
    """
    path = path.absolute()
    written = read(path)
    faults = Faults()
    settings = faults.gather(settings_of, written)
    secrets = faults.gather(read_secrets, path.parent, os.environ if environment is None else environment)
    connectors = faults.gather(connect, written, settings, secrets)
    readable = faults.gather(_can_be_read, written)
    faults.gather(check_ambassadors, written)
    advice = faults.gather(check_rules, written, settings) if settings and readable else None
    if settings:
        faults.gather(check_consents, written, settings, today)
    triage = faults.gather(_triage, settings, path) if settings else None
    key = faults.gather(_key, secrets, path) if secrets else None
    endpoint = faults.gather(_endpoint, settings, secrets, path) if settings and secrets else None
    faults.tell()
    assert settings and connectors and triage and key  # noqa: PT018 - else there was a fault to tell
    return _monitor(path, settings, connectors, triage, key, endpoint, advice or [])


def _can_be_read(written: Written) -> bool:
    check_queries(written)
    return True


def _monitor(
    path: Path,
    settings: Settings,
    connectors: Mapping[str, Connector],
    triage: tuple[Triage, tuple[str, ...]],
    key: bytes,
    endpoint: Endpoint | None,
    advice: Sequence[Checked],
) -> Monitor:
    return Monitor(
        path=path,
        settings=settings,
        connectors=connectors,
        matcher=matcher_of(settings),
        triage=triage[0],
        passed_over=triage[1],
        store=Store(path.parent / settings.paths.data),
        key=key,
        endpoint=endpoint,
        advice=tuple(advice),
    )


def _triage(settings: Settings, path: Path) -> tuple[Triage, tuple[str, ...]]:
    """What judges mentions, and why it does without a model that was put to use, if it does.

    Raises ConfigError with every fault of scheme, roles and cues. A model that cannot be read is no such fault: the
    one before it goes on, or the cues.
    """
    faults = Faults()
    scheme = faults.gather(_scheme, settings, path)
    roles = faults.gather(_roles, settings, path)
    cues = faults.gather(_cues, settings, path)
    if scheme:
        faults.gather(_check_owners, scheme, settings, path)
    faults.tell()
    assert scheme and roles and cues  # noqa: PT018
    organisation = settings.organisation
    model, passed_over = _model(path.parent / settings.paths.data / "models", cues.version)
    triage = Triage(
        cues=cues,
        scheme=scheme,
        roles=roles,
        language=organisation.languages[0],
        profiles={one.name: Relevance(**dict(one.relevance)) for one in settings.queries if one.relevance},
        own=_own(settings),
        model=model,
    )
    return triage, passed_over


def _model(folder: Path, cue_version: str) -> tuple[Model | None, tuple[str, ...]]:
    """The newest model in use that can be read; without one nothing heavy is imported."""
    if not (folder / "promoted").exists():
        return None, ()
    try:
        from monitor.triage.classifier.file import chosen  # noqa: PLC0415 - needs an extra
    except ImportError:
        return None, (f"{folder}: {LEARN}; until then the cues decide alone",)
    found = chosen(folder, cue_version)
    return found.model, found.problems


def _scheme(settings: Settings, path: Path) -> Scheme:
    own = settings.paths.scheme
    return read_scheme(path.parent / own if own else None)


def _endpoint(settings: Settings, secrets: Secrets, path: Path) -> Endpoint | None:
    """The service that doubtful posts are asked about; None unless it is configured."""
    asked, organisation = settings.triage.endpoint, settings.organisation
    if asked is None:
        return None
    check_endpoint(asked)
    budget = Budget(path.parent / settings.paths.data / "endpoint-sent", asked.most_per_day)
    own = (*organisation.accounts, *_own(settings))
    return Endpoint(asked, gate_for(asked, user_agent(settings)), budget, secrets.get("endpoint_key"), own)


def _own(settings: Settings) -> tuple[str, ...]:
    """The organisation's own addresses, which are no customer's."""
    return (settings.organisation.contact, *(role.who for role in settings.roles.values()))


def _check_owners(scheme: Scheme, settings: Settings, path: Path) -> None:
    """Every flag has an owner who exists."""
    if missing := missing_roles(scheme, settings.roles):
        raise ConfigError(*(f"{path}: {one}" for one in missing))


def _roles(settings: Settings, path: Path) -> Roles:
    organisation = settings.organisation
    hours = opening_hours(organisation.timezone, organisation.opening_hours, organisation.holidays)
    return read_roles(settings.roles, hours, str(path))


def _cues(settings: Settings, path: Path) -> Cues:
    own = [path.parent / file for file in settings.triage.cues]
    return Cues(settings.organisation.languages, settings.triage.packs, own)


def _key(secrets: Secrets, path: Path) -> bytes:
    secret = secrets.get("pseudonym_key")
    if secret is None:
        raise ConfigError(
            f"MONITOR_PSEUDONYM_KEY is not set: authors are kept as keyed pseudonyms only; put a line "
            f"MONITOR_PSEUDONYM_KEY=... ({SHORTEST_KEY} random characters) into {path.parent / '.env'} "
            "(monitor init does), or into the environment"
        )
    if len(secret.get_secret_value().strip()) < SHORTEST_KEY:
        raise ConfigError(
            f"MONITOR_PSEUDONYM_KEY has fewer than {SHORTEST_KEY} characters, and who guesses it can name the authors; "
            "take a random one: monitor init writes a fresh one into the .env of a new folder"
        )
    return sha256(secret.get_secret_value().encode()).digest()
