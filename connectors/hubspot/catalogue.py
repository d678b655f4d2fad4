"""What the property definitions of each object say, and which properties we ask for."""

from collections.abc import Mapping, Set

from connectors.contract import Surroundings
from connectors.described import Described
from connectors.hubspot.answers import body_of, known_shape, rows_in
from connectors.hubspot.client import Client
from connectors.hubspot.shapes import EVERYWHERE, SHAPES, Shape
from connectors.hubspot.values import field_of
from domain.record import Field, FieldType

OWNER_FIELDS = {
    name: Field(name=name, label=label, type=kind, writable=False)
    for name, label, kind in (
        ("email", "E-mail", FieldType.TEXT),
        ("name", "Name", FieldType.TEXT),
        ("user_id", "User id", FieldType.TEXT),
        ("active", "Active", FieldType.BOOLEAN),
    )
}
LIST_FIELDS = {
    name: Field(name=name, label=label, type=FieldType.TEXT, writable=False)
    for name, label in (("name", "Name"), ("members", "Members"), ("member_object", "Object of the members"))
}
_FIXED: Mapping[str, Mapping[str, Field]] = {"owners": OWNER_FIELDS, "lists": LIST_FIELDS}


class Catalogue(Described):
    """Property definitions, kept for a while or until a refusal says that they are wrong."""

    def __init__(self, client: Client, surroundings: Surroundings) -> None:
        super().__init__(surroundings)
        self._client = client

    def fields(self, object_name: str) -> Mapping[str, Field]:
        """By name; nothing for what has no properties (form submissions, events)."""
        return super().fields(object_name) if object_name in SHAPES else _FIXED.get(object_name, {})

    def wanted(self, object_name: str) -> Set[str]:
        """What mapping and rules ask for."""
        return self._surroundings.fields.get(object_name, frozenset())

    def to_read(self, shape: Shape) -> list[str]:
        """The properties to ask for: wanted by us or by mapping and rules, and there."""
        known = self.fields(shape.object)
        wanted = (shape.stamp, *EVERYWHERE, *shape.always, *sorted(self._surroundings.fields.get(shape.object, ())))
        ours = {field.name for field in shape.added}
        return [name for name in dict.fromkeys(wanted) if name in known and name not in ours]

    def _describe(self, object_name: str) -> Mapping[str, Field]:
        doing = f"to describe {object_name}"
        told = body_of(self._client.send(self._client.sdk.crm.properties.core_api.get_all(object_name)), doing)
        with known_shape(doing):
            found = {row["name"]: field_of(row) for row in rows_in(told, doing)}
        return {field.name: field for field in SHAPES[object_name].added} | found
