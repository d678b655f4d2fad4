"""What full listings show no more, and a person's word on exactly that, on both databases."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

import pytest

from domain.missing import Missing
from store import sweeps
from store.engine import Store, Tx
from store.sweeps import Finding, StoreSweeps
from tests.rig import FixedClock
from tests.unit.store.examples import NOON, at

DAY_MIN = 24 * 60


def missing(*ids: str, object: str = "Lead", connection: str = "salesforce") -> Missing:
    return Missing(connection=connection, stream="deletions", object=object, ids=frozenset(ids), known=4)


def only(tx: Tx) -> Finding:
    (found,) = sweeps.findings(tx)
    return found


def approved(tx: Tx, ids: Iterable[str], *, minute: float = 0) -> int:
    sweeps.note(tx, missing(*ids), now=at(minute))
    number = only(tx).id
    sweeps.approve(tx, number, by="ana", now=at(minute), until=at(minute + DAY_MIN))
    return number


def test_a_finding_is_shown_with_a_few_examples_and_given_out_whole(store: Store) -> None:
    with store.write() as tx:
        sweeps.note(tx, missing("d", "c", "b", "a"), now=NOON)
        found = only(tx)
        assert found == Finding(
            id=found.id,
            connection="salesforce",
            stream="deletions",
            object="Lead",
            missing=4,
            known=4,
            found_at=NOON,
            approved_by=None,
            approved_at=None,
            valid_until=None,
            examples=("a", "b", "c"),
        )
        assert sweeps.ids_of(tx, found.id) == ["a", "b", "c", "d"]
        assert sweeps.ids_of(tx, found.id + 1) is None


def test_the_same_records_found_again_are_the_same_finding_and_keep_the_word_on_them(store: Store) -> None:
    with store.write() as tx:
        number = approved(tx, "ab")
        sweeps.note(tx, missing("b", "a"), now=at(60))
        assert (only(tx).id, only(tx).found_at, only(tx).approved_by) == (number, NOON, "ana")


def test_other_records_are_another_finding_and_nobody_has_spoken_of_them(store: Store) -> None:
    with store.write() as tx:
        number = approved(tx, "ab")
        sweeps.note(tx, missing("a", "b", "c"), now=at(60))
        assert only(tx).id > number
        assert (only(tx).found_at, only(tx).approved_at) == (at(60), None)
        assert sweeps.approve(tx, number, by="ana", now=at(61), until=at(62)) is None
        assert only(tx).approved_at is None


@pytest.mark.parametrize(
    ("shown_missing", "minute", "is_covered"),
    [("ab", 1, True), ("a", 1, True), ("", 1, True), ("abc", 1, False), ("ac", 1, False), ("ab", DAY_MIN, False)],
    ids=["these", "fewer", "none", "more", "as many, but another", "a day later"],
)
def test_a_word_is_for_these_records_and_for_a_day(
    store: Store, shown_missing: str, minute: float, *, is_covered: bool
) -> None:
    with store.write() as tx:
        approved(tx, "ab")
        assert sweeps.covers(tx, missing(*shown_missing), now=at(minute)) is is_covered
        for other in (missing("a", object="Contact"), missing("a", connection="hubspot")):
            assert sweeps.covers(tx, other, now=at(1)) is False


def test_a_finding_that_is_over_keeps_no_ids_and_gives_its_number_to_no_other(store: Store) -> None:
    with store.write() as tx:
        number = approved(tx, "ab")
        sweeps.close(tx, "salesforce", "Lead", now=at(5))
        assert sweeps.findings(tx) == []
        assert sweeps.ids_of(tx, number) is None
        assert sweeps.covers(tx, missing("a"), now=at(6)) is False
        sweeps.note(tx, missing("a"), now=at(7))
        assert only(tx).id > number


def test_a_stream_with_a_word_that_waits_is_named_until_it_is_used_up_or_runs_out(store: Store) -> None:
    with store.write() as tx:
        sweeps.note(tx, missing("a"), now=NOON)
        assert sweeps.approved_at(tx, "salesforce", now=at(1)) == {}
        approved(tx, "a", minute=2)
        assert sweeps.approved_at(tx, "salesforce", now=at(3)) == {"deletions": at(2)}
        assert sweeps.approved_at(tx, "hubspot", now=at(3)) == {}
        assert sweeps.approved_at(tx, "salesforce", now=at(2 + DAY_MIN)) == {}
        sweeps.close(tx, "salesforce", "Lead", now=at(4))
        assert sweeps.approved_at(tx, "salesforce", now=at(5)) == {}


def test_whoever_asks_in_vain_has_the_finding_kept_and_a_word_is_used_up_at_the_end_only(store: Store) -> None:
    asked = StoreSweeps(store, FixedClock(NOON + timedelta(minutes=5)))
    assert asked.given(missing("a", "b")) is False
    with store.write() as tx:
        number = only(tx).id
        sweeps.approve(tx, number, by="ana", now=at(3), until=at(60))
    assert asked.last("salesforce", "deletions") == at(3)
    assert (asked.given(missing("a", "b")), asked.given(missing("b"))) == (True, True)
    asked.over("salesforce", "Contact")
    assert asked.last("salesforce", "deletions") == at(3)
    asked.over("salesforce", "Lead")
    assert asked.last("salesforce", "deletions") is None
    assert asked.given(missing("b")) is False


@pytest.mark.parametrize(
    ("ids", "known", "percent", "shows_none", "is_believed"),
    [
        (20, 21, 10, False, True),
        (21, 200, 10, False, False),
        (100, 1_000, 10, False, True),
        (101, 1_000, 10, False, False),
        (101, 1_000, 11, False, True),
        (1, 1, 10, True, True),
        (2, 2, 10, True, False),
        (2, 2, 10, False, True),
        (2, 2, 100, True, True),
    ],
)
def test_twenty_may_vanish_of_any_system_and_a_tenth_of_a_large_one_but_not_by_an_empty_listing(
    ids: int, known: int, percent: float, *, shows_none: bool, is_believed: bool
) -> None:
    some = replace(missing(*(f"{each}" for each in range(ids))), known=known)
    assert some.is_believable(percent, shows_none=shows_none) is is_believed
