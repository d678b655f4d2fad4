"""What an account does to a handoff when it is sure, likely, or nobody's."""

from dataclasses import replace
from datetime import timedelta

import pytest

from config.routing import RoutingRule, Target
from domain.account import Account, Certainty
from domain.handoff import HandoffKind
from domain.stage import Stage
from domain.values import RecordRef, Value
from handoff.routing import Ask, Routed, route
from tests.unit.handoff.material import BO, DI, MONDAY, Case, form, lead, reps, routing_rules, rulebook, score

HOUR = timedelta(hours=1)
DOMAIN = "the domain is the same (globex.example)"
SURE = Account(
    ref=RecordRef(connection="crm", object="Account", id="A1"),
    name="Globex",
    certainty=Certainty.CERTAIN,
    why=f"{DOMAIN}, and so is the name",
    owner=DI,
)
LIKELY = replace(SURE, certainty=Certainty.LIKELY, why=DOMAIN, is_customer=True, open_deals=1)
HOUSE = replace(SURE, owner=None, is_house=True)
BOOK = rulebook(
    routing=routing_rules(
        rules=[
            RoutingRule(name="account", to=Target(account_owner=True)),
            RoutingRule(name="pool", to=Target(pool="North")),
        ]
    )
)


def routed(account: Account, kind: HandoffKind = HandoffKind.NEW_BUSINESS) -> Routed:
    case = Case(book=BOOK, more={"account": account})
    ask = Ask(view=case.view(), kind=kind, hand_raise=False, now=MONDAY)
    return route(ask, book=BOOK, state=case.state, reps=reps())


def test_a_certain_account_s_owner_gets_the_lead_and_the_trace_says_why_it_is_theirs() -> None:
    found = routed(SURE)
    assert found.owner == reps()[DI]
    assert found.trace == (
        "account Globex: the domain is the same (globex.example), and so is the name",
        "rule 'pool': not asked, rule 'account' came first",
        "given to Di Rae: rule 'account': account owner Di Rae",
    )


@pytest.mark.parametrize("kind", HandoffKind)
def test_a_likely_account_s_owner_gets_nobody_whatever_the_handoff_is(kind: HandoffKind) -> None:
    found = routed(LIKELY, kind)
    assert found.owner == reps()[BO]
    assert found.trace[:2] == (
        "Probably Globex, because the domain is the same (globex.example): not sure enough to ask for its owner",
        "rule 'account': met, but no account owner",
    )


@pytest.mark.parametrize("kind", HandoffKind)
def test_a_house_account_s_people_go_on_to_the_next_rule(kind: HandoffKind) -> None:
    found = routed(HOUSE, kind)
    assert found.owner == reps()[BO]
    assert found.trace[0].endswith("and so is the name; a house account, which has no owner")


@pytest.mark.parametrize(
    ("account", "line"),
    [
        (SURE, "Account Globex: owned by Di Rae"),
        (HOUSE, "Account Globex: a house account"),
        (
            LIKELY,
            f"Probably Globex, because {DOMAIN}: customer, 1 open deal(s), owned by Di Rae",
        ),
    ],
    ids=["sure", "house", "likely"],
)
def test_the_task_says_whose_account_it_is_or_probably_is(account: Account, line: str) -> None:
    case = Case(score=score(60, at=MONDAY - HOUR), more={"account": account})
    case.decide(MONDAY)
    assert line in str(case.tasks()[-1].payload["body"]).splitlines()


def test_a_request_of_a_customer_is_not_told_to_a_likely_account_s_owner() -> None:
    case = Case(
        lead=lead(stage=Stage.CUSTOMER, owner=BO),
        score=score(20, hand_raises=(form(MONDAY),)),
        more={"account": LIKELY},
    )
    case.decide(MONDAY + HOUR)
    assert case.notices() == [("raise:hub:forms:F1", BO)]


def test_a_likely_account_s_name_is_not_the_person_s_company() -> None:
    blank: dict[str, Value] = {"company": None}
    assert Case(values=blank, more={"account": LIKELY}).view().company == ""
    assert Case(values=blank, more={"account": SURE}).view().company == "Globex"
