"""When a lead may come back: the rep's date, the renewal, else the reason's days; a slip of the pen is a finding."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from config.lifecycle import Road
from domain.handoff import Outcome
from domain.stage import Stage
from tests.unit.handoff.material import (
    BO,
    BOOK,
    CHOSE_ANOTHER,
    MONDAY,
    Case,
    accepted,
    lifecycle_rules,
    outcome,
    rulebook,
    score,
)
from tests.unit.handoff.material import reps as known_reps

NOW = MONDAY + timedelta(hours=2)
DAY = timedelta(days=1)
LABELS = {"not_now": "Not now", "chose_another": "Chose another", "not_target": "Not our target"}
WITH_RENEWAL = rulebook(
    lifecycle=lifecycle_rules(
        outcomes={
            **BOOK.lifecycle.outcomes,
            Outcome.CHOSE_ANOTHER: Road(
                label="Chose another", list=CHOSE_ANOTHER, return_days=270, days_before_renewal=120
            ),
        }
    )
)


def rejected(answer: str, **dates: str) -> Case:
    case = accepted(book=WITH_RENEWAL)
    case.values.update(dates)
    case.decide(NOW, outcome(answer, NOW))
    assert case.stage() is Stage.RECYCLED
    return case


def problems(case: Case) -> list[tuple[str, str]]:
    return [(each.rule, each.words) for each in case.history[-1].problems]


def day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("answer", "dates", "back"),
    [
        ("Not now", {}, NOW + 90 * DAY),
        ("Unreachable", {}, NOW + 30 * DAY),
        ("No budget", {}, NOW + 120 * DAY),
        ("Chose another", {}, NOW + 270 * DAY),
        ("Not now", {"return_date": "2027-02-19"}, day("2027-02-19")),
        ("Chose another", {"renewal_date": "2027-09-30"}, day("2027-06-02")),
        ("Chose another", {"renewal_date": "2027-09-30", "return_date": "2027-02-19"}, day("2027-02-19")),
        ("Chose another", {"renewal_date": "2026-12-24"}, NOW),
        ("Not now", {"renewal_date": "2027-09-30"}, NOW + 90 * DAY),
    ],
)
def test_the_rep_s_date_wins_then_the_renewal_then_the_reason(
    answer: str, dates: dict[str, str], back: datetime
) -> None:
    case = rejected(answer, **dates)
    assert (case.lead.return_at, problems(case)) == (back, [])


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("2026-02-19", "in the past when the lead went to rest, so it counts for nothing"),
        ("2062-02-19", "more than 1095 days ahead, so it counts for nothing"),
        ("next spring", "no date, so it counts for nothing: a date is written 2027-02-19"),
        ("2027-13-01", "no date, so it counts for nothing: a date is written 2027-02-19"),
    ],
)
@pytest.mark.parametrize("name", ["return_date", "renewal_date"])
def test_a_date_that_nobody_can_mean_is_one_finding_and_the_reason_s_days_count(
    name: str, written: str, words: str
) -> None:
    case = rejected("Chose another", **{name: written})
    assert case.lead.return_at == NOW + 270 * DAY
    assert problems(case) == [(f"'{name}'", words)]
    case.decide(NOW + DAY)
    assert problems(case) == [(f"'{name}'", words)]
    case.values[name] = ""
    case.decide(NOW + 2 * DAY)
    assert problems(case) == []


def test_a_good_date_is_no_finding_once_it_has_come() -> None:
    case = rejected("Not now", return_date="2027-02-19")
    case.decide(day("2027-03-01"))
    assert (case.lead.return_at, problems(case)) == (day("2027-02-19"), [])


def test_a_date_that_is_written_later_is_followed() -> None:
    case = rejected("Chose another")
    case.values["renewal_date"] = "2027-09-30"
    case.decide(NOW + DAY)
    assert case.lead.return_at == day("2027-06-02")


def test_a_renewal_of_an_earlier_pass_is_cleared_and_says_nothing_in_the_next() -> None:
    case = rejected("Chose another", renewal_date="2027-09-30")
    back = day("2027-06-03")
    case.score = score(60, at=back)
    decision = case.decide(back)
    assert decision.properties["renewal_date"] is None
    case.decide(back + DAY, outcome("Chose another", back + DAY))
    assert case.lead.return_at == back + DAY + 270 * DAY


def test_a_renewal_that_was_written_in_this_pass_is_left_alone() -> None:
    case = accepted(book=WITH_RENEWAL)
    case.values["renewal_date"] = "2027-09-30"
    assert case.decide(NOW).properties["renewal_date"] == "2027-09-30"


@pytest.mark.parametrize(
    ("change", "trace"),
    [({"active": False}, "is inactive"), ({"available": False}, "is marked unavailable")],
)
def test_where_the_rep_who_spoke_with_them_left_or_is_away_the_pool_has_them(
    change: dict[str, bool], trace: str
) -> None:
    case = rejected("Not now")
    bo = known_reps()[BO]
    case.reps = {
        **case.reps,
        BO: replace(bo, active=change.get("active", True), available=change.get("available", True)),
    }
    back = NOW + 91 * DAY
    case.score = score(60, at=back)
    case.decide(back)
    assert case.owner() not in {None, BO}
    assert any(trace in line for line in case.assignment.trace)


def test_where_that_rep_is_full_the_pool_has_them() -> None:
    case = rejected("Not now")
    back = NOW + 91 * DAY
    for _ in range(40):
        case.state = case.state.gave(BO, (back - DAY).date())
    case.score = score(60, at=back)
    case.decide(back)
    assert case.owner() not in {None, BO}
    assert any("is full" in line for line in case.assignment.trace)
