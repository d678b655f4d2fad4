"""Working time, exact to the minute, on the days on which clocks are moved too."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from config.routing import Absence, Block, Team
from domain.errors import SettingsError
from handoff.calendar import WEEKDAYS, WorkCalendar, is_holiday

MINUTE = timedelta(minutes=1)
WEEK = list(WEEKDAYS)


def calendar(zone: str = "UTC", *blocks: tuple[list[str], time, time], **changes: object) -> WorkCalendar:
    spans = blocks or ((WEEK[:5], time(9), time(17)),)
    hours = [Block.model_validate({"days": days, "start": start, "end": end}) for days, start, end in spans]
    return WorkCalendar(Team.model_validate({"name": "T", "time_zone": zone, "hours": hours, **changes}))


def works(team: WorkCalendar, at: datetime) -> bool:
    """The slow truth about one minute: what the wall clock of the team says."""
    local = at.astimezone(team.zone)
    name = WEEKDAYS[local.weekday()]
    hours = [block for block in team.team.hours if name in block.days]
    open_now = any(block.start <= local.time().replace(tzinfo=None) < block.end for block in hours)
    return open_now and not is_holiday(team.team.holidays, local.date())


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]  # year to minute


def test_friday_evening_runs_on_monday_morning() -> None:
    team = calendar()
    assert team.add_working(utc(2026, 11, 20, 16, 50), 15) == utc(2026, 11, 23, 9, 5)
    assert team.working_minutes(utc(2026, 11, 20, 16, 50), utc(2026, 11, 23, 9, 5)) == 15


def test_eight_hours_end_with_the_day_and_not_on_the_next() -> None:
    assert calendar().add_working(utc(2026, 11, 23, 9), 480) == utc(2026, 11, 23, 17)


def test_nothing_to_add_is_now_or_the_next_opening() -> None:
    team = calendar()
    assert team.add_working(utc(2026, 11, 23, 10, 3), 0) == utc(2026, 11, 23, 10, 3)
    assert team.add_working(utc(2026, 11, 21, 10), 0) == utc(2026, 11, 23, 9)


def test_the_end_of_a_block_is_not_working_time() -> None:
    team = calendar()
    assert team.is_working(utc(2026, 11, 23, 16, 59))
    assert not team.is_working(utc(2026, 11, 23, 17))
    assert team.next_open(utc(2026, 11, 23, 17)) == utc(2026, 11, 24, 9)


def test_a_lunch_break_stops_the_clock() -> None:
    team = calendar("UTC", (WEEK[:5], time(9), time(12)), (WEEK[:5], time(13), time(17)))
    assert team.add_working(utc(2026, 11, 23, 11, 30), 60) == utc(2026, 11, 23, 13, 30)


def test_overlapping_blocks_count_once() -> None:
    team = calendar("UTC", (["mon"], time(9), time(13)), (["mon"], time(12), time(15)))
    assert team.working_minutes(utc(2026, 11, 23), utc(2026, 11, 24)) == 360


def test_holidays_are_no_working_time() -> None:
    team = calendar("America/Los_Angeles", holidays="US-CA")
    thanksgiving = utc(2026, 11, 26, 18)
    assert not team.is_working(thanksgiving)
    assert team.next_open(thanksgiving) == utc(2026, 11, 30, 17), "the day after is a holiday in California too"
    assert calendar("America/New_York", holidays="US").next_open(thanksgiving) == utc(2026, 11, 27, 14)


def test_an_unknown_country_says_so() -> None:
    with pytest.raises(SettingsError, match="'ZZ' is no country"):
        calendar(holidays="ZZ").is_working(utc(2026, 11, 23, 10))


def test_a_team_that_never_works_is_a_mistake_in_the_settings() -> None:
    with pytest.raises(SettingsError, match="Team 'T' has no working time"):
        WorkCalendar(Team(name="T", hours=[])).next_open(utc(2026, 11, 23))


@pytest.mark.parametrize(
    ("zone", "night", "minutes"),
    [
        pytest.param("Europe/Berlin", date(2026, 3, 29), 180, id="an hour is skipped"),
        pytest.param("Europe/Berlin", date(2026, 10, 25), 300, id="an hour comes twice"),
        pytest.param("Australia/Lord_Howe", date(2026, 10, 4), 210, id="half an hour is skipped"),
        pytest.param("Asia/Kolkata", date(2026, 3, 29), 240, id="no change"),
    ],
)
def test_a_night_shift_is_as_long_as_the_clock_makes_it(zone: str, night: date, minutes: int) -> None:
    team = calendar(zone, (WEEK, time(0), time(4)))
    noon = datetime.combine(night, time(12), tzinfo=team.zone).astimezone(UTC)
    assert team.working_minutes(noon - timedelta(hours=14), noon) == minutes


def test_absences_cover_both_their_days_in_the_teams_own_date() -> None:
    away = Absence(email="Bo@acme.example", first=date(2026, 11, 24), last=date(2026, 11, 25))
    team = calendar("Asia/Kolkata", absences=[away])
    assert team.is_away("bo@acme.example", utc(2026, 11, 23, 18, 29)) is None
    assert team.is_away("bo@acme.example", utc(2026, 11, 23, 18, 30)) == date(2026, 11, 25)
    assert team.is_away("bo@acme.example", utc(2026, 11, 25, 18, 30)) is None


ZONES = st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"])
TIMES = st.integers(0, 23 * 4).map(lambda quarter: time(quarter // 4, quarter % 4 * 15))
BLOCKS = st.lists(
    st.tuples(st.lists(st.sampled_from(WEEK), min_size=1, unique=True), TIMES, TIMES).filter(lambda b: b[1] < b[2]),
    min_size=1,
    max_size=3,
)
CHANGES = st.sampled_from([utc(2026, 3, 29), utc(2026, 10, 25), utc(2026, 11, 1), utc(2026, 10, 4), utc(2026, 4, 5)])


@settings(max_examples=60, deadline=None)
@given(
    zone=ZONES,
    blocks=BLOCKS,
    around=CHANGES,
    start=st.integers(-2880, 2880),
    length=st.integers(0, 2880),
)
@example(zone="Europe/Berlin", blocks=[(["sun"], time(2, 30), time(4))], around=utc(2026, 3, 29), start=0, length=600)
@example(zone="Europe/Berlin", blocks=[(["sun"], time(1), time(2, 30))], around=utc(2026, 10, 25), start=0, length=600)
def test_it_agrees_with_a_minute_by_minute_count(
    zone: str, blocks: list[tuple[list[str], time, time]], around: datetime, start: int, length: int
) -> None:
    team = calendar(zone, *blocks)
    begin = around + start * MINUTE
    worked = [begin + n * MINUTE for n in range(length) if works(team, begin + n * MINUTE)]
    assert team.working_minutes(begin, begin + length * MINUTE) == len(worked)
    assert team.is_working(begin) is works(team, begin)
    if worked:
        assert team.next_open(begin) == worked[0]
        assert team.add_working(begin, len(worked)) == worked[-1] + MINUTE
        half = (len(worked) + 1) // 2
        assert team.add_working(begin, half) == worked[half - 1] + MINUTE
