"""Several records of one person, before anything is written: which of them would be, and why that one.

Nothing here merges records: that is done by people, in their own systems.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from domain.record import Record
from domain.values import LeadId, RecordRef
from mapping.compiled import FieldMap
from mapping.duplicates import group_name, has_names, likeness
from mapping.heads import Head, touches
from mapping.identity import emails_of, is_live
from store import duplicates, group_words, leads, ledger, records
from store.engine import Tx
from store.group_words import Spoken, Word

_LEADS_AT_ONCE = 200


class Bond(StrEnum):
    """What holds a group together."""

    EMAIL = "same e-mail"
    LINK = "linked by the neighbouring tool"
    KEY = "recognised earlier"
    """By an address, a link or a merge that the records no longer show."""
    CONFIRMED = "confirmed by a person"
    NAME_AND_DOMAIN = "same name at the same company"


class Shape(StrEnum):
    """What kind of duplicates they are."""

    LEAD_AND_CONTACT = "Lead beside Contact"
    SEVERAL = "several of one kind"
    ACROSS = "several leads"


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Records of one person, or likely so. `heads`: those that are written to, one per lead and system, and why.

    `is_one_lead`: leadloop treats them as one already: one score, one handoff. Otherwise they are only reported.
    `name` is the same as long as its members are.
    """

    name: str
    leads: tuple[LeadId, ...]
    records: tuple[RecordRef, ...]
    bond: Bond
    shapes: tuple[Shape, ...]
    heads: tuple[Head, ...]

    @property
    def is_one_lead(self) -> bool:
        return len(self.leads) == 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Duplicates:
    """Every group, the sure ones first. `names_known`: without names in the mapping nobody is likely the same.

    `dismissed`: likely groups of which a person said that they are not.
    """

    groups: tuple[Group, ...]
    names_known: bool
    dismissed: tuple[Group, ...] = ()

    def likely(self) -> dict[str, Group]:
        """By name, the groups that wait for a word."""
        return {group.name: group for group in self.groups if not group.is_one_lead}

    def counts(self) -> dict[str, int]:
        sure = [group for group in self.groups if group.is_one_lead]
        likely = [group for group in self.groups if not group.is_one_lead]
        return {
            "one_lead": len(sure),
            "likely": len(likely),
            "dismissed": len(self.dismissed),
            **{bond.name.lower(): sum(group.bond is bond for group in self.groups) for bond in Bond},
            **{shape.name.lower(): sum(shape in group.shapes for group in self.groups) for shape in Shape},
            "records": sum(len(group.records) for group in self.groups),
            "never_written": sum(len(group.records) - len(group.heads) for group in sure),
        }


def find(tx: Tx, fields: FieldMap) -> Duplicates:
    """As of the last pull."""
    people = {name: system.people.objects for name, system in fields.rules.systems.items()}
    confirmed = _confirmed(tx)
    one_lead = sorted({*duplicates.crowded(tx, people), *confirmed})
    sure = list(_groups(tx, [(lead,) for lead in one_lead], fields, confirmed))
    likely = list(_groups(tx, _likely(tx, fields), fields, confirmed))
    told_apart = {spoken.name for spoken in group_words.every(tx, Word.DISMISSED)}
    return Duplicates(
        groups=(*sure, *(group for group in likely if group.name not in told_apart)),
        names_known=has_names(fields),
        dismissed=tuple(group for group in likely if group.name in told_apart),
    )


def _confirmed(tx: Tx) -> dict[LeadId, Spoken]:
    """The lead that each confirmed group became, unless it was split since; of several the newest word."""
    found: dict[LeadId, Spoken] = {}
    for spoken in group_words.every(tx, Word.CONFIRMED):
        living = {leads.survivor(tx, lead) for lead in spoken.leads}
        if len(living) == 1:
            found[living.pop()] = spoken
    return found


def _likely(tx: Tx, fields: FieldMap) -> list[tuple[LeadId, ...]]:
    """Leads that have name and company domain in common."""
    free_mail = frozenset(fields.rules.free_mail)
    alike: dict[tuple[str, str], set[LeadId]] = {}
    for connection, system in fields.rules.systems.items():
        for kind in system.people.objects:
            for record, lead in duplicates.with_leads(tx, connection, kind):
                key = likeness(record, fields, free_mail) if is_live(record) else None
                if key is not None:
                    alike.setdefault(key, set()).add(lead)
    return sorted({tuple(sorted(leads)) for leads in alike.values() if len(leads) > 1})


def _groups(
    tx: Tx, members: Sequence[tuple[LeadId, ...]], fields: FieldMap, confirmed: Mapping[LeadId, Spoken]
) -> Iterator[Group]:
    for start in range(0, len(members), _LEADS_AT_ONCE):
        portion = members[start : start + _LEADS_AT_ONCE]
        every = sorted({lead for group in portion for lead in group})
        theirs, done = records.of_leads(tx, every), ledger.activities_of(tx, every)
        for group in portion:
            people = {lead: [each for each in theirs.get(lead, ()) if _is_person(each, fields)] for lead in group}
            live = [record for lead in group for record in people[lead]]
            spoken = confirmed.get(group[0]) if len(group) == 1 else None
            yield Group(
                name=spoken.name if spoken is not None else group_name(group),
                leads=group,
                records=tuple(record.ref for record in live),
                bond=_bond(group, live, fields) if spoken is None else Bond.CONFIRMED,
                shapes=tuple(_shapes(group, live)),
                heads=tuple(
                    head
                    for lead in group
                    for head in fields.explained_heads(people[lead], touched=touches(done.get(lead, ()))).values()
                ),
            )


def _is_person(record: Record, fields: FieldMap) -> bool:
    system = fields.rules.systems.get(record.ref.connection)
    return system is not None and record.ref.object in system.people.objects and is_live(record)


def _bond(group: Sequence[LeadId], live: Sequence[Record], fields: FieldMap) -> Bond:
    if len(group) > 1:
        return Bond.NAME_AND_DOMAIN
    seen: dict[tuple[str, str], int] = {}
    for record in live:
        for address in emails_of(record, fields.rules.systems[record.ref.connection]):
            seen[record.ref.connection, address] = seen.get((record.ref.connection, address), 0) + 1
    if any(count > 1 for count in seen.values()):
        return Bond.EMAIL
    return Bond.LINK if fields.linked(live) else Bond.KEY


def _shapes(group: Sequence[LeadId], live: Sequence[Record]) -> Iterator[Shape]:
    kinds = [(record.ref.connection, record.ref.object) for record in live]
    if len(group) > 1:
        yield Shape.ACROSS
    if any(one[0] == other[0] and one[1] != other[1] for one in kinds for other in kinds):
        yield Shape.LEAD_AND_CONTACT
    if len(set(kinds)) < len(kinds):
        yield Shape.SEVERAL
