"""Links: cleaned for people, and brought to one spelling so that a page has one identity.

Neither result is ever fetched: they are shown and compared.
"""

import re
from urllib.parse import quote, unquote_plus, urlsplit, urlunsplit

_TRACKING = re.compile(
    r"(?:utm_\w+|mtm_\w+|pk_\w+|piwik_\w+|at_(?:medium|campaign|custom\d|link\w*|format|ptr_name|bbc_team)|ns_\w+"
    r"|fbclid|gclid|gclsrc|dclid|gbraid|wbraid|msclkid|yclid|twclid|ttclid|igshid|igsh|mc_cid|mc_eid|mkt_tok"
    r"|_hsenc|_hsmi|hsctatracking|oly_\w+_id|vero_\w+|wt_\w+|xtor|cmpid|icid|ref_src|ref_url|spm|s_cid|sc_cid|trk)",
    re.IGNORECASE,
)
_AMP_PATH = re.compile(r"/amp/?$|\.amp(?=\.html$|$)")
_AMP_PAIR = re.compile(r"amp(?:=(?:1|true)?)?|outputtype=amp", re.IGNORECASE)
_PLACE_IN_PAGE = re.compile(
    r"!?/?[\w./-]{0,80}\d[\w./-]{0,20}|!/?[\w./-]{1,100}"
)  # comment-12, p123, !/news/x; no xtor=1
_ESCAPE = re.compile(r"%[0-9a-f]{2}", re.IGNORECASE)


def clean(url: str) -> str:
    """The link without tracking parameters and without a fragment that names no place in the page.

    `#comment-12` stays: a comment is not its article. What cannot be split stays as it is.
    """
    try:
        parts = urlsplit(url.strip())
        host = (parts.hostname or "").lower()
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return url
    if parts.scheme not in ("http", "https") or not host:
        return url
    name = f"[{host}]" if ":" in host else host
    place = parts.fragment if _PLACE_IN_PAGE.fullmatch(parts.fragment) else ""
    return urlunsplit((parts.scheme, name + port, parts.path or "/", _without_tracking(parts.query), place))


def identity(url: str) -> str:
    """One spelling per page: neither scheme nor www, AMP, tracking or a final slash tell pages apart.

    What cannot be split is its own identity. Parameters keep their order: it can matter.
    """
    try:
        parts = urlsplit(clean(url))
    except ValueError:
        return url
    host = _ascii(parts.netloc).removeprefix("www.").removeprefix("amp.")
    host = host.removesuffix(":80").removesuffix(":443")
    path = _AMP_PATH.sub("", parts.path).rstrip("/")
    query = "&".join(pair for pair in parts.query.split("&") if pair and not _AMP_PAIR.fullmatch(pair))
    place = f"#{parts.fragment}" if parts.fragment else ""
    return _escaped(f"{host}{path}" + (f"?{query}" if query else "") + place)


def host(url: str) -> str:
    """The host to show beside a link, without www; empty for what is no link."""
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def _without_tracking(query: str) -> str:
    """The query with what is left as it was spelled, since spelling is part of identity."""
    pairs = query.split("&")
    kept = [pair for pair in pairs if not _TRACKING.fullmatch(unquote_plus(pair.partition("=")[0]))]
    return query if len(kept) == len(pairs) else "&".join(kept)


def _ascii(name: str) -> str:
    """A host name as name servers know it, so that münchen.example and xn--mnchen-3ya.example are one."""
    try:
        return name if name.isascii() else name.encode("idna").decode()
    except UnicodeError:
        return name


def _escaped(text: str) -> str:
    """Escapes in capitals, and everything beyond ASCII escaped."""
    return _ESCAPE.sub(lambda found: found[0].upper(), quote(text, safe="/:?#[]@!$&'()*+,;=%~ ", errors="replace"))
