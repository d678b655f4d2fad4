"""A scorecard says that the lead was taken, and a full one that qualifies qualifies it; it moves nothing else."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.scorecard import ScorecardRules
from domain.decision import Decision
from domain.handoff import Outcome
from domain.stage import Cause, Signal, SignalKind, Stage
from domain.values import Value
from handoff.lifecycle import allows
from scoring.scorecard import read_scorecard
from tests.unit.handoff.material import (
    BO,
    CY,
    MONDAY,
    Case,
    accepted,
    assigned,
    call,
    lead,
    outcome,
    says,
    score,
    verdict,
)

HOUR = timedelta(hours=1)
THEN = MONDAY + HOUR
RULES = ScorecardRules()
GOOD: Mapping[str, Value] = {"interest": 4, "budget": 3, "timing": 4, "understanding": 3}
LOW: Mapping[str, Value] = {**GOOD, "timing": 1}
WORDS = "scorecard 14 of 20: Interest 4, Budget 3, Timing 4, Understanding 3"


def fill(case: Case, at: datetime, answers: Mapping[str, Value], *others: Signal) -> Decision:
    """The rep writes these answers into their fields, and what else they do in the same moment."""
    news = {name: value for name, value in answers.items() if case.values.get(name) != value}
    case.values |= answers
    signals = [says(SignalKind.SCORECARD, value, at, name) for name, value in news.items()]
    return decide(case, at, *signals, *others, news=news)


def decide(case: Case, at: datetime, *signals: Signal, news: Mapping[str, Value] | None = None) -> Decision:
    """Decide with the card as the loop reads it, and blank what is to be blank."""
    before = dict(case.handoff.scorecard) if case.has_handoff else {}
    card = read_scorecard({**before, **(news or {})}, RULES) if before or news else None
    decision = case.decide(at, *signals, scorecard=card)
    case.values |= {name: None for name in RULES.names if name in decision.properties}
    return decision


def told(decision: Decision) -> list[tuple[Stage, Stage, str]]:
    return [(move.before, move.after, move.why) for move in decision.transitions]


def test_a_full_scorecard_that_qualifies_takes_the_lead_and_qualifies_it() -> None:
    case = assigned()
    decision = fill(case, THEN, GOOD)
    assert told(decision) == [
        (Stage.ASSIGNED, Stage.ACCEPTED, "Bo Lind fills in the scorecard"),
        (Stage.ACCEPTED, Stage.QUALIFIED, WORDS),
    ]
    assert {move.cause for move in decision.transitions} == {Cause.PERSON}
    handoff = case.handoff
    assert (handoff.accepted_by, handoff.accepted_at, handoff.touched_at) == ("scorecard", THEN, THEN)
    assert (handoff.outcome, handoff.outcome_due_at, handoff.touch_due_at) == (Outcome.QUALIFIED, None, None)
    assert dict(handoff.scorecard) == GOOD
    assert decision.properties["scorecard"] == "14 of 20, qualifies"
    assert told(decide(case, THEN + HOUR)) == [], "said once"


@pytest.mark.parametrize(
    ("answers", "summary"),
    [
        (LOW, "11 of 20, does not qualify: Timing is 1; 11 of the 12 that it takes"),
        ({"interest": 4}, "4 so far; no answer yet: Budget, Timing, Understanding"),
    ],
    ids=["a one", "one of four"],
)
def test_one_that_does_not_qualify_accepts_and_moves_nothing_else(answers: Mapping[str, Value], summary: str) -> None:
    case = assigned()
    decision = fill(case, THEN, answers)
    assert (case.stage(), decision.properties["scorecard"]) == (Stage.ACCEPTED, summary)
    assert case.handoff.outcome is None
    assert case.handoff.outcome_due_at is not None, "the rep still says what came of it"


def test_an_odd_answer_takes_nothing_and_is_shown() -> None:
    case = assigned()
    decision = fill(case, THEN, {"budget": 6})
    assert (case.stage(), case.handoff.accepted_at) == (Stage.ASSIGNED, None)
    told_of = "0 so far; Budget: the answer is no whole number from 1 to 5; no answer yet: Interest, Budget, Timing"
    assert str(decision.properties["scorecard"]).startswith(told_of)
    assert case.values["budget"] == 6, "it stays for the rep to mend"


def test_factors_that_come_one_by_one_qualify_with_the_last() -> None:
    case = assigned()
    for hours, (name, value) in enumerate(GOOD.items(), start=1):
        assert case.stage() is (Stage.ASSIGNED if hours == 1 else Stage.ACCEPTED)
        fill(case, MONDAY + hours * HOUR, {name: value})
    assert case.stage() is Stage.QUALIFIED


def test_a_correction_qualifies_and_one_the_other_way_takes_nothing_back() -> None:
    case = accepted()
    fill(case, THEN, LOW)
    assert told(fill(case, THEN + HOUR, {"timing": 4})) == [(Stage.ACCEPTED, Stage.QUALIFIED, WORDS)]
    decision = fill(case, THEN + 2 * HOUR, {"timing": 1})
    assert (case.stage(), told(decision)) == (Stage.QUALIFIED, [])
    assert str(decision.properties["scorecard"]).startswith("11 of 20, does not qualify")
    assert told(fill(case, THEN + 3 * HOUR, {"timing": None})) == []
    assert dict(case.handoff.scorecard) == {**GOOD, "timing": None}


def test_whoever_sets_the_stage_back_is_not_overruled_by_the_same_scorecard() -> None:
    case = accepted()
    fill(case, THEN, GOOD)
    decide(case, THEN + HOUR, says(SignalKind.STAGE, "accepted", THEN + HOUR, "status"))
    assert case.stage() is Stage.ACCEPTED
    fill(case, THEN + 2 * HOUR, {"timing": 5})
    assert case.stage() is Stage.ACCEPTED


@pytest.mark.parametrize("said", ["No budget", "Left company"])
def test_an_outcome_of_the_rep_in_the_same_moment_beats_the_scorecard_which_is_kept(said: str) -> None:
    case = accepted()
    decision = fill(case, THEN, GOOD, outcome(said, THEN))
    assert Stage.QUALIFIED not in {move.after for move in decision.transitions}
    (closed,) = case.handoffs.values()
    assert (closed.is_open, dict(closed.scorecard)) == (False, GOOD)


def test_an_outcome_that_ends_nothing_is_not_overruled_either() -> None:
    case = accepted()
    case.handoffs[1] = replace(case.handoff, outcome=Outcome.NOT_NOW)
    assert told(fill(case, THEN, GOOD)) == []


def test_a_status_set_in_the_same_moment_beats_the_scorecard() -> None:
    case = accepted()
    decision = fill(case, THEN, GOOD, says(SignalKind.STAGE, "Nurturing", THEN, "status"))
    assert [move.after for move in decision.transitions] == [Stage.RECYCLED]


def test_a_rejection_in_the_same_moment_leaves_the_next_rep_a_lead_that_nobody_took() -> None:
    case = assigned()
    fill(case, THEN, GOOD, verdict("Wrong person", THEN))
    assert (case.owner(), case.stage(), case.handoff.accepted_at) == (CY, Stage.ASSIGNED, None)


def test_a_lead_that_has_come_further_is_not_taken_back_by_its_scorecard() -> None:
    case = accepted()
    case.lead = replace(case.lead, stage=Stage.OPPORTUNITY)
    fill(case, THEN, GOOD)
    assert (case.stage(), dict(case.handoff.scorecard)) == (Stage.OPPORTUNITY, GOOD)


def test_a_call_heard_in_the_same_cycle_is_the_touch() -> None:
    case = assigned()
    case.sales.append(call(MONDAY + timedelta(minutes=20)))
    fill(case, THEN, GOOD)
    handoff = case.handoff
    assert (handoff.accepted_by, handoff.touched_at) == ("touch", MONDAY + timedelta(minutes=20))
    assert case.stage() is Stage.QUALIFIED


def test_the_next_rep_finds_blank_fields_and_the_card_of_the_first_moves_nothing() -> None:
    case = assigned()
    fill(case, THEN, LOW)
    decision = decide(case, THEN + HOUR, verdict("Wrong person", THEN + HOUR))
    assert (case.owner(), case.stage()) == (CY, Stage.ASSIGNED)
    assert {name: decision.properties[name] for name in (*GOOD, "scorecard")} == dict.fromkeys([*GOOD, "scorecard"])
    assert told(fill(case, THEN + 2 * HOUR, {"interest": 5}))[0][2] == "Cy Ode fills in the scorecard"
    assert dict(case.handoff.scorecard) == {"interest": 5, "budget": None, "timing": None, "understanding": None}


def test_a_new_pass_begins_with_a_blank_scorecard() -> None:
    case = accepted()
    fill(case, THEN, GOOD, outcome("Not now", THEN))
    assert case.stage() is Stage.RECYCLED
    back = THEN + timedelta(days=100)
    case.score = score(80, at=back - HOUR)
    decision = decide(case, back)
    assert case.handoff.number == 2
    assert {name: decision.properties[name] for name in GOOD} == dict.fromkeys(GOOD)
    fill(case, back + HOUR, LOW)
    assert (case.stage(), dict(case.handoffs[1].scorecard)) == (Stage.ACCEPTED, GOOD)


@pytest.mark.parametrize("stage", [Stage.RECYCLED, Stage.DISQUALIFIED, Stage.OPPORTUNITY, Stage.CUSTOMER])
def test_a_scorecard_after_the_pass_moves_nothing(stage: Stage) -> None:
    case = Case(lead=lead(stage=stage, owner=BO))
    decision = fill(case, THEN, GOOD)
    assert (case.stage(), decision.handoffs) == (stage, ())
    assert decision.notes == ("a scorecard was filled in after the pass had ended: it moves nothing",)


@pytest.mark.parametrize("stage", [Stage.KNOWN, Stage.ENGAGED, Stage.ASSIGNED, Stage.ACCEPTED])
def test_a_lead_that_a_rep_works_without_a_handoff_gets_one_by_its_scorecard(stage: Stage) -> None:
    case = Case(lead=lead(stage=stage, owner=BO))
    fill(case, THEN, GOOD)
    assert (case.stage(), dict(case.handoff.scorecard)) == (Stage.QUALIFIED, GOOD)


def test_a_scorecard_of_a_lead_that_nobody_has_moves_nothing() -> None:
    case = Case(lead=lead(stage=Stage.ENGAGED), score=score(30))
    decision = fill(case, THEN, GOOD)
    assert (case.stage(), decision.handoffs) == (Stage.ENGAGED, ())
    assert decision.notes == ("a scorecard was filled in for a lead that nobody has: it moves nothing",)


def test_without_a_scorecard_nothing_of_it_is_wished() -> None:
    case = accepted()
    assert not {*RULES.names, "scorecard"} & set(case.history[-1].properties)


STEPS = st.lists(
    st.one_of(
        st.dictionaries(st.sampled_from(RULES.names), st.sampled_from([None, 0, 1, 2.5, 3, 4, 5, 6, "x"]), min_size=1),
        st.sampled_from(["Accept", "Wrong person", "Data wrong", "Meeting", "Not now", "Left company"]),
        st.sampled_from(["Nurturing", "Working", "accepted", "assigned", "mql", "engaged", "Won"]),
    ),
    max_size=8,
)


@given(STEPS)
@settings(max_examples=100, deadline=None)
def test_no_history_of_answers_fails_a_lead_or_moves_it_a_way_that_is_not_in_the_table(
    steps: list[dict[str, Value] | str],
) -> None:
    case, hours = assigned(), count(1)
    for step in steps:
        at = MONDAY + next(hours) * HOUR
        if isinstance(step, dict):
            decision = fill(case, at, step)
        elif step in {"Nurturing", "Working", "accepted", "assigned", "mql", "engaged", "Won"}:
            decision = decide(case, at, says(SignalKind.STAGE, step, at, "status"))
        else:
            kind = SignalKind.OUTCOME if step in {"Meeting", "Not now", "Left company"} else SignalKind.VERDICT
            decision = decide(case, at, says(kind, step, at))
        assert all(allows(move.before, move.after, move.cause) for move in decision.transitions)
        again = decide(case, at + timedelta(minutes=1))
        assert Stage.QUALIFIED not in {move.after for move in again.transitions}, "a scorecard speaks once"
