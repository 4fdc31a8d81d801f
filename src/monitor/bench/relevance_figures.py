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
from monitor.triage.cues.language import FUNCTION_WORDS, Vote
from monitor.triage.cues.scope import folded
from monitor.triage.labels import Labelled
from monitor.triage.relevance import Relevance

GOLD = "relevance_gold.jsonl.gz"
SANDERS = "en_sanders_brands.jsonl.gz"
LABELS = 10  # of one name at most
FOLDS = 5
REPEATS = 20
RECALL = 0.95
ALIKE = 0.6  # share of common words from which two texts are copies of one another
FIRST = {  # recall: what was first measured there, by profile alone and with labels
    "en": ((0.77, "", ".95"), (0.88, ".69", ""), (RECALL, "", "")),
    "nl": ((RECALL, ".74 at .97", ".88"),),
}
RELEVANT = ("relevant", "positive", "negative", "neutral")
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
    """The rows of the table; sets that `data` lacks are left out."""
    if (data / GOLD).exists():
        hits = read(data / GOLD)
        for language in FIRST:
            yield from _of_language([hit for hit in hits if hit.language == language], 3 if quick else REPEATS)
    if (data / SANDERS).exists() and not quick:
        yield from _sanders(read(data / SANDERS))


def _of_language(hits: Sequence[Hit], repeats: int) -> Iterator[Figure]:
    language, plain = hits[0].language, fmean(hit.relevant for hit in hits)
    alone = [(profile(hit).probability(hit.text, spans(hit)), hit.relevant) for hit in hits]
    runs = [list(judged(hits, seed)) for seed in range(repeats)]
    split = f"{FOLDS}-fold per name, at most {LABELS} labels, seeds 0 to {repeats - 1}"
    for recall, by_profile, by_labels in FIRST[language]:
        task, found = f"ambiguous names, {language}: precision at recall {recall}", precision_at(recall, alone)
        learned = fmean(precision_at(recall, run) for run in runs)
        target = ".90" if recall == RECALL else ""
        yield Figure(f"{task}, profile alone", len(hits), "none; baseline: all", plain, found, by_profile, "", "share")
        yield Figure(f"{task}, with labels", len(hits), split, found, learned, by_labels, target, "share")


def _sanders(hits: Sequence[Hit]) -> Iterator[Figure]:
    """What is English by its small words, and what is not: there the label says the language, not the namesake."""
    vote = Vote(FUNCTION_WORDS)
    english = [hit for hit in hits if vote.of(set(folded(hit.text).split()), None) == "en"]
    for name, some in (("English", english), ("no English", [hit for hit in hits if hit not in english])):
        found = precision_at(RECALL, list(judged(some, 0)))
        plain = fmean(hit.relevant for hit in some)
        task = f"Sanders brands, {name} rows: precision at recall {RECALL}, with labels"
        yield Figure(task, len(some), f"{FOLDS}-fold per name, seed 0", plain, found, "", "", "share")


def read(path: Path) -> list[Hit]:
    """The hits of a file, near copies in one group."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        rows: list[dict[str, Any]] = [json.loads(line) for line in file]
    words = [frozenset(re.findall(r"\w+", row["text"].lower())) for row in rows]
    groups = [next(first for first in range(at + 1) if _alike(words[first], words[at])) for at in range(len(rows))]
    return [
        Hit(row["text"], row["lang"], row.get("brand") or row["entity"], row["label"] in RELEVANT, group)
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
        yield from ((learned.probability(hit.text, spans(hit)), hit.relevant) for hit in own if hit.group in held_out)


def profile(hit: Hit) -> Relevance:
    """The profile of the hit's name in its language."""
    return _profile(hit.language, hit.brand)


@cache
def _profile(language: str, brand: str) -> Relevance:
    written = _profiles()[language][brand]
    return Relevance(written["names"], written["context"], written.get("anti", ()))


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
