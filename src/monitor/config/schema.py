"""The JSON schema of monitor.toml, so that editors complete and check it."""

from collections.abc import Mapping
from typing import Any

from monitor.config.settings import Settings
from monitor.connector import Options

DIALECT = "http://json-schema.org/draft-07/schema#"


def json_schema(sources: Mapping[str, type[Options]]) -> dict[str, Any]:
    """The schema with the tables of the given connectors; strangers' tables are refused by name."""
    schema = Settings.model_json_schema()
    tables = {
        name: options.model_json_schema(ref_template=f"#/$defs/{name}-{{model}}") for name, options in sources.items()
    }
    for name, table in tables.items():
        schema["$defs"] |= {f"{name}-{inner}": found for inner, found in table.pop("$defs", {}).items()}
    schema["properties"]["sources"] |= {"properties": tables, "additionalProperties": False}
    return schema | {"$schema": DIALECT, "title": "monitor.toml"}
