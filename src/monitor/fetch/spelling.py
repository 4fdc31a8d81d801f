"""One spelling for every address that is asked for, and none for those with something up their sleeve.

Two readers of one odd address may see two hosts in it. So an address is taken apart once, refused when
it holds what a plain one never does (a login, backslashes, blanks, another scheme), and what is asked for
is put together again from the parts.
"""

import re
from ipaddress import IPv6Address
from urllib.parse import SplitResult, quote, urljoin, urlsplit, urlunsplit

from monitor.errors import Skip

_NAME = re.compile(r"[a-z0-9_][a-z0-9_.-]{0,252}")
_LOGIN = re.compile(r"^(\s*[a-z0-9.+-]*:?[/\\]*)[^/\\?#]*@", re.IGNORECASE)
_PATH = "/%:@!$&'()*+,;=~-._"


def spelled_out(url: str) -> str:
    """`url` as ASCII with an IDNA host; raises Skip for anything but a plain http(s) URL without a login."""
    try:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise Skip("refused-address", shown(url), "only http and https addresses are fetched")
        if "@" in parts.netloc or "\\" in url or any(ord(char) <= 32 or ord(char) == 127 for char in url):
            raise Skip("refused-address", shown(url), "logins, backslashes and blanks in an address are refused")
        path, query = quote(parts.path or "/", safe=_PATH), quote(parts.query, safe=f"{_PATH}?[]|")
        return urlunsplit((parts.scheme, _authority(parts), path, query, ""))
    except ValueError:  # a bad port, bracket or label; its text may quote a login, so it ends here
        raise Skip("malformed", shown(url), "this is not a valid address") from None


def next_hop(url: str, location: str) -> str:
    """Where a redirect from `url` leads; raises Skip when it gives up https or leads nowhere."""
    try:
        target = urljoin(url, _as_sent(location).replace(" ", "%20"))  # servers write blanks, browsers follow
        given_up = urlsplit(url).scheme == "https" and urlsplit(target).scheme == "http"
    except ValueError:
        raise Skip("malformed", shown(url), "it redirects to something that is no address") from None
    if given_up:
        raise Skip("refused-address", shown(url), "it redirects from https to http")
    return target


def same_origin(one: str, other: str) -> bool:
    """True when both spelled-out addresses have the same scheme, host and port."""
    return urlsplit(one)[:2] == urlsplit(other)[:2]


def shown(url: str) -> str:
    """`url` for messages: without a login, control characters written out, at most 200 characters."""
    bare = _LOGIN.sub(r"\1", url[:2000])
    return "".join(char if char.isprintable() else quote(char, errors="replace") for char in bare[:200])


def _authority(parts: SplitResult) -> str:
    host, port = parts.hostname or "", parts.port
    name = _bracketed(host) if parts.netloc.startswith("[") else _name(host)
    return name if port is None else f"{name}:{port}"


def _bracketed(host: str) -> str:
    if "%" in host:
        raise ValueError("a zone names an interface of this machine")
    return f"[{IPv6Address(host)}]"


def _name(host: str) -> str:
    name = host.encode("idna").decode("ascii").lower()
    if not _NAME.fullmatch(name):
        raise ValueError("no host name")
    return name


def _as_sent(location: str) -> str:
    """A header's text read as UTF-8 where it is that; HTTP hands it over byte by byte."""
    try:
        return location.strip().encode("latin-1").decode()
    except UnicodeError:
        return location.strip()
