"""Which fields the rules write: the mapping read from the other systems' side, before anything is written."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from config.mapping import MappingRules, Property, Role, SyncRule

OWNERLESS_OBJECTS = frozenset({"Contact", "Account"})
"""Salesforce's objects whose owner is never changed: a contact's handoff is a task."""

_READ_ONLY_SIDE = {SyncRule.ALWAYS_SALESFORCE: "salesforce", SyncRule.ALWAYS_HUBSPOT: "hubspot"}


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class WrittenField:
    """A vendor's field that our rules write, and the property behind it."""

    connection: str
    object: str
    field: str
    lead_property: str
    role: Role

    @property
    def place(self) -> str:
        """As `decided` in mapping.yaml names it."""
        return f"{self.object}.{self.field}"


def written_fields(rules: MappingRules, types: Mapping[str, str]) -> tuple[WrittenField, ...]:
    """Every field of a person that some rule may write; `types`: connection → vendor."""
    return tuple(sorted({field for prop in rules.properties for field in fields_written(prop, rules, types)}))


def fields_written(prop: Property, rules: MappingRules, types: Mapping[str, str]) -> Iterator[WrittenField]:
    """Those of one property."""
    for connection, place in prop.fields.items():
        if connection not in rules.systems or not _is_written(prop, connection, types):
            continue
        objects = rules.systems[connection].people.objects
        fields = place if isinstance(place, dict) else dict.fromkeys(objects, place)
        for kind, field in fields.items():
            if prop.role is Role.OWNER and kind in OWNERLESS_OBJECTS:
                continue
            yield WrittenField(connection=connection, object=kind, field=field, lead_property=prop.name, role=prop.role)


def _is_written(prop: Property, connection: str, types: Mapping[str, str]) -> bool:
    match prop.role:
        case Role.SHARED if prop.made_of:
            return True
        case Role.SHARED:
            is_master = _READ_ONLY_SIDE.get(prop.sync) == types.get(connection)
            return prop.sync is not SyncRule.DONT_SYNC and len(prop.fields) > 1 and not is_master
        case Role.STATUS:
            return bool(prop.values.get(connection))
        case _:
            return True
