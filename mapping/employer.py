"""What a person's records tell of their company: the accounts they name, the domains of their addresses, its name."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from config.mapping import MappingRules, System
from domain.record import Record
from domain.values import RecordRef, Value
from mapping.addresses import company_domain
from mapping.heads import in_order
from mapping.identity import full_id, is_live, linked_refs

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Employer:
    """`named`: of each system what the head names before what its twins name. Any of these may be gone since; what is
    matched are those that live, one of each system."""

    named: tuple[RecordRef, ...] = ()
    domains: tuple[str, ...] = ()
    companies: tuple[str, ...] = ()


def employer_of(
    records: Sequence[Record],
    rules: MappingRules,
    *,
    free_mail: Collection[str],
    touched: Mapping[RecordRef, datetime] | None = None,
) -> Employer:
    """By the living records; by all of them where none lives, until what took their place was read."""
    told = [each for each in records if is_live(each)] or [each for each in records if not each.archived]
    if len(told) > 1:
        told = _heads_first(told, rules, touched)
    systems = [(each, rules.systems[each.ref.connection]) for each in told if each.ref.connection in rules.systems]
    return Employer(
        named=_each_once(_named(record, system) for record, system in systems),
        domains=_each_once(
            company_domain(_text(record.values.get(system.people.email)), free_mail) for record, system in systems
        ),
        companies=_each_once(
            _text(record.values.get(system.people.company)) for record, system in systems if system.people.company
        ),
    )


def _heads_first(
    records: Sequence[Record], rules: MappingRules, touched: Mapping[RecordRef, datetime] | None
) -> list[Record]:
    """System by system; only where one has several records of the person is there a head to look for."""
    by_system: dict[str, list[Record]] = {}
    for record in sorted(records, key=lambda each: each.ref.connection):
        if record.ref.connection in rules.systems:
            by_system.setdefault(record.ref.connection, []).append(record)
    if all(len(own) == 1 for own in by_system.values()):
        return [own[0] for own in by_system.values()]
    linked = {ref for name, own in by_system.items() for each in own for ref in linked_refs(each, rules.systems[name])}
    return [
        record
        for name, own in by_system.items()
        for record in in_order(own, rules.systems[name], linked=linked, touched=touched)
    ]


def _named(record: Record, system: System) -> RecordRef | None:
    if system.accounts is None or system.people.account is None:
        return None
    account = account_id(record.values.get(system.people.account))
    if not account:
        return None
    return RecordRef(connection=record.ref.connection, object=system.accounts.object, id=account)


def account_id(value: Value) -> str:
    """The id in a field that names an account; HubSpot shows a contact's as a number. Empty for none."""
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else _text(value)
    return full_id(text)


def _text(value: Value) -> str:
    return value.strip() if isinstance(value, str) else ""


def _each_once(found: Iterable[T | None]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(each for each in found if each))
