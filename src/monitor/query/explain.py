"""Why a query holds for a text, or not: its tree with what matched, what failed, and a hint where it nearly did."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from monitor.query.text import Text
from monitor.query.tree import Address, And, Field, Hashtag, Near, Node, Not, Or, Phrase, Saved, Title, Word
from monitor.query.words import Span

MOST_PLACES = 100  # of either side of NEAR that are compared for a hint


@dataclass(frozen=True, slots=True)
class Explained:
    """A part of a query: as it is written, whether it holds, where in the text, and why not where that can be told."""

    written: str
    holds: bool
    spans: tuple[Span, ...] = ()
    hint: str = ""
    below: tuple["Explained", ...] = ()


def explain(node: Node, query: str, text: Text, saved: Mapping[str, str] | None = None) -> Explained:
    """What became of every part of a query. `query` is its text; `saved` the texts that $name stands for."""
    holds = node.holds(text)
    inside = text.title if isinstance(node, Title) else text
    source = (saved or {}).get(node.name, "") if isinstance(node, Saved) else query
    below = tuple(explain(part, source, inside, saved) for part in node.below)
    shows = holds and (not below or isinstance(node, Near))  # of NEAR only what is near
    spans = tuple(sorted(set(node.spans(text)))) if shows else ()
    return Explained(_written(node, query), holds, spans, "" if holds else hint(node, text), below)


def hint(node: Node, text: Text) -> str:
    """What is there instead of what was asked for; empty where there is nothing to say."""
    if isinstance(node, Field):
        return _known(node, text)
    if isinstance(node, Hashtag | Address) and text.document is not None:
        return "links and tags behind its words are not kept"
    if isinstance(node, Phrase):
        return _written_otherwise(node, text) if len(node.words) == 1 else _apart(node, text)
    if isinstance(node, Near):
        return _too_far(node, text)
    return ""


def _written(node: Node, query: str) -> str:
    match node:
        case And():
            return "AND"
        case Or():
            return "OR"
        case Not():
            return "NOT"
        case Near():
            return f"{'O' * node.ordered}NEAR/{node.gap}"
        case Title():
            return "title:"
        case Field():
            return f"{node.name}:{node.value}"
        case _:
            return query[slice(*node.at)]


def _known(node: Field, text: Text) -> str:
    if text.document is None:
        return "a mere text has no such field"
    names = {"lang": "language", "site": "url"}
    value = getattr(text.document, names.get(node.name, node.name), None)
    if node.name == "author":
        return "" if value else "its author is not kept"
    return f"it is {value}" if value is not None else "it is not known"


def _written_otherwise(node: Phrase, text: Text) -> str:
    word = node.words[0]
    if word.spelling is not None and (found := Word(word.token, word.stem).ranges(text)):
        return f"it is written {_shown(text, found[0])}"
    longer = next(iter(Word(word.token, stem=True, spelling=word.spelling).ranges(text)), None)
    if longer and not word.stem:
        return f"{_shown(text, longer)} begins so: a star takes any ending"
    return ""


def _apart(node: Phrase, text: Text) -> str:
    words = tuple(replace(word, spelling=None) for word in node.words)
    missing = [word.token.decode() + "*" * word.stem for word in words if not word.may_stand(text)]
    if missing:
        return f"not there: {', '.join(dict.fromkeys(missing))}"
    if found := Phrase(words).ranges(text):
        return f"it is written {_shown(text, found[0])}"
    if node.holds(Text(text.whole)):
        return "the end of the title parts it"
    return "its words are there, but not side by side in this order"


def _too_far(node: Near, text: Text) -> str:
    if not (node.left.holds(text) and node.right.holds(text)):
        return ""
    left, right = node.left.ranges(text), node.right.ranges(text)
    if max(len(left), len(right)) > MOST_PLACES:
        return ""
    between = [max(a[0], b[0]) - min(a[1], b[1]) for a in left for b in right]
    nearest = min((words for words in between if words >= 0), default=None)
    if nearest is None:
        return ""
    if nearest > node.gap:
        return f"the nearest are {nearest} word{'s' * (nearest > 1)} apart"
    return "the end of the title parts them" if node.holds(Text(text.whole)) else "not in this order"


def _shown(text: Text, range_: tuple[int, int]) -> str:
    start, stop = text.span(range_)
    return text.whole[start:stop]
