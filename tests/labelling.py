"""Made-up labelled texts in any number, and models fitted on them."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from monitor.model import Kind
from monitor.triage.classifier.design import Example, examples
from monitor.triage.classifier.fit import Fitted, fit
from monitor.triage.cues import Cues
from monitor.triage.labels import Labelled

LABELLED = datetime(2026, 1, 5, 8, tzinfo=UTC)  # the first of them, a minute before the next
BAD = ("lekt", "hapert", "piept", "rammelt", "zakt weg", "blijft hangen", "springt eruit", "kraakt")
GOOD = ("glimt", "vaart soepel", "ruikt fris", "oogt fraai", "ligt stil in zon", "wiegt zacht", "zingt", "straalt")
THINGS = ("de kade", "het luik", "de loopplank", "mijn hut", "het dek", "de reling", "de motor", "het roer", "de mast")
WHEN = ("vandaag", "gisteren", "al weken", "sinds maandag", "op zondag", "elke ochtend", "bij regen", "in mei")


def rows(count: int, seed: int = 1, **more: Any) -> list[Labelled]:
    """Half of them complain, in words that few cues know; those need a reaction and are negative."""
    drawn = random.Random(seed)
    found: list[Labelled] = []
    for nth in range(count):
        bad = nth % 2 == 0
        text = f"{drawn.choice(THINGS)} {drawn.choice(BAD if bad else GOOD)} {drawn.choice(WHEN)} nummer{nth}woord"
        kinds: frozenset[Kind] = frozenset(("complaint",) if bad else ("news",))
        told: dict[str, Any] = {"kinds": kinds, "needs": bad, "sentiment": "negative" if bad else "neutral"}
        found.append(Labelled(text, "nl", at=LABELLED + timedelta(minutes=nth), **told | more))
    return found


@cache
def cues() -> Cues:
    return Cues(["nl"])


def read(labelled: Sequence[Labelled]) -> list[Example]:
    return examples(labelled, cues())


@cache
def fitted(count: int = 160, seed: int = 7) -> Fitted:
    """A model of so many labels and no made set."""
    return fit(read(rows(count)), [], cue_version=cues().version, seed=seed)
