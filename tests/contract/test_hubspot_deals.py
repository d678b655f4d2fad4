"""Companies and deals of HubSpot: whose a deal is, when it is over, and at night which of them were deleted."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace

import pytest
import requests

from connectors.contract import Holds, Known, Pace
from connectors.hubspot.connector import HubSpot
from connectors.hubspot.moments import cursor_at
from connectors.testing import ReaderContract
from domain.record import Page, Record
from tests.contract.hubspot_rig import HubSpotRig
from tests.rig import SimulatorProcess, surroundings

STREAMS = ("companies", "companies_archived", "deals", "deals_archived")
FIELDS = {
    "companies": frozenset({"name", "domain", "lifecyclestage"}),
    "deals": frozenset({"associatedcompanyid", "hs_is_closed", "hs_is_closed_won", "amount", "associatedcontactids"})
    | {"dealname", "amount_in_home_currency", "deal_currency_code", "hs_analytics_source", "pipeline", "closedate"},
}
PLAIN, PRIMARY, DEAL_TO_CONTACT = 341, 5, 3
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

    def person(self) -> str:
        mark = self.simulator.seq()
        return self.simulator.seed(contacts=[{"email": f"zora.{mark}@people.example"}])["contacts"][0]

    def meet(self, deal: str, contact: str) -> None:
        """Somebody puts a person on a deal, which does not move the deal's stamp."""
        path = f"{self.simulator.hubspot}/crm/v4/associations/deals/contacts/batch/create"
        types = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": DEAL_TO_CONTACT}]
        body = {"inputs": [{"from": {"id": deal}, "to": {"id": contact}, "types": types}]}
        login = {"Authorization": f"Bearer {self.token}"}
        requests.post(path, json=body, headers=login, timeout=10).raise_for_status()

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


class LawsRig(HubSpotRig):
    """Deals as the laws need them, each with somebody who stands in it."""

    stream = "deals"

    def connector(self, *, ceiling: int = 10_000, **more: object) -> HubSpot:
        around = surroundings("marketing", self.simulator, fields=FIELDS, budget=self.budget, wire=self.wire)
        return HubSpot(self.settings(streams=("deals",)), around, wall=self.fast.wall, ceiling=ceiling)

    def seed(self, count: int) -> Sequence[str]:
        email = f"zora.{self.simulator.seq()}@people.example"
        self.simulator.seed(contacts=[{"email": email}])
        row = {"dealname": "First", "dealstage": "qualifiedtobuy", "pipeline": "default", "contact_email": email}
        return self.simulator.seed(deals=[row | {"amount": str(number)} for number in range(count)])["deals"]

    def touch(self, key: str) -> None:
        self.simulator.act("edit", system="hubspot", id=key, object="deals", amount=str(self.simulator.seq()))


class TestDeals(ReaderContract):
    """The laws of reading."""

    @pytest.fixture
    def rig(self, simulator: SimulatorProcess) -> Iterator[LawsRig]:
        with ExitStack() as stack:
            yield LawsRig(simulator, stack)


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


def test_a_deal_names_everybody_who_stands_in_it_in_one_order(rig: DealsRig) -> None:
    one, other, deal, alone = rig.person(), rig.person(), rig.deal(), rig.deal()
    rig.meet(deal, other)
    rig.meet(deal, one)
    found = rig.read("deals")
    assert found[deal].values["associatedcontactids"] == f"{one};{other}"
    assert found[alone].values["associatedcontactids"] is None
    assert "associatedcontactids" in rig.hubspot.describe("deals")


def test_people_of_deals_are_asked_for_only_where_the_mapping_does(rig: DealsRig) -> None:
    rig.deal()
    around = surroundings("marketing", rig.simulator, fields={"deals": frozenset({"amount"})})
    since = rig.simulator.seq()
    pages = list(HubSpot(rig.settings(streams=("deals",)), around, wall=rig.fast.wall).read("deals", None))
    assert all("associatedcontactids" not in record.values for page in pages for record in page.records)
    assert not [line for line in rig.simulator.log(since) if "/deals/contacts/" in line["path"]]


def test_who_joins_a_deal_unseen_is_read_at_night(rig: DealsRig) -> None:
    deal, contact = rig.deal(company_domain=rig.domain), rig.person()
    rig.read("deals")
    rig.meet(deal, contact)
    assert rig.night("deals_archived")[deal].values["associatedcontactids"] == contact
    assert deal not in rig.night("deals_archived")


def test_a_deleted_deal_still_says_who_stood_in_it(rig: DealsRig) -> None:
    deal, contact = rig.deal(), rig.person()
    rig.meet(deal, contact)
    rig.read("deals")
    rig.simulator.act("delete", system="hubspot", id=deal, object="deals")
    found = rig.night("deals_archived")[deal]
    assert (found.archived, found.values["associatedcontactids"]) == (True, contact)


def test_a_deal_says_its_sum_in_its_own_currency_and_at_home(rig: DealsRig) -> None:
    abroad = rig.deal(amount="100", deal_currency_code="USD", hs_analytics_source="PAID_SEARCH")
    at_home, without = rig.deal(amount="100"), rig.deal()
    found = rig.read("deals")
    names = ("amount", "deal_currency_code", "amount_in_home_currency", "hs_analytics_source")
    assert [[found[each].values[name] for name in names] for each in (abroad, at_home, without)] == [
        [100, "USD", 80, "PAID_SEARCH"],
        [100, None, 100, None],
        [None, None, None, None],
    ]
