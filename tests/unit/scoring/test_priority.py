"""Whom to call next: every reason is a line, and the lines add up."""

import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.call_back import CallBack
from scoring.priority import Firm, Reason, Standing, account_priority, priority
from tests.unit.scoring.material import NOW, days

RULES = CallBack()


def who(**more: Any) -> Standing:
    return Standing(**{"engagement": 0, "sales": 0, **more})


def reasons(**more: Any) -> dict[str, float]:
    return {each.words: each.points / 1000 for each in priority(who(**more), RULES, now=NOW).reasons}


def test_engagement_and_sales_count_apart_each_up_to_its_limit() -> None:
    assert reasons(engagement=74_250, sales=12_500) == {
        "engagement": 60,
        "conversations with sales": 12.5,
    }


@pytest.mark.parametrize(
    ("ago", "points"), [(0, 20), (days(7), 10), (days(14), None), (days(90), None)], ids=["now", "7 d", "14 d", "90 d"]
)
def test_what_they_did_last_falls_evenly_to_nothing(ago: timedelta | int, points: float | None) -> None:
    acted_at = NOW - (ago if isinstance(ago, timedelta) else timedelta(0))
    assert list(reasons(acted_at=acted_at).values()) == ([] if points is None else [points])


@pytest.mark.parametrize(
    ("touched", "waits"), [(None, True), (days(2), True), (days(0.5), False)], ids=["never", "before", "since"]
)
def test_a_request_counts_until_a_rep_answers_it(touched: timedelta | None, waits: bool) -> None:
    told = reasons(asked_at=NOW - days(1), touched_at=None if touched is None else NOW - touched)
    assert ("asked to be called, no answer yet" in told) is waits


def test_a_request_of_a_month_ago_is_no_request_any_more() -> None:
    assert reasons(asked_at=NOW - days(31)) == {}


@pytest.mark.parametrize(
    ("due", "points"), [(days(1), 30), (days(0), 60), (-days(1), 60)], ids=["later", "now", "over"]
)
def test_a_handoff_counts_and_more_so_once_its_time_is_over(due: timedelta, points: int) -> None:
    assert sum(reasons(handed_at=NOW - days(2), due_at=NOW + due).values()) == points


def test_who_was_called_just_now_rests_unless_they_asked_since() -> None:
    fresh = NOW - timedelta(hours=3)
    assert reasons(touched_at=fresh) == {"a rep was in touch just now": -40}
    assert reasons(touched_at=fresh, asked_at=NOW) == {"asked to be called, no answer yet": 250}


def test_who_may_not_be_called_stands_lower_and_stays() -> None:
    assert reasons(engagement=20_000, may_call=False) == {"engagement": 20, "may not be called": -10}


def test_by_default_asking_to_be_called_outweighs_all_the_rest_together() -> None:
    asked = priority(who(asked_at=NOW - days(20), touched_at=NOW - days(30), may_call=False), RULES, now=NOW)
    rest = who(engagement=999_000, sales=999_000, acted_at=NOW, handed_at=NOW, due_at=NOW)
    assert asked.points > priority(rest, RULES, now=NOW).points


def test_an_account_has_its_best_person_s_reasons_and_what_the_others_add() -> None:
    best = priority(who(engagement=50_000), RULES, now=NOW)
    found = account_priority(best, Firm(beyond_best=26_000, people=3, is_group=True), RULES)
    assert found.reasons == (
        Reason(points=50_000, words="engagement"),
        Reason(points=20_000, words="a buying group of 3"),
        Reason(points=13_000, words="3 warm people at the account"),
    )
    assert found.points == 83_000


MOMENTS = st.none() | st.integers(-200, 40 * 24).map(lambda hours: NOW - timedelta(hours=hours))


@given(
    numbers=st.tuples(st.integers(-50_000, 200_000), st.integers(-50_000, 200_000)),
    moments=st.tuples(MOMENTS, MOMENTS, MOMENTS, MOMENTS, MOMENTS),
    may_call=st.booleans(),
)
@settings(max_examples=100, deadline=None)
def test_the_reasons_add_up_and_more_engagement_never_stands_lower(
    numbers: tuple[int, int], moments: tuple[datetime | None, ...], may_call: bool
) -> None:
    names = ("asked_at", "acted_at", "touched_at", "handed_at", "due_at")
    stands: dict[str, Any] = {**dict(zip(names, moments, strict=True)), "sales": numbers[1], "may_call": may_call}
    found = priority(who(engagement=numbers[0], **stands), RULES, now=NOW)
    assert sum(each.points for each in found.reasons) == found.points
    assert priority(who(engagement=numbers[0] + 1_000, **stands), RULES, now=NOW).points >= found.points


def test_the_page_s_table_names_every_setting_with_its_default() -> None:
    text = (Path(__file__).parents[3] / "docs" / "scoring.md").read_text(encoding="utf-8")
    section = text.split("\n## Who to call next\n")[1].split("\n## ")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in section.splitlines() if line[:1] == "|"]
    shown = {row[2].strip("`"): abs(int(row[1].replace("−", "-"))) for row in rows[2:]}
    shown |= {
        name: int(number) for number, name in re.findall(r"(\d+)(?: days| hours ago| %)? ?[^|()]*\(`(\w+)`\)", section)
    }
    assert shown == RULES.model_dump()
