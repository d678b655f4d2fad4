"""What lists are kept and judged by, beside who is on them: accounts that reps want covered, mail that arrived."""

from sqlalchemy import BigInteger

from store.columns import Instant
from store.schema.tables import by_key, must

air_cover = by_key(
    "air_cover",
    ("connection", "object", "id"),
    must("connection"),
    must("object"),
    must("id"),
    must("owner"),
    must("asked_at", Instant),
)
mailed = by_key(
    "mailed",
    ("lead_id", "connection"),
    must("lead_id", BigInteger),
    must("connection"),
    must("at", Instant),
)
