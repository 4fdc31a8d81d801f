"""Post -> Document: markup to text, one Unicode form, a clean link, a date that can be trusted.

    title, body -> plain -> NFC, no control or bidi characters -> blanks folded
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
FIRST_YEAR = 1995  # before it there was no public web to date from
FUTURE = timedelta(hours=24)  # clocks and zones are wrong by hours, not by days

_BLOCK = re.compile(
    r"<\s*/?\s*(?:address|article|aside|blockquote|br|dd|div|dl|dt|figcaption|figure|footer|form|h[1-6]|header"
    r"|hr|li|main|nav|ol|option|p|pre|section|table|tbody|td|tfoot|th|thead|tr|ul)\b",
    re.IGNORECASE,
)
_MARKUP = re.compile(r"[<&]")
# Cc and Cf but tab and newline; variation selectors and joiners of emoji stay (ZWJ U+200D, VS16 is Mn)
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200c\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)
_BLANKS = re.compile(r"[^\S\n]+")
_NEWLINES = re.compile(r" ?\n[\n ]*")
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
        url=links.clean(post.url),
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
    if markup == "html" and _MARKUP.search(value):
        value = html.unescape(nh3.clean(_BLOCK.sub(_broken_line, value), tags=set()))
    value = _INVISIBLE.sub("", unicodedata.normalize("NFC", value.replace("\r", "\n")))
    return _NEWLINES.sub("\n", _BLANKS.sub(" ", value)).strip()


def trusted(published: datetime | None, now: datetime) -> datetime | None:
    """The date in UTC, or None when it is missing, before 1995 or more than a day ahead."""
    if published is None:
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
    return _digest(" ".join(_WORD.findall("".join(c for c in folded if not unicodedata.combining(c)))))


def _digest(text: str) -> str:
    return blake2b(text.encode("utf-8", "replace"), digest_size=8).hexdigest()


def _broken_line(tag: re.Match[str]) -> str:
    return f"\n{tag[0]}"
