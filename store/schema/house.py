"""The installation itself: who leads, which connections, rules, runs, requests, budget, wire log."""

from sqlalchemy import BigInteger, Column, Float, Index, Integer, Sequence, Table, Text

from store.columns import Instant, Json, Words
from store.schema.tables import by_key, may, metadata, must, partial

number = by_key("number", ("name",), must("name", Text), must("value", BigInteger))
"""The last number given out, for SQLite; PostgreSQL has sequences, which nobody waits for."""
sequences = {name: Sequence(f"{name}_number", metadata=metadata) for name in ("lead", "outbox", "audit")}
installation = by_key("installation", ("name",), must("name"), must("value"))
leadership = Table(
    "leadership",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    must("epoch", BigInteger),
    may("holder"),
)
connection = by_key(
    "connection",
    ("name",),
    must("name"),
    must("status"),
    may("account_id"),
    may("reason"),
    may("since", Instant),
    may("heard", Json),
)
cursor = by_key(
    "cursor", ("connection", "stream"), must("connection"), must("stream"), must("position"), must("read_at", Instant)
)
rule_version = Table(
    "rule_version",
    metadata,
    Column("number", Integer, primary_key=True),
    must("hash"),
    must("author"),
    must("published_at", Instant),
    must("document"),
    must("sources", Json, "'{}'"),
    must("message", Words, "''"),
    Index("ix_rule_version_hash", "hash"),
)
golive_step = Table(
    "golive_step",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    must("step"),
    must("at", Instant),
    must("actor"),
    must("reason", Words, "''"),
)
"""Every order to go to a step of go-live; the last one is in force."""
run = Table(
    "run",
    metadata,
    Column("id", Integer, primary_key=True),
    must("trigger"),
    must("started_at", Instant),
    may("ended_at", Instant),
    must("counts", Json),
    must("failures", Json),
    must("actor", default="'loop'"),
)
request = Table(
    "request",
    metadata,
    Column("id", Integer, primary_key=True),
    must("kind"),
    must("payload", Json),
    must("filed_at", Instant),
    may("answered_at", Instant),
    may("result", Json),
    partial("ix_request_open", "id", where="answered_at IS NULL"),
)
token = by_key("token", ("connection",), must("connection"), must("secret"))
call_count = by_key(
    "call_count",
    ("connection", "hour"),
    must("connection"),
    must("hour", Instant),
    must("handoff", BigInteger, "0"),
    must("background", BigInteger, "0"),
)
call_limit = by_key(
    "call_limit",
    ("connection",),
    must("connection"),
    must("used", BigInteger),
    may("daily", BigInteger),
    must("hinted_at", Instant),
)
wire = Table(
    "wire",
    metadata,
    Column("id", Integer, primary_key=True),
    must("connection"),
    must("method"),
    must("path"),
    may("status", Integer),
    must("started_at", Instant),
    must("seconds", Float),
    must("request"),
    must("response"),
    Index("ix_wire_connection_started_at", "connection", "started_at"),
    Index("ix_wire_started_at", "started_at"),
)
