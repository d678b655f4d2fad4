"""Whether the views that stand in a database are those of this version: asked at every start, so it costs one query.

What the views would be now takes a tenth of a second to work out. So that is said here as a hash, and a test keeps it.
"""

from sqlalchemy import Connection, bindparam, text

EDITION = "168c8f506820"
"""Of all statements that make the views, on either database: `store.views.making.edition()`."""
MARK = f"leadloop views {EDITION}"
"""Stands in the text of every view on SQLite, and in the comment on it on PostgreSQL."""
NAMES = (
    "ll_leads",
    "ll_scores",
    "ll_handoffs",
    "ll_handoffs_with_reps",
    "ll_transitions",
    "ll_activities",
    "ll_records",
    "ll_lists",
    "ll_writes",
    "ll_errors",
    "ll_runs",
    "ll_audit",
    "ll_first_touches",
)
_MARKED = {
    "sqlite": "SELECT count(*) FROM sqlite_master WHERE type = 'view' AND name IN :names AND instr(sql, :mark)",
    "postgresql": "SELECT count(*) FROM pg_class WHERE relkind = 'v' AND relname IN :names "
    "AND relnamespace = current_schema()::regnamespace AND strpos(obj_description(oid, 'pg_class'), :mark) > 0",
}


def stands(tx: Connection) -> bool:
    """Whether every view is there as this version makes it."""
    query = text(_MARKED[tx.dialect.name]).bindparams(bindparam("names", expanding=True))
    return tx.execute(query, {"names": NAMES, "mark": MARK}).scalar() == len(NAMES)
