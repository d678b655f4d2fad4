"""The accounts for which reps asked for air cover, with what their people did since: read for a command and a digest.

Some hundred accounts with some dozen people each: read whole, and never within a cycle's decisions.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime

from domain.activity import MARKETING_KINDS, ActivityKind
from domain.record import Record
from domain.values import RecordRef, Value
from handoff.air_cover import Cover
from handoff.briefing import is_yes
from handoff.cover_digest import CoveredAccount
from store import records
from store.engine import Tx
from sync.air_cover import covers_now
from sync.companies import people_near
from sync.loop import InForce
from sync.material import Material, Users, gather


def covered_accounts(
    tx: Tx, rules: InForce, people: Users, *, now: datetime, only: Collection[RecordRef] | None = None
) -> list[CoveredAccount]:
    """Every request as it stands, or those of some accounts, the oldest first."""
    every = covers_now(tx, rules.mapping, rules.lifecycle, now=now)
    covers = {ref: each for ref, each in every.items() if only is None or ref in only}
    shown = records.get(tx, covers)
    order = sorted(covers.values(), key=lambda each: (each.request.asked_at, each.request.ref))
    return [_told_of(tx, each, shown.get(each.request.ref), rules, people, now=now) for each in order]


def _told_of(
    tx: Tx, cover: Cover, record: Record | None, rules: InForce, people: Users, *, now: datetime
) -> CoveredAccount:
    ref, asked_at = cover.request.ref, cover.request.asked_at
    words = rules.mapping.systems[ref.connection].accounts
    theirs = _people_of(tx, ref, rules, people, now=now)
    opted_out = rules.lifecycle.opted_out_property
    did = Counter(kind for each in theirs for kind in _did_since(each, asked_at))
    return CoveredAccount(
        ref=ref,
        name=str(record.values.get(words.name) or "") if record is not None and words is not None else "",
        owner=people.emails.get((ref.connection, cover.request.owner)),
        standing=cover.standing,
        asked_at=asked_at,
        until=cover.until,
        people=len(theirs),
        opted_out=sum(is_yes(_now(each, opted_out)) for each in theirs),
        did=did,
    )


def _people_of(tx: Tx, ref: RecordRef, rules: InForce, people: Users, *, now: datetime) -> Sequence[Material]:
    """Those whose account it surely is."""
    near = sorted(people_near(tx, [ref], rules.mapping))
    found = []
    for each in gather(tx, near, rules.mapping, people, now=now):
        account = each.account
        if account is not None and account.is_sure and ref in (account.ref, *account.also):
            found.append(each)
    return found


def _did_since(material: Material, since: datetime) -> set[ActivityKind]:
    return {each.kind for each in material.activities if each.kind in MARKETING_KINDS and each.occurred_at >= since}


def _now(material: Material, name: str) -> Value:
    return {fact.name: fact.value for fact in material.facts}.get(name)
