"""Conditions as people say them: `Country is DE or AT, and Employees is at least 100`."""

from collections.abc import Iterator, Mapping

from config.comparison import Operator
from config.conditions import Condition, Row
from domain.values import Value

_SAID: Mapping[Operator, str] = {
    Operator.EQUALS: "is",
    Operator.NOT_EQUALS: "is not",
    Operator.IN: "is",
    Operator.NOT_IN: "is not",
    Operator.CONTAINS: "has",
    Operator.NOT_CONTAINS: "does not have",
    Operator.STARTS_WITH: "begins with",
    Operator.GREATER_THAN: "is more than",
    Operator.AT_LEAST: "is at least",
    Operator.LESS_THAN: "is less than",
    Operator.AT_MOST: "is at most",
    Operator.KNOWN: "is known",
    Operator.UNKNOWN: "is not known",
}
MOST_VALUES = 6
"""Values of a list that are told; the rest is counted."""


def told(condition: Condition, labels: Mapping[str, str]) -> str:
    """`labels`: property → what people call it. Empty for a condition that asks nothing."""
    parts = [*(_node(each, labels) for each in condition.all)]
    if condition.any:
        parts.append(_bound(" or ".join(_node(each, labels) for each in condition.any), len(condition.any) > 1))
    parts += [f"not ({_node(each, labels)})" for each in condition.none]
    if condition.expr is not None:
        parts.append(f"`{condition.expr}`")
    return " and ".join(parts)


def _node(node: Row | Condition, labels: Mapping[str, str]) -> str:
    if isinstance(node, Condition):
        return _bound(told(node, labels), True)
    subject = labels.get(node.property, node.property.replace("_", " "))
    values = list(_values(node.value))
    return f"{subject} {_SAID[node.operator]}" + (f" {_either(values)}" if values else "")


def _bound(words: str, several: bool) -> str:
    return f"({words})" if several else words


def _values(value: Value | list[Value]) -> Iterator[str]:
    for each in value if isinstance(value, list) else [value]:
        if each is not None:
            yield {True: "yes", False: "no"}.get(each, str(each)) if isinstance(each, bool) else str(each)


def _either(values: list[str]) -> str:
    shown, more = values[:MOST_VALUES], len(values) - MOST_VALUES
    last = f"{more} more" if more > 0 else shown.pop() if len(shown) > 1 else ""
    return f"{', '.join(shown)} or {last}" if last else ", ".join(shown)
