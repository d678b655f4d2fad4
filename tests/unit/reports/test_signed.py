"""The names under the agreement in words, and the words themselves as the starter's rules make them."""

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from config.lifecycle import LifecycleRules
from config.mapping import MappingRules
from config.routing import RoutingRules
from config.rules import Rules
from config.scoring import ScoringRules
from domain.signing import Clause, Side, Signature, fingerprint_of, standings
from domain.values import RuleHash
from reports.pages.promises import promises_of
from reports.pages.signed import told
from tests.starter import starter_file

TOKYO = ZoneInfo("Asia/Tokyo")
EVENING = datetime(2026, 9, 7, 20, tzinfo=UTC)
SALES = Clause(key="sales", title="What sales promises", lines=("15 minutes", "a reason"))
MARKETING = Clause(key="marketing", title="What marketing promises", lines=("1 a day",))
FIRST = (SALES, MARKETING)
SECOND = (replace(SALES, lines=("10 minutes", "a reason")), MARKETING)
THIRD = (replace(SALES, lines=("a reason", "10 minutes")), MARKETING)


def by(name: str, side: Side, clauses: tuple[Clause, ...], *, login: str = "") -> Signature:
    return Signature(side=side, name=name, signed_at=EVENING, login=login or name, clauses=clauses)


def words(clauses: tuple[Clause, ...], *signed: Signature) -> list[str]:
    return list(told(standings(clauses, {each.side: each for each in signed}), TOKYO))


def test_a_signature_has_its_day_by_the_clocks_of_the_installation() -> None:
    assert words(FIRST, by("Ana", Side.MARKETING, FIRST), by("Fay", Side.SALES, FIRST)) == [
        "Signed by Ana for marketing on Tue 8 Sep 2026.",
        "Signed by Fay for sales on Tue 8 Sep 2026.",
    ]


def test_sides_that_signed_different_words_are_told_apart() -> None:
    assert words(THIRD, by("Ana", Side.MARKETING, FIRST), by("Fay", Side.SALES, SECOND))[2:] == [
        "What sales promises, as signed for marketing: 15 minutes",
        "What sales promises, now: 10 minutes",
        "What sales promises: the same lines in another order.",
    ]


def test_one_login_under_both_names_is_told_only_while_both_stand() -> None:
    ana, fay = by("Ana", Side.MARKETING, FIRST, login="mia"), by("Fay", Side.SALES, FIRST, login="mia")
    said = "Both names were written down under one login."
    assert (said in words(FIRST, ana, fay), said in words(SECOND, ana, fay)) == (True, False)


@pytest.fixture(scope="module")
def rules() -> Rules:
    return Rules(
        scoring=ScoringRules.model_validate(starter_file("scoring")),
        lifecycle=LifecycleRules.model_validate(starter_file("lifecycle")),
        routing=RoutingRules.model_validate(starter_file("routing")),
        mapping=MappingRules.model_validate(starter_file("mapping")),
        hash=RuleHash("r1"),
        document="{}",
    )


def test_the_promises_are_in_the_order_of_the_page_and_no_line_is_blank(rules: Rules) -> None:
    clauses = promises_of(rules, 1)
    assert [each.key for each in clauses] == ["handed", "reasons", "sales", "marketing"]
    assert all(line.strip() for each in clauses for line in each.lines)


def test_the_same_rules_promise_the_same_and_another_goal_does_not(rules: Rules) -> None:
    one, again, other = (fingerprint_of(promises_of(rules, goal)) for goal in (1, 1, 2))
    assert (one == again, one == other) == (True, False)
