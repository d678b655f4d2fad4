"""How values lie in a column: the same on SQLite and PostgreSQL, so that both sort and compare alike.

Times are whole microseconds since 1970 (exact, sortable, and no driver's idea of a time zone);
JSON is canonical text (sorted keys), so that equal values are equal texts.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

import orjson
from sqlalchemy import BigInteger, Dialect, Row, Select, Text
from sqlalchemy.types import TypeDecorator

from domain.values import require_utc

AnyRow: TypeAlias = Row[*tuple[Any, ...]]
"""A row of whatever columns: turned into a domain value in the function that reads it."""

AnySelect: TypeAlias = Select[*tuple[Any, ...]]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def to_micros(moment: datetime) -> int:
    return (require_utc(moment) - _EPOCH) // _MICROSECOND


def from_micros(micros: int) -> datetime:
    return _EPOCH + timedelta(microseconds=micros)


def maybe_micros(moment: datetime | None) -> int | None:
    return None if moment is None else to_micros(moment)


def maybe_moment(micros: int | None) -> datetime | None:
    return None if micros is None else from_micros(micros)


def to_json(value: object) -> str:
    """Canonical text: equal values give equal texts, whatever the order of their keys."""
    return orjson.dumps(value, _plainer, orjson.OPT_SORT_KEYS).decode()


def _plainer(value: object) -> object:
    """What orjson does not know by itself: a read-only mapping is a mapping."""
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"a {type(value).__name__} cannot be kept as JSON")


def from_json(text: str) -> Any:
    return orjson.loads(text)


def plain(text: str) -> str:
    """Text that both databases can keep: PostgreSQL refuses NUL, so neither gets one."""
    return text.replace("\x00", "") if "\x00" in text else text


class Instant(TypeDecorator[datetime]):
    """An aware time, kept as microseconds since 1970; a naive one is refused."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002 - SQLAlchemy's signature
        return maybe_micros(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        return maybe_moment(value)


class Json(TypeDecorator[Any]):
    """Any JSON value as canonical text. None is the JSON null; a column that may be empty says so itself."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str:  # noqa: ARG002
        return to_json(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:  # noqa: ARG002
        return None if value is None else from_json(value)


class Words(TypeDecorator[str]):
    """Text from anywhere."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else plain(value)
