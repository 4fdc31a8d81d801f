"""The parser's own process: feed bytes in, plain JSON out, under limits that the kernel keeps.

    parent -> length, url, content type, body -> [ one encoding | from the root | parse ] -> JSON -> parent

feedparser has paths whose cost explodes: 160 KB around one long entity take 3.8 GB, 320 KB of comments that
never end take 22 s. A size limit does not help, so each parse has CPU seconds and memory of its own and the
process dies when they are gone; the parent then starts another. Nothing here opens a file or a socket.

Run as `python -m connectors.rss.worker CPU_SECONDS MEMORY_BYTES`; it ends when its input does, so it never
outlives its parent.
"""

import json
import resource
import sys
from typing import Any, BinaryIO

from connectors.rss.entries import feed_of
from connectors.rss.frames import read_frame, write_frame
from connectors.rss.prepare import MalformedFeed

_WARM = (
    b"<rss version='2.0'><channel><item><pubDate>Mon, 2 Mar 2026 10:00:00 GMT</pubDate></item></channel></rss>",
    b"<rss version='2.0'><channel><title>broken</title>",
    b'{"version": "https://jsonfeed.org/version/1.1", "items": []}',
)
_BARRED = (
    "socket.", "subprocess.", "os.", "shutil.", "ctypes.", "mmap.", "fcntl.", "signal.", "tempfile.", "glob.",
    "sqlite3.", "urllib.", "http.", "ftplib.", "smtplib.", "pty.", "syslog.", "webbrowser.",
)  # fmt: skip
_IMPORTING = ("os.listdir", "os.scandir")  # what an import does


def main(requests: BinaryIO, replies: BinaryIO, cpu: int, memory: int) -> None:
    """Answer each request with one reply until the input ends. `cpu` seconds for each, `memory` bytes for all."""
    for document in _WARM:
        feed_of(document, "https://feeds.example/", "")  # loads whatever is loaded late
    _limit(resource.RLIMIT_AS, memory)
    _limit(resource.RLIMIT_FSIZE, 0)
    _limit(resource.RLIMIT_CORE, 0)
    sys.addaudithook(_stay_inside)
    while (request := read_frame(requests)) is not None:
        _allow_cpu(cpu)
        write_frame(replies, json.dumps(_reply(request), ensure_ascii=False).encode("utf-8", "replace"))


def _reply(request: bytes) -> dict[str, Any]:
    head, _, body = request.partition(b"\n")
    url, content_type = json.loads(head)
    try:
        return feed_of(body, url, content_type)
    except MalformedFeed as error:
        return {"refused": str(error)}
    except MemoryError:
        return {"exhausted": "memory"}
    except Exception as error:  # noqa: BLE001 - feedparser raises KeyError, ValueError and more on odd bytes
        return {"refused": f"the parser failed with {type(error).__name__}"}


def _allow_cpu(seconds: int) -> None:
    """A fresh allowance for each feed, on top of what this process has used."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    _limit(resource.RLIMIT_CPU, int(usage.ru_utime + usage.ru_stime) + 1 + seconds)


def _limit(kind: int, amount: int) -> None:
    _, hard = resource.getrlimit(kind)
    resource.setrlimit(kind, (amount if hard == resource.RLIM_INFINITY else min(amount, hard), hard))


def _stay_inside(event: str, args: tuple[Any, ...]) -> None:
    """No network, no other programs, nothing done to files, and none read but Python's own modules."""
    if event.startswith(_BARRED) and event not in _IMPORTING:
        raise PermissionError(f"{event} is not allowed here")
    if event == "open" and not _is_module(args):
        raise PermissionError("opening files is not allowed here")


def _is_module(args: tuple[Any, ...]) -> bool:
    return isinstance(args[0], str) and args[0].endswith((".py", ".pyc", ".so")) and args[1] in ("r", "rb", None)


if __name__ == "__main__":
    main(sys.stdin.buffer, sys.stdout.buffer, int(sys.argv[1]), int(sys.argv[2]))
