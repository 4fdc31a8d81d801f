"""What one feed may hold, and what reading it may take."""

from dataclasses import dataclass

MOST_ENTRIES = 500  # the newest; a feed that holds more has been read before
LONGEST_BODY = 200_000  # characters of markup
LONGEST_TITLE = 5_000
LONGEST_ID = 1_000
LONGEST_TAG = 400
LONGEST_TTL = 1440.0  # minutes; nobody is left alone for more than a day

DEEPEST = 200  # elements within elements
MOST_ATTRIBUTES = 200  # of one element; feedparser's cost grows with their square
MOST_ITEMS = 5_000  # that are looked at: a feed lists the newest first
MOST_TAGS = 100  # of one entry that are looked at; feedparser's cost grows with their square


@dataclass(frozen=True, slots=True)
class Limits:
    """What one feed may take: seconds by the clock, CPU seconds, and bytes of memory for the process."""

    wall: float = 6.0
    cpu: int = 3
    memory: int = 512 * 1024 * 1024
