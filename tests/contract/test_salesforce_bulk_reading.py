"""What a query job must not get wrong: the same rows as by pages, nothing skipped, and never in the way."""

import itertools
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
import requests

from connectors.salesforce import bulk_query
from connectors.testing import failure_of, found_in
from domain.activity import Activity
from domain.errors import TransientError
from domain.record import Page, Record
from domain.values import RecordRef
from tests.contract.salesforce_bulk_rig import NASTY, BulkRig
from tests.rig import SimulatorProcess

STREAMS = ("Lead", "Contact", "Account", "Opportunity", "User", "Group", "Task", "Event", "CampaignMember")


@pytest.fixture
def rig(simulator: SimulatorProcess) -> Iterator[BulkRig]:
    with ExitStack() as stack:
        yield BulkRig(simulator, stack)


@pytest.fixture
def small_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk_query, "ROWS_PER_ANSWER", 150)


def content(pages: Iterator[Page]) -> tuple[dict[RecordRef, Record], dict[object, Activity]]:
    records: dict[RecordRef, Record] = {}
    activities: dict[object, Activity] = {}
    for page in pages:
        records |= {record.ref: record for record in page.records}
        activities |= {activity.key: activity for activity in page.activities}
    return records, activities


def a_bit_of_everything(rig: BulkRig) -> None:
    mark = rig.simulator.seq()
    email = f"z{mark}@people.example"
    lead, other, gone = rig.simulator.seed(
        leads=[
            {"LastName": "Z", "Company": NASTY, "Title": '"', "Email": email, "LL_Score__c": 41.5},
            {"LastName": "Z", "Company": "Other"},
            {"LastName": "Z", "Company": "Gone"},
        ]
    )["Lead"]
    deal = {"AccountName": f"Works {mark}", "StageName": "Prospecting", "Amount": 1000.5, "CloseDate": "2027-01-31"}
    rig.simulator.seed(
        accounts=[{"Name": NASTY}, {"Name": "B"}],
        sf_contacts=[{"LastName": "Z", "AccountName": f"Works {mark}"}, {"LastName": NASTY}],
        opportunities=[deal | {"Name": name} for name in (NASTY, "Plain")],
        campaigns=[{"Name": f"Fair, {mark}", "Type": "Conference"}],
        queues=[{"name": f"Queue A {mark}"}, {"name": f"Queue B {mark}"}],
        users=[{"email": f"u{mark}@crm.example"}, {"email": f"v{mark}@crm.example"}],
        salesforce={
            "CampaignMember": [{"CampaignName": f"Fair, {mark}", "LeadId": each} for each in (lead, other, gone)]
        },
    )
    for deed in ("call", "email", "meeting", "meeting"):
        rig.simulator.act(deed, system="salesforce", id=lead)
    rig.simulator.act("delete", system="salesforce", id=gone)


@pytest.mark.parametrize("stream", STREAMS)
def test_a_job_gives_the_very_rows_that_pages_give(rig: BulkRig, stream: str) -> None:
    a_bit_of_everything(rig)
    by_job = content(rig.connector().read(stream, None))
    assert rig.jobs("query")["GET/results"] >= 1
    assert by_job == content(rig.connector(bulk_rows=0).read(stream, None))
    assert any(by_job)


def test_a_job_is_begun_only_for_more_rows_than_the_setting_says(rig: BulkRig) -> None:
    rig.settle()
    end = list(rig.connector().read("Lead", None))[-1].cursor
    begun = rig.jobs("query")["POST"]
    keys = rig.seed(3)
    assert set(keys) <= found_in(rig.connector(bulk_rows=3).read("Lead", end))
    assert rig.jobs("query")["POST"] == begun
    assert set(keys) <= found_in(rig.connector(bulk_rows=2).read("Lead", end))
    assert rig.jobs("query")["POST"] == begun + 1


@pytest.mark.usefixtures("small_answers")
def test_reading_stopped_anywhere_goes_on_in_the_same_job(rig: BulkRig) -> None:
    keys = set(rig.seed(401))
    rig.settle()
    pages: list[Page] = []
    for page in rig.connector(page_size=200).read("Lead", None):
        begun = rig.jobs("query")["POST"]
        pages.append(page)
        if page.cursor.position.count("job"):
            rest = itertools.islice(rig.connector(page_size=200).read("Lead", page.cursor), 3)
            assert list(rest)
            assert rig.jobs("query")["POST"] == begun
    assert keys <= found_in(pages)
    position = pages[2].cursor
    rig.simulator.time(advance_s=60)
    assert keys <= found_in(pages[:3]) | found_in(rig.connector().read("Lead", position))


@pytest.mark.usefixtures("small_answers")
def test_when_a_result_has_gone_reading_begins_again_from_where_the_job_began(rig: BulkRig) -> None:
    keys = set(rig.seed(401))
    pages = rig.connector().read("Lead", None)
    stopped = [page for page, _ in zip(pages, range(2), strict=False)][-1]
    rig.simulator.time(advance_s=8 * 86_400)
    assert keys <= found_in(rig.connector().read("Lead", stopped.cursor))


def test_what_changes_while_a_job_runs_is_read_by_the_cursor_after_it(rig: BulkRig) -> None:
    keys = rig.seed(3)
    rig.settle()
    rig.simulator.settings(bulk_s=90)
    rig.wait_in_simulated_time()
    pages = rig.connector().read("Lead", None)
    next(pages)
    rig.touch(keys[0])
    (new,) = rig.seed(1)
    last = list(pages)[-1].cursor
    rig.simulator.settings(bulk_s=0)
    assert {keys[0], new} <= found_in(rig.connector().read("Lead", last))


def test_while_a_job_runs_whoever_reads_may_stop_and_another_takes_it_up(rig: BulkRig) -> None:
    keys = set(rig.seed(3))
    rig.simulator.settings(bulk_s=300)
    rig.wait_in_simulated_time()
    pages = rig.connector().read("Lead", None)
    seen = [next(pages) for _ in range(5)]
    del pages
    assert [len(page.records) for page in seen] == [0] * 5
    assert keys <= found_in(rig.connector().read("Lead", seen[-1].cursor))
    assert rig.jobs("query")["POST"] == 1
    assert rig.jobs("query")["PATCH"] == 0


def test_halves_of_a_query_that_is_too_much_are_read_by_jobs_and_nothing_lies_between_them(rig: BulkRig) -> None:
    rig.settle()
    cursor, keys = list(rig.connector().read("Lead", None))[-1].cursor, set[str]()
    for _ in range(4):
        keys |= set(rig.seed(50))
        rig.simulator.time(advance_s=900)
    rig.simulator.fault("query_refused", system="salesforce", code="QUERY_TIMEOUT", more_than=120, times=None)
    begun = rig.jobs("query")["POST"]
    pages = list(rig.connector().read("Lead", cursor))
    assert rig.jobs("query")["POST"] - begun >= 2
    assert keys <= found_in(pages)
    rig.simulator.settings(bulk_s=60)
    first_half = next(iter(rig.connector().read("Lead", cursor)))
    assert '"until": "' in first_half.cursor.position
    rig.simulator.time(advance_s=60)
    rig.simulator.settings(bulk_s=0)
    assert keys <= found_in(rig.connector().read("Lead", first_half.cursor))


def test_waiting_grows_and_has_an_end_that_holds_back_no_other_stream(rig: BulkRig) -> None:
    rig.settle()
    keys = rig.seed(3)
    meetings = list(rig.connector().read("Event", None))[-1].cursor
    rig.simulator.act("meeting", system="salesforce", id=keys[0])
    rig.begin = rig.simulator.seq()
    rig.simulator.settings(bulk_s=3_000)
    rig.wait_in_simulated_time()
    pages: list[Page] = []
    rest = rig.connector(bulk_rows=2).read_bundle({"Lead": None, "Event": meetings})
    error = failure_of(TransientError, lambda: pages.extend(iter(lambda: next(rest), None)))
    assert "still works on a Bulk query of Lead" in str(error)
    cursors = {page.stream: page.cursor for page in pages}
    assert found_in(page for page in pages if page.stream == "Event")
    assert 20 <= rig.jobs("query")["GET"] <= 30, "a look a second for ten minutes would be 600 calls"
    rig.simulator.time(advance_s=3_000)
    assert set(keys) <= found_in(rig.connector().read("Lead", cursors["Lead"]))
    assert rig.jobs("query")["POST"] == 1


def test_a_job_that_runs_for_a_day_is_aborted_and_the_rows_come_by_pages(rig: BulkRig) -> None:
    keys = set(rig.seed(3))
    rig.simulator.settings(bulk_s=10 * 86_400)
    started = next(iter(rig.connector().read("Lead", None)))
    rig.simulator.time(advance_s=86_401)
    connector = rig.connector()
    assert keys <= found_in(connector.read("Lead", started.cursor))
    assert rig.jobs("query")["PATCH"] == 1
    assert rig.jobs("query")["POST"] == 1


@pytest.mark.parametrize(
    "order",
    [
        {"kind": "bulk_failed", "path": "/jobs/query$", "code": "INVALIDENTITY", "message": "not supported"},
        {"kind": "bulk_failed", "path": "/jobs/query", "message": "InternalServerError : retried more than 15 times"},
    ],
    ids=["object refused", "job failed"],
)
def test_what_bulk_will_not_do_comes_by_pages_and_is_not_asked_for_again_at_once(
    rig: BulkRig, order: dict[str, str]
) -> None:
    keys = set(rig.seed(3))
    rig.simulator.fault(order.pop("kind"), system="salesforce", times=1, **order)
    connector = rig.connector()
    assert keys <= found_in(connector.read("Lead", None))
    assert keys <= found_in(connector.read("Lead", None))
    assert rig.jobs("query")["POST"] == 1
    rig.simulator.time(advance_s=1_801)
    assert keys <= found_in(connector.read("Lead", None))
    assert rig.jobs("query")["POST"] == 2


def test_a_day_without_jobs_left_pauses_jobs_and_not_reading(rig: BulkRig) -> None:
    keys = set(rig.seed(3))
    rig.simulator.settings(bulk_query_jobs=0)
    assert keys <= found_in(rig.connector().read("Lead", None))
    assert rig.jobs("query") == {"POST": 1}


def test_a_job_aborted_by_an_admin_is_not_begun_again_at_once(rig: BulkRig) -> None:
    keys = set(rig.seed(3))
    rig.simulator.settings(bulk_s=60)
    connector = rig.connector()
    started = next(iter(connector.read("Lead", None)))
    job = started.cursor.position.partition('"job": "')[2][:18]
    token = rig.session_tokens[0]
    requests.patch(
        f"{rig.simulator.salesforce}/services/data/v62.0/jobs/query/{job}",
        json={"state": "Aborted"},
        headers={"Authorization": f"Bearer {token}"},
        timeout=10,
    ).raise_for_status()
    assert keys <= found_in(connector.read("Lead", started.cursor))
    assert rig.jobs("query")["POST"] == 1


@pytest.mark.usefixtures("small_answers")
@pytest.mark.parametrize("kind", ["truncated", "expired_session", "reply_lost", "bad_gateway"])
def test_a_part_of_a_result_that_breaks_off_is_fetched_again(rig: BulkRig, kind: str) -> None:
    keys = set(rig.seed(201))
    rig.simulator.fault(kind, system="salesforce", path="/results")
    assert keys <= found_in(rig.connector().read("Lead", None))
    assert rig.jobs("query")["POST"] == 1


def test_a_large_load_costs_five_calls_beside_its_parts_and_leaves_no_result_behind(rig: BulkRig) -> None:
    rig.seed(2)
    connector = rig.connector()
    connector.describe("Lead")
    before = rig.budget.spent.total()
    list(connector.read("Lead", None))
    assert rig.jobs("query") == {"POST": 1, "GET": 1, "GET/results": 1, "DELETE": 1}
    assert rig.budget.spent.total() - before == 6, "how far reading is safe, the first page, and the job's four"
