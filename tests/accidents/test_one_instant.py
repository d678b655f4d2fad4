"""An import stamps more contacts in one millisecond than a search can show: all of them arrive, and only once."""

from typing import cast

import pytest

from connectors.hubspot.reading import Reading
from simulator.hubspot import search
from tests.accidents.people import ANN, as_contact, is_with_a_rep, raise_hand
from tests.accidents.truth import wrong_writes
from tests.installation import Installation
from tests.rig import SimulatorProcess
from tests.witness import Witness

WALL, MANY = 200, 260
"""HubSpot's wall is 10,000: see docs/accidents.md for 25,000."""


@pytest.fixture
def low_wall(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "WALL", WALL)
    monkeypatch.setitem(cast("dict[str, int]", Reading.__init__.__kwdefaults__), "ceiling", WALL)


@pytest.mark.usefixtures("low_wall")
def test_more_contacts_in_one_instant_than_a_search_shows_are_all_read(
    office: Installation, world: SimulatorProcess
) -> None:
    since, people = world.seq(), [f"new{number}@import.example" for number in range(MANY)]
    world.seed(contacts=[as_contact(email) for email in people])
    raise_hand(world, ANN)
    office.settle(1)
    shown = {row["properties"]["email"]: row for row in world.objects("contacts", system="hubspot")}
    stamps = {shown[email]["createdAt"] for email in people}
    keys = {shown[email]["properties"].get("ll_lead_key") for email in people}
    assert (len(stamps), len(keys - {None}), is_with_a_rep(world, ANN)) == (1, MANY, True)
    assert wrong_writes(world, asked={ANN}, since=since) == []
    since = world.seq()
    office.settle(1)
    assert Witness(simulator=world, since=since).writes() == []
