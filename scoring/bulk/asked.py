"""A condition as columns are asked: what stands under `all` and `any` each by itself.

Two properties together have as many values as there are leads, each of them alone far fewer. Only what is met counts
here, and under `all` and `any` that is decided by which of the parts are met; `none` and expressions stay whole.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from config.conditions import Condition, Judge, Node, Row, asks_everything, judge_for, references


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Part:
    """What is asked in one go. `asks`: the properties that it looks at; None: all that there are."""

    judge: Judge
    asks: frozenset[str] | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Asked:
    """Met when every one of `every` is, and one of `some`, if there are some."""

    every: Sequence["Asked | Part"]
    some: Sequence["Asked | Part"]


def asked(condition: Condition) -> Asked:
    every = [_node(node) for node in condition.all]
    if condition.none or condition.expr is not None:
        every.append(_part(Condition(none=condition.none, expr=condition.expr)))
    return Asked(every=every, some=[_node(node) for node in condition.any])


def _node(node: Node) -> Asked | Part:
    return _part(Condition(all=[node])) if isinstance(node, Row) else asked(node)


def _part(whole: Condition) -> Part:
    return Part(judge=judge_for(whole), asks=None if asks_everything(whole) else references(whole))
