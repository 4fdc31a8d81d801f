"""The parser's own process: feed bytes in, plain JSON out, under limits that the kernel keeps.

    parent -> length, url, content type, body -> [ refuse entities | JSON Feed | feedparser ] -> JSON -> parent

feedparser has paths whose cost explodes: 80 KB of blank lines before the root take 27 s, 160 KB around one
long entity take 3.8 GB. A size limit does not help, so each parse has CPU seconds and memory of its own and
the process dies when they are gone; the parent then starts another. Nothing here opens a file or a socket.

Run as `python -m connectors.rss.worker`; it ends when its input does, so it never outlives its parent.
"""

import json
import resource
import sys
from typing import Any, BinaryIO

import feedparser

from connectors.rss.entries import MalformedFeed, feed_from_json, feed_from_xml
from connectors.rss.frames import read_frame, write_frame

CPU_SECONDS = 3
MEMORY = 512 * 1024 * 1024


def main(requests: BinaryIO, replies: BinaryIO) -> None:
    """Answer each request with one reply until the input ends."""
    _limit(resource.RLIMIT_AS, MEMORY)
    _limit(resource.RLIMIT_FSIZE, 0)
    _limit(resource.RLIMIT_CORE, 0)
    sys.addaudithook(_stay_inside)
    while (request := read_frame(requests)) is not None:
        _allow_cpu()
        write_frame(replies, json.dumps(_reply(request), ensure_ascii=True).encode())


def _reply(request: bytes) -> dict[str, Any]:
    head, _, body = request.partition(b"\n")
    url, content_type = json.loads(head)
    try:
        return _parsed(body, url, content_type)
    except MalformedFeed as error:
        return {"refused": str(error)}
    except MemoryError:
        return {"refused": "parsing it takes more memory than is allowed"}
    except Exception as error:  # noqa: BLE001 - feedparser raises KeyError, ValueError and more on odd bytes
        return {"refused": f"the parser failed with {type(error).__name__}"}


def _parsed(body: bytes, url: str, content_type: str) -> dict[str, Any]:
    body = body.lstrip(b" \t\r\n")
    if not body:
        raise MalformedFeed("its body is empty")
    if body[:1] == b"{":
        return feed_from_json(body, url)
    return feed_from_xml(body, url, content_type)


def _allow_cpu() -> None:
    """A fresh allowance for each feed, on top of what this process has used."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    _limit(resource.RLIMIT_CPU, int(usage.ru_utime + usage.ru_stime) + 1 + CPU_SECONDS)


def _limit(kind: int, amount: int) -> None:
    _, hard = resource.getrlimit(kind)
    resource.setrlimit(kind, (amount if hard == resource.RLIM_INFINITY else min(amount, hard), hard))


def _stay_inside(event: str, args: tuple[Any, ...]) -> None:
    """No network, no other programs, no file but Python's own modules."""
    if event.startswith(("socket.", "subprocess.", "os.system", "os.exec", "os.posix_spawn", "os.fork")):
        raise PermissionError(f"{event} is not allowed here")
    if event == "open" and isinstance(args[0], str) and not args[0].endswith((".py", ".pyc", ".so")):
        raise PermissionError("opening files is not allowed here")


if __name__ == "__main__":
    feedparser.parse(b"<rss version='2.0'><channel><title>warm</title></channel></rss>")  # load everything first
    main(sys.stdin.buffer, sys.stdout.buffer)
