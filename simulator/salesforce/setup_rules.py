"""What Salesforce refuses of permission sets: without the right, twice, or for a field that is not there."""

from simulator.salesforce.errors import RefusedError
from simulator.salesforce.field_security import FieldSecurity
from simulator.salesforce.rules import Records
from simulator.salesforce.schema import ObjectType
from simulator.salesforce.setup_types import GUARDED
from simulator.salesforce.table import Row

_ALIKE = {
    "PermissionSet": ("Name",),
    "FieldPermissions": ("ParentId", "Field"),
    "PermissionSetAssignment": ("PermissionSetId", "AssigneeId"),
}
"""What no two rows of a type may share."""


def check_setup(type_: ObjectType, values: Row, org: Records, caller: FieldSecurity | None) -> None:
    """Refuse a row of Setup that Salesforce would not take; `caller` when it is the integration user."""
    if type_.name not in GUARDED:
        return
    if caller is not None and not caller.may_customize:
        raise no_access(type_.name)
    _check_once(type_, values, org)
    if type_.name == "FieldPermissions":
        _check_grant(values, org)


def no_access(entity: str) -> RefusedError:
    """For what needs *Customize Application* or *Manage Profiles and Permission Sets*."""
    return RefusedError(
        "INSUFFICIENT_ACCESS_OR_READONLY", f"insufficient access rights on entity: {entity}", status=403, fields=()
    )


def _check_once(type_: ObjectType, values: Row, org: Records) -> None:
    names = _ALIKE[type_.name]
    for row in org.table(type_.name).rows.values():
        if not row.get("IsDeleted") and all(row.get(name) == values.get(name) for name in names):
            said = "; ".join(f"{name}: {values.get(name)}" for name in names)
            raise RefusedError("DUPLICATE_VALUE", f"Duplicate {type_.name}.  {said}", fields=names)


def _check_grant(values: Row, org: Records) -> None:
    object_name, _, name = str(values["Field"]).partition(".")
    try:
        field = org.table(str(values["SobjectType"])).type.find(name)
    except KeyError:
        field = None
    if field is None or object_name != values["SobjectType"]:
        raise RefusedError(
            "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
            f"Field Name: bad value for restricted picklist field: {values['Field']}",
            fields=("Field",),
        )
    if values.get("PermissionsEdit") and not values.get("PermissionsRead"):
        raise RefusedError("FIELD_INTEGRITY_EXCEPTION", "Edit access needs read access", fields=("PermissionsEdit",))
