"""What stays at home, because its field would refuse it or nobody can read it: names and causes, no value."""

from sqlalchemy import BigInteger, Index

from store.columns import Instant
from store.schema.tables import by_key, must

misfit = by_key(
    "misfit",
    ("lead_id", "connection", "object", "record_id", "field", "why"),
    must("lead_id", BigInteger),
    must("connection"),
    must("object"),
    must("record_id"),
    must("field"),
    must("why"),
    must("property"),
    must("words"),
    must("hint"),
    must("since", Instant),
)
Index("ix_misfit_connection_object_field", misfit.c.connection, misfit.c.object, misfit.c.field)
