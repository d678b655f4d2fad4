"""Which leads were united, by whom and why; whom a person keeps apart; and what was left apart though it looks alike.

A union remembers what it takes to part the two again for a while. Nobody's address stands here.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, or_, select, update

from domain.identity import Cause, Doubt, Tie
from domain.values import LeadId
from store.chunks import chunks
from store.columns import AnyRow, from_json, to_json
from store.engine import Tx
from store.schema import lead, lead_apart, lead_union, union_doubt
from store.upserts import insert_new, upsert_one

LOOP = "loop"
"""Who unites what the records themselves say is one person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Union:
    """`is_kept`: whether it still remembers what it takes to be undone."""

    id: int
    survivor: LeadId
    loser: LeadId
    at: datetime
    tie: Tie
    made_by: str
    is_kept: bool
    split_at: datetime | None


def keep(
    tx: Tx, survivor: LeadId, loser: LeadId, before: Mapping[str, Any], *, tie: Tie, by: str, now: datetime
) -> int:
    """Note a union that was just made; its number."""
    row = {"survivor": survivor, "loser": loser, "at": now, "tie": tie.value, "made_by": by}
    statement = lead_union.insert().returning(lead_union.c.id)
    number: int = tx.execute(statement, row | {"before": to_json(before)}).scalar_one()
    return number


def get(tx: Tx, number: int) -> Union | None:
    row = tx.execute(select(lead_union).where(lead_union.c.id == number)).first()
    return None if row is None else _to_union(row)


def memory(tx: Tx, number: int) -> dict[str, Any] | None:
    """What a union remembers; None when it is over or was never made."""
    kept = tx.execute(select(lead_union.c.before).where(lead_union.c.id == number)).scalar()
    return None if kept is None else dict(from_json(kept))


def of_leads(tx: Tx, ids: Iterable[LeadId]) -> list[Union]:
    """Every union that these leads took part in, newest first."""
    columns = lead_union.c
    rows: dict[int, AnyRow] = {}
    for portion in chunks(sorted(ids)):
        found = tx.execute(select(lead_union).where(or_(columns.survivor.in_(portion), columns.loser.in_(portion))))
        rows |= {row.id: row for row in found}
    return [_to_union(rows[number]) for number in sorted(rows, reverse=True)]


def newest(tx: Tx, limit: int) -> list[Union]:
    """The last unions that still stand, newest first."""
    columns = lead_union.c
    rows = tx.execute(select(lead_union).where(columns.split_at.is_(None)).order_by(columns.id.desc()).limit(limit))
    return [_to_union(row) for row in rows]


def guessed_since(tx: Tx, since: datetime) -> int:
    """How many unions the loop has made that no system and no person vouched for."""
    columns = lead_union.c
    certain = [tie.value for tie in Tie if tie.is_certain]
    query = select(func.count()).where(columns.at > since, columns.made_by == LOOP, columns.tie.not_in(certain))
    return tx.execute(query).scalar_one()


def note_split(tx: Tx, number: int, *, by: str, now: datetime) -> None:
    tx.execute(update(lead_union).where(lead_union.c.id == number).values(split_at=now, split_by=by, before=None))


def forget(tx: Tx, ids: Collection[LeadId]) -> None:
    """What unions remember of these people, and of whoever they were made of, is erased: they cannot be parted."""
    columns = lead_union.c
    parts = set(ids)
    for portion in chunks(sorted(ids)):
        parts.update(tx.execute(select(lead.c.id).where(lead.c.merged_into.in_(portion))).scalars())
    for portion in chunks(sorted(parts)):
        either = or_(columns.survivor.in_(portion), columns.loser.in_(portion))
        tx.execute(update(lead_union).where(either, columns.before.is_not(None)).values(before=None))


def forget_old(tx: Tx, *, before: datetime, limit: int) -> int:
    """As `forget`, for the unions of long ago; how many there were."""
    columns = lead_union.c
    old = select(columns.id).where(columns.at < before, columns.before.is_not(None)).order_by(columns.at).limit(limit)
    ids = tx.execute(old).scalars().all()
    if ids:
        tx.execute(update(lead_union).where(columns.id.in_(ids)).values(before=None))
    return len(ids)


def set_apart(tx: Tx, one: LeadId, other: LeadId, *, known: Collection[str] = (), by: str, now: datetime) -> None:
    """A person says they are two. `known`: the records by which their own system says they are one all the same."""
    first, second = sorted((one, other))
    row = {"one": first, "other": second, "at": now, "said_by": by, "known": sorted(known)}
    upsert_one(tx, lead_apart, row)


def let_join(tx: Tx, one: LeadId, other: LeadId) -> None:
    """A person says they are one after all, or nobody says anything about them any more."""
    first, second = sorted((one, other))
    for table in (lead_apart, union_doubt):
        tx.execute(delete(table).where(table.c.one == first, table.c.other == second))


def apart(tx: Tx, one: LeadId, other: LeadId) -> frozenset[str] | None:
    """What their own system was known to say when a person split them; None where nobody did."""
    first, second = sorted((one, other))
    query = select(lead_apart.c.known).where(lead_apart.c.one == first, lead_apart.c.other == second)
    row = tx.execute(query).first()
    return None if row is None else frozenset(row.known)


def kept_apart(tx: Tx, lead_id: LeadId) -> list[LeadId]:
    """From whom a person keeps this lead apart."""
    columns = lead_apart.c
    rows = tx.execute(select(lead_apart).where(or_(columns.one == lead_id, columns.other == lead_id)))
    return sorted(LeadId(row.other if row.one == lead_id else row.one) for row in rows)


def hand_on(tx: Tx, loser: LeadId, survivor: LeadId) -> list[tuple[LeadId, LeadId]]:
    """Who is kept apart from the loser, is from the survivor; doubts go over too. Returns the pairs that are new."""
    let_join(tx, loser, survivor)
    known = set(kept_apart(tx, survivor))
    fresh = [other for other in kept_apart(tx, loser) if other not in known]
    for other in fresh:
        row = tx.execute(select(lead_apart).where(_is_pair(lead_apart, loser, other))).one()
        set_apart(tx, survivor, other, known=row.known, by=row.said_by, now=row.at)
    for doubt in doubts_of(tx, loser):
        other = doubt.other if doubt.one == loser else doubt.one
        drop_doubt(tx, doubt)
        save_doubts(tx, [Doubt(one=survivor, other=other, tie=doubt.tie, cause=doubt.cause, since=doubt.since)])
    return [(min(survivor, other), max(survivor, other)) for other in fresh]


def save_doubts(tx: Tx, doubts: Sequence[Doubt]) -> None:
    """Leads that were left apart; what is known of a pair stays as it is."""
    rows = []
    for each in doubts:
        one, other = sorted((each.one, each.other))
        row = {"one": one, "other": other, "tie": each.tie.value, "cause": each.cause.value, "since": each.since}
        rows.append(row)
    insert_new(tx, union_doubt, rows)


def drop_doubt(tx: Tx, doubt: Doubt) -> None:
    tx.execute(delete(union_doubt).where(_is_pair(union_doubt, doubt.one, doubt.other)))


def doubts_of(tx: Tx, lead_id: LeadId) -> list[Doubt]:
    columns = union_doubt.c
    rows = tx.execute(select(union_doubt).where(or_(columns.one == lead_id, columns.other == lead_id)))
    return [_to_doubt(row) for row in rows]


def count_doubts(tx: Tx) -> int:
    return tx.execute(select(func.count()).select_from(union_doubt)).scalar_one()


def made_since(tx: Tx, since: datetime) -> list[Union]:
    """What was united from then on and was not split again, oldest first."""
    columns = lead_union.c
    rows = tx.execute(
        select(lead_union).where(columns.at >= since, columns.split_at.is_(None)).order_by(columns.at, columns.id)
    )
    return [_to_union(row) for row in rows]


def doubts(tx: Tx) -> list[Doubt]:
    """Every pair that was left apart, oldest first."""
    columns = union_doubt.c
    rows = tx.execute(select(union_doubt).order_by(columns.since, columns.one, columns.other))
    return [_to_doubt(row) for row in rows]


def _is_pair(table: Any, one: LeadId, other: LeadId) -> Any:
    first, second = sorted((one, other))
    return (table.c.one == first) & (table.c.other == second)


def _to_union(row: AnyRow) -> Union:
    return Union(
        id=row.id,
        survivor=LeadId(row.survivor),
        loser=LeadId(row.loser),
        at=row.at,
        tie=Tie(row.tie),
        made_by=row.made_by,
        is_kept=row.before is not None,
        split_at=row.split_at,
    )


def _to_doubt(row: AnyRow) -> Doubt:
    return Doubt(
        one=LeadId(row.one), other=LeadId(row.other), tie=Tie(row.tie), cause=Cause(row.cause), since=row.since
    )
