"""What is kept while no handoffs are made, so that it can be set beside today's process: see reports/comparison.py."""

from sqlalchemy import BigInteger, Index, Integer

from store.columns import Instant, Json
from store.schema.tables import by_key, flag, may, must

foreseen_handoff = by_key(
    "foreseen_handoff",
    ("lead_id", "at"),
    must("lead_id", BigInteger),
    must("at", Instant),
    must("step"),
    must("score", BigInteger),
    must("band"),
    may("fit_percent", Integer),
    must("why"),
    must("cause"),
    flag("hand_raise"),
    may("owner"),
    may("rule"),
    must("rule_hash"),
)
Index("ix_foreseen_handoff_at", foreseen_handoff.c.at)
shown_process = by_key(
    "shown_process",
    ("lead_id", "seen_at"),
    must("lead_id", BigInteger),
    must("seen_at", Instant),
    must("shown", Json),
)
Index("ix_shown_process_seen_at", shown_process.c.seen_at)
