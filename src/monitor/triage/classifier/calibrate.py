"""From logits to probabilities, thresholds, and the question whether one ranking beats another.

chance = sigmoid(slope * logit + intercept)      Platt (1999), the slope drawn towards 1 where labels are few
"""

import numpy as np

from monitor.triage.classifier.features import Bools, Floats
from monitor.triage.classifier.splits import Numbers

DRAWN = 10.0  # how strongly the slope is drawn to 1: as much as so many labels' worth of evidence
FLATTEST = 0.05  # a slope is at least that: held-out logits that point the wrong way are noise
ROUNDS = 50  # of Newton's method; five are usual
BOOTSTRAPS = 400
SURE = 0.9  # the share of bootstraps in which the model must beat the cues


def calibrated(logits: Floats, truth: Numbers) -> tuple[float, float]:
    """Slope and intercept that make these held-out logits probabilities; the slope is never turned round."""
    at = _fitted(np.column_stack([logits, np.ones(len(logits))]), truth, np.array([1.0, 0.0]))
    if at[0] >= FLATTEST:
        return float(at[0]), float(at[1])
    flat = np.column_stack([logits * FLATTEST, np.ones(len(logits))])
    return FLATTEST, float(_fitted(flat, truth, np.array([1.0, 0.0]), held=True)[1])


def _fitted(inputs: Floats, truth: Numbers, start: Floats, *, held: bool = False) -> Floats:
    """Newton's method, each step halved until the loss falls; `held`: the slope stays where it is."""
    at, pull = start, np.array([1e9 if held else DRAWN, 1e-3])
    for _ in range(ROUNDS):
        chances = sigmoids(inputs @ at)
        slope = inputs.T @ (chances - truth) + pull * (at - start)
        curve = (inputs * (chances * (1 - chances))[:, None]).T @ inputs + np.diag(pull)
        step = np.linalg.solve(curve, slope)
        while _loss(inputs, truth, at - step, pull, start) > _loss(inputs, truth, at, pull, start) + 1e-12:
            step = step / 2
        at = at - step
        if np.abs(step).max() < 1e-9:
            break
    return at


def _loss(inputs: Floats, truth: Numbers, at: Floats, pull: Floats, start: Floats) -> float:
    values = inputs @ at
    return float((np.logaddexp(0, values) - truth * values).sum() + (pull * (at - start) ** 2).sum() / 2)


def best_threshold(chances: Floats, truth: Numbers) -> float:
    """The probability from which taking a text as a hit gives the best F1, drawn towards one half for few texts."""
    order = np.argsort(-chances, kind="stable")
    hits = np.cumsum(truth[order])
    scores = 2 * hits / (np.arange(1, len(order) + 1) + truth.sum())
    best = int(scores.argmax())
    found = float(chances[order[best : best + 2]].mean())
    share = truth.sum() / (truth.sum() + 50)
    return float(np.clip(share * found + (1 - share) * 0.5, 0.1, 0.6))


def sigmoids(values: Floats) -> Floats:
    """Logits as probabilities."""
    return np.asarray(1 / (1 + np.exp(-np.clip(values, -30, 30))))


def f1(truth: Numbers, held: Bools) -> float:
    """F1 of the class; 0 where nothing is right."""
    right = float((truth * held).sum())
    return 2 * right / total if (total := float(truth.sum() + held.sum())) else 0.0


def beats(
    truth: Numbers,
    new: Bools,
    old: Bools,
    seed: int,
) -> float:
    """The share of bootstraps in which the new decisions have the higher F1; equal ones count half."""
    draws = np.random.default_rng(seed).integers(0, len(truth), (BOOTSTRAPS, len(truth)))
    gains = [f1(truth[draw], new[draw]) - f1(truth[draw], old[draw]) for draw in draws]
    return float(np.mean(np.sign(gains)) / 2 + 0.5)
