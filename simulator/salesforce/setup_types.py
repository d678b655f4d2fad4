"""What an admin keeps in Setup, as rows that the API gives: permission sets, who has them, list views.

Custom fields and quick actions are rows of the Tooling API alone.
"""

from simulator.salesforce.people import AUDIT
from simulator.salesforce.schema import ObjectType, read_fields

PERMISSION_SET = ObjectType(
    name="PermissionSet",
    prefix="0PS",
    label="Permission Set",
    label_plural="Permission Sets",
    undeletable=False,
    fields=read_fields(
        f"""
Id id required readonly default=id label="PermissionSet ID"
Name string(80) required
Label string(80) required
Description string(255)
IsCustom boolean required readonly
IsOwnedByProfile boolean required readonly
{AUDIT}
"""
    ),
)

FIELD_PERMISSIONS = ObjectType(
    name="FieldPermissions",
    prefix="01k",
    label="Field Permissions",
    label_plural="Field Permissions",
    undeletable=False,
    fields=read_fields(
        """
Id id required readonly default=id label="Field Permissions ID"
ParentId reference required createonly to=PermissionSet as=Parent label="Parent ID"
SobjectType string(40) required createonly
Field string(255) required createonly
PermissionsRead boolean required label="Read Access"
PermissionsEdit boolean required label="Edit Access"
SystemModstamp datetime required readonly
"""
    ),
)

PERMISSION_SET_ASSIGNMENT = ObjectType(
    name="PermissionSetAssignment",
    prefix="0Pa",
    label="Permission Set Assignment",
    label_plural="Permission Set Assignments",
    undeletable=False,
    fields=read_fields(
        """
Id id required readonly default=id label="Permission Set Assignment ID"
PermissionSetId reference required createonly to=PermissionSet as=PermissionSet label="PermissionSet ID"
AssigneeId reference required createonly to=User as=Assignee label="Assignee ID"
SystemModstamp datetime required readonly
"""
    ),
)

LIST_VIEW = ObjectType(
    name="ListView",
    prefix="00B",
    label="List View",
    label_plural="List Views",
    writable=False,
    undeletable=False,
    fields=read_fields(
        f"""
Id id required readonly default=id label="List View ID"
Name string(80) required readonly
DeveloperName string(80) required readonly
NamespacePrefix string(15) readonly
SobjectType picklist(40) readonly
IsSoqlCompatible boolean required readonly
{AUDIT}
"""
    ),
)

CUSTOM_FIELD = ObjectType(
    name="CustomField",
    prefix="00N",
    label="Custom Field",
    label_plural="Custom Fields",
    undeletable=False,
    fields=read_fields(
        f"""
Id id required readonly default=id label="Custom Field ID"
DeveloperName string(80) required
TableEnumOrId string(40) required
NamespacePrefix string(15) readonly
{AUDIT}
"""
    ),
)

QUICK_ACTION_DEFINITION = ObjectType(
    name="QuickActionDefinition",
    prefix="09D",
    label="Quick Action Definition",
    label_plural="Quick Action Definitions",
    undeletable=False,
    fields=read_fields(
        f"""
Id id required readonly default=id label="Quick Action Definition ID"
DeveloperName string(80) required
SobjectType string(40) required
Label string(80) required
Type picklist(40) required
NamespacePrefix string(15) readonly
{AUDIT}
"""
    ),
)

GUARDED = frozenset({"PermissionSet", "FieldPermissions", "PermissionSetAssignment"})
"""Rows that only a user with *Manage Profiles and Permission Sets* may write."""
TOOLING = {one.name: one for one in (CUSTOM_FIELD, QUICK_ACTION_DEFINITION)}
