"""Our own properties and lists: which are missing, that they are made as the rules need them, and what is refused."""

from dataclasses import replace
from typing import Any

import pytest

from connectors.abilities import ProvisionItem, ProvisionKind
from connectors.hubspot.connector import HubSpot
from domain.fitting import FieldFitting, Fittings, ListFitting
from domain.record import FieldType
from tests.contract.hubspot_rig import HubSpotRig
from tests.starter import starter_fittings
from tests.unit.connectors.hubspot.portal import Portal, connected, refusal

NEEDS = starter_fittings("hubspot")


def own(name: str, **more: Any) -> FieldFitting:
    plain = FieldFitting(object="contacts", name=name, label="Made", type=FieldType.TEXT, why="a test")
    return replace(plain, **more)


def needing(*fields: FieldFitting) -> Fittings:
    return Fittings(fields=fields)


def provisioned(connector: HubSpot, needs: Fittings) -> dict[str, ProvisionItem]:
    return {item.name: item for item in connector.provision(connector.needed(needs))}


@pytest.fixture
def bare(rig: HubSpotRig) -> HubSpotRig:
    """A portal without anything of ours; the simulator's settings are put back after the test."""
    rig.simulator.settings(provisioned=False)
    return rig


def test_a_portal_as_delivered_gets_group_properties_and_lists(bare: HubSpotRig) -> None:
    connector = bare.connector()
    kinds = {(item.kind, item.exists) for item in connector.needed(NEEDS) if item.kind is not ProvisionKind.LIST}
    assert kinds == {(ProvisionKind.GROUP, False), (ProvisionKind.FIELD, False)}
    items = provisioned(connector, NEEDS).values()
    assert [(item.name, item.problem) for item in items if item.problem or not item.exists] == []
    described = connector.describe("contacts")
    assert {one.name: described[one.name].type for one in NEEDS.fields} == {one.name: one.type for one in NEEDS.fields}
    assert described["ll_stage"].options == NEEDS.fields[6].options
    assert [one.name for one in NEEDS.fields if described[one.name].unique] == ["ll_lead_key"]
    lists = {each["name"] for each in bare.simulator.objects("lists", system="hubspot")}
    assert {one.name for one in NEEDS.lists} <= lists


def test_the_second_time_nothing_is_written(bare: HubSpotRig) -> None:
    connector = bare.connector()
    provisioned(connector, NEEDS)
    before = bare.simulator.seq()
    assert {item.exists for item in provisioned(connector, NEEDS).values()} == {True}
    written = [line["path"] for line in bare.simulator.log(before) if line["effects"]]
    assert written == []


def test_a_property_of_another_type_is_named_with_the_mend_and_left_alone(rig: HubSpotRig) -> None:
    name = f"ll_made_{rig.begin}"
    connector = rig.connector()
    provisioned(connector, needing(own(name)))
    number = needing(own(name, type=FieldType.NUMBER))
    item = provisioned(connector, number)[name]
    assert item.exists is True
    assert item.problem == (
        "is of type text, and leadloop needs number. "
        "Delete or rename it in HubSpot, or name another property in mapping.yaml"
    )
    assert connector.describe("contacts")[name].type is FieldType.TEXT


def test_options_that_are_missing_are_named_and_not_added(rig: HubSpotRig) -> None:
    name = f"ll_made_{rig.begin}"
    connector = rig.connector()
    choice = own(name, type=FieldType.PICKLIST, options=("known", "mql"))
    provisioned(connector, needing(choice))
    more = replace(choice, options=("known", "mql", "recycled"))
    assert provisioned(connector, needing(more))[name].problem == (
        "lacks the options recycled. Add them in HubSpot under Settings > Properties"
    )
    assert connector.describe("contacts")[name].options == ("known", "mql")


def test_an_eleventh_unique_property_is_not_tried(bare: HubSpotRig) -> None:
    connector = bare.connector()
    taken = sum(field.unique for field in connector.describe("contacts").values())
    names = [f"ll_key_{bare.begin}_{number}" for number in range(11 - taken)]
    made = provisioned(connector, needing(*[own(name, unique=True) for name in names]))
    assert [made[name].exists for name in names] == [True] * (10 - taken) + [False]
    assert "contacts have 10 properties with unique values, and HubSpot allows 10" in made[names[-1]].problem
    assert names[-1] not in connector.describe("contacts")


def test_a_scope_that_is_missing_is_named(bare: HubSpotRig) -> None:
    connector = bare.connector()
    needs = needing(own(f"ll_made_{bare.begin}"))
    bare.tune(token=bare.token, scopes=["crm.schemas.contacts.read"])
    problems = {item.problem for item in provisioned(connector, needs).values()}
    assert problems == {
        "the token lacks the scope crm.schemas.contacts.write. Add it to the service key or private app"
    }


def test_a_scope_without_which_lists_cannot_be_looked_for_stops_the_lists_alone(bare: HubSpotRig) -> None:
    connector, name = bare.connector(), f"LL · {bare.begin}"
    needs = Fittings(fields=(own(f"ll_seen_{bare.begin}"),), lists=(ListFitting(name=name, why="a test"),))
    bare.tune(token=bare.token, scopes=["crm.schemas.contacts.read", "crm.schemas.contacts.write"])
    made = provisioned(connector, needs)
    assert made[f"ll_seen_{bare.begin}"].exists
    assert not made[name].exists
    assert "MISSING_SCOPES (crm.lists.read)" in made[name].problem


def test_the_group_is_made_before_its_properties_and_a_name_in_use_is_no_failure() -> None:
    def answer(method: str, path: str, _: Any) -> Any:
        if method == "GET":
            return {"results": [{"name": "contactinformation"}]}
        return refusal(409, "OBJECT_ALREADY_EXISTS")

    portal = Portal(answer)
    portal.properties = {"email": "string"}
    with connected(portal) as connector:
        made = provisioned(connector, needing(own("ll_new")))
    assert [item.exists for item in made.values()] == [True, True]
    assert [path for method, path, _ in portal.asked if method == "POST"] == [
        "/crm/v3/properties/contacts/groups",
        "/crm/v3/properties/contacts",
    ]


def test_one_refused_property_holds_back_no_other(rig: HubSpotRig) -> None:
    connector = rig.connector()
    good, bad = f"ll_made_{rig.begin}", "LL Bad"
    made = provisioned(connector, needing(own(bad), own(good)))
    assert made[bad].problem.startswith("HubSpot refused it: ")
    assert made[good].exists is True


def test_a_list_that_hubspot_fills_itself_is_named() -> None:
    def answer(method: str, path: str, _: Any) -> Any:
        return {"list": {"listId": "7", "name": "LL · With sales", "processingType": "DYNAMIC"}}

    portal = Portal(answer)
    with connected(portal) as connector:
        (item,) = connector.needed(Fittings(lists=(ListFitting(name="LL · With sales", why="a test"),)))
    assert item.problem.startswith("is a list that HubSpot fills itself. ")
