"""Trees as plain functions: the same answers as the tree's own `holds`, several times as fast.

Words, which are most of every query, are gathered into sets, so that a group of twenty choices is one comparison of two
sets. What needs places (phrases, NEAR) asks the tree.
"""

from collections.abc import Callable, Sequence

from monitor.query.text import Text
from monitor.query.tree import And, Node, Not, Or, Phrase, Saved

Test = Callable[[Text], bool]


def compiled(node: Node) -> Test:
    """A function of a text that says whether the node holds."""
    if isinstance(node, Saved):
        return compiled(node.part)
    if isinstance(node, Not):
        return _none(node.part)
    if isinstance(node, Or):
        return _any(node.parts)
    if isinstance(node, And):
        return _all(node.parts)
    token = _word(node)
    if token is not None:
        return lambda text: token in text.vocabulary
    return _phrase(node) if isinstance(node, Phrase) else node.holds


def _phrase(node: Phrase) -> Test:
    """Plain words side by side are a piece of the text's line; what has a title looks whether it parts them."""
    if any(word.stem or word.spelling is not None or not word.token for word in node.words):
        return node.holds
    piece = b" " + b" ".join(word.token for word in node.words) + b" "
    return lambda text: piece in text.line and (not text.has_title or node.holds(text))


def _word(node: Node) -> bytes | None:
    """The word that is all the node asks for, or None when it asks for more."""
    while isinstance(node, Saved):
        node = node.part
    if not isinstance(node, Phrase) or len(node.words) > 1:
        return None
    word = node.words[0]
    return None if word.stem or word.spelling is not None else word.token


def _parted(parts: Sequence[Node]) -> tuple[frozenset[bytes], tuple[Test, ...]]:
    """The plain words among the parts, and a test for each of the others."""
    words = frozenset(token for part in parts if (token := _word(part)) is not None)
    return words, tuple(compiled(part) for part in parts if _word(part) is None)


def _none(part: Node) -> Test:
    test = compiled(part)
    return lambda text: not test(text)


def _any(parts: Sequence[Node]) -> Test:
    words, tests = _parted(parts)
    if not tests:
        return lambda text: not text.vocabulary.isdisjoint(words)
    return lambda text: not text.vocabulary.isdisjoint(words) or _first(tests, text, wanted=True)


def _all(parts: Sequence[Node]) -> Test:
    """Words that must stand, groups of which one must, words that must not; what asks for more comes last."""
    words, others = _parted(parts)
    groups = [group for part in parts if (group := _choice(part))]
    barred = frozenset().union(*(group for part in parts if (group := _barred(part))))
    rest = tuple(compiled(part) for part in parts if not (_word(part) or _choice(part) or _barred(part)))
    if len(rest) == len(others):  # neither groups nor barred words
        return lambda text: words <= text.vocabulary and not _first(rest, text, wanted=False)

    def test(text: Text) -> bool:
        found = text.vocabulary
        if not (words <= found and barred.isdisjoint(found)):
            return False
        for group in groups:
            if group.isdisjoint(found):
                return False
        return not rest or not _first(rest, text, wanted=False)

    return test


def _choice(node: Node) -> frozenset[bytes] | None:
    """The words of a group of which one must stand, when it asks for nothing else."""
    while isinstance(node, Saved):
        node = node.part
    if not isinstance(node, Or):
        return None
    words, tests = _parted(node.parts)
    return None if tests else words


def _barred(node: Node) -> frozenset[bytes] | None:
    """The words of which none may stand, when that is all that is left out."""
    if not isinstance(node, Not):
        return None
    token = _word(node.part)
    return _choice(node.part) if token is None else frozenset([token])


def _first(tests: Sequence[Test], text: Text, *, wanted: bool) -> bool:
    """True when one of the tests says what is wanted; a loop, since a generator costs more than most tests."""
    for test in tests:  # noqa: SIM110
        if test(text) is wanted:
            return True
    return False
