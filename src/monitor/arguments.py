"""What commands take: the configuration, sources and queries, with what a shell can complete."""

import tomllib
from pathlib import Path
from typing import Annotated, Any

import typer

DEFAULT = Path("monitor.toml")


def _sources_in(ctx: typer.Context, incomplete: str) -> list[str]:
    """The sources in the configuration, for the shell to complete."""
    return [name for name in _table(ctx, "sources") if name.startswith(incomplete)]


def queries_in(ctx: typer.Context, incomplete: str) -> list[str]:
    """The names of queries in the configuration, for the shell to complete."""
    names = [query.get("name", "") for query in _table(ctx, "queries") if isinstance(query, dict)]
    return [name for name in names if isinstance(name, str) and name.startswith(incomplete)]


def _table(ctx: typer.Context, name: str) -> Any:
    """A table of the configuration; nothing when it cannot be read."""
    try:
        found = tomllib.loads(Path(ctx.params.get("config") or DEFAULT).read_text("utf-8-sig")).get(name)
    except (OSError, ValueError, TypeError):
        return ()
    return found if isinstance(found, dict | list) else ()


Config = Annotated[
    Path,
    typer.Option(
        "--config", "-c", envvar="MONITOR_CONFIG", help="The configuration; .env is read beside it.", dir_okay=False
    ),
]
Sources = Annotated[
    list[str] | None,
    typer.Option("--source", "-s", help="Only this source; may be repeated.", autocompletion=_sources_in),
]
