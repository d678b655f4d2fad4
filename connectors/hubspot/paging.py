"""One page after the other. A way on that was taken before leads in a circle: that stops the stream."""

from collections.abc import Callable, Hashable, Iterator, Mapping
from typing import Any

from connectors.http import Answer
from connectors.hubspot.answers import Row, body_of, rows_in
from domain.errors import ContractError

Way = Callable[[Mapping[str, Any]], str | None]
"""Finds the way to the next page in the body of an answer."""


class Ways:
    """The ways on that were taken so far."""

    def __init__(self, doing: str) -> None:
        self._doing = doing
        self._taken: set[Hashable] = set()

    def take(self, way: Hashable) -> None:
        """ContractError when it was taken before."""
        if way in self._taken:
            raise ContractError(f"HubSpot, asked {self._doing}, says that more follow, but gives no way on")
        self._taken.add(way)


def next_after(told: Mapping[str, Any]) -> str | None:
    """The way to the next page, where there is one."""
    paging = told.get("paging")
    following = paging.get("next") if isinstance(paging, dict) else None
    after = following.get("after") if isinstance(following, dict) else None
    return str(after) if after is not None else None


def next_offset(told: Mapping[str, Any]) -> str | None:
    """As `next_after`, in the older form: `hasMore` and `offset`."""
    if told.get("hasMore") is not True:
        return None
    offset = told.get("offset")
    if offset in (None, ""):
        raise ContractError("HubSpot says that more follow, but gives no offset")
    return str(offset)


def pages(
    ask: Callable[[str], Answer | None],
    doing: str,
    *,
    key: str = "results",
    way: Way = next_after,
    begin: str = "",
) -> Iterator[tuple[list[Row], str | None]]:
    """The rows of every page from `begin` ("": the first) with the way to the page after it, None on the last.

    `ask` gives None where there is nothing to read after all. An empty page may be followed by another page, but
    not two of them in a row.
    """
    ways, was_empty = Ways(doing), False
    after: str | None = begin
    while after is not None:
        ways.take(after)
        answer = ask(after)
        if answer is None:
            return
        told = body_of(answer, doing)
        rows, after = rows_in(told, doing, key=key), way(told)
        if after is not None and was_empty and not rows:
            raise ContractError(f"HubSpot, asked {doing}, says that more follow, but gives nothing")
        was_empty = not rows
        yield rows, after
