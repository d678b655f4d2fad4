"""Pages of a query, and the safe ends of incremental reading."""

from datetime import timedelta
from typing import Any

import pytest

from simulator.act import ActError
from simulator.faults import Fault
from simulator.salesforce.catalogue import TYPES
from simulator.salesforce.writing import Writing
from tests.unit.simulator.salesforce.office import Caller


def plant(caller: Caller, count: int) -> None:
    rows = [{"LastName": f"L{number}", "Company": "C"} for number in range(count)]
    caller.world.seed({"Lead": rows}, caller.kernel.now(), [])


def follow(caller: Caller, page: dict[str, Any]) -> Any:
    path = page["nextRecordsUrl"].removeprefix("/services/data/v59.0/")
    return caller.call("GET", path).json()


def test_a_long_answer_comes_in_pages_of_two_thousand(caller: Caller) -> None:
    plant(caller, 4_100)
    pages = [caller.query("SELECT Id FROM Lead ORDER BY Id").json()]
    while not pages[-1]["done"]:
        pages.append(follow(caller, pages[-1]))
    assert [len(page["records"]) for page in pages] == [2_000, 2_000, 100]
    assert {page["totalSize"] for page in pages} == {4_100}
    assert "nextRecordsUrl" not in pages[-1]
    ids = [row["Id"] for page in pages for row in page["records"]]
    assert ids == sorted(set(ids))


@pytest.mark.parametrize(("wanted", "size"), [("batchSize=250", 250), ("batchSize=1", 200), ("batchSize=9000", 600)])
def test_the_page_size_is_a_hint_within_limits(caller: Caller, wanted: str, size: int) -> None:
    plant(caller, 600)
    answer = caller.query("SELECT Id FROM Lead", Sforce_Query_Options=wanted)
    assert len(answer.json()["records"]) == size


def test_a_page_shows_rows_as_they_were_when_asked(caller: Caller) -> None:
    plant(caller, 300)
    first = caller.query("SELECT Id, LL_Score__c FROM Lead ORDER BY Id", Sforce_Query_Options="batchSize=200").json()
    last = caller.query("SELECT Id FROM Lead ORDER BY Id DESC LIMIT 1").json()["records"][0]["Id"]
    caller.call("PATCH", f"sobjects/Lead/{last}", {"LL_Score__c": 9})
    assert follow(caller, first)["records"][-1]["LL_Score__c"] is None


def test_an_old_or_unknown_locator_is_refused(caller: Caller) -> None:
    plant(caller, 300)
    page = caller.query("SELECT Id FROM Lead", Sforce_Query_Options="batchSize=200").json()
    caller.kernel.clock.advance(172_900)
    caller.login()
    assert follow(caller, page) == [{"message": "invalid query locator", "errorCode": "INVALID_QUERY_LOCATOR"}]
    assert caller.call("GET", "query/01g000000000000AAA-2000").status_code == 400


def test_count_answers_with_a_total_only(caller: Caller) -> None:
    plant(caller, 3)
    assert caller.query("SELECT COUNT() FROM Lead").json() == {"totalSize": 3, "done": True, "records": []}


def test_an_empty_query_is_malformed(caller: Caller) -> None:
    assert caller.call("GET", "query").json()[0]["errorCode"] == "MALFORMED_QUERY"


def span(start: str, end: str) -> str:
    return f"?start=2026-01-05T{start}%2B00:00&end=2026-01-05T{end}%2B00:00"


def test_updated_and_deleted_tell_ids_and_how_far_is_safe(caller: Caller) -> None:
    one, two = caller.lead(), caller.lead()
    caller.kernel.clock.advance(3_600)
    now = caller.kernel.now()
    caller.world.org.delete(two, Writing(now=now, at=now, user_id=caller.world.admin_user, effects=[]))
    caller.kernel.clock.advance(3_600)
    caller.login()
    updated = caller.call("GET", f"sobjects/Lead/updated/{span('09:00:15', '10:59:59')}").json()
    assert updated == {"ids": [one], "latestDateCovered": "2026-01-05T10:59:00.000+0000"}
    deleted = caller.call("GET", f"sobjects/Lead/deleted/{span('09:00:15', '10:59:59')}").json()
    assert [row["id"] for row in deleted["deletedRecords"]] == [two]
    assert deleted["deletedRecords"][0]["deletedDate"].startswith("2026-01-05T10:00:")
    assert deleted["latestDateCovered"] == "2026-01-05T10:59:00.000+0000"


def test_under_a_lag_the_safe_end_stays_behind(caller: Caller) -> None:
    caller.kernel.clock.advance(7_200)
    caller.login()
    caller.kernel.settings.lag_s["salesforce"] = 600
    answer = caller.call("GET", f"sobjects/Lead/updated/{span('09:00:00', '10:59:00')}").json()
    assert answer["latestDateCovered"] == "2026-01-05T10:50:00.000+0000"


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("updated/?start=2025-12-01T00:00:00Z&end=2026-01-05T09:00:00Z", "INVALID_REPLICATION_DATE"),
        ("deleted/?start=2025-12-15T00:00:00Z&end=2026-01-05T09:00:00Z", "INVALID_REPLICATION_DATE"),
        ("updated/?start=2026-01-05T08:59:50Z&end=2026-01-05T08:59:59Z", "INVALID_REPLICATION_DATE"),
        ("updated/?start=2026-01-05T03:04:05:&end=2026-01-05T08:59:59Z", "INVALID_FIELD"),
    ],
)
def test_a_span_that_salesforce_cannot_answer_is_refused(caller: Caller, path: str, code: str) -> None:
    assert caller.call("GET", f"sobjects/Lead/{path}").json()[0]["errorCode"] == code


def test_every_type_can_be_queried_with_every_field_it_describes(caller: Caller) -> None:
    now = caller.kernel.clock.now()
    several = {"multi_currency": {"corporate": "USD", "rates": {"EUR": 0.9}}}
    caller.world.act("edit", as_="admin", id="settings", fields=several, at=now, now=now, effects=[])
    for name in TYPES:
        fields = [field["name"] for field in caller.call("GET", f"sobjects/{name}/describe").json()["fields"]]
        answer = caller.query(f"SELECT {', '.join(fields)} FROM {name}")
        assert answer.status_code == 200, (name, answer.text)
        assert all(list(row)[1:] == fields for row in answer.json()["records"])


def test_a_long_transaction_shows_late_with_the_stamp_of_its_beginning(caller: Caller) -> None:
    lead = caller.lead()
    began = caller.kernel.now()
    answer = caller.world.act(
        "edit", as_="admin", id=lead, fields={"Title": "Late", "open_s": 2_400}, at=began, now=began, effects=[]
    )
    assert answer["visible_at"] == (began + timedelta(minutes=40)).isoformat()
    caller.kernel.clock.advance(2_340)
    caller.login()
    title = f"SELECT Title, SystemModstamp FROM Lead WHERE Id = '{lead}'"
    assert caller.query(title).json()["records"][0]["Title"] is None
    asked = f"sobjects/Lead/updated/{span('09:30:00', '09:39:00')}"
    assert caller.call("GET", asked).json()["latestDateCovered"] == "2026-01-05T09:00:00.000+0000"
    caller.kernel.clock.advance(60)
    shown = caller.query(title).json()["records"][0]
    assert (shown["Title"], shown["SystemModstamp"][:16]) == ("Late", "2026-01-05T09:00")
    assert caller.call("GET", asked).json()["latestDateCovered"] == "2026-01-05T09:39:00.000+0000"


@pytest.mark.parametrize("given", [-1, True, "soon"])
def test_a_transaction_open_for_no_number_of_seconds_is_no_act(caller: Caller, given: object) -> None:
    lead, now = caller.lead(), caller.kernel.now()
    with pytest.raises(ActError, match="open_s"):
        caller.world.act(
            "edit", as_="admin", id=lead, fields={"Title": "x", "open_s": given}, at=now, now=now, effects=[]
        )
    assert caller.query(f"SELECT Title FROM Lead WHERE Id = '{lead}'").json()["records"][0]["Title"] is None


def test_a_query_can_be_refused_for_what_it_finds(caller: Caller) -> None:
    plant(caller, 5)
    more = {"code": "EXCEEDED_ID_LIMIT", "more_than": 4}
    caller.kernel.faults.add(Fault(kind="query_refused", times=None, fields=more))
    refused = caller.query("SELECT Id FROM Lead")
    assert (refused.status_code, refused.json()[0]["errorCode"]) == (400, "EXCEEDED_ID_LIMIT")
    assert caller.query("SELECT Id FROM Lead LIMIT 4").status_code == 200
