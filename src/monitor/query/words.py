"""Folding: texts as small words without case, accents and ligatures, and where each stood.

    Café -> cafe    reünie -> reunie    ﬁets -> fiets    Straße -> strasse    Œuvre -> oeuvre    Ĳsland -> ijsland

A word is a run of letters and digits of any script. Everything else parts words, the underscore too: `_Lindeveer_`
is how Reddit writes italics, and `#lindeveer_app` is about Lindeveer. Marks that combine with a letter and characters
that nobody sees belong to the word they stand in and are not compared.

A hashtag in CamelCase is its words as well as the whole: `#LindeveerApp` has `lindeveer`, `app` and `lindeveerapp`.

Folded words are bytes (UTF-8), because a table of bytes folds ASCII, which is nearly everything, ten times as fast
as the same table of characters.
"""

import codecs
import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import accumulate, chain, groupby

Span = tuple[int, int]
SEPARATOR = b"\0"  # of posts that are folded together
LONGEST_CACHED = 40  # characters of a hashtag or of a run beyond ASCII that are worth remembering

_UNSEEN = frozenset(  # marks of no shape of their own: joiners of graphemes and variation selectors
    [0x34F, 0x17B4, 0x17B5, *range(0x180B, 0x1810), *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)]
)


def _marks() -> Iterator[str]:
    """All marks and unseen characters, in ranges; in what is left out are none, and import waits for this."""
    parts = (range(0x80, 0x3100), range(0xA66F, 0xAC00), range(0xFB00, 0x1F000), range(0xE0000, 0xE0200))
    marks = (at for at in chain(*parts) if unicodedata.category(chr(at)) in ("Mn", "Mc", "Me", "Cf"))
    for _, run in groupby(enumerate(marks), lambda pair: pair[1] - pair[0]):
        stretch = [chr(at) for _, at in run]
        yield f"{stretch[0]}-{stretch[-1]}"


# marks and what nobody sees: `\w` leaves them out, and yet they belong to the word they stand in
MARKS = "".join(_marks())
_FOLDING = "monitor.fold"  # the name of the encoder's handler
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]+")
_WORD = re.compile(rb"[^ \0]+")
_TAG = re.compile(rf"#([\w{MARKS}]+)")
_RUN = re.compile(rf"(?:[^\W_]|[{MARKS}])+")
# letters with a stroke and their like, which Unicode does not take apart
_LIGATURES = str.maketrans(
    {"æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ħ": "h", "ı": "i"}
)
_ASCII = bytes(
    at if at >= 0x80 or at == 0 else ord(chr(at).lower()) if chr(at).isalnum() else ord(" ") for at in range(256)
)


class _Folds(dict[str, str]):
    """What each character becomes, worked out once: letters, nothing, or a blank that parts words."""

    def __init__(self, *, case: bool) -> None:
        super().__init__()
        self._case = case

    def __missing__(self, char: str) -> str:
        folded = self[char] = _folded_char(char, case=self._case)
        return folded


def _folded_char(char: str, *, case: bool) -> str:
    category = unicodedata.category(char)
    if category in ("Cf", "Me") or ord(char) in _UNSEEN:
        return ""
    if category[0] != "M" and not char.isalnum():  # vowel signs of Indic scripts combine with nothing and are letters
        return " "
    spelled = unicodedata.normalize("NFKD", char)
    small = spelled if case else spelled.casefold().translate(_LIGATURES)
    kept = "".join(one for one in small if not unicodedata.combining(one))
    return "".join(one if one.isalnum() or unicodedata.category(one)[0] == "M" else " " for one in kept)


_FOLDS = _Folds(case=False)
_CASED = _Folds(case=True)


def folded(text: str) -> bytes:
    """The text as small words and blanks. A NUL stays, so that many texts can be folded as one."""
    return text.encode("ascii", _FOLDING).translate(_ASCII)


def _fold_beyond_ascii(error: UnicodeError) -> tuple[bytes, int]:
    """What a run of characters that ASCII lacks becomes: the encoder finds those runs four times as fast as `re`."""
    assert isinstance(error, UnicodeEncodeError)
    run = error.object[error.start : error.end]
    return (_folded_short(run) if len(run) <= LONGEST_CACHED else _folded_run(run)), error.end


@lru_cache(20_000)
def _folded_short(run: str) -> bytes:
    return _folded_run(run)


def _folded_run(run: str) -> bytes:
    return "".join(map(_FOLDS.__getitem__, run)).encode()


codecs.register_error(_FOLDING, _fold_beyond_ascii)


def fold(text: str) -> str:
    """The folded words of a text, with a blank between."""
    return " ".join(folded(text).decode().replace("\0", " ").split())


def folded_words(text: str) -> list[bytes]:
    """The folded words of a text, in order."""
    return folded(text.replace("\0", " ")).split()


def cased(text: str) -> str:
    """A text without accents, but with its case."""
    return text if text.isascii() else _BEYOND_ASCII.sub(lambda run: "".join(map(_CASED.__getitem__, run[0])), text)


def is_word(char: str) -> bool:
    """True for what belongs to a word: letters, digits, marks and what nobody sees."""
    return _FOLDS[char] != " "


def begins_with_word(characters: Iterable[str]) -> bool:
    """True when the first of them is a letter or digit; what nobody sees, and an emoji's selector, is passed over."""
    return next((is_word(char) for char in characters if _FOLDS[char]), False)


def all_folded(texts: Sequence[str]) -> list[bytes]:
    """Each text folded, with the words of its CamelCase hashtags beside the whole: what a search for words reads."""
    forms = folded("\0".join([with_parts(text) for text in texts])).split(SEPARATOR)
    if len(forms) != len(texts):  # a NUL of their own
        return [folded(with_parts(text.replace("\0", " "))) for text in texts]
    return forms


def with_parts(text: str) -> str:
    """The text with the words of CamelCase hashtags after each of them."""
    return _TAG.sub(_followed, text) if "#" in text else text


def _followed(found: re.Match[str]) -> str:
    tag = found[0]
    return _followed_short(tag) if len(tag) <= LONGEST_CACHED else _with_words(tag)


@lru_cache(20_000)
def _followed_short(tag: str) -> str:
    return _with_words(tag)


def _with_words(tag: str) -> str:
    parts = [part for run in _RUN.findall(tag) for part in _parts(run)]
    return f"{tag} {' '.join(parts)}" if parts else tag


def _parts(run: str) -> list[str]:
    """The words of a run in CamelCase; none when it is one word."""
    seams = seams_of(run)
    return [run[a:b] for a, b in zip((0, *seams), (*seams, len(run)), strict=True)] if seams else []


def seams_of(run: str) -> tuple[int, ...]:
    """Where words meet in CamelCase: `aB`, before the last capital of `ABc`, between letters and digits."""
    if any(" " in _FOLDS[char] for char in run):
        return ()  # a fraction, or a ligature of several words
    letters = [(at, char) for at, char in enumerate(run) if _FOLDS[char] and not unicodedata.combining(char)]
    after = [char for _, char in letters[2:]] + [""]
    return tuple(
        at
        for (_, before), (at, char), later in zip(letters, letters[1:], after, strict=False)
        if _seam(before, char, later)
    )


def _seam(before: str, char: str, later: str) -> bool:
    if char.isupper():
        return before.islower() or before.isdigit() or (before.isupper() and later.islower())
    return char.isdigit() and before.isalpha()


class Spelled:
    """The words of a text in order, each with its place in characters, and CamelCase hashtags opened.

    `wholes` are those hashtags undivided, each with the range of words that it spans.
    """

    def __init__(self, text: str) -> None:
        seams = list(_tag_seams(text)) if "#" in text else []
        opened = _opened(text, [at for at, _ in seams])
        found = list(_spelled(opened))
        moved = [at + nth for nth, (at, _) in enumerate(seams)]  # where the blanks that were put in stand
        self.words = [word for word, _ in found]
        self.spans = [
            (start - bisect_right(moved, start), stop - bisect_right(moved, stop - 1)) for _, (start, stop) in found
        ]
        self.wholes = list(_wholes(self.words, self.spans, seams))


def _tag_seams(text: str) -> Iterator[tuple[int, Span]]:
    """Every seam within a hashtag, with the run that it parts."""
    for tag in _TAG.finditer(text):
        for run in _RUN.finditer(tag[1]):
            start = tag.start(1) + run.start()
            for seam in seams_of(run[0]):
                yield start + seam, (start, start + len(run[0]))


def _opened(text: str, seams: Sequence[int]) -> str:
    return " ".join(text[a:b] for a, b in zip((0, *seams), (*seams, len(text)), strict=True)) if seams else text


def _spelled(text: str) -> Iterator[tuple[bytes, Span]]:
    text = text.replace("\0", " ")
    if text.isascii():
        for found in _WORD.finditer(folded(text)):
            yield found[0], found.span()
        return
    pieces = [_FOLDS[char].encode() if char > "\x7f" else _ASCII_PIECES[ord(char)] for char in text]
    ends = list(accumulate(map(len, pieces)))
    for found in _WORD.finditer(b"".join(pieces)):
        start, stop = bisect_right(ends, found.start()), bisect_right(ends, found.end() - 1) + 1
        while stop < len(pieces) and not pieces[stop]:
            stop += 1
        yield found[0], (start, stop)


_ASCII_PIECES = [_ASCII[at : at + 1] for at in range(128)]


def _wholes(
    words: Sequence[bytes], spans: Sequence[Span], seams: Sequence[tuple[int, Span]]
) -> Iterator[tuple[bytes, Span]]:
    starts = [start for start, _ in spans]
    for start, stop in dict.fromkeys(run for _, run in seams):
        first, last = bisect_left(starts, start), bisect_left(starts, stop)
        yield b"".join(words[first:last]), (first, last)
