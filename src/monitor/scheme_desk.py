"""What the scheme's commands do: the scheme and what the configuration knows of the organisation, put together."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.resources import files
from pathlib import Path
from zoneinfo import ZoneInfo

from monitor.arguments import DEFAULT as CONFIG
from monitor.config import Settings
from monitor.config.load import load
from monitor.errors import ConfigError
from monitor.store import Store
from monitor.store.judged import Judged
from monitor.triage.cues import Cues
from monitor.triage.hours import OpeningHours, countries
from monitor.triage.roles import read_roles
from monitor.triage.scheme.check import CERTAIN, Finding, House, by_cues, check
from monitor.triage.scheme.diff import Difference, Group, Sample, counted, difference, thresholds
from monitor.triage.scheme.rules import DEFAULT, LANGUAGES, Facts, Scheme, read_scheme
from monitor.triage.scheme.schema import SCHEMA_NAME, schema_text
from monitor.triage.wall.draw import Wall, html, svg


@dataclass(frozen=True, slots=True)
class Desk:
    """The configuration that a scheme is looked at with; `settings` None when there is none."""

    config: Path
    settings: Settings | None

    @classmethod
    def at(cls, config: Path) -> "Desk":
        """With the configuration at `config`; without when none is named and none is there. Raises ConfigError."""
        return cls(config, load(config) if config != CONFIG or config.exists() else None)

    @property
    def languages(self) -> Sequence[str]:
        """The organisation's languages, the first one first."""
        return self.settings.organisation.languages if self.settings else LANGUAGES

    @property
    def store(self) -> Store | None:
        """The database; None before anything was collected."""
        store = Store(self.config.parent / self.settings.paths.data) if self.settings else None
        return store if store and store.path.exists() else None

    def scheme(self, file: Path | None) -> Scheme:
        """The scheme in `file`, else the one in use. Raises ConfigError."""
        if file:
            return read_scheme(file, "the path")
        own = self.settings.paths.scheme if self.settings else None
        return read_scheme(self.config.parent / own if own else None)

    def check(self, scheme: Scheme) -> list[Finding]:
        """Everything that can be proven of it."""
        return check(scheme, self._house(), by_cues(self._cues()))

    def difference(self, old: Scheme, new: Scheme, days: int, now: datetime) -> Difference:
        """What would change for the mentions of the last days. Raises ConfigError without a database."""
        store = self.store
        if store is None:
            raise ConfigError(
                f"{self.config}: nothing is stored yet; name the configuration with --config, or run once"
            )
        return difference(old, new, groups(store, now - timedelta(days=days), old, new))

    def draw(self, scheme: Scheme, to: Path, language: str | None, days: int, now: datetime) -> list[str]:
        """Write the drawing; returns what to tell, a line each."""
        store, suffix = self.store, to.suffix.lower()
        if suffix not in (".html", ".svg"):
            raise ConfigError(f"--to {to}: is neither .html nor .svg; name one of the two")
        language = language or next((one for one in self.languages if one in LANGUAGES), "en")
        wall = Wall(
            scheme=scheme,
            language=language,
            organisation=_printable(self.settings.organisation.name) if self.settings else "",
            roles={name: _printable(role.who) for name, role in self.settings.roles.items()} if self.settings else {},
            counts=counted(scheme, groups(store, now - timedelta(days=days), scheme)) if store else None,
            days=days,
            today=now.astimezone(self._zone).date(),
        )
        to.write_text(html(wall) if suffix == ".html" else svg(wall), "utf-8")
        return [f"scheme  {to}", *self._lacking(store)]

    def _lacking(self, store: Store | None) -> Iterator[str]:
        """What a drawing goes without, and why."""
        if self.settings is None:
            yield f"it has no counts, organisation or roles: {self.config} is not there; name yours with --config"
        elif store is None:
            yield f"it has no counts: {self.config} has stored nothing yet"

    @property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.settings.organisation.timezone if self.settings else "Europe/Amsterdam")

    def _cues(self) -> Cues:
        if self.settings is None:
            return Cues(LANGUAGES)
        triage = self.settings.triage
        return Cues(self.languages, triage.packs, [self.config.parent / file for file in triage.cues])

    def _house(self) -> House:
        if self.settings is None:
            return House()
        organisation = self.settings.organisation
        closed = countries(organisation.holidays, organisation.timezone)
        hours = OpeningHours(self._zone, organisation.opening_hours, closed)
        roles = read_roles(self.settings.roles, hours, str(self.config))
        works = {name: role.hours for name, role in roles.named.items()}
        return House(self.languages, works, tuple(self.settings.sources))


def _printable(text: str) -> str:
    return "".join(char if char.isprintable() else " " for char in text)


def groups(store: Store, since: datetime, *schemes: Scheme) -> list[Group]:
    """Stored mentions as these schemes are asked about them."""
    return [_group(one) for one in store.judged(since, *thresholds(*schemes))]


def _group(one: Judged) -> Group:
    facts = Facts(
        kinds=one.kinds,
        facet=one.facet,
        type=one.type,
        source=one.source,
        language=one.language,
        addressed=one.addressed,
        relevance=one.relevance,
        confidence=CERTAIN if one.confidence is None else one.confidence,
    )
    return Group(facts, one.mentions, [Sample(sample.title, sample.url, sample.seen) for sample in one.samples])


def write_new(file: Path, config: Path, *, force: bool) -> list[str]:
    """Write the scheme that ships and its JSON schema beside it; returns what to tell. Never overwrites unasked."""
    if file.suffix.lower() != ".toml":
        raise ConfigError(f"{file}: the scheme that ships is TOML; name a file that ends in .toml")
    texts = {
        file: files("monitor.triage.scheme").joinpath(DEFAULT).read_text("utf-8"),
        file.with_name(SCHEMA_NAME): schema_text(),
    }
    if there := [str(path) for path in texts if path.exists() and not force]:
        raise ConfigError(f"{', '.join(there)}: there already; name another file, or --force to overwrite")
    file.parent.mkdir(parents=True, exist_ok=True)
    for path, text in texts.items():
        path.write_text(text, "utf-8")
    return [
        *(f"wrote {path}" for path in texts),
        f'next: in {config}, under [paths]: scheme = "{_seen_from(config, file)}"',
    ]


def _seen_from(config: Path, file: Path) -> str:
    """How the configuration names a file: relative to itself when it lies beside or below it."""
    folder, whole = config.resolve().parent, file.resolve()
    return (whole.relative_to(folder) if whole.is_relative_to(folder) else whole).as_posix()
