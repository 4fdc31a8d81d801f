"""A stable key per entry of a feed: its page, else its id, else its words.

The link comes first because ids are less stable in practice: some feeds make a new one at each fetch, some
repeat one over all entries. So neither a changed id, title or date, nor another order, nor tracking, scheme,
www, AMP or a final slash in the link makes an entry a new one. A link that says nothing (the site's own, or
one that several entries share) is followed by the id, or by the words where ids are missing or shared too.

What cannot be told apart: an entry without a link of its own *and* without an id of its own is known by its
words alone, so an edit makes it another entry, and two with equal words are one. And where a second entry
begins to share the link of a first, the first is new once more, since until then the link was its own.
"""

import re
from collections import Counter
from hashlib import blake2b
from typing import Any

from monitor import links


def keys_of(feed: dict[str, Any], place: str) -> list[str]:
    """The keys of `feed["entries"]`, in their order. Entries that are the same in all respects share one."""
    entries = feed["entries"]
    home, site = _home(place), links.identity(feed["site"])
    pages = [_page(entry["link"], site) for entry in entries]
    shown, known = Counter(pages), Counter(entry["id"] for entry in entries)
    return [
        page if page and shown[page] == 1 else f"{page or home} {_own_id(entry, known) or _words(entry)}"
        for page, entry in zip(pages, entries, strict=True)
    ]


def _home(place: str) -> str:
    """The feed's own address without its port, which says where it is served and not which feed it is."""
    return links.identity(re.sub(r"^(https?://[^/]*?):\d+(?=/|$)", r"\1", place))


def _page(link: str, site: str) -> str:
    """The page that a link leads to, or nothing when that is only the site."""
    page = links.identity(link)
    return page if page != site and ("/" in page or "?" in page) else ""


def _own_id(entry: dict[str, Any], known: Counter[str]) -> str:
    return str(entry["id"]) if known[entry["id"]] == 1 else ""


def _words(entry: dict[str, Any]) -> str:
    return blake2b(f"{entry['title']}\n{entry['body']}".encode("utf-8", "replace"), digest_size=12).hexdigest()
