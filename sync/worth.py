"""How much a person's word on a held set lets through, beside what a day may bring without any word."""

from datetime import datetime, timedelta

from config.settings import Settings
from domain.radius import WriteClass
from store import approvals
from store.engine import Tx
from store.held import HeldSet
from sync import guard
from sync.decide import active_reps
from sync.loop import InForce
from sync.material import users

DAY = timedelta(hours=24)
HANDOFF = "handoff"


def is_beyond_a_day(tx: Tx, settings: Settings, rules: InForce, *, found: HeldSet, leads: int, now: datetime) -> bool:
    """Whether so many leads of a set are more than a day's limit of its class.

    What people let through of that class within 24 hours counts with it: many small words are one large one.
    """
    kind = _class_of(found.name)
    before = sum(count for name, count in approvals.leads_let_through(tx, now - DAY) if _class_of(name) == kind)
    return before + leads > _limit(tx, settings, rules, found=found, now=now)


def _limit(tx: Tx, settings: Settings, rules: InForce, *, found: HeldSet, now: datetime) -> int:
    """Of single fields the limit that was noted when they were held."""
    if (noted := found.about.get("limit")) is not None:
        return int(noted)
    reps = active_reps(rules, users(tx, rules.mapping))
    limits = guard.limits_of(tx, settings, active_reps=reps, now=now)
    return limits.destructive if _class_of(found.name) == WriteClass.DESTRUCTIVE.value else limits.handoff


def _class_of(set_name: str) -> str:
    """The class of the blast radius by which a set weighs: whatever is no class of fields gives leads to reps."""
    word = set_name.partition("-")[0]
    return word if word in set(WriteClass) else HANDOFF
