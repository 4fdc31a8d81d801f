"""Post -> Document: markup to text, one Unicode form, a clean link, a date that can be trusted.

    title, body -> no control or bidi characters -> plain -> NFC -> blanks folded
    url         -> no tracking parameters, no fragment
    published   -> between 1995 and a day from now, or unknown; never "today" instead
    tags        -> visible, NFC, without #, each once
    links       -> those given and those of <a href>, absolute and clean, each once

Pure: same post and same `now`, same document.
"""

import html
import re
import unicodedata
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from html.entities import html5
from itertools import chain, islice

import nh3

from monitor import links
from monitor.model import Document, Post

LONGEST_TEXT = 50_000  # characters; longer posts are cut, since nobody reads or matches beyond
LONGEST_TITLE = 500
MOST_ELEMENTS = 10_000  # the parser needs 0.1 s for so many in one another and the square of it for more
MOST_TAGS = 50
LONGEST_TAG = 100
MOST_LINKS = 100
LONGEST_LINK = 2_000  # what is longer carries data and leads nobody anywhere
MOST_ANCHORS = 2_000  # that are looked at
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

# Anchors, and what may hold one that is none, by the rules of HTML's tokenizer. What is not closed runs to the end of
# the text and nothing is given back once it is read, so nothing is read twice.
_NAME = r"=?+[^\s/>=]++|="
_VALUE = r"""\"[^"]*+(?:"|\Z)|'[^']*+(?:'|\Z)|[^\s>"'][^\s>]*+"""
_ATTRIBUTE = re.compile(rf"({_NAME})(?:\s*+=\s*+({_VALUE})?+)?+")
_ANCHOR = re.compile(
    r"<!--(?s:.*?)(?:-->|\Z)|<(?:script|style)\b(?s:.*?)(?:</(?:script|style)|\Z)"
    rf"|<a(?=[\s/])((?:[\s/]++|(?(2)(?!)|href\s*+=\s*+({_VALUE}))|(?:{_NAME})(?:\s*+=\s*+(?:{_VALUE})?+)?+)*+)(>?)",
    re.IGNORECASE,
)
_GROUPS = re.Match[str].groups
_REFERENCE = re.compile(r"&(#\d++;?+|#x[0-9a-f]++;?+|[a-z][a-z0-9]*+(?:;|(?!=)))", re.IGNORECASE)
_CLEAN = re.compile(r"https?://[a-z0-9][a-z0-9.-]*/[!\"$%'->@-~]*")  # most are: cleaning them would change nothing
_UNSEEN_IN_URLS = re.compile(r"[\t\n\r]")


def document(post: Post, now: datetime) -> Document:
    """The post made uniform. `now` is aware and bounds the date."""
    title = plain(post.title, post.markup)[:LONGEST_TITLE].strip()
    text = plain(post.body, post.markup)[:LONGEST_TEXT].strip()
    return Document(
        source=post.source,
        place=post.place,
        key=post.key,
        url=_cleaned(visible(post.url)),
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
        tags=tags_of(post),
        links=links_of(post),
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


def tags_of(post: Post) -> tuple[str, ...]:
    """Its tags as they are seen, each once and in their order, `MOST_TAGS` at most."""
    seen = (" ".join(visible(tag[: 4 * LONGEST_TAG]).split()).lstrip("# ") for tag in post.tags)
    return _first((unicodedata.normalize("NFC", tag)[:LONGEST_TAG].strip() for tag in seen), MOST_TAGS)


def links_of(post: Post) -> tuple[str, ...]:
    """The pages it links to, each once, `MOST_LINKS` at most; those that its source gave come first."""
    markups = (post.title, post.body) if post.markup == "html" else ()
    anchored = [markup for markup in markups if "<a" in markup or "<A" in markup]
    if not anchored and not post.links:
        return ()
    return _first(map(_page, chain(post.links, *map(_targets, anchored))), MOST_LINKS)


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


def _first(values: Iterable[str], most: int) -> tuple[str, ...]:
    """The first `most` values that say something and differ; no more are looked at."""
    kept: dict[str, None] = {}
    for value in filter(None, values):
        kept[value] = None
        if len(kept) == most:
            break
    return tuple(kept)


def _targets(markup: str) -> Iterator[str]:
    """The addresses of its anchors as they are written, but for those that name an account or a hashtag."""
    for inside, href, end in map(_GROUPS, islice(_ANCHOR.finditer(markup), MOST_ANCHORS)):
        if end and href and not _is_name(inside.lower()):
            yield _unquoted(href)


def _unquoted(value: str) -> str:
    return value[1:-1] if value[:1] in ("'", '"') else value


def _is_name(inside: str) -> bool:
    """True for @mentions and hashtags as the fediverse marks them: they lead to a profile or a timeline."""
    if "mention" not in inside and "tag" not in inside:  # nearly always, and reading attributes takes its time
        return False
    given = {name: _unquoted(value) for name, value in reversed(_ATTRIBUTE.findall(inside))}
    kind = given.get("class", "")
    return "mention" in kind or "hashtag" in kind or "tag" in given.get("rel", "").split()


def _page(target: str) -> str:
    """The clean absolute http(s) address of a link, or nothing."""
    if len(target) > LONGEST_LINK or target[:1] in ("#", "/"):
        return ""
    if _CLEAN.fullmatch(target):
        return target
    url = _UNSEEN_IN_URLS.sub("", visible(_unescaped(target))).strip()
    is_web = url[:8].lower().startswith(("http://", "https://")) and links.host(url)
    return _cleaned(url) if is_web else ""


def _cleaned(url: str) -> str:
    return url if _CLEAN.fullmatch(url) else links.clean(url)


def _unescaped(value: str) -> str:
    """An attribute's value with its entities read; `&copy=2` in an address is a parameter and no entity."""
    if "&" not in value:
        return value
    return _REFERENCE.sub(lambda found: html.unescape(found[0]) if _is_entity(found[1]) else found[0], value)


def _is_entity(name: str) -> bool:
    return name[0] == "#" or name in html5


def _broken_up(value: str) -> str:
    """Markup with line breaks before block tags, raw text made readable, and no more tags than can be parsed."""
    if value.count("<") > MOST_ELEMENTS:
        value = "<".join(value.split("<", MOST_ELEMENTS)[:MOST_ELEMENTS])
    return _BLOCK.sub("\n<", _RAW.sub(r"\n\1div", value))
