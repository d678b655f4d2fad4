"""What systems tell of their fields, what of it no longer fits the rules, and what is read once more for that.

Names and shapes of fields only: no value of a record.
"""

from sqlalchemy import Integer

from store.columns import Instant, Json
from store.schema.tables import by_key, may, must

described = by_key(
    "described",
    ("connection", "object"),
    must("connection"),
    must("object"),
    must("fields", Json),
    must("seen_at", Instant),
    must("changed_at", Instant),
    may("doubted_at", Instant),
    must("relied", Json),
)

drift = by_key(
    "drift",
    ("connection", "object", "field"),
    must("connection"),
    must("object"),
    must("field"),
    must("kind"),
    must("before"),
    must("now"),
    must("effect"),
    must("mend"),
    must("since", Instant),
    must("noticed"),
)

back_fill = by_key(
    "back_fill",
    ("connection", "stream"),
    must("connection"),
    must("stream"),
    must("fields", Json),
    may("position"),
    must("rows", Integer),
    must("read", Integer),
    must("asked_at", Instant),
)
