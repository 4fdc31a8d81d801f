"""Messages over a pipe: four bytes of length, then the message."""

import struct
from typing import BinaryIO

HEAD = struct.Struct(">I")


def read_frame(stream: BinaryIO) -> bytes | None:
    """One message, or None at the end of the stream."""
    head = stream.read(HEAD.size)
    if len(head) < HEAD.size:
        return None
    (length,) = HEAD.unpack(head)
    body = stream.read(length)
    return body if len(body) == length else None


def write_frame(stream: BinaryIO, message: bytes) -> None:
    """Send one message. Raises OSError when the other side is gone."""
    stream.write(HEAD.pack(len(message)) + message)
    stream.flush()
