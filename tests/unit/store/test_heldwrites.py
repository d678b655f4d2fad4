"""Single fields that wait: each place once, approved once for what it was, discarded for as long as it is wished."""

from collections.abc import Sequence
from datetime import timedelta

from domain.place import FieldOf, Place
from domain.radius import HeldStatus, HeldWrite, WriteClass
from domain.values import LeadId, RecordRef, RuleHash, Value
from store import held, heldwrites, leads
from store.engine import Store, Tx
from tests.unit.store.examples import NOON, at, found

SET = "destructive-2026-09-07-hubspot.contacts.phone"
LATER = NOON + timedelta(hours=24)


def write(lead: LeadId, *, field: str = "phone", value: Value = "+49 1", before: Value = "+49 2") -> HeldWrite:
    ref = RecordRef(connection="hubspot", object="contacts", id=str(lead))
    return HeldWrite(
        lead_id=lead,
        place=Place(ref=ref, field=field),
        property=field,
        kind=WriteClass.DESTRUCTIVE,
        before=before,
        value=value,
        cause="phone by the rules in force",
        rule_hash=RuleHash("r1"),
    )


def hold(tx: Tx, *writes: HeldWrite, name: str = SET, minute: int = 0) -> None:
    about = {name: {"cause": "too many", "kind": "destructive"}}
    heldwrites.hold(tx, {name: writes}, about=about, now=at(minute))


def planned(tx: Tx, ids: Sequence[LeadId]) -> None:
    leads.clear_plan_due(tx, ids)


def test_a_place_waits_once_with_what_it_would_show_now(store: Store) -> None:
    with store.write() as tx:
        one, two = found(tx, "1", "2")
        hold(tx, write(one), write(one, field="fax"), write(two))
        hold(tx, write(one, value="+49 3"), minute=1)
        (only,) = held.sets(tx)
        assert (only.name, only.leads, only.writes, only.cause, only.about["kind"]) == (
            SET, 2, 3, "too many", "destructive",
        )  # fmt: skip
        kept = heldwrites.of_leads(tx, [one])[one][write(one).place]
        assert (kept.write.value, kept.held_at, kept.status) == ("+49 3", at(1), HeldStatus.OPEN)
        column = FieldOf(connection="hubspot", object="contacts", field="phone")
        assert heldwrites.open_columns(tx)[WriteClass.DESTRUCTIVE, column] == SET
        assert heldwrites.waiting_leads(tx) == {SET: {one, two}}
        assert held.standing(tx).open == {}, "the lead itself waits for nothing"


def test_an_approval_has_the_leads_planned_and_is_used_up_place_by_place(store: Store) -> None:
    with store.write() as tx:
        one, two = found(tx, "1", "2")
        hold(tx, write(one), write(two))
        planned(tx, [one, two])
        assert held.approve(tx, SET, by="admin", now=NOON, until=LATER) == [one, two]
        assert leads.plan_due(tx, limit=None) == [one, two]
        heldwrites.used(tx, [write(one).place], now=at(1))
        assert heldwrites.of_leads(tx, [one, two]).keys() == {two}
        hold(tx, write(one), minute=2)
        assert [(each.name, each.status, each.leads) for each in held.sets(tx)] == [
            (SET, HeldStatus.APPROVED, 1),
            (SET, HeldStatus.OPEN, 1),
        ]


def test_part_of_a_set_is_approved_and_the_rest_waits_on(store: Store) -> None:
    with store.write() as tx:
        one, two = found(tx, "1", "2")
        hold(tx, write(one), write(two))
        assert held.approve(tx, SET, by="admin", now=NOON, until=LATER, only=[two]) == [two]
        kept = heldwrites.of_leads(tx, [one, two])
        assert {lead: places[write(lead).place].status for lead, places in kept.items()} == {
            one: HeldStatus.OPEN,
            two: HeldStatus.APPROVED,
        }
        assert sorted((each.status, each.leads) for each in held.sets(tx)) == [("approved", 1), ("open", 1)]


def test_an_approval_that_ran_out_is_asked_for_again(store: Store) -> None:
    with store.write() as tx:
        (one,) = found(tx, "1")
        hold(tx, write(one))
        held.approve(tx, SET, by="admin", now=NOON, until=LATER)
        planned(tx, [one])
        assert held.expire(tx, now=LATER) == 1
        assert (heldwrites.of_leads(tx, [one]), leads.plan_due(tx, limit=None)) == ({}, [one])


def test_what_was_discarded_is_remembered_without_what_the_record_showed(store: Store) -> None:
    with store.write() as tx:
        (one,) = found(tx, "1")
        hold(tx, write(one))
        assert held.discard(tx, SET, now=NOON, by="admin") == 1
        kept = heldwrites.of_leads(tx, [one])[one][write(one).place]
        assert (kept.status, kept.write.value, kept.write.before) == (HeldStatus.DISCARDED, "+49 1", None)
        assert held.sets(tx) == []


def test_a_set_that_nothing_is_left_in_closes_by_itself(store: Store) -> None:
    with store.write() as tx:
        one, two = found(tx, "1", "2")
        hold(tx, write(one), write(two))
        heldwrites.forget(tx, [write(one).place], now=at(1))
        assert [each.leads for each in held.sets(tx)] == [1]
        heldwrites.forget(tx, [write(two).place], now=at(2))
        assert (held.sets(tx), heldwrites.open_columns(tx)) == ([], {})
