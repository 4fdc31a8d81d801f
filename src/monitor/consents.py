"""Before an ambassador's account is visited: the dates that must stand in monitor.toml, none of them to come."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from monitor.config import Settings
from monitor.config.load import Place, Written
from monitor.errors import ConfigError

_BEFORE_VISITS = ("dpia_approved_on", "works_council_consent_on")


def check_ambassadors(written: Written) -> None:
    """Nobody's account is visited before both dates stand in the file, and none is configured for nothing."""
    faults: list[str] = []
    privacy, sources = (written.tables.get(name) for name in ("privacy", "sources"))
    for at, ambassador in _tables(written, "ambassadors"):
        missing = [date for date in _BEFORE_VISITS if not (isinstance(privacy, dict) and date in privacy)]
        if missing:
            faults.append(
                f"{written.where(('ambassadors', at))}: needs [privacy] {' and '.join(missing)}: "
                "people's accounts are not visited before both have been given"
            )
        source = str(ambassador.get("account")).partition(":")[0]
        if isinstance(sources, dict) and source not in sources:
            faults.append(
                f"{written.where(('ambassadors', at, 'account'))}: is of a source that is not configured; "
                f"add [sources.{source}] or remove this table"
            )
    if faults:
        raise ConfigError(*faults)


def check_consents(written: Written, settings: Settings, today: date | None) -> None:
    """Nobody opted in twice, and what was agreed was agreed by now."""
    today = today or datetime.now(ZoneInfo(settings.organisation.timezone)).date()
    faults = [
        f"{written.where(place)}: {day} is still to come; correct it, or wait with the ambassadors until then"
        for place, day in _consents(settings)
        if day > today
    ]
    seen: dict[str, int] = {}
    for at, ambassador in enumerate(settings.ambassadors):
        if (first := seen.setdefault(ambassador.account.casefold(), at)) != at:
            said = f"is the account of [ambassadors {first + 1}] again; remove one of the two"
            faults.append(f"{written.where(('ambassadors', at, 'account'))}: {said}")
    if faults:
        raise ConfigError(*faults)


def _consents(settings: Settings) -> Iterator[tuple[Place, date]]:
    """Every date on which somebody agreed, with its place."""
    for name in _BEFORE_VISITS:
        if given := getattr(settings.privacy, name):
            yield ("privacy", name), given
    for at, ambassador in enumerate(settings.ambassadors):
        yield ("ambassadors", at, "consented_on"), ambassador.consented_on


def _tables(written: Written, name: str) -> list[tuple[int, dict[str, Any]]]:
    """The tables `[[name]]` with their places, as far as they are tables."""
    found = written.tables.get(name)
    return [(at, one) for at, one in enumerate(found) if isinstance(one, dict)] if isinstance(found, list) else []
