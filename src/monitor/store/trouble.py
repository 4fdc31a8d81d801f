"""What DuckDB and the disk say -> StoreError: the file, what is wrong with it, and the cure.

Ctrl+C during a statement comes out of DuckDB as a RuntimeError, and is made the KeyboardInterrupt that it was.
"""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from monitor.errors import StoreError

_INTERRUPTED = "Query interrupted"  # DuckDB's own words
_FULL = "the disk is full; free space and run again"
_DAMAGED = "damaged, or written by a newer DuckDB; put a backup back, or upgrade"


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Let no error out of the block but StoreError. DuckDB's words may quote what is stored, so none are repeated."""
    try:
        yield
    except RuntimeError as error:
        if str(error) != _INTERRUPTED:
            raise
        raise KeyboardInterrupt from None
    except duckdb.InterruptException:
        raise KeyboardInterrupt from None
    except duckdb.Error as error:
        raise StoreError(f"{path}: {_told(error, path)}") from None
    except OSError as error:
        raise StoreError(f"{error.filename or path}: {_said(error)}") from error


def _told(error: duckdb.Error, path: Path) -> str:
    message = str(error)
    if "Conflicting lock" in message:
        who = message.partition("(PID ")[2].partition(")")[0] or "unknown"
        if path.parent.name == "published":
            return f"another program has it open for writing (PID {who}); readers open it with read_only"
        return f"another program has it open (PID {who}); analysts open published/current.duckdb instead"
    if "No space left" in message or "disk quota" in message.lower():
        return _FULL
    if "Permission denied" in message or "Read-only file system" in message:
        return "may not be written; give this user the right to write there"
    if isinstance(error, duckdb.ConnectionException):
        return "this program itself has it open in another way; close that first"
    if isinstance(error, duckdb.OutOfMemoryException):
        return "there is not enough memory, or no room for temporary files; free some and run again"
    if isinstance(error, duckdb.ConstraintException | duckdb.DataError | duckdb.ProgrammingError):
        return f"refused what was asked or was to be written ({type(error).__name__}); nothing was changed"
    return f"{_DAMAGED} ({type(error).__name__})"


def _said(error: OSError) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return _FULL
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return "may not be written; give this user the right to write there"
    return f"cannot be used: {error.strerror}"
