"""What in a query cannot be meant: choices that never hold or hold already, words that find too much."""

from collections.abc import Iterator, Sequence

from monitor.query import lexicon
from monitor.query.finding import Finding, as_written, asked
from monitor.query.lexicon.frequency import common_from
from monitor.query.presearch import Presearch
from monitor.query.text import Link
from monitor.query.tree import (
    Address,
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
FREQUENT = frozenset(  # function words, of which nearly every post has one
    word
    for words in (
        "de het een en van in is dat op te ik je niet met voor er zijn aan om als dan maar ook bij nog wel",
        "the a an and of to in is it for on with i you that this was be are at as but have not my we",
        "le la les et un une des du que qui est en pour pas ce je on il sur avec",
        "der die das und ist ein eine nicht ich zu den mit von auf es sie im dem",
    )
    for word in words.split()
)
EVERYWHERE = frozenset(".,:;!?-'\"()/…’")  # single signs that nearly every post has
SINGLE_VALUED = ("source", "lang", "type", "author")


def unwise(tree: Node) -> Iterator[Finding]:
    """What of a query cannot be meant, or finds too much or nothing."""
    for rule in (_matches_anything, _contradictions, _shadowed, _wide_nots, _stems, _nearness, _ambiguous):
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
            yield Finding("never-holds", f"{_named(choices)} {said}: narrow the NOT", dead[0][1].at)
        else:
            for choice, _ in dead:
                said = "is never found, for a NOT beside it leaves it out again"
                yield Finding("unreachable", f"{_named([choice])} {said}: take one of the two out", choice.at)


def _two_values(node: And) -> Iterator[Finding]:
    first: dict[str, list[str]] = {}
    for part in node.parts:
        name, values = _values(part)
        others = first.setdefault(name, values)
        if name and not {*others} & {*values}:
            said = f"a post has one {name} only, so {' OR '.join(others)} and {' OR '.join(values)} together never hold"
            yield Finding("never-holds", f"{said}: write {name}:({' OR '.join([*others, *values])})", part.at)


def _values(node: Node) -> tuple[str, list[str]]:
    """The field of which a post has one value, and the values that are asked for; nothing for other nodes."""
    fields = list(_choices(node))
    found = [field for field in fields if isinstance(field, Field) and field.name in SINGLE_VALUED]
    if len(found) < len(fields) or len({field.name for field in found}) != 1:
        return "", []
    return found[0].name, [field.value for field in found]


def _leaves_out(nots: Sequence[Node], choice: Node) -> Node | None:
    if isinstance(choice, Address):
        link = Link(choice.host, choice.path, None)
        return next((part for part in nots for one in _choices(part) if _is_page(link, one)), None)
    texts = witnesses(choice) if nots else []
    return next((part for part in nots if all(map(part.holds, texts))), None) if texts else None


def _named(leaves: Sequence[Node]) -> str:
    """As a message names them, addresses as they are read."""
    pages = [f"{leaf.host}{leaf.path}" for leaf in leaves if isinstance(leaf, Address)]
    return " and ".join(filter(None, (names([leaf for leaf in leaves if not isinstance(leaf, Address)]), *pages)))


def _is_page(link: Link, node: Node) -> bool:
    return isinstance(node, Address) and link.leads_to(node.host, node.path)


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


def _wide_nots(tree: Node) -> Iterator[Finding]:
    for node in _wanted_nots(tree):
        for leaf in _choices(node.part):
            if isinstance(leaf, Phrase) and len(leaf.words) == 1 and not leaf.words[0].spelling:
                word = leaf.words[0].token.decode()
                frequent = [word, *common_from(word)[:1]] if leaf.words[0].stem else [word]
                if any(_is_frequent(one) for one in frequent):
                    said = "is a word that most posts have, so this NOT leaves out most of what is meant"
                    yield Finding("wide-not", f"{names([leaf])} {said}: write a phrase, or take it out", leaf.at)


def _wanted_nots(node: Node, *, wanted: bool = True) -> Iterator[Not]:
    """The NOTs that leave out: those within another do so no more."""
    if isinstance(node, Not) and wanted:
        yield node
    for part in node.below:
        yield from _wanted_nots(part, wanted=wanted is not isinstance(node, Not))


def _is_frequent(word: str) -> bool:
    return word in FREQUENT


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
