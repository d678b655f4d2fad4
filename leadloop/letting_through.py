"""A held set goes through: at once, or, more than a day's worth of it in a freeze, once a second person agrees."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from config.settings import Settings
from domain.errors import SettingsError
from domain.values import LeadId
from leadloop import freezing
from leadloop.actor import actor
from leadloop.app import App
from leadloop.freezing import Kept, frozen_at
from store import audit, held, heldwrites, leads
from store.audit import AuditEntry
from store.columns import to_json
from store.engine import Tx
from store.held import HeldSet, HeldStatus
from store.proposals import Deed, Kind
from sync.firstday import step_in_force
from sync.material import METERED
from sync.worth import is_beyond_a_day


class SetChangedError(SettingsError):
    """What a proposal would let through is not what waits there now."""


def keep_set_if_frozen(
    app: App, found: HeldSet, picked: Sequence[LeadId], *, reason: str, now: datetime
) -> Kept | None:
    """None: one person may let these through (`picked`; none: all of them)."""
    if frozen_at(app.settings, now) is None:
        return None
    chosen = frozenset(picked)
    with app.store.read() as tx:
        ids = [each for each in _leads_in(tx, found) if not chosen or each in chosen]
        if not is_beyond_a_day(tx, app.settings, app.in_force(tx), found=found, leads=len(ids), now=now):
            return None
        asked = deed(tx, found, ids, reason=reason)
    return freezing.keep_if_frozen(app.store, app.settings, asked, now=now)


def deed(tx: Tx, found: HeldSet, ids: Sequence[LeadId], *, reason: str) -> Deed:
    """To let these leads of a set through, as they wait in it now."""
    payload = {
        "set": found.name,
        "number": found.number,
        "leads": list(ids),
        "contents": _fingerprint(tx, found, ids),
        "reason": reason,
    }
    return Deed(kind=Kind.HELD, what=f"let {len(ids)} leads of {found.name} through", payload=payload)


def let_through_as_proposed(
    tx: Tx, settings: Settings, payload: Mapping[str, Any], *, by: str, reason: str, now: datetime
) -> str:
    """Exactly those: who joined the set since then waits on. SetChangedError where one of them is not there as then."""
    found = next((each for each in held.sets(tx) if each.number == payload["number"]), None)
    if found is None or found.status is not HeldStatus.OPEN:
        raise SetChangedError(f"{payload['set']} was answered meanwhile, or nothing in it waits any more")
    ids = [LeadId(each) for each in payload["leads"]]
    if _fingerprint(tx, found, ids) != payload["contents"]:
        raise SetChangedError(f"{found.name} is not what it was: somebody left it, or another value would be written")
    only = None if ids == _leads_in(tx, found) else ids
    return let_through(tx, settings, found, only, by=by, reason=reason, now=now)


def _leads_in(tx: Tx, found: HeldSet) -> list[LeadId]:
    if found.writes:
        return heldwrites.lead_ids(tx, found.number)
    return [lead for lead, _ in held.in_set(tx, found.number)]


def _fingerprint(tx: Tx, found: HeldSet, ids: Sequence[LeadId]) -> str:
    """Of what these leads wait for in the set: themselves, or the value of each field."""
    wanted = frozenset(ids)
    contents: list[object] = [lead for lead in _leads_in(tx, found) if lead in wanted]
    if found.writes:
        contents += [
            [str(each.write.place.ref), each.write.place.field, each.write.before, each.write.value]
            for each in heldwrites.of_set(tx, found.number)
            if each.write.lead_id in wanted
        ]
    return hashlib.sha256(to_json(contents).encode()).hexdigest()


def let_through(
    tx: Tx,
    settings: Settings,
    found: HeldSet,
    only: Sequence[LeadId] | None,
    *,
    by: str,
    reason: str,
    now: datetime,
) -> str:
    """What became of it, in words. A backlog goes by the day as there is room, which may take weeks: its approval
    lasts until all are through."""
    by_the_day = found.name in METERED
    until = None if by_the_day else now + timedelta(hours=settings.blast_radius.approval_hours)
    ids = held.approve(tx, found.name, by=by, now=now, until=until, only=only, reason=reason)
    if not by_the_day and not found.writes:
        leads.touch(tx, ids)
    note(tx, f"approved {found.name}: {len(ids)} leads", ids, now=now)
    if until is not None:
        return f"{len(ids)} leads of {found.name} go through, each looked at again, until {until:%Y-%m-%d %H:%M} UTC."
    step, each = step_in_force(tx, settings.go_live), settings.backlog.per_rep_per_day
    when = "" if step.hands_off else f" as soon as go_live, now `{step}`, hands off"
    return f"{len(ids)} leads of {found.name} go through by the day, {each} per rep, each looked at again{when}."


def note(tx: Tx, action: str, ids: Sequence[LeadId], *, now: datetime) -> None:
    """One row for the set, and one for each lead that is let through."""
    about = (None, *ids)
    audit.append(tx, [AuditEntry(at=now, actor=actor(), action=action, lead_id=lead) for lead in about])
