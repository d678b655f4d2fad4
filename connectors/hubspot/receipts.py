"""Receipts by the place of their change, and how HubSpot's refusals become one."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from connectors.hubspot.answers import NOT_FOUND, code_of
from domain.change import Change, Receipt, ReceiptOutcome

DEFINITIONS = frozenset({"PROPERTY_DOESNT_EXIST", "READ_ONLY_VALUE"})
"""Refusals of a property, whatever its value: they pass once somebody has mended it in the portal."""

_NAMED = re.compile(r'"name":"(\w+)"')

Place = tuple[int, Change]
Places = Sequence[Place]
Receipts = dict[int, Receipt]


def receipt(
    change: Change,
    outcome: ReceiptOutcome,
    *,
    code: str = "",
    message: str = "",
    id: str | None = None,
    fields: tuple[str, ...] = (),
    retryable: bool = False,
) -> Receipt:
    return Receipt(
        key=change.key,
        outcome=outcome,
        id=id or change.id,
        code=code,
        message=message,
        fields=fields,
        retryable=retryable,
    )


def refused(change: Change, told: Mapping[str, Any]) -> Receipt:
    """In HubSpot's own words; a record that is not there is gone."""
    code = code_of(told)
    gone = told.get("category") in NOT_FOUND or code in NOT_FOUND
    return receipt(
        change,
        ReceiptOutcome.GONE if gone else ReceiptOutcome.REFUSED,
        code=code,
        message=str(told.get("message") or "")[:1000],
        fields=named_fields(told),
        retryable=not gone and code in DEFINITIONS,
    )


def named_fields(told: Mapping[str, Any]) -> tuple[str, ...]:
    """The properties that a refusal names, each once: in its errors' contexts, else in the JSON inside its sentence."""
    errors = told.get("errors")
    rows = [told, *(one for one in errors if isinstance(one, dict))] if isinstance(errors, list) else [told]
    contexts = [one.get("context") for one in rows]
    names = [name for one in contexts if isinstance(one, dict) for name in one.get("propertyName") or ()]
    return tuple(dict.fromkeys(map(str, names or _NAMED.findall(str(told.get("message") or "")))))


def in_order(receipts: Receipts, given: int) -> Iterator[Receipt]:
    """Those from `given` on that have none missing before them."""
    while given in receipts:
        yield receipts[given]
        given += 1


def without(places: Places, receipts: Receipts) -> Places:
    """Those that have no receipt yet."""
    return [(place, change) for place, change in places if place not in receipts]
