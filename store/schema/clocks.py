"""What the clocks of handoffs did: each step once, with whose it was and whether it acted."""

from sqlalchemy import BigInteger, Column, Index, Integer, Table

from store.columns import Instant
from store.schema.tables import flag, long_id, metadata, must

clock_step = Table(
    "clock_step",
    metadata,
    Column("id", long_id, primary_key=True),
    must("lead_id", BigInteger),
    must("handoff", Integer),
    must("step"),
    must("owner"),
    must("due_at", Instant),
    must("at", Instant),
    flag("enforced"),
    Index("ix_clock_step_lead_id", "lead_id"),
    Index("ix_clock_step_at", "at"),
)
