"""What holds in every history: after each cycle, and once the dust has settled. Words for whatever is broken.

The systems' records and what was done to them are the judge of what happened there; the store is asked only for what
is its own: stages, the audit, the outbox, cursors.
"""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select, text

from domain.record import Record
from domain.stage import Cause, Stage
from domain.values import LeadId, RecordRef
from handoff.hand_raise import WITHOUT_HANDOFF
from handoff.lifecycle import IN_HANDOFF, allows
from store import audit_chain, audit_joins, desired, handoffs, intents, leads, records, unions
from store.engine import Tx
from store.schema import lead as lead_table
from store.schema import outbox
from sync.same import same
from tests.simulation.systems import System, is_live
from tests.simulation.world import World

PEOPLE = frozenset({"Lead", "Contact", "contacts"})
WRITTEN_TO = "LL · Nurture"
ENDED = frozenset({"done", "gone"})


@dataclass(slots=True)
class Watch:
    """Looks after each cycle at what may only ever go one way."""

    world: World
    _ended: dict[int, str] = field(default_factory=dict)
    _positions: dict[tuple[str, str], int] = field(default_factory=dict)
    _epoch: int = 0

    def broken(self) -> Iterator[str]:
        with self.world.store.read() as tx:
            yield from self._outbox(tx)
            yield from self._cursors(tx)
            yield from self._leadership(tx)
            yield from moves(tx)
        for system in (self.world.crm, self.world.mail):
            yield from twice(system)

    def _outbox(self, tx: Tx) -> Iterator[str]:
        """I13: what has ended never begins again."""
        found = {row.id: row.status for row in tx.execute(select(outbox.c.id, outbox.c.status))}
        for number, status in self._ended.items():
            if found.get(number, status) != status:
                yield f"outbox row {number} was {status} and is {found[number]}"
        self._ended |= {number: status for number, status in found.items() if status in ENDED}

    def _cursors(self, tx: Tx) -> Iterator[str]:
        """I9: they move forward, and never past what was shown."""
        for connection, stream, position in tx.execute(text("SELECT connection, stream, position FROM cursor")):
            system = self.world.crm if connection == "salesforce" else self.world.mail
            at, shown = int(position), len(system.feed.get(stream, ()))
            if not self._positions.get((connection, stream), 0) <= at <= shown:
                yield f"{connection}'s cursor of {stream} stands at {position} of {shown}"
            self._positions[connection, stream] = at

    def _leadership(self, tx: Tx) -> Iterator[str]:
        """I12: every leader has an epoch of its own, the later the higher."""
        epoch = tx.execute(text("SELECT epoch FROM leadership")).scalar_one()
        if epoch < self._epoch or epoch != self.world.loop.epoch:
            yield f"epoch {epoch} after {self._epoch}, and the loop has {self.world.loop.epoch}"
        self._epoch = epoch


def twice(system: System) -> Iterator[str]:
    """I4: one creation per key."""
    for (kind, key), times in system.created().items():
        if times > 1:
            yield f"{kind} {key} was created {times} times"


def moves(tx: Tx) -> Iterator[str]:
    """I2: each move is in the table, begins where the last one ended, and names the rules by which it was made.

    Whoever was united has the moves of two people up to then, each in its own order.
    """
    living = _living(tx)
    united: dict[LeadId, datetime] = {}
    for union in unions.of_leads(tx, living):
        united[union.survivor] = max(union.at, united.get(union.survivor, union.at))
    for lead, found in handoffs.transitions_of(tx, living).items():
        stage = None
        for each in found:
            if each.cause is not Cause.BASELINE and not allows(each.before, each.after, each.cause):
                yield f"lead {lead} went from {each.before} to {each.after} by {each.cause}"
            of_two = lead in united and each.at <= united[lead]
            if not of_two and stage not in (None, each.before):
                yield f"lead {lead} went from {each.before}, and was {stage}"
            if not each.rule_hash:
                yield f"a move of lead {lead} names no rules"
            stage = each.after


def at_rest(world: World) -> Iterator[str]:
    """I1, I3, I5, I6, I19: what people see is what is wanted, and everything is accounted for."""
    with world.store.read() as tx:
        for system in (world.crm, world.mail):
            yield from _read(tx, system, erased=world.erased)
        yield from _wanted(tx, world)
        yield from _desks(tx, world.crm)
        yield from _places(tx)
        yield from _lists(world)
        ends = audit_joins.loose_ends(tx, now=world.now + timedelta(days=2))
        yield from (f"{each.connection} {each.key}: {each.what}" for each in ends)
        verdict = audit_chain.verify(tx)
        if not verdict.ok:
            yield f"audit row {verdict.first_bad} is {verdict.fault}"


def _read(tx: Tx, system: System, *, erased: Collection[str]) -> Iterator[str]:
    """I1: everybody there is known as they are, and nobody else is. What the CRM has of the erased is its own."""
    people = {
        ref: each
        for ref, each in system.records.items()
        if ref.object in PEOPLE and each.values.get("Email") not in erased
    }
    kept = records.get(tx, people)
    for ref, each in people.items():
        if ref not in kept or not _alike(kept[ref], each):
            yield f"{ref} is not known as it is"
    for kind in sorted({ref.object for ref in people}):
        for known in records.of_object(tx, system.name, kind):
            if known.ref not in system.records and is_live(known):
                yield f"{known.ref} is known and gone"


def _alike(known: Record, shown: Record) -> bool:
    return is_live(known) == is_live(shown) and (
        not is_live(shown) or all(same(value, known.values.get(name)) for name, value in shown.values.items())
    )


def _wanted(tx: Tx, world: World) -> Iterator[str]:
    """I5: each field that is wished for shows what is wished."""
    for lead, wishes in desired.of_leads(tx, _living(tx)).items():
        for each in wishes:
            system = world.crm if each.ref.connection == "salesforce" else world.mail
            shown = system.records.get(each.ref)
            if shown is not None and is_live(shown) and not same(each.value, shown.values.get(each.field)):
                yield f"{each.field} of lead {lead} is wished to be {each.value} and shows {shown.values[each.field]}"


def _desks(tx: Tx, crm: System) -> Iterator[str]:
    """I4: whoever sales has brings one open task at most, and nobody else brings one.

    But for those who ask to be called while they are in a deal or customers: whoever looks after them is given a
    task for each request, which belongs to no handoff and is theirs to close.
    """
    still_open = [each for each in crm.living("Task") if each.values["Status"] != "Completed"]
    known = records.lead_of(tx, {ref for each in still_open for ref in _about(crm, each)})
    told = {key: kept for found in intents.of_leads(tx, known.values()).values() for key, kept, _, _ in found}
    with_sales, at_desk = handoffs.open_of(tx, known.values()), Counter[RecordRef]()
    for each in still_open:
        about = next((ref for ref in _about(crm, each) if ref in known), None)
        if about is None:
            continue
        key = str(each.values["LL_Key__c"])
        if key in told and not told[key].handoff:
            yield from _signals(tx, known[about])
        elif known[about] not in with_sales:
            yield f"there is an open task about {about}, whom sales does not have"
        else:
            at_desk[about] += 1
    yield from (f"{times} open tasks about {about}" for about, times in at_desk.items() if times > 1)


def _about(crm: System, task: Record) -> Iterator[RecordRef]:
    """The record that a task is about, as every object that it may be."""
    return (RecordRef(connection=crm.name, object=kind, id=str(task.values["WhoId"])) for kind in PEOPLE)


def _signals(tx: Tx, lead: LeadId) -> Iterator[str]:
    made = handoffs.transitions_of(tx, [lead]).get(lead, ())
    if WITHOUT_HANDOFF.isdisjoint(each.after for each in made):
        yield f"lead {lead} has a task of no handoff and was never in a deal"


def _lists(world: World) -> Iterator[str]:
    """Who opted out is on no list that is written to."""
    for name, members in world.mail.members.items():
        for each in world.mail.living("contacts", hs_email_optout=True):
            if each.ref.id in members and name.startswith(WRITTEN_TO):
                yield f"{each.ref} opted out and is on {name}"


def _places(tx: Tx) -> Iterator[str]:
    """I3: who is with sales has a rep or waits in a queue with its cause; who is not has neither."""
    living = _living(tx)
    still_open = handoffs.open_of(tx, living)
    for number, lead in leads.get(tx, living).items():
        each = still_open.get(number)
        with_sales = lead.stage in IN_HANDOFF
        if with_sales and (each is None or not (each.owner or each.queue_cause)):
            yield f"lead {number} is {lead.stage} and nobody has it"
        if lead.stage in {Stage.RECYCLED, Stage.DISQUALIFIED, Stage.KNOWN} and each is not None:
            yield f"lead {number} is {lead.stage} and its handoff is open"


def _living(tx: Tx) -> list[LeadId]:
    return list(tx.execute(select(lead_table.c.id).where(lead_table.c.merged_into.is_(None))).scalars())
