"""Links: cleaned for people, and brought to one spelling so that a page has one identity.

Neither result is ever fetched: they are shown and compared.
"""

import re
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

_TRACKING = re.compile(
    r"^(?:utm_\w+|mtm_\w+|pk_\w+|piwik_\w+|at_(?:medium|campaign|custom\d|link\w*|format|ptr_name|bbc_team)|ns_\w+"
    r"|fbclid|gclid|gclsrc|dclid|gbraid|wbraid|msclkid|yclid|twclid|ttclid|igshid|igsh|mc_cid|mc_eid|mkt_tok"
    r"|_hsenc|_hsmi|hsctatracking|oly_\w+_id|vero_\w+|wt_\w+|xtor|cmpid|icid|ref_src|ref_url|spm|s_cid|sc_cid|trk)$",
    re.IGNORECASE,
)
_AMP = re.compile(r"/amp/?$|\.amp$")


def clean(url: str) -> str:
    """The link without tracking parameters and fragment. What cannot be split stays as it is."""
    try:
        parts = urlsplit(url.strip())
        host = (parts.hostname or "").lower()
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return url
    if parts.scheme not in ("http", "https") or not host:
        return url
    name = f"[{host}]" if ":" in host else host
    return urlunsplit((parts.scheme, name + port, parts.path or "/", _without_tracking(parts.query), ""))


def identity(url: str) -> str:
    """One spelling per page: neither scheme nor www, AMP, tracking or a final slash tell pages apart."""
    parts = urlsplit(clean(url))
    host = parts.netloc.removeprefix("www.").removeprefix("amp.")
    host = host.removesuffix(":80").removesuffix(":443")
    path = _AMP.sub("", parts.path).rstrip("/")
    return f"{host}{path}" + (f"?{parts.query}" if parts.query else "")


def host(url: str) -> str:
    """The host to show beside a link, without www; empty for what is no link."""
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def _without_tracking(query: str) -> str:
    pairs = parse_qsl(query, keep_blank_values=True)
    kept = [(name, value) for name, value in pairs if not _TRACKING.match(name)]
    return query if len(kept) == len(pairs) else urlencode(kept)
