"""The blast radius: sets are frozen, an approval is for once and for a time, and a backlog goes by the day."""

from dataclasses import replace
from datetime import timedelta

from domain.decision import BlastClass
from domain.values import LeadId
from store import held, leads
from store.engine import Store, Tx
from store.held import HeldEntry, HeldStatus
from tests.unit.store.examples import NOON, at, found, lead_of

ONE, TWO, THREE = LeadId(1), LeadId(2), LeadId(3)
DAY = 24 * 60


def approve(tx: Tx, name: str, *, hours: int = 24) -> list[LeadId]:
    return held.approve(tx, name, by="admin", now=NOON, until=NOON + timedelta(hours=hours))


def test_a_lead_is_held_once_whatever_the_set(store: Store) -> None:
    with store.write() as tx:
        assert held.hold(tx, "handoff-day", "above the line", [ONE, TWO, ONE], now=NOON) == [ONE, TWO]
        assert held.hold(tx, "handoff-day", "again", [TWO, THREE], now=at(1)) == [THREE]
        assert held.hold(tx, "other", "again", [ONE], now=at(1)) == []
        (only,) = held.sets(tx)
        assert (only.name, only.cause, only.leads, only.status, only.opened_at) == (
            "handoff-day", "above the line", 3, HeldStatus.OPEN, NOON,
        )  # fmt: skip
        assert held.of_set(tx, "handoff-day") == [ONE, TWO, THREE]
        assert held.open_entries(tx) == [HeldEntry(set_name="handoff-day", lead_id=each) for each in (ONE, TWO, THREE)]


def test_an_approval_is_for_the_leads_that_were_there(store: Store) -> None:
    with store.write() as tx:
        held.hold(tx, "day", "", [ONE, TWO], now=NOON)
        assert approve(tx, "day") == [ONE, TWO]
        assert held.hold(tx, "day", "", [THREE], now=at(1)) == [THREE]
        assert held.approved(tx, [ONE, TWO, THREE], now=at(2)) == {ONE, TWO}
        assert held.open_lead_ids(tx) == {ONE, TWO, THREE}
        assert [(each.status, each.leads) for each in held.sets(tx)] == [
            (HeldStatus.APPROVED, 2),
            (HeldStatus.OPEN, 1),
        ]
        assert approve(tx, "nothing") == []


def test_an_approval_is_used_up_lead_by_lead_and_works_once(store: Store) -> None:
    with store.write() as tx:
        held.hold(tx, "day", "", [ONE, TWO], now=NOON)
        approve(tx, "day")
        held.release(tx, [ONE], now=at(1))
        assert held.approved(tx, [ONE, TWO], now=at(1)) == {TWO}
        assert approve(tx, "day") == []
        assert held.approved(tx, [ONE], now=at(1)) == set()
        assert held.hold(tx, "later", "", [ONE], now=at(2)) == [ONE]


def test_an_approval_ends_at_its_hour(store: Store) -> None:
    with store.write() as tx:
        held.hold(tx, "day", "", [ONE], now=NOON)
        approve(tx, "day", hours=1)
        assert held.approved(tx, [ONE], now=at(59)) == {ONE}
        assert held.approved(tx, [ONE], now=at(60)) == set()
        assert held.expire(tx, now=at(60)) == 1
        assert held.open_lead_ids(tx) == set()
        assert held.hold(tx, "day", "", [ONE], now=at(61)) == [ONE]


def test_a_discarded_set_is_gone(store: Store) -> None:
    with store.write() as tx:
        held.hold(tx, "day", "", [ONE, TWO], now=NOON)
        assert held.discard(tx, "day", now=at(1)) == 2
        assert held.discard(tx, "day", now=at(1)) == 0
        assert held.sets(tx) == []
        assert held.approved(tx, [ONE], now=at(1)) == set()


def test_a_set_is_closed_once_a_person_has_answered(store: Store) -> None:
    with store.write() as tx:
        assert held.is_closed(tx, "baseline") is False
        held.hold(tx, "baseline", "", [ONE], now=NOON)
        assert held.is_closed(tx, "baseline") is False
        approve(tx, "baseline")
        assert held.is_closed(tx, "baseline") is True
        held.close(tx, "empty", now=NOON)
        held.close(tx, "empty", now=NOON)
        assert held.is_closed(tx, "empty") is True


def test_a_backlog_goes_by_rep_and_day(store: Store) -> None:
    with store.write() as tx:
        made = found(tx, *(f"00Q{number}" for number in range(7)))
        owners = ["a@us.example"] * 4 + [None] * 3
        leads.save(
            tx, [replace(lead_of(tx, each), owner=owner) for each, owner in zip(made, owners, strict=True)], now=NOON
        )
        held.hold(tx, "baseline", "", made, now=NOON)
        assert held.take_approved(tx, "baseline", per_rep_per_day=2, now=NOON) == []
        approve(tx, "baseline", hours=100)
        assert held.take_approved(tx, "baseline", per_rep_per_day=2, now=NOON) == [*made[:2], *made[4:6]]
        assert held.take_approved(tx, "baseline", per_rep_per_day=2, now=at(DAY - 1)) == []
        assert held.take_approved(tx, "baseline", per_rep_per_day=2, now=at(DAY)) == [*made[2:4], made[6]]
        assert held.approved(tx, made, now=at(DAY)) == set(made)


def test_units_are_counted_over_hours_and_days(store: Store) -> None:
    with store.write() as tx:
        held.count_blast(tx, BlastClass.HANDOFF, 3, at=at(0.5))
        held.count_blast(tx, BlastClass.HANDOFF, 2, at=at(0.7))
        held.count_blast(tx, BlastClass.DESTRUCTIVE, 1, at=at(-DAY - 1))
        held.count_hand_raises(tx, 4, at=at(-30))
        assert held.opened_since(tx, at(-60)) == {BlastClass.HANDOFF: 5}
        assert held.opened_since(tx, at(-2 * DAY)) == {BlastClass.HANDOFF: 5, BlastClass.DESTRUCTIVE: 1}
        assert (held.hand_raises_since(tx, at(-60)), held.hand_raises_since(tx, at(-10))) == (4, 0)


def test_the_median_counts_quiet_days_too(store: Store) -> None:
    with store.write() as tx:
        for back, units in ((1, 10), (2, 20), (3, 30), (40, 99)):
            held.count_blast(tx, BlastClass.HANDOFF, units, at=at(-back * DAY))
        held.count_blast(tx, BlastClass.HANDOFF, 99, at=NOON)
        assert held.daily_median(tx, BlastClass.HANDOFF, days=3, now=NOON) == 20
        assert held.daily_median(tx, BlastClass.HANDOFF, days=5, now=NOON) == 10
        assert held.daily_median(tx, BlastClass.HANDOFF, days=28, now=NOON) == 0
