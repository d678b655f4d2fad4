"""Who is who: the keys by which a record is recognised.

A key is worth claiming only if it is unique by nature: the record itself (and ids that lead to it), our
own unique field, the id that another tool keeps of its twin, an e-mail address.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from config.mapping import System
from domain.identity import Tie
from domain.record import Record
from domain.values import RecordRef, Value
from mapping.addresses import company_domain, normalised_email

_SHORT_SALESFORCE_ID = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9]{15}")
_SUFFIX_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"


class KeyKind(StrEnum):
    RECORD = "record"
    LEAD_KEY = "lead_key"
    EMAIL = "email"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class IdentityKey:
    """One way to recognise a person."""

    kind: KeyKind
    value: str


def ties_of(record: Record, system: System) -> dict[IdentityKey, Tie]:
    """Every key that the record carries and why it is good, strongest first: itself, ids that lead to it or on from
    it (merges, conversion), our own key, the neighbour's links, e-mail addresses."""
    people = system.people
    found = {record_key(record.ref): Tie.SELF}
    former = (_with_id(record.ref, each) for each in record.former_ids)
    beside = (ref for ref in (record.merged_into, record.converted_to) if ref is not None)
    for ref in (*former, *beside):
        found.setdefault(record_key(ref), Tie.SYSTEM)
    if own := _text(record.values.get(people.key)):
        found[IdentityKey(kind=KeyKind.LEAD_KEY, value=own)] = Tie.LEAD_KEY
    for ref in linked_refs(record, system):
        found.setdefault(record_key(ref), Tie.LINK)
    for address in emails_of(record, system):
        found[IdentityKey(kind=KeyKind.EMAIL, value=address)] = Tie.EMAIL
    return found


def keys_of(record: Record, system: System) -> tuple[IdentityKey, ...]:
    """Every key that the record carries, strongest first, each once."""
    return tuple(ties_of(record, system))


def record_key(ref: RecordRef) -> IdentityKey:
    """The key of a record; a 15-character Salesforce id and its 18-character form are the same."""
    return IdentityKey(kind=KeyKind.RECORD, value=str(_with_id(ref, ref.id)))


def linked_refs(record: Record, system: System) -> tuple[RecordRef, ...]:
    """The other systems' records that a neighbouring tool says are this person."""
    found = []
    for field, target in system.people.links.items():
        connection, _, kind = target.partition(":")
        if linked := _text(record.values.get(field)):
            found.append(RecordRef(connection=connection, object=kind, id=full_id(linked)))
    return tuple(found)


def emails_of(record: Record, system: System) -> tuple[str, ...]:
    """Normalised addresses, the primary one first; what is no address is left out."""
    people = system.people
    texts = [_text(record.values.get(people.email))]
    if people.more_emails:
        texts += _text(record.values.get(people.more_emails)).split(";")
    return tuple(dict.fromkeys(found for text in texts if text and (found := normalised_email(text))))


def is_replaced(record: Record) -> bool:
    """Whether another record has taken its place: what it was known by leads there from now on."""
    return record.merged_into is not None or record.converted_to is not None


def is_erased(record: Record) -> bool:
    """Whether its system keeps nothing of it any more, so that nothing of the person may lead to it."""
    return record.archived and not record.values and not is_replaced(record)


def is_live(record: Record) -> bool:
    """Whether the record can still be written: nothing has taken its place."""
    return not record.archived and not is_replaced(record)


def full_id(text: str) -> str:
    """A Salesforce id in its 18-character form, any other id as it is.

    The suffix has one letter per five characters, whose bits say which of them are capitals (Salesforce
    help, "Convert 15-character IDs").
    """
    if _SHORT_SALESFORCE_ID.fullmatch(text) is None:
        return text
    chunks = (text[start : start + 5] for start in (0, 5, 10))
    bits = (sum(1 << place for place, letter in enumerate(chunk) if letter.isupper()) for chunk in chunks)
    return text + "".join(_SUFFIX_LETTERS[number] for number in bits)


def _with_id(ref: RecordRef, record_id: str) -> RecordRef:
    return RecordRef(connection=ref.connection, object=ref.object, id=full_id(record_id))


def _text(value: Value) -> str:
    return "" if value is None or isinstance(value, bool) else str(value).strip()


__all__ = [
    "IdentityKey",
    "KeyKind",
    "company_domain",
    "emails_of",
    "full_id",
    "is_erased",
    "is_live",
    "is_replaced",
    "keys_of",
    "linked_refs",
    "normalised_email",
    "record_key",
    "ties_of",
]
