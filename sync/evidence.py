"""What histories told of a lead's sides, put to use: exact moments for the merge, our own writes known for ours, and
what is still to be asked where a rule could decide if it knew who changed last.

Of a consent every version of the record is asked about anew: it may have been a yes in between. Pure; `histories.py`
asks.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.change import Conflict
from domain.evidence import Evidence, mark_of
from domain.record import Record
from domain.survey import Author
from domain.values import RecordRef
from mapping.agreement import Base, learn
from mapping.compiled import FieldMap
from mapping.merge_lead import At, LeadMerge
from mapping.said import SAID, waits
from sync.material import Material


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUp:
    """What is to be asked about a lead, and what was told and has nothing left to decide."""

    questions: tuple[Evidence, ...] = ()
    over: tuple[Evidence, ...] = ()


NOTHING = FollowUp()


def moments(material: Material, heads: Mapping[str, Record], consents: Collection[str]) -> dict[At, datetime]:
    """When what is shown was changed, where that is certain. A no that we carried over was said no later than that."""
    return {
        (one.property, one.ref.connection): one.at
        for one in material.evidence
        if one.certain
        and one.at is not None
        and (one.author is not Author.OURS or one.property in consents)
        and _is_shown(one, heads, consents)
    }


def asked_in_vain(material: Material, heads: Mapping[str, Record], consents: Collection[str]) -> frozenset[At]:
    """The consents whose history tells no moment of what is shown. One that is ahead of the record tells it yet."""
    return frozenset(
        (one.property, one.ref.connection)
        for one in material.evidence
        if one.property in consents and _is_shown(one, heads, consents) and _is_over(one, heads[one.ref.connection])
    )


def _is_over(one: Evidence, head: Record) -> bool:
    if one.asked_at is None or one.certain:
        return False
    return one.at is None or not head.modified_at < one.at <= one.asked_at


def echoes(material: Material, heads: Mapping[str, Record], consents: Collection[str]) -> dict[At, Base]:
    """The bases of sides that show what became of a write of ours: an equal form, whatever the system made of it. A yes
    and a no are equal to nothing else."""
    found = {}
    for one in material.evidence:
        at = (one.property, one.ref.connection)
        is_ours = one.certain and one.author is Author.OURS and one.property not in consents
        if is_ours and _is_shown(one, heads, consents) and at in material.bases:
            found[at] = learn(material.bases[at], heads[one.ref.connection].values[one.field])
    return found


def _is_shown(one: Evidence, heads: Mapping[str, Record], consents: Collection[str]) -> bool:
    head = heads.get(one.ref.connection)
    if head is None or head.ref != one.ref or one.field not in head.values:
        return False
    return _mark(head, one.field, by_version=one.property in consents) == one.mark


def _mark(record: Record, field: str, *, by_version: bool) -> str:
    shown = record.values[field]
    return mark_of(f"{shown} {record.modified_at.isoformat()}" if by_version else shown)


def follow_up(material: Material, merged: LeadMerge, fields: FieldMap) -> FollowUp:
    """What this conclusion leaves to be asked, and to be forgotten."""
    if not merged.conflicts and not merged.to_ask and not material.evidence:
        return NOTHING
    by_ref = {record.ref: record for record in material.records}
    heads = {name: by_ref[ref] for name, ref in merged.heads.items()}
    pending = {each.property for each in merged.conflicts} | {wish.property for wish in merged.desired}
    pending |= {name for name, _ in merged.to_ask}
    consents = fields.gates.consents
    over = [one for one in material.evidence if one.property not in pending or not _is_shown(one, heads, consents)]
    known = {_at(one): one for one in material.evidence if one not in over}
    questions = tuple(
        each
        for name, connections in _undecided(merged, material)
        for each in _to_ask(tuple(_sides(name, connections, heads, fields)), known, by_ref)
    )
    asked = {(_at(each), each.ref) for each in questions}
    return FollowUp(questions=questions, over=tuple(one for one in over if (_at(one), one.ref) not in asked))


def _at(one: Evidence) -> tuple[str, str, str]:
    return one.property, one.ref.connection, one.field


def _undecided(merged: LeadMerge, material: Material) -> Iterator[tuple[str, Collection[str]]]:
    """Properties, with the connections whose history may decide them."""
    for conflict in merged.conflicts:
        if _may_be_decided(conflict, material):
            yield conflict.property, conflict.values
    for name, connection in sorted(merged.to_ask):
        yield name, (connection,)


def _may_be_decided(conflict: Conflict, material: Material) -> bool:
    """At a first meeting nobody changed anything, and what a person said is not up to the clock."""
    if waits(material.bases.get((conflict.property, SAID))):
        return False
    return all((conflict.property, name) in material.bases for name in conflict.values)


def _sides(
    name: str, connections: Collection[str], heads: Mapping[str, Record], fields: FieldMap
) -> Iterator[Evidence]:
    one = next(each for each in fields.shared if each.rule.name == name)
    for head in map(heads.__getitem__, sorted(connections)):
        field = one.field_of(head)
        if field is not None and field in head.values:
            mark = _mark(head, field, by_version=name in fields.gates.consents)
            yield Evidence(ref=head.ref, field=field, property=name, mark=mark)


def _to_ask(
    sides: Sequence[Evidence], known: Mapping[tuple[str, str, str], Evidence], by_ref: Mapping[RecordRef, Record]
) -> Iterator[Evidence]:
    """Those that are open; beside them those whose record changed since they were asked about: what it shows again may
    have been something else in between."""
    is_any_open = any(_is_open(known.get(_at(each)), by_ref[each.ref].modified_at) for each in sides)
    for each in sides if is_any_open else ():
        one, read = known.get(_at(each)), by_ref[each.ref].modified_at
        if _is_open(one, read) or (one is not None and one.asked_at is not None and one.asked_at < read):
            yield each


def _is_open(known: Evidence | None, read: datetime) -> bool:
    """Asked once about what is shown; once more where the history was ahead of the record."""
    return known is None or (known.asked_at is not None and known.is_stale(read=read))
