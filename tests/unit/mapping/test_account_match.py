"""Which account is a person's, how sure that is, and what decides between several."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.account import Certainty
from domain.values import RecordRef
from mapping.account_match import AccountMatch, Candidate, Fact, match, tied
from mapping.employer import Employer

CRM, HUB = "salesforce", "hubspot"
DOMAIN = "acme.example"
ANA = Employer(domains=(DOMAIN,), companies=("ACME Inc.",))
MONDAY = datetime(2026, 9, 7, tzinfo=UTC)


def ref(number: int, connection: str = CRM) -> RecordRef:
    return RecordRef(connection=connection, object="Account" if connection == CRM else "companies", id=f"{number:03}")


def account(number: int, connection: str = CRM, **more: Any) -> Candidate:
    known: dict[str, Any] = {"name": "Acme", "domain": DOMAIN, "precedence": int(connection == HUB)}
    return Candidate(ref=ref(number, connection), **{**known, **more})


def found(told: Employer, *candidates: Candidate, shared: tuple[str, ...] = ()) -> AccountMatch:
    chosen = match(told, candidates, shared=shared)
    assert chosen is not None
    return chosen


def test_domain_and_name_are_certain_and_the_domain_alone_is_likely() -> None:
    sure = found(ANA, account(1))
    assert (sure.certainty, sure.why) == (
        Certainty.CERTAIN,
        "the domain is the same (acme.example), and so is the name",
    )
    for told in (replace(ANA, companies=()), replace(ANA, companies=("Globex",))):
        assert found(told, account(1)).certainty is Certainty.LIKELY
        assert found(told, account(1)).why == "the domain is the same (acme.example)"


@pytest.mark.parametrize(
    ("told", "candidate"),
    [
        pytest.param(replace(ANA, domains=()), account(1), id="the name alone"),
        pytest.param(ANA, account(1, domain=""), id="an account without a web address"),
        pytest.param(Employer(), account(1, domain=""), id="nothing at all"),
    ],
)
def test_without_a_common_domain_nothing_is_matched(told: Employer, candidate: Candidate) -> None:
    assert match(told, [candidate]) is None


def test_a_named_account_beats_one_of_the_same_domain_and_name() -> None:
    chosen = found(replace(ANA, named=(ref(9),)), account(1, has_open_deal=True), account(9, name="Globex", domain=""))
    assert (chosen.ref, chosen.certainty, chosen.why) == (ref(9), Certainty.EXPLICIT, "salesforce names it")
    assert [(each.ref, each.why_not) for each in chosen.rivals] == [(ref(1), "no record of theirs names it")]


BETTER: Mapping[Fact, dict[str, Any]] = {
    Fact.OPEN_DEAL: {"has_open_deal": True},
    Fact.CUSTOMER: {"is_customer": True},
    Fact.PEOPLE: {"people": 3},
    Fact.TOUCH: {"touched_at": MONDAY},
}
WORSE_IN = {
    Fact.OPEN_DEAL: "no open deal",
    Fact.CUSTOMER: "is no customer",
    Fact.PEOPLE: "fewer people",
    Fact.TOUCH: "no rep touched it as late",
}


@pytest.mark.parametrize("fact", BETTER, ids=lambda fact: fact.name.lower())
@pytest.mark.parametrize("names", [("Acme",), ()], ids=["certain", "likely"])
def test_each_fact_decides_before_all_that_come_after_it(fact: Fact, names: tuple[str, ...]) -> None:
    later = [each for each in BETTER if list(Fact).index(each) > list(Fact).index(fact)]
    rest = {name: value for each in later for name, value in BETTER[each].items()}
    chosen = found(replace(ANA, companies=names), account(1, **rest), account(2, **BETTER[fact]))
    assert (chosen.ref, chosen.decided_by) == (ref(2), fact)
    assert chosen.why.endswith(f"; of 2 such accounts {fact.value}")
    assert [each.why_not for each in chosen.rivals] == [WORSE_IN[fact]]


def test_of_equals_the_oldest_is_it_and_ids_grow() -> None:
    old, new = account(1), replace(account(2), ref=replace(ref(2), id="0001"))
    chosen = found(ANA, new, old)
    assert (chosen.ref, chosen.decided_by) == (old.ref, Fact.AGE)
    assert chosen.why.endswith("of 2 such accounts the oldest")


def test_what_is_sure_beats_what_is_likely_whatever_else_there_is() -> None:
    likely = account(1, name="Acme Deutschland", has_open_deal=True, is_customer=True, people=50, touched_at=MONDAY)
    chosen = found(ANA, likely, account(2))
    assert (chosen.ref, chosen.certainty, chosen.decided_by) == (ref(2), Certainty.CERTAIN, None)
    assert [each.why_not for each in chosen.rivals] == ["only likely: the domain is the same (acme.example)"]


def test_of_fifty_accounts_of_one_domain_one_is_likely_and_the_others_are_told() -> None:
    many = [account(number, name=f"Acme {number}", people=number % 7) for number in range(50)]
    chosen = found(Employer(domains=(DOMAIN,)), *many)
    assert (chosen.ref, chosen.certainty) == (ref(6), Certainty.LIKELY)
    assert chosen.why == "the domain is the same (acme.example); of 50 such accounts the oldest"
    assert len(chosen.rivals) == 49


def test_at_a_shared_domain_not_even_the_name_makes_it_sure_but_a_record_does() -> None:
    chosen = found(ANA, account(1), shared=(DOMAIN,))
    assert chosen.certainty is Certainty.LIKELY
    assert chosen.why == "the domain is the same (acme.example), which several companies share"
    assert found(replace(ANA, named=(ref(1),)), account(1), shared=(DOMAIN,)).certainty is Certainty.EXPLICIT


def test_where_systems_differ_the_one_that_decides_has_it_unless_it_is_only_likely_there() -> None:
    globex = account(7, HUB, name="Globex", domain="globex.example")
    named = replace(ANA, named=(globex.ref,))
    chosen = found(named, globex, account(1))
    assert (chosen.ref, chosen.certainty) == (ref(1), Certainty.CERTAIN)
    assert [each.why_not for each in chosen.rivals] == ["salesforce decides before hubspot"]
    likely = found(replace(named, companies=()), globex, account(1))
    assert (likely.ref, likely.certainty) == (globex.ref, Certainty.EXPLICIT)


def test_accounts_of_two_systems_are_one_by_domain_and_name() -> None:
    company = account(7, HUB, name="ACME Corp")
    chosen = found(Employer(domains=(DOMAIN,), named=(company.ref,)), company, account(1, name="Acme Ltd"))
    assert (chosen.ref, chosen.certainty, chosen.also) == (ref(1), Certainty.CERTAIN, (company.ref,))
    assert chosen.why == "hubspot names ACME Corp, which is the same company (the same domain and name)"
    assert chosen.rivals == ()


def test_accounts_of_two_systems_are_one_by_a_link_whatever_they_are_called() -> None:
    company = account(7, HUB, name="Globex", domain="", links=frozenset({ref(1)}))
    chosen = found(Employer(named=(company.ref,)), company, account(1, domain=""), account(2))
    assert (chosen.ref, chosen.also) == (ref(1), (company.ref,))
    assert chosen.why == "hubspot names Globex, which is the same company (linked)"


def test_what_is_linked_with_another_account_is_not_this_one_though_domain_and_name_are() -> None:
    company = account(7, HUB, links=frozenset({ref(2)}))
    told = Employer(named=(company.ref,), domains=(DOMAIN,))
    assert found(told, company, account(1)).ref == company.ref
    assert found(told, company, account(1), account(2, name="Other", domain="")).ref == ref(2)


def test_a_likely_account_makes_its_twin_elsewhere_no_surer() -> None:
    company = account(7, HUB, links=frozenset({ref(1)}))
    chosen = found(Employer(domains=(DOMAIN,)), company, account(1, domain=""))
    assert (chosen.ref, chosen.certainty, chosen.also) == (ref(1), Certainty.LIKELY, (company.ref,))


def test_only_those_that_nothing_else_tells_apart_have_to_be_counted() -> None:
    with_deal, customer, other = account(1, has_open_deal=True), account(2, is_customer=True), account(3)
    assert tied(ANA, [with_deal, customer, other], Fact.PEOPLE) == ()
    assert tied(ANA, [customer, other], Fact.PEOPLE) == ()
    assert tied(ANA, [other, account(4), customer, account(5, is_customer=True)], Fact.PEOPLE) == (ref(2), ref(5))
    assert tied(ANA, [account(3, people=1), account(4, people=2)], Fact.TOUCH) == ()
    assert tied(ANA, [other], Fact.PEOPLE) == ()
    assert tied(ANA, [], Fact.PEOPLE) == ()


CANDIDATES = st.lists(
    st.builds(
        account,
        number=st.integers(1, 6),
        connection=st.sampled_from([CRM, HUB]),
        name=st.sampled_from(["Acme", "ACME Inc", "Globex", ""]),
        domain=st.sampled_from([DOMAIN, "group.example", ""]),
        has_open_deal=st.booleans(),
        is_customer=st.booleans(),
        people=st.integers(0, 2),
        touched_at=st.sampled_from([None, MONDAY]),
        links=st.frozensets(st.builds(ref, st.integers(1, 3), st.sampled_from([CRM, HUB])), max_size=1),
    ),
    max_size=7,
    unique_by=lambda each: each.ref,
)
TOLD = st.builds(
    Employer,
    named=st.lists(st.builds(ref, st.integers(1, 6)), max_size=1).map(tuple),
    domains=st.lists(st.sampled_from([DOMAIN, "group.example"]), max_size=2, unique=True).map(tuple),
    companies=st.lists(st.sampled_from(["Acme", "Globex"]), max_size=2, unique=True).map(tuple),
)


@settings(max_examples=100, deadline=None)
@given(told=TOLD, candidates=CANDIDATES, data=st.data())
def test_the_order_of_accounts_and_of_what_is_told_means_nothing(
    told: Employer, candidates: list[Candidate], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(candidates))
    turned = replace(told, domains=told.domains[::-1], companies=told.companies[::-1])
    assert match(told, candidates, shared=("group.example",)) == match(turned, shuffled, shared=("group.example",))


@settings(max_examples=100, deadline=None)
@given(told=TOLD, candidates=CANDIDATES)
def test_every_account_is_the_one_or_the_same_or_told_why_not(told: Employer, candidates: list[Candidate]) -> None:
    chosen = match(told, candidates)
    if chosen is None:
        return
    named = [chosen.ref, *chosen.also, *(each.ref for each in chosen.rivals)]
    assert len(named) == len(set(named))
    assert all(each.why_not for each in chosen.rivals)
    assert (chosen.certainty is Certainty.EXPLICIT) is (chosen.ref in told.named)
