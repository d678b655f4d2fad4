"""Whatever people edit on both sides, and however late, reshaped or lost it all comes: the loop comes to rest.

Read, decided, planned and sent for real, on a store; every rule for every type of property at once, each in fields of
its own: people do the same to all of them. A lead may be converted in the middle. What is checked at rest are the
systems, not the store.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from itertools import count
from typing import Any, Literal, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.mapping import MappingRules, Nulls, SyncRule
from config.settings import Settings
from domain.record import FieldType
from domain.run import GoLive, RuleVersion
from domain.values import RecordRef, RuleHash, Value
from mapping.uses import uses
from store import conflicts, records
from store.engine import Store
from sync.cycle import run_once
from sync.loop import Loop
from tests.stores import empty_store
from tests.unit.sync.lagging import Rewrite, Vendor
from tests.unit.sync.looping import NOON, TYPES, looping

NUMBERS = count(1)
ROOM: Mapping[str, Any] = {"floor": 1_000_000, "share_percent": 0}
ROOMY = {"destructive": ROOM, "additive": ROOM, "score": {"floor": 1_000_000, "band_change_percent": 0}}
Side = Literal["salesforce", "hubspot"]


class Kind(NamedTuple):
    """What a property under test is like: its type, and what people put in."""

    type: FieldType
    transforms: tuple[str, ...]
    values: tuple[Value, ...]


KINDS = {
    "title": Kind(FieldType.TEXT, ("trim",), (None, "CEO", "cto", " VP Sales ", "x")),
    "phone": Kind(FieldType.TEXT, ("e164",), (None, "+4930901820", "+49 30 90 18 21", "+12025550143")),
    "amount": Kind(FieldType.NUMBER, (), (None, 0, 10.555, 3, 7.25)),
    "warmth": Kind(FieldType.PICKLIST, (), (None, "Hot", "hot", "warm")),
    "since": Kind(FieldType.DATE, (), (None, "2026-01-01", "2025-12-31")),
}


def trimmed(value: Value) -> Value:
    return value.strip() if isinstance(value, str) else value


def rounded(value: Value) -> Value:
    return round(value + 1e-9, 2) if isinstance(value, float) else value


def dialled(value: Value) -> Value:
    """`+4930901820` → `+49 309 018 20`."""
    return re.sub(r"(?<=\d)(?=(\d{3})+$)", " ", value) if isinstance(value, str) else value


def listed(value: Value) -> Value:
    """The list's own writing of a word."""
    return value.title() if isinstance(value, str) else value


REWRITES: dict[Side, dict[str, Rewrite]] = {
    "salesforce": {"title": trimmed, "amount": rounded, "warmth": listed},
    "hubspot": {"title": trimmed, "phone": dialled, "amount": rounded},
}
RULES = [rule for rule in SyncRule if rule is not SyncRule.NO_WINS]
CLEARING = {SyncRule.TWO_WAY, SyncRule.ALWAYS_SALESFORCE, SyncRule.PREFER_HUBSPOT}
WAYS = [(rule, nulls) for rule in RULES for nulls in (Nulls if rule in CLEARING else (Nulls.IGNORE,))]
MAY_DIFFER = {SyncRule.DONT_SYNC, SyncRule.FILL_BLANK, SyncRule.UNION}
"""Union is for lists of words: two numbers, dates or phone numbers make none."""
BOTH: tuple[Side, ...] = ("salesforce", "hubspot")
SIDES = st.sampled_from(BOTH)
PEOPLE, EXAMPLES = 6, 6
"""Six people live through every example: what a cycle costs, it costs for all of them together."""


class Property(NamedTuple):
    """A property under test: one kind of value under one rule."""

    kind: str
    sync: SyncRule
    nulls: Nulls

    @property
    def name(self) -> str:
        return f"{self.kind}_{self.sync.name}_{self.nulls.name}".lower()

    @property
    def fields(self) -> dict[Side, str]:
        """Named so that a phone number's still tell what they hold."""
        return {"salesforce": f"{self.name}__c", "hubspot": self.name}


PROPERTIES = [Property(kind, *way) for kind in KINDS for way in WAYS]
BY_KIND = {kind: [each for each in PROPERTIES if each.kind == kind] for kind in KINDS}


class Do(Enum):
    EDIT = "a person edits"
    EDIT_WHILE_WE_WRITE = "a person edits between the loop's look and its write"
    CONVERT = "a rep converts the lead"


class Act(NamedTuple):
    do: Do
    who: int
    side: Side = "salesforce"
    name: str = ""
    value: Value = None


@dataclass(slots=True, kw_only=True)
class Person:
    """Somebody whom both systems know by the address alone, and what was ever put in about them."""

    refs: dict[Side, RecordRef]
    said: dict[str, set[Value]] = field(default_factory=lambda: {name: {None} for name in KINDS})


class World:
    """Two systems, a loop between them, and a few people. No dataclass: hypothesis would print all of it."""

    def __init__(self, loop: Loop, *, crm: Vendor, mail: Vendor) -> None:
        self.loop, self.crm, self.mail = loop, crm, mail
        self.now = NOON
        self.people: list[Person] = []

    def __repr__(self) -> str:
        return "<a world>"

    def begin(self) -> None:
        """Other people; those of before are shown no more."""
        self.now += timedelta(days=2)
        self.crm.begin()
        self.mail.begin()
        self.people = [self._somebody(next(NUMBERS)) for _ in range(PEOPLE)]
        self.cycle()

    def _somebody(self, number: int) -> Person:
        lead = RecordRef(connection="salesforce", object="Lead", id=f"00Q{number:012d}")
        person = RecordRef(connection="hubspot", object="contacts", id=str(70_000 + number))
        email = f"p{number}@acme{number}.example"
        self.crm.edit(lead, Email=email, LastName="P", Company="Acme")
        self.mail.edit(person, email=email, lastname="P", company="Acme")
        return Person(refs={"salesforce": lead, "hubspot": person})

    def system(self, side: Side) -> Vendor:
        return self.crm if side == "salesforce" else self.mail

    def edit(self, act: Act) -> None:
        self.now += timedelta(seconds=1)
        person = self.people[act.who]
        person.said[act.name].add(act.value)
        edited = {each.fields[act.side]: act.value for each in BY_KIND[act.name]}
        self.system(act.side).edit(person.refs[act.side], **edited)

    def convert(self, person: Person) -> None:
        lead = person.refs["salesforce"]
        if lead.object == "Lead":
            contact = RecordRef(connection="salesforce", object="Contact", id=f"003{lead.id[3:]}")
            self.crm.convert(lead, contact, ["Email", "LastName", *(each.fields["salesforce"] for each in PROPERTIES)])
            person.refs["salesforce"] = contact

    def cycle(self) -> int:
        """One cycle half an hour later; how many changes were sent."""
        before = len(self.crm.written) + len(self.mail.written)
        self.now += timedelta(minutes=30)
        self.crm.look()
        self.mail.look()
        run = run_once(self.loop, now=self.now)
        assert run.failures == ()
        return len(self.crm.written) + len(self.mail.written) - before

    def shown(self, person: Person, one: Property) -> tuple[Value, Value]:
        crm, mail = (self.system(side).shows(person.refs[side], one.fields[side]) for side in BOTH)
        return crm, mail

    def sent(self, person: Person, one: Property) -> Iterator[Value]:
        """What we wrote of it, on either side, to whichever record of theirs."""
        number = person.refs["salesforce"].id[3:]
        ids = {"salesforce": {f"{prefix}{number}" for prefix in ("00Q", "003")}, "hubspot": {person.refs["hubspot"].id}}
        for side in BOTH:
            for change in self.system(side).written:
                if change.id in ids[side] and one.fields[side] in change.values:
                    yield change.values[one.fields[side]]

    def undecided(self, person: Person) -> set[str]:
        ref = person.refs["salesforce"]
        with self.loop.store.read() as tx:
            lead = records.lead_of(tx, [ref])[ref]
            return {each.conflict.property for each in conflicts.open_ones(tx) if each.lead_id == lead}


def plain(value: Value) -> Value:
    """As it is meant, without blanks and a phone number's signs."""
    if isinstance(value, str):
        digits = re.sub(r"\s", "", value)
        return digits if digits.startswith("+") else value.strip()
    return float(value) if isinstance(value, int | float) else value


def alike(value: Value) -> Value:
    """One for all that a system may make of it."""
    found = rounded(plain(value))
    return found.casefold() if isinstance(found, str) else found


def rules_with(version: RuleVersion) -> RuleVersion:
    document: Any = json.loads(version.document)
    document["mapping"]["properties"] += [
        {
            "name": one.name,
            "type": KINDS[one.kind].type.value,
            "fields": one.fields,
            "sync": one.sync.value,
            "nulls": one.nulls.value,
            "transforms": list(KINDS[one.kind].transforms),
        }
        for one in PROPERTIES
    ]
    return RuleVersion(
        hash=RuleHash("every-rule"), author="test", published_at=version.published_at, document=json.dumps(document)
    )


def described(version: RuleVersion) -> dict[tuple[str, str], dict[str, FieldType]]:
    """Both systems have every field that the rules name."""
    rules = MappingRules.model_validate(json.loads(version.document)["mapping"])
    found: dict[tuple[str, str], dict[str, FieldType]] = {}
    for at, use in uses(rules, TYPES).items():
        kinds = (each.type for each in rules.properties if each.name in use.properties)
        found.setdefault((at.connection, at.object), {})[at.field] = next(kinds, FieldType.TEXT)
    return found


def rewrites(side: Side) -> dict[str, Rewrite]:
    return {one.fields[side]: made for one in PROPERTIES if (made := REWRITES[side].get(one.kind)) is not None}


@pytest.fixture(scope="module")
def world(version: RuleVersion, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    opened = Store.open(empty_store(tmp_path_factory.mktemp("converging") / "leadloop.db"))
    made: list[World] = []

    def now() -> datetime:
        return made[0].now if made else NOON

    rules = rules_with(version)
    fields = described(rules)
    crm = Vendor(
        name="salesforce",
        kinds={kind: fields["salesforce", kind] for kind in ("Lead", "Contact")},
        rewrites=rewrites("salesforce"),
        now=now,
    )
    mail = Vendor(
        name="hubspot", kinds={"contacts": fields["hubspot", "contacts"]}, rewrites=rewrites("hubspot"), now=now
    )
    chosen = Settings.model_validate({"go_live": GoLive.LIVE, "blast_radius": ROOMY})
    with looping(opened, rules, crm, mail, settings=chosen) as loop:
        made.append(World(loop, crm=crm, mail=mail))
        made[0].cycle()
        yield made[0]
    opened.dispose()


def _acts() -> st.SearchStrategy[Act]:
    who = st.integers(0, PEOPLE - 1)
    edits = st.sampled_from(sorted(KINDS)).flatmap(
        lambda name: st.builds(Act, st.just(Do.EDIT), who, SIDES, st.just(name), st.sampled_from(KINDS[name].values))
    )
    races = edits.map(lambda act: act._replace(do=Do.EDIT_WHILE_WE_WRITE))
    return st.one_of(edits, edits, edits, races, st.builds(Act, st.just(Do.CONVERT), who))


CYCLES = st.fixed_dictionaries({side: st.tuples(st.integers(0, 3), st.booleans()) for side in BOTH})
"""How many looks ago each system shows, and whether its next answer is lost."""
ROUNDS = st.lists(st.tuples(st.lists(_acts(), min_size=4, max_size=16), CYCLES), min_size=2, max_size=4)


def do(world: World, act: Act) -> None:
    match act.do:
        case Do.EDIT:
            world.edit(act)
        case Do.EDIT_WHILE_WE_WRITE:
            world.system(act.side).meanwhile.append(lambda: world.edit(act))
        case Do.CONVERT:
            world.convert(world.people[act.who])


def come_to_rest(world: World) -> None:
    """Nobody edits any more, and what is shown is what is there."""
    for vendor in (world.crm, world.mail):
        vendor.behind, vendor.loses = 0, False
        for act in vendor.meanwhile:
            act()
        vendor.meanwhile.clear()
    for _ in range(5):
        if world.cycle() == 0:
            break
    assert (world.cycle(), world.cycle()) == (0, 0), "it writes without end"


@given(rounds=ROUNDS)
@settings(max_examples=EXAMPLES, deadline=None)
def test_it_comes_to_rest_where_both_sides_agree_as_their_rule_says(
    world: World, rounds: list[tuple[list[Act], dict[Side, tuple[int, bool]]]]
) -> None:
    world.begin()
    for acts, systems in rounds:
        for act in acts:
            do(world, act)
        for side, (behind, loses) in systems.items():
            world.system(side).behind, world.system(side).loses = behind, loses
        world.cycle()
    come_to_rest(world)
    for person in world.people:
        undecided = world.undecided(person)
        for one in PROPERTIES:
            judge(world, person, one, is_undecided=one.name in undecided)


def judge(world: World, person: Person, one: Property, *, is_undecided: bool) -> None:
    said = person.said[one.kind]
    sent = set(map(plain, world.sent(person, one)))
    makes_lists = one.sync is SyncRule.UNION
    assert sent <= set(map(plain, said)) or makes_lists, f"{one.name}: nobody ever said what was sent, {sent}"
    crm, mail = map(alike, world.shown(person, one))
    known = set(map(alike, said))
    parts = {alike(part) for side in (crm, mail) for part in str(side or "").split(";")}
    is_said = {crm, mail} <= known or (makes_lists and parts <= known | {""})
    assert is_said, f"{one.name}: nobody ever said {crm!r} or {mail!r}"
    may_differ = one.sync in MAY_DIFFER or is_undecided or None in (crm, mail)
    assert crm == mail or may_differ, f"{one.name}: {crm!r}, {mail!r}"
