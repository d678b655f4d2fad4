"""What the rules do with every vendor's field that they name: the mapping read from the fields' side."""

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import orjson

from config.conditions import references
from config.mapping import MappingRules, Property, Role, System, Whose
from domain.place import FieldOf
from mapping.wanted import campaign_fields, deal_fields, role_fields
from mapping.wording import words_of
from mapping.written import written_fields


class Part(StrEnum):
    """What a field is to the loop beside holding a property; the values say what ends without it."""

    KEY = "nothing is read from or written to it: new records could no longer be told from those that are there"
    EMAIL = "people are no longer recognised by their e-mail address"
    MORE_EMAILS = "people are no longer recognised by their further addresses"
    LINK = "people are no longer recognised by the other tool's id"
    ACCOUNT = "people are no longer matched with their account by id"
    COMPANY = "the company's name is no longer known from it"
    ACCOUNTS = "companies are matched without it"
    ACCOUNT_LINK = "companies of two systems are no longer known for one by the other tool's id"
    DEALS = "deals are looked at without it"
    REPORTED = "reports on deals and campaigns are told without it"
    CURRENCY = "every amount counts as one of the corporate currency"
    USERS = "reps are known without it"
    TASK_KEY = "tasks cannot be created: a repeated one could not be told from a new one"
    TASKS = "tasks are written without it"


_OPTIONAL = frozenset({Part.MORE_EMAILS, Part.LINK, Part.ACCOUNT, Part.COMPANY, Part.ACCOUNT_LINK, Part.CURRENCY})
"""What an object may lack from the beginning: a Salesforce Contact has an account and no company, an org with one
currency names it nowhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """What the rules do with one field.

    `words`: the vendor's words that the rules write there. `line`: stands for what mapping.yaml says of it, so that
    an edit of that tells of itself.
    """

    field: FieldOf
    parts: frozenset[Part] = frozenset()
    properties: tuple[str, ...] = ()
    is_heard: bool = False
    is_written: bool = False
    words: frozenset[str] = frozenset()
    line: str = ""

    @property
    def is_optional(self) -> bool:
        return not self.properties and self.parts <= _OPTIONAL


def uses(rules: MappingRules, types: Mapping[str, str]) -> dict[FieldOf, Use]:
    """Every field that the mapping names, by its place; `types`: connection → vendor."""
    found: dict[FieldOf, Use] = {}
    for connection, system in rules.systems.items():
        for kind, field, part in _parts(system):
            at = FieldOf(connection=connection, object=kind, field=field)
            use = found.setdefault(at, Use(field=at))
            found[at] = replace(use, parts=use.parts | {part})
    theirs = _left_to_others(rules)
    written = {
        FieldOf(connection=each.connection, object=each.object, field=each.field)
        for each in written_fields(rules, types)
    }
    held: dict[FieldOf, list[Property]] = {}
    for prop in rules.properties:
        for at in _places(prop, rules):
            held.setdefault(at, []).append(prop)
    for at, props in held.items():
        found[at] = replace(
            found.get(at, Use(field=at)),
            properties=tuple(prop.name for prop in props),
            is_heard=any(_is_heard(prop) for prop in props),
            is_written=at in written and at not in theirs,
            words=frozenset(word for prop in props for word in _words(prop, at.connection)),
            line=_line(props),
        )
    return found


def _parts(system: System) -> Iterator[tuple[str, str, Part]]:
    people = system.people
    for kind in people.objects:
        yield kind, people.key, Part.KEY
        yield kind, people.email, Part.EMAIL
        yield from ((kind, link, Part.LINK) for link in people.links)
        more = ((people.more_emails, Part.MORE_EMAILS), (people.account, Part.ACCOUNT), (people.company, Part.COMPANY))
        yield from ((kind, field, part) for field, part in more if field)
    if (accounts := system.accounts) is not None:
        house = () if accounts.house is None else references(accounts.house, subject="account")
        asked = (accounts.name, accounts.domain, accounts.owner, accounts.type, accounts.territory, *sorted(house))
        yield from _of(accounts.object, asked, Part.ACCOUNTS)
        yield from _of(accounts.object, tuple(accounts.links), Part.ACCOUNT_LINK)
    if (deals := system.deals) is not None:
        yield from _of(deals.object, (deals.account, deals.closed, deals.won, deals.amount), Part.DEALS)
    yield from _reported(system)
    if (users := system.users) is not None:
        yield from _of(users.object, (users.email, users.active, users.name, users.available), Part.USERS)
    if (tasks := system.tasks) is not None:
        yield tasks.object, tasks.key, Part.TASK_KEY
        fields = (tasks.subject, tasks.body, tasks.owner, tasks.who, tasks.due, tasks.priority, *tasks.constants)
        yield from _of(tasks.object, fields, Part.TASKS)


def _reported(system: System) -> Iterator[tuple[str, str, Part]]:
    """What reports alone ask for."""
    if (deals := system.deals) is not None:
        yield from _of(deals.object, deal_fields(deals), Part.REPORTED)
        yield from _of(deals.object, (deals.currency,), Part.CURRENCY)
        if deals.contacts is not None and (roles := deals.contacts.roles) is not None:
            yield from _of(roles.object, role_fields(roles), Part.REPORTED)
    if (campaigns := system.campaigns) is not None:
        others = [field for field in campaign_fields(campaigns) if field != campaigns.currency]
        yield from _of(campaigns.object, others, Part.REPORTED)
        yield from _of(campaigns.object, (campaigns.currency,), Part.CURRENCY)
    if (rates := system.currencies) is not None:
        yield from _of(rates.object, (rates.code, rates.rate, rates.corporate, rates.active), Part.REPORTED)


def _of(kind: str, fields: Sequence[str | None], part: Part) -> Iterator[tuple[str, str, Part]]:
    yield from ((kind, field, part) for field in fields if field)


def _places(prop: Property, rules: MappingRules) -> Iterator[FieldOf]:
    for connection, where in prop.fields.items():
        objects = rules.systems[connection].people.objects
        placed = where if isinstance(where, dict) else dict.fromkeys(objects, where)
        yield from (FieldOf(connection=connection, object=kind, field=field) for kind, field in placed.items())


def _is_heard(prop: Property) -> bool:
    return prop.role is not Role.OWNED and not prop.made_of


def _words(prop: Property, connection: str) -> Iterator[str]:
    yield from prop.values.get(connection, {}).values()
    yield from words_of(prop, connection)


def _worded(prop: Property) -> Iterator[list[object]]:
    wordings = ((name, prop.wording(name)) for name in sorted(prop.places))
    return ([name, each.read, each.write] for name, each in wordings if each is not None)


def _left_to_others(rules: MappingRules) -> Collection[FieldOf]:
    """What mapping.yaml says is not ours to write."""
    return {
        FieldOf(connection=connection, object=place.partition(".")[0], field=place.partition(".")[2])
        for connection, decided in rules.decided.items()
        for place, whose in decided.items()
        if whose in (Whose.THEIRS, Whose.CARRIED)
    }


def _line(props: Sequence[Property]) -> str:
    told = [
        [prop.name, prop.type.value, prop.role.value, prop.sync.value, prop.transforms, *_worded(prop)]
        for prop in props
    ]
    return hashlib.sha256(orjson.dumps(told)).hexdigest()[:12]
