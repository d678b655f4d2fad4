"""Buttons that people pressed in notices: an operator table, written by whoever hears of it before it is thanked."""

from sqlalchemy import BigInteger, Boolean, Column, Integer, Table, UniqueConstraint

from store.columns import Instant, Words
from store.schema.tables import long_id, may, metadata, must, partial

press = Table(
    "press",
    metadata,
    Column("id", long_id, primary_key=True),
    must("connection"),
    must("key"),
    must("lead_key"),
    must("handoff", Integer),
    must("user"),
    must("message"),
    may("verdict"),
    may("until"),
    may("email"),
    must("at", Instant),
    must("arrived_at", Instant),
    must("due_at", Instant),
    must("attempts", Integer, "0"),
    may("lead_id", BigInteger),
    may("heard_at", Instant),
    must("counts", Boolean, "false"),
    must("result", Words, "''"),
    may("shown_at", Instant),
    UniqueConstraint("connection", "key"),
    partial("ix_press_untaken", "due_at", where="lead_id IS NULL AND heard_at IS NULL"),
    partial("ix_press_unheard", "lead_id", where="heard_at IS NULL"),
    partial("ix_press_unshown", "heard_at", where="shown_at IS NULL"),
)
