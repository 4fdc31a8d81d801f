"""A flag: what a mention that a person must act on brings to the webcare queue."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from monitor.model import Mention, Verdict
from monitor.sketch import Sketch, sketch

Judged = tuple[Mention, Verdict]


@dataclass(frozen=True, slots=True)
class Flag:
    """A mention that needs a reaction. `mention` is its id, `kind` the primary one, `rule` the scheme's.

    `why` is the rule's reason in plain words and `reaction` what it advises; `owner` a role, `due` before when and
    `orange` when the last fifth of that time begins, both aware; `sketch` tells near copies; `revised` is
    True when the mention was stored before and its words have changed.
    """

    mention: str
    kind: str
    rule: str
    reaction: str
    why: str
    owner: str
    due: datetime
    orange: datetime
    sketch: Sketch
    revised: bool = False


def flags(new: Iterable[Judged], revised: Iterable[Judged]) -> list[Flag]:
    """The flags of mentions that were stored just now, and of those whose words have changed."""
    told = [flag_of(*pair) for pair in new] + [flag_of(*pair, revised=True) for pair in revised]
    return [flag for flag in told if flag]


def flag_of(mention: Mention, verdict: Verdict, *, revised: bool = False) -> Flag | None:
    """The flag of a judged mention; None when nobody must act, and for all that ambassadors write."""
    if not verdict.flagged or mention.facet == "ambassador":
        return None
    if verdict.owner is None or verdict.due is None:
        raise ValueError("a flagged verdict has an owner and a deadline")
    return Flag(
        mention=mention.id,
        kind=verdict.kinds[0],
        rule=verdict.rule,
        reaction=verdict.reaction,
        why=verdict.why,
        owner=verdict.owner,
        due=verdict.due,
        orange=verdict.orange or verdict.due,
        sketch=sketch(mention.whole),
        revised=revised,
    )
