"""Reads a view from end to end in one transaction, a portion at a time, in values that are alike on both databases."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, type_coerce

from store.columns import to_micros
from store.engine import Tx
from store.views.view import Kind, View

PORTION = 2_000
"""Rows that are in memory at one time."""
_THOUSANDTH = Decimal("0.001")


def rows(
    tx: Tx, view: View, *, since: datetime | None = None, until: datetime | None = None
) -> Iterator[tuple[Any, ...]]:
    """Every row in the order of the view: numbers, texts, truth values, aware times and decimals; None where empty.

    Cut by the moment `view.at`: from `since` up to, and without, `until`.
    """
    # Beside `+ 0` no index on the moment is chosen, after which all that is found would have to be sorted in memory.
    moment = type_coerce(view.cut_by, BigInteger) + 0
    query = view.query().order_by(*view.order)
    if since is not None:
        query = query.where(moment >= to_micros(since.astimezone(UTC)))
    if until is not None:
        query = query.where(moment < to_micros(until.astimezone(UTC)))
    readers = [_READERS[each.kind] for each in view.columns]
    for portion in tx.execute(query, execution_options={"yield_per": PORTION}).partitions():
        for row in portion:
            yield tuple(None if value is None else read(value) for read, value in zip(readers, row, strict=True))


def _moment(value: str | datetime) -> datetime:
    return datetime.fromisoformat(value) if isinstance(value, str) else value.astimezone(UTC)


_READERS: Mapping[Kind, Callable[[Any], Any]] = {
    Kind.NUMBER: int,
    Kind.TEXT: str,
    Kind.YES_NO: bool,
    Kind.TIME: _moment,
    Kind.POINTS: lambda value: Decimal(str(value)).quantize(_THOUSANDTH),
}
