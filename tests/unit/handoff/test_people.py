"""What people change by hand stands."""

from datetime import timedelta

import pytest

from domain.decision import BlastClass
from domain.handoff import Outcome, Queue
from domain.stage import SignalKind, Stage
from tests.unit.handoff.material import (
    BO,
    CY,
    DI,
    MONDAY,
    TIMING,
    WITH_SALES,
    Case,
    accepted,
    assigned,
    form,
    lead,
    outcome,
    rep,
    reps,
    says,
    score,
    verdict,
)

HOUR = timedelta(hours=1)
THEN = MONDAY + HOUR
LATER = MONDAY + 2 * HOUR


def test_an_owner_set_by_a_person_takes_assignment_clock_and_task_along() -> None:
    case = assigned()
    decision = case.decide(THEN, says(SignalKind.OWNER, DI, THEN))
    assert (case.lead.owner, case.owner(), case.stage()) == (DI, DI, Stage.ASSIGNED)
    assert (case.handoff.assigned_at, case.handoff.tried) == (THEN, ())
    assert decision.assignment is not None
    assert (decision.assignment.rule, decision.assignment.why) == ("person", "owner set to Di Rae by a person in crm")
    assert decision.properties["owner"] == DI
    assert decision.blast is None
    assert case.tasks()[-1].payload["owner"] == DI
    assert (case.state.open_of(BO), case.state.open_of(DI)) == (0, 1)


def test_work_in_progress_changes_hands_without_starting_over() -> None:
    case = accepted()
    case.decide(MONDAY + 2 * HOUR, says(SignalKind.OWNER, CY, MONDAY + 2 * HOUR))
    assert (case.stage(), case.owner(), case.handoff.accepted_at) == (Stage.ACCEPTED, CY, THEN)


def test_without_a_handoff_only_the_owner_changes() -> None:
    case = Case()
    decision = case.decide(THEN, says(SignalKind.OWNER, CY, THEN))
    assert (case.lead.owner, decision.properties["owner"], decision.handoffs) == (CY, CY, ())


def test_an_owner_whom_nobody_knows_is_a_finding_and_not_followed() -> None:
    case = assigned()
    decision = case.decide(THEN, says(SignalKind.OWNER, "0050X", THEN))
    assert decision.notes == ("the owner set in crm is no user that both sides know: not followed",)
    assert case.owner() == BO


def test_an_inactive_owner_is_a_finding() -> None:
    case = assigned()
    case.reps = reps(cy=rep(CY, "Cy Ode", 2, active=False))
    decision = case.decide(THEN, says(SignalKind.OWNER, CY, THEN))
    assert decision.notes == ("the owner set in crm is inactive there: give the lead to somebody else",)
    assert case.lead.owner == CY


def test_a_persons_choice_replaced_by_a_handoff_counts_as_dangerous() -> None:
    case = Case(lead=lead(owner=DI), score=score(60, at=MONDAY))
    assert case.decide(MONDAY).blast is BlastClass.DESTRUCTIVE
    assert Case(score=score(60, at=MONDAY)).decide(MONDAY).blast is BlastClass.HANDOFF


def test_a_person_takes_a_lead_out_of_the_queue() -> None:
    case = Case(reps={}, score=score(60, at=MONDAY))
    case.decide(MONDAY)
    assert case.history[-1].properties["queue"] == "unassigned"
    case.reps = reps()
    case.decide(THEN, says(SignalKind.OWNER, DI, THEN))
    assert (case.stage(), case.owner(), case.handoff.queue) == (Stage.ASSIGNED, DI, None)


@pytest.mark.parametrize(
    ("value", "stage", "lists"),
    [
        pytest.param("Nurturing", Stage.RECYCLED, {TIMING}, id="to rest"),
        pytest.param("Unqualified", Stage.DISQUALIFIED, set(), id="out"),
        pytest.param("Won", Stage.CUSTOMER, set(), id="won"),
        pytest.param("opportunity", Stage.OPPORTUNITY, {WITH_SALES}, id="our own word"),
        pytest.param("qualified", Stage.QUALIFIED, {WITH_SALES}, id="further on"),
        pytest.param("engaged", Stage.ENGAGED, set(), id="back to marketing"),
    ],
)
def test_a_status_set_by_a_person_moves_the_lead(value: str, stage: Stage, lists: set[str]) -> None:
    case = assigned()
    case.decide(THEN, says(SignalKind.STAGE, value, THEN, "status"))
    assert (case.stage(), case.member_of) == (stage, lists)


def test_set_to_rest_by_status_the_lead_has_a_date() -> None:
    case = assigned()
    case.decide(THEN, says(SignalKind.STAGE, "Nurturing", THEN, "status"))
    assert (case.lead.recycled_as, case.lead.return_at) == ("not_now", THEN + timedelta(days=90))
    assert case.handoffs[1].outcome is Outcome.NOT_NOW


def test_a_status_that_means_nothing_is_a_finding() -> None:
    case = assigned()
    decision = case.decide(THEN, says(SignalKind.STAGE, "Purple", THEN, "status"))
    assert decision.notes == ("status 'Purple' means no stage",)
    assert decision.transitions == ()


def test_a_way_that_the_table_does_not_know_is_a_finding() -> None:
    case = Case(lead=lead(stage=Stage.CUSTOMER))
    decision = case.decide(THEN, says(SignalKind.STAGE, "mql", THEN, "status"))
    assert decision.notes == ("status 'mql' in crm: no way from customer",)
    assert case.stage() is Stage.CUSTOMER


def test_a_person_flags_a_lead_and_it_is_handed_over() -> None:
    case = Case()
    decision = case.decide(THEN, says(SignalKind.STAGE, "mql", THEN, "status"))
    assert (case.stage(), case.owner()) == (Stage.ASSIGNED, BO)
    assert decision.transitions[0].why == "set to mql by a person in crm"


def test_a_person_gives_a_lead_out_to_its_owner() -> None:
    case = Case()
    case.values["owner"] = "U3"
    case.decide(THEN, says(SignalKind.STAGE, "assigned", THEN, "status"))
    assert (case.stage(), case.owner()) == (Stage.ASSIGNED, DI)


def test_a_rep_who_starts_on_an_unflagged_lead_has_a_handoff() -> None:
    case = Case()
    case.values["owner"] = "U3"
    case.decide(THEN, says(SignalKind.STAGE, "Working", THEN, "status"))
    assert (case.stage(), case.owner(), case.handoff.accepted_by) == (Stage.ACCEPTED, DI, "status")
    assert case.lead.owner == DI


def test_taken_off_a_list_by_hand_it_does_not_go_back_in_this_handoff() -> None:
    case = accepted()
    case.decide(MONDAY + 2 * HOUR, outcome("Not now", MONDAY + 2 * HOUR))
    decision = case.decide(MONDAY + 3 * HOUR, says(SignalKind.LEFT_LIST, None, MONDAY + 3 * HOUR, TIMING))
    assert [(each.list, each.member, each.why) for each in decision.memberships] == [
        (TIMING, False, "taken off by a person")
    ]
    asked = MONDAY + 4 * HOUR
    case.score = score(20, at=asked, hand_raises=(form(asked),))
    case.decide(asked)
    case.decide(asked + HOUR, outcome("Not now", asked + HOUR))
    assert case.member_of == {TIMING}, "a new handoff, a new start"


@pytest.mark.parametrize("case", [assigned(), accepted()], ids=["untouched", "accepted"])
def test_the_rep_who_says_wrong_person_and_names_the_right_one_is_followed(case: Case) -> None:
    case.decide(LATER, says(SignalKind.OWNER, DI, LATER), verdict("Wrong person", LATER))
    assert (case.owner(), case.stage(), case.handoff.tried) == (DI, Stage.ASSIGNED, (BO,))
    assert case.assignment.why == "owner set to Di Rae by a person in crm"
    assert [task.payload["owner"] for task in case.tasks()] == [BO, DI]
    assert (case.state.owed, case.state.open_of(BO)) == ({"North": (BO,)}, 0), "their turn is given back"


def test_a_rejection_is_of_whoever_had_the_lead_and_the_new_owner_is_asked_for_nothing() -> None:
    case = assigned()
    case.decide(LATER, says(SignalKind.OWNER, DI, LATER), outcome("No budget", LATER))
    assert (case.handoffs[1].owner, case.stage(), case.lead.owner) == (BO, Stage.RECYCLED, DI)
    assert [task.payload["owner"] for task in case.tasks()] == [BO]


def test_a_rejection_after_somebody_took_the_lead_is_theirs() -> None:
    case = assigned()
    case.decide(LATER, says(SignalKind.OWNER, DI, MONDAY), verdict("Wrong person", LATER))
    assert (case.handoff.tried, case.owner()) == ((DI,), CY)


def test_data_called_wrong_are_theirs_once_mended_who_was_named_meanwhile() -> None:
    case = assigned()
    case.decide(LATER, says(SignalKind.OWNER, DI, LATER), verdict("Data wrong", LATER))
    assert (case.handoff.queue, case.lead.owner) == (Queue.NEEDS_DATA, None)
    case.values["phone"] = "+34 611 111 111"
    case.settle(LATER + HOUR)
    assert case.owner() == DI


@pytest.mark.parametrize(("status", "stage"), [("Nurturing", Stage.RECYCLED), ("Unqualified", Stage.DISQUALIFIED)])
def test_a_status_that_ends_the_pass_gives_the_new_owner_no_task(status: str, stage: Stage) -> None:
    case = assigned()
    case.decide(LATER, says(SignalKind.OWNER, DI, LATER), says(SignalKind.STAGE, status, LATER))
    assert (case.stage(), case.lead.owner, case.handoffs[1].owner) == (stage, DI, BO)
    assert [task.payload["owner"] for task in case.tasks()] == [BO]
