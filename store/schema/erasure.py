"""Who is to be forgotten or was, and by what they are known again: a keyed hash each, and nothing of the person."""

from sqlalchemy import BigInteger, Index

from store.columns import Instant
from store.schema.tables import by_key, may, must, partial

erasure = by_key(
    "erasure",
    ("lead_id",),
    must("lead_id", BigInteger),
    must("asked_at", Instant),
    must("asked_by"),
    must("reason"),
    may("erased_at", Instant),
)
partial("ix_erasure_open", erasure.c.lead_id, where="erased_at IS NULL")
erased_key = by_key(
    "erased_key",
    ("digest",),
    must("digest"),
    must("kind"),
    must("lead_id", BigInteger),
    must("since", Instant),
)
Index("ix_erased_key_lead_id", erased_key.c.lead_id)
