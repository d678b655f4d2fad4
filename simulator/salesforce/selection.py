"""What a row looks like from outside: the fields asked for, through relationships too, in Salesforce's JSON."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from datetime import datetime, timedelta
from typing import Any, Protocol

from simulator.salesforce import catalogue, times
from simulator.salesforce.errors import RefusedError
from simulator.salesforce.schema import Field, Kind, ObjectType
from simulator.salesforce.soql import Name
from simulator.salesforce.soql_parser import malformed
from simulator.salesforce.table import Row

Value = Callable[[Row], Any]
See = Callable[[ObjectType], ObjectType]
ARCHIVED_AFTER = timedelta(days=365)
_ADDRESS_PARTS = ("City", "Country", "GeocodeAccuracy", "Latitude", "Longitude", "PostalCode", "State", "Street")
# What a reference to more than one type can show: the fields of Salesforce's Name object.
_NAME_FIELDS = (
    "Id",
    "Name",
    "Email",
    "Type",
    "FirstName",
    "LastName",
    "Phone",
    "Title",
    "Username",
    "IsActive",
    "Alias",
)


class Rows(Protocol):
    """Finds the row an id points at."""

    def row(self, record_id: str) -> Row | None: ...


@dataclass(slots=True, kw_only=True)
class Selection:
    """The chosen fields of one type and of the rows it points at."""

    type_name: str
    values: dict[str, Value] = dataclass_field(default_factory=dict)
    related: dict[str, tuple[Value, "Selection"]] = dataclass_field(default_factory=dict)

    def show(self, row: Row, version: str) -> dict[str, Any]:
        """The row as JSON; `version` is the API version that its address names."""
        shown: dict[str, Any] = {"attributes": _attributes(self.type_name, row, version)}
        for name, value in self.values.items():
            shown[name] = value(row)
        for name, (follow, selection) in self.related.items():
            target = follow(row)
            shown[name] = None if target is None else selection.show(target, version)
        return shown


class Lens:
    """Reads fields of one type's rows by name at one moment."""

    def __init__(
        self, type_: ObjectType, rows: Rows, now: datetime, *, text: str = "", see: See = lambda type_: type_
    ) -> None:
        """`see` gives the types that the rows point at as whoever asks may see them."""
        self._type = type_
        self._see = see
        self._rows = rows
        self._text = text
        self._archived_before = times.stamp(now - ARCHIVED_AFTER)[:10]

    def selection(self, names: Iterable[Name]) -> Selection:
        """All the names in one tree (RefusedError INVALID_FIELD for an unknown or repeated one)."""
        top = Selection(type_name=self._type.name)
        for name in names:
            self._add(top, self._type, self._own_path(name), name)
        return top

    def everything(self) -> Selection:
        """Every field of the type."""
        return Selection(
            type_name=self._type.name, values={one.name: self._value(one) for one in self._type.fields.values()}
        )

    def field(self, name: Name) -> tuple[Field, Value]:
        """The field at the end of the path, and how to read it from a row of the type."""
        *relations, last = self._own_path(name)
        types: tuple[ObjectType, ...] = (self._type,)
        steps: list[Value] = []
        for relation in relations:
            reference = self._relationship(types, relation, name)
            steps.append(self._follow(reference))
            types = self._targets(reference)
        found = self._field_of(types, last, name)
        value = self._value(found)
        return found, _through(steps, value) if steps else value

    def archived(self) -> Value:
        """Whether an activity is so old that only queryAll shows it."""
        return lambda row: (
            row.get("IsClosed", True)
            and str(row.get("ActivityDate") or row["CreatedDate"])[:10] < self._archived_before
        )

    def _add(self, into: Selection, type_: ObjectType, path: tuple[str, ...], name: Name) -> None:
        types: tuple[ObjectType, ...] = (type_,)
        for relation in path[:-1]:
            reference = self._relationship(types, relation, name)
            types = self._targets(reference)
            relationship = str(reference.relationship)
            shown_as = types[0].name if len(types) == 1 else "Name"
            _, into = into.related.setdefault(relationship, (self._follow(reference), Selection(type_name=shown_as)))
        found = self._field_of(types, path[-1], name)
        if found.name in into.values:
            raise RefusedError("INVALID_FIELD", f"duplicate field selected: {found.name}")
        into.values[found.name] = self._value(found)

    def _targets(self, reference: Field) -> tuple[ObjectType, ...]:
        return tuple(self._see(catalogue.TYPES[name]) for name in reference.references)

    def _own_path(self, name: Name) -> tuple[str, ...]:
        """`FROM Lead` may say Lead.Email for Email."""
        own = len(name.path) > 1 and name.path[0].lower() == self._type.name.lower()
        return name.path[1:] if own else name.path

    def _relationship(self, types: tuple[ObjectType, ...], relation: str, name: Name) -> Field:
        for type_ in types:
            if relation.lower() in type_.relationships:
                return type_.relationships[relation.lower()]
        message = (
            f"Didn't understand relationship '{relation}' in field path. If you are attempting to use a custom "
            "relationship, be sure to append the '__r' after the custom relationship name. Please reference your WSDL "
            "or the describe call for the appropriate names."
        )
        raise malformed(self._text, name.place, message, code="INVALID_FIELD")

    def _field_of(self, types: tuple[ObjectType, ...], last: str, name: Name) -> Field:
        found = types[0].find(last) if len(types) == 1 else _name_field(types, last)
        if found is None:
            entity = types[0].name if len(types) == 1 else "Name"
            message = (
                f"No such column '{last}' on entity '{entity}'. If you are attempting to use a custom field, be sure "
                "to append the '__c' after the custom field name. Please reference your WSDL or the describe call for "
                "the appropriate names."
            )
            raise malformed(self._text, name.place, message, code="INVALID_FIELD")
        return found

    def _follow(self, reference: Field) -> Value:
        def follow(row: Row) -> Row | None:
            target = row.get(reference.name)
            return None if target is None else self._rows.row(target)

        return follow

    def _value(self, field: Field) -> Value:
        name = field.name
        if field.kind is Kind.ADDRESS:
            return _address(name.removesuffix("Address"))
        if name == "IsArchived":
            return self.archived()
        if name == "Type" and field is _TYPE:
            return _kind_of_row
        empty = False if field.kind is Kind.BOOLEAN else None
        return lambda row: row.get(name, empty)


_TYPE = Field(name="Type", label="Type", kind=Kind.STRING, length=40, createable=False, updateable=False)


def _name_field(types: tuple[ObjectType, ...], last: str) -> Field | None:
    if last.lower() == "type":
        return _TYPE
    if last.lower() not in (name.lower() for name in _NAME_FIELDS):
        return None
    return next((found for type_ in types if (found := type_.find(last)) is not None), None)


def _kind_of_row(row: Row) -> str | None:
    type_ = catalogue.of_id(row["Id"])
    if type_ is None or row.get("Type") == "Queue":
        return "Queue"
    return type_.name


def _through(steps: list[Value], value: Value) -> Value:
    def read(row: Row) -> Any:
        target: Row | None = row
        for step in steps:
            target = step(target) if target is not None else None
        return None if target is None else value(target)

    return read


def _address(prefix: str) -> Value:
    def read(row: Row) -> dict[str, Any] | None:
        parts = {part[0].lower() + part[1:]: row.get(prefix + part) for part in _ADDRESS_PARTS}
        return parts if any(part is not None for part in parts.values()) else None

    return read


def _attributes(type_name: str, row: Row, version: str) -> dict[str, str]:
    real = catalogue.of_id(row["Id"])
    place = real.name if real is not None else type_name
    return {"type": type_name, "url": f"/services/data/{version}/sobjects/{place}/{row['Id']}"}
