"""Salesforce's word on open transactions holds the cursor of people back, at no call of the joint reading."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest

from connectors.salesforce.connector import Salesforce
from domain.record import Cursor
from tests.unit.connectors.salesforce.org import NOW, Org, connected, page

LAGGED, OPEN_SINCE = NOW - timedelta(minutes=10), NOW - timedelta(minutes=40)
UPDATED = "sobjects/Lead/updated/"


@dataclass
class MovedClock:
    """A clock that is set by hand."""

    at: datetime = NOW

    def now(self) -> datetime:
        return self.at


def quiet_org(covered: datetime | None = OPEN_SINCE, *, jointly: bool = True) -> Org:
    """Nothing to read; `jointly` says whether getUpdated is answered inside a Composite."""

    def answer(_: str, path: str, told: Any) -> Any:
        if path != "composite":
            return page([])
        refused = [{"errorCode": "NOT_FOUND", "message": "no such resource"}]
        whole = org.jointly(told)
        for part in whole["compositeResponse"]:
            if part["referenceId"].endswith("_updated") and not jointly:
                part |= {"httpStatusCode": 404, "body": refused}
        return whole

    org = Org(answer)
    org.covered = covered
    return org


def reached(connector: Salesforce, stream: str, cursor: Cursor | None = None) -> datetime:
    *_, last = connector.read(stream, cursor)
    return datetime.fromisoformat(json.loads(last.cursor.position)["at"])


def bundled(connector: Salesforce, *streams: str) -> dict[str, datetime]:
    pages = connector.read_bundle(dict.fromkeys(streams))
    return {page.stream: datetime.fromisoformat(json.loads(page.cursor.position)["at"]) for page in pages}


@pytest.mark.parametrize(
    ("stream", "covered", "expected"),
    [
        ("Lead", OPEN_SINCE, OPEN_SINCE),
        ("Contact", OPEN_SINCE, OPEN_SINCE),
        ("Lead", NOW, LAGGED),
        ("Lead", None, LAGGED),
        ("Task", OPEN_SINCE, LAGGED),
    ],
)
def test_a_cursor_keeps_behind_the_oldest_open_transaction(
    stream: str, covered: datetime | None, expected: datetime
) -> None:
    with connected(quiet_org(covered)) as connector:
        assert reached(connector, stream) == expected
        assert bundled(connector, stream) == {stream: expected}


def test_a_cursor_that_has_passed_it_does_not_go_back() -> None:
    ahead = Cursor(position=json.dumps({"at": "2026-11-22T11:45:00Z", "id": ""}))
    with connected(quiet_org()) as connector:
        assert reached(connector, "Lead", ahead) == NOW - timedelta(minutes=15)


def test_a_single_reading_asks_once_an_hour_and_again_after_a_restart() -> None:
    org, clock = quiet_org(), MovedClock()
    with connected(org, clock=clock) as connector:
        for _ in range(12):
            reached(connector, "Lead")
            clock.at += timedelta(minutes=5)
        assert len(org.calls(UPDATED)) == 1
        reached(connector, "Lead")
        assert len(org.calls(UPDATED)) == 2
    with connected(org, clock=clock) as restarted:
        reached(restarted, "Lead")
    assert len(org.calls(UPDATED)) == 3


def test_a_joint_reading_asks_every_time_without_a_call() -> None:
    org, clock = quiet_org(NOW), MovedClock()
    with connected(org, clock=clock) as connector:
        for _ in range(5):
            org.covered = clock.at
            clock.at += timedelta(minutes=30)
            assert bundled(connector, "Lead", "Contact", "Task")["Lead"] == org.covered
    assert org.calls(UPDATED) == []
    asked = [part["referenceId"] for part in org.calls("composite")[0]["compositeRequest"]]
    assert asked == ["Lead_updated", "Contact_updated", "Lead", "Contact", "Task"]


def test_where_the_joint_call_refuses_the_question_it_is_asked_apart_once_an_hour() -> None:
    org, clock = quiet_org(jointly=False), MovedClock()
    with connected(org, clock=clock) as connector:
        assert bundled(connector, "Lead")["Lead"] == LAGGED
        for _ in range(12):
            assert bundled(connector, "Lead")["Lead"] == OPEN_SINCE
            clock.at += timedelta(minutes=5)
    assert len(org.calls(UPDATED)) == 1
