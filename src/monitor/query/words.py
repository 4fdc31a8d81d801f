"""Text as folded words with their places: what terms are compared with.

Folding takes away case, accents and ligatures (`Café` -> `cafe`, `reünie` -> `reunie`, `ﬁets` -> `fiets`);
each word keeps its (start, end) in the original text, so spans point at what people wrote. An underscore parts
words: `_Lindeveer_` is how Reddit writes italics, and `#lindeveer_app` is about Lindeveer.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator

_WORD = re.compile(r"(?:[^\W_][\u0300-\u036f]*)+")


class Words:
    """The words of one text. `at[word]` lists the positions of a folded word, counted in words."""

    def __init__(self, text: str) -> None:
        self.spans: list[tuple[int, int]] = []
        self.folded: list[str] = []
        self.at: dict[str, list[int]] = defaultdict(list)
        for position, found in enumerate(_WORD.finditer(text)):
            word = fold(found[0])
            self.spans.append(found.span())
            self.folded.append(word)
            self.at[word].append(position)

    def starting_with(self, stem: str) -> Iterator[int]:
        """The positions of all words that begin with `stem`."""
        for word, positions in self.at.items():
            if word.startswith(stem):
                yield from positions


def fold(word: str) -> str:
    """One word without case, accents and ligatures."""
    if word.isascii():
        return word.lower()
    spelled = unicodedata.normalize("NFKD", word).casefold()
    return "".join(char for char in spelled if not unicodedata.combining(char))


def folded_words(text: str) -> list[str]:
    """The folded words of `text`, in order."""
    return [fold(found[0]) for found in _WORD.finditer(text)]
