"""What a drive says where counting wrong, or naming somebody, is easy."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from reports.pages.brief import unnamed
from reports.pages.html import html_of
from store.engine import Store
from tests.integration.test_report_cases import CROWD, MON, OTHER, REP, handoff, lead_of
from tests.reference.driven import Effort
from tests.report_desk import scope_of, told
from tests.review_desk import drive_page

MONDAY = date(2026, 11, 9)


def test_a_touch_before_its_handoff_was_written_down_counts_in_the_drive_of_its_day(store: Store) -> None:
    opened = datetime(2026, 11, 9, 23, 10, tzinfo=UTC)
    touched = opened - timedelta(minutes=20)
    lead_of(store, replace(handoff(), opened_at=opened, touched_at=touched, hand_raise=True))
    effort = Effort(counts="touched", target=1, first=MONDAY, last=MONDAY)
    assert told(drive_page(store, scope_of(CROWD), effort))["standing", "So far", "figure"].value == 1


@pytest.mark.parametrize(
    ("now", "pace", "left"),
    [
        (datetime(2026, 10, 1, tzinfo=UTC), 0, 14),
        (datetime(2026, 10, 19, 22, tzinfo=UTC), 0, 14),
        (datetime(2026, 10, 20, 10, tzinfo=UTC), 36, 14),
        (datetime(2026, 11, 2, 22, 59, 59, tzinfo=UTC), 1000, 1),
        (datetime(2026, 12, 1, tzinfo=UTC), 1000, 0),
    ],
    ids=["has not begun", "begins", "first noon", "last second", "is over"],
)
def test_a_drive_over_the_change_of_clocks_has_fourteen_days_and_never_more_than_its_target(
    store: Store, now: datetime, pace: int, left: int
) -> None:
    effort = Effort(counts="won", target=1000, first=date(2026, 10, 20), last=date(2026, 11, 2))
    page = drive_page(store, replace(scope_of(CROWD), now=now), effort)
    figures = told(page)
    assert figures["standing", "At an even pace it would be by now", "figure"].value == pace
    assert figures["standing", "Days left", "figure"].value == left
    assert bool(page.missing) == (now < datetime(2026, 10, 19, 22, tzinfo=UTC))


def test_two_reps_of_one_name_are_two_lines_of_a_drive(store: Store) -> None:
    for rep in (OTHER, "kim2@us.example", REP):
        lead_of(store, replace(handoff(), owner=rep, touched_at=MON))
    effort = Effort(counts="touched", target=3, first=MONDAY, last=MONDAY, by="rep")
    lines = [name[1] for name in told(drive_page(store, scope_of(CROWD), effort)) if name[::2] == ("by", "count")]
    assert lines == ["Alex Kim (kim2@us.example)", "Alex Kim (kim@us.example)", "Chidi Okafor", "All"]


def test_a_drive_has_a_leaderboard_on_which_equals_share_their_place(store: Store) -> None:
    for rep in (REP, "kim2@us.example", OTHER, REP, "kim2@us.example", "zed@us.example", None):
        lead_of(store, replace(handoff(), owner=rep, touched_at=MON))
    effort = Effort(counts="touched", target=3, first=MONDAY, last=MONDAY, by="rep")
    (_, board) = drive_page(store, scope_of(CROWD), effort).tables()
    assert [(row.cells[0], row.label) for row in board.rows] == [
        ("1", "Alex Kim (kim2@us.example)"),
        ("1", "Chidi Okafor"),
        ("3", "Alex Kim (kim@us.example)"),
        ("3", "zed@us.example"),
        ("", "no rep yet"),
        ("", "All"),
    ]


def test_a_drive_by_rep_that_goes_out_names_no_rep(store: Store) -> None:
    lead_of(store, replace(handoff(), owner=REP, touched_at=MON))
    effort = Effort(counts="touched", target=3, first=MONDAY, last=MONDAY, by="rep")
    page = drive_page(store, scope_of(CROWD), effort)
    assert "Okafor" in html_of(page, {})
    bare = unnamed(page, "leadloop report drive Together")
    assert "Okafor" not in html_of(bare, {})
    assert told(bare)["standing", "So far", "figure"].value == 1
    by_team = unnamed(drive_page(store, scope_of(CROWD), replace(effort, by="team")), "")
    assert [table.key for table in by_team.tables()] == ["standing", "by"], "teams are nobody's name"


def test_a_drive_of_one_channel_says_so_and_whose_target_it_is_where_it_is_narrowed_to_a_team(store: Store) -> None:
    effort = Effort(counts="won", target=9, first=MONDAY, last=MONDAY, channel="Ads")
    page = drive_page(store, scope_of(CROWD, team="outbound"), effort)
    assert page.filters == ("channel Ads",)
    assert "The target is that of all teams together; what has come so far is of outbound alone." in page.remarks
    assert len(drive_page(store, scope_of(CROWD), effort).remarks) == len(page.remarks) - 1
