"""The boxes that reps tick on accounts: when each was ticked, and whose people that concerns.

leadloop only reads the box. It stays ticked when its time is over, and means nothing then until it was unticked.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from config.lifecycle import LifecycleRules
from config.mapping import Accounts, MappingRules
from domain.air_cover import CoverRequest
from domain.record import Record
from domain.values import RecordRef
from handoff.air_cover import Cover, covers
from handoff.briefing import is_yes
from mapping.identity import is_live
from store import air_cover
from store.engine import Tx


def note_requests(tx: Tx, shown: Sequence[Record], words: Accounts, *, now: datetime) -> Collection[RecordRef]:
    """Keep who asks and who asks no more; returns the accounts that this moves up or down beside them."""
    if words.air_cover is None:
        return ()
    every = air_cover.every(tx)
    known = {each.ref: each for each in every}
    asking = {
        record.ref: CoverRequest(
            ref=record.ref,
            owner=str(record.values.get(words.owner) or "") if words.owner else "",
            asked_at=known[record.ref].asked_at if record.ref in known else now,
        )
        for record in shown
        if is_live(record) and is_yes(record.values.get(words.air_cover))
    }
    gone = [record.ref for record in shown if record.ref in known and record.ref not in asking]
    moved = [each for ref, each in asking.items() if known.get(ref) != each]
    air_cover.put(tx, moved)
    air_cover.drop(tx, gone)
    owners = {(each.ref.connection, each.owner) for each in (*moved, *(known[ref] for ref in gone))}
    owners |= {(each.ref.connection, known[each.ref].owner) for each in moved if each.ref in known}
    return [each.ref for each in every if (each.ref.connection, each.owner) in owners]


def covers_now(tx: Tx, mapping: MappingRules, lifecycle: LifecycleRules, *, now: datetime) -> Mapping[RecordRef, Cover]:
    """How every request stands; nothing where nobody can ask."""
    if lifecycle.air_cover is None or not asks(mapping):
        return {}
    return covers(air_cover.every(tx), lifecycle.air_cover, now=now)


def asks(mapping: MappingRules) -> bool:
    """Whether any system has a box to ask with."""
    return any(system.accounts is not None and system.accounts.air_cover for system in mapping.systems.values())
