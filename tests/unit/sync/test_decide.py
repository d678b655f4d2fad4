"""What is saved of a lead whose crossing, or whatever else, the blast radius holds."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from config.conditions import Condition
from config.lifecycle import DisqualifyRule
from config.settings import Settings
from domain.activity import Activity, ActivityKind
from domain.handoff import Handoff, HandoffKind, Queue, Rep
from domain.lead import Fact
from domain.record import Record
from domain.run import GoLive
from domain.stage import Stage
from domain.values import RecordRef
from handoff.routing import RoutingState
from handoff.rulebook import Rulebook
from mapping.agreement import Base
from store.held import Standing
from sync.conclude import Allowance, Conclusion
from sync.decide import Verdicts, active_reps, fold, pilots_of
from sync.guard import Room
from sync.loop import InForce, nothing_reached
from sync.material import Material
from tests.unit.sync.material import ANA, EARLIER, LEAD, NOW, PERSON, USERS, ana, member

FIRST = "first.rep@your-company.example"
OFFICE = replace(
    USERS,
    reps={FIRST: Rep(email=FIRST, name="Fay", user_ids=(("hubspot", "41"), ("salesforce", "005F")))},
    ids={("salesforce", FIRST): "005F", ("hubspot", FIRST): "41"},
    emails={("salesforce", "005F"): FIRST, ("hubspot", "41"): FIRST},
)
FITS = {
    "email": "ana@globex.example",
    "firstname": "Ana",
    "lastname": "Ruiz",
    "company": "Globex",
    "jobtitle": "VP Operations",
    "country": "US",
    "industry": "software",
    "phone": "+1 202 555 0143",
}
COMPARISON = "https://our.example/compare"
SET = "handoff-2026-09-07"


def form(name: str, at: datetime, number: int) -> Activity:
    return Activity(
        connection="hubspot",
        stream="forms",
        external_id=f"F{number}",
        kind=ActivityKind.FORM_SUBMITTED,
        occurred_at=at,
        seen_at=at,
        record=PERSON,
        properties={"form": name},
    )


def warm(at: datetime = NOW - timedelta(minutes=30)) -> tuple[Activity, ...]:
    """60 points, and nobody asked to be called."""
    guides = tuple(form(f"Guide {number}", at + timedelta(seconds=number), number) for number in range(4))
    looked = replace(guides[0], stream="page_views", kind=ActivityKind.PAGE_VIEWED, properties={"url": COMPARISON})
    return (*guides, looked)


def contact(**more: Any) -> Record:
    return Record(ref=PERSON, values={**FITS, **more}, modified_at=EARLIER)


def person(**more: Any) -> Material:
    known: dict[str, Any] = {
        "lead": ana(stage=Stage.ENGAGED),
        "records": (contact(),),
        "activities": warm(),
    }
    return Material(**{**known, **more})


def room(*, handoff: int = 0, destructive: int = 0, **more: Any) -> Room:
    left = {Allowance.HANDOFF: handoff, Allowance.DESTRUCTIVE: destructive, Allowance.HAND_RAISE: 0}
    known: dict[str, Any] = {"left": left, "day": "2026-09-07", "baseline_open": False, "went_live_at": EARLIER}
    return Room(**{**known, **more})


def folded(
    rules: InForce, space: Room, *materials: Material, state: RoutingState | None = None
) -> tuple[Verdicts, RoutingState]:
    start = state or RoutingState()
    return fold(materials, rules, start, OFFICE, space, now=NOW, at=nothing_reached)


def saved(rules: InForce, space: Room, material: Material) -> Conclusion:
    verdicts, _ = folded(rules, space, material)
    assert verdicts.failed == []
    (found,) = verdicts.saved
    return found


def held(verdicts: Verdicts) -> dict[str, list[int]]:
    return {name: [each.lead_id for each in conclusions] for name, conclusions in verdicts.held.items()}


def wishes(found: Conclusion, connection: str = "hubspot") -> dict[str, Any]:
    return {row.property: row.value for row in found.desired if row.ref.connection == connection}


def test_with_room_the_lead_is_handed_off(rules: InForce) -> None:
    found = saved(rules, room(handoff=1), person())
    assert (found.decision.lead.stage, found.decision.lead.owner) == (Stage.ASSIGNED, FIRST)
    assert found.allowance is Allowance.HANDOFF


def test_a_held_crossing_leaves_score_facts_and_fields_and_moves_nothing(rules: InForce) -> None:
    verdicts, state = folded(rules, room(), person())
    (found,) = verdicts.saved
    assert held(verdicts) == {SET: [ANA]}
    assert found.score.engagement >= 50_000
    assert (found.decision.lead.stage, found.decision.lead.owner) == (Stage.ENGAGED, None)
    assert (found.decision.handoffs, found.decision.intents, found.decision.blast) == ((), (), None)
    assert found.allowance is None
    assert found.facts["company"] == "Globex"
    assert (wishes(found)["stage"], wishes(found)["score"]) == ("engaged", found.score.shown)
    assert state == RoutingState(), "no rep's turn was used"


def test_the_cause_of_a_set_is_what_was_refused(rules: InForce) -> None:
    verdicts, _ = folded(rules, room(), person())
    (wished,) = verdicts.held[SET]
    assert [move.after for move in wished.decision.transitions] == [Stage.MQL, Stage.ASSIGNED]


def test_a_held_lead_sleeps_until_its_score_or_stay_has_news(rules: InForce) -> None:
    found = saved(rules, room(standing=Standing(open={ANA: SET})), person())
    assert found.decision.wake_at is None or found.decision.wake_at > NOW


def test_a_held_lead_that_opts_out_carries_the_opt_out_over(rules: InForce) -> None:
    one = next(each for each in rules.fields.properties if each.rule.name == "opted_out")
    here, there = one.fields["hubspot", "contacts"], one.fields["salesforce", "Lead"]
    twins = (
        contact(**{here: True}),
        Record(ref=LEAD, values={"Email": FITS["email"], there: False}, modified_at=EARLIER),
    )
    agreed = {("opted_out", name): Base(value=False, vendor_form=False) for name in ("hubspot", "salesforce")}
    found = saved(rules, room(standing=Standing(open={ANA: SET})), person(records=twins, bases=agreed))
    assert wishes(found, "salesforce")["opted_out"] is True


def test_while_only_scores_are_shown_the_hottest_lead_shows_one_too(rules: InForce) -> None:
    space = room(handoff=9, go_live=GoLive.SCORES)
    verdicts, _ = folded(rules, space, person(activities=(*warm(), form("Demo request", EARLIER, 99))))
    (found,) = verdicts.saved
    assert wishes(found)["score"] == found.score.shown > 50
    assert (found.decision.lead.stage, held(verdicts)) == (Stage.ENGAGED, {"scores": [ANA]})


def test_the_turn_that_a_held_lead_would_have_used_goes_to_the_next_one(rules: InForce) -> None:
    bob = replace(person(), lead=ana(id=8, key="LL-8", stage=Stage.ENGAGED))
    waits = room(handoff=1, standing=Standing(open={ANA: SET}))
    alone, after_alone = folded(rules, room(handoff=1), bob)
    both, after_both = folded(rules, waits, person(), bob)
    assert held(both) == {SET: [ANA]}
    assert both.saved[-1].decision.lead.owner == alone.saved[-1].decision.lead.owner == FIRST
    assert after_both == after_alone


def test_a_discarded_crossing_is_in_no_set_and_its_score_goes_on(rules: InForce) -> None:
    verdicts, _ = folded(rules, room(handoff=9, standing=Standing(discarded_at={ANA: NOW})), person())
    (found,) = verdicts.saved
    assert (found.decision.lead.stage, verdicts.held) == (Stage.ENGAGED, {})
    assert wishes(found)["score"] == found.score.shown


def test_what_a_person_does_to_a_held_lead_counts(rules: InForce) -> None:
    """Taken off a list by hand."""
    name = rules.lifecycle.with_sales_list
    gone = person(memberships=(("hubspot", member(name, joins=True), False),))
    found = saved(rules, room(), gone)
    assert found.decision.lead.left_lists == (name,)


def quiet(**more: Any) -> Material:
    """Accepted a year ago, and nothing was heard of it since: time takes it to rest."""
    long_ago = NOW - timedelta(days=365)
    work = Handoff(
        lead_id=ANA,
        number=1,
        kind=HandoffKind.NEW_BUSINESS,
        opened_at=long_ago,
        why="",
        hand_raise=False,
        score=60_000,
        band="A hot",
        owner=FIRST,
        assigned_at=long_ago,
        touched_at=long_ago,
        accepted_at=long_ago,
        outcome_due_at=long_ago + timedelta(days=14),
    )
    accepted = ana(stage=Stage.ACCEPTED, stage_since=long_ago, owner=FIRST, mql_since=long_ago)
    return person(lead=accepted, handoffs=(work,), activities=(), **more)


def test_who_time_would_take_to_rest_without_room_stays_and_the_rep_is_heard(rules: InForce) -> None:
    set_name = "destructive-2026-09-07"
    assert saved(rules, room(destructive=1), quiet()).decision.lead.stage is Stage.RECYCLED
    verdicts, state = folded(rules, room(), quiet())
    (found,) = verdicts.saved
    assert (found.decision.lead.stage, held(verdicts)) == (Stage.ACCEPTED, {set_name: [ANA]})
    assert (found.decision.handoffs, state) == (quiet().handoffs, RoutingState())
    answered = Record(ref=LEAD, values={"Email": FITS["email"], "LL_Outcome__c": "No budget"}, modified_at=NOW)
    heard = saved(rules, room(standing=Standing(open={ANA: set_name})), quiet(records=(answered,)))
    assert (heard.decision.lead.stage, heard.decision.lead.recycled_as) == (Stage.RECYCLED, "no_budget")


@pytest.mark.parametrize("material", [person(), quiet()], ids=["a crossing", "a taking away"])
def test_a_held_lead_decided_again_with_nothing_new_changes_nothing(rules: InForce, material: Material) -> None:
    verdicts, _ = folded(rules, room(), material)
    (first,) = verdicts.saved
    ((name, _),) = verdicts.held.items()
    since = [Fact(name=each, value=value, since=EARLIER, seen_at=NOW) for each, value in first.facts.items()]
    as_saved = replace(material, lead=first.decision.lead, facts=since, desired=first.desired)
    again, state = folded(rules, room(handoff=9, destructive=9, standing=Standing(open={ANA: name})), as_saved)
    (second,) = again.saved
    assert (second.decision.transitions, second.decision.intents, second.rewish) == ((), (), False)
    assert (second.decision.lead, second.decision.handoffs) == (first.decision.lead, first.decision.handoffs)
    assert (second.facts, state, held(again)) == ({}, RoutingState(), {name: [ANA]})


def flagged(status: str, *, agreed: str = "Open - Not Contacted", **more: Any) -> Material:
    """A rep flags somebody in Salesforce who did nothing yet."""
    lead = Record(ref=LEAD, values={"Email": FITS["email"], "Status": status, "OwnerId": "005F"}, modified_at=NOW)
    known = {("status", "salesforce"): agreed, ("owner", "salesforce"): "005F"}
    bases = {at: Base(value=value, vendor_form=value) for at, value in known.items()}
    return person(records=(lead,), activities=(), bases=bases, **more)


def test_whom_people_flag_without_room_waits_in_the_queue_for_a_word(rules: InForce) -> None:
    verdicts, state = folded(rules, room(), flagged("MQL"))
    (found,) = verdicts.saved
    (waiting,) = found.decision.handoffs
    assert (found.decision.lead.stage, waiting.owner, waiting.queue) == (Stage.MQL, None, Queue.UNASSIGNED)
    assert (found.decision.intents, held(verdicts), state) == ((), {SET: [ANA]}, RoutingState())
    known = flagged("MQL", lead=found.decision.lead, handoffs=(waiting,), agreed="MQL")
    assert saved(rules, room(standing=Standing(open={ANA: SET})), known).decision.handoffs == (waiting,)
    let_through = saved(rules, room(), replace(known, approved=True))
    assert (let_through.decision.lead.owner, let_through.allowance) == (FIRST, Allowance.APPROVAL)


def excluding(rules: InForce) -> InForce:
    """The starter with a rule that takes retailers out of the loop."""
    rule = DisqualifyRule(
        name="retail", when=Condition(all=[{"property": "industry", "operator": "equals", "value": "software"}])
    )
    lifecycle = rules.rules.lifecycle.model_copy(update={"disqualify": [rule]})
    book = Rulebook(
        lifecycle=lifecycle,
        routing=rules.rules.routing,
        scoring=rules.rules.scoring,
        rule_hash=rules.hash,
        time_zone=rules.time_zone,
    )
    return replace(rules, book=book)


def test_an_approval_takes_out_whom_the_rule_would_have_when_they_were_new(rules: InForce) -> None:
    """What was so before is news only of a new lead, and held as it was it is new no more."""
    strict, set_name = excluding(rules), "destructive-2026-09-07"
    new = person(lead=ana(stage=Stage.KNOWN, armed_at=NOW), activities=(), is_new=True)
    verdicts, _ = folded(strict, room(), new)
    assert held(verdicts) == {set_name: [ANA]}
    assert verdicts.saved[0].decision.lead.stage is Stage.KNOWN
    looked_at = replace(new, is_new=False, approved=True)
    let_through = saved(strict, room(standing=Standing(approved={ANA: set_name})), looked_at)
    assert (let_through.decision.lead.stage, let_through.allowance) == (Stage.DISQUALIFIED, Allowance.APPROVAL)


def test_one_poisoned_lead_stops_no_other(rules: InForce) -> None:
    poisoned = person(records=(Record(ref=RecordRef(connection="?", object="?", id="1"), values={}, modified_at=NOW),))
    broken = replace(poisoned, activities=(replace(warm()[0], occurred_at=None),))  # type: ignore[arg-type]  # the poison
    bob = replace(person(), lead=ana(id=8, key="LL-8", stage=Stage.ENGAGED))
    verdicts, _ = folded(rules, room(handoff=1), broken, bob)
    assert ([lead for lead, _ in verdicts.failed], [each.lead_id for each in verdicts.saved]) == ([ANA], [8])


@pytest.mark.parametrize(("teams", "pilots"), [((), 0), (("Sales",), 2)])
def test_the_pilots_are_the_members_of_its_teams_pools(rules: InForce, teams: tuple[str, ...], pilots: int) -> None:
    assert len(pilots_of(rules, Settings(pilot_teams=list(teams)))) == pilots


def test_only_active_members_of_the_pools_make_room(rules: InForce) -> None:
    """A CRM's other users get no leads, so no room is due to them."""
    second, manager = "second.rep@your-company.example", "manager@your-company.example"
    others = (Rep(email=second, name="Sam", active=False), Rep(email=manager, name="Mia"))
    people = replace(OFFICE, reps={**OFFICE.reps, **{rep.email: rep for rep in others}})
    assert active_reps(rules, people) == 1
