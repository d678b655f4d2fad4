"""Records that a full listing showed no more, too many to be believed without a person's word. Ids, and no values."""

from sqlalchemy import Column, Integer, Table

from store.columns import Instant, Json
from store.schema.tables import may, metadata, must, partial

sweep_finding = Table(
    "sweep_finding",
    metadata,
    Column("id", Integer, primary_key=True),
    must("connection"),
    must("stream"),
    must("object"),
    must("ids", Json),
    must("examples", Json),
    must("missing", Integer),
    must("known", Integer),
    must("found_at", Instant),
    may("approved_by"),
    may("approved_at", Instant),
    may("valid_until", Instant),
    may("closed_at", Instant),
)
partial(
    "ix_sweep_finding_open",
    sweep_finding.c.connection,
    sweep_finding.c.object,
    where="closed_at IS NULL",
    unique=True,
)
"""At most one finding of an object is open. Closed ones stay, without ids, so that no number is given twice."""
