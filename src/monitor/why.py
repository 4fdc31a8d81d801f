"""Why a query holds or does not: for a text at hand, or for a stored mention."""

from dataclasses import dataclass
from datetime import UTC, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

from monitor.config import Settings
from monitor.config.load import load
from monitor.errors import ConfigError
from monitor.links import clean
from monitor.queries import texts_of
from monitor.query import parse
from monitor.query.explain import Explained, explain
from monitor.query.text import Text
from monitor.store.kept import Kept, looked_up


@dataclass(frozen=True, slots=True)
class Why:
    """A text and what became of each part of the query in it. `cut`: only an excerpt of the post is kept."""

    whole: str
    explained: Explained
    cut: bool = False


def settings_at(path: Path) -> Settings | None:
    """The settings, or None where there is no such file: a text can be explained without one."""
    return load(path) if path.exists() else None


def of_text(query: str, text: str, *, title: str = "", settings: Settings | None = None) -> Why:
    """Why the query, by its name or as a text, holds for a text with that title."""
    whole = f"{title}\n{text}" if title else text
    return _why(query, Text(whole, title=len(title), zone=_zone(settings)), settings)


def of_mention(query: str, name: str, path: Path, settings: Settings) -> Why:
    """Why the query holds for what is kept of a mention, named by its id or link; raises ConfigError for no such."""
    folder = path.absolute().parent / settings.paths.data
    spellings = dict.fromkeys((name, clean(name), clean(name).rstrip("/"), f"{clean(name)}/"))  # as browsers show links
    kept = next((found for one in spellings if (found := looked_up(folder, one))), None)
    if kept is None:
        raise ConfigError(f"--url {name}: no stored mention has this link or id; the database lists both: mention.url")
    return _of_kept(query, kept, settings)


def _of_kept(query: str, kept: Kept, settings: Settings) -> Why:
    document = kept.document
    text = Text(document.whole, title=len(document.title), document=document, now=kept.first_seen, zone=_zone(settings))
    return _why(query, text, settings, cut=kept.cut)


def _why(query: str, text: Text, settings: Settings | None, *, cut: bool = False) -> Why:
    saved = texts_of(settings) if settings else {}
    written = saved.get(query.removeprefix("$"), query)
    return Why(text.whole, explain(parse(written, saved), written, text, saved), cut)


def _zone(settings: Settings | None) -> tzinfo:
    return ZoneInfo(settings.organisation.timezone) if settings else UTC
