"""HubSpot's own client, our simulator and the contract agree: every kind of call once, over real HTTP.

What the client asks keeps the contract as well as what it is answered, so the contract's table cannot drift from it.
"""

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from hubspot import HubSpot
from hubspot.crm.contacts import exceptions as contact_errors

from simulator.clock import Clock
from simulator.exchanges import Exchanges, Kept
from simulator.faults import Faults
from simulator.hubspot.http import app
from simulator.hubspot.world import HubSpotWorld
from simulator.kernel import Kernel
from simulator.log import Log
from simulator.shell import Shell
from tests.hubspot_contract.watch import judge_exchange

NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Portal:
    """A served portal, its client, what was seeded, and the file of what both said."""

    client: Any
    ids: dict[str, str]
    exchanges: Path

    def fill(self, value: Any) -> Any:
        """Put seeded ids where the table says `$contact` and the like."""
        if isinstance(value, dict):
            return {key: self.fill(one) for key, one in value.items()}
        if isinstance(value, list):
            return [self.fill(one) for one in value]
        return self.ids.get(value, value) if isinstance(value, str) else value


@dataclass(frozen=True, slots=True)
class Operation:
    """One call of the client: `api` names the object that has the method, `model` the answer's class."""

    api: str
    method: str
    model: str
    arguments: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.api}.{self.method}"


SEARCH = {
    "filterGroups": [{"filters": [{"propertyName": "lastmodifieddate", "operator": "GTE", "value": "0"}]}],
    "sorts": [{"propertyName": "lastmodifieddate", "direction": "ASCENDING"}],
    "properties": ["email", "phone"],
    "limit": 2,
    "after": "0",
}
READ = {"inputs": [{"id": "$contact"}], "properties": ["phone"], "propertiesWithHistory": []}
UPSERT = {"inputs": [{"id": "new@buyer.example", "idProperty": "email", "properties": {"firstname": "New"}}]}
UPDATE = {"inputs": [{"id": "$contact", "properties": {"ll_score": "5"}, "objectWriteTraceId": "t"}]}
MISSING = {"inputs": [{"id": "999", "properties": {"ll_score": "5"}}]}
PROPERTY = {"name": "ll_made", "label": "Made", "type": "string", "fieldType": "text", "groupName": "leadloop"}
LIST = {"name": "Made", "objectTypeId": "0-1", "processingType": "MANUAL"}
LIST_SEARCH = {"query": "nurture", "count": 10, "offset": 0, "additionalProperties": []}
TYPES = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 279}]
LINK = {"inputs": [{"from": {"id": "$contact"}, "to": {"id": "$company"}, "types": TYPES}]}
ENDS = {"from_object_type": "contacts", "to_object_type": "companies"}
OF_CONTACTS = {"object_type": "contacts"}

# fmt: off
OPERATIONS = (
    Operation("crm.contacts.search_api", "do_search", "CollectionResponseWithTotalSimplePublicObjectForwardPaging",
              {"public_object_search_request": SEARCH}),
    Operation("crm.contacts.basic_api", "get_page",
              "CollectionResponseSimplePublicObjectWithAssociationsForwardPaging",
              {"limit": 1, "properties": ["email", "phone"], "archived": False, "associations": ["calls"]}),
    Operation("crm.contacts.basic_api", "get_by_id", "SimplePublicObjectWithAssociations",
              {"contact_id": "$contact", "properties_with_history": ["email"]}),
    Operation("crm.contacts.basic_api", "create", "SimplePublicObject",
              {"simple_public_object_input_for_create": {"properties": {"lastname": "Made"}, "associations": []}}),
    Operation("crm.contacts.basic_api", "update", "SimplePublicObject",
              {"contact_id": "$contact", "simple_public_object_input": {"properties": {"phone": "1"}}}),
    Operation("crm.contacts.batch_api", "read", "BatchResponseSimplePublicObject",
              {"batch_read_input_simple_public_object_id": READ}),
    Operation("crm.contacts.batch_api", "update", "BatchResponseSimplePublicObject",
              {"batch_input_simple_public_object_batch_input": UPDATE}),
    Operation("crm.contacts.batch_api", "update", "BatchResponseSimplePublicObjectWithErrors",
              {"batch_input_simple_public_object_batch_input": MISSING}),
    Operation("crm.contacts.batch_api", "upsert", "BatchResponseSimplePublicUpsertObject",
              {"batch_input_simple_public_object_batch_input_upsert": UPSERT}),
    Operation("crm.deals.basic_api", "create", "SimplePublicObject",
              {"simple_public_object_input_for_create": {"properties": {"dealname": "D"}, "associations": []}}),
    Operation("crm.objects.calls.search_api", "do_search",
              "CollectionResponseWithTotalSimplePublicObjectForwardPaging",
              {"public_object_search_request": {"filterGroups": [], "limit": 1}}),
    Operation("crm.owners.owners_api", "get_page", "CollectionResponsePublicOwnerForwardPaging"),
    Operation("crm.properties.core_api", "get_all", "CollectionResponsePropertyNoPaging", OF_CONTACTS),
    Operation("crm.properties.core_api", "create", "ModelProperty", {**OF_CONTACTS, "property_create": PROPERTY}),
    Operation("crm.properties.groups_api", "get_all", "CollectionResponsePropertyGroupNoPaging", OF_CONTACTS),
    Operation("crm.lists.lists_api", "create", "ListCreateResponse", {"list_create_request": LIST}),
    Operation("crm.lists.lists_api", "get_by_name", "ListFetchResponse",
              {"object_type_id": "0-1", "list_name": "LL · Nurture · Timing"}),
    Operation("crm.lists.lists_api", "do_search", "ListSearchResponse", {"list_search_request": LIST_SEARCH}),
    Operation("crm.lists.memberships_api", "add", "MembershipsUpdateResponse",
              {"list_id": "$list", "request_body": ["$contact", "999"]}),
    Operation("crm.lists.memberships_api", "get_page", "ApiCollectionResponseJoinTimeAndRecordId",
              {"list_id": "$list", "limit": 1}),
    Operation("crm.lists.memberships_api", "get_lists", "ApiCollectionResponseRecordListMembershipNoPaging",
              {"object_type_id": "0-1", "record_id": "$contact"}),
    Operation("crm.associations.v4.batch_api", "create", "BatchResponseLabelsBetweenObjectPair",
              {**ENDS, "batch_input_public_association_multi_post": LINK}),
    Operation("crm.associations.v4.batch_api", "get_page", "BatchResponsePublicAssociationMultiWithLabel",
              {**ENDS, "batch_input_public_fetch_associations_batch_request": {"inputs": [{"id": "$contact"}]}}),
    Operation("crm.associations.v4.basic_api", "get_page",
              "CollectionResponseMultiAssociatedObjectWithLabelForwardPaging",
              {"object_type": "contacts", "object_id": "$contact", "to_object_type": "companies"}),
    Operation("events.events_api", "get_page", "CollectionResponseExternalUnifiedEvent",
              {"event_type": "e_visited_page"}),
    Operation("events.events_api", "get_types", "VisibleExternalEventTypeNames"),
    Operation("marketing.forms.forms_api", "get_page", "CollectionResponseFormDefinitionBaseForwardPaging"),
    Operation("crm.contacts.basic_api", "merge", "SimplePublicObject",
              {"public_merge_input": {"primaryObjectId": "$second", "objectIdToMerge": "$third"}}),
)
# fmt: on


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, HubSpotWorld, Path]]:
    world, clock = HubSpotWorld(), Clock(start=NOON)
    world.portal.settings.search_per_s = 1_000
    log = Log(Path(tmp_path_factory.mktemp("log")) / "log.jsonl", clock)
    kernel = Kernel(clock=clock, log=log, faults=Faults(), salesforce=world, hubspot=world)
    kept = Kept(app(world, kernel), Exchanges(log.path.with_name("exchanges.jsonl")))
    config = uvicorn.Config(Shell(kept, "hubspot", kernel), port=0, lifespan="off", log_level="error")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}", world, log.path.with_name("exchanges.jsonl")
    server.should_exit = True
    thread.join()
    log.close()


@pytest.fixture(scope="module")
def portal(served: tuple[str, HubSpotWorld, Path]) -> Portal:
    address, world, exchanges = served
    ids = world.seed(
        {
            "contacts": [{"email": f"p{number}@buyer.example"} for number in range(3)],
            "companies": [{"name": "Buyer", "domain": "buyer.example"}],
            "owners": [{"email": "rep@team.example", "first_name": "R", "last_name": "P"}],
            "lists": [{"name": "LL · Nurture · Timing", "members": ["p0@buyer.example"]}],
            "forms": [{"name": "Demo"}],
        },
        NOON,
        [],
    )
    for do, fields in (("call", {}), ("page_view", {"url": "https://us.example/"})):
        world.act(do, as_="rep", id=ids["contacts"][0], fields=fields, at=NOON, now=NOON, effects=[])
    named = {
        **dict(zip(("$contact", "$second", "$third"), ids["contacts"], strict=True)),
        "$company": ids["companies"][0],
        "$list": ids["lists"][0],
    }
    return Portal(HubSpot(access_token="pat-na1-simulator", host=address), named, exchanges)


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
def test_the_clients_call_and_our_answer_keep_the_contract(portal: Portal, operation: Operation) -> None:
    before = portal.exchanges.stat().st_size
    api = portal.client
    for name in operation.api.split("."):
        api = getattr(api, name)
    answer = getattr(api, operation.method)(**portal.fill(operation.arguments))
    assert type(answer).__name__ == operation.model
    (exchange,) = [json.loads(line) for line in portal.exchanges.read_bytes()[before:].splitlines()]
    assert judge_exchange(exchange) == []


def test_pages_of_a_search_through_the_client_reach_every_contact(portal: Portal) -> None:
    api, found = portal.client.crm.contacts.search_api, set[str]()
    after: str | None = "0"
    while after is not None:
        page = api.do_search(public_object_search_request={**SEARCH, "after": after})
        found |= {row.id for row in page.results}
        after = page.paging.next.after if page.paging else None
    assert len(found) == page.total


def test_a_conflict_reaches_the_client_as_its_exception(portal: Portal) -> None:
    made = {"properties": {"email": "p0@buyer.example"}, "associations": []}
    with pytest.raises(contact_errors.ApiException) as refusal:
        portal.client.crm.contacts.basic_api.create(simple_public_object_input_for_create=made)
    assert refusal.value.status == 409
    assert json.loads(refusal.value.body)["category"] == "CONFLICT"


def test_a_bad_token_reaches_the_client_as_401(served: tuple[str, HubSpotWorld, Path]) -> None:
    client = HubSpot(access_token="pat-na1-wrong", host=served[0])
    with pytest.raises(contact_errors.UnauthorizedException):
        client.crm.contacts.basic_api.get_page()
