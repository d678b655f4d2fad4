"""Until when to call: in the rep's working time and inside the person's day, while the clock stays as it is."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.routing import Block, Clocks, TouchClock
from handoff.calendar import WEEKDAYS
from handoff.whereabouts import zones_of
from handoff.zones import zones_in
from tests.unit.handoff.material import MONDAY, Case, raised, routing_rules, rulebook, score, team

HOUR = timedelta(hours=1)
BERLIN = rulebook(routing=routing_rules(teams=[team(time_zone="Europe/Berlin")]))


@pytest.mark.parametrize(
    ("values", "zones"),
    [
        pytest.param({"country": "DE"}, ["Europe/Berlin"], id="a country with one"),
        pytest.param({"country": "US", "state": "CA"}, ["America/Los_Angeles"], id="a state"),
        pytest.param({"country": "us", "state": " tx "}, ["America/Chicago"], id="small letters"),
        pytest.param({"country": "CD"}, ["Africa/Kinshasa", "Africa/Lubumbashi"], id="a country with several"),
        pytest.param({"country": "BR", "state": "SP"}, ["America/Sao_Paulo"], id="SP"),
        pytest.param({"time_zone": "Asia/Tokyo", "country": "US"}, ["Asia/Tokyo"], id="their own zone wins"),
        pytest.param({"time_zone": "us_slash_eastern"}, ["US/Eastern"], id="as HubSpot writes it"),
        pytest.param({"time_zone": "america/new york"}, ["America/New_York"], id="as people write it"),
        pytest.param({"time_zone": "../../etc/passwd", "country": "FR"}, ["Europe/Paris"], id="no zone at all"),
        pytest.param({"country": "Atlantis"}, [], id="no such country"),
        pytest.param({"country": 7, "time_zone": None}, [], id="no text"),
        pytest.param({}, [], id="nothing known"),
    ],
)  # fmt: skip
def test_where_somebody_is(values: dict[str, Any], zones: list[str]) -> None:
    assert [zone.key for zone in zones_of(values)] == zones


def test_a_state_of_another_country_is_none() -> None:
    assert zones_in("DE", "CA") == ("Europe/Berlin",)


def given_to_bo(at: datetime = MONDAY, *, book: Any = BERLIN, **values: Any) -> dict[str, Any]:
    """What Bo's task says of somebody of whom this is known."""
    case = Case(score=score(60, at=at - timedelta(minutes=1)), book=book)
    case.values.update(values)
    case.decide(at)
    (task,) = case.tasks()
    due = case.handoff.touch_due_at
    return {**task.payload, "clock": due, "last": str(task.payload["body"]).splitlines()}


def test_a_moment_inside_both_days_is_the_moment() -> None:
    told = given_to_bo(country="FI")
    assert (told["clock"], told["due_at"]) == (MONDAY + 24 * HOUR, "2026-11-24T10:00:00Z")
    assert told["last"][-2:] == [
        "Due Tue 24 Nov 2026 11:00 (Europe/Berlin)",
        "Their time then: Tue 12:00 (Europe/Helsinki)",
    ]


def test_where_it_ends_at_night_over_there_the_last_moment_before_that_is_told() -> None:
    told = given_to_bo(country="US", state="NY")
    assert told["clock"] == MONDAY + 24 * HOUR, "the clock stays"
    assert (told["due_at"], told["due_on"]) == ("2026-11-23T16:00:00Z", "2026-11-23")
    assert told["subject"] == "Call Ana Ruiz (Globex) by 17:00: asked for a demo"
    assert told["last"][-3:] == [
        "Due Tue 24 Nov 2026 11:00 (Europe/Berlin)",
        "Their time then: Tue 05:00 (America/New_York)",
        "To find them in their day, call by Mon 17:00 yours, Mon 11:00 (America/New_York) theirs. The clock stays.",
    ]


def quick(due_min: int) -> Any:
    clock = TouchClock(due_min=due_min, remind_min=None, manager_min=None, release_min=None)
    clocks = Clocks(normal=clock, hand_raise=clock)
    return rulebook(routing=routing_rules(teams=[team(time_zone="Europe/Berlin")], clocks=clocks))


def test_where_there_is_none_before_the_first_moment_after_it_is_told() -> None:
    told = given_to_bo(MONDAY - HOUR, book=quick(120), country="US", state="NY")
    assert told["clock"] == MONDAY + HOUR
    assert (told["due_at"], told["subject"]) == (
        "2026-11-23T14:00:00Z",
        "Call Ana Ruiz (Globex) from 15:00: asked for a demo",
    )
    assert told["last"][-1] == (
        "Not before their day begins, from Mon 15:00 yours, Mon 09:00 (America/New_York) theirs. The clock stays."
    )


def test_days_that_never_meet_are_said_and_the_clock_is_all_there_is() -> None:
    told = given_to_bo(country="US", state="CA")
    assert told["due_at"] == "2026-11-24T10:00:00Z"
    assert told["last"][-1] == (
        "Your working hours and their day (09:00 to 17:00) never meet: write, or agree on a time."
    )


def test_a_country_with_several_times_is_told_as_such_and_called_when_it_is_day_in_all_of_them() -> None:
    evening = team(time_zone="Europe/Berlin", hours=[Block(days=list(WEEKDAYS), start=time(9), end=time(22))])
    told = given_to_bo(book=rulebook(routing=routing_rules(teams=[evening])), country="US")
    assert told["due_at"] == "2026-11-23T18:00:00Z", "noon in New York and nine in California begin it at 17:00 UTC"
    assert told["last"][-1] == "Their time then: between Mon 10:00 and Mon 13:00, their country has several times"


def test_whoever_asks_to_be_called_within_the_hour_is_awake_whatever_the_time_is() -> None:
    case = raised(book=BERLIN)
    assert case.tasks()[0].payload["due_at"] == "2026-11-23T10:15:00Z"
    case = Case(score=raised().score, book=BERLIN)
    case.values["country"] = "JP"
    case.decide(MONDAY)
    assert case.tasks()[0].payload["due_at"] == "2026-11-23T10:15:00Z", "seven in the evening there"


def test_without_a_clock_nothing_is_due() -> None:
    case = Case(score=score(60, at=MONDAY), more={"has_open_deal": True})
    case.values["country"] = "US"
    case.decide(MONDAY)
    assert [(each.payload["due_at"], str(each.payload["body"]).splitlines()[-1]) for each in case.tasks()] == [
        (None, "No clock is running on this one.")
    ]


@settings(max_examples=80, deadline=None)
@given(
    minutes=st.integers(0, 60 * 24 * 14),
    due_min=st.integers(5, 960),
    country=st.sampled_from(["DE", "US", "IN", "JP", "NZ", "BR", "AU", "GB", "RU"]),
)
def test_it_is_always_day_for_both_or_said_that_it_is_not(minutes: int, due_min: int, country: str) -> None:
    told = given_to_bo(MONDAY + timedelta(minutes=minutes), book=quick(due_min), country=country)
    at = datetime.fromisoformat(str(told["due_at"])).astimezone(UTC)
    body = str(told["body"])
    assert (at == told["clock"]) is not ("The clock stays." in body)
    if "never meet" in body:
        return
    for zone in zones_of({"country": country}):
        assert time(9) <= at.astimezone(zone).time() <= time(17)
    if at > told["clock"]:
        assert "Not before their day begins" in body
