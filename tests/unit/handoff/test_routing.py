"""Who gets a lead, and the trace that says why them and why not the others."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.conditions import Condition
from config.routing import Absence, Member, RoutingRule, Target
from domain.account import Account, Certainty
from domain.handoff import Handoff, HandoffKind, Queue, Rep
from domain.stage import Stage
from domain.values import LeadId, RecordRef
from handoff.routing import Ask, Routed, RoutingState, route
from handoff.rulebook import Rulebook
from tests.unit.handoff.material import (
    BO,
    BOSS,
    CY,
    DI,
    MONDAY,
    Case,
    assigned,
    call,
    form,
    lead,
    outcome,
    pool,
    raised,
    rep,
    reps,
    routing_rules,
    rulebook,
    score,
    team,
)

HOUR = timedelta(hours=1)
ACCOUNT = Account(
    ref=RecordRef(connection="crm", object="Account", id="A1"), name="Globex", certainty=Certainty.EXPLICIT, owner=DI
)


def ask(case: Case, **changes: Any) -> Routed:
    book = changes.pop("book", case.book)
    state = changes.pop("state", RoutingState())
    people = changes.pop("reps", reps())
    fields = {"view": case.view(), "kind": HandoffKind.NEW_BUSINESS, "hand_raise": False, "now": MONDAY, **changes}
    return route(Ask(**fields), book=book, state=state, reps=people)


def country_is(code: str) -> Condition:
    return Condition.model_validate({"all": [{"property": "country", "operator": "equals", "value": code}]})


def ruled(*rules: RoutingRule, **changes: Any) -> Rulebook:
    return rulebook(routing=routing_rules(rules=list(rules), **changes))


def past(owner: str, *, touched: bool, number: int = 1) -> Handoff:
    return Handoff(
        lead_id=LeadId(7),
        number=number,
        kind=HandoffKind.NEW_BUSINESS,
        opened_at=MONDAY - 900 * HOUR,
        why="",
        hand_raise=False,
        score=0,
        band="B hot",
        owner=owner,
        touched_at=MONDAY - 800 * HOUR if touched else None,
        closed_at=MONDAY - 700 * HOUR,
    )


def test_the_first_rule_that_fits_wins_and_the_trace_names_the_others() -> None:
    book = ruled(
        RoutingRule(name="Spain", when=country_is("ES"), to=Target(user=CY)),
        RoutingRule(name="France", when=country_is("FR"), to=Target(user=BO)),
        RoutingRule(name="all", to=Target(user=DI)),
    )
    routed = ask(Case(values={"country": "FR"}), book=book)
    assert routed.owner == reps()[BO]
    assert (routed.rule, routed.why) == ("rule 'France'", "rule 'France': Bo Lind")
    assert routed.trace == (
        "rule 'Spain': not met: country equals ES, but it is FR",
        "rule 'all': not asked, rule 'France' came first",
        "given to Bo Lind: rule 'France': Bo Lind",
    )


def test_without_a_rule_the_fallback_takes_it_and_nobody_asks_again() -> None:
    book = ruled(RoutingRule(name="France", when=country_is("FR"), to=Target(user=BO)))
    case = Case(book=book, score=score(60, at=MONDAY - HOUR))
    decision = case.decide(MONDAY)
    assert (case.handoff.queue, case.handoff.queue_cause) == (Queue.UNASSIGNED, "fallback: queue Front desk")
    assert case.stage() is Stage.MQL
    assert decision.properties["queue"] == "Front desk"
    assert decision.properties["route_why"] == "fallback: queue Front desk"
    assert decision.wake_at == MONDAY + timedelta(days=case.book.lifecycle.stay_days(case.stage()) or 0)
    assert case.notices() == []


def test_the_trace_of_a_pool_says_why_not_the_others() -> None:
    away = Absence(email=BO, first=date(2026, 11, 20), last=date(2026, 11, 27))
    book = rulebook(routing=routing_rules(teams=[team(absences=[away])]))
    routed = ask(Case(), book=book, reps=reps(cy=rep(CY, "Cy Ode", 2, active=False)))
    assert routed.owner == reps()[DI]
    assert routed.trace == (
        "pool North: Bo Lind is away until 2026-11-27",
        "pool North: Cy Ode is inactive",
        "pool North: Di Rae is next in turn",
        "given to Di Rae: rule 'everybody', pool North: Di Rae is next in turn",
    )


def test_a_saturday_lead_is_not_given_to_somebody_who_is_away_on_monday() -> None:
    away = Absence(email=BO, first=date(2026, 11, 23), last=date(2026, 11, 23))
    book = rulebook(routing=routing_rules(teams=[team(absences=[away])]))
    assert ask(Case(), book=book, now=datetime(2026, 11, 21, 12, tzinfo=UTC)).owner == reps()[CY]


def test_a_pools_limits_of_the_day_and_of_open_leads_hold() -> None:
    book = rulebook(routing=routing_rules(pools=[pool(new_per_day=1, open_at_once=2)]))
    day = date(2026, 11, 23)
    state = RoutingState().gave(BO, day).holds(CY, day).holds(CY, day)
    routed = ask(Case(), book=book, state=state)
    assert routed.owner == reps()[DI]
    assert routed.trace[:2] == (
        "pool North: Bo Lind is full today (1 of 1 new)",
        "pool North: Cy Ode is full (2 of 2 open)",
    )


def test_a_hand_raise_goes_through_capacity() -> None:
    book = rulebook(routing=routing_rules(pools=[pool(new_per_day=1)]))
    state = RoutingState().gave(BO, date(2026, 11, 23))
    assert ask(Case(), book=book, state=state, hand_raise=True).owner == reps()[BO]


def test_everybody_full_waits_in_sight_with_the_cause_and_the_manager_knows() -> None:
    book = rulebook(routing=routing_rules(pools=[pool(members=[Member(email=BO)], new_per_day=1)]))
    case = Case(book=book, score=score(60, at=MONDAY - HOUR), state=RoutingState().gave(BO, date(2026, 11, 23)))
    decision = case.decide(MONDAY)
    assert (case.handoff.queue, case.handoff.queue_cause) == (Queue.UNASSIGNED, "pool North: all 1 full")
    assert case.notices() == [("queued", BOSS)]
    assert decision.wake_at == MONDAY + HOUR
    case.decide(MONDAY + HOUR)
    assert case.notices() == [("queued", BOSS)], "told once"
    case.decide(MONDAY + 24 * HOUR)
    assert case.owner() == BO, "a new day has room again"


@pytest.mark.parametrize(
    ("everybody", "all_away", "owner", "queue"),
    [
        pytest.param({"available": False}, "queue", None, Queue.UNASSIGNED, id="away: queue"),
        pytest.param({"available": False}, "hold", BO, None, id="away: held for the next in turn"),
        pytest.param({"active": False}, "hold", None, Queue.UNASSIGNED, id="inactive people hold nothing"),
    ],
)
def test_when_nobody_is_there(
    everybody: dict[str, bool], all_away: str, owner: str | None, queue: Queue | None
) -> None:
    people = {each.email: rep(each.email, each.name, n, **everybody) for n, each in enumerate(reps().values(), 1)}
    book = rulebook(routing=routing_rules(all_away=all_away))
    case = Case(book=book, reps=people, score=score(60, at=MONDAY - HOUR))
    case.decide(MONDAY)
    assert (case.owner(), case.handoff.queue) == (owner, queue)


def test_the_queue_empties_when_somebody_is_back() -> None:
    nobody = {each.email: rep(each.email, each.name, 1, available=False) for each in reps().values()}
    case = Case(reps=nobody, score=score(60, at=MONDAY - HOUR))
    case.decide(MONDAY)
    assert case.handoff.queue_cause == "pool North: all 3 away"
    case.reps = reps()
    case.decide(MONDAY + HOUR)
    assert (case.stage(), case.owner(), case.handoff.queue) == (Stage.ASSIGNED, BO, None)


def test_account_and_previous_owner_pass_on_to_the_next_rule_when_there_is_none() -> None:
    book = ruled(
        RoutingRule(name="account", to=Target(account_owner=True)),
        RoutingRule(name="known", to=Target(previous_owner=True)),
        RoutingRule(name="pool", to=Target(pool="North")),
    )
    assert ask(Case(), book=book).trace[:2] == (
        "rule 'account': met, but no account owner",
        "rule 'known': met, but no previous owner",
    )
    assert ask(Case(more={"account": ACCOUNT}), book=book).owner == reps()[DI]
    assert ask(Case(lead=lead(owner=CY)), book=book).why == "rule 'known': previous owner Cy Ode"


def test_a_deal_or_a_customer_goes_to_the_accounts_owner_without_a_clock() -> None:
    for more, kind in (({"has_open_deal": True}, HandoffKind.OPEN_DEAL), ({"is_customer": True}, HandoffKind.CUSTOMER)):
        case = Case(score=score(60, at=MONDAY - HOUR), more={"account": ACCOUNT, **more})
        decision = case.decide(MONDAY)
        assert (case.handoff.kind, case.owner(), case.handoff.touch_due_at) == (kind, DI, None)
        assert decision.wake_at == MONDAY + timedelta(days=case.book.lifecycle.stay_days(case.stage()) or 0)
        assert case.assignment.why == "owns the account Globex: Di Rae"


def test_a_hand_raise_goes_first_to_whoever_spoke_with_them_last() -> None:
    case = Case(handoffs={1: past(CY, touched=True), 2: past(DI, touched=False, number=2)})
    assert ask(case, hand_raise=True).owner == reps()[CY], "Di never spoke with them"
    case.sales.append(call(MONDAY - 600 * HOUR, "U3"))
    assert ask(case, hand_raise=True).owner == reps()[DI], "Di has since"
    case.sales.append(call(MONDAY - 500 * HOUR, "U2", automated=True))
    assert ask(case, hand_raise=True).owner == reps()[DI], "a sequence does not speak"


def test_whoever_spoke_with_them_but_cannot_is_named_and_passed() -> None:
    case = Case(handoffs={1: past(CY, touched=True)})
    routed = ask(case, hand_raise=True, reps=reps(cy=rep(CY, "Cy Ode", 2, active=False)))
    assert routed.owner == reps()[BO]
    assert routed.trace[0] == "spoke with them last: Cy Ode is inactive"


def test_a_released_backlog_stays_with_its_present_owner() -> None:
    case = Case(lead=lead(armed_at=MONDAY), score=score(60, at=MONDAY - HOUR))
    case.values["owner"] = "U3"
    case.decide(MONDAY, approved=True)
    assert case.owner() == DI


def test_who_had_the_lead_is_never_asked_again() -> None:
    assert ask(Case(), tried=(BO, CY)).owner == reps()[DI]
    nobody = ask(Case(), tried=(BO, CY, DI))
    assert (nobody.owner, nobody.queue, nobody.named, nobody.why) == (
        None,
        "unassigned",
        False,
        "pool North: all 3 not eligible",
    )


def test_the_pointer_moves_only_for_the_pool() -> None:
    state = ask(Case(), hand_raise=True, view=Case(handoffs={1: past(CY, touched=True)}).view()).state
    assert state.turns == {}
    assert (state.open_of(CY), state.new_on(CY, date(2026, 11, 23))) == (1, 1)


def test_closing_frees_the_desk() -> None:
    case = assigned()
    assert case.state.open_of(BO) == 1
    case.decide(MONDAY + HOUR, outcome("No need", MONDAY + HOUR))
    assert (case.state.open_of(BO), case.state.new_on(BO, date(2026, 11, 23))) == (0, 1)


def test_rules_may_ask_for_what_is_known_around_the_lead() -> None:
    hot = Condition.model_validate({"all": [{"property": "hand_raise", "operator": "equals", "value": True}]})
    book = ruled(RoutingRule(name="hot", when=hot, to=Target(user=DI)), RoutingRule(name="all", to=Target(user=BO)))
    assert raised(book=book).handoff.owner == DI
    assert assigned(book=book).handoff.owner == BO


@settings(max_examples=40, deadline=None)
@given(
    days=st.lists(st.integers(1, 30), min_size=1, max_size=4),
    new=st.integers(1, 6),
    still=st.integers(2, 12),
    weights=st.lists(st.integers(1, 3), min_size=1, max_size=3),
)
def test_capacity_is_never_exceeded(days: list[int], new: int, still: int, weights: list[int]) -> None:
    """I16: a fold over many leads and days, none of them a hand-raise."""
    people = [BO, CY, DI][: len(weights)]
    members = [Member(email=email, weight=weight) for email, weight in zip(people, weights, strict=True)]
    book = rulebook(routing=routing_rules(pools=[pool(members=members, new_per_day=new, open_at_once=still)]))
    state, open_now = RoutingState(), Counter[str]()
    for day, leads in enumerate(days):
        today: Counter[str] = Counter()
        for number in range(leads):
            now = MONDAY + timedelta(days=day, minutes=number)
            case = Case(book=book, state=state, score=score(60, at=now), lead=lead(id=LeadId(day * 100 + number)))
            case.decide(now)
            state = case.state
            owner = case.owner()
            today.update([owner] if owner else [])
        open_now += today
        assert max(today.values(), default=0) <= new
        assert max(open_now.values(), default=0) <= still
        assert sum(today.values()) == leads or all(
            today[email] == new or open_now[email] == still for email in people
        ), "nobody waits while somebody has room"


@settings(max_examples=30, deadline=None)
@given(leads=st.integers(0, 40), people=st.integers(1, 6))
def test_leads_are_spread_to_one_when_everybody_is_there(leads: int, people: int) -> None:
    """I16 through the whole decision."""
    crew = {f"r{n}@acme.example": Rep(email=f"r{n}@acme.example", name=f"R{n}") for n in range(people)}
    members = [Member(email=email) for email in crew]
    book = rulebook(routing=routing_rules(pools=[pool(members=members, new_per_day=99, open_at_once=99)]))
    state, counts = RoutingState(), Counter(dict.fromkeys(crew, 0))
    for number in range(leads):
        case = Case(book=book, reps=crew, state=state, score=score(60, at=MONDAY), lead=lead(id=LeadId(number)))
        case.decide(MONDAY)
        state = case.state
        counts[str(case.owner())] += 1
    assert max(counts.values()) - min(counts.values()) <= 1


def test_a_hand_raise_in_the_queue_is_asked_for_again_at_once() -> None:
    book = ruled(fallback=Target(queue="Front desk"))
    case = Case(book=book, score=score(60, at=MONDAY - HOUR))
    case.decide(MONDAY)
    case.book = rulebook()
    case.decide(MONDAY + HOUR)
    assert case.owner() is None, "it waits there for a person"
    case.score = score(80, at=MONDAY + HOUR, hand_raises=(form(MONDAY + HOUR),))
    case.decide(MONDAY + 2 * HOUR)
    assert (case.owner(), case.handoff.hand_raise) == (BO, True)
