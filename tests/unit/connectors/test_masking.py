"""The wire log keeps shapes, ids and codes, and nothing that a person would mind."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.masking import KEPT_CHARS, masked_body, masked_path


def test_ids_codes_and_totals_stay_and_the_rest_is_masked() -> None:
    body = {
        "id": "00Q1",
        "errors": [{"statusCode": "STRING_TOO_LONG", "message": "Ann is too long"}],
        "n": 5,
        "total": 7,
        "Name": "Ann",
    }
    assert json.loads(masked_body(json.dumps(body).encode())) == {
        "id": "00Q1",
        "errors": [{"statusCode": "STRING_TOO_LONG", "message": "<15>"}],
        "n": "<number>",
        "total": 7,
        "Name": "<3>",
    }


def test_a_query_in_a_url_is_cut() -> None:
    masked = masked_body(b'{"url": "/services/data/v62.0/queryAll?q=SELECT+Id+WHERE+Name=Ann"}')
    assert masked == '{"url":"/services/data/v62.0/queryAll?\u2026"}'


def test_an_address_is_masked_wherever_it_stands() -> None:
    assert "ann@a.example" not in masked_body(b'{"inputs": ["ann@a.example"], "id": "ann@a.example"}')
    assert masked_path("https://h/contacts/ann%40a.example/x?y=z") == "/contacts/<email>/x"


SAID = ("Jane", "Doe", "jane", "x.example", "491701234567", "1701234567", "secret")


@pytest.mark.parametrize(
    "body",
    [
        {"values": [{"name": "email", "value": "jane@x.example"}]},
        {"context": {"phone": ["+49 170 1234567"], "name": ["Jane Doe"]}},
        {"url": "https://x.example/u/jane%2Btag%40x.example/Jane-Doe"},
        {"phone": 491701234567},
        {"phones": [491701234567, [491701234567]]},
        {"id": "+491701234567", "idProperty": "phone"},
        {"inputs": [{"id": "491701234567"}], "idProperty": "phone"},
        {"inputs": [{"id": 491701234567, "idProperty": "phone"}]},
        {"m": "jane\uff20x.example"},
        {"error_description": "secret", "recipients": ["Jane Doe"], "status": "Asked Jane Doe about x"},
        {"properties": {"status": "Jane", "id": "Doe", "url": "/crm/Jane"}},
        {"results": [{"id": "jane%2Btag%40x.example"}, {"id": "jane@x.example"}]},
        {"Jane Doe": 1, "jane@x.example": {"491701234567": True}},
        "Jane Doe jane at x",
        ["Jane Doe"],
        [["Jane Doe"]],
        491701234567,
    ],
    ids=lambda body: next(iter(body)) if isinstance(body, dict) else None,
)
def test_nobody_shows_in_any_place_of_a_body(body: object) -> None:
    for ensure_ascii in (True, False):
        shown = masked_body(json.dumps(body, ensure_ascii=ensure_ascii).encode())
        assert [word for word in SAID if word in shown] == []
        assert json.loads(shown) is not None


def test_a_path_with_an_address_that_holds_a_plus_is_masked_whole() -> None:
    assert masked_path("https://h/crm/v3/objects/contacts/jane%2Btag%40x.example") == "/crm/v3/objects/contacts/<email>"


def test_an_address_in_a_url_of_the_api_is_masked() -> None:
    masked = masked_body(b'{"url": "/services/data/v62.0/sobjects/Lead/Email/jane%2Btag%40x.example"}')
    assert masked == '{"url":"/services/data/v62.0/sobjects/Lead/Email/<email>"}'


def test_what_support_needs_of_a_write_stays() -> None:
    body = {
        "results": [
            {
                "id": "7001",
                "properties": {"lastmodifieddate": "2026-11-20T10:00:00.000+0000", "hs_object_id": "7001"},
                "objectWriteTraceId": "k1",
            }
        ],
        "errors": [{"category": "OBJECT_NOT_FOUND", "context": {"ids": ["9"], "objectWriteTraceId": ["k2"]}}],
        "numErrors": 1,
    }
    assert json.loads(masked_body(json.dumps(body).encode())) == body


@pytest.mark.parametrize("body", [b'{"email": "jane@x.ex', rb'{"email": "\ud83d"}', b"[" * 2_000, b"[]" * 2])
def test_of_what_does_not_parse_only_the_size_is_kept(body: bytes) -> None:
    assert masked_body(body) == f"<{len(body)} bytes, no JSON>"


def test_of_a_body_that_is_very_large_only_the_size_is_kept() -> None:
    assert masked_body(b"[" + b'"jane",' * 200_000 + b"1]") == "<1400003 bytes of JSON>"


def test_no_more_is_kept_than_fits() -> None:
    shown = masked_body(json.dumps([{"id": str(number)} for number in range(10_000)]).encode())
    assert len(shown) < KEPT_CHARS + 40
    assert shown.endswith("bytes)")


def test_a_form_and_a_page_are_only_measured() -> None:
    form = masked_body(b"client_secret=s3cret", "application/x-www-form-urlencoded")
    assert form == "<20 bytes of application/x-www-form-urlencoded>"
    assert masked_body(b"<html>s3cret</html>", "text/html; charset=utf-8") == "<19 bytes of text/html>"
    assert masked_body(None) == ""


@settings(max_examples=100, deadline=None)
@given(
    secret=st.text(st.characters(codec="utf-8", exclude_characters="<>0123456789"), min_size=6, max_size=40),
    padding=st.integers(0, KEPT_CHARS + 50),
)
def test_no_value_of_an_unknown_key_shows_also_where_the_body_is_cut(secret: str, padding: int) -> None:
    body = json.dumps({"pad": " " * padding, "token": secret}, ensure_ascii=False).encode()
    shown = masked_body(body).removeprefix('{"pad":"').replace('"token"', "")
    assert json.dumps(secret, ensure_ascii=False)[1:-1] not in shown
