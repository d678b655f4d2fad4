"""Answers that a well-behaved org never gives, and the cursor's arithmetic."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors.testing import failure_of, found_in
from domain.change import Change, ChangeKind, ReceiptOutcome
from domain.errors import ContractError, CredentialsError, LeadloopError, RateLimitedError, TransientError
from domain.record import Cursor, Page
from tests.unit.connectors.salesforce.org import NOW, Org, connected, page, reply, row

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


def test_pages_smaller_than_asked_and_totals_that_change_lose_no_row() -> None:
    """batchSize is a hint (long text columns shrink pages), and rows come and go while a locator is walked."""
    following = {
        "query/01g-1": page([row(2)], "01g-2") | {"totalSize": 7},
        "query/01g-2": page([row(3), row(4)], "01g-3") | {"totalSize": 2},
        "query/01g-3": page([]) | {"totalSize": 0},
    }
    org = Org(lambda _, path, __: page([row(1)], "01g-1") if path == "queryAll" else following[path])
    with connected(org) as connector:
        pages = list(connector.read("Lead", None))
    assert found_in(pages) == {f"00Q{number:012d}" for number in range(1, 5)}
    assert position(pages[-1].cursor)["at"] == "2026-11-22T11:50:00Z"


def test_without_the_name_of_a_campaign_its_members_are_not_taken_for_activities() -> None:
    """Our own lists are told by their names, and membership of one must never score."""
    refusal = reply([{"errorCode": "INVALID_FIELD", "message": "Didn't understand relationship 'Campaign'"}], 400)
    org = Org(lambda *_: refusal)
    with connected(org) as connector:
        error = failure_of(ContractError, lambda: list(connector.read("CampaignMember", None)))
    assert "to read CampaignMember: INVALID_FIELD" in str(error)
    assert [("Campaign.Name" in asked, "Campaign.Type" in asked) for asked in org.calls("queryAll")] == [
        (True, True),
        (True, True),
        (True, False),
    ]


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


def test_members_of_a_campaign_that_are_told_in_a_circle_stop_its_stream() -> None:
    org = Org(lambda *_: page([{"Id": "701000000000001", "Name": "Nurture"}], "01g-1"))
    with connected(org, lists=frozenset({"Nurture"})) as connector:
        failure_of(ContractError, lambda: list(connector.read("lists", None)))
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


HOT = ("Lead", "Contact", "Task", "Event", "CampaignMember")


def streams_until(error: type[LeadloopError], pages: Iterator[Page]) -> tuple[list[str], LeadloopError]:
    """Whose pages came before the error that ends them."""
    found: list[str] = []

    def drain() -> None:
        found.extend(page.stream for page in pages)

    return found, failure_of(error, drain)


@pytest.mark.parametrize("refusal", [(404, "NOT_FOUND"), (403, "INSUFFICIENT_ACCESS")], ids=["no object", "no right"])
@pytest.mark.parametrize("bad", HOT)
def test_an_object_that_cannot_be_described_holds_back_no_other(bad: str, refusal: tuple[int, str]) -> None:
    org = Org(lambda _, __, told: org.jointly(told))
    org.refused[bad] = refusal
    with connected(org) as connector:
        found, error = streams_until(ContractError, connector.read_bundle(dict.fromkeys(HOT)))
    assert found == [name for name in HOT if name != bad]
    assert f"to describe {bad}: {refusal[1]}" in str(error)
    assert len(org.calls("composite")) == 1


def test_a_query_refused_in_the_joint_call_and_alone_holds_back_no_other() -> None:
    refused = [{"errorCode": "INVALID_TYPE", "message": "sObject type 'Lead' is not supported."}]
    org = Org(
        lambda _, path, told: org.jointly(told, {"Lead": refused}) if path == "composite" else reply(refused, 400)
    )
    with connected(org) as connector:
        found, error = streams_until(ContractError, connector.read_bundle(dict.fromkeys(HOT)))
    assert found == ["Contact", "Task", "Event", "CampaignMember"]
    assert "sObject type 'Lead' is not supported" in str(error)


def test_pages_that_go_wrong_in_one_stream_hold_back_no_other() -> None:
    nonsense = {"records": [{"attributes": {}}], "done": True}
    org = Org(lambda _, __, told: org.jointly(told, {"Contact": nonsense}))
    with connected(org) as connector:
        found, _ = streams_until(ContractError, connector.read_bundle(dict.fromkeys(HOT)))
    assert found == ["Lead", "Task", "Event", "CampaignMember"]


def test_the_first_of_two_errors_is_told() -> None:
    org = Org(lambda _, __, told: org.jointly(told))
    org.refused |= {"Event": (404, "NOT_FOUND"), "Contact": (404, "NOT_FOUND")}
    with connected(org) as connector:
        found, error = streams_until(ContractError, connector.read_bundle(dict.fromkeys(HOT)))
    assert found == ["Lead", "Task", "CampaignMember"]
    assert "Contact" in str(error)


def test_a_joint_call_refused_as_a_whole_is_replaced_by_single_ones() -> None:
    told = [{"errorCode": "METHOD_NOT_ALLOWED", "message": "no"}]
    org = Org(lambda _, path, __: reply(told, 405) if path == "composite" else page([row(1)]))
    with connected(org) as connector:
        found, error = streams_until(ContractError, connector.read_bundle(dict.fromkeys(("Lead", "Contact"))))
    assert found == ["Lead", "Contact"]
    assert "METHOD_NOT_ALLOWED" in str(error)


def test_only_a_login_that_is_nobody_stops_everything() -> None:
    org = Org(lambda *_: reply([{"errorCode": "INVALID_SESSION_ID", "message": "Session expired or invalid"}], 401))
    with connected(org) as connector:
        found, _ = streams_until(CredentialsError, connector.read_bundle(dict.fromkeys(HOT)))
    assert found == []


WIDE = frozenset(f"Some_Custom_Field_Of_Marketing_{number:03d}__c" for number in range(450))


def wide_org() -> Org:
    def answer(method: str, path: str, told: Any) -> Any:
        if path == "query/01g-2000":
            return page([row(3)])
        assert method == "POST", "a query of 450 fields went into a URL"
        return org.jointly(told, {"query": page([row(1), row(2)], "01g-2000")})

    org = Org(answer)
    org.fields |= dict.fromkeys(WIDE, "string")
    return org


def test_a_query_too_long_for_a_url_goes_in_a_body_with_the_same_pages_after_it() -> None:
    org = wide_org()
    with connected(org, fields={"Account": WIDE}) as connector:
        pages = list(connector.read("Account", None))
    assert [found_in([page]) for page in pages] == [{"00Q000000000001", "00Q000000000002"}, {"00Q000000000003"}]
    (asked,) = org.calls("composite")
    assert [part["method"] for part in asked["compositeRequest"]] == ["GET"]
    assert "Some_Custom_Field_Of_Marketing_449__c" in asked["compositeRequest"][0]["url"]
    assert org.longest_url < 16_384 / 2


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        (503, "SERVER_UNAVAILABLE", TransientError),
        (403, "REQUEST_LIMIT_EXCEEDED", RateLimitedError),
        (400, "MALFORMED_QUERY", ContractError),
    ],
)
def test_a_refusal_inside_a_body_means_what_it_means_outside(
    status: int, code: str, expected: type[LeadloopError]
) -> None:
    refused = {"referenceId": "query", "httpStatusCode": status, "body": [{"errorCode": code, "message": "no"}]}
    org = Org(lambda *_: {"compositeResponse": [refused]})
    org.fields |= dict.fromkeys(WIDE, "string")
    with connected(org, fields={"Account": WIDE}) as connector:
        assert type(failure_of(expected, lambda: list(connector.read("Account", None)))) is expected


def test_a_long_list_of_keys_goes_in_a_body_too() -> None:
    org = Org(
        lambda _, path, told: (
            org.jointly(told)
            if path == "composite"
            else [{"id": "00T000000000001", "success": True, "errors": []} for _ in told["records"]]
        )
    )
    org.fields["LL_Key__c"] = "string"
    tasks = [
        Change(
            key=f"k{number}",
            kind=ChangeKind.CREATE,
            object="Task",
            values={"LL_Key__c": f"{number:064d}"},
            unique="LL_Key__c",
        )
        for number in range(200)
    ]
    with connected(org) as connector:
        assert {receipt.outcome for receipt in connector.write(tasks)} == {ReceiptOutcome.APPLIED}
    assert org.longest_url < 16_384 / 2


SPAN = re.compile(r"SystemModstamp (>=|>|<) ([0-9TZ:-]+)")
BUSY = datetime(2026, 11, 20, tzinfo=UTC)


def busy_org(code: str, most: int, count: int = 40) -> Org:
    """One row an hour from BUSY on; a query that finds more than so many is refused."""

    def answer(_: str, __: str, told: Any) -> Any:
        bounds = {sign: datetime.fromisoformat(at) for sign, at in SPAN.findall(told)}
        begin, end = bounds.get(">=", datetime.min.replace(tzinfo=UTC)), bounds.get("<", NOW)
        moments = [BUSY + timedelta(hours=number) for number in range(count)]
        found = [row(n, f"{at:%Y-%m-%dT%H:%M:%S}.000+0000") for n, at in enumerate(moments) if begin <= at < end]
        return page(found) if len(found) <= most else reply([{"errorCode": code, "message": "too much"}], 400)

    return Org(answer)


@pytest.mark.parametrize("code", ["QUERY_TIMEOUT", "QUERY_TOO_COMPLICATED", "EXCEEDED_ID_LIMIT"])
@pytest.mark.parametrize(("begin", "most"), [(None, 12), (BUSY, 6)], ids=["from the beginning", "from a cursor"])
def test_a_window_that_is_too_much_is_halved_until_it_passes(code: str, begin: datetime | None, most: int) -> None:
    org = busy_org(code, most=most)
    cursor = Cursor(position=json.dumps({"at": f"{begin:%Y-%m-%dT%H:%M:%SZ}", "id": ""})) if begin else None
    with connected(org) as connector:
        pages = list(connector.read("Lead", cursor))
        for stop in range(len(pages)):
            rest = connector.read("Lead", pages[stop].cursor)
            assert len(found_in([*pages[: stop + 1], *rest])) == 40, f"a gap after page {stop + 1}"
    ids = [record.ref.id for page in pages for record in page.records]
    assert ids == sorted(set(ids))
    assert position(pages[-1].cursor) == {"at": "2026-11-22T11:50:00Z", "id": ""}


def test_a_cursor_inside_a_halved_reading_keeps_to_what_was_read() -> None:
    org = busy_org("QUERY_TIMEOUT", most=20)
    with connected(org) as connector:
        read = connector.read("Lead", Cursor(position='{"at": "2026-11-20T00:00:00Z", "id": ""}'))
        first = next(read)
    assert position(first.cursor) == {"at": "2026-11-20T15:00:00Z", "id": ""}
    assert len(first.records) == 15


def test_a_window_that_stays_too_much_stops_the_stream_and_says_what_to_do() -> None:
    org = busy_org("QUERY_TOO_COMPLICATED", most=-1)
    with connected(org) as connector:
        error = failure_of(ContractError, lambda: list(connector.read("Lead", None)))
    assert "QUERY_TOO_COMPLICATED" in str(error)
    assert "Map fewer fields" in str(error)
    assert len(org.calls("queryAll")) == 16


def test_a_query_that_times_out_on_a_later_page_goes_on_from_the_last_row() -> None:
    answers = iter([page([row(1)], "01g-1"), page([row(2, "2026-11-20T11:00:00.000+0000")])])
    late = reply([{"errorCode": "QUERY_TIMEOUT", "message": "too long"}], 400)
    org = Org(lambda _, path, __: next(answers) if path == "queryAll" else late)
    with connected(org) as connector:
        assert found_in(connector.read("Lead", None)) == {"00Q000000000001", "00Q000000000002"}
    assert "Id > '00Q000000000001'" in org.calls("queryAll")[1]


def test_nul_is_taken_out_of_texts() -> None:
    org = Org(lambda *_: page([row(1, Company="Ac\0me")]))
    with connected(org) as connector:
        (only,) = connector.read("Lead", None)
    assert only.records[0].values["Company"] == "Acme"


def test_a_cursor_that_cannot_be_read_stops_the_stream() -> None:
    with connected(Org(lambda *_: page([]))) as connector:
        failure_of(ContractError, lambda: list(connector.read("Lead", Cursor(position="not ours"))))
