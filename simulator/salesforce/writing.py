"""One write by one person at one moment, with what is needed to take it back."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from simulator.log import Effect, Op
from simulator.salesforce.table import Row, Table

_QUIET = frozenset(
    {"Id", "CreatedDate", "CreatedById", "LastModifiedDate", "LastModifiedById", "SystemModstamp", "IsDeleted"}
)


@dataclass(slots=True, kw_only=True)
class Writing:
    """`at` is when the person acted, `now` the clock; `assign_to` is the active assignment rule's choice."""

    now: datetime
    at: datetime
    user_id: str
    effects: list[Effect]
    assign_to: str | None = None
    allow_save: bool = False
    """Whether an alerting duplicate rule is passed over."""
    by_hand: bool = False
    """A person in Salesforce's own screens, not a caller of its API."""
    trusted: bool = False
    """Seeding and conversion may set what callers may not."""
    _journal: list[tuple[Table, str, Row | None]] = field(default_factory=list)

    def save(self, table: Table, row: Row, *, op: Op, quiet: bool = False) -> None:
        """Put the row; `quiet` leaves out the log's effect (stamps and roll-ups only)."""
        before = table.rows.get(row["Id"])
        row = {name: value for name, value in row.items() if value is not None}
        self._journal.append((table, row["Id"], before))
        table.put(row, self.now)
        if not quiet:
            self.effects.append(_effect(op, table.type.name, before, row))

    def mark(self) -> tuple[int, int]:
        """A point to go back to."""
        return len(self._journal), len(self.effects)

    def roll_back(self, mark: tuple[int, int]) -> None:
        """Undo every put since the mark, and its effects."""
        journal, effects = mark
        while len(self._journal) > journal:
            table, record_id, before = self._journal.pop()
            table.restore(record_id, before)
        del self.effects[effects:]

    def hold_back(self, mark: tuple[int, int]) -> list[tuple[Table, Row]]:
        """Take back every put since the mark, but not the log's effects; the rows as they were to become."""
        journal, _ = mark
        wanted = {(table.type.name, record_id): table for table, record_id, _ in self._journal[journal:]}
        rows = [(table, table.rows[record_id]) for (_, record_id), table in wanted.items()]
        while len(self._journal) > journal:
            table, record_id, before = self._journal.pop()
            table.restore(record_id, before)
        return rows


def _effect(op: Op, type_name: str, before: Row | None, row: Row) -> Effect:
    old = before or {}
    names = [name for name in old.keys() | row.keys() if name not in _QUIET and old.get(name) != row.get(name)]
    names.sort()
    after: dict[str, Any] = {name: row.get(name) for name in names}
    return Effect(
        op=op,
        type=type_name,
        id=row["Id"],
        before=None if before is None else {name: old.get(name) for name in names},
        after=after,
    )
