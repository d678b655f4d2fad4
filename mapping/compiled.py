"""The mapping rules compiled once: transforms parsed, fields found per object, so that a lead costs microseconds."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from config.mapping import MappingRules, Property, Role, SyncRule, System
from domain.errors import RuleError
from domain.record import Record
from mapping.canonical import Reader, reader
from mapping.identity import head, linked_refs
from mapping.transforms import parse

_ONE_SIDED = {
    SyncRule.ALWAYS_SALESFORCE: "salesforce",
    SyncRule.PREFER_SALESFORCE: "salesforce",
    SyncRule.ALWAYS_HUBSPOT: "hubspot",
    SyncRule.PREFER_HUBSPOT: "hubspot",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class MappedProperty:
    """A property with its reading compiled and its field per (connection, object)."""

    rule: Property
    read: Reader
    fields: Mapping[tuple[str, str], str]

    def field_of(self, record: Record) -> str | None:
        return self.fields.get((record.ref.connection, record.ref.object))


class FieldMap:
    """Which field of which object is which lead property; RuleError when the rules cannot be used as they are."""

    def __init__(self, rules: MappingRules, types: Mapping[str, str]) -> None:
        found = problems(rules, types)
        if found:
            raise RuleError("mapping.yaml cannot be used: " + "; ".join(found))
        self.rules = rules
        self.types = dict(types)
        self.properties = tuple(_mapped(prop, rules) for prop in rules.properties)
        self.shared = tuple(one for one in self.properties if one.rule.role is Role.SHARED)
        self.heard = tuple(one for one in self.properties if one.rule.role in (Role.ANSWER, Role.OWNER, Role.STATUS))
        self.country = next((one for one in self.shared if one.rule.name == "country"), None) or next(
            (one for one in self.shared if "country2" in one.rule.transforms), None
        )

    def heads(self, records: Sequence[Record]) -> dict[str, Record]:
        """Connection → the one record that is written to; connections without one are left out."""
        linked = {ref for record in records if (system := self._system(record)) for ref in linked_refs(record, system)}
        found = {}
        for connection, system in self.rules.systems.items():
            own = [record for record in records if record.ref.connection == connection]
            chosen = head(own, system, linked=linked)
            if chosen is not None:
                found[connection] = chosen
        return found

    def fields(self, connection: str, kind: str) -> frozenset[str]:
        """Every field of an object that mapping and identity read, empty for an object that is no person."""
        system = self.rules.systems.get(connection)
        if system is None or kind not in system.people.objects:
            return frozenset()
        people = system.people
        named = {people.key, people.email, people.more_emails, people.account, people.company, *people.links}
        named |= {one.fields.get((connection, kind)) for one in self.properties}
        return frozenset(name for name in named if name)

    def _system(self, record: Record) -> System | None:
        return self.rules.systems.get(record.ref.connection)


def problems(rules: MappingRules, types: Mapping[str, str]) -> tuple[str, ...]:
    """What is wrong with the rules that only the mapping can know, in words; empty when nothing is."""
    counts = Counter(prop.name for prop in rules.properties)
    found = [f"property {name!r} stands there {count} times" for name, count in counts.items() if count > 1]
    for connection, system in rules.systems.items():
        targets = [target for target in system.people.links.values() if target.partition(":")[0] not in rules.systems]
        found += [f"system {connection!r}: the link to {target!r} names no known system" for target in targets]
    for prop in rules.properties:
        found += [f"property {prop.name!r}: {problem}" for problem in _problems_of(prop, rules, types)]
    return tuple(found)


def _problems_of(prop: Property, rules: MappingRules, types: Mapping[str, str]) -> Iterator[str]:
    for text in prop.transforms:
        try:
            parse(text)
        except ValueError as error:
            yield str(error)
    for connection, where in prop.fields.items():
        system = rules.systems.get(connection)
        if system is None:
            yield f"no system is called {connection!r}"
        elif not isinstance(where, str):
            yield from (
                f"{connection!r} has no people in {kind!r}" for kind in where if kind not in system.people.objects
            )
    side = _ONE_SIDED.get(prop.sync)
    kinds = {types.get(connection) for connection in prop.fields}
    if side and not kinds & {side, None}:
        yield f"{prop.sync.value!r}, but none of its fields is in a {side} connection"


def _mapped(prop: Property, rules: MappingRules) -> MappedProperty:
    fields: dict[tuple[str, str], str] = {}
    for connection, where in prop.fields.items():
        if isinstance(where, str):
            fields.update({(connection, kind): where for kind in rules.systems[connection].people.objects})
        else:
            fields.update({(connection, kind): field for kind, field in where.items()})
    return MappedProperty(rule=prop, read=reader(prop), fields=fields)
