"""What people said about leads that are likely one person: kept by the name of the group, taken back at any time.

A group's name comes from its members, so a word about it says nothing about the same people in other company.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import delete, select

from domain.values import LeadId
from store.columns import AnyRow
from store.engine import Tx
from store.schema import group_word as table
from store.upserts import upsert_one


class Word(StrEnum):
    CONFIRMED = "confirmed"
    """One person: they are one lead since."""
    DISMISSED = "dismissed"
    """Different people: not to be shown again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """One word. `leads`: whom it is about, as they were then."""

    name: str
    word: Word
    leads: tuple[LeadId, ...]
    said_by: str
    said_at: datetime


def say(tx: Tx, spoken: Spoken) -> None:
    """Keep it in place of what was said of this group before."""
    row = {
        "name": spoken.name,
        "word": spoken.word.value,
        "leads": sorted(spoken.leads),
        "said_by": spoken.said_by,
        "said_at": spoken.said_at,
    }
    upsert_one(tx, table, row)


def take_back(tx: Tx, names: Collection[str]) -> None:
    tx.execute(delete(table).where(table.c.name.in_(sorted(names))))


def get(tx: Tx, names: Collection[str]) -> dict[str, Spoken]:
    """By name; groups of which nobody said anything are left out."""
    return {row.name: _spoken(row) for row in tx.execute(select(table).where(table.c.name.in_(sorted(names))))}


def every(tx: Tx, word: Word) -> list[Spoken]:
    """All groups of which this was said, the newest word last."""
    rows = tx.execute(select(table).where(table.c.word == word.value).order_by(table.c.said_at, table.c.name))
    return [_spoken(row) for row in rows]


def _spoken(row: AnyRow) -> Spoken:
    return Spoken(
        name=row.name,
        word=Word(row.word),
        leads=tuple(LeadId(lead) for lead in row.leads),
        said_by=row.said_by,
        said_at=row.said_at,
    )
