"""Nobody at work, partners, and what the trace says of every rule and every rep."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from config.conditions import Condition
from config.routing import RoutingRule, Target
from domain.account import Account, Certainty
from domain.handoff import HandoffKind, Rep
from domain.stage import Stage
from domain.values import RecordRef
from handoff.routing import RoutingState
from handoff.rulebook import Rulebook
from tests.unit.handoff.material import (
    BO,
    BOSS,
    CY,
    DI,
    MONDAY,
    Case,
    call,
    lifecycle_rules,
    pool,
    raised,
    rep,
    reps,
    routing_rules,
    rulebook,
    score,
)
from tests.unit.handoff.test_routing import ask, ruled


def policy(all_away: str, **more: Any) -> Rulebook:
    return rulebook(routing=routing_rules(all_away=all_away, **more))


def everybody_away() -> dict[str, Rep]:
    away = {name: replace(each, available=False) for name, each in (("bo", reps()[BO]), ("cy", reps()[CY]))}
    return reps(**away, di=replace(reps()[DI], available=False))


def test_with_all_away_the_manager_has_it_where_that_is_the_policy() -> None:
    people = {**everybody_away(), BOSS: rep(BOSS, "Max Ode", 9)}
    routed = ask(Case(), reps=people, book=policy("manager"))
    assert routed.owner == people[BOSS]
    assert routed.why == "rule 'everybody': pool North: all 3 away, so it goes to the manager Max Ode"
    assert routed.pool is None, "it is nobody's turn"
    alone = policy("manager", rules=[RoutingRule(name="Bo's", to=Target(user=BO))])
    assert ask(Case(), reps=people, book=alone).owner == people[BOSS]


@pytest.mark.parametrize(
    ("people", "told"),
    [
        pytest.param({}, "the manager of North is no user that both sides know", id="nobody"),
        pytest.param({BOSS: rep(BOSS, "Max Ode", 9, active=False)}, "the manager of North is inactive", id="inactive"),
    ],
)
def test_a_manager_who_is_not_there_leaves_it_in_the_queue(people: dict[str, Rep], told: str) -> None:
    routed = ask(Case(), reps={**everybody_away(), **people}, book=policy("manager"))
    assert (routed.owner, routed.queue, routed.why) == (None, "unassigned", "pool North: all 3 away")
    assert f"rule 'everybody': pool North: all 3 away; {told}" in routed.trace


def test_all_full_is_the_queue_and_never_the_manager_s_desk() -> None:
    people = {**reps(bo=replace(reps()[BO], available=False)), BOSS: rep(BOSS, "Max Ode", 9)}
    full = policy("manager", pools=[pool(new_per_day=1)])
    state = RoutingState().gave(CY, MONDAY.date()).gave(DI, MONDAY.date())
    routed = ask(Case(), reps=people, state=state, book=full)
    assert (routed.owner, routed.why) == (None, "pool North: 1 away, 2 full")


def test_a_partner_s_lead_goes_to_its_account_s_owner_or_by_rule_and_no_clock_runs() -> None:
    owned = Account(
        ref=RecordRef(connection="crm", object="Account", id="A1"),
        name="Reseller", certainty=Certainty.CERTAIN, owner=DI, is_partner=True,
    )  # fmt: skip
    partner = {"all": [{"property": "kind", "operator": "equals", "value": "partner"}]}
    book = ruled(
        RoutingRule(name="partners", when=Condition.model_validate(partner), to=Target(user=CY)),
        RoutingRule(name="everybody", to=Target(pool="North")),
    )
    for owner, account in ((DI, owned), (CY, replace(owned, owner=None))):
        case = Case(book=book, score=score(60, at=MONDAY - timedelta(minutes=1)))
        case.more.update(account=account, is_partner=True)
        case.decide(MONDAY)
        handoff = case.handoff
        assert (handoff.kind, handoff.owner, handoff.touch_due_at) == (HandoffKind.PARTNER, owner, None)
        assert "No clock is running on this one." in str(case.tasks()[-1].payload["body"])


def test_a_partner_s_lead_that_nobody_moves_rests_on_no_nurture_list() -> None:
    book = rulebook(lifecycle=lifecycle_rules(longest_stay_days={Stage.ASSIGNED: 30}))
    case = Case(book=book, score=score(60, at=MONDAY - timedelta(minutes=1)), more={"is_partner": True})
    case.decide(MONDAY)
    case.decide(MONDAY + timedelta(days=31))
    assert (case.stage(), case.lead.recycled_as, case.member_of) == (Stage.RECYCLED, None, frozenset())


def test_the_trace_says_of_every_rule_why_it_was_not_the_one() -> None:
    size = {"all": [{"property": "employees", "operator": "at_least", "value": 100}]}
    book = ruled(
        RoutingRule(name="large", when=Condition.model_validate(size), to=Target(user=CY)),
        RoutingRule(name="known", to=Target(previous_owner=True)),
        RoutingRule(name="pool", to=Target(pool="North")),
        RoutingRule(name="rest", to=Target(user=DI)),
    )
    trace = ask(Case(values={"employees": "many"}), book=book).trace
    assert trace[0] == (
        "rule 'large': could not be told, so not met: `employees` holds something that `at_least` cannot compare"
    )
    assert ask(Case(values={"employees": 12}), book=book).trace == (
        "rule 'large': not met: employees at_least 100, but it is 12",
        "rule 'known': met, but no previous owner",
        "pool North: Bo Lind is next in turn",
        "pool North: Cy Ode comes later in turn",
        "pool North: Di Rae comes later in turn",
        "rule 'rest': not asked, rule 'pool' came first",
        "given to Bo Lind: rule 'pool', pool North: Bo Lind is next in turn",
    )


def test_who_is_known_comes_before_every_rule_and_the_trace_says_so() -> None:
    case = raised()
    case.sales.append(call(MONDAY - timedelta(days=3), "U3"))
    routed = ask(case, hand_raise=True)
    assert routed.owner == reps()[DI]
    assert routed.trace[0] == "rule 'everybody': not asked, whoever spoke with them last came first"
