"""SOQL as a tree: what a query says, before anyone asks whether the fields exist."""

from dataclasses import dataclass
from enum import StrEnum


class Op(StrEnum):
    """Comparisons of a WHERE clause."""

    EQ = "="
    NE = "!="
    LT = "<"
    LE = "<="
    GT = ">"
    GE = ">="
    LIKE = "like"
    IN = "in"
    NOT_IN = "not in"


class LiteralKind(StrEnum):
    """What a literal looked like; its type is checked against the field later."""

    STRING = "string"
    NUMBER = "number"
    BOOLEAN = "boolean"
    NULL = "null"
    DATE = "date"
    DATETIME = "dateTime"


@dataclass(frozen=True, slots=True, kw_only=True)
class Literal:
    """`value` is the text of a string, date or time as rows keep it; else a number, a bool or None."""

    kind: LiteralKind
    value: str | float | bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """A field path such as `Owner.Email`, and where it stands in the text."""

    path: tuple[str, ...]
    place: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Compare:
    """`name op literals` (one literal unless the operator is IN or NOT IN)."""

    name: Name
    op: Op
    literals: tuple[Literal, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Both:
    """All parts hold."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Either:
    """At least one part holds."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Not:
    """The part does not hold."""

    part: "Condition"


Condition = Compare | Both | Either | Not


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One ORDER BY key."""

    name: Name
    descending: bool = False
    nulls_last: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A whole query; `count` stands for SELECT COUNT()."""

    text: str
    type_name: Name
    names: tuple[Name, ...] = ()
    count: bool = False
    where: Condition | None = None
    order: tuple[Order, ...] = ()
    limit: int | None = None
    offset: int = 0
