"""Which of the writes that are planned somebody may miss, and what is known of each: the reading side of the radius.

Every field of every write passes here, so that what is plainly ours (a new score, a new reason) is told from the write
alone; the store is asked about the rest.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from config.mapping import Property, Role
from config.scoring import SHOWN
from domain.change import ChangeKind
from domain.place import FieldOf, Place
from domain.radius import HeldStatus, HeldWrite, WriteClass
from domain.run import OutboxStatus
from domain.stage import Cause
from domain.values import LeadId, RecordRef, Value
from mapping.danger import class_of, is_blank, is_light
from store import bases, flaps, handoffs, outbox
from store.bases import Base
from store.engine import Tx
from store.flaps import Write
from store.heldwrites import KeptWrite
from store.outbox import OutboxDraft
from sync.loop import InForce
from sync.same import same
from sync.weighing import Piece, Weighed, Word

LOOK_BACK = timedelta(days=90)
"""As long as the outbox keeps what was written: what is older is not known to be ours."""
FRESH = timedelta(hours=24)
"""A write that comes with a decision follows it within this time."""
_ON_THE_WAY = frozenset({OutboxStatus.PENDING, OutboxStatus.WAITING, OutboxStatus.CLAIMED})
_BAND = "band"
_LIST = Property(name="list", role=Role.STATUS, fields={})
"""Being on a list is not a field of the mapping; it follows decisions as a status does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """The mapping read from the systems' side.

    `moved`: fields that a property was moved to by a publication; `added`: fields that came with one. What is ours
    there is looked up.
    """

    properties: Mapping[tuple[str, str, str], Property]
    keys: Mapping[tuple[str, str], str]
    """(connection, object) of people → the field with our own key."""
    moved: frozenset[FieldOf] = frozenset()
    added: frozenset[FieldOf] = frozenset()

    @classmethod
    def of(cls, rules: InForce, *, moved: frozenset[FieldOf], added: frozenset[FieldOf]) -> "Columns":
        return cls(
            properties={(*at, name): one.rule for one in rules.fields.properties for at, name in one.fields.items()},
            keys={(name, kind): s.people.key for name, s in rules.mapping.systems.items() for kind in s.people.objects},
            moved=moved,
            added=added,
        )

    def since_published(self, connection: str, kind: str) -> dict[str, bool]:
        """Fields of an object that came by a publication → whether the property was in another one before."""
        found = {each.field: False for each in self.added if (each.connection, each.object) == (connection, kind)}
        return found | {each.field: True for each in self.moved if (each.connection, each.object) == (connection, kind)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspect:
    """One field of a planned write that may be a danger. `shows`: it goes with another band."""

    draft: int
    lead_id: LeadId
    place: Place
    prop: Property
    before: Value
    value: Value
    shows: bool = False
    moved: bool = False


def suspects(drafts: Sequence[OutboxDraft], columns: Columns) -> Iterator[Suspect]:
    """What cannot be told to be harmless from the write alone."""
    for number, draft in enumerate(drafts):
        if draft.lead_id is None or draft.change.id is None:
            continue
        if draft.change.kind is ChangeKind.MEMBER and not draft.change.member:
            yield _leaving(number, draft, draft.lead_id)
        elif draft.change.kind is ChangeKind.FIELDS and (draft.connection, draft.change.object) in columns.keys:
            yield from _of_fields(number, draft, draft.lead_id, columns)


def _leaving(number: int, draft: OutboxDraft, lead: LeadId) -> Suspect:
    place = Place(ref=_ref(draft), field=f"list {draft.change.list}")
    return Suspect(draft=number, lead_id=lead, place=place, prop=_LIST, before=True, value=False)


def _of_fields(number: int, draft: OutboxDraft, lead: LeadId, columns: Columns) -> Iterator[Suspect]:
    """Whoever shows our key was written to before: our own fields there are ours, unless they are others now."""
    at = (draft.connection, draft.change.object)
    is_first = columns.keys[at] in draft.change.values
    shows, late = _shows_another_band(draft, columns), columns.since_published(*at)
    for name, value in draft.change.values.items():
        prop = columns.properties.get((*at, name))
        is_own = prop is not None and prop.role is Role.OWNED
        score = shows and prop is not None and prop.name in SHOWN
        if is_own and not (is_first or score or name in late):
            continue
        yield Suspect(
            draft=number,
            lead_id=lead,
            place=Place(ref=_ref(draft), field=name),
            prop=prop or Property(name=name, fields={}),
            before=draft.before.get(name),
            value=value,
            shows=score,
            moved=late.get(name, False),
        )


def _shows_another_band(draft: OutboxDraft, columns: Columns) -> bool:
    at = (draft.connection, draft.change.object)
    for name, value in draft.change.values.items():
        prop = columns.properties.get((*at, name))
        if prop is not None and prop.name == _BAND:
            before = draft.before.get(name)
            return not is_blank(before) and before != value
    return False


def _ref(draft: OutboxDraft) -> RecordRef:
    return RecordRef(connection=draft.connection, object=draft.change.object, id=draft.change.id or "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the store knows of some leads' suspects."""

    kept: Mapping[LeadId, Mapping[Place, KeptWrite]]
    sent: frozenset[tuple[Place, Value]] = frozenset()
    """What is on its way out already: it was weighed when it was put there."""
    written: Mapping[RecordRef, Sequence[Write]] = field(default_factory=dict)
    agreed: Mapping[LeadId, Mapping[tuple[str, str], Base]] = field(default_factory=dict)
    decided: Mapping[LeadId, datetime] = field(default_factory=dict)
    """When a lead was last moved or given to somebody, the first day's stages left out."""
    raised: frozenset[LeadId] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsaved:
    """What a plan would decide at `at`, of which the store knows nothing yet."""

    at: datetime
    decided: frozenset[LeadId]
    raised: frozenset[LeadId]


def know(
    tx: Tx,
    found: Sequence[Suspect],
    kept: Mapping[LeadId, Mapping[Place, KeptWrite]],
    unsaved: Unsaved | None = None,
    *,
    now: datetime,
) -> Known:
    """Few statements for all of them, and only those that some of them ask for."""
    if not found:
        return Known(kept=kept)
    ids = _leads(found)
    replacing = [each for each in found if not is_blank(each.before)]
    theirs = _leads(each for each in replacing if each.prop.role is not Role.OWNED)
    follows = _leads(each for each in found if each.prop.role in {Role.STATUS, Role.OWNER, Role.ANSWER})
    decided = _decided(tx, follows) if follows else {}
    raised = {lead for lead, handoff in handoffs.open_of(tx, ids).items() if handoff.hand_raise}
    if unsaved is not None:
        decided |= dict.fromkeys(unsaved.decided, unsaved.at)
        raised |= unsaved.raised
    return Known(
        kept=kept,
        sent=frozenset(_on_the_way(tx, ids)),
        written=flaps.confirmed(tx, theirs, since=now - LOOK_BACK) if theirs else {},
        agreed=bases.bases_of(tx, _leads(replacing)) if replacing else {},
        decided=decided,
        raised=frozenset(raised),
    )


def _leads(found: Iterable[Suspect]) -> list[LeadId]:
    return sorted({each.lead_id for each in found})


def _on_the_way(tx: Tx, ids: Collection[LeadId]) -> Iterator[tuple[Place, Value]]:
    for rows in outbox.open_of(tx, ids).values():
        for row in rows:
            if row.status not in _ON_THE_WAY or row.change.id is None:
                continue
            ref = RecordRef(connection=row.connection, object=row.change.object, id=row.change.id)
            yield from ((Place(ref=ref, field=name), value) for name, value in row.change.values.items())
            if row.change.kind is ChangeKind.MEMBER:
                yield Place(ref=ref, field=f"list {row.change.list}"), row.change.member


def _decided(tx: Tx, ids: Sequence[LeadId]) -> dict[LeadId, datetime]:
    moments: dict[LeadId, list[datetime]] = {}
    for lead, moves in handoffs.transitions_of(tx, ids).items():
        moments.setdefault(lead, []).extend(move.at for move in moves if move.cause is not Cause.BASELINE)
    for lead, given in handoffs.assignments_of(tx, ids).items():
        moments.setdefault(lead, []).extend(each.at for each in given)
    return {lead: max(some) for lead, some in moments.items() if some}


def weighed(
    found: Sequence[Suspect],
    known: Known,
    drafts: Sequence[OutboxDraft],
    *,
    since: datetime,
    now: datetime,
    first: int = 0,
) -> dict[LeadId, Weighed]:
    """What of the suspects is a danger, by lead. `since`: when the rules in force were published.

    `first`: the number of the first draft in the whole pass.
    """
    pieces: dict[LeadId, list[Piece]] = {}
    for each in found:
        ours = _is_ours(each, known)
        kind = _class_of(each, known, ours=ours, since=max(since, now - FRESH))
        if kind is None or (each.place, each.value) in known.sent:
            continue
        if kind is WriteClass.SCORE and each.lead_id in known.raised:
            continue
        draft = drafts[each.draft]
        write = HeldWrite(
            lead_id=each.lead_id,
            place=each.place,
            property=each.prop.name,
            kind=kind,
            before=each.before,
            value=each.value,
            cause=draft.cause,
            rule_hash=draft.rule_hash,
        )
        word = _word(write, known.kept.get(each.lead_id, {}), now=now)
        light = is_light(each.prop, each.value, ours=ours)
        pieces.setdefault(each.lead_id, []).append(Piece(write=write, draft=first + each.draft, word=word, light=light))
    return {
        lead: Weighed(lead_id=lead, pieces=_as_one(several), hand_raise=lead in known.raised)
        for lead, several in pieces.items()
    }


def _class_of(each: Suspect, known: Known, *, ours: bool, since: datetime) -> WriteClass | None:
    decided_at = known.decided.get(each.lead_id)
    kind = class_of(
        each.prop.role,
        each.before,
        ours=ours,
        decided=decided_at is not None and decided_at >= since,
        moved=each.moved,
    )
    return WriteClass.SCORE if kind is None and each.shows else kind


def _is_ours(each: Suspect, known: Known) -> bool:
    """Our own field, once we wrote it; else a value that we put there and nobody changed, but for its form."""
    base = known.agreed.get(each.lead_id, {}).get((each.prop.name, each.place.ref.connection))
    if each.prop.role is Role.OWNED:
        return base is not None
    if is_blank(each.before):
        return False
    written = known.written.get(each.place.ref, ())
    last = next((write.values[each.place.field] for write in written if each.place.field in write.values), None)
    if last is None or same(last, each.before):
        return last is not None
    if base is None or each.before not in (base[1], *base[2]):
        return False
    return same(base[0], last) or last in base[2]


def _word(write: HeldWrite, kept: Mapping[Place, KeptWrite], *, now: datetime) -> Word:
    """A set is frozen: what is shown in it is what an approval is for, and a record that shows something else by the
    time of the approval is asked about anew."""
    known = kept.get(write.place)
    if known is None or not same(known.write.value, write.value):
        return Word.NONE
    if known.status is HeldStatus.DISCARDED:
        return Word.DISCARDED
    if known.status is HeldStatus.OPEN:
        return Word.HELD
    if not same(known.write.before, write.before):
        return Word.AGAIN
    return Word.APPROVED if known.valid_until is None or known.valid_until > now else Word.AGAIN


def _as_one(pieces: Sequence[Piece]) -> tuple[Piece, ...]:
    """The number and its reason go with the band that they belong to."""
    words = {each.draft: each.word for each in pieces if each.write.property == _BAND}
    return tuple(
        replace(each, word=words[each.draft])
        if each.write.kind is WriteClass.SCORE and each.word is not words[each.draft]
        else each
        for each in pieces
    )
