"""Our rules as a score of HubSpot's: OR becomes cases that exclude each other, and what only we know is said."""

from typing import Any

import pytest

from config.scoring import ScoringRules
from connectors.hubspot.score_export import Exported, for_create, from_rules
from connectors.hubspot.score_import import to_rules
from connectors.hubspot.score_shape import as_data
from connectors.hubspot.score_words import Effect
from tests.unit.connectors.hubspot.score_material import VOCABULARY, at_least, last_days
from tests.unit.scoring.material import facts, group, is_, rules, score


def exported(scoring: ScoringRules) -> Exported:
    return from_rules(scoring, VOCABULARY)


def fitting(when: dict[str, Any], points: int = 40) -> ScoringRules:
    one = {"name": "role", "limit": 100, "rules": [{"name": "it", "when": when, "points": points}]}
    home = {"name": "home", "limit": 1, "rules": [{"name": "any", "when": is_("country", "US"), "points": 1}]}
    return rules(fit=[one, home], total_cap=100)


def row(name: str, operator: str, value: Any = None) -> dict[str, Any]:
    return {"property": name, "operator": operator, "value": value}


def told(found: Exported, effect: Effect) -> list[tuple[str, str]]:
    return [(note.rule, note.reason) for note in found.notes if note.effect is effect]


def first_rule(found: Exported) -> dict[str, Any]:
    made: dict[str, Any] = as_data(found.document)["groupConfigs"][0]["ruleConfigurations"][0]
    return made


@pytest.mark.parametrize(
    "when",
    [
        {"any": [row("job_title", "contains", ["vp"]), row("job_title", "contains", ["chief"])]},
        {"all": [row("job_title", "contains", ["vp"])], "none": [row("country", "in", ["DE", "AT"])]},
        {
            "any": [
                row("country", "known"),
                {"all": [row("job_title", "contains", "vp"), row("employees", "at_least", 9)]},
            ]
        },
        {"none": [{"any": [row("employees", "less_than", 10), row("country", "equals", "DE")]}]},
    ],
    ids=["or", "and not", "or of and", "not of or"],
)
@pytest.mark.parametrize("title", [None, "VP Ops", "Chief VP", "intern"])
@pytest.mark.parametrize("country", [None, "DE", "US"])
@pytest.mark.parametrize("employees", [None, 5, 50])
def test_a_condition_with_or_and_not_gives_the_same_points(
    when: dict[str, Any], title: str | None, country: str | None, employees: int | None
) -> None:
    ours = fitting(when)
    back = to_rules(exported(ours).document, VOCABULARY).rules
    known = facts(job_title=title, country=country, employees=employees)
    assert score(back, (), known).fit_percent == score(ours, (), known).fit_percent
    assert sum(line.points for line in score(back, (), known).lines) == sum(
        line.points for line in score(ours, (), known).lines
    )


def test_how_often_and_how_recent_are_said_in_hubspots_words() -> None:
    once = {"name": "first", "points": 5, "repeat": {"policy": "first"}}
    third = {"name": "third", "points": 7, "repeat": {"policy": "nth", "n": 3}}
    soon = {"name": "soon", "points": 2, "timeframe_days": 14}
    made = as_data(exported(rules(group(once, third, soon), total_cap=50)).document)["groupConfigs"][0]
    entries = [each["configuration"]["calculation"]["eventCalculators"][0] for each in made["ruleConfigurations"]]
    assert [each.get("eventFrequencyCriteria") for each in entries] == [at_least(1, 5), at_least(3, 7), None]
    assert entries[2]["eventTimeframe"] == last_days(14)


def test_limits_go_over_on_the_side_on_which_the_rule_counts() -> None:
    up, down = {"name": "up", "points": 5, "cap": 15}, {"name": "down", "points": -5, "cap": 10}
    made = as_data(exported(rules(group(up, down), total_cap=50)).document)["groupConfigs"][0]["ruleConfigurations"]
    assert [(each.get("maxValue"), each.get("minValue")) for each in made] == [(15, None), (None, -10)]


def test_a_half_life_becomes_half_per_interval_and_is_said() -> None:
    found = exported(rules(group({"name": "r", "points": 5}, decay={"half_life_days": 30}), total_cap=50))
    made = as_data(found.document)["groupConfigs"][0]["groupDecay"]
    assert made == {"decayIntervalDays": 30, "percentToDecayPerInterval": 50}
    words = "a half-life of 30 days became 50 % every 30 days: nothing is left after 60"
    assert told(found, Effect.APPROXIMATED) == [("", words)]


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        ({"on": ["booth_scanned"]}, "HubSpot's scores have no events for booth_scanned"),
        ({"where": {"expr": "activity.url == 'x'"}}, "its condition is an expression (`expr`)"),
        ({"where": is_("campaign", "x")}, "HubSpot cannot be asked for `campaign` of page_viewed"),
        ({"on": ["form_submitted"], "where": is_("form", "Trial")}, "HubSpot asks for forms by id"),
        ({"decay": {"percent": 10, "every_days": 5}}, "in HubSpot all rules of a group fade alike"),
        ({"where": {"none": [row("url", "starts_with", "x")]}}, "HubSpot has no opposite of `starts_with`"),
    ],
)
def test_a_rule_without_counterpart_is_left_out_and_said(rule: dict[str, Any], reason: str) -> None:
    found = exported(rules(group({"name": "it", "points": 5, **rule}), total_cap=50))
    assert (found.found, found.went, as_data(found.document)["groupConfigs"]) == (1, 0, [])
    ((name, why),) = told(found, Effect.LEFT_OUT)
    assert name == "it"
    assert why.startswith(reason)


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        ({"repeat": {"policy": "once_per", "days": 7}}, "once in 7 days became every time"),
        ({"cap_per_day": 5}, "HubSpot has no limit per day"),
        ({"hand_raiser": True}, "it hands off whatever the score"),
        ({"on": ["page_viewed", "booth_scanned"]}, "HubSpot's scores have no events for booth_scanned"),
    ],
)
def test_a_rule_that_goes_over_roughly_is_said(rule: dict[str, Any], reason: str) -> None:
    found = exported(rules(group({"name": "it", "points": 5, **rule}), total_cap=50))
    assert found.went == 1
    ((name, why),) = told(found, Effect.APPROXIMATED)
    assert name == "it"
    assert why.startswith(reason)


def test_forms_are_said_by_id_whatever_the_row_asks_of_their_names() -> None:
    asked = {
        "name": "it",
        "on": ["form_submitted"],
        "points": 5,
        "where": {"all": [row("form", "contains", ["request", "call"])]},
    }
    found = exported(rules(group(asked), total_cap=50))
    (entry,) = first_rule(found)["configuration"]["calculation"]["eventCalculators"]
    (single,) = entry["recordCalculation"]["whereCondition"]["conditions"]
    assert (single["property"], single["operation"]["operator"]) == ("hs_form_id", "IS_ANY_OF")
    assert single["operation"]["values"] == ["11", "33"]
    assert [rule for rule, _ in told(found, Effect.APPROXIMATED)] == ["it"]


def test_the_request_has_no_tiers_and_says_which_to_set() -> None:
    body, notes = for_create(exported(fitting(is_("country", "US"))).document)
    assert "outputConfiguration" not in body
    assert [note.remedy.split(": ")[1] for note in notes] == [
        "hot from 50, warm from 20 points",
        "A from 80.8, B from 60.6, C from 40.4, D from 20.2 points",
    ]


@pytest.mark.parametrize("limit", [1, 2, 3, 100])
def test_line_steps_and_grades_come_back_from_the_tiers(limit: int) -> None:
    more = {"steps": {"warm": 15, "hot": 45}, "line": {"engagement": 45, "rearm_below": 36}}
    fit = [{"name": "home", "limit": limit, "rules": [{"name": "any", "when": is_("country", "US"), "points": 1}]}]
    ours = rules(**more, grades={"A": 58, "B": 57, "C": 29, "D": 19}, fit=fit)
    back = to_rules(exported(ours).document, VOCABULARY).rules
    assert (back.steps, back.line, back.grades) == (ours.steps, ours.line, ours.grades)


def test_what_is_no_part_of_the_number_is_told_to_be_set_by_hand() -> None:
    barred = [{"name": "Ours", "kind": "employee", "when": is_("country", "US")}]
    calls = [{"name": "Calls", "rules": [{"name": "call", "on": ["call_logged"], "points": 5}]}]
    found = exported(rules(exclusions=barred, sales=calls))
    by_hand = [(note.group, note.rule) for note in found.notes if note.effect is Effect.BY_HAND]
    assert by_hand == [("Calls", ""), ("exclusions", "Ours")]
    assert as_data(found.document)["maxScorePerCategory"] == 10_000
