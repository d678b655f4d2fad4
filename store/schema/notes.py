"""What people did that the rules cannot follow, as it was found about a lead."""

from sqlalchemy import BigInteger, Index

from store.columns import Instant
from store.schema.tables import by_key, must

note = by_key(
    "note",
    ("lead_id", "words"),
    must("lead_id", BigInteger),
    must("words"),
    must("since", Instant),
)
Index("ix_note_words", note.c.words)
Index("ix_note_since", note.c.since)
