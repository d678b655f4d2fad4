"""The recorded log is read row by row, by local day, whole weeks later; what is no such log is named by its line."""

import os
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from config.load import load
from leadloop.demo import case_log
from leadloop.demo.case_acts import rep
from leadloop.demo.case_log import ZONE, Extent, Happening, LogError, begins, days, happenings, measure
from leadloop.demo.replay import BESIDE, EXAMPLE, find_log
from leadloop.registry import settings_types
from tests.unit.leadloop.demo.sample_log import ANN, BOB, HEAD, ROWS, write

REAL = Path(os.environ.get("LEADLOOP_DATA", BESIDE)) / case_log.FILE
needs_real_log = pytest.mark.skipif(not REAL.is_file(), reason=f"no recorded log at {REAL}; set LEADLOOP_DATA")


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    return write(tmp_path / "log.csv.gz")


def test_a_row_becomes_a_happening(sample: Path) -> None:
    assert list(happenings(sample))[7] == Happening(
        case=1,
        amount=12000,
        activity="W_Completeren aanvraag",
        transition="START",
        person=ANN,
        at=datetime(2020, 3, 27, 9, 0, tzinfo=UTC),
    )


def test_the_web_site_and_a_blank_are_no_person(sample: Path) -> None:
    rows = list(happenings(sample))
    assert (rows[0].person, rows[-1].person) == (None, None)


def test_days_come_in_order_and_a_day_without_rows_is_empty(sample: Path) -> None:
    assert [(day.day, len(rows)) for day, rows in days(sample)] == [
        (27, 15),
        (28, 4),
        (29, 0),
        (30, 3),
        (31, 6),
        (1, 3),
    ]


def test_a_shift_keeps_weekday_and_local_time_over_the_change_of_clocks(sample: Path) -> None:
    before, after = list(happenings(sample)), list(happenings(sample, weeks=26))
    here = [(row.at.astimezone(ZONE).weekday(), row.at.astimezone(ZONE).time()) for row in before]
    there = [(row.at.astimezone(ZONE).weekday(), row.at.astimezone(ZONE).time()) for row in after]
    assert there == here
    assert (after[0].at - before[0].at).total_seconds() == 26 * 7 * 86_400 - 3_600


def test_measuring_tells_days_cases_rows_and_people(sample: Path) -> None:
    assert measure(sample) == Extent(
        first=date(2020, 3, 27), last=date(2020, 4, 1), cases=6, rows=31, people=(ANN, BOB)
    )


@pytest.mark.parametrize(
    ("today", "last"),
    [(date(2020, 4, 2), date(2020, 4, 1)), (date(2020, 4, 8), date(2020, 4, 1)), (date(2020, 4, 9), date(2020, 4, 8))],
)
def test_the_last_day_lies_in_the_week_before_today(today: date, last: date) -> None:
    extent = Extent(first=date(2020, 3, 27), last=date(2020, 4, 1), cases=6, rows=31, people=())
    assert extent.weeks_to(today) * 7 == (last - extent.last).days


def test_a_day_begins_at_local_midnight() -> None:
    assert begins(date(2020, 3, 30)) == datetime(2020, 3, 29, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("7,many,A_SUBMITTED,COMPLETE,112,2020-03-27T09:00:00.100+01:00", "line 3 cannot be read"),
        ("7,100,A_SUBMITTED,COMPLETE,112", "line 3 cannot be read"),
        ("7,100,A_SUBMITTED,COMPLETE,112,2020-03-27T09:00:00.100", "line 3 cannot be read .* has no offset"),
    ],
    ids=["amount", "columns", "offset"],
)
def test_a_bad_row_is_named_by_its_line(tmp_path: Path, line: str, words: str) -> None:
    broken = write(tmp_path / "log.csv.gz", (ROWS[0], line))
    with pytest.raises(LogError, match=words):
        list(happenings(broken))


def test_another_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LogError, match="the columns are not case, amount"):
        measure(write(tmp_path / "log.csv.gz", head=HEAD.replace("case", "id")))


def test_a_file_that_is_not_gzipped_is_refused(tmp_path: Path) -> None:
    plain = tmp_path / "log.csv.gz"
    plain.write_text(HEAD)
    with pytest.raises(LogError, match="no gzipped CSV file"):
        measure(plain)


def test_a_log_without_rows_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LogError, match="there is no row in it"):
        measure(write(tmp_path / "log.csv.gz", ()))


@needs_real_log
def test_the_recorded_log_is_the_one_that_was_counted() -> None:
    extent = measure(REAL)
    assert (extent.cases, extent.rows, len(extent.people)) == (13_087, 262_200, 67)
    assert (extent.last - extent.first).days + 1 == 166


@needs_real_log
def test_the_examples_pool_is_everybody_who_works_in_the_recorded_log() -> None:
    variables = {"LEADLOOP_SIMULATOR_SALESFORCE": "http://127.0.0.1:1", "LEADLOOP_SIMULATOR_HUBSPOT": "http://[::1]:2"}
    rules = load(EXAMPLE, settings_types(), variables={**variables, "LEADLOOP_KEY": "k" * 44}).rules
    members = [member.email for pool in rules.routing.pools for member in pool.members]
    assert members == [rep(person) for person in measure(find_log(REAL, {})).people]
