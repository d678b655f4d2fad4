"""Keeps what the systems tell of their fields, and pauses what uses a field that is no longer what the rules rely on.

Looked at whenever a connector described an object: at its start, after publishing, every few hours, after a question
that named a field which is not there; and at once when a refusal names one. What else was to be written goes on.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from config.mapping import Nulls
from connectors.abilities import Resting
from connectors.contract import Connector, Describer, Reader, Writer
from domain.change import Receipt, ReceiptOutcome
from domain.drift import SILENT, UNWRITTEN, Drift, Noticed, OpenDrift, Told
from domain.errors import ConnectorError, ContractError, NotAllowedError, OperatorError, SchemaError
from domain.place import FieldOf
from domain.record import Field
from domain.run import ConnectionStatus
from mapping.drift import Relied, compare, effect, happened, mend, stops_connection
from mapping.uses import Use
from store import audit, back_fills, bases, connections, described, drifts, leads, misfits
from store.audit import AuditEntry
from store.engine import Tx
from store.leaving_out import leave_out, let_go, replan_stopped, waiting_with
from store.outbox import OutboxRow
from sync.loop import InForce, Loop

log = structlog.get_logger(__name__)

BETWEEN_ASKING = timedelta(minutes=1)
"""However many refusals name a field: an object is described again no oftener than this."""
WHILE_DRIFTED = timedelta(minutes=20)
"""How often an object is described of which a field drifted or would refuse something: it may be mended any time."""
BATCH = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One object: what it told and when, None where the store knows it already; and what the rules do with it."""

    object: str
    told: Mapping[str, Field] | None
    asked_at: datetime
    used: Mapping[FieldOf, Use]


def look(loop: Loop, name: str, *, now: datetime) -> None:
    """Take note of what the connection tells of its fields; SchemaError when it cannot go on without one."""
    connector = loop.connections[name]
    if not isinstance(connector, Describer) or not isinstance(connector, Writer):
        return
    with loop.store.read() as tx:
        rules = loop.in_force(tx)
        looks, relied = described.looks(tx, name), described.relied_on(tx, name)
        drifted = {each.field.object for each in drifts.of(tx, name)}
        mending = drifted | misfits.refusing(tx, name)
    used = used_by_object(rules, name, connector)
    every = timedelta(hours=loop.settings.schedule.describe_hours)
    for kind, theirs in used.items():
        seen = looks.get(kind)
        is_first = (name, kind) not in loop.compared and kind in rules.mapping.systems[name].people.objects
        is_due = _is_due(seen, min(every, WHILE_DRIFTED) if kind in mending else every, now=now)
        told = _told(connector, name, kind, seen, anew=is_due and seen is not None, ask=is_first or is_due)
        is_compared = loop.compared.get((name, kind)) == rules.hash
        if told is not None or not (
            is_compared or (kind not in drifted and _stays(rules, name, kind, relied.get(kind, {}), theirs))
        ):
            view = View(object=kind, told=told, asked_at=connector.described_at(kind) or now, used=theirs)
            _take(loop, name, view, noticed=Noticed.LOOK, now=now)
        loop.compared[name, kind] = rules.hash
    if drifted - used.keys():
        with loop.store.write(loop.epoch) as tx:
            drifts.forget_others(tx, name, used)
    stop_without_key(loop, name)


def _stays(rules: InForce, name: str, kind: str, relied: Relied, used: Mapping[FieldOf, Use]) -> bool:
    """Whether a comparison would change nothing of an object that has not drifted."""
    compared = compare(rules.described.get((name, kind), {}), relied, used)
    return not compared.drifts and compared.relied == relied


def _told(
    connector: Describer, name: str, kind: str, seen: described.Look | None, *, anew: bool, ask: bool
) -> Mapping[str, Field] | None:
    """What an object tells that the store does not know yet. What people are read by is asked at the first look, for
    the reading asks it anyway; everything else when it is due, or when the connector asked for reasons of its own.

    One that is not told stops no other: whoever reads or writes there says why.
    """
    try:
        told = connector.describe(kind, anew=anew) if ask or connector.described_at(kind) is not None else None
    except NotAllowedError:
        return None  # it rests, and who asks what rests is told
    except ContractError as error:
        log.warning("not_described", connection=name, object=kind, error=type(error).__name__)
        return None
    at = connector.described_at(kind)
    return told if seen is None or (at is not None and at > seen.seen_at) else None


def look_after_refusals(
    loop: Loop, name: str, rows: Sequence[OutboxRow], receipts: Sequence[Receipt], *, now: datetime
) -> None:
    """Ask again about the fields that refusals name. What was refused because of one that drifted goes without it."""
    objects = {row.change.object for row, receipt in zip(rows, receipts, strict=False) if _is_about_fields(receipt)}
    if not objects:
        return
    try:
        _ask_again(loop, name, objects, noticed=Noticed.REFUSAL, now=now)
    except ConnectorError as error:
        log.warning("not_described", connection=name, error=type(error).__name__)
        return  # the doubt stays, and the next reading looks
    leave_out_paused(loop, name, objects, now=now)


def look_once_more(loop: Loop, name: str, objects: Iterable[str], *, now: datetime) -> None:
    """Describe these anew, each no oftener than once a minute, for what their records show is strange."""
    _ask_again(loop, name, set(objects), noticed=Noticed.LOOK, now=now)


def _ask_again(loop: Loop, name: str, objects: set[str], *, noticed: Noticed, now: datetime) -> None:
    connector = loop.connections[name]
    if not isinstance(connector, Describer):
        return
    with loop.store.write(loop.epoch) as tx:
        described.doubt(tx, name, objects, now=now)
        rules, looks = loop.in_force(tx), described.looks(tx, name)
    used = used_by_object(rules, name, connector)
    asked = [k for k in sorted(objects & used.keys()) if k in looks and now - looks[k].seen_at >= BETWEEN_ASKING]
    views = [_view(connector, kind, used[kind], now=now) for kind in asked]
    for view in views:
        _take(loop, name, view, noticed=noticed, now=now)


def used_by_object(rules: InForce, name: str, connector: Connector) -> dict[str, dict[FieldOf, Use]]:
    """What the rules do with the fields of one connection, object by object that it has."""
    found: dict[str, dict[FieldOf, Use]] = {}
    streams = connector.streams if isinstance(connector, Reader) else {}
    system = rules.mapping.systems.get(name)
    people = system.people.objects if system is not None else ()
    resting = connector.resting if isinstance(connector, Resting) else {}
    for at, use in rules.uses.items():
        if at.connection == name and (at.object in people or (at.object in streams and at.object not in resting)):
            found.setdefault(at.object, {})[at] = use
    return found


def stop_without_key(loop: Loop, name: str) -> None:
    """SchemaError, with the way to mend it, while our own key is not to be seen."""
    with loop.store.read() as tx:
        lost = _lost_key(tx, loop, name)
    if lost is not None:
        place = f"{lost.field.object}.{lost.field.field}"
        raise SchemaError(
            f"{place} {happened(lost)}: by it we know what we made. {mend(lost, loop.types.get(name, ''))}. "
            "It goes on by itself then"
        )


def wake(loop: Loop, name: str, *, now: datetime) -> None:
    """A connection that stands still for want of our key is looked at, and goes on once the key is there again."""
    with loop.store.read() as tx:
        known = connections.get(tx, name)
        if known is None or known.status is not ConnectionStatus.SUSPENDED or _lost_key(tx, loop, name) is None:
            return
    try:
        look(loop, name, now=now)
    except (OperatorError, ConnectorError):
        return  # it stands still as before, for this reason or another
    with loop.store.write(loop.epoch) as tx:
        connections.set_status(tx, name, ConnectionStatus.DEGRADED, reason=known.reason, now=now)


def _lost_key(tx: Tx, loop: Loop, name: str) -> Drift | None:
    standing = drifts.of(tx, name)
    rules = loop.in_force(tx) if standing else None
    used = rules.uses if rules is not None else {}
    return next((each.drift for each in standing if stops_connection(each.drift, used.get(each.field))), None)


def leave_out_paused(loop: Loop, name: str, objects: Iterable[str], *, now: datetime) -> None:
    """Take paused fields out of what waits to be sent, in portions: the rest of it is due at once."""
    with loop.store.read() as tx:
        paused = _paused(drifts.of(tx, name), objects)
    names, after = {kind: set(fields) for kind, fields in paused.items()}, 0
    why = "; ".join(_in_words(each) for fields in paused.values() for each in fields.values())
    while names:
        with loop.store.write(loop.epoch) as tx:
            rows = waiting_with(tx, name, names, after=after, limit=BATCH)
            if not rows:
                return
            leave_out(tx, rows, names, why=why, now=now)
            _note_left_out(tx, rows, names, why=why, now=now)
        after = rows[-1].id


def _is_about_fields(receipt: Receipt) -> bool:
    return receipt.outcome is ReceiptOutcome.REFUSED and bool(receipt.fields)


def _view(connector: Describer, kind: str, used: Mapping[FieldOf, Use], *, now: datetime) -> View:
    told = connector.describe(kind, anew=True)
    return View(object=kind, told=told, asked_at=connector.described_at(kind) or now, used=used)


def _is_due(seen: described.Look | None, every: timedelta, *, now: datetime) -> bool:
    """Whether it is to be asked again, whatever the connector remembers; what was never told is always due."""
    if seen is None:
        return True
    age = now - seen.seen_at
    return age >= every or (seen.doubted_at is not None and age >= BETWEEN_ASKING)


def _take(loop: Loop, name: str, view: View, *, noticed: Noticed, now: datetime) -> None:
    """Compare what is known of an object with what the rules use, and keep what comes of it."""
    kind, system = view.object, loop.types.get(name, "")
    with loop.store.write(loop.epoch) as tx:
        before = described.of(tx, name, kind) or {}
        fields = before if view.told is None else view.told
        if view.told is not None and described.save(tx, name, kind, view.told, now=view.asked_at):
            misfits.replan(tx, name, kind)
            changed = {field for field, told in fields.items() if field in before and before[field] != told}
            if changed:
                let_go(tx, name, {kind: changed}, now=now)
        if not fields:
            return  # it has no fields that could be told of
        compared = compare(fields, described.relied_on(tx, name).get(kind, {}), view.used)
        described.rely(tx, name, kind, compared.relied)
        found = [
            Told(drift=drift, effect=effect(drift, view.used[drift.field]), mend=mend(drift, system))
            for drift in compared.drifts
        ]
        fresh, back = _settle(tx, name, kind, found, noticed=noticed, now=now)
        paused = {drift.field.field for drift in fresh if drift.kind in UNWRITTEN}
        if paused:
            replan_stopped(tx, name, {kind: paused})
        returned = [drift for drift in back if drift.field in view.used]
        _take_up(tx, name, kind, returned, noticed=noticed, now=now)
        unseen = [drift for drift in returned if drift.kind in SILENT]
        if unseen:  # asked for only then: what an object told anew has the rules compiled anew
            bases.forget(tx, name, kind, _may_blank(loop.in_force(tx), view, unseen))
    if paused:
        leave_out_paused(loop, name, [kind], now=now)


def _settle(
    tx: Tx, name: str, kind: str, found: Sequence[Told], *, noticed: Noticed, now: datetime
) -> tuple[list[Drift], list[Drift]]:
    """Keep what drifts now; returns what is new, and what was paused and need not be any more."""
    fresh, ended = drifts.settle(tx, name, kind, found, noticed=noticed, now=now)
    for drift in fresh:
        log.warning("field_drifted", connection=name, field=f"{kind}.{drift.field.field}", kind=drift.kind)
    for drift in ended:
        log.info("field_mended", connection=name, field=f"{kind}.{drift.field.field}", kind=drift.kind)
    still = {each.drift.field for each in found if each.drift.kind in UNWRITTEN}
    return fresh, [drift for drift in ended if drift.field not in still and drift.kind in UNWRITTEN]


def _take_up(tx: Tx, name: str, kind: str, back: Sequence[Drift], *, noticed: Noticed, now: datetime) -> None:
    """Write again what waited. What could not be seen is read first: people may have changed it meanwhile."""
    if not back:
        return
    was_read = connections.cursor(tx, name, kind) is not None
    unread = [drift for drift in back if was_read and drift.kind in SILENT]
    for drift in unread:
        drifts.keep_for_reading(tx, drift, noticed=noticed, now=now)
    if unread:
        back_fills.ask(tx, name, kind, [drift.field.field for drift in unread], now=now)
    if len(unread) < len(back):
        leads.look_again_at(tx, name, kind)


def _may_blank(rules: InForce, view: View, back: Sequence[Drift]) -> set[str]:
    """Properties whose blanks travel: a field that was away and comes back empty was cleared by nobody."""
    names = {name for drift in back for name in view.used[drift.field].properties}
    return {each.name for each in rules.mapping.properties if each.name in names and each.nulls is not Nulls.IGNORE}


def _paused(standing: Iterable[OpenDrift], objects: Iterable[str]) -> dict[str, dict[str, Drift]]:
    wanted, found = set(objects), dict[str, dict[str, Drift]]()
    for each in standing:
        if each.drift.kind in UNWRITTEN and each.field.object in wanted:
            found.setdefault(each.field.object, {})[each.field.field] = each.drift
    return found


def _in_words(drift: Drift) -> str:
    return f"{drift.field.object}.{drift.field.field} {happened(drift)}"


def _note_left_out(
    tx: Tx, rows: Sequence[OutboxRow], names: Mapping[str, set[str]], *, why: str, now: datetime
) -> None:
    audit.append(tx, list(_entries(rows, names, why=why, now=now)))


def _entries(
    rows: Sequence[OutboxRow], names: Mapping[str, set[str]], *, why: str, now: datetime
) -> Iterator[AuditEntry]:
    for row in rows:
        yield AuditEntry(
            at=now,
            actor="loop",
            action=f"left out of a write: {why}",
            connection=row.connection,
            object=row.change.object,
            record_id=row.change.id,
            lead_id=row.lead_id,
            fields=tuple(sorted(names[row.change.object] & row.change.values.keys())),
            rule_hash=row.rule_hash,
            outbox_key=row.change.key,
        )
