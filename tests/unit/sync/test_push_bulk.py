"""To a system that writes very many changes in a way of its own, very many go out at once, and all come back."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import pytest

from connectors.contract import Lane
from domain.change import Change, Receipt
from domain.errors import TransientError
from domain.run import OutboxStatus, RuleVersion
from store import outbox
from store.engine import Store
from store.outbox import OutboxDraft
from sync import push as pushing
from sync.loop import Loop
from sync.push import push
from tests.unit.store.examples import creation, draft
from tests.unit.sync.looping import NOON, Writing, applied, looping


@dataclass(slots=True, kw_only=True)
class BulkWriting(Writing):
    """Says from how many changes on it has a way of its own, and remembers how many it was given at a time."""

    bulk_from: int = 0
    given: list[int] = field(default_factory=list)

    def write(self, changes: Sequence[Change]) -> Iterator[Receipt]:
        self.given.append(len(changes))
        yield from Writing.write(self, changes)


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pushing, "BATCH", 4)


def put(loop: Loop, *drafts: OutboxDraft) -> list[int]:
    with loop.store.write(loop.epoch) as tx:
        return outbox.put(tx, drafts, now=NOON)


def background(count: int) -> list[OutboxDraft]:
    return [draft(f"00Q{number}") for number in range(count)]


def statuses(loop: Loop, ids: Sequence[int]) -> set[OutboxStatus]:
    with loop.store.read() as tx:
        return {row.status for row in outbox.get(tx, ids).values()}


@pytest.mark.parametrize(
    ("bulk_from", "waiting", "given"),
    [(9, 10, [10]), (10, 10, [4, 4, 2]), (0, 10, [4, 4, 2])],
    ids=["more than it says", "no more than it says", "no way of its own"],
)
def test_as_many_go_out_at_once_as_the_system_wants(
    store: Store, version: RuleVersion, bulk_from: int, waiting: int, given: list[int]
) -> None:
    system = BulkWriting(bulk_from=bulk_from)
    with looping(store, version, system) as loop:
        ids = put(loop, *background(waiting))
        assert push(loop, "salesforce", now=NOON).applied == waiting
        assert system.given == given
        assert statuses(loop, ids) == {OutboxStatus.DONE}


@pytest.mark.parametrize(("lane", "given"), [(None, [4, 8]), (Lane.BACKGROUND, [10]), (Lane.HANDOFF, [2])])
def test_a_handoff_waits_for_no_bulk_of_the_background(
    store: Store, version: RuleVersion, lane: Lane | None, given: list[int]
) -> None:
    system = BulkWriting(bulk_from=5)
    with looping(store, version, system) as loop:
        put(loop, *background(10), creation("a"), creation("b"))
        push(loop, "salesforce", now=NOON, lane=lane)
        assert system.given == given
        if lane is None:
            assert [change.key for change in system.written[:2]] == ["a", "b"]


def test_what_has_no_receipt_in_the_middle_of_a_bulk_goes_back(store: Store, version: RuleVersion) -> None:
    def some(changes: Sequence[Change]) -> Iterator[Receipt]:
        yield from map(applied, changes[:6])
        raise TransientError("no answer")

    system = BulkWriting(bulk_from=5, does=some)
    with looping(store, version, system) as loop:
        ids = put(loop, *background(10))
        with pytest.raises(TransientError):
            push(loop, "salesforce", now=NOON)
        assert statuses(loop, ids[:6]) == {OutboxStatus.DONE}
        assert statuses(loop, ids[6:]) == {OutboxStatus.WAITING}


@pytest.mark.parametrize("point", ["push.claim_before_commit", "push.settle_before_commit"])
def test_nothing_stays_claimed_when_a_later_portion_cannot_be_kept(
    store: Store, version: RuleVersion, point: str
) -> None:
    times = 0

    def failing(reached: str) -> None:
        nonlocal times
        times += reached == point
        if times == 2:
            raise KeyError(point)

    with looping(store, version, BulkWriting(bulk_from=5)) as loop:
        ids = put(loop, *background(10))
        loop.reached = failing
        with pytest.raises(KeyError):
            push(loop, "salesforce", now=NOON)
        assert OutboxStatus.CLAIMED not in statuses(loop, ids)


def test_what_was_taken_out_and_not_sent_waits_and_needs_nobody(store: Store, version: RuleVersion) -> None:
    """A creation without a key that may have been sent waits for a person; this one was not."""
    times = 0

    def failing(reached: str) -> None:
        nonlocal times
        times += reached == "push.claim_before_commit"
        if times == 2:
            raise KeyError(reached)

    with looping(store, version, BulkWriting(bulk_from=5)) as loop:
        ids = put(loop, replace(creation("a", unique=None), lane="background"), *background(10))
        loop.reached = failing
        with pytest.raises(KeyError):
            push(loop, "salesforce", now=NOON)
        assert statuses(loop, ids[:1]) == {OutboxStatus.WAITING}
