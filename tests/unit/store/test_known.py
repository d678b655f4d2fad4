"""What a nightly sweep is told of what was read before."""

from dataclasses import replace
from datetime import UTC, datetime

from domain.record import Record
from domain.values import RecordRef
from store import records
from store.engine import Store
from store.known import StoreRecords

NOON = datetime(2026, 9, 7, 12, tzinfo=UTC)


def contact(number: str) -> Record:
    ref = RecordRef(connection="hubspot", object="contacts", id=number)
    return Record(ref=ref, values={"email": f"{number}@acme.example"}, modified_at=NOON)


def test_only_those_that_stand_for_themselves_are_live(store: Store) -> None:
    merged = replace(contact("3"), merged_into=contact("4").ref)
    winner = replace(contact("4"), former_ids=("3",))
    elsewhere = replace(contact("9"), ref=RecordRef(connection="hubspot", object="companies", id="9"))
    rows = [contact("2"), merged, winner, replace(contact("5"), archived=True), elsewhere]
    with store.write() as tx:
        records.upsert(tx, rows, seen_at=NOON)
    assert sorted(StoreRecords(store).live("hubspot", "contacts")) == ["2", "4"]


def test_those_that_were_ever_read_are_known_by_id(store: Store) -> None:
    with store.write() as tx:
        records.upsert(tx, [contact("1"), replace(contact("5"), archived=True)], seen_at=NOON)
    found = StoreRecords(store).of("hubspot", "contacts", ["1", "5", "7"])
    assert {number: record.archived for number, record in found.items()} == {"1": False, "5": True}
