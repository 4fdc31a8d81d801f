"""How well organisations are told from their namesakes: with the profile alone, and with about ten labels per name.

    relevance_gold.jsonl.gz -> per name, near copies together: repeated seeded folds -> at most ten labels learn
                            -> the rest judged, all names of a language pooled -> precision at a recall

The profiles (brand_profiles.toml) were written before the texts were read. `en_sanders_brands.jsonl.gz` is reported per
language of its rows: nine in ten of those not about the brand are simply not English.
"""

import gzip
import json
import random
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from statistics import fmean
from typing import Any

from monitor.bench.figures import Figure
from monitor.triage.labels import Labelled
from monitor.triage.relevance import CUT, Relevance

GOLD = "relevance_gold.jsonl.gz"
LABELS = 10  # of one name at most
FOLDS = 5
REPEATS = 20
RECALL = 0.95
ALIKE = 0.6  # share of common words from which two texts are copies of one another
Judged = tuple[float, bool]  # probability, and whether it is about the organisation


@dataclass(frozen=True, slots=True)
class Hit:
    """A text with an ambiguous name; `group` is equal for copies of one text."""

    text: str
    language: str
    brand: str
    relevant: bool
    group: int

    @property
    def labelled(self) -> Labelled:
        """The hit as a row of a label file."""
        return Labelled(self.text, self.language, relevant=self.relevant)


def figures(data: Path, quick: bool = False) -> Iterator[Figure]:
    """The rows of the table; nothing where `data` (a folder of labelled sets) lacks the set."""
    if not (data / GOLD).exists():
        return
    hits = read(data / GOLD)
    for language, first in (("en", ".95 at .77"), ("nl", ".88 at .95")):
        yield from _of_language([hit for hit in hits if hit.language == language], first, 3 if quick else REPEATS)


def _of_language(hits: Sequence[Hit], first: str, repeats: int) -> Iterator[Figure]:
    language, plain = hits[0].language, fmean(hit.relevant for hit in hits)
    alone = precision_at(RECALL, [(profile(hit).probability(hit.text, spans(hit)), hit.relevant) for hit in hits])
    before = ".69 at .88" if language == "en" else ".74 at .97"
    task = f"ambiguous names, {language}: precision at recall {RECALL}"
    yield Figure(f"{task}, profile alone", len(hits), "none", plain, alone, before, "", "share")
    runs = [precision_at(RECALL, list(judged(hits, seed))) for seed in range(repeats)]
    split = f"{FOLDS}-fold per name, at most {LABELS} labels, seeds 0 to {repeats - 1}"
    yield Figure(f"{task}, with labels", len(hits), split, alone, fmean(runs), first, ".90 at .95", "share")


def read(path: Path) -> list[Hit]:
    """The hits of a file, near copies in one group."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        rows: list[dict[str, Any]] = [json.loads(line) for line in file]
    words = [frozenset(re.findall(r"\w+", row["text"].lower())) for row in rows]
    groups = [next(first for first in range(at + 1) if _alike(words[first], words[at])) for at in range(len(rows))]
    return [
        Hit(row["text"], row["lang"], row["brand"], row["label"] == "relevant", group)
        for row, group in zip(rows, groups, strict=True)
    ]


def _alike(one: frozenset[str], other: frozenset[str]) -> bool:
    return len(one & other) >= ALIKE * len(one | other)


def judged(hits: Iterable[Hit], seed: int) -> Iterator[Judged]:
    """Every hit's probability, by a profile that learned from at most ten others of its name."""
    by_brand: dict[str, list[Hit]] = defaultdict(list)
    for hit in hits:
        by_brand[hit.brand].append(hit)
    for brand, own in sorted(by_brand.items()):
        yield from _folded(own, random.Random(f"{brand} {seed}"))  # noqa: S311 - a split, not a secret


def _folded(own: Sequence[Hit], chance: random.Random) -> Iterator[Judged]:
    groups = sorted({hit.group for hit in own})
    chance.shuffle(groups)
    for fold in range(FOLDS):
        held_out = set(groups[fold::FOLDS])
        others = [hit for hit in own if hit.group not in held_out]
        chance.shuffle(others)
        learned = profile(own[0]).learned(hit.labelled for hit in others[:LABELS])
        yield from (
            (learned.probability(hit.text, spans(hit)), hit.relevant) for hit in own if hit.group in held_out
        )


def profile(hit: Hit) -> Relevance:
    """The profile of the hit's name in its language."""
    return _profile(hit.language, hit.brand)


@cache
def _profile(language: str, brand: str) -> Relevance:
    return Relevance(**_profiles()[language][brand])


@cache
def _profiles() -> Mapping[str, Mapping[str, Mapping[str, Sequence[str]]]]:
    return tomllib.loads(files("monitor.bench").joinpath("brand_profiles.toml").read_text(encoding="utf-8"))


def spans(hit: Hit) -> list[tuple[int, int]]:
    """Where the name stands, as a query for it would say."""
    return [found.span() for found in re.finditer(rf"(?<!\w){re.escape(hit.brand)}(?!\w)", hit.text, re.IGNORECASE)]


def precision_at(recall: float, rows: Iterable[Judged]) -> float:
    """The best precision of all thresholds that still find this share of what is about the organisation."""
    ranked = sorted(rows, reverse=True)
    positives, found, best = sum(relevant for _, relevant in ranked), 0, 0.0
    for at, (probability, relevant) in enumerate(ranked, start=1):
        found += relevant
        tied = at < len(ranked) and ranked[at][0] == probability
        if not tied and found >= recall * positives:
            best = max(best, found / at)
    return best
