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
    written = read(path)
    faults = Faults()
    settings = faults.gather(settings_of, written)
    options = faults.gather(options_in, written)
    faults.gather(_check_queries, written)
    faults.gather(_check_ambassadors, written)
    secrets = faults.gather(read_secrets, path.parent, os.environ if environment is None else environment)
    key = faults.gather(_key, secrets, path) if secrets else None
    scheme = faults.gather(_scheme, settings, path) if settings else None
    if not (settings and options and secrets and key and scheme):
        faults.tell()
        raise ConfigError(f"{path}: [sources] is empty; add a table such as [sources.rss]")
    connectors = faults.gather(connect, options, settings, secrets, written)
    faults.tell()
    return _monitor(path, settings, connectors or {}, scheme, key)


def _monitor(path: Path, settings: Settings, connectors: Mapping[str, Connector], scheme: Scheme, key: bytes) -> Monitor:
    organisation = settings.organisation
    return Monitor(
        path=path,
        settings=settings,
        connectors=connectors,
        matcher=Matcher(Search(query.name, query.facet, query.text) for query in settings.queries),
        triage=Triage(
            cues=Cues(organisation.languages),
            scheme=scheme,
            hours=OpeningHours(ZoneInfo(organisation.timezone), organisation.opening_hours),
            language=organisation.languages[0],
        ),
        store=Store(path.parent / settings.paths.data),
        key=key,
    )


def _check_queries(written: Written) -> None:
    """Every query can be read and has a name of its own."""
    faults: list[str] = []
    seen: dict[str, int] = {}
    for at, query in enumerate(_tables(written, "queries")):
        name, text = query.get("name"), query.get("text")
        if isinstance(name, str) and seen.setdefault(name, at) != at:
            faults.append(f"{written.where(('queries', at, 'name'))}: two queries are named {name!r}; rename one")
        if isinstance(text, str):
            faults += _query_faults(written, at, text)
    if faults:
        raise ConfigError(*faults)


def _query_faults(written: Written, at: int, text: str) -> list[str]:
    """What is wrong with one query, at the line of the file in which the fault stands."""
    place = ("queries", at, "text")
    try:
        parse(text)
    except QueryError as error:
        begins = line_of(written.text, place) or 1
        faulty = text.split("\n")[text.count("\n", 0, error.column - 1)]
        line = line_with(written.text, faulty, begins)
        return [f"{written.path}, line {line}: [queries {at + 1}] text: {error}"]
    return []


def _check_ambassadors(written: Written) -> None:
    """Nobody's account is visited before the two dates stand in the file, nor configured where nobody would look."""
    ambassadors = _tables(written, "ambassadors")
    privacy = written.tables.get("privacy")
    dates = privacy if isinstance(privacy, dict) else {}
    missing = [date for date in ("dpia_approved_on", "works_council_consent_on") if date not in dates]
    if ambassadors and missing:
        raise ConfigError(
            f"{written.where(('ambassadors',))}: needs [privacy] {' and '.join(missing)}: "
            "people's accounts are not visited before both have been given"
        )


def _tables(written: Written, name: str) -> list[dict[str, Any]]:
    """The tables `[[name]]`, as far as they are tables."""
    found = written.tables.get(name)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _scheme(settings: Settings, path: Path) -> Scheme:
    own = settings.paths.scheme
    try:
        return read_scheme(path.parent / own if own else None)
    except UnicodeDecodeError as error:
        raise ConfigError(f"{own}: not UTF-8; save the file again as UTF-8") from error


def _key(secrets: Secrets, path: Path) -> bytes:
    secret = secrets.get("pseudonym_key")
    if secret is None:
        raise ConfigError(
            f"MONITOR_PSEUDONYM_KEY is not set: authors are kept as keyed pseudonyms only; put a line "
            f"MONITOR_PSEUDONYM_KEY=... (32 random characters) into {path.parent / '.env'} "
            "(monitor init does), or into the environment"
        )
    return sha256(secret.get_secret_value().encode()).digest()
