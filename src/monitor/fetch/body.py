"""The bytes of an answer, inflated and counted as they come.

A gzip body of 1 MB can become 1 GiB, so bytes are counted after inflating; junk behind a gzip body
inflates to nothing, so bytes are counted before it too.
"""

import zlib
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain

from monitor.errors import Retry, Skip

_GZIP = b"\x1f"  # the first byte of every member


def read(chunks: Iterable[bytes], headers: Mapping[str, str], largest: int, place: str) -> bytes:
    """The body, at most `largest` bytes; raises Skip when larger or unreadable, Retry when cut short."""
    body = bytearray()  # a list of chunks costs forty times its bytes when they come one by one
    for piece in _plain(_counted(chunks, largest, place), headers, largest, place):
        body += piece
        if len(body) > largest:
            raise _too_large(largest, place)
    return bytes(body)


def _counted(chunks: Iterable[bytes], largest: int, place: str) -> Iterator[bytes]:
    total = 0
    for chunk in chunks:
        total += len(chunk)
        if total > largest:
            raise _too_large(largest, place)
        yield chunk


def _plain(chunks: Iterator[bytes], headers: Mapping[str, str], largest: int, place: str) -> Iterable[bytes]:
    coding = headers.get("content-encoding", "").strip().lower()
    if coding in ("", "identity"):
        return chunks
    if coding in ("gzip", "x-gzip"):
        return _gunzipped(chunks, largest, place)
    raise Skip("malformed", place, "its content coding was not asked for")


def _gunzipped(chunks: Iterator[bytes], largest: int, place: str) -> Iterable[bytes]:
    """A body that is not gzip although its header says so passes unchanged: some servers send such."""
    first = next(chunks, b"")
    whole = chain([first], chunks)
    return _members(whole, largest, place) if first.startswith(_GZIP) else whole


def _members(chunks: Iterable[bytes], largest: int, place: str) -> Iterator[bytes]:
    """Every gzip member of the body (RFC 1952 allows several), in bounded steps; padding ends it."""
    engine = zlib.decompressobj(16 + zlib.MAX_WBITS)
    for chunk in chunks:
        rest = chunk
        while rest:
            if engine.eof and not rest.startswith(_GZIP):
                return
            engine = zlib.decompressobj(16 + zlib.MAX_WBITS) if engine.eof else engine
            yield _inflated(engine, rest, largest, place)
            rest = engine.unused_data
    if not engine.eof:
        raise Retry("network", place, "its compressed body is cut short")


def _inflated(engine: "zlib._Decompress", chunk: bytes, largest: int, place: str) -> bytes:
    """What `chunk` inflates to, at most one byte more than is allowed."""
    try:
        return engine.decompress(chunk, largest + 1)
    except zlib.error:
        raise Skip("malformed", place, "its compressed body cannot be read") from None


def _too_large(largest: int, place: str) -> Skip:
    return Skip("too-large", place, f"its body is larger than {largest:,} bytes")
