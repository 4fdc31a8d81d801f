"""Near copies: hashes that stand for the words of a text, by which the same story is known again.

    text -> no addresses and handles, no boost prefix, folded -> words -> runs of three -> hashes -> the smallest

Two texts are copies when at least half of the shorter one's runs stand in the other: a copy that was cut off or
wrapped in a few words of one's own is contained, though most of the longer text is new (Jaccard's measure would
miss it). The smallest hashes are a sample that two texts draw alike (Broder, "On the resemblance and containment of
documents", 1997). So many are kept that an excerpt of 280 characters has them all and nothing is left to chance: a
sample of eight takes a text for the copy of another that only begins with the same eight words, when there are
thousands to compare with, and in the queue that would be a person who is never answered.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from hashlib import blake2b

Sketch = tuple[int, ...]  # at most `SIZE` hashes of 64 bits, ascending

SIZE = 48
RUN = 3  # words
FEWEST = 4  # runs; a text with fewer says so little that it must be the same
LITTLE = 10  # runs; of a text with fewer more must be the same: "hi, how can I" begins many a question
ENOUGH, NEARLY_ALL = 0.5, 0.75  # of the runs
LEAST = 3  # runs in common, whatever the share
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+|@\w[\w.@-]*")
_BOOST = re.compile(r"^\W*(?:rt|boost|via)\b", re.IGNORECASE)
_WORD = re.compile(r"\w+")


def sketch(text: str) -> Sketch:
    """The smallest hashes of a text's runs of three words, all of them when it has few; () without words.

    The hashes are the same on every machine and in every version.
    """
    return tuple(sorted({_hash(run) for run in _runs(text)})[:SIZE])


def is_copy(one: Sketch, other: Sketch) -> bool:
    """True when at least half of the shorter text's runs stand in the other, as far as the sketches tell.

    Of a text of six to eleven words it must be three quarters, and a shorter one must be the same.
    """
    if min(len(one), len(other)) < FEWEST:
        return bool(one) and one == other
    # up to the smaller of the last hashes both sketches are whole; beyond it one of them says nothing
    limit = min((each[-1] for each in (one, other) if len(each) == SIZE), default=max(one[-1], other[-1]))
    mine, theirs = {each for each in one if each <= limit}, {each for each in other if each <= limit}
    return _is_enough(len(mine & theirs), min(len(mine), len(theirs)), min(len(one), len(other)))


def may_be_copy(one: Sketch, other: Sketch, shared: int) -> bool:
    """False when so many hashes in common, counted already, cannot make them copies; much quicker than `is_copy`."""
    shorter = min(len(one), len(other))
    if shorter < FEWEST or max(len(one), len(other)) == SIZE:
        return shared >= LEAST or shorter < FEWEST
    return _is_enough(shared, shorter, shorter)


def _is_enough(shared: int, of: int, shorter: int) -> bool:
    return shared >= LEAST and shared >= of * (NEARLY_ALL if shorter < LITTLE else ENOUGH)


def stories(sketches: Iterable[Sketch]) -> int:
    """How many stories these are, where near copies are one; texts without words are each their own."""
    near: defaultdict[int, list[Sketch]] = defaultdict(list)
    count = 0
    for each in sketches:
        if any(is_copy(each, other) for hash_ in each for other in near.get(hash_, ())):
            continue  # a copy of a copy counts as one only when it is like the first that was seen
        count += 1
        for hash_ in each:
            near[hash_].append(each)
    return count


def _runs(text: str) -> Iterator[str]:
    words = _WORD.findall(_folded(_BOOST.sub("", _ADDRESS.sub(" ", text))))
    if words:
        yield from (" ".join(words[at : at + RUN]) for at in range(max(len(words) - RUN + 1, 1)))


def _folded(text: str) -> str:
    """Lower case without accents, in one form of each letter."""
    return "".join(char for char in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(char))


def _hash(run: str) -> int:
    return int.from_bytes(blake2b(run.encode("utf-8", "replace"), digest_size=8).digest(), "big")
