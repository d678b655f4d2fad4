"""What cannot be read stays where it is: it is no value, it goes nowhere and nothing is put in its place unasked."""

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.mapping import MappingRules, Nulls, People, Property, Role, SyncRule, System
from domain.record import FieldType, Record
from domain.values import RecordRef, Value
from mapping.canonical import reader
from mapping.compiled import FieldMap
from mapping.merge import Base, Merged, Side, agree, merge
from mapping.merge_lead import Unread, merge_lead

TYPES = {"crm": "salesforce", "mail": "hubspot", "file": "files"}
SYSTEMS = {
    "crm": System(people=People(objects=["Contact", "Lead"], key="Key__c", email="Email")),
    "mail": System(people=People(objects=["contacts"], key="key", email="email")),
}
PLACES: dict[str, str | dict[str, str]] = {"crm": "P", "mail": "p"}
GOOD, OLDER = "+4915112345678", "+4915187654321"


def phone(sync: SyncRule, nulls: Nulls = Nulls.IGNORE) -> Property:
    return Property(name="p", fields=PLACES, sync=sync, nulls=nulls, transforms=["trim", "e164"])


def side(connection: str, shown: Value, agreed: Value = None, form: Value = None) -> Side:
    base = Base(value=agreed, vendor_form=form or agreed) if agreed is not None else None
    return Side(connection=connection, ref=RecordRef(connection=connection, object="P", id="1"), shown=shown, base=base)


def merged(rule: Property, *sides: Side) -> Merged:
    found = merge(rule, sides, types=TYPES)
    assert merge(rule, sides[::-1], types=TYPES) == found
    return found


@pytest.mark.parametrize("sync", [rule for rule in SyncRule if rule is not SyncRule.NO_WINS])
def test_a_note_in_place_of_a_number_does_not_replace_the_good_one(sync: SyncRule) -> None:
    assert merged(phone(sync), side("crm", "ask Bob"), side("mail", GOOD)).writes.get("mail") is None
    assert merged(phone(sync), side("crm", "ask Bob", GOOD), side("mail", GOOD, GOOD)).value == GOOD


def test_a_note_is_written_over_only_where_the_other_side_always_counts() -> None:
    note, good = side("crm", "ask Bob", OLDER), side("mail", GOOD, OLDER)
    writes = {sync: merged(phone(sync), note, good).writes for sync in SyncRule if sync is not SyncRule.NO_WINS}
    assert {sync: found for sync, found in writes.items() if found} == {SyncRule.ALWAYS_HUBSPOT: {"crm": GOOD}}


def test_a_master_that_cannot_be_read_says_nothing() -> None:
    rule = phone(SyncRule.ALWAYS_SALESFORCE, Nulls.PROPAGATE)
    assert merged(rule, side("crm", "ask Bob", GOOD), side("mail", GOOD, GOOD)) == Merged(value=GOOD)


def test_a_blank_master_takes_a_note_away_where_blanks_count() -> None:
    rule = phone(SyncRule.ALWAYS_SALESFORCE, Nulls.PROPAGATE)
    assert merged(rule, side("crm", None, GOOD), side("mail", "ask Bob", GOOD)).writes == {"mail": None}


def test_where_nobody_can_be_read_the_lead_keeps_what_was_agreed() -> None:
    rule = phone(SyncRule.TWO_WAY)
    both = side("crm", "ask Bob", GOOD), side("mail", "none", GOOD)
    assert merged(rule, *both) == Merged(value=GOOD)
    assert merged(rule, side("crm", "ask Bob"), side("mail", "ask Bob")) == Merged(value=None)
    assert merged(rule, side("crm", "ask Bob")) == Merged(value=None)


def test_what_was_agreed_before_its_rule_could_not_read_it_is_no_value_either() -> None:
    rule = phone(SyncRule.TWO_WAY)
    assert merged(rule, side("crm", "ask Bob", "ask Bob"), side("mail", "ask Bob", "ask Bob")) == Merged(value=None)


def test_the_vendors_own_form_of_an_agreed_value_is_read_as_that_value() -> None:
    rule = Property(name="p", fields=PLACES, sync=SyncRule.TWO_WAY, type=FieldType.NUMBER)
    base = agree(12, "12 %")
    echo = Side(connection="mail", ref=RecordRef(connection="mail", object="P", id="1"), shown="12 %", base=base)
    assert merged(rule, side("crm", 12, 12), echo) == Merged(value=12)
    assert merged(rule, side("crm", 13, 12), echo).writes == {"mail": 13}


def test_two_systems_agree_past_a_third_that_cannot_be_read() -> None:
    rule = phone(SyncRule.TWO_WAY).model_copy(update={"fields": {**PLACES, "file": "p"}})
    found = merged(rule, side("crm", GOOD, OLDER), side("mail", OLDER, OLDER), side("file", "ask Bob", OLDER))
    assert (found.value, found.writes) == (GOOD, {"mail": GOOD})


def test_a_mended_value_speaks_as_if_it_had_just_been_typed() -> None:
    rule = phone(SyncRule.TWO_WAY)
    assert merged(rule, side("crm", GOOD, OLDER), side("mail", OLDER, OLDER)).writes == {"mail": GOOD}


TRUE_IS_NO = Property(name="opted_out", fields=PLACES, sync=SyncRule.NO_WINS, no_is=True, type=FieldType.BOOLEAN)


def records(crm: Value, mail: Value = None, *, name: str = "Lead") -> list[Record]:
    refs = RecordRef(connection="crm", object=name, id="1"), RecordRef(connection="mail", object="contacts", id="7")
    now = datetime(2026, 11, 22, tzinfo=UTC)
    values: tuple[Mapping[str, Value], ...] = ({"P": crm}, {"p": mail})
    return [Record(ref=ref, values=shown, modified_at=now) for ref, shown in zip(refs, values, strict=True)]


def test_an_unread_consent_limits_the_channel_and_is_written_nowhere() -> None:
    fields = FieldMap(MappingRules(systems=SYSTEMS, properties=[TRUE_IS_NO]), TYPES)
    found = merge_lead(records("opted-out", False), {}, fields)
    assert (found.values, found.desired, found.limits) == ({"opted_out": False}, (), {"opted_out": True})
    unread = Unread(
        ref=RecordRef(connection="crm", object="Lead", id="1"),
        field="P",
        property="opted_out",
        problem="not a boolean",
    )
    assert found.unread == (unread,)


def test_a_no_on_the_other_side_is_a_no_for_an_unread_consent() -> None:
    fields = FieldMap(MappingRules(systems=SYSTEMS, properties=[TRUE_IS_NO]), TYPES)
    found = merge_lead(records("perhaps", True), {}, fields)
    assert (found.values, found.limits) == ({"opted_out": True}, {})
    assert [(wish.ref.connection, wish.value) for wish in found.desired] == [("crm", True)]


def test_a_lead_goes_without_a_value_that_nobody_can_read() -> None:
    rule = Property(name="p", fields={"crm": "P"}, type=FieldType.NUMBER)
    fields = FieldMap(MappingRules(systems=SYSTEMS, properties=[rule]), TYPES)
    assert merge_lead(records("100-500"), {}, fields).values == {"p": None}


def test_a_twin_is_not_asked_for_what_it_cannot_say() -> None:
    rule = Property(name="p", fields={"crm": {"Lead": "P"}}, type=FieldType.DATE)
    fields = FieldMap(MappingRules(systems=SYSTEMS, properties=[rule]), TYPES)
    contact, _ = records(None, name="Contact")
    lead = Record(
        ref=RecordRef(connection="crm", object="Lead", id="2"), values={"P": "soon"}, modified_at=contact.modified_at
    )
    assert merge_lead([contact, lead], {}, fields).values == {}


def test_an_answer_that_is_not_of_its_type_is_none() -> None:
    rule = Property(name="return_date", fields={"crm": "P"}, type=FieldType.DATE, role=Role.ANSWER)
    fields = FieldMap(MappingRules(systems=SYSTEMS, properties=[rule]), TYPES)
    found = merge_lead(records("after the fair"), {}, fields)
    assert (found.answers, [each.property for each in found.unread]) == ({}, ["return_date"])


GARBAGE = {
    FieldType.NUMBER: ["100-500", "many", "1,2,3"],
    FieldType.BOOLEAN: ["perhaps", "opted-out", "2"],
    FieldType.DATE: ["01.04.2020", "soon", "2026-13-01"],
    FieldType.DATETIME: ["2026-11-22T10:00", "noon", "x"],
}
FINE: dict[FieldType, list[Value]] = {
    FieldType.NUMBER: [1, 2.5, "3"],
    FieldType.BOOLEAN: [True, False, "yes"],
    FieldType.DATE: ["2020-05-01", "2026-11-22"],
    FieldType.DATETIME: ["2026-11-22T10:00:00Z", "2026-11-23"],
}


@st.composite
def worlds(draw: st.DrawFn) -> tuple[Property, list[Side]]:
    kind = draw(st.sampled_from(sorted(GARBAGE)))
    consents = [SyncRule.NO_WINS] if kind is FieldType.BOOLEAN else []
    sync = draw(st.sampled_from([rule for rule in SyncRule if rule is not SyncRule.NO_WINS] + consents))
    rule = Property(
        name="p",
        type=kind,
        fields={**PLACES, "file": "p"},
        sync=sync,
        nulls=draw(st.sampled_from(Nulls)),
        no_is=draw(st.booleans()) if sync is SyncRule.NO_WINS else None,
    )
    anything = st.sampled_from([None, *GARBAGE[kind], *FINE[kind]])
    names = draw(st.sampled_from([["crm"], ["crm", "mail"], ["crm", "mail", "file"]]))
    return rule, [side(name, draw(anything), draw(anything)) for name in names]


@given(world=worlds())
@settings(max_examples=100, deadline=None)
def test_a_value_that_its_type_cannot_read_never_travels(world: tuple[Property, list[Side]]) -> None:
    rule, sides = world
    found, read = merge(rule, sides, types=TYPES), reader(rule).read
    for value in (found.value, *found.writes.values(), *(base.value for base in found.bases.values())):
        assert read(value, None).problem is None
        assert value is None or value == read(value, None).value


@given(world=worlds())
@settings(max_examples=100, deadline=None)
def test_what_cannot_be_read_comes_to_rest_too(world: tuple[Property, list[Side]]) -> None:
    rule, sides = world
    shown, bases = {one.connection: one.shown for one in sides}, {one.connection: one.base for one in sides}
    writes: Mapping[str, Value] = {}
    for _ in range(3):
        now = [
            Side(connection=one.connection, ref=one.ref, shown=shown[one.connection], base=bases[one.connection])
            for one in sides
        ]
        found = merge(rule, now, types=TYPES)
        writes = found.writes
        bases |= {**found.bases, **{name: agree(value, value) for name, value in writes.items()}}
        shown |= writes
    assert writes == {}
