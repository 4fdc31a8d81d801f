"""CPU seconds and memory of a piece of work. The clock on the wall would count what else the machine does."""

import gc
import time
import tracemalloc
from collections.abc import Callable
from typing import Generic, NamedTuple, TypeVar

Given = TypeVar("Given")


class Taken(NamedTuple, Generic[Given]):
    """What the work gave, and its CPU seconds, all threads of this process together."""

    given: Given
    seconds: float


def timed(work: Callable[[], Given]) -> Taken[Given]:
    """Do it once, from tidied memory."""
    gc.collect()
    began = time.process_time()
    given = work()
    return Taken(given, max(time.process_time() - began, 1e-6))


def kept(work: Callable[[], Given]) -> tuple[Given, int]:
    """What the work gave, and the bytes of Python's memory that are still held after it."""
    gc.collect()
    tracemalloc.start()
    try:
        given = work()
        gc.collect()
        return given, tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()


def kept_after(work: Callable[[], Given], use: Callable[[Given], object]) -> tuple[int, int]:
    """Bytes held by what the work gave: new, and once it was used and what that gave was let go."""
    gc.collect()
    tracemalloc.start()
    try:
        given = work()
        gc.collect()
        new = tracemalloc.get_traced_memory()[0]
        use(given)
        gc.collect()
        return new, tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
