"""Forget a person: everything that is kept of them, once, whoever asked for it and however often.

Asking is a row; what is done about it is one transaction per person, so that a process that ends in the middle leaves a
person who is whole or gone, and the next look goes on.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

import structlog

from config.mapping import MappingRules
from domain.record import Record
from domain.stage import Stage
from domain.values import LeadId, RecordRef
from handoff.routing import RoutingState
from mapping.identity import KeyKind, is_live, record_key
from mapping.mailboxes import name_fields
from store import audit, deal_links, erased, erasing, handoffs, identity, intents, leads, outbox, records
from store import installation as notebook
from store.audit import AuditEntry
from store.engine import Tx
from store.erased import Erasure
from store.erasing import Person
from store.identity import Key
from store.outbox import OutboxDraft
from sync.firstday import step_now, step_written
from sync.keeping_out import hashes_of
from sync.loop import InForce, Loop
from sync.material import users
from sync.outgoing import wanted_of
from sync.plan import outgoing_of
from sync.wanted import Wanted, limited

log = structlog.get_logger(__name__)

CAUSE = "the person was erased"
OLD_PAGES = "erased_pages_since"
"""In the notebook while SQLite's write-ahead log may still hold pages as they were before somebody was erased."""


def erase_due(loop: Loop, *, now: datetime) -> int:
    """Forget whoever is to be forgotten; returns how many that were. Somebody about whom a write is out at this moment
    is forgotten at the next look: its answer would come to nobody."""
    with loop.store.read() as tx:
        asked, is_left = erased.waiting(tx), notebook.get(tx, OLD_PAGES) is not None
    count = 0
    for each in asked:
        if loop.store.transact(partial(_erase, loop=loop, asked=each, now=now), loop.epoch):
            count += 1
            log.info("lead_erased", lead=each.lead_id)
        loop.reached("erase.committed")
    if (count or is_left) and loop.store.forget_replaced_pages():
        with loop.store.write(loop.epoch) as tx:
            notebook.remove(tx, OLD_PAGES)
    return count


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What there is of a person: rows by what they hold, the records that systems have, words that name them."""

    lead: LeadId
    holds: Mapping[str, int]
    records: Sequence[RecordRef]
    words: Sequence[str]


def preview(tx: Tx, lead: LeadId, rules: MappingRules) -> Preview:
    ids = [lead, *erased.followers(tx, [lead])]
    theirs = records.of_leads(tx, ids).get(lead, [])
    claims = identity.claims_of_leads(tx, ids).get(lead, [])
    emails = {one.value for one in claims if one.kind == KeyKind.EMAIL}
    return Preview(
        lead=lead,
        holds=erasing.counts(tx, ids),
        records=[record.ref for record in theirs if is_live(record)],
        words=sorted({*emails, *_names(theirs, rules)}),
    )


def _erase(tx: Tx, *, loop: Loop, asked: Erasure, now: datetime) -> bool:
    erasing.alone(tx)
    lead = leads.survivor(tx, asked.lead_id)
    if not leads.get(tx, [lead]):
        erased.done(tx, [asked.lead_id], now=now)
        return False
    ids = [lead, *erased.followers(tx, [lead])]
    if erasing.is_under_way(tx, ids):
        return False
    rules = loop.in_force(tx)
    _let_close_again(tx, ids)
    found = _find(tx, ids, rules)
    leaving = _leaving(tx, loop, lead, rules)
    _clear_desk(tx, lead)
    erasing.erase(tx, found.person, now=now, actor=asked.asked_by)
    deal_links.forget(tx, found.person.records, rules.mapping)
    outbox.put(tx, leaving, now=now, actor=asked.asked_by)
    hashes = hashes_of(loop.settings)
    erased.note_keys(tx, hashes, found.keys, lead, now=now)
    erased.ask(tx, ids, by=asked.asked_by, reason=asked.reason, now=now)
    erased.done(tx, [asked.lead_id, *ids], now=now)
    notebook.put(tx, OLD_PAGES, now.isoformat())
    entry = AuditEntry(at=now, actor=asked.asked_by, action=f"erased the lead: {asked.reason}", lead_id=lead)
    audit.append(tx, [entry])
    loop.reached("erase.before_commit")
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """A person as the tables have them, and the keys by which they are to be known again."""

    person: Person
    keys: Sequence[Key]


def _find(tx: Tx, ids: Sequence[LeadId], rules: InForce) -> _Found:
    theirs = records.of_leads(tx, ids).get(ids[0], [])
    claims = identity.claims_of_leads(tx, ids).get(ids[0], [])
    made = [task.ref for each in wanted_of(tx, [ids[0]], rules) for task in each.given]
    refs = sorted({*(record.ref for record in theirs), *(one.ref for one in claims), *made})
    own = leads.keys_of(tx, ids)
    emails = sorted({one.value for one in claims if one.kind == KeyKind.EMAIL})
    keys = {Key(record_key(ref).kind.value, record_key(ref).value) for ref in refs}
    keys |= {Key(KeyKind.LEAD_KEY.value, key) for key in own}
    keys |= {key for key in (Key(KeyKind.EMAIL.value, each) for each in emails) if not _is_shared(tx, key, ids)}
    words = (*emails, *own, *_names(theirs, rules.mapping))
    person = Person(leads=tuple(ids), records=tuple(refs), emails=tuple(emails), keys=own, words=words)
    return _Found(person=person, keys=sorted(keys))


def _is_shared(tx: Tx, key: Key, ids: Sequence[LeadId]) -> bool:
    """Whether it leads to somebody else as well: a desk's address keeps nobody out."""
    return any(one.lead_id not in ids for one in identity.claimants(tx, [key]).get(key, ()))


def _names(theirs: Iterable[Record], rules: MappingRules) -> tuple[str, ...]:
    """Full names as the records show them."""
    fields = name_fields(rules)
    found: set[str] = set()
    for record in theirs:
        parts = [record.values.get(name) for name in fields.get((record.ref.connection, record.ref.object), ())]
        words = " ".join(part.strip() for part in parts if isinstance(part, str) and part.strip())
        found.update([words] if " " in words else [])
    return tuple(sorted(found))


def _leaving(tx: Tx, loop: Loop, lead: LeadId, rules: InForce) -> list[OutboxDraft]:
    """What still goes out: they leave our lists, and the tasks that we made for them are closed. No value of theirs."""
    if step_written(tx, loop.settings.go_live) is None:
        return []
    people, step = users(tx, rules.mapping), step_now(tx, loop.settings.go_live)
    drafts = [
        draft
        for wanted in wanted_of(tx, [lead], rules)
        for draft in outgoing_of(limited(_without(wanted), step, rules), rules, people).drafts
    ]
    return [replace(draft, before={}, cause=CAUSE) for draft in drafts]


def _without(wanted: Wanted) -> Wanted:
    """As if they belonged on no list, and no rep had them."""
    off = [(connection, replace(entry, member=False), shown) for connection, entry, shown in wanted.memberships]
    nobodys = {"stage": Stage.DISQUALIFIED.value}
    return replace(wanted, desired=(), memberships=off, intents=(), open=(), undone={}, closed=(), values=nobodys)


def _let_close_again(tx: Tx, ids: Sequence[LeadId]) -> None:
    """What waits to be written ends with them: a task whose closing waits is to be closed all the same."""
    waiting = {row.change.id for rows in outbox.open_of(tx, ids).values() for row in rows if row.change.id is not None}
    intents.close_again(tx, ids, waiting)


def _clear_desk(tx: Tx, lead: LeadId) -> None:
    still_open = handoffs.open_of(tx, [lead]).get(lead)
    if still_open is not None:
        state = RoutingState.from_json(handoffs.routing_state(tx)).took(still_open.owner)
        handoffs.save_routing_state(tx, state.to_json())
