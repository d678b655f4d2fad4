"""Receipts by the place of their change, and how HubSpot's refusals become one."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from connectors.hubspot.answers import NOT_FOUND, code_of
from domain.change import Change, Receipt, ReceiptOutcome

Place = tuple[int, Change]
Places = Sequence[Place]
Receipts = dict[int, Receipt]


def receipt(
    change: Change, outcome: ReceiptOutcome, *, code: str = "", message: str = "", id: str | None = None
) -> Receipt:
    return Receipt(key=change.key, outcome=outcome, id=id or change.id, code=code, message=message)


def refused(change: Change, told: Mapping[str, Any]) -> Receipt:
    """In HubSpot's own words; a record that is not there is gone."""
    code = code_of(told)
    gone = told.get("category") in NOT_FOUND or code in NOT_FOUND
    return receipt(
        change,
        ReceiptOutcome.GONE if gone else ReceiptOutcome.REFUSED,
        code=code,
        message=str(told.get("message") or "")[:1000],
    )


def in_order(receipts: Receipts, given: int) -> Iterator[Receipt]:
    """Those from `given` on that have none missing before them."""
    while given in receipts:
        yield receipts[given]
        given += 1


def without(places: Places, receipts: Receipts) -> Places:
    """Those that have no receipt yet."""
    return [(place, change) for place, change in places if place not in receipts]
