"""Numbers that are given out once: of leads, outbox rows and audit rows, known before the row is written.

PostgreSQL's sequences wait for nobody; on SQLite there is one writer at a time, so a row will do.
"""

from typing import Literal

from sqlalchemy import text

from store.engine import Tx

Series = Literal["lead", "outbox", "audit"]


def take(tx: Tx, series: Series, count: int) -> list[int]:
    """The next `count` numbers, ascending, from 1."""
    if count < 1:
        return []
    if tx.dialect.name == "postgresql":
        rows = tx.execute(
            text("SELECT nextval(:name) FROM generate_series(1, :count)"), {"name": f"{series}_number", "count": count}
        )
        return sorted(row[0] for row in rows)
    last = tx.execute(
        text(
            "INSERT INTO number (name, value) VALUES (:name, :count) "
            "ON CONFLICT (name) DO UPDATE SET value = value + :count RETURNING value"
        ),
        {"name": series, "count": count},
    ).scalar_one()
    return list(range(last - count + 1, last + 1))
