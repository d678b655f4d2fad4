"""Which leads a connection is for: the gates of mapping.yaml, compiled once with the field map.

A gate is judged part by part, so that whoever does not pass has one cause and the causes of all add up.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from config.conditions import Condition, Judge, Row, explain_condition, judge_for, references, why_untold
from config.mapping import MappingRules, Property, SyncRule
from domain.gate import Closed, Way
from domain.values import Value

NAMED = 6
"""So many values of a list are told in a cause; beyond it their number says more."""

CANNOT_BE_TOLD = "cannot be told"


class Gates:
    """Every gate of a mapping. False where there is none: then nothing is to be asked."""

    def __init__(self, rules: MappingRules) -> None:
        self._gates = tuple(_gates(rules))
        self._consents = tuple(prop for prop in rules.properties if is_consent(prop))
        self.consents = frozenset(prop.name for prop in self._consents)
        """Properties whose no crosses every gate; a yes crosses none."""

    def __bool__(self) -> bool:
        return bool(self._gates)

    def __iter__(self) -> Iterator[tuple[str, Way]]:
        """(connection, way) of each, in the order of the file."""
        return iter((gate.connection, gate.way) for gate in self._gates)

    def closed(self, values: Mapping[str, Value]) -> tuple[Closed, ...]:
        """The gates that a lead with these properties does not pass."""
        found = []
        for gate in self._gates:
            told = ((part, part.judge(values)) for part in gate.parts)
            against = next(((part, met) for part, met in told if met is not True), None)
            if against is not None:
                part, met = against
                found.append(part.closes(gate, met, values, after_no=self._says_no(values)))
        return tuple(found)

    def explain(self, connection: str, way: Way, values: Mapping[str, Value]) -> tuple[str, ...]:
        """Why a gate is closed to these properties, every cause. Holds values: show it, never log it."""
        found = (gate.condition for gate in self._gates if (gate.connection, gate.way) == (connection, way))
        return tuple(cause for condition in found for cause in explain_condition(condition, values))

    def _says_no(self, values: Mapping[str, Value]) -> bool:
        return any(values.get(prop.name) is prop.no_is for prop in self._consents)


def is_consent(prop: Property) -> bool:
    """Whether what is said there is heard and carried past every gate."""
    return prop.sync is SyncRule.NO_WINS


@dataclass(frozen=True, slots=True, kw_only=True)
class _Gate:
    connection: str
    way: Way
    condition: Condition
    parts: Sequence["_Part"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """One condition of those that all have to be met."""

    words: str
    condition: Condition
    judge: Judge

    def closes(self, gate: _Gate, told: bool | None, values: Mapping[str, Value], *, after_no: bool) -> Closed:
        errs = told is None
        words = f"{CANNOT_BE_TOLD}: {why_untold(self.condition, values)}" if errs else self.words
        return Closed(connection=gate.connection, way=gate.way, words=words, errs=errs, after_no=after_no)


def _gates(rules: MappingRules) -> Iterator[_Gate]:
    for connection, system in rules.systems.items():
        named = ((Way.READ, system.gates.read), (Way.WRITE, system.gates.write), (Way.CREATE, system.gates.create))
        for way, condition in named:
            if condition is not None:
                yield _Gate(connection=connection, way=way, condition=condition, parts=tuple(_parts(condition)))


def _parts(condition: Condition) -> Iterator[_Part]:
    for node in condition.none:
        yield _part(_words(node), Condition(none=[node]))
    for node in condition.all:
        yield _part(f"not: {_words(node)}", Condition(all=[node]))
    if condition.any:
        yield _part(f"none of: {'; '.join(map(_words, condition.any))}", Condition(any=condition.any))
    if condition.expr is not None:
        yield _part(f"not: {condition.expr}", Condition(expr=condition.expr))


def _part(words: str, condition: Condition) -> _Part:
    return _Part(words=words, condition=condition, judge=judge_for(condition))


def _words(node: Row | Condition) -> str:
    if isinstance(node, Condition):
        return f"a condition over {', '.join(sorted(references(node))) or 'nothing'}"
    operator = str(node.operator).replace("_", " ")
    if isinstance(node.value, list):
        more = len(node.value) - NAMED
        named = [*map(str, node.value[:NAMED]), *([f"{more} more"] if more > 0 else [])]
        return f"{node.property} {operator} ({', '.join(named)})"
    return f"{node.property} {operator}" + ("" if node.value is None else f" {node.value}")
