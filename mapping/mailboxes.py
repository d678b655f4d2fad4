"""Mailboxes that several people share, and when two names are two people.

A wrong no costs a duplicate that is listed; a wrong yes mixes two people's histories. So whoever has only a shared
address in common must be called the same, word by word.
"""

import re
import unicodedata
from collections.abc import Collection, Mapping
from functools import lru_cache

from config.mapping import Identity, MappingRules
from domain.record import Record

_ROLES = """
abuse accounting accounts accountspayable admin administration administrator anfrage anfragen ap ar assistant
bestellung bestellungen bewerbung billing bookings buchhaltung careers commercial compras comptabilite contabilidad
contact contacto contactus contato contatti customercare customerservice einkauf empfang enquiries enquiry events
facturacion facturas facturation feedback finance frontdesk hello help helpdesk hola hr hostmaster ict info
informacion information inquiries inquiry inschrijving invoice invoices it jobs kontakt kundenservice legal logistics
mail mailbox marketing media moin newsletter noreply no-reply donotreply do-not-reply office operations order orders
partner partners postmaster post praxis press presse privacy procurement purchasing rechnung rechnungen recepcion
reception recruiting recruitment reservations root sales secretariat security sekretariat service servicedesk shop
spam sozial support team tech technik ventas vente ventes verkoop vertrieb verwaltung warehouse web webmaster welcome
zentrale
"""

ROLES = frozenset(_ROLES.split())
"""Local parts that name a desk and not a person (RFC 2142, and what companies call theirs in six languages)."""

_NOBODY = frozenset({"unknown", "na", "none", "null", "notprovided", "nolastname", "nofirstname", "test"})
"""What stands in a name field that may not be empty, when no name is known; without blanks."""

NAMES = ("first_name", "last_name")
"""The properties that make a person's full name."""


class Mailboxes:
    """Which addresses are desks, by the built-in words and the mapping's own."""

    def __init__(self, rules: Identity) -> None:
        self._shared = ROLES | _plain(rules.shared_mailboxes)
        self._personal = _plain(rules.personal_mailboxes)

    def is_desk(self, address: str) -> bool:
        """Whether nobody's name stands behind it. What is said of a whole address counts more than its local part."""
        local = address.partition("@")[0].partition("+")[0]
        if address in self._personal or address in self._shared:
            return address not in self._personal
        return local in self._shared and local not in self._personal


def _plain(words: Collection[str]) -> frozenset[str]:
    return frozenset(word.strip().casefold() for word in words)


def name_fields(rules: MappingRules) -> dict[tuple[str, str], tuple[str, ...]]:
    """(connection, object) → the fields that make the full name there, first name first."""
    named = {prop.name: prop.fields for prop in rules.properties if prop.name in NAMES}
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    for connection, system in rules.systems.items():
        for kind in system.people.objects:
            fields = (_field(named.get(name, {}).get(connection), kind) for name in NAMES)
            found[connection, kind] = tuple(filter(None, fields))
    return found


def _field(where: str | Mapping[str, str] | None, kind: str) -> str | None:
    return where.get(kind) if isinstance(where, Mapping) else where


def words_of_name(record: Record, fields: Mapping[tuple[str, str], tuple[str, ...]]) -> tuple[str, ...]:
    """The words of the full name, in order of the alphabet; none where nobody knows it."""
    parts = (record.values.get(field) for field in fields.get((record.ref.connection, record.ref.object), ()))
    return _words(tuple(part for part in parts if isinstance(part, str)))


@lru_cache(maxsize=65536)
def _words(parts: tuple[str, ...]) -> tuple[str, ...]:
    found: list[str] = []
    for part in parts:
        bare = "".join(each for each in unicodedata.normalize("NFKD", part) if not unicodedata.combining(each))
        words = re.findall(r"\w+", bare.casefold()) if "@" not in part else []
        found += () if "".join(words) in _NOBODY else words
    return tuple(sorted(found))


def are_same(one: Collection[str], other: Collection[str]) -> bool:
    """Whether both are called exactly this, by two words or more."""
    return len(one) > 1 and tuple(one) == tuple(other)


def are_different(one: Collection[str], other: Collection[str]) -> bool:
    """Whether these are two people's names. A name that is not known, or says less, contradicts nothing.

    `J. Smith`, `Ann M. Smith` and `Smith` may be Ann Smith or John; `Bob Smith` is not Ann.
    """
    fewer, more = sorted((list(one), list(other)), key=len)
    for word in sorted(fewer, key=len, reverse=True):
        alike = [each for each in more if _are_alike(word, each)]
        if not alike:
            return True
        more.remove(word if word in alike else alike[0])
    return False


def have_nothing_in_common(one: Collection[str], other: Collection[str]) -> bool:
    """Whether two full names share not even an initial. Of names in two scripts nobody can tell."""
    if min(len(one), len(other)) < 2 or _is_latin(one) is not _is_latin(other):
        return False
    return not any(_are_alike(word, each) for word in one for each in other)


def _are_alike(word: str, other: str) -> bool:
    return word == other or (min(len(word), len(other)) == 1 and word[0] == other[0])


def _is_latin(words: Collection[str]) -> bool:
    return all("LATIN" in unicodedata.name(word[0], "LATIN") for word in words)
