"""How well mood is guessed without a label, beside a general lexicon, and how often personal data is seen in vain.

    sets of labelled moods -> cues + words of mood | lexicon (../lexicon/*-sentiment.xml) -> macro-F1

In the Dutch restaurant sentences "none" is neutral and "mixed" left out. The French tweets are about ecology: what is
labelled is a stance, for which there are few words of mood.
"""

import gzip
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from monitor.bench.figures import Figure
from monitor.personal import find
from monitor.triage.cues import Cues
from monitor.triage.sentiment import guess

SIDES = ("negative", "neutral", "positive")
SETS = {  # set: its language, what was first measured and the target, both of the issue and with labels
    "nl_semeval2016_restaurants": ("nl", "58.9", "65"),
    "nl_bolcom_reviews": ("nl", "76.7", ""),
    "en_xlmt_sentiment": ("en", "", ""),
    "fr_xlmt_sentiment": ("fr", "62.6", ""),
    "de_xlmt_sentiment": ("de", "65.8", ""),
}
ORDINARY = ("nl_xed_emotion", "nl_political_tweets_unlabelled", "nl_bolcom_reviews", "en_twcs_sample")
LEXICON_SIDE = 0.1  # as in the Pattern project's own figures
NEGATION = frozenset(("niet", "geen", "not", "no", "never", "pas", "jamais", "nicht", "kein"))
Row = dict[str, Any]


def figures(data: Path, quick: bool = False) -> Iterator[Figure]:
    """The rows of the table; a set that `data` lacks is left out."""
    for name, (language, first, target) in SETS.items():
        if (data / f"{name}.jsonl.gz").exists():
            labelled = [(row["text"], _side(row)) for row in _rows(data, name)][:: 4 if quick else 1]
            yield _sentiment(name, language, [one for one in labelled if one[1] in SIDES], data, first, target)
    texts = [row["text"] for name in ORDINARY if (data / f"{name}.jsonl.gz").exists() for row in _rows(data, name)]
    if texts:
        alarms = 10_000 * sum(bool(find(text)) for text in texts) / len(texts)
        task = "personal data in ordinary texts, every find counted as false"
        yield Figure(task, len(texts), "none", None, alarms, "16", "16", "per 10,000")


def _sentiment(
    name: str, language: str, rows: Sequence[tuple[str, str]], data: Path, first: str, target: str
) -> Figure:
    truth = [side for _, side in rows]
    sides = [side for side in SIDES if side in truth]
    ours = [guess(_cues().read(text, language))[0] for text, _ in rows]
    lexicon = _lexicon(data.parent / "lexicon" / f"{language}-sentiment.xml")
    peer = [_by_lexicon(text, lexicon) for text, _ in rows]
    baseline = macro_f1(truth, peer, sides) if lexicon else None
    task = f"sentiment without labels, {name}: macro-F1"
    return Figure(
        task, len(rows), "none; baseline: general lexicon", baseline, macro_f1(truth, ours, sides), first, target
    )


def macro_f1(truth: Sequence[str], said: Sequence[str], sides: Sequence[str]) -> float:
    """The mean over the sides of F1, in per cent; with two sides only, no side is the negative one."""
    answers = [one if one in sides else sides[0] for one in said]
    pairs = list(zip(truth, answers, strict=True))
    return 100 * sum(_f1(pairs, side) for side in sides) / len(sides)


def _f1(pairs: Sequence[tuple[str, str]], side: str) -> float:
    both = sum(true == said == side for true, said in pairs)
    either = sum((true == side) + (said == side) for true, said in pairs)
    return 2 * both / either if either else 0.0


def _side(row: Row) -> str:
    label = str(row["label"]).lower()
    return {"none": "neutral", "0": "negative", "1": "neutral", "2": "positive"}.get(label, label)


def _by_lexicon(text: str, lexicon: Mapping[str, float]) -> str:
    words = re.findall(r"\w+", text.lower())
    found = [
        -lexicon[word] if NEGATION & set(words[max(at - 2, 0) : at]) else lexicon[word]
        for at, word in enumerate(words)
        if word in lexicon
    ]
    polarity = sum(found) / len(found) if found else 0.0
    return "positive" if polarity > LEXICON_SIDE else "negative" if polarity < -LEXICON_SIDE else "neutral"


def _lexicon(path: Path) -> dict[str, float]:
    """Word to polarity, the mean of its senses, without those that are neutral; empty where there is no lexicon."""
    senses: dict[str, list[float]] = {}
    for word in ET.parse(path).getroot().iter("word") if path.exists() else ():  # noqa: S314 - named by who measures
        senses.setdefault(word.get("form", "").lower(), []).append(float(word.get("polarity", "0")))
    return {word: sum(found) / len(found) for word, found in senses.items() if any(found)}


@cache
def _cues() -> Cues:
    return Cues(("nl", "en", "fr", "de"))


def _rows(data: Path, name: str) -> list[Row]:
    with gzip.open(data / f"{name}.jsonl.gz", "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]
