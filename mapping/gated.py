"""A lead merged with what its connections' read gates let in.

Whether a gate is open is judged on the merge as it would be if all were: on what every system says together and not on
what the gate lets through, so that no gate opens or closes by its own effect.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from domain.gate import Way
from domain.record import Record
from domain.values import RecordRef
from mapping.agreement import Base
from mapping.compiled import FieldMap
from mapping.gates import is_consent
from mapping.merge_lead import At, LeadMerge, merge_lead

GATE = "@gate"
"""In place of a property: this connection's read gate was closed to the lead at its last merge."""

_WAS_CLOSED = Base(value=True, vendor_form=None)


def merge_gated(
    records: Sequence[Record],
    bases: Mapping[At, Base],
    fields: FieldMap,
    *,
    changed: Mapping[At, datetime] | None = None,
    touched: Mapping[RecordRef, datetime] | None = None,
    asked: Collection[At] = (),
) -> LeadMerge:
    """As `merge_lead`, which it is where no gate is closed and none was."""
    whole = merge_lead(records, bases, fields, changed=changed, touched=touched, asked=asked)
    were = frozenset(name for name in fields.rules.systems if (GATE, name) in bases)
    if not fields.gates and not were:
        return whole
    closed = fields.gates.closed({**whole.values, **whole.limits})
    muted = frozenset(each.connection for each in closed if each.way is Way.READ)
    if not muted and not were:
        return replace(whole, closed=closed, judged=whole.values)
    forgotten = _forgotten(bases, fields, were - muted)
    known = {at: base for at, base in bases.items() if at not in forgotten}
    merged = merge_lead(records, known, fields, changed=changed, touched=touched, asked=asked, muted=muted)
    marks = {(GATE, connection): _WAS_CLOSED for connection in sorted(muted - were)}
    return replace(
        merged,
        bases={**merged.bases, **marks},
        forgotten=forgotten - merged.bases.keys(),
        closed=closed,
        judged=whole.values,
    )


def _forgotten(bases: Mapping[At, Base], fields: FieldMap, opened: Collection[str]) -> frozenset[At]:
    """What was agreed before a gate closed says nothing once it is open again: who changed what is not known."""
    if not opened:
        return frozenset()
    names = {GATE, *(one.rule.name for one in fields.shared if not is_consent(one.rule))}
    return frozenset(at for at in bases if at[0] in names and at[1] in opened)
