"""Read what changed in one system and keep it: a page, its leads and its cursor in one transaction."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from config.settings import Schedule
from connectors.contract import Holds, Pace, Reader
from domain.errors import ContractError
from domain.record import Cursor, Page, Record
from domain.values import LeadId, RecordRef
from store import connections, desired, leads, ledger, lists, records
from store.engine import Tx
from sync.companies import keep_company
from sync.firstday import went_live_at
from sync.identify import identify
from sync.listing import Listing
from sync.loop import InForce, Loop
from sync.reading import Reading
from sync.widen import forget_narrow_cursors

log = structlog.get_logger(__name__)

NIGHT = timedelta(hours=20)
"""A nightly listing is due again after this: less than a day, so that it does not wander through the hours."""


@dataclass(slots=True)
class Pulled:
    """What a pull brought: rows read, rows that were new or changed, leads touched, rows that could not be read."""

    records: int = 0
    activities: int = 0
    changed: int = 0
    leads: int = 0
    rejected: int = 0


def due_streams(
    reader: Reader, read_at: Mapping[str, datetime], waits: Mapping[Pace, timedelta], *, now: datetime
) -> list[str]:
    """The streams whose pace is up; one that was never read is always due."""
    return [
        name
        for name, stream in reader.streams.items()
        if name not in read_at or now - read_at[name] >= waits.get(stream.pace, timedelta())
    ]


def waits_of(schedule: Schedule, *, hot: timedelta) -> dict[Pace, timedelta]:
    """How long each pace rests between two reads. `hot` is zero where the caller is the cycle itself."""
    return {Pace.HOT: hot, Pace.SLOW: timedelta(minutes=schedule.slow_minutes), Pace.NIGHTLY: NIGHT}


def pull(loop: Loop, name: str, *, now: datetime, hot: timedelta = timedelta()) -> Pulled:
    """Bring one connection up to date. What fails in the middle has saved every page before it.

    Where only streams answered what we cannot understand or believe, everything else is read to its end
    and one ContractError says so afterwards.
    """
    reader = loop.connections[name]
    if not isinstance(reader, Reader):
        return Pulled()
    forget_narrow_cursors(loop, name)
    with loop.store.read() as tx:
        read_at = connections.read_at(tx, name)
        streams = due_streams(reader, read_at, waits_of(loop.settings.schedule, hot=hot), now=now)
        reading = Reading(reader=reader, cursors=connections.cursors(tx, name))
        intake = _intake(tx, loop, reader, streams, connection=name, now=now)
    _take_in(loop, reading, intake, streams)
    troubles = [*(f"{stream}: {error}" for stream, error in reading.stopped.items()), *intake.doubts]
    if troubles:
        raise ContractError("; ".join(troubles)) from next(iter(reading.stopped.values()), None)
    return intake.pulled


@dataclass(slots=True, kw_only=True)
class _Intake:
    """One pull of a connection: what it stands on, and what it has brought so far.

    `members`: whom each list showed when the reading began, where lists are read. `doubts`: listings
    that were not believed.
    """

    connection: str
    streams: Mapping[str, Holds]
    rules: InForce
    members: Mapping[str, set[LeadId]]
    smaller_percent: float
    now: datetime
    pulled: Pulled = field(default_factory=Pulled)
    doubts: list[str] = field(default_factory=list)


def _intake(tx: Tx, loop: Loop, reader: Reader, streams: Collection[str], *, connection: str, now: datetime) -> _Intake:
    holds = {stream: reader.streams[stream].holds for stream in reader.streams}
    lists_are_read = any(holds[stream] is Holds.LISTS for stream in streams)
    return _Intake(
        connection=connection,
        streams=holds,
        rules=loop.in_force(tx),
        members=desired.shown_on_lists(tx, connection) if lists_are_read else {},
        smaller_percent=loop.settings.blast_radius.smaller_sweep_percent,
        now=now,
    )


def _take_in(loop: Loop, reading: Reading, intake: _Intake, streams: Collection[str]) -> None:
    idle: dict[str, Cursor] = {}
    try:
        for page in reading.pages(streams):
            loop.reached("pull.page_received")
            if not (page.records or page.activities or page.rejected):
                idle[page.stream] = page.cursor
                continue
            idle.pop(page.stream, None)
            with loop.store.write(loop.epoch) as tx:
                _keep(tx, page, intake)
                loop.reached("pull.before_commit")
            loop.reached("pull.page_committed")
    finally:
        _move_idle(loop, intake.connection, idle, now=intake.now)


def _move_idle(loop: Loop, name: str, idle: Mapping[str, Cursor], *, now: datetime) -> None:
    """Cursors that moved without bringing a row may be saved late, and together."""
    if idle:
        with loop.store.write(loop.epoch) as tx:
            for stream, cursor in idle.items():
                connections.save_cursor(tx, name, stream, cursor, read_at=now)


def _keep(tx: Tx, page: Page, intake: _Intake) -> None:
    pulled, now = intake.pulled, intake.now
    refs = set(records.upsert(tx, page.records, seen_at=now))
    changed = [record for record in page.records if record.ref in refs]
    touched = _keep_records(tx, page, changed, intake) if page.records else set()
    added = ledger.add(tx, page.activities, seen_at=now)
    touched.update(lead for _, lead in added if lead is not None)
    leads.touch(tx, touched)
    connections.save_cursor(tx, intake.connection, page.stream, page.cursor, read_at=now)
    for reason in page.rejected:
        log.warning("row_rejected", connection=intake.connection, stream=page.stream, reason=reason)
    pulled.records += len(page.records)
    pulled.activities += len(page.activities)
    pulled.changed += len(changed) + len(added)
    pulled.leads += len(touched)
    pulled.rejected += len(page.rejected)


def _keep_records(tx: Tx, page: Page, changed: Sequence[Record], intake: _Intake) -> set[LeadId]:
    """What new or changed records mean for leads; returns the leads they touch."""
    rules, holds = intake.rules, intake.streams[page.stream]
    match holds:
        case Holds.PEOPLE if changed:
            armed_at = went_live_at(tx) or intake.now
            return identify(tx, changed, rules.mapping, rule_hash=rules.hash, now=intake.now, armed_at=armed_at)
        case Holds.ACCOUNTS | Holds.DEALS if changed:
            return keep_company(tx, changed, holds, rules.mapping)
        case Holds.LISTS:
            return _keep_lists(tx, page.records, {record.ref for record in changed}, intake)
        case _:
            return set()


def _keep_lists(tx: Tx, shown: Sequence[Record], changed: Collection[RecordRef], intake: _Intake) -> set[LeadId]:
    """Lists as their system shows them now: remember their ids, and whom a person put on them or took off.

    Each is compared with what we know, not with how it was last read: our own joins lie between. A
    listing that is not believed is told of once, and not every night until it changes again.
    """
    touched: set[LeadId] = set()
    for record in shown:
        listing = _listing(tx, record, intake)
        lists.ensure(tx, intake.connection, listing.name, record.ref.id)
        doubt = listing.doubt(intake.smaller_percent)
        if doubt is not None and record.ref in changed:
            intake.doubts.append(doubt)
        removed = listing.missing if doubt is None else set()
        desired.members_shown(tx, intake.connection, listing.name, added=listing.added, removed=removed)
        touched |= listing.added | removed
    return touched


def _listing(tx: Tx, record: Record, intake: _Intake) -> Listing:
    connection, name = record.ref.connection, str(record.values.get("name") or "")
    ids = [each for each in str(record.values.get("members") or "").split(";") if each]
    person = str(record.values.get("member_object") or "")
    refs = [RecordRef(connection=connection, object=person, id=each) for each in ids]
    return Listing(
        name=name,
        size=len(ids),
        listed=set(records.lead_of(tx, refs).values()),
        at_start=frozenset(intake.members.get(name, ())),
        shown=frozenset(desired.shown_members(tx, connection, name)),
    )
