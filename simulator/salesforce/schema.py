"""What an object type is: its fields, written as one line each and read into frozen values.

A line is `Name kind[(length or values)] [flags]`; flags: required, readonly, createonly, default=…, label="…",
restricted, external (unique External Id), to=Type,Type (reference), as=Relationship, nofilter, scale=n.
"""

import re
import shlex
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property


class Kind(StrEnum):
    """Field types as describe names them."""

    ID = "id"
    STRING = "string"
    TEXTAREA = "textarea"
    EMAIL = "email"
    PHONE = "phone"
    URL = "url"
    PICKLIST = "picklist"
    COMBOBOX = "combobox"
    REFERENCE = "reference"
    BOOLEAN = "boolean"
    INT = "int"
    DOUBLE = "double"
    CURRENCY = "currency"
    PERCENT = "percent"
    DATE = "date"
    DATETIME = "datetime"
    ADDRESS = "address"


NUMBERS = frozenset({Kind.INT, Kind.DOUBLE, Kind.CURRENCY, Kind.PERCENT})
TEXTS = frozenset({Kind.STRING, Kind.TEXTAREA, Kind.EMAIL, Kind.PHONE, Kind.URL, Kind.PICKLIST, Kind.COMBOBOX})
IDS = frozenset({Kind.ID, Kind.REFERENCE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of an object type."""

    name: str
    label: str
    kind: Kind
    length: int = 0
    nillable: bool = True
    createable: bool = True
    updateable: bool = True
    filterable: bool = True
    default: str | None = None
    restricted: bool = False
    external: bool = False
    values: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    relationship: str | None = None
    scale: int = 0

    @property
    def custom(self) -> bool:
        return self.name.endswith("__c")

    @property
    def required(self) -> bool:
        """Refused when missing on create: not nillable and nothing fills it in."""
        return not self.nillable and self.createable and self.default is None and self.kind is not Kind.BOOLEAN


@dataclass(frozen=True, kw_only=True)
class ObjectType:
    """One sObject type."""

    name: str
    prefix: str
    label: str
    label_plural: str
    fields: dict[str, Field]
    writable: bool = True
    mergeable: bool = False
    undeletable: bool = True
    soft_delete: bool = field(default=True)

    @cached_property
    def _by_lower(self) -> dict[str, Field]:
        return {name.lower(): one for name, one in self.fields.items()}

    @cached_property
    def relationships(self) -> dict[str, Field]:
        """Reference fields by the lower-cased name of their relationship."""
        return {one.relationship.lower(): one for one in self.fields.values() if one.relationship}

    @cached_property
    def required(self) -> tuple[str, ...]:
        """Names that a new row must bring."""
        return tuple(one.name for one in self.fields.values() if one.required)

    @cached_property
    def defaults(self) -> dict[str, str]:
        """What Salesforce fills in; `me` stands for the caller."""
        given = {one.name: one.default for one in self.fields.values() if one.default not in (None, "id", "given")}
        return {name: str(value) for name, value in given.items()}

    @cached_property
    def external_ids(self) -> tuple[Field, ...]:
        return tuple(one for one in self.fields.values() if one.external)

    def find(self, name: str) -> Field | None:
        """The field of that name, whatever its case."""
        return self._by_lower.get(name.lower())


_LINE = re.compile(r"(?P<name>\w+)\s+(?P<kind>\w+)(?:\((?P<inner>[^)]*)\))?\s*(?P<flags>.*)")
_CAPITALS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_DEFAULT_LENGTHS = {Kind.REFERENCE: 18, Kind.ID: 18, Kind.EMAIL: 80, Kind.PHONE: 40, Kind.URL: 255}


def read_fields(text: str) -> dict[str, Field]:
    """Read a table of field lines, in order."""
    fields = (_read_line(line.strip()) for line in text.strip().splitlines() if line.strip())
    return {one.name: one for one in fields}


def _read_line(line: str) -> Field:
    parts = _LINE.fullmatch(line)
    if parts is None:
        raise ValueError(f"not a field line: {line}")
    name, kind = parts["name"], Kind(parts["kind"])
    flags = dict(_flag(word) for word in shlex.split(parts["flags"]))
    fixed = "readonly" in flags
    return Field(
        name=name,
        kind=kind,
        label=flags.get("label") or _label(name),
        length=int(parts["inner"] or _DEFAULT_LENGTHS.get(kind, 0)),
        nillable="required" not in flags,
        createable=not fixed and "updateonly" not in flags,
        updateable=not fixed and "createonly" not in flags,
        filterable="nofilter" not in flags,
        default=flags.get("default"),
        restricted="restricted" in flags,
        external="external" in flags,
        values=tuple(flags.get("values", "").split("|")) if flags.get("values") else (),
        references=tuple(flags["to"].split(",")) if "to" in flags else (),
        relationship=flags.get("as"),
        scale=int(flags.get("scale", 0)),
    )


def _flag(word: str) -> tuple[str, str]:
    key, _, value = word.partition("=")
    return key, value


def _label(name: str) -> str:
    plain = name.removesuffix("__c").replace("_", " ")
    return " ".join(_CAPITALS.split(plain))
