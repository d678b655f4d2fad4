"""What one person wants done and a second one has to agree to: see store/proposals.py."""

from sqlalchemy import Column, Integer, Table

from store.columns import Instant, Json
from store.schema.tables import may, metadata, must

proposal = Table(
    "proposal",
    metadata,
    Column("number", Integer, primary_key=True),
    must("kind"),
    must("what"),
    must("proposed_by"),
    must("account"),
    must("proposed_at", Instant),
    must("expires_at", Instant),
    must("digest"),
    must("payload", Json),
    must("status"),
    may("answered_by"),
    may("answered_at", Instant),
)
