"""The part of the weekly review that tells what was decided, as it stood when the window was over."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from domain.review import KEPT_FOR, AgendaPart, Draft, Ended, Ending, ReviewDecision
from reports.pages.decided import decided, standing, too_old
from reports.pages.window import Window, start_of

AUCKLAND = ZoneInfo("Pacific/Auckland")
MONDAY = date(2026, 11, 16)
SINCE, UNTIL = (start_of(MONDAY + timedelta(days=days), AUCKLAND).astimezone(UTC) for days in (0, 7))
WEEK = Window(since=SINCE, until=UNTIL, zone=AUCKLAND)
LATER = WEEK.until + timedelta(days=2)
MICROSECOND = timedelta(microseconds=1)


def made(
    number: int = 1, *, part: AgendaPart = AgendaPart.GOAL, due: date = MONDAY, at: datetime = WEEK.since
) -> ReviewDecision:
    draft = Draft(part=part, text=f"Do {number}", owner="Fay", due=due)
    return ReviewDecision(number=number, draft=draft, added_by="ana", added_at=at.astimezone(UTC))


def ended(decision: ReviewDecision, at: datetime, *, outcome: str = "") -> ReviewDecision:
    over = Ended(ending=Ending.DROPPED, outcome=outcome, by="ben", at=at.astimezone(UTC))
    return replace(decision, ended=over)


def says(decision: ReviewDecision) -> str:
    return standing(decision, WEEK, WEEK.until)


def test_the_rows_are_in_the_order_of_the_agenda_with_what_is_open_and_due_first_before() -> None:
    friday = date(2026, 11, 20)
    found = [
        made(1, part=AgendaPart.PEOPLE),
        ended(made(2, part=AgendaPart.PROCESS), WEEK.since),
        made(3, part=AgendaPart.PROCESS, due=friday),
        made(4, part=AgendaPart.PROCESS, due=date(2026, 11, 19)),
        made(5, part=AgendaPart.GOAL, due=friday),
    ]
    table = decided(found, WEEK, now=LATER)
    assert [row.key for row in table.rows] == ["5", "4", "3", "2", "1"]
    assert table.says.startswith("4 overdue, 1 dropped. As it stood at the end of these days.")
    assert decided([], WEEK, now=LATER).says.startswith("As it stood")


DUE = {
    "the Saturday": (date(2026, 11, 21), "overdue by 2 days"),
    "the Sunday": (date(2026, 11, 22), "overdue by 1 day"),
    "the Monday after": (date(2026, 11, 23), "new"),
    "the last day there is": (date.max, "new"),
}


@pytest.mark.parametrize(("due", "words"), DUE.values(), ids=DUE)
def test_a_day_is_over_by_the_clocks_of_the_installation(due: date, words: str) -> None:
    """The week ends on Sunday at eleven in the morning, by UTC."""
    assert says(made(due=due)) == words


def test_what_ended_as_the_window_was_over_was_still_open_in_it() -> None:
    decision = made(due=date(2026, 12, 1), at=WEEK.since - MICROSECOND)
    assert says(ended(decision, WEEK.until)) == "open"
    assert says(ended(decision, WEEK.until - MICROSECOND, outcome="no budget")) == "dropped: no budget"
    assert says(ended(decision, WEEK.until - MICROSECOND)) == "dropped"


def test_a_window_that_goes_on_is_told_as_of_now() -> None:
    now = WEEK.since + timedelta(days=2, hours=9)
    (row,) = decided([made(due=date(2026, 11, 17), at=WEEK.since - timedelta(days=14))], WEEK, now=now).rows
    *_, weeks, stands = row.cells
    assert stands == "overdue by 1 day"
    assert not isinstance(weeks, str)
    assert weeks.value == 2


def test_a_window_older_than_what_is_kept_says_what_is_missing() -> None:
    assert list(too_old(WEEK, now=WEEK.since + KEPT_FOR)) == []
    (missing,) = too_old(WEEK, now=WEEK.since + KEPT_FOR + MICROSECOND)
    assert missing.what == "What was decided and has ended more than two years ago is not kept: it is missing here."
