"""What reports keep: where everybody came from, decided once, and the deals of months that were closed."""

from sqlalchemy import BigInteger, Column, Index, Table, UniqueConstraint

from store.columns import Instant, Json
from store.schema.tables import by_key, flag, long_id, may, metadata, must

first_touch = by_key(
    "first_touch",
    ("lead_id",),
    must("lead_id", BigInteger),
    must("channel"),
    must("campaign"),
    may("touched_at", Instant),
    must("decided_at", Instant),
    must("rules"),
    must("revision", BigInteger),
)
closed_month = by_key(
    "closed_month",
    ("month",),
    must("month"),
    must("since", Instant),
    must("until", Instant),
    must("currency"),
    must("costs", Json),
    must("rules"),
    may("closed_at", Instant),
    may("closed_by"),
    may("reopened_at", Instant),
    may("reopened_by"),
    may("reopened_because"),
)
closed_deal = Table(
    "closed_deal",
    metadata,
    Column("id", long_id, primary_key=True),
    must("month"),
    must("connection"),
    must("object"),
    must("record_id"),
    must("side"),
    may("name"),
    may("at", Instant),
    may("day"),
    may("worth"),
    may("lacks"),
    may("currency"),
    may("stage"),
    flag("has_people"),
    flag("is_likely"),
    must("origin"),
    must("ways", Json),
    must("campaigns", Json),
    must("rep"),
    must("met"),
    UniqueConstraint("connection", "object", "record_id", "side"),
    Index("ix_closed_deal_month", "month"),
)
closed_deal_lead = Table(
    "closed_deal_lead",
    metadata,
    Column("id", long_id, primary_key=True),
    must("deal", BigInteger),
    must("lead_id", BigInteger),
    may("met_at", Instant),
    Index("ix_closed_deal_lead_deal", "deal"),
    Index("ix_closed_deal_lead_lead_id", "lead_id"),
)
