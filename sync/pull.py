"""Read what changed in one system and keep it: a page, its leads and its cursor in one transaction."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from config.mapping import MappingRules
from config.settings import Schedule
from connectors.contract import BundleReader, Holds, Pace, Reader
from domain.record import Cursor, Page, Record
from domain.values import LeadId, RecordRef
from store import connections, desired, leads, ledger, lists, records
from store.engine import Tx
from sync.firstday import went_live_at
from sync.identify import identify, people_of_accounts
from sync.loop import InForce, Loop
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
    """Bring one connection up to date. What fails in the middle has saved every page before it."""
    reader = loop.connections[name]
    pulled = Pulled()
    if not isinstance(reader, Reader):
        return pulled
    forget_narrow_cursors(loop, name)
    with loop.store.read() as tx:
        cursors = connections.cursors(tx, name)
        read_at = connections.read_at(tx, name)
        rules = loop.in_force(tx)
    streams = due_streams(reader, read_at, waits_of(loop.settings.schedule, hot=hot), now=now)
    idle: dict[str, Cursor] = {}
    for page in _pages(reader, streams, cursors):
        loop.reached("pull.page_received")
        if not (page.records or page.activities or page.rejected):
            idle[page.stream] = page.cursor
            continue
        idle.pop(page.stream, None)
        with loop.store.write(loop.epoch) as tx:
            holds = reader.streams[page.stream].holds
            _keep(tx, page, pulled, connection=name, holds=holds, rules=rules, now=now)
            loop.reached("pull.before_commit")
        loop.reached("pull.page_committed")
    _move_idle(loop, name, idle, now=now)
    return pulled


def _move_idle(loop: Loop, name: str, idle: Mapping[str, Cursor], *, now: datetime) -> None:
    """Cursors that moved without bringing a row may be saved late, and together."""
    if idle:
        with loop.store.write(loop.epoch) as tx:
            for stream, cursor in idle.items():
                connections.save_cursor(tx, name, stream, cursor, read_at=now)


def _pages(reader: Reader, streams: Collection[str], cursors: Mapping[str, Cursor]) -> Iterator[Page]:
    """Users and accounts before people, people before what they did; hot streams in one call where that can be."""
    order = list(Holds)
    rank = {Holds.USERS: -2, Holds.ACCOUNTS: -1}
    ordered = sorted(streams, key=lambda s: rank.get(reader.streams[s].holds, order.index(reader.streams[s].holds)))
    hot = [name for name in ordered if reader.streams[name].pace is Pace.HOT]
    bundled = isinstance(reader, BundleReader) and len(hot) > 1
    for name in ordered:
        if not (bundled and name in hot):
            yield from reader.read(name, cursors.get(name))
    if isinstance(reader, BundleReader) and bundled:
        yield from reader.read_bundle({name: cursors.get(name) for name in hot})


def _keep(tx: Tx, page: Page, pulled: Pulled, *, connection: str, holds: Holds, rules: InForce, now: datetime) -> None:
    refs = set(records.upsert(tx, page.records, seen_at=now))
    changed = [record for record in page.records if record.ref in refs]
    touched = _keep_records(tx, changed, holds=holds, rules=rules, now=now) if changed else set()
    added = ledger.add(tx, page.activities, seen_at=now)
    touched.update(lead for _, lead in added if lead is not None)
    leads.touch(tx, touched)
    connections.save_cursor(tx, connection, page.stream, page.cursor, read_at=now)
    for reason in page.rejected:
        log.warning("row_rejected", connection=connection, stream=page.stream, reason=reason)
    pulled.records += len(page.records)
    pulled.activities += len(page.activities)
    pulled.changed += len(changed) + len(added)
    pulled.leads += len(touched)
    pulled.rejected += len(page.rejected)


def _keep_records(tx: Tx, changed: Collection[Record], *, holds: Holds, rules: InForce, now: datetime) -> set[LeadId]:
    """What new or changed records mean for leads; returns the leads they touch."""
    match holds:
        case Holds.PEOPLE:
            armed_at = went_live_at(tx) or now
            return identify(tx, list(changed), rules.mapping, rule_hash=rules.hash, now=now, armed_at=armed_at)
        case Holds.ACCOUNTS | Holds.DEALS:
            return _keep_company(tx, changed, holds, rules.mapping)
        case Holds.LISTS:
            return _keep_lists(tx, changed)
        case _:
            return set()


def _keep_company(tx: Tx, changed: Collection[Record], holds: Holds, rules: MappingRules) -> set[LeadId]:
    """Index accounts by domain and deals by account; touch the people they concern."""
    accounts = []
    for record in changed:
        system = rules.systems.get(record.ref.connection)
        if system is None:
            continue
        if holds is Holds.ACCOUNTS and system.accounts is not None:
            domain = record.values.get(system.accounts.domain)
            if isinstance(domain, str) and domain:
                records.index_values(tx, record.ref, {"domain": host(domain)})
            accounts.append(record.ref)
        elif system.deals is not None and system.accounts is not None:
            account = record.values.get(system.deals.account)
            if isinstance(account, str) and account:
                records.index_values(tx, record.ref, {"account": account})
                accounts.append(RecordRef(connection=record.ref.connection, object=system.accounts.object, id=account))
    return people_of_accounts(tx, accounts, rules)


def host(website: str) -> str:
    """`https://www.Acme.example/x` and `acme.example` are both `acme.example`."""
    bare = website.strip().lower().split("://")[-1].split("/")[0].split(":")[0]
    return bare.removeprefix("www.")


def _keep_lists(tx: Tx, changed: Collection[Record]) -> set[LeadId]:
    """A list as its system shows it now: remember its id, and whom a person put on it or took off."""
    touched: set[LeadId] = set()
    for record in changed:
        connection, name = record.ref.connection, str(record.values.get("name") or "")
        lists.ensure(tx, connection, name, record.ref.id)
        ids = filter(None, str(record.values.get("members") or "").split(";"))
        person = str(record.values.get("member_object") or "")
        refs = [RecordRef(connection=connection, object=person, id=each) for each in ids]
        members = set(records.lead_of(tx, refs).values())
        before = desired.shown_members(tx, connection, name)
        desired.members_shown(tx, connection, name, added=members - before, removed=before - members)
        touched.update(members ^ before)
    return touched
