"""monitor.toml and the environment -> everything a run needs, checked before the first request."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from zoneinfo import ZoneInfo

from monitor.config import Secrets, Settings, load
from monitor.config.secrets import read_secrets
from monitor.connector import Connector
from monitor.errors import ConfigError, QueryError
from monitor.privacy import Policy, Pseudonyms
from monitor.query import Matcher, Search
from monitor.registry import connect
from monitor.store import Store
from monitor.triage import Cues, OpeningHours, Triage, read_scheme

AMBASSADORS_SHOWN_FROM = 5  # people; a figure about fewer says something about somebody


@dataclass(frozen=True, slots=True)
class Monitor:
    """A checked configuration and the parts made of it."""

    path: Path
    settings: Settings
    connectors: Mapping[str, Connector]
    matcher: Matcher
    triage: Triage
    store: Store
    key: bytes

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
        return len(self.settings.ambassadors) >= AMBASSADORS_SHOWN_FROM

    def policy(self, now: datetime) -> Policy:
        """What the privacy gate goes by."""
        joined = frozenset(ambassador.account.replace(":@", ":").lower() for ambassador in self.settings.ambassadors)
        own = frozenset(
            handle.lower().removeprefix("@").removeprefix("u/") for handle in self.settings.organisation.accounts
        )
        window = timedelta(days=self.settings.privacy.window_days)
        return Policy(Pseudonyms(self.key, now.astimezone(self.zone).year), own, joined, window)


def assemble(path: Path, environment: Mapping[str, str] | None = None) -> Monitor:
    """Everything a run needs; raises ConfigError with every fault that was found."""
    path = path.absolute()
    settings = load(path)
    secrets = read_secrets(path.parent, environment) if environment is not None else read_secrets(path.parent)
    connectors = connect(settings, secrets, path)
    matcher = _matcher(settings, path)
    _may_visit_ambassadors(settings, path)
    scheme = settings.paths.scheme
    return Monitor(
        path=path,
        settings=settings,
        connectors=connectors,
        matcher=matcher,
        triage=Triage(
            cues=Cues(settings.organisation.languages),
            scheme=read_scheme(path.parent / scheme if scheme else None),
            hours=OpeningHours(ZoneInfo(settings.organisation.timezone), settings.organisation.opening_hours),
            language=settings.organisation.languages[0],
        ),
        store=Store(path.parent / settings.paths.data),
        key=_key(secrets, path),
    )


def _matcher(settings: Settings, path: Path) -> Matcher:
    names = [query.name for query in settings.queries]
    faults = [f"{path}: [queries] two are named {name!r}: rename one" for name in {*names} if names.count(name) > 1]
    for query in settings.queries:
        try:
            Matcher([Search(query.name, query.facet, query.text)])
        except QueryError as error:
            faults.append(f"{path}: [queries] {query.name}: {error}")
    if faults:
        raise ConfigError(*faults)
    return Matcher(Search(query.name, query.facet, query.text) for query in settings.queries)


def _may_visit_ambassadors(settings: Settings, path: Path) -> None:
    privacy = settings.privacy
    if settings.ambassadors and not (privacy.dpia_approved_on and privacy.works_council_consent_on):
        raise ConfigError(
            f"{path}: [[ambassadors]] needs [privacy] dpia_approved_on and works_council_consent_on: "
            "people's accounts are not visited before both have been given"
        )


def _key(secrets: Secrets, path: Path) -> bytes:
    secret = secrets.get("pseudonym_key")
    if secret is None:
        raise ConfigError(
            f"MONITOR_PSEUDONYM_KEY is not set: authors are kept as keyed pseudonyms only; put a line "
            f"MONITOR_PSEUDONYM_KEY=... (32 random characters) into {path.parent / '.env'} "
            "(monitor init does), or into the environment"
        )
    return sha256(secret.get_secret_value().encode()).digest()
