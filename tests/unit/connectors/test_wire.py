"""What the bytes of an answer are taken for."""

import pytest

from connectors.testing import failure_of
from connectors.wire import Answer, decoded
from domain.errors import ContractError, TransientError

JSON = {"content-type": "application/json;charset=utf-8", "content-length": "9"}


def answer(body: bytes, *, status: int = 200, **headers: str) -> Answer:
    return Answer(status=status, headers={**JSON, **{k.replace("_", "-"): v for k, v in headers.items()}}, body=body)


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (rb'{"title": "VP \ud83d"}', "VP \ufffd"),
        (rb'{"title": "\udc00 VP"}', "\ufffd VP"),
        (rb'{"title": "\ud83d\ud83d\ude00"}', "\ufffd\U0001f600"),
        (b'{"title": "VP \xed\xa0\xbd"}', "VP \ufffd"),
    ],
    ids=["cut behind", "cut before", "cut between two", "as bytes"],
)
def test_half_of_a_cut_emoji_becomes_a_sign_that_says_so(body: bytes, text: str) -> None:
    assert answer(body).json() == {"title": text}


def test_what_is_whole_is_read_as_it_is() -> None:
    assert answer('{"title": "Ça \U0001f600", "n": [1, 2.5, null]}'.encode()).json() == {
        "title": "Ça \U0001f600",
        "n": [1, 2.5, None],
    }


@pytest.mark.parametrize(
    "body", [b'{"a": ', b'{"a": NaN}', b'{"a": "\xff"}', b"", b"[" * 100_000], ids=["cut", "NaN", "bytes", "", "deep"]
)
def test_a_whole_answer_that_calls_itself_json_and_is_none_stops_the_stream(body: bytes) -> None:
    failure_of(ContractError, answer(body).json)
    with pytest.raises(ValueError, match=r".*"):
        decoded(body)


@pytest.mark.parametrize(
    "broken",
    [
        answer(b"<html>busy</html>", content_type="text/html"),
        answer(b"<html>busy</html>", status=404),
        Answer(status=200, headers={"content-type": "application/json"}, body=b'{"a": '),
    ],
    ids=["a page of a gateway", "a refusal", "its length was not told"],
)
def test_what_may_be_different_next_time_is_transient(broken: Answer) -> None:
    failure_of(TransientError, broken.json)
