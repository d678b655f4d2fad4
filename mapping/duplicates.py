"""Several records of one person: the score stands on the head alone, and a look for people who are likely the same.

Records of one address, link or merge are one lead already, with one handoff. The same name at the same company's
domain is only likely the same person: it is reported, and nothing follows from it until a person says so.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence

from config.mapping import Role
from domain.record import Record
from domain.values import LeadId, RecordRef, Value
from mapping.addresses import company_domain
from mapping.compiled import FieldMap
from mapping.identity import emails_of, is_live
from mapping.wishes import FieldWish

NAMES = ("first_name", "last_name")
"""The properties that make a person's full name."""


def on_heads_only(
    wishes: Sequence[FieldWish], records: Sequence[Record], heads: Mapping[str, RecordRef], fields: FieldMap
) -> tuple[FieldWish, ...]:
    """The wishes, and beside them blanks for what a former head still shows of ours.

    A key is unique within its object: the head gets it once its twin has given it back. Where a neighbouring tool
    links the person, a twin is not touched at all: the tool re-points to whichever record was modified last.
    """
    former = list(_former_heads(records, heads, fields))
    if not former:
        return tuple(wishes)
    taken = {
        (heads[twin.ref.connection], _key_field(twin, fields), twin.values.get(_key_field(twin, fields)))
        for twin in former
        if _shares_object(twin, heads)
    }
    kept = tuple(wish for wish in wishes if (wish.ref, wish.field, wish.value) not in taken)
    if fields.linked(records):
        return kept
    return (*kept, *(wish for twin in former for wish in _given_back(twin, fields)))


def _former_heads(records: Sequence[Record], heads: Mapping[str, RecordRef], fields: FieldMap) -> Iterator[Record]:
    """Live records beside the head that carry our key: the head was another one once."""
    for record in records:
        chosen = heads.get(record.ref.connection)
        if (
            chosen is not None
            and record.ref != chosen
            and is_live(record)
            and record.values.get(_key_field(record, fields))
        ):
            yield record


def _key_field(record: Record, fields: FieldMap) -> str:
    return fields.rules.systems[record.ref.connection].people.key


def _shares_object(twin: Record, heads: Mapping[str, RecordRef]) -> bool:
    return heads[twin.ref.connection].object == twin.ref.object


def _given_back(twin: Record, fields: FieldMap) -> Iterator[FieldWish]:
    for one in fields.properties:
        field = one.field_of(twin) if one.rule.role is Role.OWNED else None
        if field is not None and not _is_blank(twin.values.get(field)):
            yield FieldWish(ref=twin.ref, field=field, property=one.rule.name, value=None)


def _is_blank(value: Value) -> bool:
    return value is None or value == ""


def likeness(record: Record, fields: FieldMap, free_mail: frozenset[str]) -> tuple[str, str] | None:
    """Full name and company domain, by which two leads are likely one person; None without both."""
    name = " ".join(filter(None, (_text(record, prop, fields) for prop in NAMES)))
    system = fields.rules.systems[record.ref.connection]
    domains = (company_domain(address, free_mail) for address in emails_of(record, system))
    domain = next(filter(None, domains), None)
    return (name, domain) if " " in name and domain else None


def _text(record: Record, name: str, fields: FieldMap) -> str:
    for one in fields.properties:
        if one.rule.name == name:
            field = one.field_of(record)
            value = record.values.get(field) if field is not None else None
            return " ".join(str(value).casefold().split()) if value is not None else ""
    return ""


def has_names(fields: FieldMap) -> bool:
    """Whether the mapping knows what people are called."""
    return set(NAMES) <= {one.rule.name for one in fields.properties}


def group_name(leads: Iterable[LeadId]) -> str:
    """What a group is called: the same members have the same name, whenever they are looked for."""
    text = ",".join(str(lead) for lead in sorted(leads))
    return f"g-{hashlib.sha256(text.encode()).hexdigest()[:10]}"
