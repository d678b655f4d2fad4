"""What of the planned writes somebody may miss: told from the write alone where it can be, else by what is known."""

from dataclasses import replace
from datetime import timedelta

import pytest

from config.mapping import Property, Role
from connectors.contract import Lane
from domain.change import Change, ChangeKind
from domain.place import FieldOf, Place
from domain.radius import HeldStatus, HeldWrite, WriteClass
from domain.values import LeadId, RecordRef, RuleHash, Value
from store.flaps import Write
from store.heldwrites import KeptWrite
from store.outbox import OutboxDraft
from sync.classes import Columns, Known, suspects, weighed
from sync.weighing import Piece, Word
from tests.unit.sync.looping import NOON

ANA = LeadId(1)
REF = RecordRef(connection="salesforce", object="Lead", id="00Q1")
PROPERTIES = {
    "LL_Key__c": Property(name="lead_key", role=Role.OWNED, fields={}),
    "LL_Score__c": Property(name="score", role=Role.OWNED, fields={}),
    "LL_Band__c": Property(name="band", role=Role.OWNED, fields={}),
    "LL_Stage__c": Property(name="stage", role=Role.OWNED, fields={}),
    "Phone": Property(name="phone", fields={}),
    "Status": Property(name="status", role=Role.STATUS, fields={}),
}
COLUMNS = Columns(
    properties={("salesforce", "Lead", name): prop for name, prop in PROPERTIES.items()},
    keys={("salesforce", "Lead"): "LL_Key__c"},
)
PHONE = Place(ref=REF, field="Phone")


def draft(before: dict[str, Value], **values: Value) -> OutboxDraft:
    change = Change(key="k", kind=ChangeKind.FIELDS, object="Lead", id=REF.id, values=values)
    return OutboxDraft(
        connection="salesforce",
        lane=Lane.BACKGROUND,
        change=change,
        cause="by the rules",
        rule_hash=RuleHash("r1"),
        lead_id=ANA,
        before=before,
    )


def suspected(one: OutboxDraft, columns: Columns = COLUMNS) -> set[str]:
    return {each.place.field for each in suspects([one], columns)}


def pieces(one: OutboxDraft, known: Known | None = None, *, published: int = 0) -> dict[str, Piece]:
    """Field → what has to be weighed of it."""
    since = NOON - timedelta(hours=published)
    found = weighed(list(suspects([one], COLUMNS)), known or Known(kept={}), [one], since=since, now=NOON)
    return {each.name: each for lead in found.values() for each in lead.pieces}


def test_our_fields_on_a_record_that_shows_our_key_are_ours() -> None:
    one = draft({"LL_Score__c": 70, "LL_Band__c": "A hot"}, LL_Score__c=74, LL_Band__c="A hot", LL_Stage__c="mql")
    assert suspected(one) == set()


def test_nothing_is_ours_on_a_record_that_we_write_to_for_the_first_time() -> None:
    assert suspected(draft({}, LL_Key__c="LL-1", LL_Stage__c="known")) == {"LL_Key__c", "LL_Stage__c"}


def test_a_field_that_came_by_a_publication_is_looked_up() -> None:
    column = FieldOf(connection="salesforce", object="Lead", field="LL_Stage__c")
    one = draft({}, LL_Stage__c="mql", LL_Score__c=5)
    assert suspected(one, replace(COLUMNS, added=frozenset({column}))) == {"LL_Stage__c"}
    (found,) = suspects([one], replace(COLUMNS, added=frozenset({column}), moved=frozenset({column})))
    assert found.moved


def test_what_is_about_nobodys_record_is_not_weighed() -> None:
    task = draft({}, Status="Completed")
    assert suspected(replace(task, change=replace(task.change, object="Task"))) == set()
    assert suspected(replace(task, change=replace(task.change, id=None))) == set()


def test_leaving_a_list_is_weighed_and_joining_one_is_not() -> None:
    member = draft({})
    leave = replace(member.change, kind=ChangeKind.MEMBER, list="Nurture", member=False)
    assert suspected(replace(member, change=leave)) == {"list Nurture"}
    assert suspected(replace(member, change=replace(leave, member=True))) == set()


def test_a_value_of_theirs_is_taken_away_and_a_blank_is_filled() -> None:
    assert pieces(draft({"Phone": "+49 1"}, Phone="+49 2"))["Phone"].write.kind is WriteClass.DESTRUCTIVE
    assert pieces(draft({"Phone": None}, Phone="+49 2"))["Phone"].write.kind is WriteClass.ADDITIVE


@pytest.mark.parametrize(
    ("written", "form", "light"),
    [
        pytest.param("+49 1", (), True, id="as we wrote it"),
        pytest.param("+491", ("+49 1",), True, id="in a form that it learnt to show"),
        pytest.param("+491", (), False, id="changed since"),
        pytest.param(None, (), False, id="never written by us"),
    ],
)
def test_what_our_last_write_left_there_is_ours(written: Value, form: tuple[Value, ...], light: bool) -> None:
    writes = {REF: [Write(row_id=1, values={"Phone": written})]} if written is not None else {}
    known = Known(kept={}, written=writes, agreed={ANA: {("phone", "salesforce"): ("+491", "+491", form)}})
    assert pieces(draft({"Phone": "+49 1"}, Phone="+49 2"), known)["Phone"].light is light


def test_a_status_that_follows_a_decision_was_counted_then() -> None:
    one = draft({"Status": "New"}, Status="Open")
    an_hour_ago = Known(kept={}, decided={ANA: NOON - timedelta(hours=1)})
    assert pieces(one, an_hour_ago, published=2) == {}
    assert pieces(one, an_hour_ago, published=0).keys() == {"Status"}, "other rules were published since"
    assert pieces(one, Known(kept={}, decided={ANA: NOON - timedelta(hours=25)}), published=48).keys() == {"Status"}
    assert pieces(one).keys() == {"Status"}, "the first day's stages are nobody's decision"


def test_what_is_on_its_way_was_weighed_when_it_was_put_there() -> None:
    one = draft({"Phone": "+49 1"}, Phone="+49 2")
    assert pieces(one, Known(kept={}, sent=frozenset({(PHONE, "+49 2")}))) == {}
    assert pieces(one, Known(kept={}, sent=frozenset({(PHONE, "+49 3")}))).keys() == {"Phone"}


@pytest.mark.parametrize(
    ("status", "before", "value", "hours", "word"),
    [
        pytest.param(HeldStatus.OPEN, "+49 1", "+49 2", 1, Word.HELD, id="it waits"),
        pytest.param(
            HeldStatus.OPEN, "+49 0", "+49 2", 1, Word.HELD, id="it waits as it was frozen, whatever is shown by now"
        ),
        pytest.param(HeldStatus.OPEN, "+49 1", "+49 9", 1, Word.NONE, id="something else waits"),
        pytest.param(HeldStatus.APPROVED, "+49 1", "+49 2", 1, Word.APPROVED, id="approved"),
        pytest.param(HeldStatus.APPROVED, "+49 1", "+49 2", 0, Word.AGAIN, id="the approval has run out"),
        pytest.param(HeldStatus.APPROVED, "+49 0", "+49 2", 1, Word.AGAIN, id="approved for what it showed then"),
        pytest.param(HeldStatus.DISCARDED, None, "+49 2", 1, Word.DISCARDED, id="dropped, whatever it showed"),
        pytest.param(HeldStatus.DISCARDED, None, "+49 9", 1, Word.NONE, id="something else was dropped"),
    ],
)
def test_a_persons_word_is_about_one_write(
    status: HeldStatus, before: Value, value: Value, hours: int, word: Word
) -> None:
    write = HeldWrite(
        lead_id=ANA,
        place=PHONE,
        property="phone",
        kind=WriteClass.DESTRUCTIVE,
        before=before,
        value=value,
        cause="",
        rule_hash=RuleHash("r1"),
    )
    until = NOON + timedelta(hours=hours)
    kept = KeptWrite(write=write, set_id=1, set_name="day", status=status, valid_until=until, held_at=NOON)
    one = draft({"Phone": "+49 1"}, Phone="+49 2")
    assert pieces(one, Known(kept={ANA: {PHONE: kept}}))["Phone"].word is word


def test_a_number_waits_with_the_band_that_it_belongs_to_and_a_hand_raisers_does_not() -> None:
    ours: Known = Known(kept={}, agreed={ANA: {(name, "salesforce"): (1, 1, ()) for name in ("score", "band")}})
    one = draft({"LL_Score__c": 70, "LL_Band__c": "A hot"}, LL_Score__c=20, LL_Band__c="A warm")
    found = pieces(one, ours)
    assert {name: each.write.kind for name, each in found.items()} == dict.fromkeys(
        ("LL_Score__c", "LL_Band__c"), WriteClass.SCORE
    )
    assert pieces(one, replace(ours, raised=frozenset({ANA}))) == {}
    first = draft({"LL_Band__c": None}, LL_Score__c=20, LL_Band__c="A warm")
    assert pieces(first, ours) == {}, "the first band is no other band"
