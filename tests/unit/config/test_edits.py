"""Differences of two versions, as an admin would say them."""

from typing import Any

from config.edits import Edit, EditKind, clashes, edits_between

BEFORE: dict[str, Any] = {
    "scoring": {
        "line": {"engagement": 50, "fit": "C"},
        "engagement": [
            {"name": "Asks", "rules": [{"name": "Demo", "points": 25}, {"name": "Contact", "points": 25}]},
        ],
    },
    "routing": {"teams": [{"name": "EMEA", "hours": [{"start": "09:00"}]}], "free": [1, 2]},
}


def after(**scoring: Any) -> dict[str, Any]:
    return {**BEFORE, "scoring": {**BEFORE["scoring"], **scoring}}


def said(changed: dict[str, Any]) -> list[str]:
    return [each.words for each in edits_between(BEFORE, changed)]


def test_nothing_differs_from_itself() -> None:
    assert said(BEFORE) == []


def test_a_value_is_told_before_and_after() -> None:
    assert said(after(line={"engagement": 40, "fit": "C"})) == ["~ scoring.yaml: line / engagement: 50 → 40"]


def test_a_rule_in_front_of_others_is_one_line_and_not_a_shift_of_all() -> None:
    rules = [{"name": "Trial", "points": 30}, *BEFORE["scoring"]["engagement"][0]["rules"]]
    assert said(after(engagement=[{"name": "Asks", "rules": rules}])) == [
        '+ scoring.yaml: engagement / Asks / rules / Trial: {"name":"Trial","points":30}'
    ]


def test_another_order_and_a_change_within_are_both_told() -> None:
    rules = [{"name": "Contact", "points": 20}, {"name": "Demo", "points": 25}]
    assert said(after(engagement=[{"name": "Asks", "rules": rules}])) == [
        "~ scoring.yaml: engagement / Asks / rules / Contact / points: 25 → 20",
        "~ scoring.yaml: engagement / Asks / rules: another order",
    ]


def test_a_list_without_names_is_told_whole_and_one_that_is_gone_too() -> None:
    changed = {**BEFORE, "routing": {"teams": [{"name": "EMEA", "hours": []}]}}
    assert said(changed) == [
        '~ routing.yaml: teams / EMEA / hours: [{"start":"09:00"}] → []',
        "- routing.yaml: free: [1,2]",
    ]


def test_true_is_another_value_than_one() -> None:
    assert said({**BEFORE, "routing": {**BEFORE["routing"], "free": [True, 2]}}) == []
    line = {"engagement": True, "fit": "C"}
    assert said(after(line=line)) == ["~ scoring.yaml: line / engagement: 50 → true"]


def edit(*path: str, to: Any) -> Edit:
    return Edit(path=path, kind=EditKind.CHANGED, before=1, after=to)


def test_edits_clash_in_the_same_place_or_one_inside_the_other_unless_they_agree() -> None:
    points, rule, line = (
        edit("scoring", "a", "points", to=2),
        edit("scoring", "a", to={}),
        edit("scoring", "line", to=3),
    )
    assert clashes([points, line], [edit("scoring", "a", "points", to=2)]) == ()
    assert clashes([points, line], [edit("scoring", "a", "points", to=5)])[0][0] is points
    assert clashes([points, line], [rule]) == ((points, rule),)


def test_a_table_that_is_new_is_told_by_its_size_and_a_territory_by_its_rows() -> None:
    rows = {"DACH": {"DE|AT\t\t2027-01-01": "SDR", "DE|AT\t2027-01-01\t": ""}}
    (table,) = edits_between({}, {"territories": {"columns": ["country"], "rows": rows}})
    assert table.words == "+ territories: 1 territory in 2 rows, by country"
    before = {"territories": {"columns": ["country"], "rows": {}}}
    (territory,) = edits_between(before, {"territories": {"columns": ["country"], "rows": rows}})
    assert territory.words == ("+ territories: DACH: DE|AT until 2027-01-01 → SDR; DE|AT from 2027-01-01 → nobody")
