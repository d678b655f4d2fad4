"""Records: the newest version stands, and only what really differs is reported."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.record import Record
from domain.values import Value
from store import records
from store.engine import Store
from tests.unit.store.examples import NOON, at, found, record, ref


def test_a_record_comes_back_as_it_was_shown(store: Store) -> None:
    shown = replace(
        record(
            "00Q1", values={"Email": "ana@acme.example", "Employees": 400, "Done": True, "Fax": None, "N\x00": "a\x00"}
        ),
        merged_into=ref("00Q2"),
        converted_to=ref("0031", kind="Contact"),
        former_ids=("00Q7", "00Q8"),
    )
    with store.write() as tx:
        assert records.upsert(tx, [shown], seen_at=NOON) == [shown.ref]
        assert records.get(tx, [shown.ref, ref("00Q9")]) == {shown.ref: shown}


def test_the_same_page_again_reports_nothing(store: Store) -> None:
    page = [record(f"00Q{number}", minute=number) for number in range(1200)]
    with store.write() as tx:
        assert len(records.upsert(tx, page, seen_at=NOON)) == 1200
        assert records.upsert(tx, page, seen_at=at(5)) == []


def test_an_older_version_changes_nothing(store: Store) -> None:
    with store.write() as tx:
        records.upsert(tx, [record("00Q1", minute=5, values={"Title": "VP"})], seen_at=NOON)
        assert records.upsert(tx, [record("00Q1", minute=4, values={"Title": "CEO"})], seen_at=NOON) == []
        assert records.get(tx, [ref("00Q1")])[ref("00Q1")].values == {"Title": "VP"}


def test_a_newer_version_with_the_same_content_moves_only_its_stamp(store: Store) -> None:
    with store.write() as tx:
        records.upsert(tx, [record("00Q1", minute=1, values={"Title": "VP"})], seen_at=NOON)
        assert records.upsert(tx, [record("00Q1", minute=3, values={"Title": "VP"})], seen_at=NOON) == []
        assert records.upsert(tx, [record("00Q1", minute=2, values={"Title": "CEO"})], seen_at=NOON) == []
        assert records.get(tx, [ref("00Q1")])[ref("00Q1")].values == {"Title": "VP"}


def test_a_second_edit_within_the_same_stamp_is_seen(store: Store) -> None:
    with store.write() as tx:
        records.upsert(tx, [record("00Q1", values={"Title": "VP"})], seen_at=NOON)
        assert records.upsert(tx, [record("00Q1", values={"Title": "CEO"})], seen_at=NOON) == [ref("00Q1")]


def test_of_two_versions_in_one_page_the_newer_stands(store: Store) -> None:
    page = [record("00Q1", minute=2, values={"Title": "VP"}), record("00Q1", minute=1, values={"Title": "CEO"})]
    with store.write() as tx:
        assert records.upsert(tx, page, seen_at=NOON) == [ref("00Q1")]
        assert records.get(tx, [ref("00Q1")])[ref("00Q1")].values == {"Title": "VP"}


def test_deletion_and_restoring_are_changes(store: Store) -> None:
    with store.write() as tx:
        records.upsert(tx, [record("00Q1")], seen_at=NOON)
        assert records.upsert(tx, [record("00Q1", minute=1, archived=True)], seen_at=NOON) == [ref("00Q1")]
        assert records.get(tx, [ref("00Q1")])[ref("00Q1")].archived is True
        assert records.upsert(tx, [record("00Q1", minute=2)], seen_at=NOON) == [ref("00Q1")]


def test_what_a_receipt_confirmed_survives_a_late_copy_of_the_version_before(store: Store) -> None:
    before = record("00Q1", values={"Title": "VP", "LL_Score__c": 10})
    with store.write() as tx:
        records.upsert(tx, [before], seen_at=NOON)
        records.patch_values(tx, before.ref, {"LL_Score__c": 74})
        assert records.upsert(tx, [before], seen_at=at(1)) == []
        assert records.get(tx, [before.ref])[before.ref].values == {"Title": "VP", "LL_Score__c": 74}


def test_our_own_write_read_back_is_no_change(store: Store) -> None:
    with store.write() as tx:
        records.upsert(tx, [record("00Q1", values={"LL_Score__c": 10})], seen_at=NOON)
        records.patch_values(tx, ref("00Q1"), {"LL_Score__c": 74})
        assert records.upsert(tx, [record("00Q1", minute=1, values={"LL_Score__c": 74})], seen_at=at(1)) == []


def test_a_receipt_does_not_undo_what_was_read_since_its_write_began(store: Store) -> None:
    with store.write() as tx:
        records.upsert(tx, [record("00Q1", values={"Status": "New"})], seen_at=at(0))
        records.upsert(tx, [record("00Q1", minute=2, values={"Status": "Working"})], seen_at=at(2))
        records.patch_values(tx, ref("00Q1"), {"Status": "MQL"}, sent_at=at(1))
        assert records.get(tx, [ref("00Q1")])[ref("00Q1")].values == {"Status": "Working"}
        records.patch_values(tx, ref("00Q1"), {"Status": "MQL"}, sent_at=at(3))
        assert records.get(tx, [ref("00Q1")])[ref("00Q1")].values == {"Status": "MQL"}


def test_what_was_read_since_but_shows_what_the_write_replaced_was_read_before_it_arrived(store: Store) -> None:
    before = record("00Q1", minute=2, values={"OwnerId": "admin", "Status": "Working"})
    with store.write() as tx:
        records.upsert(tx, [before], seen_at=at(2))
        written: dict[str, Value] = {"OwnerId": "rep", "Status": "MQL"}
        replaced: dict[str, Value] = {"OwnerId": "admin", "Status": "New"}
        records.patch_many(tx, {before.ref: written}, sent_at=at(1), before={before.ref: replaced})
        kept = {"OwnerId": "rep", "Status": "Working"}
        assert records.get(tx, [before.ref])[before.ref].values == kept
        assert records.upsert(tx, [before], seen_at=at(3)) == [], "nor when a lagging search shows that version again"
        assert records.get(tx, [before.ref])[before.ref].values == kept


def test_a_record_leads_to_its_lead_and_back(store: Store) -> None:
    with store.write() as tx:
        ana, ben = found(tx, "00Q1", "00Q2")
        records.upsert(tx, [record("00Q3")], seen_at=NOON)
        assert records.lead_of(tx, [ref("00Q1"), ref("00Q2"), ref("00Q3")]) == {ref("00Q1"): ana, ref("00Q2"): ben}
        assert records.of_leads(tx, [ana, ben]) == {ana: [record("00Q1")], ben: [record("00Q2")]}
        records.upsert(tx, [record("00Q1", minute=9, values={"Title": "VP"})], seen_at=NOON)
        assert records.lead_of(tx, [ref("00Q1")]) == {ref("00Q1"): ana}


def test_every_record_of_an_object_comes_in_portions_by_id(store: Store) -> None:
    page = [record(f"{number:05}") for number in range(2500)]
    with store.write() as tx:
        records.upsert(tx, page, seen_at=NOON)
        assert [each.ref.id for each in records.of_object(tx, "salesforce", "Lead")] == [each.ref.id for each in page]
        assert list(records.of_object(tx, "hubspot", "contacts")) == []
        assert records.objects(tx) == [("salesforce", "Lead")]


def test_a_record_is_found_by_the_value_it_was_last_indexed_under(store: Store) -> None:
    with store.write() as tx:
        records.upsert(tx, [record("001A"), record("001B")], seen_at=NOON)
        records.index_values(tx, ref("001A"), {"domain": "acme.example"})
        records.index_values(tx, ref("001B"), {"domain": "acme.example"})
        both = records.find(tx, "salesforce", "Lead", "domain", ["acme.example", "globex.example"])
        assert both == {"acme.example": [record("001A"), record("001B")]}
        records.index_values(tx, ref("001A"), {"domain": "globex.example"})
        moved = records.find(tx, "salesforce", "Lead", "domain", ["acme.example", "globex.example"])
        assert moved == {"acme.example": [record("001B")], "globex.example": [record("001A")]}
        records.index_values(tx, ref("001A"), {"domain": ""})
        assert records.find(tx, "salesforce", "Lead", "domain", ["globex.example"]) == {}


def test_a_record_that_is_gone_stays_archived_until_a_newer_version_comes(store: Store) -> None:
    with store.write() as tx:
        records.upsert(tx, [record("00Q1")], seen_at=NOON)
        records.archive(tx, ref("00Q1"), now=at(1))
        assert records.upsert(tx, [record("00Q1")], seen_at=at(2)) == []
        assert records.get(tx, [ref("00Q1")])[ref("00Q1")].archived is True
        assert records.upsert(tx, [record("00Q1", minute=3)], seen_at=at(3)) == [ref("00Q1")]


VERSIONS = st.builds(
    lambda record_id, minute: record(record_id, minute=minute, values={"Version": minute // 2}),
    st.sampled_from(["00Q1", "00Q2", "00Q3"]),
    st.integers(0, 12),
)


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pages=st.lists(st.lists(VERSIONS, max_size=6), max_size=6))
def test_in_whatever_order_versions_come_the_newest_stands(
    store: Store, empty: Callable[[], None], pages: list[list[Record]]
) -> None:
    check_newest_stands(store, empty, pages)


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pages=st.lists(st.lists(VERSIONS, max_size=6), max_size=6))
def test_in_whatever_order_versions_come_the_newest_stands_on_postgresql(
    store: Store, empty: Callable[[], None], pages: list[list[Record]]
) -> None:
    check_newest_stands(store, empty, pages)


def check_newest_stands(store: Store, empty: Callable[[], None], pages: list[list[Record]]) -> None:
    """What is stored is the newest of each; reported is what differs from what was stored; again is silent."""
    empty()
    newest: dict[str, Record] = {}
    for page in pages:
        with store.write() as tx:
            changed = records.upsert(tx, page, seen_at=NOON)
            again = records.upsert(tx, page, seen_at=NOON)
        before = dict(newest)
        for each in page:
            kept = newest.get(each.ref.id)
            newest[each.ref.id] = each if kept is None or each.modified_at >= kept.modified_at else kept
        differs = {name for name, each in newest.items() if name not in before or before[name].values != each.values}
        assert {each.id for each in changed} == differs
        assert again == []
    with store.read() as tx:
        stored = records.get(tx, [each.ref for each in newest.values()])
    assert {each.ref.id: (each.values, each.modified_at) for each in stored.values()} == {
        name: (each.values, each.modified_at) for name, each in newest.items()
    }
