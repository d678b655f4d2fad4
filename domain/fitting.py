"""What leadloop needs a system to have before it can work there: fields, lists, and what reps click on.

The rules say so (`mapping/fittings.py`), a connector makes it in its vendor's way.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from domain.record import FieldType


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldFitting:
    """A field of our own. `length` in characters, `digits` before the point; `why` is what it is for."""

    object: str
    name: str
    label: str
    type: FieldType
    why: str
    length: int | None = None
    digits: int | None = None
    options: tuple[str, ...] = ()
    unique: bool = False
    by_reps: bool = False
    """Reps fill it in; the others are leadloop's to write and theirs to read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessFitting:
    """A mapped field that the login has to see, and to change where we write it."""

    object: str
    name: str
    edit: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewFitting:
    """A saved list of records. `only` are the values that a field may have; `mine` leaves out other people's."""

    object: str
    name: str
    label: str
    columns: tuple[str, ...]
    only: Mapping[str, tuple[str, ...]]
    mine: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionFitting:
    """A button on a record that sets fields to values and asks for others."""

    object: str
    name: str
    label: str
    sets: Mapping[str, str] = field(default_factory=dict)
    asks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ListFitting:
    """A nurture or suppression list, found by its name."""

    name: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fittings:
    """All that one connection needs."""

    fields: tuple[FieldFitting, ...] = ()
    access: tuple[AccessFitting, ...] = ()
    views: tuple[ViewFitting, ...] = ()
    actions: tuple[ActionFitting, ...] = ()
    lists: tuple[ListFitting, ...] = ()


Fitting = FieldFitting | AccessFitting | ViewFitting | ActionFitting | ListFitting
