"""all / any / none, expressions, and what becomes of what cannot be evaluated."""

from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from config.comparison import Operator
from config.conditions import (
    Condition,
    Row,
    compile_condition,
    explain_condition,
    expression_problem,
    judge_for,
    references,
    rows_of,
    why_untold,
)
from domain.values import Value

NAMES = st.sampled_from(["a", "b", "c"])
VALUES = st.one_of(st.none(), st.booleans(), st.integers(0, 5), st.sampled_from(["x", "y", "3", ""]))
LEADS = st.dictionaries(NAMES, VALUES, max_size=3)
GIVEN = VALUES.filter(lambda value: value not in {None, ""} and not isinstance(value, bool))
ROWS = st.one_of(
    st.builds(
        Row,
        property=NAMES,
        operator=st.sampled_from([Operator.EQUALS, Operator.NOT_EQUALS, Operator.AT_LEAST, Operator.CONTAINS]),
        value=GIVEN,
    ),
    st.builds(Row, property=NAMES, operator=st.sampled_from([Operator.KNOWN, Operator.UNKNOWN])),
)
EXPRESSIONS = st.sampled_from(["lead.a == 3", "lead.b > 2", "has(lead.c)", "lead.a / 0 == 1", "true"])
CONDITIONS = st.recursive(
    st.builds(Condition, all=st.lists(ROWS, max_size=2), expr=st.none() | EXPRESSIONS),
    lambda inner: st.builds(
        Condition,
        all=st.lists(ROWS | inner, max_size=2),
        any=st.lists(ROWS | inner, max_size=2),
        none=st.lists(ROWS | inner, max_size=2),
    ),
    max_leaves=4,
)
laws = settings(max_examples=100, deadline=None)


def row(name: str, operator: str, value: Value | list[Value] = None) -> dict[str, object]:
    return {"property": name, "operator": operator, "value": value}


def met(condition: dict[str, object] | Condition, values: Mapping[str, Value], *, subject: str = "lead") -> bool:
    made = condition if isinstance(condition, Condition) else Condition.model_validate(condition)
    return compile_condition(made, subject=subject)(values)


def test_an_empty_condition_is_always_met() -> None:
    assert met({}, {}) is True


def test_rows_and_conditions_nest() -> None:
    condition = {
        "all": [
            row("country", "in", ["US", "GB"]),
            {"any": [row("size", "at_least", 100), row("vip", "equals", True)]},
        ],
        "none": [row("email", "contains", "@test")],
    }
    assert met(condition, {"country": "gb", "vip": True}) is True
    assert met(condition, {"country": "gb", "size": 99}) is False
    assert met(condition, {"country": "gb", "vip": True, "email": "a@test.example"}) is False


@laws
@given(rows=st.lists(ROWS, min_size=1, max_size=4), lead=LEADS)
def test_all_is_every_row_and_any_is_some_row_and_none_is_no_row(rows: list[Row], lead: dict[str, Value]) -> None:
    single = [met(Condition(all=[each]), lead) for each in rows]
    opposite = [met(Condition(none=[each]), lead) for each in rows]
    assert met(Condition(all=rows), lead) is all(single)
    assert met(Condition(any=rows), lead) is any(single)
    assert met(Condition(none=rows), lead) is all(opposite)


@laws
@given(condition=CONDITIONS, lead=LEADS)
def test_a_condition_and_its_opposite_are_never_both_met(condition: Condition, lead: dict[str, Value]) -> None:
    assert not (met(condition, lead) and met(Condition(none=[condition]), lead))


@laws
@given(condition=CONDITIONS, lead=LEADS)
def test_a_double_negation_changes_nothing(condition: Condition, lead: dict[str, Value]) -> None:
    assert met(Condition(none=[Condition(none=[condition])]), lead) is met(condition, lead)


@laws
@given(one=CONDITIONS, other=CONDITIONS, lead=LEADS)
def test_none_of_two_is_not_the_one_and_not_the_other(one: Condition, other: Condition, lead: dict[str, Value]) -> None:
    assert met(Condition(none=[one, other]), lead) is met(
        Condition(all=[Condition(none=[one]), Condition(none=[other])]), lead
    )


@laws
@given(rows=st.lists(ROWS | CONDITIONS, min_size=1, max_size=4), lead=LEADS, data=st.data())
def test_the_order_of_rows_does_not_matter(
    rows: list[Row | Condition], lead: dict[str, Value], data: st.DataObject
) -> None:
    mixed = data.draw(st.permutations(rows))
    for word in ("all", "any", "none"):
        assert met(Condition.model_validate({word: rows}), lead) is met(Condition.model_validate({word: mixed}), lead)


@laws
@given(condition=CONDITIONS, lead=LEADS)
def test_the_explanation_is_empty_exactly_when_it_is_met(condition: Condition, lead: dict[str, Value]) -> None:
    assert (explain_condition(condition, lead) == ()) is met(condition, lead)


@laws
@given(condition=CONDITIONS, lead=LEADS)
def test_only_the_properties_it_refers_to_matter(condition: Condition, lead: dict[str, Value]) -> None:
    asked = references(condition)
    seen = {name: value for name, value in lead.items() if name in asked}
    assert met(condition, {**seen, "other": "noise"}) is met(condition, lead)


@laws
@given(condition=CONDITIONS)
def test_a_condition_survives_json(condition: Condition) -> None:
    assert Condition.model_validate(condition.model_dump(mode="json")) == condition


@pytest.mark.parametrize(
    ("source", "values", "expected"),
    [
        ("lead.employees >= 100", {"employees": 100}, True),
        ("lead.employees >= 100", {"employees": 99.5}, False),
        ('lead["job title"] == "VP"', {"job title": "VP"}, True),
        ("lead.country in ['US', 'GB'] && lead.employees > 1", {"country": "US", "employees": 2}, True),
        ("!has(lead.country)", {"country": None}, True),
        ("size(lead) == 1", {"country": "US", "city": None}, True),
    ],
)
def test_an_expression_sees_the_lead(source: str, values: Mapping[str, Value], expected: bool) -> None:
    assert met({"expr": source}, values) is expected


def test_an_expression_over_an_activity_sees_the_activity() -> None:
    assert met({"expr": "activity.duration_s > 120"}, {"duration_s": 121}, subject="activity") is True


@pytest.mark.parametrize(
    ("source", "values", "reason"),
    [
        ("lead.a > 1", {}, "lead.a is blank: ask has(lead.a) first"),
        ("lead.a > 1", {"a": "secret word"}, "the expression mixes values of different types"),
        ("lead.a / 0 > 1", {"a": 1}, "the expression divides by zero"),
        ("lead.a * 9223372036854775807 > 1", {"a": 5}, "a number in the expression grows too large"),
        ("int(lead.a) > 1", {"a": "secret word"}, "a function in the expression could not read its argument"),
        ("lead.a", {"a": 1}, "the expression gives a value, not true or false"),
        ("nosuch(lead.a)", {"a": 1}, "CEL has no function `nosuch` here"),
        ("lead.a ==", {"a": 1}, "CEL cannot read this expression: 1:10: Syntax error: mismatched input '<EOF>'"),
        ("lead.a > 1", {"a": float("nan")}, "the expression mixes values of different types"),
        ("lead.a == 'x'", {"a": "\ud800"}, "a function in the expression could not read its argument"),
    ],
)
def test_what_cannot_be_evaluated_is_not_met_and_says_why_without_values(
    source: str, values: Mapping[str, Value], reason: str
) -> None:
    said: list[str] = []
    predicate = compile_condition(Condition(expr=source), on_problem=said.append)
    assert predicate(values) is False
    assert said == [reason]


@pytest.mark.parametrize("word", ["all", "any", "none"])
def test_what_cannot_be_told_is_never_a_yes(word: str) -> None:
    assert met({word: [{"expr": "lead.missing > 1"}]}, {}) is False
    assert met({word: [row("size", "at_least", 10)]}, {"size": "many"}) is False


def test_what_cannot_be_told_does_not_matter_where_the_rest_decides() -> None:
    assert met({"any": [{"expr": "lead.missing > 1"}, row("a", "known")]}, {"a": 1}) is True


@pytest.mark.parametrize(
    ("condition", "values", "answer"),
    [
        ({"all": [row("size", "at_least", 10)]}, {}, False),
        ({"none": [row("size", "at_least", 10)]}, {}, True),
        ({"all": [row("size", "at_least", 10)]}, {"size": "many"}, None),
        ({"none": [row("size", "at_least", 10)]}, {"size": "many"}, None),
        ({"expr": "lead.size > 1"}, {}, None),
        ({"expr": "has(lead.size) && lead.size > 1"}, {}, False),
        ({"any": [{"expr": "lead.size > 1"}, row("a", "known")]}, {"a": 1}, True),
    ],
)
def test_a_blank_is_no_error_to_a_row_and_what_fails_is_neither_yes_nor_no(
    condition: dict[str, object], values: Mapping[str, Value], answer: bool | None
) -> None:
    made = Condition.model_validate(condition)
    assert judge_for(made)(values) is answer


def test_why_it_cannot_be_told_is_said_without_the_value() -> None:
    made = Condition.model_validate({"none": [row("size", "at_least", 10)]})
    assert why_untold(made, {"size": "a secret"}) == "`size` holds something that `at_least` cannot compare"


HOSTILE = [
    "[1,2].all(a, [1,2].all(b, [1,2].all(c, a + b + c > 0)))",
    "(" * 400 + "1" + ")" * 400,
    "lead.a.matches('(a+)+$')",
    "lead.a.matches('(')",
    "timestamp('9999-12-31T23:59:59Z') + duration('9000000000s') > timestamp('2020-01-01T00:00:00Z')",
    "-9223372036854775808 / -1 == 1",
    "[1][5] == 1",
    "b'a'[0] == 1",
    "{1: 1}[2] == 1",
    "lead.a[lead.a] == lead",
    "\x00",
    "",
]


@pytest.mark.parametrize("source", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_expression_never_raises(source: str) -> None:
    assert isinstance(met({"expr": source}, {"a": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!"}), bool)


@laws
@given(source=st.text(alphabet="lead.ab'\"()[]{}<>=!&|+-*/%?:,0123456789 \\n", max_size=40), lead=LEADS)
def test_no_text_makes_a_condition_raise(source: str, lead: dict[str, Value]) -> None:
    assert isinstance(met({"expr": source}, lead), bool)


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("lead.a > 1", None),
        ("lead.tags.exists(t, t == 'x')", None),
        ("activity.form == 'x'", "an expression here knows only `lead`, not `activity`"),
        ("lead.a.lowerAscii() == 'x'", "CEL has no function `lowerAscii` here"),
        (
            "[1].all(a, [1].all(b, [1].all(c, true)))",
            "macros (all, exists, existsOne, exists_one, filter, map) nest at most 2 deep, here 3",
        ),
        ("'" + "x" * 1000 + "'", "an expression has at most 1000 characters, this one 1002"),
    ],
)
def test_an_expression_is_judged_before_it_runs(source: str, problem: str | None) -> None:
    assert expression_problem(source, subject="lead") == problem


def test_references_name_rows_and_expressions_at_any_depth() -> None:
    condition = Condition.model_validate(
        {"all": [row("a", "known"), {"none": [{"expr": "lead.b > 1 && lead['c'] == 'lead.d'"}]}], "expr": "x.lead.y"}
    )
    assert references(condition) == {"a", "b", "c"}
    assert [each.property for each in rows_of(condition)] == ["a"]


def test_an_explanation_reads_as_words() -> None:
    condition = Condition.model_validate(
        {
            "all": [row("country", "in", ["US", "GB"])],
            "any": [row("size", "at_least", 100)],
            "none": [row("email", "contains", "@test")],
            "expr": "lead.age > 3",
        }
    )
    assert explain_condition(condition, {"country": "DE", "email": "a@test"}) == (
        "country in US, GB, but it is DE",
        "none of these: size at_least 100, but it is blank",
        "excluded by: email contains @test",
        "`lead.age > 3` is not true: lead.age is blank: ask has(lead.age) first",
    )


def test_cel_is_not_imported_for_rows() -> None:
    import subprocess
    import sys

    program = (
        "import sys; from config.conditions import Condition, Row, compile_condition;"
        "compile_condition(Condition(all=[Row(property='a', operator='known')]))({'a': 1});"
        "sys.exit('cel' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def nested(levels: int) -> dict[str, object]:
    node: dict[str, object] = {"property": "country", "operator": "known"}
    for _ in range(levels):
        node = {"any": [node]}
    return node


def test_conditions_stand_in_conditions_only_so_deep() -> None:
    assert Condition.model_validate(nested(8))
    for levels in (9, 5_000):
        with pytest.raises(ValidationError, match="stand in conditions 8 deep, these go deeper") as error:
            Condition.model_validate(nested(levels))
        assert error.value.error_count() == 1


def test_a_list_holds_only_so_many_values() -> None:
    assert Row(property="country", operator=Operator.IN, value=["US"] * 500)
    with pytest.raises(ValidationError, match="a list may hold 500 values, this one holds 501"):
        Row(property="country", operator=Operator.IN, value=["US"] * 501)
