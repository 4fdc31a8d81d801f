"""Raw bytes -> bytes that a parser may be given: one encoding, nothing before the root, no entities.

    body -> UTF-8 where it says or shows what it is -> [declaration] root ... -> surrogates paired

What stands before the root is dropped: feeds need none of it, 80 KB of blank lines there take feedparser
27 s, and that is where entities are declared.
"""

import codecs
import re

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_UNMARKED = ((b"<\0", "utf-16-le"), (b"{\0", "utf-16-le"), (b"\0<", "utf-16-be"), (b"\0{", "utf-16-be"))
_BLANKS = b" \t\r\n"

_DECLARATION = re.compile(rb"<\?xml\s[^>]*>")
_MISC = re.compile(
    rb"\s++|<\?.*?\?>|<!--.*?-->|<!DOCTYPE(?:[^\[>\"']|\"[^\"]*+\"|'[^']*+')*+(?:\[.*?\]\s*+)?>",
    re.DOTALL | re.IGNORECASE,
)
_ROOT = re.compile(rb"<([A-Za-z_][\w:.-]{0,100})")
_FEED = re.compile(rb"<(?:[\w.-]{1,40}:)?(?:rss|feed|rdf|channel|item|entry)[\s/>]", re.IGNORECASE)
_ENTITY = re.compile(rb"<!ENTITY(?!\s+%)")
_HARMLESS = re.compile(
    rb"<!ENTITY\s+[\w.-]{1,60}\s+(?:\"(?:&#\w{1,8};|[^&\"<]){0,64}\"|'(?:&#\w{1,8};|[^&'<]){0,64}')\s*>"
)
_SURROGATE = re.compile(rb"&#(?:[xX][dD][89a-fA-F]|5[5-7])")  # begins with plain text, so that it is found fast
_SURROGATES = re.compile(rb"(?:&#(?:[xX][dD][89a-fA-F][0-9a-fA-F]{2}|5[5-7]\d{3});)+")


class MalformedFeed(Exception):  # noqa: N818 - says what it is
    """The document is no feed, or one that must not be parsed. The text is our own, never the feed's."""


def in_utf8(body: bytes) -> tuple[bytes, bool]:
    """`body` without leading blanks, and whether it is now UTF-8 for certain, whatever it or its server says.

    A byte order mark is believed; so is UTF-8 that reads as such and is more than ASCII: text in another
    encoding does not do that by chance, while servers and declarations are often wrong about it.
    """
    for mark, name in _MARKS:
        if body.startswith(mark):
            return _recoded(body[len(mark) :], name), True
    for start, name in _UNMARKED:
        if body.startswith(start):
            return _recoded(body, name), True
    return body.lstrip(_BLANKS), not body.isascii() and _is_utf8(body)


def rooted(body: bytes, *, certain: bool) -> bytes:
    """The document from its root on; raises MalformedFeed when it has none, is HTML, or declares what could hurt.

    The XML declaration stays unless the encoding is `certain`, because then it may be a lie.
    """
    end = _end_of_prolog(body)
    root = _ROOT.search(body, end)
    if root is None:
        raise MalformedFeed("this is not a feed")
    if not _FEED.search(body, root.start()):  # asked first, because feedparser takes seconds to find that out
        is_page = root[1].lower().endswith(b"html")
        raise MalformedFeed("this is a web page, not a feed" if is_page else "this is not a feed")
    _refuse_entities(body[: root.start()])
    declaration = None if certain else _DECLARATION.match(body)
    return (declaration[0] if declaration else b"") + _paired(body[root.start() :])


def _end_of_prolog(body: bytes) -> int:
    end = 0
    while part := _MISC.match(body, end):
        end = part.end()
    return end


def _refuse_entities(prolog: bytes) -> None:
    """Single characters under a name hurt nobody and go with the rest; all else is somebody's attack."""
    for declared in _ENTITY.finditer(prolog):
        if not _HARMLESS.match(prolog, declared.start()):
            raise MalformedFeed("it declares entities, which feeds do not need")


def _recoded(body: bytes, encoding: str) -> bytes:
    return body.decode(encoding, "replace").encode("utf-8", "replace").lstrip(_BLANKS)


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True


def _paired(body: bytes) -> bytes:
    """Surrogate halves written as character references, which feedparser dies of, as the characters they meant."""
    return _SURROGATES.sub(_joined, body) if _SURROGATE.search(body) else body


def _joined(references: re.Match[bytes]) -> bytes:
    numbers = (number.decode() for number in re.findall(rb"&#(\w+);", references[0]))
    halves = "".join(chr(int(n[1:], 16) if n[0] in "xX" else int(n)) for n in numbers)
    whole = halves.encode("utf-16", "surrogatepass").decode("utf-16", "ignore")
    return "".join(f"&#{ord(char)};" for char in whole).encode()
