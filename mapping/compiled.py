"""The mapping rules compiled once: transforms parsed, fields found per object, so that a lead costs microseconds."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from datetime import datetime

from config.mapping import MappingRules, Property, Role, SyncRule, System, Whose
from config.scoring import SHOWN
from config.words import Finding
from domain.decision import Desired
from domain.drift import SILENT, UNWRITTEN, Drift, DriftKind
from domain.errors import RuleError
from domain.record import Field, Record
from domain.values import RecordRef, Value
from mapping.canonical import Reader, reader
from mapping.chains import chain_findings
from mapping.equal_forms import Shape, shape_of
from mapping.gates import Gates, is_consent
from mapping.heads import Head, explained
from mapping.identity import linked_refs
from mapping.stamps import stamp_findings
from mapping.transforms import Reading
from mapping.wording import Spoken, spoken
from mapping.written import fields_written

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
    words: Mapping[str, Mapping[str, str]]
    """Connection → stage → the vendor's word for it."""
    shapes: Mapping[tuple[str, str], Shape]
    """What its field does to values, per (connection, object)."""
    spoken: Mapping[str, Spoken]
    """Connection → the words that it has there, where those are its own."""

    def reads(self, connection: str) -> Reader:
        """What reads it in a connection."""
        own = self.spoken.get(connection)
        return self.read if own is None else own.read

    def say(self, connection: str, value: Value, country: str | None) -> Reading:
        """The value as it is written in a connection."""
        own = self.spoken.get(connection)
        return Reading(value=value) if own is None else own.say(value, country)

    def field_of(self, record: Record) -> str | None:
        return self.fields.get((record.ref.connection, record.ref.object))


class FieldMap:
    """Which field of which object is which lead property; RuleError when the rules cannot be used as they are."""

    def __init__(
        self,
        rules: MappingRules,
        types: Mapping[str, str],
        *,
        waiting: Collection[tuple[str, str, str]] = (),
        drifts: Iterable[Drift] = (),
        described: Mapping[tuple[str, str], Mapping[str, Field]] | None = None,
        scored: Collection[str] = SHOWN,
    ) -> None:
        """`waiting`: (connection, object, field) that nobody has decided about yet; those are not written either.

        `drifts`: fields that are not what the rules rely on. What is wished of them stays wished, and waits.
        `described`: what each (connection, object) last told of its fields, which tells equal forms of a value.
        `scored`: the properties whose values scoring.yaml decides.
        """
        found = problems(rules, types)
        if found:
            raise RuleError("mapping.yaml cannot be used: " + "; ".join(found))
        self.rules = rules
        self.types = dict(types)
        self.gates = Gates(rules)
        self.carried = frozenset(_decided(rules, Whose.CARRIED))
        self._left_alone = frozenset((*_decided(rules, Whose.THEIRS), *self.carried, *waiting))
        known = list(drifts)
        self._paused = _at(known, UNWRITTEN)
        self._silent = self.carried | _at(known, SILENT)
        self.properties = tuple(_mapped(prop, rules, described or {}) for prop in rules.properties)
        heard = tuple(map(self._without_echoes, self.properties))
        self.made = tuple(one for one in self.properties if one.rule.made_of)
        shared = (one for one in heard if one.rule.role is Role.SHARED and not one.rule.made_of)
        self.shared = tuple(sorted(shared, key=lambda one: one.rule.opted_in_at is not None))  # after their evidence
        self.heard = tuple(one for one in heard if one.rule.role in (Role.ANSWER, Role.OWNER, Role.STATUS))
        self._roles = {(*at, field): one.rule.role for one in self.properties for at, field in one.fields.items()}
        self._names = {(*at, field): one.rule.name for one in self.properties for at, field in one.fields.items()}
        self._consents = {
            (*at, name): one for one in self.properties if is_consent(one.rule) for at, name in one.fields.items()
        }
        self.roles = {one.rule.name: one.rule.role for one in self.properties}
        self.deciders = {one.rule.name: _decider(one.rule, scored) for one in self.properties}
        self._decided_words = {
            (one.rule.name, name): own
            for one in self.properties
            for name, own in one.spoken.items()
            if one.rule.role is Role.OWNED
        }
        self.decided = tuple(one for one in self.properties if one.rule.role is not Role.SHARED)
        self.country = next((one for one in self.shared if one.rule.name == "country"), None) or next(
            (one for one in self.shared if _is_country(one)), None
        )

    def about(self, names: Collection[str]) -> "FieldMap":
        """The same for a merge of these shared properties alone, and of what they go by: a country, the evidence of an
        opt-in. Where a gate may close, nothing can be told of a property alone: then it is the whole."""
        if self.gates:
            return self
        by = {one.rule.opted_in_at for one in self.shared if one.rule.name in names}
        found = copy(self)
        found.shared = tuple(one for one in self.shared if one.rule.name in {*names, *by} or one is self.country)
        found.made = found.heard = ()
        return found

    def may_write(self, ref: RecordRef, field: str) -> bool:
        """Whether the field is ours to write: neither left to somebody else, nor waiting for a decision."""
        return (ref.connection, ref.object, field) not in self._left_alone

    def is_paused(self, connection: str, kind: str, field: str) -> bool:
        """Whether nothing can be written to this field of an object until somebody mends it in its system."""
        return (connection, kind, field) in self._paused

    def unpaused(self, connection: str, kind: str, values: Mapping[str, Value]) -> dict[str, Value]:
        """Of the values of an object, by field, those that can be written there now."""
        return {field: value for field, value in values.items() if not self.is_paused(connection, kind, field)}

    def is_yes(self, ref: RecordRef, field: str, value: Value) -> bool:
        """Whether this is a yes to contact where a no may stand: only a no goes everywhere."""
        one = self._consents.get((ref.connection, ref.object, field))
        return one is not None and one.say(ref.connection, one.rule.no_is, None).value != value

    def is_carried(self, ref: RecordRef, field: str) -> bool:
        """Whether a neighbour brings the field from its master system."""
        return (ref.connection, ref.object, field) in self.carried

    def role_of(self, ref: RecordRef, field: str) -> Role | None:
        """What a field of the record is to the loop; None for one that no property has."""
        return self._roles.get((ref.connection, ref.object, field))

    def property_at(self, connection: str, kind: str, field: str) -> str | None:
        """The property that an object's field holds; None for one that no property has."""
        return self._names.get((connection, kind, field))

    def in_our_words(self, rows: Iterable[Desired]) -> dict[str, Value]:
        """Property → what we decided, out of what is to be written; of the systems with words of their own only where
        no other one tells."""
        found: dict[str, Value] = {}
        for row in rows:
            own = self._decided_words.get((row.property, row.ref.connection))
            if own is None:
                found[row.property] = row.value
            else:
                found.setdefault(row.property, own.decided(row.value))
        return found

    def _without_echoes(self, one: MappedProperty) -> MappedProperty:
        """Without the fields that a neighbour carries, for what those show is their master's word, and late; and
        without those that have drifted: a field that vanished is no blank."""
        fields = {at: field for at, field in one.fields.items() if (*at, field) not in self._silent}
        return one if len(fields) == len(one.fields) else replace(one, fields=fields)

    def heads(
        self, records: Sequence[Record], *, touched: Mapping[RecordRef, datetime] | None = None
    ) -> dict[str, Record]:
        """Connection → the one record that is written to; connections without one are left out."""
        return {name: found.record for name, found in self.explained_heads(records, touched=touched).items()}

    def explained_heads(
        self, records: Sequence[Record], *, touched: Mapping[RecordRef, datetime] | None = None
    ) -> dict[str, Head]:
        """As `heads`, with why it is that record. `touched`: when a rep last did something with a record."""
        linked, found = self.linked(records), {}
        for connection, system in self.rules.systems.items():
            own = [record for record in records if record.ref.connection == connection]
            chosen = explained(own, system, linked=linked, touched=touched)
            if chosen is not None:
                found[connection] = chosen
        return found

    def linked(self, records: Sequence[Record]) -> set[RecordRef]:
        """The records that a neighbouring tool's ids lead to."""
        return {ref for record in records if (system := self._system(record)) for ref in linked_refs(record, system)}

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


def _at(drifts: Iterable[Drift], kinds: Collection[DriftKind]) -> frozenset[tuple[str, str, str]]:
    return frozenset((d.field.connection, d.field.object, d.field.field) for d in drifts if d.kind in kinds)


def problems(rules: MappingRules, types: Mapping[str, str]) -> tuple[str, ...]:
    """What is wrong with the rules that only the mapping can know, in words; empty when nothing is."""
    wrong = (finding for finding in findings(rules, types) if not finding.is_warning)
    return tuple(dict.fromkeys(_in_words(finding, rules) for finding in wrong))


def findings(rules: MappingRules, types: Mapping[str, str]) -> Iterator[Finding]:
    """The same, each with its path in mapping.yaml."""
    names = [prop.name for prop in rules.properties]
    counts = Counter(names)
    for at, prop in enumerate(rules.properties):
        if prop.name in names[:at]:
            yield Finding(("properties", at, "name"), f"property {prop.name!r} stands there {counts[prop.name]} times")
    for connection, system in rules.systems.items():
        for field, target in system.people.links.items():
            if target.partition(":")[0] not in rules.systems:
                path = ("systems", connection, "people", "links", field)
                yield Finding(path, f"the link to {target!r} names no known system")
    for at, prop in enumerate(rules.properties):
        chains = chain_findings(prop, _written_in(prop, rules, types))
        for finding in (
            *chains,
            *_nowhere(prop, rules),
            *_one_sided(prop, types),
            *stamp_findings(prop, types),
            *_made(prop),
            *_of_keys(prop, rules),
        ):
            yield finding._replace(path=("properties", at, *finding.path))


def _in_words(finding: Finding, rules: MappingRules) -> str:
    match finding.path:
        case "properties", int(at), part, *_:
            return finding.message if part == "name" else f"property {rules.properties[at].name!r}: {finding.message}"
        case _, connection, *_:
            return f"system {connection!r}: {finding.message}"
    return finding.message


def _written_in(prop: Property, rules: MappingRules, types: Mapping[str, str]) -> frozenset[str]:
    """The connections where a field of it is written, by the rules and by what is `decided`."""
    left = {*_decided(rules, Whose.THEIRS), *_decided(rules, Whose.CARRIED)}
    return frozenset(
        field.connection
        for field in fields_written(prop, rules, types)
        if (field.connection, field.object, field.field) not in left
    )


def _of_keys(prop: Property, rules: MappingRules) -> Iterator[Finding]:
    """Our own key has to stand there as we know it: written otherwise no record would be recognised again."""
    for name, system in rules.systems.items():
        wording = prop.wording(name)
        fields = (
            () if wording is None else [wording.field] if isinstance(wording.field, str) else wording.field.values()
        )
        if wording is not None and system.people.key in fields and (wording.read or wording.write):
            words = f"`{system.people.key}` is the key by which {name} and we know a record: it has no words of its own"
            yield Finding(("fields", name), words, "map the plain field", at_key=True)


def _made(prop: Property) -> Iterator[Finding]:
    if not prop.made_of:
        return
    if prop.role is not Role.SHARED:
        yield Finding(("role",), f"what is made of other properties is shared, not {prop.role}")
    if prop.sync is not SyncRule.DONT_SYNC:
        words = "what is made of other properties has no rule of its own: it is written, and never read"
        yield Finding(("sync",), words, "take `sync` away")
    if prop.name == "country":
        yield Finding(("made_of",), "the country is read, for others are read by it")


def _is_country(one: MappedProperty) -> bool:
    readings = (one.read, *(own.read for own in one.spoken.values()))
    return any(each.name == "country2" for read in readings for each in read.transforms)


def _nowhere(prop: Property, rules: MappingRules) -> Iterator[Finding]:
    for connection, where in prop.fields.items():
        system = rules.systems.get(connection)
        if system is None:
            yield Finding(("fields", connection), f"no system is called {connection!r}", at_key=True)
            continue
        under = ("fields", connection) if prop.wording(connection) is None else ("fields", connection, "field")
        for kind in () if isinstance(where, str) else where:
            if kind not in system.people.objects:
                words = f"{connection!r} has no people in {kind!r}"
                yield Finding((*under, kind), words, at_key=True)


def _one_sided(prop: Property, types: Mapping[str, str]) -> Iterator[Finding]:
    side = _ONE_SIDED.get(prop.sync)
    kinds = {types.get(connection) for connection in prop.fields}
    if side and not kinds & {side, None}:
        yield Finding(("sync",), f"{prop.sync.value!r}, but none of its fields is in a {side} connection")


def _decided(rules: MappingRules, wanted: Whose) -> Iterator[tuple[str, str, str]]:
    for connection, decided in rules.decided.items():
        for place, whose in decided.items():
            kind, _, field = place.partition(".")
            if whose is wanted:
                yield connection, kind, field


def _decider(prop: Property, scored: Collection[str]) -> str:
    """Which rule says what a field of this property holds, as an admin would look it up."""
    match prop.role:
        case Role.SHARED if prop.made_of:
            return f"mapping.yaml: {prop.name}, made of {' and '.join(prop.made_of)}"
        case Role.SHARED:
            return f"mapping.yaml: {prop.name}, {prop.sync}"
        case Role.OWNER:
            return "routing.yaml"
        case Role.OWNED if prop.name in scored:
            return "scoring.yaml"
        case _:
            return "lifecycle.yaml"


def _mapped(
    prop: Property, rules: MappingRules, described: Mapping[tuple[str, str], Mapping[str, Field]]
) -> MappedProperty:
    fields: dict[tuple[str, str], str] = {}
    for connection, where in prop.fields.items():
        if isinstance(where, str):
            fields.update({(connection, kind): where for kind in rules.systems[connection].people.objects})
        else:
            fields.update({(connection, kind): field for kind, field in where.items()})
    words = {name: {stage.value: word for stage, word in named.items()} for name, named in prop.values.items()}
    own = spoken(prop)
    told = {at: None if at[0] in own else described.get(at, {}).get(name) for at, name in fields.items()}
    shapes = {at: shape_of(field, prop.type) for at, field in told.items()}
    return MappedProperty(rule=prop, read=reader(prop), fields=fields, words=words, shapes=shapes, spoken=own)
