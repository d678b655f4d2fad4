"""Rows of a view as Parquet: the only user of pyarrow, which is an extra and takes a second to load."""

from collections.abc import Iterable, Sequence
from importlib.util import find_spec
from typing import Any, BinaryIO

from domain.errors import SettingsError
from store.chunks import chunks
from store.views.view import Kind, Shown

GROUP = 20_000
"""Rows of a row group, which are in memory at one time."""
DIGITS, DECIMALS = 18, 3
"""Of points."""


def require_extra() -> None:
    """SettingsError where pyarrow is not installed."""
    if find_spec("pyarrow") is None:
        raise SettingsError(
            "Parquet needs pyarrow, which is an extra: install leadloop[parquet] "
            "(in a checkout: `pip install '.[parquet]'`), or choose --format csv or jsonl."
        )


def write(file: BinaryIO, columns: Sequence[Shown], rows: Iterable[Sequence[Any]]) -> None:
    """With the columns' own types, and what they mean beside them."""
    import pyarrow  # noqa: PLC0415 - an extra
    from pyarrow import parquet  # noqa: PLC0415

    kinds = {
        Kind.NUMBER: pyarrow.int64(),
        Kind.TEXT: pyarrow.string(),
        Kind.YES_NO: pyarrow.bool_(),
        Kind.TIME: pyarrow.timestamp("us", tz="UTC"),
        Kind.POINTS: pyarrow.decimal128(DIGITS, DECIMALS),
    }
    schema = pyarrow.schema(
        [pyarrow.field(each.name, kinds[each.kind], each.may_be_empty, {"means": each.says}) for each in columns]
    )
    with parquet.ParquetWriter(file, schema) as writer:
        for portion in chunks(rows, GROUP):
            cells = zip(*portion, strict=True)
            arrays = [pyarrow.array(values, each.type) for values, each in zip(cells, schema, strict=True)]
            writer.write_batch(pyarrow.record_batch(arrays, schema=schema))
