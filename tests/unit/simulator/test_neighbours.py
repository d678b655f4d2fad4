"""Who else writes in both systems while simulated time passes."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from simulator import orders
from simulator.act import ActError
from simulator.door import Door
from simulator.kernel import Kernel
from simulator.serve import build_kernel

START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
ANN, BOB = "ann@crm.example", "bob@crm.example"
ADA = "ada@engines.example"
QUARTER_S = 900.0
Row = dict[str, Any]
CONNECTOR: Row = {"hubspot_connector": {}}


class Street:
    """Both worlds and their neighbours, without HTTP."""

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel

    def settle_in(self, **neighbours: Any) -> None:
        orders.change_settings(self.kernel.settings, {"neighbours": neighbours})
        assert self.kernel.neighbours is not None
        self.kernel.neighbours.settle_in()

    def seed(self, **rows: Any) -> dict[str, list[str]]:
        return Door(self.kernel).plant(orders.seed_rows(rows))

    def edit(self, system: str, record_id: str, do: str = "edit", **fields: Any) -> Row:
        now = self.kernel.now()
        effects: list[Any] = []
        world = self.kernel.world(system)
        done = world.act(do, as_="admin", id=record_id, fields=fields, at=now, now=now, effects=effects)
        self.kernel.log.append(system=system, method="POST", path="/act", status=200, effects=effects)
        return done

    def rows(self, kind: str) -> dict[str, Row]:
        return {row["Id"]: row for row in self.kernel.salesforce.objects(kind)}

    def contact(self, email: str = ADA) -> Row:
        rows = (row["properties"] for row in self.kernel.hubspot.objects("contacts"))
        return next(row for row in rows if row["email"] == email)

    def lines(self, who: str) -> list[Row]:
        lines = map(json.loads, self.kernel.log.lines())
        return [line for line in lines if line.get("act", {}).get("who") == who]


@pytest.fixture
def street(tmp_path: Path) -> Iterator[Street]:
    kernel, _ = build_kernel(log_path=tmp_path / "log.jsonl", start=START)
    made = Street(kernel)
    made.seed(users=[{"email": ANN}, {"email": BOB}])
    yield made
    kernel.log.close()


def lead(**more: Any) -> Row:
    return {"LastName": "Lovelace", "Company": "Engines", "Email": ADA, "OwnerEmail": ANN, **more}


def test_the_connector_links_and_copies_when_a_quarter_of_an_hour_has_passed(street: Street) -> None:
    (there,) = street.seed(leads=[lead(Title="CTO")], contacts=[{"email": ADA, "phone": "+1 202 555 0143"}])["Lead"]
    street.settle_in(**CONNECTOR)
    street.kernel.pass_time(QUARTER_S - 60)
    assert street.lines("hubspot_connector") == []
    street.kernel.pass_time(120)
    shown = street.contact()
    assert (shown["salesforceleadid"], shown["jobtitle"], shown["lastname"]) == (there, "CTO", "Lovelace")
    assert street.rows("Lead")[there]["Phone"] == "+1 202 555 0143"
    assert {line["system"] for line in street.lines("hubspot_connector")} == {"salesforce", "hubspot"}
    assert {line["act"]["as"] for line in street.lines("hubspot_connector")} == {"neighbour"}


def test_it_writes_in_salesforce_as_a_user_of_its_own_and_in_hubspot_as_salesforce(street: Street) -> None:
    street.seed(contacts=[{"email": ADA, "lastname": "Lovelace"}])
    street.settle_in(**CONNECTOR)
    street.kernel.pass_time(QUARTER_S + 1)
    (made,) = street.rows("Lead").values()
    assert street.rows("User")[made["CreatedById"]]["Name"] == "HubSpot Integration"
    assert (made["LastName"], made["Company"], made["Email"]) == ("Lovelace", "[not provided]", ADA)
    portal = street.kernel.hubspot.portal  # type: ignore[attr-defined]  # the concrete world
    (record,) = portal.objects.table(portal.objects._tables["contacts"].kind).live.values()
    assert record.versions("salesforceleadid")[0].source.type == "SALESFORCE"


def test_an_owner_is_copied_by_address_and_never_from_somebody_hubspot_does_not_know(street: Street) -> None:
    (there,) = street.seed(leads=[lead()], contacts=[{"email": ADA}])["Lead"]
    street.settle_in(**CONNECTOR)
    street.kernel.pass_time(QUARTER_S + 1)
    owners = {row["id"]: row["email"] for row in street.kernel.hubspot.objects("owners")}
    assert owners[street.contact()["hubspot_owner_id"]] == ANN
    street.edit("salesforce", there, OwnerEmail="integration@leadloop.example")
    street.kernel.pass_time(QUARTER_S)
    assert owners[street.contact()["hubspot_owner_id"]] == ANN


def test_of_two_records_with_the_address_the_one_modified_last_is_linked(street: Street) -> None:
    first, second = street.seed(leads=[lead(), lead()], contacts=[{"email": ADA}])["Lead"]
    street.settle_in(**CONNECTOR)
    linked = []
    for each in (first, second, first):
        street.kernel.pass_time(60)
        street.edit("salesforce", each, Description="touched")
        street.kernel.pass_time(QUARTER_S)
        linked.append(street.contact()["salesforceleadid"])
    assert linked == [first, second, first]


def test_a_converted_lead_is_followed_to_its_contact(street: Street) -> None:
    first, twin = street.seed(leads=[lead(), lead()], contacts=[{"email": ADA}])["Lead"]
    street.settle_in(**CONNECTOR)
    street.kernel.pass_time(60)
    street.edit("salesforce", first, Description="touched")
    street.kernel.pass_time(QUARTER_S)
    became = street.edit("salesforce", first, "convert")["contact_id"]
    street.kernel.pass_time(60)
    street.edit("salesforce", twin, Description="touched later")
    street.kernel.pass_time(QUARTER_S)
    assert (street.contact()["salesforceleadid"], street.contact()["salesforcecontactid"]) == (first, became)


def test_two_way_carries_the_side_that_moved(street: Street) -> None:
    (there,) = street.seed(leads=[lead(Title="CTO")], contacts=[{"email": ADA, "jobtitle": "CTO"}])["Lead"]
    street.settle_in(**CONNECTOR)
    street.kernel.pass_time(QUARTER_S + 1)
    street.edit("hubspot", ADA, jobtitle="CEO")
    street.kernel.pass_time(QUARTER_S)
    assert street.rows("Lead")[there]["Title"] == "CEO"
    street.edit("salesforce", there, Title="Chair")
    street.kernel.pass_time(QUARTER_S)
    assert street.contact()["jobtitle"] == "Chair"


def test_nothing_is_written_any_more_once_both_sides_agree(street: Street) -> None:
    street.seed(leads=[lead()], contacts=[{"email": ADA, "jobtitle": "CTO"}])
    street.settle_in(**CONNECTOR)
    street.kernel.pass_time(QUARTER_S + 1)
    before = len(street.lines("hubspot_connector"))
    street.kernel.pass_time(86_400)
    assert len(street.lines("hubspot_connector")) == before


def test_it_creates_contacts_only_where_told_to(street: Street) -> None:
    street.seed(leads=[lead()])
    street.settle_in(**CONNECTOR)
    street.kernel.pass_time(QUARTER_S + 1)
    assert street.kernel.hubspot.objects("contacts") == []
    street.settle_in(hubspot_connector={"creates_contacts": True})
    street.kernel.pass_time(QUARTER_S + 1)
    assert street.contact()["lastname"] == "Lovelace"


def test_a_refused_record_stops_no_other(street: Street) -> None:
    street.seed(contacts=[{"email": ADA, "lastname": "x" * 200}, {"email": "bo@engines.example", "lastname": "Bo"}])
    street.settle_in(**CONNECTOR)
    street.kernel.pass_time(QUARTER_S + 1)
    assert [row["LastName"] for row in street.rows("Lead").values()] == ["Bo"]


def _lead(street: Street) -> Row:
    (row,) = street.rows("Lead").values()
    return row


def _owner(street: Street) -> str:
    return str(street.rows("User")[_lead(street)["OwnerId"]]["Email"])


RIVALS: list[tuple[Row, Callable[[Street], Any]]] = [
    ({"system": "salesforce", "object": "Lead", "field": "Title", "value": "X"}, lambda s: _lead(s)["Title"]),
    ({"system": "salesforce", "object": "Lead", "field": "OwnerId", "value": BOB}, _owner),
    ({"system": "hubspot", "object": "contacts", "field": "jobtitle", "value": "X"}, lambda s: s.contact()["jobtitle"]),
]


@pytest.mark.parametrize(("rival", "shown"), RIVALS, ids=["a field", "the owner", "in HubSpot"])
def test_a_rival_puts_its_value_back_two_minutes_after_somebody_else_wrote(
    street: Street, rival: Row, shown: Callable[[Street], Any]
) -> None:
    (there,) = street.seed(leads=[lead()], contacts=[{"email": ADA}])["Lead"]
    street.settle_in(rivals=[{"name": "Tidy", **rival}])
    street.kernel.pass_time(600)
    assert street.lines("Tidy") == [], "what stood there before is no concern of its"
    street.edit("salesforce", there, Title="CTO", OwnerEmail="admin@crm.example")
    street.edit("hubspot", ADA, jobtitle="CTO")
    street.kernel.pass_time(90)
    assert street.lines("Tidy") == []
    street.kernel.pass_time(60)
    assert shown(street) == rival["value"]
    street.kernel.pass_time(86_400)
    assert len(street.lines("Tidy")) == 1, "its own write is nothing to answer"


def test_neighbours_act_in_the_order_of_their_moments_each_at_its_own(street: Street) -> None:
    street.seed(leads=[lead()], contacts=[{"email": ADA, "jobtitle": "CTO"}])
    rival = {"name": "Tidy", "system": "salesforce", "object": "Lead", "field": "Title", "value": "X"}
    street.settle_in(hubspot_connector={}, rivals=[rival])
    street.kernel.pass_time(2_000)
    acts = [
        (line["act"]["who"], line["at"][11:16])
        for line in map(json.loads, street.kernel.log.lines())
        if line.get("act", {}).get("who") in ("hubspot_connector", "Tidy") and line["system"] == "salesforce"
    ]
    assert acts == [("hubspot_connector", "09:15"), ("Tidy", "09:17")]
    assert street.contact()["jobtitle"] == "X"


@pytest.mark.parametrize(
    ("neighbours", "said"),
    [
        ({"hubspot": {}}, "unknown key in neighbours: hubspot"),
        ({"hubspot_connector": {"every_s": 0}}, "hubspot_connector.every_s must be a number of seconds above 0"),
        ({"hubspot_connector": {"fields": [{"salesforce": "Title", "hubspot": "jobtitle", "rule": "x"}]}}, "rule must"),
        ({"rivals": [{"name": "Tidy", "system": "slack"}]}, "a rival's system must be one of salesforce, hubspot"),
        ({"rivals": {}}, "rivals must be a list of objects"),
    ],
    ids=["unknown", "no time", "no rule", "no system", "no list"],
)
def test_an_order_that_makes_no_sense_changes_nothing(street: Street, neighbours: Row, said: str) -> None:
    with pytest.raises(ActError, match=said):
        orders.change_settings(street.kernel.settings, {"neighbours": neighbours})
    assert street.kernel.settings.neighbours == {"hubspot_connector": None, "rivals": []}
