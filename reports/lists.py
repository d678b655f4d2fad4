"""The lists that the loop keeps, and whether anybody sends to them: for `leadloop lists`, `status` and `doctor`."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from config.lifecycle import LifecycleRules
from config.mapping import MappingRules
from domain.handoff import Outcome
from handoff.memberships import RETURNED
from store import list_health, mailings
from store.engine import Tx
from store.list_health import Counted, Flags, People, Place

WINDOW = timedelta(days=30)
"""A nurture list that nobody sent to for so long is none."""


class Purpose(StrEnum):
    """What a list is for, in a word."""

    WRITE = "write to them"
    KEEP_AWAY = "leave them alone"
    KNOW = "who is who"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListReport:
    """One list in one system. `withheld`: leads that rest for one of its reasons and are not on it, as they opted out.

    `sleeps`: nobody sends to it, in words; empty where somebody does, or where that cannot be told.
    """

    counted: Counted
    purpose: Purpose
    withheld: int = 0
    sleeps: str = ""

    @property
    def name(self) -> str:
        return self.counted.list

    @property
    def connection(self) -> str:
        return self.counted.connection


@dataclass(frozen=True, slots=True, kw_only=True)
class ListsSeen:
    """Every list. `told_since`: from when on a system tells us which mails arrived; None while none does."""

    lists: tuple[ListReport, ...]
    told_since: datetime | None
    since: datetime


def flags_of(rules: LifecycleRules) -> Flags:
    return Flags(opted_out=rules.opted_out_property, marketing_contact=rules.marketing_contact_property)


def look_at_lists(tx: Tx, mapping: MappingRules, rules: LifecycleRules, *, now: datetime) -> ListsSeen:
    """Count all of them: a few statements that look at every member once."""
    since = now - WINDOW
    told_since = mailings.told_since(tx, sorted(mapping.systems))
    by_place = {
        (one.connection, one.list): one
        for one in list_health.counted(tx, flags_of(rules), since=since, returned=RETURNED)
    }
    withheld = _withheld(tx, rules)
    found = []
    for connection in keepers(mapping):
        for name in rules.lists():
            counted = by_place.get((connection, name)) or Counted(connection=connection, list=name)
            report = ListReport(counted=counted, purpose=purpose_of(name, rules), withheld=withheld.get(name, 0))
            found.append(_judged(report, told_since, since=since))
    return ListsSeen(lists=tuple(found), told_since=told_since, since=since)


def people_on_lists(tx: Tx, rules: LifecycleRules, *, now: datetime) -> Mapping[Place, People]:
    """Who is behind the figures of each list, by its system and name."""
    return list_health.behind(tx, flags_of(rules), since=now - WINDOW, returned=RETURNED)


def asleep(tx: Tx, mapping: MappingRules, rules: LifecycleRules, *, now: datetime) -> Iterator[str]:
    """The lists that somebody should write to and nobody does, in words: cheap where mail goes out."""
    since = now - WINDOW
    told_since = mailings.told_since(tx, sorted(mapping.systems))
    if told_since is None or told_since > since:
        return
    kept = set(keepers(mapping))
    wanted = rules.nurture_lists()
    for connection, name in sorted(list_health.asleep(tx, since=since)):
        if connection in kept and name in wanted:
            yield f"nobody sends to list '{name}' in {connection}: no mail reached any of its members in 30 days"


def keepers(mapping: MappingRules) -> list[str]:
    """The systems that keep lists."""
    return sorted(name for name, system in mapping.systems.items() if system.lists)


def purpose_of(name: str, rules: LifecycleRules) -> Purpose:
    if name == rules.with_sales_list:
        return Purpose.KEEP_AWAY
    return Purpose.WRITE if name in rules.nurture_lists() else Purpose.KNOW


def _judged(report: ListReport, told_since: datetime | None, *, since: datetime) -> ListReport:
    counted = report.counted
    old_enough = counted.members > 0 and (counted.oldest is None or counted.oldest <= since)
    is_told = told_since is not None and told_since <= since
    if report.purpose is not Purpose.WRITE or not old_enough or not is_told or counted.written:
        return report
    words = "nobody sends to it: no mail reached any of its members in 30 days"
    return ListReport(counted=counted, purpose=report.purpose, withheld=report.withheld, sleeps=words)


def _withheld(tx: Tx, rules: LifecycleRules) -> Mapping[str, int]:
    """List → leads that rest for one of its reasons. Of lost deals all are counted with the list of any reason."""
    found: dict[str, int] = {}
    for reason, leads in list_health.withheld(tx).items():
        road = rules.outcomes.get(Outcome(reason)) if reason in _reasons() else None
        if road is not None and road.list is not None:
            found[road.list] = found.get(road.list, 0) + leads
    return found


def _reasons() -> Collection[str]:
    return {each.value for each in Outcome}
