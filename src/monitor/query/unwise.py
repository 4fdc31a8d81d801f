"""What in a query cannot be meant: choices that never hold or hold already, words that find too much."""

from collections.abc import Iterator, Sequence

from monitor.query import lexicon
from monitor.query.finding import Finding, as_written, asked
from monitor.query.lexicon.frequency import common_from
from monitor.query.presearch import Presearch
from monitor.query.tree import (
    And,
    Close,
    Field,
    Handle,
    Hashtag,
    Literal,
    Near,
    Node,
    Not,
    Or,
    Phrase,
    Saved,
    Title,
    Word,
    walk,
)
from monitor.query.witness import covers, names, only_grows, witness, witnesses

SHORT_STEM = 3
COMMON_STEM = 25  # common words that begin so
WIDE_GAP = 20
WIDE_CHOICES = 400  # pairs of choices on both sides of NEAR
SHORT_WORD = 3
EVERYWHERE = frozenset(".,:;!?-'\"()/…’")  # single signs that nearly every post has
SINGLE_VALUED = ("source", "lang", "type", "author")


def unwise(tree: Node) -> Iterator[Finding]:
    """What of a query cannot be meant, or finds too much or nothing."""
    for rule in (_matches_anything, _contradictions, _shadowed, _stems, _nearness, _ambiguous):
        yield from rule(tree)


def _matches_anything(tree: Node) -> Iterator[Finding]:
    if not _needs_a_term(tree):
        said = "it holds without any word of its own, and would bring everything there is"
        yield Finding("matches-anything", f"{said}: add a word or a phrase that must be there", tree.at)


def _needs_a_term(node: Node) -> bool:
    """True when the node cannot hold without a word, tag, account or link in the text."""
    match node:
        case Field() | Not():
            return False
        case Literal():
            return node.characters not in EVERYWHERE
        case Or():
            return all(map(_needs_a_term, node.parts))
        case And():
            return any(map(_needs_a_term, node.parts))
        case Saved() | Title():
            return _needs_a_term(node.part)
        case _:
            return True


def _contradictions(tree: Node) -> Iterator[Finding]:
    for node in _wanted(tree):
        if isinstance(node, And):
            yield from _left_out(node)
            yield from _two_values(node)


def _wanted(node: Node) -> Iterator[Node]:
    """All nodes that are not within a NOT."""
    if not isinstance(node, Not):
        yield node
        for part in node.below:
            yield from _wanted(part)


def _left_out(node: And) -> Iterator[Finding]:
    """Choices of what must be there that a NOT beside them leaves out again."""
    nots = [part.part for part in node.parts if isinstance(part, Not) and only_grows(part.part)]
    for part in (one for one in node.parts if not isinstance(one, Not)):
        choices = list(_choices(part))
        dead = [(choice, by) for choice in choices if (by := _leaves_out(nots, choice))]
        if dead and len(dead) == len(choices):
            said = "is left out again by a NOT beside it, so nothing is ever found"
            yield Finding("never-holds", f"{names(choices)} {said}: narrow the NOT", dead[0][1].at)
        else:
            for choice, _ in dead:
                said = "is never found, for a NOT beside it leaves it out again"
                yield Finding("unreachable", f"{names([choice])} {said}: take one of the two out", choice.at)


def _two_values(node: And) -> Iterator[Finding]:
    first: dict[str, Field] = {}
    for part in node.parts:
        if isinstance(part, Field) and part.name in SINGLE_VALUED:
            other = first.setdefault(part.name, part)
            if other.value != part.value:
                said = f"a post has one {part.name} only, so {other.value} and {part.value} together never hold"
                yield Finding("never-holds", f"{said}: write {part.name}:({other.value} OR {part.value})", part.at)


def _leaves_out(nots: Sequence[Node], choice: Node) -> Node | None:
    texts = witnesses(choice) if nots else []
    return next((part for part in nots if all(map(part.holds, texts))), None) if texts else None


def _choices(node: Node) -> Iterator[Node]:
    """The leaves of which one must hold; what is more than a leaf or a group of them is no choice."""
    if isinstance(node, Or):
        for part in node.parts:
            yield from _choices(part)
    elif isinstance(node, Saved):
        yield from _choices(node.part)
    else:
        yield node


def _shadowed(tree: Node) -> Iterator[Finding]:
    for node in walk(tree):
        if isinstance(node, Or):
            leaves = [leaf for leaf in node.parts if isinstance(leaf, Phrase | Close | Literal | Hashtag | Handle)]
            presearch = Presearch(leaves)
            for nth, leaf in enumerate(leaves):
                for at in sorted(presearch.candidates(witness(leaf).vocabulary)):
                    other = leaves[at]
                    if at != nth and covers(other, leaf) and (at < nth or not covers(leaf, other)):
                        said = f"is found by {names([other])} already: take one of the two out"
                        yield Finding("shadowed", f"{names([leaf])} {said}", leaf.at)
                        break


def _stems(tree: Node) -> Iterator[Finding]:
    for leaf in asked(tree):
        for word in leaf.words if isinstance(leaf, Phrase | Close) else ():
            if not word.stem:
                continue
            stem = word.token.decode()
            words = common_from(stem)
            if len(stem) <= SHORT_STEM or len(words) >= COMMON_STEM:
                some = f", such as {', '.join(words[:3])}" if words else ""
                said = f"{stem}* takes every word that begins so{some}: write more of the word"
                yield Finding("short-stem", said, leaf.at)


def _nearness(tree: Node) -> Iterator[Finding]:
    for node in walk(tree):
        if isinstance(node, Near):
            pairs = len(list(_choices(node.left))) * len(list(_choices(node.right)))
            if pairs > WIDE_CHOICES:
                said = f"{pairs} pairs of words can stand near one another: shorten the groups"
                yield Finding("wide-near", said, node.at)
        if isinstance(node, Near | Close) and node.gap > WIDE_GAP:
            said = f"{node.gap} words are several sentences: write AND, or {WIDE_GAP} at most"
            yield Finding("wide-near", said, node.at)


def _ambiguous(tree: Node) -> Iterator[Finding]:
    """Words alone: those that stand in no AND with something else that is asked for."""
    for leaf in _alone(tree):
        if isinstance(leaf, Phrase) and len(leaf.words) == 1 and not leaf.words[0].stem:
            word = as_written(leaf.words[0])
            is_short = len(word) <= SHORT_WORD
            if leaf.words[0].spelling and word.isupper() and not word.isdigit():
                continue
            if is_short or lexicon.common(word):
                why = "is a very short word" if is_short else "is a word of the dictionary"
                yield Finding(
                    "ambiguous",
                    f"{word} {why}, and alone it finds much that is not meant; {_fix(leaf.words[0])}",
                    leaf.at,
                )


def _alone(node: Node) -> Iterator[Node]:
    match node:
        case Or():
            for part in node.parts:
                yield from _alone(part)
        case Saved() | Title():
            yield from _alone(node.part)
        case And():
            wanted = [part for part in node.parts if not isinstance(part, Not) and not _is_frame(part)]
            if len(wanted) == 1:
                yield from _alone(wanted[0])
        case _:
            yield node


def _is_frame(node: Node) -> bool:
    """True for what says where and when, and nothing of what a post is about."""
    if isinstance(node, Or):
        return all(map(_is_frame, node.parts))
    return isinstance(node, Field) and node.name in ("source", "lang", "type", "published")


def _fix(word: Word) -> str:
    written = as_written(word)
    context = f"say what else is there, as in {'!' * bool(word.spelling)}{written} AND (winkel OR klantenservice)"
    is_short = len(written) <= SHORT_WORD and not written.isdigit()
    return f"write !{written.upper()} if it is always in capitals, or {context}" if is_short else context
