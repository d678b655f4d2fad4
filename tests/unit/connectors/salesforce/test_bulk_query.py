"""What the simulator will not do: query jobs whose answers are short, strange or without an end."""

import json
from typing import Any

import pytest

from connectors.salesforce import client
from connectors.testing import failure_of
from domain.errors import ContractError, LeadloopError, TransientError
from domain.record import Cursor
from tests.rig import Reply
from tests.unit.connectors.salesforce.org import NOW, Org, connected, page, reply, row

JOB = "750000000000001AAA"
STAMP = "2026-11-20T10:00:00.000Z"


class JobOrg:
    """Sixty thousand leads, told by a job that stands in `state` and whose result is `rows` lines in each part."""

    def __init__(self, *, state: Any = "JobComplete", rows: int = 2, told: str = "2", locators: str = "null") -> None:
        self.state, self.rows, self.told, self.locators = state, rows, told, locators.split()
        self.parts = 0

    def __call__(self, _method: str, path: str, _told: Any) -> Any:
        if path.startswith("queryAll"):
            return page([row(1), row(2)], "01g-2000") | {"totalSize": 60_000}
        if path.startswith("query/"):
            return page([row(3)])
        if path.endswith("/results"):
            return self.part()
        return {"id": JOB, "state": self.state, "operation": "queryAll"}

    def part(self) -> Reply:
        locator = self.locators[self.parts % len(self.locators)]
        lines = [f'"00Q{number:012d}","false","{STAMP}","{STAMP}"' for number in range(self.rows)]
        self.parts += 1
        headers = {"Content-Type": "text/csv", "Sforce-NumberOfRecords": self.told, "Sforce-Locator": locator}
        return 200, headers, "\n".join(['"Id","IsDeleted","SystemModstamp","CreatedDate"', *lines, ""]).encode()


@pytest.mark.parametrize(
    ("answers", "error"),
    [
        (JobOrg(told="3"), TransientError),
        (JobOrg(locators="AAA"), ContractError),
        (JobOrg(locators="AAA BBB"), ContractError),
        (JobOrg(state="Thinking"), ContractError),
        (JobOrg(state=None), ContractError),
    ],
    ids=["fewer rows than told", "the same part again", "parts in a circle", "a state nobody knows", "no state"],
)
def test_an_answer_that_cannot_be_believed_ends_the_reading(answers: JobOrg, error: type[LeadloopError]) -> None:
    with connected(Org(answers)) as connector:
        failure_of(error, lambda: list(connector.read("Lead", None)))


@pytest.mark.parametrize("state", ["Failed", "Aborted"])
def test_a_job_that_came_to_nothing_is_followed_by_pages(state: str) -> None:
    with connected(Org(JobOrg(state=state))) as connector:
        read = [record.ref.id for one in connector.read("Lead", None) for record in one.records]
    assert read == [f"00Q{number:012d}" for number in (1, 2, 3)]


def test_no_cursor_of_a_job_lies_beyond_what_had_settled_when_it_began() -> None:
    org = Org(JobOrg(locators="AAA null"))
    with connected(org) as connector:
        cursors = [one.cursor for one in connector.read("Lead", None)]
    assert [("job" in cursor.position) for cursor in cursors] == [True, True, False]
    assert cursors[-1].position == '{"at": "2026-11-22T11:50:00Z", "id": ""}'
    assert NOW.isoformat().startswith("2026-11-22T12:00")


def test_a_saved_job_that_cannot_be_read_is_said_to_be_so() -> None:
    with connected(Org(JobOrg())) as connector:
        broken = Cursor(position='{"at": "2026-11-22T11:50:00Z", "id": "", "job": "750"}')
        failure_of(ContractError, lambda: list(connector.read("Lead", broken)))


def test_a_result_that_was_deleted_in_the_middle_is_followed_by_pages() -> None:
    class Deleted(JobOrg):
        def part(self) -> Reply:
            if self.parts:
                return reply([{"errorCode": "NOT_FOUND", "message": "no"}], 404)
            return super().part()

    with connected(Org(Deleted(locators="AAA"))) as connector:
        read = [record.ref.id for one in connector.read("Lead", None) for record in one.records]
    assert read == [f"00Q{number:012d}" for number in (0, 1, 1, 2, 3)]


def test_a_job_of_another_user_is_not_waited_for_but_read_anew() -> None:
    """Whoever is the integration user now may not look at what the former one began."""

    class Foreign(JobOrg):
        def __call__(self, method: str, path: str, told: Any) -> Any:
            if path.startswith(f"jobs/query/{JOB}"):
                return reply([{"errorCode": "INSUFFICIENT_ACCESS", "message": "no"}], 403)
            return super().__call__(method, path, told)

    saved = {"at": "2026-11-19T09:00:00Z", "id": "", "job": JOB, "locator": "", "until": None}
    moments = {"asked": "2026-11-22T10:00:00Z", "settled": "2026-11-22T09:50:00Z"}
    org = Org(Foreign())
    with connected(org) as connector:
        pages = list(connector.read("Lead", Cursor(position=json.dumps(saved | moments))))
    assert [record.ref.id for one in pages for record in one.records] == [f"00Q{number:012d}" for number in (1, 2, 3)]
    assert "2026-11-19T09:00:00Z" in org.calls("queryAll")[0], "from where the job began"


@pytest.mark.parametrize("status", [400, 403, 404])
def test_a_result_that_is_refused_is_followed_by_pages(status: int) -> None:
    class Refused(JobOrg):
        def part(self) -> Reply:
            return reply([{"errorCode": "INSUFFICIENT_ACCESS", "message": "no"}], status)

    with connected(Org(Refused())) as connector:
        read = [record.ref.id for one in connector.read("Lead", None) for record in one.records]
    assert read == [f"00Q{number:012d}" for number in (1, 2, 3)]


def test_a_result_whose_rows_are_too_large_together_is_followed_by_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "BULK_CAP_BYTES", 2_000)
    with connected(Org(JobOrg(rows=100, told="100"))) as connector:
        read = [record.ref.id for one in connector.read("Lead", None) for record in one.records]
    assert read == [f"00Q{number:012d}" for number in (1, 2, 3)]
