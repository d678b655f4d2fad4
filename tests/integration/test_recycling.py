"""Where people wait and what brings them back, judged by the lists in HubSpot and the campaigns in Salesforce."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count

import pytest

from domain.lead import Lead
from domain.stage import Stage
from leadloop.finding import find_lead
from store import leads
from tests.cast import SAM, USERS, contact
from tests.desk import Desk
from tests.installation import Installation, install
from tests.rig import SimulatorProcess
from tests.witness import Witness

WITH_SALES, IN_DEAL, CUSTOMER = "LL · With sales", "LL · Open opportunity", "LL · Customer"
LOST, PRICE = "LL · Lost · Other", "LL · Lost · Price"
AIR_COVER, SILENT = "LL · Air cover", "LL · Customer · Silent"
NO_BUDGET = "LL · Nurture · No budget"
NUMBERS = count(1)
DAY_S = 86_400.0


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """Lists are kept in both systems; a deal's reason is read; customers are silent after five days."""
    with SimulatorProcess(start=datetime(2026, 9, 7, 8, tzinfo=UTC)) as world:
        made = install(tmp_path_factory.mktemp("office") / "installation", world)
        made.rewrite("mapping.yaml", "  salesforce:\n    people:", "  salesforce:\n    lists: true\n    people:")
        made.rewrite("mapping.yaml", "      # lost_reason: Loss_Reason__c", "      lost_reason: Description")
        reasons = "    reasons:\n      Price: { list: LL · Lost · Price, return_days: 30 }\n"
        made.rewrite("lifecycle.yaml", "    # Name the deal's field", f"{reasons}    # Name the deal's field")
        silent = f"silent_customers: {{ list: {SILENT}, quiet_days: 5, sales_days: 5 }}\n# silent_customers:"
        made.rewrite("lifecycle.yaml", "# silent_customers:", silent)
        made.rewrite("lifecycle.yaml", "accounts_per_rep: 10", "accounts_per_rep: 1")
        made.rewrite("leadloop.yaml", "page_views, lists", "page_views, email_events, lists")
        made.rewrite("scoring.yaml", "  engagement: 50", "  engagement: 10")
        made.rewrite("scoring.yaml", "  rearm_below: 40", "  rearm_below: 5")
        world.seed(users=USERS)
        names = (WITH_SALES, IN_DEAL, CUSTOMER, LOST, PRICE, AIR_COVER, SILENT, NO_BUDGET)
        world.seed(campaigns=[{"Name": name} for name in names])
        made.run()
        yield made
        made.close()


@pytest.fixture
def world(office: Installation) -> SimulatorProcess:
    return office.simulator


@pytest.fixture
def desk(office: Installation, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Desk:
    return Desk(of=office, patch=monkeypatch, screen=capsys)


def company(office: Installation, **more: str) -> tuple[str, list[str]]:
    """An account of Sam's with two people: one is a Lead in Salesforce, the other is known to HubSpot alone."""
    name = f"Acme{next(NUMBERS)}"
    emails = [f"{who}@{name.lower()}.example" for who in ("ana", "ben")]
    account = {"Name": name, "Website": f"{name.lower()}.example", "OwnerEmail": SAM, **more}
    (made,) = office.simulator.seed(accounts=[account])["Account"]
    person = {"LastName": "Ruiz", "Company": name, "Email": emails[0]}
    office.simulator.seed(leads=[person], contacts=[contact(each) for each in emails])
    office.settle(1)
    return made, emails


def lists_of(world: SimulatorProcess, emails: list[str]) -> dict[str, set[str]]:
    """List → which of them stand on it in HubSpot; a campaign has to say the same of whom Salesforce knows."""
    contacts = {str(each["id"]): each["properties"]["email"] for each in world.objects("contacts", system="hubspot")}
    rows = world.objects("lists", system="hubspot")
    found = {row["name"]: {contacts[str(each)] for each in row["members"]} & set(emails) for row in rows}
    campaigns = {row["Id"]: row["Name"] for row in world.objects("Campaign", system="salesforce")}
    joined = [row for row in world.objects("CampaignMember", system="salesforce") if not row["IsDeleted"]]
    known = {row["Email"] for kind in ("Lead", "Contact") for row in world.objects(kind, system="salesforce")}
    for name, theirs in found.items():
        there = {row["Email"] for row in joined if campaigns[row["CampaignId"]] == name}
        assert there & set(emails) == theirs & known, name
    return {name: theirs for name, theirs in found.items() if theirs}


def standing(office: Installation, email: str) -> Lead:
    with office.app.store.read() as tx:
        lead = find_lead(tx, email)
        assert lead is not None
        return leads.get(tx, [lead])[lead]


def ask(world: SimulatorProcess, email: str) -> None:
    world.act("submit_form", system="hubspot", id=email, as_="prospect", form="Demo request", values={})


def read(world: SimulatorProcess, email: str) -> None:
    """They look at what buyers look at."""
    for page in ("pricing", "demo", "pricing/enterprise", "product", "product/security", "pricing/faq"):
        url = f"https://your-company.example/{page}"
        world.act("page_view", system="hubspot", id=email, as_="prospect", url=url)


def test_a_lost_deal_puts_its_people_on_the_reason_s_list_and_new_points_bring_them_to_the_same_rep(
    office: Installation, world: SimulatorProcess, desk: Desk
) -> None:
    account, (ana, *_) = company(office)
    ask(world, ana)
    office.settle(2)
    assert lists_of(world, [ana]) == {WITH_SALES: {ana}}
    owner = Witness(simulator=world).owner(ana)
    lead = str(Witness(simulator=world).lead(ana)["Id"])
    world.act("call", system="salesforce", id=lead, owner_email=owner)
    office.settle(1)
    made = world.act("convert", system="salesforce", id=lead, account_id=account)
    office.settle(2)
    assert lists_of(world, [ana]) == {WITH_SALES: {ana}, IN_DEAL: {ana}}
    deal = made["opportunity_id"]
    world.act("edit", system="salesforce", id=deal, as_="rep", StageName="Closed Lost", Description="price")
    office.settle(2)
    rests = standing(office, ana)
    assert (rests.stage, rests.recycled_as) == (Stage.RECYCLED, "lost")
    assert rests.return_at is not None
    assert (rests.return_at - rests.stage_since).days == 30
    assert lists_of(world, [ana]) == {PRICE: {ana}}
    assert Witness(simulator=world).contact(ana)["ll_rejected_reason"] == "Deal lost: price"
    office.settle(1, every_s=31 * DAY_S)
    assert lists_of(world, [ana]) == {PRICE: {ana}}
    read(world, ana)
    office.settle(2)
    back = standing(office, ana)
    assert (back.stage, back.owner) == (Stage.ASSIGNED, owner)
    assert lists_of(world, [ana]) == {WITH_SALES: {ana}}
    told = desk.does("max", "lists", "list", "--json").json()
    assert {each["returned"] for each in told["lists"] if each["name"] == PRICE} == {1}


def test_air_cover_is_on_for_its_days_waits_beyond_the_limit_and_takes_nobody_who_opted_out(
    office: Installation, world: SimulatorProcess, desk: Desk
) -> None:
    (first, theirs), (second, others) = company(office), company(office)
    for account in (first, second):
        world.act("edit", system="salesforce", id=account, as_="rep", LL_Air_Cover__c=True)
        office.settle(2)
    assert lists_of(world, [*theirs, *others]) == {AIR_COVER: set(theirs)}
    read(world, theirs[1])
    world.act("unsubscribe", system="hubspot", id=theirs[0], as_="prospect")
    office.settle(1)
    assert AIR_COVER not in lists_of(world, theirs[:1])
    told = desk.does("max", "air-cover", "--rep", SAM, "--json").json()["accounts"]
    assert [(each["id"], each["standing"], each["people"], each["opted_out"]) for each in told] == [
        (first, "covered", 2, 1),
        (second, "waits", 2, 0),
    ]
    assert told[0]["did"] == {"page_viewed": 1}
    assert "1 account waits for air cover" in desk.does("max", "doctor").out
    world.act("edit", system="salesforce", id=first, as_="rep", LL_Air_Cover__c=False)
    office.settle(2)
    assert lists_of(world, [theirs[0], *others]) == {AIR_COVER: set(others)}
    office.settle(1, every_s=61 * DAY_S)
    assert lists_of(world, others) == {}


def test_a_silent_customer_enters_a_list_and_goes_to_the_account_s_owner_when_they_act(
    office: Installation, world: SimulatorProcess
) -> None:
    _, (ana, ben) = company(office, Type="Customer")
    world.act("edit", system="hubspot", id=ana, as_="marketer", lifecyclestage="customer")
    office.settle(1)
    assert lists_of(world, [ana, ben]) == {CUSTOMER: {ana, ben}}
    office.settle(1, every_s=6 * DAY_S)
    silent = lists_of(world, [ana])
    assert silent == {CUSTOMER: {ana}, SILENT: {ana}}
    read(world, ana)
    office.settle(2)
    back = standing(office, ana)
    assert (back.stage, back.owner) == (Stage.ASSIGNED, SAM)
    assert lists_of(world, [ana]) == {CUSTOMER: {ana}, WITH_SALES: {ana}}


def test_a_list_to_which_nobody_sends_is_a_finding_until_a_mail_arrives(
    office: Installation, world: SimulatorProcess, desk: Desk
) -> None:
    _, (ana, _) = company(office)
    ask(world, ana)
    office.settle(2)
    lead = str(Witness(simulator=world).lead(ana)["Id"])
    world.act("reject", system="salesforce", id=lead, reason="No budget")
    office.settle(1)
    assert lists_of(world, [ana]) == {NO_BUDGET: {ana}}
    assert desk.does("max", "status", "--json").json()["lists_asleep"] == []
    office.settle(1, every_s=40 * DAY_S)
    words = f"nobody sends to list '{NO_BUDGET}' in hubspot: no mail reached any of its members in 30 days"
    assert words in desk.does("max", "status", "--json").json()["lists_asleep"]
    assert words in desk.does("max", "doctor").out
    world.act("click", system="hubspot", id=ana, as_="prospect", event_type="DELIVERED", campaign="Budget", url="")
    office.settle(1)
    assert words not in desk.does("max", "status", "--json").json()["lists_asleep"]
    shown = desk.does("max", "lists", "show", NO_BUDGET, "--connection", "hubspot", "--json").json()
    (member,) = shown["systems"][0]["members"]
    assert (member["email"], member["no_mail_because"], member["mailed_at"] is not None) == (ana, None, True)
