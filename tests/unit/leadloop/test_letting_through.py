"""Single fields that one person proposed to let through: those very values, and no others."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from config.settings import Settings
from domain.values import LeadId
from leadloop.letting_through import SetChangedError, deed, let_through_as_proposed
from store import approvals, held
from store.engine import Store, Tx
from store.proposals import Deed
from tests.stores import empty_store
from tests.unit.store.examples import NOON, at, found
from tests.unit.store.test_heldwrites import SET, hold, write


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(empty_store(tmp_path / "leadloop.db"))
    yield opened
    opened.dispose()


def proposed(tx: Tx) -> tuple[Deed, list[LeadId]]:
    """Of two leads of whom a phone waits."""
    ids = found(tx, "1", "2")
    hold(tx, *(write(each) for each in ids))
    (waiting,) = held.sets(tx)
    return deed(tx, waiting, ids, reason="they were typed in wrong"), ids


def let_through(tx: Tx, asked: Deed) -> str:
    return let_through_as_proposed(tx, Settings(), asked.payload, by="ben", reason="", now=at(60))


def test_whoever_came_later_waits_on(store: Store) -> None:
    with store.write() as tx:
        asked, ids = proposed(tx)
        (late,) = found(tx, "3")
        hold(tx, write(late), minute=1)
        assert let_through(tx, asked).startswith(f"2 leads of {SET} go through")
        assert sorted((each.status.value, each.leads) for each in held.sets(tx)) == [("approved", 2), ("open", 1)]
        assert approvals.leads_let_through(tx, NOON) == [(SET, 2)]
        assert approvals.leads_let_through(tx, at(61)) == []
        assert late not in ids


def test_another_value_than_was_proposed_is_not_let_through(store: Store) -> None:
    with store.write() as tx:
        asked, ids = proposed(tx)
        hold(tx, write(ids[0], value="+49 3"), minute=1)
        with pytest.raises(SetChangedError, match="another value would be written"):
            let_through(tx, asked)


def test_a_set_that_somebody_answered_is_not_let_through(store: Store) -> None:
    with store.write() as tx:
        asked, _ = proposed(tx)
        held.discard(tx, SET, now=at(1), by="kim")
        with pytest.raises(SetChangedError, match="was answered meanwhile"):
            let_through(tx, asked)
