"""What a view is made of: its columns with what each means, whose rows it has, and how they are ordered."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, FromClause, Select, select, type_coerce

from store.views.terms import AnyColumn, moment, points

FIRST = "0.2"
"""The version of leadloop in which the first views came."""


class Kind(StrEnum):
    """What a column holds, in the words of docs/bi.md."""

    NUMBER = "number"
    TEXT = "text"
    YES_NO = "yes/no"
    TIME = "time"
    POINTS = "points"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One column. `of`: an expression over our tables, for a time in microseconds and for points in thousandths."""

    name: str
    kind: Kind
    of: AnyColumn
    says: str
    may_be_empty: bool = False
    since: str = FIRST

    @property
    def told(self) -> ColumnElement[Any]:
        """As the view has it."""
        match self.kind:
            case Kind.TIME:
                return moment(type_coerce(self.of, BigInteger)).label(self.name)
            case Kind.POINTS:
                return points(self.of).label(self.name)
            case _:
                return self.of.label(self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One view. `name`: without the prefix. `at`: by which moment an export is cut; the first time of each row.

    `order`: by which rows follow each other; it begins as the table lies on disk, so that nothing has to be sorted.
    """

    name: str
    says: str
    columns: Sequence[Shown]
    rows: FromClause
    where: Sequence[AnyColumn] = ()
    order: Sequence[AnyColumn]
    at: str
    """The name of the column."""

    @property
    def called(self) -> str:
        """As a query names it."""
        return f"ll_{self.name}"

    @property
    def cut_by(self) -> AnyColumn:
        return next(each.of for each in self.columns if each.name == self.at)

    def query(self) -> Select[Any]:
        return select(*(each.told for each in self.columns)).select_from(self.rows).where(*self.where)


def number(name: str, of: AnyColumn, says: str, *, may_be_empty: bool = False) -> Shown:
    return Shown(name=name, kind=Kind.NUMBER, of=of, says=says, may_be_empty=may_be_empty)


def text(name: str, of: AnyColumn, says: str, *, may_be_empty: bool = False) -> Shown:
    return Shown(name=name, kind=Kind.TEXT, of=of, says=says, may_be_empty=may_be_empty)


def time(name: str, of: AnyColumn, says: str, *, may_be_empty: bool = False) -> Shown:
    return Shown(name=name, kind=Kind.TIME, of=of, says=says, may_be_empty=may_be_empty)


def yes_no(name: str, of: AnyColumn, says: str, *, may_be_empty: bool = False) -> Shown:
    return Shown(name=name, kind=Kind.YES_NO, of=of, says=says, may_be_empty=may_be_empty)


def in_points(name: str, of: AnyColumn, says: str) -> Shown:
    return Shown(name=name, kind=Kind.POINTS, of=of, says=says)
