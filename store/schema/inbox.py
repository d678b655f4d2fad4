"""The inbox: what systems told us by themselves, kept before we thank them, until the record was read again."""

from sqlalchemy import Column, Index, Integer, Table, UniqueConstraint

from store.columns import Instant
from store.schema.tables import long_id, may, metadata, must, partial

hint = Table(
    "hint",
    metadata,
    Column("id", long_id, primary_key=True),
    must("connection"),
    must("key"),
    must("object"),
    must("record_id"),
    must("kind"),
    must("occurred_at", Instant),
    must("arrived_at", Instant),
    must("due_at", Instant),
    must("attempts", Integer, "0"),
    may("settled_at", Instant),
    UniqueConstraint("connection", "key"),
    partial("ix_hint_open", "connection", "due_at", where="settled_at IS NULL"),
    Index("ix_hint_arrived_at", "arrived_at"),
)
"""`key` is the system's own for one happening: the same one told twice is one row. No value of a record stands here."""
