"""Who was erased does not come back: what systems still show of them is kept as no more than its id.

Known again are their records for good, our own key, and their addresses until they come by themselves: a form that was
sent after the erasure is a person nobody here knows yet.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from config.settings import Settings
from domain.activity import Activity, ActivityKind
from domain.hint import Hint, HintKind
from domain.identity import Tie
from domain.record import Record
from domain.values import LeadId, RecordRef
from mapping.addresses import normalised_email
from mapping.deals import people_in, without_people
from mapping.identity import KeyKind, is_erased, record_key, ties_of
from store import erased, inbox, records
from store.engine import Tx
from store.erased import Erasure, Hashes
from sync.loop import InForce

_Key = tuple[str, str]
_OWN = frozenset({Tie.SELF, Tie.SYSTEM, Tie.LEAD_KEY})
"""By these a record is an erased person's whatever else is known of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sifted:
    """Rows without what is about erased people. `came_back`: somebody did, and hints say what is to be read again."""

    shown: Sequence[Record]
    activities: Sequence[Activity]
    came_back: bool = False


def hashes_of(settings: Settings) -> Hashes:
    return Hashes(settings.key.get_secret_value() if settings.key is not None else None)


def note_erased(tx: Tx, shown: Sequence[Record], forgets: Collection[str], *, by: str, now: datetime) -> None:
    """Whom their system erased, the whole person is to be forgotten here: see `Forgetting`."""
    refs = [record.ref for record in shown if record.ref.object in forgets and is_erased(record)]
    if not refs:
        return
    theirs = records.lead_of(tx, refs)
    erased.ask(tx, set(theirs.values()), by=by, reason=f"erased in {by}", now=now)


def sift(
    tx: Tx, hashes: Hashes, shown: Sequence[Record], activities: Sequence[Activity], rules: InForce, *, now: datetime
) -> Sifted:
    """Take out what is about erased people, and keep of their records the ids."""
    if not (shown or activities) or not erased.anybody(tx):
        return Sifted(shown=shown, activities=activities)
    keys = {record.ref: _keys_of(record, rules) for record in shown}
    asked = {key for theirs in keys.values() for key in theirs} | {key for one in activities for key in _keys(one)}
    known = dict(erased.known(tx, hashes, asked))
    came = _let_return(tx, hashes, activities, known, now=now)
    living = _living(tx, [record.ref for record in shown], known)
    out = {
        record.ref: whose
        for record in shown
        if (whose := _whose(keys[record.ref], known, is_known=record.ref in living)) is not None
    }
    _forget_too(tx, {ref: lead for ref, lead in living.items() if ref in out}, now=now)
    _keep_ids(tx, hashes, [record for record in shown if record.ref in out], out, living, now=now)
    gone = _of_erased(tx, activities)
    return Sifted(
        shown=[record for record in shown if record.ref not in out],
        activities=[
            one for one in activities if one.record not in gone and not any(key in known for key in _keys(one))
        ],
        came_back=came,
    )


def unlink(tx: Tx, hashes: Hashes, shown: Sequence[Record], rules: InForce) -> Sequence[Record]:
    """Deals and places in them as if erased people had never stood there."""
    named = {ref for record in shown for ref in people_in(record, rules.mapping)}
    if not named or not erased.anybody(tx):
        return shown
    known = erased.known(tx, hashes, [_plain(ref) for ref in named])
    theirs = records.lead_of(tx, named)
    leads = erased.among(tx, set(theirs.values()))
    gone = {ref for ref in named if _plain(ref) in known or theirs.get(ref) in leads}
    return [without_people(record, gone, rules.mapping) for record in shown]


def _keys_of(record: Record, rules: InForce) -> dict[_Key, Tie]:
    """What a record may be recognised by; of what is no person's only the record itself."""
    system = rules.mapping.systems.get(record.ref.connection)
    if system is None or record.ref.object not in system.people.objects:
        return {_plain(record.ref): Tie.SELF}
    return {(key.kind.value, key.value): tie for key, tie in ties_of(record, system).items()}


def _keys(one: Activity) -> Iterator[_Key]:
    if one.record is not None:
        yield _plain(one.record)
    if one.email and (address := normalised_email(one.email)):
        yield KeyKind.EMAIL.value, address


def _plain(ref: RecordRef) -> _Key:
    key = record_key(ref)
    return key.kind.value, key.value


def _let_return(
    tx: Tx, hashes: Hashes, activities: Sequence[Activity], known: dict[_Key, Erasure], *, now: datetime
) -> bool:
    """By whose address a form was sent after the erasure, they came by themselves."""
    came = {
        key
        for one in activities
        if one.kind is ActivityKind.FORM_SUBMITTED
        for key in _keys(one)
        if key[0] == KeyKind.EMAIL.value and key in known and _is_later(one, known[key])
    }
    erased.release(tx, hashes, came)
    _read_again(tx, hashes, {known.pop(key).lead_id for key in came}, now=now)
    return bool(came)


def _read_again(tx: Tx, hashes: Hashes, ids: Collection[LeadId], *, now: datetime) -> None:
    """Records that were made anew and came before the form did were kept out for their address alone."""
    refs = [record.ref for theirs in records.of_leads(tx, ids).values() for record in theirs]
    for_good = erased.known(tx, hashes, [_plain(ref) for ref in refs])
    fresh = [ref for ref in refs if _plain(ref) not in for_good]
    records.forget(tx, fresh)
    hints = [
        Hint(
            connection=ref.connection,
            key=f"came back: {ref} {now.isoformat()}",
            object=ref.object,
            record_id=ref.id,
            kind=HintKind.CHANGED,
            occurred_at=now,
        )
        for ref in fresh
    ]
    inbox.add(tx, hints, now=now)


def _is_later(one: Activity, erasure: Erasure) -> bool:
    return one.occurred_at > (erasure.erased_at or erasure.asked_at)


def _of_erased(tx: Tx, activities: Sequence[Activity]) -> set[RecordRef | None]:
    """The records among these of which nothing but the id is kept."""
    theirs = records.lead_of(tx, {one.record for one in activities if one.record is not None})
    gone = erased.among(tx, set(theirs.values()))
    return {ref for ref, lead in theirs.items() if lead in gone}


def _living(tx: Tx, refs: Sequence[RecordRef], known: dict[_Key, Erasure]) -> dict[RecordRef, LeadId]:
    """Records that belong to somebody who was not erased, and to whom."""
    gone = {erasure.lead_id for erasure in known.values()}
    return {ref: lead for ref, lead in records.lead_of(tx, refs).items() if lead not in gone}


def _forget_too(tx: Tx, living: Mapping[RecordRef, LeadId], *, now: datetime) -> None:
    """Whose record turns out to be an erased person's, by a merge or a conversion that was heard of too late, was that
    person all along."""
    for ref, lead in living.items():
        reason = f"one in {ref.connection} with somebody who was erased"
        erased.ask(tx, [lead], by=ref.connection, reason=reason, now=now)


def _whose(keys: dict[_Key, Tie], known: dict[_Key, Erasure], *, is_known: bool) -> LeadId | None:
    """The erased person that a record is. An address alone tells only of what nobody had before."""
    for key, tie in keys.items():
        if key in known and (tie in _OWN or (tie is Tie.EMAIL and not is_known)):
            return known[key].lead_id
    return None


def _keep_ids(
    tx: Tx,
    hashes: Hashes,
    shown: Sequence[Record],
    whose: Mapping[RecordRef, LeadId],
    living: Collection[RecordRef],
    *,
    now: datetime,
) -> None:
    """So that it can be said where they still stand. What their own records lead on to is theirs as well.

    What belongs to somebody who is still to be forgotten goes with them.
    """
    records.upsert(tx, [replace(record, values={}, former_ids=()) for record in shown], seen_at=now)
    records.assign(tx, {record.ref: whose[record.ref] for record in shown if record.ref not in living})
    for record in shown:
        beyond = [ref for ref in (record.merged_into, record.converted_to) if ref is not None]
        erased.note_keys(tx, hashes, [record_key(ref) for ref in beyond], whose[record.ref], now=now)
