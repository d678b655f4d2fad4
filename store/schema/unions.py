"""Leads that were united, that a person keeps apart, and that something says are one person though they are two."""

from sqlalchemy import BigInteger, Column, Index, Integer, Table

from store.columns import Instant, Json
from store.schema.tables import by_key, may, metadata, must, partial

lead_union = Table(
    "lead_union",
    metadata,
    Column("id", Integer, primary_key=True),
    must("survivor", BigInteger),
    must("loser", BigInteger),
    must("at", Instant),
    must("tie"),
    must("made_by"),
    may("before"),
    may("split_at", Instant),
    may("split_by"),
    Index("ix_lead_union_survivor", "survivor"),
    Index("ix_lead_union_loser", "loser"),
    Index("ix_lead_union_at", "at"),
    partial("ix_lead_union_kept", "at", where="before IS NOT NULL"),
)
"""`before`: what it takes to part them again; gone after its time, and when either person is erased."""
lead_apart = by_key(
    "lead_apart",
    ("one", "other"),
    must("one", BigInteger),
    must("other", BigInteger),
    must("at", Instant),
    must("said_by"),
    must("known", Json),
)
"""`known`: the records by which their own system had made them one when a person split them."""
Index("ix_lead_apart_other", lead_apart.c.other)
union_doubt = by_key(
    "union_doubt",
    ("one", "other"),
    must("one", BigInteger),
    must("other", BigInteger),
    must("tie"),
    must("cause"),
    must("since", Instant),
)
Index("ix_union_doubt_other", union_doubt.c.other)
