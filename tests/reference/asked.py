"""Whether a condition holds, as the files have it: rows of property, operator and value under all, any and none.

Each answer is yes, no, or None where text and a number cannot be compared. `expr` is not known here.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

_NEGATED = {"not_equals": "equals", "not_in": "in", "not_contains": "contains", "unknown": "known"}


def holds(when: Mapping[str, Any], values: Mapping[str, Any]) -> bool:
    return answer(when, values) is True


def answer(node: Mapping[str, Any], values: Mapping[str, Any]) -> bool | None:
    if "property" in node:
        return _row(node["operator"], values.get(node["property"]), node.get("value"))
    strange = set(node) - {"all", "any", "none"}
    if strange:
        raise ValueError(f"the reference cannot tell a condition with {sorted(strange)}")
    told = [answer(each, values) for each in node.get("all", ())]
    told += [_some([answer(each, values) for each in node["any"]])] if node.get("any") else []
    told += [_not(answer(each, values)) for each in node.get("none", ())]
    return _not(_some([_not(each) for each in told]))


def _some(told: Sequence[bool | None]) -> bool | None:
    return True if True in told else None if None in told else False


def _not(told: bool | None) -> bool | None:
    return None if told is None else not told


def _row(operator: str, value: Any, wanted: Any) -> bool | None:
    if operator in _NEGATED:
        return _not(_row(_NEGATED[operator], value, wanted))
    if value is None or (isinstance(value, str) and not value.strip()):
        return False
    several = [plain(each) for each in (wanted if isinstance(wanted, list) else [wanted])]
    said = plain(value)
    tests: dict[str, Callable[[], bool]] = {
        "known": lambda: True,
        "equals": lambda: said in several,
        "in": lambda: said in several,
        "starts_with": lambda: any(said.startswith(each) for each in several),
        "contains": lambda: any(each in said for each in several),
    }
    return tests[operator]() if operator in tests else _ordered(operator, value, wanted)


def _ordered(operator: str, value: Any, wanted: Any) -> bool | None:
    mine, other = _number(value), _number(wanted)
    if other is None:
        raise ValueError(f"the reference orders numbers alone, not {wanted!r}")
    if mine is None:
        return None
    return {
        "greater_than": mine > other,
        "at_least": mine >= other,
        "less_than": mine < other,
        "at_most": mine <= other,
    }[operator]


def plain(value: Any) -> str:
    """`Yes ` is `yes`, and 100 is `100` is 100.0."""
    return str(int(value) if isinstance(value, float) and value == int(value) else value).strip().casefold()


def _number(value: Any) -> float | None:
    if isinstance(value, bool):
        return None
    try:
        return float(value)
    except ValueError:
        return None
