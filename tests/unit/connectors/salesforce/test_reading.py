"""Answers that a well-behaved org never gives, and the cursor's arithmetic."""

import json
from typing import Any

import pytest

from connectors.testing import failure_of, found_in
from domain.errors import ContractError
from domain.record import Cursor
from tests.unit.connectors.salesforce.org import Org, connected, page, reply, row

INVALID_FIELD = reply([{"errorCode": "INVALID_FIELD", "message": "No such column 'Company' on entity 'Lead'"}], 400)
ENDED = reply([{"errorCode": "INVALID_QUERY_LOCATOR", "message": "invalid query locator"}], 400)


def position(cursor: Cursor) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(cursor.position)
    return told


def test_the_cursor_of_settled_rows_is_the_last_row_and_at_the_end_the_lag_behind_now() -> None:
    following = page([row(3, "2026-11-20T10:00:01.000+0000")])
    org = Org(lambda _, path, __: page([row(1), row(2)], "01g-2000") if path == "queryAll" else following)
    with connected(org) as connector:
        first, last = connector.read("Lead", None)
    assert position(first.cursor) == {"at": "2026-11-20T10:00:00Z", "id": "00Q000000000002"}
    assert position(last.cursor) == {"at": "2026-11-22T11:50:00Z", "id": ""}


def test_the_cursor_never_passes_the_lag_whatever_the_rows_say() -> None:
    fresh = page([row(1), row(2, "2026-11-22T11:59:00.000+0000")], "01g-2000")
    org = Org(lambda _, path, __: fresh if path == "queryAll" else page([]))
    with connected(org) as connector:
        assert [position(p.cursor)["at"] for p in connector.read("Lead", None)] == ["2026-11-22T11:50:00Z"] * 2


def test_the_cursor_never_goes_back() -> None:
    ahead = Cursor(position=json.dumps({"at": "2026-11-22T11:58:00Z", "id": ""}))
    org = Org(lambda *_: page([]))
    with connected(org) as connector:
        (only,) = connector.read("Lead", ahead)
    assert only.cursor == ahead
    assert "SystemModstamp >= 2026-11-22T11:58:00Z" in org.calls("queryAll")[0]


def test_after_an_ended_locator_the_cursor_still_keeps_to_the_first_querys_now() -> None:
    """A row that became visible between the two queries may stand before the place where the second began."""
    answers = iter(
        [page([row(1, "2026-11-22T11:55:00.000+0000")], "01g-1"), page([row(2, "2026-11-22T11:56:00.000+0000")])]
    )
    org = Org(lambda _, path, __: next(answers) if path == "queryAll" else ENDED)
    with connected(org) as connector:
        pages = list(connector.read("Lead", None))
    assert found_in(pages) == {"00Q000000000001", "00Q000000000002"}
    assert [position(p.cursor)["at"] for p in pages] == ["2026-11-22T11:50:00Z"] * 2
    assert "Id > '00Q000000000001'" in org.calls("queryAll")[1]


def test_a_field_that_vanished_is_described_again_and_left_out() -> None:
    answers = iter([INVALID_FIELD, page([row(1)])])

    def answer(_: str, __: str, ___: Any) -> Any:
        org.fields.pop("Company", None)
        return next(answers)

    org = Org(answer)
    with connected(org) as connector:
        assert found_in(connector.read("Lead", None)) == {"00Q000000000001"}
    assert ["Company" in asked for asked in org.calls("queryAll")] == [True, False]


def test_a_field_that_stays_refused_stops_the_stream() -> None:
    org = Org(lambda *_: INVALID_FIELD)
    with connected(org) as connector:
        error = failure_of(ContractError, lambda: list(connector.read("Lead", None)))
    assert "Company" in str(error)
    assert len(org.calls("queryAll")) == 2


def test_a_stream_refused_in_a_bundle_is_read_alone_and_the_others_go_on() -> None:
    def answer(_: str, path: str, told: Any) -> Any:
        if path != "composite":
            return page([row(7)])
        parts = [(part["referenceId"], part["referenceId"] != "Lead") for part in told["compositeRequest"]]
        refused = [{"errorCode": "INVALID_FIELD", "message": "No such column 'x'"}]
        return {
            "compositeResponse": [
                {
                    "referenceId": name,
                    "httpStatusCode": 200 if good else 400,
                    "body": page([row(8)]) if good else refused,
                }
                for name, good in parts
            ]
        }

    org = Org(answer)
    with connected(org) as connector:
        pages = list(connector.read_bundle({"Lead": None, "Contact": None}))
    assert {page.stream: found_in([page]) for page in pages} == {
        "Lead": {"00Q000000000007"},
        "Contact": {"00Q000000000008"},
    }


@pytest.mark.parametrize(
    "first",
    [
        {"records": "many", "done": True},
        {"done": True},
        {"records": [], "done": False, "nextRecordsUrl": "/services/data/v62.0/query/01g-1"},
        {"records": [row(1)], "done": False},
        page([row(1)], "same"),
        {"records": [row(1)], "done": False, "nextRecordsUrl": "https://elsewhere.example/services/x"},
        page([row(2, "2026-11-20T10:00:00.000+0000") | {"SystemModstamp": "soon"}]),
        {"records": [{"attributes": {}}], "done": True},
    ],
    ids=[
        "records no list",
        "no records",
        "empty but more",
        "more but nowhere",
        "a page again",
        "another host",
        "no stamp",
        "no id",
    ],
)
def test_an_answer_that_leads_nowhere_stops_the_stream(first: dict[str, Any]) -> None:
    org = Org(lambda *_: first)
    with connected(org) as connector:
        failure_of(ContractError, lambda: list(connector.read("Lead", None)))
    assert len(org.asked) < 5


def test_pages_that_go_back_in_time_stop_the_stream() -> None:
    back = page([row(2, "2026-11-19T10:00:00.000+0000")])
    org = Org(lambda _, path, __: page([row(1)], "01g-1") if path == "queryAll" else back)
    with connected(org) as connector:
        failure_of(ContractError, lambda: list(connector.read("Lead", None)))


def test_a_locator_that_ends_at_once_for_ever_stops_the_stream() -> None:
    answers = iter([page([row(1)], "01g-1")])
    org = Org(lambda _, path, __: next(answers, page([row(1)], "01g-2")) if path == "queryAll" else ENDED)
    with connected(org) as connector:
        failure_of(ContractError, lambda: list(connector.read("Lead", None)))
    assert len(org.asked) < 10


def test_nul_is_taken_out_of_texts() -> None:
    org = Org(lambda *_: page([row(1, Company="Ac\0me")]))
    with connected(org) as connector:
        (only,) = connector.read("Lead", None)
    assert only.records[0].values["Company"] == "Acme"


def test_a_cursor_that_cannot_be_read_stops_the_stream() -> None:
    with connected(Org(lambda *_: page([]))) as connector:
        failure_of(ContractError, lambda: list(connector.read("Lead", Cursor(position="not ours"))))
