"""Who writes beside us: fields that somebody keeps overwriting, and what a neighbour has still to carry. No values."""

from sqlalchemy import BigInteger, Index

from store.columns import Instant, Json
from store.schema.tables import by_key, may, must, partial

_PLACE = ("connection", "object", "field", "record_id")

flap = by_key(
    "flap",
    _PLACE,
    must("connection"),
    must("object"),
    must("field"),
    must("record_id"),
    must("times", Json),
    must("last_at", Instant),
    may("counted", BigInteger),
    may("stopped_at", Instant),
    may("who"),
)
partial("ix_flap_stopped_at", flap.c.stopped_at, where="stopped_at IS NOT NULL")
arrival = by_key(
    "arrival",
    _PLACE,
    must("connection"),
    must("object"),
    must("field"),
    must("record_id"),
    must("lead_id", BigInteger),
    must("since", Instant),
)
Index("ix_arrival_lead_id", arrival.c.lead_id)
Index("ix_arrival_since", arrival.c.since)
