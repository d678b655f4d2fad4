"""Decisions are written down and ended once, and told as they stood; of names under the agreement the last counts."""

from datetime import date, timedelta

from domain.review import KEPT_FOR, AgendaPart, Draft, Ended, Ending, ReviewDecision
from domain.signing import Clause, Side, Signature
from domain.values import LeadId
from store import audit, erasing, review, signatures
from store.audit import Wanted
from store.engine import Store, Tx
from store.erasing import Person
from store.retention import purge
from tests.unit.store.examples import NOON

WEEK = timedelta(days=7)
DRAFT = Draft(part=AgendaPart.PROCESS, text="Call Zora Quill's team", owner="Fay Rep", due=date(2026, 11, 27))
DONE = Ended(ending=Ending.DONE, outcome="Zora Quill is glad", by="ben", at=NOON + WEEK)
CLAUSES = (Clause(key="sales", title="What sales promises", lines=("a", "b")),)


def added(tx: Tx) -> ReviewDecision:
    return review.add(tx, DRAFT, by="ana", now=NOON)


def test_a_decision_comes_back_as_it_was_made_and_as_it_ended(store: Store) -> None:
    with store.write() as tx:
        made = added(tx)
        assert (made.number, review.get(tx, made.number), review.get(tx, 2)) == (1, made, None)
        assert review.end(tx, 1, DONE)
        found = review.get(tx, 1)
        assert found is not None
        assert (found.draft, found.ended) == (DRAFT, DONE)
        assert (review.open_ones(tx), review.every(tx)) == ([], [found])


def test_a_decision_ends_once_and_one_that_is_not_there_never(store: Store) -> None:
    with store.write() as tx:
        added(tx)
        later = Ended(ending=Ending.DROPPED, outcome="no", by="ana", at=NOON + 2 * WEEK)
        assert [review.end(tx, number, ended) for number, ended in ((1, DONE), (1, later), (7, DONE))] == [
            True,
            False,
            False,
        ]
        assert [each.ended for each in review.every(tx)] == [DONE]


def test_the_audit_says_who_and_which_number_and_nothing_of_the_words(store: Store) -> None:
    with store.write() as tx:
        added(tx)
        review.end(tx, 1, DONE)
        assert [(row.actor, row.action) for _, row in audit.rows(tx, Wanted())] == [
            ("ana", "added decision 1 of the review"),
            ("ben", "ended decision 1 of the review: done"),
        ]


def test_a_window_knows_what_was_written_down_before_its_end_and_not_over_before_it_began(store: Store) -> None:
    with store.write() as tx:
        added(tx)
        review.end(tx, 1, DONE)

        def known(since: timedelta, until: timedelta) -> bool:
            return bool(review.known_in(tx, NOON + since, NOON + until))

        assert not known(-WEEK, timedelta(0)), "it was written down at the end of that week"
        assert known(timedelta(0), WEEK)
        assert known(WEEK, 2 * WEEK), "it ended as the second week began"
        assert not known(WEEK + timedelta(microseconds=1), 2 * WEEK)


def test_what_ended_goes_after_two_years_and_what_is_open_stays(store: Store) -> None:
    with store.write() as tx:
        added(tx), added(tx)
        review.end(tx, 1, DONE)
        assert purge(tx, now=DONE.at + KEPT_FOR).decisions == 0
        assert purge(tx, now=DONE.at + KEPT_FOR + WEEK).decisions == 1
        assert [each.number for each in review.every(tx)] == [2]


def test_whoever_is_erased_is_left_out_of_what_was_decided(store: Store) -> None:
    with store.write() as tx:
        added(tx)
        review.end(tx, 1, DONE)
        erasing.erase(
            tx,
            Person(leads=(LeadId(1),), records=(), emails=(), keys=(), words=("Zora Quill",)),
            now=NOON,
            actor="mia",
        )
        (found,) = review.every(tx)
        assert found.ended is not None
        assert (found.draft.text, found.ended.outcome) == ("Call (erased)'s team", "(erased) is glad")
        assert found.draft.owner == "Fay Rep"


def signed(side: Side, name: str) -> Signature:
    return Signature(side=side, name=name, signed_at=NOON, login="ana", clauses=CLAUSES)


def test_the_last_name_of_each_side_stands_with_its_words(store: Store) -> None:
    first, newer, sales = (
        signed(side, name)
        for side, name in ((Side.MARKETING, "Ana Ruiz"), (Side.MARKETING, "Mia Chen"), (Side.SALES, "Fay Rep"))
    )
    with store.write() as tx:
        assert signatures.latest(tx) == {}
        for each in (first, sales, newer):
            signatures.lock(tx)
            signatures.add(tx, each)
        assert signatures.latest(tx) == {Side.MARKETING: newer, Side.SALES: sales}
        told = [(row.actor, row.action) for _, row in audit.rows(tx, Wanted())]
        assert told[0] == ("ana", f"signed agreement {first.fingerprint[:8]} for marketing")
        assert not any("Ana" in action or "Mia" in action for _, action in told)
