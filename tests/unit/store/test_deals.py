"""Deals, campaigns and rates are told in portions, with the leads of their people, and without who was erased."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy import event

from config.mapping import MappingRules
from domain.deal import Deal, Rates
from domain.record import Record
from domain.values import LeadId, RecordRef, Value
from store import deal_links, records
from store.deals import campaigns, deals, rates
from store.engine import Store, Tx
from tests.unit.mapping.test_deals import CRM, RULES
from tests.unit.store.examples import NOON, at

HUB = CRM.model_copy(update={"campaigns": None, "currencies": None})
BOTH = MappingRules(systems={"crm": CRM, "hub": HUB}, properties=[])


@pytest.fixture
def tx(store: Store) -> Iterator[Tx]:
    with store.write() as tx:
        yield tx


def keep(tx: Tx, kind: str, number: str, *, connection: str = "crm", archived: bool = False, **values: Value) -> Record:
    ref = RecordRef(connection=connection, object=kind, id=number)
    record = Record(ref=ref, values=values, modified_at=NOON, archived=archived)
    records.upsert(tx, [record], seen_at=NOON)
    if kind == "Place":
        deal_links.note(tx, [record], BOTH)
    return record


def place(tx: Tx, number: str, deal: str, who: str, *, role: str | None = None, first: bool = False) -> Record:
    return keep(tx, "Place", number, Deal=deal, Who=who, Role=role, IsPrimary=first)


def contact(tx: Tx, number: str, lead: int) -> RecordRef:
    ref = keep(tx, "Contact", number, Email="x").ref
    records.assign(tx, {ref: LeadId(lead)})
    return ref


def people(deal: Deal) -> list[tuple[str, LeadId | None, bool]]:
    return [(each.ref.id, each.lead, each.is_primary) for each in deal.contacts]


def test_a_deal_is_told_with_its_people_and_whose_leads_they_are(tx: Tx) -> None:
    contact(tx, "p1", 7)
    contact(tx, "p2", 8)
    keep(tx, "Deal", "d1", Amount=100, First="p2")
    place(tx, "r1", "d1", "p1", role="Buyer")
    place(tx, "r2", "d1", "p2", first=True)
    place(tx, "r3", "d2", "p1")
    (deal,) = deals(tx, RULES)
    assert people(deal) == [("p2", 8, True), ("p1", 7, False)]
    assert (deal.leads, deal.amount) == ((8, 7), Decimal(100))


def test_a_place_that_is_gone_or_moved_is_told_no_more(tx: Tx) -> None:
    keep(tx, "Deal", "d1")
    keep(tx, "Deal", "d2")
    off = place(tx, "r1", "d1", "p1")
    moved = place(tx, "r2", "d1", "p2")
    for record in (
        replace(off, values={}, archived=True, modified_at=at(1)),
        replace(moved, values={"Deal": "d2", "Who": "p2"}, modified_at=at(1)),
    ):
        records.upsert(tx, [record], seen_at=at(1))
        deal_links.note(tx, [record], RULES)
    assert [people(deal) for deal in deals(tx, RULES)] == [[], [("p2", None, False)]]


def test_deals_that_are_gone_are_none(tx: Tx) -> None:
    keep(tx, "Deal", "d1", archived=True)
    merged = RecordRef(connection="crm", object="Deal", id="d3")
    lost = Record(ref=replace(merged, id="d2"), values={}, modified_at=NOON, merged_into=merged)
    records.upsert(tx, [lost], seen_at=NOON)
    keep(tx, "Deal", "d3")
    assert [deal.ref.id for deal in deals(tx, RULES)] == ["d3"]


@pytest.mark.parametrize("limit", [1, 2, 3, 100])
def test_portions_of_any_size_tell_every_deal_of_every_system_once_and_in_order(tx: Tx, limit: int) -> None:
    for connection in ("crm", "hub"):
        for number in range(4):
            keep(tx, "Deal", f"d{number}", connection=connection)
    keep(tx, "Deal", "d9", connection="other")
    told: list[Deal] = []
    while portion := deals(tx, BOTH, after=told[-1].ref if told else None, limit=limit):
        assert len(portion) <= limit
        told += portion
    assert [deal.ref for deal in told] == sorted({deal.ref for deal in told})
    assert len(told) == 8


def test_a_portion_costs_as_many_queries_whatever_it_holds(store: Store, statements: list[str]) -> None:
    with store.write() as tx:
        for number in range(40):
            keep(tx, "Deal", f"d{number}", First=f"p{number}")
            place(tx, f"r{number}", f"d{number}", f"q{number}")
        counts = []
        for limit in (2, 40):
            statements.clear()
            assert len(deals(tx, RULES, limit=limit)) == limit
            counts.append(len(statements))
    assert counts[0] == counts[1] == 3


@pytest.fixture
def statements(store: Store) -> list[str]:
    said: list[str] = []
    event.listen(store.engine, "before_cursor_execute", lambda *args: said.append(str(args[2])))
    return said


def test_a_mapping_without_deals_tells_none(tx: Tx) -> None:
    keep(tx, "Deal", "d1")
    plain = CRM.model_copy(update={"deals": None, "campaigns": None})
    rules = MappingRules(systems={"crm": plain}, properties=[])
    assert (deals(tx, rules), campaigns(tx, rules), rates(tx, rules)) == ([], [], {})


def test_campaigns_are_told_with_their_costs_in_portions(tx: Tx) -> None:
    keep(tx, "Campaign", "c1", Name="Fair", Cost=900)
    keep(tx, "Campaign", "c2", Name="Webinar")
    keep(tx, "Campaign", "c3", archived=True)
    first, *_ = told = campaigns(tx, RULES)
    assert [(each.name, each.cost) for each in told] == [("Fair", Decimal(900)), ("Webinar", None)]
    assert [each.name for each in campaigns(tx, RULES, after=first.ref, limit=1)] == ["Webinar"]


def test_rates_are_told_by_system(tx: Tx) -> None:
    keep(tx, "Rate", "1", Code="USD", Rate=1, Own=True)
    keep(tx, "Rate", "2", Code="EUR", Rate=0.8)
    keep(tx, "Rate", "3", Code="GBP", Rate=0.7, archived=True)
    assert rates(tx, BOTH) == {
        "crm": Rates(corporate="USD", per_corporate={"USD": Decimal(1), "EUR": Decimal("0.8")}),
        "hub": Rates(corporate="EUR"),
    }


def test_who_is_forgotten_stands_in_no_deal_and_everybody_else_does(tx: Tx) -> None:
    gone, stays = contact(tx, "p1", 7), contact(tx, "p10", 8)
    keep(tx, "Deal", "d1", First="p1", All="p1;p10", Amount=1)
    keep(tx, "Deal", "d2", connection="hub", First="p1")
    place(tx, "r1", "d1", "p1", role="Buyer")
    place(tx, "r2", "d1", "p10")
    deal_links.forget(tx, [gone], BOTH)
    first, elsewhere = deals(tx, BOTH)
    assert people(first) == [(stays.id, 8, False)]
    assert people(elsewhere) == [("p1", None, True)], "of another system it is another person"
    kept = records.get(tx, [RecordRef(connection="crm", object="Place", id=each) for each in ("r1", "r2")])
    assert {ref.id: dict(record.values) for ref, record in kept.items()} == {
        "r1": {},
        "r2": {"Deal": "d1", "Who": "p10", "Role": None, "IsPrimary": False},
    }
