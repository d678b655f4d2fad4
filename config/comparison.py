"""What one row's operator means: a test over a single value.

A test answers True, False, or None when the two cannot be compared (text against a number): then
nobody can say whether the row is met, and no negation turns that into a yes.
"""

import math
import operator as order
import re
from collections.abc import Callable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from domain.values import Value, from_text

Test = Callable[[Value], bool | None]
_Compare = Callable[[Any, Any], bool]

_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_DAY_LENGTH = 10


class Operator(StrEnum):
    """HubSpot's filter words where it has one."""

    EQUALS = "equals"
    NOT_EQUALS = "not_equals"
    IN = "in"
    NOT_IN = "not_in"
    CONTAINS = "contains"
    NOT_CONTAINS = "not_contains"
    STARTS_WITH = "starts_with"
    GREATER_THAN = "greater_than"
    AT_LEAST = "at_least"
    LESS_THAN = "less_than"
    AT_MOST = "at_most"
    KNOWN = "known"
    UNKNOWN = "unknown"


VALUELESS = frozenset({Operator.KNOWN, Operator.UNKNOWN})
LISTS_ONLY = frozenset({Operator.IN, Operator.NOT_IN})
LISTS_TOO = frozenset({Operator.CONTAINS, Operator.NOT_CONTAINS, Operator.STARTS_WITH})
ORDERINGS: dict[Operator, _Compare] = {
    Operator.GREATER_THAN: order.gt,
    Operator.AT_LEAST: order.ge,
    Operator.LESS_THAN: order.lt,
    Operator.AT_MOST: order.le,
}
_OPPOSITE = {
    Operator.NOT_EQUALS: Operator.EQUALS,
    Operator.NOT_IN: Operator.IN,
    Operator.NOT_CONTAINS: Operator.CONTAINS,
    Operator.UNKNOWN: Operator.KNOWN,
}


def is_blank(value: Value) -> bool:
    """Nothing, or text of white space only."""
    return value is None or (isinstance(value, str) and not value.strip())


def test_for(operator: Operator, wanted: Value | list[Value]) -> Test:
    """A test for one operator. Text compares without regard to case and outer white space, `100` equals `"100"`."""
    if operator in _OPPOSITE:
        return _not(test_for(_OPPOSITE[operator], wanted))
    several = wanted if isinstance(wanted, list) else [wanted]
    if operator is Operator.KNOWN:
        return lambda value: not is_blank(value)
    if operator in ORDERINGS:
        return _ordering(ORDERINGS[operator], several[0])
    if operator is Operator.CONTAINS:
        return _containing([_plain(one) for one in several if not is_blank(one)])
    if operator is Operator.STARTS_WITH:
        starts = tuple(_plain(one) for one in several if not is_blank(one))
        return lambda value: not is_blank(value) and _plain(value).startswith(starts)
    plain = frozenset(_plain(one) for one in several if not is_blank(one))
    return lambda value: not is_blank(value) and _plain(value) in plain


def shape_problem(operator: Operator, value: Value | list[Value]) -> str | None:
    """Say what is wrong with a row's value for its operator, None when nothing is."""
    is_list = isinstance(value, list)
    if operator in VALUELESS:
        return None if value is None else f"`{operator}` takes no value"
    if not value if isinstance(value, list) else is_blank(value):
        return f"`{operator}` needs a value"
    if operator in LISTS_ONLY and not is_list:
        return f"`{operator}` needs a list of values, such as [a, b]"
    if is_list and operator not in LISTS_ONLY | LISTS_TOO:
        return f"`{operator}` takes one value; for a list say `in` or `not_in`"
    if operator in ORDERINGS and isinstance(value, bool):
        return f"`{operator}` needs a number, a date or text"
    return None


def _containing(parts: Sequence[str]) -> Test:
    def test(value: Value) -> bool:
        if is_blank(value):
            return False
        text = _plain(value)
        for part in parts:  # noqa: SIM110 - asked of every lead, and twice as fast as any()
            if part in text:
                return True
        return False

    return test


def _not(test: Test) -> Test:
    def opposite(value: Value) -> bool | None:
        met = test(value)
        return None if met is None else not met

    return opposite


def _plain(value: Value) -> str:
    """One spelling for what is the same: `Yes ` and `yes`, 100 and 100.0 and `100`, true and `True`."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip().casefold()


def _ordering(compare: _Compare, wanted: Value) -> Test:
    number = _number(wanted)
    if number is not None:
        return lambda value: False if is_blank(value) else _compare_numbers(compare, value, number)
    text = str(wanted).strip()
    return lambda value: False if is_blank(value) else _compare_texts(compare, value, text)


def _compare_numbers(compare: _Compare, value: Value, wanted: float) -> bool | None:
    number = _number(value)
    return None if number is None else compare(number, wanted)


def _compare_texts(compare: _Compare, value: Value, wanted: str) -> bool | None:
    """Dates and times by their moment (whole days when one side is a day), other text by the alphabet."""
    if not isinstance(value, str):
        return None
    text = value.strip()
    if _DAY.match(text) and _DAY.match(wanted) and _DAY_LENGTH in (len(text), len(wanted)):
        return compare(text[:_DAY_LENGTH], wanted[:_DAY_LENGTH])
    moments = (_moment(text), _moment(wanted))
    if None not in moments:
        return compare(*moments)
    return compare(text.casefold(), wanted.casefold())


def _number(value: Value) -> float | None:
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, str):
        return float(value) if _NUMBER.fullmatch(value.strip()) else None
    return None if math.isnan(value) else value


def _moment(text: str) -> datetime | None:
    try:
        return from_text(text)
    except ValueError:
        return None
