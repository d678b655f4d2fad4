"""All that the store knows of why a lead is counted in one place and not in another: read for a portion of leads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from domain.drift import DriftKind
from domain.gate import Closed
from domain.handoff import Handoff
from domain.misfit import Misfit
from domain.place import FieldOf, Place
from domain.record import Record
from domain.run import ConnectionStatus, GoLive
from domain.values import LeadId, Value
from mapping.compiled import FieldMap
from mapping.identity import emails_of
from reports.pages.stage_dates import StageDates
from store import (
    connections,
    desired,
    drifts,
    flaps,
    gates,
    heard,
    held,
    heldwrites,
    misfits,
    outbox,
    reconciled,
    records,
)
from store.engine import Tx
from store.flaps import NOWHERE, Stops
from store.heldwrites import KeptWrite
from store.outbox import OutboxRow
from store.reconciled import Standing

_STILL = frozenset({ConnectionStatus.SUSPENDED, ConnectionStatus.PAUSED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """How everything stands beside the leads. `heard`: until when each system was read; of one that never was it is
    `heard.NEVER`. `unread`: systems of which no record is known either; `still`: connections that stand still."""

    fields: FieldMap
    step: GoLive
    heard: Mapping[str, datetime]
    unread: frozenset[str] = frozenset()
    still: Mapping[str, str] = field(default_factory=dict)
    drifts: Mapping[FieldOf, DriftKind] = field(default_factory=dict)
    stops: Stops = NOWHERE
    overwriters: Mapping[FieldOf, str] = field(default_factory=dict)
    """Who overwrites a field that is written no more, where that is known."""


def around(tx: Tx, fields: FieldMap, step: GoLive) -> Around:
    systems = list(fields.rules.systems)
    until, seen = heard.until(tx, systems), {name for name, _ in records.objects(tx)}
    return Around(
        fields=fields,
        step=step,
        heard=until,
        unread=frozenset(name for name in systems if name not in seen and until[name] == heard.NEVER),
        still={each.name: each.status.value for each in connections.all(tx) if each.status in _STILL},
        drifts={each.field: each.drift.kind for each in drifts.of(tx)},
        stops=flaps.stops(tx),
        overwriters={each.field: each.who for each in flaps.stopped(tx) if each.who},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What is known of one lead. `wished`: what its records are to show; `written`: places that we wrote, as far as
    rows are kept; `held`: fields that wait for a person's word, `held_set`: the set in which the lead itself does."""

    standing: Standing
    records: Sequence[Record]
    dates: StageDates
    handoff: Handoff | None
    closed: Sequence[Closed] = ()
    rows: Sequence[OutboxRow] = ()
    wished: Mapping[Place, Value] = field(default_factory=dict)
    written: frozenset[Place] = frozenset()
    held: Mapping[Place, KeptWrite] = field(default_factory=dict)
    held_set: str | None = None
    misfits: Sequence[Misfit] = ()
    undecided: frozenset[str] = frozenset()

    @property
    def lead_id(self) -> LeadId:
        return self.standing.lead_id

    def has_address(self, fields: FieldMap) -> bool:
        systems = fields.rules.systems
        return any(emails_of(each, systems[each.ref.connection]) for each in self.records if _is_mapped(each, fields))


def _is_mapped(record: Record, fields: FieldMap) -> bool:
    return record.ref.connection in fields.rules.systems


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """What tells whether anybody counts a lead: all that is read of most."""

    standing: Standing
    records: Sequence[Record]
    dates: StageDates
    handoff: Handoff | None


def evidence_of(tx: Tx, outlines: Sequence[Outline]) -> list[Evidence]:
    """Of these leads everything, in their order."""
    ids = [each.standing.lead_id for each in outlines]
    closed, rows, wishes = gates.of_leads(tx, ids), outbox.open_of(tx, ids), desired.of_leads(tx, ids)
    kept, sets, stays = heldwrites.of_leads(tx, ids), held.standing(tx, ids), misfits.of_leads(tx, ids)
    undecided = reconciled.undecided(tx, ids)
    written = frozenset(outbox.last_written(tx, ids))
    found = []
    for each in outlines:
        lead = each.standing.lead_id
        own = {record.ref for record in each.records}
        found.append(
            Evidence(
                standing=each.standing,
                records=each.records,
                dates=each.dates,
                handoff=each.handoff,
                closed=closed.get(lead, ()),
                rows=rows.get(lead, ()),
                wished={Place(ref=wish.ref, field=wish.field): wish.value for wish in wishes.get(lead, ())},
                written=frozenset(place for place in written if place.ref in own),
                held=kept.get(lead, {}),
                held_set=sets.open.get(lead),
                misfits=stays.get(lead, ()),
                undecided=undecided.get(lead, frozenset()),
            )
        )
    return found
