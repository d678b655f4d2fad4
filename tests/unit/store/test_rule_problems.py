"""A rule that could not be told about a lead is known lead by lead, and counted by rule and cause."""

from domain.rule_problem import RuleFile, RuleProblem, Unjudged
from domain.values import LeadId, RuleHash
from store import rule_problems
from store.engine import Store, Tx
from store.rule_problems import Found
from tests.unit.store.examples import at

ANA, BEN, CAT = LeadId(1), LeadId(2), LeadId(3)
FIRST, SECOND = RuleHash("r1"), RuleHash("r2")
BIG = RuleProblem(file=RuleFile.SCORING, rule="rule 'Big' in 'Size'", words="lead.employees is blank")
MIXED = RuleProblem(file=RuleFile.SCORING, rule="rule 'Big' in 'Size'", words="the expression mixes values")
EMEA = RuleProblem(file=RuleFile.ROUTING, rule="rule 'EMEA'", words="lead.region is blank")
ASLEEP = frozenset({RuleFile.ROUTING})


def put(tx: Tx, found: dict[LeadId, Found], *, rule_hash: RuleHash = FIRST) -> None:
    rule_problems.replace(tx, found, rule_hash=rule_hash, now=at(0))


def test_each_decision_says_anew_what_could_not_be_told(store: Store) -> None:
    with store.write() as tx:
        put(tx, {ANA: Found(problems=[BIG, EMEA]), BEN: Found(problems=[BIG])})
        put(tx, {ANA: Found(problems=[MIXED])})
        assert rule_problems.of_leads(tx, [ANA, BEN]) == {ANA: [MIXED], BEN: [BIG]}


def test_what_routing_rules_said_stands_until_they_are_asked_again_or_are_others(store: Store) -> None:
    with store.write() as tx:
        put(tx, {ANA: Found(problems=[EMEA])})
        put(tx, {ANA: Found(problems=[BIG], keeps=ASLEEP)})
        assert rule_problems.of_leads(tx, [ANA]) == {ANA: [EMEA, BIG]}
        put(tx, {ANA: Found(problems=[BIG], keeps=ASLEEP)}, rule_hash=SECOND)
        assert rule_problems.of_leads(tx, [ANA]) == {ANA: [BIG]}


def test_they_are_counted_by_rule_and_cause_the_most_first(store: Store) -> None:
    with store.write() as tx:
        put(tx, {ANA: Found(problems=[MIXED, EMEA]), BEN: Found(problems=[BIG]), CAT: Found(problems=[BIG])})
        assert rule_problems.unjudged(tx) == (
            Unjudged(problem=BIG, leads=2, examples=(BEN, CAT)),
            Unjudged(problem=EMEA, leads=1, examples=(ANA,)),
            Unjudged(problem=MIXED, leads=1, examples=(ANA,)),
        )
        assert list(rule_problems.every(tx)) == [
            *((ANA, each, FIRST) for each in (EMEA, MIXED)),
            *((each, BIG, FIRST) for each in (BEN, CAT)),
        ]
        assert rule_problems.leads_with_any(tx) == 3


def test_nothing_is_written_while_it_stays_as_it_is(store: Store) -> None:
    with store.write() as tx:
        put(tx, {ANA: Found(problems=[BIG])})
    with store.read() as tx:
        put(tx, {ANA: Found(problems=[BIG]), BEN: Found(problems=())})
