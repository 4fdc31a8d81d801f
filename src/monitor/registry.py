"""Entry points -> connectors: built-in ones and strangers' come through the same door."""

import functools
from collections.abc import Mapping
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

from pydantic import ValidationError

from monitor import __version__
from monitor.config import Secrets, Settings
from monitor.config.load import nearest, problems
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
    """The class of a connector; raises ConfigError with the nearest name when there is none."""
    if name not in known():
        raise ConfigError(f"[sources.{name}]: no such source; {nearest(name, list(known()))}")
    loaded: type[Connector] = known()[name].load()
    return loaded


def options_of_all() -> dict[str, type[Options]]:
    """The options class of every installed connector."""
    return {name: connector_class(name).options for name in sorted(known())}


def connect(settings: Settings, secrets: Secrets, path: Path) -> dict[str, Connector]:
    """A connector per `[sources.*]` table; raises ConfigError with every fault of all of them."""
    made: dict[str, Connector] = {}
    faults: list[str] = []
    for name in settings.sources:
        try:
            made[name] = _made(name, settings, secrets)
        except ValidationError as error:
            faults += problems(error, path, connector_class(name).options, ("sources", name))
        except ConfigError as error:
            faults += [f"{path}: {problem}" for problem in error.problems]
    if faults:
        raise ConfigError(*faults)
    return made


def _made(name: str, settings: Settings, secrets: Secrets) -> Connector:
    kind = connector_class(name)
    return kind(kind.options.model_validate(settings.sources[name]), _tools(name, settings, secrets))


def _tools(name: str, settings: Settings, secrets: Secrets) -> Tools:
    return Tools(
        user_agent=f"mention-monitor/{__version__} (+{settings.organisation.contact})",
        secret=functools.partial(secrets.of, name),
        accounts=settings.organisation.accounts,
        ambassadors=tuple(
            ambassador.account.partition(":")[2]
            for ambassador in settings.ambassadors
            if ambassador.account.startswith(f"{name}:")
        ),
        loopback=settings.fetch.allow_loopback,
    )
