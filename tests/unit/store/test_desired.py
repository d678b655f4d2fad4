"""What should be there: fields of records, and list members."""

from dataclasses import replace

from sqlalchemy import update

from domain.decision import Desired, Membership
from domain.values import LeadId, RuleHash, Value
from store import desired, lists
from store.engine import Store
from store.schema import desired as table
from tests.unit.store.examples import RULES, ref

ANA, BEN = LeadId(1), LeadId(2)
SALES = "LL · With sales"


def wish(field: str, value: Value, *, lead: LeadId = ANA, record_id: str = "00Q1", cause: str = "band rose") -> Desired:
    return Desired(
        lead_id=lead, ref=ref(record_id), field=field, property="score", value=value, cause=cause, rule_hash=RULES
    )


def member(lead: LeadId, *, belongs: bool) -> Membership:
    return Membership(lead_id=lead, list=SALES, member=belongs, why="assigned")


def test_a_record_has_the_wishes_of_one_lead(store: Store) -> None:
    with store.write() as tx:
        desired.replace(tx, {ANA: [wish("LL_Score__c", 10), wish("LL_Why__c", None), wish("LL_Score__c", 11)]})
        assert desired.of_leads(tx, [ANA]) == {ANA: [wish("LL_Score__c", 11), wish("LL_Why__c", None)]}
        desired.replace(tx, {BEN: [wish("LL_Score__c", 74, lead=BEN)]})
        desired.replace(tx, {})
        assert desired.of_leads(tx, [ANA, BEN]) == {BEN: [wish("LL_Score__c", 74, lead=BEN)]}


def test_replacing_names_the_leads_whose_values_moved(store: Store) -> None:
    with store.write() as tx:
        ours, theirs = wish("LL_Score__c", 10), wish("LL_Score__c", 20, lead=BEN, record_id="00Q2")
        assert desired.replace(tx, {ANA: [ours], BEN: [theirs]}) == {ANA, BEN}
        reworded = wish("LL_Score__c", 10, cause="weekly")
        assert desired.replace(tx, {ANA: [reworded], BEN: [theirs]}) == set()
        assert desired.of_leads(tx, [ANA]) == {ANA: [reworded]}
        assert desired.replace(tx, {ANA: [wish("LL_Score__c", True)], BEN: [theirs]}) == {ANA}
        assert desired.replace(tx, {ANA: [], BEN: [theirs]}) == {ANA}
        assert desired.of_leads(tx, [ANA, BEN]) == {BEN: [theirs]}


def test_rules_and_causes_of_a_record_s_wishes_are_kept_once(store: Store) -> None:
    with store.write() as tx:
        ours = [wish(f"LL_{each}__c", each) for each in range(9)]
        newer = replace(wish("LL_Why__c", "Asked for a demo"), rule_hash=RuleHash("b" * 64))
        desired.replace(tx, {ANA: [*ours, newer]})
        (text,) = tx.exec_driver_sql("SELECT fields FROM desired").scalars()
        assert (text.count(RULES), text.count("b" * 64), text.count("band rose")) == (1, 1, 2)
        assert desired.of_leads(tx, [ANA]) == {ANA: [*ours, newer]}


def test_a_record_s_wishes_are_read_as_they_were_kept_before(store: Store) -> None:
    """With the cause in every field, and the rules by their place, or, earlier still, in every field too."""
    ours, other = wish("LL_Score__c", 10), wish("LL_Why__c", None, record_id="00Q2", cause="asked for a demo")
    documents = {
        "00Q1": {"": [RULES], "LL_Score__c": ["score", 10, "band rose", 0]},
        "00Q2": {"LL_Why__c": ["score", None, "asked for a demo", RULES]},
    }
    with store.write() as tx:
        desired.replace(tx, {ANA: [ours, other]})
        for record_id, fields in documents.items():
            tx.execute(update(table).where(table.c.record_id == record_id).values(fields=fields))
        assert desired.of_leads(tx, [ANA]) == {ANA: [ours, other]}
        assert desired.replace(tx, {ANA: [ours, other]}) == set()
        assert desired.of_leads(tx, [ANA]) == {ANA: [ours, other]}


def test_a_wish_that_went_to_another_lead_is_not_dropped_with_the_first(store: Store) -> None:
    with store.write() as tx:
        desired.replace(tx, {ANA: [wish("LL_Score__c", 10)]})
        desired.replace(tx, {BEN: [wish("LL_Score__c", 10, lead=BEN)]})
        desired.replace(tx, {ANA: []})
        assert desired.of_leads(tx, [ANA, BEN]) == {BEN: [wish("LL_Score__c", 10, lead=BEN)]}


def test_the_wishes_about_one_system_are_told_by_record_and_field(store: Store) -> None:
    with store.write() as tx:
        theirs = replace(wish("ll_score", 10, record_id="51"), ref=ref("51", connection="hubspot", kind="contacts"))
        twin = replace(wish("LL_Why__c", None, record_id="00Q2"), property="why")
        other = wish("LL_Score__c", 20, lead=BEN, record_id="00Q3")
        desired.replace(tx, {ANA: [wish("LL_Score__c", 10), twin, theirs], BEN: [other]})
        assert desired.wishes_at(tx, "salesforce", [ANA]) == {
            ANA: {ref("00Q1"): {"LL_Score__c": ("score", 10)}, ref("00Q2"): {"LL_Why__c": ("why", None)}}
        }
        assert desired.wishes_at(tx, "hubspot", [ANA, BEN]) == {ANA: {theirs.ref: {"ll_score": ("score", 10)}}}
        assert desired.wished_of(tx, "salesforce", other.ref.object, "LL_Score__c") == {"00Q1": ANA, "00Q3": BEN}


def test_wish_and_sight_of_a_list_member_stand_side_by_side(store: Store) -> None:
    with store.write() as tx:
        assert desired.save_memberships(tx, [member(ANA, belongs=True)], connection="hubspot") == {ANA}
        assert desired.save_memberships(tx, [member(ANA, belongs=True)], connection="hubspot") == set()
        desired.members_shown(tx, "hubspot", SALES, added={ANA, BEN}, removed=())
        assert desired.memberships_of(tx, [ANA, BEN]) == {ANA: [("hubspot", member(ANA, belongs=True), True)]}
        assert desired.shown_members(tx, "hubspot", SALES) == {ANA, BEN}
        assert desired.shown_on_lists(tx, "hubspot") == {SALES: {ANA, BEN}}
        assert desired.shown_on_lists(tx, "salesforce") == {}
        desired.members_shown(tx, "hubspot", SALES, added=(), removed={ANA})
        assert desired.memberships_of(tx, [ANA])[ANA][0][2] is False
        desired.members_forgotten(tx, "hubspot", SALES, {ANA})
        assert desired.memberships_of(tx, [ANA])[ANA][0][2] is None
        assert desired.save_memberships(tx, [member(ANA, belongs=False)], connection="hubspot") == {ANA}
        assert desired.shown_members(tx, "hubspot", SALES) == {BEN}


def test_a_list_keeps_its_newest_id(store: Store) -> None:
    with store.write() as tx:
        lists.ensure(tx, "hubspot", SALES, "12")
        lists.ensure(tx, "hubspot", SALES, "13")
        assert lists.ids(tx, "hubspot") == {SALES: "13"}
        assert lists.ids(tx, "salesforce") == {}
