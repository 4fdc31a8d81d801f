"""Setting up a folder: a commented monitor.toml, its JSON schema, .env.example and a fresh .env."""

import json
import secrets
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

from monitor.config import CONFIG_NAME, json_schema
from monitor.errors import ConfigError
from monitor.registry import options_of_all
from monitor.triage.scheme.schema import SCHEMA_NAME as SCHEME_SCHEMA
from monitor.triage.scheme.schema import schema_text as scheme_schema

SCHEMA_NAME = "monitor.schema.json"


def write_files(folder: Path, *, force: bool = False) -> list[str]:
    """Write the files; returns a line per file and what to do next. Never overwrites without `force`."""
    texts = {
        folder / CONFIG_NAME: _template("monitor.toml"),
        folder / SCHEMA_NAME: schema_text(),
        folder / ".env.example": _template("env.example"),
        folder / SCHEME_SCHEMA: scheme_schema(),
        folder / "scheme.toml": files("monitor.triage.scheme").joinpath("scheme.toml").read_text("utf-8"),
    }
    _must_be_free(texts, force=force)
    folder.mkdir(parents=True, exist_ok=True)
    for path, text in texts.items():
        path.write_text(text, "utf-8")
    lines = [f"wrote {path}" for path in texts]
    env = folder / ".env"
    if env.exists():  # never even with force: the key in it is what links this year's pseudonyms
        lines.append(f"kept {env} as it was")
    else:
        write_private(env, f"MONITOR_PSEUDONYM_KEY={secrets.token_hex(16)}\n")
        lines.append(f"wrote {env} with a fresh key, readable by you alone")
    there = "" if folder.resolve() == Path.cwd() else f" --config {folder / CONFIG_NAME}"
    return [*lines, f"next: edit {folder / CONFIG_NAME}, then: monitor check{there}"]


def schema_text() -> str:
    """The JSON schema of monitor.toml with the options of every installed connector."""
    return json.dumps(json_schema(options_of_all()), indent=2, ensure_ascii=False) + "\n"


def write_private(path: Path, text: str) -> None:
    """Write a file that nobody else may read."""
    path.touch(mode=0o600)
    path.chmod(0o600)
    path.write_text(text, "utf-8")


def _must_be_free(texts: Mapping[Path, str], *, force: bool) -> None:
    there = [] if force else [path for path in texts if path.exists()]
    if there:
        named = ", ".join(str(path) for path in there)
        raise ConfigError(f"{named}: there already; use another folder, or --force to overwrite")


def _template(name: str) -> str:
    return files("monitor.templates").joinpath(name).read_text("utf-8")
