"""What histories told of sides that nobody could decide between: moments and kinds of authors, no value and no name."""

from sqlalchemy import BigInteger, Index

from store.columns import Instant
from store.schema.tables import by_key, flag, may, must, partial

evidence = by_key(
    "evidence",
    ("connection", "object", "record_id", "field", "property"),
    must("connection"),
    must("object"),
    must("record_id"),
    must("field"),
    must("property"),
    must("lead_id", BigInteger),
    must("mark"),
    must("since", Instant),
    may("asked_at", Instant),
    may("at", Instant),
    may("author"),
    flag("certain"),
)
Index("ix_evidence_lead_id", evidence.c.lead_id)
Index("ix_evidence_since", evidence.c.since)
partial("ix_evidence_unasked", evidence.c.connection, where="asked_at IS NULL")
