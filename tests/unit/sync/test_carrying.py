"""What a neighbour has still to bring, and who overwrites what."""

from datetime import UTC, datetime

import pytest

from config.mapping import MappingRules
from domain.place import FieldOf, Place
from domain.record import Record
from domain.survey import HUBSPOT_CONNECTOR, Author, FieldChange
from domain.values import RecordRef, Value
from mapping.compiled import FieldMap
from mapping.wishes import FieldWish
from sync.carrying import awaited
from sync.flapping import who_overwrote
from tests.unit.mapping.test_carried import FIELDS, LEAD, PERSON, RULES, TYPES

NOW = datetime(2026, 11, 22, tzinfo=UTC)
BAND = FieldOf(connection="crm", object="Lead", field="LL_Band__c")


def heads(**values: Value) -> dict[str, Record]:
    return {
        "crm": Record(ref=LEAD, values={"OwnerId": "005A"}, modified_at=NOW),
        "mail": Record(ref=PERSON, values=values, modified_at=NOW),
    }


def owner(value: Value) -> list[FieldWish]:
    return [
        FieldWish(ref=LEAD, field="OwnerId", property="owner", value="005A"),
        FieldWish(ref=PERSON, field="hubspot_owner_id", property="owner", value=value),
    ]


def at(field: str) -> Place:
    return Place(ref=PERSON, field=field)


def test_what_the_head_does_not_show_yet_is_awaited() -> None:
    shown = heads(hubspot_owner_id="900", jobtitle="CEO")
    assert awaited(owner("901"), {"title": "CFO"}, shown, FIELDS) == {at("hubspot_owner_id"), at("jobtitle")}


def test_what_has_arrived_or_is_blank_at_its_master_is_not_awaited() -> None:
    shown = heads(hubspot_owner_id="901", jobtitle="CFO")
    assert awaited(owner("901"), {"title": "CFO"}, shown, FIELDS) == frozenset()
    assert awaited(owner(None), {"title": None}, shown, FIELDS) == frozenset()


def test_what_is_written_in_no_master_system_is_not_awaited() -> None:
    assert awaited(owner("901")[1:], {}, heads(hubspot_owner_id="900"), FIELDS) == frozenset()


def test_nothing_is_awaited_where_nothing_is_carried() -> None:
    plain = FieldMap(MappingRules(systems=RULES.systems, properties=RULES.properties), TYPES)
    assert awaited(owner("901"), {"title": "CFO"}, heads(), plain) == frozenset()


def change(author: Author, *, name: str = "", who: str = "9", of: str = "1", field: str = "LL_Band__c") -> FieldChange:
    ref = RecordRef(connection="crm", object="Lead", id=of)
    return FieldChange(ref=ref, field=field, at=NOW, author=author, author_id=who, name=name)


OURS = (change(Author.OURS), change(Author.INTEGRATION, name="leadloop", who="7"), change(
    Author.INTEGRATION, name="leadloop", who="7", field="LL_Key__c"
))  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "who"),
    [
        ((*OURS, change(Author.WORKFLOW, name="Tidy")), "workflow Tidy"),
        ((*OURS, change(Author.NEIGHBOUR, name=HUBSPOT_CONNECTOR)), HUBSPOT_CONNECTOR),
        ((*OURS, change(Author.PERSON)), "a person"),
        ((change(Author.WORKFLOW, name="Other", of="2"), change(Author.WORKFLOW, name="This")), "workflow This"),
        (OURS, ""),
        ((), ""),
    ],
    ids=["a workflow", "the neighbour", "people are not named", "on that record first", "only we", "no history"],
)
def test_who_overwrites_is_told_by_the_history_and_it_is_never_us(changes: tuple[FieldChange, ...], who: str) -> None:
    assert who_overwrote(changes, BAND, {"1"}, key="LL_Key__c") == who
