"""The builders that every table is made with."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
    text,
)
from sqlalchemy.types import TypeEngine

from store.columns import Words

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)

long_id = BigInteger().with_variant(Integer, "sqlite")
"""SQLite numbers rows by itself only for INTEGER keys, which hold 64 bits there anyway."""


def must(name: str, kind: type[TypeEngine[Any]] | TypeEngine[Any] = Words, default: str | None = None) -> Column[Any]:
    return Column(name, kind, nullable=False, server_default=None if default is None else text(default))


def may(name: str, kind: type[TypeEngine[Any]] | TypeEngine[Any] = Words) -> Column[Any]:
    return Column(name, kind, nullable=True)


def flag(name: str) -> Column[Any]:
    return Column(name, Boolean, nullable=False)


def by_key(name: str, key: tuple[str, ...], *columns: Column[Any] | UniqueConstraint) -> Table:
    """A table that on SQLite lies on disk in the order of its key."""
    return Table(name, metadata, *columns, PrimaryKeyConstraint(*key), sqlite_with_rowid=False)


def partial(name: str, *columns: Any, where: str, postgresql: str | None = None, unique: bool = False) -> Index:
    """An index of some rows only. SQLite has no truth values, so that condition may have to be said twice."""
    return Index(name, *columns, unique=unique, sqlite_where=text(where), postgresql_where=text(postgresql or where))
