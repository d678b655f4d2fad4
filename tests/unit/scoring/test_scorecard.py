"""What a rep's scorecard comes to, and what marketing's own value of it is."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from config.scorecard import ScorecardRules
from domain.scorecard import Gap, Qualifies
from domain.values import Value
from scoring.scorecard import gaps, read_scorecard, total_gap, value_at, value_of
from scoring.scorer import Scorer
from tests.unit.scoring.material import HASH, NOW, activity, days, facts, group, is_, rules

USUAL = ScorecardRules()
FULL: dict[str, Value] = {"interest": 4, "budget": 3, "timing": 4, "understanding": 3}
NOT_A_NUMBER = "the answer is no whole number from 1 to 5"


def with_marketing(**changes: object) -> ScorecardRules:
    steps = {"steps": [{"value": 5, "when": is_("hand_raise", True)}, {"value": 3, "when": is_("industry", "it")}]}
    factor = {"name": "interest", "marketing": {**steps, "otherwise": 1}}
    return ScorecardRules.model_validate({"factors": [factor, {"name": "budget"}], "qualifies_at": 6, **changes})


def test_fourteen_of_twenty_qualifies() -> None:
    card = read_scorecard(FULL, USUAL)
    assert (card.total, card.most, card.qualifies, card.why, card.problems) == (14, 20, Qualifies.YES, "", ())
    assert card.words == "scorecard 14 of 20: Interest 4, Budget 3, Timing 4, Understanding 3"


@pytest.mark.parametrize(
    ("changed", "qualifies", "why"),
    [
        ({"timing": 2}, Qualifies.YES, ""),
        ({"timing": 1, "interest": 5}, Qualifies.NO, "Timing is 1"),
        ({"timing": 2, "interest": 3}, Qualifies.NO, "11 of the 12 that it takes"),
        ({"timing": 1, "interest": 1}, Qualifies.NO, "Interest is 1; Timing is 1; 8 of the 12 that it takes"),
        ({"timing": None}, Qualifies.NOT_YET, "no answer yet: Timing"),
        ({"timing": 1, "budget": None, "interest": "  "}, Qualifies.NOT_YET, "no answer yet: Interest, Budget"),
    ],
    ids=["twelve", "a one", "eleven", "both", "a blank", "blanks before all else"],
)
def test_it_takes_twelve_and_no_factor_at_one(changed: dict[str, Value], qualifies: Qualifies, why: str) -> None:
    card = read_scorecard({**FULL, **changed}, USUAL)
    assert (card.qualifies, card.why) == (qualifies, why)


@pytest.mark.parametrize("odd", [0, 6, 2.5, -1, 10**400, 1e300, "warm", "²", "99999999999999999999", True, "4.5"])
def test_an_odd_answer_counts_as_none_and_is_told_without_its_value(odd: Value) -> None:
    card = read_scorecard({**FULL, "budget": odd}, USUAL)
    assert (card.qualifies, card.problems) == (Qualifies.NOT_YET, (f"Budget: {NOT_A_NUMBER}",))
    assert card.words == "scorecard 11 of 20: Interest 4, Budget ?, Timing 4, Understanding 3"


@pytest.mark.parametrize("same", [4, 4.0, "4", " 4 "])
def test_a_whole_number_is_one_in_whatever_form_a_system_sends_it(same: Value) -> None:
    assert read_scorecard({"interest": same}, USUAL).marks[0].value == 4


def test_without_a_lowest_bar_only_the_sum_counts() -> None:
    loose = ScorecardRules(none_at=None)
    assert read_scorecard({**FULL, "timing": 1, "interest": 5}, loose).qualifies is Qualifies.YES


def test_without_factors_there_is_no_scorecard() -> None:
    card = read_scorecard({"interest": 5}, ScorecardRules(factors=[]))
    assert (card.qualifies, card.total, card.marks) == (Qualifies.NOT_YET, 0, ())


VALUES = st.none() | st.integers(-2, 8) | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=3)
ANSWERS = st.dictionaries(st.sampled_from([*USUAL.names, "gone"]), VALUES)


@given(ANSWERS)
@settings(max_examples=100, deadline=None)
def test_a_scorecard_qualifies_exactly_when_all_are_given_none_is_at_one_and_the_sum_reaches_twelve(
    answers: dict[str, Value],
) -> None:
    card = read_scorecard(answers, USUAL)
    told = [mark.value for mark in card.marks if mark.value is not None]
    assert card.total == sum(told)
    assert all(1 <= value <= 5 for value in told)
    meets = len(told) == 4 and min(told) > 1 and sum(told) >= 12
    assert (card.qualifies is Qualifies.YES) == meets
    assert (card.qualifies is Qualifies.NOT_YET) == (len(told) < 4)
    assert (card.why == "") == meets
    assert dict(card.answers) == answers


@given(st.permutations(list(FULL.items())))
@settings(max_examples=24, deadline=None)
def test_the_order_of_the_answers_does_not_matter(pairs: list[tuple[str, Value]]) -> None:
    assert read_scorecard(dict(pairs), USUAL) == read_scorecard(FULL, USUAL)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ({"qualifies_at": 21}, "`qualifies_at` (21) is more than 4 factors can reach: at most 20"),
        ({"factors": [{"name": "fit"}]}, "`qualifies_at` (12) is more than 1 factors can reach: at most 5"),
        ({"lowest": 5}, "`highest` (5) has to be more than `lowest` (5)"),
        ({"none_at": 5}, "`none_at` (5) has to be less than `highest` (5): nothing would qualify"),
        ({"factors": [{"name": "a"}, {"name": "a"}], "qualifies_at": 5}, "`a` stands twice"),
        ({"factors": [{"name": "outcome"}], "qualifies_at": 5}, "`outcome` is an answer with a meaning of its own"),
        (
            {"factors": [{"name": "a", "marketing": {"steps": [{"value": 6, "when": {}}], "otherwise": 0}}]}
            | {"qualifies_at": 5},
            "6 is not from 1 to 5; 0 is not from 1 to 5",
        ),
    ],
)
def test_a_scorecard_that_nobody_could_meet_is_refused(written: dict[str, object], said: str) -> None:
    with pytest.raises(ValidationError) as refused:
        ScorecardRules.model_validate(written)
    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("values", "interest"),
    [({"hand_raise": True, "industry": "it"}, 5), ({"hand_raise": False, "industry": "it"}, 3), ({}, 1)],
)
def test_marketings_value_is_that_of_the_first_step_that_is_met(values: dict[str, Value], interest: int) -> None:
    assert value_of(values, with_marketing()).values == (("interest", interest), ("budget", None))


def test_a_step_that_nobody_can_tell_is_not_met_and_is_told() -> None:
    row = {"all": [{"property": "employees", "operator": "at_least", "value": 100}]}
    marketing = {"steps": [{"value": 5, "when": row}], "otherwise": 2}
    scorecard = ScorecardRules.model_validate(
        {"factors": [{"name": "budget", "marketing": marketing}], "qualifies_at": 3}
    )
    told = value_of({"employees": "many"}, scorecard)
    assert told.values == (("budget", 2),)
    assert [problem.rule for problem in told.problems] == ["marketing's 5 for 'Budget' in the scorecard"]
    assert "many" not in told.problems[0].words


def test_marketings_value_is_what_was_known_at_the_hand_over_whatever_came_later() -> None:
    scoring = rules(group({"name": "pages", "points": 30}))
    scorer = Scorer(scoring, HASH, "UTC")
    opened_at = NOW - days(10)
    before = [activity(ago=days(11), seen_at=opened_at)]
    known = facts(NOW - days(50), industry="it")

    def told(*more: object, raised: bool = False) -> dict[str, int | None]:
        activities = [*before, *(each for each in more if each is not None)]
        found = value_at(scorer, known, activities, opened_at=opened_at, hand_raise=raised)  # type: ignore[arg-type]
        return dict(found.values)

    then = told()
    assert then == {"interest": 3, "budget": 2, "timing": 2, "understanding": 2}
    assert told(activity(ago=days(9))) == then, "done after"
    assert told(activity(ago=days(12), seen_at=opened_at + timedelta(seconds=1))) == then, "heard of after"
    assert told(activity(ago=days(12), seen_at=opened_at))["interest"] == 4, "known by then: 60 points"
    assert told(raised=True)["interest"] == 5


def test_the_gap_is_sales_less_marketing_and_its_sum_needs_both_sides_everywhere() -> None:
    card = read_scorecard({"interest": 2, "budget": 4}, with_marketing())
    found = gaps(card, value_of({"hand_raise": True}, with_marketing()))
    assert found == (
        Gap(name="interest", label="Interest", sales=2, marketing=5),
        Gap(name="budget", label="Budget", sales=4, marketing=None),
    )
    assert ([each.gap for each in found], total_gap(found)) == ([-3, None], None)
    assert total_gap(found[:1]) == -3
