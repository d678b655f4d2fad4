"""The notices pass: what is due and still true is put out, what is not waits or is cancelled.

It runs after leads were planned, in transactions of its own, so that no trouble with a notice keeps a handoff waiting.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from connectors.abilities import Notifier
from connectors.contract import Lane
from domain.change import Change
from domain.decision import Intent
from domain.handoff import Handoff
from domain.lead import Lead
from domain.run import GoLive
from domain.values import LeadId
from handoff.delivery import concerns_pilots, gravity, in_digest, out_of_date, read_notice, told_from, too_late
from store import audit, handoffs, intents, leads
from store import notices as waiting_store
from store.audit import AuditEntry
from store.engine import Tx
from store.outbox import OutboxDraft
from sync.firstday import step_written
from sync.loop import InForce, Loop
from sync.material import Users, users
from sync.outgoing import OpenRun, put
from sync.stale_notices import OLD
from sync.telling import Addressed, Waiting, address, digest_of, message_of, once

BATCH = 500
PUT_OUT = datetime(9999, 1, 1, tzinfo=UTC)
"""When a notice that stands in the outbox is looked at again: what becomes of it is the outbox's."""


@dataclass(slots=True, kw_only=True)
class Sorted:
    """One portion of notices: what is cancelled and why, what waits until when, what is told now."""

    cancelled: dict[str, str] = field(default_factory=dict)
    waits: dict[datetime, list[str]] = field(default_factory=dict)
    alone: dict[tuple[str, LeadId, datetime], list[Waiting]] = field(default_factory=dict)
    together: dict[str, list[Waiting]] = field(default_factory=dict)


def plan_notices(loop: Loop, *, now: datetime, run: OpenRun) -> int:
    """Put out every notice whose time has come; returns how many messages that makes."""
    if not loop.settings.notices.tells_anybody:
        return 0
    with loop.store.read() as tx:
        step = step_written(tx, loop.settings.go_live)
        some = step is not None and step.hands_off and bool(waiting_store.due(tx, now=now, limit=1))
    count = 0
    while some:
        planned, looked = _plan_some(loop, now=now, run=run)
        count += planned
        some = looked == BATCH
    return count


def _plan_some(loop: Loop, *, now: datetime, run: OpenRun) -> tuple[int, int]:
    with loop.store.write(loop.epoch) as tx:
        step = step_written(tx, loop.settings.go_live)
        if step is None or not step.hands_off:
            return 0, 0
        found = waiting_store.due(tx, now=now, limit=BATCH)
        rules = loop.in_force(tx)
        sorted_ = _sort(tx, loop, found, rules, pilots_only=step is GoLive.PILOT, now=now)
        drafts = list(_drafts(tx, loop, sorted_, rules, users(tx, rules.mapping)))
        number = run.of(tx, drafts, now=now)
        put(tx, drafts, now=now, run_id=number, random_bytes=loop.random_bytes)
        _cancel(tx, sorted_.cancelled, dict(found), rules, now=now)
        for at, keys in sorted_.waits.items():
            waiting_store.look_again(tx, keys, at=at)
        loop.reached("notices.before_commit")
    run.number = number
    return len(drafts), len(found)


def _sort(
    tx: Tx,
    loop: Loop,
    found: Sequence[tuple[str, Intent]],
    rules: InForce,
    *,
    pilots_only: bool,
    now: datetime,
) -> Sorted:
    ids = {intent.lead_id for _, intent in found}
    known, theirs = leads.get(tx, ids), handoffs.all_of(tx, ids)
    sorted_ = Sorted()
    for key, intent in found:
        told = _look(key, intent, known.get(intent.lead_id), theirs.get(intent.lead_id, ()))
        if isinstance(told, str):
            sorted_.cancelled[key] = told
        elif pilots_only and not concerns_pilots(told.notice, rules.book, loop.settings.pilot_teams):
            sorted_.cancelled[key] = "its team takes no part in the pilot"
        else:
            _place(sorted_, told, loop, rules, now=now)
    return sorted_


def _look(key: str, intent: Intent, lead: Lead | None, theirs: Sequence[Handoff]) -> Waiting | str:
    """The notice, or why it is told no more."""
    notice = read_notice(intent.step, intent.handoff, intent.payload)
    if notice is None:
        return OLD
    if lead is None:
        return "its lead became one with another"
    stale = out_of_date(notice, theirs)
    return stale or Waiting(key=key, lead_id=lead.id, lead_key=lead.key, notice=notice)


def _place(sorted_: Sorted, each: Waiting, loop: Loop, rules: InForce, *, now: datetime) -> None:
    notice, notices = each.notice, loop.settings.notices
    at = told_from(notice, notices, rules.book, now=now)
    where = address(loop.settings, notice.audience, notice.to)
    if isinstance(where, str):
        sorted_.cancelled[each.key] = where
    elif at > now:
        sorted_.waits.setdefault(at, []).append(each.key)
    elif too_late(notice, notices, rules.book, now=now):
        sorted_.cancelled[each.key] = "it could not be told in time"
    elif in_digest(notice, notices):
        sorted_.together.setdefault(notice.to.casefold(), []).append(each)
    else:
        sorted_.alone.setdefault((notice.to.casefold(), each.lead_id, notice.at), []).append(each)


def _drafts(tx: Tx, loop: Loop, sorted_: Sorted, rules: InForce, people: Users) -> Iterator[OutboxDraft]:
    notices = loop.settings.notices
    for found in sorted_.alone.values():
        several = sorted(found, key=lambda each: (gravity(each.notice), each.key))
        if isinstance(where := _where(loop, several), Addressed):
            change = message_of(several, where, notices, book=rules.book, reps=people.reps)
            waiting_store.look_again(tx, [several[0].key], at=PUT_OUT)
            waiting_store.told(tx, [each.key for each in several[1:]], several[0].key)
            yield draft_of(loop, change, where.connection, rules, lead_id=several[0].lead_id)
    for several in sorted_.together.values():
        if isinstance(where := _where(loop, several), Addressed):
            ordered = sorted(several, key=lambda each: (each.notice.at, each.key))
            change = digest_of(ordered, where, notices, book=rules.book)
            waiting_store.told(tx, [each.key for each in ordered], change.key)
            yield draft_of(loop, change, where.connection, rules, lead_id=None)


def _where(loop: Loop, several: Sequence[Waiting]) -> Addressed | str:
    return address(loop.settings, several[0].notice.audience, several[0].notice.to)


def draft_of(
    loop: Loop,
    change: Change,
    connection: str,
    rules: InForce,
    *,
    lead_id: LeadId | None,
    lane: Lane = Lane.HANDOFF,
) -> OutboxDraft:
    """The message, to be created once, by whatever makes a repeat harmless in that system."""
    notifier = loop.connections.get(connection)
    repeatable = isinstance(notifier, Notifier) and notifier.repeatable
    return OutboxDraft(
        connection=connection,
        lane=lane,
        lead_id=lead_id,
        change=once(change, repeatable=repeatable),
        cause=f"notice: {change.values.get('kind', change.object)}",
        rule_hash=rules.hash,
    )


def _cancel(tx: Tx, reasons: Mapping[str, str], found: Mapping[str, Intent], rules: InForce, *, now: datetime) -> None:
    cancelled = intents.cancel(tx, reasons, now=now)
    audit.append(
        tx,
        [
            AuditEntry(
                at=now,
                actor="loop",
                action=f"cancelled a notice: {reasons[key]}",
                lead_id=found[key].lead_id,
                rule_hash=rules.hash,
                outbox_key=key,
            )
            for key in sorted(cancelled)
        ],
    )
