"""DuckDB: the only room with SQL. See `Store` for what can be done."""

from monitor.store.kept import Kept, Mark
from monitor.store.locks import hold
from monitor.store.rematching import Bookmark, Changes, Counted
from monitor.store.rows import Asked, Place, Saved, Visited
from monitor.store.store import Store

__all__ = [
    "Asked",
    "Bookmark",
    "Changes",
    "Counted",
    "Kept",
    "Mark",
    "Place",
    "Saved",
    "Store",
    "Visited",
    "hold",
]
