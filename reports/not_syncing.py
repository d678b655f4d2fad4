"""Why a lead is not in step: every cause there is, from one place, the one that stops most first.

It reads what the loop noted when it decided, planned and settled, and decides nothing anew. The words hold values and
names of records: for the operator's screen, never for a log.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from domain.gate import Way
from domain.handoff import Handoff
from domain.lead import Lead
from domain.obstacle import STANDING, Kind, Obstacle
from domain.record import Record
from domain.run import ConnectionStatus, GoLive
from domain.values import LeadId, RecordRef
from mapping.agreement import Base
from mapping.compiled import FieldMap
from mapping.creation import creation_at, is_promised
from mapping.gated import merge_gated
from mapping.heads import Head, touches
from mapping.identity import is_live
from mapping.merge_lead import LeadMerge
from reports.not_written import Shown, in_fields
from store import (
    bases,
    connections,
    desired,
    gates,
    handoffs,
    held,
    installation,
    leads,
    ledger,
    outbox,
    records,
)
from store.engine import Tx
from store.outbox import OutboxRow

_STOPPED = frozenset({ConnectionStatus.SUSPENDED, ConnectionStatus.PAUSED, ConnectionStatus.DEGRADED})
_STEPS = {
    GoLive.OBSERVE: "the installation observes: nothing is written to any system",
    GoLive.SCORES: "only scores and their reasons are written: the installation is at the step `scores`",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Whom it is about, and what only the command knows. `ref`: the record that was named, if it was one.

    `refusals`: connections whose background calls are used up for now, with the budget's words. `from_step`: below it
    no score is written.
    """

    lead: LeadId
    ref: RecordRef | None
    fields: FieldMap
    step: GoLive
    refusals: Mapping[str, str]
    from_step: str
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    """Everything that is known of the one lead."""

    tx: Tx
    asked: Asked
    lead: Lead
    records: tuple[Record, ...]
    heads: Mapping[str, Head]
    merged: LeadMerge
    rows: tuple[OutboxRow, ...]
    handoff: Handoff | None
    shown: Shown

    @property
    def systems(self) -> Iterable[str]:
        return sorted(self.asked.fields.rules.systems)


def causes(tx: Tx, asked: Asked) -> tuple[Obstacle, ...]:
    """Why this lead is not, or not wholly, in step; where a system is, that, and since when."""
    look = _look(tx, asked)
    found = [each for source in SOURCES for each in source(look)]
    order = {kind: at for at, kind in enumerate(Kind)}
    return (*sorted(found, key=lambda each: order[each.kind]), *_in_step(look, found))


def _look(tx: Tx, asked: Asked) -> _Look:
    lead, fields = asked.lead, asked.fields
    theirs = tuple(records.of_leads(tx, [lead]).get(lead, ()))
    touched = touches(ledger.activities_of(tx, [lead]).get(lead, []))
    agreed = {
        at: Base(value=value, vendor_form=form, learnt=learnt)
        for at, (value, form, learnt) in bases.bases_of(tx, [lead]).get(lead, {}).items()
    }
    merged = merge_gated(theirs, agreed, fields, touched=touched)
    rows = tuple(outbox.open_of(tx, [lead]).get(lead, ()))
    return _Look(
        tx=tx,
        asked=asked,
        lead=leads.get(tx, [lead])[lead],
        records=theirs,
        heads=fields.explained_heads(theirs, touched=touched),
        merged=merged,
        rows=rows,
        handoff=handoffs.open_of(tx, [lead]).get(lead),
        shown=Shown(
            lead=lead,
            records={record.ref: record for record in theirs},
            heads=merged.heads,
            desired=tuple(desired.of_leads(tx, [lead]).get(lead, ())),
            merged=merged,
            rows=rows,
            fields=fields,
        ),
    )


def _connections(look: _Look) -> Iterator[Obstacle]:
    for each in connections.all(look.tx):
        if each.status in _STOPPED and each.name in look.asked.fields.rules.systems:
            mend = f"`leadloop doctor` says what is missing in {each.name}; it goes on by itself then."
            what = f"{each.name} is {each.status}: {each.reason}"
            yield Obstacle(kind=Kind.CONNECTION, what=what, mend=mend, connection=each.name)


def _step(look: _Look) -> Iterator[Obstacle]:
    if look.asked.step in _STEPS:
        mend = "`leadloop golive` tells what the next step needs."
        yield Obstacle(kind=Kind.STEP, what=_STEPS[look.asked.step], mend=mend)
    if installation.get(look.tx, installation.WENT_LIVE) is None:
        what = "only scores are shown until the people of every system were read once"
        yield Obstacle(kind=Kind.FIRST_DAY, what=what, mend="`leadloop status` tells how far the reading is.")


def _records(look: _Look) -> Iterator[Obstacle]:
    """The record that was named, and those that were all that a system had."""
    for record in look.records:
        ref, named = record.ref, record.ref == look.asked.ref
        if is_live(record):
            head = look.heads.get(ref.connection)
            if head is not None and head.record.ref != ref:
                yield _duplicate(ref, head)
        elif named or ref.connection not in look.heads:
            yield Obstacle(
                kind=Kind.GONE, what=_gone(record), mend=_instead(record), connection=ref.connection, ref=ref
            )


def _duplicate(ref: RecordRef, head: Head) -> Obstacle:
    chosen = head.record.ref
    what = f"{ref.object} {ref.id} is a duplicate: {chosen.object} {chosen.id} is written to ({head.reason})"
    mend = f"Merge the two in {ref.connection}, or look at `leadloop duplicates`."
    return Obstacle(kind=Kind.DUPLICATE, what=what, mend=mend, connection=ref.connection, ref=ref)


def _gone(record: Record) -> str:
    ref = record.ref
    if record.converted_to is not None:
        return f"{ref.object} {ref.id} was converted: its {record.converted_to.object} {record.converted_to.id} goes on"
    if record.merged_into is not None:
        return f"{ref.object} {ref.id} was merged into {record.merged_into.id}"
    return f"{ref.object} {ref.id} was deleted in {ref.connection}"


def _instead(record: Record) -> str:
    if record.converted_to is not None or record.merged_into is not None:
        return "Nothing: the other record is written to."
    return f"Restore it in {record.ref.connection} if it was a mistake; it is noticed within a day."


def _rules(look: _Look) -> Iterator[Obstacle]:
    failure = leads.failed(look.tx).get(look.lead.id)
    if failure is not None:
        what = f"the rules fail for this lead, so nothing is decided: {failure}"
        yield Obstacle(kind=Kind.RULES_FAIL, what=what, mend="Mend the rule or the value, then `config publish`.")


def _held(look: _Look) -> Iterator[Obstacle]:
    name = held.standing(look.tx, [look.lead.id]).open.get(look.lead.id)
    if name is not None:
        what = f"what would happen to the lead waits for a person's word, in the set {name}"
        mend = f"`leadloop held show {name}`, then `held approve {name}` or `held discard {name}`."
        yield Obstacle(kind=Kind.HELD, what=what, mend=mend)


def _gates(look: _Look) -> Iterator[Obstacle]:
    noted = {
        (each.connection, each.way): each for each in gates.of_leads(look.tx, [look.lead.id]).get(look.lead.id, ())
    }
    judged = {**look.merged.judged, **look.merged.limits}
    for (connection, way), each in sorted(noted.items()):
        told = "; ".join(look.asked.fields.gates.explain(connection, way, judged)) or each.words
        what = f"the {way} gate of {connection} is closed to the lead: {told}"
        mend = f"Mend the value, or `systems.{connection}.gates.{way}` in mapping.yaml."
        yield Obstacle(kind=Kind.GATE, what=what, mend=mend, connection=connection)


def _queued(look: _Look) -> Iterator[Obstacle]:
    handoff = look.handoff
    if handoff is not None and handoff.queue is not None:
        what = f"the handoff waits in the queue {handoff.queue}: {handoff.queue_cause or 'nobody is free'}"
        yield Obstacle(kind=Kind.QUEUED, what=what, mend="It goes on by itself once that is mended.")


def _creation(look: _Look) -> Iterator[Obstacle]:
    for name in look.systems:
        if name in look.heads:
            continue
        create = look.asked.fields.rules.systems[name].create
        if create == "enrich":
            what = f"{name} has no record of the person, and nobody is created there (`create: enrich`)"
            mend = f"Create them in {name}, or set `create: create_at_mql` in mapping.yaml."
        elif look.handoff is None:
            what = f"{name} has no record of the person; one is created when a handoff opens ({look.lead.stage} now)"
            mend = "Nothing, until they are handed off."
        else:
            what, mend = _yet_to_come(look, name, look.handoff)
        yield Obstacle(kind=Kind.NOT_CREATED, what=what, mend=mend, connection=name)


def _yet_to_come(look: _Look, name: str, handoff: Handoff) -> tuple[str, str]:
    fields = look.asked.fields
    promised = is_promised(name, look.records, fields)
    at = creation_at(handoff.opened_at, fields.rules.systems[name], promised=promised)
    shut = any(each.connection == name and each.way is not Way.READ for each in look.merged.closed)
    if shut or handoff.queue is not None:
        return f"{name} has no record of the person, and creating one waits for the above", "Mend the above."
    if promised and at > look.asked.now:
        what = f"another tool's link leads to a record in {name} that {name} does not show yet"
        return what, f"Nothing: if none has come by {at:%Y-%m-%d %H:%M} UTC, one is created."
    until = f", from {at:%Y-%m-%d %H:%M} UTC on" if at > look.asked.now else ""
    return f"{name} has no record of the person yet: it is created next{until}", "Nothing: it goes by itself."


def _fields(look: _Look) -> Iterator[Obstacle]:
    yield from in_fields(look.tx, look.shown)


def _cold(look: _Look) -> Iterator[Obstacle]:
    if look.lead.shown_at is None:
        what = f"the score is not shown yet: only people from `{look.asked.from_step}` on are worth a write"
        yield Obstacle(kind=Kind.COLD, what=what, mend="`showing.from_step` in scoring.yaml says from when.")


def _budget(look: _Look) -> Iterator[Obstacle]:
    for name, words in sorted(look.asked.refusals.items()):
        mend = "Nothing: handoffs still go, the rest follows when calls become free."
        yield Obstacle(kind=Kind.BUDGET, what=words, mend=mend, connection=name)


def _due(look: _Look) -> Iterator[Obstacle]:
    decides, plans = leads.waits(look.tx, look.lead.id, now=look.asked.now)
    if decides or plans:
        what = "there is news of the lead that is not " + ("decided" if decides else "planned") + " yet"
        yield Obstacle(kind=Kind.DUE, what=what, mend="Nothing: the next cycle does it.")


def _in_step(look: _Look, found: Iterable[Obstacle]) -> Iterator[Obstacle]:
    """Systems about which there is nothing to say."""
    hindered = {each.connection for each in found if each.kind not in STANDING}
    last, differs = outbox.last_arrived(look.tx, look.lead.id), list(look.shown.differing())
    for name in look.systems:
        if name not in look.heads or {name, None} & hindered:
            continue
        ref, at = look.heads[name].record.ref, last.get(name)
        late = sorted(row.field for row in differs if row.ref == ref)
        if late:
            what, mend = (
                f"{name} does not show what is wished yet: {', '.join(late)}",
                "Nothing: the next cycle does it.",
            )
            yield Obstacle(kind=Kind.DUE, what=what, mend=mend, connection=name, ref=ref)
        else:
            since = f"last written {at:%Y-%m-%d %H:%M} UTC" if at else "nothing was written there lately"
            what = f"in step with {name}: {since}"
            yield Obstacle(kind=Kind.IN_STEP, what=what, mend="Nothing.", connection=name, ref=ref)


SOURCES: tuple[Callable[[_Look], Iterator[Obstacle]], ...] = (
    *(_connections, _step, _records, _rules, _held, _gates, _queued, _creation, _fields, _cold, _budget, _due),
)
