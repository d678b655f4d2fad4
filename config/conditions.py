"""Conditions: rows of (property, operator, value) under all / any / none, and CEL as the way out.

A condition that cannot be evaluated counts as not met and says why; it never stops a run. What
cannot be told stays so under `none`: an error in an exclusion does not become a yes.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Self

from pydantic import Discriminator, Field, Tag, model_validator

from config.comparison import Operator, shape_problem, test_for
from config.expressions import FUNCTIONS, MACROS, MAX_LENGTH, MAX_MACRO_DEPTH, read_expression
from config.strict import Strict
from domain.values import Value

if TYPE_CHECKING:
    import cel

__all__ = [
    "Condition",
    "Judge",
    "Operator",
    "Predicate",
    "Row",
    "asks_everything",
    "compile_condition",
    "explain_condition",
    "expression_problem",
    "judge_for",
    "references",
    "rows_of",
    "why_untold",
]

Predicate = Callable[[Mapping[str, Value]], bool]
Report = Callable[[str], None]

_Told = bool | None
"""None: it cannot be told."""
_Node = Callable[[Mapping[str, Value]], _Told]
Judge = _Node
"""Three answers: met, not met, and None where nobody can tell. A blank that a row looks at is no error but not met."""

MAX_VALUES = 500
"""Of a list in a row: each is compared with each lead."""
MAX_DEPTH = 8
"""Of conditions in conditions: deeper than anybody reads."""

_FAILURES = (LookupError, TypeError, ValueError, ArithmeticError, RuntimeError)
"""What CEL raises, tried with 60 hostile expressions: missing key, mixed types, overflow, undefined names."""


class Row(Strict):
    """One comparison. Text compares without regard to case; a blank property meets only `unknown` and the negations."""

    property: str
    """The property's name as mapping.yaml has it; under `where`, a property of the activity."""
    operator: Operator
    """How the two are compared; `known` and `unknown` take no value."""
    value: Value | list[Value] = None
    """One value, or a list for `in`, `not_in`, `contains`, `not_contains` and `starts_with` (any of them)."""

    @model_validator(mode="after")
    def _fitting(self) -> Self:
        problem = shape_problem(self.operator, self.value)
        if problem:
            raise ValueError(problem)
        if isinstance(self.value, list) and len(self.value) > MAX_VALUES:
            raise ValueError(f"a list may hold {MAX_VALUES} values, this one holds {len(self.value)}")
        return self


def _kind(value: object) -> str:
    keys = value.keys() if isinstance(value, Mapping) else getattr(value, "__dict__", {}).keys()
    return "row" if {"property", "operator", "value"} & set(keys) else "condition"


def _is_deeper(data: object, most: int) -> bool:
    """Whether something is nested more than so many conditions deep; looks no further than that."""
    if not isinstance(data, Mapping):
        return False
    nodes = [each for key in ("all", "any", "none") if isinstance(data.get(key), list) for each in data[key]]
    return bool(nodes) and (most == 0 or any(_is_deeper(node, most - 1) for node in nodes))


class Condition(Strict):
    """Met when every `all`, at least one `any` (if there are some), no `none` and the `expr` hold; if empty, always."""

    all: list["Node"] = Field(default_factory=list)
    """Rows or further conditions; every one has to be met."""
    any: list["Node"] = Field(default_factory=list)
    """Rows or further conditions; at least one has to be met, if there are some."""
    none: list["Node"] = Field(default_factory=list)
    """Rows or further conditions; not one of them may be met."""
    expr: str | None = Field(default=None, max_length=MAX_LENGTH)
    """A CEL expression over `lead` (or `activity`), e.g. `lead.employees >= 100`."""

    @model_validator(mode="before")
    @classmethod
    def _shallow(cls, data: object) -> object:
        if _is_deeper(data, MAX_DEPTH):
            raise ValueError(f"conditions may stand in conditions {MAX_DEPTH} deep, these go deeper")
        return data


Node = Annotated[Annotated[Row, Tag("row")] | Annotated[Condition, Tag("condition")], Discriminator(_kind)]
Condition.model_rebuild()


def compile_condition(condition: Condition, *, subject: str = "lead", on_problem: Report | None = None) -> Predicate:
    """Turn a condition into a closure over a lead's (or an activity's) properties. Calling it never raises.

    `on_problem` hears, in words free of values, why an evaluation could not be told.
    """
    node = _compile(condition, subject, on_problem or _silent)
    return lambda values: node(values) is True


def judge_for(condition: Condition, *, subject: str = "lead") -> Judge:
    """Like `compile_condition`, for whoever has to show what could not be told: `why_untold` has the words then."""
    return _compile(condition, subject, _silent)


def why_untold(condition: Condition, values: Mapping[str, Value], *, subject: str = "lead") -> str:
    """Why a condition cannot be told, in words free of values. Slow: ask it only about what could not."""
    said: list[str] = []
    _compile(condition, subject, said.append)(values)
    return said[0] if said else "it can be told"


def references(condition: Condition, *, subject: str = "lead") -> frozenset[str]:
    """The properties that a condition asks for."""
    names = {row.property for row in rows_of(condition)}
    for expression in _expressions(condition):
        names |= read_expression(expression, subject=subject).properties
    return frozenset(names)


def asks_everything(condition: Condition, *, subject: str = "lead") -> bool:
    """Whether an expression looks at all there is: `references` names only part of what it depends on."""
    return any(read_expression(expression, subject=subject).whole for expression in _expressions(condition))


def rows_of(condition: Condition) -> tuple[Row, ...]:
    """Every row, in the order of the file, however deep it stands."""
    found: list[Row] = []
    for node in (*condition.all, *condition.any, *condition.none):
        found.extend([node] if isinstance(node, Row) else rows_of(node))
    return tuple(found)


def expression_problem(source: str, *, subject: str) -> str | None:
    """Say what is wrong with an expression before it runs, None when nothing is."""
    reading = read_expression(source, subject=subject)
    if len(source) > MAX_LENGTH:
        return f"an expression has at most {MAX_LENGTH} characters, this one {len(source)}"
    if reading.depth > MAX_MACRO_DEPTH:
        return f"macros ({', '.join(sorted(MACROS))}) nest at most {MAX_MACRO_DEPTH} deep, here {reading.depth}"
    try:
        program = _program(source)
    except ValueError as error:
        return f"CEL cannot read this expression: {_gist(error)}"
    strange = sorted(set(program.variables()) - {subject} - reading.bound)
    if strange:
        return f"an expression here knows only `{subject}`, not `{strange[0]}`"
    unknown = sorted(name for name in program.functions() if name.isidentifier() and name[0] != "_")
    unknown = [name for name in unknown if name not in FUNCTIONS]
    return f"CEL has no function `{unknown[0]}` here" if unknown else None


def explain_condition(condition: Condition, values: Mapping[str, Value], *, subject: str = "lead") -> tuple[str, ...]:
    """Why a condition is not met, one sentence per cause; empty when it is met. Holds values: show it, never log it."""
    if compile_condition(condition, subject=subject)(values):
        return ()
    said: list[str] = []
    for node in condition.all:
        said.extend(_explain_node(node, values, subject))
    if condition.any and not any(_met(node, values, subject) for node in condition.any):
        parts = [part for node in condition.any for part in _explain_node(node, values, subject)]
        said.append("none of these: " + "; ".join(parts))
    excluding = (node for node in condition.none if _told(node, values, subject) is not False)
    said.extend(f"excluded by: {_words(node)}" for node in excluding)
    if condition.expr is not None:
        said.extend(_explain_expression(condition.expr, values, subject))
    return tuple(said)


def _silent(_: str) -> None:
    return None


def _compile(condition: Condition, subject: str, report: Report) -> _Node:
    parts: list[_Node] = []
    every = [_compile_node(node, subject, report) for node in condition.all]
    some = [_compile_node(node, subject, report) for node in condition.any]
    none = [_compile_node(node, subject, report) for node in condition.none]
    if condition.expr is not None:
        every.append(_compile_expression(condition.expr, subject, report))
    if every:
        parts.append(_every(every))
    if some:
        parts.append(_some(some))
    if none:
        parts.append(_opposite(_some(none)))
    return parts[0] if len(parts) == 1 else _every(parts)


def _compile_node(node: Row | Condition, subject: str, report: Report) -> _Node:
    if isinstance(node, Condition):
        return _compile(node, subject, report)
    name = node.property
    test = test_for(node.operator, node.value)

    def row(values: Mapping[str, Value]) -> _Told:
        met = test(values.get(name))
        if met is None:
            report(f"`{name}` holds something that `{node.operator}` cannot compare")
        return met

    return row


def _every(nodes: Sequence[_Node]) -> _Node:
    if len(nodes) == 1:
        return nodes[0]

    def every(values: Mapping[str, Value]) -> _Told:
        told: _Told = True
        for node in nodes:
            met = node(values)
            if met is False:
                return False
            told = None if met is None else told
        return told

    return every


def _some(nodes: Sequence[_Node]) -> _Node:
    if len(nodes) == 1:
        return nodes[0]

    def some(values: Mapping[str, Value]) -> _Told:
        told: _Told = False
        for node in nodes:
            met = node(values)
            if met is True:
                return True
            told = None if met is None else told
        return told

    return some


def _opposite(node: _Node) -> _Node:
    def opposite(values: Mapping[str, Value]) -> _Told:
        met = node(values)
        return None if met is None else not met

    return opposite


def _compile_expression(source: str, subject: str, report: Report) -> _Node:
    problem = expression_problem(source, subject=subject)
    if problem is not None:
        return _never(problem, report)
    reading = read_expression(source, subject=subject)
    program = _program(source)

    def expression(values: Mapping[str, Value]) -> _Told:
        names = values.keys() if reading.whole else reading.properties
        # A null compared is an error in CEL, so blanks are left out and has() answers for them.
        known = {name: values[name] for name in names if values.get(name) is not None}
        try:
            met = program.execute({subject: known})
        except _FAILURES as error:
            report(_failure(error, subject, reading.properties))
            return None
        if isinstance(met, bool):
            return met
        report("the expression gives a value, not true or false")
        return None

    return expression


def _never(problem: str, report: Report) -> _Node:
    def never(_: Mapping[str, Value]) -> _Told:
        report(problem)
        return None

    return never


def _program(source: str) -> "cel.Program":
    import cel  # noqa: PLC0415  # loads its command line, 130 ms: only where an expression is used

    return cel.compile(source)


def _failure(error: Exception, subject: str, asked: frozenset[str]) -> str:
    """The cause in words of ours: CEL's own may quote a person's data."""
    if isinstance(error, KeyError) and str(error.args[0]) in asked:
        return f"{subject}.{error.args[0]} is blank: ask has({subject}.{error.args[0]}) first"
    if isinstance(error, ZeroDivisionError):
        return "the expression divides by zero"
    if isinstance(error, ArithmeticError):
        return "a number in the expression grows too large"
    if isinstance(error, TypeError):
        return "the expression mixes values of different types"
    return "a function in the expression could not read its argument"


def _gist(error: ValueError) -> str:
    """The last part of CEL's first line: `1:5: Syntax error: …`."""
    first = str(error).splitlines()[0].rpartition("<input>:")[2]
    return first.partition(" expecting ")[0][:200]


def _expressions(condition: Condition) -> tuple[str, ...]:
    found = [condition.expr] if condition.expr is not None else []
    for node in (*condition.all, *condition.any, *condition.none):
        if isinstance(node, Condition):
            found.extend(_expressions(node))
    return tuple(found)


def _told(node: Row | Condition, values: Mapping[str, Value], subject: str) -> _Told:
    return _compile_node(node, subject, _silent)(values)


def _met(node: Row | Condition, values: Mapping[str, Value], subject: str) -> bool:
    return _told(node, values, subject) is True


def _explain_node(node: Row | Condition, values: Mapping[str, Value], subject: str) -> tuple[str, ...]:
    if isinstance(node, Condition):
        return explain_condition(node, values, subject=subject)
    if _met(node, values, subject):
        return ()
    shown = values.get(node.property)
    return (f"{_words(node)}, but it is {'blank' if shown is None else shown}",)


def _explain_expression(source: str, values: Mapping[str, Value], subject: str) -> tuple[str, ...]:
    said: list[str] = []
    met = _compile_expression(source, subject, said.append)(values)
    return () if met is True else (f"`{source}` is not true" + (f": {said[0]}" if said else ""),)


def _words(node: Row | Condition) -> str:
    if isinstance(node, Row):
        value = ", ".join(map(str, node.value)) if isinstance(node.value, list) else node.value
        return f"{node.property} {node.operator}" + ("" if value is None else f" {value}")
    return f"a condition over {', '.join(sorted(references(node))) or 'nothing'}"
