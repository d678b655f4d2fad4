"""What the client of HubSpot would get wrong does not reach HubSpot: queries, paths, truths, placeholders."""

from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.hubspot.client import Request
from connectors.hubspot.connector import HubSpot
from tests.unit.connectors.hubspot.portal import PROPERTIES, Portal, connected, page

STREAMS = (
    "contacts", "contacts_archived", "companies", "companies_archived", "deals", "deals_archived", "forms",
    "email_events", "page_views", "calls", "emails", "meetings", "tasks", "leads", "lists", "owners",
)  # fmt: skip


def empty(_: str, path: str, __: Any) -> Any:
    """A portal with nothing in it, in both generations of its paths."""
    if "/properties/" in path:
        return {"results": [{"name": name, "type": kind} for name, kind in PROPERTIES.items()]}
    if path.endswith("/email/public/v1/events"):
        return {"hasMore": False, "events": []}
    return {"lists": [], "hasMore": False} if "/lists/" in path else page([])


def everything_asked(generation: str) -> list[tuple[str, str, Any]]:
    """Every request of reading every stream twice."""
    portal = Portal(empty)
    with connected(portal, api_generation=generation, streams=STREAMS) as connector:
        for stream in STREAMS:
            pages = list(connector.read(stream, None))
            list(connector.read(stream, pages[-1].cursor))
    return portal.asked


@pytest.mark.parametrize("generation", ["v3", "2026-03"])
def test_no_path_ends_in_a_slash_and_no_placeholder_is_left(generation: str) -> None:
    asked = everything_asked(generation)
    assert [path for _, path, _ in asked if path.endswith("/") or "{" in path or "%7B" in path] == []
    named = [name for method, _, told in asked if method == "GET" for name in told]
    assert [name for name in named if "{" in name or "propname" in name] == []


def test_page_views_are_asked_for_by_type_and_time_alone() -> None:
    """The client sends its property filter as a literal placeholder, which filters nothing: it is not used."""
    portal = Portal(empty)
    with connected(portal, streams=("page_views",)) as connector:
        list(connector.read("page_views", None))
    (asked,) = portal.calls("/events/v3/events")
    assert asked.keys() == {"objectType", "eventType", "occurredAfter", "limit"}


def test_the_clients_filter_of_events_is_still_as_broken_as_we_take_it_for() -> None:
    with connected(Portal(empty)) as connector:
        request = sdk_of(connector).events.events_api.get_page(property_propname="x", occurred_after=datetime.now(UTC))
    assert isinstance(request, Request)
    assert [name for name in request.query if "propname" in name] == ["property.{propname}"]


@pytest.mark.parametrize("generation", ["v3", "2026-03"])
def test_truths_are_sent_as_hubspot_writes_them_and_searches_whole(generation: str) -> None:
    """The client sends `True`; the newer specifications ask for all five fields of a search."""
    asked = everything_asked(generation)
    archived = {told["archived"][0] for method, _, told in asked if method == "GET" and "archived" in told}
    assert archived == {"true", "false"}
    searches = [told for _, path, told in asked if path.endswith("/search") and "lists" not in path]
    assert {frozenset(told) for told in searches} == {
        frozenset({"filterGroups", "sorts", "properties", "limit", "after"})
    }
    assert {told["limit"] for told in searches} == {200}


def sdk_of(connector: HubSpot) -> Any:
    return connector._client.sdk
