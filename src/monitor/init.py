"""Setting up a folder: a commented monitor.toml, its JSON schema, .env.example and a fresh .env."""

import json
import secrets
from importlib.resources import files
from pathlib import Path

from monitor.config import CONFIG_NAME, json_schema
from monitor.errors import ConfigError
from monitor.registry import options_of_all

SCHEMA_NAME = "monitor.schema.json"


def write_files(folder: Path, *, force: bool = False) -> list[str]:
    """Write the files; returns a line per file and what to do next. Never overwrites without `force`."""
    folder.mkdir(parents=True, exist_ok=True)
    config, env = folder / CONFIG_NAME, folder / ".env"
    if config.exists() and not force:
        raise ConfigError(f"{config}: is there already; use another folder, or --force to overwrite it")
    config.write_text(_template("monitor.toml"), "utf-8")
    (folder / SCHEMA_NAME).write_text(schema_text(), "utf-8")
    (folder / ".env.example").write_text(_template("env.example"), "utf-8")
    lines = [f"wrote {config}", f"wrote {folder / SCHEMA_NAME}", f"wrote {folder / '.env.example'}"]
    if not env.exists():  # never even with force: the key in it is what links this year's pseudonyms
        write_private(env, f"MONITOR_PSEUDONYM_KEY={secrets.token_hex(16)}\n")
        lines.append(f"wrote {env} with a fresh key, readable by you alone")
    return [*lines, f"next: edit {config}, then: monitor check"]


def schema_text() -> str:
    """The JSON schema of monitor.toml with the options of every installed connector."""
    return json.dumps(json_schema(options_of_all()), indent=2, ensure_ascii=False) + "\n"


def write_private(path: Path, text: str) -> None:
    """Write a file that nobody else may read."""
    path.touch(mode=0o600)
    path.chmod(0o600)
    path.write_text(text, "utf-8")


def _template(name: str) -> str:
    return files("monitor.templates").joinpath(name).read_text("utf-8")
