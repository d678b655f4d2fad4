"""Orders to go to a step: the last one counts, all are kept, and each folder is remembered by what it said."""

from datetime import timedelta

from domain.run import GoLive
from store import steps
from store.engine import Store
from store.steps import FOLDERS
from tests.unit.store.examples import NOON


def test_the_last_order_counts_and_every_one_is_kept_with_who_and_why(store: Store) -> None:
    with store.write() as tx:
        assert steps.last(tx) is None
        first = steps.order(tx, GoLive.OBSERVE, at=NOON, by="leadloop.yaml")
        second = steps.order(tx, GoLive.LIVE, at=NOON, by="kim", reason="the board wants it")
        assert steps.last(tx) == second
        assert steps.history(tx) == [second, first]
        assert (second.number, second.reason) == (2, "the board wants it")


def test_days_of_observing_add_up_over_every_stretch_and_begin_with_the_baseline(store: Store) -> None:
    def day(number: float) -> timedelta:
        return timedelta(days=number)

    with store.write() as tx:
        for number, step in ((0, GoLive.OBSERVE), (5, GoLive.SCORES), (7, GoLive.OBSERVE)):
            steps.order(tx, step, at=NOON + day(number), by="kim")
        asked = NOON + day(10)
        assert steps.observed(tx, since=None, now=asked) == day(0), "nothing was read yet"
        assert steps.observed(tx, since=NOON + day(1), now=asked) == day(4 + 3)
        assert steps.observed(tx, since=NOON + day(8), now=asked) == day(2)
        assert steps.observed(tx, since=NOON + day(1), now=NOON + day(6)) == day(4)
        assert steps.observed(tx, since=NOON, now=NOON - day(1)) == day(0), "the clock jumped back"


def test_of_many_folders_those_heard_last_are_remembered(store: Store) -> None:
    with store.write() as tx:
        for number in range(FOLDERS + 5):
            steps.hear(tx, f"box{number}:/srv", GoLive.OBSERVE)
        steps.hear(tx, "box5:/srv", GoLive.LIVE)
        said = steps.said(tx)
    assert (said[""], said["box5:/srv"], len(said)) == (GoLive.LIVE, GoLive.LIVE, FOLDERS + 1)
    assert "box4:/srv" not in said
