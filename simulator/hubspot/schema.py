"""The property definitions of every object type, and how an administrator or an app changes them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from simulator.hubspot.defaults import GROUP_LABELS, PROPERTIES
from simulator.hubspot.kinds import Kind
from simulator.hubspot.properties import Option, Property, ValueType
from simulator.hubspot.refusals import RefusedError, conflict, invalid, not_found
from simulator.log import Effect

UNIQUE_LIMIT = 10
LEADLOOP_GROUP = "leadloop"
_NAME = re.compile(r"[a-z][a-z0-9_]{0,99}")
FIELD_TYPES: Mapping[ValueType, frozenset[str]] = {
    ValueType.STRING: frozenset({"text", "textarea", "html", "phonenumber", "file", "calculation_equation"}),
    ValueType.NUMBER: frozenset({"number", "calculation_equation"}),
    ValueType.DATE: frozenset({"date"}),
    ValueType.DATETIME: frozenset({"date"}),
    ValueType.ENUMERATION: frozenset({"select", "radio", "checkbox", "booleancheckbox"}),
    ValueType.BOOL: frozenset({"booleancheckbox"}),
}


@dataclass(slots=True)
class Group:
    name: str
    label: str
    display_order: int = -1


@dataclass(slots=True)
class TypeSchema:
    """Properties and groups of one object type."""

    properties: dict[str, Property] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)

    def live(self, name: str) -> Property | None:
        definition = self.properties.get(name)
        return None if definition is None or definition.archived else definition


class Schema:
    """All object types; starts as `defaults` has it."""

    def __init__(self) -> None:
        self._types: dict[str, TypeSchema] = {}
        for kind, rows in PROPERTIES.items():
            schema = self._types[kind] = TypeSchema({row.name: row for row in rows})
            for row in rows:
                schema.groups.setdefault(row.group, Group(row.group, GROUP_LABELS.get(row.group, row.group)))

    def furnish(self, *, provisioned: bool) -> None:
        """Have the properties and the group of leadloop, or none of them."""
        for kind, rows in PROPERTIES.items():
            schema = self._types[kind]
            for row in rows:
                if row.group == LEADLOOP_GROUP and provisioned:
                    schema.properties[row.name] = row
                    schema.groups[row.group] = Group(row.group, GROUP_LABELS.get(row.group, row.group))
                elif row.group == LEADLOOP_GROUP:
                    schema.properties.pop(row.name, None)
                    schema.groups.pop(row.group, None)

    def of(self, kind: Kind) -> TypeSchema:
        return self._types[kind.name]

    def get(self, kind: Kind, name: str, *, archived: bool = False) -> Property:
        definition = self.of(kind).properties.get(name)
        if definition is None or definition.archived is not archived:
            raise not_found(f"Property {name} does not exist for object type {kind.type_id}")
        return definition

    def create(self, kind: Kind, body: Mapping[str, Any], *, at_ms: int, effects: list[Effect]) -> Property:
        """Add a property as `POST /crm/v3/properties/{type}` does (409 for a name in use)."""
        definition = _read(body, at_ms)
        schema = self.of(kind)
        if schema.live(definition.name) is not None:
            raise conflict(f"A property named '{definition.name}' already exists.", category="OBJECT_ALREADY_EXISTS")
        if definition.group not in schema.groups:
            raise invalid(f"Property group {definition.group} does not exist for object type {kind.type_id}")
        if definition.unique and sum(row.unique for row in schema.properties.values()) >= UNIQUE_LIMIT:
            raise invalid(f"The limit of {UNIQUE_LIMIT} unique value properties has been reached for {kind.type_id}")
        schema.properties[definition.name] = definition
        effects.append(_effect("create", kind, definition.name, None, {"type": definition.type.value}))
        return definition

    def change(self, kind: Kind, name: str, body: Mapping[str, Any], *, at_ms: int, effects: list[Effect]) -> Property:
        """Change label, description, group or options; the type stays."""
        before = self.get(kind, name)
        after = replace(
            before,
            label=body.get("label", before.label),
            description=body.get("description", before.description),
            group=body.get("groupName", before.group),
            options=_options(body["options"]) if "options" in body else before.options,
            updated_ms=at_ms,
        )
        self.of(kind).properties[name] = after
        effects.append(_effect("update", kind, name, {}, dict(body)))
        return after

    def archive(self, kind: Kind, name: str, *, at_ms: int, effects: list[Effect]) -> None:
        definition = self.of(kind).live(name)
        if definition is None:
            return
        if definition.hubspot_defined:
            raise invalid(f"Property {name} is defined by HubSpot and cannot be deleted")
        self.of(kind).properties[name] = replace(definition, archived=True, updated_ms=at_ms)
        effects.append(_effect("delete", kind, name, {}, None))

    def create_group(self, kind: Kind, body: Mapping[str, Any], *, effects: list[Effect]) -> Group:
        name = _required(body, "name")
        groups = self.of(kind).groups
        if name in groups:
            raise conflict(f"A property group named '{name}' already exists.", category="OBJECT_ALREADY_EXISTS")
        groups[name] = Group(name, _required(body, "label"), int(body.get("displayOrder", -1)))
        effects.append({"op": "create", "type": "property_groups", "id": name, "before": None, "after": {}})
        return groups[name]


def _effect(op: Any, kind: Kind, name: str, before: dict[str, Any] | None, after: dict[str, Any] | None) -> Effect:
    return {"op": op, "type": "properties", "id": f"{kind.name}.{name}", "before": before, "after": after}


def _read(body: Mapping[str, Any], at_ms: int) -> Property:
    name = _required(body, "name")
    if _NAME.fullmatch(name) is None:
        raise invalid(
            f"Property name {name} must be lower case letters, digits and underscores, starting with a letter"
        )
    try:
        kind = ValueType(_required(body, "type"))
    except ValueError as error:
        raise invalid(f"Invalid property type: {body['type']}") from error
    field_type = _required(body, "fieldType")
    if field_type not in FIELD_TYPES[kind]:
        raise invalid(f"Field type {field_type} is not allowed for property type {kind.value}")
    options = _options(body.get("options") or ())
    if kind in (ValueType.ENUMERATION, ValueType.BOOL) and not options and not body.get("externalOptions"):
        raise invalid(f"Property {name} of type {kind.value} needs options")
    return Property(
        name=name,
        label=_required(body, "label"),
        type=kind,
        field_type=field_type,
        group=_required(body, "groupName"),
        description=body.get("description") or "",
        options=options,
        unique=body.get("hasUniqueValue") is True,
        external_options=body.get("externalOptions") is True,
        form_field=body.get("formField") is True,
        hubspot_defined=False,
        created_ms=at_ms,
        updated_ms=at_ms,
    )


def _required(body: Mapping[str, Any], key: str) -> str:
    value = body.get(key)
    if not isinstance(value, str) or not value:
        raise RefusedError(
            400, f"Invalid input JSON: {key} is required", errors=[{"message": f"{key} is required", "in": key}]
        )
    return value


def _options(rows: Sequence[Mapping[str, Any]]) -> tuple[Option, ...]:
    return tuple(
        Option(value=str(row["value"]), label=str(row.get("label", row["value"])), hidden=row.get("hidden") is True)
        for row in rows
        if "value" in row
    )
