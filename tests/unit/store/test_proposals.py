"""A proposal waits for 72 hours, is answered once, and every word on it is in the audit."""

from datetime import timedelta

from sqlalchemy import update

from store import audit, proposals
from store.audit import Wanted
from store.engine import Store, Tx
from store.proposals import LASTS, Deed, Kind, Person, Proposal, ProposalStatus
from store.schema import proposal
from tests.unit.store.examples import NOON

ANA, BEN = Person(login="ana", account="box:1000"), Person(login="ben", account="box:1001")
DEED = Deed(kind=Kind.GOLIVE, what="golive pilot to live", payload={"step": "live", "after": 3})
MICROSECOND = timedelta(microseconds=1)


def made(store: Store, deed: Deed = DEED, *, by: Person = ANA) -> Proposal:
    with store.write() as tx:
        return proposals.propose(tx, deed, by=by, now=NOON)


def acts(tx: Tx) -> list[tuple[str, str]]:
    return [(row.actor, row.action) for _, row in audit.rows(tx, Wanted())]


def test_a_proposal_comes_back_as_it_was_made(store: Store) -> None:
    first = made(store)
    with store.read() as tx:
        assert proposals.get(tx, first.number) == first
        assert (first.number, first.expires_at, first.is_whole) == (1, NOON + timedelta(hours=72), True)
        assert acts(tx) == [("ana", "proposed 1: golive pilot to live")]


def test_the_very_same_of_the_same_person_is_not_kept_twice(store: Store) -> None:
    made(store)
    assert made(store).number == 1
    assert made(store, by=BEN).number == 2
    with store.read() as tx:
        assert [each.number for each in proposals.waiting(tx)] == [1, 2]


def test_an_answer_is_given_once_and_takes_the_payload_with_it(store: Store) -> None:
    found = made(store)
    with store.write() as tx:
        assert proposals.answer(tx, found, ProposalStatus.APPROVED, by=BEN, now=NOON) is True
        assert proposals.answer(tx, found, ProposalStatus.WITHDRAWN, by=ANA, now=NOON) is False
        kept = proposals.get(tx, found.number)
        assert kept is not None
        assert (kept.status, kept.answered_by, kept.deed.payload) == (ProposalStatus.APPROVED, "ben", {})
        assert acts(tx)[1:] == [("ben", "approved proposal 1 of ana: golive pilot to live")]


def test_who_approves_from_the_proposer_s_account_is_told_on_in_the_audit(store: Store) -> None:
    found = made(store)
    with store.write() as tx:
        posing = Person(login="ben", account=ANA.account)
        proposals.answer(tx, found, ProposalStatus.APPROVED, by=posing, now=NOON)
        told = "approved proposal 1 of ana under the same account of the system: golive pilot to live"
        assert acts(tx)[1:] == [("ben", told)]


def test_its_time_is_over_after_72_hours_and_nobody_can_answer_it_then(store: Store) -> None:
    found = made(store)
    with store.write() as tx:
        last, over = NOON + LASTS - MICROSECOND, NOON + LASTS
        assert (proposals.count_waiting(tx, now=last), proposals.count_waiting(tx, now=over)) == (1, 0)
        assert proposals.expire(tx, now=last) == 0
        assert proposals.answer(tx, found, ProposalStatus.APPROVED, by=BEN, now=over) is False
        assert proposals.expire(tx, now=over) == 1
        assert proposals.expire(tx, now=over) == 0
        assert [each.status for each in proposals.history(tx)] == [ProposalStatus.EXPIRED]
        assert acts(tx)[1:] == [("loop", "proposal 1 expired")]


def test_after_its_time_the_same_is_a_proposal_anew(store: Store) -> None:
    made(store)
    with store.write() as tx:
        assert proposals.propose(tx, DEED, by=ANA, now=NOON + LASTS).number == 2


def test_what_somebody_wrote_into_it_is_noticed(store: Store) -> None:
    found = made(store)
    with store.write() as tx:
        tx.execute(update(proposal).values(payload={"step": "live", "after": 4}))
        kept = proposals.get(tx, found.number)
        assert kept is not None
        assert kept.is_whole is False
