"""A super admin changes a property that holds values: the list of properties and every write follow."""

from typing import Any

import pytest

from simulator.act import ActError
from tests.unit.simulator.hubspot.rig import Rig


def redefine(rig: Rig, **properties: Any) -> None:
    rig.act("edit", "settings", as_="admin", properties={f"contacts.{name}": to for name, to in properties.items()})


def code(rig: Rig, contact: str, **values: Any) -> str | None:
    answer = rig.client.patch(f"/crm/v3/objects/contacts/{contact}", json={"properties": values})
    return None if answer.status_code == 200 else answer.json()["errors"][0]["code"]


def listed(rig: Rig) -> dict[str, dict[str, Any]]:
    return {each["name"]: each for each in rig.get("/crm/v3/properties/contacts")["results"]}


def test_an_archived_property_is_neither_listed_nor_written_and_comes_back_with_its_values(rig: Rig) -> None:
    contact = rig.contact(email="ann@buyer.example", ll_score="7")
    redefine(rig, ll_score={"archived": True})
    assert ("ll_score" in listed(rig), code(rig, contact, ll_score="8")) == (False, "PROPERTY_DOESNT_EXIST")
    redefine(rig, ll_score={"archived": False})
    shown = rig.get(f"/crm/v3/objects/contacts/{contact}", properties="ll_score")
    assert ("ll_score" in listed(rig), shown["properties"]["ll_score"]) == (True, "7")


@pytest.mark.parametrize(
    ("to", "value", "refused"),
    [
        ({"read_only": True}, "8", "READ_ONLY_VALUE"),
        ({"type": "string"}, "many", None),
        ({"type": "enumeration", "options": ["low", "high"]}, "middle", "INVALID_OPTION"),
        ({"type": "date"}, "many", "INVALID_LONG"),
    ],
    ids=["read-only", "text", "a choice", "a date"],
)
def test_what_a_property_takes_follows_its_definition(
    rig: Rig, to: dict[str, Any], value: str, refused: str | None
) -> None:
    contact = rig.contact(email="ann@buyer.example")
    redefine(rig, ll_score=to)
    assert code(rig, contact, ll_score=value) == refused


@pytest.mark.parametrize(
    "properties", [{"nothing": {"archived": True}}, {"ll_score": {}}, {"ll_score": {"type": "colour"}}], ids=str
)
def test_a_definition_that_makes_no_sense_changes_nothing(rig: Rig, properties: dict[str, Any]) -> None:
    before = listed(rig)
    with pytest.raises(ActError):
        redefine(rig, **properties)
    assert listed(rig) == before
