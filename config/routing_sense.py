"""What in routing.yaml can be used and is probably not meant: rules that can match nobody, days away that overlap, a
team that nobody works in. Only what can be proven from the file is said.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeGuard

from config.comparison import Operator, is_blank
from config.conditions import Condition, Row
from config.routing import Absence, RoutingRules, Target
from config.words import Finding, did_you_mean
from domain.handoff import HandoffKind
from domain.values import Value

_WORDS: Mapping[str, frozenset[str]] = {
    "kind": frozenset(HandoffKind),
    **dict.fromkeys(("hand_raise", "is_customer", "is_partner", "has_open_deal"), frozenset({"true", "false"})),
}
"""What is known around a lead and has a few values only."""
_LOW = {Operator.AT_LEAST: False, Operator.GREATER_THAN: True}
_HIGH = {Operator.AT_MOST: False, Operator.LESS_THAN: True}


def doubts(rules: RoutingRules) -> Iterator[Finding]:
    """Every doubt, with its place."""
    for check in (_impossible, _never_asked, _absences, _unused_teams, _unused_table, _no_manager):
        yield from check(rules)


def _doubt(path: tuple[str | int, ...], message: str, hint: str | None = None) -> Finding:
    return Finding(path, message, hint, is_warning=True)


def _impossible(rules: RoutingRules) -> Iterator[Finding]:
    """Rules whose own conditions exclude each other."""
    for at, rule in enumerate(rules.rules):
        by_property: dict[str, list[Row]] = {}
        for row in _required(rule.when):
            by_property.setdefault(row.property, []).append(row)
        for name, rows in by_property.items():
            if (why := _contradiction(name, rows)) is not None:
                yield _doubt(("rules", at, "when"), f"rule `{rule.name}` can match nobody: {why[0]}", why[1])


def _required(condition: Condition) -> Iterator[Row]:
    """The rows that all have to be met."""
    for node in condition.all:
        if isinstance(node, Row):
            yield node
        else:
            yield from _required(node)


def _contradiction(name: str, rows: Sequence[Row]) -> tuple[str, str | None] | None:
    wanted = [{_plain(one) for one in _several(row)} for row in rows if row.operator in {Operator.EQUALS, Operator.IN}]
    if name in _WORDS:
        for words in wanted:
            if words.isdisjoint(_WORDS[name]):
                strange = min(words)
                return f"`{name}` is never `{strange}`", did_you_mean(strange, _WORDS[name])
    if wanted and not set.intersection(*wanted):
        return f"`{name}` cannot hold several values at once", "name them in one row with `in`"
    refused = {Operator.NOT_EQUALS, Operator.NOT_IN}
    barred = {_plain(one) for row in rows if row.operator in refused for one in _several(row)}
    if wanted and set.intersection(*wanted) <= barred:
        return f"`{name}` would have to hold what it must not", None
    needs = any(row.operator not in {Operator.UNKNOWN, *refused, Operator.NOT_CONTAINS} for row in rows)
    if needs and any(row.operator is Operator.UNKNOWN for row in rows):
        return f"`{name}` cannot be unknown and hold something", None
    return _empty_range(name, rows)


def _empty_range(name: str, rows: Sequence[Row]) -> tuple[str, str | None] | None:
    """Whether what it has to reach lies above what it may not pass."""
    numbers = [(row.operator, row.value) for row in rows]
    lows = [(value, _LOW[by]) for by, value in numbers if by in _LOW and _is_number(value)]
    highs = [(value, _HIGH[by]) for by, value in numbers if by in _HIGH and _is_number(value)]
    if not lows or not highs:
        return None
    (low, open_below), (high, open_above) = max(lows), min(highs, key=lambda each: (each[0], not each[1]))
    if low > high or (low == high and (open_below or open_above)):
        return f"`{name}` would have to be at least {low:g} and at most {high:g}", None
    return None


def _never_asked(rules: RoutingRules) -> Iterator[Finding]:
    """Rules behind one that takes every lead they could take."""
    for at, rule in enumerate(rules.rules):
        asked = _pure(rule.when)
        for earlier in rules.rules[:at]:
            before = _pure(earlier.when)
            if not _always_takes(earlier.to) or before is None or not before <= (asked or _atoms(rule.when)):
                continue
            words = f"rule `{rule.name}` is never asked: `{earlier.name}` before it takes every lead that it could take"
            yield _doubt(("rules", at, "name"), words, "put it before that one")
            break


def _always_takes(target: Target) -> bool:
    """A pool, a user or a queue takes whoever comes, if only into a queue; an owner or a territory may be missing."""
    return target.pool is not None or target.user is not None or target.queue is not None


def _atoms(condition: Condition) -> frozenset[str]:
    return frozenset(row.model_dump_json() for row in _required(condition))


def _pure(condition: Condition) -> frozenset[str] | None:
    """The rows of a condition that asks for nothing else; None for one with alternatives, negations, an expression."""
    if condition.any or condition.none or condition.expr is not None:
        return None
    if any(isinstance(node, Condition) and _pure(node) is None for node in condition.all):
        return None
    return _atoms(condition)


def _absences(rules: RoutingRules) -> Iterator[Finding]:
    """One rep's days away that overlap: one of them is a slip."""
    places = [
        (each, ("teams", at, "absences", nth))
        for at, team in enumerate(rules.teams)
        for nth, each in enumerate(team.absences)
    ]
    places.sort(key=lambda one: (one[0].email.casefold(), one[0].first, one[0].last))
    longest: dict[str, Absence] = {}
    for other, path in places:
        one = longest.setdefault(other.email.casefold(), other)
        if one is not other and other.first <= one.last:
            words = f"this absence and the one from {one.first} until {one.last} overlap"
            yield _doubt(path, words, "make one of them")
        longest[other.email.casefold()] = max(one, other, key=lambda each: each.last)


def _unused_teams(rules: RoutingRules) -> Iterator[Finding]:
    """The first team counts for whoever is in no pool."""
    used = {pool.team for pool in rules.pools}
    for at, team in enumerate(rules.teams):
        if at and team.name not in used:
            yield _doubt(
                ("teams", at, "name"), f"no pool works in the team `{team.name}`", "name it as a pool's `team`"
            )


def _unused_table(rules: RoutingRules) -> Iterator[Finding]:
    targets = [*(rule.to for rule in rules.rules), *(chain.to for chain in rules.chains)]
    if rules.territories is not None and not any(target.territory for target in targets):
        hint = "a rule with `to: { territory: true }` does"
        yield _doubt(("territories",), f"nothing asks for {rules.territories}", hint)


def _no_manager(rules: RoutingRules) -> Iterator[Finding]:
    for at, team in enumerate(rules.teams):
        if rules.all_away == "manager" and team.manager is None:
            words = f"team `{team.name}` names no manager: with all of it away its leads wait in the queue"
            yield _doubt(("teams", at, "name"), words)


def _several(row: Row) -> list[Value]:
    return row.value if isinstance(row.value, list) else [row.value]


def _plain(value: Value) -> str:
    return "" if is_blank(value) else str(value).strip().casefold()


def _is_number(value: object) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)
