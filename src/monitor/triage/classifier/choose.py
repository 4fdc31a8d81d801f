"""What to label next: one in ten at random, a few the model is unsure of, else the top of the queue.

The random ones are the only fair sample of what comes in, and what evaluation weighs by. They are drawn by a hash of
the mention's id: a draw is never repeated differently, and what was drawn and labelled makes room for the next.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from monitor.triage.labels import How

RANDOM, UNSURE = 0.1, 0.2  # of what is offered


@dataclass(frozen=True, slots=True)
class Offer:
    """A text that could be labelled. `needs`: the probability that it needs a reaction; `group` is equal for copies.

    `doubt` is high where a label would teach most, from 0 to 1.
    """

    id: str
    needs: float
    doubt: float
    group: str


def doubt(chance: float) -> float:
    """How unsure a probability is: 1 at one half, 0 at 0 and 1."""
    return 1 - abs(2 * chance - 1)


def choose(offers: Sequence[Offer], count: int) -> list[tuple[str, How]]:
    """At most `count` ids with why each is offered, well mixed; of copies only one."""
    left = list({offer.group: offer for offer in reversed(offers)}.values())
    random = min(max(1, round(count * RANDOM)), count)
    unsure = round((count - random) * UNSURE)
    shares: tuple[tuple[How, int, Callable[[Offer], tuple[float, str]]], ...] = (
        ("random", random, lambda offer: (0.0, _drawn(offer.id))),
        ("unsure", unsure, lambda offer: (-offer.doubt, offer.id)),
        ("top", count - random - unsure, lambda offer: (-offer.needs, offer.id)),
    )
    taken: list[tuple[str, How]] = []
    for how, many, key in shares:
        best = sorted(left, key=key)[:many]
        taken += [(offer.id, how) for offer in best]
        left = [offer for offer in left if offer not in best]
    return sorted(taken, key=lambda pair: _drawn(pair[0][::-1]))  # so that the order does not tell why


def _drawn(id_: str) -> str:
    return sha256(f"label {id_}".encode()).hexdigest()
