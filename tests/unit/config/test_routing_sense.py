"""What `check` says of routing that cannot work, or that probably is not meant."""

from pathlib import Path
from typing import Any

import pytest

from config.routing import Absence, RoutingRule, RoutingRules, Target
from config.routing_sense import doubts
from config.template import write
from domain.errors import SettingsError
from leadloop.checked import load
from store.vault import make_key
from tests.unit.handoff.material import BO, pool, routing_rules, team

Row = tuple[str, str, Any]


def rule(name: str, *rows: Row, to: Target | None = None) -> RoutingRule:
    conditions = [{"property": prop, "operator": operator, "value": value} for prop, operator, value in rows]
    return RoutingRule.model_validate({"name": name, "when": {"all": conditions}, "to": to or Target(pool="North")})


def said(rules: RoutingRules) -> list[str]:
    return [finding.message for finding in doubts(rules)]


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ([("country", "equals", "ES"), ("country", "equals", "FR")], "`country` cannot hold several values at once"),
        (
            [("country", "in", ["ES", "PT"]), ("country", "not_in", ["PT", "es"])],
            "`country` would have to hold what it",
        ),
        ([("country", "unknown", None), ("country", "equals", "ES")], "`country` cannot be unknown and hold something"),
        (
            [("employees", "at_least", 100), ("employees", "less_than", 100)],
            "`employees` would have to be at least 100",
        ),
        ([("kind", "equals", "parnter")], "`kind` is never `parnter`"),
        ([("hand_raise", "equals", "maybe")], "`hand_raise` is never `maybe`"),
    ],
)
def test_a_rule_whose_conditions_exclude_each_other_can_match_nobody(rows: list[Row], why: str) -> None:
    (found,) = said(routing_rules(rules=[rule("odd", *rows)]))
    assert found.startswith(f"rule `odd` can match nobody: {why}")


@pytest.mark.parametrize(
    "rows",
    [
        [("country", "equals", "ES"), ("country", "in", ["ES", "PT"])],
        [("country", "unknown", None), ("country", "not_equals", "ES")],
        [("employees", "at_least", 100), ("employees", "at_most", 100)],
        [("kind", "in", ["partner", "customer"])],
        [("is_customer", "equals", True)],
    ],
)
def test_a_rule_that_somebody_can_meet_is_not_doubted(rows: list[Row]) -> None:
    assert said(routing_rules(rules=[rule("fine", *rows)])) == []


def test_a_rule_behind_one_that_takes_everybody_is_never_asked() -> None:
    behind = rule("Spain", ("country", "equals", "ES"))
    (found,) = said(routing_rules(rules=[rule("all"), behind]))
    assert found == "rule `Spain` is never asked: `all` before it takes every lead that it could take"
    narrower = rule("small Spain", ("employees", "less_than", 10), ("country", "equals", "ES"))
    assert said(routing_rules(rules=[behind, narrower])) == [found.replace("`Spain`", "`small Spain`", 1).replace(
        "`all`", "`Spain`")]  # fmt: skip


@pytest.mark.parametrize("target", [Target(account_owner=True), Target(previous_owner=True), Target(territory=True)])
def test_a_rule_behind_one_that_may_name_nobody_is_asked(target: Target) -> None:
    rules = routing_rules(rules=[rule("perhaps", to=target), rule("all")], territories="t.csv")
    assert [each for each in said(rules) if "never asked" in each] == []


def test_absences_of_one_rep_that_overlap_are_told_wherever_they_stand() -> None:
    first = Absence(email=BO, first="2026-12-20", last="2027-01-02")
    second = Absence(email=BO.upper(), first="2027-01-02", last="2027-01-09")
    rules = routing_rules(
        teams=[team(absences=[first]), team(name="South", absences=[second])],
        pools=[pool(), pool(name="S", team="South")],
    )
    assert said(rules) == ["this absence and the one from 2026-12-20 until 2027-01-02 overlap"]


def test_a_long_absence_overlaps_with_every_short_one_in_it() -> None:
    days = (("2026-12-01", "2026-12-31"), ("2026-12-03", "2026-12-04"), ("2026-12-08", "2026-12-09"))
    rules = routing_rules(teams=[team(absences=[Absence(email=BO, first=first, last=last) for first, last in days])])
    assert said(rules) == ["this absence and the one from 2026-12-01 until 2026-12-31 overlap"] * 2


def test_a_team_that_nobody_works_in_a_table_that_nobody_asks_for_and_a_missing_manager_are_told() -> None:
    rules = routing_rules(teams=[team(manager=None), team(name="South")], territories="t.csv", all_away="manager")
    assert said(rules) == [
        "no pool works in the team `South`",
        "nothing asks for t.csv",
        "team `North` names no manager: with all of it away its leads wait in the queue",
    ]


CHAIN = "chains:\n  - {{ name: on, from: [{begin}], on: [{on}], to: {{ pool: {to} }}, gives_back: [{back}] }}\n"
AE = "  - name: AE\n    team: Sales\n    members: [{ email: third.rep@your-company.example }]\n\n# The first rule"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path, key=make_key())
    text = (tmp_path / "routing.yaml").read_text(encoding="utf-8")
    (tmp_path / "routing.yaml").write_text(text.replace("# The first rule", AE, 1), encoding="utf-8")
    return tmp_path


def problems(folder: Path, more: str) -> list[str]:
    path = folder / "routing.yaml"
    path.write_text(path.read_text(encoding="utf-8") + more, encoding="utf-8")
    try:
        return [str(each) for each in load(folder).warnings]
    except SettingsError as error:
        return [str(each) for each in error.problems if each.file != "leadloop.yaml"]


@pytest.mark.parametrize(
    ("more", "found"),
    [
        ({"begin": "SDRs"}, "there is no pool `SDRs` (did you mean `SDR`?)"),
        ({"to": "AEs"}, "there is no pool `AEs` (did you mean `AE`?)"),
        (
            {"to": "SDR"},
            "this chain comes back to the pool `SDR` that it begins with (a chain ends with the last team)",
        ),
        ({"on": "no_budget"}, "`no_budget` ends the pass by lifecycle.yaml, so it never hands a lead on"),
        ({"back": "accept"}, "`accept` refuses nothing, so nothing goes back by it"),
        ({"back": "wrong_person"}, "`wrong_person` goes to another of them, and back when none is left"),
    ],
)
def test_a_chain_that_cannot_work_is_a_mistake(folder: Path, more: dict[str, str], found: str) -> None:
    chain = CHAIN.format(**{"begin": "SDR", "on": "meeting", "to": "AE", "back": "not_target", **more})
    assert any(found in each for each in problems(folder, chain)), problems(folder, "")


def test_two_chains_that_make_a_circle_are_a_mistake(folder: Path) -> None:
    one = CHAIN.format(begin="SDR", on="meeting", to="AE", back="not_target")
    other = "  - { name: back, from: [AE], to: { pool: SDR } }\n"
    assert len([each for each in problems(folder, one + other) if "comes back to the pool" in each]) == 2


def test_a_rule_by_territory_needs_a_table(folder: Path) -> None:
    path = folder / "routing.yaml"
    rule_ = "rules:\n  - { name: by territory, to: { territory: true } }\n"
    path.write_text(path.read_text(encoding="utf-8").replace("rules:\n", rule_, 1), encoding="utf-8")
    (found,) = problems(folder, "")
    assert "no table of territories is named (add `territories: territories.csv`" in found
    (told,) = problems(folder, "territories: territories.csv\n")
    assert told.startswith("territories.csv:1:1: there is no file territories.csv in the settings folder")
