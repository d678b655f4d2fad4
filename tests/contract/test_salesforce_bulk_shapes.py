"""Bulk jobs of our Salesforce, key by key, against what the real one told of its own."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.contract.test_salesforce_shapes import SAMPLES, Caller, sample, shape

pytestmark = pytest.mark.skipif(
    not SAMPLES.is_dir(), reason=f"no recorded Salesforce answers at {SAMPLES}; set LEADLOOP_SHARED to their folder"
)
UPSERT = {"object": "Task", "operation": "upsert", "externalIdFieldName": "LL_Key__c", "lineEnding": "LF"}


@pytest.fixture
def caller(tmp_path: Path) -> Iterator[Caller]:
    made = Caller(tmp_path)
    yield made
    made.kernel.log.close()


def closed(caller: Caller, content: str) -> Any:
    """A job with this content, as the call that closes it is told."""
    job = caller.call("POST", "jobs/ingest", UPSERT)["id"]
    headers = {"Content-Type": "text/csv", "Authorization": f"Bearer {caller.token}"}
    path = f"/services/data/v59.0/jobs/ingest/{job}/batches"
    assert caller.send("PUT", path, content=content.encode(), **headers).status_code == 201
    return caller.call("PATCH", f"jobs/ingest/{job}", {"state": "UploadComplete"})


def looked_at(caller: Caller, content: str, *, after_s: float = 60.0) -> Any:
    caller.kernel.settings.bulk_s = 60.0
    job = closed(caller, content)["id"]
    caller.kernel.clock.advance(after_s)
    return caller.call("GET", f"jobs/ingest/{job}")


def test_a_query_job_is_told_as_recorded(caller: Caller) -> None:
    asked = {"operation": "query", "query": "SELECT Id FROM Account"}
    assert shape(caller.call("POST", "jobs/query", asked)) == shape(sample("bulk2_query_job.json"))


def test_a_new_ingest_job_is_told_as_recorded(caller: Caller) -> None:
    ours, real = caller.call("POST", "jobs/ingest", UPSERT), sample("bulk2_ingest_job_Open.json")
    assert shape(ours) == shape(real)
    assert list(ours) == list(real)
    assert ours["contentUrl"] == real["contentUrl"].replace("v60.0", "v59.0").replace(real["id"], ours["id"])


def test_a_closed_job_is_told_as_recorded(caller: Caller) -> None:
    ours = closed(caller, "LL_Key__c,Subject\nk,Call\n")
    assert shape(ours) == shape(sample("bulk2_ingest_job_UploadComplete.json"))


@pytest.mark.parametrize(
    ("recorded", "content", "after_s"),
    [
        ("InProgress", "LL_Key__c,Subject\nk,Call\n", 30.0),
        ("JobComplete", "LL_Key__c,Subject\nk,Call\n", 60.0),
        ("JobComplete_1_failed_of_8", "LL_Key__c,ActivityDate\nk,2003-04-987\n", 60.0),
        ("Failed", "LL_Key__c,Nope\nk,Call\n", 60.0),
    ],
)
def test_a_job_that_is_looked_at_is_told_as_recorded(
    caller: Caller, recorded: str, content: str, after_s: float
) -> None:
    ours, real = looked_at(caller, content, after_s=after_s), sample(f"bulk2_ingest_job_{recorded}.json")
    assert shape(ours) == shape(real)
    assert ours["state"] == real["state"]
    assert ours["numberRecordsFailed"] == real["numberRecordsFailed"]
    assert ours.get("errorMessage", "").partition(":")[0] == real.get("errorMessage", "").partition(":")[0]


def test_a_failed_row_is_told_as_recorded(caller: Caller) -> None:
    job = looked_at(caller, 'LL_Key__c,Subject,ActivityDate\n"k","Call","2003-04-987654321987654321"\n')["id"]
    path = f"/services/data/v59.0/jobs/ingest/{job}/failedResults"
    ours = caller.send("GET", path, Authorization=f"Bearer {caller.token}").text.splitlines()
    real = (SAMPLES / "bulk2_failedResults.csv").read_text(encoding="utf-8").splitlines()
    assert ours[0] == '"sf__Id","sf__Error",LL_Key__c,Subject,ActivityDate'
    assert real[0].startswith('"sf__Id","sf__Error",Name,')
    said = real[1].split('","')[1].replace("CloseDate", "ActivityDate").replace("col 3", "col 2")
    assert ours[1] == f'"","{said}","k","Call","2003-04-987654321987654321"'
