"""A short way to write property definitions down, so that the tables of defaults can be read at a glance."""

from collections.abc import Iterable

from simulator.hubspot.properties import Option, Property, ValueType

Row = Property


def _label(name: str) -> str:
    words = name.removeprefix("hs_").removeprefix("ll_").replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def _rows(names: str, definition: Property) -> list[Row]:
    own = definition.group == "leadloop"
    return [
        Property(
            name=name,
            label=f"LL {_label(name)}" if own else _label(name),
            type=definition.type,
            field_type=definition.field_type,
            group=definition.group,
            options=definition.options,
            unique=definition.unique or name == "email",
            read_only=definition.read_only,
            hubspot_defined=not own,
            external_options=definition.external_options,
        )
        for name in names.split()
    ]


def text(group: str, names: str, *, unique: bool = False, read_only: bool = False) -> list[Row]:
    return _rows(names, Property(name="", label="", group=group, unique=unique, read_only=read_only))


def number(group: str, names: str, *, read_only: bool = False) -> list[Row]:
    shape = Property(name="", label="", group=group, type=ValueType.NUMBER, field_type="number", read_only=read_only)
    return _rows(names, shape)


def stamp(group: str, names: str, *, day: bool = False, read_only: bool = False) -> list[Row]:
    kind = ValueType.DATE if day else ValueType.DATETIME
    return _rows(names, Property(name="", label="", group=group, type=kind, field_type="date", read_only=read_only))


def choice(
    group: str, names: str, values: Iterable[str], *, field_type: str = "select", read_only: bool = False
) -> list[Row]:
    shape = Property(
        name="",
        label="",
        group=group,
        type=ValueType.ENUMERATION,
        field_type=field_type,
        options=tuple(Option(value=value, label=value) for value in values),
        read_only=read_only,
    )
    return _rows(names, shape)


def bools(group: str, names: str, *, read_only: bool = False) -> list[Row]:
    shape = Property(
        name="",
        label="",
        group=group,
        type=ValueType.BOOL,
        field_type="booleancheckbox",
        options=(Option(value="true", label="True"), Option(value="false", label="False")),
        read_only=read_only,
    )
    return _rows(names, shape)


def owner(group: str) -> list[Row]:
    shape = Property(
        name="", label="", group=group, type=ValueType.ENUMERATION, field_type="select", external_options=True
    )
    return _rows("hubspot_owner_id", shape)
