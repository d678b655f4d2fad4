"""Where everybody came from is decided once, about once a day; a person may have it counted anew by today's rules."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime

from domain.first_touch import FirstTouch
from domain.values import LeadId
from mapping.channels import Channels
from reports import histories
from reports.first_touches import SETTLES, decide
from reports.pages.page import Missing
from store import audit, first_touches
from store.audit import AuditEntry
from store.engine import Store, Tx
from sync.loop import Loop

PORTION = 250
"""Leads of one transaction, with everything they did."""
Change = tuple[LeadId, FirstTouch, FirstTouch]
"""A lead with what is kept of it, and what would be decided now."""


def settle(loop: Loop, channels: Channels, *, now: datetime) -> int:
    """Decide about everybody who has been known for a while and was not decided about; how many those were.

    Where other rules come to the same, it is noted that they do: only who would be counted otherwise is looked at
    again. Without rules nothing is decided.
    """
    settled, last = 0, LeadId(0)
    while channels.rules:
        with loop.store.write(loop.epoch) as tx:
            ids = first_touches.undecided(tx, known_by=now - SETTLES, rules=channels.hash, after=last, limit=PORTION)
            lives = histories.of(tx, ids)
            first_touches.settle(tx, {each.lead.id: decide(each, channels, now=now) for each in lives})
        loop.reached("books.committed")
        settled += len(ids)
        if not ids:
            break
        last = ids[-1]
    _confirm(loop, channels, now=now)
    return settled


def _confirm(loop: Loop, channels: Channels, *, now: datetime) -> None:
    last: LeadId | None = LeadId(0)
    while channels.rules and last is not None:
        with loop.store.write(loop.epoch) as tx:
            found, last = _portion(tx, channels, last, now=now)
            for lead, before, after in found:
                if before.channel == after.channel:
                    first_touches.confirm(tx, lead, rules=channels.hash)
        loop.reached("books.committed")


def _portion(tx: Tx, channels: Channels, last: LeadId, *, now: datetime) -> tuple[list[Change], LeadId | None]:
    """The next ones who were decided about by other rules, and the last of them; None where that was all."""
    ids = first_touches.by_other_rules(tx, channels.hash, after=last, limit=PORTION)
    found = [
        (each.lead.id, each.first_touch, decide(each, channels, now=now))
        for each in histories.of(tx, ids)
        if each.first_touch is not None
    ]
    return found, ids[-1] if ids else None


def otherwise(store: Store, channels: Channels, *, now: datetime) -> Iterator[Change]:
    """Everybody whom today's rules would count otherwise than it was decided once."""
    last: LeadId | None = LeadId(0)
    while channels.rules and last is not None:
        with store.read() as tx:
            found, last = _portion(tx, channels, last, now=now)
        yield from (each for each in found if each[1].channel != each[2].channel)


def counted_otherwise(store: Store, channels: Channels, *, now: datetime) -> int:
    return sum(1 for _ in otherwise(store, channels, now=now))


def moves(changes: Iterator[Change]) -> Mapping[tuple[str, str], int]:
    """(channel before, channel after) → how many leads."""
    return Counter((before.channel, after.channel) for _, before, after in changes)


def recount(store: Store, channels: Channels, *, now: datetime, by: str) -> int:
    """Have everybody counted by today's rules; how many it moved. Each is noted in the audit with its change."""
    moved, last = 0, LeadId(0)
    while True:
        with store.write() as tx:
            found, end = _portion(tx, channels, last, now=now)
            done = [each for each in found if first_touches.replace(tx, each[0], each[1], each[2])]
            changed = [each for each in done if each[1].channel != each[2].channel]
            audit.append(tx, [_entry(*each, now=now, by=by) for each in changed])
        moved += len(changed)
        if end is None:
            return moved
        last = end


def _entry(lead: LeadId, before: FirstTouch, after: FirstTouch, *, now: datetime, by: str) -> AuditEntry:
    action = f"channel counted anew: {before.channel}, now {after.channel}"
    return AuditEntry(at=now, actor=by, action=action, lead_id=lead)


def other_channels(leads: int) -> Missing:
    return Missing(
        what=f"{leads:,} leads would be counted under another channel by today's rules.",
        mend="They stay where they were counted; `leadloop channels recount` shows them and counts them anew.",
    )
