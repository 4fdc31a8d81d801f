"""The least texts for which a term holds: by them it is told whether another holds wherever the term does."""

from collections.abc import Sequence

from monitor.query.text import Text
from monitor.query.tree import Close, Handle, Hashtag, Literal, Near, Node, Not, Phrase, Word, walk

_ENDING = "qzxq"  # stands for any ending or any word: no query has it


def witness(leaf: Node) -> Text:
    """The least text for which a leaf holds; without a word where that cannot be written down."""
    return Text(_least(leaf))


def witnesses(leaf: Node) -> list[Text]:
    """The least texts for which a leaf holds, each in another way; what holds for all of them holds whenever it does.

    Words in small letters and in capitals, and where their order and distance are free, turned round and further apart;
    a hashtag also as a tag of the source, without a word in the text. None where so few texts would not tell.
    """
    least = _least(leaf)
    if not least:
        return []
    if isinstance(leaf, Hashtag):
        return [Text(least), _tagged(least)]
    ways = [least]
    if isinstance(leaf, Close):
        ways = _arranged([_word(word) for word in leaf.words], leaf.gap, ordered=False)
    elif isinstance(leaf, Near):
        if not all(isinstance(side, Phrase) for side in leaf.below):
            return []
        ways = _arranged(list(map(_least, leaf.below)), leaf.gap, ordered=leaf.ordered)
    return [Text(way) for way in dict.fromkeys((*ways, *(way.upper() for way in ways))) if leaf.holds(Text(way))]


def _arranged(parts: list[str], gap: int, *, ordered: bool) -> list[str]:
    """The parts in many orders, the gap full at each seam in turn and empty at the others."""
    turned = [parts[at:] + parts[:at] for at in range(len(parts))]
    orders = [parts] if ordered else [*turned, *(order[::-1] for order in turned)]
    filler = [_ENDING] * gap
    spread = [[*order[:at], *filler, *order[at:]] for order in orders for at in range(1, len(parts))]
    return [" ".join(words) for words in (*orders, *spread)]


def _tagged(tag: str) -> Text:
    text = Text("")
    text.hashtags = [(tag.removeprefix("#"), None)]
    return text


def covers(other: Node, leaf: Node) -> bool:
    """True when `other` holds wherever the leaf does."""
    texts = witnesses(leaf)
    return bool(texts) and all(map(other.holds, texts))


def only_grows(node: Node) -> bool:
    """True for what still holds when a text gets more words: only of that the least text tells of all others."""
    return not any(isinstance(one, Not) for one in walk(node))


def _least(leaf: Node) -> str:
    match leaf:
        case Phrase() | Close():
            return " ".join(_word(word) for word in leaf.words)
        case Literal():
            return leaf.characters
        case Hashtag():
            return f"#{leaf.name}{_ENDING if leaf.stem else ''}"
        case Handle():
            return f"@{leaf.name}" + (f"@{leaf.host}" if leaf.host else "")
        case Near():
            sides = [_least(side) for side in leaf.below]
            return " ".join(sides) if all(sides) else ""
        case _:
            return ""


def _word(word: Word) -> str:
    return (word.spelling or word.token.decode()) + (_ENDING if word.stem or not word.token else "")


def names(leaves: Sequence[Node]) -> str:
    """The first few as a message names them."""
    told = [name for leaf in leaves[:3] if (name := _name(leaf))]
    return " and ".join(told) + (" and others" if len(leaves) > 3 else "")


def _name(leaf: Node) -> str:
    text = _least(leaf).replace(_ENDING, "*")
    match leaf:
        case Literal():
            return f"`{text}`"
        case Close():
            return f'"{text}"~{leaf.gap}'
        case Near():
            return f"{_name(leaf.left)} {'O' * leaf.ordered}NEAR/{leaf.gap} {_name(leaf.right)}"
        case Phrase() if leaf.words[0].spelling:
            return f'!"{text}"'
        case _:
            return f'"{text}"' if text else ""
