"""OPML, the list of feeds that readers export -> `[sources.rss] feeds` of monitor.toml."""

from pathlib import Path
from xml.etree import ElementTree as ET
from xml.parsers.expat import ExpatError

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import Array, Table

from monitor.errors import ConfigError

LARGEST = 5_000_000  # bytes


def feeds_in(path: Path) -> list[str]:
    """The feed addresses in an OPML file, each once, in order; raises ConfigError when it is none."""
    body = path.read_bytes()
    if len(body) > LARGEST or b"<!ENTITY" in body:
        raise ConfigError(f"{path}: too large for a list of feeds, or it declares entities; not read")
    try:
        root = ET.fromstring(body)  # noqa: S314 - no entities, and expat limits expansion
    except (ET.ParseError, ExpatError, ValueError) as error:
        raise ConfigError(f"{path}: not well-formed XML; export the list again as OPML") from error
    if root.tag.lower() != "opml":
        raise ConfigError(f"{path}: its root is <{root.tag[:40]}>, expected <opml>")
    named = ({name.lower(): value for name, value in outline.attrib.items()} for outline in root.iter("outline"))
    found = (attributes.get("xmlurl", "").strip() for attributes in named)
    return list(dict.fromkeys(url for url in found if url.startswith(("http://", "https://"))))


def import_feeds(opml: Path, config: Path) -> tuple[int, int]:
    """Add the feeds to monitor.toml in place; returns how many were added and how many were known."""
    found = feeds_in(opml)
    if not config.exists():
        raise ConfigError(f"{config}: not found; write one with: monitor init")
    try:
        document = tomlkit.parse(config.read_text("utf-8"))
        feeds = _feeds(document)
    except TOMLKitError as error:
        raise ConfigError(f"{config}: not valid TOML: {error}") from error
    fresh = [url for url in found if url not in feeds]
    for url in fresh:
        feeds.append(url)
    feeds.multiline(multiline=True)
    replacement = config.with_suffix(".toml.new")
    replacement.write_text(tomlkit.dumps(document), "utf-8")
    replacement.replace(config)
    return len(fresh), len(found) - len(fresh)


def _feeds(document: tomlkit.TOMLDocument) -> Array:
    sources = document.setdefault("sources", tomlkit.table(is_super_table=True))
    rss = sources.setdefault("rss", tomlkit.table())
    if not isinstance(rss, Table):
        raise ConfigError("[sources.rss]: expected a table")
    feeds = rss.setdefault("feeds", tomlkit.array())
    if not isinstance(feeds, Array):
        raise ConfigError("[sources.rss] feeds: expected a list of addresses")
    return feeds
