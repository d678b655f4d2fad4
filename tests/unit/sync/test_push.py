"""Whatever way a push ends, nothing stays claimed, and nothing lost stands in the way of the rest."""

from collections.abc import Callable, Iterator, Sequence

import pytest

from domain.change import Change, Receipt, ReceiptOutcome
from domain.errors import ContractError, CredentialsError, FencedError, StoreError, TransientError
from domain.run import OutboxStatus, RuleVersion
from store import audit_joins, outbox
from store.engine import Store
from store.outbox import OutboxDraft, Settlement
from sync.loop import Loop, nothing_reached
from sync.push import push, settle_unsure
from tests.unit.store.examples import creation, draft
from tests.unit.sync.looping import NOON, Writing, applied, at, looping, lose_the_lead

Does = Callable[[Sequence[Change]], Iterator[Receipt]]


def put(loop: Loop, *drafts: OutboxDraft) -> list[int]:
    with loop.store.write(loop.epoch) as tx:
        return outbox.put(tx, drafts, now=NOON)


def statuses(loop: Loop, ids: Sequence[int]) -> list[OutboxStatus]:
    with loop.store.read() as tx:
        rows = outbox.get(tx, ids)
    return [rows[each].status for each in ids]


def unsure(loop: Loop, *drafts: OutboxDraft) -> list[int]:
    """Rows whose answer was lost."""
    ids = put(loop, *drafts)
    with loop.store.write(loop.epoch) as tx:
        outbox.claim(tx, "salesforce", lane=None, limit=10, owner="test", epoch=loop.epoch, now=NOON)
        outbox.settle(tx, [Settlement(row_id=each, status=OutboxStatus.UNSURE) for each in ids], now=NOON)
    return ids


def first_then(error: Exception | None, *more: Receipt) -> Does:
    """One receipt, `more` that nobody asked for, and then the error."""

    def does(changes: Sequence[Change]) -> Iterator[Receipt]:
        yield applied(changes[0])
        yield from more
        if error is not None:
            raise error

    return does


ENDS = [
    pytest.param(first_then(KeyError("a bug")), KeyError, id="a bug"),
    pytest.param(first_then(CredentialsError("who are you?")), CredentialsError, id="not logged in"),
    pytest.param(first_then(ContractError("what is this?")), ContractError, id="unknown answer"),
    pytest.param(first_then(None), ContractError, id="ends early"),
    pytest.param(first_then(KeyboardInterrupt()), KeyboardInterrupt, id="interrupted"),  # type: ignore[arg-type]  # ends the process, and is no Exception
]


@pytest.mark.parametrize(("does", "error"), ENDS)
def test_what_has_a_receipt_is_settled_and_the_rest_goes_back_whatever_ends_the_write(
    store: Store, version: RuleVersion, does: Does, error: type[BaseException]
) -> None:
    system = Writing(does=does)
    with looping(store, version, system) as loop:
        ids = put(loop, draft("1"), draft("2"), creation("keyed"), creation("unkeyed", unique=None))
        order = [ids[2], ids[3], ids[0], ids[1]]
        with pytest.raises(error):
            push(loop, "salesforce", now=NOON)
        assert statuses(loop, order) == [
            OutboxStatus.DONE,
            OutboxStatus.UNSURE,
            OutboxStatus.WAITING,
            OutboxStatus.WAITING,
        ], "handoffs first; nobody knows about the creation without a key"
        system.does = lambda changes: map(applied, changes)
        assert push(loop, "salesforce", now=at(19)).sent == 0
        assert push(loop, "salesforce", now=at(20)).applied == 2


def test_more_receipts_than_writes_are_an_unknown_answer(store: Store, version: RuleVersion) -> None:
    extra = Receipt(key="?", outcome=ReceiptOutcome.APPLIED)
    with looping(store, version, Writing(does=first_then(None, extra))) as loop:
        ids = put(loop, draft("1"))
        with pytest.raises(ContractError, match="more than 1 receipts"):
            push(loop, "salesforce", now=NOON)
        assert statuses(loop, ids) == [OutboxStatus.DONE]


def test_nothing_stays_claimed_when_the_answer_cannot_be_noted(store: Store, version: RuleVersion) -> None:
    def failing(point: str) -> None:
        if point == "push.settle_before_commit":
            raise KeyError(point)

    with looping(store, version, Writing()) as loop:
        ids = put(loop, draft("1"), creation("unkeyed", unique=None))
        loop.reached = failing
        with pytest.raises(KeyError):
            push(loop, "salesforce", now=NOON)
        assert statuses(loop, ids) == [OutboxStatus.WAITING, OutboxStatus.UNSURE]


@pytest.mark.parametrize("point", ["push.claimed", "push.answered"])
def test_what_could_not_be_noted_is_taken_back_by_the_next_push(store: Store, version: RuleVersion, point: str) -> None:
    """The disk is full or the server away just then, and the leader lives on."""
    system = Writing()

    def fail(name: str) -> None:
        if name == point:
            raise StoreError("The disk under the database is full.")

    with looping(store, version, system) as loop:
        ids = put(loop, draft("1"), creation("keyed"), creation("unkeyed", unique=None))
        loop.reached = fail
        with pytest.raises(StoreError):
            push(loop, "salesforce", now=NOON)
        assert statuses(loop, ids) == [OutboxStatus.CLAIMED] * 3
        loop.reached = nothing_reached
        assert push(loop, "salesforce", now=at(1)).applied == 2
        assert statuses(loop, ids) == [OutboxStatus.DONE, OutboxStatus.DONE, OutboxStatus.UNSURE]
        with store.read() as tx:
            assert list(audit_joins.loose_ends(tx, now=at(2))) == []


def test_an_answer_that_comes_after_the_lead_was_lost_is_noted_by_nobody(store: Store, version: RuleVersion) -> None:
    """Whoever leads by now has taken the row back, and may have sent it again."""

    def does(changes: Sequence[Change]) -> Iterator[Receipt]:
        lose_the_lead(store)
        return map(applied, changes)

    with looping(store, version, Writing(does=does)) as loop:
        ids = put(loop, draft("1"))
        with pytest.raises(FencedError):
            push(loop, "salesforce", now=NOON)
        assert statuses(loop, ids) == [OutboxStatus.CLAIMED]


@pytest.mark.parametrize("error", [ContractError("what is this?"), TransientError("no answer"), KeyError("a bug")])
def test_a_lost_answer_that_cannot_be_found_out_blocks_neither_the_others_nor_the_push(
    store: Store, version: RuleVersion, error: Exception
) -> None:
    def finds(change: Change) -> Receipt | None:
        if change.key == "a":
            raise error
        return applied(change)

    system = Writing(finds=finds)
    with looping(store, version, system) as loop:
        lost, found = unsure(loop, creation("a"), creation("b"))
        (waiting,) = put(loop, draft("1"))
        try:
            push(loop, "salesforce", now=NOON)
        except KeyError:
            push(loop, "salesforce", now=NOON)
        push(loop, "salesforce", now=at(1))
        assert statuses(loop, [lost, found, waiting]) == [OutboxStatus.UNSURE, OutboxStatus.DONE, OutboxStatus.DONE]
        assert system.asked == ["a", "b"]
        system.finds = applied
        push(loop, "salesforce", now=at(20))
        assert statuses(loop, [lost]) == [OutboxStatus.DONE]


def test_two_lanes_never_ask_about_one_row_at_once(store: Store, version: RuleVersion) -> None:
    system = Writing()
    with looping(store, version, system) as loop:
        (row,) = unsure(loop, creation("a"))

        def finds(change: Change) -> Receipt | None:
            assert settle_unsure(loop, "salesforce", now=NOON) == 0, "the other lane, while this one still waits"
            return applied(change)

        system.finds = finds
        assert settle_unsure(loop, "salesforce", now=NOON) == 1
        assert system.asked == ["a"]
        assert statuses(loop, [row]) == [OutboxStatus.DONE]


def test_what_certainly_never_happened_is_sent_again_at_once(store: Store, version: RuleVersion) -> None:
    system = Writing(finds=lambda _: None)
    with looping(store, version, system) as loop:
        ids = unsure(loop, creation("a"))
        assert push(loop, "salesforce", now=NOON).applied == 1
        assert statuses(loop, ids) == [OutboxStatus.DONE]


def test_a_creation_that_nobody_can_find_again_is_not_sent_twice(store: Store, version: RuleVersion) -> None:
    system = Writing(finds=lambda _: None)
    with looping(store, version, system) as loop:
        ids = unsure(loop, creation("a", unique=None))
        assert push(loop, "salesforce", now=at(60)).sent == 0
        assert (statuses(loop, ids), system.written, system.asked) == ([OutboxStatus.UNSURE], [], [])


def test_a_login_that_is_refused_while_asking_stops_the_push(store: Store, version: RuleVersion) -> None:
    def finds(_change: Change) -> Receipt | None:
        raise CredentialsError("who are you?")

    with looping(store, version, Writing(finds=finds)) as loop:
        unsure(loop, creation("a"))
        with pytest.raises(CredentialsError):
            push(loop, "salesforce", now=NOON)
