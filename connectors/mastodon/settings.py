"""`[sources.mastodon]`: what to read, checked before the first request, and the places it means."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from pydantic import Field, field_validator

from monitor.connector import Options
from monitor.fetch.spelling import shown
from monitor.model import Found

_TAG = re.compile(r"[\w·]+")
_HANDLE = re.compile(r"@?([\w.-]+)@([\w.-]+(?::\d+)?)")
_PERSON = re.compile(r"\b(?:from|author|user)\s*:|@\w", re.IGNORECASE)
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


class MastodonOptions(Options):
    """Which instances, tags and texts to read."""

    instances: tuple[str, ...] = Field((), description="Instances to read from: host names or https addresses.")
    hashtags: tuple[str, ...] = Field((), description="Tags to follow on every instance, with or without #.")
    search: tuple[str, ...] = Field((), description="Texts to search for where a user token is given.")
    history_days: int = Field(30, ge=1, le=3650, description="How far a first visit looks back, in days.")

    @field_validator("instances")
    @classmethod
    def _instances(cls, given: tuple[str, ...]) -> tuple[str, ...]:
        urls = tuple(dict.fromkeys(_base_url(text) for text in given))
        names = [secret_of(host_of(url)) for url in urls]
        if len(set(names)) < len(names):
            raise ValueError("two instances would share one token variable; leave one of them out")
        return urls

    @field_validator("hashtags")
    @classmethod
    def _hashtags(cls, given: tuple[str, ...]) -> tuple[str, ...]:
        tags = tuple(dict.fromkeys(text.strip().removeprefix("#").lower() for text in given))
        for tag in tags:
            if not _TAG.fullmatch(tag):
                raise ValueError(f"{tag!r} is no tag: letters, digits and underscores only")
        return tags

    @field_validator("search")
    @classmethod
    def _search(cls, given: tuple[str, ...]) -> tuple[str, ...]:
        texts = tuple(dict.fromkeys(text.strip() for text in given))
        if "" in texts:
            raise ValueError("an empty text finds nothing; remove it")
        for number, text in enumerate(texts, 1):
            if _PERSON.search(text):
                raise ValueError(f"text {number} looks for a person: people are not searched for; name a subject")
        return texts


@dataclass(frozen=True, slots=True)
class Place:
    """A tag or a search on an instance, or an ambassador. `wanted` is the tag, the text or the acct."""

    name: str
    url: str
    found: Found
    wanted: str

    @property
    def host(self) -> str:
        """The instance that is asked."""
        return host_of(self.url)


def tag_places(options: MastodonOptions, url: str) -> Iterator[Place]:
    """The tags on one instance."""
    for tag in options.hashtags:
        yield Place(f"#{tag} on {host_of(url)}", url, "timeline", tag)


def search_places(options: MastodonOptions, url: str) -> Iterator[Place]:
    """The searches on one instance."""
    for text in options.search:
        yield Place(f"search: {text} on {host_of(url)}", url, "search", text)


def account_places(options: MastodonOptions, handles: Sequence[str]) -> Iterator[Place]:
    """The ambassadors, asked of their own instance when it is configured, else of the first one."""
    own = {host_of(url): url for url in options.instances}
    for name, host in dict.fromkeys(parted(handle) for handle in handles):
        url = own.get(host, options.instances[0])
        yield Place(f"@{name}@{host}", url, "account", name if host == host_of(url) else f"{name}@{host}")


def parted(handle: str) -> tuple[str, str]:
    """Name and host of a handle `@name@host`, in lower case."""
    name, host = handle.strip().lower().removeprefix("@").split("@")
    return name, host


def is_handle(text: str) -> bool:
    """True for `@name@host` and `name@host`."""
    return _HANDLE.fullmatch(text.strip()) is not None


def host_of(url: str) -> str:
    """The host of an instance's address, with its port when there is one."""
    return urlsplit(url).netloc


def secret_of(host: str) -> str:
    """The key of an instance's token: `token_` and the host with `_` for all but letters and digits."""
    return "token_" + re.sub(r"[^a-z0-9]", "_", host)


def is_plain(url: str) -> bool:
    """True for an address without TLS, which only this machine may have."""
    return url.startswith("http://")


def _base_url(text: str) -> str:
    given = text.strip().lower().rstrip("/")
    refused = f"{shown(text.rpartition('@')[2])!r} is no instance: give a host name or https://host"  # without a login
    try:
        parts = urlsplit(given if "://" in given else f"https://{given}")
    except ValueError:  # its text may quote the login
        raise ValueError(refused) from None
    bare = not (parts.path or parts.query or parts.fragment or parts.username or parts.password)
    safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
    if not (parts.hostname and bare and safe) or re.search(r"\s", given):
        raise ValueError(refused)
    return f"{parts.scheme}://{parts.netloc}"
