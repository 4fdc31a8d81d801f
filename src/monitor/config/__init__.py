"""monitor.toml and the MONITOR_ environment -> `Settings`, complete and checked before the first request."""

from monitor.config.load import CONFIG_NAME, load
from monitor.config.schema import json_schema
from monitor.config.secrets import Secrets
from monitor.config.settings import Ambassador, Organisation, Paths, Privacy, Query, Settings

__all__ = [
    "CONFIG_NAME",
    "Ambassador",
    "Organisation",
    "Paths",
    "Privacy",
    "Query",
    "Secrets",
    "Settings",
    "json_schema",
    "load",
]
