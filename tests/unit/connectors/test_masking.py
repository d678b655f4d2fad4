"""The wire log keeps shapes, ids and codes, and nothing that a person would mind."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.masking import KEPT_BYTES, masked_body, masked_path


def test_ids_codes_and_numbers_stay_and_the_rest_is_masked() -> None:
    body = {
        "id": "00Q1",
        "errors": [{"statusCode": "STRING_TOO_LONG", "message": "Ann is too long"}],
        "n": 5,
        "Name": "Ann",
    }
    assert json.loads(masked_body(json.dumps(body).encode())) == {
        "id": "00Q1",
        "errors": [{"statusCode": "STRING_TOO_LONG", "message": "<15>"}],
        "n": 5,
        "Name": "<3>",
    }


def test_a_query_in_a_url_is_cut() -> None:
    masked = masked_body(b'{"url": "/services/data/v62.0/queryAll?q=SELECT+Id+WHERE+Name=Ann"}')
    assert masked == '{"url": "/services/data/v62.0/queryAll?\u2026"}'


def test_an_address_is_masked_wherever_it_stands() -> None:
    assert "ann@a.example" not in masked_body(b'{"inputs": ["ann@a.example"], "id": "ann@a.example"}')
    assert masked_path("https://h/contacts/ann%40a.example/x?y=z") == "/contacts/<email>/x"


def test_a_form_and_a_page_are_only_measured() -> None:
    form = masked_body(b"client_secret=s3cret", "application/x-www-form-urlencoded")
    assert form == "<20 bytes of application/x-www-form-urlencoded>"
    assert masked_body(b"<html>s3cret</html>", "text/html; charset=utf-8") == "<19 bytes of text/html>"
    assert masked_body(None) == ""


@settings(max_examples=100, deadline=None)
@given(
    secret=st.text(st.characters(codec="utf-8", exclude_characters="<>0123456789"), min_size=6, max_size=40),
    padding=st.integers(0, KEPT_BYTES + 50),
)
def test_no_value_of_an_unknown_key_shows_also_where_the_body_is_cut(secret: str, padding: int) -> None:
    body = json.dumps({"pad": " " * padding, "token": secret}, ensure_ascii=False).encode()
    shown = masked_body(body).removeprefix('{"pad": "').replace('"token"', "")
    assert json.dumps(secret, ensure_ascii=False)[1:-1] not in shown
