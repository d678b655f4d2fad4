"""The blast radius: sets are frozen, an approval is for once and for a time, and a backlog goes by the day."""

from dataclasses import replace
from datetime import timedelta

from domain.decision import BlastClass
from domain.values import LeadId
from store import held, leads
from store.engine import Store, Tx
from store.held import HeldEntry, HeldStatus, Standing
from tests.unit.store.examples import NOON, at, found, lead_of

ONE, TWO, THREE = LeadId(1), LeadId(2), LeadId(3)
DAY = 24 * 60


def approve(tx: Tx, name: str, *, hours: int | None = 24) -> list[LeadId]:
    until = NOON + timedelta(hours=hours) if hours is not None else None
    return held.approve(tx, name, by="admin", now=NOON, until=until)


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


def test_how_leads_stand_with_peoples_words(store: Store) -> None:
    with store.write() as tx:
        held.hold(tx, "open", "", [ONE], now=NOON)
        held.hold(tx, "approved", "", [TWO], now=NOON)
        held.hold(tx, "dropped", "", [ONE, TWO, THREE], now=NOON)
        approve(tx, "approved")
        held.discard(tx, "dropped", now=at(1))
        whole = Standing(open={ONE: "open"}, approved={TWO: "approved"}, discarded_at={THREE: at(1)})
        assert held.standing(tx) == whole
        assert held.standing(tx, [ONE, TWO, THREE]) == whole
        assert held.standing(tx, [TWO]) == Standing(approved={TWO: "approved"})
        assert held.standing(tx, []) == Standing()


def test_the_last_discard_counts_and_whoever_went_through_before_it_was_not_in_it(store: Store) -> None:
    with store.write() as tx:
        for minute in (0, 10):
            held.hold(tx, "day", "", [ONE, TWO], now=at(minute))
            held.release(tx, [TWO], now=at(minute + 1))
            held.discard(tx, "day", now=at(minute + 2))
        assert held.standing(tx).discarded_at == {ONE: at(12)}


def test_whose_set_is_dropped_or_whose_approval_ends_is_decided_anew(store: Store) -> None:
    with store.write() as tx:
        dropped, lapsed, gone = found(tx, "00Q1", "00Q2", "00Q3")
        held.hold(tx, "one", "", [dropped], now=NOON)
        held.hold(tx, "two", "", [lapsed, gone], now=NOON)
        approve(tx, "two", hours=1)
        held.release(tx, [gone], now=at(1))
        leads.clear_due(tx, [dropped, lapsed, gone], now=at(1))
        held.discard(tx, "one", now=at(2))
        assert leads.due(tx, now=at(2), limit=None) == [dropped]
        held.expire(tx, now=at(60))
        assert leads.due(tx, now=at(60), limit=None) == [dropped, lapsed]


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
        assert held.take_approved(tx, {"baseline"}, per_rep_per_day=2, now=NOON) == []
        approve(tx, "baseline", hours=100)
        assert held.take_approved(tx, {"baseline"}, per_rep_per_day=2, now=NOON) == [*made[:2], *made[4:6]]
        assert held.take_approved(tx, {"baseline"}, per_rep_per_day=2, now=at(DAY - 1)) == []
        assert held.take_approved(tx, {"baseline"}, per_rep_per_day=2, now=at(DAY)) == [*made[2:4], made[6]]
        assert held.approved(tx, made, now=at(DAY)) == set(made)


def test_the_room_of_who_had_no_owner_stays_used_when_they_are_given_one(store: Store) -> None:
    with store.write() as tx:
        made = found(tx, *(f"00Q{number}" for number in range(10)))
        held.hold(tx, "baseline", "", made, now=NOON)
        approve(tx, "baseline", hours=None)
        took = held.take_approved(tx, {"baseline"}, per_rep_per_day=2, reps=2, now=NOON)
        assert took == made[:4]
        leads.save(tx, [replace(lead_of(tx, each), owner="a@us.example") for each in took], now=NOON)
        held.release(tx, took, now=NOON)
        assert held.take_approved(tx, {"baseline"}, per_rep_per_day=2, reps=2, now=at(5)) == []
        assert held.take_approved(tx, {"baseline"}, per_rep_per_day=2, reps=2, now=at(DAY)) == made[4:8]


def test_an_approval_without_an_end_lasts_until_it_is_used_up(store: Store) -> None:
    with store.write() as tx:
        made = found(tx, *(f"00Q{number}" for number in range(5)))
        held.hold(tx, "baseline", "", made, now=NOON)
        approve(tx, "baseline", hours=None)
        took: list[LeadId] = []
        for day in range(4):
            assert held.expire(tx, now=at(day * DAY)) == 0
            today = held.take_approved(tx, {"baseline"}, per_rep_per_day=2, now=at(day * DAY))
            assert held.approved(tx, made, now=at(day * DAY), metered={"baseline"}) == set(today)
            held.release(tx, today, now=at(day * DAY))
            took += today
        assert took == made
        assert held.sets(tx) == []


def test_only_what_certain_people_own_may_be_taken(store: Store) -> None:
    with store.write() as tx:
        made = found(tx, *(f"00Q{number}" for number in range(3)))
        owners = ("a@us.example", "b@us.example", None)
        leads.save(
            tx, [replace(lead_of(tx, each), owner=owner) for each, owner in zip(made, owners, strict=True)], now=NOON
        )
        held.hold(tx, "baseline", "", made, now=NOON)
        approve(tx, "baseline")
        only = frozenset({"b@us.example"})
        assert held.take_approved(tx, {"baseline"}, per_rep_per_day=2, now=NOON, owners=only) == [made[1]]


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
