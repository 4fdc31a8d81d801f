"""OPML, the list of feeds that readers export -> `[sources.rss] feeds` of monitor.toml.

    OPML -> addresses -> known? usable? -> appended to the list in place -> still the same configuration?

Only the list changes: comments, order and line ends of the rest stay byte for byte.
"""

import re
import shutil
import tomllib
from collections.abc import Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any, NamedTuple
from xml.parsers import expat

import tomlkit
from tomlkit.exceptions import TOMLKitError

from monitor import __version__
from monitor.config.load import Written, read
from monitor.connector import Tools
from monitor.errors import ConfigError
from monitor.fetch.spelling import shown
from monitor.registry import connector_class

LARGEST = 5_000_000  # bytes
SOURCE = "rss"


class Imported(NamedTuple):
    """What became of the addresses in a list: how many were added or known, and why others were left out."""

    added: int
    known: int
    refused: tuple[str, ...] = ()


def feeds_in(path: Path) -> list[str]:
    """The feed addresses in an OPML file, each once, in order; raises ConfigError when it is none."""
    body = path.read_bytes()
    if len(body) > LARGEST:
        raise ConfigError(f"{path}: larger than {LARGEST:,} bytes, too large for a list of feeds; not read")
    reader = _Outlines(path)
    try:
        reader.parse(body)
    except (expat.ExpatError, ValueError, LookupError) as error:  # the last two: an odd encoding
        raise ConfigError(f"{path}: not well-formed XML; export the list again as OPML") from error
    return list(dict.fromkeys(reader.found))


def feeds_of(config: Path) -> list[str]:
    """The feeds in monitor.toml, as they stand there."""
    return _listed(read(config))


def import_feeds(opml: Path, config: Path) -> Imported:
    """Add the feeds to monitor.toml in place. Raises ConfigError, and changes nothing, when that cannot be done."""
    found = feeds_in(opml)
    config = config.resolve()  # so that a symbolic link stays one
    written = read(config)
    listed = _listed(written)
    known = [url for url in found if url in listed]
    reasons = {url: _refusal(url) for url in found if url not in listed}
    fresh = [url for url, reason in reasons.items() if not reason]
    if fresh:
        _replace(config, _with(written, fresh))
    return Imported(len(fresh), len(known), tuple(reason for reason in reasons.values() if reason))


class _Outlines:
    """Reads `xmlUrl` of every outline, however deep and however spelled. No entity is ever expanded."""

    def __init__(self, path: Path) -> None:
        self.found: list[str] = []
        self._path = path
        self._root: str | None = None

    def parse(self, body: bytes) -> None:
        parser = expat.ParserCreate()
        parser.StartElementHandler = self._start
        parser.EntityDeclHandler = self._entity
        parser.Parse(body, True)

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        if self._root is None and tag.lower() != "opml":
            raise ConfigError(f"{self._path}: its root is <{tag[:40]}>, expected <opml>")
        self._root = tag
        if tag.lower() == "outline":
            urls = (value.strip() for name, value in attributes.items() if name.lower() == "xmlurl")
            self.found += [_web_address(url) for url in urls if url]

    def _entity(self, *_: object) -> None:
        raise ConfigError(f"{self._path}: it declares entities, which a list of feeds never does; not read")


def _web_address(url: str) -> str:
    """The address as a server knows it: some readers write feed://host or feed:https://host."""
    scheme, colon, rest = url.partition(":")
    if scheme.lower() != "feed":
        return f"{scheme.lower()}{colon}{rest}"
    return _web_address(rest) if rest.lower().startswith(("http:", "https:")) else f"http:{rest}"


def _refusal(url: str) -> str | None:
    """Why the connector would not take this feed; None when it would."""
    if not url.isprintable() or " " in url:
        return f"{shown(url)}: blanks and control characters do not belong in an address"
    try:
        kind = connector_class(SOURCE)
        kind(kind.options.model_validate({"feeds": [url]}), Tools(f"mention-monitor/{__version__}", _no_secret))
    except ConfigError as error:
        return f"{shown(url)}: {error.problems[0].removeprefix(f'[sources.{SOURCE}] feeds: number 1 ')}"
    return None


def _no_secret(key: str) -> None:
    del key


def _listed(written: Written) -> list[str]:
    """The feeds in the configuration; raises ConfigError when something else stands there."""
    found: Any = written.tables
    for name in ("sources", SOURCE):
        found = found.get(name, {})
        if not isinstance(found, dict):
            raise ConfigError(f"{written.where(('sources',))}: expected a table, [sources.{SOURCE}]")
    feeds = found.get("feeds", [])
    if not (isinstance(feeds, list) and all(isinstance(feed, str) for feed in feeds)):
        raise ConfigError(
            f'{written.where(("sources", SOURCE, "feeds"))}: expected a list of addresses: feeds = ["..."]'
        )
    return feeds


def _with(written: Written, fresh: Sequence[str]) -> str:
    """The text with the addresses added; raises ConfigError when it would say anything else than before."""
    try:
        document = tomlkit.parse(written.text)
        sources = document.setdefault("sources", tomlkit.table(is_super_table=True))
        feeds = sources.setdefault(SOURCE, tomlkit.table()).setdefault("feeds", tomlkit.array())
        for url in fresh:
            feeds.append(url)
        feeds.multiline(multiline=True)
        text = _line_ends_as_in(written.text, tomlkit.dumps(document))
        wanted = deepcopy(written.tables)
        wanted.setdefault("sources", {}).setdefault(SOURCE, {})["feeds"] = [*_listed(written), *fresh]
        if tomllib.loads(text) == wanted:
            return text
    except (TOMLKitError, ValueError, TypeError, AttributeError):
        pass
    raise ConfigError(f"{written.path}: this file cannot be changed safely; add the feeds by hand, one per line")


def _line_ends_as_in(old: str, new: str) -> str:
    """The list is written with plain line ends; a file that has carriage returns everywhere keeps them."""
    carriages = old.count("\r\n")
    return re.sub(r"(?<!\r)\n", "\r\n", new) if carriages and carriages == old.count("\n") else new


def _replace(config: Path, text: str) -> None:
    """Write beside and rename, so that a crash leaves the old file; who may read it stays."""
    unfinished = config.with_name(f".{config.name}.new")
    mark = b"\xef\xbb\xbf" if config.read_bytes().startswith(b"\xef\xbb\xbf") else b""
    unfinished.write_bytes(mark + text.encode())
    shutil.copymode(config, unfinished)
    unfinished.replace(config)
