"""Where a rejection leads: each reason to one place, whatever else was said."""

from datetime import UTC, datetime, timedelta

import pytest

from config.routing import Member
from domain.decision import BlastClass
from domain.handoff import Outcome, Queue, Verdict
from domain.stage import Cause, SignalKind, Stage
from tests.unit.handoff.material import (
    BO,
    CHOSE_ANOTHER,
    CY,
    DI,
    MONDAY,
    NO_BUDGET,
    NO_NEED,
    NOT_TARGET,
    TIMING,
    UNREACHABLE,
    WITH_SALES,
    Case,
    accepted,
    assigned,
    form,
    lead,
    lifecycle_rules,
    outcome,
    pool,
    routing_rules,
    rulebook,
    says,
    score,
    verdict,
)

HOUR = timedelta(hours=1)
THEN = MONDAY + HOUR


def test_wrong_person_goes_to_another_rep_with_blank_answers_and_a_fresh_clock() -> None:
    case = assigned()
    decision = case.decide(THEN, verdict("Wrong person", THEN))
    assert [(move.before, move.after, move.cause) for move in decision.transitions] == [
        (Stage.ASSIGNED, Stage.MQL, Cause.PERSON),
        (Stage.MQL, Stage.ASSIGNED, Cause.RULE),
    ]
    handoff = case.handoff
    assert (handoff.owner, handoff.tried, handoff.verdict, handoff.assigned_at) == (CY, (BO,), None, THEN)
    assert handoff.touch_due_at == datetime(2026, 11, 24, 11, 0, tzinfo=UTC)
    assert (decision.properties["owner"], decision.properties["verdict"]) == (CY, None)
    assert decision.transitions[0].why == "Bo Lind: wrong person"
    assert decision.blast is None, "the rep asked for it"
    assert (case.state.open_of(BO), case.state.open_of(CY)) == (0, 1)
    assert "Bo Lind had this lead before you." in str(case.tasks()[1].payload["body"])


def test_wrong_person_with_nobody_left_waits_in_the_unassigned_queue() -> None:
    book = rulebook(routing=routing_rules(pools=[pool(members=[Member(email=BO)])]))
    case = assigned(book=book)
    decision = case.decide(THEN, verdict("Wrong person", THEN))
    assert (case.stage(), case.lead.owner) == (Stage.MQL, None)
    assert (case.owner(), case.handoff.queue) == (None, Queue.UNASSIGNED)
    assert case.handoff.queue_cause == "pool North: all 1 not eligible"
    assert case.handoff.touch_due_at is None
    assert decision.properties["queue"] == "unassigned"
    assert "owner" not in decision.properties
    assert WITH_SALES not in case.member_of


@pytest.mark.parametrize(
    ("label", "reason", "list_name", "days"),
    [
        ("Not now", Outcome.NOT_NOW, TIMING, 90),
        ("No budget", Outcome.NO_BUDGET, NO_BUDGET, 120),
        ("No need", Outcome.NO_NEED, NO_NEED, 180),
        ("Chose another", Outcome.CHOSE_ANOTHER, CHOSE_ANOTHER, 270),
        ("Unreachable", Outcome.UNREACHABLE, UNREACHABLE, 30),
    ],
)
def test_an_outcome_with_a_list_rests_until_its_date(label: str, reason: Outcome, list_name: str, days: int) -> None:
    case = accepted()
    decision = case.decide(MONDAY + 3 * HOUR, outcome(label, MONDAY + 2 * HOUR))
    back = MONDAY + 3 * HOUR + timedelta(days=days)
    assert (case.stage(), case.lead.recycled_as, case.lead.return_at) == (Stage.RECYCLED, reason.value, back)
    assert case.member_of == {list_name}
    assert case.handoffs[1].outcome is reason
    assert case.handoffs[1].closed_at == MONDAY + 3 * HOUR
    assert case.lead.armed_at == MONDAY + 2 * HOUR, "armed by when the rep said so"
    assert (case.lead.times_recycled, case.lead.mql_since) == (1, None)
    assert decision.properties["nurture_until"] == back.date().isoformat()
    assert decision.properties["rejected_reason"] == label
    assert "verdict" not in decision.properties, "what the rep wrote stays"
    assert decision.transitions[0].why == f"Bo Lind: {label}"
    assert decision.blast is None


def test_not_our_target_rests_without_a_date() -> None:
    case = assigned()
    decision = case.decide(THEN, verdict("Not our target", THEN))
    assert (case.stage(), case.lead.return_at, case.member_of) == (Stage.RECYCLED, None, {NOT_TARGET})
    assert (case.handoffs[1].verdict, case.handoffs[1].outcome) == (Verdict.NOT_TARGET, Outcome.NOT_TARGET)
    assert decision.properties["nurture_until"] is None
    assert decision.wake_at == THEN + timedelta(days=30), "the end of the cool-off"


def test_left_the_company_is_disqualified_with_its_own_reason() -> None:
    case = accepted()
    decision = case.decide(MONDAY + 2 * HOUR, outcome("Left company", MONDAY + 2 * HOUR))
    assert (case.stage(), case.member_of) == (Stage.DISQUALIFIED, frozenset())
    assert case.handoffs[1].outcome is Outcome.LEFT_COMPANY
    assert decision.properties["rejected_reason"] == "Left company"
    assert decision.properties["nurture_until"] is None


def test_somebody_opted_out_rests_without_the_list_and_says_so() -> None:
    case = accepted()
    case.values["opted_out"] = "true"
    case.decide(MONDAY + 2 * HOUR, outcome("No budget", MONDAY + 2 * HOUR))
    assert (case.stage(), case.lead.nurture_withheld, case.member_of) == (Stage.RECYCLED, "opted_out", frozenset())
    case.values["opted_out"] = False
    case.decide(MONDAY + 3 * HOUR)
    assert (case.lead.nurture_withheld, case.member_of) == (None, {NO_BUDGET})


def test_the_reps_own_date_wins() -> None:
    case = accepted()
    case.values["return_date"] = "2027-02-19"
    decision = case.decide(MONDAY + 2 * HOUR, outcome("Not now", MONDAY + 2 * HOUR))
    assert case.lead.return_at == datetime(2027, 2, 19, tzinfo=UTC)
    assert decision.properties["nurture_until"] == "2027-02-19"


def test_a_date_written_before_the_reason_is_kept_until_it_counts() -> None:
    case = accepted()
    case.values["return_date"] = "2027-02-19"
    assert case.decide(MONDAY + 2 * HOUR).properties["return_date"] == "2027-02-19"


@pytest.mark.parametrize("written", ["2026-11-23", "2020-01-01", "soon"])
def test_a_date_that_is_past_or_none_counts_for_nothing(written: str) -> None:
    case = accepted()
    case.values["return_date"] = written
    case.decide(MONDAY + 2 * HOUR, outcome("Not now", MONDAY + 2 * HOUR))
    assert case.lead.return_at == MONDAY + 2 * HOUR + timedelta(days=90)


def test_a_date_left_over_from_an_earlier_pass_counts_for_nothing() -> None:
    case = accepted()
    case.values["return_date"] = "2027-02-19"
    case.decide(MONDAY + 2 * HOUR, outcome("Not now", MONDAY + 2 * HOUR))
    asked = MONDAY + 4 * HOUR
    case.score = score(30, at=asked, hand_raises=(form(asked),))
    assert case.decide(asked).properties["return_date"] is None, "it is to be cleared"
    case.decide(asked + HOUR, outcome("No budget", asked + HOUR))
    assert case.lead.return_at == asked + HOUR + timedelta(days=120)


def test_a_date_written_while_it_rests_is_followed() -> None:
    case = accepted()
    case.decide(MONDAY + 2 * HOUR, outcome("Not now", MONDAY + 2 * HOUR))
    case.values["return_date"] = "2026-12-24"
    case.decide(MONDAY + 3 * HOUR)
    assert case.lead.return_at == datetime(2026, 12, 24, tzinfo=UTC)


def test_a_dates_day_begins_where_the_installation_is() -> None:
    case = accepted(book=rulebook(time_zone="Europe/Madrid"))
    case.values["return_date"] = "2027-07-01"
    decision = case.decide(MONDAY + 2 * HOUR, outcome("Not now", MONDAY + 2 * HOUR))
    assert case.lead.return_at == datetime(2027, 6, 30, 22, tzinfo=UTC)
    assert decision.properties["nurture_until"] == "2027-07-01"


@pytest.mark.parametrize(
    "signals",
    [
        pytest.param([verdict("Accept", THEN), outcome("No budget", THEN)], id="taken and rejected"),
        pytest.param(
            [outcome("No budget", THEN), outcome("Meeting", THEN + HOUR)], id="the rejection wins though older"
        ),
        pytest.param([verdict("Wrong person", THEN), outcome("No budget", THEN)], id="what came of it beats who"),
        pytest.param([outcome("No budget", THEN), says(SignalKind.STAGE, "Working", THEN)], id="and a status"),
        pytest.param([verdict("Wrong person", MONDAY), outcome("No budget", THEN)], id="the newest of two"),
    ],
)
def test_of_conflicting_answers_the_rejection_wins(signals: list[object]) -> None:
    case = assigned()
    case.decide(THEN + HOUR, *signals)  # type: ignore[arg-type]  # parametrised signals
    assert (case.stage(), case.member_of) == (Stage.RECYCLED, {NO_BUDGET})
    assert case.moves()[2:] == [(Stage.ASSIGNED, Stage.RECYCLED)]


@pytest.mark.parametrize("label", ["Meeting", "Qualified"])
def test_a_meeting_or_more_qualifies_and_stops_the_clock(label: str) -> None:
    case = accepted()
    decision = case.decide(MONDAY + 2 * HOUR, outcome(label, MONDAY + 2 * HOUR))
    assert case.stage() is Stage.QUALIFIED
    assert (case.handoff.outcome, case.handoff.outcome_due_at) == (Outcome(label.lower()), None)
    assert decision.properties["outcome"] == label
    assert decision.wake_at == case.lead.stage_since + timedelta(days=120), "only the longest stay"


def test_a_meeting_out_of_the_blue_accepts_on_the_way() -> None:
    case = assigned()
    case.decide(THEN, outcome("Meeting", THEN))
    assert case.moves()[2:] == [(Stage.ASSIGNED, Stage.ACCEPTED), (Stage.ACCEPTED, Stage.QUALIFIED)]


def test_a_qualified_lead_may_still_be_lost() -> None:
    case = accepted()
    case.decide(MONDAY + 2 * HOUR, outcome("Meeting", MONDAY + 2 * HOUR))
    case.decide(MONDAY + 9 * HOUR, outcome("No budget", MONDAY + 9 * HOUR))
    assert (case.stage(), case.handoffs[1].outcome) == (Stage.RECYCLED, Outcome.NO_BUDGET)


@pytest.mark.parametrize("label", ["Accept", "Already working it", "accept"])
def test_a_verdict_accepts(label: str) -> None:
    case = assigned()
    decision = case.decide(THEN, verdict(label, THEN))
    assert case.stage() is Stage.ACCEPTED
    assert (case.handoff.accepted_at, case.handoff.accepted_by, case.handoff.touched_at) == (THEN, "verdict", None)
    assert case.handoff.touch_due_at is None
    assert case.handoff.outcome_due_at == THEN + timedelta(days=14)
    assert str(decision.properties["verdict"]).casefold() == ("already working it" if "work" in label else "accept")


def test_a_cleared_answer_is_no_answer_and_is_not_written_back() -> None:
    case = assigned()
    case.decide(THEN, verdict("Accept", THEN))
    decision = case.decide(THEN + HOUR, says(SignalKind.VERDICT, None, THEN + HOUR))
    assert decision.properties["verdict"] is None
    assert case.stage() is Stage.ACCEPTED


def test_a_strange_answer_is_a_finding() -> None:
    case = assigned()
    decision = case.decide(THEN, verdict("Maybe", THEN))
    assert decision.notes == ("verdict 'Maybe' in crm is not in lifecycle.yaml",)
    assert case.stage() is Stage.ASSIGNED


def test_a_rejection_without_a_handoff_is_heard_all_the_same() -> None:
    case = Case(lead=lead(stage=Stage.ACCEPTED), score=score(10))
    case.values["owner"] = "U2"
    decision = case.decide(THEN, outcome("No budget", THEN))
    assert (case.stage(), case.member_of) == (Stage.RECYCLED, {NO_BUDGET})
    assert [(each.number, each.owner, each.outcome) for each in decision.handoffs] == [(1, CY, Outcome.NO_BUDGET)]


def test_wrong_person_without_a_handoff_finds_somebody_else() -> None:
    case = Case(lead=lead(stage=Stage.ACCEPTED), score=score(10))
    case.values["owner"] = "U1"
    case.decide(THEN, verdict("Wrong person", THEN))
    assert (case.stage(), case.owner(), case.handoff.tried) == (Stage.ASSIGNED, CY, (BO,))


def test_a_corrected_reason_changes_list_and_date() -> None:
    case = accepted()
    case.decide(MONDAY + 2 * HOUR, outcome("Not now", MONDAY + 2 * HOUR))
    decision = case.decide(MONDAY + 3 * HOUR, outcome("No budget", MONDAY + 3 * HOUR))
    assert case.member_of == {NO_BUDGET}
    assert case.lead.return_at == MONDAY + 2 * HOUR + timedelta(days=120)
    assert (case.lead.times_recycled, decision.transitions) == (1, ())


def test_what_time_takes_away_counts_as_dangerous_and_what_people_do_does_not() -> None:
    case = accepted()
    quiet = case.decide(MONDAY + HOUR + timedelta(days=30))
    assert (case.stage(), quiet.blast) == (Stage.RECYCLED, BlastClass.DESTRUCTIVE)


def test_three_reps_and_then_the_queue() -> None:
    case = assigned()
    owners = []
    for n in range(3):
        owners.append(case.owner())
        case.decide(THEN + n * HOUR, verdict("Wrong person", THEN + n * HOUR))
    assert owners == [BO, CY, DI]
    assert (case.handoff.queue, case.handoff.tried) == (Queue.UNASSIGNED, (BO, CY, DI))


def test_an_outcome_that_was_taken_back_is_asked_for_anew_from_then_on() -> None:
    case = accepted()
    case.decide(MONDAY + 2 * HOUR, outcome("Qualified", MONDAY + 2 * HOUR))
    case.decide(MONDAY + 3 * HOUR, says(SignalKind.STAGE, "accepted", MONDAY + 3 * HOUR, "status"))
    assert (case.stage(), case.handoff.outcome, case.handoff.outcome_due_at) == (
        Stage.ACCEPTED,
        Outcome.QUALIFIED,
        None,
    )
    case.book = rulebook(lifecycle=lifecycle_rules(longest_stay_days={Stage.ACCEPTED: 90}))
    late = MONDAY + timedelta(days=44)
    case.decide(late, says(SignalKind.OUTCOME, None, late))
    assert (case.stage(), case.handoff.outcome) == (Stage.ACCEPTED, None), "it does not go quiet for what lies behind"
    assert case.handoff.outcome_due_at == late + timedelta(days=14)
    assert case.settle(late + timedelta(days=13)).intents == ()
    asked = case.settle(late + timedelta(days=14))
    assert [intent.step for intent in asked.intents] == ["outcome_remind:2"]


def test_a_return_date_taken_back_while_it_rests_leaves_the_one_of_the_reason() -> None:
    case = accepted()
    case.values["return_date"] = "2027-05-03"
    at = MONDAY + 2 * HOUR
    case.decide(at, outcome("Not now", at))
    assert case.history[-1].properties["nurture_until"] == "2027-05-03"
    case.values["return_date"] = None
    assert case.settle(at + HOUR).properties["nurture_until"] == "2027-05-03", (
        "a field that is blank takes nothing back"
    )
    cleared = case.decide(at + 2 * HOUR, says(SignalKind.RETURN_DATE, None, at + 2 * HOUR))
    assert cleared.properties["nurture_until"] == (at + timedelta(days=90)).date().isoformat()
