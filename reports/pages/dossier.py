"""Everything that is kept of one lead, read in one transaction and by its number alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from domain.audit import LOOP
from domain.handoff import Assignment, StepTaken
from domain.lead import Lead
from domain.record import Record
from domain.score import Score
from domain.values import LeadId, RecordRef
from reports import histories
from reports.histories import Life
from reports.pages.past_scores import ScorerAt, past_scores
from store import audit, clock_steps, connections, desired, dossiers, handoffs, intents, leads, notes, records, unions
from store.audit import AuditEntry
from store.desired import MembershipRow
from store.dossiers import Pressing, Undecided
from store.engine import Tx
from store.erased import Erasure
from store.intents import KeptIntent
from store.notes import Note
from store.outbox_row import OutboxRow
from store.unions import Union


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """`scores`: at each move and handoff, the last one now, without so many older ones that were left `unscored`;
    `brought`: union → records that it brought; `keys`: by which the audit knows values; `read_at`: connection → when it
    was last read, None where it never was; `waiting`: activities under this person's addresses that nobody claims."""

    life: Life
    known_at: datetime
    erasure: Erasure | None = None
    parts: Sequence[LeadId] = ()
    assignments: Sequence[Assignment] = ()
    steps: Sequence[StepTaken] = ()
    records: Sequence[Record] = ()
    intents: Sequence[KeptIntent] = ()
    memberships: Sequence[MembershipRow] = ()
    rows: Sequence[OutboxRow] = ()
    audit: Sequence[AuditEntry] = ()
    keys: Mapping[LeadId, bytes] = field(default_factory=dict)
    unions: Sequence[Union] = ()
    brought: Mapping[int, Sequence[RecordRef]] = field(default_factory=dict)
    conflicts: Sequence[Undecided] = ()
    notes: Sequence[Note] = ()
    pressed: Sequence[Pressing] = ()
    scores: Sequence[Score] = ()
    read_at: Mapping[str, datetime | None] = field(default_factory=dict)
    unscored: int = 0
    taken_back: int = 0
    waiting: int = 0

    @property
    def lead(self) -> Lead:
        return self.life.lead

    @property
    def score(self) -> Score | None:
        """As of now."""
        return self.scores[-1] if self.scores else None


def dossier_of(tx: Tx, lead_id: LeadId, *, scorer_at: ScorerAt, now: datetime) -> Dossier | None:
    """None of a number that is no living lead's, nor an erased person's."""
    life = next(iter(histories.of(tx, [lead_id])), None)
    if life is None:
        return _husk(tx, lead_id)
    parts = dossiers.parts_of(tx, lead_id)
    found, united = records.of_leads(tx, [lead_id]).get(lead_id, []), unions.of_leads(tx, [lead_id])
    told = _own(tx, dossiers.audited(tx, [lead_id, *parts]), lead_id)
    taken_back = dossiers.taken_back(tx, lead_id)
    moments = [each.at for each in life.transitions] + [each.opened_at for each in life.handoffs]
    found_scores, unscored = past_scores(tx, life, [*moments, now], taken_back=taken_back, scorer_at=scorer_at)
    return Dossier(
        life=life,
        known_at=dossiers.known_at(tx, lead_id) or life.lead.stage_since,
        parts=parts,
        assignments=handoffs.assignments_of(tx, [lead_id]).get(lead_id, []),
        steps=clock_steps.of_leads(tx, [lead_id]).get(lead_id, []),
        records=found,
        intents=intents.of_leads(tx, [lead_id]).get(lead_id, []),
        memberships=desired.memberships_of(tx, [lead_id]).get(lead_id, []),
        rows=dossiers.writes(tx, lead_id),
        audit=told,
        keys=audit.subject_keys_of(tx, [lead_id, *parts]),
        unions=united,
        brought=dossiers.records_of_unions(tx, [each.id for each in united]),
        conflicts=dossiers.undecided(tx, lead_id),
        notes=notes.of_lead(tx, lead_id, at=now),
        pressed=dossiers.pressed(tx, lead_id),
        scores=found_scores,
        unscored=unscored,
        read_at={each.name: _read_at(tx, each.name) for each in connections.all(tx)},
        taken_back=taken_back,
        waiting=dossiers.unclaimed(tx, _addresses(life)),
    )


def _husk(tx: Tx, lead_id: LeadId) -> Dossier | None:
    """Of who was erased: the dates, the stages, and who of ours had them."""
    lead, erasure = leads.erased_one(tx, lead_id), dossiers.erasure_of(tx, lead_id)
    if lead is None or erasure is None:
        return None
    return Dossier(
        life=Life(
            lead=lead,
            handoffs=handoffs.all_of(tx, [lead_id]).get(lead_id, []),
            transitions=handoffs.transitions_of(tx, [lead_id]).get(lead_id, []),
        ),
        known_at=dossiers.known_at(tx, lead_id) or lead.stage_since,
        erasure=erasure,
        assignments=handoffs.assignments_of(tx, [lead_id]).get(lead_id, []),
        steps=clock_steps.of_leads(tx, [lead_id]).get(lead_id, []),
        audit=dossiers.audited(tx, [lead_id]),
        unions=unions.of_leads(tx, [lead_id]),
    )


def _own(tx: Tx, entries: Sequence[AuditEntry], lead_id: LeadId) -> list[AuditEntry]:
    """Without what was done about records that were parted from this lead and are somebody else's now."""
    refs = {entry: ref for entry in entries if (ref := _ref_of(entry)) is not None}
    whose = records.lead_of(tx, set(refs.values()))
    return [each for each in entries if each not in refs or whose.get(refs[each], lead_id) == lead_id]


def _ref_of(entry: AuditEntry) -> RecordRef | None:
    if entry.connection is None or entry.object is None or entry.record_id is None or entry.actor != LOOP:
        return None
    return RecordRef(connection=entry.connection, object=entry.object, id=entry.record_id)


def _read_at(tx: Tx, connection: str) -> datetime | None:
    return max(connections.read_at(tx, connection).values(), default=None)


def _addresses(life: Life) -> set[str]:
    return {str(each.value).lower() for each in life.facts if each.name == "email" and each.value}
