"""Post -> Document: markup to text, one Unicode form, a clean link, a date that can be trusted.

    title, body -> no control or bidi characters -> plain -> NFC -> blanks folded
    url         -> no tracking parameters, no fragment
    published   -> between 1995 and a day from now, or unknown; never "today" instead

Pure: same post and same `now`, same document.
"""

import html
import re
import unicodedata
from datetime import UTC, datetime, timedelta
from hashlib import blake2b

import nh3

from monitor import links
from monitor.model import Document, Post

LONGEST_TEXT = 50_000  # characters; longer posts are cut, since nobody reads or matches beyond
LONGEST_TITLE = 500
MOST_TAGS = 10_000  # the parser needs 0.1 s for so many in one another and the square of it for more
FIRST_YEAR = 1995  # before it there was no public web to date from
FUTURE = timedelta(hours=24)  # clocks and zones are wrong by hours, not by days

_BLOCK = re.compile(
    r"<(?=/?(?:address|article|aside|blockquote|br|caption|center|dd|details|dialog|div|dl|dt|fieldset|figcaption|figure"
    r"|footer|form|h[1-6]|header|hr|legend|li|main|nav|ol|option|p|pre|section|summary|table|tbody|td|tfoot|th|thead"
    r"|tr|ul)\b)",
    re.IGNORECASE,
)
# their content is raw text to a parser: tags within would be shown, as in feeds that carry <noscript><img ...>
_RAW = re.compile(r"(</?)(?:iframe|noembed|noframes|noscript|plaintext|textarea|title|xmp)\b", re.IGNORECASE)
_MARKUP = re.compile(r"[<&]")
# what shows nothing: Cc and Cf but tab, newline and their like (they become blanks), and the blank letters
_HIDDEN = (
    "\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\ud800-\udfff\U0001d173-\U0001d17a\U000e0000-\U000e007f"
)
_EMOJI = "\u2190-\u2bff\ufe0f\U0001f000-\U0001faff"
_INVISIBLE = re.compile(f"[{_HIDDEN}]")
# of these, a joiner between two emoji and the letters of a region's flag (England's) are part of what is seen
_INVISIBLE_BESIDE_EMOJI = re.compile(
    f"(\U0001f3f4[\U000e0030-\U000e007a]{{2,6}}\U000e007f|(?<=[{_EMOJI}])\u200d(?=[{_EMOJI}]))|[{_HIDDEN}]"
)
_BLANKS = re.compile(r"[^\S\n]{2,}|[^\S\n ]")  # a lone space, which is most of them, is left as it is
_NEWLINES = re.compile(r"\n[\n ]+")
_WORD = re.compile(r"\w+")
_URL = re.compile(r"https?://\S+")


def document(post: Post, now: datetime) -> Document:
    """The post made uniform. `now` is aware and bounds the date."""
    title = plain(post.title, post.markup)[:LONGEST_TITLE].strip()
    text = plain(post.body, post.markup)[:LONGEST_TEXT].strip()
    return Document(
        source=post.source,
        place=post.place,
        key=post.key,
        url=links.clean(visible(post.url)),
        type=post.type,
        found=post.found,
        title=title,
        text=text,
        published=trusted(post.published, now),
        author=post.author,
        language=language_code(post.language),
        opt_outs=post.opt_outs,
        addressed=post.addressed,
        fingerprint=fingerprint(f"{title} {text}"),
        revision=_digest(f"{title}\n{text}"),
    )


def plain(value: str, markup: str) -> str:
    """Readable text: no tags, no entities, NFC, no control or bidi characters, blanks folded.

    Block tags become line breaks, so that words of two paragraphs do not run together.
    """
    value = visible(value.replace("\r", "\n"))
    if markup == "html" and _MARKUP.search(value):
        value = visible(html.unescape(nh3.clean(_broken_up(value), tags=set())))
    value = _BLANKS.sub(" ", unicodedata.normalize("NFC", value)).replace(" \n", "\n")
    return _NEWLINES.sub("\n", value).strip()


def visible(text: str) -> str:
    """The text without characters that nobody sees: control, bidi, zero-width, surrogates. Emoji stay whole."""
    if "\u200d" in text or "\U0001f3f4" in text:
        return _INVISIBLE_BESIDE_EMOJI.sub(r"\1", text)
    return _INVISIBLE.sub("", text)


def trusted(published: datetime | None, now: datetime) -> datetime | None:
    """The date in UTC, or None when it is missing, without a zone, before 1995 or more than a day ahead."""
    if published is None or published.utcoffset() is None:
        return None
    try:
        moment = published.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return moment if moment.year >= FIRST_YEAR and moment <= now + FUTURE else None


def language_code(language: str | None) -> str | None:
    """`nl-NL`, `NL`, `nl_BE` -> `nl`; None for anything that is no two- or three-letter code."""
    code = re.split(r"[-_]", (language or "").strip().lower())[0]
    return code if re.fullmatch(r"[a-z]{2,3}", code) and code != "und" else None


def fingerprint(text: str) -> str:
    """16 hex digits that are equal for the same words whatever their case, marks, punctuation and links."""
    folded = unicodedata.normalize("NFKD", _URL.sub(" ", text)).casefold()
    for mark in filter(unicodedata.combining, set(folded)):  # a few per text, so far cheaper than asking each character
        folded = folded.replace(mark, "")
    return _digest(" ".join(_WORD.findall(folded)))


def _digest(text: str) -> str:
    return blake2b(text.encode("utf-8", "replace"), digest_size=8).hexdigest()


def _broken_up(value: str) -> str:
    """Markup with line breaks before block tags, raw text made readable, and no more tags than can be parsed."""
    if value.count("<") > MOST_TAGS:
        value = "<".join(value.split("<", MOST_TAGS)[:MOST_TAGS])
    return _BLOCK.sub("\n<", _RAW.sub(r"\n\1div", value))
