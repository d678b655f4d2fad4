"""What is wished of a record, and what is agreed with a system about a lead: a document each, not a row per field."""

from collections.abc import Iterable, Iterator
from itertools import groupby, islice
from typing import Any

import orjson
import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_ROWS = 500
_DESIRED = (
    "SELECT connection, object, record_id, lead_id, field, property, value, cause, rule_hash FROM desired_before "
    "ORDER BY connection, object, record_id, field"
)
_BASES = (
    "SELECT lead_id, connection, property, value, vendor_form, learnt FROM merge_base_before "
    "ORDER BY lead_id, connection, property"
)


def upgrade() -> None:
    for name in ("desired", "merge_base"):
        op.execute(f"CREATE TEMPORARY TABLE {name}_before AS SELECT * FROM {name}")  # noqa: S608 - names of our own
        op.drop_table(name)
    desired = op.create_table(
        "desired",
        sa.Column("connection", sa.Text(), nullable=False),
        sa.Column("object", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Text(), nullable=False),
        sa.Column("lead_id", sa.BigInteger(), nullable=False),
        sa.Column("fields", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("connection", "object", "record_id", name="pk_desired"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_desired_lead_id", "desired", ["lead_id"])
    merge_base = op.create_table(
        "merge_base",
        sa.Column("lead_id", sa.BigInteger(), nullable=False),
        sa.Column("connection", sa.Text(), nullable=False),
        sa.Column("properties", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("lead_id", "connection", name="pk_merge_base"),
        sqlite_with_rowid=False,
    )
    _fill(desired, _wishes())
    _fill(merge_base, _bases())
    for name in ("desired", "merge_base"):
        op.execute(f"DROP TABLE {name}_before")


def _wishes() -> Iterator[dict[str, Any]]:
    rows = _streamed(_DESIRED)
    for place, theirs in groupby(rows, key=lambda row: tuple(row[:4])):
        fields = {row.field: [row.property, orjson.loads(row.value), row.cause, row.rule_hash] for row in theirs}
        yield dict(zip(("connection", "object", "record_id", "lead_id"), place, strict=True), fields=_text(fields))


def _bases() -> Iterator[dict[str, Any]]:
    rows = _streamed(_BASES)
    for (lead, connection), theirs in groupby(rows, key=lambda row: (row.lead_id, row.connection)):
        kept = {
            row.property: [orjson.loads(each) for each in (row.value, row.vendor_form, row.learnt)] for row in theirs
        }
        yield {"lead_id": lead, "connection": connection, "properties": _text(kept)}


def _streamed(query: str) -> Iterable[Any]:
    return op.get_bind().execute(sa.text(query).execution_options(yield_per=_ROWS))


def _text(document: object) -> str:
    return orjson.dumps(document, option=orjson.OPT_SORT_KEYS).decode()


def _fill(table: sa.Table, rows: Iterable[dict[str, Any]]) -> None:
    found = iter(rows)
    while portion := list(islice(found, _ROWS)):
        op.bulk_insert(table, portion)


def downgrade() -> None:
    raise NotImplementedError("documents cannot be taken apart again: restore a backup instead")
