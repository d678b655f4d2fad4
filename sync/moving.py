"""What the publication of another mapping means for what was agreed before it."""

from collections.abc import Sequence
from dataclasses import asdict

import orjson

from config.mapping import MappingRules
from domain.place import FieldOf
from mapping.gates import Gates
from mapping.moved import Moved, added, moves
from store import gates, leads, moved_bases
from store import installation as notebook
from store.engine import Tx
from sync.radius import ADDED, MOVED, noted


def mapping_changed(tx: Tx, before: MappingRules, after: MappingRules) -> tuple[Moved, ...]:
    """To be called in the transaction that puts `after` in force; returns the properties in another field now.

    A field of our own counts as ours from the first day on; what stands in one that came later may be anybody's.
    """
    found = moves(before, after)
    leads.mark_plan_due(tx, gates.drop_all_but(tx, tuple(Gates(after))))
    _note(tx, ADDED, added(before, after))
    if found:
        moved_bases.put_aside(tx, found)
        _note(tx, MOVED, [each.column for each in found])
    return found


def _note(tx: Tx, page: str, columns: Sequence[FieldOf]) -> None:
    if columns:
        every = sorted(noted(tx, page).union(columns))
        notebook.put(tx, page, orjson.dumps([asdict(column) for column in every]).decode())
