"""DuckDB: the only room with SQL. See `Store` for what can be done."""

from monitor.store.locks import hold
from monitor.store.rows import Place, Saved, Visited
from monitor.store.store import Store

__all__ = ["Place", "Saved", "Store", "Visited", "hold"]
