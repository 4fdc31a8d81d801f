"""The rest of the classifier's figures: an airline's queue, German relevance and polarity, Dutch sentences, kinds."""

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from monitor.bench.figures import Figure
from monitor.bench.labelled import cues_of, read, rows
from monitor.bench.learning import chances, crossed, learned, macro, micro
from monitor.bench.plain_classifier import Plain
from monitor.model import Kind
from monitor.triage.classifier import measures
from monitor.triage.classifier.design import Example
from monitor.triage.classifier.features import Floats
from monitor.triage.classifier.fit import Fitted
from monitor.triage.classifier.score import NEEDS, RELEVANT, SENTIMENT, SENTIMENTS, Model
from monitor.triage.classifier.splits import Numbers, folds, groups
from monitor.triage.labels import Labelled

BASE = 0.1  # of the airline's stream that needs a reaction
BUDGET = 0.2  # of it that is read
KIND_ORDER: tuple[Kind, ...] = ("complaint", "question", "compliment", "news", "other")


def queue(data: Path, seed: int, quick: bool) -> Iterator[Figure]:
    """An airline's stream in which one in ten is negative, which stands for what needs a reaction."""
    found = rows(data, "en_airline_sentiment")
    labelled = read([Labelled(row["text"], "en", needs=row["label"] == "negative") for row in found], "en")
    truth = np.array([int(bool(one.label.needs)) for one in labelled])
    split = f"half of the stream held out, {2 if quick else 6} times, seeds from {seed}"
    for labels, recalls, firsts in (
        (0, ("78", "82"), ("62", "68")),
        (300, ("81", "87"), ("63", "75")),
        (1000, ("85", "90"), ("66", "80")),
    ):  # fmt: skip - a table
        drawn = [_streamed(labelled, truth, labels, seed + at) for at in range(2 if quick else 6)]
        means = 100 * np.mean(drawn, axis=0)
        tasks = f"needs a reaction, airline, {labels} labels"
        texts = int(2 * (truth == 0).sum() / (1 - BASE) / 2)
        yield Figure(f"{tasks}, recall when 20 % is read", texts, split, means[0], means[1], *recalls)
        yield Figure(f"{tasks}, precision of the day's first ten", texts, split, means[2], means[3], *firsts)


def _streamed(found: Sequence[Example], truth: Numbers, labels: int, seed: int) -> tuple[float, float, float, float]:
    """Recall at the budget and precision of the first ten, each of the baseline and ours."""
    parts = folds(groups([one.label.text for one in found]), 2, seed)
    random = np.random.default_rng(seed)
    own, tested = (_stream(np.flatnonzero(parts == part), truth, random) for part in (0, 1))
    out, answers = [found[at] for at in tested], truth[tested]
    plain, ours = _ordered([found[at] for at in own[:labels]], truth[own[:labels]], out, seed)
    return (
        *(measures.recall_at(one, answers, BUDGET) for one in (plain, ours)),
        *(measures.first_ten(one, answers) for one in (plain, ours)),
    )  # type: ignore[return-value]


def _stream(which: Numbers, truth: Numbers, random: np.random.Generator) -> Numbers:
    """Texts in a random order, negative ones left out until they are one in ten."""
    rest = which[truth[which] == 0]
    hits = random.permutation(which[truth[which] == 1])[: round(len(rest) * BASE / (1 - BASE))]
    return random.permutation(np.concatenate([rest, hits]))


def _ordered(own: Sequence[Example], truth: Numbers, out: Sequence[Example], seed: int) -> tuple[Floats, Floats]:
    """The baseline's chances and ours; without labels both are what the cues say of the need."""
    if not own:
        cues = np.array([one.reading.needs for one in out])
        return cues, cues
    return Plain(own, truth).chances(out)[:, 1], chances(learned(own, (NEEDS,), seed, "en"), out, NEEDS)


def bahn(data: Path, seed: int, quick: bool) -> Iterator[Figure]:
    """German posts about a railway: is it about it, and what does it say of it?"""
    found = rows(data, "de_germeval2017_bahn")
    found = found[:1200] if quick else found
    count = 3 if quick else 5  # these posts are long: ten folds take six minutes
    split = f"{count}-fold by near duplicate, seed {seed}"
    relevant = read([Labelled(row["text"], "de", relevant=row["relevant"]) for row in found], "de")
    truth = np.array([int(bool(one.label.relevant)) for one in relevant])
    both = crossed(relevant, truth, (RELEVANT,), seed, count, "de")
    scores = [micro(truth, one) for one in both]
    yield Figure("relevance, German Bahn, micro-F1", len(found), split, scores[0], scores[1], "88.6", "90")
    polar, truth = _polar(found, "de")
    both = crossed(polar, truth, _SENTIMENTS, seed, count, "de")
    scores = [micro(truth, one) for one in both]
    yield Figure("polarity, German Bahn, micro-F1", len(found), split, scores[0], scores[1], "72.7", "76")


def restaurants(data: Path, seed: int, quick: bool) -> Iterator[Figure]:
    """Dutch sentences of restaurant reviews; mixed ones are left out, those that say nothing of it are neutral."""
    found = [row for row in rows(data, "nl_semeval2016_restaurants") if row["label"] != "mixed"]
    found = [row | {"label": "neutral" if row["label"] == "none" else row["label"]} for row in found]
    polar, truth = _polar(found, "nl")
    count = 3 if quick else 10
    both = crossed(polar, truth, _SENTIMENTS, seed, count, "nl")
    scores = [macro(truth, one) for one in both]
    split = f"{count}-fold by near duplicate, seed {seed}"
    yield Figure("Dutch restaurant sentences, macro-F1", len(found), split, scores[0], scores[1], "58.9", "65")


_SENTIMENTS = tuple(SENTIMENT + name for name in SENTIMENTS)


def _polar(found: Sequence[dict[str, Any]], language: str) -> tuple[list[Example], Numbers]:
    polar = read([Labelled(row["text"], language, sentiment=row["label"]) for row in found], language)
    return polar, np.array([SENTIMENTS.index(row["label"]) for row in found])


def kinds(data: Path, seed: int, quick: bool) -> Iterator[Figure]:
    """Five kinds with 250 labels. No set has them all, so they are put together from several, each kind of at least
    two where there are: complaints (brand handles, airline negative), questions (chat), compliments (airline and brands
    positive), news (media in crises), other (random tweets, chat statements, brands neutral); 300 of each.
    """
    found = [Labelled(text, "en", frozenset((kind,))) for kind in KIND_ORDER for text in _of_kind(data, kind, seed)]
    labelled = read(found, "en")
    truth = np.array([KIND_ORDER.index(next(iter(one.kinds or ("other",)))) for one in found])
    times = 2 if quick else 8
    drawn = [_few_kinds(labelled, truth, seed + at) for at in range(times)]
    means = np.mean(drawn, axis=0) / 100
    split = f"250 labels, the rest held out, {times} times, seeds from {seed}"
    yield Figure("five kinds (put together), macro-F1", len(found), split, means[0], means[1], ".57", ".68", "share")


def _of_kind(data: Path, kind: Kind, seed: int) -> list[str]:
    sources: dict[Kind, tuple[tuple[str, str, tuple[str, ...]], ...]] = {
        "complaint": (
            ("en_complaints_acl2019", "label", ("complaint",)),
            ("en_airline_sentiment", "label", ("negative",)),
        ),
        "question": (("en_nps_chat_acts", "label", ("ynQuestion", "whQuestion")),),
        "compliment": (("en_airline_sentiment", "label", ("positive",)), ("en_sanders_brands", "label", ("positive",))),
        "news": (("mul_crisislex_t26", "info_source", ("Media",)),),
        "other": (
            ("en_complaints_acl2019", "domain", ("random_tweet",)),
            ("en_nps_chat_acts", "label", ("Statement",)),
            ("en_sanders_brands", "label", ("neutral",)),
        ),
    }  # fmt: skip - a table
    texts: list[str] = []
    for name, key, values in sources[kind]:
        some = [row["text"] for row in rows(data, name) if row[key] in values]
        picked = np.random.default_rng(seed).permutation(len(some))[: 300 // len(sources[kind])]
        texts += [some[at] for at in picked]
    return texts


def _few_kinds(found: Sequence[Example], truth: Numbers, seed: int) -> tuple[float, float]:
    grouped = groups([one.label.text for one in found])
    order = np.random.default_rng(seed).permutation(len(found))
    chosen = order[:250]
    out = np.array([at for at in order[250:] if grouped[at] not in set(grouped[chosen].tolist())])
    own, tested = [found[at] for at in chosen], [found[at] for at in out]
    plain = Plain(own, truth[chosen]).chances(tested).argmax(axis=1)
    fitted = learned(own, KIND_ORDER[:-1], seed, "en")
    return macro(truth[out], plain), macro(truth[out], _one_kind(fitted, tested))


def _one_kind(fitted: Fitted, tested: Sequence[Example]) -> Numbers:
    """The kind that is surest beside its threshold; other where none holds."""
    heads = {head.name: head.threshold for head in fitted.model.heads}
    said = []
    for one in tested:
        told = fitted.model.chances(one.label.text, one.reading)
        best = max(heads, key=lambda name: told[name] - heads[name])
        said.append(KIND_ORDER.index(best) if told[best] >= heads[best] else len(KIND_ORDER) - 1)
    return np.array(said)


def speed(data: Path) -> Iterator[Figure]:
    """Posts per second of one processor: the cues alone, and cues with a model of four heads; the second time round."""
    found = rows(data, "en_complaints_acl2019")
    texts = [row["text"] for row in found]
    cues = cues_of("nl", "en")
    model = _four_heads(found)
    cue_rate = _rate(cues.read, texts)
    yield Figure("posts per CPU second, cues", len(texts), "", None, cue_rate, "13,900", "14,000", "posts/s")
    rate = _rate(lambda text: model.judge(text, cues.read(text)), texts)
    task = "posts per CPU second, whole chain"
    yield Figure(task, len(texts), "", None, rate, "5,000 to 8,000", "6,000", "posts/s")


def _four_heads(found: Sequence[dict[str, Any]]) -> Model:
    """Complaint, need and two sentiments, all after the same label: what they say does not matter here."""
    complains = [row["label"] == "complaint" for row in found[:400]]
    own = [
        Labelled(
            row["text"],
            "en",
            frozenset[Kind](("complaint",) if bad else ()),
            needs=bad,
            sentiment="negative" if bad else "neutral",
        )
        for row, bad in zip(found, complains, strict=False)
    ]  # fmt: skip - one call
    return learned(read(own, "nl", "en"), ("complaint", NEEDS, *_SENTIMENTS), 7, "nl", "en").model


def _rate(judge: Callable[[str], object], texts: Sequence[str]) -> float:
    for text in texts:
        judge(text)
    began = time.process_time()
    for text in texts:
        judge(text)
    return len(texts) / (time.process_time() - began)
