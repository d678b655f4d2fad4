"""The confirmed table of first stages, and the leads whose first stage may still become another one."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import and_, delete, exists, func, or_, select
from sqlalchemy.sql.elements import ColumnElement

from domain.stage import Cause, Stage
from domain.values import LeadId, from_text
from store import audit
from store import installation as notebook
from store.audit import AuditEntry
from store.chunks import chunks
from store.engine import Tx
from store.schema import handoff, lead, score, transition

_CONFIRMED = "baseline_confirmed"
_COLD_AND_WARM = (Stage.KNOWN.value, Stage.ENGAGED.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmed:
    """A person's word on the table: `hash` of its `rows`, and on how many leads it was looked at."""

    hash: str
    rows: Sequence[Mapping[str, Any]]
    by: str
    at: datetime
    leads: int
    rest_is_known: bool


def confirm(tx: Tx, word: Confirmed) -> None:
    """Keep it. From now on no lead's first stage is given anew."""
    kept = {
        "hash": word.hash,
        "rows": [dict(row) for row in word.rows],
        "by": word.by,
        "at": word.at.isoformat(),
        "leads": word.leads,
        "rest_is_known": word.rest_is_known,
    }
    notebook.put(tx, _CONFIRMED, orjson.dumps(kept).decode())
    rest = ", the rest is known" if word.rest_is_known else ""
    action = f"confirmed baseline {word.hash[:8]} for {word.leads} leads{rest}"
    audit.append(tx, [AuditEntry(at=word.at, actor=word.by, action=action)])


def confirmed(tx: Tx) -> Confirmed | None:
    """The last word; None while nobody confirmed any table."""
    text = notebook.get(tx, _CONFIRMED)
    if text is None:
        return None
    kept = orjson.loads(text)
    return Confirmed(**(kept | {"at": from_text(kept["at"])}))


def provisional(tx: Tx, ids: Collection[LeadId]) -> set[LeadId]:
    """Those of these leads that the table alone brought where they are."""
    found: set[LeadId] = set()
    for portion in chunks(sorted(ids)):
        found.update(tx.execute(select(lead.c.id).where(lead.c.id.in_(portion), _is_provisional(lead.c.id))).scalars())
    return found


def give_anew(tx: Tx) -> int:
    """Have every lead that the table alone brought where it is begin anew, once it is due; returns how many.

    Nobody once the table was confirmed, nor before anybody got a first stage.
    """
    if confirmed(tx) is not None or notebook.get(tx, notebook.WENT_LIVE) is None:
        return 0
    mine = _is_provisional(score.c.lead_id)
    count = tx.execute(select(func.count()).select_from(score).where(mine)).scalar_one()
    tx.execute(delete(score).where(mine))
    return count


def _is_provisional(lead_id: ColumnElement[Any]) -> ColumnElement[bool]:
    """No handoff, and nothing moved it but the baseline and its warmth."""
    moved = transition.c.cause != Cause.BASELINE.value
    warmth = and_(transition.c.before.in_(_COLD_AND_WARM), transition.c.after.in_(_COLD_AND_WARM))
    return and_(
        ~exists().where(handoff.c.lead_id == lead_id),
        ~exists().where(transition.c.lead_id == lead_id, moved, ~or_(warmth)),
    )
