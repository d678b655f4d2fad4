"""A lead that could not be worked gives its rep the turn back, at once and once; absence is never made up for."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.routing import CreditBack, Member
from domain.handoff import Handoff, HandoffKind, Rep
from domain.stage import SignalKind
from domain.values import LeadId
from handoff.credit import MERGED, credited
from handoff.rotation import RoutingState, round_of
from handoff.routing import Ask, Routed, route
from handoff.rulebook import Rulebook
from sync.turns import between
from tests.unit.handoff.material import (
    BO,
    BOOK,
    CY,
    DI,
    MONDAY,
    Case,
    assigned,
    pool,
    routing_rules,
    rulebook,
    says,
    verdict,
)
from tests.unit.handoff.material import reps as three

DAY = MONDAY.date()
HOUR = timedelta(hours=1)


def granted(terms: CreditBack | None) -> Rulebook:
    return rulebook(routing=routing_rules(pools=[pool(credit_back=terms)]))


@pytest.mark.parametrize("said", ["Wrong person", "Data wrong", "Not our target"])
def test_who_could_not_work_a_lead_is_next_in_turn_and_the_day_counts_one_less(said: str) -> None:
    case = assigned()
    case.decide(MONDAY + HOUR, verdict(said, MONDAY + HOUR))
    assert (case.state.owed, case.state.new_on(BO, DAY)) == ({"North": (BO,)}, 0)
    routed = serve(case.state)
    assert (routed.owner, routed.why) == (three()[BO], "rule 'everybody', pool North: Bo Lind has a turn back")
    assert routed.state.owed == {}


def test_the_pointer_goes_on_where_it_was_once_the_turn_is_taken() -> None:
    state = RoutingState().served("North", round_of(pool().members), 1).credited("North", BO, DAY)
    first = serve(state)
    second = serve(first.state)
    assert [each.owner.name for each in (first, second) if each.owner] == ["Bo Lind", "Di Rae"]


@pytest.mark.parametrize(
    ("terms", "days", "owed"),
    [
        pytest.param(CreditBack(), 13, {"North": (BO,)}, id="in time"),
        pytest.param(CreditBack(), 15, {}, id="too late"),
        pytest.param(CreditBack(on=["data_wrong"]), 1, {}, id="another verdict"),
        pytest.param(None, 1, {}, id="switched off"),
    ],
)
def test_each_pool_says_what_gives_a_turn_back_and_how_long(
    terms: CreditBack | None, days: int, owed: dict[str, tuple[str, ...]]
) -> None:
    case = assigned(book=granted(terms))
    at = MONDAY + timedelta(days=days)
    case.decide(at, verdict("Not our target", at))
    assert case.state.owed == owed


def test_a_lead_that_was_no_turn_gives_none_back() -> None:
    owned = Case(book=BOOK, score=assigned().score)
    owned.decide(MONDAY)
    owned.handoffs[1] = replace(owned.handoff, steps=tuple(s for s in owned.handoff.steps if not s.startswith("turn:")))
    owned.decide(MONDAY + HOUR, verdict("Not our target", MONDAY + HOUR))
    assert owned.state.owed == {}


def test_whom_a_person_gave_the_lead_has_no_turn_to_get_back() -> None:
    case = assigned()
    case.decide(MONDAY + HOUR, says(SignalKind.OWNER, CY, MONDAY + HOUR))
    case.decide(MONDAY + 2 * HOUR, verdict("Not our target", MONDAY + 2 * HOUR))
    assert case.state.owed == {}


def test_a_second_verdict_on_the_same_lead_gives_nothing_more() -> None:
    case = assigned()
    case.decide(MONDAY + HOUR, verdict("Data wrong", MONDAY + HOUR))
    case.decide(MONDAY + 2 * HOUR, verdict("Not our target", MONDAY + 2 * HOUR))
    assert case.state.owed == {"North": (BO,)}


def test_the_mended_lead_that_comes_back_takes_the_turn_it_gave() -> None:
    case = assigned()
    case.decide(MONDAY + HOUR, verdict("Data wrong", MONDAY + HOUR))
    case.values["phone"] = "+34 611 111 111"
    case.decide(MONDAY + 2 * HOUR)
    assert (case.owner(), case.state.owed, case.state.new_on(BO, DAY)) == (BO, {}, 1)


def test_whoever_has_the_wrong_person_s_lead_next_has_a_turn_of_their_own() -> None:
    case = assigned()
    case.decide(MONDAY + HOUR, verdict("Wrong person", MONDAY + HOUR))
    assert (case.owner(), case.state.owed) == (CY, {"North": (BO,)})
    case.decide(MONDAY + 2 * HOUR, verdict("Wrong person", MONDAY + 2 * HOUR))
    assert (case.owner(), case.state.owed) == (DI, {"North": (BO, CY)})


def test_absence_is_not_made_up_for_and_whoever_left_the_pool_is_owed_nothing() -> None:
    state = RoutingState().credited("North", BO, DAY).credited("North", "eve@acme.example", DAY)
    away = three(bo=replace(three()[BO], available=False))
    routed = serve(state, people=away)
    assert (routed.owner, routed.state.owed) == (three()[CY], {})


def test_what_is_one_with_another_lead_gives_the_turn_back() -> None:
    handoff = Handoff(
        lead_id=LeadId(7), number=1, kind=HandoffKind.NEW_BUSINESS, opened_at=MONDAY, why="", hand_raise=False, score=0,
        band="", owner=BO, assigned_at=MONDAY, steps=(f"turn:{BO} North",),
    )  # fmt: skip
    state = credited(RoutingState().gave(BO, DAY), handoff, MERGED, at=MONDAY + HOUR, rules=BOOK.routing)
    assert (state.owed, state.new_on(BO, DAY)) == ({"North": (BO,)}, 0)


def test_a_plan_applied_lead_by_lead_owes_what_its_leads_owe() -> None:
    before = RoutingState().credited("North", BO, DAY)
    after = before.repaid("North", BO).credited("North", CY, DAY).slept(CY, MONDAY)
    meanwhile = before.credited("North", DI, DAY)
    assert between(before, after).taken(meanwhile).owed == {"North": (DI, CY)}
    assert between(before, after).taken(before) == after


def test_the_state_comes_back_from_json_with_what_is_owed() -> None:
    state = RoutingState().credited("North", BO, DAY).slept(BO, MONDAY).slept(BO, MONDAY)
    assert RoutingState.from_json(state.to_json()) == state
    assert RoutingState.from_json('{"turns": {}, "loads": {}}') == RoutingState()


def serve(state: RoutingState, *, people: dict[str, Rep] | None = None, book: Rulebook = BOOK) -> Routed:
    ask = Ask(view=Case().view(), kind=HandoffKind.NEW_BUSINESS, hand_raise=False, now=MONDAY)
    return route(ask, book=book, state=state, reps=people or three())


TEAM = ["a@x.example", "b@x.example", "c@x.example", "d@x.example"]
EVENTS = st.lists(
    st.one_of(
        st.just(("lead", 0)),
        st.just(("lead", 0)),
        st.tuples(st.just("refuse"), st.integers(0, 30)),
        st.tuples(st.just("away"), st.integers(0, 3)),
        st.tuples(st.just("back"), st.integers(0, 3)),
        st.tuples(st.just("pool"), st.integers(0, 3)),
    ),
    max_size=60,
)


@settings(max_examples=100, deadline=None)
@given(events=EVENTS, weights=st.lists(st.integers(1, 3), min_size=4, max_size=4))
def test_turns_are_fair_by_weight_with_credits_absences_and_changes_of_the_pool(
    events: list[tuple[str, int]], weights: list[int]
) -> None:
    """Between two changes of who is there, whoever weighs the same differs by one turn at most, those given back not
    counted; nobody is served more credits than were given."""
    members = [Member(email=e, weight=w) for e, w in zip(TEAM, weights, strict=True)]
    away: set[str] = set()
    state = RoutingState()
    people = {email: Rep(email=email, name=email[0], user_ids=(("crm", email),)) for email in TEAM}
    turns: Counter[str] = Counter()
    workable: list[str] = []
    given = taken = 0
    for what, number in events:
        if what == "lead":
            book = rulebook(
                routing=routing_rules(pools=[pool(members=members, new_per_day=10_000, open_at_once=10_000)])
            )
            there = {e: replace(rep, available=e not in away) for e, rep in people.items()}
            routed = serve(state, people=there, book=book)
            assert (routed.owner is None) == all(each.email in away for each in members)
            if routed.owner is None:
                continue
            by_credit = routed.why.endswith("has a turn back")
            taken += by_credit
            turns[routed.owner.email] += not by_credit
            state = routed.state
            workable.append(routed.owner.email)
            _same_weights_are_level(turns, members, away)
        elif what == "refuse" and workable:
            state, given = state.credited("North", workable.pop(number % len(workable)), DAY), given + 1
        elif what in {"away", "back"}:
            (away.add if what == "away" else away.discard)(TEAM[number])
            turns.clear()
        elif what == "pool":
            left = [each for each in members if each.email != TEAM[number]]
            joined = [*members, Member(email=TEAM[number], weight=weights[number])]
            members = left if len(left) < len(members) and left else joined if len(left) == len(members) else members
            turns.clear()
        assert taken <= given


def _same_weights_are_level(turns: Counter[str], members: list[Member], away: set[str]) -> None:
    for weight in {each.weight for each in members}:
        same = [turns[each.email] for each in members if each.weight == weight and each.email not in away]
        if same and not away:
            assert max(same) - min(same) <= 1


@settings(max_examples=60, deadline=None)
@given(refused=st.lists(st.integers(0, 2), max_size=12))
def test_once_every_turn_that_was_given_back_is_taken_everybody_has_as_many_workable_leads(refused: list[int]) -> None:
    state, workable = RoutingState(), Counter({BO: 0, CY: 0, DI: 0})
    book = rulebook(routing=routing_rules(pools=[pool(new_per_day=10_000, open_at_once=10_000)]))
    for who in refused:
        email = (BO, CY, DI)[who]
        while workable[email] == 0:
            routed = serve(state, book=book)
            assert routed.owner is not None
            state = routed.state
            workable[routed.owner.email] += 1
        workable[email] -= 1
        state = state.credited("North", email, DAY)
    while state.owed:
        routed = serve(state, book=book)
        assert routed.owner is not None
        state = routed.state
        workable[routed.owner.email] += 1
    assert max(workable.values()) - min(workable.values()) <= 1
