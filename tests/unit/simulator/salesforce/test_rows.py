"""Single rows, collections and Composite over the REST API."""

from typing import Any

import pytest

from tests.unit.simulator.salesforce.office import Caller

OK: dict[str, Any] = {"success": True, "errors": []}


def records(*rows: dict[str, Any], type_name: str = "Lead") -> list[dict[str, Any]]:
    return [{"attributes": {"type": type_name}, **row} for row in rows]


def test_a_row_is_created_read_changed_and_deleted(caller: Caller) -> None:
    made = caller.call("POST", "sobjects/Lead", {"LastName": "Lovelace", "Company": "Engines"})
    lead = made.json()["id"]
    assert (made.status_code, made.json()) == (201, {"id": lead, **OK})
    assert caller.call("PATCH", f"sobjects/Lead/{lead}", {"LL_Score__c": 64}).status_code == 204
    shown = caller.call("GET", f"sobjects/Lead/{lead[:15]}?fields=Id,LL_Score__c").json()
    assert shown == {
        "attributes": {"type": "Lead", "url": f"/services/data/v59.0/sobjects/Lead/{lead}"},
        "Id": lead,
        "LL_Score__c": 64.0,
    }
    assert caller.call("DELETE", f"sobjects/Lead/{lead}").status_code == 204
    gone = caller.call("GET", f"sobjects/Lead/{lead}")
    assert (gone.status_code, gone.json()) == (
        404,
        [{"message": "entity is deleted", "errorCode": "ENTITY_IS_DELETED", "fields": []}],
    )


@pytest.mark.parametrize(
    ("since", "status", "score"),
    [
        ("Mon, 05 Jan 2026 08:59:59 GMT", 412, None),
        ("Mon, 05 Jan 2026 09:05:00 GMT", 204, 5.0),
    ],
)
def test_a_guarded_change_yields_to_a_younger_one(caller: Caller, since: str, status: int, score: float | None) -> None:
    lead = caller.lead()
    answer = caller.call("PATCH", f"sobjects/Lead/{lead}", {"LL_Score__c": 5}, If_Unmodified_Since=since)
    assert answer.status_code == status
    assert caller.call("GET", f"sobjects/Lead/{lead}").json()["LL_Score__c"] == score


def test_upsert_by_external_id_creates_once(caller: Caller) -> None:
    path, body = "sobjects/Lead/LL_Lead_Key__c/k%2F1", {"LastName": "L", "Company": "C"}
    first, second = (caller.call("PATCH", path, body) for _ in range(2))
    assert (first.status_code, first.json()["created"]) == (201, True)
    assert (second.status_code, second.json()) == (200, {**first.json(), "created": False})
    assert caller.call("GET", path).json()["LL_Lead_Key__c"] == "k/1"


def test_only_an_external_id_can_be_upserted_by(caller: Caller) -> None:
    answer = caller.call("PATCH", "sobjects/Lead/Email/a@x.example", {"LastName": "L", "Company": "C"})
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (404, "NOT_FOUND")


def test_each_row_of_a_collection_stands_alone_at_its_own_place(caller: Caller) -> None:
    lead, gone = caller.lead(), caller.lead()
    caller.call("DELETE", f"sobjects/Lead/{gone}")
    rows = records(
        {"id": lead, "LL_Score__c": 5},
        {"id": gone, "LL_Score__c": 5},
        {"LL_Score__c": 5},
        {"id": "00Q5e00000ZZZZZ", "LL_Score__c": 5},
        {"id": caller.lead(), "LL_Grade__c": "too long"},
    )
    answer = caller.call("PATCH", "composite/sobjects", {"allOrNone": False, "records": rows})
    assert answer.status_code == 200
    first, *others = answer.json()
    assert first == {"id": lead, **OK}
    assert all("id" not in result for result in others)
    assert [result["errors"][0]["statusCode"] for result in others] == [
        "ENTITY_IS_DELETED",
        "MISSING_ARGUMENT",
        "INVALID_CROSS_REFERENCE_KEY",
        "STRING_TOO_LONG",
    ]
    assert [effect["id"] for effect in caller.effects()] == [lead]


def test_all_or_none_takes_the_good_rows_back(caller: Caller) -> None:
    rows = records({"LastName": "L", "Company": "C"}, {"LastName": "L"})
    answer = caller.call("POST", "composite/sobjects", {"allOrNone": True, "records": rows})
    codes = [result["errors"][0]["statusCode"] for result in answer.json()]
    assert codes == ["ALL_OR_NONE_OPERATION_ROLLED_BACK", "REQUIRED_FIELD_MISSING"]
    assert caller.world.objects("Lead") == []
    assert caller.effects() == []


def test_the_same_row_twice_in_a_collection_is_refused_both_times(caller: Caller) -> None:
    lead = caller.lead()
    rows = records({"id": lead, "LL_Score__c": 5}, {"id": lead[:15], "LL_Score__c": 6})
    results = caller.call("PATCH", "composite/sobjects", {"records": rows}).json()
    assert [result["errors"][0]["statusCode"] for result in results] == ["DUPLICATE_VALUE", "DUPLICATE_VALUE"]


def test_a_value_of_the_wrong_json_type_spoils_the_whole_request(caller: Caller) -> None:
    good, bad = caller.lead(), caller.lead()
    rows = records({"id": good, "LL_Score__c": 5}, {"id": bad, "LL_Score__c": "many"})
    answer = caller.call("PATCH", "composite/sobjects", {"records": rows})
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (400, "JSON_PARSER_ERROR")
    assert caller.effects() == []


def test_a_collection_upsert_tells_what_was_created(caller: Caller) -> None:
    lead = caller.lead(LL_Lead_Key__c="k1")
    rows = records(
        {"LL_Lead_Key__c": "k1", "LL_Score__c": 5}, {"LL_Lead_Key__c": "k2", "LastName": "L", "Company": "C"}
    )
    first, second = caller.call("PATCH", "composite/sobjects/Lead/LL_Lead_Key__c", {"records": rows}).json()
    assert first == {"id": lead, **OK, "created": False}
    assert second["created"] is True


def test_the_same_external_id_twice_in_a_call_fails(caller: Caller) -> None:
    rows = records(*({"LL_Lead_Key__c": key, "LastName": "L", "Company": "C"} for key in ("k", "K")))
    results = caller.call("PATCH", "composite/sobjects/Lead/LL_Lead_Key__c", {"records": rows}).json()
    assert [result["success"] for result in results] == [False, False]


@pytest.mark.parametrize(
    ("count", "code"), [(0, "REQUIRED_FIELD_MISSING"), (201, "EXCEEDED_ID_LIMIT")], ids=["none", "too-many"]
)
def test_a_collection_holds_one_to_two_hundred_rows(caller: Caller, count: int, code: str) -> None:
    answer = caller.call("POST", "composite/sobjects", {"records": records(*[{"LastName": "L"}] * count)})
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (400, code)


def test_rows_are_retrieved_by_id_in_order_with_null_for_what_is_not_there(caller: Caller) -> None:
    one, two = caller.lead(), caller.lead()
    asked = {"ids": [two, "00Q5e00000ZZZZZ", one], "fields": ["Id"]}
    shown = caller.call("POST", "composite/sobjects/Lead", asked).json()
    assert [row and row["Id"] for row in shown] == [two, None, one]


def test_rows_are_deleted_by_list(caller: Caller) -> None:
    lead = caller.lead()
    results = caller.call("DELETE", f"composite/sobjects?ids={lead},00Q5e00000ZZZZZ&allOrNone=false").json()
    assert [result["success"] for result in results] == [True, False]


def sub(name: str, url: str, method: str = "GET", **more: Any) -> dict[str, Any]:
    return {"method": method, "url": f"/services/data/v59.0/{url}", "referenceId": name, **more}


def test_composite_counts_as_one_call_and_keeps_each_status(caller: Caller) -> None:
    lead = caller.lead()
    wanted = [
        sub("leads", "query/?q=SELECT Id FROM Lead"),
        sub("foo", "query/?q=select+count()+from+Foo"),
        sub("change", f"sobjects/Lead/{lead}", "PATCH", body={"LL_Score__c": 5}),
    ]
    calls = caller.kernel.api_calls["salesforce"]
    answer = caller.call("POST", "composite", {"compositeRequest": wanted}).json()["compositeResponse"]
    assert caller.kernel.api_calls["salesforce"] == calls + 1
    assert [(one["referenceId"], one["httpStatusCode"]) for one in answer] == [
        ("leads", 200),
        ("foo", 400),
        ("change", 204),
    ]
    assert answer[0]["body"]["totalSize"] == 1
    assert answer[1]["body"][0]["errorCode"] == "INVALID_TYPE"
    assert answer[2]["body"] is None
    assert [effect["after"] for effect in caller.effects()] == [{"LL_Score__c": 5.0}]


def test_a_subrequest_may_be_guarded_and_may_use_an_earlier_answer(caller: Caller) -> None:
    lead = caller.lead()
    guard = {"If-Unmodified-Since": "Mon, 05 Jan 2026 08:00:00 GMT"}
    wanted = [
        sub("guarded", f"sobjects/Lead/{lead}", "PATCH", body={"LL_Score__c": 5}, httpHeaders=guard),
        sub("new", "sobjects/Lead", "POST", body={"LastName": "L", "Company": "C"}),
        sub("task", "sobjects/Task", "POST", body={"WhoId": "@{new.id}"}),
    ]
    answer = caller.call("POST", "composite", {"compositeRequest": wanted}).json()["compositeResponse"]
    assert [one["httpStatusCode"] for one in answer] == [412, 201, 201]
    (task,) = caller.world.objects("Task")
    assert task["WhoId"] == answer[1]["body"]["id"]


def test_composite_all_or_none_takes_everything_back(caller: Caller) -> None:
    wanted = [
        sub("new", "sobjects/Lead", "POST", body={"LastName": "L", "Company": "C"}),
        sub("bad", "sobjects/Lead", "POST", body={"LastName": "L"}),
    ]
    answer = caller.call("POST", "composite", {"allOrNone": True, "compositeRequest": wanted}).json()
    codes = [one["body"][0]["errorCode"] for one in answer["compositeResponse"]]
    assert codes == ["PROCESSING_HALTED", "REQUIRED_FIELD_MISSING"]
    assert caller.world.objects("Lead") == []
    assert caller.effects() == []


@pytest.mark.parametrize(
    "wanted",
    [
        [],
        [sub(f"r{number}", "limits") for number in range(26)],
        [sub(f"r{number}", "query/?q=SELECT Id FROM Lead") for number in range(6)],
        [sub("same", "limits"), sub("same", "limits")],
        [{"method": "GET", "url": "/services/data/v59.0/limits"}],
    ],
    ids=["none", "26", "six-queries", "same-name", "no-name"],
)
def test_composite_keeps_its_limits(caller: Caller, wanted: list[dict[str, Any]]) -> None:
    assert caller.call("POST", "composite", {"compositeRequest": wanted}).status_code == 400
