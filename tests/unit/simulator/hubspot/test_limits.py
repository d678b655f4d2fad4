from datetime import UTC, datetime, timedelta

import pytest

from simulator.hubspot.limits import Caller, Limits
from simulator.hubspot.refusals import RefusedError
from simulator.hubspot.settings import PortalSettings, Tier

MIDDAY = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)


def caller(wall_s: float, *, now: datetime = MIDDAY, oauth: bool = False, app: str = "1") -> Caller:
    return Caller(app=app, oauth=oauth, wall_s=wall_s, now=now)


def test_the_burst_window_rolls_on_the_wall_clock() -> None:
    limits = Limits(PortalSettings())
    for number in range(190):
        limits.call(caller(number * 0.01))
    with pytest.raises(RefusedError) as refusal:
        limits.call(caller(9.99))
    assert (refusal.value.status, refusal.value.body["policyName"]) == (429, "TEN_SECONDLY_ROLLING")
    assert "category" not in refusal.value.body
    assert refusal.value.headers["X-HubSpot-RateLimit-Remaining"] == "0"
    limits.call(caller(10.0))


def test_each_app_has_its_own_burst() -> None:
    limits = Limits(PortalSettings(burst_per_10_s=1))
    limits.call(caller(0, app="1"))
    limits.call(caller(0, app="2"))


def test_search_allows_five_a_second_and_says_so_otherwise() -> None:
    limits = Limits(PortalSettings())
    for number in range(5):
        limits.search(caller(number * 0.1))
    with pytest.raises(RefusedError) as refusal:
        limits.search(caller(0.99))
    assert refusal.value.body["policyName"] == "SECONDLY"
    assert refusal.value.body["message"] == "You have reached your secondly limit."
    assert refusal.value.headers == {}
    limits.search(caller(1.0))


def test_the_searches_of_all_apps_are_counted_together() -> None:
    limits = Limits(PortalSettings())
    for number in range(5):
        limits.search(caller(0, app=str(number), oauth=number % 2 == 1))
    with pytest.raises(RefusedError) as refusal:
        limits.search(caller(0.99, app="another"))
    assert refusal.value.body["policyName"] == "SECONDLY"


@pytest.mark.parametrize(("tier", "most"), [(Tier.FREE, 100), (Tier.STARTER, 100), (Tier.PROFESSIONAL, 150)])
def test_associations_have_a_window_of_their_own_that_no_pack_raises(tier: Tier, most: int) -> None:
    limits = Limits(PortalSettings(tier=tier, burst_per_10_s=250))
    for number in range(most):
        limits.association(caller(number * 0.01))
    with pytest.raises(RefusedError) as refusal:
        limits.association(caller(9.99))
    assert refusal.value.body["policyName"] == "TEN_SECONDLY_ROLLING"
    assert limits.headers(caller(9.99))["X-HubSpot-RateLimit-Remaining"] == "250"
    limits.association(caller(10.0))
    assert limits.used_today == most + 1


def test_associations_have_a_day_of_their_own_inside_the_accounts() -> None:
    limits = Limits(PortalSettings(association_daily=2))
    for _ in range(2):
        limits.association(caller(0))
    with pytest.raises(RefusedError) as refusal:
        limits.association(caller(0))
    assert refusal.value.body["policyName"] == "DAILY"
    limits.call(caller(0))
    limits.association(caller(0, now=MIDDAY + timedelta(days=1)))


@pytest.mark.parametrize(
    ("zone", "before", "after"),
    [
        pytest.param("Europe/Berlin", datetime(2026, 10, 25, 22, 59, tzinfo=UTC), 23, id="a day of 25 hours"),
        pytest.param("Asia/Kolkata", datetime(2026, 10, 25, 18, 29, tzinfo=UTC), 18, id="half an hour off"),
    ],
)
def test_the_count_starts_anew_in_the_minute_of_the_portals_midnight(zone: str, before: datetime, after: int) -> None:
    limits = Limits(PortalSettings(time_zone=zone))
    limits.call(caller(0, now=before - timedelta(hours=23)))
    limits.call(caller(0, now=before))
    assert limits.usage(before)[0] == 2
    assert limits.midnight(before).astimezone(UTC) == before + timedelta(minutes=1)
    assert limits.midnight(before).astimezone(UTC).hour == after
    assert limits.usage(before + timedelta(minutes=1))[0] == 0


def test_the_day_turns_at_midnight_of_the_portals_zone() -> None:
    settings = PortalSettings(daily_calls={"hubspot": 1})
    limits = Limits(settings)
    limits.call(caller(0, now=datetime(2026, 11, 2, 4, 59, tzinfo=UTC)))
    limits.call(caller(1, now=datetime(2026, 11, 2, 5, 0, tzinfo=UTC)))
    with pytest.raises(RefusedError) as refusal:
        limits.call(caller(2, now=datetime(2026, 11, 3, 4, 59, tzinfo=UTC)))
    assert refusal.value.body["policyName"] == "DAILY"
    assert limits.midnight(MIDDAY) == datetime(2026, 11, 3, 5, 0, tzinfo=UTC)


def test_oauth_calls_have_no_daily_limit_and_no_daily_headers() -> None:
    limits = Limits(PortalSettings(daily_calls={"hubspot": 0}))
    limits.call(caller(0, oauth=True))
    assert limits.headers(caller(0, oauth=True)) == {
        "X-HubSpot-RateLimit-Max": "110",
        "X-HubSpot-RateLimit-Remaining": "109",
        "X-HubSpot-RateLimit-Interval-Milliseconds": "10000",
    }


def test_what_is_used_today_is_told() -> None:
    limits = Limits(PortalSettings())
    limits.search(caller(0))
    limits.call(caller(0))
    assert limits.usage(MIDDAY)[0] == 2
    assert limits.usage(MIDDAY + timedelta(days=1))[0] == 0
