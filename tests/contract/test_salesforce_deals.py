"""Who stands in a deal, what campaigns cost, and the rates of an org with several currencies."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from itertools import count
from typing import Any

import pytest
import structlog

from connectors.abilities import Resting
from connectors.contract import Holds, Pace
from connectors.salesforce.connector import Salesforce
from connectors.testing import ReaderContract, failure_of
from domain.errors import NotAllowedError
from domain.record import Cursor, Page, Record
from tests.contract.salesforce_rig import SalesforceRig
from tests.contract.test_salesforce_deletions import Remembered
from tests.fresh import FreshSimulator
from tests.rig import surroundings

FIELDS = {
    "Opportunity": frozenset({"Name", "Amount", "CurrencyIsoCode", "RecordType.DeveloperName", "CampaignId"}),
    "OpportunityContactRole": frozenset({"OpportunityId", "ContactId"}),
    "Campaign": frozenset({"Name", "CurrencyIsoCode", "BudgetedCost", "ParentId"}),
    "CurrencyType": frozenset({"IsoCode"}),
}
OPTIONAL = ("Campaign", "CurrencyType", "OpportunityContactRole")
DAY_S = 25 * 3_600
DEAL = {"Name": "Engine", "StageName": "Prospecting", "CloseDate": "2027-03-31"}
SEVERAL = {"corporate": "USD", "rates": {"EUR": 0.8}}


class DealsRig(SalesforceRig):
    """An org of its own for each test, and one installation's memory of it."""

    def __init__(self, simulator: FreshSimulator, stack: ExitStack, stream: str = "OpportunityContactRole") -> None:
        super().__init__(simulator, stack)
        self.stream = stream
        self.memory = Remembered()
        self._numbers = count()

    def connector(self, **more: object) -> Salesforce:
        around = surroundings(
            "crm", self.simulator, fields=FIELDS, tokens=self.tokens, budget=self.budget, known=self.memory
        )
        return Salesforce(self.settings(**more), around, wall=self.fast.wall)

    def setup(self, **wanted: Any) -> None:
        self.simulator.act("edit", system="salesforce", id="settings", as_="admin", **wanted)

    def seed(self, count: int) -> Sequence[str]:
        if self.stream == "Campaign":
            rows = [{"Name": f"Fair {next(self._numbers)}", "ActualCost": 900} for _ in range(count)]
            return self.simulator.seed(campaigns=rows)["Campaign"]
        name = f"Engine {next(self._numbers)}"
        self.simulator.seed(opportunities=[DEAL | {"Name": name}])
        contact = self.contact()
        rows = [{"OpportunityName": name, "ContactId": contact} for _ in range(count)]
        return self.simulator.seed(contact_roles=rows)["OpportunityContactRole"]

    def touch(self, key: str) -> None:
        wanted: dict[str, Any] = (
            {"ActualCost": next(self._numbers)} if self.stream == "Campaign" else {"Role": "Influencer"}
        )
        self.simulator.act("edit", system="salesforce", id=key, as_="admin", **wanted)

    def contact(self) -> str:
        row = {"LastName": "Zanzibarova", "AccountName": "Works", "Email": f"zora.{next(self._numbers)}@people.example"}
        return self.simulator.seed(sf_contacts=[row])["Contact"][0]

    def deal(self, **more: object) -> str:
        return self.simulator.seed(opportunities=[DEAL | more])["Opportunity"][0]

    def read(self, stream: str) -> dict[str, Record]:
        """Everything, from the start."""
        return {each.ref.id: each for each in self.memory.keep(list(self.connector().read(stream, None)))}


@pytest.fixture
def rig(vendors: FreshSimulator) -> Iterator[DealsRig]:
    with ExitStack() as stack:
        yield DealsRig(vendors.begin(), stack)


class TestRoles(ReaderContract):
    """The laws of reading, for who stands in which deal."""


class TestCampaigns(ReaderContract):
    """The same for campaigns."""

    @pytest.fixture
    def rig(self, vendors: FreshSimulator) -> Iterator[DealsRig]:
        with ExitStack() as stack:
            yield DealsRig(vendors.begin(), stack, "Campaign")


def test_the_streams_say_what_they_hold_and_how_often_they_are_read(rig: DealsRig) -> None:
    streams = rig.connector().streams
    assert {name: (streams[name].holds, streams[name].pace) for name in (*OPTIONAL, "role_deletions")} == {
        "OpportunityContactRole": (Holds.ROLES, Pace.SLOW),
        "Campaign": (Holds.CAMPAIGNS, Pace.SLOW),
        "CurrencyType": (Holds.RATES, Pace.SLOW),
        "role_deletions": (Holds.ROLES, Pace.NIGHTLY),
    }


def test_what_no_mapping_asks_for_is_not_read(rig: DealsRig) -> None:
    around = surroundings("crm", rig.simulator, tokens=rig.tokens)
    streams = Salesforce(rig.settings(), around, wall=rig.fast.wall).streams
    assert not {*OPTIONAL, "role_deletions"} & streams.keys()
    assert not {*OPTIONAL, "role_deletions"} & rig.connector(slow=["Account"]).streams.keys()


def test_a_role_names_the_deal_the_person_and_what_they_are_there(rig: DealsRig) -> None:
    contact = rig.contact()
    deal = rig.deal(ContactId=contact)
    (role,) = rig.read("OpportunityContactRole").values()
    wanted = {"OpportunityId": deal, "ContactId": contact, "Role": None, "IsPrimary": True}
    assert {name: role.values[name] for name in wanted} == wanted


def test_a_campaign_tells_what_it_cost(rig: DealsRig) -> None:
    row = {"Name": "Fair", "Type": "Conference", "ActualCost": 12_500, "BudgetedCost": 10_000}
    (campaign,) = rig.simulator.seed(campaigns=[row | {"StartDate": "2026-05-04"}])["Campaign"]
    values = rig.read("Campaign")[campaign].values
    assert [values[name] for name in ("Name", "Type", "ActualCost", "BudgetedCost", "StartDate", "EndDate")] == [
        "Fair",
        "Conference",
        12_500,
        10_000,
        "2026-05-04",
        None,
    ]


def test_an_org_with_several_currencies_tells_of_each_sum_whose_it_is_and_the_rates(rig: DealsRig) -> None:
    rig.setup(multi_currency=SEVERAL)
    dollars, euros = rig.deal(Amount=100), rig.deal(Amount=80, CurrencyIsoCode="EUR")
    deals = rig.read("Opportunity")
    assert [deals[each].values["CurrencyIsoCode"] for each in (dollars, euros)] == ["USD", "EUR"]
    rates = [record.values for record in rig.read("CurrencyType").values()]
    assert {each["IsoCode"]: (each["ConversionRate"], each["IsCorporate"]) for each in rates} == {
        "USD": (1, True),
        "EUR": (0.8, False),
    }


def test_a_rate_that_changed_is_read_after_the_last_cursor(rig: DealsRig) -> None:
    rig.setup(multi_currency=SEVERAL)
    *_, last = rig.connector().read("CurrencyType", None)
    rig.setup(multi_currency={"corporate": "USD", "rates": {"EUR": 0.9}})
    pages = list(rig.connector().read("CurrencyType", last.cursor))
    changed = {record.values["IsoCode"]: record.values["ConversionRate"] for page in pages for record in page.records}
    assert changed["EUR"] == 0.9


@pytest.mark.parametrize("bulk_rows", [50_000, 1], ids=["by pages", "by a job"])
def test_a_record_type_is_told_by_its_developer_name(rig: DealsRig, bulk_rows: int) -> None:
    assert "RecordType.DeveloperName" not in rig.connector().describe("Opportunity")
    rig.setup(record_types={"Opportunity": ["New_Business", "Renewal"]})
    deals = [rig.deal(), rig.deal(RecordTypeName="Renewal")]
    connector = rig.connector(bulk_rows=bulk_rows)
    pages = list(connector.read("Opportunity", None))
    found = {record.ref.id: record.values for page in pages for record in page.records}
    assert [found[each]["RecordType.DeveloperName"] for each in deals] == ["New_Business", "Renewal"]
    assert connector.describe("Opportunity")["RecordType.DeveloperName"].options == ("New_Business", "Renewal")
    assert set(found[deals[0]]) <= connector.describe("Opportunity").keys()


def last(pages: Sequence[Page]) -> Cursor | None:
    return pages[-1].cursor if pages else None


def test_a_role_taken_off_a_deal_is_noticed_the_next_night(rig: DealsRig) -> None:
    off, stays = rig.seed(2)
    rig.read("OpportunityContactRole")
    cursor = last(list(rig.connector().read("role_deletions", None)))
    rig.simulator.act("delete", system="salesforce", id=off)
    assert rig.memory.of("crm", "OpportunityContactRole", [off])[off].archived is False
    rig.simulator.time(advance_s=DAY_S)
    found = {each.ref.id: each for each in rig.memory.keep(list(rig.connector().read("role_deletions", cursor)))}
    assert (found[off].archived, dict(found[off].values)) == (True, {})
    assert stays not in found


def test_a_role_that_goes_into_the_bin_with_its_deal_is_read_at_once(rig: DealsRig) -> None:
    deal = rig.deal(ContactId=rig.contact())
    (role,) = rig.read("OpportunityContactRole")
    rig.simulator.act("delete", system="salesforce", id=deal)
    assert rig.read("OpportunityContactRole")[role].archived is True


def refused(rig: DealsRig, since: int) -> int:
    return sum(line["system"] == "salesforce" and line["status"] == 404 for line in rig.simulator.log(since))


@pytest.mark.parametrize("stream", ["Campaign", "OpportunityContactRole"])
def test_what_the_user_may_not_see_rests_for_a_day_with_what_is_to_be_given(rig: DealsRig, stream: str) -> None:
    rig.seed(1)
    rig.setup(hidden_objects=[stream])
    connector, since = rig.connector(), rig.simulator.seq()
    assert isinstance(connector, Resting)
    with structlog.testing.capture_logs() as lines:
        pages = list(connector.read(stream, None))
        assert list(rig.connector().read(stream, last(pages))) == []
    assert [line["stream"] for line in lines if line["event"] == "stream_rests"] == [stream]
    assert connector.resting[stream].startswith("needs Read on ")
    assert refused(rig, since) == 1
    rig.setup(hidden_objects=[])
    assert list(rig.connector().read(stream, last(pages))) == []
    rig.simulator.time(advance_s=DAY_S)
    found = [record for page in rig.connector().read(stream, last(pages)) for record in page.records]
    assert bool(found) is (stream == rig.stream)


def test_what_is_hidden_later_rests_although_it_was_described_before(rig: DealsRig) -> None:
    rig.seed(1)
    connector = rig.connector()
    before = list(connector.read("OpportunityContactRole", None))
    rig.setup(hidden_objects=["OpportunityContactRole"])
    assert [page.records for page in connector.read("OpportunityContactRole", last(before))] == [()]
    assert set(connector.resting) == {"OpportunityContactRole"}


def test_what_is_hidden_is_not_taken_for_deleted(rig: DealsRig) -> None:
    rig.seed(2)
    rig.read("OpportunityContactRole")
    cursor = last(list(rig.connector().read("role_deletions", None)))
    rig.setup(hidden_objects=["OpportunityContactRole"])
    rig.simulator.time(advance_s=8 * DAY_S)
    connector = rig.connector()
    assert [page.records for page in connector.read("role_deletions", cursor)] == [()]
    assert set(connector.resting) == {"role_deletions"}


def test_one_currency_is_nothing_that_anybody_is_told_of(rig: DealsRig) -> None:
    connector = rig.connector()
    with structlog.testing.capture_logs() as lines:
        (rest,) = connector.read("CurrencyType", None)
    assert (rest.records, connector.resting, lines) == ((), {"CurrencyType": ""}, [])
    failure_of(NotAllowedError, lambda: connector.describe("CurrencyType"))


def test_doctor_asks_once_for_each_and_ends_a_rest_that_is_over(rig: DealsRig) -> None:
    rig.setup(hidden_objects=["Campaign"])
    cursors = {"Campaign": next(iter(rig.connector().read("Campaign", None))).cursor}
    asking = rig.connector()
    assert {stream for stream, why in asking.knock().items() if why} == {"Campaign"}
    assert asking.waking(cursors) == {}
    rig.setup(hidden_objects=[])
    asking = rig.connector()
    assert set(asking.knock()) == {"CurrencyType"}
    assert asking.waking(cursors) == {"Campaign": None}
