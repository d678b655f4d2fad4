"""Find a lead by what people have at hand: an e-mail address, an id of either system, our own number; and name it."""

from collections.abc import Iterable, Mapping

from domain.values import LeadId
from store import identity, leads, ledger
from store.chunks import chunks
from store.engine import Tx

ID_SHORT = 15
MOST_DIGITS = 19
"""Of a number in 63 bits."""


def find_lead(tx: Tx, text: str) -> LeadId | None:
    """The lead that this leads to. Salesforce shows ids with 15 characters or 18; both are taken."""
    wanted = text.strip()
    if "@" in wanted:
        return identity.find(tx, [("email", wanted.lower())]).get(("email", wanted.lower()))
    for spelling in _spellings(wanted):
        by_record = identity.by_record_id(tx, spelling)
        if by_record is not None and leads.get(tx, [by_record]):
            return by_record
    by_key = leads.by_key(tx, [wanted]).get(wanted)
    if by_key is not None:
        return leads.survivor(tx, by_key.id)
    number = LeadId(int(wanted)) if wanted.isdecimal() and len(wanted) <= MOST_DIGITS else LeadId(0)
    living = leads.survivor(tx, number) if is_number(number) else number
    return living if is_number(living) and leads.get(tx, [living]) else None


def names_of(tx: Tx, some: Iterable[LeadId]) -> Mapping[LeadId, str]:
    """`Ana Ruiz  ana@globex.example  lead 2`, from what is known; what is blank is left out."""
    names = dict[LeadId, str]()
    for portion in chunks(some):
        for lead, facts in ledger.facts_of(tx, portion).items():
            values = {fact.name: str(fact.value) for fact in facts if fact.value is not None}
            parts = [f"{values.get('first_name', '')} {values.get('last_name', '')}".strip(), values.get("email", "")]
            names[lead] = "  ".join([*filter(None, parts), f"lead {lead}"])
    return names


def is_number(number: int) -> bool:
    """Whether a row can have this number: the store counts from 1, in 63 bits."""
    return 0 < number < 2**63


def unknown(text: str) -> str:
    """What to say when nobody was found; an address is not repeated."""
    wanted = "that address" if "@" in text else repr(text)
    return (
        f"No lead is known by {wanted}. Give an e-mail address, a Salesforce id, a HubSpot id or leadloop's own number."
    )


def same_id(known: str, text: str) -> bool:
    """Whether somebody means this id, however many letters of it Salesforce showed them."""
    return known in _spellings(text.strip())


def _spellings(wanted: str) -> list[str]:
    if len(wanted) == ID_SHORT and wanted.isalnum() and not wanted.isdecimal():
        return [wanted, wanted + checksum(wanted)]
    return [wanted]


def checksum(short: str) -> str:
    """The three letters that Salesforce adds to an id of 15: which of each five characters are capitals."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
    fives = [short[start : start + 5] for start in range(0, ID_SHORT, 5)]
    return "".join(letters[sum(1 << at for at, char in enumerate(five) if char.isupper())] for five in fives)
