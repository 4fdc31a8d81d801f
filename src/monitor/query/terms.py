"""Single terms of a query: words and phrases, hashtags, handles, addresses, and what is known of a post.

What other search boxes understand and this language does not (`-word`, a star in the middle, curly quotation marks) is
refused with the cure: read as mere words it would be a query that silently finds nothing.
"""

import re
from collections.abc import Callable

from monitor.model import PostType
from monitor.query.interval import interval
from monitor.query.text import DOT, SCHEME, Text, fold_handle, link_of, plain_host, plain_path, tag_name
from monitor.query.tokens import Token, fail
from monitor.query.tree import Address, Close, Field, Handle, Hashtag, Literal, Node, Phrase, Word
from monitor.query.words import MARKS, Spelled, cased, is_word

SHORTEST_STEM = 3
LONGEST_PHRASE = 30  # words
LONGEST_CLOSE = 10
LONGEST_LITERAL = 200
WIDEST_GAP = 50
TYPES: tuple[PostType, ...] = ("post", "comment", "article", "boost")
FIELDS = ("title", "source", "site", "lang", "type", "link", "author", "tag", "published")
OPERATORS = ("AND", "OR", "NOT")

NEAR = re.compile(r"(O?)NEAR/(\d{1,6})")
_DOMAIN = re.compile(rf"(?:{SCHEME})?((?:[^\W_](?:[\w-]*[^\W_])?{DOT})+[^\W\d_]{{2,24}})(/\S*)?", re.IGNORECASE)
_ASKED = re.compile(
    rf"((?:{SCHEME})?(?:[^\W_](?:[\w-]*[^\W_])?{DOT})+[^\W\d_]{{2,24}})(?::\d+([/?]\S*)?|(\?\S*))", re.IGNORECASE
)
_PLAIN = re.compile(r"[^\W_]+(?:[-'’&./+·_]+[^\W_]+)*")
_HASHTAG = re.compile(rf"#[\w{MARKS}]+")
_ACCOUNT = re.compile(r"@(\w[\w.-]*)(?:@([\w-]+(?:\.[\w-]+)+))?|/?u/([\w-]+)")
_REDDITOR = re.compile(r"/?u/[\w-]+\*")
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")
_CURLY = re.compile("[\u00ab\u00bb\u201c-\u201f]")
_SINGLE = "\u2018\u2019\u201a\u201b"  # within a word they are apostrophes
_MISREAD = {  # what other query languages know
    r"\|": "| is no operator: write OR",
    r"^&+$|&&": "& is no operator: write AND, or nothing",
    r"^\+": "+ is no operator: every term must be there unless OR parts them",
    r"^-": "- does not leave a word out: write NOT before it",
    r"^(?:/\*|//|--|;)": "comments begin with # and a blank",
    r"~": '~ follows a phrase: "gele boot"~5',
    r"\?": "? stands for nothing: a star at the end takes any ending",
    r"^O?NEAR\b": "NEAR needs a number of words: NEAR/5",
    r"^(?:W|WITHIN|ADJ)/?\d+$": "write NEAR/5, or ONEAR/5 for the order as written",
    r"^(?:EN|ET|UND)$": "operators are English: write AND",
    r"^(?:OF|OU|ODER)$": "operators are English: write OR",
    r"^(?:NIET|PAS|SAUF|NICHT)$": "operators are English: write NOT",
    r"^'|'$": "' does not make a phrase: write \" instead of '",
    r"[,;]": "a comma is no operator: write OR between choices",
    r":": "a colon follows the name of a field",
}


def phrase(token: Token, text: str, *, case: bool = False) -> Node:
    """`"exact phrase"`: its words; a star alone is any one word, a star at a word's end any ending."""
    words: list[Word] = []
    for piece in token.text.split():
        words += [Word(b"")] if piece == "*" else _piece(piece, token, text, case=case)
    if not any(word.token for word in words):
        fail("there is no letter or digit here; for exact signs use backticks, as in `:-)`", text, token.start)
    if not (words[0].token and words[-1].token):
        fail("a star at the edge of a phrase stands for nothing: leave it out", text, token.start)
    if len(words) > LONGEST_PHRASE:
        fail(f"a phrase has {LONGEST_PHRASE} words at most, this one {len(words)}: take its middle", text, token.start)
    return Phrase(tuple(words), at=(token.start, token.stop), written=token.text)


def close(found: Node, token: Token, text: str) -> Node:
    """`"a b"~n`: the words of a phrase with at most n others among them, in any order."""
    assert isinstance(found, Phrase)
    gap = _gap(token.text[1:], token, text, '"gele boot"~5')
    if len(found.words) == 1:
        fail("~ needs two words at least in its phrase", text, token.start)
    if len(found.words) > LONGEST_CLOSE:
        fail(f"~ takes a phrase of {LONGEST_CLOSE} words at most", text, token.start)
    if not all(word.token for word in found.words):
        fail("a star for any word means nothing here: a larger number after ~ does the same", text, token.start)
    return Close(found.words, gap, at=(found.at[0], token.stop), written=found.written)


def near_gap(token: Token, text: str) -> tuple[bool, int] | None:
    """Whether the order counts, and how many words may stand between; None when the token is no NEAR."""
    found = NEAR.fullmatch(token.text) if token.kind == "word" else None
    return (bool(found[1]), _gap(found[2], token, text, "NEAR/5")) if found else None


def _gap(digits: str, token: Token, text: str, example: str) -> int:
    if not digits:
        fail(f"expected a number of words, got nothing: write {example}", text, token.stop)
    if int(digits) > WIDEST_GAP:
        fail(f"{digits} words are no nearness: {WIDEST_GAP} at most; for anywhere write AND", text, token.start)
    return int(digits)


def literal(token: Token, text: str) -> Node:
    """`` `C++` ``: these very characters."""
    if not token.text.strip():
        fail("expected characters between the backticks, got none", text, token.start)
    if len(token.text) > LONGEST_LITERAL:
        fail(f"between backticks are {LONGEST_LITERAL} characters at most", text, token.start)
    if not token.text.isprintable():
        fail("between backticks stands a character that nobody sees: take it out", text, token.start)
    return Literal(token.text, at=(token.start, token.stop), written=token.text)


def word(token: Token, text: str, *, case: bool = False) -> Node:
    """A word, word*, #hashtag, @handle or example.nl."""
    written, at = token.text, (token.start, token.stop)
    if not case:
        if _HASHTAG.fullmatch(written.removesuffix("*")):
            return hashtag(written, token, text)
        if account := _ACCOUNT.fullmatch(written):
            return Handle(fold_handle((account[1] or account[3]).rstrip(".-")), plain_host(account[2] or ""), at=at)
        if "*" in written and (_DOMAIN.fullmatch(written.strip("*")) or _REDDITOR.match(written)):
            fail("an address or an account has no star: it takes all that is below it", text, token.start)
        if found := _DOMAIN.fullmatch(written):
            return Address(
                plain_host(re.sub(DOT, ".", found[1], flags=re.IGNORECASE)), plain_path(found[2] or ""), at=at
            )
    _refuse_misread(token, text)
    words = _piece(written, token, text, case=case)
    return Phrase(tuple(words), at=at, written=written)


def hashtag(written: str, token: Token, text: str) -> Node:
    """A hashtag with or without its #, and with a star those that begin so."""
    stem = written.endswith("*")
    name = tag_name(written.removesuffix("*"))
    if not name.strip("_"):
        fail(f"expected a hashtag, got {written}: letters, digits and _", text, token.start)
    if stem and len(name) < SHORTEST_STEM:
        fail(_short(written), text, token.start)
    return Hashtag(name, stem, at=(token.start, token.stop), written=written)


def field_value(name: str, value: Token, text: str) -> Node:
    """`name:value`, for every field but title."""
    written, at = value.text.strip(), (value.start, value.stop)
    if name == "tag":
        return hashtag(written, value, text)
    if name == "link":
        return Address(*_address(written, value, text, "link:example.nl/page"), at=at)
    return Field(name, *_tests[name](written, value, text), at=at)


def saved_name(token: Token, text: str) -> str:
    """`$name` without its sign."""
    name = token.text[1:]
    if not _NAME.fullmatch(name):
        fail(
            f"expected the name of a saved query after $, got {name or 'nothing'}; for the sign use backticks",
            text,
            token.start,
        )
    return name


def _piece(piece: str, token: Token, text: str, *, case: bool) -> list[Word]:
    """The words of what stands between blanks; the last may end in a star."""
    stem = piece.endswith("*")
    if "*" in piece.removesuffix("*"):
        fail("a star stands at the end of a word, or alone in a phrase for any word: write it so", text, token.start)
    spelled = Spelled(piece.removesuffix("*").replace("#", " "))
    spellings = [cased(piece[start:stop]) if case else None for start, stop in spelled.spans]
    if stem and (not spelled.words or len(spelled.words[-1].decode()) < SHORTEST_STEM):
        fail(_short(piece), text, token.start)
    last = len(spelled.words) - 1
    pairs = enumerate(zip(spelled.words, spellings, strict=True))
    return [Word(token_, stem and nth == last, spelling) for nth, (token_, spelling) in pairs]


def _short(written: str) -> str:
    return f"a star needs {SHORTEST_STEM} letters before it, got {written}: write more of the word, or the words meant"


def _refuse_misread(token: Token, text: str) -> None:
    """What would be read as plain words, and is surely meant otherwise."""
    written = token.text
    if written.upper() in OPERATORS or NEAR.fullmatch(written.upper()):
        fail(f'operators are upper case: write {written.upper()}, or "{written}" for the word', text, token.start)
    if _CURLY.search(written) or written[0] in _SINGLE or written[-1] in _SINGLE:
        fail('curly quotation marks: write straight ones (")', text, token.start)
    if address := _ASKED.fullmatch(written):
        plain = address[1] + (address[2] or address[3] or "")
        fail(f"an address as a term has no port and no ? after its host: write link:{plain}", text, token.start)
    if written in (".", "dot") and (parts := _parted(token, text)):
        fail(f"round brackets group terms: write {'[.]'.join(parts)} or {'.'.join(parts)}", text, token.start)
    for sign, meant in _MISREAD.items():
        if re.search(sign, written):
            fail(f"{meant}; for the words themselves use quotation marks", text, token.start)
    bare = written.strip("*")
    if not any(map(is_word, bare)) and "*" not in written:
        fail(f"there is no letter or digit here; for exact signs use backticks: `{written}`", text, token.start)
    if bare and "*" not in bare and not _PLAIN.fullmatch(_without_marks(bare)):
        fail(
            f'{written} has signs that are not searched: "{bare}" finds its words, `{bare}` exactly this',
            text,
            token.start,
        )


def _parted(token: Token, text: str) -> tuple[str, str] | None:
    """The two words of lindeveer(.)example, of which the brackets are read as such."""
    before, after = re.search(r"([\w-]+)\($", text[: token.start]), re.match(r"\)([\w-]+)", text[token.stop :])
    return (before[1], after[1]) if before and after else None


def _small(written: str, sign: str) -> str:
    """The cure for a value in capitals."""
    small = written.lower()
    return f": write {sign}:{small}" if small != written else ""


def _without_marks(word: str) -> str:
    return "".join(char for char in word if not is_word(char) or char.isalnum())


def _address(written: str, token: Token, text: str, example: str) -> tuple[str, str]:
    plain = re.sub(DOT, ".", re.sub(rf"^(?:{SCHEME})", "", written, flags=re.IGNORECASE), flags=re.IGNORECASE)
    link = link_of(f"https://{plain}")
    if link is None or not re.fullmatch(r"[\w-]+(?:\.[\w-]+)*", link.host) or "*" in plain:
        fail(f"expected an address like {example}, got {written or 'nothing'}", text, token.start)
    return link.host, link.path


def _site(written: str, token: Token, text: str) -> tuple[str, Callable[[Text], bool]]:
    host, path = _address(written, token, text, "site:example.nl")
    return host + path, lambda post: post.page is not None and post.page.leads_to(host, path)


def _source(written: str, token: Token, text: str) -> tuple[str, Callable[[Text], bool]]:
    if not _NAME.fullmatch(written):
        cure = _small(written, "source") if _NAME.fullmatch(written.lower()) else ""
        fail(f"expected the name of a source, such as source:rss, got {written or 'nothing'}{cure}", text, token.start)
    return written, lambda post: post.document is not None and post.document.source == written


def _language(written: str, token: Token, text: str) -> tuple[str, Callable[[Text], bool]]:
    if not re.fullmatch(r"[a-z]{2,3}", written):
        code = re.fullmatch(r"([A-Za-z]{2,3})(?:[-_]\w+)?", written)
        cure = f": write lang:{code[1].lower()}" if code else ""
        fail(f"expected a language's code, such as lang:nl, got {written or 'nothing'}{cure}", text, token.start)
    return written, lambda post: post.document is not None and post.document.language == written


def _type(written: str, token: Token, text: str) -> tuple[str, Callable[[Text], bool]]:
    if written not in TYPES:
        cure = _small(written, "type") if written.lower() in TYPES else ""
        fail(f"expected one of {', '.join(TYPES)}, got {written or 'nothing'}{cure}", text, token.start)
    return written, lambda post: post.document is not None and post.document.type == written


def _author(written: str, token: Token, text: str) -> tuple[str, Callable[[Text], bool]]:
    name = author_name(written)
    if not re.fullmatch(r"[\w.-]+(?:@[\w.-]+)?", name):
        fail(f"expected an account, such as author:@webcare@social.example, got {written}", text, token.start)
    return name, lambda post: post.document is not None and author_name(post.document.author or "") == name


def author_name(written: str) -> str:
    """An account as authors are compared: without @ or u/ before it, in lower case."""
    return fold_handle(written.removeprefix("/").removeprefix("u/").removeprefix("@"))


def _published(written: str, token: Token, text: str) -> tuple[str, Callable[[Text], bool]]:
    try:
        stretch = interval(written)
    except ValueError as error:
        fail(f"published: {error}", text, token.start)
    return (
        written,
        lambda post: (
            post.document is not None
            and post.document.published is not None
            and post.now is not None
            and stretch.has(post.document.published, post.now, post.zone)
        ),
    )


_tests: dict[str, Callable[[str, Token, str], tuple[str, Callable[[Text], bool]]]] = {
    "site": _site,
    "source": _source,
    "lang": _language,
    "type": _type,
    "author": _author,
    "published": _published,
}
