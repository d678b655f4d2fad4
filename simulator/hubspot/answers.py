"""Records in the JSON that HubSpot answers with."""

from collections.abc import Iterable, Sequence
from typing import Any

from simulator.hubspot.kinds import KINDS, Kind
from simulator.hubspot.links import default_type
from simulator.hubspot.portal import Portal
from simulator.hubspot.properties import Property
from simulator.hubspot.record import Record, value_of
from simulator.hubspot.schema import TypeSchema
from simulator.hubspot.stamps import iso

Json = dict[str, Any]
APP = "https://app.hubspot.com"


def shown_record(
    portal: Portal,
    kind: Kind,
    record: Record,
    *,
    names: Sequence[str] = (),
    history: Sequence[str] = (),
    associations: Sequence[str] = (),
    **extra: Any,
) -> Json:
    """One record with the named properties (the type's usual ones when none is named), unknown names left out."""
    wanted = (*names, kind.created_property, kind.modified_property, "hs_object_id") if names else kind.shown
    schema = portal.schema.of(kind)
    shown: Json = {
        "id": str(record.id),
        "properties": {name: value_of(kind, record, name) for name in wanted if schema.live(name) is not None},
        "createdAt": iso(record.created_ms),
        "updatedAt": iso(record.modified_ms),
        "archived": record.archived_ms is not None,
        "url": f"{APP}/contacts/{portal.settings.portal_id}/record/{kind.type_id}/{record.id}",
    }
    if record.archived_ms is not None:
        shown["archivedAt"] = iso(record.archived_ms)
    if history:
        shown["propertiesWithHistory"] = _history(schema, record, history)
    if associations:
        shown["associations"] = _associations(portal, kind, record, associations)
    return shown | extra


def everything(portal: Portal, kind: Kind, record: Record) -> Json:
    """The record with every property that has a value, as a create answers."""
    return shown_record(portal, kind, record, names=sorted(record.values))


def _history(schema: TypeSchema, record: Record, names: Iterable[str]) -> Json:
    return {
        name: [
            {
                "value": version.value,
                "timestamp": iso(version.ms),
                "sourceType": version.source.type.value,
                "sourceId": version.source.id,
                "sourceLabel": version.source.label,
                **({} if version.source.user_id is None else {"updatedByUserId": version.source.user_id}),
            }
            for version in record.versions(name)
        ]
        for name in names
        if schema.live(name) is not None
    }


def _associations(portal: Portal, kind: Kind, record: Record, names: Iterable[str]) -> Json:
    shown: Json = {}
    for name in names:
        other = next((one for one in KINDS.values() if name in (one.name, one.singular, one.type_id)), None)
        if other is None or default_type(kind, other) is None:
            continue
        rows = [
            {"id": str(found), "type": f"{kind.singular}_to_{other.singular}"}
            for found in portal.associations.ids(kind, record.id, other)
        ]
        if rows:
            shown[other.name] = {"results": rows}
    return shown


def shown_property(definition: Property) -> Json:
    """One definition as the properties endpoint lists it."""
    return {
        "name": definition.name,
        "label": definition.label,
        "type": definition.type.value,
        "fieldType": definition.field_type,
        "description": definition.description,
        "groupName": definition.group,
        "options": [
            {"label": one.label, "value": one.value, "displayOrder": order, "hidden": one.hidden, "description": ""}
            for order, one in enumerate(definition.options)
        ],
        "createdAt": iso(definition.created_ms),
        "updatedAt": iso(definition.updated_ms),
        "displayOrder": -1,
        "calculated": False,
        "externalOptions": definition.external_options,
        "archived": definition.archived,
        "hasUniqueValue": definition.unique,
        "hidden": False,
        "hubspotDefined": definition.hubspot_defined,
        "formField": definition.form_field,
        "modificationMetadata": {
            "archivable": not definition.hubspot_defined,
            "readOnlyDefinition": definition.hubspot_defined,
            "readOnlyValue": definition.read_only,
            "readOnlyOptions": definition.hubspot_defined and definition.name not in ("hs_lead_status", "industry"),
        },
        **({"referencedObjectType": "OWNER"} if definition.external_options else {}),
    }


def paged(results: list[Json], after: str | None, link: str) -> Json:
    """A page; `paging` is only there when more follows."""
    if after is None:
        return {"results": results}
    joint = "&" if "?" in link else "?"
    return {"results": results, "paging": {"next": {"after": after, "link": f"{link}{joint}after={after}"}}}
