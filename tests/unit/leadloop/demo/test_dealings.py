"""Deals, campaigns and newcomers of the demo: what the reports about money and about the start of things live on."""

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest

from leadloop.demo import dealings, newcomers, people, rounds, seed
from leadloop.demo.deck import morning
from leadloop.demo.door import Door
from leadloop.demo.origins import tagged
from leadloop.demo.processes import running
from leadloop.demo.seed import Row

NUMBERS = (1, 2, 20260907)


@pytest.fixture(params=NUMBERS, ids=lambda number: f"seed {number}")
def number(request: pytest.FixtureRequest) -> int:
    return int(request.param)


def test_the_same_number_gives_the_same_deals_and_newcomers(number: int) -> None:
    assert (dealings.rows(number), dealings.prehistory(number)) == (dealings.rows(number), dealings.prehistory(number))
    assert list(_new(number)) == list(_new(number))
    assert dealings.rows(number) != dealings.rows(number + 1)


def test_deals_are_won_lost_and_open_and_one_of_each_lacks_what_reports_need(number: int) -> None:
    deals = dealings.rows(number)["opportunities"]
    assert {"Closed Won", "Closed Lost"} < {each["StageName"] for each in deals}
    assert [each["Name"] for each in deals if "Amount" not in each] == [deals[4]["Name"]]
    assert {each["CurrencyIsoCode"] for each in deals} == {"EUR", "GBP", dealings.LOST}
    nobody = [each for each in dealings.buyers(number) if not each.people]
    without_role = [each for each in dealings.buyers(number) if each.people and not each.dealing.roles]
    assert (len(nobody), len(without_role)) == (1, 1)


def test_one_campaign_has_no_cost_and_one_has_a_cost_and_no_deal(number: int) -> None:
    costs = {each["Name"]: each.get("ActualCost") for each in dealings.rows(number)["campaigns"]}
    met = {name for each in dealings.buyers(number) for name in each.dealing.met}
    assert [name for name, cost in costs.items() if cost is None] == [dealings.NEWSLETTER]
    assert costs[dealings.EVENING]
    assert dealings.EVENING not in met


def test_nobody_of_the_cast_stands_in_these_deals_or_works_there(number: int) -> None:
    cast = list(people.cast(number))
    buyers = [who for each in dealings.buyers(number) for who in each.people]
    new = {_address(act) for act in _new(number)}
    assert not {who.email for who in cast} & ({who.email for who in buyers} | new)
    assert not {who.company.domain for who in cast} & {each.company.domain for each in dealings.buyers(number)}
    assert not {who.company.domain for who in cast} & {address.split("@")[1] for address in new}


def test_everybody_in_a_deal_looked_at_the_site_before_it_was_opened(number: int) -> None:
    looked = {act["id"]: act["at"] for act in dealings.prehistory(number)}
    for each, row in zip(dealings.buyers(number), dealings.rows(number)["opportunities"], strict=True):
        assert all(looked[who.email] < row["CreatedDate"] for who in each.people)


def _new(number: int) -> Iterator[Row]:
    agenda = newcomers.plan(number)
    for part in range(morning(people.LAST_DAY + 1)):
        yield from agenda.take(part)


def _address(act: Row) -> str:
    return str(act["id"] or act["fields"]["values"]["email"])


def test_newcomers_tell_who_they_are_before_they_do_anything_else(number: int) -> None:
    known: set[str] = set()
    for act in _new(number):
        if act["id"] == "":
            known.add(act["fields"]["values"]["email"])
        assert _address(act) in known
    assert 29 <= len(known) <= 50


def test_newcomers_leave_the_busy_day_alone(number: int) -> None:
    agenda = newcomers.plan(number)
    busy = morning(people.BUSY_DAY)
    assert agenda.take(busy) + agenda.take(busy + 1) == []


def test_people_come_by_the_same_link_every_time_and_by_several_in_all(number: int) -> None:
    by_person: dict[str, set[str]] = {}
    for act in seed.prehistory(number):
        if act["do"] == "page_view":
            query = urlsplit(tagged(act)["fields"]["url"]).query
            by_person.setdefault(act["id"], set()).add(query)
    assert all(len(ways) == 1 for ways in by_person.values())
    media = {parse_qs(query).get("utm_medium", ["none"])[0] for ways in by_person.values() for query in ways}
    assert media == {"cpc", "paidsocial", "partner", "email", "social", "none"}


def test_a_link_adds_its_words_and_changes_nothing_else() -> None:
    act = seed.views(people.cast(1).hot[0], seed.PRICING)
    assert tagged(act)["fields"]["url"].split("?")[0] == seed.PRICING
    assert {key: value for key, value in tagged(act).items() if key != "fields"} == {
        key: value for key, value in act.items() if key != "fields"
    }
    reject = {"as": "rep", "do": "reject", "system": "salesforce", "id": "1", "fields": {"reason": "No need"}}
    assert tagged(reject) == reject


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    folder = tmp_path_factory.mktemp("dealings")
    command = ("--salesforce-port", "0", "--hubspot-port", "0", "--start", f"{people.FIRST_DAY}T00:00:00Z")
    with running("simulator", *command, "--log", str(folder / "log"), errors=folder / "errors") as simulator:
        door = Door(simulator.hear()["salesforce"])
        door.act([{"as": "admin", "do": "edit", "system": "salesforce", "id": "settings", "fields": dealings.ORG}])
        door.seed({"users": seed.rows(1)["users"]})
        door.seed(dealings.rows(1))
        yield door


def test_a_rep_closes_the_oldest_deal_of_the_loop_and_none_from_before(door: Door) -> None:
    rows = dealings.rows(1)
    part = morning(min(rounds.CLOSINGS)) + 1
    new = {"AccountName": rows["accounts"][0]["Name"], "StageName": "Prospecting", "CloseDate": "2026-12-31"}
    door.seed({"opportunities": [new | {"Name": "There since the first day"}]})
    assert list(rounds.closings(part, door)) == []
    door.advance(86_400)
    door.seed({"opportunities": [new | {"Name": "New"}]})
    (act,) = rounds.closings(part, door)
    assert act["fields"] == {"StageName": "Closed Won", "CloseDate": "2026-09-23"}
    door.act([act])
    won = [each["Name"] for each in door.objects("Opportunity", "salesforce") if each["CloseDate"] == "2026-09-23"]
    assert won == ["New"]
    assert list(rounds.closings(part - 1, door)) == []


def test_one_currency_is_taken_away_and_the_deal_in_it_is_not(door: Door) -> None:
    (act,) = dealings.lost(door.objects("CurrencyType", "salesforce"))
    door.act([act])
    assert act["do"] == "delete"
    assert dealings.LOST in {each["CurrencyIsoCode"] for each in door.objects("Opportunity", "salesforce")}


def test_the_marketer_writes_to_the_members_of_all_nurture_lists_but_one(door: Door) -> None:
    every = (*rounds.WRITTEN_TO, "No need")
    addresses = [f"{at}@a.example" for at in range(len(every))]
    door.seed(
        {
            "contacts": [{"email": each} for each in addresses],
            "lists": [
                {"name": f"LL · Nurture · {name}", "members": [address]}
                for name, address in zip(every, addresses, strict=True)
            ],
        }
    )
    sent = list(rounds.mailings(morning(min(rounds.MAILINGS)) + 1, door))
    assert {act["fields"]["campaign"] for act in sent} == {f"Nurture: {name}" for name in rounds.WRITTEN_TO}
    assert {act["fields"]["event_type"] for act in sent} == {"DELIVERED", "CLICK"}
    door.act(sent)
