"""Only what the app's secret signed a moment ago is HubSpot's. The expected signatures were made with openssl."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.abilities import WebhookCall
from connectors.hubspot.signature import decoded, sign, verify
from domain.errors import ForgedCallError

SECRET = "yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy"
SIGNED_MS = 1767603600000
NOW = datetime.fromtimestamp(SIGNED_MS / 1000, UTC)
PLAIN = "https://hooks.acme.example/webhooks/hubspot"
ENCODED = "https://hooks.acme.example/webhooks/hub%20spot?a=%3A%2F%3F%40%21%24%27%28%29%2A%2C%3B%2526"
GENUINE = "pajX5KCVqXv6lm70zk7rDxAlwhE/Y7SyVRsHXYcRy1s="


def call(uri: str = PLAIN, body: bytes = b"[]", signature: str = GENUINE, ms: object = SIGNED_MS) -> WebhookCall:
    headers = {"x-hubspot-signature-v3": signature, "x-hubspot-request-timestamp": str(ms)}
    return WebhookCall(method="POST", uri=uri, headers=headers, body=body)


@pytest.mark.parametrize(
    ("uri", "body", "signature"),
    [
        pytest.param(PLAIN, b"[]", GENUINE, id="plain"),
        pytest.param(
            PLAIN,
            '[{"propertyValue":"Zoë Ångström 東京"}]'.encode(),
            "p9kvcOupPSQRwgS+MosW3a2u3on1zsRkQ38AdhQ37eA=",
            id="a body beyond ASCII",
        ),
        pytest.param(
            f"{PLAIN}?mail=zoe%40people.example&b=c%20d",
            b"[]",
            "CLK+dVJLgXENfzzqW6JO57knhR7pauAji/arWtB+pd8=",
            id="a query, one sign of it decoded",
        ),
        pytest.param(ENCODED, b"", "z88KeExMk6tZxOMk0J02SEN2X6NAeDTt9I3gk7mNGmU=", id="every decoded sign"),
        pytest.param(
            ENCODED.replace("%3A%2F%3F", "%3a%2f%3f"),
            b"",
            "z88KeExMk6tZxOMk0J02SEN2X6NAeDTt9I3gk7mNGmU=",
            id="small hexadecimal digits",
        ),
    ],
)
def test_what_the_secret_signed_passes(uri: str, body: bytes, signature: str) -> None:
    verify(call(uri, body, signature), SECRET, now=NOW)


def test_the_documented_signs_are_decoded_once_and_no_others() -> None:
    assert decoded(ENCODED) == "https://hooks.acme.example/webhooks/hub%20spot?a=:/?@!$'()*,;%2526"


@pytest.mark.parametrize("age_s", [300.0, 0.0, -60.0])
def test_five_minutes_past_and_one_ahead_pass(age_s: float) -> None:
    verify(call(), SECRET, now=NOW + timedelta(seconds=age_s))


FORGED = {
    "one millisecond too old": (call(), NOW + timedelta(minutes=5, milliseconds=1)),
    "one millisecond too far ahead": (call(), NOW - timedelta(seconds=60, milliseconds=1)),
    "an hour ahead": (call(), NOW - timedelta(hours=1)),
    "another body": (call(body=b"[ ]"), NOW),
    "another method": (replace(call(), method="PUT"), NOW),
    "another address": (call(uri="https://hooks.acme.example/webhooks/hubspot2"), NOW),
    "another host": (call(uri="https://evil.example/webhooks/hubspot"), NOW),
    "another time that is near": (call(ms=SIGNED_MS + 1), NOW),
    "a signature beyond ASCII": (call(signature="pájX5KCVqXv6lm70zk7rDxAlwhE/Y7SyVRsHXYcRy1s="), NOW),
    "half a character": (call(signature="\udce9"), NOW),
    "an empty signature": (call(signature=""), NOW),
    "another letter case": (call(signature=GENUINE.lower()), NOW),
    "no number for a time": (call(ms="now"), NOW),
    "digits of another script": (call(ms="١٧٦٧٦٠٣٦٠٠٠٠٠"), NOW),
    "an endless number": (call(ms="1" * 5000), NOW),
    "a negative time": (call(ms=-1), NOW),
}


@pytest.mark.parametrize("which", FORGED)
def test_everything_else_is_refused(which: str) -> None:
    forged, now = FORGED[which]
    with pytest.raises(ForgedCallError):
        verify(forged, SECRET, now=now)


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({}, id="none"),
        pytest.param({"x-hubspot-signature-v3": GENUINE}, id="no time"),
        pytest.param({"x-hubspot-request-timestamp": str(SIGNED_MS)}, id="a time alone"),
        pytest.param(
            {
                "x-hubspot-signature": "a" * 64,
                "x-hubspot-signature-version": "v1",
                "x-hubspot-request-timestamp": str(SIGNED_MS),
            },
            id="version 1 alone",
        ),
        pytest.param(
            {
                "x-hubspot-signature": hashlib.sha256(f"{SECRET}[]".encode()).hexdigest(),
                "x-hubspot-signature-version": "v1",
                "x-hubspot-request-timestamp": str(SIGNED_MS),
            },
            id="a genuine version 1",
        ),
        pytest.param(
            {
                "x-hubspot-signature": hashlib.sha256(f"{SECRET}POST{PLAIN}[]".encode()).hexdigest(),
                "x-hubspot-signature-version": "v2",
                "x-hubspot-request-timestamp": str(SIGNED_MS),
            },
            id="a genuine version 2",
        ),
    ],
)
def test_a_call_without_the_headers_of_version_3_is_refused(headers: dict[str, str]) -> None:
    with pytest.raises(ForgedCallError, match="version 3"):
        verify(replace(call(), headers=headers), SECRET, now=NOW)


def test_another_secret_is_refused() -> None:
    with pytest.raises(ForgedCallError):
        verify(call(), "another", now=NOW)


@settings(max_examples=100, deadline=None)
@given(body=st.binary(max_size=200), query=st.text(max_size=30), at=st.integers(0, 199), bit=st.integers(0, 7))
def test_no_changed_bit_of_a_body_passes(body: bytes, query: str, at: int, bit: int) -> None:
    honest = call(uri=f"{PLAIN}?{query.encode('utf-8', 'ignore').hex()}", body=body)
    signature = sign(honest, SECRET, str(SIGNED_MS)).decode()
    signed = replace(honest, headers={**honest.headers, "x-hubspot-signature-v3": signature})
    verify(signed, SECRET, now=NOW)
    changed = bytearray(body or b"\0")
    changed[at % len(changed)] ^= 1 << bit
    with pytest.raises(ForgedCallError):
        verify(replace(signed, body=bytes(changed)), SECRET, now=NOW)
