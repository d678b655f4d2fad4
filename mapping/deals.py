"""What a record says as a deal, as somebody's place in one, as a campaign or as a rate; and whom it names."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation

from config.deals import Campaigns, Currencies, DealContacts, Deals
from config.mapping import MappingRules, System
from domain.deal import Campaign, Deal, DealContact, Rates
from domain.record import Record
from domain.values import LeadId, RecordRef, Value, from_text
from mapping.employer import account_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Somebody's place in a deal, whether or not we know them."""

    ref: RecordRef
    role: str | None = None
    is_primary: bool = False


def deal_of(record: Record, system: System, roles: Sequence[Record], leads: Mapping[RecordRef, LeadId]) -> Deal:
    """`roles`: the living records of who stands in it; `leads`: of its people those whom we know."""
    words = system.deals
    if words is None:
        raise ValueError(f"{record.ref} is no deal: its system has none")
    people = (
        DealContact(ref=each.ref, lead=leads.get(each.ref), role=each.role, is_primary=each.is_primary)
        for each in places(record, system, roles)
    )
    record_type = _text(record, words.record_type)
    return Deal(
        ref=record.ref,
        name=_text(record, words.name),
        account=_ref(record, words.account, system.accounts.object if system.accounts is not None else None),
        contacts=tuple(people),
        amount=_money(record, words.amount),
        currency=_code(record, words.currency),
        corporate_amount=_money(record, words.corporate_amount),
        is_closed=record.values.get(words.closed) is True,
        is_won=record.values.get(words.won) is True,
        created_at=_moment(record, words.created),
        closes=_day_or_moment(record, words.closes),
        stage=_text(record, words.stage),
        campaign=_ref(record, words.campaign, system.campaigns.object if system.campaigns is not None else None),
        source=_text(record, words.source),
        record_type=record_type,
        lost_reason=_text(record, words.lost_reason),
        counts=not words.record_types or record_type in words.record_types,
    )


def places(record: Record, system: System, roles: Sequence[Record]) -> tuple[Place, ...]:
    """Who stands in a deal, each once: whom a role names primary, or the deal itself, comes first."""
    found: dict[RecordRef, Place] = {}
    for each in (*(place for role in roles for place in _by_role(role, system)), *_by_deal(record, system)):
        known = found.get(each.ref, each)
        found[each.ref] = Place(
            ref=each.ref, role=known.role or each.role, is_primary=known.is_primary or each.is_primary
        )
    return tuple(sorted(found.values(), key=lambda each: not each.is_primary))


def people_in(record: Record, rules: MappingRules) -> tuple[RecordRef, ...]:
    """Whom a deal, or a place in one, names itself."""
    system = rules.systems.get(record.ref.connection)
    if system is None:
        return ()
    return tuple(each.ref for each in (*_by_deal(record, system), *_by_role(record, system)))


def without_people(record: Record, gone: Collection[RecordRef], rules: MappingRules) -> Record:
    """The record without a trace of these: a place of theirs holds nothing any more, a deal names the others alone."""
    if not set(people_in(record, rules)) & set(gone):
        return record
    contacts = _contacts(rules.systems[record.ref.connection])
    if contacts is None or (contacts.roles is not None and record.ref.object == contacts.roles.object):
        return replace(record, values={})
    ids = {ref.id for ref in gone}
    values = dict(record.values)
    if contacts.primary is not None and account_id(values.get(contacts.primary)) in ids:
        values[contacts.primary] = None
    if contacts.ids is not None:
        left = [each for each in _ids(values.get(contacts.ids)) if each not in ids]
        values[contacts.ids] = ";".join(left) or None
    return replace(record, values=values)


def deal_in(record: Record, rules: MappingRules) -> str:
    """The id of the deal that a place is in; empty for everything else."""
    system = rules.systems.get(record.ref.connection)
    contacts = _contacts(system) if system is not None else None
    if contacts is None or contacts.roles is None or record.ref.object != contacts.roles.object:
        return ""
    return account_id(record.values.get(contacts.roles.deal))


def campaign_of(record: Record, words: Campaigns) -> Campaign:
    return Campaign(
        ref=record.ref,
        name=_text(record, words.name),
        type=_text(record, words.type),
        status=_text(record, words.status),
        cost=_money(record, words.cost),
        budget=_money(record, words.budget),
        currency=_code(record, words.currency),
        starts_on=_day(record, words.starts),
        ends_on=_day(record, words.ends),
        parent=_ref(record, words.parent, record.ref.object),
    )


def rates_of(records: Sequence[Record], words: Currencies | None, deals: Deals | None) -> Rates:
    """What an object of rates says, and of the corporate currency else what mapping.yaml does."""
    said = deals.corporate_currency if deals is not None else None
    if words is None:
        return Rates(corporate=said)
    told = [(_code(each, words.code), _money(each, words.rate), each) for each in records]
    own = (code for code, _, each in told if words.corporate is not None and each.values.get(words.corporate) is True)
    found = {code: rate for code, rate, _ in told if code is not None and rate is not None and rate > 0}
    return Rates(corporate=next(own, said), per_corporate=found)


def _contacts(system: System) -> DealContacts | None:
    return system.deals.contacts if system.deals is not None else None


def _person(system: System, contacts: DealContacts) -> str:
    return contacts.object or system.people.objects[0]


def _by_deal(record: Record, system: System) -> Iterator[Place]:
    """Whom a deal names itself."""
    contacts = _contacts(system)
    if contacts is None or system.deals is None or record.ref.object != system.deals.object:
        return
    kind = _person(system, contacts)
    primary = account_id(record.values.get(contacts.primary)) if contacts.primary is not None else ""
    if primary:
        yield Place(ref=replace(record.ref, object=kind, id=primary), is_primary=True)
    for each in _ids(record.values.get(contacts.ids)) if contacts.ids is not None else ():
        yield Place(ref=replace(record.ref, object=kind, id=each))


def _by_role(record: Record, system: System) -> Iterator[Place]:
    contacts = _contacts(system)
    if contacts is None or contacts.roles is None or record.ref.object != contacts.roles.object:
        return
    words = contacts.roles
    who = account_id(record.values.get(words.person))
    if who:
        is_primary = words.primary is not None and record.values.get(words.primary) is True
        ref = replace(record.ref, object=_person(system, contacts), id=who)
        yield Place(ref=ref, role=_text(record, words.role), is_primary=is_primary)


def _ids(value: Value) -> list[str]:
    found = (account_id(each.strip()) for each in value.split(";")) if isinstance(value, str) else (account_id(value),)
    return [each for each in found if each]


def _ref(record: Record, field: str | None, kind: str | None) -> RecordRef | None:
    value = account_id(record.values.get(field)) if field is not None and kind is not None else None
    return replace(record.ref, object=kind, id=value) if value and kind is not None else None


def _text(record: Record, field: str | None) -> str | None:
    value = record.values.get(field) if field is not None else None
    return str(value).strip() or None if value is not None else None


def _code(record: Record, field: str | None) -> str | None:
    text = _text(record, field)
    return text.upper() if text is not None else None


def _money(record: Record, field: str | None) -> Decimal | None:
    """Exactly what was said; None for what is no sum."""
    value = record.values.get(field) if field is not None else None
    if value is None or isinstance(value, bool):
        return None
    try:
        sum_ = Decimal(str(value).strip())
    except InvalidOperation:
        return None
    return sum_ if sum_.is_finite() else None


def _moment(record: Record, field: str | None) -> datetime | None:
    """A day is its beginning in UTC."""
    text = _text(record, field)
    if text is None:
        return None
    try:
        return from_text(text) if "T" in text else datetime.combine(date.fromisoformat(text), time(), UTC)
    except ValueError:
        return None


def _day_or_moment(record: Record, field: str | None) -> date | datetime | None:
    """Midnight in UTC is the day: so one is written by who has but a day for a field of moments."""
    moment = _moment(record, field)
    return moment.date() if moment is not None and moment.time() == time() else moment


def _day(record: Record, field: str | None) -> date | None:
    moment = _moment(record, field)
    return moment.date() if moment is not None else None
