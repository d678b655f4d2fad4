"""Bulk API 2.0 as the simulated Salesforce plays it: states on simulated time, CSV to the letter, refusals."""

import csv
import io
import json
from base64 import urlsafe_b64decode
from typing import Any

import pytest

from tests.unit.simulator.salesforce.office import Caller


def table(body: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(body.decode(), newline="")))


def query(caller: Caller, soql: str, operation: str = "query") -> Any:
    return caller.call("POST", "jobs/query", {"operation": operation, "query": soql})


def ingest(caller: Caller, content: str, **wanted: str) -> str:
    """A closed job with this content."""
    body = {"object": "Lead", "operation": "update", "contentType": "CSV", "lineEnding": "LF"} | wanted
    made = caller.call("POST", "jobs/ingest", body).json()
    assert made["state"] == "Open"
    assert upload(caller, made["id"], content).status_code == 201
    closed = caller.call("PATCH", f"jobs/ingest/{made['id']}", {"state": "UploadComplete"})
    assert (closed.status_code, closed.json()["state"]) == (200, "UploadComplete")
    return str(made["id"])


def upload(caller: Caller, job: str, content: str) -> Any:
    return caller.send(
        "PUT",
        f"/services/data/v59.0/jobs/ingest/{job}/batches",
        content=content.encode(),
        Authorization=f"Bearer {caller.token}",
        **{"Content-Type": "text/csv"},
    )


def leads(caller: Caller, count: int) -> list[str]:
    rows: list[dict[str, Any]] = [{"LastName": f"Lead {n}", "Company": "Works", "Title": "Old"} for n in range(count)]
    return caller.world.seed({"Lead": rows}, caller.kernel.now(), [])["Lead"]


def test_a_job_passes_its_states_in_simulated_time(caller: Caller) -> None:
    leads(caller, 1)
    caller.kernel.settings.bulk_s = 30.0
    job = query(caller, "SELECT Id FROM Lead").json()["id"]
    states = []
    for _ in range(4):
        states.append(caller.call("GET", f"jobs/query/{job}").json()["state"])
        caller.kernel.clock.advance(12)
    assert states == ["UploadComplete", "InProgress", "InProgress", "JobComplete"]
    caller.kernel.clock.advance(8 * 86_400)
    caller.login()
    assert caller.call("GET", f"jobs/query/{job}").status_code == 404


def test_a_result_comes_in_parts_of_plain_csv_with_a_header_each_and_in_no_order(caller: Caller) -> None:
    ids = leads(caller, 5)
    job = query(caller, "SELECT Id, IsDeleted, Owner.Email, CreatedDate FROM Lead").json()["id"]
    found, locator = [], ""
    for _ in range(3):
        answer = caller.call(
            "GET", f"jobs/query/{job}/results?maxRecords=2" + (f"&locator={locator}" if locator else "")
        )
        assert answer.headers["content-type"] == "text/csv"
        header, *rows = table(answer.content)
        assert header == ["Id", "IsDeleted", "Owner.Email", "CreatedDate"]
        assert answer.headers["sforce-numberofrecords"] == str(len(rows))
        found += rows
        locator = answer.headers["sforce-locator"]
    assert locator == "null"
    assert sorted(row[0] for row in found) == ids
    assert [row[0] for row in found] != ids
    assert {row[1] for row in found} == {"false"}
    assert all(row[3].endswith(".000Z") for row in found)
    assert urlsafe_b64decode("MTAwMDA=") == b"10000", "a recorded locator, made as ours are"


@pytest.mark.parametrize(
    ("soql", "code"),
    [
        ("SELECT COUNT() FROM Lead", "API_ERROR"),
        ("SELECT Id, Address FROM Lead", "FEATURENOTENABLED"),
        ("SELECT Id FROM TaskStatus", "INVALIDENTITY"),
        ("SELECT Nope FROM Lead", "INVALID_FIELD"),
    ],
)
def test_what_bulk_cannot_query_is_refused_when_the_job_is_made(caller: Caller, soql: str, code: str) -> None:
    answer = query(caller, soql)
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (400, code)


def test_a_day_has_so_many_query_jobs(caller: Caller) -> None:
    caller.kernel.settings.bulk_query_jobs = 1
    assert query(caller, "SELECT Id FROM Lead").status_code == 200
    refused = query(caller, "SELECT Id FROM Lead")
    assert refused.json() == [
        {"message": "Max bulk v2 query jobs (1) per 24 hrs has been reached", "errorCode": "LIMIT_EXCEEDED"}
    ]
    assert caller.call("GET", "limits").json()["DailyBulkV2QueryJobs"] == {"Max": 1, "Remaining": 0}
    caller.kernel.clock.advance(86_401)
    caller.login()
    assert query(caller, "SELECT Id FROM Lead").status_code == 200


def test_an_empty_cell_leaves_and_a_word_clears_and_one_bad_line_spoils_no_other(caller: Caller) -> None:
    ids = leads(caller, 4)
    content = f"Id,Title,LL_Score__c\n{ids[0]},,1\n{ids[1]},#N/A,\n{ids[2]},New,many\n{ids[3]},New,4\n"
    job = ingest(caller, content)
    shown = caller.call("GET", f"jobs/ingest/{job}").json()
    assert (shown["state"], shown["numberRecordsProcessed"], shown["numberRecordsFailed"]) == ("JobComplete", 4, 1)
    rows = [caller.world.org.tables["Lead"].rows[each] for each in ids]
    assert [(row.get("Title"), row.get("LL_Score__c")) for row in rows] == [
        ("Old", 1),
        (None, None),
        ("Old", None),
        ("New", 4),
    ]
    saved = table(caller.call("GET", f"jobs/ingest/{job}/successfulResults").content)
    assert saved[:2] == [["sf__Id", "sf__Created", "Id", "Title", "LL_Score__c"], [ids[0], "false", ids[0], "", "1"]]
    said = "Failed to deserialize field at col 2. Due to, 'many' is not a valid value for the type xsd:double"
    failed = table(caller.call("GET", f"jobs/ingest/{job}/failedResults").content)
    assert failed[1:] == [[ids[2], f"INVALID_FIELD:{said}:LL_Score__c --", ids[2], "New", "many"]]
    assert table(caller.call("GET", f"jobs/ingest/{job}/unprocessedrecords").content) == [
        ["Id", "Title", "LL_Score__c"]
    ]


def test_the_effects_stand_on_the_line_of_the_call_at_which_the_work_is_done(caller: Caller) -> None:
    (lead,) = leads(caller, 1)
    caller.kernel.settings.bulk_s = 10.0
    job = ingest(caller, f"Id,Title\n{lead},New\n")
    caller.call("GET", f"jobs/ingest/{job}")
    assert caller.world.org.tables["Lead"].rows[lead]["Title"] == "Old"
    caller.kernel.clock.advance(10)
    caller.call("GET", f"jobs/ingest/{job}")
    *_, before, last = map(json.loads, caller.kernel.log.lines())
    assert before["effects"] == []
    assert [(each["op"], each["after"]) for each in last["effects"]] == [("update", {"Title": "New"})]


@pytest.mark.parametrize(
    ("content", "error"),
    [
        ("Id,Nope\n00Q,1\n", "InvalidBatch : Field name not found : Nope"),
        (
            "Id,Title\r\n00Q,1\r\n",
            "ClientInputError : LineEnding is invalid on user data. Current LineEnding setting is LF",
        ),
    ],
)
def test_a_file_that_cannot_be_read_fails_the_whole_job(caller: Caller, content: str, error: str) -> None:
    job = ingest(caller, content)
    shown = caller.call("GET", f"jobs/ingest/{job}").json()
    assert (shown["state"], shown["errorMessage"], shown["numberRecordsProcessed"]) == ("Failed", error, 0)


def test_an_aborted_job_does_nothing_and_its_lines_are_unprocessed(caller: Caller) -> None:
    (lead,) = leads(caller, 1)
    caller.kernel.settings.bulk_s = 10.0
    job = ingest(caller, f"Id,Title\n{lead},New\n")
    assert caller.call("DELETE", f"jobs/ingest/{job}").status_code == 400
    assert caller.call("PATCH", f"jobs/ingest/{job}", {"state": "Aborted"}).json()["state"] == "Aborted"
    caller.kernel.clock.advance(60)
    rows = table(caller.call("GET", f"jobs/ingest/{job}/unprocessedrecords").content)
    assert rows == [["Id", "Title"], [lead, "New"]]
    assert caller.world.org.tables["Lead"].rows[lead]["Title"] == "Old"
    assert caller.call("DELETE", f"jobs/ingest/{job}").status_code == 204
    assert caller.call("GET", f"jobs/ingest/{job}").status_code == 404


def test_lines_of_one_record_are_refused_each(caller: Caller) -> None:
    one, other = leads(caller, 2)
    job = ingest(caller, f"Id,Title\n{one},A\n{other},B\n{one},C\n")
    caller.call("GET", f"jobs/ingest/{job}")
    failed = table(caller.call("GET", f"jobs/ingest/{job}/failedResults").content)
    assert [row[1:] for row in failed[1:]] == [
        ["DUPLICATE_VALUE:Duplicate id specified: --", one, "A"],
        ["DUPLICATE_VALUE:Duplicate id specified: --", one, "C"],
    ]


def test_an_upsert_makes_or_changes_by_its_external_id(caller: Caller) -> None:
    (lead,) = leads(caller, 1)
    content = f"LL_Key__c,WhoId,Subject\nk1,{lead},Call\n"
    for created in ("true", "false"):
        job = ingest(caller, content, object="Task", operation="upsert", externalIdFieldName="LL_Key__c")
        caller.call("GET", f"jobs/ingest/{job}")
        (row,) = table(caller.call("GET", f"jobs/ingest/{job}/successfulResults").content)[1:]
        assert row[1:] == [created, "k1", lead, "Call"]
    refused = caller.call(
        "POST", "jobs/ingest", {"object": "Task", "operation": "upsert", "externalIdFieldName": "Subject"}
    )
    assert refused.json()[0]["errorCode"] == "INVALIDJOB"
