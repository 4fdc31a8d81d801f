"""RSS, RDF, Atom and JSON Feed; the connector itself is `connectors.rss.source`.

The parser's processes import this package too and need nothing of the connector, which brings settings and
HTTP along (0.3 CPU seconds for each process). So its names are loaded when they are asked for (PEP 562).
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from connectors.rss.source import Rss, RssOptions, posts_of, spread

__all__ = ["Rss", "RssOptions", "posts_of", "spread"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module("connectors.rss.source"), name)
