"""Guarded rows in a Composite: answers that lack a part, refuse a part, or refuse the whole."""

from collections.abc import Callable
from typing import Any

import pytest

from connectors.salesforce.guarded import PARTS_PER_CALL, UNSEEN
from domain.change import Change, ChangeKind, Receipt, ReceiptOutcome
from tests.unit.connectors.salesforce.org import Org, connected, page, reply, row

APPLIED, CONFLICTED, REFUSED, UNKNOWN = (
    ReceiptOutcome.APPLIED,
    ReceiptOutcome.CONFLICTED,
    ReceiptOutcome.REFUSED,
    ReceiptOutcome.UNKNOWN,
)
Part = dict[str, Any]


def change(number: int) -> Change:
    return Change(
        key=f"k{number}",
        kind=ChangeKind.FIELDS,
        object="Lead",
        id=f"00Q{number:012d}",
        values={"Company": "Ours"},
        expected={"Company": "Acme"},
        guarded=frozenset({"Company"}),
    )


def org_of(answer: Callable[[Part], Part | None], count: int) -> Org:
    """Shows every row as we expect it, and answers a write part by part; None leaves the part out."""
    modified = {"LastModifiedDate": "2026-11-20T10:00:00.000+0000"}

    def told(_: str, path: str, body: Any) -> Any:
        if path != "composite":
            shown = modified if "LastModifiedDate" in org.fields else {}
            return page([row(number, **shown) for number in range(count)])
        parts = ((part["referenceId"], answer(part)) for part in body["compositeRequest"])
        return {"compositeResponse": [{"referenceId": name, **part} for name, part in parts if part is not None]}

    org = Org(told)
    org.fields["LastModifiedDate"] = "datetime"
    return org


def write(org: Org, count: int) -> list[Receipt]:
    with connected(org) as connector:
        return list(connector.write([change(number) for number in range(count)]))


def test_each_part_brings_its_lock_and_the_headers_that_a_composite_does_not_hand_down() -> None:
    org = org_of(lambda _: {"httpStatusCode": 204, "body": None}, 1)
    assert [receipt.outcome for receipt in write(org, 1)] == [APPLIED]
    (part,) = org.calls("composite")[0]["compositeRequest"]
    assert (part["method"], part["url"]) == ("PATCH", "/services/data/v62.0/sobjects/Lead/00Q000000000000")
    assert part["body"] == {"Company": "Ours"}
    assert part["httpHeaders"]["If-Unmodified-Since"] == "Fri, 20 Nov 2026 10:00:00 GMT"
    assert part["httpHeaders"]["Sforce-Auto-Assign"] == "FALSE"
    assert part["httpHeaders"]["Sforce-Duplicate-Rule-Header"] == "allowSave=true"
    assert not {"authorization", "accept", "content-type"} & {name.lower() for name in part["httpHeaders"]}


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_a_part_of_any_2xx_is_a_success(status: int) -> None:
    assert [receipt.outcome for receipt in write(org_of(lambda _: {"httpStatusCode": status}, 1), 1)] == [APPLIED]


def test_so_many_go_in_a_call_and_no_more() -> None:
    count = PARTS_PER_CALL + 1
    org = org_of(lambda _: {"httpStatusCode": 204, "body": None}, count)
    assert {receipt.outcome for receipt in write(org, count)} == {APPLIED}
    assert [len(told["compositeRequest"]) for told in org.calls("composite")] == [PARTS_PER_CALL, 1]


def test_a_part_that_is_not_answered_is_not_known_to_have_happened() -> None:
    answers = {"row0": {"httpStatusCode": 204, "body": None}}
    org = org_of(lambda part: answers.get(part["referenceId"]), 2)
    assert [receipt.outcome for receipt in write(org, 2)] == [APPLIED, UNKNOWN]


@pytest.mark.parametrize(
    "body", [None, [], "<html>", [{"errorCode": "PRECONDITION_FAILED", "message": "modified"}]], ids=repr
)
def test_a_412_is_a_conflict_whatever_its_body_and_looked_at_three_times(body: Any) -> None:
    org = org_of(lambda _: {"httpStatusCode": 412, "body": body}, 1)
    (receipt,) = write(org, 1)
    assert (receipt.outcome, receipt.shown) == (CONFLICTED, {"Company": "Acme"})
    assert len(org.calls("composite")) == 3


def test_a_refused_part_has_the_words_of_its_rule() -> None:
    error = [{"errorCode": "FIELD_CUSTOM_VALIDATION_EXCEPTION", "message": "Not today.", "fields": []}]
    org = org_of(lambda _: {"httpStatusCode": 400, "body": error}, 1)
    (receipt,) = write(org, 1)
    assert (receipt.outcome, receipt.code, receipt.message) == (REFUSED, error[0]["errorCode"], "Not today.")


@pytest.mark.parametrize(
    "told", [reply([{"errorCode": "INVALID_INPUT", "message": "no"}], 400), reply({"hello": 1}), reply([])]
)
def test_a_composite_refused_as_a_whole_waits_with_its_code(told: Any) -> None:
    org = org_of(lambda _: None, 1)
    answer = org.answer
    org.answer = lambda method, path, body: told if path == "composite" else answer(method, path, body)
    (receipt,) = write(org, 1)
    assert (receipt.outcome, receipt.retryable) == (REFUSED, True)
    assert "Salesforce" in receipt.message


def test_where_the_moment_is_hidden_the_look_is_the_only_guard() -> None:
    org = org_of(lambda _: {"httpStatusCode": 204, "body": None}, 1)
    del org.fields["LastModifiedDate"]
    assert [receipt.outcome for receipt in write(org, 1)] == [APPLIED]
    (part,) = org.calls("composite")[0]["compositeRequest"]
    assert "If-Unmodified-Since" not in part["httpHeaders"]


def test_a_record_that_only_a_query_does_not_show_is_not_taken_for_gone_and_not_written_over() -> None:
    there = change(0).id

    def told(_: str, path: str, body: Any) -> Any:
        if path == "composite/sobjects/Lead":
            return [{"Id": one} if one == there else None for one in body["ids"]]
        return page([])

    org = Org(told)
    found = write(org, 2)
    assert [(each.outcome, each.code, each.retryable) for each in found] == [
        (REFUSED, UNSEEN, True),
        (ReceiptOutcome.GONE, "ENTITY_IS_DELETED", False),
    ]
    assert {path for _, path, _ in org.asked if path.startswith("composite")} == {"composite/sobjects/Lead"}
