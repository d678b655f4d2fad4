"""What waits for a person because no rule could decide it, with all that helps them decide."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from domain.evidence import Evidence, mark_of
from domain.lead import Fact
from domain.record import Record
from domain.survey import Author
from domain.values import LeadId, RecordRef, Value
from mapping.compiled import FieldMap
from mapping.heads import touches
from store import bases, evidence, ledger, records
from store.conflicts import Open
from store.engine import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """What one system shows, on which record.

    `changed_at` is certain where the field's own history told it, and by whom. Else it is when the record last changed
    in whatever field since the sides agreed: a hint and no proof of which side is newer. `value` is the property's
    own, as it was read when the lead was last decided; `shown` what the record was last seen to show.
    """

    value: Value
    shown: Value
    ref: RecordRef | None
    changed_at: datetime | None
    certain: bool = False
    author: Author | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Undecided:
    """One conflict. `agreed`: what both sides were last agreed on, if that is one value."""

    name: str
    lead_id: LeadId
    property: str
    sides: Mapping[str, Side]
    agreed: Value
    since: datetime


def described(tx: Tx, found: Sequence[Open], fields: FieldMap) -> list[Undecided]:
    """The same, with what is known of each side."""
    ids = {one.lead_id for one in found}
    agreed, theirs = bases.bases_of(tx, ids), records.of_leads(tx, ids)
    twins = [lead for lead, rows in theirs.items() if len({each.ref.connection for each in rows}) < len(rows)]
    touched = {lead: touches(acts) for lead, acts in ledger.activities_of(tx, twins).items()}
    heads = {lead: fields.heads(rows, touched=touched.get(lead)) for lead, rows in theirs.items()}
    told, facts = evidence.of_leads(tx, ids), ledger.facts_of(tx, ids)
    return [
        Undecided(
            name=one.name,
            lead_id=one.lead_id,
            property=one.conflict.property,
            sides=_sides(
                one,
                heads.get(one.lead_id, {}),
                fields,
                told=told.get(one.lead_id, ()),
                since=_agreed_since(one, facts.get(one.lead_id, ())),
            ),
            agreed=_agreed(one, agreed.get(one.lead_id, {})),
            since=one.since,
        )
        for one in found
    ]


def _sides(
    one: Open, heads: Mapping[str, Record], fields: FieldMap, *, told: Iterable[Evidence], since: datetime | None
) -> dict[str, Side]:
    certain = {each.ref: each for each in told if each.property == one.conflict.property and each.certain}
    found = {}
    for name, value in sorted(one.conflict.values.items()):
        head = heads.get(name)
        known = certain.get(head.ref) if head is not None else None
        if head is None:
            found[name] = Side(value=value, shown=None, ref=None, changed_at=None)
            continue
        is_later = since is None or head.modified_at > since
        shown = _shown(one.conflict.property, head, fields)
        side = Side(value=value, shown=shown, ref=head.ref, changed_at=head.modified_at if is_later else None)
        if known is not None and mark_of(head.values.get(known.field)) == known.mark:
            side = replace(side, changed_at=known.at, certain=True, author=known.author)
        found[name] = side
    return found


def _shown(name: str, head: Record, fields: FieldMap) -> Value:
    prop = next((each for each in fields.properties if each.rule.name == name), None)
    field = prop.field_of(head) if prop is not None else None
    return None if field is None else head.values.get(field)


def _agreed_since(one: Open, facts: Iterable[Fact]) -> datetime | None:
    """When the lead took the value that it goes by, which is what was agreed."""
    seen = [fact.seen_at for fact in facts if fact.name == one.conflict.property]
    return max((at for at in seen if at < one.since), default=None)


def _agreed(one: Open, theirs: Mapping[tuple[str, str], bases.Base]) -> Value:
    """A base that differs from side to side is where each of them rested, and no agreement."""
    name = one.conflict.property
    values = {theirs[name, side][0] for side in one.conflict.values if (name, side) in theirs} - {None}
    return values.pop() if len(values) == 1 else None


def by_property(found: Iterable[Open]) -> dict[str, int]:
    return dict(sorted(Counter(one.conflict.property for one in found).items()))
