"""The posts that matching is measured on: made from a seed, or real ones where a folder has them.

Made posts have 20 to 300 words in Dutch or English, used as unevenly as in real text, with what posts carry besides:
capitals, accents (composed, now and then decomposed), curly quotation marks, emoji, hashtags (some in CamelCase),
@handles, addresses of pages and bare domains. The same seed gives the same posts, byte for byte.
"""

import gzip
import json
import random
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from pathlib import Path

from monitor.bench.vocabulary import Vocabulary, name, vocabulary
from monitor.errors import ConfigError

SEED = 20_260_302
FEWEST, MOST = 20, 300  # words of a post
MEAN_BEYOND = 23.0  # words beyond the fewest, on average, before hashtags and addresses are added
DUTCH = 0.55
SENTENCE = 13  # words of one, about
TAGS, HANDLES, DOMAINS = 3_000, 6_000, 800  # in use; the first ones far more often
EMOJI = ("😀", "😡", "🙏", "👍", "🎉", "❤️", "😂", "🚲", "☀️", "👩‍👩‍👧", "🇳🇱", "🤷🏽‍♀️")
ENDS = (".", ".", ".", "!", "?", "...", ":)")  # of sentences
WORDS = re.compile(r"[^\W_]+")

# How often a post has one: what was counted in some 18,000 real posts of 20 words and more, rounded.
HASHTAG, HANDLE, ADDRESS, DOMAIN, EMOJIS, CURLY, DECOMPOSED = 0.22, 0.35, 0.18, 0.03, 0.08, 0.15, 0.01


@dataclass(frozen=True, slots=True)
class Figures:
    """What a corpus looks like: shares are between 0 and 1."""

    posts: int
    bytes_mean: float
    words_mean: float
    vocabulary: int
    top_100: float
    top_1000: float
    once: float
    not_ascii: float


@dataclass(frozen=True, slots=True)
class _Pools:
    """What posts choose from; `uses` are cumulative weights by rank, long enough for the largest pool."""

    nl: Vocabulary
    en: Vocabulary
    tags: tuple[str, ...]
    handles: tuple[str, ...]
    domains: tuple[str, ...]
    uses: tuple[float, ...]

    def one(self, pool: tuple[str, ...], rng: random.Random) -> str:
        return rng.choices(pool, cum_weights=self.uses[: len(pool)])[0]


def made(count: int, seed: int = SEED) -> list[str]:
    """`count` posts, the same for the same seed; a longer list begins with the shorter one."""
    pools, rng = _pools(seed), random.Random(f"posts {seed}")  # noqa: S311 - the same for the same seed is the point
    return [_post(pools, rng) for _ in range(count)]


def real(folder: Path, count: int, seed: int = SEED) -> list[str]:
    """Up to `count` different texts of 20 to 300 words from the *.jsonl.gz of `folder` or its `labelled`."""
    texts = list(dict.fromkeys(_texts(folder)))
    if not texts:
        raise ConfigError(f"{folder}: no *.jsonl.gz with texts of {FEWEST} to {MOST} words; name another with --data")
    random.Random(seed).shuffle(texts)  # noqa: S311 - as above
    return texts[:count]


def figures(posts: Sequence[str]) -> Figures:
    """Counted, not assumed: how the words of `posts` are spread."""
    counts = Counter(word for post in posts for word in WORDS.findall(post.lower()))
    total, ranked = sum(counts.values()), [uses for _, uses in counts.most_common(1000)]
    return Figures(
        posts=len(posts),
        bytes_mean=sum(len(post.encode()) for post in posts) / len(posts),
        words_mean=sum(len(post.split()) for post in posts) / len(posts),
        vocabulary=len(counts),
        top_100=sum(ranked[:100]) / total,
        top_1000=sum(ranked) / total,
        once=sum(uses == 1 for uses in counts.values()) / len(counts),
        not_ascii=sum(not post.isascii() for post in posts) / len(posts),
    )


def evenly(posts: Sequence[str], count: int) -> list[str]:
    """`count` posts that are as long, on average, as all of them: for what is too slow to be given all."""
    if count >= len(posts):
        return list(posts)
    ordered = sorted(range(len(posts)), key=lambda at: (len(posts[at]), at))
    step = len(posts) / count
    return [posts[ordered[int((place + 0.5) * step)]] for place in range(count)]


def _texts(folder: Path) -> Iterator[str]:
    for path in sorted([*folder.glob("*.jsonl.gz"), *folder.glob("labelled/*.jsonl.gz")]):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            texts = (json.loads(line).get("text") or "" for line in lines)
            yield from (text for text in texts if FEWEST <= len(text.split()) <= MOST)


@lru_cache(2)
def _pools(seed: int) -> _Pools:
    rng = random.Random(f"words {seed}")  # noqa: S311 - as above
    nl, en = vocabulary("nl", rng), vocabulary("en", rng)
    content = nl.words[100:4000] + en.words[100:4000]
    return _Pools(
        nl=nl,
        en=en,
        tags=tuple(_tag(content, rng) for _ in range(TAGS)),
        handles=tuple(f"@{name(rng)}{rng.choice(('', '', '_nl', '_', '24', 'help'))}" for _ in range(HANDLES)),
        domains=tuple(f"{name(rng)}.example" for _ in range(DOMAINS)),
        uses=tuple(accumulate(1 / (rank + 2.7) for rank in range(1, HANDLES + 1))),
    )


def _tag(content: Sequence[str], rng: random.Random) -> str:
    """#word, or #TwoWords: a fifth to a fourth of real hashtags are in CamelCase."""
    first, second = ("".join(WORDS.findall(rng.choice(content))) for _ in range(2))
    return f"#{first.capitalize()}{second.capitalize()}" if rng.random() < 0.25 else f"#{first}"


def _post(pools: _Pools, rng: random.Random) -> str:
    words = pools.nl if rng.random() < DUTCH else pools.en
    length = min(MOST - 10, FEWEST + int(rng.expovariate(1 / MEAN_BEYOND)))
    chosen = rng.choices(words.words, cum_weights=words.weights, k=length)
    text = " ".join([*_sentences(chosen, rng), *_extras(pools, rng)])
    if rng.random() < HANDLE:
        text = f"{pools.one(pools.handles, rng)} {text}"
    return _dressed(text, rng)


def _sentences(words: list[str], rng: random.Random) -> Iterator[str]:
    start = 0
    while start < len(words):
        end = min(len(words), start + max(3, int(rng.gauss(SENTENCE, 5))))
        sentence = words[start:end]
        if len(sentence) > 8:
            sentence[len(sentence) // 2] += ","
        sentence[0] = sentence[0][0].upper() + sentence[0][1:]
        yield " ".join(sentence) + rng.choice(ENDS)
        start = end


def _extras(pools: _Pools, rng: random.Random) -> Iterator[str]:
    while rng.random() < HASHTAG:
        yield pools.one(pools.tags, rng)
        if rng.random() < 0.4:
            yield pools.one(pools.tags, rng)
    if rng.random() < ADDRESS:
        path = rng.choice(("nieuws", "p", "2026/03"))
        yield f"https://www.{pools.one(pools.domains, rng)}/{path}/{rng.getrandbits(40):x}"
    if rng.random() < DOMAIN:
        yield pools.one(pools.domains, rng)
    if rng.random() < EMOJIS:
        yield rng.choice(EMOJI) * rng.choice((1, 1, 1, 3))


def _dressed(text: str, rng: random.Random) -> str:
    """Curly marks as telephones write them, and letters parted from their accents as some systems store them."""
    if rng.random() < CURLY:
        text = text.replace("'", "’")
        first, _, rest = text.partition(". ")
        text = f"“{first}.” {rest}" if rest else f"‘{first}’"
    return unicodedata.normalize("NFD", text) if rng.random() < DECOMPOSED else text
