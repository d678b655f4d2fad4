"""What was united can be parted: at once as if nothing had been, later with everything where its record is."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.handoff import Outcome
from domain.identity import Claim, Tie
from domain.record import Record
from domain.stage import Stage
from domain.values import LeadId
from store import handoffs, identity, leads, ledger, records, unions, unmerging
from store.engine import Store, Tx
from tests.unit.store.examples import NOON, activity, at, found, handoff, lead_of, ref
from tests.unit.store.people import LATER, PEOPLE, Person, arrive, laid_out

SOME = settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


class _OverError(Exception):
    """Take everything back."""


@contextmanager
def passing(store: Store) -> Iterator[Tx]:
    """A transaction of which nothing stays."""
    with suppress(_OverError), store.write() as tx:
        yield tx
        raise _OverError


def split(tx: Tx, number: int, *, hours: float = 0) -> unmerging.Split:
    union = unions.get(tx, number)
    assert union is not None
    return unmerging.split(tx, union, by="ops@us.example", now=at(60 * hours))


@given(people=st.tuples(PEOPLE, PEOPLE))
@SOME
def test_what_is_united_and_split_again_is_what_it_was(store: Store, people: tuple[Person, Person]) -> None:
    def moves(table: str, column: str) -> bool:
        """Both are decided anew, and armed by it."""
        return table == "lead" and column in {"revision", "due", "plan_due", "armed_at"}

    with passing(store) as tx:
        ids = arrive(tx, people)
        before = laid_out(tx, ids, without=moves)
        split(tx, identity.merge(tx, ids[0], ids[1], now=NOON).union)
        assert laid_out(tx, ids, without=moves) == before


@given(people=st.tuples(PEOPLE, PEOPLE, PEOPLE))
@SOME
def test_unions_are_undone_one_by_one_the_last_first(store: Store, people: tuple[Person, Person, Person]) -> None:
    def moves(table: str, column: str) -> bool:
        return table == "lead" and column in {"revision", "due", "plan_due", "armed_at"}

    with passing(store) as tx:
        first, second, third = ids = arrive(tx, people)
        before = laid_out(tx, ids, without=moves)
        numbers = [identity.merge(tx, second, third, now=NOON).union, identity.merge(tx, first, second, now=NOON).union]
        with pytest.raises(ValueError, match=f"Union {numbers[1]} was made later"):
            split(tx, numbers[0])
        for number in reversed(numbers):
            split(tx, number)
        assert laid_out(tx, ids, without=moves) == before


@given(people=st.lists(PEOPLE, min_size=3, max_size=4), data=st.data())
@SOME
def test_in_whatever_order_leads_are_united_the_same_comes_out(
    store: Store, people: list[Person], data: st.DataObject
) -> None:
    def depends(table: str, column: str) -> bool:
        """Numbers that are given out anew, and the last computed score: it is computed anew."""
        given = column in {"number", "handoff", "revision", "lead_id", "key", "set_id"}
        return given or table == "score" or (column == "id" and table != "record")

    outcomes = []
    for _ in range(2):
        pairs = data.draw(st.permutations(list(combinations(range(len(people)), 2))))
        with passing(store) as tx:
            ids = arrive(tx, people)
            for pair in pairs:
                ends = sorted({leads.survivor(tx, ids[each]) for each in pair})
                if len(ends) > 1:
                    identity.merge(tx, ends[0], ends[1], now=at(1))
            outcomes.append(laid_out(tx, [ids[0]], without=depends))
    assert outcomes[0] == outcomes[1]


def stranger(record_id: str, *, tie: Tie, value: str, lead: LeadId, minute: float) -> Claim:
    kind = "email" if tie is Tie.EMAIL else "record"
    one = ref(record_id, kind="Contact" if record_id.startswith("003") else "Lead")
    return Claim(kind=kind, value=value, ref=one, lead_id=lead, tie=tie, since=at(minute))


@pytest.fixture
def united(store: Store) -> Iterator[tuple[Tx, LeadId, LeadId, int]]:
    """Ana and Ben with a record and an address each, united at noon."""
    with store.write() as tx:
        ana, ben = found(tx, "00Q1", "00Q2")
        for lead, one in ((ana, "00Q1"), (ben, "00Q2")):
            identity.claim(tx, [stranger(one, tie=Tie.SELF, value=str(ref(one)), lead=lead, minute=-9)])
            identity.claim(tx, [stranger(one, tie=Tie.EMAIL, value=f"{one}@acme.example", lead=lead, minute=-9)])
        yield tx, ana, ben, identity.merge(tx, ana, ben, now=NOON).union


def test_what_came_since_goes_where_its_record_and_its_address_go(united: tuple[Tx, LeadId, LeadId, int]) -> None:
    tx, ana, ben, union = united
    did = [
        activity("1", of="00Q1", minute=5),
        activity("2", of="00Q2", minute=5),
        activity("3", email="00Q2@acme.example", minute=5),
        activity("4", email="00Q1@acme.example", minute=5),
    ]
    ledger.add(tx, did, seen_at=at(5))
    split(tx, union, hours=1)
    theirs = ledger.activities_of(tx, [ana, ben])
    assert {lead: [each.external_id for each in every] for lead, every in theirs.items()} == {
        ana: ["1", "4"],
        ben: ["2", "3"],
    }


def test_a_contact_that_one_of_them_was_converted_to_since_goes_along(united: tuple[Tx, LeadId, LeadId, int]) -> None:
    tx, ana, ben, union = united
    contact = ref("0031", kind="Contact")
    records.upsert(tx, [Record(ref=contact, values={}, modified_at=at(5))], seen_at=at(5))
    records.assign(tx, {contact: ana})
    identity.claim(
        tx,
        [
            stranger("0031", tie=Tie.SELF, value=str(contact), lead=ana, minute=5),
            stranger("00Q2", tie=Tie.SYSTEM, value=str(contact), lead=ana, minute=5),
        ],
    )
    assert split(tx, union, hours=1).records == (contact, ref("00Q2"))
    assert records.lead_of(tx, [contact, ref("00Q1")]) == {contact: ben, ref("00Q1"): ana}


def test_where_the_lead_has_moved_on_the_one_whose_handoff_it_was_stands_there(store: Store) -> None:
    with store.write() as tx:
        ana, ben = found(tx, "00Q1", "00Q2")
        leads.save(tx, [replace(lead_of(tx, ben), stage=Stage.ASSIGNED, owner="okafor@us.example")], now=NOON)
        handoffs.save(tx, [handoff(ben)])
        union = identity.merge(tx, ana, ben, now=NOON).union
        (taken,) = handoffs.all_of(tx, [ana])[ana]
        handoffs.save(tx, [replace(taken, accepted_at=at(9))])
        leads.save(tx, [replace(lead_of(tx, ana), stage=Stage.ACCEPTED)], now=at(9))
        split(tx, union, hours=1)
        assert (lead_of(tx, ana).stage, lead_of(tx, ana).owner) == (Stage.KNOWN, None)
        assert (lead_of(tx, ben).stage, lead_of(tx, ben).owner) == (Stage.ACCEPTED, "okafor@us.example")
        assert [(each.number, each.accepted_at) for each in handoffs.all_of(tx, [ana, ben])[ben]] == [(1, at(9))]
        assert lead_of(tx, ana).armed_at == lead_of(tx, ben).armed_at == at(60)


def test_a_handoff_that_the_union_closed_goes_on_and_its_clocks_stood_still(store: Store) -> None:
    with store.write() as tx:
        ana, ben = found(tx, "00Q1", "00Q2")
        younger = replace(handoff(ben, minute=-5), touch_due_at=at(30))
        handoffs.save(tx, [handoff(ana, minute=-9), younger])
        merged = identity.merge(tx, ana, ben, now=NOON)
        assert [each.outcome for each in merged.closed] == [Outcome.MERGED]
        (reopened,) = split(tx, merged.union, hours=2).reopened
        assert reopened == replace(younger, touch_due_at=at(30 + 120))
        assert [each.opened_at for each in handoffs.open_of(tx, [ana, ben]).values()] == [at(-9), at(-5)]


def test_a_handoff_names_the_one_it_follows_on_by_the_number_that_has_now(store: Store) -> None:
    with store.write() as tx:
        ana, ben = found(tx, "00Q1", "00Q2")
        ours = replace(handoff(ana, 1, minute=-9), closed_at=at(-8))
        theirs = [replace(handoff(ben, 1, minute=-7), closed_at=at(-6)), replace(handoff(ben, 2, minute=-5), after=1)]
        handoffs.save(tx, [ours, *theirs])
        union = identity.merge(tx, ana, ben, now=NOON).union
        together = handoffs.all_of(tx, [ana])[ana]
        assert [(each.number, each.after) for each in together] == [(1, None), (2, None), (3, 2)]
        ended = replace(together[-1], closed_at=at(4))
        handoffs.save(tx, [ended, replace(handoff(ana, 4, minute=5), after=3)])
        split(tx, union, hours=1)
        every = handoffs.all_of(tx, [ana, ben])
        assert {lead: [(each.number, each.after) for each in several] for lead, several in every.items()} == {
            ana: [(1, None), (4, None)],
            ben: [(1, None), (2, 1)],
        }


def test_nothing_is_remembered_of_who_was_erased_and_the_split_says_so(united: tuple[Tx, LeadId, LeadId, int]) -> None:
    tx, ana, ben, union = united
    unions.forget(tx, [ben])
    assert unions.memory(tx, union) is None
    with pytest.raises(ValueError, match="is no longer known: it was forgotten after its time, or because a person"):
        split(tx, union)
    assert leads.get(tx, [ana, ben]).keys() == {ana}, "and nothing was changed"


def test_who_was_erased_is_forgotten_by_the_unions_within_their_own(store: Store) -> None:
    with store.write() as tx:
        first, second, third = found(tx, "00Q1", "00Q2", "00Q3")
        numbers = [identity.merge(tx, second, third, now=NOON).union, identity.merge(tx, first, second, now=NOON).union]
        unions.forget(tx, [first])
        assert [unions.memory(tx, number) for number in numbers] == [None, None]
        inner = unions.get(tx, numbers[0])
        assert inner is not None
        assert unmerging.hindrance(tx, inner) is not None


def test_unions_of_long_ago_are_forgotten_a_portion_at_a_time(united: tuple[Tx, LeadId, LeadId, int]) -> None:
    tx, _, _, union = united
    assert unions.forget_old(tx, before=NOON, limit=9) == 0
    assert unions.forget_old(tx, before=NOON + LATER, limit=9) == 1
    assert unions.memory(tx, union) is None
    assert unions.forget_old(tx, before=NOON + LATER, limit=9) == 0


def test_a_union_is_undone_once(united: tuple[Tx, LeadId, LeadId, int]) -> None:
    tx, ana, ben, union = united
    split(tx, union)
    with pytest.raises(ValueError, match=f"Union {union} was undone at 2026-11-22 12:00 UTC already"):
        split(tx, union)
    assert unions.apart(tx, ben, ana) == frozenset()


def test_a_record_taken_out_is_a_lead_of_its_own_with_what_lay_with_it(united: tuple[Tx, LeadId, LeadId, int]) -> None:
    tx, ana, _, _ = united
    ledger.add(tx, [activity("1", of="00Q2"), activity("2", of="00Q1")], seen_at=NOON)
    made = unmerging.take_out(tx, [ref("00Q2")], of=ana, installation="LL", by="ops@us.example", now=at(9))
    assert records.lead_of(tx, [ref("00Q1"), ref("00Q2")]) == {ref("00Q1"): ana, ref("00Q2"): made}
    assert [each.external_id for each in ledger.activities_of(tx, [made])[made]] == ["1"]
    assert [key.value for key in identity.keys_of(tx, [made])[made]] == ["00Q2@acme.example", str(ref("00Q2"))]
    assert lead_of(tx, made).armed_at == at(9)
    assert unions.apart(tx, ana, made) is not None
