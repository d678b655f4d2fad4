"""By what each system counts a stage: the field with its date, and the words of its own status that mean it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from zoneinfo import ZoneInfo

from config.mapping import Role
from domain.counted import Counted
from domain.record import Record
from domain.stage import Stage
from domain.values import Value, from_text
from mapping.canonical import Reader
from mapping.compiled import FieldMap, MappedProperty
from reports.pages.stage_dates import is_as_far
from reports.pages.window import Window, start_of

STAGES: Mapping[Counted, Stage] = MappingProxyType(
    {
        Counted.MQL: Stage.MQL,
        Counted.SAL: Stage.ACCEPTED,
        Counted.SQL: Stage.QUALIFIED,
        Counted.OPPORTUNITY: Stage.OPPORTUNITY,
        Counted.CUSTOMER: Stage.CUSTOMER,
    }
)
MQL_SINCE = "mql_since"
"""The property of the one date that ends with the pass."""
OWN_DATES: Mapping[Counted, str] = MappingProxyType(
    {
        Counted.MQL: MQL_SINCE,
        Counted.SAL: "accepted_at",
        Counted.SQL: "qualified_at",
        Counted.OPPORTUNITY: "opportunity_at",
        Counted.CUSTOMER: "customer_at",
    }
)
"""The properties in which leadloop writes the dates, where mapping.yaml has a field for them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dated:
    """A date as a field holds it. `is_day`: without a time, so that it begins and ends in somebody's time zone."""

    at: datetime
    is_day: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Yardstick:
    """`dated_by`: the property of the date; `fields`: object → its field, empty where it has none there. `stages`:
    object → fields of a status with the words that mean the stage, in small letters. `is_ours`: leadloop writes it."""

    connection: str
    objects: tuple[str, ...]
    dated_by: str
    is_ours: bool
    fields: Mapping[str, str]
    stages: Mapping[str, Mapping[str, frozenset[str]]]
    reads: Reader | None
    zone: ZoneInfo

    @property
    def counts(self) -> bool:
        return bool(self.fields)

    def words(self) -> str:
        """`LL_MQL_Since__c (Contact, Lead)`."""
        by_field: dict[str, list[str]] = {}
        for kind, field in self.fields.items():
            by_field.setdefault(field, []).append(kind)
        return ", ".join(f"{field} ({', '.join(sorted(kinds))})" for field, kinds in by_field.items())

    def is_shown(self, record: Record) -> bool:
        """Whether the record stands in a report of its system: not deleted, and nothing else merged it away.

        A converted Lead does, beside the Contact that took its place.
        """
        return not record.archived and record.merged_into is None and record.ref.object in self.objects

    def date_of(self, record: Record) -> Dated | None:
        """None where it has none, or what nobody can read as one."""
        value = self.value_of(record)
        if not isinstance(value, str):
            return None
        try:
            if len(value) == len("2026-11-22"):
                return Dated(at=start_of(date.fromisoformat(value), self.zone), is_day=True)
            return Dated(at=from_text(value), is_day=False)
        except ValueError:
            return None

    def value_of(self, record: Record) -> Value:
        field = self.fields.get(record.ref.object)
        if field is None or self.reads is None:
            return None
        return self.reads.read(record.values.get(field), None).value

    def counts_in(self, record: Record, window: Window) -> bool:
        found = self.date_of(record) if self.is_shown(record) else None
        return found is not None and window.covers(found.at)

    def stands_at(self, record: Record) -> bool:
        """Whether the system's own status says the stage."""
        fields = self.stages.get(record.ref.object, {})
        said = ((str(record.values.get(field) or "").strip().casefold(), words) for field, words in fields.items())
        return any(word in words for word, words in said)

    def tells(self, kind: str, field: str, value: Value) -> bool:
        """Whether a field that leadloop writes says the stage: its date, or else a word of the system's own status."""
        if self.is_ours:
            return field == self.fields.get(kind) and value not in (None, "")
        return str(value or "").strip().casefold() in self.stages.get(kind, {}).get(field, frozenset())

    def shows(self, record: Record, field: str, wish: Value) -> bool:
        """Whether a record's field shows what leadloop wishes of it: the very date, or any word for the stage."""
        shown = record.values.get(field)
        if not self.is_ours or self.reads is None:
            return self.tells(record.ref.object, field, shown)
        return self.reads.read(shown, None).value == self.reads.read(wish, None).value

    def written(self, kind: str) -> frozenset[str]:
        """The fields by which leadloop tells an object's records of the stage."""
        if self.is_ours:
            return frozenset({self.fields[kind]} if kind in self.fields else ())
        return frozenset(self.stages.get(kind, {}))


def yardsticks(
    fields: FieldMap, counted: Mapping[str, Mapping[Counted, str]], what: Counted, zone: ZoneInfo
) -> tuple[Yardstick, ...]:
    """One for each system, in the order of the rules: published ones have them by name."""
    return tuple(_yardstick(fields, name, counted.get(name, {}), what, zone) for name in fields.rules.systems)


def _yardstick(
    fields: FieldMap, connection: str, named: Mapping[Counted, str], what: Counted, zone: ZoneInfo
) -> Yardstick:
    chosen = named.get(what, OWN_DATES[what])
    one = next((each for each in fields.properties if each.rule.name == chosen), None)
    objects = tuple(fields.rules.systems[connection].people.objects)
    dated = {} if one is None else {kind: field for (name, kind), field in one.fields.items() if name == connection}
    return Yardstick(
        connection=connection,
        objects=objects,
        dated_by=chosen,
        is_ours=one is None or one.rule.role is Role.OWNED,
        fields=dated,
        stages={kind: dict(_words(fields, connection, kind, STAGES[what])) for kind in objects},
        reads=one.reads(connection) if one is not None else None,
        zone=zone,
    )


def _words(fields: FieldMap, connection: str, kind: str, stage: Stage) -> Iterator[tuple[str, frozenset[str]]]:
    """The words for the stage; where a status never goes back those of all stages beyond, too: it has been there."""
    for one in fields.properties:
        field = one.fields.get((connection, kind))
        if field is not None and one.rule.role is Role.STATUS:
            said = frozenset(_said(one, connection, stage))
            if said:
                yield field, said


def _said(one: MappedProperty, connection: str, stage: Stage) -> Iterator[str]:
    goes_on = connection in one.rule.forward_only
    words = one.rule.values.get(connection, {})
    for each, word in words.items():
        if each is stage or (goes_on and is_as_far(each, stage)):
            yield word.strip().casefold()
