"""What people said about groups of leads that are likely one person. Ids, and no values."""

from store.columns import Instant, Json
from store.schema.tables import by_key, must

group_word = by_key(
    "group_word",
    ("name",),
    must("name"),
    must("word"),
    must("leads", Json),
    must("said_by"),
    must("said_at", Instant),
)
