"""What was agreed with each system."""

from threading import Thread

import pytest

from domain.values import LeadId, Value
from store import bases
from store.engine import Store
from tests.unit.store.waiting import wait_for_a_waiter

ANA, BEN = LeadId(1), LeadId(2)


def test_what_was_agreed_comes_back_with_its_forms(store: Store) -> None:
    agreed: tuple[Value, Value, tuple[Value, ...]] = ("GB", "United Kingdom", ("UK", "Great Britain"))
    with store.write() as tx:
        bases.save_bases(tx, {ANA: {("country", "salesforce"): agreed, ("size", "hubspot"): (400, "400", ())}})
        bases.save_bases(tx, {ANA: {("size", "hubspot"): (None, None, ())}, BEN: {("x", "y"): (True, 1, ())}})
        assert bases.bases_of(tx, [ANA, BEN]) == {
            ANA: {("country", "salesforce"): agreed, ("size", "hubspot"): (None, None, ())},
            BEN: {("x", "y"): (True, 1, ())},
        }


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
@pytest.mark.parametrize("known", [{}, {("size", "hubspot"): (400, "400", ())}], ids=["the first", "one more"])
def test_two_that_agree_on_different_fields_at_once_both_count(
    store: Store, known: dict[tuple[str, str], bases.Base]
) -> None:
    title, phone = {("title", "hubspot"): ("VP", "VP", ())}, {("phone", "hubspot"): ("+44", "044", ())}
    with store.write() as tx:
        bases.save_bases(tx, {ANA: known})
    other = Thread(target=store.transact, args=(lambda tx: bases.save_bases(tx, {ANA: phone}),))
    with store.write() as tx:
        bases.save_bases(tx, {ANA: title})
        other.start()
        wait_for_a_waiter(store)
    other.join()
    with store.read() as tx:
        assert bases.bases_of(tx, [ANA]) == {ANA: {**known, **title, **phone}}
