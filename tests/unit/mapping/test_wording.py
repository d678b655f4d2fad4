"""A system with words of its own: read as ours, written as its own, and nothing but the words ever differs."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.mapping import MappingRules, People, Property, SyncRule, System, Wording
from domain.place import Place
from domain.record import FieldType, Record
from domain.values import LeadId, RecordRef, Value
from mapping.agreement import Base
from mapping.compiled import FieldMap
from mapping.creation import values_for_new
from mapping.merge_lead import At, LeadMerge, merge_lead
from store.undone import Undone
from sync.settle import agreed

TYPES = {"crm": "salesforce", "mail": "hubspot"}
SYSTEMS = {
    "crm": System(people=People(objects=["Lead"], key="Key__c", email="Email")),
    "mail": System(people=People(objects=["contacts"], key="key", email="email")),
}
NOON = datetime(2026, 9, 7, 12, tzinfo=UTC)
LEAD = RecordRef(connection="crm", object="Lead", id="00Q1")
CONTACT = RecordRef(connection="mail", object="contacts", id="11")
STATUS = Property(
    name="status",
    type=FieldType.PICKLIST,
    sync=SyncRule.TWO_WAY,
    fields={"crm": Wording(field="Status", read=["map(Offen=Open, Zu=Closed)"]), "mail": "status"},
)
COUNTRY = Property(
    name="country",
    sync=SyncRule.TWO_WAY,
    transforms=["country2"],
    fields={"crm": Wording(field="Country", write=["country_name"]), "mail": "country"},
)
STATE = Property(
    name="state",
    sync=SyncRule.TWO_WAY,
    transforms=["state2"],
    fields={"crm": Wording(field="State", write=["state_name"]), "mail": "state"},
)
INTERESTS = Property(
    name="interests",
    type=FieldType.MULTIPICKLIST,
    sync=SyncRule.TWO_WAY,
    fields={"crm": Wording(field="Interests", read=["map(Technology=software, Banking=finance)"]), "mail": "interests"},
)
TITLE = Property(
    name="title",
    sync=SyncRule.TWO_WAY,
    transforms=["trim"],
    fields={"crm": Wording(field="Title", write=["truncate(6)"]), "mail": "title"},
)
REVENUE = Property(
    name="revenue",
    type=FieldType.NUMBER,
    sync=SyncRule.TWO_WAY,
    fields={"crm": "Revenue", "mail": Wording(field="thousands", read=["scale(1000)"])},
)
BORN = Property(
    name="born",
    type=FieldType.DATE,
    sync=SyncRule.TWO_WAY,
    fields={"crm": Wording(field="Born", read=["day(Europe/Berlin)"]), "mail": "born"},
)


def fields(*properties: Property) -> FieldMap:
    return FieldMap(MappingRules(systems=SYSTEMS, properties=list(properties)), TYPES)


class World:
    """Two systems, people who edit them, and a loop that remembers what was agreed."""

    def __init__(self, rules: FieldMap, lead: Mapping[str, Value], contact: Mapping[str, Value]) -> None:
        self.rules = rules
        self.shown: dict[RecordRef, dict[str, Value]] = {LEAD: dict(lead), CONTACT: dict(contact)}
        self.bases: dict[At, Base] = {}
        self.stores: Callable[[Value], Value] = lambda written: written
        """What a field shows of what was written to it."""

    def merged(self) -> LeadMerge:
        records = [Record(ref=ref, values=dict(values), modified_at=NOON) for ref, values in self.shown.items()]
        return merge_lead(records, self.bases, self.rules)

    def cycle(self) -> dict[str, Value]:
        """Merge, keep what is agreed, write, take the receipts; what was written, by field."""
        merged = self.merged()
        self.bases.update(merged.bases)
        written: dict[str, Value] = {}
        for wish in merged.desired:
            if wish.problem is None:
                written[wish.field] = wish.value
                shows = self.shown[wish.ref][wish.field] = self.stores(wish.value)
                one = next(each for each in self.rules.properties if each.rule.name == wish.property)
                words = one.spoken.get(wish.ref.connection)
                self.bases[wish.property, wish.ref.connection] = agreed(wish.value, shows, None, words)
        return written


def test_each_side_is_written_in_its_own_words_and_the_lead_keeps_ours() -> None:
    world = World(
        fields(STATUS, COUNTRY), {"Status": "Zu", "Country": None}, {"status": None, "country": "deutschland"}
    )
    assert world.merged().values == {"status": "Closed", "country": "DE"}
    assert world.cycle() == {"status": "Closed", "Country": "Germany"}
    assert world.cycle() == {}
    world.shown[CONTACT]["status"] = "Open"
    assert world.cycle() == {"Status": "Offen"}
    assert (world.cycle(), world.merged().conflicts) == ({}, ())


def test_a_word_that_the_map_does_not_have_stays_at_home_and_says_so() -> None:
    world = World(fields(STATUS), {"Status": "Offen"}, {"status": "On hold"})
    world.bases = {("status", name): Base(value="Open", vendor_form=form) for name, form in _FORMS.items()}
    (wish,) = world.merged().desired
    assert (wish.field, wish.problem) == ("Status", "map(Offen=Open, Zu=Closed) has no word for it")
    assert world.cycle() == {}
    world.shown[LEAD]["Status"] = "Warum"
    (unread,) = world.merged().unread
    assert (unread.field, unread.problem) == ("Status", "map(Offen=Open, Zu=Closed) cannot read the value")


_FORMS = {"crm": "Offen", "mail": "Open"}


def test_a_form_that_could_not_be_read_back_is_not_written() -> None:
    odd = Property(
        name="p",
        type=FieldType.NUMBER,
        sync=SyncRule.TWO_WAY,
        fields={"crm": Wording(field="P", write=["map(1=one)"]), "mail": "p"},
    )
    (wish,) = World(fields(odd), {"P": None}, {"p": 1}).merged().desired
    assert (wish.value, wish.problem) == (1, "is not written: it could not be read back")


def test_what_had_to_be_cut_for_one_side_does_not_cut_the_other() -> None:
    world = World(fields(TITLE), {"Title": None}, {"title": "Head of buying"})
    assert world.cycle() == {"Title": "Head o"}
    assert [world.cycle() for _ in range(3)] == [{}, {}, {}]
    assert world.merged().values == {"title": "Head of buying"}
    world.shown[CONTACT]["title"] = "Head of sales"
    assert world.cycle() == {}, "it is cut to the very same"
    assert world.merged().values == {"title": "Head of sales"}
    world.shown[LEAD]["Title"] = "Owner"
    assert world.cycle() == {"title": "Owner"}
    assert world.cycle() == {}


def test_what_is_cleared_right_after_it_was_cut_stays_cleared() -> None:
    world = World(fields(TITLE), {"Title": None}, {"title": "Head of buying"})
    assert world.cycle() == {"Title": "Head o"}
    world.shown[LEAD]["Title"] = None
    assert [world.cycle(), world.cycle()] == [{}, {}]
    world.shown[CONTACT]["title"] = "Owner"
    assert world.cycle() == {"Title": "Owner"}


def test_what_was_cut_by_another_tool_before_us_is_no_conflict_at_the_first_meeting() -> None:
    world = World(fields(TITLE), {"Title": "Head o"}, {"title": "Head of buying"})
    assert (world.cycle(), world.merged().values) == ({}, {"title": "Head of buying"})


def test_a_state_is_written_in_the_leads_own_country() -> None:
    world = World(fields(COUNTRY, STATE), {"Country": "Germany", "State": None}, {"country": "DE", "state": "Bavaria"})
    assert world.cycle() == {"State": "Bayern"}
    assert [world.cycle(), world.cycle()] == [{}, {}]
    assert world.bases["state", "crm"] == Base(value="BY", vendor_form="Bayern")


@pytest.mark.parametrize(
    ("rule", "lead", "contact", "written"),
    [
        (REVENUE, {"Revenue": 5_000_500}, {"thousands": None}, {"thousands": 5000.5}),
        (REVENUE, {"Revenue": None}, {"thousands": 12}, {"Revenue": 12_000}),
        (BORN, {"Born": None}, {"born": "1990-07-01"}, {"Born": "1990-06-30T22:00:00Z"}),
        (BORN, {"Born": "1990-06-30T22:30:00Z"}, {"born": None}, {"born": "1990-07-01"}),
    ],
    ids=["units out", "units in", "day out", "day in"],
)
def test_units_and_days_cross_both_ways(
    rule: Property, lead: dict[str, Value], contact: dict[str, Value], written: dict[str, Value]
) -> None:
    world = World(fields(rule), lead, contact)
    assert world.cycle() == written
    assert [world.cycle(), world.cycle()] == [{}, {}]


def test_a_value_that_a_system_rounds_in_its_own_unit_stays_as_it_was_on_the_other_side() -> None:
    world = World(fields(REVENUE), {"Revenue": 5_000_500}, {"thousands": None})
    world.stores = lambda written: round(written) if isinstance(written, float) else written
    assert world.cycle() == {"thousands": 5000.5}
    assert world.shown[CONTACT] == {"thousands": 5000}
    assert [world.cycle(), world.cycle()] == [{}, {}]
    assert world.merged().values == {"revenue": 5_000_500}
    world.shown[CONTACT]["thousands"] = 6000
    assert world.cycle() == {"Revenue": 6_000_000}


def test_what_is_only_turned_round_is_not_written_where_it_would_be_read_as_another_value() -> None:
    lenient = {"crm": Wording(field="P", read=["map(New=Open, *)"]), "mail": "p"}
    world = World(fields(Property(name="p", sync=SyncRule.TWO_WAY, fields=lenient)), {"P": None}, {"p": "New"})
    (wish,) = world.merged().desired
    assert (wish.value, wish.problem) == ("New", "is not written: it would be read as another value")


def test_a_map_stands_for_each_word_of_a_list_both_ways() -> None:
    world = World(fields(INTERESTS), {"Interests": None}, {"interests": "software;finance"})
    assert world.cycle() == {"Interests": "Banking;Technology"}
    assert world.cycle() == {}
    world.shown[LEAD]["Interests"] = "Technology"
    assert world.cycle() == {"interests": "software"}
    assert world.cycle() == {}
    world.shown[CONTACT]["interests"] = "mining;software"
    assert (world.cycle(), len(world.merged().desired)) == ({}, 1), "one word that is not there keeps all at home"


def test_what_a_person_took_back_stands_for_the_shortened_form_that_we_wrote() -> None:
    world = World(fields(TITLE), {"Title": "Boss"}, {"title": "Boss"})
    world.cycle()
    world.shown[CONTACT]["title"] = "Head of buying"
    assert [world.cycle(), world.cycle()] == [{"Title": "Head o"}, {}]
    place = Place(ref=LEAD, field="Title")
    undone = Undone(place=place, lead_id=LeadId(1), value="Head o", back="Boss", run_id=1, actor="admin", at=NOON)
    (title,) = world.rules.properties
    world.shown[LEAD]["Title"] = "Boss"
    world.bases["title", "crm"] = agreed("Boss", "Boss", undone, title.spoken["crm"])
    assert (world.merged().conflicts, world.cycle()) == ((), {})
    world.shown[CONTACT]["title"] = "Chief"
    assert world.cycle() == {"Title": "Chief"}


@pytest.mark.parametrize(
    ("before", "after", "lead", "contact", "value"),
    [
        (
            Property(name="c", sync=SyncRule.TWO_WAY, fields={"crm": "C", "mail": "c"}),
            Property(
                name="c",
                sync=SyncRule.TWO_WAY,
                fields={
                    "crm": Wording(field="C", read=["country2"], write=["country_name"]),
                    "mail": Wording(field="c", read=["country2"]),
                },
            ),
            {"C": "Germany"},
            {"c": "Germany"},
            "DE",
        ),
        (
            Property(name="c", sync=SyncRule.TWO_WAY, transforms=["map(Open=OPEN)"], fields={"crm": "C", "mail": "c"}),
            Property(
                name="c",
                sync=SyncRule.TWO_WAY,
                fields={"crm": Wording(field="C", read=["map(Open=OPEN)"]), "mail": "c"},
            ),
            {"C": "Open"},
            {"c": "OPEN"},
            "OPEN",
        ),
        (
            Property(name="c", type=FieldType.NUMBER, sync=SyncRule.TWO_WAY, fields={"crm": "C", "mail": "c"}),
            Property(
                name="c",
                type=FieldType.NUMBER,
                sync=SyncRule.TWO_WAY,
                fields={
                    "crm": Wording(field="C", read=["scale(1000)"]),
                    "mail": Wording(field="c", read=["scale(1000)"]),
                },
            ),
            {"C": 5},
            {"c": 5},
            5000,
        ),
    ],
    ids=["names of countries", "a map moves to one side", "a unit on both sides"],
)
def test_new_words_on_a_running_installation_rewrite_nothing_that_is_equal(
    before: Property, after: Property, lead: dict[str, Value], contact: dict[str, Value], value: Value
) -> None:
    world = World(fields(before), lead, contact)
    assert [world.cycle(), world.cycle()] == [{}, {}]
    world.rules = fields(after)
    assert [world.cycle(), world.cycle()] == [{}, {}]
    assert world.merged().values == {"c": value}


def test_a_value_that_a_person_cleared_is_not_refilled_by_new_words() -> None:
    plain = Property(name="c", sync=SyncRule.TWO_WAY, fields={"crm": "C", "mail": "c"})
    world = World(fields(plain), {"C": "Germany"}, {"c": "Germany"})
    world.cycle()
    world.shown[LEAD]["C"] = None
    assert world.cycle() == {}
    worded = Wording(field="C", read=["country2"], write=["country_name"])
    world.rules = fields(
        Property(name="c", sync=SyncRule.TWO_WAY, fields={"crm": worded, "mail": Wording(field="c", read=["country2"])})
    )
    assert world.cycle() == {}


@pytest.mark.parametrize("cleared", [(LEAD, "Industry"), (CONTACT, "industry")], ids=["there", "on the other side"])
def test_a_value_that_a_person_cleared_is_not_refilled_because_its_word_means_another_thing_now(
    cleared: tuple[RecordRef, str],
) -> None:
    ref, name = cleared

    def industry(word: str) -> FieldMap:
        where = {"crm": Wording(field="Industry", read=[f"map(Technology={word})"]), "mail": "industry"}
        return fields(Property(name="industry", sync=SyncRule.TWO_WAY, fields=where))

    world = World(industry("sofware"), {"Industry": "Technology"}, {"industry": None})
    assert [world.cycle(), world.cycle()] == [{"industry": "sofware"}, {}]
    world.shown[ref][name] = None
    assert world.cycle() == {}
    world.rules = industry("software")
    assert world.cycle() == {}


EDITS = st.lists(
    st.tuples(
        st.sampled_from([("crm", "Status"), ("mail", "status"), ("crm", "Title"), ("mail", "title"), ("crm", "Born")]),
        st.sampled_from([None, "Offen", "Zu", "Open", "Closed", "Head of buying", "Head o", "?"]),
    ),
    max_size=3,
)


@given(
    rounds=st.lists(EDITS, min_size=1, max_size=4), sync=st.sampled_from([SyncRule.TWO_WAY, SyncRule.ALWAYS_HUBSPOT])
)
@settings(max_examples=80, deadline=None)
def test_whatever_people_edit_one_more_cycle_writes_nothing(
    rounds: list[list[tuple[tuple[str, str], Value]]], sync: SyncRule
) -> None:
    rules = fields(*(each.model_copy(update={"sync": sync}) for each in (STATUS, TITLE)))
    world = World(rules, {"Status": None, "Title": None}, {"status": None, "title": None})
    for edits in rounds:
        for (connection, name), value in edits:
            ref = LEAD if connection == "crm" else CONTACT
            if name in world.shown[ref]:
                world.shown[ref][name] = value
        world.cycle()
        assert world.cycle() == {}
        bases = dict(world.bases)
        assert (world.cycle(), world.bases) == ({}, bases)


def test_a_full_name_is_made_of_its_parts_and_only_written() -> None:
    full = Property(name="full_name", made_of=["first", "last"], fields={"crm": "Full__c"})
    parts = [Property(name=name, fields={"mail": name}) for name in ("first", "last")]
    world = World(fields(*parts, full), {"Full__c": "Nobody"}, {"first": " Ana", "last": None})
    assert world.cycle() == {"Full__c": " Ana"}
    world.shown[CONTACT]["last"] = "Ruiz"
    assert (world.merged().values["full_name"], world.cycle()) == (" Ana Ruiz", {"Full__c": " Ana Ruiz"})
    assert world.cycle() == {}
    world.shown[CONTACT] |= {"first": None, "last": None}
    assert world.cycle() == {}, "nobody is called nothing"


@pytest.mark.parametrize(
    ("last", "lead", "contact"),
    [
        (Property(name="last", fields={"mail": "last"}), {}, {}),
        (Property(name="last", fields={"mail": "last"}, transforms=["e164"]), {}, {"last": "Ruiz"}),
        (
            Property(name="last", sync=SyncRule.TWO_WAY, fields={"crm": "Last", "mail": "last"}),
            {"Last": "Ruiz"},
            {"last": "Smith"},
        ),
    ],
    ids=["a part that vanished", "a part that cannot be read", "a part on which they differ"],
)
def test_nothing_is_made_of_what_nobody_can_tell(
    last: Property, lead: dict[str, Value], contact: dict[str, Value]
) -> None:
    full = Property(name="full_name", made_of=["first", "last"], fields={"crm": "Full__c"})
    rules = fields(Property(name="first", fields={"mail": "first"}), last, full)
    world = World(rules, {"Full__c": "Ana Ruiz", **lead}, {"first": "Ana", **contact})
    assert (world.cycle(), "full_name" in world.merged().values) == ({}, False)


def test_whoever_is_created_is_created_in_the_systems_own_words() -> None:
    found = values_for_new({"country": "DE", "status": "?"}, "crm", "Lead", fields(COUNTRY, STATUS), users={})
    assert found == {"Country": "Germany"}


def test_a_part_of_a_field_takes_the_place_of_the_whole_in_no_record_that_is_created() -> None:
    where = {"crm": Wording(field="Full__c", read=["last_name"]), "mail": "lastname"}
    last_name = Property(name="last_name", sync=SyncRule.ALWAYS_SALESFORCE, fields=where)
    assert values_for_new({"last_name": "Ruiz"}, "crm", "Lead", fields(last_name), users={}) == {}
