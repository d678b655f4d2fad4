"""Lets an approved backlog through by the day, so that nobody finds two hundred new leads in the morning."""

from collections import Counter
from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.sql.elements import ColumnElement

from domain.values import LeadId
from store.chunks import chunks
from store.engine import Tx
from store.schema import held_lead, held_set, lead, score

_DAY = timedelta(hours=24)


def take_approved(
    tx: Tx,
    set_names: Collection[str],
    *,
    per_rep_per_day: int,
    now: datetime,
    reps: int = 1,
    owners: Collection[str] | None = None,
) -> list[LeadId]:
    """Take leads out of approved sets of these names, freshest first: so many per rep and 24 hours, whoever's they are.

    Leads without an owner share the room of `reps` people, and it stays used when they are given one. A lead is
    taken once. With `owners` only what belongs to these people is taken.
    """
    used = Counter(_taken_since(tx, set_names, now - _DAY))
    found: dict[str | None, list[LeadId]] = {}
    for number, owner in _candidates(tx, set_names, now):
        room = per_rep_per_day * (reps if owner is None else 1)
        if used[owner] < room and (owners is None or owner in owners):
            used[owner] += 1
            found.setdefault(owner, []).append(number)
    for owner, taken in found.items():
        for portion in chunks(taken):
            mine = (held_lead.c.lead_id.in_(portion), _of(set_names))
            tx.execute(update(held_lead).where(*mine).values(taken_at=now, taken_for=owner))
    return [number for taken in found.values() for number in taken]


def _of(set_names: Collection[str]) -> ColumnElement[bool]:
    return held_lead.c.set_id.in_(
        select(held_set.c.id).where(held_set.c.name.in_(sorted(set_names)), held_set.c.status == "approved")
    )


def _taken_since(tx: Tx, set_names: Collection[str], since: datetime) -> list[str | None]:
    """Whose room was used, a release at a time: a lead's owner may be another by now."""
    rows = tx.execute(select(held_lead.c.taken_for).where(_of(set_names), held_lead.c.taken_at > since))
    return [row.taken_for for row in rows]


def _candidates(tx: Tx, set_names: Collection[str], now: datetime) -> list[tuple[LeadId, str | None]]:
    rows = tx.execute(
        select(lead.c.id, lead.c.owner)
        .join(held_lead, held_lead.c.lead_id == lead.c.id)
        .join(held_set, held_set.c.id == held_lead.c.set_id)
        .outerjoin(score, score.c.lead_id == lead.c.id)
        .where(
            _of(set_names),
            (held_set.c.valid_until > now) | held_set.c.valid_until.is_(None),
            held_lead.c.taken_at.is_(None),
            held_lead.c.released_at.is_(None),
            lead.c.merged_into.is_(None),
        )
        .order_by(func.coalesce(score.c.last_point_at, 0).desc(), lead.c.id)
    )
    return [(LeadId(row.id), row.owner) for row in rows]
