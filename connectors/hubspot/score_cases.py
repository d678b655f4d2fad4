"""Our conditions as cases of which at most one is met, each a list of comparisons that all have to be: HubSpot's scores
know AND alone, and its points add up, so an OR becomes several cases that exclude each other."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from config.comparison import Operator
from config.conditions import Condition, Node, Row
from connectors.hubspot.score_words import NEGATED, NEGATIVE, NoCounterpartError

MOST_CASES = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Test:
    """One comparison; `blank_too`: a blank meets it."""

    row: Row
    blank_too: bool


Case = tuple[Test, ...]

_OPPOSITE = {
    **NEGATED,
    **{negative: positive for positive, negative in NEGATED.items()},
    Operator.KNOWN: Operator.UNKNOWN,
    Operator.UNKNOWN: Operator.KNOWN,
    Operator.AT_LEAST: Operator.LESS_THAN,
    Operator.LESS_THAN: Operator.AT_LEAST,
    Operator.AT_MOST: Operator.GREATER_THAN,
    Operator.GREATER_THAN: Operator.AT_MOST,
}


def cases_of(condition: Condition) -> list[Case]:
    """NoCounterpartError for expressions, for what has no opposite, and for more cases than anybody reads."""
    cases = _met(condition)
    return [case for case in cases if not _is_contradiction(case)] or cases[:1]


def _met(node: Node) -> list[Case]:
    """Cases in which it is met."""
    if isinstance(node, Row):
        return [(Test(row=node, blank_too=node.operator in NEGATIVE),)]
    if node.expr is not None:
        raise NoCounterpartError("its condition is an expression (`expr`)", "rebuild the condition in HubSpot by hand")
    parts = [_met(each) for each in node.all]
    if node.any:
        parts.append(_either(node.any))
    parts.extend(_unmet(each) for each in node.none)
    return _both(parts)


def _unmet(node: Node) -> list[Case]:
    """Cases in which it is not met, again of which at most one holds: the first comparison fails, or the second …"""
    return _both([list(_failing(case)) for case in _met(node)])


def _failing(case: Case) -> Iterator[Case]:
    for place, test in enumerate(case):
        yield (*case[:place], _opposite(test))


def _either(nodes: Sequence[Node]) -> list[Case]:
    """The first is met, or the second and not the first, …"""
    found: list[Case] = []
    for place, node in enumerate(nodes):
        found.extend(_both([_met(node), *(_unmet(earlier) for earlier in nodes[:place])]))
    return found


def _both(parts: Sequence[list[Case]]) -> list[Case]:
    many = 1
    for part in parts:
        many *= len(part)
    if many > MOST_CASES:
        raise NoCounterpartError(
            f"its condition would take {many} cases in HubSpot, which knows no OR",
            "say it with fewer `any`, for instance one `in` with a list",
        )
    return [_once([test for case in chosen for test in case]) for chosen in product(*parts)]


def _once(tests: Sequence[Test]) -> Case:
    return tuple(test for place, test in enumerate(tests) if test not in tests[:place])


def _is_contradiction(case: Case) -> bool:
    return any(_OPPOSITE.get(test.row.operator) and _opposite(test) in case for test in case)


def _opposite(test: Test) -> Test:
    operator = _OPPOSITE.get(test.row.operator)
    if operator is None:
        raise NoCounterpartError(
            f"HubSpot has no opposite of `{test.row.operator}`", "say it with `contains`, or without `any` and `none`"
        )
    return Test(row=test.row.model_copy(update={"operator": operator}), blank_too=not test.blank_too)
