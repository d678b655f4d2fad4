"""The line, what arms a crossing, and whom nothing stops."""

from datetime import timedelta

import pytest

from domain.decision import BlastClass
from domain.score import Grade
from domain.stage import SignalKind, Stage
from tests.unit.handoff.material import (
    MONDAY,
    Case,
    assigned,
    form,
    lead,
    lifecycle_rules,
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
