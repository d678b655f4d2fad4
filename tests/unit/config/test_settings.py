"""The settings' defaults are those of features.md."""

import pytest
from pydantic import ValidationError

from config.settings import Budget, Settings, is_loopback


def test_the_defaults_are_the_agreed_ones() -> None:
    settings = Settings()
    radius = settings.blast_radius
    assert (radius.destructive.floor, radius.destructive.share_percent, radius.destructive.ceiling) == (25, 0.5, 500)
    assert (radius.handoff.floor, radius.handoff.factor, radius.handoff.per_rep) == (20, 3, 5)
    assert (radius.hand_raises_per_hour, radius.approval_hours, radius.smaller_sweep_percent) == (20, 24, 10)
    budget = settings.budget
    assert (budget.background_account_percent, budget.background_own_percent) == (80, 30)
    assert (budget.handoff_percent, budget.untouched_percent) == (95, 5)
    assert settings.backlog.per_rep_per_day == 2
    assert (settings.schedule.cycle_minutes, settings.schedule.slow_minutes) == (5, 30)
    assert settings.schedule.hand_raise_seconds == 60
    assert (settings.health.host, settings.health.port) == ("127.0.0.1", 8321)
    assert (settings.go_live, settings.clock) == ("observe", "system")
    assert settings.database_url == "sqlite:///leadloop.db"


def test_settings_are_frozen() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Settings().time_zone = "Europe/Berlin"  # type: ignore[misc]  # that is the point


def test_handoffs_cannot_use_what_is_never_touched() -> None:
    with pytest.raises(ValidationError, match="more than 100 together"):
        Budget(handoff_percent=96, untouched_percent=5)


@pytest.mark.parametrize(
    ("address", "here"),
    [
        ("http://127.0.0.1:8401", True),
        ("https://localhost", True),
        ("http://[::1]:1", True),
        ("http://127.9.9.9", True),
        ("http://127.0.0.1.example", False),
        ("http://127.0.0.1@example.com", False),
        ("http://0.0.0.0", False),
        ("http://2130706433", False),
        ("ftp://127.0.0.1", False),
        ("127.0.0.1", False),
        ("", False),
    ],
)
def test_loopback_is_judged_by_the_written_host(address: str, here: bool) -> None:
    assert is_loopback(address) is here
