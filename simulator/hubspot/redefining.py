"""What a super admin does to a property that holds values: archive it, bring it back, change its type or its options.

The API itself archives a property and changes options, and never a type; values stay as they are.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from simulator.act import ActError
from simulator.hubspot.kinds import KINDS
from simulator.hubspot.properties import Option, ValueType
from simulator.hubspot.schema import Schema

_KEYS = ("archived", "read_only", "type", "options")
_SHOWN_AS = {
    ValueType.STRING: "text",
    ValueType.NUMBER: "number",
    ValueType.DATE: "date",
    ValueType.DATETIME: "date",
    ValueType.ENUMERATION: "select",
    ValueType.BOOL: "booleancheckbox",
}


def redefine(schema: Schema, place: str, wanted: Any) -> None:
    """`contacts.ll_score` with what it is to be from now on."""
    kind_name, _, name = place.partition(".")
    properties = schema.of(KINDS[kind_name]).properties if kind_name in KINDS else {}
    if name not in properties:
        raise ActError(f"no HubSpot property {place!r}")
    if not isinstance(wanted, dict) or not wanted or set(wanted) - set(_KEYS):
        raise ActError(f"of a property {', '.join(_KEYS)} can be changed; got {wanted!r}")
    properties[name] = replace(properties[name], **_changes(place, wanted))


def _changes(place: str, wanted: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {key: wanted[key] is True for key in ("archived", "read_only") if key in wanted}
    if "type" in wanted:
        if wanted["type"] not in set(ValueType):
            raise ActError(f"type of {place} must be one of {', '.join(ValueType)}; got {wanted['type']!r}")
        found |= {"type": ValueType(wanted["type"]), "field_type": _SHOWN_AS[ValueType(wanted["type"])]}
    if "options" in wanted:
        found["options"] = tuple(Option(value=str(one), label=str(one)) for one in wanted["options"])
    return found
