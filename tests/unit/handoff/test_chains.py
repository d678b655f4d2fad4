"""What one team qualifies goes on to the next one, and has a road back. No new MQL, no return."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from config.routing import Chain, Member, RoutingRules
from domain.decision import BlastClass
from domain.handoff import Outcome, Queue, Verdict
from domain.stage import Signal, SignalKind, Stage
from handoff.rulebook import Rulebook
from tests.unit.handoff.material import (
    BO,
    BOSS,
    CY,
    DI,
    MONDAY,
    Case,
    accepted,
    call,
    form,
    outcome,
    pool,
    rep,
    reps,
    routing_rules,
    rulebook,
    says,
    score,
    verdict,
)
from tests.unit.handoff.test_territories import table

HOUR = timedelta(hours=1)
LATER = MONDAY + 2 * HOUR


def chained(**changes: Any) -> RoutingRules:
    """Bo qualifies; Cy and Di take it from there."""
    chain = {"name": "SDR to AE", "from": ["SDR"], "to": {"pool": "AE"}, **changes}
    sdr = pool(name="SDR", members=[Member(email=BO)])
    closers = pool(name="AE", members=[Member(email=CY), Member(email=DI)], new_per_day=3, open_at_once=25)
    rules = [{"name": "everybody", "to": {"pool": "SDR"}}]
    return routing_rules(pools=[sdr, closers], rules=rules, chains=[Chain.model_validate(chain)])


def book(**changes: Any) -> Rulebook:
    return rulebook(routing=chained(**changes))


def handed_on(**changes: Any) -> Case:
    """Bo had a meeting and Cy has the lead now."""
    case = accepted(book=book(), **changes)
    case.decide(LATER, outcome("Meeting", LATER))
    return case


def test_a_meeting_ends_the_first_handoff_with_its_outcome_and_opens_one_that_follows_on_it() -> None:
    case = handed_on()
    first, second = case.handoffs[1], case.handoffs[2]
    assert (first.outcome, first.closed_at, first.owner) == (Outcome.MEETING, LATER, BO)
    assert (second.after, second.owner, second.opened_at, second.hand_raise) == (1, CY, LATER, False)
    assert (second.verdict, second.outcome, second.accepted_at, second.touched_at) == (None, None, None, None)
    assert second.touch_due_at == LATER.replace(day=24, hour=12), "eight working hours of its own"
    assert case.lead.owner == CY


def test_it_goes_straight_from_qualified_to_assigned_and_is_no_new_mql() -> None:
    before = accepted(book=book())
    since = before.lead.mql_since
    decision = before.decide(LATER, outcome("Meeting", LATER))
    assert [(move.before, move.after) for move in decision.transitions] == [
        (Stage.ACCEPTED, Stage.QUALIFIED),
        (Stage.QUALIFIED, Stage.ASSIGNED),
    ]
    assert (before.lead.mql_since, before.lead.times_recycled) == (since, 0)
    assert (decision.blast, decision.hand_raise, decision.unarmed) == (BlastClass.HANDOFF, False, False)


def test_the_next_rep_gets_a_task_and_the_trace_names_the_chain() -> None:
    case = handed_on()
    assert [(task.handoff, task.payload["owner"]) for task in case.tasks()] == [(1, BO), (2, CY)]
    assert case.assignment.rule == "chain 'SDR to AE'"
    assert case.assignment.why == "chain 'SDR to AE', pool AE: Cy Ode is next in turn"


def test_deciding_again_hands_nothing_on_twice() -> None:
    case = handed_on()
    decision = case.settle(LATER + HOUR)
    assert (decision.transitions, decision.intents, sorted(case.handoffs)) == ((), (), [1, 2])


def test_a_lead_whose_outcome_is_older_than_the_chain_stays() -> None:
    case = accepted()
    case.decide(LATER, outcome("Meeting", LATER))
    case.book = book()
    case.settle(LATER + HOUR)
    assert (case.owner(), case.stage(), sorted(case.handoffs)) == (BO, Stage.QUALIFIED, [1])


def test_a_held_lead_stays_with_its_rep_until_it_is_let_through() -> None:
    case = accepted(book=book())
    decision = case.decide(LATER, outcome("Meeting", LATER), held=True)
    assert (decision.blast, case.owner(), case.stage()) == (None, BO, Stage.QUALIFIED)
    case.settle(LATER + HOUR)
    assert (case.owner(), case.stage(), case.handoff.after) == (CY, Stage.ASSIGNED, 1)


@pytest.mark.parametrize("said", ["Not our target", "Data wrong"])
def test_what_the_next_rep_refuses_goes_back_to_whoever_handed_it_on_with_the_reason(said: str) -> None:
    case = handed_on()
    at = LATER + HOUR
    case.decide(at, verdict(said, at))
    second, third = case.handoffs[2], case.handoffs[3]
    assert (second.closed_at, second.outcome, third.after, third.owner) == (at, None, 2, BO)
    assert (case.stage(), case.lead.recycled_as) == (Stage.ASSIGNED, None)
    task = case.tasks()[-1]
    assert (task.handoff, task.payload["owner"]) == (3, BO)
    assert f"Cy Ode gave it back: {said}" in str(task.payload["body"])


def test_the_lead_comes_back_however_full_the_desk_is() -> None:
    case = handed_on()
    for _ in range(60):
        case.state = case.state.gave(BO, MONDAY.date())
    case.decide(LATER + HOUR, verdict("Not our target", LATER + HOUR))
    assert case.owner() == BO


def test_by_another_verdict_or_outcome_it_takes_the_usual_road() -> None:
    case = accepted(book=book(gives_back=[]))
    case.decide(LATER, outcome("Meeting", LATER))
    case.decide(LATER + HOUR, verdict("Not our target", LATER + HOUR))
    assert (case.stage(), case.lead.recycled_as) == (Stage.RECYCLED, "not_target")
    case = handed_on()
    case.decide(LATER + HOUR, outcome("No budget", LATER + HOUR))
    assert (case.stage(), case.lead.recycled_as, case.has_handoff) == (Stage.RECYCLED, "no_budget", False)


def test_data_that_the_next_rep_called_wrong_are_theirs_again_once_mended_where_nothing_gives_it_back() -> None:
    case = accepted(book=book(gives_back=[]))
    case.decide(LATER, outcome("Meeting", LATER))
    case.state = case.state.served("AE", (CY, DI), 0)
    case.decide(LATER + HOUR, verdict("Data wrong", LATER + HOUR))
    assert case.handoff.queue is Queue.NEEDS_DATA
    case.values["phone"] = "+34 611 111 111"
    case.settle(LATER + 2 * HOUR)
    assert (case.owner(), case.handoff.number) == (CY, 2)
    assert case.assignment.why == "asked for better data: Cy Ode"


def test_a_wrong_person_goes_to_the_next_of_them_and_at_last_back() -> None:
    case = handed_on()
    at = LATER + HOUR
    case.decide(at, verdict("Wrong person", at))
    assert (case.owner(), case.handoff.number, case.handoff.tried) == (DI, 2, (CY,))
    case.decide(at + HOUR, verdict("Wrong person", at + HOUR))
    assert (case.owner(), case.handoff.number) == (BO, 2)
    assert case.assignment.why == "chain 'SDR to AE': nobody is left there, back to Bo Lind"


def test_what_came_back_and_is_refused_by_its_own_rep_takes_the_usual_road() -> None:
    case = handed_on()
    case.decide(LATER + HOUR, verdict("Not our target", LATER + HOUR))
    case.decide(LATER + 2 * HOUR, verdict("Not our target", LATER + 2 * HOUR))
    assert (case.stage(), case.lead.recycled_as) == (Stage.RECYCLED, "not_target")


def test_with_nobody_there_it_waits_in_sight_and_goes_to_the_chain_when_somebody_is_back() -> None:
    away = reps(cy=rep(CY, "Cy Ode", 2, available=False), di=rep(DI, "Di Rae", 3, available=False))
    case = accepted(book=book(), reps=away)
    case.decide(LATER, outcome("Meeting", LATER))
    assert (case.stage(), case.handoff.queue, case.handoff.after) == (Stage.MQL, Queue.UNASSIGNED, 1)
    assert case.handoff.queue_cause == "pool AE: all 2 away"
    assert case.notices()[-1] == ("queued", BOSS)
    case.reps = reps()
    case.settle(LATER + HOUR)
    assert (case.owner(), case.stage()) == (CY, Stage.ASSIGNED)


def test_the_next_pools_own_limits_hold() -> None:
    case = accepted(book=book())
    for _ in range(3):
        case.state = case.state.gave(CY, MONDAY.date())
    case.decide(LATER, outcome("Meeting", LATER))
    assert case.owner() == DI
    assert "pool AE: Cy Ode is full today (3 of 3 new)" in case.assignment.trace


def test_the_pass_before_frees_its_rep_s_desk() -> None:
    case = handed_on()
    assert (case.state.open_of(BO), case.state.open_of(CY)) == (0, 1)


def test_a_request_to_be_called_in_the_second_link_reaches_its_rep_and_an_old_one_is_no_news() -> None:
    asked = MONDAY - timedelta(minutes=1)
    case = Case(book=book(), score=score(25, at=asked, hand_raises=(form(asked),)))
    case.decide(MONDAY)
    case.sales.append(call(MONDAY + HOUR))
    case.decide(MONDAY + HOUR)
    case.decide(LATER, outcome("Meeting", LATER))
    assert (case.handoff.number, case.handoff.hand_raise) == (2, False)
    again = LATER + HOUR
    case.score = score(25, at=again, hand_raises=(form(asked), form(again, 2)))
    case.decide(again + timedelta(minutes=1))
    assert (case.owner(), case.handoff.number, case.handoff.hand_raise) == (CY, 2, True)
    assert case.notices()[-1][1] == CY


def test_a_deal_that_the_first_link_made_ends_it_and_one_that_the_second_makes_ends_that() -> None:
    case = accepted(book=book())
    case.more["converted"] = True
    case.decide(LATER, outcome("Meeting", LATER))
    assert (case.stage(), sorted(case.handoffs), case.has_handoff) == (Stage.OPPORTUNITY, [1], False)
    case = handed_on()
    case.more["has_open_deal"] = True
    case.settle(LATER + HOUR)
    assert (case.stage(), case.handoffs[2].outcome) == (Stage.OPPORTUNITY, Outcome.QUALIFIED)


def test_the_task_of_the_second_link_says_what_the_first_one_noted() -> None:
    body = str(handed_on().tasks()[-1].payload["body"])
    assert "Bo Lind handed it on: Meeting, on Mon 23 Nov 2026" in body


def test_the_verdicts_that_give_back_are_the_chains_own() -> None:
    chain = book().routing.chains[0]
    assert (chain.pools, chain.on) == (["SDR"], [Outcome.MEETING, Outcome.QUALIFIED])
    assert chain.gives_back == [Verdict.NOT_TARGET, Verdict.DATA_WRONG]


def test_a_chain_to_a_territory_waits_in_sight_where_the_lead_lies_in_none() -> None:
    rules = replace(book(to={"territory": True}), territories=table("country", f"Spain,ES,{CY},,"))
    case = accepted(book=rules)
    case.decide(LATER, outcome("Meeting", LATER))
    assert (case.stage(), case.handoff.queue_cause) == (Stage.MQL, "chain 'SDR to AE' names nobody today")
    case.values["country"] = "ES"
    case.settle(LATER + HOUR)
    assert case.owner() == CY
    case.decide(LATER + 2 * HOUR, verdict("Wrong person", LATER + 2 * HOUR))
    assert (case.owner(), case.assignment.why) == (BO, "chain 'SDR to AE': nobody is left there, back to Bo Lind")


def named(email: str, at: datetime) -> Signal:
    """A person made them the owner."""
    return says(SignalKind.OWNER, email, at)


def test_an_owner_whom_the_sdr_names_with_the_outcome_gets_the_next_link_and_nobody_s_turn_is_used() -> None:
    case = accepted(book=book())
    turns = case.state.turns
    case.decide(LATER, named(DI, LATER), outcome("Meeting", LATER))
    first, second = case.handoffs[1], case.handoffs[2]
    assert (first.owner, first.outcome, first.closed_at) == (BO, Outcome.MEETING, LATER)
    assert (second.owner, second.after, second.accepted_at, case.stage()) == (DI, 1, None, Stage.ASSIGNED)
    assert case.assignment.why == "owner set to Di Rae by a person in crm"
    assert [(task.handoff, task.payload["owner"]) for task in case.tasks()] == [(1, BO), (2, DI)]
    assert (case.state.turns, case.state.open_of(BO), case.state.open_of(DI)) == (turns, 0, 1)


def test_an_owner_named_before_the_outcome_gave_it_themselves_and_nothing_goes_on() -> None:
    case = accepted(book=book())
    case.decide(LATER, named(DI, LATER), outcome("Meeting", LATER + HOUR))
    assert (case.owner(), case.stage(), sorted(case.handoffs)) == (DI, Stage.QUALIFIED, [1])


def test_who_was_named_while_the_lead_was_held_keeps_it_once_it_goes_on() -> None:
    case = accepted(book=book())
    case.decide(LATER, named(DI, LATER), outcome("Meeting", LATER), held=True)
    assert (case.owner(), case.stage()) == (DI, Stage.QUALIFIED)
    case.settle(LATER + HOUR)
    assert (case.owner(), case.stage(), case.handoff.after) == (DI, Stage.ASSIGNED, 1)


def test_a_lead_that_the_next_rep_refuses_and_hands_back_by_hand_is_no_rejection_by_whoever_gets_it() -> None:
    case = handed_on()
    at = LATER + HOUR
    case.decide(at, named(BO, at), verdict("Not our target", at))
    assert (case.stage(), case.handoff.number, case.owner()) == (Stage.ASSIGNED, 3, BO)
    assert (case.handoffs[2].owner, case.handoffs[2].closed_at) == (CY, at)


def test_who_left_the_pool_while_the_lead_was_held_hands_it_on_all_the_same() -> None:
    case = accepted(book=book())
    case.decide(LATER, outcome("Meeting", LATER), held=True)
    sdr, closers = case.book.routing.pools
    others = sdr.model_copy(update={"members": [Member(email="eve@acme.example")]})
    case.book = rulebook(routing=case.book.routing.model_copy(update={"pools": [others, closers]}))
    case.settle(LATER + HOUR)
    assert (case.owner(), case.handoff.after, case.handoffs[1].owner) == (CY, 1, BO)
