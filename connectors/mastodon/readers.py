"""The two ways in which an instance turns pages: by the ids of statuses, and by offset.

Search goes by offset because its `min_id` and `max_id` are turned into times of whole seconds by the server
(Mastodon 4.2 and later), so that statuses of the same second would be lost.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from connectors.mastodon.instance import Instance
from connectors.mastodon.settings import Place
from connectors.mastodon.walk import Item, Reader


def reader_of(place: Place, instance: Instance) -> Reader:
    """The reader of a place; for an account its id is looked up first, which is a request."""
    if place.found == "search":
        return ByOffset(lambda offset: instance.found(place.name, place.wanted, offset))
    if place.found == "timeline":
        return ById(lambda ids: instance.tag(place.name, place.wanted, **ids))
    account = instance.account(place.name, place.wanted)
    return ById(lambda ids: instance.statuses(place.name, account, **ids))


@dataclass(frozen=True, slots=True)
class ById:
    """Tag timelines and accounts. Link headers are not used: some servers send none, or wrong ones."""

    forwards: ClassVar[bool] = True
    ask: Callable[[Mapping[str, str]], list[Any]]

    def newer(self, after: str) -> list[Item]:
        """The page that follows the status `after`."""
        return _items(self.ask({"min_id": after}))

    def older(self, position: str) -> list[Item]:
        """The page before the status `position`; the newest for ""."""
        return _items(self.ask({"max_id": position} if position else {}))

    def beyond(self, position: str, page: Sequence[Item]) -> str:
        """The oldest status of the page."""
        return next((item.id for item in page if item.id), position)


@dataclass(frozen=True, slots=True)
class ByOffset:
    """Search results, newest first. New hits move the others on: a few come twice, none is lost."""

    forwards: ClassVar[bool] = False
    ask: Callable[[int], list[Any]]

    def newer(self, after: str) -> list[Item]:
        """Search knows no way forwards."""
        raise NotImplementedError(after)

    def older(self, position: str) -> list[Item]:
        """The results from the number `position` on; from the first for ""."""
        return _items(self.ask(_number(position)))

    def beyond(self, position: str, page: Sequence[Item]) -> str:
        """The number of results so far."""
        return str(_number(position) + len(page))


def _number(position: str) -> int:
    return int(position) if position.isdecimal() else 0


def _items(statuses: Sequence[Any]) -> list[Item]:
    return [_item(status) for status in statuses]


def _item(status: Any) -> Item:
    fields: Mapping[str, Any] = status if isinstance(status, Mapping) else {}
    id_, at = fields.get("id"), fields.get("created_at")
    known = str(id_) if isinstance(id_, str | int) else ""
    return Item(known, at if isinstance(at, datetime) and at.utcoffset() is not None else None, status)
