"""What systems told of their fields, what drifted, and what is read again, on both databases."""

import pytest

from domain.drift import Drift, DriftKind, Noticed, Told
from domain.place import FieldOf
from domain.record import Cursor, Field, FieldType
from store import back_fills, described, drifts
from store.engine import Store, Tx
from tests.unit.store.examples import NOON, at, found

FIELDS = {
    "Status": Field(name="Status", label="Status", type=FieldType.PICKLIST, options=("New", "Lost"), restricted=True),
    "OwnerId": Field(name="OwnerId", label="Owner", type=FieldType.REFERENCE, refers_to=("Group", "User")),
    "Title": Field(name="Title", label="Title", type=FieldType.TEXT, length=128),
}


def told(name: str, kind: DriftKind = DriftKind.GONE, *, effect: str = "score is not written") -> Told:
    place = FieldOf(connection="salesforce", object="Lead", field=name)
    return Told(drift=Drift(field=place, kind=kind), effect=effect, mend="Salesforce admin: show it")


def settle(tx: Tx, *all_of_them: Told, minute: float = 0) -> tuple[list[str], list[str]]:
    fresh, ended = drifts.settle(
        tx, "salesforce", "Lead", all_of_them, noticed=Noticed.LOOK if minute else Noticed.REFUSAL, now=at(minute)
    )
    return [each.field.field for each in fresh], [each.field.field for each in ended]


def test_what_was_told_is_given_back_field_by_field(store: Store) -> None:
    with store.write() as tx:
        described.save(tx, "salesforce", "Lead", FIELDS, now=NOON)
        assert described.of(tx, "salesforce", "Lead") == FIELDS
        assert described.all_of(tx) == {("salesforce", "Lead"): FIELDS}
        assert described.of(tx, "hubspot", "contacts") is None


def test_only_what_is_told_otherwise_moves_the_stamp(store: Store) -> None:
    shorter = {**FIELDS, "Title": Field(name="Title", label="Title", type=FieldType.TEXT, length=80)}
    with store.write() as tx:
        assert described.save(tx, "salesforce", "Lead", FIELDS, now=NOON) is True
        assert described.save(tx, "salesforce", "Lead", dict(reversed(FIELDS.items())), now=at(1)) is False
        assert described.stamps(tx) == {("salesforce", "Lead"): NOON}
        assert described.save(tx, "salesforce", "Lead", shorter, now=at(2)) is True
        look = described.looks(tx, "salesforce")["Lead"]
    assert (look.seen_at, look.changed_at) == (at(2), at(2))


def test_a_doubt_lasts_from_the_first_refusal_to_the_next_answer(store: Store) -> None:
    with store.write() as tx:
        described.save(tx, "salesforce", "Lead", FIELDS, now=NOON)
        described.doubt(tx, "salesforce", ["Lead", "Task"], now=at(1))
        described.doubt(tx, "salesforce", ["Lead"], now=at(2))
        assert described.looks(tx, "salesforce")["Lead"].doubted_at == at(1)
        described.save(tx, "salesforce", "Lead", FIELDS, now=at(3))
        assert described.looks(tx, "salesforce")["Lead"].doubted_at is None


def test_what_is_relied_on_outlasts_what_is_told(store: Store) -> None:
    relied = {"Title": {"type": "text", "line": "1f"}}
    with store.write() as tx:
        described.save(tx, "salesforce", "Lead", FIELDS, now=NOON)
        described.rely(tx, "salesforce", "Lead", relied)
        described.save(tx, "salesforce", "Lead", {}, now=at(1))
        assert described.relied_on(tx, "salesforce") == {"Lead": relied}


def test_a_drift_keeps_when_it_began_until_it_ends(store: Store) -> None:
    with store.write() as tx:
        assert settle(tx, told("Title"), told("Phone")) == (["Title", "Phone"], [])
        assert settle(tx, told("Title", effect="title is not read"), minute=5) == ([], ["Phone"])
        (one,) = drifts.of(tx)
        assert (one.since, one.noticed, one.effect) == (NOON, Noticed.REFUSAL, "title is not read")
        assert settle(tx, told("Title", DriftKind.READ_ONLY), minute=6) == (["Title"], ["Title"])
        assert [(each.drift.kind, each.since) for each in drifts.of(tx)] == [(DriftKind.READ_ONLY, at(6))]
        assert settle(tx, minute=7) == ([], ["Title"])
        assert drifts.of(tx) == []


def test_one_object_says_nothing_of_another(store: Store) -> None:
    with store.write() as tx:
        settle(tx, told("Title"))
        drifts.settle(tx, "salesforce", "Contact", [], noticed=Noticed.LOOK, now=at(1))
        drifts.settle(tx, "hubspot", "Lead", [], noticed=Noticed.LOOK, now=at(1))
        assert [each.field.field for each in drifts.of(tx)] == ["Title"]


def test_reading_again_goes_on_where_it_stopped_and_ends_once(store: Store) -> None:
    with store.write() as tx:
        found(tx, "00Q1", "00Q2")
        back_fills.ask(tx, "salesforce", "Lead", ["Fax"], now=NOON)
        back_fills.advance(tx, "salesforce", "Lead", Cursor(position="page 1"), read=1)
        (one,) = back_fills.of(tx, "salesforce")
        assert (one.fields, one.rows, one.read, one.cursor) == (("Fax",), 2, 1, Cursor(position="page 1"))
        assert (back_fills.end(tx, one), back_fills.end(tx, one), back_fills.of(tx)) == (True, False, [])


@pytest.mark.parametrize("ended", [False, True], ids=["while it is read", "as it ends"])
def test_what_is_asked_for_meanwhile_is_read_from_the_start(store: Store, ended: bool) -> None:
    with store.write() as tx:
        back_fills.ask(tx, "salesforce", "Lead", ["Fax"], now=NOON)
        back_fills.advance(tx, "salesforce", "Lead", Cursor(position="page 1"), read=1)
        (before,) = back_fills.of(tx)
        back_fills.ask(tx, "salesforce", "Lead", ["Title"], now=at(1))
        assert not (ended and back_fills.end(tx, before))
        (one,) = back_fills.of(tx)
    assert (one.fields, one.cursor, one.read) == (("Fax", "Title"), None, 0)
