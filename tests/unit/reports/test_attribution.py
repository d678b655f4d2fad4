"""What of a deal is owed to which touch."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.pages.attribution import Model, Touch, campaign_shares, shares

NOON = datetime(2026, 9, 7, 12, tzinfo=UTC)


def touch(day: int, channel: str, campaign: str = "") -> Touch:
    return Touch(at=NOON + timedelta(days=day), channel=channel, campaign=campaign)


WAY = (touch(0, "Webinar", "Spring"), touch(5, "E-mail"), touch(9, "E-mail", "Spring"), touch(20, "Web"))
OWED = {
    Model.FIRST: {"Webinar": Fraction(1)},
    Model.LAST: {"Web": Fraction(1)},
    Model.EVEN: {"Webinar": Fraction(1, 4), "E-mail": Fraction(1, 2), "Web": Fraction(1, 4)},
    Model.MQL: {"E-mail": Fraction(1)},
}


@pytest.mark.parametrize("model", Model)
def test_a_deal_is_owed_to_the_touches_that_the_model_names(model: Model) -> None:
    assert shares(WAY, model, handed_over_at=NOON + timedelta(days=9)) == OWED[model]


@pytest.mark.parametrize("model", Model)
def test_without_a_touch_it_is_owed_to_where_the_person_came_from(model: Model) -> None:
    assert shares((), model, handed_over_at=None, origin="Outbound") == {"Outbound": Fraction(1)}
    assert shares((), model, handed_over_at=None) == {"unknown": Fraction(1)}


def test_before_the_handoff_is_the_last_of_all_without_one_and_the_first_where_all_came_later() -> None:
    assert shares(WAY, Model.MQL, handed_over_at=None) == {"Web": Fraction(1)}
    assert shares(WAY, Model.MQL, handed_over_at=NOON - timedelta(days=1)) == {"Webinar": Fraction(1)}


def test_a_campaign_has_the_share_of_its_touches() -> None:
    assert campaign_shares(WAY) == {"Spring": Fraction(1, 2), "": Fraction(1, 2)}


@given(
    st.lists(st.tuples(st.integers(0, 400), st.sampled_from("abcdefg")), max_size=60),
    st.sampled_from(Model),
    st.none() | st.integers(-5, 405),
)
def test_the_shares_of_a_deal_are_exactly_one_whatever_was_done(
    done: list[tuple[int, str]], model: Model, handed: int | None
) -> None:
    touches = [touch(day, channel) for day, channel in sorted(done)]
    moment = None if handed is None else NOON + timedelta(days=handed)
    assert sum(shares(touches, model, handed_over_at=moment).values()) == 1
    assert sum(campaign_shares(touches).values()) == (1 if touches else 0)
