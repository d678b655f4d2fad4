"""The fields of a person that is to be created: everything we know, in the new record's own fields, or not at all.

Nobody is created with a placeholder. Whose company is not known by name gets the one that their account or their
address tells of; what a system cannot do without and nobody knows is named, and waited for.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from config.mapping import Role, System
from domain.record import Field, FieldType, Record
from domain.values import RecordRef, Value
from mapping.addresses import company_domain
from mapping.compiled import FieldMap
from mapping.identity import emails_of
from mapping.merge_lead import country_of
from mapping.projection import project

PROMISED_WAIT = timedelta(hours=2)
"""How long the record that a neighbour's link promises is waited for: longer than systems show a new record late; no
longer, for a link may lead to what was deleted long ago, and the person waits for a call."""

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)

_NEVER_WITHOUT: Mapping[tuple[str, str], frozenset[str]] = {
    ("salesforce", "Lead"): frozenset({"LastName", "Company"}),
    ("salesforce", "Contact"): frozenset({"LastName"}),
}
"""What a vendor makes no such object without in any account (Salesforce, *Object Reference*: Lead, Contact)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Newcomer:
    """How a person is created in a system, and what it needs. `needs`: field → lead property, or the field where none
    has it. `company`: the field that the name of their account may fill, where it is one of those."""

    connection: str
    object: str
    needs: Mapping[str, str]
    company: str | None

    @property
    def company_property(self) -> str | None:
        return self.needs[self.company] if self.company is not None else None


def created_as(system: System) -> str:
    """The object that a person becomes."""
    return system.create_object or system.people.objects[-1]


def newcomers(fields: FieldMap, described: Mapping[tuple[str, str], Mapping[str, Field]]) -> tuple[Newcomer, ...]:
    """For every system that creates. `described`: (connection, object) → what it tells of its fields."""
    return tuple(
        _newcomer(name, system, fields, described.get((name, created_as(system)), {}))
        for name, system in sorted(fields.rules.systems.items())
        if system.create == "create_at_mql"
    )


def is_promised(connection: str, records: Sequence[Record], fields: FieldMap) -> bool:
    """Whether another tool says that the person has a record there which we have not read yet."""
    read, living = {record.ref for record in records}, [record for record in records if not record.archived]
    return any(ref.connection == connection and ref not in read for ref in fields.linked(living))


def creation_at(opened_at: datetime, system: System, *, promised: bool) -> datetime:
    """From when on we create a person there ourselves whose handoff opened at `opened_at`. `promised`: see above."""
    patience = timedelta(minutes=system.create_after_minutes)
    return opened_at + (max(patience, PROMISED_WAIT) if promised else patience)


def _newcomer(name: str, system: System, fields: FieldMap, told: Mapping[str, Field]) -> Newcomer:
    """The address is needed everywhere: by it the next tool would find them again. A field that no property can fill
    is nothing to wait for."""
    kind, people = created_as(system), system.people
    known = {
        field: one.rule.name
        for one in fields.properties
        if one.rule.role is Role.SHARED and (field := one.fields.get((name, kind))) is not None
    }
    always = _NEVER_WITHOUT.get((fields.types.get(name, ""), kind), frozenset())
    asked = (people.email, *always, *_never_blank(told))
    wanted = {field for field in asked if field in known or field == people.company}
    return Newcomer(
        connection=name,
        object=kind,
        needs={field: known.get(field, field) for field in sorted(wanted)},
        company=people.company if people.company in wanted else None,
    )


def _never_blank(told: Mapping[str, Field]) -> Iterator[str]:
    """A box that is not ticked is no blank."""
    for field in told.values():
        if field.writable and not field.nullable and field.type is not FieldType.BOOLEAN:
            yield field.name


def stand_in(newcomer: Newcomer, values: Mapping[str, Value], other: str | None) -> str | None:
    """What the company is called at creation while nobody has named it: `other`, what else is known of it."""
    name = newcomer.company_property
    return other if name is not None and _is_blank(values.get(name)) else None


def lacking(newcomer: Newcomer, values: Mapping[str, Value], company: str | None) -> tuple[str, ...]:
    """The lead properties without which they cannot be created there. `company`: see `stand_in`."""
    return tuple(
        name
        for field, name in newcomer.needs.items()
        if _is_blank(values.get(name)) and not (field == newcomer.company and company)
    )


def domain_of(records: Iterable[Record], fields: FieldMap) -> str | None:
    """The company's domain by the person's addresses; None where all of them are at hosts open to everybody."""
    free_mail, systems = frozenset(fields.rules.free_mail), fields.rules.systems
    addresses = (
        address
        for record in records
        if not record.archived and record.ref.connection in systems
        for address in emails_of(record, systems[record.ref.connection])
    )
    return next(filter(None, (company_domain(address, free_mail) for address in addresses)), None)


def _is_blank(value: Value) -> bool:
    return value is None or not str(value).strip()


def values_for_new(
    properties: Mapping[str, Value],
    connection: str,
    kind: str,
    fields: FieldMap,
    *,
    users: Mapping[tuple[str, str], str],
) -> dict[str, Value]:
    """Shared and own properties as fields of an object that does not exist yet; blanks are left out."""
    blank = Record(ref=RecordRef(connection=connection, object=kind, id=""), values={}, modified_at=_NEVER)
    wishes = project(properties, {connection: blank}, fields, users=users)
    found = {wish.field: wish.value for wish in wishes if wish.problem is None}
    country = country_of(properties, fields)
    for one in fields.properties:
        field = one.field_of(blank)
        if field is not None and one.rule.role is Role.SHARED:
            said = one.say(connection, properties.get(one.rule.name), country)
            found[field] = said.value if said.problem is None else None
    return {field: value for field, value in found.items() if value is not None}
