"""What Salesforce lets a caller write: known and writable fields, required ones, owners, references, unique keys."""

from collections.abc import Iterable
from typing import Any, Protocol

from simulator.salesforce import catalogue
from simulator.salesforce.errors import RefusedError
from simulator.salesforce.schema import Field, ObjectType
from simulator.salesforce.table import Row, Table
from simulator.salesforce.values import kept


class Records(Protocol):
    """What the rules look up."""

    def row(self, record_id: str) -> Row | None: ...

    def table(self, type_name: str) -> Table: ...


def check_create(type_: ObjectType, fields: dict[str, Any], org: Records) -> Row:
    """The values to keep for a new row (RefusedError otherwise)."""
    values = _values(type_, fields, creating=True)
    missing = [name for name in type_.required if values.get(name) is None]
    if missing:
        raise _missing(missing)
    _check_references(type_, values, org)
    if type_.name == "CampaignMember":
        _check_member(values, org)
    _check_unique(type_, values, org, own_id=None)
    return values


def check_update(type_: ObjectType, before: Row, fields: dict[str, Any], org: Records) -> Row:
    """The values to set on a row that is there (RefusedError otherwise)."""
    if before.get("IsConverted"):
        raise converted()
    values = _values(type_, fields, creating=False)
    emptied = [name for name, value in values.items() if value is None and not type_.fields[name].nillable]
    if emptied:
        raise _missing(emptied)
    changed = {name: value for name, value in values.items() if before.get(name) != value}
    _check_references(type_, changed, org)
    _check_unique(type_, values, org, own_id=before["Id"])
    if type_.name == "CampaignMember" and "Status" in values:
        _check_member_status(before["CampaignId"], values["Status"], org)
    return values


def converted() -> RefusedError:
    """A converted lead is closed to everybody but the conversion itself."""
    return RefusedError("CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead", fields=())


def _values(type_: ObjectType, fields: dict[str, Any], *, creating: bool) -> Row:
    found = [(_known(type_, name), value) for name, value in fields.items() if name != "attributes"]
    writable = [(one, value) for one, value in found if one.name != "Id"]
    closed = [one.name for one, _ in writable if not (one.createable if creating else one.updateable)]
    if closed:
        raise RefusedError(
            "INVALID_FIELD_FOR_INSERT_UPDATE",
            f"Unable to create/update fields: {', '.join(closed)}. Please check the security settings of this field "
            "and verify that it is read/write for your profile or permission set.",
            fields=tuple(closed),
        )
    return {one.name: kept(one, value) for one, value in writable}


def _known(type_: ObjectType, name: str) -> Field:
    field = type_.find(name)
    if field is None:
        raise RefusedError("INVALID_FIELD", f"No such column '{name}' on sobject of type {type_.name}")
    return field


def _missing(names: Iterable[str]) -> RefusedError:
    names = tuple(names)
    return RefusedError("REQUIRED_FIELD_MISSING", f"Required fields are missing: [{', '.join(names)}]", fields=names)


def _check_references(type_: ObjectType, values: Row, org: Records) -> None:
    for name, value in values.items():
        field = type_.fields[name]
        if not field.references or value is None:
            continue
        target_type = catalogue.of_id(value)
        if target_type is None or target_type.name not in field.references:
            raise RefusedError(
                "FIELD_INTEGRITY_EXCEPTION", f"{field.label}: id value of incorrect type: {value}", fields=(name,)
            )
        target = org.row(value)
        if target is None or target.get("IsDeleted"):
            raise RefusedError("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", fields=())
        if target.get("IsConverted"):
            raise converted()
        if name == "OwnerId":
            _check_owner(type_, target, org)


def _check_owner(type_: ObjectType, owner: Row, org: Records) -> None:
    if owner.get("Type") == "Regular":
        raise RefusedError(
            "INVALID_CROSS_REFERENCE_KEY",
            "Owner ID: a public group cannot own a record, only a queue can",
            fields=("OwnerId",),
        )
    if owner.get("Type") == "Queue":
        queues = org.table("QueueSobject").rows.values()
        mine = (one for one in queues if one["QueueId"] == owner["Id"] and not one.get("IsDeleted"))
        if not any(one["SobjectType"] == type_.name for one in mine):
            message = "Queue not associated with this SObject type"
            raise RefusedError("FIELD_INTEGRITY_EXCEPTION", message, fields=("OwnerId",))
    if owner["Id"].startswith("005") and not owner.get("IsActive"):
        if type_.name in ("Lead", "Task", "Event"):
            raise RefusedError(
                "OPERATION_WITH_INACTIVE_USER_EXCEPTION",
                f"operation performed with inactive user [{owner['Id'][:15]}] as owner of {type_.name.lower()}",
                fields=(),
            )
        raise RefusedError("INACTIVE_OWNER_OR_USER", "inactive owner or user", fields=("OwnerId",))


def _check_unique(type_: ObjectType, values: Row, org: Records, *, own_id: str | None) -> None:
    table = org.table(type_.name)
    for field in type_.external_ids:
        value = values.get(field.name)
        if value is None:
            continue
        for record_id in table.with_value(field.name, value):
            if record_id != own_id and not table.rows[record_id].get("IsDeleted"):
                raise RefusedError(
                    "DUPLICATE_VALUE",
                    f"duplicate value found: {field.name} duplicates value on record with id: {record_id[:15]}",
                    fields=(),
                )


def _check_member(values: Row, org: Records) -> None:
    """One membership per campaign and person, for a lead or a contact but not both."""
    people = [name for name in ("LeadId", "ContactId") if values.get(name) is not None]
    if len(people) != 1:
        raise RefusedError(
            "REQUIRED_FIELD_MISSING", "You must specify either a LeadId or a ContactId", fields=("LeadId", "ContactId")
        )
    if values.get("CampaignId") is None:
        raise _missing(["CampaignId"])
    table = org.table("CampaignMember")
    for member_id in table.with_value(people[0], values[people[0]]):
        member = table.rows[member_id]
        if member["CampaignId"] == values["CampaignId"] and not member.get("IsDeleted"):
            raise RefusedError("DUPLICATE_VALUE", "Already a campaign member.", fields=())
    if values.get("Status") is not None:
        _check_member_status(values["CampaignId"], values["Status"], org)


def _check_member_status(campaign_id: str, status: str, org: Records) -> None:
    table = org.table("CampaignMemberStatus")
    known = {table.rows[one]["Label"] for one in table.with_value("CampaignId", campaign_id)}
    if status not in known:
        raise RefusedError(
            "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
            f"Status: bad value for restricted picklist field: {status}",
            fields=("Status",),
        )
