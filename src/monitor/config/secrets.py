"""Secrets: from the environment, or from a `.env` beside monitor.toml that only its owner can read."""

import os
import stat
from collections.abc import Mapping
from pathlib import Path

from dotenv import dotenv_values
from pydantic import SecretStr

from monitor.errors import ConfigError

PREFIX = "MONITOR_"


class Secrets:
    """The MONITOR_ variables, masked wherever they are printed. The environment wins over the file."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = {name: SecretStr(value) for name, value in values.items() if value}

    def get(self, name: str) -> SecretStr | None:
        """The secret MONITOR_<NAME>, or None."""
        return self._values.get(PREFIX + name.upper())

    def of(self, source: str, key: str) -> SecretStr | None:
        """The secret MONITOR_<SOURCE>_<KEY> of a connector."""
        return self.get(f"{source}_{key}")

    def __repr__(self) -> str:
        return f"Secrets({', '.join(sorted(self._values))})"


def read_secrets(folder: Path, environment: Mapping[str, str] = os.environ) -> Secrets:
    """The secrets for the configuration in `folder`; raises ConfigError when others can read the file."""
    file = folder / ".env"
    kept = _from_file(file) if file.exists() else {}
    given = {name: value for name, value in environment.items() if name.startswith(PREFIX)}
    return Secrets({**kept, **given})


def _from_file(file: Path) -> dict[str, str]:
    """The MONITOR_ variables in the file. Values are taken as they stand: a `$` in a password is no variable."""
    if file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise ConfigError(f"{file}: others can read it, and it holds secrets; mend with: chmod 600 {file}")
    try:
        values = dotenv_values(file, interpolate=False, encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        said = f"{file}: cannot be read as UTF-8 text ({type(error).__name__}); save it again"
        raise ConfigError(said) from None  # the error quotes what stands in the file
    return {name: value for name, value in values.items() if value and name.startswith(PREFIX)}
