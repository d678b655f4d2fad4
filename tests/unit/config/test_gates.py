"""Gates in mapping.yaml: part of the rules, and judged like any other condition."""

from collections.abc import Callable

import pytest

from config.conditions import rows_of
from config.load import Installation
from config.schema import schemas
from tests.unit.config.conftest import Edit

Mistakes = Callable[..., list[str]]
PEOPLE = "    people: {objects: [Contact, Lead], key: Key__c, email: Email}\n"


def test_a_gate_is_part_of_the_rules(edit: Edit, read: Callable[..., Installation]) -> None:
    before = read().rules
    gate = "    gates: {write: {none: [{property: email, operator: contains, value: test}]}}\n"
    edit("mapping.yaml", PEOPLE, PEOPLE + gate)
    rules = read().rules
    condition = rules.mapping.systems["crm"].gates.write
    assert condition is not None
    assert [(row.property, row.value) for row in rows_of(condition)] == [("email", "test")]
    assert before.mapping.systems["crm"].gates.write is None
    assert rules.hash != before.hash


@pytest.mark.parametrize(
    ("gate", "said"),
    [
        (
            "{write: {all: [{property: emial, operator: known}]}}",
            "property `emial` is not defined in mapping.yaml (did you mean `email`?)",
        ),
        ("{write: {all: [{property: email, operator: knwon}]}}", "did you mean `known`?"),
        ("{writes: {}}", "unknown key `writes` (did you mean `write`?)"),
        ("{read: {expr: lead.email.foo()}}", "CEL has no function `foo` here"),
        ("{create: {expr: contact.email == ''}}", "an expression here knows only `lead`, not `contact`"),
        ("{write: {all: [{property: score, operator: at_least, value: 5}]}}", "a gate cannot go by `score`"),
        ("{write: {expr: lead.score > 5}}", "a gate cannot go by `score`"),
    ],
    ids=["a misspelt property", "operator", "way", "function", "subject", "our own score", "our own score in CEL"],
)
def test_a_mistake_in_a_gate_is_told_with_its_place(edit: Edit, mistakes: Mistakes, gate: str, said: str) -> None:
    score = "properties:\n  - {name: score, role: owned, type: number, fields: {crm: Score__c}}\n"
    edit("mapping.yaml", "properties:\n", score)
    edit("mapping.yaml", PEOPLE, f"{PEOPLE}    gates: {gate}\n")
    (mistake,) = mistakes()
    assert mistake.startswith("mapping.yaml:4:"), mistake
    assert said in mistake


def test_editors_know_the_three_ways() -> None:
    assert set(schemas()["mapping"]["$defs"]["Gates"]["properties"]) == {"read", "write", "create"}
