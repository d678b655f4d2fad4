"""Our Salesforce's answers, field by field, against bodies that the real one gave.

The recordings lie beside the repository, not in it: LEADLOOP_SHARED names the folder, else `../shared`.
"""

import asyncio
import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from simulator.serve import build_kernel, front

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = Path(os.environ.get("LEADLOOP_SHARED", ROOT.parent / "shared")) / "salesforce-samples"
START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)

pytestmark = pytest.mark.skipif(
    not SAMPLES.is_dir(), reason=f"no recorded Salesforce answers at {SAMPLES}; set LEADLOOP_SHARED to their folder"
)


class Caller:
    """A logged-in caller of a small org."""

    def __init__(self, folder: Path) -> None:
        self.kernel, apps = build_kernel(log_path=folder / "log.jsonl", start=START)
        self._app = front(apps["salesforce"], "salesforce", self.kernel)
        rows = {
            "User": [{"email": "ann@crm.example"}],
            "Lead": [{"LastName": "Lovelace", "Company": "Engines", "City": "London"}],
            "Contact": [{"LastName": "Menabrea", "AccountName": "Turin"}],
        }
        self.ids = self.kernel.salesforce.seed(rows, START, [])
        form = b"grant_type=client_credentials&client_id=leadloop&client_secret=leadloop-secret"
        self.token = self.send("POST", "/services/oauth2/token", content=form).json()["access_token"]

    def send(self, method: str, path: str, *, content: bytes = b"", **headers: str) -> httpx.Response:
        async def go() -> httpx.Response:
            transport = httpx.ASGITransport(self._app)
            async with httpx.AsyncClient(transport=transport, base_url="http://crm.example") as client:
                return await client.request(method, path, content=content, headers=headers)

        return asyncio.run(go())

    def call(self, method: str, path: str, body: Any = None) -> Any:
        content = b"" if body is None else json.dumps(body).encode()
        answer = self.send(
            method, f"/services/data/v59.0/{path}", content=content, Authorization=f"Bearer {self.token}"
        )
        return answer.json()


@pytest.fixture
def caller(tmp_path: Path) -> Iterator[Caller]:
    made = Caller(tmp_path)
    yield made
    made.kernel.log.close()


def sample(name: str) -> Any:
    """A recorded body; some recordings wrap it in request, status and body."""
    recorded = json.loads((SAMPLES / name).read_text(encoding="utf-8"))
    wrapped = isinstance(recorded, dict) and {"status", "body"} <= recorded.keys()
    return recorded["body"] if wrapped else recorded


def shape(value: Any) -> Any:
    """Keys and JSON kinds; of a list the first element's."""
    if isinstance(value, dict):
        return {key: shape(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [shape(one) for one in value[:1]]
    return "number" if isinstance(value, int | float) and not isinstance(value, bool) else type(value).__name__


def records(*rows: dict[str, Any], type_name: str = "Contact") -> dict[str, Any]:
    return {"allOrNone": False, "records": [{"attributes": {"type": type_name}, **row} for row in rows]}


@pytest.mark.parametrize(
    ("recorded", "type_name"),
    [("describe_lead.json", "Lead"), ("describe_contact.json", "Contact"), ("describe_event.json", "Event")],
)
def test_describe_has_salesforces_keys_and_each_standard_field_its_real_nature(
    caller: Caller, recorded: str, type_name: str
) -> None:
    real, ours = sample(recorded), caller.call("GET", f"sobjects/{type_name}/describe")
    assert ours.keys() == real.keys()
    real_fields = {field["name"]: field for field in real["fields"]}
    natures = (
        "type",
        "length",
        "soapType",
        "nillable",
        "createable",
        "updateable",
        "filterable",
        "restrictedPicklist",
        "relationshipName",
        "externalId",
        "label",
    )
    for field in ours["fields"]:
        assert field.keys() == real["fields"][0].keys()
        known = real_fields.get(field["name"])
        if known is not None:
            assert {key: field[key] for key in natures} == {key: known[key] for key in natures}, field["name"]
            assert set(field["referenceTo"]) <= set(known["referenceTo"])
    assert shape(ours["recordTypeInfos"]) == shape(real["recordTypeInfos"])
    assert shape(ours["childRelationships"]) in ([], shape(real["childRelationships"]))


def test_a_picklist_value_has_salesforces_keys(caller: Caller) -> None:
    def first_value(describe: Any) -> Any:
        return next(field["picklistValues"][0] for field in describe["fields"] if field["name"] == "LeadSource")

    ours = first_value(caller.call("GET", "sobjects/Lead/describe"))
    assert shape(ours) == shape(first_value(sample("describe_lead.json")))


def test_describe_global_has_salesforces_keys(caller: Caller) -> None:
    real, ours = sample("describe_global.json"), caller.call("GET", "sobjects")
    assert ours.keys() == real.keys()
    known = {one["name"]: one for one in real["sobjects"]}
    for one in ours["sobjects"]:
        assert one.keys() == real["sobjects"][0].keys()
        if one["name"] in known:
            assert known[one["name"]]["keyPrefix"] in (one["keyPrefix"], None)  # the recording left some out
            assert one["labelPlural"] == known[one["name"]]["labelPlural"]


def test_a_query_answers_in_salesforces_shape(caller: Caller) -> None:
    real = sample("query_1row.json")
    assert shape(caller.call("GET", "query/?q=SELECT+Name+FROM+Account")) == shape(real)


def test_a_compound_address_has_its_eight_parts(caller: Caller) -> None:
    real = sample("query_leads_page.json")["records"][0]
    (ours,) = caller.call("GET", f"query/?q={quote('SELECT Address, City, FirstName FROM Lead')}")["records"]
    assert ours["Address"].keys() == real["Address"].keys()
    assert ours["attributes"].keys() == real["attributes"].keys()


def test_an_organization_shows_fields_that_a_real_one_has(caller: Caller) -> None:
    real = sample("organization_get.json")
    fields = {field["name"] for field in caller.call("GET", "sobjects/Organization/describe")["fields"]}
    assert fields <= real.keys()


@pytest.mark.parametrize(
    ("recorded", "method", "body"),
    [
        ("create_201.json", "POST", {"LastName": "Plana"}),
        ("collections_400_empty.json", "POST", {"records": []}),
    ],
)
def test_a_write_answers_in_salesforces_shape(caller: Caller, recorded: str, method: str, body: Any) -> None:
    path = "composite/sobjects" if "records" in body else "sobjects/Contact"
    assert shape(caller.call(method, path, body)) == shape(sample(recorded))


def test_an_empty_collection_is_refused_in_the_same_words(caller: Caller) -> None:
    assert caller.call("POST", "composite/sobjects", {"records": []}) == sample("collections_400_empty.json")


def test_an_update_without_an_id_is_refused_in_the_same_words(caller: Caller) -> None:
    ours = caller.call("PATCH", "composite/sobjects", records({"LastName": "a"}, {"LastName": "b"}))
    assert ours == sample("collections_update_MISSING_ARGUMENT.json")


def test_a_partial_update_answers_in_the_same_shape_at_the_same_places(caller: Caller) -> None:
    contact = caller.ids["Contact"][0]
    ours = caller.call("PATCH", "composite/sobjects", records({"id": contact, "Title": "a"}, {"Title": "b"}))
    real = sample("collections_update_partial_ok_and_MISSING_ARGUMENT.json")
    assert [shape(one) for one in ours] == [shape(one) for one in real]
    assert ours[1] == real[1]


def test_all_or_none_is_refused_in_the_same_words(caller: Caller) -> None:
    body = records({"FirstName": "a"}, {"LastName": "b"}) | {"allOrNone": True}
    assert caller.call("POST", "composite/sobjects", body) == sample("collections_create_allOrNone_rolled_back.json")


def test_an_unknown_field_of_one_row_is_refused_in_the_same_words(caller: Caller) -> None:
    contact, other = caller.ids["Contact"][0], caller.call("POST", "sobjects/Contact", {"LastName": "x"})["id"]
    body = records({"id": contact, "LastName": "a"}, {"id": other, "unknownField_LastName": "b"}) | {"allOrNone": True}
    assert caller.call("PATCH", "composite/sobjects", body) == sample("collections_update_allOrNone_INVALID_FIELD.json")


def test_a_collection_upsert_by_id_answers_in_the_same_shape(caller: Caller) -> None:
    body = records({"Id": None, "LastName": "Sitwell"}, {"Id": None, "LastName": "Cain"})
    ours = caller.call("PATCH", "composite/sobjects/Contact/Id", body)
    assert [shape(one) for one in ours] == [shape(one) for one in sample("collections_upsert_16_contacts_200.json")[:2]]


@pytest.mark.parametrize("recorded", ["composite_one_ok_one_INVALID_TYPE.json", "composite_inner_404.json"])
def test_the_recorded_composite_requests_are_answered_in_the_recorded_words(caller: Caller, recorded: str) -> None:
    asked = json.loads((SAMPLES / recorded).read_text(encoding="utf-8"))["request"]["body"].replace("vxx.0", "v59.0")
    ours, real = caller.call("POST", "composite", json.loads(asked)), sample(recorded)
    assert shape(ours) == shape(real)
    for mine, theirs in zip(ours["compositeResponse"], real["compositeResponse"], strict=True):
        assert mine["httpStatusCode"] == theirs["httpStatusCode"]
        if mine["httpStatusCode"] >= 400:
            assert mine["body"] == theirs["body"]


@pytest.mark.parametrize(
    ("recorded", "method", "path", "body"),
    [
        ("error_400_INVALID_FIELD_FOR_INSERT_UPDATE.json", "POST", "sobjects/Contact", {"MasterRecordId": None}),
        ("error_400_INVALID_FIELD.json", "POST", "sobjects/Account", {"AccountNumer": "1"}),
    ],
)
def test_a_refused_row_is_refused_in_the_same_words(
    caller: Caller, recorded: str, method: str, path: str, body: Any
) -> None:
    assert caller.call(method, path, body) == sample(recorded)


def test_a_deleted_row_is_refused_in_the_same_words(caller: Caller) -> None:
    lead = caller.ids["Lead"][0]
    caller.send("DELETE", f"/services/data/v59.0/sobjects/Lead/{lead}", Authorization=f"Bearer {caller.token}")
    assert caller.call("DELETE", f"sobjects/Lead/{lead}") == sample("error_404_ENTITY_IS_DELETED.json")


def test_an_unknown_type_is_pointed_at_in_the_same_way(caller: Caller) -> None:
    soql = "SELECT Id,Name,BillingCity,IsDeleted FROM Accout"
    ours, real = caller.call("GET", f"query/?q={quote(soql)}"), sample("error_400_INVALID_TYPE.json")
    assert shape(ours) == shape(real)
    assert ours[0]["errorCode"] == real[0]["errorCode"]
    assert ours[0]["message"].splitlines()[-1] == real[0]["message"].splitlines()[-1]


def test_updated_and_deleted_answer_in_salesforces_shape(caller: Caller) -> None:
    caller.call("POST", "sobjects/Lead", {"LastName": "a", "Company": "b"})
    lead = caller.ids["Lead"][0]
    caller.send("DELETE", f"/services/data/v59.0/sobjects/Lead/{lead}", Authorization=f"Bearer {caller.token}")
    span = "?start=2026-01-05T09:00:00Z&end=2026-01-05T09:10:00Z"
    assert shape(caller.call("GET", f"sobjects/Lead/updated/{span}")) == shape(sample("getUpdated.json"))
    assert shape(caller.call("GET", f"sobjects/Lead/deleted/{span}")) == shape(sample("getDeleted.json"))


def test_limits_answer_in_salesforces_shape(caller: Caller) -> None:
    ours, real = caller.call("GET", "limits"), sample("limits_docs_trimmed.json")
    assert shape(ours["DailyApiRequests"]) == shape(real["DailyApiRequests"])


def test_a_refused_login_answers_in_salesforces_shape(caller: Caller) -> None:
    form = b"grant_type=client_credentials&client_id=leadloop&client_secret=wrong"
    ours = caller.send("POST", "/services/oauth2/token", content=form)
    assert (ours.status_code, shape(ours.json())) == (400, shape(sample("oauth_400_invalid_grant_password.json")))
