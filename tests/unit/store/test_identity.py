"""Keys that lead to leads, and two leads that turn out to be one."""

from dataclasses import dataclass, replace

import pytest

from domain.change import Conflict
from domain.decision import Desired, Intent, IntentKind, Membership
from domain.errors import StoreError
from domain.handoff import Outcome
from domain.identity import Claim, Tie
from domain.stage import Stage
from domain.values import LeadId
from store import bases, conflicts, desired, handoffs, identity, intents, leads, ledger, outbox, records
from store.engine import Store, Tx
from store.identity import Key
from store.merging import MOMENT
from tests.unit.store.examples import NOON, RULES, activity, at, draft, found, handoff, lead_of, ref


def claim(address: str, record_id: str, lead: int, *, minute: float = 0, connection: str = "salesforce") -> Claim:
    return Claim(
        kind="email",
        value=address,
        ref=ref(record_id, connection=connection),
        lead_id=LeadId(lead),
        tie=Tie.EMAIL,
        since=at(minute),
    )


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """Keys need not be ours: a kind and a value are enough."""

    kind: str
    value: str


ANA = "ana@acme.example"


def test_a_key_is_found_whatever_it_is_made_of(store: Store) -> None:
    with store.write() as tx:
        identity.claim(tx, [claim(ANA, "00Q1", 1)])
        assert identity.find(tx, [ForeignKey("email", ANA), ForeignKey("email", "x@y.example")]) == {
            ForeignKey("email", ANA): 1
        }
        assert identity.find(tx, [("email", ANA)]) == {("email", ANA): 1}
        assert identity.keys_of(tx, [LeadId(1)]) == {1: [Key("email", ANA)]}


def test_a_key_of_several_leads_leads_to_who_claimed_it_first(store: Store) -> None:
    with store.write() as tx:
        identity.claim(tx, [claim(ANA, "00Q2", 2, minute=1), claim(ANA, "00Q9", 9)])
        assert identity.find(tx, [Key("email", ANA)]) == {Key("email", ANA): 9}
        assert [one.lead_id for one in identity.shared(tx, "email")[ANA]] == [2, 9]


def test_in_its_own_system_an_address_leads_to_who_has_it_there(store: Store) -> None:
    with store.write() as tx:
        identity.claim(tx, [claim(ANA, "00Q1", 1), claim(ANA, "77", 2, minute=1, connection="hubspot")])
        asked = [("hubspot", ANA), ("salesforce", ANA), ("files", ANA), ("files", "x@y.example")]
        assert identity.by_address(tx, asked) == {("hubspot", ANA): 2, ("salesforce", ANA): 1, ("files", ANA): 1}


def test_a_claim_holds_since_it_was_first_made_and_ends_when_it_is_given_back(store: Store) -> None:
    with store.write() as tx:
        identity.claim(tx, [claim(ANA, "00Q1", 1)])
        identity.claim(tx, [claim(ANA, "00Q1", 2, minute=5)])
        (kept,) = identity.claims_of(tx, [ref("00Q1")])[ref("00Q1")].values()
        assert (kept.lead_id, kept.since) == (2, at(0))
        identity.release(tx, [kept])
        assert identity.find(tx, [Key("email", ANA)]) == {}


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_one_transaction_at_a_time_decides_who_is_who(store: Store) -> None:
    with store.write() as tx:
        identity.alone(tx)
        with pytest.raises(StoreError):
            _impatiently(store)
    _impatiently(store)


def _impatiently(store: Store) -> None:
    with store.write() as tx:
        tx.exec_driver_sql("SET LOCAL lock_timeout = '50ms'")
        identity.alone(tx)


def test_a_person_is_found_by_the_id_of_a_record_in_any_system(store: Store) -> None:
    with store.write() as tx:
        (ana,) = found(tx, "00Q1")
        assert identity.by_record_id(tx, "00Q1") == ana
        assert identity.by_record_id(tx, "00Q2") is None


def test_everything_of_the_loser_is_the_survivors(store: Store) -> None:
    with store.write() as tx:
        ana, twin = found(tx, "00Q1", "00Q2")
        identity.claim(tx, [claim(ANA, "00Q1", ana), claim("ana@home.example", "00Q2", twin)])
        ledger.add(tx, [activity("1", of="00Q1"), activity("2", of="00Q2", minute=1)], seen_at=NOON)
        ledger.put_facts(tx, ana, {"title": "VP", "city": "Lyon"}, since=NOON, seen_at=at(0))
        ledger.put_facts(tx, twin, {"title": "CEO"}, since=NOON, seen_at=at(1))
        identity.merge(tx, ana, twin, now=at(5))
        assert records.lead_of(tx, [ref("00Q1"), ref("00Q2")]) == {ref("00Q1"): ana, ref("00Q2"): ana}
        assert [key.value for key in identity.keys_of(tx, [ana])[ana]] == ["ana@acme.example", "ana@home.example"]
        assert [each.external_id for each in ledger.activities_of(tx, [ana, twin])[ana]] == ["1", "2"]
        titles = [each.value for each in ledger.facts_of(tx, [ana])[ana] if each.name == "title"]
        assert titles == ["VP", "CEO"]
        assert ledger.put_facts(tx, ana, {"title": "VP"}, since=at(6), seen_at=at(6)) == {"title"}
        assert leads.get(tx, [ana, twin]).keys() == {ana}
        assert leads.survivor(tx, twin) == ana
        assert leads.due(tx, now=at(5), limit=9) == [ana]
        assert leads.count(tx) == 1


def test_of_two_open_handoffs_the_older_stays_open_and_last(store: Store) -> None:
    with store.write() as tx:
        ana, twin = found(tx, "00Q1", "00Q2")
        ended = replace(handoff(twin, 1, minute=-90), closed_at=at(-80), outcome=Outcome.NO_BUDGET)
        handoffs.save(tx, [handoff(ana, 1, minute=-9), ended, handoff(twin, 2, minute=-5, owner="diaz@us.example")])
        merged = identity.merge(tx, ana, twin, now=at(0))
        every = handoffs.all_of(tx, [ana, twin])[ana]
        assert [(each.number, each.opened_at, each.outcome, each.is_open) for each in every] == [
            (1, at(-90), Outcome.NO_BUDGET, False),
            (2, at(-5), Outcome.MERGED, False),
            (3, at(-9), None, True),
        ]
        assert [(each.lead_id, each.number) for each in merged.closed] == [(ana, 2)]


def test_no_clock_runs_on_a_handoff_that_a_merge_ended(store: Store) -> None:
    with store.write() as tx:
        ana, twin = found(tx, "00Q1", "00Q2")
        younger = handoff(twin, 1, minute=-5, owner="diaz@us.example")
        younger = replace(younger, touch_due_at=at(60), outcome_due_at=at(90))
        handoffs.save(tx, [handoff(ana, 1, minute=-9), younger])
        (ended,) = identity.merge(tx, ana, twin, now=at(0)).closed
        assert (ended.outcome, ended.touch_due_at, ended.outcome_due_at) == (Outcome.MERGED, None, None)
        kept = {each.number: each for each in handoffs.all_of(tx, [ana])[ana]}
        assert kept[ended.number] == ended


def test_the_survivor_stands_where_the_open_handoff_stands(store: Store) -> None:
    with store.write() as tx:
        ana, twin = found(tx, "00Q1", "00Q2")
        leads.save(
            tx,
            [
                replace(lead_of(tx, ana), stage=Stage.RECYCLED, times_recycled=2, shown_score=9),
                replace(lead_of(tx, twin), stage=Stage.ASSIGNED, owner="okafor@us.example", left_lists=("Timing",)),
            ],
            now=NOON,
        )
        handoffs.save(tx, [handoff(twin)])
        merged = identity.merge(tx, ana, twin, now=at(5))
        after = lead_of(tx, ana)
        assert merged.before is Stage.RECYCLED
        assert merged.lead == after
        assert (after.stage, after.owner, after.armed_at) == (Stage.ASSIGNED, "okafor@us.example", at(5) - MOMENT)
        assert (after.times_recycled, after.left_lists, after.shown_score) == (2, ("Timing",), 9)
        assert after.key == f"LL-{ana}"


@pytest.mark.parametrize(
    ("ours", "theirs", "stands"),
    [
        (Stage.KNOWN, Stage.CUSTOMER, Stage.CUSTOMER),
        (Stage.CUSTOMER, Stage.KNOWN, Stage.CUSTOMER),
        (Stage.ENGAGED, Stage.KNOWN, Stage.ENGAGED),
    ],
)
def test_without_an_open_handoff_who_had_come_further_leads(
    store: Store, ours: Stage, theirs: Stage, stands: Stage
) -> None:
    with store.write() as tx:
        ana, twin = found(tx, "00Q1", "00Q2")
        leads.save(tx, [replace(lead_of(tx, ana), stage=ours), replace(lead_of(tx, twin), stage=theirs)], now=NOON)
        assert identity.merge(tx, ana, twin, now=NOON).lead.stage is stands


def test_what_can_only_be_there_once_is_joined_and_what_was_agreed_differently_is_not_agreed(store: Store) -> None:
    with store.write() as tx:
        ana, twin = found(tx, "00Q1", "00Q2")
        for lead, member in ((ana, True), (twin, False)):
            wish = Membership(lead_id=lead, list="LL · With sales", member=member, why="")
            desired.save_memberships(tx, [wish], connection="hubspot")
            agreed = {("title", "hubspot"): (str(lead), str(lead), ()), ("city", "hubspot"): ("Lyon", "Lyon", ())}
            bases.save_bases(tx, {lead: agreed})
            conflicts.save(tx, {lead: [Conflict(property="title", values={"hubspot": "VP"})]}, now=NOON)
        desired.replace(tx, {twin: [_wish(tx, twin, "00Q2")]})
        intent = Intent(lead_id=twin, handoff=1, kind=IntentKind.TASK, step="open", payload={})
        intents.save(tx, {intents.intent_key(f"LL-{twin}", intent): intent})
        outbox.put(tx, [draft("00Q2", lead_id=twin)], now=NOON)
        identity.merge(tx, ana, twin, now=NOON)
        assert [each[1].member for each in desired.memberships_of(tx, [ana, twin])[ana]] == [True]
        assert bases.bases_of(tx, [ana, twin]) == {ana: {("city", "hubspot"): ("Lyon", "Lyon", ())}}
        shown = {("title", "hubspot"): None, ("title@before", "hubspot"): (None, None, (str(ana), str(twin)))}
        assert bases.all_of(tx, [ana]) == {ana: {("city", "hubspot"): ("Lyon", "Lyon", ()), **shown}}
        assert [each.lead_id for each in conflicts.open_ones(tx)] == [ana]
        assert [each.ref.id for each in desired.of_leads(tx, [ana])[ana]] == ["00Q2"]
        assert [each.step for _, each in intents.open_of(tx, [ana])[ana]] == ["open"]
        assert len(outbox.open_of(tx, [ana])[ana]) == 1


@pytest.mark.parametrize("order", [((1, 2), (0, 1)), ((0, 2), (0, 1)), ((0, 1), (0, 2))], ids=str)
def test_what_two_were_agreed_about_differently_no_third_brings_back(
    store: Store, order: tuple[tuple[int, int], ...]
) -> None:
    with store.write() as tx:
        people = found(tx, "00Q1", "00Q2", "00Q3")
        for lead, title in zip(people[1:], ("VP", "CEO"), strict=True):
            bases.save_bases(tx, {lead: {("title", "hubspot"): (title, title, ())}})
        for survivor, loser in order:
            identity.merge(tx, people[survivor], people[loser], now=NOON)
        assert bases.bases_of(tx, people).get(people[0], {}) == {}
        assert bases.all_of(tx, people)[people[0]]["title@before", "hubspot"] == (None, None, ("CEO", "VP"))
        bases.save_bases(tx, {people[0]: {("title", "hubspot"): ("CTO", "CTO", ())}})
        assert bases.bases_of(tx, people)[people[0]] == {("title", "hubspot"): ("CTO", "CTO", ())}


def test_a_chain_of_merges_ends_in_one_living_lead(store: Store) -> None:
    with store.write() as tx:
        first, second, third = found(tx, "00Q1", "00Q2", "00Q3")
        identity.merge(tx, second, third, now=NOON)
        identity.merge(tx, first, second, now=NOON)
        assert [leads.survivor(tx, each) for each in (first, second, third)] == [first, first, first]
        with pytest.raises(ValueError, match="two living leads"):
            identity.merge(tx, first, third, now=NOON)
        with pytest.raises(ValueError, match="two living leads"):
            identity.merge(tx, first, first, now=NOON)


def _wish(_tx: Tx, lead: LeadId, record_id: str) -> Desired:
    return Desired(
        lead_id=lead, ref=ref(record_id), field="LL_Score__c", property="score", value=74, cause="", rule_hash=RULES
    )
