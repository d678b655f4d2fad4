"""Logging in."""

import base64
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from simulator.salesforce.sessions import JWT_BEARER
from tests.unit.simulator.salesforce.office import Caller

TOKEN = "/services/oauth2/token"
KEY, STRANGER = (rsa.generate_private_key(65_537, 2_048) for _ in range(2))
PUBLIC = KEY.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def assertion(key: rsa.RSAPrivateKey = KEY, **claims: object) -> bytes:
    whole = {
        "iss": "leadloop",
        "sub": "integration@leadloop.example",
        "aud": "https://login.salesforce.com",
        "exp": (datetime.now(UTC) + timedelta(minutes=3)).timestamp(),
    } | claims
    return urlencode({"grant_type": JWT_BEARER, "assertion": jwt.encode(whole, key, algorithm="RS256")}).encode()


def test_client_credentials_give_a_session_and_say_where_the_org_is(caller: Caller) -> None:
    answer = caller.login().json()
    assert answer["instance_url"] == "http://crm.example"
    assert answer["token_type"] == "Bearer"
    assert answer["id"] == f"http://crm.example/id/00D5e0000000001EAA/{caller.world.integration_user}"
    assert caller.query("SELECT Id FROM Lead").status_code == 200


def test_the_client_may_come_in_the_authorization_header(caller: Caller) -> None:
    basic = base64.b64encode(b"leadloop:leadloop-secret").decode()
    answer = caller.send("POST", TOKEN, content=b"grant_type=client_credentials", Authorization=f"Basic {basic}")
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("form", "error", "description"),
    [
        (
            b"grant_type=client_credentials&client_id=leadloop&client_secret=x",
            "invalid_client",
            "invalid client credentials",
        ),
        (
            b"grant_type=client_credentials&client_id=who&client_secret=x",
            "invalid_client_id",
            "client identifier invalid",
        ),
        (b"grant_type=password&username=a&password=b", "unsupported_grant_type", "grant type not supported"),
        (urlencode({"grant_type": JWT_BEARER, "assertion": "a.b.c"}).encode(), "invalid_grant", "invalid assertion"),
        (assertion(iss="who"), "invalid_client_id", "client identifier invalid"),
        (assertion(sub="who@x.example"), "invalid_grant", "user hasn't approved this consumer"),
        (assertion(exp=1_000), "invalid_grant", "expired authorization code"),
    ],
)
def test_a_login_that_is_wrong_is_refused_in_oauths_words(
    caller: Caller, form: bytes, error: str, description: str
) -> None:
    answer = caller.send("POST", TOKEN, content=form)
    assert (answer.status_code, answer.json()) == (400, {"error": error, "error_description": description})


def test_an_assertion_signed_with_the_configured_key_passes_and_another_does_not(caller: Caller) -> None:
    caller.kernel.settings.jwt_public_key = PUBLIC.decode()
    assert caller.send("POST", TOKEN, content=assertion()).status_code == 200
    assert caller.send("POST", TOKEN, content=assertion(STRANGER)).json()["error"] == "invalid_grant"


def test_a_session_ends_after_its_life_on_simulated_time(caller: Caller) -> None:
    caller.kernel.clock.advance(7_190)
    assert caller.query("SELECT Id FROM Lead").status_code == 200
    caller.kernel.clock.advance(20)
    answer = caller.query("SELECT Id FROM Lead")
    assert (answer.status_code, answer.json()) == (
        401,
        [{"message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"}],
    )


def test_userinfo_names_the_user_and_the_org(caller: Caller) -> None:
    answer = caller.send("GET", "/services/oauth2/userinfo", Authorization=f"Bearer {caller.token}").json()
    assert (answer["email"], answer["organization_id"]) == ("integration@leadloop.example", "00D5e0000000001EAA")
    assert caller.send("GET", "/services/oauth2/userinfo").status_code == 403


def refresh(caller: Caller, token: str) -> dict[str, str]:
    form = {"grant_type": "refresh_token", "client_id": "leadloop", "refresh_token": token}
    told: dict[str, str] = caller.send("POST", TOKEN, content=urlencode(form).encode()).json()
    return told


def test_a_refresh_token_gives_sessions_and_no_other_refresh_token(caller: Caller) -> None:
    for _ in range(2):
        told = refresh(caller, "simulator-refresh")
        assert "access_token" in told
        assert "refresh_token" not in told
    assert refresh(caller, "another")["error"] == "invalid_grant"


def test_with_rotation_each_refresh_token_is_good_once_and_a_used_one_ends_the_chain(caller: Caller) -> None:
    caller.kernel.settings.rotate_refresh_tokens = True
    first = refresh(caller, "simulator-refresh")
    second = refresh(caller, first["refresh_token"])
    caller.token = second["access_token"]
    assert caller.query("SELECT Id FROM Lead").status_code == 200
    assert refresh(caller, first["refresh_token"])["error_description"] == "expired access/refresh token"
    assert refresh(caller, second["refresh_token"])["error"] == "invalid_grant"
    assert caller.query("SELECT Id FROM Lead").status_code == 401
    caller.kernel.settings.refresh_token = "authorised-again"
    assert "access_token" in refresh(caller, "authorised-again")


def test_a_session_is_the_orgs_that_gave_it(caller: Caller) -> None:
    caller.login()
    caller.kernel.settings.org["salesforce"] = "00D5e0000000002EAA"
    assert caller.query("SELECT Id FROM Lead").status_code == 401
    caller.login()
    (org,) = caller.query("SELECT Id, IsSandbox, OrganizationType FROM Organization").json()["records"]
    assert (org["Id"], org["IsSandbox"], org["OrganizationType"]) == ("00D5e0000000002EAA", True, "Developer Edition")
    caller.kernel.settings.sandbox = False
    (org,) = caller.query("SELECT Id, IsSandbox, OrganizationType FROM Organization").json()["records"]
    assert (org["IsSandbox"], org["OrganizationType"]) == (False, "Enterprise Edition")
