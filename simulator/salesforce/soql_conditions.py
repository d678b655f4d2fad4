"""Turns a WHERE clause into a function of a row, with SOQL's rules about null, case and literal types."""

import operator
import re
from collections.abc import Callable
from typing import Any, Protocol

from simulator.salesforce.errors import RefusedError
from simulator.salesforce.ids import normal
from simulator.salesforce.schema import IDS, NUMBERS, Field, Kind
from simulator.salesforce.soql import Both, Compare, Condition, Either, Literal, LiteralKind, Name, Not, Op
from simulator.salesforce.table import Row

Test = Callable[[Row], bool]
Value = Callable[[Row], Any]
_ORDERINGS = {Op.LT: operator.lt, Op.LE: operator.le, Op.GT: operator.gt, Op.GE: operator.ge}
_WANTED = {
    Kind.BOOLEAN: LiteralKind.BOOLEAN,
    Kind.DATE: LiteralKind.DATE,
    Kind.DATETIME: LiteralKind.DATETIME,
} | dict.fromkeys(NUMBERS, LiteralKind.NUMBER)


class Lookup(Protocol):
    """Finds the field a name means, and a function that reads it from a row."""

    def field(self, name: Name) -> tuple[Field, Value]: ...


def compile_condition(condition: Condition, lookup: Lookup) -> Test:
    """A test of rows (RefusedError INVALID_FIELD for an unknown or unfilterable field or a literal of another type)."""
    if isinstance(condition, Both):
        return _all([compile_condition(part, lookup) for part in condition.parts])
    if isinstance(condition, Either):
        return _any([compile_condition(part, lookup) for part in condition.parts])
    if isinstance(condition, Not):
        part = compile_condition(condition.part, lookup)
        return lambda row: not part(row)
    field, value = lookup.field(condition.name)
    _check(field, condition)
    return _comparison(field, value, condition)


def _all(tests: list[Test]) -> Test:
    return lambda row: all(test(row) for test in tests)


def _any(tests: list[Test]) -> Test:
    return lambda row: any(test(row) for test in tests)


def _check(field: Field, compare: Compare) -> None:
    if not field.filterable or field.kind is Kind.ADDRESS:
        raise RefusedError("INVALID_FIELD", f"field '{field.name}' can not be filtered in a query call")
    wanted = _WANTED.get(field.kind, LiteralKind.STRING)
    for literal in compare.literals:
        if literal.kind not in (wanted, LiteralKind.NULL):
            quotes = (
                "should be enclosed in quotes" if wanted is LiteralKind.STRING else "should not be enclosed in quotes"
            )
            raise RefusedError(
                "INVALID_FIELD",
                f"value of filter criterion for field '{field.name}' must be of type "
                f"{_type(field, wanted)} and {quotes}",
            )


def _type(field: Field, wanted: LiteralKind) -> str:
    if wanted is LiteralKind.NUMBER:
        return "int" if field.kind is Kind.INT else "double"
    return wanted.value


def _comparison(field: Field, value: Value, compare: Compare) -> Test:
    known = [_comparable(field, literal) for literal in compare.literals]
    read = _reader(field, value)
    if compare.op in (Op.EQ, Op.IN):
        wanted = frozenset(known)
        return lambda row: read(row) in wanted
    if compare.op in (Op.NE, Op.NOT_IN):
        unwanted = frozenset(known)
        return lambda row: read(row) not in unwanted
    if compare.op is Op.LIKE:
        pattern = _pattern(str(known[0] or ""))
        return lambda row: (text := read(row)) is not None and pattern.fullmatch(text) is not None
    return _ordering(_ORDERINGS[compare.op], read, known[0])


def _ordering(compare: Callable[[Any, Any], bool], read: Value, limit: Any) -> Test:
    if limit is None:
        return lambda _row: False
    return lambda row: (found := read(row)) is not None and compare(found, limit)


def _comparable(field: Field, literal: Literal) -> Any:
    """The literal as rows are compared: text without case, ids in 18 characters."""
    if field.kind in IDS and isinstance(literal.value, str):
        return normal(literal.value) or literal.value
    if isinstance(literal.value, str) and literal.kind is LiteralKind.STRING:
        return literal.value.lower() or None
    return literal.value


def _reader(field: Field, value: Value) -> Value:
    if field.kind in IDS or field.kind in NUMBERS or field.kind in (Kind.BOOLEAN, Kind.DATE, Kind.DATETIME):
        return value

    def lowered(row: Row) -> Any:
        text = value(row)
        return text.lower() if isinstance(text, str) else text

    return lowered


def _pattern(like: str) -> re.Pattern[str]:
    """% is any text, _ any character; a backslash takes either literally."""
    parts, escaped = [], False
    for char in like:
        if escaped:
            parts.append(re.escape(char))
            escaped = False
        elif char == "\\":
            escaped = True
        else:
            parts.append({"%": ".*", "_": "."}.get(char, re.escape(char)))
    return re.compile("".join(parts), re.DOTALL)
