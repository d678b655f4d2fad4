"""Batches that are refused as a whole, rows that come back without a name, and answers of no known shape."""

from dataclasses import replace
from typing import Any

import pytest

from connectors.testing import failure_of
from domain.change import Change, ChangeKind, ReceiptOutcome
from domain.errors import RateLimitedError
from tests.unit.connectors.salesforce.org import Org, connected, page, reply

APPLIED, REFUSED = ReceiptOutcome.APPLIED, ReceiptOutcome.REFUSED
LIMIT = reply([{"errorCode": "REQUEST_LIMIT_EXCEEDED", "message": "TotalRequests Limit exceeded."}], 403)


def change(number: int, value: int = 1) -> Change:
    record_id = f"00Q{number:012d}"
    return Change(key=f"k{number}", kind=ChangeKind.FIELDS, object="Lead", id=record_id, values={"LL_Score__c": value})


def saved(told: Any) -> list[dict[str, Any]]:
    return [{"id": row["id"], "success": True, "errors": []} for row in told["records"]]


def refusing(bad: int, code: str = "JSON_PARSER_ERROR") -> Org:
    """Refuses any batch that holds the bad row, as a whole."""
    return Org(
        lambda _, __, told: (
            reply([{"errorCode": code, "message": "no"}], 400)
            if any(row["id"] == f"00Q{bad:012d}" for row in told["records"])
            else saved(told)
        )
    )


@pytest.mark.parametrize("bad", [0, 1, 99, 100, 198, 199])
def test_one_bad_row_is_found_in_few_calls_and_199_go_through(bad: int) -> None:
    org = refusing(bad)
    with connected(org) as connector:
        receipts = list(connector.write([change(n) for n in range(200)]))
    assert [receipt.outcome for receipt in receipts] == [REFUSED if n == bad else APPLIED for n in range(200)]
    assert (receipts[bad].code, receipts[bad].retryable) == ("JSON_PARSER_ERROR", False)
    assert len(org.calls("composite/sobjects")) - 1 <= 2 * 7.65 + 1


def test_a_batch_in_which_everything_is_bad_costs_no_call_per_row() -> None:
    org = Org(lambda *_: reply([{"errorCode": "JSON_PARSER_ERROR", "message": "no"}], 400))
    with connected(org) as connector:
        receipts = list(connector.write([change(n) for n in range(200)]))
    assert {receipt.outcome for receipt in receipts} == {REFUSED}
    assert len(org.calls("composite/sobjects")) <= 3 * (1 + 2 * 8)


def test_fully_failed_rows_that_come_as_400_are_rows() -> None:
    errors = [{"statusCode": "STRING_TOO_LONG", "message": "Company: data value too large", "fields": ["Company"]}]
    org = Org(lambda _, __, told: reply([{"success": False, "errors": errors} for _ in told["records"]], 400))
    with connected(org) as connector:
        receipts = list(connector.write([change(1), change(2)]))
    assert [(receipt.key, receipt.outcome, receipt.code) for receipt in receipts] == [
        ("k1", REFUSED, "STRING_TOO_LONG"),
        ("k2", REFUSED, "STRING_TOO_LONG"),
    ]
    assert len(org.calls("composite/sobjects")) == 1


def test_a_record_stands_once_in_a_call() -> None:
    org = Org(lambda _, __, told: saved(told))
    with connected(org) as connector:
        list(connector.write([change(1, 10), change(2, 20), change(1, 11)]))
    sent = [
        [(row["id"][-1], row["LL_Score__c"]) for row in told["records"]] for told in org.calls("composite/sobjects")
    ]
    assert sent == [[("1", 10), ("2", 20)], [("1", 11)]]


def test_200_rows_go_in_one_call() -> None:
    org = Org(lambda _, __, told: saved(told))
    with connected(org) as connector:
        list(connector.write([change(n) for n in range(201)]))
    assert [len(told["records"]) for told in org.calls("composite/sobjects")] == [200, 1]
    assert all(told["allOrNone"] is False for told in org.calls("composite/sobjects"))


def test_what_was_settled_is_not_lost_when_a_later_call_fails() -> None:
    org = Org(lambda _, __, told: saved(told) if len(told["records"]) == 200 else LIMIT)
    settled: list[ReceiptOutcome] = []
    with connected(org) as connector:
        writing = connector.write([change(n) for n in range(201)])

        def drain() -> None:
            for receipt in writing:
                settled.append(receipt.outcome)

        failure_of(RateLimitedError, drain)
    assert settled == [APPLIED] * 200


@pytest.mark.parametrize(
    "told",
    [reply({"hello": 1}), reply([]), reply([{"success": True, "id": "x", "errors": []}] * 3), reply(["x", "y"])],
    ids=["an object", "nothing", "one too many", "texts"],
)
def test_a_batch_answered_in_another_shape_waits_with_the_words(told: Any) -> None:
    with connected(Org(lambda *_: told)) as connector:
        receipts = list(connector.write([change(1), change(2)]))
    assert [(receipt.outcome, receipt.retryable) for receipt in receipts] == [(REFUSED, True)] * 2
    assert all("Salesforce answered" in receipt.message for receipt in receipts)


def test_a_creation_without_a_key_whose_answer_has_another_shape_stays_unknown() -> None:
    keyless = Change(key="t", kind=ChangeKind.CREATE, object="Task", values={"Company": "x"})
    org = Org(lambda *_: {"hello": 1})
    with connected(org) as connector:
        (receipt,) = connector.write([keyless])
    assert receipt.outcome is ReceiptOutcome.UNKNOWN
    assert len(org.calls("composite/sobjects")) == 1


def task(key: str) -> Change:
    values = {"Company": "x", "LL_Key__c": key}
    return Change(key=key, kind=ChangeKind.CREATE, object="Task", values=values, unique="LL_Key__c")


def test_a_field_hidden_on_one_object_holds_back_no_other_object() -> None:
    hidden = reply([{"errorCode": "INVALID_FIELD", "message": "No such column 'LL_Key__c' on entity 'Task'."}], 400)
    org = Org(lambda _, path, told: hidden if path == "query" else saved(told))
    with connected(org) as connector:
        receipts = list(connector.write([task("t"), change(1)]))
    assert [(receipt.key, receipt.outcome, receipt.retryable) for receipt in receipts] == [
        ("t", REFUSED, True),
        ("k1", APPLIED, False),
    ]
    assert "No such column 'LL_Key__c'" in receipts[0].message


def test_an_object_that_cannot_be_described_is_described_again_at_the_next_try() -> None:
    org = Org(lambda _, path, told: page([]) if path == "query" else saved(told))
    org.refused["Lead"] = (404, "NOT_FOUND")
    with connected(org) as connector:
        (first,) = connector.write([change(1)])
        org.refused.clear()
        (second,) = connector.write([change(1)])
    assert [(one.outcome, one.retryable) for one in (first, second)] == [(REFUSED, True), (APPLIED, False)]


def test_a_missing_permission_waits_and_names_who_mends_it() -> None:
    told = reply([{"errorCode": "INSUFFICIENT_ACCESS_OR_READONLY", "message": "insufficient access rights"}], 403)
    org = Org(lambda _, __, body: told if body["records"][0]["attributes"]["type"] == "Lead" else saved(body))
    other = Change(key="c", kind=ChangeKind.FIELDS, object="Contact", id="003000000000001", values={"LL_Score__c": 1})
    with connected(org) as connector:
        receipts = list(connector.write([change(1), other]))
    assert [(receipt.outcome, receipt.retryable) for receipt in receipts] == [(REFUSED, True), (APPLIED, False)]
    assert "INSUFFICIENT_ACCESS_OR_READONLY" in receipts[0].message
    assert "Give the integration user the permission" in receipts[0].message


def test_a_row_that_an_admin_has_to_open_is_not_tried_again_in_seconds() -> None:
    errors = [
        {"statusCode": "INVALID_FIELD_FOR_INSERT_UPDATE", "message": "Unable to write LL_Score__c.", "fields": []}
    ]
    org = Org(lambda _, __, told: [{"success": False, "errors": errors} for _ in told["records"]])
    with connected(org) as connector:
        (receipt,) = connector.write([change(1)])
    assert (receipt.outcome, receipt.retryable) == (REFUSED, True)
    assert receipt.message == (
        "Unable to write LL_Score__c. Salesforce admin: give the integration user Edit on the field, "
        "or take it out of mapping.yaml."
    )
    assert len(org.calls("composite/sobjects")) == 1


def test_a_refusal_that_names_a_field_lets_us_describe_again() -> None:
    errors = [{"statusCode": "INVALID_FIELD", "message": "No such column 'LL_Score__c'", "fields": []}]
    org = Org(lambda _, __, told: [{"success": False, "errors": errors} for _ in told["records"]])
    with connected(org) as connector:
        for _ in range(2):
            list(connector.write([change(1)]))
    assert len(org.calls("sobjects/Lead/describe")) == 2


def test_a_blank_in_a_field_that_is_no_text_is_sent_as_null() -> None:
    org = Org(lambda _, __, told: saved(told))
    with connected(org) as connector:
        blank = {"LL_Score__c": "", "Company": ""}
        list(
            connector.write(
                [Change(key="k", kind=ChangeKind.FIELDS, object="Lead", id="00Q000000000001", values=blank)]
            )
        )
    (row,) = org.calls("composite/sobjects")[0]["records"]
    assert (row["LL_Score__c"], row["Company"]) == (None, "")


@pytest.mark.parametrize("guarded", [frozenset[str](), frozenset({"Company"})], ids=["plain", "guarded"])
def test_an_id_that_is_none_is_never_sent(guarded: frozenset[str]) -> None:
    org = Org(lambda _, __, told: saved(told))
    with connected(org) as connector:
        wicked = replace(change(1), id="x' OR Id != '", guarded=guarded)
        (receipt,) = connector.write([wicked])
    assert (receipt.outcome, receipt.code) == (REFUSED, "MALFORMED_ID")
    assert {path for _, path, _ in org.asked} <= {"sobjects/Lead/describe"}
