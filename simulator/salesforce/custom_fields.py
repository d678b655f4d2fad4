"""The custom fields of one org: those of leadloop's package, which an org may lack, and those the tooling makes."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from simulator.salesforce import catalogue
from simulator.salesforce.errors import RefusedError
from simulator.salesforce.field_security import Access
from simulator.salesforce.org import Org
from simulator.salesforce.schema import Field, Kind, ObjectType

ACTIVITY = "Activity"
_HOLDERS: Mapping[str, tuple[str, ...]] = {
    "Lead": ("Lead",),
    "Contact": ("Contact",),
    "Account": ("Account",),
    ACTIVITY: ("Task", "Event"),
}
"""What a custom field is made on, and the types that then have it."""
_SETUP = ("FieldPermissions", "PermissionSetAssignment", "PermissionSet", "ListView")
_NEEDS: Mapping[str, tuple[str, ...]] = {
    "Text": ("length",),
    "LongTextArea": ("length", "visibleLines"),
    "Number": ("precision", "scale"),
    "Checkbox": ("defaultValue",),
    "Date": (),
    "DateTime": (),
    "Picklist": ("valueSet",),
}
_KINDS = {
    "Text": Kind.STRING,
    "LongTextArea": Kind.TEXTAREA,
    "Number": Kind.DOUBLE,
    "Checkbox": Kind.BOOLEAN,
    "Date": Kind.DATE,
    "DateTime": Kind.DATETIME,
    "Picklist": Kind.PICKLIST,
}


def add(org: Org, owner: str, name: str, metadata: Mapping[str, Any]) -> None:
    """Make a field, unseen by the integration user until a permission set grants it."""
    if owner not in _HOLDERS:
        message = f"Entity Enumeration Or ID: bad value for restricted picklist field: {owner}"
        raise RefusedError("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", message, fields=("TableEnumOrId",))
    if any(org.tables[holder].type.find(name) for holder in _HOLDERS[owner]):
        message = f"There is already a field named {name.removesuffix('__c')} on {owner}."
        raise RefusedError("DUPLICATE_DEVELOPER_NAME", message, fields=("DeveloperName",))
    field = _field(name, metadata)
    for holder in _HOLDERS[owner]:
        org.security.limit(holder, name, Access.HIDDEN)
        table = org.tables[holder]
        table.reshape(replace(table.type, fields={**table.type.fields, name: field}))


def there(org: Org) -> Iterator[tuple[str, str]]:
    """Every custom field by what it is made on and its name."""
    for owner, (holder, *_) in _HOLDERS.items():
        yield from ((owner, name) for name, field in org.tables[holder].type.fields.items() if field.custom)


def furnish(org: Org, *, provisioned: bool) -> None:
    """Give the org the fields of leadloop's package; or have it new, without custom fields and what shows them."""
    for table in () if provisioned else (*(org.tables[name] for name in _SETUP), org.quick_actions):
        for record_id in list(table.rows):
            table.restore(record_id, None)
    for holders in _HOLDERS.values():
        for holder in holders:
            packaged = catalogue.TYPES[holder]
            org.tables[holder].reshape(packaged if provisioned else _stock(packaged))
            for name in packaged.fields:
                org.security.limit(holder, name, Access.EDIT)


def _stock(type_: ObjectType) -> ObjectType:
    return replace(type_, fields={name: field for name, field in type_.fields.items() if not field.custom})


def _field(name: str, metadata: Mapping[str, Any]) -> Field:
    kind = str(metadata.get("type"))
    if kind not in _KINDS:
        raise RefusedError("INVALID_TYPE", f"Unknown field type: {kind}", fields=("Metadata",))
    missing = [each for each in ("label", *_NEEDS[kind]) if metadata.get(each) is None]
    if missing:
        message = f"Must specify '{missing[0]}' for a CustomField of type {kind}"
        raise RefusedError("FIELD_INTEGRITY_EXCEPTION", message, fields=("Metadata",))
    chosen = metadata.get("valueSet") or {}
    values = chosen.get("valueSetDefinition", {}).get("value", [])
    return Field(
        name=name,
        label=str(metadata["label"]),
        kind=_KINDS[kind],
        length=255 if kind == "Picklist" else int(metadata.get("length") or 0),
        nillable=kind != "Checkbox",
        filterable=kind != "LongTextArea",
        restricted=bool(chosen.get("restricted")),
        external=bool(metadata.get("externalId") and metadata.get("unique")),
        values=tuple(str(one.get("valueName") or one.get("fullName")) for one in values),
        scale=int(metadata.get("scale") or 0),
    )
