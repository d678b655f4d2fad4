"""Which of several records of a person is written to, and why that one."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.mapping import People, System
from domain.activity import Activity, ActivityKind
from domain.record import Record
from domain.values import RecordRef, Value
from mapping.heads import HeadReason, explained, touches

NOW = datetime(2026, 11, 22, tzinfo=UTC)
CRM = System(people=People(objects=["Contact", "Lead"], key="Key__c", email="Email"))


def ref(kind: str, number: str) -> RecordRef:
    return RecordRef(connection="crm", object=kind, id=number)


def record(kind: str, number: str, values: Mapping[str, Value] | None = None) -> Record:
    return Record(ref=ref(kind, number), values=values or {}, modified_at=NOW)


LEADS = [record("Lead", number) for number in ("1", "2", "3")]
KEYED = record("Lead", "2", {"Key__c": "LL-7"})


@pytest.mark.parametrize(
    ("records", "linked", "touched", "chosen", "reason"),
    [
        (LEADS[:1], (), (), ("Lead", "1"), HeadReason.ONLY),
        (LEADS, (), (), ("Lead", "1"), HeadReason.OLDEST),
        (LEADS, (), ("3",), ("Lead", "3"), HeadReason.TOUCHED),
        ([LEADS[0], KEYED, LEADS[2]], (), ("3",), ("Lead", "2"), HeadReason.OURS),
        ([KEYED, record("Contact", "9")], (), ("2",), ("Contact", "9"), HeadReason.OBJECT),
        ([KEYED, LEADS[2], record("Contact", "9")], ("3",), ("2",), ("Lead", "3"), HeadReason.LINKED),
    ],
    ids=["alone", "oldest", "touched", "already ours", "contact", "linked"],
)
def test_linked_beats_contact_beats_ours_beats_touched_beats_oldest(
    records: list[Record],
    linked: tuple[str, ...],
    touched: tuple[str, ...],
    chosen: tuple[str, str],
    reason: HeadReason,
) -> None:
    found = explained(
        records,
        CRM,
        linked={ref("Lead", number) for number in linked},
        touched=dict.fromkeys((ref("Lead", number) for number in touched), NOW),
    )
    assert found is not None
    assert (found.record.ref, found.reason) == (ref(*chosen), reason)


def test_nobody_is_the_head_of_nothing() -> None:
    assert explained([], CRM) is None


@settings(max_examples=50)
@given(order=st.permutations(range(4)), minutes=st.lists(st.integers(0, 3), min_size=4, max_size=4))
def test_the_head_and_the_reason_do_not_depend_on_the_order(order: list[int], minutes: list[int]) -> None:
    found = [*LEADS, record("Lead", "10")]
    touched = {each.ref: NOW + timedelta(minutes=after) for each, after in zip(found, minutes, strict=True)}
    assert explained([found[number] for number in order], CRM, touched=touched) == explained(
        found, CRM, touched=touched
    )


def act(number: str, kind: ActivityKind, *, minute: int = 0, automated: bool = False) -> Activity:
    return Activity(
        connection="crm",
        stream="Task",
        external_id=f"{number}-{kind}-{minute}",
        kind=kind,
        occurred_at=NOW + timedelta(minutes=minute),
        record=ref("Lead", number),
        automated=automated,
    )


def test_only_what_a_rep_did_is_a_touch_and_the_last_one_counts() -> None:
    done = [
        act("1", ActivityKind.CALL_LOGGED, minute=5),
        act("1", ActivityKind.CALL_LOGGED, minute=2),
        act("2", ActivityKind.FORM_SUBMITTED),
        act("3", ActivityKind.EMAIL_SENT, automated=True),
    ]
    assert touches(done) == {ref("Lead", "1"): NOW + timedelta(minutes=5)}
