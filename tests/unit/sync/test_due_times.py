"""When a report is due: against a reference that walks the wall clock minute by minute."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from config.deliver import Delivery, On, Report
from config.notices import Channel
from store.deliveries import Kept, Trying
from sync.due_times import REST, Due, due_now, due_times

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)
"""Half past seven in Berlin."""
ZONES = (
    "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "America/Sao_Paulo", "Africa/Cairo",
    "Pacific/Apia", "America/St_Johns", "Asia/Gaza", "UTC",
)  # fmt: skip


def delivery(*on: On, at: time = time(7, 30), late_days: int = 3) -> Delivery:
    return Delivery(
        report=Report.WEEK, on=list(on or (On.MONDAY,)), at=at, to=[Channel(connection="hook")], late_days=late_days
    )


def slow(one: Delivery, zone: ZoneInfo, *, after: datetime, until: datetime) -> Sequence[datetime]:
    """Walk from two days before to two days behind and look at the wall: the first minute that shows the day and time,
    or, where the hands jump over it, as long after the jump as it was to go when they did."""
    wanted = {
        datetime.combine(day, one.at)
        for number in range(-3, (until - after).days + 5)
        if _is_on(day := after.date() + number * DAY, one.on)
    }
    found: dict[datetime, datetime] = {}
    at = after - 2 * DAY
    before = at.astimezone(zone).replace(tzinfo=None)
    while at < until + 2 * DAY:
        at += MINUTE
        wall = at.astimezone(zone).replace(tzinfo=None)
        for each in wanted - found.keys():
            if wall == each:
                found[each] = at
            elif before < each < wall:
                found[each] = at + (each - before - MINUTE)
        before = wall
    return sorted({each for each in found.values() if after < each <= until})


def _is_on(day: date, on: Sequence[On]) -> bool:
    names = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    return any(each == names[day.weekday()] or each == "day" or (each == "month" and day.day == 1) for each in on)


@settings(max_examples=40, deadline=None)
@given(
    zone=st.sampled_from(ZONES),
    start=st.integers(0, 17 * 365 * 24 * 60).map(lambda minutes: datetime(2010, 1, 1, tzinfo=UTC) + minutes * MINUTE),
    days=st.integers(0, 9),
    at=st.times(),
    on=st.lists(st.sampled_from(On), min_size=1, max_size=3, unique=True),
)
@example(zone="Europe/Berlin", start=datetime(2026, 3, 28, tzinfo=UTC), days=3, at=time(2, 30), on=[On.DAY])
@example(zone="Europe/Berlin", start=datetime(2026, 10, 24, tzinfo=UTC), days=3, at=time(2, 30), on=[On.SUNDAY])
@example(zone="Pacific/Apia", start=datetime(2011, 12, 28, tzinfo=UTC), days=5, at=time(7, 30), on=[On.DAY])
@example(zone="America/Sao_Paulo", start=datetime(2018, 11, 2, tzinfo=UTC), days=4, at=time(0), on=[On.DAY])
@example(zone="Australia/Lord_Howe", start=datetime(2026, 10, 2, tzinfo=UTC), days=4, at=time(2, 15), on=[On.DAY])
def test_due_times_are_those_that_a_walk_along_the_wall_clock_finds(
    zone: str, start: datetime, days: int, at: time, on: list[On]
) -> None:
    one = delivery(*on, at=at.replace(second=0, microsecond=0, tzinfo=None))
    until = start + days * DAY
    expected = slow(one, ZoneInfo(zone), after=start, until=until)
    assert list(due_times(one, ZoneInfo(zone), after=start, until=until)) == expected


@settings(max_examples=60)
@given(st.lists(st.integers(0, 60 * 24 * 20), min_size=1, max_size=12))
def test_looks_at_whatever_moments_find_every_due_time_once(minutes: list[int]) -> None:
    """Cut the time into stretches anywhere: together they have what the whole has."""
    one, edges = delivery(On.DAY), [MONDAY + each * MINUTE for each in sorted({0, *minutes})]
    parts = [due_times(one, BERLIN, after=first, until=last) for first, last in pairwise(edges)]
    assert [each for part in parts for each in part] == due_times(one, BERLIN, after=edges[0], until=edges[-1])


def kept(*served: datetime, since: datetime = MONDAY - 60 * DAY, trying: Trying | None = None) -> Kept:
    return Kept(since=since, served=served, trying=trying)


WEEK = 7 * DAY
TUESDAY = MONDAY + DAY


@pytest.mark.parametrize(
    ("known", "now", "expected"),
    [
        pytest.param(kept(MONDAY - WEEK), MONDAY - MINUTE, None, id="not yet"),
        pytest.param(kept(MONDAY - WEEK), MONDAY, Due(at=MONDAY, is_late=False), id="on the minute"),
        pytest.param(kept(MONDAY - WEEK), TUESDAY, Due(at=MONDAY, is_late=True), id="a day late"),
        pytest.param(kept(MONDAY - WEEK), MONDAY + 3 * DAY, Due(at=MONDAY, is_late=True), id="as late as may be"),
        pytest.param(kept(MONDAY - WEEK), MONDAY + 3 * DAY + MINUTE, None, id="too late"),
        pytest.param(kept(MONDAY), TUESDAY, None, id="served"),
        pytest.param(kept(since=MONDAY + MINUTE), TUESDAY, None, id="set up after it was due"),
        pytest.param(
            kept(MONDAY - 3 * WEEK),
            TUESDAY,
            Due(at=MONDAY, is_late=True, left_out=(MONDAY - 2 * WEEK, MONDAY - WEEK)),
            id="the two before were missed",
        ),
        pytest.param(kept(MONDAY, MONDAY - WEEK), MONDAY - DAY, None, id="the clock was put back to a served one"),
        pytest.param(
            kept(MONDAY - WEEK, MONDAY + 400 * DAY), MONDAY, Due(at=MONDAY, is_late=False), id="the clock had run ahead"
        ),
    ],
)
def test_only_the_latest_due_time_is_served_and_once(known: Kept, now: datetime, expected: Due | None) -> None:
    assert due_now(delivery(), known, BERLIN, now=now) == expected


@pytest.mark.parametrize(
    ("times", "ended", "rests"),
    [(1, True, REST), (9, True, REST), (1, False, timedelta()), (2, False, REST), (3, False, 3 * REST)],
    ids=["failed", "failed again and again", "never ended", "never ended twice", "never ended three times"],
)
def test_what_fails_rests_before_it_is_tried_again(times: int, ended: bool, rests: timedelta) -> None:
    trying = Trying(due=MONDAY, times=times, at=MONDAY + MINUTE, why="no", ended=ended)
    known = kept(MONDAY - WEEK, trying=trying)
    over = trying.at + rests
    if rests:
        assert due_now(delivery(), known, BERLIN, now=over - MINUTE) is None
    assert due_now(delivery(), known, BERLIN, now=over) is not None
    assert due_now(delivery(), known, BERLIN, now=trying.at - MINUTE) is not None, "the clock was put back"


def test_what_fails_for_one_due_time_does_not_keep_the_next_one_waiting() -> None:
    trying = Trying(due=MONDAY - WEEK, times=7, at=MONDAY - MINUTE, why="no", ended=False)
    assert due_now(delivery(), kept(trying=trying), BERLIN, now=MONDAY) is not None
