"""What holds of the week, of rests, attempts and drives, whatever they are."""

from datetime import timedelta
from itertools import pairwise

import pytest

from reports.pages.page import Page
from store.engine import Store
from tests.reference.driven import Effort
from tests.report_desk import pages_of, scope_of, told
from tests.review_desk import (
    crew_up,
    drive_page,
    efforts,
    interactions_page,
    monday_after,
    nurture_page,
    week_page,
    week_scope,
)

SEEDS = range(400, 402)
CAME = ("Handed over", "Accepted", "Rejected", "Qualified", "In a deal", "Won")


def n_of(page: Page, table: str, row: str, column: str) -> int:
    figure = told(page).get((table, row, column))
    return (figure.n or 0) if figure is not None else 0


@pytest.mark.parametrize("seed", SEEDS)
def test_the_rejected_of_a_week_are_those_of_its_reasons(store: Store, seed: int) -> None:
    crowd = crew_up(store, seed, people=14)
    for weeks in range(4):
        page = week_page(store, week_scope(crowd, monday_after(crowd, weeks)))
        for column in ("now", "before"):
            reasons = [n_of(page, *name) for name in told(page) if name[0] == "rejected" and name[2] == column]
            assert n_of(page, "process", "Rejected", column) == sum(reasons)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_week_has_the_handoffs_of_follow_up_and_the_next_one_has_it_as_the_week_before(
    store: Store, seed: int
) -> None:
    crowd = crew_up(store, seed, people=14)
    scopes = [week_scope(crowd, monday_after(crowd, weeks)) for weeks in range(4)]
    pages = [week_page(store, scope) for scope in scopes]
    for scope, page in zip(scopes, pages, strict=True):
        lines = told(pages_of(store, scope)["followup"])
        teams = [figure.n or 0 for (table, row, key), figure in lines.items() if (table, key) == ("asked", "handoffs")
                 if row != "All"]  # fmt: skip
        assert n_of(page, "process", "Handed over", "now") == sum(teams)
    for earlier, later in pairwise(pages):
        for row in CAME:
            assert told(earlier)["process", row, "now"] == told(later)["process", row, "before"]


@pytest.mark.parametrize("seed", SEEDS)
def test_the_weeks_of_a_month_add_up_to_the_month(store: Store, seed: int) -> None:
    """Also what came about after a handoff was closed and before the next one began."""
    crowd = crew_up(store, seed, people=14)
    weeks = [week_page(store, week_scope(crowd, monday_after(crowd, number))) for number in range(5)]
    month = week_page(store, week_scope(crowd, monday_after(crowd, 0), days=35))
    assert n_of(month, "process", "Handed over", "now") > 0
    for row in CAME:
        assert n_of(month, "process", row, "now") == sum(n_of(week, "process", row, "now") for week in weeks)


@pytest.mark.parametrize("seed", SEEDS)
def test_whoever_was_put_to_rest_came_back_or_left_otherwise_or_rests(store: Store, seed: int) -> None:
    page = nurture_page(store, scope_of(crew_up(store, seed, people=14)))
    lines = {name[:2] for name in told(page)}
    assert lines
    for line in lines:
        parts = sum(n_of(page, *line, key) for key in ("back", "elsewhere", "resting"))
        assert n_of(page, *line, "rested") == parts


@pytest.mark.parametrize("seed", SEEDS)
def test_however_attempts_are_grouped_there_are_as_many_and_the_same_worked(store: Store, seed: int) -> None:
    figures = told(interactions_page(store, scope_of(crew_up(store, seed, people=14))))
    for key in ("attempts", "worked"):
        sums = dict.fromkeys(("way", "hour", "number", "channel", "team"), 0)
        for (table, row, column), figure in figures.items():
            sums[table] += (figure.n or 0) if column == key and row != "All" else 0
        assert len(set(sums.values())) == 1, sums
        assert sums["way"] > 0


@pytest.mark.parametrize("seed", SEEDS)
def test_the_lines_of_a_drive_add_up_to_what_it_has_so_far(store: Store, seed: int) -> None:
    crowd = crew_up(store, seed, people=14)
    for scope, effort in efforts(crowd, seed):
        page = drive_page(store, scope, effort)
        lines = [n_of(page, *name) for name in told(page) if name[::2] == ("by", "count") and name[1] != "All"]
        assert n_of(page, "standing", "So far", "figure") == sum(lines)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_drive_of_seven_days_has_the_figures_of_their_week(store: Store, seed: int) -> None:
    crowd = crew_up(store, seed, people=14)
    monday = monday_after(crowd, 1)
    week = week_page(store, week_scope(crowd, monday))
    for counts, row in (("accepted", "Accepted"), ("qualified", "Qualified"), ("opportunity", "In a deal")):
        effort = Effort(counts=counts, target=5, first=monday, last=monday + timedelta(days=6))
        page = drive_page(store, scope_of(crowd), effort)
        assert n_of(page, "standing", "So far", "figure") == n_of(week, "process", row, "now")
