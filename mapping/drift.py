"""What the systems tell of their fields, compared with what the rules use: pure, so that every screen says the same.

A field drifts when it is gone, was never there, became another kind of field, may not be written or lacks a word
that the rules write. Only what uses such a field is paused, and no value is made up for it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from domain.drift import SILENT, Drift, DriftKind
from domain.place import FieldOf
from domain.record import Field, FieldType
from mapping.uses import Part, Use

Relied = Mapping[str, Mapping[str, Any]]
"""Field → the kind of value and the line of mapping.yaml that it was last relied on with; as JSON keeps it."""

_TEXTS = frozenset({FieldType.TEXT, FieldType.PICKLIST})
"""Read alike: between these a change of type harms nothing by itself. A word that a list lacks is told as such."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What drifted, and what is relied on from now on."""

    drifts: tuple[Drift, ...]
    relied: Relied


def compare(told: Mapping[str, Field], relied: Relied, used: Mapping[FieldOf, Use]) -> Compared:
    """One object: what it tells now against what is relied on. `used`: the uses of its fields alone.

    Whoever edits the line of a field in mapping.yaml takes it as it is now: that ends a change of type.
    """
    drifts: list[Drift] = []
    kept: dict[str, Mapping[str, Any]] = {}
    for at, use in sorted(used.items()):
        before, field = relied.get(at.field), told.get(at.field)
        if before is not None and before["line"] != use.line:
            before = None if field is not None else {**before, "line": use.line}
        if field is not None and before is None:
            before = {"type": field.type.value, "line": use.line}
        if before is not None:
            kept[at.field] = before
        drift = _drift(at, field, before, use)
        if drift is not None:
            drifts.append(drift)
    return Compared(drifts=tuple(drifts), relied=kept)


def _drift(at: FieldOf, field: Field | None, before: Mapping[str, Any] | None, use: Use) -> Drift | None:
    if field is None:
        if before is not None:
            return Drift(field=at, kind=DriftKind.GONE, before=str(before["type"]))
        return None if use.is_optional else Drift(field=at, kind=DriftKind.ABSENT)
    was = FieldType(before["type"]) if before is not None else field.type
    if was is not field.type and not {was, field.type} <= _TEXTS:
        return Drift(field=at, kind=DriftKind.RETYPED, before=was.value, now=field.type.value)
    if use.is_written and not field.writable:
        return Drift(field=at, kind=DriftKind.READ_ONLY)
    lacking = use.words - set(field.options) if use.is_written and field.restricted and field.options else frozenset()
    if lacking:
        return Drift(field=at, kind=DriftKind.WORDS, before=", ".join(sorted(lacking)))
    return None


def stops_connection(drift: Drift, use: Use | None) -> bool:
    """Whether nothing may go on without the field: by our key we know what we made."""
    return drift.kind in (DriftKind.GONE, DriftKind.RETYPED) and use is not None and Part.KEY in use.parts


def happened(drift: Drift) -> str:
    """What happened, in words that follow the field's name."""
    match drift.kind:
        case DriftKind.GONE:
            return "cannot be seen any more"
        case DriftKind.ABSENT:
            return "is not there"
        case DriftKind.RETYPED:
            return f"holds {_a(drift.now)} now and held {_a(drift.before)}"
        case DriftKind.READ_ONLY:
            return "may not be written by the user we log in as"
        case DriftKind.WORDS:
            return f"does not offer {drift.before}"
        case DriftKind.BACK:
            return "is back and is being read"


def effect(drift: Drift, use: Use) -> str:
    """What stands still because of it, in words."""
    return "; ".join(_effects(drift, use)) or "nothing else is affected"


def _effects(drift: Drift, use: Use) -> Iterator[str]:
    if Part.KEY in use.parts and drift.kind in SILENT:
        yield Part.KEY.value
        return
    if use.properties:
        yield f"{', '.join(use.properties)} {_is(use)} {_halted(drift, use)} {drift.field.connection}"
    if drift.kind in SILENT:
        yield from (part.value for part in sorted(use.parts))


def _halted(drift: Drift, use: Use) -> str:
    if drift.kind is DriftKind.WORDS:
        return "not written, where it would be one of these, to"
    if drift.kind in SILENT and use.is_heard:
        return "neither read from nor written to" if use.is_written else "not read from"
    return "not written to"


def _is(use: Use) -> str:
    return "are" if len(use.properties) > 1 else "is"


def mend(drift: Drift, system: str) -> str:
    """Who does what to mend it; `system`: the vendor. It goes on by itself once that is done."""
    place = f"{drift.field.object}.{drift.field.field}"
    if drift.kind is DriftKind.ABSENT:
        return f"`leadloop provision {drift.field.connection}` makes our own fields; any other: mapping.yaml names it"
    if drift.kind is DriftKind.WORDS:
        return f"{_admin(system)}: give {place} these words again; or name others under `values` in mapping.yaml"
    if drift.kind is DriftKind.RETYPED:
        again = "make it that kind of field again"
        return f"{_admin(system)}: {again}; or fit its line in mapping.yaml (type, transforms) and publish"
    if system == "salesforce":
        right = "Edit" if drift.kind is DriftKind.READ_ONLY else "Read and Edit"
        return f"{_admin(system)}: give the integration user {right} on {place}; or take it out of mapping.yaml"
    again = "let it be edited" if drift.kind is DriftKind.READ_ONLY else "restore it (Properties > Archived)"
    return f"{_admin(system)}: {again}; or take {place} out of mapping.yaml"


def _admin(system: str) -> str:
    return f"{_NAMES.get(system, system)} admin"


def _a(kind: str) -> str:
    return "a date and time" if kind == FieldType.DATETIME else f"a {kind}"


_NAMES = {"salesforce": "Salesforce", "hubspot": "HubSpot"}
