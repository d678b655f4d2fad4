"""What waits for a person because no rule could decide it, with all that helps them decide."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.values import LeadId, RecordRef, Value
from mapping.compiled import FieldMap
from mapping.heads import touches
from store import bases, ledger, records
from store.conflicts import Open
from store.engine import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """What one system shows, on which record. `changed_at`: when that record last changed in whatever field, so a
    hint and no proof of which side is newer."""

    value: Value
    ref: RecordRef | None
    changed_at: datetime | None


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
    return [
        Undecided(
            name=one.name,
            lead_id=one.lead_id,
            property=one.conflict.property,
            sides={
                name: Side(
                    value=value,
                    ref=head.ref if (head := heads.get(one.lead_id, {}).get(name)) else None,
                    changed_at=head.modified_at if head else None,
                )
                for name, value in sorted(one.conflict.values.items())
            },
            agreed=_agreed(one, agreed.get(one.lead_id, {})),
            since=one.since,
        )
        for one in found
    ]


def _agreed(one: Open, theirs: Mapping[tuple[str, str], bases.Base]) -> Value:
    """A base that differs from side to side is where each of them rested, and no agreement."""
    name = one.conflict.property
    values = {theirs[name, side][0] for side in one.conflict.values if (name, side) in theirs} - {None}
    return values.pop() if len(values) == 1 else None


def by_property(found: Iterable[Open]) -> dict[str, int]:
    return dict(sorted(Counter(one.conflict.property for one in found).items()))
