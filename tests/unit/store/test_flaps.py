"""Overwritten fields and awaited values, on both databases."""

from domain.decision import Desired
from domain.place import FieldOf, Place, Stopped
from domain.run import OutboxStatus
from domain.values import LeadId
from store import arrivals, desired, flaps, identity, outbox
from store.engine import Store, Tx
from store.flaps import Flap, Write
from store.outbox import Settlement
from tests.unit.store.examples import NOON, RULES, at, draft, found, ref

BAND = FieldOf(connection="salesforce", object="Lead", field="LL_Band__c")


def place(record_id: str, field: str = "LL_Band__c") -> Place:
    return Place(ref=ref(record_id), field=field)


def stopped(record_id: str, minute: float = 0) -> Flap:
    return Flap(place=place(record_id), times=(NOON, at(minute)), counted=3, stopped_at=at(minute))


def written(tx: Tx, lead: LeadId, values: dict[str, object], code: str, *, minute: float) -> int:
    (number,) = outbox.put(tx, [draft("00Q1", values=values, lead_id=lead)], now=at(minute), run_id=None)  # type: ignore[arg-type]  # plain texts
    outbox.claim(tx, "salesforce", lane=None, limit=10, owner="a:1", epoch=1, now=at(minute))
    outbox.settle(tx, [Settlement(row_id=number, status=OutboxStatus.DONE, code=code)], now=at(minute))
    return number


def test_what_is_known_of_a_place_comes_back_as_it_was(store: Store) -> None:
    quiet = Flap(place=place("00Q1"), times=(NOON, at(0.25)), counted=7)
    with store.write() as tx:
        flaps.save(tx, [quiet, stopped("00Q2")])
        assert flaps.of_records(tx, [ref("00Q1"), ref("00Q3")]) == {place("00Q1"): quiet}
        assert flaps.stops(tx).places == {place("00Q2")}


def test_confirmed_writes_come_newest_first_and_conflicts_are_none(store: Store) -> None:
    with store.write() as tx:
        (lead,) = found(tx, "00Q1")
        first = written(tx, lead, {"LL_Band__c": "A"}, "applied", minute=0)
        second = written(tx, lead, {"LL_Band__c": "B"}, "unchanged", minute=10)
        written(tx, lead, {"LL_Band__c": "C"}, "conflicted", minute=20)
        assert flaps.confirmed(tx, [lead], since=NOON) == {
            ref("00Q1"): [
                Write(row_id=second, values={"LL_Band__c": "B"}),
                Write(row_id=first, values={"LL_Band__c": "A"}),
            ]
        }
        assert flaps.confirmed(tx, [lead], since=at(11)) == {}


def test_a_field_stopped_everywhere_stands_for_records_never_fought_over(store: Store) -> None:
    with store.write() as tx:
        flaps.save(tx, [stopped("00Q1"), stopped("00Q2", 5)])
        assert place("00Q9") not in flaps.stops(tx)
        assert flaps.count_stopped(tx, [BAND]) == {BAND: 2}
        flaps.stop_everywhere(tx, BAND, now=at(5))
        assert place("00Q9") in flaps.stops(tx)
        assert place("00Q9", "LL_Score__c") not in flaps.stops(tx)
        assert flaps.stopped(tx) == [Stopped(field=BAND, records=2, everywhere=True, since=NOON, who=None)]


def test_who_overwrites_is_asked_once_and_remembered(store: Store) -> None:
    with store.write() as tx:
        flaps.save(tx, [stopped("00Q1"), stopped("00Q2")])
        assert flaps.unnamed(tx, "salesforce") == {BAND: {"00Q1", "00Q2"}}
        flaps.name(tx, BAND, "")
        assert flaps.unnamed(tx, "salesforce") == {}
        assert [each.who for each in flaps.stopped(tx)] == [""]
        flaps.name(tx, BAND, "workflow Tidy")
        assert [each.who for each in flaps.stopped(tx)] == ["workflow Tidy"]


def test_resuming_forgets_the_fight_and_names_the_leads_to_plan(store: Store) -> None:
    with store.write() as tx:
        first, second = found(tx, "00Q1", "00Q2")
        desired.replace(tx, {first: [_wish(first, "00Q1")], second: [_wish(second, "00Q2")]})
        flaps.save(tx, [stopped("00Q1")])
        assert flaps.resume(tx, BAND) == {first}
        assert (flaps.stopped(tx), flaps.resume(tx, BAND)) == ([], set())
        flaps.stop_everywhere(tx, BAND, now=NOON)
        assert flaps.resume(tx, BAND) == {first, second}


def _wish(lead: LeadId, record_id: str) -> Desired:
    return Desired(
        lead_id=lead, ref=ref(record_id), field=BAND.field, property="band", value="A", cause="", rule_hash=RULES
    )


def test_what_was_quiet_for_long_is_forgotten_and_what_is_stopped_is_not(store: Store) -> None:
    with store.write() as tx:
        flaps.save(tx, [Flap(place=place("00Q1"), times=(NOON,), counted=1), stopped("00Q2")])
        flaps.forget_quiet(tx, before=at(1))
        assert flaps.of_records(tx, [ref("00Q1"), ref("00Q2")]).keys() == {place("00Q2")}


def test_an_awaited_value_keeps_its_moment_until_it_has_arrived(store: Store) -> None:
    with store.write() as tx:
        (lead,) = found(tx, "00Q1")
        arrivals.replace(tx, {lead: {place("00Q1")}}, now=NOON)
        arrivals.replace(tx, {lead: {place("00Q1"), place("00Q1", "OwnerId")}}, now=at(30))
        assert [(str(each.field), each.values, each.since) for each in arrivals.overdue(tx, before=at(20))] == [
            ("salesforce Lead.LL_Band__c", 1, NOON)
        ]
        assert len(arrivals.overdue(tx, before=at(31))) == 2
        arrivals.replace(tx, {lead: set()}, now=at(40))
        assert arrivals.overdue(tx, before=at(60)) == []


def test_what_is_awaited_for_a_lead_that_was_united_is_awaited_for_the_survivor(store: Store) -> None:
    with store.write() as tx:
        first, second = found(tx, "00Q1", "00Q2")
        arrivals.replace(tx, {second: {place("00Q2")}}, now=NOON)
        identity.merge(tx, first, second, now=at(1))
        arrivals.replace(tx, {first: set()}, now=at(2))
        assert arrivals.overdue(tx, before=at(60)) == []
