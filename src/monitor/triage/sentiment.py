"""A machine's guess at what a text says of the brand: negative, neutral or positive, and how sure it is."""

from monitor.triage.labels import SentimentLabel as Label
from monitor.triage.reading import Reading

NEUTRAL = 0.15  # a polarity so near to 0 is no side


def guess(reading: Reading, scores: tuple[Label, float] | None = None) -> tuple[Label, float]:
    """The label and its confidence, 0 to 1: the model's where it gives one, else what the cues lean to."""
    if scores is not None:
        return scores
    leaning = abs(reading.polarity)
    if leaning < NEUTRAL:
        return "neutral", 0.6
    return ("positive" if reading.polarity > 0 else "negative"), min(0.5 + leaning / 2, 0.95)
