"""What nobody could have heard is no breach; where little is logged the steps only count."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from config.clock_rules import Enforce, TouchCoverage
from config.routing import Clocks, Member
from domain.coverage import Coverage, CoverageByRep
from domain.stage import Stage
from handoff.earshot import Earshot, Force, footing
from tests.unit.handoff.material import (
    BO,
    BOSS,
    CY,
    DI,
    MONDAY,
    Case,
    accepted,
    assigned,
    call,
    lifecycle_rules,
    pool,
    raised,
    routing_rules,
    rulebook,
    team,
    verdict,
)

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
DUE = MONDAY + 24 * HOUR + 10 * MINUTE
"""Eight working hours and the logging delay after Monday ten o'clock."""
BREACH = ["breach", "remind"]


def heard(at: datetime, **more: datetime) -> Earshot:
    return Earshot(until={"crm": at, **more})


def clocks(case: Case) -> list[str]:
    return [step for step in case.handoff.steps if step.split(":")[0] in {"breach", "remind", "manager", "release"}]


def test_a_step_that_is_due_waits_until_the_reps_system_was_read_again() -> None:
    case = assigned()
    decision = case.decide(DUE + 3 * HOUR, earshot=heard(DUE - MINUTE))
    assert (clocks(case), case.notices(), decision.steps) == ([], [], ())
    case.decide(DUE + 3 * HOUR + 5 * MINUTE, earshot=heard(DUE))
    assert (clocks(case), case.notices()) == (BREACH, [("remind", BO)])


def test_the_call_that_was_logged_meanwhile_is_heard_first() -> None:
    case = assigned()
    case.decide(DUE + 3 * HOUR, earshot=heard(DUE - MINUTE))
    case.sales.append(call(DUE - HOUR))
    case.decide(DUE + 4 * HOUR, earshot=heard(DUE + 4 * HOUR))
    assert (case.stage(), clocks(case), case.notices()) == (Stage.ACCEPTED, [], [])


def test_every_system_in_which_reps_work_has_to_be_heard() -> None:
    case = assigned()
    case.decide(DUE, earshot=heard(DUE, hub=DUE - MINUTE))
    assert clocks(case) == []
    case.decide(DUE, earshot=heard(DUE, hub=DUE))
    assert clocks(case) == BREACH


def test_only_what_was_due_by_then_is_taken_and_the_rest_after_it_was_heard() -> None:
    case = assigned()
    late = datetime(2026, 11, 30, 12, tzinfo=UTC)
    case.decide(late, earshot=heard(datetime(2026, 11, 25, 12, tzinfo=UTC)))
    assert (clocks(case), case.notices()) == (["breach", "remind", "manager"], [("manager", BOSS)])
    case.decide(late + HOUR, earshot=heard(late + HOUR))
    assert case.notices()[1:] == [("release", BOSS)]


def test_after_an_outage_the_last_step_speaks_for_all_that_came_due() -> None:
    case = raised()
    case.decide(MONDAY + 5 * HOUR, earshot=heard(MONDAY))
    case.decide(MONDAY + 6 * HOUR, earshot=heard(MONDAY + 6 * HOUR))
    assert case.notices()[1:] == [("manager", BOSS)]
    assert clocks(case) == ["breach", "remind", "manager"]


@pytest.mark.parametrize(
    ("since", "wait"),
    [
        pytest.param(timedelta(minutes=2), MINUTE, id="read a moment ago"),
        pytest.param(timedelta(hours=3), 5 * MINUTE, id="away for hours"),
    ],
)
def test_a_waiting_step_is_looked_at_again_soon_and_a_system_that_is_away_costs_less(
    since: timedelta, wait: timedelta
) -> None:
    case, now = assigned(), DUE + since
    assert case.decide(now, earshot=heard(now - since - timedelta(seconds=1))).wake_at == now + wait


def test_nothing_is_looked_at_again_while_nothing_waits() -> None:
    case = assigned()
    assert case.decide(MONDAY + HOUR, earshot=heard(MONDAY)).wake_at == DUE


def test_what_came_of_it_is_not_asked_before_the_answer_could_be_read() -> None:
    case = accepted()
    due = case.handoff.outcome_due_at
    assert due is not None
    case.decide(due + HOUR, earshot=heard(due - MINUTE))
    assert case.notices() == []
    case.decide(due + 2 * HOUR, earshot=heard(due))
    assert case.notices() == [("outcome_remind", BO)]


def test_no_stay_with_a_rep_ends_unheard() -> None:
    case = accepted(book=rulebook(lifecycle=lifecycle_rules(longest_stay_days={Stage.ACCEPTED: 20})))
    ends = case.lead.stage_since + timedelta(days=20)
    decision = case.decide(ends + HOUR, earshot=heard(ends - MINUTE))
    assert (case.stage(), decision.wake_at) == (Stage.ACCEPTED, ends + HOUR + 5 * MINUTE)
    case.decide(ends + HOUR, earshot=heard(ends))
    assert case.stage() is Stage.RECYCLED


def coverage(**reps: tuple[int, int]) -> CoverageByRep:
    """By the rep's short name: (worked, logged)."""
    names = {"bo": BO, "cy": CY, "di": DI}
    return CoverageByRep(at=MONDAY, reps={names[who]: Coverage(worked=n, logged=k) for who, (n, k) in reps.items()})


def two_teams(**more: Any) -> Any:
    """Bo works in North, Cy and Di in South."""
    pools = [
        pool(members=[Member(email=BO)]),
        pool(name="South", team="South", members=[Member(email=CY), Member(email=DI)]),
    ]
    return rulebook(routing=routing_rules(teams=[team(), team(name="South")], pools=pools, clocks=Clocks(**more)))


@pytest.mark.parametrize(
    ("known", "force", "why"),
    [
        pytest.param({"bo": (20, 12)}, Force.ACTS, "team North logged a touch for 12 of 20 leads it worked (60 %), "
                     "at least 60 %", id="just enough"),
        pytest.param({"bo": (20, 11)}, Force.REPORT_ONLY, "team North logged a touch for 11 of 20 leads it worked "
                     "(55 %), less than 60 %", id="too little"),
        pytest.param({"bo": (19, 0), "cy": (11, 6)}, Force.REPORT_ONLY, "all teams together logged a touch for 6 of 30 "
                     "leads it worked (20 %), less than 60 %", id="a small team goes by all"),
        pytest.param({"bo": (20, 20), "cy": (90, 0)}, Force.ACTS, "team North logged a touch for 20 of 20 leads it "
                     "worked (100 %), at least 60 %", id="not by others who log nothing"),
        pytest.param({"bo": (19, 0)}, Force.ACTS, "19 leads worked in 28 days are too few to say how well touches are "
                     "logged (20 are enough): the clock acts", id="too few of all"),
    ],
)  # fmt: skip
def test_a_team_is_judged_by_its_own_figure_then_by_everybodys(
    known: dict[str, tuple[int, int]], force: Force, why: str
) -> None:
    found = footing(two_teams(), coverage(**known), "North")
    assert (found.force, found.why) == (force, why)


@pytest.mark.parametrize(
    ("enforce", "known", "force"),
    [(Enforce.ALWAYS, (50, 0), Force.ACTS), (Enforce.REPORT_ONLY, (50, 50), Force.REPORT_ONLY)],
)
def test_the_setting_decides_where_it_is_not_auto(enforce: Enforce, known: tuple[int, int], force: Force) -> None:
    found = footing(two_teams(enforce=enforce), coverage(bo=known), "North")
    assert (found.force, found.why) == (force, f"clocks.enforce is {enforce}")


def test_in_report_only_every_step_is_written_down_and_nobody_hears_of_any() -> None:
    case = assigned(book=rulebook(routing=routing_rules(clocks=Clocks(enforce=Enforce.REPORT_ONLY))))
    taken = []
    for day in range(1, 12):
        decision = case.decide(MONDAY + timedelta(days=day))
        taken += [(each.step, each.owner, each.enforced) for each in decision.steps]
        assert (decision.intents, decision.transitions, decision.blast) == ((), (), None)
    assert taken == [(step, BO, False) for step in ("breach", "remind", "manager", "release")]
    assert (case.stage(), case.owner()) == (Stage.ASSIGNED, BO)


def test_poor_coverage_makes_it_report_only_and_better_coverage_lets_the_later_steps_act() -> None:
    case = assigned()
    case.decide(DUE, earshot=Earshot(coverage=coverage(bo=(40, 4))))
    assert (clocks(case), case.notices()) == (BREACH, [])
    case.decide(DUE + 24 * HOUR, earshot=Earshot(coverage=coverage(bo=(40, 39))))
    assert case.notices() == [("manager", BOSS)]


def test_what_came_of_it_is_asked_however_little_is_logged() -> None:
    case = accepted(book=rulebook(routing=routing_rules(clocks=Clocks(enforce=Enforce.REPORT_ONLY))))
    case.decide(MONDAY + HOUR + timedelta(days=14))
    assert case.notices() == [("outcome_remind", BO)]


def test_a_hand_raiser_is_told_of_at_once_in_report_only_too() -> None:
    case = raised(book=rulebook(routing=routing_rules(clocks=Clocks(enforce=Enforce.REPORT_ONLY))))
    case.decide(MONDAY + 5 * HOUR)
    assert case.notices() == [("notify", BO)]


def test_how_much_is_enough_is_a_setting() -> None:
    easy = TouchCoverage(percent=10, least=2)
    assert footing(two_teams(coverage=easy), coverage(bo=(2, 1)), "North").force is Force.ACTS
    assert footing(two_teams(coverage=easy), coverage(bo=(2, 0)), "North").force is Force.REPORT_ONLY


def test_the_longest_stay_ends_in_report_only_too_and_a_verdict_is_enough_to_keep_the_lead() -> None:
    counted = rulebook(routing=routing_rules(clocks=Clocks(enforce=Enforce.REPORT_ONLY)))
    end = MONDAY + timedelta(days=14)
    case = assigned(book=counted)
    case.settle(end)
    assert (case.stage(), case.lead.recycled_as) == (Stage.RECYCLED, "went_quiet")
    kept = assigned(book=counted)
    kept.decide(MONDAY + timedelta(days=13), verdict("Accept", MONDAY + timedelta(days=13)))
    kept.settle(end)
    assert (kept.stage(), kept.owner()) == (Stage.ACCEPTED, BO)
