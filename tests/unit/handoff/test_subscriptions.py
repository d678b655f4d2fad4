"""Who said no to a type of e-mail is not put on the list that is sent it, and leaves it when the no comes later."""

from datetime import timedelta

import pytest

from config.lifecycle import Road
from domain.handoff import Outcome
from domain.stage import Stage
from domain.values import Value
from tests.unit.handoff.material import MONDAY, NO_BUDGET, NO_NEED, Case, accepted, lifecycle_rules, outcome, rulebook

HOUR = timedelta(hours=1)
ROADS = {
    **lifecycle_rules().outcomes,
    Outcome.NO_BUDGET: Road(label="No budget", list=NO_BUDGET, return_days=120, opted_out_property="no_newsletter"),
}
BOOK = rulebook(lifecycle=lifecycle_rules(outcomes=ROADS))


def rejected(why: str, **values: Value) -> Case:
    case = accepted()
    case.book = BOOK
    case.values.update(values)
    case.decide(MONDAY + 2 * HOUR, outcome(why, MONDAY + 2 * HOUR))
    return case


@pytest.mark.parametrize(
    ("why", "said", "withheld", "lists"),
    [
        ("No budget", {"no_newsletter": True}, "opted_out", frozenset()),
        ("No budget", {"no_newsletter": False}, None, {NO_BUDGET}),
        ("No budget", {"opted_out": True}, "opted_out", frozenset()),
        ("No need", {"no_newsletter": True}, None, {NO_NEED}),
    ],
    ids=["no to this type", "yes to this type", "no to all", "no to another type"],
)
def test_a_no_to_a_type_of_email_is_a_no_to_its_list(
    why: str, said: dict[str, Value], withheld: str | None, lists: frozenset[str]
) -> None:
    case = rejected(why, **said)
    assert (case.stage(), case.lead.nurture_withheld, case.member_of) == (Stage.RECYCLED, withheld, lists)


def test_a_no_that_comes_later_takes_them_off_and_a_yes_puts_them_back() -> None:
    case = rejected("No budget")
    assert case.member_of == {NO_BUDGET}
    case.values["no_newsletter"] = True
    case.decide(MONDAY + 3 * HOUR)
    assert (case.lead.nurture_withheld, case.member_of) == ("opted_out", frozenset())
    case.values["no_newsletter"] = False
    case.decide(MONDAY + 4 * HOUR)
    assert (case.lead.nurture_withheld, case.member_of) == (None, {NO_BUDGET})
