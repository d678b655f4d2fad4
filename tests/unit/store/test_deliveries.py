"""What is remembered of reports that go out by themselves comes back as it was kept, on both databases."""

from datetime import UTC, datetime, timedelta

from store import deliveries
from store.deliveries import REMEMBERED, Kept, Trying
from store.engine import Store

NOON = datetime(2026, 9, 7, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def test_what_is_kept_comes_back_as_it_was(store: Store) -> None:
    with store.write() as tx:
        deliveries.keep_only(tx, ["week", "drive Größe"], now=NOON)
        deliveries.serve(tx, "week", NOON + DAY)
        deliveries.begin(tx, "drive Größe", NOON, "it did not end", now=NOON + DAY)
        deliveries.begin(tx, "drive Größe", NOON, "it did not end", now=NOON + 2 * DAY)
    with store.read() as tx:
        found = deliveries.all_of(tx)
    trying = Trying(due=NOON, times=2, at=NOON + 2 * DAY, why="it did not end", ended=False)
    assert found == {
        "week": Kept(since=NOON, served=(NOON + DAY,)),
        "drive Größe": Kept(since=NOON, trying=trying),
    }


def test_a_first_try_that_is_under_way_is_no_trouble_yet(store: Store) -> None:
    with store.write() as tx:
        deliveries.keep_only(tx, ["week"], now=NOON)
        deliveries.begin(tx, "week", NOON, "it did not end", now=NOON)
        assert deliveries.kept_back(tx) == {}
        deliveries.fail(tx, "week", "no such drive")
        assert deliveries.kept_back(tx)["week"].why == "no such drive"
        deliveries.serve(tx, "week", NOON)
        assert deliveries.kept_back(tx) == {}


def test_what_is_no_more_is_forgotten_and_what_was_seen_too_early_is_seen_now(store: Store) -> None:
    with store.write() as tx:
        deliveries.keep_only(tx, ["week", "funnel"], now=NOON)
        deliveries.keep_only(tx, ["week", "bands"], now=NOON - DAY)
        found = deliveries.all_of(tx)
    assert found == {"week": Kept(since=NOON - DAY), "bands": Kept(since=NOON - DAY)}


def test_the_newest_due_times_are_remembered(store: Store) -> None:
    with store.write() as tx:
        deliveries.keep_only(tx, ["week"], now=NOON)
        for number in range(REMEMBERED + 5):
            deliveries.serve(tx, "week", NOON + number * DAY)
        served = deliveries.all_of(tx)["week"].served
    assert (len(served), served[-1]) == (REMEMBERED, NOON + (REMEMBERED + 4) * DAY)
