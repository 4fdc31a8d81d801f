"""Which rule every possible mention reaches: exact, by going through all facts that the rules can tell apart.

    kinds x certainty  facet  type  source  language  addressed  relevance
            |            |     |      |        |          |          |
            '-- each value as a bit mask of the rules that admit it --'   AND -> lowest bit: the rule that decides

Values that the same rules admit are one class, and equal masks are one, so that a scheme that asks for much is proven
in milliseconds too. Of the kinds that can hold together, pairs are enough: a rule looks at the primary kind and at
whether any of its own kinds holds, so whatever more kinds reach is reached by the primary one and one other.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from math import nextafter
from typing import Any, get_args

from monitor.errors import ConfigError
from monitor.model import KINDS, Kind, PostType
from monitor.triage.scheme.rules import Facts, JudgedFacet, Rule, Scheme, When

ELSEWHERE = "elsewhere"  # stands for every source that no rule names
MOST_MASKS = 200_000  # sets of rules that can hold at once; an ordinary scheme has a hundred
_PLAIN = Facts(("other",), "brand", "post", ELSEWHERE, None, addressed=False)
_ASKED: dict[str, tuple[str, ...]] = {
    "kinds": ("kinds", "confidence_at_least"),
    "facet": ("facets",),
    "type": ("types",),
    "source": ("sources",),
    "language": ("languages",),
    "addressed": ("addressed",),
    "relevance": ("relevance_below",),
}  # what of the facts -> by which keys of `when` it is asked for
Reached = dict[str, Facts]  # rule -> facts that reach it


@dataclass(frozen=True, slots=True)
class Proof:
    """What was found. `by_kind`: for each kind alone, the rules it can reach, with facts that do.

    `reached`: facts that reach each rule; `hidden`: rules that decide nothing -> those that take all of it;
    `combinations` how many different facts the rules were tried on.
    """

    by_kind: dict[Kind, Reached]
    reached: Reached
    hidden: dict[str, tuple[str, ...]]
    combinations: int


def proven(scheme: Scheme) -> Proof:
    """Go through everything that the scheme's rules can tell apart."""
    together = list(_kinds_together())
    masks = _masks(scheme, together)
    by_kind = {kind: _reached(scheme, _masks(scheme, [(kind,)])) for kind in KINDS}
    reached = _reached(scheme, masks)
    plainly = _masks(scheme, [(kind,) for kind in KINDS])  # where it stands alone, so that only true rivals are named
    hidden = {
        rule.id: _hiders(scheme, at, plainly) or _hiders(scheme, at, masks)
        for at, rule in enumerate(scheme.rules)
        if rule.id not in reached
    }
    return Proof(by_kind, reached, hidden, _count(scheme, together))


def asked_for(scheme: Scheme) -> set[str]:
    """What of the facts some rule asks for: kinds, facet, type, source, language, addressed, relevance."""
    plain = When()
    return {
        name
        for name, keys in _ASKED.items()
        if any(getattr(rule.when, key) != getattr(plain, key) for rule in scheme.rules for key in keys)
    }


def in_words(facts: Facts, asked: Iterable[str]) -> str:
    """The facts that somebody asks for: `complaint and question; not addressed to us; relevance 0.3`."""
    words = {
        "kinds": f"{' and '.join(facts.kinds)}, confidence {_rounded(facts.confidence)}",
        "facet": f"about the {facts.facet}",
        "type": f"type {facts.type}",
        "source": f"source {facts.source}",
        "language": f"language {facts.language or 'unknown'}",
        "addressed": "addressed to us" if facts.addressed else "not addressed to us",
        "relevance": f"relevance {'unknown' if facts.relevance is None else _rounded(facts.relevance)}",
    }
    return "; ".join(said for name, said in words.items() if name in {*asked, "kinds"})


def _rounded(share: float) -> str:
    """A break point as written; what lies just below it as that."""
    return f"{share:g}" if round(share, 6) == share else f"just below {share:.6g}"


def _kinds_together() -> Iterator[tuple[Kind, ...]]:
    """Each kind alone, and each with one that is less severe; `other` is for what has no kind, so it is alone."""
    yield from ((kind,) for kind in KINDS)
    yield from combinations([kind for kind in KINDS if kind != "other"], 2)


def _masks(scheme: Scheme, kinds: Sequence[tuple[Kind, ...]]) -> dict[int, Facts]:
    """Every set of rules that can hold at once, as bits, each with facts for which it does."""
    found = {(1 << len(scheme.rules)) - 1: _PLAIN}
    for name, change in _dimensions(scheme, kinds):
        classes = _classes(scheme.rules, name, change)
        found = {
            mask & admitted: replace(facts, **values)
            for mask, facts in found.items()
            for admitted, values in classes.items()
        }
        if len(found) > MOST_MASKS:
            raise ConfigError("the rules ask for so much that it cannot be proven which one decides; write fewer")
    return found


def _classes(rules: Sequence[Rule], name: str, values: Iterable[dict[str, Any]]) -> dict[int, dict[str, Any]]:
    """Values that the same rules admit are one class: the rules as bits -> the first such value."""
    asked = [_only(rule.when, _ASKED[name]) for rule in rules]
    classes: dict[int, dict[str, Any]] = {}
    for value in values:
        facts = replace(_PLAIN, **value)
        classes.setdefault(sum(1 << at for at, when in enumerate(asked) if when.holds(facts)), value)
    return classes


def _only(when: When, keys: Iterable[str]) -> When:
    return When.model_construct(**{key: getattr(when, key) for key in keys})


def _dimensions(scheme: Scheme, kinds: Sequence[tuple[Kind, ...]]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """What the facts can be, as far as rules can tell it apart: for thresholds, the value and the one just below."""
    whens = [rule.when for rule in scheme.rules]
    certain = _around({one for when in whens if (one := when.confidence_at_least) is not None}) or [1.0]
    relevant = [None, *_around({one for when in whens if (one := when.relevance_below) is not None})]
    yield "kinds", [{"kinds": together, "confidence": share} for together in kinds for share in certain]
    yield "facet", [{"facet": facet} for facet in get_args(JudgedFacet)]
    yield "type", [{"type": type_} for type_ in get_args(PostType)]
    yield "source", [{"source": source} for source in (ELSEWHERE, *_named(whens, lambda when: when.sources))]
    yield "language", [{"language": code} for code in (None, *_named(whens, lambda when: when.languages))]
    yield "addressed", [{"addressed": addressed} for addressed in (True, False)]
    yield "relevance", [{"relevance": share} for share in relevant]


def _around(breaks: Iterable[float]) -> list[float]:
    return [share for one in sorted(breaks, reverse=True) for share in (one, nextafter(one, 0.0))]


def _named(whens: Iterable[When], names: Callable[[When], Iterable[str]]) -> list[str]:
    return list(dict.fromkeys(name for when in whens for name in names(when)))


def _reached(scheme: Scheme, masks: dict[int, Facts]) -> Reached:
    found: dict[int, Facts] = {}
    for mask, facts in masks.items():
        found.setdefault(_lowest(mask), facts)
    return {scheme.rules[at].id: found[at] for at in sorted(found)}


def _hiders(scheme: Scheme, at: int, masks: Iterable[int]) -> tuple[str, ...]:
    """The rules that take everything for which rule `at` would hold."""
    taken = {_lowest(mask) for mask in masks if mask >> at & 1}
    return tuple(scheme.rules[one].id for one in sorted(taken))


def _lowest(mask: int) -> int:
    return (mask & -mask).bit_length() - 1


def _count(scheme: Scheme, kinds: Sequence[tuple[Kind, ...]]) -> int:
    total = 1
    for _, values in _dimensions(scheme, kinds):
        total *= len(values)
    return total
