"""Who may see and write which field: the one place that describe, SOQL and writes ask.

Only the integration user is held to it: people at the side door see every field there is. A field that the
tooling made is hidden until a permission set of the user grants it, as in a real org.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from enum import IntEnum

from simulator.salesforce.schema import Field, ObjectType
from simulator.salesforce.table import Row, Table

Place = tuple[str, str]
"""Object type and field, as describe spells them."""


class Access(IntEnum):
    """What a profile or a permission set lets its users do with a field; of several the widest counts."""

    HIDDEN = 0
    READ = 1
    EDIT = 2


class FieldSecurity:
    """`limit` is what the integration user's profile says; everything it does not name may be edited."""

    def __init__(self, table: Callable[[str], Table]) -> None:
        self._table = table
        self._limits: dict[Place, Access] = {}
        self._shown: dict[str, tuple[ObjectType, Mapping[str, Access], ObjectType]] = {}
        """By type: the type and the access that the last view of it was made from, and the view."""
        self.user_id: str | None = None
        self.may_customize = True
        """*Customize Application* and *Manage Profiles and Permission Sets*."""
        self.hidden: frozenset[str] = frozenset()
        """Object types that the profile does not let its users read."""
        self.lacking: frozenset[str] = frozenset({"CurrencyType"})
        """Object types that this org has not got."""

    def limit(self, object_name: str, field: str, access: Access) -> None:
        """Set the profile's word for a field; EDIT takes a limit away."""
        if access is Access.EDIT:
            self._limits.pop((object_name, field), None)
        else:
            self._limits[object_name, field] = access

    def hides(self, object_name: str) -> bool:
        """Whether the integration user meets no such object."""
        return object_name in self.hidden | self.lacking

    def binds(self, user_id: str) -> bool:
        return user_id == self.user_id

    def shown(self, type_: ObjectType) -> ObjectType:
        """The type as the integration user sees it: without hidden fields, read-only ones not writable."""
        limited = [field for object_name, field in self._limits if object_name == type_.name]
        if not limited:
            return type_
        granted = self._granted()
        access = {
            field: max(self._limits[type_.name, field], granted.get((type_.name, field), Access.HIDDEN))
            for field in limited
        }
        kept = self._shown.get(type_.name)
        if kept is None or kept[0] is not type_ or kept[1] != access:
            kept = (type_, access, replace(type_, fields=dict(_shown_fields(type_, access))))
            self._shown[type_.name] = kept
        return kept[2]

    def _granted(self) -> Mapping[Place, Access]:
        """Field by field what the integration user's permission sets give."""
        assigned = {
            row["PermissionSetId"]
            for row in _living(self._table("PermissionSetAssignment"))
            if row["AssigneeId"] == self.user_id
        }
        found: dict[Place, Access] = {}
        for row in _living(self._table("FieldPermissions")):
            if row["ParentId"] in assigned:
                place = (row["SobjectType"], str(row["Field"]).partition(".")[2])
                found[place] = max(found.get(place, Access.HIDDEN), _access(row))
        return found


def _access(row: Row) -> Access:
    if row.get("PermissionsEdit"):
        return Access.EDIT
    return Access.READ if row.get("PermissionsRead") else Access.HIDDEN


def _living(table: Table) -> Iterator[Row]:
    return (row for row in table.rows.values() if not row.get("IsDeleted"))


def _shown_fields(type_: ObjectType, access: Mapping[str, Access]) -> Iterator[tuple[str, Field]]:
    """Field by field; what every row needs cannot be taken from anybody."""
    for name, field in type_.fields.items():
        match Access.EDIT if field.required else access.get(name, Access.EDIT):
            case Access.EDIT:
                yield name, field
            case Access.READ:
                yield name, replace(field, createable=False, updateable=False)
            case Access.HIDDEN:
                continue
