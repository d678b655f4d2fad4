import pytest

from simulator.hubspot.refusals import RefusedError
from simulator.hubspot.tokens import CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN, Tokens

FORM = {
    "grant_type": "refresh_token",
    "client_id": CLIENT_ID,
    "client_secret": CLIENT_SECRET,
    "refresh_token": REFRESH_TOKEN,
}


def test_a_token_is_dead_in_the_millisecond_its_life_ends() -> None:
    tokens = Tokens()
    header = "Bearer " + tokens.refresh(FORM, portal_id="1", now_ms=0)["access_token"]
    assert tokens.known(header, now_ms=1_799_999).oauth is True
    with pytest.raises(RefusedError) as refusal:
        tokens.known(header, now_ms=1_800_000)
    assert refusal.value.body["context"] == {"expire time": ["1970-01-01T00:30:00Z"]}


def test_an_ended_session_stays_ended_but_a_service_key_lives_on() -> None:
    tokens = Tokens()
    header = "Bearer " + tokens.refresh(FORM, portal_id="1", now_ms=0)["access_token"]
    tokens.end(header)
    tokens.end("Bearer pat-na1-simulator")
    with pytest.raises(RefusedError):
        tokens.known(header, now_ms=1)
    assert tokens.known("Bearer pat-na1-simulator", now_ms=1).oauth is False


def test_an_access_token_is_the_portals_that_gave_it_and_a_service_key_is_tried_anywhere() -> None:
    tokens = Tokens()
    header = "Bearer " + tokens.refresh(FORM, portal_id="1", now_ms=0)["access_token"]
    assert tokens.known(header, now_ms=1, portal_id="1").oauth is True
    with pytest.raises(RefusedError) as refusal:
        tokens.known(header, now_ms=1, portal_id="2")
    assert refusal.value.status == 401
    assert tokens.known("Bearer pat-na1-simulator", now_ms=1, portal_id="2").oauth is False


def test_a_revoked_refresh_token_renews_nothing_until_the_app_is_installed_again() -> None:
    tokens = Tokens()
    tokens.forget(REFRESH_TOKEN)
    with pytest.raises(RefusedError) as refusal:
        tokens.refresh(FORM, portal_id="1", now_ms=0)
    assert refusal.value.body["status"] == "BAD_REFRESH_TOKEN"
    tokens.authorise("second")
    assert tokens.refresh(FORM | {"refresh_token": "second"}, portal_id="1", now_ms=0)["refresh_token"] == "second"


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"client_secret": "wrong"}, "invalid_client"),
        ({"refresh_token": "wrong"}, "invalid_grant"),
    ],
)
def test_a_bad_refresh_names_its_oauth_error(change: dict[str, str], error: str) -> None:
    with pytest.raises(RefusedError) as refusal:
        Tokens().refresh(FORM | change, portal_id="1", now_ms=0)
    assert refusal.value.body["error"] == error
