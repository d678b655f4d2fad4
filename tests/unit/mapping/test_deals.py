"""What records say as deals, places in them, campaigns and rates; and whom they name."""

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.mapping import MappingRules
from domain.deal import Deal, Rates
from domain.record import Record
from domain.values import LeadId, RecordRef, Value
from mapping.deals import campaign_of, deal_in, deal_of, people_in, rates_of, without_people

THEN = datetime(2026, 11, 2, 8, tzinfo=UTC)
RULES = MappingRules.model_validate(
    {
        "systems": {
            "crm": {
                "people": {"objects": ["Contact", "Lead"], "key": "Key", "email": "Email"},
                "accounts": {"object": "Account", "name": "Name", "domain": "Website"},
                "deals": {
                    "object": "Deal",
                    "account": "AccountId",
                    "closed": "IsClosed",
                    "won": "IsWon",
                    "amount": "Amount",
                    "name": "Name",
                    "created": "Created",
                    "closes": "Closes",
                    "stage": "Stage",
                    "currency": "Iso",
                    "corporate_amount": "Home",
                    "corporate_currency": "EUR",
                    "campaign": "CampaignId",
                    "source": "Source",
                    "lost_reason": "Why",
                    "record_type": "Type",
                    "record_types": ["New"],
                    "contacts": {
                        "primary": "First",
                        "ids": "All",
                        "roles": {
                            "object": "Place",
                            "deal": "Deal",
                            "person": "Who",
                            "role": "Role",
                            "primary": "IsPrimary",
                        },
                    },
                },
                "campaigns": {
                    "object": "Campaign",
                    "name": "Name",
                    "type": "Type",
                    "status": "Status",
                    "cost": "Cost",
                    "budget": "Budget",
                    "currency": "Iso",
                    "starts": "From",
                    "ends": "To",
                    "parent": "Parent",
                },
                "currencies": {"object": "Rate", "code": "Code", "rate": "Rate", "corporate": "Own"},
            }
        },
        "properties": [],
    }
)
CRM = RULES.systems["crm"]


def record(kind: str, number: str, **values: Value) -> Record:
    ref = RecordRef(connection="crm", object=kind, id=number)
    return Record(ref=ref, values=values, modified_at=THEN)


def person(number: str) -> RecordRef:
    return RecordRef(connection="crm", object="Contact", id=number)


def told(*roles: Record, **values: Value) -> Deal:
    return deal_of(record("Deal", "d1", **values), CRM, roles, {person("p1"): LeadId(7)})


def test_a_deal_says_what_its_fields_say() -> None:
    deal = told(
        Name=" Engine ",
        AccountId="a1",
        Amount=100.1,
        Iso="usd",
        Home="90,5",
        IsClosed=True,
        IsWon=False,
        Created="2026-01-02T03:04:05Z",
        Closes="2026-03-31",
        Stage="Closed Lost",
        CampaignId="c1",
        Source="Web",
        Type="New",
        Why="Price",
    )
    assert deal == Deal(
        ref=RecordRef(connection="crm", object="Deal", id="d1"),
        name="Engine",
        account=RecordRef(connection="crm", object="Account", id="a1"),
        contacts=(),
        amount=Decimal("100.1"),
        currency="USD",
        corporate_amount=None,
        is_closed=True,
        is_won=False,
        created_at=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
        closes=date(2026, 3, 31),
        stage="Closed Lost",
        campaign=RecordRef(connection="crm", object="Campaign", id="c1"),
        source="Web",
        record_type="New",
        lost_reason="Price",
        counts=True,
    )


def test_a_deal_without_anything_is_one_all_the_same() -> None:
    deal = told()
    assert (deal.amount, deal.currency, deal.account, deal.closes, deal.contacts) == (None, None, None, None, ())
    assert (deal.is_closed, deal.is_won, deal.counts) == (False, False, False)


@pytest.mark.parametrize("amount", [None, "", "n/a", True, "NaN", "Infinity"])
def test_what_is_no_sum_is_none(amount: Value) -> None:
    assert told(Amount=amount).amount is None


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("2026-03-31", date(2026, 3, 31)),
        ("2026-03-31T00:00:00Z", date(2026, 3, 31)),
        ("2026-04-01T06:59:59Z", date(2026, 3, 31)),
        ("2026-04-01T07:00:00Z", date(2026, 4, 1)),
        ("soon", None),
        (None, None),
    ],
)
def test_a_deal_closes_on_a_day_or_on_the_local_day_of_a_moment(said: Value, day: date | None) -> None:
    """HubSpot's `closedate` is a moment: by UTC the last evening of a month in California would be the next month's."""
    assert told(Closes=said).closes_on(ZoneInfo("America/Los_Angeles")) == day


def test_whoever_several_ways_name_counts_once_with_all_that_is_said_of_them() -> None:
    roles = [
        record("Place", "r1", Deal="d1", Who="p2", Role="Evaluator", IsPrimary=False),
        record("Place", "r2", Deal="d1", Who="p1", Role="Buyer", IsPrimary=False),
    ]
    deal = told(*roles, First="p1", All="p1;p2; p3;")
    assert [(each.ref.id, each.lead, each.role, each.is_primary) for each in deal.contacts] == [
        ("p1", 7, "Buyer", True),
        ("p2", None, "Evaluator", False),
        ("p3", None, None, False),
    ]
    assert deal.leads == (7,)


def test_ids_may_be_numbers() -> None:
    assert [each.ref.id for each in told(First=101, All=102).contacts] == ["101", "102"]


def test_a_place_names_its_deal_and_its_person() -> None:
    place = record("Place", "r1", Deal="d1", Who="p1")
    assert (deal_in(place, RULES), people_in(place, RULES)) == ("d1", (person("p1"),))
    assert deal_in(record("Deal", "d1", Deal="d2"), RULES) == ""


@given(named=st.lists(st.sampled_from(["p1", "p2", "p3"]), unique=True), gone=st.sets(st.sampled_from(["p1", "p2"])))
def test_who_is_taken_out_of_a_deal_is_named_nowhere_and_everybody_else_still(named: list[str], gone: set[str]) -> None:
    first = named[0] if named else None
    before = record("Deal", "d1", First=first, All=";".join(named) or None, Amount=1)
    left = without_people(before, {person(each) for each in gone}, RULES)
    assert {each.id for each in people_in(left, RULES)} == set(named) - gone
    assert not any(each in str(left.values) for each in gone)
    assert left.values["Amount"] == 1


def test_of_the_place_of_who_is_gone_nothing_is_left() -> None:
    place = record("Place", "r1", Deal="d1", Who="p1", Role="Buyer")
    assert without_people(place, {person("p1")}, RULES).values == {}
    assert without_people(place, {person("p2")}, RULES) is place


def test_a_campaign_says_what_it_cost() -> None:
    found = campaign_of(
        record("Campaign", "c1", Name="Fair", Cost=900, Iso="EUR", From="2026-05-04", Parent="c0"),
        CRM.campaigns,  # type: ignore[arg-type]  # it is there
    )
    assert (found.name, found.cost, found.budget, found.currency) == ("Fair", Decimal(900), None, "EUR")
    assert (found.starts_on, found.ends_on, found.parent) == (
        date(2026, 5, 4),
        None,
        RecordRef(connection="crm", object="Campaign", id="c0"),
    )


def test_rates_come_from_their_object_and_the_corporate_currency_else_from_the_mapping() -> None:
    rows = [record("Rate", "1", Code="usd", Rate=1, Own=True), record("Rate", "2", Code="EUR", Rate=0.8)]
    bad = [record("Rate", "3", Code="JPY", Rate=0), record("Rate", "4", Rate=2)]
    assert rates_of([*rows, *bad], CRM.currencies, CRM.deals) == Rates(
        corporate="USD", per_corporate={"USD": Decimal(1), "EUR": Decimal("0.8")}
    )
    assert rates_of([], CRM.currencies, CRM.deals) == Rates(corporate="EUR")
    assert rates_of([], None, None) == Rates()


@pytest.mark.parametrize(
    ("currency", "worth"),
    [("EUR", Decimal(125)), ("USD", Decimal(100)), (None, Decimal(100)), ("JPY", None)],
)
def test_a_sum_is_worth_so_much_in_the_corporate_currency(currency: str | None, worth: Decimal | None) -> None:
    rates = Rates(corporate="USD", per_corporate={"EUR": Decimal("0.8")})
    assert rates.in_corporate(Decimal(100), currency) == worth
