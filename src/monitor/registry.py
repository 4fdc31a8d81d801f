"""Entry points -> connectors: built-in ones and strangers' come through the same door."""

import functools
from collections.abc import Mapping
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from pydantic import ValidationError

from monitor import __version__
from monitor.config import Secrets, Settings
from monitor.config.lines import line_of
from monitor.config.load import Faults, Written, problems
from monitor.config.words import nearest
from monitor.connector import Connector, Options, Tools
from monitor.errors import ConfigError

GROUP = "monitor.connectors"


@functools.cache
def known() -> Mapping[str, EntryPoint]:
    """The connectors that are installed, by name; raises ConfigError when two claim one name."""
    found: dict[str, EntryPoint] = {}
    for point in entry_points(group=GROUP):
        if point.name in found and found[point.name].value != point.value:
            raise ConfigError(f"two installed packages offer the connector {point.name!r}: uninstall one")
        found[point.name] = point
    return found


def connector_class(name: str) -> type[Connector]:
    """The class of a connector; raises ConfigError with the nearest name, or when its package is broken."""
    if name not in known():
        raise ConfigError(f"[sources.{name}]: no such source; {nearest(name, list(known()))}")
    try:
        loaded: type[Connector] = known()[name].load()
    except (ImportError, AttributeError) as error:
        point = known()[name].value
        raise ConfigError(f"[sources.{name}]: {point} cannot be loaded; install its package again") from error
    return loaded


def options_of_all() -> dict[str, type[Options]]:
    """The options class of every installed connector."""
    return {name: connector_class(name).options for name in sorted(known())}


def connect(written: Written, settings: Settings | None, secrets: Secrets | None) -> dict[str, Connector]:
    """A connector per `[sources.*]` table; raises ConfigError with every fault of all of them.

    Without settings or secrets, which have faults of their own then, the tables are only checked.
    """
    faults = Faults()
    tables = written.tables.get("sources")
    named = tables.items() if isinstance(tables, dict) else ()  # else `Settings` tells what is wrong with it
    made: dict[str, Connector] = {}
    for name, table in named:
        options = faults.gather(_options, name, table, written)
        if options and settings and secrets:
            connector = faults.gather(_made, name, options, settings, secrets, written)
            made |= {name: connector} if connector else {}
    faults.tell()
    return made


def _options(name: str, table: Any, written: Written) -> Options:
    place = ("sources", name)
    try:
        kind = connector_class(name).options
        return kind.model_validate(table)
    except ValidationError as error:
        raise ConfigError(*problems(error, written, kind, place)) from error
    except ConfigError as error:
        raise _at_line(error, written, name) from error


def _made(name: str, options: Options, settings: Settings, secrets: Secrets, written: Written) -> Connector:
    try:
        return connector_class(name)(options, _tools(name, settings, secrets))
    except ConfigError as error:
        raise _at_line(error, written, name) from error


def _at_line(error: ConfigError, written: Written, name: str) -> ConfigError:
    """The same faults with the file and, where it is found, the table's line before each."""
    line = line_of(written.text, ("sources", name))
    at = f"{written.path}, line {line}" if line else str(written.path)
    return ConfigError(*(f"{at}: {problem}" for problem in error.problems))


def user_agent(settings: Settings) -> str:
    """What every server is told of us, so that its owner can reach the organisation."""
    return f"mention-monitor/{__version__} (+{settings.organisation.contact})"


def _tools(name: str, settings: Settings, secrets: Secrets) -> Tools:
    return Tools(
        user_agent=user_agent(settings),
        secret=functools.partial(secrets.of, name),
        accounts=settings.organisation.accounts,
        ambassadors=tuple(
            ambassador.account.partition(":")[2]
            for ambassador in settings.ambassadors
            if ambassador.account.startswith(f"{name}:")
        ),
        loopback=settings.fetch.allow_loopback,
    )
