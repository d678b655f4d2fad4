"""Fields that somebody overwrites again and again after us: counted when planned, stopped, and named.

Two automations that put back each other's value would go on for ever, at a price in calls and in everybody's trust.
We are the one that stops.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from config.settings import Neighbours
from connectors.abilities import Historian
from domain.change import ChangeKind
from domain.errors import ContractError, RejectedError
from domain.place import FieldOf, Place
from domain.survey import Author, FieldChange
from domain.values import LeadId, RecordRef
from mapping.flapping import counted, is_field_lost, is_overwriting
from store import audit, flaps, head_count
from store.audit import AuditEntry
from store.engine import Tx
from store.flaps import Flap, Stops, Write
from store.outbox import OutboxDraft
from sync.loop import InForce, Loop
from sync.same import same

log = structlog.get_logger(__name__)

ASKED = 50
"""Records whose history is looked at to find out who it is: one page in either system."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Overwriting:
    """Our value is gone from a place; `row_id` is the write that put it there."""

    place: Place
    row_id: int
    lead_id: LeadId


def watch(tx: Tx, drafts: Sequence[OutboxDraft], rules: InForce, limits: Neighbours, *, now: datetime) -> Stops | None:
    """Count what these drafts would put back; all stops once one is reached, None while nothing has changed."""
    fields = [draft for draft in drafts if draft.change.kind is ChangeKind.FIELDS and draft.lead_id is not None]
    since = now - timedelta(hours=limits.overwrite_hours)
    written = flaps.confirmed(tx, {draft.lead_id for draft in fields if draft.lead_id is not None}, since=since)
    found = {each.place: each for draft in fields for each in _overwritings(draft, written, rules)}
    if not found:
        return None
    fresh = _count(tx, found, limits, now=now)
    if not fresh:
        return None
    _tell(tx, [found[place] for place in fresh], rules, now=now)
    _stop_fields(tx, {place.column for place in fresh}, limits, now=now)
    return flaps.stops(tx)


def _overwritings(
    draft: OutboxDraft, written: Mapping[RecordRef, Sequence[Write]], rules: InForce
) -> Iterator[Overwriting]:
    if draft.change.id is None or draft.lead_id is None:
        return
    ref = RecordRef(connection=draft.connection, object=draft.change.object, id=draft.change.id)
    for field, value in draft.change.values.items():
        last = next((write for write in written.get(ref, ()) if field in write.values), None)
        role = rules.fields.role_of(ref, field)
        if last is None or role is None:
            continue
        ours = last.values[field]
        still_there = same(ours, draft.before.get(field))
        if is_overwriting(role, still_there=still_there, same_again=same(ours, value)):
            yield Overwriting(place=Place(ref=ref, field=field), row_id=last.row_id, lead_id=draft.lead_id)


def _count(tx: Tx, found: Mapping[Place, Overwriting], limits: Neighbours, *, now: datetime) -> list[Place]:
    """Note each once per write of ours; returns the places at which it is now enough."""
    known = flaps.of_records(tx, {place.ref for place in found})
    rows = []
    for place, each in found.items():
        before = known.get(place)
        if before is not None and (before.counted == each.row_id or before.stopped_at is not None):
            continue  # planned before, and not written since
        times = counted(before.times if before else (), now=now, hours=limits.overwrite_hours)
        stopped_at = now if len(times) >= limits.overwrites else None
        rows.append(Flap(place=place, times=times, counted=each.row_id, stopped_at=stopped_at))
    flaps.save(tx, rows)
    return sorted(each.place for each in rows if each.stopped_at is not None)


def _tell(tx: Tx, fresh: Iterable[Overwriting], rules: InForce, *, now: datetime) -> None:
    entries = []
    for each in fresh:
        ref = each.place.ref
        log.warning("field_stopped", connection=ref.connection, object=ref.object, field=each.place.field)
        entries.append(
            AuditEntry(
                at=now,
                actor="loop",
                action="stopped writing a field that is overwritten again and again",
                connection=ref.connection,
                object=ref.object,
                record_id=ref.id,
                lead_id=each.lead_id,
                fields=(each.place.field,),
                rule_hash=rules.hash,
            )
        )
    audit.append(tx, entries)


def _stop_fields(tx: Tx, columns: Collection[FieldOf], limits: Neighbours, *, now: datetime) -> None:
    """So many records that the field is lost: it is left alone on those not fought over yet, too."""
    many = head_count.about(tx, now=now)
    for field, records in flaps.count_stopped(tx, columns).items():
        if is_field_lost(records, leads=many, floor=limits.stop_field_records, share_percent=limits.stop_field_percent):
            flaps.stop_everywhere(tx, field, now=now)
            log.warning("field_stopped_everywhere", connection=field.connection, object=field.object, field=field.field)


def name_rivals(loop: Loop, name: str, *, now: datetime) -> None:
    """Ask the system's history who overwrites what was stopped since the last look; one look per object."""
    connector = loop.connections[name]
    with loop.store.read() as tx:
        unnamed = flaps.unnamed(tx, name)
    if not unnamed or not isinstance(connector, Historian):
        return
    since = now - timedelta(hours=loop.settings.neighbours.overwrite_hours)
    key = _key_field(loop, name)
    for kind in sorted({field.object for field in unnamed}):
        theirs = {field: ids for field, ids in unnamed.items() if field.object == kind}
        asked = {key, *(field.field for field in theirs)}
        try:
            changes = connector.history(kind, asked, since=since, sample=ASKED)
        except (RejectedError, ContractError):
            changes = ()  # a history that cannot be had tells nothing, and stands in nobody's way
        with loop.store.write(loop.epoch) as tx:
            for field, ids in theirs.items():
                flaps.name(tx, field, who_overwrote(changes, field, ids, key=key))


def _key_field(loop: Loop, name: str) -> str:
    with loop.store.read() as tx:
        return loop.in_force(tx).mapping.systems[name].people.key


def who_overwrote(changes: Sequence[FieldChange], field: FieldOf, ids: Collection[str], *, key: str) -> str:
    """Who changed the field last but us, on those records if the history shows them; people are not named.

    Whoever writes our key is us.
    """
    ours = {change.author_id for change in changes if change.field == key and change.author is Author.INTEGRATION}
    others = [
        change
        for change in changes
        if change.field == field.field and change.author is not Author.OURS and change.author_id not in ours
    ]
    last = max(others, key=lambda change: (change.ref.id in ids, change.at), default=None)
    if last is None:
        return ""
    if last.author is Author.NEIGHBOUR:
        return last.name
    return f"{last.author} {last.name}".strip() if last.name else f"a {last.author}"
