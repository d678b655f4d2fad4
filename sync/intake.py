"""What a system showed is kept: records, the leads they belong to, what people did, who stands on lists.

Shared by whoever brings rows: the pull, page by page, and the hints, record by record. Cursors are the pull's.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import structlog

from config.settings import DestructiveLimit
from connectors.abilities import Forgetting
from connectors.contract import Holds, Reader
from domain.activity import Activity
from domain.record import Record
from domain.values import LeadId, RecordRef
from store import audit, deal_links, desired, identity, leads, ledger, lists, records
from store.engine import Tx
from store.erased import Hashes
from sync.companies import keep_company
from sync.firstday import went_live_at
from sync.identify import identify
from sync.keeping_out import hashes_of, note_erased, sift, unlink
from sync.list_doubts import doubt_of
from sync.listing import Listing
from sync.loop import InForce, Loop
from sync.overtaken import keep_our_writes

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Pulled:
    """What a pull brought: rows read, rows that were new or changed, leads touched, rows that could not be read.

    `late`: rows that showed later than any reading goes back, and were found by a night's comparison.
    """

    records: int = 0
    activities: int = 0
    changed: int = 0
    leads: int = 0
    rejected: int = 0
    late: int = 0


@dataclass(slots=True, kw_only=True)
class Intake:
    """One reading of a connection: what it stands on, and what it has brought so far.

    `members`: whom each list showed when the reading began, where lists are read. `doubts`: listings
    that were not believed. `union_limit`: on leads united by a guess. `audited`: the last number of the audit when the
    reading began. `hashes`: by which who was erased is known again. `forgets`: the objects of which a
    person who is gone for good was erased on purpose.
    """

    connection: str
    streams: Mapping[str, Holds]
    rules: InForce
    members: Mapping[str, set[LeadId]]
    smaller_percent: float
    union_limit: DestructiveLimit
    now: datetime
    audited: int
    hashes: Hashes
    forgets: Collection[str]
    pulled: Pulled = field(default_factory=Pulled)
    doubts: list[str] = field(default_factory=list)
    came_back: bool = False
    """Whether somebody who was erased did: there are hints of what to read again."""
    tells_mail: bool = False
    """Whether a stream of it tells whom marketing e-mail reached."""


def intake_of(
    tx: Tx, loop: Loop, reader: Reader, streams: Collection[str], *, connection: str, now: datetime
) -> Intake:
    holds = {stream: reader.streams[stream].holds for stream in reader.streams}
    lists_are_read = any(holds[stream] is Holds.LISTS for stream in streams)
    return Intake(
        connection=connection,
        streams=holds,
        rules=loop.in_force(tx),
        members=desired.shown_on_lists(tx, connection) if lists_are_read else {},
        smaller_percent=loop.settings.blast_radius.smaller_sweep_percent,
        union_limit=loop.settings.blast_radius.destructive,
        now=now,
        audited=audit.last(tx),
        hashes=hashes_of(loop.settings),
        forgets=reader.forgets if isinstance(reader, Forgetting) else (),
    )


def keep(
    tx: Tx, intake: Intake, stream: str, *, shown: Sequence[Record], activities: Sequence[Activity] = ()
) -> set[RecordRef]:
    """Keep rows of a stream and touch the leads that they mean something for; returns the records that were news."""
    pulled, now = intake.pulled, intake.now
    if shown and intake.streams[stream] is Holds.PEOPLE:
        identity.alone(tx)
    sifted = sift(tx, intake.hashes, shown, activities, intake.rules, now=now)
    pulled.records += len(shown)
    pulled.activities += len(activities)
    shown, activities = unlink(tx, intake.hashes, sifted.shown, intake.rules), sifted.activities
    intake.came_back |= sifted.came_back
    note_erased(tx, shown, intake.forgets, by=intake.connection, now=now)
    rows = _with_former(shown)
    refs = set(records.upsert(tx, rows, seen_at=now))
    keep_our_writes(tx, intake.connection, refs, audited=intake.audited)
    changed = [record for record in rows if record.ref in refs]
    touched = _keep_records(tx, intake, stream, shown=shown, changed=changed) if shown else set()
    added = ledger.add(tx, activities, seen_at=now)
    touched.update(lead for _, lead in added if lead is not None)
    leads.touch(tx, touched)
    pulled.changed += len(changed) + len(added)
    pulled.leads += len(touched)
    return refs


def _with_former(shown: Sequence[Record]) -> list[Record]:
    """Every id that was merged away holds nothing but who took its place, as new as the record that took it.

    So what shows it as it was before, a late search or a page that another thread read earlier, is older.
    """
    former = {
        ref: Record(ref=ref, values={}, modified_at=record.modified_at, archived=True, merged_into=record.ref)
        for record in shown
        for each in record.former_ids
        if (ref := replace(record.ref, id=each)) != record.ref
    }
    return [*(record for record in shown if record.ref not in former), *former.values()]


def _keep_records(
    tx: Tx, intake: Intake, stream: str, *, shown: Sequence[Record], changed: Sequence[Record]
) -> set[LeadId]:
    """What new or changed records mean for leads; returns the leads they touch."""
    rules, holds = intake.rules, intake.streams[stream]
    match holds:
        case Holds.PEOPLE if changed:
            live_at = went_live_at(tx)
            return identify(
                tx,
                changed,
                rules.mapping,
                rule_hash=rules.hash,
                now=intake.now,
                armed_at=live_at or intake.now,
                limit=intake.union_limit if live_at is not None else None,
            )
        case Holds.ACCOUNTS | Holds.DEALS if changed:
            return keep_company(tx, changed, holds, rules.mapping, now=intake.now)
        case Holds.ROLES if changed:
            deal_links.note(tx, changed, rules.mapping)
            return set()
        case Holds.LISTS:
            return _keep_lists(tx, intake, stream, shown=shown, changed={record.ref for record in changed})
        case _:
            return set()


def _keep_lists(
    tx: Tx, intake: Intake, stream: str, *, shown: Sequence[Record], changed: Collection[RecordRef]
) -> set[LeadId]:
    """Lists as their system shows them now: remember their ids, and whom a person put on them or took off.

    Each is compared with what we know, not with how it was last read: our own joins lie between. A
    listing that is not believed is told of once, and not every night until it changes again.
    """
    touched: set[LeadId] = set()
    for record in shown:
        listing = _listing(tx, record, intake)
        lists.ensure(tx, intake.connection, listing.name, record.ref.id)
        doubt = doubt_of(
            tx, listing, stream, connection=intake.connection, percent=intake.smaller_percent, now=intake.now
        )
        if doubt is not None and record.ref in changed:
            intake.doubts.append(doubt)
        removed = listing.missing if doubt is None else set()
        desired.members_shown(tx, intake.connection, listing.name, added=listing.added, removed=removed)
        touched |= listing.added | removed
    return touched


def _listing(tx: Tx, record: Record, intake: Intake) -> Listing:
    connection, name = record.ref.connection, str(record.values.get("name") or "")
    ids = [each for each in str(record.values.get("members") or "").split(";") if each]
    refs = [_member(record, each) for each in ids]
    return Listing(
        name=name,
        size=len(ids),
        listed=set(records.lead_of(tx, refs).values()),
        at_start=frozenset(intake.members.get(name, ())),
        shown=frozenset(desired.shown_members(tx, connection, name)),
    )


def _member(record: Record, said: str) -> RecordRef:
    """`Lead:00Q…` where people of several objects are on a list; else an id of the object that the record names."""
    kind, _, member_id = said.rpartition(":")
    person = kind or str(record.values.get("member_object") or "")
    return RecordRef(connection=record.ref.connection, object=person, id=member_id)
