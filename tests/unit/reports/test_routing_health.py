"""What in the routing does not work as people are now."""

from config.routing import Absence, Member, RoutingRule, Target
from reports.owners import names_in
from reports.routing_health import routing_troubles
from tests.unit.handoff.material import BO, CY, MONDAY, pool, rep, reps, routing_rules, team
from tests.unit.handoff.test_territories import table


def test_a_pool_with_nobody_active_is_told_with_who_sends_leads_there_and_a_fallback_to_it() -> None:
    rules = routing_rules(
        pools=[pool(name="Gone", members=[Member(email="eve@acme.example"), Member(email=BO)]), pool()],
        rules=[RoutingRule(name="all", to=Target(pool="Gone"))],
        fallback=Target(pool="Gone"),
    )
    found = list(routing_troubles(rules, reps(bo=rep(BO, "Bo Lind", 1, active=False)), now=MONDAY))
    assert [(each.what, each.is_error) for each in found] == [
        ("pool Gone has no active member (named by rule 'all')", True),
        ("the fallback leads to nobody (Gone): whoever no rule takes stays in the queue", True),
    ]


def test_days_away_that_are_over_are_a_hint() -> None:
    past = Absence(email=BO, first="2026-10-01", last="2026-11-22")
    ahead = Absence(email=CY, first="2026-11-01", last="2026-11-23")
    (found,) = routing_troubles(routing_rules(teams=[team(absences=[past, ahead])]), reps(), now=MONDAY)
    assert found.what == "team North: 1 of 2 absences are over, the last on 2026-11-22"
    assert not found.is_error


def test_who_stands_in_the_table_is_named_by_it() -> None:
    book = table("country", "Spain,ES,eve@acme.example,,", "France,FR,North,,")
    named = names_in(routing_rules(territories="t.csv"), book)
    assert named["eve@acme.example"] == ("t.csv",)


def test_the_territories_of_an_empty_pool_are_named_and_many_counted() -> None:
    rules = routing_rules(pools=[pool(name="Gone", members=[Member(email="eve@acme.example")]), pool()])
    book = table("country", *(f"T{number},X{number},Gone,," for number in range(5)), "Spain,ES,North,,")
    (found,) = routing_troubles(rules, reps(), now=MONDAY, territories=book)
    said = "territory 'T0', territory 'T1', territory 'T2', 2 territories more"
    assert found.what == f"pool Gone has no active member (named by {said})"
