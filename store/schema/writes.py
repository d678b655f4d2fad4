"""Writes and what became of them: outbox, audit, and what the blast radius holds back."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, Table, UniqueConstraint

from store.columns import Instant, Json, Words
from store.schema.tables import by_key, may, metadata, must, partial

_OPEN = "status IN ('pending', 'waiting')"
outbox = Table(
    "outbox",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    must("key"),
    must("connection"),
    must("lane"),
    must("kind"),
    must("object"),
    may("record_id"),
    may("lead_id", BigInteger),
    may("list"),
    must("target"),
    must("change"),
    must("before"),
    must("cause"),
    must("rule_hash"),
    may("run_id", Integer),
    must("status"),
    must("ignored", Boolean, "false"),
    may("owner"),
    may("epoch", BigInteger),
    may("claimed_at", Instant),
    must("attempts", Integer, "0"),
    must("due_at", Instant),
    must("code", Words, "''"),
    must("message", Words, "''"),
    must("created_at", Instant),
    may("settled_at", Instant),
    may("remote_id"),
    UniqueConstraint("key", "connection"),
    partial("uq_outbox_open", "target", "lane", where=_OPEN, unique=True),
    partial("ix_outbox_next", "connection", "lane", "due_at", "id", where=_OPEN),
    partial("ix_outbox_claimed", "target", where="status = 'claimed'"),
    partial("ix_outbox_stopped", "target", where="status IN ('parked', 'unsure')"),
    Index("ix_outbox_lead_id", "lead_id"),
    partial("ix_outbox_run_id", "run_id", where="run_id IS NOT NULL"),
    partial("ix_outbox_settled_at", "settled_at", where="settled_at IS NOT NULL"),
)
audit = Table(
    "audit",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    must("at", Instant),
    must("actor"),
    must("action"),
    may("connection"),
    may("object"),
    may("record_id"),
    may("lead_id", BigInteger),
    must("fields"),
    may("rule_hash"),
    may("outbox_key"),
    may("values_hmac"),
    partial("ix_audit_lead_id", "lead_id", where="lead_id IS NOT NULL"),
    partial("ix_audit_outbox_key", "outbox_key", where="outbox_key IS NOT NULL"),
)
audit_unsealed = Table("audit_unsealed", metadata, Column("seq", BigInteger, primary_key=True, autoincrement=False))
audit_seal = Table(
    "audit_seal",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    must("seq", BigInteger),
    must("hash"),
    must("sealed_at", Instant),
    UniqueConstraint("seq"),
)
subject_key = Table(
    "subject_key",
    metadata,
    Column("lead_id", BigInteger, primary_key=True, autoincrement=False),
    must("key", LargeBinary),
)

held_set = Table(
    "held_set",
    metadata,
    Column("id", Integer, primary_key=True),
    must("name"),
    must("cause"),
    must("status"),
    must("opened_at", Instant),
    may("answered_by"),
    may("answered_at", Instant),
    may("valid_until", Instant),
    must("about", Json, "'{}'"),
    partial("uq_held_set_open", "name", where="status = 'open'", unique=True),
)
held_lead = by_key(
    "held_lead",
    ("set_id", "lead_id"),
    must("set_id", Integer),
    must("lead_id", BigInteger),
    may("taken_at", Instant),
    may("taken_for"),
    may("released_at", Instant),
    may("held_at", Instant),
)
Index("ix_held_lead_lead_id", held_lead.c.lead_id)
held_write = by_key(
    "held_write",
    ("connection", "object", "record_id", "field", "set_id"),
    must("set_id", Integer),
    must("connection"),
    must("object"),
    must("record_id"),
    must("field"),
    must("lead_id", BigInteger),
    must("property"),
    must("kind"),
    must("before", Json),
    must("value", Json),
    must("cause"),
    must("rule_hash"),
    must("held_at", Instant),
    may("released_at", Instant),
)
Index("ix_held_write_set_id", held_write.c.set_id)
partial("ix_held_write_lead_id", held_write.c.lead_id, where="released_at IS NULL")
blast = by_key("blast", ("kind", "minute"), must("kind"), must("minute", Instant), must("units", BigInteger))
undone = by_key(
    "undone",
    ("connection", "object", "record_id", "field"),
    must("connection"),
    must("object"),
    must("record_id"),
    must("field"),
    must("lead_id", BigInteger),
    must("value", Json),
    must("back", Json),
    must("run_id", Integer),
    must("actor"),
    must("at", Instant),
)
Index("ix_undone_lead_id", undone.c.lead_id)
