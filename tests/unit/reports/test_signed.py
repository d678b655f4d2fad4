"""The names under the agreement in words, and the words themselves as the starter's rules make them."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from config.lifecycle import LifecycleRules, LostReason, Road
from config.mapping import MappingRules
from config.reports import Goal, Meaningful, ReportRules
from config.routing import Clocks, RoutingRules, TouchClock
from config.rules import Rules
from config.scoring import Decay, ScoringRules
from domain.handoff import Outcome
from domain.signing import Clause, Side, Signature, fingerprint_of, standings
from domain.values import RuleHash
from reports.pages.promises import promises_of
from reports.pages.signed import told
from tests.starter import starter_file

TOKYO = ZoneInfo("Asia/Tokyo")
EVENING = datetime(2026, 9, 7, 20, tzinfo=UTC)
SALES = Clause(key="sales", title="What sales promises", lines=("15 minutes", "a reason"))
MARKETING = Clause(key="marketing", title="What marketing promises", lines=("1 a day",))
FIRST = (SALES, MARKETING)
SECOND = (replace(SALES, lines=("10 minutes", "a reason")), MARKETING)
THIRD = (replace(SALES, lines=("a reason", "10 minutes")), MARKETING)


def by(name: str, side: Side, clauses: tuple[Clause, ...], *, login: str = "") -> Signature:
    return Signature(side=side, name=name, signed_at=EVENING, login=login or name, clauses=clauses)


def words(clauses: tuple[Clause, ...], *signed: Signature) -> list[str]:
    return list(told(standings(clauses, {each.side: each for each in signed}), TOKYO))


def test_a_signature_has_its_day_by_the_clocks_of_the_installation() -> None:
    assert words(FIRST, by("Ana", Side.MARKETING, FIRST), by("Fay", Side.SALES, FIRST)) == [
        "Signed by Ana for marketing on Tue 8 Sep 2026.",
        "Signed by Fay for sales on Tue 8 Sep 2026.",
    ]


def test_sides_that_signed_different_words_are_told_apart() -> None:
    assert words(THIRD, by("Ana", Side.MARKETING, FIRST), by("Fay", Side.SALES, SECOND))[2:] == [
        "What sales promises, as signed for marketing: 15 minutes",
        "What sales promises, now: 10 minutes",
        "What sales promises: the same lines in another order.",
    ]


def test_one_login_under_both_names_is_told_only_while_both_stand() -> None:
    ana, fay = by("Ana", Side.MARKETING, FIRST, login="mia"), by("Fay", Side.SALES, FIRST, login="mia")
    said = "Both names were written down under one login."
    assert (said in words(FIRST, ana, fay), said in words(SECOND, ana, fay)) == (True, False)


@pytest.fixture(scope="module")
def rules() -> Rules:
    return Rules(
        scoring=ScoringRules.model_validate(starter_file("scoring")),
        lifecycle=LifecycleRules.model_validate(starter_file("lifecycle")),
        routing=RoutingRules.model_validate(starter_file("routing")),
        mapping=MappingRules.model_validate(starter_file("mapping")),
        hash=RuleHash("r1"),
        document="{}",
    )


def test_the_promises_are_in_the_order_of_the_page_and_no_line_is_blank(rules: Rules) -> None:
    clauses = promises_of(rules, ReportRules())
    assert [each.key for each in clauses] == ["handed", "reasons", "sales", "marketing"]
    assert all(line.strip() for each in clauses for line in each.lines)


def test_the_same_rules_promise_the_same_and_another_goal_does_not(rules: Rules) -> None:
    goals = (ReportRules(goal=Goal(qualified_per_team_and_day=goal)) for goal in (1, 1, 2))
    one, again, other = (fingerprint_of(promises_of(rules, each)) for each in goals)
    assert (one == again, one == other) == (True, False)


def lines_of(key: str, rules: Rules, reports: ReportRules | None = None) -> list[str]:
    (found,) = (each.lines for each in promises_of(rules, reports or ReportRules()) if each.key == key)
    return list(found)


def test_what_the_rules_have_nothing_of_is_no_line(rules: Rules) -> None:
    """A sentence that ends where its list should begin says nothing."""
    bare = replace(
        rules,
        scoring=rules.scoring.model_copy(update={"engagement": [], "fit": [], "fit_penalties": [], "exclusions": []}),
        lifecycle=rules.lifecycle.model_copy(update={"outcomes": {}, "silent_customers": None, "air_cover": None}),
    )
    assert lines_of("handed", bare) == [
        "Everybody else with 50 points of engagement or more and a fit of C or better. Who fell below 40 counts anew."
    ]
    assert not [line for line in lines_of("marketing", bare) if "nurture list" in line]


def test_one_is_no_plural(rules: Rules) -> None:
    clock = TouchClock(due_min=1, remind_min=1, manager_min=60, release_min=120)
    clocks = Clocks(normal=clock)
    hurried = replace(rules, routing=rules.routing.model_copy(update={"clocks": clocks}))
    assert lines_of("sales", hurried)[1] == (
        "Everybody else: in touch within 1 minute of working time; the manager hears after 1 hour; it goes back to the "
        "queue after 2 hours."
    )


def test_a_lead_that_is_taken_to_the_next_rep_is_said_to_be(rules: Rules) -> None:
    clock = TouchClock(due_min=30, remind_min=30, manager_min=None, release_min=None, reassign_min=90)
    moved = replace(rules, routing=rules.routing.model_copy(update={"clocks": Clocks(normal=clock)}))
    assert lines_of("sales", moved)[1] == (
        "Everybody else: in touch within 30 minutes of working time; the next rep has it after 1 h 30 min."
    )


def test_a_reason_with_a_road_of_its_own_is_told_beside_its_outcome(rules: Rules) -> None:
    lost = Road(
        label="Deal lost",
        list="LL · Lost · Other",
        return_days=180,
        reasons={
            "Price": LostReason(list="LL · Lost · Price", return_days=120),
            "Other": LostReason(list="LL · Other"),
        },
    )
    other = replace(rules, lifecycle=rules.lifecycle.model_copy(update={"outcomes": {Outcome.LOST: lost}}))
    early = "at the earliest, and only with new behaviour."
    assert lines_of("reasons", other)[-2:] == [
        f"Deal lost, Price: to the list 'LL · Lost · Price'; back after 120 days {early}",
        f"Deal lost, Other: to the list 'LL · Other'; back after 180 days {early}",
    ]


def test_a_renewal_that_nobody_named_a_date_for_leaves_it_to_the_fit(rules: Rules) -> None:
    road = Road(label="Chose another", list="LL · Chose another", days_before_renewal=120)
    other = replace(rules, lifecycle=rules.lifecycle.model_copy(update={"outcomes": {Outcome.CHOSE_ANOTHER: road}}))
    assert lines_of("reasons", other)[-1] == (
        "Chose another: to the list 'LL · Chose another'; back 120 days before their renewal, else only when their fit "
        "changes. The rep's own date wins."
    )


def test_the_goal_says_what_qualified_means_and_the_line_what_its_grade_takes(rules: Rules) -> None:
    strict = ReportRules(meaningful=Meaningful(conversation_s=90, dispositions=["Spoke"], reply=False))
    assert lines_of("marketing", rules)[1] == (
        "Qualified: accepted, and a conversation of 2 minutes or more, a meeting held, a reply, or the rep's word for "
        "it."
    )
    assert lines_of("marketing", rules, strict)[1] == (
        "Qualified: accepted, and a conversation of 90 seconds or more, a call logged as Spoke, a meeting held, or the "
        "rep's word for it."
    )
    (fit,) = (line for line in lines_of("handed", rules) if line.startswith("Fit comes from"))
    assert fit.endswith("what could be known, in percent, and C takes 40.")


LIKE = {
    "a limit": ("engagement", 0, {"limit": 7}, "Points at most: 7 from Asks for us"),
    "a way to fade": (
        "engagement",
        0,
        {"decay": Decay(percent=25, every_days=9)},
        "25 % after each 9 days of Asks for us",
    ),
    "a penalty": ("fit_penalties", 0, {"points": -15}, "Taken off the fit: Free mail (15)."),
}


@pytest.mark.parametrize(("kind", "at", "other", "said"), LIKE.values(), ids=LIKE.keys())
def test_whatever_moves_who_is_handed_over_is_in_what_both_sides_sign(
    rules: Rules, kind: str, at: int, other: dict[str, Any], said: str
) -> None:
    several = list(getattr(rules.scoring, kind))
    several[at] = several[at].model_copy(update=other)
    after = replace(rules, scoring=rules.scoring.model_copy(update={kind: several}))
    assert any(said in line for line in promises_of(after, ReportRules())[0].lines)
    assert not any(said in line for line in promises_of(rules, ReportRules())[0].lines)


def test_a_rule_that_fades_or_ends_in_a_way_of_its_own_is_named(rules: Rules) -> None:
    (asks, *rest) = rules.scoring.engagement
    first, second, third, *others = asks.rules
    own = [
        first.model_copy(update={"timeframe_days": 60}),
        second.model_copy(update={"decay": Decay(half_life_days=1)}),
        third.model_copy(update={"points": -5}),
    ]
    group = asks.model_copy(update={"rules": [*own, *others]})
    after = replace(rules, scoring=rules.scoring.model_copy(update={"engagement": [group, *rest]}))
    lines = promises_of(after, ReportRules())[0].lines
    (fades,) = [line for line in lines if line.startswith("Points fade")]
    assert f"all after 60 days of '{first.says}'" in fades
    assert f"half after each 1 day of '{second.says}'" in fades
    assert f"Taken off it: {third.says} (5)." in lines


def test_what_a_lead_has_to_have_is_named_where_its_data_was_wrong(rules: Rules) -> None:
    for required, said in ((["email", "phone"], "(E-mail, Phone)"), ([], "(nothing more)")):
        after = replace(rules, lifecycle=rules.lifecycle.model_copy(update={"required": required}))
        (line,) = [each for each in promises_of(after, ReportRules())[1].lines if each.startswith("Data wrong")]
        assert said in line
