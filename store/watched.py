"""What is kept while no handoffs are made: who would have been handed off, and what today's process showed.

Only to be compared (reports/comparison.py); nothing is decided by it. Rows stay with the lead about which they were
written: a union is followed when they are read, so that undoing it parts them again.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Column, Table, delete, select

from domain.run import GoLive
from domain.stage import Cause, Stage
from domain.values import LeadId, RuleHash, Value
from store import steps
from store.chunks import BulkInsert, chunks, read_many
from store.columns import from_json, from_micros, plain, to_json, to_micros
from store.engine import Tx
from store.schema import foreseen_handoff, held_lead, held_set, lead, lead_union, shown_process

KEPT_FOR = timedelta(days=90)
BASELINE, PUBLISHED = "baseline", "publish-"
"""How the sets are called in which leads are listed: of the first day, and of a publication, whose hash follows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeseenHandoff:
    """A handoff that would have been opened. `score`: thousandths; `owner`, `rule`: who would have got it, by what."""

    lead_id: LeadId
    at: datetime
    step: GoLive
    score: int
    band: str
    fit_percent: int | None
    why: str
    cause: str
    hand_raise: bool
    owner: str | None
    rule: str | None
    rule_hash: RuleHash


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownValue:
    """What a status or owner field showed. `at`: when its record last changed; `before`: None at the first sight too.

    `is_first`: the field was never looked at before, so that nobody knows since when it has been so.
    """

    lead_id: LeadId
    property: str
    connection: str
    value: Value
    before: Value
    is_first: bool
    at: datetime
    seen_at: datetime


class Move(NamedTuple):
    """A lead's move as far as a comparison asks."""

    at: datetime
    before: Stage
    after: Stage
    cause: Cause
    why: str
    lead_id: LeadId


class Listed(NamedTuple):
    """A lead above the line by its history or by new rules alone: the set in which it stands or stood, since when."""

    set_name: str
    at: datetime

    @property
    def is_baseline(self) -> bool:
        return self.set_name == BASELINE


_FORESEEN = tuple(column.name for column in foreseen_handoff.columns)
_INSERT_FORESEEN = BulkInsert(foreseen_handoff, _FORESEEN, "ON CONFLICT (lead_id, at) DO NOTHING")
_READ_FORESEEN = (
    f"SELECT {', '.join(_FORESEEN)} FROM foreseen_handoff WHERE lead_id IN ({{keys}}) "  # noqa: S608 - names of our own
    "ORDER BY lead_id, at"
)
_INSERT_SHOWN = BulkInsert(
    shown_process,
    ("lead_id", "seen_at", "shown"),
    "ON CONFLICT (lead_id, seen_at) DO UPDATE SET shown = excluded.shown",
)
_READ_SHOWN = "SELECT lead_id, seen_at, shown FROM shown_process WHERE lead_id IN ({keys}) ORDER BY lead_id, seen_at"
_READ_MOMENT = "SELECT lead_id, shown FROM shown_process WHERE seen_at = ? AND lead_id IN ({keys})"
_READ_MOVES = (
    "SELECT lead_id, at, before, after, cause, why FROM transition WHERE lead_id IN ({keys}) ORDER BY lead_id, at, id"
)


def note_foreseen(tx: Tx, found: Sequence[ForeseenHandoff], *, since: datetime) -> None:
    """Keep the first of each lead since then: it is concluded anew as often as the lead is looked at."""
    known: set[LeadId] = set()
    for portion in chunks({each.lead_id for each in found}):
        columns = foreseen_handoff.c
        rows = tx.execute(select(columns.lead_id).where(columns.lead_id.in_(portion), columns.at >= since))
        known.update(LeadId(row.lead_id) for row in rows)
    _INSERT_FORESEEN.run(tx, [_to_row(each) for each in found if each.lead_id not in known])


def note_shown(tx: Tx, found: Sequence[ShownValue]) -> None:
    """Keep what was seen of each lead at one moment in one row, also where it is looked at twice in that moment."""
    by_moment: dict[datetime, dict[LeadId, list[dict[str, Any]]]] = {}
    for each in found:
        by_moment.setdefault(each.seen_at, {}).setdefault(each.lead_id, []).append(_shown_to_json(each))
    for at, rows in by_moment.items():
        moment = to_micros(at)
        known = {number: from_json(kept) for number, kept in read_many(tx, _READ_MOMENT, rows, given=[moment])}
        whole = {number: [*known.get(number, ()), *values] for number, values in rows.items()}
        _INSERT_SHOWN.run(tx, [(number, moment, to_json(values)) for number, values in whole.items()])


def foreseen_of(tx: Tx, ids: Iterable[LeadId]) -> dict[LeadId, list[ForeseenHandoff]]:
    """Of each lead the oldest first."""
    found: dict[LeadId, list[ForeseenHandoff]] = {}
    for row in read_many(tx, _READ_FORESEEN, ids):
        kept: dict[str, Any] = dict(zip(_FORESEEN, row, strict=True))
        kept |= {"at": from_micros(kept["at"]), "step": GoLive(kept["step"]), "hand_raise": bool(kept["hand_raise"])}
        each = ForeseenHandoff(**kept)
        found.setdefault(each.lead_id, []).append(each)
    return found


def shown_of(tx: Tx, ids: Iterable[LeadId]) -> dict[LeadId, list[ShownValue]]:
    """Of each lead the oldest first."""
    found: dict[LeadId, list[ShownValue]] = {}
    for number, seen_at, shown in read_many(tx, _READ_SHOWN, ids):
        moment = from_micros(seen_at)
        values = (_to_shown(LeadId(number), moment, kept) for kept in from_json(shown))
        found.setdefault(LeadId(number), []).extend(values)
    return found


def moves_of(tx: Tx, ids: Iterable[LeadId]) -> dict[LeadId, list[Move]]:
    """Of each lead the oldest first."""
    found: dict[LeadId, list[Move]] = {}
    for number, at, before, after, cause, why in read_many(tx, _READ_MOVES, ids):
        move = Move(from_micros(at), Stage(before), Stage(after), Cause(cause), why, LeadId(number))
        found.setdefault(move.lead_id, []).append(move)
    return found


def listed_of(tx: Tx, ids: Iterable[LeadId]) -> dict[LeadId, Listed]:
    """The first set in which each lead was listed, whatever became of the set."""
    named = (held_set.c.name == BASELINE) | held_set.c.name.startswith(PUBLISHED)
    found: dict[LeadId, Listed] = {}
    for portion in chunks(ids):
        rows = tx.execute(
            select(held_lead.c.lead_id, held_set.c.name, held_lead.c.held_at, held_set.c.opened_at)
            .join(held_set, held_set.c.id == held_lead.c.set_id)
            .where(held_lead.c.lead_id.in_(portion), named)
            .order_by(held_set.c.id)
        )
        for row in rows:
            found.setdefault(LeadId(row.lead_id), Listed(row.name, row.held_at or row.opened_at))
    return found


def parts_of(tx: Tx, ids: Iterable[LeadId]) -> dict[LeadId, list[LeadId]]:
    """The leads that became part of each of these; one that nobody became part of is missing."""
    found: dict[LeadId, list[LeadId]] = {}
    for portion in chunks(ids):
        rows = tx.execute(select(lead.c.id, lead.c.merged_into).where(lead.c.merged_into.in_(portion)))
        for row in rows:
            found.setdefault(LeadId(row.merged_into), []).append(LeadId(row.id))
    return found


def joined_at(tx: Tx, ids: Iterable[LeadId]) -> dict[LeadId, datetime]:
    """When each of these became part of another lead."""
    found: dict[LeadId, datetime] = {}
    for portion in chunks(ids):
        columns = lead_union.c
        stands = columns.split_at.is_(None)
        rows = tx.execute(select(columns.loser, columns.at).where(columns.loser.in_(portion), stands))
        found.update((LeadId(row.loser), row.at) for row in rows)
    return found


def purge(tx: Tx, *, before: datetime, limit: int) -> int:
    """Delete one portion of what was kept long enough; returns how many rows.

    Who would have been handed off stays while that step lasts: noted anew, they would seem to cross the line later.
    """
    over = steps.ended(tx, before=before)
    foreseen = 0 if over is None else _purge(tx, foreseen_handoff, foreseen_handoff.c.at, before=over, limit=limit)
    return foreseen + _purge(tx, shown_process, shown_process.c.seen_at, before=before, limit=limit - foreseen)


def _purge(tx: Tx, table: Table, moment: Column[Any], *, before: datetime, limit: int) -> int:
    rows = tx.execute(select(table.c.lead_id, moment).where(moment < before).order_by(moment).limit(limit)).all()
    by_moment: dict[datetime, list[int]] = {}
    for number, at in rows:
        by_moment.setdefault(at, []).append(number)
    for at, numbers in by_moment.items():
        tx.execute(delete(table).where(table.c.lead_id.in_(numbers), moment == at))
    return len(rows)


def _to_row(each: ForeseenHandoff) -> tuple[Any, ...]:
    return (
        each.lead_id,
        to_micros(each.at),
        each.step.value,
        each.score,
        each.band,
        each.fit_percent,
        plain(each.why),
        plain(each.cause),
        each.hand_raise,
        each.owner,
        each.rule,
        each.rule_hash,
    )


def _shown_to_json(each: ShownValue) -> dict[str, Any]:
    told: dict[str, Any] = {"name": each.property, "in": each.connection, "is": each.value, "at": to_micros(each.at)}
    return told if each.is_first else told | {"was": each.before}


def _to_shown(number: LeadId, seen_at: datetime, kept: dict[str, Any]) -> ShownValue:
    return ShownValue(
        lead_id=number,
        property=kept["name"],
        connection=kept["in"],
        value=kept["is"],
        before=kept.get("was"),
        is_first="was" not in kept,
        at=from_micros(kept["at"]),
        seen_at=seen_at,
    )
