"""What a receipt leaves behind: what both sides agree on is what was written."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest

from domain.change import Change, ChangeKind, Receipt, ReceiptOutcome
from domain.decision import Membership
from domain.record import Record
from domain.run import RuleVersion
from domain.values import LeadId, RecordRef, Value
from store import bases, desired, leads, outbox, records
from store.engine import Store
from store.outbox import OutboxDraft
from sync.loop import InForce, Loop
from sync.push import push
from sync.settle import AS_NEW
from tests.unit.sync.looping import NOON, Writing, applied, at, looping
from tests.unit.sync.material import LEAD, PERSON, RULES, record, wish

CONTACT = RecordRef(connection="salesforce", object="Contact", id="003000000000001AAA")
FIELDS = {"OwnerId": "005F", "Title": "CEO"}


@pytest.fixture
def title(rules: InForce) -> str:
    """The property that the starter keeps in Lead.Title."""
    return next(one.rule.name for one in rules.fields.properties if one.fields.get(("salesforce", "Lead")) == "Title")


def known(loop: Loop, *shown: Record) -> LeadId:
    """A lead with these records, for whom FIELDS wait to be written to the first."""
    with loop.store.write(loop.epoch) as tx:
        (lead,) = leads.create(tx, 1, now=NOON, installation="LL")
        records.upsert(tx, shown, seen_at=NOON)
        records.assign(tx, {each.ref: lead.id for each in shown})
        change = Change(key="", kind=ChangeKind.FIELDS, object="Lead", id=LEAD.id, values=FIELDS)
        draft = OutboxDraft(
            connection="salesforce", lane="handoff", change=change, cause="", rule_hash=RULES, lead_id=lead.id
        )
        outbox.put(tx, [draft], now=NOON)
    return lead.id


def agreed(loop: Loop, lead: LeadId) -> dict[str, tuple[Value, Value]]:
    with loop.store.read() as tx:
        found = bases.bases_of(tx, [lead]).get(lead, {})
    return {name: (value, form) for (name, _), (value, form, _) in found.items()}


def test_what_was_written_is_agreed_though_something_else_is_wished_by_now(
    store: Store, version: RuleVersion, title: str
) -> None:
    """Or the next decision would take our own owner for a person's."""
    system = Writing()
    with looping(store, version, system) as loop:
        lead = known(loop, record(LEAD, {"OwnerId": "005Q", "Title": "VP"}))

        def meanwhile(changes: Sequence[Change]) -> Iterator[Receipt]:
            with store.write(loop.epoch) as tx:
                desired.replace(tx, {lead: [replace(wish(LEAD, "OwnerId", "005S", property="owner"), lead_id=lead)]})
            shown: dict[str, Value] = {"Title": "C.E.O."}
            yield Receipt(key=changes[0].key, outcome=ReceiptOutcome.APPLIED, id=LEAD.id, shown=shown)

        system.does = meanwhile
        assert push(loop, "salesforce", now=at(1)).applied == 1
        assert agreed(loop, lead) == {"owner": ("005F", "005F"), title: ("CEO", "C.E.O.")}


@pytest.mark.parametrize(("wished", "planned"), [("005S", True), ("005F", False)], ids=["otherwise", "as written"])
def test_a_lead_of_whom_something_else_is_wished_than_what_was_written_is_planned_again(
    store: Store, version: RuleVersion, wished: str, planned: bool
) -> None:
    """The slower of two lanes may bring what the faster one has replaced already."""
    with looping(store, version, Writing()) as loop:
        lead = known(loop, record(LEAD, {"OwnerId": "005Q"}))
        with store.write(loop.epoch) as tx:
            desired.replace(tx, {lead: [replace(wish(LEAD, "OwnerId", wished, property="owner"), lead_id=lead)]})
            leads.clear_plan_due(tx, [lead])
        push(loop, "salesforce", now=at(1))
        with store.read() as tx:
            assert leads.plan_due(tx, None) == ([lead] if planned else [])


@pytest.mark.parametrize("joins", [True, False])
def test_whoever_came_onto_a_list_and_is_wanted_there_no_more_is_planned_again(
    store: Store, version: RuleVersion, joins: bool
) -> None:
    with looping(store, version, Writing(name="hubspot")) as loop:
        with loop.store.write(loop.epoch) as tx:
            (lead,) = leads.create(tx, 1, now=NOON, installation="LL")
            change = Change(
                key="", kind=ChangeKind.MEMBER, object="contacts", id=PERSON.id, list="LL · With sales", member=True
            )
            draft = OutboxDraft(
                connection="hubspot", lane="handoff", change=change, cause="", rule_hash=RULES, lead_id=lead.id
            )
            outbox.put(tx, [draft], now=NOON)
            entry = Membership(lead_id=lead.id, list="LL · With sales", member=joins, why="rejected")
            desired.save_memberships(tx, [entry], connection="hubspot")
            leads.clear_plan_due(tx, [lead.id])
        push(loop, "hubspot", now=at(1))
        with store.read() as tx:
            assert leads.plan_due(tx, None) == ([] if joins else [lead.id])


def test_a_property_that_the_rules_no_longer_have_is_agreed_as_long_as_it_is_wished(
    store: Store, version: RuleVersion
) -> None:
    with looping(store, version, Writing()) as loop:
        lead = known(loop, record(LEAD, {"OwnerId": "005Q"}))
        with store.write(loop.epoch) as tx:
            desired.replace(tx, {lead: [replace(wish(LEAD, "Title", "CEO", property="old_title"), lead_id=lead)]})
        push(loop, "salesforce", now=at(1))
        assert agreed(loop, lead)["old_title"] == ("CEO", "CEO")


def test_a_record_whose_place_another_took_agrees_on_nothing(store: Store, version: RuleVersion) -> None:
    """Converted while the write was in flight: what is agreed in Salesforce is about the contact now."""
    with looping(store, version, Writing()) as loop:
        lead = known(loop, record(LEAD), record(CONTACT, {"Title": "VP"}))
        with store.write(loop.epoch) as tx:
            desired.replace(tx, {lead: [replace(wish(CONTACT, "Title", "CFO"), lead_id=lead)]})
        push(loop, "salesforce", now=at(1))
        assert agreed(loop, lead) == {}


def test_of_a_conflict_what_the_record_holds_as_we_wanted_it_is_agreed(
    store: Store, version: RuleVersion, title: str
) -> None:
    """A system took the change and silently left out one field: the others are our write, and no person's."""
    system = Writing()
    with looping(store, version, system) as loop:
        lead = known(loop, record(LEAD, {"OwnerId": "005Q", "Title": "VP"}))
        shown: dict[str, Value] = {"OwnerId": "005F", "Title": "Founder"}
        system.does = lambda changes: iter(
            [Receipt(key=changes[0].key, outcome=ReceiptOutcome.CONFLICTED, id=LEAD.id, shown=shown)]
        )
        assert push(loop, "salesforce", now=at(1)).conflicted == 1
        assert agreed(loop, lead) == {"owner": ("005F", "005F")}
        with store.read() as tx:
            assert records.get(tx, [LEAD])[LEAD].values == shown


def test_what_stood_in_a_conflicting_change_beside_the_conflict_is_planned_again(
    store: Store, version: RuleVersion
) -> None:
    """The same is wished as before, so no new wish would ever ask for it."""
    system = Writing()
    with looping(store, version, system) as loop:
        lead = known(loop, record(LEAD, {"OwnerId": "005Q", "Title": "VP"}))
        system.does = lambda changes: iter(
            [Receipt(key=changes[0].key, outcome=ReceiptOutcome.CONFLICTED, shown={"OwnerId": "005S", "Title": "VP"})]
        )
        push(loop, "salesforce", now=at(1))
        with store.read() as tx:
            assert leads.plan_due(tx, limit=None) == [lead]


def test_what_arrived_is_agreed_with_whoever_showed_it_first_and_makes_nobody_due(
    store: Store, version: RuleVersion, title: str
) -> None:
    with looping(store, version, Writing()) as loop:
        lead = known(loop, record(LEAD, {"OwnerId": "005Q", "Title": "VP"}), record(PERSON, {"jobtitle": "CEO"}))
        with store.write(loop.epoch) as tx:
            bases.save_bases(tx, {lead: {(title, name): ("VP", "VP", ()) for name in ("salesforce", "hubspot")}})
            leads.clear_due(tx, [lead], now=NOON)
        push(loop, "salesforce", now=at(1))
        with store.read() as tx:
            known_by_now = bases.bases_of(tx, [lead])[lead]
            assert leads.count_due(tx, now=at(1)) == 0
    assert [known_by_now[title, name][0] for name in ("salesforce", "hubspot")] == ["CEO", "CEO"]


def test_what_was_changed_elsewhere_meanwhile_stays_a_change(store: Store, version: RuleVersion, title: str) -> None:
    with looping(store, version, Writing()) as loop:
        lead = known(loop, record(LEAD, {"OwnerId": "005Q", "Title": "VP"}), record(PERSON, {"jobtitle": "Founder"}))
        with store.write(loop.epoch) as tx:
            bases.save_bases(tx, {lead: {(title, name): ("VP", "VP", ()) for name in ("salesforce", "hubspot")}})
        push(loop, "salesforce", now=at(1))
        with store.read() as tx:
            known_by_now = bases.bases_of(tx, [lead])[lead]
    assert [known_by_now[title, name][0] for name in ("salesforce", "hubspot")] == ["CEO", "VP"]


def test_what_a_late_search_shows_from_before_our_write_takes_nothing_back(store: Store, version: RuleVersion) -> None:
    """Somebody's edit of another field, seen late: the field that we wrote meanwhile was cleared by nobody."""
    system = Writing()
    with looping(store, version, system) as loop:
        known(loop, replace(record(LEAD, {"OwnerId": "005Q", "Title": None}), modified_at=NOON))
        system.does = lambda changes: iter([replace(applied(changes[0]), modified_at=at(20))])
        push(loop, "salesforce", now=at(20))
        late = replace(record(LEAD, {"OwnerId": "005Q", "Title": None, "City": "Leeds"}), modified_at=at(10))
        whole = replace(record(LEAD, {**FIELDS, "City": "Leeds"}), modified_at=at(20) - AS_NEW)
        for seen, shown in ((late, FIELDS), (whole, whole.values), (late, whole.values)):
            with store.write(loop.epoch) as tx:
                records.upsert(tx, [seen], seen_at=at(30))
                assert records.get(tx, [LEAD])[LEAD].values == shown
