"""Whose a record is, when two leads turn out to be one person, and when something only looks like it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import event

from config.mapping import Identity
from config.settings import DestructiveLimit
from domain.change import Change, ChangeKind
from domain.identity import Cause, Tie
from domain.record import Record
from domain.values import LeadId, RecordRef, Value
from handoff.rotation import RoutingState
from store import audit, handoffs, identity, leads, ledger, outbox, records, unions
from store.engine import Store, Tx
from store.identity import Key
from store.outbox import OutboxDraft
from sync.identify import identify
from sync.loop import InForce
from sync.uniting import part, take_out
from tests.unit.store.examples import activity, handoff
from tests.unit.sync.looping import NOON, at

OKA, BO = "okafor@us.example", "bo@us.example"


def contact(record_id: str, email: str, *former: str, **values: Value) -> Record:
    ref = RecordRef(connection="hubspot", object="contacts", id=record_id)
    return Record(ref=ref, values={"email": email, **values}, modified_at=NOON, former_ids=former)


def crm_lead(record_id: str, email: str, first: str = "Ann", last: str = "Smith", **values: Value) -> Record:
    ref = RecordRef(connection="salesforce", object="Lead", id=record_id)
    shown: dict[str, Value] = {"Email": email, "FirstName": first, "LastName": last, **values}
    return Record(ref=ref, values=shown, modified_at=NOON)


def meet(
    tx: Tx, rules: InForce, *page: Record, limit: DestructiveLimit | None = None, most: int = 8, minutes: float = 0
) -> list[LeadId]:
    """Keep a page and give its records their leads; the lead of each."""
    records.upsert(tx, list(page), seen_at=NOON)
    mapping = rules.mapping.model_copy(update={"identity": Identity(max_records=most)})
    now = at(minutes)
    identify(tx, page, mapping, rule_hash=rules.hash, now=now, armed_at=now, limit=limit)
    found = records.lead_of(tx, [record.ref for record in page])
    return [found[record.ref] for record in page]


def test_a_handoff_that_a_merge_closes_leaves_its_reps_desk(store: Store, rules: InForce) -> None:
    with store.write() as tx:
        first, second = meet(tx, rules, contact("1", "1@globex.example"), contact("2", "2@globex.example"))
        handoffs.save(tx, [handoff(first, minute=0, owner=OKA), handoff(second, minute=1, owner=BO)])
        desks = RoutingState().gave(OKA, date(2026, 9, 7)).gave(BO, date(2026, 9, 7)).gave(BO, date(2026, 9, 7))
        handoffs.save_routing_state(tx, desks.to_json())
        assert meet(tx, rules, contact("1", "1@globex.example", "2")) == [first]
        (still_open,) = (each for each in handoffs.all_of(tx, [first])[first] if each.is_open)
        after = RoutingState.from_json(handoffs.routing_state(tx))
        (union,) = unions.of_leads(tx, [first])
        part(tx, union, rules.hash, by="ops", now=NOON)
        parted = RoutingState.from_json(handoffs.routing_state(tx))
    assert still_open.owner == OKA
    assert (after.open_of(OKA), after.open_of(BO)) == (1, 1)
    assert after.new_on(BO, date(2026, 9, 7)) == 2, "what was given today was given"
    assert parted.open_of(BO) == 2, "and lies there again when the two are parted"


def test_a_page_of_many_costs_as_many_statements_as_a_page_of_few(store: Store, rules: InForce) -> None:
    def page(size: int, start: int) -> list[Record]:
        return [crm_lead(f"00Q{start + n}", f"p{start + n}@acme.example") for n in range(size)]

    with store.write() as tx:
        few, many = page(5, 0), page(100, 1_000)
        with counted(tx) as first:
            meet(tx, rules, *few)
        with counted(tx) as second:
            meet(tx, rules, *many)
        with counted(tx) as again:
            meet(tx, rules, *many)
    assert len(second) == len(first)
    assert len(again) < len(second) / 2, "who shows the keys they had is where they were"


@contextmanager
def counted(tx: Tx) -> Iterator[list[str]]:
    told: list[str] = []

    def tell(_c: object, _cursor: object, statement: str, *_: object) -> None:
        told.append(statement)

    event.listen(tx, "before_cursor_execute", tell)
    try:
        yield told
    finally:
        event.remove(tx, "before_cursor_execute", tell)


def test_the_first_and_the_second_of_a_pair_meet_on_one_page(store: Store, rules: InForce) -> None:
    with store.write() as tx:
        one, other, third = meet(
            tx,
            rules,
            crm_lead("00Q1", "ann@acme.example"),
            crm_lead("00Q2", "ann@home.example"),
            contact("1", "ann@acme.example", hs_additional_emails="ann@home.example"),
        )
        assert one == other == third
        assert leads.count(tx) == 1, "nobody was founded and united on the way"
        joined = {(each.record_id, each.action) for each in audit.of_lead(tx, one)}
    why = "joined the lead: the same e-mail address"
    assert joined == {("1", why), ("00Q2", why)}, "whoever came to it, and by what; no address"


def test_what_a_person_split_no_common_key_unites_again_but_their_system_may(store: Store, rules: InForce) -> None:
    ann, home = "ann@acme.example", "ann@home.example"
    with store.write() as tx:
        first, second = meet(tx, rules, contact("1", ann), contact("2", home))
        assert meet(tx, rules, contact("2", home, hs_additional_emails=ann)) == [first]
        (union,) = unions.of_leads(tx, [first])
        part(tx, union, rules.hash, by="ops", now=NOON)
        assert meet(tx, rules, contact("2", home, hs_additional_emails=ann, firstname="Ann")) == [second]
        assert meet(tx, rules, contact("1", ann, hs_additional_emails=home)) == [first]
        assert leads.get(tx, [first, second]).keys() == {first, second}, "the address is both's, and they are two"
        assert meet(tx, rules, contact("1", ann, "2")) == [first]
        assert records.lead_of(tx, [contact("2", home).ref]) == {contact("2", home).ref: first}


def test_a_record_taken_out_of_the_merge_that_had_brought_it_is_not_brought_by_it_again(
    store: Store, rules: InForce
) -> None:
    with store.write() as tx:
        first, _ = meet(tx, rules, contact("1", "a@acme.example"), contact("2", "b@acme.example"))
        meet(tx, rules, contact("1", "a@acme.example", "2"))
        made = take_out(tx, [contact("2", "").ref], first, by="ops", now=NOON)
        assert meet(tx, rules, contact("1", "a@acme.example", "2", hs_additional_emails="c@acme.example")) == [first]
        assert records.lead_of(tx, [contact("2", "").ref]) == {contact("2", "").ref: made}
        assert leads.get(tx, [made]).keys() == {made}


def test_what_waits_to_be_written_of_the_two_together_is_not_written_once_they_are_parted(
    store: Store, rules: InForce
) -> None:
    with store.write() as tx:
        first, second = meet(tx, rules, contact("1", "a@x.example"), contact("2", "b@x.example"))
        meet(tx, rules, contact("2", "b@x.example", hs_additional_emails="a@x.example"))
        change = Change(key="", kind=ChangeKind.FIELDS, object="contacts", id="2", values={"firstname": "Ann"})
        wish = OutboxDraft(
            connection="hubspot", lane="background", change=change, cause="", rule_hash=rules.hash, lead_id=first
        )
        outbox.put(tx, [wish], now=NOON)
        part(tx, unions.of_leads(tx, [first])[0], rules.hash, by="ops", now=NOON)
        assert outbox.open_of(tx, [first, second]) == {}
        assert leads.plan_due(tx, None) == [second]


def test_an_address_that_is_given_back_leads_to_whoever_shows_it_next(store: Store, rules: InForce) -> None:
    with store.write() as tx:
        (ann,) = meet(tx, rules, crm_lead("00Q1", "bob@acme.example"))
        assert meet(tx, rules, crm_lead("00Q1", "ann@acme.example"), minutes=5) == [ann]
        (bob,) = meet(tx, rules, contact("1", "bob@acme.example"))
        assert bob != ann
        since = {one.value: one.since for one in identity.claims_of_leads(tx, [ann])[ann]}
    assert since == {"salesforce:Lead:00Q1": at(0), "ann@acme.example": at(5)}


def test_what_another_record_replaced_is_found_by_all_it_was_ever_known_by(store: Store, rules: InForce) -> None:
    merged = replace(contact("2", "b@acme.example"), values={}, archived=True, merged_into=contact("1", "").ref)
    with store.write() as tx:
        first, second = meet(tx, rules, contact("1", "a@acme.example"), contact("2", "b@acme.example"))
        assert meet(tx, rules, merged) == [first]
        assert identity.find(tx, [Key("email", "b@acme.example")]) == {Key("email", "b@acme.example"): first}
        assert second not in leads.get(tx, [second])


def test_nothing_leads_to_who_was_erased_and_no_union_remembers_them(store: Store, rules: InForce) -> None:
    with store.write() as tx:
        first, _ = meet(tx, rules, contact("1", "a@acme.example"), contact("2", "b@acme.example"))
        meet(tx, rules, contact("2", "b@acme.example", hs_additional_emails="a@acme.example"))
        (union,) = unions.of_leads(tx, [first])
        meet(tx, rules, replace(contact("2", ""), values={}, archived=True))
        assert identity.find(tx, [Key("email", "b@acme.example")]) == {}
        assert unions.memory(tx, union.id) is None


def test_a_person_has_no_more_records_than_the_mapping_says_unless_their_system_says_so(
    store: Store, rules: InForce
) -> None:
    with store.write() as tx:
        one, *_ = meet(tx, rules, contact("1", "a@x.example"), crm_lead("00Q1", "a@x.example"), most=2)
        late = contact("2", "b@x.example", hs_additional_emails="a@x.example", salesforceleadid="00Q1")
        (other,) = meet(tx, rules, late, most=2)
        assert other != one
        assert [(each.tie, each.cause) for each in unions.doubts(tx)] == [(Tie.LINK, Cause.TOO_MANY)]
        assert meet(tx, rules, contact("2", "b@x.example", "1"), most=2) == [one]
        assert unions.doubts(tx) == [], "they are one by now"


@pytest.mark.parametrize("floor", [0, 2])
def test_of_leads_that_a_common_key_would_unite_only_so_many_a_day_are(
    store: Store, rules: InForce, floor: int
) -> None:
    limit = DestructiveLimit(floor=floor, share_percent=0)
    with store.write() as tx:
        for n in range(4):
            meet(tx, rules, contact(f"{n}", f"a{n}@x.example"), contact(f"9{n}", f"b{n}@x.example"))
        page = [contact(f"9{n}", f"b{n}@x.example", hs_additional_emails=f"a{n}@x.example") for n in range(4)]
        meet(tx, rules, *page, limit=limit)
        assert leads.count(tx) == 8 - floor
        assert {each.cause for each in unions.doubts(tx)} == {Cause.ROOM}
        assert len(unions.doubts(tx)) == 4 - floor
        meet(tx, rules, contact("0", "a0@x.example", "91"), limit=limit)
        assert leads.count(tx) == 8 - floor - 1, "what a system merged itself is followed"


def test_a_record_that_we_created_is_known_by_our_key_before_its_receipt_comes(store: Store, rules: InForce) -> None:
    with store.write() as tx:
        (desk,) = meet(tx, rules, contact("1", "info@x.example"))
        key = leads.get(tx, [desk])[desk].key
        assert meet(tx, rules, crm_lead("00Q1", "info@x.example", "", "X", LL_Lead_Key__c=key)) == [desk]


def test_who_gets_a_name_under_a_desks_address_is_looked_at_again(store: Store, rules: InForce) -> None:
    with store.write() as tx:
        ann, desk = meet(tx, rules, crm_lead("00Q1", "info@x.example"), contact("1", "info@x.example"))
        assert ann != desk
        assert meet(tx, rules, contact("1", "info@x.example", firstname="Ann", lastname="Smith")) == [ann]


@pytest.mark.parametrize(("first", "last", "is_one"), [("Bob", "Bobson", False), ("A.", "Weber", True), ("", "", True)])
def test_across_systems_one_address_is_two_people_where_their_names_have_nothing_in_common(
    store: Store, rules: InForce, first: str, last: str, is_one: bool
) -> None:
    with store.write() as tx:
        (ann,) = meet(tx, rules, crm_lead("00Q1", "bob@x.example"))
        (other,) = meet(tx, rules, contact("1", "bob@x.example", firstname=first, lastname=last))
        assert (other == ann) is is_one


def test_a_thousand_records_of_one_address_are_nobodys_twin(store: Store, rules: InForce) -> None:
    with store.write() as tx:
        page = [contact(f"{n}", f"b{n}@x.example", hs_additional_emails="bounce@x.example") for n in range(1_000)]
        found = meet(tx, rules, *page)
        assert len(set(found)) == 1_000 - 8 + 1
        assert leads.count(tx) == len(set(found))


def test_what_was_done_under_a_desks_address_is_the_contacts_who_has_it(store: Store, rules: InForce) -> None:
    with store.write() as tx:
        page = [crm_lead("00Q1", "info@x.example"), crm_lead("00Q2", "info@x.example", "Bob", "Jones")]
        people = meet(tx, rules, *page)
        (desk,) = meet(tx, rules, contact("1", "info@x.example"))
        ledger.add(tx, [activity("1", email="info@x.example")], seen_at=NOON)
        assert len({*people, desk}) == 3
        assert ledger.activities_of(tx, [*people, desk]).keys() == {desk}
