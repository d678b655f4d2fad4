"""The world before the loop: deterministic, and as messy as real ones are."""

from collections import Counter
from datetime import datetime, timedelta

import pytest

from leadloop.demo import people, seed
from leadloop.demo.seed import Row

NUMBERS = (1, 2, 20260907)


@pytest.fixture(params=NUMBERS, ids=lambda number: f"seed {number}")
def number(request: pytest.FixtureRequest) -> int:
    return int(request.param)


@pytest.fixture
def rows(number: int) -> Row:
    return seed.rows(number)


def _addresses(rows: list[Row]) -> Counter[str]:
    return Counter(row["Email"].strip().lower() for row in rows)


def test_the_same_number_gives_the_same_world(number: int) -> None:
    assert seed.rows(number) == seed.rows(number)
    assert seed.prehistory(number) == seed.prehistory(number)


def test_another_number_gives_another_world() -> None:
    assert seed.rows(1) != seed.rows(2)
    assert seed.prehistory(1) != seed.prehistory(2)


def test_some_people_are_two_leads(rows: Row) -> None:
    assert sum(1 for count in _addresses(rows["leads"]).values() if count == 2) == 10


def test_some_people_are_a_lead_and_a_contact(rows: Row) -> None:
    assert len(_addresses(rows["leads"]).keys() & _addresses(rows["sf_contacts"]).keys()) == 8


def test_many_people_of_hubspot_are_in_salesforce_and_some_only_there(rows: Row) -> None:
    hubspot = {row["email"] for row in rows["contacts"]}
    salesforce = {*_addresses(rows["leads"]), *_addresses(rows["sf_contacts"])}
    assert len(hubspot & salesforce) == 166
    assert len(salesforce - hubspot) == 53


def test_addresses_are_spelled_as_people_type_them(rows: Row) -> None:
    spellings = [row["Email"] for row in rows["leads"]]
    assert any(email != email.lower() for email in spellings)
    assert any(email != email.strip() for email in spellings)


def test_a_rep_who_left_still_owns_leads(rows: Row) -> None:
    left = next(user for user in rows["users"] if user["email"] == people.LEFT)
    assert left["active"] is False
    assert sum(lead["OwnerEmail"] == people.LEFT for lead in rows["leads"]) == 10


def test_old_statuses_stand_beside_open_ones(rows: Row) -> None:
    statuses = Counter(lead["Status"] for lead in rows["leads"])
    assert set(statuses) == {"Open - Not Contacted", "Working - Contacted", "Closed - Not Converted"}
    assert min(statuses.values()) >= 8


def test_customers_have_a_won_deal_and_others_an_open_one(rows: Row) -> None:
    customers = {account["Name"] for account in rows["accounts"] if account["Type"] == "Customer"}
    stages = {deal["AccountName"]: deal["StageName"] for deal in rows["opportunities"]}
    assert len(customers) == 3
    assert {name for name, stage in stages.items() if stage == "Closed Won"} == customers
    assert list(stages.values()).count("Negotiation/Review") == 2


def test_no_field_is_sent_blank(rows: Row) -> None:
    assert all(
        value not in ("", None)
        for key in ("leads", "sf_contacts", "contacts")
        for row in rows[key]
        for value in row.values()
    )


def test_somebody_opted_out_before_the_loop_began(number: int) -> None:
    assert sum(act["do"] == "unsubscribe" for act in seed.prehistory(number)) == 4


def test_the_past_is_told_in_order_and_within_forty_days(number: int) -> None:
    moments = [datetime.fromisoformat(act["at"]) for act in seed.prehistory(number)]
    assert moments == sorted(moments)
    assert seed.GO_LIVE - timedelta(days=40) <= moments[0]
    assert moments[-1] < seed.GO_LIVE


def test_fifteen_people_did_enough_in_the_last_days_to_stand_above_the_line(number: int) -> None:
    late = (seed.GO_LIVE - timedelta(days=5)).isoformat()
    doings = Counter(act["id"] for act in seed.prehistory(number) if act["at"] >= late)
    hot = {person.email for person in people.cast(number).hot}
    assert {email for email, count in doings.items() if count >= 5} == hot
    assert len(hot) == 15
