"""A status set by a person or another tool, from every stage to every stage: a transition, or a finding."""

from datetime import timedelta
from itertools import product

import pytest

from domain.stage import Cause, SignalKind, Stage
from handoff.lifecycle import allows
from tests.unit.handoff.material import MONDAY, Case, lead, outcome, says, score, verdict
from tests.unit.handoff.material import accepted as with_bo

HOUR = timedelta(hours=1)
SET = MONDAY + 3 * HOUR
GIVEN_ON = {Stage.MQL: {Stage.MQL, Stage.ASSIGNED}}
"""Where more follows at once: who is flagged is given to somebody."""


def standing(stage: Stage) -> Case:
    """A lead in this stage, come there by way of what moves people."""
    case = Case(lead=lead(stage=stage, stage_since=MONDAY), score=score(0))
    if stage in {Stage.MQL, Stage.ASSIGNED, Stage.ACCEPTED, Stage.QUALIFIED}:
        case.values["owner"] = "U1"
    return case


@pytest.mark.parametrize(("before", "after"), list(product(Stage, Stage)), ids=lambda stage: stage.value)
def test_a_foreign_stage_moves_the_lead_as_the_table_says_or_is_a_finding(before: Stage, after: Stage) -> None:
    case = standing(before)
    decision = case.decide(SET, says(SignalKind.STAGE, after.value, SET, "status"))
    moves = [(move.before, move.after) for move in decision.transitions]
    assert all(allows(move.before, move.after, move.cause) for move in decision.transitions)
    if before is after:
        assert case.stage() is before
    elif allows(before, after, Cause.PERSON):
        assert moves[0][0] is before
        assert moves[0][1] in {after, Stage.MQL, Stage.ACCEPTED}, "at once, or by way of whoever has it"
        assert case.stage() in GIVEN_ON.get(after, {after})
        assert {move.cause for move in decision.transitions[:1]} == {Cause.PERSON}
    else:
        assert moves == []
        assert decision.notes == (f"status {after.value!r} in crm: no way from {before}",)
    again = case.settle(SET)
    assert (again.transitions, again.notes, case.stage()) == ((), (), case.stage()), "and that is all"


@pytest.mark.parametrize("stage", list(Stage))
def test_a_blank_status_moves_nobody(stage: Stage) -> None:
    case = standing(stage)
    decision = case.decide(SET, says(SignalKind.STAGE, None, SET, "status"))
    assert (decision.transitions, decision.notes) == ((), ())


@pytest.mark.parametrize("stage", list(Stage))
def test_who_is_out_by_a_status_alone_is_out_for_that_reason(stage: Stage) -> None:
    if stage is Stage.DISQUALIFIED:
        return
    case = standing(stage)
    decision = case.decide(SET, says(SignalKind.STAGE, "Unqualified", SET, "status"))
    assert (case.stage(), case.lead.recycled_as) == (Stage.DISQUALIFIED, None)
    assert decision.properties["rejected_reason"] == "set to Unqualified by a person in crm"
    assert case.settle(SET + HOUR).properties["rejected_reason"] == "set to Unqualified by a person in crm"


def test_the_reason_ends_with_what_it_was_the_reason_of() -> None:
    case = standing(Stage.ENGAGED)
    case.decide(SET, says(SignalKind.STAGE, "Unqualified", SET, "status"))
    back = case.decide(SET + HOUR, says(SignalKind.STAGE, "known", SET + HOUR, "status"))
    assert (case.lead.set_aside_because, back.properties["rejected_reason"]) == (None, None)


def test_the_dates_of_a_pass_are_those_of_the_stages_it_has_reached() -> None:
    case = with_bo()
    case.decide(SET, outcome("Meeting", SET))
    dates = {name: value for name, value in case.history[-1].properties.items() if name.endswith(("_at", "_since"))}
    assert dates == {
        "mql_since": "2026-11-23T10:00:00Z",
        "assigned_at": "2026-11-23T10:00:00Z",
        "accepted_at": "2026-11-23T11:00:00Z",
        "touched_at": "2026-11-23T11:00:00Z",
        "qualified_at": "2026-11-23T13:00:00Z",
        "stage_since": "2026-11-23T13:00:00Z",
        **dict.fromkeys(("engaged_at", "opportunity_at", "customer_at", "recycled_at", "disqualified_at")),
    }
    case.decide(SET + HOUR, says(SignalKind.STAGE, "accepted", SET + HOUR, "status"))
    back = case.history[-1].properties
    assert (back["accepted_at"], back["qualified_at"]) == ("2026-11-23T14:00:00Z", None), "it went back from there"
    case.decide(SET + 2 * HOUR, outcome("No budget", SET + 2 * HOUR))
    rests = case.history[-1].properties
    assert (rests["recycled_at"], rests["accepted_at"]) == ("2026-11-23T15:00:00Z", "2026-11-23T14:00:00Z")
    case.decide(SET + 3 * HOUR, says(SignalKind.STAGE, "mql", SET + 3 * HOUR, "status"))
    anew = case.history[-1].properties
    assert (anew["recycled_at"], anew["accepted_at"], anew["touched_at"]) == (None, None, None), "a new pass"
    assert (case.handoff.number, anew["verdict"], anew["outcome"]) == (2, None, None)


def test_a_first_stage_has_no_date_because_nobody_knows_it() -> None:
    case = standing(Stage.CUSTOMER)
    found = case.settle(SET).properties
    assert (found["stage_since"], found["customer_at"]) == (None, None)


@pytest.mark.parametrize(
    ("says_no", "says_yes", "why"),
    [
        ("Not our target", verdict("Accept", SET), "Not our target"),
        ("Wrong person", outcome("Meeting", SET), "wrong person"),
        ("Data wrong", verdict("Accept", SET + HOUR), "data wrong"),
    ],
)
def test_of_contrary_answers_the_rejection_wins_and_both_are_told(says_no: str, says_yes: object, why: str) -> None:
    case = with_bo()
    decision = case.decide(SET + HOUR, verdict(says_no, SET), says_yes)  # type: ignore[arg-type]  # a Signal
    value = getattr(says_yes, "value", "")
    told = f"; answered at once, and a rejection wins: {value} in crm"
    assert decision.notes == (f"{says_no} in crm{told}",)
    assert decision.transitions[0].why == f"Bo Lind: {why}{told}"


def test_who_takes_a_lead_and_says_in_the_same_minute_what_came_of_it_contradicts_nothing() -> None:
    case = with_bo()
    decision = case.decide(SET, verdict("Accept", SET), outcome("No budget", SET))
    assert (case.stage(), decision.notes) == (Stage.RECYCLED, ())
