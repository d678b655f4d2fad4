"""Which properties another version of the rules reads from another field.

What was agreed about the one field says nothing about the other: without this, whatever the new field shows would be
taken for a person's change of the old one, and carried to every system.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from config.mapping import MappingRules, Property
from domain.place import FieldOf


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Moved:
    """A property whose field in one object is another one now."""

    name: str
    connection: str
    object: str
    before: str
    after: str

    @property
    def column(self) -> FieldOf:
        """Where it is now."""
        return FieldOf(connection=self.connection, object=self.object, field=self.after)


def moves(before: MappingRules, after: MappingRules) -> tuple[Moved, ...]:
    """Properties that both versions have in an object, in different fields of it."""
    known = {prop.name: _places(prop, before) for prop in before.properties}
    found = []
    for prop in after.properties:
        places = known.get(prop.name, {})
        for (connection, kind), field in _places(prop, after).items():
            was = places.get((connection, kind), field)
            if was != field:
                found.append(Moved(name=prop.name, connection=connection, object=kind, before=was, after=field))
    return tuple(sorted(found))


def added(before: MappingRules, after: MappingRules) -> tuple[FieldOf, ...]:
    """Fields that a property has now and did not have before, the property new or moved."""
    known = {(prop.name, at, field) for prop in before.properties for at, field in _places(prop, before).items()}
    return tuple(
        sorted(
            FieldOf(connection=at[0], object=at[1], field=field)
            for prop in after.properties
            for at, field in _places(prop, after).items()
            if (prop.name, at, field) not in known
        )
    )


def _places(prop: Property, rules: MappingRules) -> Mapping[tuple[str, str], str]:
    places: dict[tuple[str, str], str] = {}
    for connection, where in prop.fields.items():
        if isinstance(where, str):
            system = rules.systems.get(connection)
            objects = system.people.objects if system is not None else []
            places |= {(connection, kind): where for kind in objects}
        else:
            places |= {(connection, kind): field for kind, field in where.items()}
    return places
