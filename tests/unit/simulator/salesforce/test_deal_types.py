"""Who stands in a deal, what an org may have or lack around it, and what is told of that."""

from typing import Any

import pytest

from simulator.act import ActError
from simulator.salesforce.errors import RefusedError
from tests.unit.simulator.salesforce.office import Caller, Office

CLOSES = "2026-03-31"


def edit(office: Office, **settings: Any) -> None:
    office.act("edit", "settings", as_="admin", **settings)


def plant(office: Office, type_name: str, **fields: Any) -> str:
    return office.world.seed({type_name: [fields]}, office.now, [])[type_name][0]


def deal(office: Office, **more: Any) -> str:
    return plant(office, "Opportunity", **{"Name": "Engine", "StageName": "Prospecting", "CloseDate": CLOSES, **more})


def roles(office: Office, *, everything: bool = False) -> list[tuple[str, bool]]:
    rows = office.query("SELECT ContactId, IsPrimary FROM OpportunityContactRole ORDER BY Id", everything=everything)
    return [(row["ContactId"], row["IsPrimary"]) for row in rows]


def test_a_deal_made_with_a_contact_has_that_contact_as_its_primary_role(office: Office) -> None:
    deal(office, ContactId=office.contact)
    assert roles(office) == [(office.contact, True)]


def test_whoever_is_made_primary_last_is_the_deals_contact(office: Office) -> None:
    one = deal(office, ContactId=office.contact)
    other = plant(office, "Contact", LastName="Somerville", AccountName="Turin")
    plant(office, "OpportunityContactRole", OpportunityName="Engine", ContactId=other, IsPrimary=True)
    assert roles(office) == [(office.contact, False), (other, True)]
    assert office.row(one)["ContactId"] == other


def test_a_role_taken_off_leaves_no_trace_in_a_query(office: Office) -> None:
    """But for that of a deal that goes into the recycle bin with it."""
    one, other = deal(office, ContactId=office.contact), deal(office, Name="Loom", ContactId=office.contact)
    (first, _) = office.query("SELECT Id FROM OpportunityContactRole ORDER BY Id")
    office.act("delete", first["Id"], as_="rep")
    office.act("delete", other, as_="rep")
    assert roles(office, everything=True) == [(office.contact, True)]
    assert office.row(one).get("ContactId") is None


def test_a_deal_out_of_the_bin_has_its_people_again(office: Office) -> None:
    one = deal(office, ContactId=office.contact)
    office.act("delete", one)
    assert roles(office) == []
    office.act("edit", one, as_="admin", restore=True)
    assert roles(office) == [(office.contact, True)]


def test_a_conversion_makes_the_person_the_deals_primary_contact(office: Office) -> None:
    done = office.act("convert", office.owned)
    assert roles(office) == [(done["contact_id"], True)]
    assert office.row(done["opportunity_id"])["ContactId"] == done["contact_id"]


def test_the_places_of_a_merged_contact_go_to_the_winner(office: Office) -> None:
    deal(office, ContactId=office.contact)
    winner = plant(office, "Contact", LastName="Menabrea", AccountName="Turin")
    office.act("merge", winner, loser_id=office.contact)
    assert roles(office) == [(winner, True)]


def test_an_org_with_one_currency_has_neither_rates_nor_codes(office: Office) -> None:
    with pytest.raises(RefusedError, match="sObject type 'CurrencyType' is not supported"):
        office.query("SELECT IsoCode FROM CurrencyType")
    with pytest.raises(RefusedError, match="No such column 'CurrencyIsoCode'"):
        office.query("SELECT CurrencyIsoCode FROM Opportunity")


def test_several_currencies_come_with_rates_against_the_corporate_one(office: Office) -> None:
    before = deal(office, Amount=100)
    edit(office, multi_currency={"corporate": "USD", "rates": {"EUR": 0.9}})
    edit(office, multi_currency={"corporate": "USD", "rates": {"EUR": 0.8}})
    rates = office.query("SELECT IsoCode, ConversionRate, IsCorporate FROM CurrencyType ORDER BY IsoCode")
    assert [tuple(row.values()) for row in rates] == [("EUR", 0.8, False), ("USD", 1.0, True)]
    new, euros = deal(office, Amount=1), deal(office, Amount=1, CurrencyIsoCode="EUR")
    assert [office.row(one)["CurrencyIsoCode"] for one in (before, new, euros)] == ["USD", "USD", "EUR"]


def test_record_types_are_a_field_of_their_own_with_the_first_as_default(office: Office) -> None:
    edit(office, record_types={"Opportunity": ["New_Business", "Renewal"]})
    deal(office), deal(office, RecordTypeName="Renewal")
    rows = office.query("SELECT RecordType.DeveloperName FROM Opportunity ORDER BY Id")
    assert [row["RecordType"]["DeveloperName"] for row in rows] == ["New_Business", "Renewal"]


@pytest.mark.parametrize(
    "settings",
    [
        {"multi_currency": {"corporate": "USD"}},
        {"multi_currency": {"corporate": "USD", "rates": {"EUR": 0}}},
        {"record_types": {"Opportunity": []}},
        {"hidden_objects": ["Opera"]},
    ],
)
def test_settings_that_make_no_sense_change_nothing(office: Office, settings: dict[str, Any]) -> None:
    with pytest.raises(ActError):
        edit(office, **settings)
    assert "CurrencyIsoCode" not in office.org.table("Opportunity").type.fields


def test_an_object_that_the_user_may_not_read_is_as_if_it_were_not_there(caller: Caller) -> None:
    caller.world.act(
        "edit",
        as_="admin",
        id="settings",
        fields={"hidden_objects": ["Campaign"]},
        at=caller.kernel.clock.now(),
        now=caller.kernel.clock.now(),
        effects=[],
    )
    asked = [
        caller.call("GET", "sobjects/Campaign/describe"),
        caller.call("GET", "sobjects/Campaign/deleted/?start=2026-01-05T00:00:00Z&end=2026-01-05T08:00:00Z"),
        caller.query("SELECT Id FROM Campaign"),
    ]
    codes = [(one.status_code, one.json()[0]["errorCode"]) for one in asked]
    assert codes == [(404, "NOT_FOUND"), (404, "NOT_FOUND"), (400, "INVALID_TYPE")]
    names = [one["name"] for one in caller.call("GET", "sobjects").json()["sobjects"]]
    assert not {"Campaign", "CurrencyType"} & set(names)
    assert "Opportunity" in names


def test_describe_tells_the_record_types_that_there_are(caller: Caller) -> None:
    now = caller.kernel.clock.now()
    wish = {"record_types": {"Opportunity": ["New_Business", "Renewal"]}}
    caller.world.act("edit", as_="admin", id="settings", fields=wish, at=now, now=now, effects=[])
    told = caller.call("GET", "sobjects/Opportunity/describe").json()["recordTypeInfos"]
    shown = [(one["developerName"], one["defaultRecordTypeMapping"], one["master"]) for one in told]
    assert shown == [("New_Business", True, False), ("Renewal", False, False), ("Master", False, True)]
