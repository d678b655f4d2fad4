"""The line, what arms a crossing, and whom nothing stops."""

from datetime import timedelta

import pytest

from domain.decision import BlastClass
from domain.lead import Account
from domain.score import Grade
from domain.stage import SignalKind, Stage
from domain.values import RecordRef
from tests.unit.handoff.material import (
    BO,
    BOSS,
    DI,
    MONDAY,
    Case,
    accepted,
    assigned,
    form,
    lead,
    lifecycle_rules,
    outcome,
    raised,
    rulebook,
    says,
    score,
)

HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("points", "changes", "stage"),
    [
        pytest.param(50, {}, Stage.ASSIGNED, id="on the line"),
        pytest.param(49, {}, Stage.ENGAGED, id="one point short"),
        pytest.param(50, {"grade": Grade.C}, Stage.ASSIGNED, id="fit on the line"),
        pytest.param(90, {"grade": Grade.D}, Stage.ENGAGED, id="does not fit"),
        pytest.param(90, {"grade": Grade.UNKNOWN}, Stage.ENGAGED, id="fit unknown"),
        pytest.param(90, {"excluded": "students"}, Stage.ENGAGED, id="excluded"),
    ],
)
def test_engagement_and_fit_have_to_reach_the_line(points: int, changes: dict[str, object], stage: Stage) -> None:
    case = Case(score=score(points, at=MONDAY, **changes))
    case.decide(MONDAY)
    assert case.stage() is stage


def test_recompute_is_not_handing_off() -> None:
    case = Case(lead=lead(armed_at=MONDAY), score=score(90, at=MONDAY))
    decision = case.decide(MONDAY + HOUR)
    assert decision.unarmed
    assert case.stage() is Stage.ENGAGED
    assert (decision.handoffs, decision.intents, decision.blast) == ((), (), None)


@pytest.mark.parametrize("younger", ["last_point_at", "last_fact_at"])
def test_an_activity_or_a_fact_after_arming_opens_it(younger: str) -> None:
    case = Case(lead=lead(armed_at=MONDAY), score=score(90, **{younger: MONDAY + timedelta(seconds=1)}))
    assert not case.decide(MONDAY + HOUR).unarmed
    assert case.stage() is Stage.ASSIGNED


def test_an_approved_crossing_opens_if_it_still_is_above_the_line() -> None:
    case = Case(lead=lead(armed_at=MONDAY), score=score(49, at=MONDAY))
    case.decide(MONDAY, approved=True)
    assert case.stage() is Stage.ENGAGED
    case.score = score(50, at=MONDAY)
    decision = case.decide(MONDAY, approved=True)
    assert case.stage() is Stage.ASSIGNED
    assert decision.blast is BlastClass.HANDOFF


def test_a_flag_that_a_person_took_back_is_earned_anew_only_from_below() -> None:
    """I18."""
    case = assigned()
    case.decide(MONDAY + HOUR, says(SignalKind.STAGE, "engaged", MONDAY + HOUR))
    assert case.stage() is Stage.ENGAGED
    for points in (70, 45, 60):
        case.score = score(points, at=MONDAY + 2 * HOUR)
        case.decide(MONDAY + 3 * HOUR)
        assert case.stage() is Stage.ENGAGED
    case.score = score(39, at=MONDAY + 2 * HOUR)
    case.decide(MONDAY + 4 * HOUR)
    case.score = score(60, at=MONDAY + 5 * HOUR)
    case.decide(MONDAY + 5 * HOUR)
    assert case.stage() is Stage.ASSIGNED


def test_a_hand_raise_needs_neither_points_nor_fit_nor_patience() -> None:
    asked = MONDAY - HOUR
    case = Case(score=score(3, at=asked, grade=Grade.E, excluded="students", hand_raises=(form(asked),)))
    decision = case.decide(MONDAY)
    assert case.stage() is Stage.ASSIGNED
    assert case.handoff.hand_raise
    assert (decision.hand_raise, decision.blast) == (True, BlastClass.HANDOFF)


def test_employees_competitors_and_tests_cannot_raise_their_hand() -> None:
    case = Case(score=score(90, at=MONDAY, excluded="rivals", hand_raises=(form(MONDAY),)))
    decision = case.decide(MONDAY)
    assert case.stage() is Stage.ENGAGED
    assert (decision.handoffs, decision.hand_raise) == ((), False)


def test_being_opted_out_limits_the_channel_only() -> None:
    asked = MONDAY - HOUR
    case = Case(score=score(25, at=asked, hand_raises=(form(asked),)))
    case.values["opted_out"] = True
    case.decide(MONDAY)
    assert case.stage() is Stage.ASSIGNED
    assert "E-mail: not allowed (opted out)" in str(case.tasks()[0].payload["body"])


def test_a_hand_raise_from_before_arming_changes_the_score_only() -> None:
    case = Case(lead=lead(armed_at=MONDAY), score=score(30, at=MONDAY, hand_raises=(form(MONDAY),)))
    case.decide(MONDAY + HOUR)
    assert case.stage() is Stage.ENGAGED


def test_a_hand_raise_ends_a_cool_off_at_once_and_leaves_the_list() -> None:
    case = accepted()
    case.decide(MONDAY + 2 * HOUR, outcome("Not now", MONDAY + 2 * HOUR))
    asked = MONDAY + 4 * HOUR
    case.score = score(20, at=asked, hand_raises=(form(asked),))
    case.decide(asked)
    assert (case.stage(), case.handoff.number, case.owner()) == (Stage.ASSIGNED, 2, BO)
    assert case.lead.return_at is None
    assert case.member_of == {"LL · With sales"}


def test_somebody_disqualified_may_still_ask_to_be_called() -> None:
    case = accepted()
    case.decide(MONDAY + 2 * HOUR, outcome("Left company", MONDAY + 2 * HOUR))
    asked = MONDAY + 4 * HOUR
    case.score = score(20, at=asked, hand_raises=(form(asked),))
    case.decide(asked)
    assert case.stage() is Stage.ASSIGNED


def test_asking_again_in_an_untouched_handoff_starts_the_promise_anew() -> None:
    case = assigned()
    asked = MONDAY + HOUR
    case.score = score(80, at=asked, hand_raises=(form(asked),))
    decision = case.decide(asked + timedelta(minutes=5))
    assert decision.transitions == ()
    assert case.handoff.hand_raise
    assert case.handoff.touch_due_at == asked + timedelta(minutes=20)
    assert case.notices() == [("notify:2", BO)]
    assert len(case.tasks()) == 1
    case.decide(asked + timedelta(minutes=31))
    assert case.notices()[1:] == [("remind:2", BO)]


def test_asking_again_while_it_is_worked_tells_the_owner_once() -> None:
    case = accepted()
    asked = MONDAY + 2 * HOUR
    case.score = score(80, at=asked, hand_raises=(form(asked),))
    case.decide(asked)
    case.decide(asked + HOUR)
    assert case.notices() == [("notify:2", BO)]
    assert case.stage() is Stage.ACCEPTED


def test_a_request_that_the_rep_had_not_heard_of_outlives_the_rejection() -> None:
    case = accepted()
    asked = MONDAY + 2 * HOUR
    case.score = score(80, at=asked, hand_raises=(form(asked),))
    decision = case.decide(asked + HOUR, outcome("No need", asked + timedelta(minutes=2)))
    assert [(move.before, move.after) for move in decision.transitions] == [
        (Stage.ACCEPTED, Stage.RECYCLED),
        (Stage.RECYCLED, Stage.MQL),
        (Stage.MQL, Stage.ASSIGNED),
    ]
    assert [each.number for each in decision.handoffs] == [1, 2]


def test_a_customer_who_asks_is_told_to_the_account_owner_without_a_handoff() -> None:
    account = Account(ref=RecordRef(connection="crm", object="Account", id="A1"), name="Globex", owner=DI)
    case = Case(
        lead=lead(stage=Stage.CUSTOMER), score=score(20, hand_raises=(form(MONDAY),)), more={"account": account}
    )
    decision = case.decide(MONDAY + HOUR)
    assert (case.stage(), decision.handoffs, decision.hand_raise) == (Stage.CUSTOMER, (), True)
    assert case.notices() == [("raise:hub:forms:F1", DI)]
    case.decide(MONDAY + 2 * HOUR)
    assert len(case.notices()) == 1, "once"


def test_a_customer_whom_nobody_owns_is_told_to_the_manager() -> None:
    case = Case(lead=lead(stage=Stage.CUSTOMER), score=score(20, hand_raises=(form(MONDAY),)))
    case.decide(MONDAY + HOUR)
    assert case.notices() == [("raise:hub:forms:F1", BOSS)]


def test_a_hand_raise_is_noticed_at_once() -> None:
    case = raised()
    assert case.notices() == [("notify", BO)]
    assert case.intents[1].payload["text"] == "Ana Ruiz: asked for a demo"


def test_a_worn_out_lead_returns_only_by_asking() -> None:
    case = Case(
        book=rulebook(lifecycle=lifecycle_rules(max_returns=0)),
        lead=lead(stage=Stage.RECYCLED, recycled_as="not_now", return_at=MONDAY, times_recycled=1),
        score=score(90, at=MONDAY),
    )
    case.decide(MONDAY + HOUR)
    assert case.stage() is Stage.RECYCLED
    case.score = score(90, at=MONDAY, hand_raises=(form(MONDAY),))
    case.decide(MONDAY + HOUR)
    assert case.stage() is Stage.ASSIGNED
