"""When somebody who is handed off is created in a system, and with what: at once, or after a neighbour had its time to
do it; and never while what the system cannot do without is not known."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from config.mapping import MappingRules
from domain.account import Account
from domain.decision import Decision, Intent, IntentKind
from domain.handoff import Handoff
from domain.record import Record
from domain.values import LeadId, RecordRef, Value
from mapping.agreement import Base
from mapping.creation import Newcomer, creation_at, domain_of, is_promised, lacking, stand_in
from sync.loop import InForce


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A system that does not know the person and creates who is handed off. `company`: what their company is called
    there until somebody names it. `lacks`: the properties that have to come first. `promised`: another tool says that
    they are there already."""

    connection: str
    company: str | None = None
    lacks: tuple[str, ...] = ()
    promised: bool = False


def entries(
    values: Mapping[str, Value],
    records: Sequence[Record],
    account: Account | None,
    heads: Mapping[str, RecordRef],
    rules: InForce,
) -> tuple[Entry, ...]:
    """Where the person would be created if they were handed off now."""
    return tuple(
        _entry(newcomer, values, records, account, rules)
        for newcomer in rules.newcomers
        if newcomer.connection not in heads
    )


def _entry(
    newcomer: Newcomer, values: Mapping[str, Value], records: Sequence[Record], account: Account | None, rules: InForce
) -> Entry:
    promised = is_promised(newcomer.connection, records, rules.fields)
    if not lacking(newcomer, values, None):
        return Entry(connection=newcomer.connection, promised=promised)
    # A likely account's name, once written, would be read as what makes it certain.
    named = account.name if account is not None and account.is_sure else ""
    company = stand_in(newcomer, values, named or domain_of(records, rules.fields))
    lacks = lacking(newcomer, values, company)
    return Entry(connection=newcomer.connection, company=company, lacks=lacks, promised=promised)


def lacks(found: Iterable[Entry]) -> tuple[str, ...]:
    """What keeps the person from being created, whichever system asks for it."""
    return tuple(dict.fromkeys(name for entry in found for name in entry.lacks))


def nowhere_for_reps(heads: Mapping[str, RecordRef], rules: MappingRules) -> str:
    """Why no rep can work on the person: they stand in no system that keeps reps' tasks, and none creates anybody."""
    works = {name: system for name, system in rules.systems.items() if system.tasks is not None}
    if not works or any(name in heads or system.create != "enrich" for name, system in works.items()):
        return ""
    return f"not in {' or '.join(works)}, where nobody is created (`create: enrich`)"


def to_create(found: Iterable[Entry], decision: Decision, rules: MappingRules, *, now: datetime) -> tuple[Entry, ...]:
    """Where they are to be created now: handed off, nothing lacking, and no neighbour waited for any more."""
    handoff = _open_handoff(decision)
    if handoff is None:
        return ()
    return tuple(entry for entry in found if not entry.lacks and _at(entry, handoff, rules) <= now)


def intent_of(entry: Entry, lead_id: LeadId) -> Intent:
    payload: dict[str, Value] = {"connection": entry.connection}
    if entry.company:
        payload["company"] = entry.company
    return Intent(lead_id=lead_id, handoff=0, kind=IntentKind.CREATE_LEAD, step=entry.connection, payload=payload)


def stand_ins(found: Iterable[Entry], rules: InForce) -> dict[tuple[str, str], Base]:
    """(property, connection) → the merge base of a company that we named ourselves: what stands there means that
    nobody has named it. So it is carried nowhere, and any name that somebody gives takes its place."""
    named = {each.connection: each.company_property for each in rules.newcomers}
    return {
        (name, entry.connection): Base(value=None, vendor_form=entry.company)
        for entry in found
        if entry.company and (name := named[entry.connection])
    }


def due_at(found: Iterable[Entry], decision: Decision, rules: MappingRules, *, now: datetime) -> datetime | None:
    """The next moment at which a wait for a neighbour is over; None where nothing is waited for."""
    handoff = _open_handoff(decision)
    if handoff is None:
        return None
    waits = (_at(entry, handoff, rules) for entry in found)
    return min((at for at in waits if at > now), default=None)


def _at(entry: Entry, handoff: Handoff, rules: MappingRules) -> datetime:
    return creation_at(handoff.opened_at, rules.systems[entry.connection], promised=entry.promised)


def _open_handoff(decision: Decision) -> Handoff | None:
    return next((each for each in decision.handoffs if each.is_open), None)
