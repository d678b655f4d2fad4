"""Names in new tasks who else at the account sales knows: looked up only where there is a task to tell it in."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from config.mapping import MappingRules
from domain.account import Account
from domain.decision import Intent, IntentKind
from domain.values import LeadId
from handoff.colleagues import MOST, Colleague, chosen, with_colleagues
from scoring.ledger import standing
from store import leads, ledger
from store.engine import Tx
from sync.companies import people_near
from sync.conclude import Conclusion
from sync.material import Material, Users


def name_colleagues(
    tx: Tx, concluded: Sequence[Conclusion], materials: Sequence[Material], rules: MappingRules, people: Users
) -> list[Conclusion]:
    """The conclusions, with the colleagues in the body of each task; a likely account's are not theirs for sure."""
    accounts = {each.lead.id: each.account for each in materials if each.account is not None and each.account.is_sure}
    return [_named(tx, each, accounts.get(each.lead_id), rules, people) for each in concluded]


def _named(tx: Tx, conclusion: Conclusion, account: Account | None, rules: MappingRules, people: Users) -> Conclusion:
    intents = conclusion.decision.intents
    if account is None or not any(each.kind is IntentKind.TASK for each in intents):
        return conclusion
    others = people_near(tx, [account.ref, *account.also], rules) - {conclusion.lead_id}
    known = chosen(list(leads.get(tx, sorted(others)).values()))
    names = _names(tx, [each.id for each in known[:MOST]], conclusion)
    colleagues = [Colleague(lead=each, name=names.get(each.id) or each.key) for each in known[:MOST]]

    def told(intent: Intent) -> Intent:
        if intent.kind is not IntentKind.TASK:
            return intent
        body = with_colleagues(
            str(intent.payload["body"]), account, colleagues, more=len(known) - len(colleagues), reps=people.reps
        )
        return replace(intent, payload={**intent.payload, "body": body})

    return replace(conclusion, decision=replace(conclusion.decision, intents=tuple(map(told, intents))))


def _names(tx: Tx, ids: Sequence[LeadId], conclusion: Conclusion) -> Mapping[LeadId, str]:
    found = {}
    for lead, facts in ledger.facts_of(tx, ids).items():
        values = standing(facts, as_of=conclusion.as_of, known_at=conclusion.as_of)
        words = (values[name].value for name in ("first_name", "last_name") if name in values)
        found[lead] = " ".join(str(each) for each in words if each)
    return found
