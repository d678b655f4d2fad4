"""Who may order a step of go-live, and what an edited leadloop.yaml is worth: the last order counts."""

from collections.abc import Iterator, Sequence

import pytest

from connectors.contract import Lane
from domain.change import Change, Receipt
from domain.run import GoLive, RuleVersion
from store import audit, leads, outbox, steps
from store.audit import Wanted
from store.engine import Store
from store.steps import StepOrder
from sync.firstday import note_step, step_in_force, step_written
from sync.golive import MovedMeanwhileError, follow_step, heed_setting, lanes_open, move_to
from sync.outgoing import OpenRun, plan_due
from sync.push import BATCH, push
from tests.unit.store.examples import draft
from tests.unit.sync.looping import NOON, Writing, applied, at, looping

HERE, THERE = "box1:/srv/acme", "box2:/srv/acme"
OBSERVE, SCORES, PILOT, LIVE = GoLive


def heed(store: Store, setting: GoLive, *, folder: str = HERE, minute: int = 0) -> StepOrder | None:
    with store.write() as tx:
        return heed_setting(tx, setting, folder=folder, now=at(minute))


def order(store: Store, step: GoLive, *, minute: int = 1) -> StepOrder:
    with store.write() as tx:
        last = steps.last(tx)
        assert last is not None
        return move_to(tx, step, after=last, by="kim", reason="", now=at(minute))


def in_force(store: Store) -> GoLive:
    with store.read() as tx:
        return step_in_force(tx, LIVE)


def test_what_the_folder_says_is_the_first_step_and_no_news_after_that(store: Store) -> None:
    first = heed(store, SCORES)
    assert first is not None
    assert (first.step, first.by, first.reason, first.at) == (SCORES, "leadloop.yaml", "the first step", at(0))
    assert heed(store, SCORES, minute=1) is None


def test_a_store_of_an_earlier_release_keeps_the_day_its_step_began(store: Store) -> None:
    with store.write() as tx:
        note_step(tx, OBSERVE, now=at(-9 * 24 * 60))
    first = heed(store, OBSERVE)
    assert first is not None
    assert first.at == at(-9 * 24 * 60)


def test_a_person_s_order_stands_over_a_file_that_nobody_edited(store: Store) -> None:
    heed(store, OBSERVE)
    order(store, SCORES)
    assert heed(store, OBSERVE, minute=2) is None
    assert in_force(store) is SCORES


@pytest.mark.parametrize("edited", [OBSERVE, LIVE], ids=["back", "forward"])
def test_an_edited_file_is_an_order_like_a_person_s(store: Store, edited: GoLive) -> None:
    heed(store, SCORES)
    order(store, PILOT)
    made = heed(store, edited, minute=2)
    assert made is not None
    assert (made.step, made.by, made.reason, in_force(store)) == (edited, "leadloop.yaml", "go_live was edited", edited)


def test_a_file_edited_to_say_what_is_in_force_orders_nothing(store: Store) -> None:
    heed(store, OBSERVE)
    order(store, SCORES)
    assert heed(store, SCORES, minute=2) is None
    assert heed(store, OBSERVE, minute=3) is not None, "and from then on it is that it was edited from"


def test_a_copy_of_the_folder_that_nobody_edited_takes_no_step_back_and_none_forward(store: Store) -> None:
    heed(store, LIVE)
    heed(store, LIVE, folder=THERE)
    assert heed(store, OBSERVE, minute=1) is not None, "the panic on one machine"
    assert heed(store, LIVE, folder=THERE, minute=2) is None, "the standby takes over with the file of before"
    assert in_force(store) is OBSERVE


@pytest.mark.parametrize(
    ("said", "afterwards"),
    [
        pytest.param(SCORES, SCORES, id="the safer reading wins"),
        pytest.param(LIVE, PILOT, id="nobody knows whether that was ordered"),
        pytest.param(OBSERVE, PILOT, id="what every folder said before: a container like the others"),
    ],
)
def test_of_a_folder_never_heard_before_only_a_lower_step_is_taken_up(
    store: Store, said: GoLive, afterwards: GoLive
) -> None:
    heed(store, OBSERVE)
    order(store, PILOT)
    heed(store, said, folder=THERE, minute=2)
    assert in_force(store) is afterwards


def test_whoever_orders_a_step_forward_in_sight_of_another_one_is_told(store: Store) -> None:
    heed(store, PILOT)
    with store.write() as tx:
        seen = steps.last(tx)
        assert seen is not None
    order(store, OBSERVE)
    with store.write() as tx, pytest.raises(MovedMeanwhileError, match="kim went to `observe` meanwhile"):
        move_to(tx, LIVE, after=seen, by="ana", reason="", now=at(2))
    assert in_force(store) is OBSERVE


def test_a_step_back_stands_whatever_was_ordered_meanwhile(store: Store) -> None:
    heed(store, PILOT)
    with store.write() as tx:
        seen = steps.last(tx)
        assert seen is not None
    order(store, LIVE)
    with store.write() as tx:
        move_to(tx, OBSERVE, after=seen, by="ana", reason="wrong owners", now=at(2))
        told = [(row.actor, row.action) for _, row in audit.rows(tx, Wanted())]
    assert told[-1] == ("ana", "go_live live to observe: wrong owners")


def test_nothing_is_planned_or_sent_between_an_order_and_the_loop_that_follows_it(
    store: Store, version: RuleVersion
) -> None:
    heed(store, LIVE)
    with looping(store, version, Writing()) as loop:
        with store.write(loop.epoch) as tx:
            follow_step(tx, loop, now=at(0))
            assert step_written(tx, LIVE) is LIVE
        order(store, SCORES)
        with store.read() as tx:
            assert (step_written(tx, LIVE), lanes_open(tx, LIVE)) == (None, ())
        with store.write(loop.epoch) as tx:
            follow_step(tx, loop, now=at(2))
            assert step_written(tx, LIVE) is SCORES


def test_a_push_that_is_under_way_claims_nothing_more_once_somebody_went_back(
    store: Store, version: RuleVersion
) -> None:
    heed(store, LIVE)

    def does(changes: Sequence[Change]) -> Iterator[Receipt]:
        order(store, OBSERVE)
        yield from map(applied, changes)

    system = Writing(does=does)
    with looping(store, version, system) as loop:
        with loop.store.write(loop.epoch) as tx:
            follow_step(tx, loop, now=NOON)
            outbox.put(tx, [draft(str(number)) for number in range(BATCH + 1)], now=NOON)
        assert push(loop, "salesforce", now=NOON).sent == BATCH
        assert push(loop, "salesforce", now=NOON).sent == 0
        with loop.store.write(loop.epoch) as tx:
            follow_step(tx, loop, now=at(2))
            assert outbox.due(tx, "salesforce", Lane.BACKGROUND, now=at(9), most=1) == 0, "it was taken back"


def test_who_was_to_be_planned_when_somebody_went_back_waits(store: Store, version: RuleVersion) -> None:
    heed(store, LIVE)
    with looping(store, version, Writing()) as loop:
        with loop.store.write(loop.epoch) as tx:
            follow_step(tx, loop, now=NOON)
            (lead,) = leads.create(tx, 1, now=NOON, installation="LL")
            leads.mark_plan_due(tx, [lead.id])
        order(store, OBSERVE)
        plan_due(loop, now=at(1), run=OpenRun())
        with loop.store.read() as tx:
            assert leads.plan_due(tx, None) == [lead.id]
