"""What a plan says will be written and what the simulator's log says was, in one shape, to be held side by side."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, TypeAlias

from tests.witness import Witness

BY_THEMSELVES = {"hubspot_owner_assigneddate", "Name", "IsClosed", "LastActivityDate", "IsHighPriority"}
"""Fields that a vendor fills in beside what was written."""

Write: TypeAlias = tuple[str, str, str | None, str, object]
"""(system, object, id or None for a new record, field, value) or (…, list, joins or leaves)."""


def planned_writes(told: dict[str, Any]) -> set[Write]:
    return {
        (row["system"], row["object"], row["id"], row["field"], canonical(row["will_be"], row["field"]))
        for row in told["changes"]
        if row["id"] is not None or row["will_be"] is not None
    }


def seen_writes(witness: Witness) -> Iterator[Write]:
    for line in witness.calls():
        for effect in line["effects"]:
            yield from _writes_of(line["system"], effect)


def _writes_of(system: str, effect: dict[str, Any]) -> Iterator[Write]:
    if effect["op"] in {"member_add", "member_remove"}:
        moved = effect["after"] or effect["before"]
        yield (system, "contacts", str(moved["record"]), moved["name"], effect["op"] == "member_add")
        return
    if effect["type"] == "lists":
        return
    record = None if effect["op"] == "create" else effect["id"]
    for field, value in effect["after"].items():
        if field not in BY_THEMSELVES:
            yield (system, effect["type"], record, field, canonical(value, field))


def canonical(value: object, field: str) -> object:
    """Values as both sides would write them: numbers as numbers, moments as moments, days as days."""
    if field == "ActivityDate":
        return str(value)[:10]
    if isinstance(value, bool) or value is None:
        return value
    text = str(value)
    try:
        return float(text)
    except ValueError:
        pass
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return moment if moment.tzinfo else text
