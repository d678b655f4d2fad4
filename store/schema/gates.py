"""Which gates are closed to which leads, with the condition that stands against it: words of the rules, no value."""

from sqlalchemy import BigInteger, Index

from store.columns import Instant, Words
from store.schema.tables import by_key, flag, must

gate_closed = by_key(
    "gate_closed",
    ("lead_id", "connection", "way"),
    must("lead_id", BigInteger),
    must("connection"),
    must("way"),
    must("words", Words),
    flag("errs"),
    flag("after_no"),
    must("since", Instant),
)
Index("ix_gate_closed_connection_way", gate_closed.c.connection, gate_closed.c.way)
