"""Companies and deals of HubSpot: whose a deal is, when it is over, and at night which of them were deleted."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace

import pytest
import requests

from connectors.contract import Holds, Known, Pace
from connectors.hubspot.connector import HubSpot
from connectors.hubspot.moments import cursor_at
from domain.record import Page, Record
from tests.contract.hubspot_rig import HubSpotRig
from tests.rig import SimulatorProcess, surroundings

STREAMS = ("companies", "companies_archived", "deals", "deals_archived")
FIELDS = {
    "companies": frozenset({"name", "domain", "lifecyclestage"}),
    "deals": frozenset({"associatedcompanyid", "hs_is_closed", "hs_is_closed_won", "amount"}),
}
PLAIN, PRIMARY = 341, 5
NIGHT_S = 21 * 3_600


@dataclass
class Remembered:
    """What was read before, by object and id."""

    records: dict[tuple[str, str], Record] = field(default_factory=dict)

    def keep(self, pages: Sequence[Page]) -> dict[str, Record]:
        found = {record.ref.id: record for page in pages for record in page.records}
        self.records.update({(record.ref.object, each): record for each, record in found.items()})
        return found

    def of(self, connection: str, object: str, ids: Sequence[str]) -> Mapping[str, Known]:
        return {each: self.records[object, each] for each in ids if (object, each) in self.records}

    def live(self, connection: str, object: str) -> Iterator[str]:
        merged = {each for record in self.records.values() for each in record.former_ids}
        kept = self.records.items()
        return (each for (kind, each), record in kept if kind == object and not record.archived and each not in merged)


class DealsRig(HubSpotRig):
    """The simulated portal with two companies, and one installation's memory of it."""

    def __init__(self, simulator: SimulatorProcess, stack: ExitStack) -> None:
        super().__init__(simulator, stack)
        self.memory = Remembered()
        around = surroundings("marketing", simulator, fields=FIELDS, budget=self.budget, wire=self.wire)
        self.hubspot = HubSpot(self.settings(streams=STREAMS), replace(around, known=self.memory), wall=self.fast.wall)
        domains = [f"{name}-{self.begin}.example" for name in ("globex", "umbrella")]
        rows = [{"name": "Globex", "domain": domain, "lifecyclestage": "customer"} for domain in domains]
        self.globex, self.umbrella = simulator.seed(companies=rows)["companies"]
        self.domain = domains[0]

    def deal(self, **more: str) -> str:
        given = {"dealname": "First", "dealstage": "qualifiedtobuy", "pipeline": "default", **more}
        return self.simulator.seed(deals=[given])["deals"][0]

    def associate(self, deal: str, company: str, type_id: int) -> None:
        path = f"{self.simulator.hubspot}/crm/v4/associations/deals/companies/batch/create"
        types = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": type_id}]
        body = {"inputs": [{"from": {"id": deal}, "to": {"id": company}, "types": types}]}
        login = {"Authorization": f"Bearer {self.token}"}
        requests.post(path, json=body, headers=login, timeout=10).raise_for_status()

    def read(self, stream: str) -> dict[str, Record]:
        """Everything, from the start."""
        return self.memory.keep(list(self.hubspot.read(stream, None)))

    def night(self, stream: str) -> dict[str, Record]:
        cursor = cursor_at(self.simulator.time())
        self.simulator.time(advance_s=NIGHT_S)
        return self.memory.keep(list(self.hubspot.read(stream, cursor)))


@pytest.fixture
def rig(simulator: SimulatorProcess) -> Iterator[DealsRig]:
    with ExitStack() as stack:
        yield DealsRig(simulator, stack)


def test_the_streams_say_what_they_hold_and_how_often_they_are_read(rig: DealsRig) -> None:
    assert {name: (each.holds, each.pace) for name, each in rig.hubspot.streams.items()} == {
        "companies": (Holds.ACCOUNTS, Pace.SLOW),
        "companies_archived": (Holds.ACCOUNTS, Pace.NIGHTLY),
        "deals": (Holds.DEALS, Pace.SLOW),
        "deals_archived": (Holds.DEALS, Pace.NIGHTLY),
    }
    assert "associatedcompanyid" in rig.hubspot.describe("deals")
    assert rig.hubspot.describe("deals_archived") == rig.hubspot.describe("deals")


def test_a_deal_names_its_primary_company_however_many_it_has(rig: DealsRig) -> None:
    plain, second, alone = rig.deal(), rig.deal(), rig.deal()
    rig.associate(plain, rig.umbrella, PLAIN)
    rig.associate(second, rig.umbrella, PLAIN)
    rig.associate(second, rig.globex, PRIMARY)
    found = rig.read("deals")
    assert [found[each].values["associatedcompanyid"] for each in (plain, second, alone)] == [
        rig.umbrella,
        rig.globex,
        None,
    ]


@pytest.mark.parametrize(
    ("stage", "closed", "won"),
    [("qualifiedtobuy", False, False), ("closedwon", True, True), ("closedlost", True, False)],
)
def test_a_deal_says_itself_whether_it_is_over_and_won(rig: DealsRig, stage: str, *, closed: bool, won: bool) -> None:
    deal = rig.deal(company_domain=rig.domain)
    rig.simulator.act("edit", system="hubspot", id=deal, object="deals", dealstage=stage)
    values = rig.read("deals")[deal].values
    assert (values["hs_is_closed"], values["hs_is_closed_won"]) == (closed, won)


def test_a_deleted_deal_is_told_at_night_and_still_says_whose_it_was(rig: DealsRig) -> None:
    """HubSpot forgets the associations of what is deleted; the people of that company are to hear of it."""
    deal = rig.deal(company_domain=rig.domain)
    rig.read("deals")
    rig.simulator.act("delete", system="hubspot", id=deal, object="deals")
    found = rig.night("deals_archived")[deal]
    assert (found.archived, found.values["associatedcompanyid"]) == (True, rig.globex)


def test_a_company_in_the_bin_is_archived_at_night_and_one_out_of_it_is_gone(rig: DealsRig) -> None:
    rig.read("companies")
    rig.simulator.act("delete", system="hubspot", id=rig.globex, object="companies")
    rig.simulator.act("delete", system="hubspot", id=rig.umbrella, object="companies", gdpr=True)
    found = rig.night("companies_archived")
    assert (found[rig.globex].archived, found[rig.globex].values["name"]) == (True, "Globex")
    assert (found[rig.umbrella].archived, dict(found[rig.umbrella].values)) == (True, {})


def test_a_merged_company_is_not_taken_for_gone(rig: DealsRig) -> None:
    rig.read("companies")
    act = {"system": "hubspot", "object": "companies"}
    merged = rig.simulator.act("merge", id=rig.globex, loser_id=rig.umbrella, **act)["id"]
    found = rig.night("companies_archived")
    assert found[merged].former_ids == (rig.globex, rig.umbrella)
    assert not {rig.globex, rig.umbrella} & found.keys()


def test_deals_whose_company_became_another_by_a_merge_are_read_again_at_night(rig: DealsRig) -> None:
    """An association that moves need not move the deal's stamp."""
    deal = rig.deal(company_domain=rig.domain)
    rig.read("deals")
    act = {"system": "hubspot", "object": "companies"}
    merged = rig.simulator.act("merge", id=rig.globex, loser_id=rig.umbrella, **act)["id"]
    assert rig.night("deals_archived")[deal].values["associatedcompanyid"] == merged
    assert deal not in rig.night("deals_archived")


def test_what_no_search_showed_of_a_deal_is_read_at_night_with_its_company(rig: DealsRig) -> None:
    rig.read("deals")
    deal = rig.deal(company_domain=rig.domain)
    assert rig.night("deals_archived")[deal].values["associatedcompanyid"] == rig.globex
