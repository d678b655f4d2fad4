"""The fields of a person that is to be created: everything we know, in the new record's own fields."""

from collections.abc import Mapping
from datetime import UTC, datetime

from config.mapping import Role
from domain.record import Record
from domain.values import RecordRef, Value
from mapping.compiled import FieldMap
from mapping.projection import project

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


def values_for_new(
    properties: Mapping[str, Value],
    connection: str,
    kind: str,
    fields: FieldMap,
    *,
    users: Mapping[tuple[str, str], str],
) -> dict[str, Value]:
    """Shared and own properties as fields of an object that does not exist yet; blanks are left out."""
    blank = Record(ref=RecordRef(connection=connection, object=kind, id=""), values={}, modified_at=_NEVER)
    found = {wish.field: wish.value for wish in project(properties, {connection: blank}, fields, users=users)}
    for one in fields.properties:
        field = one.field_of(blank)
        if field is not None and one.rule.role is Role.SHARED:
            found[field] = properties.get(one.rule.name)
    return {field: value for field, value in found.items() if value is not None}
