"""The figures of cues alone, beside simple baselines on the same texts: a general lexicon, a question mark.

    labelled sets -> the half that was not looked at while the lists were made -> cues | baseline -> Figure

Which half a text is in says the last bit of its SHA-256: 0 is the half for making, 1 the half for measuring. The lists
were made with the first half in sight, a few constants with both. The English strong tier was mended by its misses in
the made set and its alarms in the ordinary texts: those rows are marked as seen.
"""

import gzip
import hashlib
import json
import random
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib.resources import files
from pathlib import Path
from statistics import fmean
from typing import Any

from monitor.bench.figures import Figure
from monitor.bench.measuring import timed
from monitor.errors import ConfigError
from monitor.model import Kind
from monitor.triage.cues import Cues

SEED = 7
BASE, SHARE, DAY, TOP = 0.10, 0.20, 100, 10  # of a stream: needing, read; posts a day, of which the first are looked at
DRAWS = 12  # seeded streams that a figure is the mean of
STRONG: tuple[Kind, ...] = ("press", "leak", "job", "fraud", "safety")
ORDINARY = {
    "en": ("en_twcs_sample", "en_entity_sentiment_part"),
    "nl": ("nl_bolcom_reviews", "nl_political_tweets", "nl_political_tweets_unlabelled"),
}
SEEN = {"en": ", seen in making"}  # these figures say how a list was made, not how it will do
SPLIT = "half 1 by SHA-256"
Row = dict[str, Any]
Judge = Callable[[str], bool]


def figures(data: Path, quick: bool = False) -> Iterator[Figure]:
    """Every figure of cues alone. `data` is the folder of labelled sets; ConfigError when one is missing."""
    english, lexicon = Cues(("en",)), Lexicon(data.parent / "lexicon" / "en-sentiment.xml")
    yield from _complaints(data, english, lexicon)
    yield from _needs(data, Cues(("en",), ("transport",)), lexicon, 2 if quick else DRAWS)
    yield from _questions(data, english)
    for language, sets in ORDINARY.items():
        yield from _strong(language)
        yield from _alarms(data, language, sets)
    yield _bahn(data)
    yield _speed(data, 1_000 if quick else 8_000)


class Lexicon:
    """The baseline: a general polarity lexicon, read in place; the mean polarity of a text's words."""

    def __init__(self, path: Path) -> None:
        if not path.is_file():
            raise ConfigError(f"{path}: the baseline's lexicon is not there; lay it beside the labelled sets")
        words = ET.parse(path).getroot().iter("word")  # noqa: S314 - a file of one's own disk
        found: dict[str, list[float]] = {}
        for word in words:
            found.setdefault(word.get("form", ""), []).append(float(word.get("polarity", 0)))
        self._polarity = {form: fmean(values) for form, values in found.items()}

    def polarity(self, text: str) -> float:
        """From -1 to 1; 0 when no word is known."""
        known = [self._polarity[word] for word in re.findall(r"[\w']+", text.lower()) if word in self._polarity]
        return fmean(known) if known else 0.0


def _rows(data: Path, name: str, *, half: bool = True) -> list[Row]:
    path = data / f"{name}.jsonl.gz"
    if not path.is_file():
        raise ConfigError(f"{path}: is not there; give the folder of the labelled sets with --data")
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return [row for row in rows if not half or hashlib.sha256(row["text"].encode()).digest()[-1] % 2]


def macro_f1(pairs: Iterable[tuple[bool, bool]]) -> float:
    """Of (said, true): the mean F1 of both classes, 0 to 100."""
    pairs = list(pairs)
    scores = []
    for side in (True, False):
        right = sum(said == true == side for said, true in pairs)
        wrong = sum(said != true for said, true in pairs)
        scores.append(2 * right / (2 * right + wrong) if right else 0.0)
    return 100 * fmean(scores)


def _compared(task: str, rows: Sequence[Row], truth: Callable[[Row], bool], ours: Judge, plain: Judge) -> Figure:
    """Macro-F1 of both on the same rows; what was first measured and the target are put in by the caller."""
    said = macro_f1((ours(row["text"]), truth(row)) for row in rows)
    base = macro_f1((plain(row["text"]), truth(row)) for row in rows)
    return Figure(task, len(rows), SPLIT, base, said, "", "")


def _complaints(data: Path, cues: Cues, lexicon: Lexicon) -> Iterator[Figure]:
    rows = _rows(data, "en_complaints_acl2019")
    brands = [row for row in rows if not row["domain"].startswith("random")]

    def measured(task: str, some: Sequence[Row]) -> Figure:
        return _compared(
            f"complaint en, cues only, {task} (baseline: lexicon)",
            some,
            lambda row: bool(row["label"] == "complaint"),
            lambda text: "complaint" in cues.read(text, "en").kinds,
            lambda text: lexicon.polarity(text) < 0,
        )

    yield _with(measured("all", rows), "67.8", "72")
    yield measured("brand domains alone", brands)
    per_domain = [
        measured(name, [row for row in brands if row["domain"] == name])
        for name in sorted({r["domain"] for r in brands})
    ]
    ours, plain = fmean(one.ours for one in per_domain), fmean(one.baseline or 0.0 for one in per_domain)
    split = f"{SPLIT}, mean of {len(per_domain)} domains"
    yield Figure(
        "complaint en, cues only, per brand domain (baseline: lexicon)", len(brands), split, plain, ours, "", ""
    )


def _needs(data: Path, cues: Cues, lexicon: Lexicon, draws: int) -> Iterator[Figure]:
    rows = _rows(data, "en_airline_sentiment")
    true = [row["label"] == "negative" for row in rows]
    ours = [cues.read(row["text"], "en").needs for row in rows]
    plain = [-lexicon.polarity(row["text"]) for row in rows]
    recall, first = _queue(ours, true, draws)
    recall_plain, first_plain = _queue(plain, true, draws)
    split = f"{SPLIT}, {draws} streams at a base of 10 %, seed {SEED}"
    task = "needs a reaction, airlines, no labels (baseline: lexicon)"
    yield Figure(f"{task}: recall when 20 % is read", len(rows), split, recall_plain, recall, "78", "82")
    yield Figure(f"{task}: precision of a day's first ten", len(rows), split, first_plain, first, "62", "68")


def _queue(scores: Sequence[float], true: Sequence[bool], draws: int) -> tuple[float, float]:
    """Recall in the first fifth of a stream, and precision of the first ten of every hundred posts; 0 to 100."""
    yes = [(score, True) for score, is_ in zip(scores, true, strict=True) if is_]
    no = [(score, False) for score, is_ in zip(scores, true, strict=True) if not is_]
    needed = min(len(yes), round(len(no) * BASE / (1 - BASE)))
    recalls, firsts = [], []
    for draw in range(draws):
        dice = random.Random(SEED + draw)  # noqa: S311 - a sample, not a secret
        stream = dice.sample(yes, needed) + no
        dice.shuffle(stream)
        read = sorted(stream, key=_score, reverse=True)[: round(len(stream) * SHARE)]
        recalls.append(sum(is_ for _, is_ in read) / needed)
        days = [stream[at : at + DAY] for at in range(0, len(stream) - DAY + 1, DAY)]
        firsts += [sum(is_ for _, is_ in sorted(day, key=_score, reverse=True)[:TOP]) / TOP for day in days]
    return 100 * fmean(recalls), 100 * fmean(firsts)


def _score(one: tuple[float, bool]) -> float:
    return one[0]


def _questions(data: Path, cues: Cues) -> Iterator[Figure]:
    def marked(text: str) -> bool:
        return "?" in text

    chat = _compared(
        "question en, chat, cues only (baseline: a question mark)",
        _rows(data, "en_nps_chat_acts"),
        lambda row: row["label"] in ("whQuestion", "ynQuestion"),
        lambda text: "question" in cues.read(text, "en").kinds,
        marked,
    )
    yield _with(chat, "90.5 (92.5 learnt)", "94")
    dutch = Cues(("nl",))
    bare = _compared(
        "question nl without punctuation, cues only (baseline: first word)",
        _rows(data, "nl_xsid_intents", half=False),
        lambda row: bool(row["is_question"]),
        lambda text: "question" in dutch.read(_bare(text), "nl").kinds,
        lambda text: _bare(text).split(" ", 1)[0] in _ASKING,
    )
    yield _with(bare, "70.4 (80.0 learnt)", "84", split="whole set")


_ASKING = frozenset("wie wat waar wanneer waarom welke welk hoe is zijn kan kun kunt mag heb heeft gaat zal".split())  # noqa: SIM905


def _bare(text: str) -> str:
    return re.sub(r"[^\w\s'-]", "", text).lower()


def _with(figure: Figure, first: str, target: str, split: str = "") -> Figure:
    return Figure(figure.task, figure.n, split or figure.split, figure.baseline, figure.ours, first, target)


def _strong(language: str) -> Iterator[Figure]:
    cues = Cues((language,))
    made = files("monitor").joinpath("triage", "made", f"{language}.jsonl").read_text("utf-8")
    rows = [json.loads(line) for line in made.splitlines() if line]
    firsts = {"press": ".67", "leak": ".69", "job": ".67", "fraud": ".59", "safety": ".50"}
    said = [_strong_kinds(cues, row["text"], language) for row in rows]
    for kind in STRONG:
        hits = [kind in row["kinds"] for row, some in zip(rows, said, strict=True) if kind in some]
        true = sum(kind in row["kinds"] for row in rows)
        task, split = f"strong {kind} {language}, made set", "whole made set" + SEEN.get(language, "")
        yield Figure(
            f"{task}: precision", len(hits), split, None, sum(hits) / max(len(hits), 1), firsts[kind], ".80", "share"
        )
        yield Figure(f"{task}: recall", true, split, None, sum(hits) / max(true, 1), "", ".95", "share")


def _strong_kinds(cues: Cues, text: str, language: str | None) -> set[Kind]:
    return {hit.kind for hit in cues.read(text, language).hits if hit.tier == "strong" and hit.kind in STRONG}


def _alarms(data: Path, language: str, sets: Sequence[str]) -> Iterator[Figure]:
    """Every strong hit in ordinary texts counts as a false alarm here, the right ones too."""
    cues = Cues((language,))
    texts = [row["text"] for name in sets for row in _rows(data, name, half=False) if row["label"] != "outbound"]
    found = [_strong_kinds(cues, text, language) for text in texts]
    for kind in STRONG:
        alarms = 10_000 * sum(kind in some for some in found) / len(texts)
        task = f"strong {kind} {language}: alarms in ordinary texts, right ones included"
        yield Figure(
            task, len(texts), "whole sets" + SEEN.get(language, ""), None, alarms, "2 to 37", "10", "per 10,000"
        )


def _bahn(data: Path) -> Figure:
    cues = Cues(("de",))
    figure = _compared(
        "complaint de, Bahn, cues only (baseline: klag*, problem*, nicht)",
        _rows(data, "de_germeval2017_bahn"),
        lambda row: bool(row["label"] == "negative" and row["relevant"]),
        lambda text: "complaint" in cues.read(text, "de").kinds,
        lambda text: re.search(r"\b(?:klag\w*|problem\w*|nicht)\b", text.lower()) is not None,
    )
    return _with(figure, "61.4", "")


def _speed(data: Path, most: int) -> Figure:
    cues = Cues(("nl", "en"), ("transport",))
    names = ("en_twcs_sample", "en_airline_sentiment", "nl_political_tweets_unlabelled", "nl_xed_emotion")
    texts = [row["text"] for name in names for row in _rows(data, name, half=False)]
    random.Random(SEED).shuffle(texts)  # noqa: S311 - a sample, not a secret
    texts = texts[:most]
    for text in texts:  # what words can start is remembered after the first time, as in a run
        cues.read(text)
    seconds = timed(lambda: [cues.read(text) for text in texts]).seconds
    split = f"{fmean(map(len, texts)):.0f} characters each, nl + en + one pack, seed {SEED}"
    return Figure(
        "posts per CPU second, cues", len(texts), split, None, len(texts) / seconds, "13,900", "14,000", "posts/s"
    )
