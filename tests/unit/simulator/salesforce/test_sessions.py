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
