"""Which record claims a key and since when; unions that can be undone, who is kept apart, and what was left apart.

Keys had no claimant before: it is the record of the lead that holds the value. What no record holds is given back.
"""

from collections.abc import Iterator
from itertools import groupby, islice
from typing import Any

import orjson
import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_ROWS = 500
_RECORD, _LEAD_KEY, _EMAIL = "record", "lead_key", "email"


def upgrade() -> None:
    op.execute("CREATE TEMPORARY TABLE identity_key_before AS SELECT * FROM identity_key")
    op.drop_table("identity_key")
    keys = op.create_table(
        "identity_key",
        *_words("kind", "value", "connection", "object", "record_id"),
        sa.Column("lead_id", sa.BigInteger(), nullable=False),
        *_words("tie"),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "value", "connection", "object", "record_id", name="pk_identity_key"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_identity_key_lead_id", "identity_key", ["lead_id"])
    op.create_index("ix_identity_key_record", "identity_key", ["connection", "object", "record_id"])
    claims = _claims()
    while portion := list(islice(claims, _ROWS)):
        op.bulk_insert(keys, portion)
    op.execute("DROP TABLE identity_key_before")
    _make_unions()


def _make_unions() -> None:
    op.create_table(
        "lead_union",
        sa.Column("id", sa.Integer(), nullable=False),
        *_numbers("survivor", "loser", "at"),
        *_words("tie", "made_by"),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("split_at", sa.BigInteger(), nullable=True),
        sa.Column("split_by", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_lead_union"),
    )
    for name in ("survivor", "loser", "at"):
        op.create_index(f"ix_lead_union_{name}", "lead_union", [name])
    kept = sa.text("before IS NOT NULL")
    op.create_index("ix_lead_union_kept", "lead_union", ["at"], sqlite_where=kept, postgresql_where=kept)
    op.create_table(
        "lead_apart",
        *_numbers("one", "other", "at"),
        *_words("said_by", "known"),
        sa.PrimaryKeyConstraint("one", "other", name="pk_lead_apart"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_lead_apart_other", "lead_apart", ["other"])
    op.create_table(
        "union_doubt",
        *_numbers("one", "other"),
        *_words("tie", "cause"),
        *_numbers("since"),
        sa.PrimaryKeyConstraint("one", "other", name="pk_union_doubt"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_union_doubt_other", "union_doubt", ["other"])


def _words(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def _numbers(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.BigInteger(), nullable=False) for name in names]


def _claims() -> Iterator[dict[str, Any]]:
    """Of every record with a lead: the keys of its lead that stand in it."""
    query = (
        "SELECT r.connection, r.object, r.id, r.lead_id, r.seen_at, r.merged_into, r.converted_to, r.former_ids, "
        "r.content, k.kind, k.value FROM record r JOIN identity_key_before k ON k.lead_id = r.lead_id "
        "ORDER BY r.connection, r.object, r.id"
    )
    rows = op.get_bind().execute(sa.text(query).execution_options(yield_per=_ROWS))
    for place, keys in groupby(rows, key=lambda row: tuple(row[:9])):
        connection, kind, record_id, lead, seen_at, *beside, content = place
        claimed = {"connection": connection, "object": kind, "record_id": record_id, "lead_id": lead, "since": seen_at}
        texts = [str(value).casefold() for value in orjson.loads(content).values() if isinstance(value, str)]
        for row in keys:
            tie = _tie(row.kind, row.value, f"{connection}:{kind}:{record_id}", texts, beside)
            if tie is not None:
                yield claimed | {"kind": row.kind, "value": row.value, "tie": tie}


def _tie(kind: str, value: str, own: str, texts: list[str], beside: list[str | None]) -> str | None:
    """How a record holds a key; None: not at all."""
    if kind == _RECORD:
        other = value.rpartition(":")[2]
        if value == own:
            return "self"
        if any(text and f'"{other}"' in text for text in beside):
            return "system"
        return "link" if other[:15].casefold() in {text[:15] for text in texts} else None
    if not any(value.casefold() in text for text in texts):
        return None
    return kind if kind in (_LEAD_KEY, _EMAIL) else None


def downgrade() -> None:
    raise NotImplementedError("claims cannot be taken back: restore a backup instead")
