from typing import Any

import pytest

from tests.unit.simulator.hubspot.rig import Rig

BATCH = "/crm/v3/objects/contacts/batch"


def values(rig: Rig, id_: str, name: str) -> str | None:
    found: str | None = rig.get(f"/crm/v3/objects/contacts/{id_}", properties=name)["properties"][name]
    return found


def test_one_bad_value_refuses_the_whole_update(rig: Rig) -> None:
    one, two = rig.contact(email="ann@buyer.example"), rig.contact(email="bob@buyer.example")
    inputs = [{"id": one, "properties": {"ll_score": "5"}}, {"id": two, "properties": {"ll_score": "five"}}]
    rig.post(f"{BATCH}/update", {"inputs": inputs}, status=400)
    assert values(rig, one, "ll_score") is None


def test_an_update_names_missing_records_and_writes_the_others(rig: Rig) -> None:
    one = rig.contact(email="ann@buyer.example")
    inputs = [
        {"id": one, "properties": {"ll_score": "5"}, "objectWriteTraceId": "t1"},
        {"id": "999", "properties": {"ll_score": "6"}, "objectWriteTraceId": "t2"},
    ]
    answer = rig.post(f"{BATCH}/update", {"inputs": inputs}, status=207)
    assert [(row["id"], row["objectWriteTraceId"]) for row in answer["results"]] == [(one, "t1")]
    assert answer["numErrors"] == 1
    assert answer["errors"][0]["category"] == "OBJECT_NOT_FOUND"
    assert answer["errors"][0]["context"] == {"ids": ["999"], "objectWriteTraceId": ["t2"]}
    assert values(rig, one, "ll_score") == "5"


def test_an_update_does_not_take_the_id_of_a_merged_record(rig: Rig) -> None:
    one, two = rig.contact(email="ann@buyer.example"), rig.contact(email="bob@buyer.example")
    merged = rig.act("merge", one, loser_id=two)["id"]
    answer = rig.post(f"{BATCH}/update", {"inputs": [{"id": one, "properties": {"ll_score": "5"}}]}, status=207)
    assert answer["errors"][0]["context"]["ids"] == [one]
    assert values(rig, merged, "ll_score") is None


def test_a_read_resolves_old_ids_and_names_missing_ones(rig: Rig) -> None:
    one, two = rig.contact(email="ann@buyer.example"), rig.contact(email="bob@buyer.example")
    merged = rig.act("merge", one, loser_id=two)["id"]
    asked = {"inputs": [{"id": two}, {"id": "999"}], "properties": ["email"], "propertiesWithHistory": []}
    answer = rig.post(f"{BATCH}/read", asked, status=207)
    assert [row["id"] for row in answer["results"]] == [merged]
    assert answer["errors"][0]["context"] == {"ids": ["999"]}


def test_a_read_by_email_shows_empty_properties_as_null(rig: Rig) -> None:
    id_ = rig.contact(email="ann@buyer.example")
    body = {"inputs": [{"id": "ANN@buyer.example"}], "idProperty": "email", "properties": ["phone"]}
    row = rig.post(f"{BATCH}/read", {**body, "propertiesWithHistory": []})["results"][0]
    assert (row["id"], row["properties"]["phone"]) == (id_, None)


def test_a_create_without_trace_ids_is_all_or_nothing(rig: Rig) -> None:
    rig.contact(email="ann@buyer.example")
    inputs = [{"properties": {"email": "new@buyer.example"}}, {"properties": {"email": "ann@buyer.example"}}]
    rig.post(f"{BATCH}/create", {"inputs": inputs}, status=409)
    assert rig.search([])["total"] == 1


def test_a_create_with_trace_ids_takes_the_good_ones(rig: Rig) -> None:
    rig.contact(email="ann@buyer.example")
    inputs = [
        {"properties": {"email": "new@buyer.example"}, "objectWriteTraceId": "1"},
        {"properties": {"email": "ann@buyer.example"}, "objectWriteTraceId": "2"},
    ]
    answer = rig.post(f"{BATCH}/create", {"inputs": inputs}, status=207)
    assert [row["objectWriteTraceId"] for row in answer["results"]] == ["1"]
    assert answer["errors"][0]["context"] == {"objectWriteTraceId": ["2"]}
    assert rig.search([])["total"] == 2


@pytest.mark.parametrize("key", ["email", "ll_lead_key"])
def test_an_upsert_says_which_records_are_new(rig: Rig, key: str) -> None:
    known = {"email": "ann@buyer.example", "ll_lead_key": "k-1"}
    id_ = rig.contact(**known)
    inputs = [
        {"id": known[key], "idProperty": key, "properties": {"ll_score": "5"}},
        {"id": f"new-{known[key]}", "idProperty": key, "properties": {"ll_score": "6"}},
    ]
    first = rig.post(f"{BATCH}/upsert", {"inputs": inputs})["results"]
    again = rig.post(f"{BATCH}/upsert", {"inputs": inputs})["results"]
    assert [row["new"] for row in first] == [False, True]
    assert first[0]["id"] == id_
    assert [(row["id"], row["new"]) for row in again] == [(row["id"], False) for row in first]


@pytest.mark.parametrize(
    "inputs",
    [
        pytest.param([{"id": "a@b.example", "properties": {}}], id="no idProperty"),
        pytest.param([{"id": "Ann", "idProperty": "firstname", "properties": {}}], id="not unique"),
        pytest.param([{"id": "a@b.example", "idProperty": "email", "properties": {}}] * 2, id="twice the same"),
        pytest.param([{"id": f"p{n}@b.example", "idProperty": "email"} for n in range(101)], id="101 inputs"),
        pytest.param([], id="no input"),
    ],
)
def test_an_upsert_refuses(rig: Rig, inputs: list[dict[str, Any]]) -> None:
    rig.post(f"{BATCH}/upsert", {"inputs": inputs}, status=400)
    assert rig.search([])["total"] == 0


def test_an_upsert_names_a_known_record_once(rig: Rig) -> None:
    id_ = rig.contact(email="ann@buyer.example")
    inputs = [
        {"id": email, "idProperty": "email", "properties": {"ll_score": "5"}}
        for email in ("ann@buyer.example", "Ann@buyer.example")
    ]
    answer = rig.post(f"{BATCH}/upsert", {"inputs": inputs}, status=400)
    assert answer["message"].startswith("Duplicate IDs found in batch input: [ann@buyer.example]")
    assert values(rig, id_, "ll_score") is None


def test_two_inputs_claiming_one_key_change_nothing(rig: Rig) -> None:
    one, two = rig.contact(email="ann@buyer.example"), rig.contact(email="bob@buyer.example")
    inputs = [{"id": id_, "properties": {"ll_lead_key": "same"}} for id_ in (one, two)]
    rig.post(f"{BATCH}/update", {"inputs": inputs}, status=400)
    assert values(rig, one, "ll_lead_key") is None


def test_a_partial_failure_refuses_the_first_input_only(rig: Rig) -> None:
    ids = [rig.contact(email=f"p{n}@buyer.example") for n in range(3)]
    inputs = [{"id": id_, "properties": {"ll_score": "5"}} for id_ in ids]
    rig.fault("partial_failure")
    answer = rig.post(f"{BATCH}/update", {"inputs": inputs}, status=207)
    assert answer["errors"][0]["context"] == {"ids": ids[:1]}
    assert [values(rig, id_, "ll_score") for id_ in ids] == [None, "5", "5"]


def test_archiving_is_quiet_about_records_that_are_gone(rig: Rig) -> None:
    id_ = rig.contact(email="ann@buyer.example")
    rig.post(f"{BATCH}/archive", {"inputs": [{"id": id_}, {"id": "999"}]}, status=204)
    assert rig.search([])["total"] == 0
