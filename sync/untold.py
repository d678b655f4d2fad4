"""Which rules could not be told about the leads that were concluded: what is kept of it, and what a plan says of it."""

from collections.abc import Iterable

from domain.rule_problem import RuleFile, RuleProblem
from domain.values import LeadId, RuleHash
from store import rule_problems
from store.engine import Tx
from store.rule_problems import Found
from sync.conclude import Conclusion


def found_of(conclusion: Conclusion) -> Found:
    """Routing rules are asked when somebody is looked for: what they said then stands while that handoff is open."""
    decision = conclusion.decision
    waits = not decision.has_routed and any(each.is_open for each in decision.handoffs)
    return Found(problems=conclusion.problems, keeps=frozenset({RuleFile.ROUTING}) if waits else frozenset())


def after(tx: Tx, conclusions: Iterable[Conclusion], *, rule_hash: RuleHash) -> dict[RuleProblem, frozenset[LeadId]]:
    """Whom each rule cannot be told about once these are saved."""
    now = {each.lead_id: found_of(each) for each in conclusions}
    found: dict[RuleProblem, set[LeadId]] = {}
    for lead, known, under in rule_problems.every(tx):
        mine = now.get(lead)
        if mine is None or (known.file in mine.keeps and under == rule_hash):
            found.setdefault(known, set()).add(lead)
    for lead, each in now.items():
        for problem in each.problems:
            found.setdefault(problem, set()).add(lead)
    return {problem: frozenset(ids) for problem, ids in found.items()}
