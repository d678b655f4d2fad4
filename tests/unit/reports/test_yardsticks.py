"""By what a system counts a stage, and how two dates of one thing lie apart."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from config.mapping import MappingRules
from domain.counted import Counted
from domain.record import Record
from domain.values import RecordRef, Value
from mapping.compiled import FieldMap
from reports.pages.dates_apart import apart
from reports.pages.differences import LABELS, MENDS, TWICE, TWICE_MENDS, Cause, Twice
from reports.pages.reasons_here import QUESTIONS as HERE
from reports.pages.reasons_there import QUESTIONS as THERE
from reports.pages.window import Window, month_of
from reports.pages.yardsticks import Dated, Yardstick, yardsticks
from tests.counted_crowd import RULES
from tests.starter import starter_file

VIENNA = ZoneInfo("Europe/Vienna")
NOON = datetime(2026, 10, 15, 12, tzinfo=UTC)
OCTOBER = Window(since=datetime(2026, 10, 1, tzinfo=VIENNA), until=datetime(2026, 11, 1, tzinfo=VIENNA), zone=VIENNA)
DATES = (Cause.ZONE, Cause.ANOTHER_TIME, Cause.LATER, Cause.EARLIER)


def yards(what: Counted = Counted.MQL, **counted: dict[Counted, str]) -> dict[str, Yardstick]:
    fields = FieldMap(MappingRules.model_validate(RULES), {"hub": "hubspot", "crm": "salesforce", "list": "files"})
    return {each.connection: each for each in yardsticks(fields, counted, what, VIENNA)}


def record(name: str, kind: str, **values: Value) -> Record:
    return Record(ref=RecordRef(connection=name, object=kind, id="1"), values=values, modified_at=NOON)


def test_a_system_is_counted_by_the_field_that_leadloop_writes() -> None:
    hub = yards()["hub"]
    assert (hub.fields, hub.is_ours, hub.words()) == ({"contacts": "ll_mql"}, True, "ll_mql (contacts)")


def test_a_system_is_counted_by_its_own_date_where_one_is_named() -> None:
    hub = yards(hub={Counted.MQL: "hub_day"})["hub"]
    assert (hub.fields, hub.is_ours) == ({"contacts": "became_mql"}, False)


def test_a_system_without_a_date_of_the_stage_is_not_counted() -> None:
    assert {name: each.counts for name, each in yards(Counted.CUSTOMER).items()} == dict.fromkeys(
        ("hub", "crm", "list"), False
    )


def test_a_status_that_never_goes_back_means_the_stages_before_as_well() -> None:
    assert yards()["hub"].stages == {"contacts": {"stage": frozenset({"m q l", "sql", "customer"})}}
    assert yards(Counted.SAL)["hub"].stages == {"contacts": {"stage": frozenset({"sql", "customer"})}}
    assert yards()["crm"].stages == {"Contact": {}, "Lead": {"Status": frozenset({"marketing"})}}


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("2026-10-15T12:00:00Z", Dated(at=NOON, is_day=False)),
        ("2026-10-15T14:00:00+02:00", Dated(at=NOON, is_day=False)),
        (None, None),
        ("", None),
        ("soon", None),
        (7, None),
    ],
)
def test_a_date_is_read_as_its_property_has_it(value: Value, found: Dated | None) -> None:
    assert yards()["hub"].date_of(record("hub", "contacts", ll_mql=value)) == found


def test_a_day_begins_in_the_zone_of_the_report() -> None:
    hub = yards(hub={Counted.MQL: "hub_day"})["hub"]
    day = record("hub", "contacts", became_mql="2026-11-01")
    assert hub.date_of(day) == Dated(at=datetime(2026, 11, 1, tzinfo=VIENNA), is_day=True)
    assert not hub.counts_in(day, OCTOBER)
    assert hub.counts_in(record("hub", "contacts", became_mql="2026-10-31"), OCTOBER)


def moment(*, days: float = 0, is_day: bool = False) -> Dated:
    return Dated(at=NOON + timedelta(days=days), is_day=is_day)


@pytest.mark.parametrize(
    ("own", "passes", "cause"),
    [
        ([moment(days=3)], (), Cause.LATER),
        ([moment(days=-3)], (), Cause.EARLIER),
        ([moment(days=0.9)], (), Cause.LATER),
        ([moment(days=0.9, is_day=True)], (), Cause.ZONE),
        ([moment(days=2, is_day=True)], (), Cause.LATER),
        ([moment(days=-30), moment(days=3)], (), Cause.LATER),
        ([moment(days=-30)], (NOON, NOON - timedelta(days=30)), Cause.ANOTHER_TIME),
        ([moment(days=-30)], (NOON, NOON - timedelta(days=9)), Cause.EARLIER),
        ([moment(days=-30)], (NOON - timedelta(days=30),), Cause.EARLIER),
    ],
)
def test_of_two_dates_it_is_said_how_they_differ(own: list[Dated], passes: tuple[datetime, ...], cause: Cause) -> None:
    found = apart(own, [moment()], zone=VIENNA, passes=passes)
    assert found is not None
    assert found.cause is cause


def test_without_a_date_on_either_side_nothing_is_said() -> None:
    assert apart([], [moment()], zone=VIENNA) is None
    assert apart([moment()], [], zone=VIENNA) is None


def test_causes_are_asked_for_in_the_order_in_which_they_are_declared() -> None:
    order = {cause: place for place, cause in enumerate(Cause)}
    for asked in (HERE, THERE):
        assert sorted(asked, key=order.__getitem__) == list(asked)
    assert {*HERE, *THERE, *DATES, Cause.UNEXPLAINED} == set(Cause)


def test_every_cause_has_words_and_says_what_to_do() -> None:
    assert LABELS.keys() == MENDS.keys() == set(Cause)
    assert TWICE.keys() == TWICE_MENDS.keys() == set(Twice)
    assert len(set(LABELS.values())) == len(Cause)


@pytest.mark.parametrize(
    ("since", "until", "words"),
    [
        (None, None, "Thu 1 Oct to Sat 31 Oct 2026, Europe/Vienna"),
        (None, "2026-11-10", "Sun 1 Nov to Tue 10 Nov 2026, Europe/Vienna"),
        ("2026-09-15", None, "Tue 15 Sep to Fri 20 Nov 2026, Europe/Vienna"),
        ("2026-09-15", "2026-09-20", "Tue 15 Sep to Sun 20 Sep 2026, Europe/Vienna"),
    ],
)
def test_without_days_it_is_about_the_last_whole_month(since: str | None, until: str | None, words: str) -> None:
    found = month_of(
        since=datetime.fromisoformat(since).date() if since else None,
        until=datetime.fromisoformat(until).date() if until else None,
        zone=VIENNA,
        now=datetime(2026, 11, 20, 9, tzinfo=UTC),
    )
    assert found.words() == words


def test_the_starter_counts_marketing_and_sales_in_both_systems() -> None:
    fields = FieldMap(
        MappingRules.model_validate(starter_file("mapping")), {"salesforce": "salesforce", "hubspot": "hubspot"}
    )
    for what in (Counted.MQL, Counted.SAL, Counted.SQL):
        assert all(each.counts for each in yardsticks(fields, {}, what, VIENNA)), what
