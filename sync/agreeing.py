"""A value that has arrived is agreed with every system that shows it, and not only with the one it was written to.

Else whoever showed it first would still stand at what was agreed before, and the next change elsewhere would meet a
change there that was dealt with long ago. It costs a merge of these leads; nothing about them is decided anew.
"""

from collections.abc import Collection, Mapping

from domain.lead import Lead
from domain.values import LeadId
from mapping.agreement import Base
from mapping.compiled import FieldMap
from store import bases, leads, ledger, records
from store.engine import Tx
from sync.loop import InForce
from sync.material import Material
from sync.merged import merged_of


def agree_everywhere(tx: Tx, arrived: Mapping[LeadId, Collection[str]], rules: InForce) -> None:
    """Save what the systems agree on by now of these leads' properties; those that are shared alone, and at rest."""
    shared = {one.rule.name for one in rules.fields.shared if len({at[0] for at in one.fields}) > 1}
    moved = {lead: names for lead, every in arrived.items() if (names := frozenset(shared.intersection(every)))}
    about = {names: rules.fields.about(names) for names in set(moved.values())}
    found = {}
    for each in _materials(tx, leads.get(tx, moved)):
        names = moved[each.lead.id]
        found[each.lead.id] = _at_rest(each, names, about[names])
    bases.save_bases(tx, {lead: fresh for lead, fresh in found.items() if fresh})


def _materials(tx: Tx, found: Mapping[LeadId, Lead]) -> list[Material]:
    theirs, known = records.of_leads(tx, found), bases.bases_of(tx, found)
    twins = [lead for lead, rows in theirs.items() if len({row.ref.connection for row in rows}) < len(rows)]
    done = ledger.activities_of(tx, twins)
    return [
        Material(
            lead=lead,
            records=theirs.get(number, ()),
            activities=done.get(number, ()),
            bases={at: Base(value=b[0], vendor_form=b[1], learnt=b[2]) for at, b in known.get(number, {}).items()},
        )
        for number, lead in found.items()
    ]


def _at_rest(material: Material, names: Collection[str], fields: FieldMap) -> dict[tuple[str, str], bases.Base | None]:
    merged = merged_of(material, fields)
    moving = {wish.property for wish in merged.desired} | {each.property for each in merged.conflicts}
    return {
        at: (base.value, base.vendor_form, base.learnt)
        for at, base in merged.bases.items()
        if at[0] in names and at[0] not in moving and material.bases.get(at) != base
    }
