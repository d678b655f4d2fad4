"""Pages: read to the last; a way on that does not lead on stops the stream instead of turning for ever."""

from typing import Any

import pytest

from connectors.http import Answer
from connectors.hubspot.paging import next_after, next_offset, pages
from connectors.testing import failure_of
from domain.change import Change, ChangeKind
from domain.errors import ContractError
from domain.record import Cursor
from tests.unit.connectors.hubspot.portal import Portal, connected, page, refusal, reply, row

PERSON = [{"name": "email", "value": "ana@globex.example"}]
SUBMISSION = {"submittedAt": 1, "conversionId": "c", "values": PERSON}
EVENT = {"id": "e", "type": "OPEN", "created": 1_700_000_000_000, "recipient": "a@globex.example"}
VISIT = {"id": "v", "objectId": 1, "occurredAt": "2026-11-20T10:00:00Z", "properties": {}}
OWNER = {"id": "1", "email": "r@reps.example", "updatedAt": "2026-11-20T10:00:00Z"}
OURS = {"name": "LL · With sales", "listId": "5", "objectTypeId": "0-1"}
NOWHERE = {
    "forms": {"/marketing/v3/forms": page([{"id": "f", "name": "F"}], "2")},
    "submissions": {
        "/marketing/v3/forms": page([{"id": "f", "name": "F"}]),
        "/form-integrations/v1/submissions/forms/f": page([SUBMISSION], "2"),
    },
    "email_events": {"/email/public/v1/events": {"hasMore": True, "offset": "2", "events": [EVENT]}},
    "email_events that name no offset": {"/email/public/v1/events": {"hasMore": True, "events": [EVENT]}},
    "page_views": {"/events/v3/events": page([VISIT], "2")},
    "owners": {"/crm/v3/owners": page([OWNER], "2")},
    "lists": {"/crm/v3/lists/search": {"hasMore": True, "offset": 250, "lists": [OURS]}},
    "lists that name no offset": {"/crm/v3/lists/search": {"hasMore": True, "lists": [OURS]}},
    "lists with strange offsets": {"/crm/v3/lists/search": {"hasMore": True, "offset": "x", "lists": [OURS]}},
    "members": {
        "/crm/v3/lists/search": {"hasMore": False, "lists": [OURS]},
        "/crm/v3/lists/5/memberships": page([{"recordId": "1"}], "2"),
    },
    "calls": {
        "/crm/v3/objects/calls": page([row(7, hs_timestamp="2026-11-20T10:00:00Z")]),
        "/crm/v4/associations/calls/contacts/batch/read": {
            "results": [{"from": {"id": "7"}, "to": [{"toObjectId": 1}], "paging": {"next": {"after": "2"}}}]
        },
    },
    "contacts": {"/crm/v3/objects/contacts": page([row(1)], "2")},
    "contacts_archived": {"/crm/v3/objects/contacts": page([row(1)], "2")},
}
STREAMS = {"submissions": "forms", "members": "lists"}


@pytest.mark.parametrize("case", NOWHERE)
def test_a_way_on_that_comes_again_stops_the_stream(case: str) -> None:
    asked = 0

    def answer(_: str, path: str, __: Any) -> Any:
        nonlocal asked
        asked += 1
        return NOWHERE[case][path] if asked < 20 else refusal(401, "TURNED_FOR_EVER")

    with connected(Portal(answer)) as connector:
        stream = STREAMS.get(case, case.partition(" ")[0])
        failure_of(ContractError, lambda: list(connector.read(stream, None)))
    assert asked <= 4


def test_a_list_that_is_sought_by_name_is_not_sought_for_ever() -> None:
    def answer(_: str, path: str, __: Any) -> Any:
        if path.endswith("/search"):
            return {"hasMore": True, "offset": 250, "lists": []}
        return refusal(404, "OBJECT_NOT_FOUND") if "/name/" in path else refusal(400, "VALIDATION_ERROR")

    portal = Portal(answer)
    joins = Change(key="k", kind=ChangeKind.MEMBER, object="contacts", id="1", list="LL · With sales", member=True)
    with connected(portal) as connector:
        failure_of(ContractError, lambda: list(connector.write([joins])))
    assert len(portal.calls("/lists/search")) <= 2


def script(*bodies: Any) -> Any:
    answers = list(bodies)

    def ask(_: str) -> Answer | None:
        body = answers.pop(0)
        if body is None:
            return None
        status, headers, content = reply(body)
        return Answer(status=status, headers=headers, body=content)

    return ask


def read(*bodies: Any, **more: Any) -> list[tuple[int, str | None]]:
    return [(len(rows), after) for rows, after in pages(script(*bodies), "to count", **more)]


def test_every_page_is_given_with_the_way_to_the_next() -> None:
    assert read(page([row(1), row(2)], "2"), page([row(3)])) == [(2, "2"), (1, None)]
    assert read({"events": [{}], "hasMore": True, "offset": 9}, {"events": []}, key="events", way=next_offset) == [
        (1, "9"),
        (0, None),
    ]


def test_one_empty_page_is_passed_and_two_in_a_row_are_not() -> None:
    assert read(page([row(1)], "2"), page([], "3"), page([row(3)])) == [(1, "2"), (0, "3"), (1, None)]
    failure_of(ContractError, lambda: read(page([row(1)], "2"), page([], "3"), page([], "4"), page([row(1)])))


def test_a_longer_circle_is_one_too() -> None:
    failure_of(ContractError, lambda: read(*[page([row(1)], each) for each in ("2", "3", "2", "3", "2")]))
    failure_of(ContractError, lambda: read(page([row(1)], "2"), begin="2"))


def test_where_there_is_nothing_to_read_after_all_the_pages_end() -> None:
    assert read(page([row(1)], "2"), None) == [(1, "2")]


def test_a_saved_place_in_a_listing_is_where_it_goes_on() -> None:
    at = "2026-11-22T11:00:00Z"
    portal = Portal(lambda *_: page([row(1)]))
    with connected(portal) as connector:
        list(connector.read("contacts", Cursor(position=f'{{"at": "{at}", "late": "{at}", "after": "77"}}')))
    assert [told.get("after") for told in portal.calls("/objects/contacts")] == [["77"]]


def test_the_way_is_told_in_two_forms() -> None:
    assert next_after(page([], "5")) == "5"
    assert next_offset({"hasMore": False, "offset": 5}) is None
