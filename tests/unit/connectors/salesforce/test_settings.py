"""A connection that cannot work is refused when it is read, not when it is used."""

import pytest

from connectors.salesforce.connector import Settings
from connectors.testing import failure_of

GOOD = {"client_id": "key", "client_secret": "secret"}


def test_the_defaults_are_client_credentials_and_five_hot_streams() -> None:
    settings = Settings.model_validate(GOOD)
    assert (settings.login_url, settings.api_version) == ("https://login.salesforce.com", "62.0")
    assert settings.hot == ("Lead", "Contact", "Task", "Event", "CampaignMember")
    assert (settings.lag_minutes, settings.page_size, settings.assign_new_leads) == (10, 2000, False)


@pytest.mark.parametrize(
    "more",
    [
        {"client_secret": None},
        {"auth": "jwt_bearer"},
        {"auth": "session_id"},
        {"auth": "refresh_token"},
        {"nightly": ["Lead"]},
        {"login_url": "http://acme.my.salesforce.com"},
        {"login_url": "https://acme.example"},
        {"api_version": "62"},
        {"hot": ["Lead", "Case"]},
        {"hot": ["Lead", "Contact", "Task", "Event", "CampaignMember", "User"]},
        {"page_size": 100},
        {"unknown": 1},
    ],
)
def test_what_cannot_work_is_refused(more: dict[str, object]) -> None:
    failure_of(ValueError, lambda: Settings.model_validate(GOOD | more))


def test_no_secret_is_in_the_repr() -> None:
    settings = Settings.model_validate(GOOD | {"client_secret": "s3cret-word", "private_key": "pem-text"})
    assert "s3cret-word" not in repr(settings)
    assert "pem-text" not in repr(settings)
