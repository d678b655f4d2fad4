"""The values that pages are made of: windows, counts with their leads, lines, rules worth a word, and data."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import orjson
import pytest

from domain.errors import UsageError
from domain.handoff import Handoff, HandoffKind, Outcome
from domain.values import LeadId, RuleHash, Value
from reports.pages.data import COLUMNS, as_data, as_rows
from reports.pages.lines import Lines
from reports.pages.page import Cell, Column, Figure, Missing, Page, Table, Unit, Words
from reports.pages.passes import Pass
from reports.pages.suggestions import Suggestions
from reports.pages.tally import Tally, lift, middle, within
from reports.pages.window import Window, window_of
from tests.report_pages import follow_up

VIENNA, UTC_ZONE = ZoneInfo("Europe/Vienna"), ZoneInfo("UTC")
NOW = datetime(2026, 11, 18, 10, 30, tzinfo=UTC)
"""A Wednesday."""


def instants(window: Window) -> tuple[str, str]:
    return tuple(f"{each.astimezone(UTC):%Y-%m-%d %H:%M}" for each in (window.since, window.until))  # type: ignore[return-value]  # two of them


def test_nothing_asked_is_the_last_ninety_days_up_to_now() -> None:
    window = window_of(since=None, until=None, zone=VIENNA, now=NOW)
    assert instants(window) == ("2026-08-19 22:00", "2026-11-18 10:30")


@pytest.mark.parametrize(
    ("now", "first", "last"),
    [
        (NOW, "2026-11-08 23:00", "2026-11-15 23:00"),
        (datetime(2026, 11, 15, 22, 59, tzinfo=UTC), "2026-11-01 23:00", "2026-11-08 23:00"),
        (datetime(2026, 11, 15, 23, 0, tzinfo=UTC), "2026-11-08 23:00", "2026-11-15 23:00"),
    ],
    ids=["wednesday", "the last minute of sunday", "the first minute of monday"],
)
def test_a_week_is_the_last_whole_one_from_monday_to_sunday(now: datetime, first: str, last: str) -> None:
    window = window_of(since=None, until=None, zone=VIENNA, now=now, weekly=True)
    assert (instants(window), window.days) == ((first, last), 7)


def test_the_last_day_is_inside() -> None:
    window = window_of(since=date(2026, 11, 2), until=date(2026, 11, 2), zone=VIENNA, now=NOW)
    assert window.covers(datetime(2026, 11, 2, 22, 59, 59, 999999, tzinfo=UTC))
    assert not window.covers(datetime(2026, 11, 2, 23, tzinfo=UTC))
    assert not window.covers(datetime(2026, 11, 1, 22, 59, 59, 999999, tzinfo=UTC))
    assert (window.days, window.words()) == (1, "Mon 2 Nov to Mon 2 Nov 2026, Europe/Vienna")


@pytest.mark.parametrize(
    ("since", "until", "words"),
    [
        (datetime(2026, 11, 2, 12, 5, tzinfo=UTC), None, "Mon 2 Nov, 13:05 to Wed 18 Nov 2026"),
        (date(2026, 11, 2), datetime(2026, 11, 3, 8, tzinfo=UTC), "Mon 2 Nov to Tue 3 Nov 2026, 09:00"),
        (date(2026, 11, 2), datetime(2026, 11, 2, 23, tzinfo=UTC), "Mon 2 Nov to Mon 2 Nov 2026"),
    ],
    ids=["up to now", "amid a day", "at midnight"],
)
def test_a_window_that_begins_or_ends_amid_a_day_tells_the_time(since: date, until: date | None, words: str) -> None:
    assert window_of(since=since, until=until, zone=VIENNA, now=NOW).words() == f"{words}, Europe/Vienna"


@pytest.mark.parametrize(
    ("day", "hours"),
    [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 10, 26), 24)],
    ids=["summer begins", "summer ends", "another day"],
)
def test_a_day_is_as_long_as_it_is_on_the_clocks_of_the_zone(day: date, hours: int) -> None:
    window = window_of(since=day, until=day, zone=VIENNA, now=NOW)
    assert window.until.astimezone(UTC) - window.since.astimezone(UTC) == timedelta(hours=hours)
    assert window.days == 1


def test_days_that_follow_on_one_another_leave_no_moment_out() -> None:
    days = [date(2026, 10, 24) + timedelta(days=each) for each in range(3)]
    windows = [window_of(since=day, until=day, zone=VIENNA, now=NOW) for day in days]
    assert [each.until for each in windows[:-1]] == [each.since for each in windows[1:]]


@pytest.mark.parametrize(
    ("since", "until"),
    [
        (date(2026, 11, 3), date(2026, 11, 2)),
        (date(2026, 11, 19), None),
        (datetime(2026, 11, 2, 12, tzinfo=UTC), datetime(2026, 11, 2, 12, tzinfo=UTC)),
    ],
    ids=["the wrong way round", "begins tomorrow", "no time at all"],
)
def test_an_empty_window_is_refused(since: date, until: date | None) -> None:
    with pytest.raises(UsageError, match="The window is empty"):
        window_of(since=since, until=until, zone=VIENNA, now=NOW)


def test_a_moment_is_taken_as_it_is() -> None:
    begin, end = datetime(2026, 11, 2, 12, 5, tzinfo=UTC), datetime(2026, 11, 2, 13, tzinfo=UTC)
    assert instants(window_of(since=begin, until=end, zone=VIENNA, now=NOW)) == ("2026-11-02 12:05", "2026-11-02 13:00")


@pytest.mark.parametrize(
    ("since", "until", "days"),
    [
        (date(2026, 11, 2), date(2026, 11, 8), "--since 2026-11-02 --until 2026-11-08"),
        (None, None, "--since 2026-08-20 --until 2026-11-18"),
        (
            datetime(2026, 11, 2, 12, 5, tzinfo=UTC),
            datetime(2026, 11, 2, 13, tzinfo=UTC),
            "--since 2026-11-02T12:05:00Z --until 2026-11-02T13:00:00Z",
        ),
    ],
    ids=["days", "up to now", "moments"],
)
def test_the_command_of_a_page_asks_for_the_same_window(since: date | None, until: date | None, days: str) -> None:
    window = window_of(since=since, until=until, zone=VIENNA, now=NOW)
    page = replace(follow_up(), window=window, seen=NOW)
    assert page.command == f"leadloop report followup {days}"


def tally(leads: Sequence[int], most: int | None = 50) -> Tally:
    made = Tally(most)
    for each in leads:
        made.add(LeadId(each))
    return made


@pytest.mark.parametrize(
    ("leads", "most", "n", "kept"),
    [
        ([], 50, 0, ()),
        ([1, 1, 2], 50, 3, (1, 2)),
        ([1, 2, 1], 50, 3, (1, 2)),
        ([1, 1, 2, 3], 2, 4, (1, 2)),
        (list(range(60)), 50, 60, tuple(range(50))),
        (list(range(60)), None, 60, tuple(range(60))),
        ([5, 6], 0, 2, ()),
    ],
)
def test_a_count_keeps_each_lead_once_and_no_more_than_were_wanted(
    leads: list[int], most: int | None, n: int, kept: tuple[int, ...]
) -> None:
    figure = tally(leads, most).count()
    assert (figure.value, figure.leads and figure.leads.n, figure.leads and figure.leads.first) == (n, n, kept)


@pytest.mark.parametrize("of", [1, 3, 4, 20, 999])
def test_none_of_all_and_all_of_all_end_their_interval_exactly(of: int) -> None:
    none, every = tally([]).share(of, why=""), tally(list(range(of))).share(of, why="")
    assert (none.value, none.low, every.value, every.high) == (0, 0, 1, 1)


def test_a_share_of_nothing_is_not_known_and_says_why() -> None:
    assert tally([]).share(0, why="nobody came") == Figure(value=None, unit=Unit.SHARE, of=0, why="nobody came")


@pytest.mark.parametrize(
    ("values", "half", "nine"),
    [([7.0], 7, 7), ([1, 2], 1.5, 2), ([3, 1, 2], 2, 3), (list(range(1, 11)), 5.5, 9), (list(range(1, 12)), 6, 10)],
)
def test_half_and_nine_in_ten_are_at_most_so_much(values: list[float], half: float, nine: float) -> None:
    assert middle(values, Unit.MINUTES, of=Tally(), why="").value == half
    assert within(values, 0.9, Unit.MINUTES, of=Tally(), why="").value == nine


def test_no_values_have_no_middle() -> None:
    for figure in (
        middle([], Unit.DAYS, of=Tally(), why="none yet"),
        within([], 0.9, Unit.DAYS, of=Tally(), why="none yet"),
    ):
        assert figure == Figure(value=None, unit=Unit.DAYS, of=0, why="none yet")


def test_nothing_is_more_than_nothing() -> None:
    none = tally([]).share(10, why="")
    found = lift(none, none)
    assert (found.value, found.of, found.low, found.high) == (None, 10, None, None)
    assert found.why


class Numbers:
    """Counts numbers."""

    def __init__(self) -> None:
        self.tally = Tally()

    def count(self, item: int, /) -> None:
        self.tally.add(LeadId(item))

    def cells(self) -> tuple[Cell, ...]:
        return (self.tally.count(),)


def lines_of(*labels: str) -> Lines[int]:
    lines = Lines[int](Numbers)
    for number, label in enumerate(labels):
        lines.count(label, number)
    return lines


@pytest.mark.parametrize(
    ("labels", "keys"),
    [
        (["Paid search"], ["paid-search"]),
        (["Web", "web"], ["web", "web-2", "all"]),
        (["web", "Web", "WEB"], ["web", "web-2", "web-3", "all"]),
        (["", " ", "?"], ["blank", "blank-2", "blank-3", "all"]),
        (["all"], ["all-2"]),
        (["All", "all", "b"], ["all-2", "all-3", "b", "all"]),
        (["a", "A", "a 2"], ["a", "a-2", "a-2-2", "all"]),
        (["B hot", "A.cold"], ["a-cold", "b-hot", "all"]),
        (["Über uns", "日本"], ["über-uns", "日本", "all"]),
    ],
    ids=str,
)
def test_every_line_has_a_key_of_its_own_that_can_be_typed(labels: list[str], keys: list[str]) -> None:
    rows = lines_of(*labels).rows()
    assert [row.key for row in rows] == keys
    assert [row.is_total for row in rows] == [False] * len(labels) + [True] * (len(labels) > 1)


def test_which_label_was_met_first_changes_no_line() -> None:
    one, other = lines_of("web", "Web", "Ads").rows(), lines_of("Ads", "Web", "web").rows()
    assert [(row.key, row.label) for row in one] == [(row.key, row.label) for row in other]


def test_labels_with_an_order_come_first_and_in_it() -> None:
    rows = lines_of("b", "z", "a", "y").rows(order=("z", "nobody", "y"))
    assert [row.label for row in rows] == ["z", "y", "a", "b", "All"]


def page(*parts: Table | Words) -> Page:
    window = window_of(since=date(2026, 11, 2), until=date(2026, 11, 8), zone=VIENNA, now=NOW)
    return Page(
        name="bands", title="Bands", asks="?", counts="handoffs", window=window, seen=NOW, rule_hash=RuleHash("r1"),
        parts=parts, missing=(Missing(what="no", mend="do"),),
    )  # fmt: skip


def table(rows: Lines[int]) -> Table:
    return rows.table("team", "By team", "Team", [Column(key="n", label="How many")])


def test_every_figure_is_a_row_whose_name_finds_it() -> None:
    made = page(table(lines_of("all", "b", "B")), Words(key="w", title="W", lines=("said",)))
    rows = list(as_rows(made))
    assert [row["name"] for row in rows] == ["team.all-2.n", "team.b.n", "team.b-2.n", "team.all.n"]
    assert all(set(row) == set(COLUMNS) for row in rows)
    assert [(found := made.figure(row["name"])) and found.value for row in rows] == [1, 1, 1, 3]
    assert made.figure("team.c.n") is None


def test_a_page_is_data_that_json_can_hold() -> None:
    read = json.loads(orjson.dumps(as_data(page(table(lines_of("a")), Words(key="w", title="W", lines=("said",))))))
    assert read["window"]["since"] == "2026-11-02T00:00:00+01:00"
    assert read["parts"][0]["rows"][0]["cells"]["n"] == {
        "name": "team.a.n",
        "value": 1,
        "unit": "count",
        "leads": {"n": 1, "first": [0]},
    }
    assert read["parts"][1] == {"part": "words", "key": "w", "title": "W", "lines": ["said"]}


def test_what_is_not_known_is_data_without_a_value_and_with_its_reason() -> None:
    class Unknown(Numbers):
        def cells(self) -> tuple[Cell, ...]:
            return (Figure(value=None, unit=Unit.SHARE, of=0, why="nobody came"),)

    lines = Lines[int](Unknown)
    lines.count("a", 1)
    (row,) = as_data(page(table(lines)))["parts"][0]["rows"]
    assert row["cells"]["n"] == {"name": "team.a.n", "unit": "share", "of": 0, "why": "nobody came"}
    (told,) = as_rows(page(table(lines)))
    assert (told["value"], told["leads"]) == (None, None)


GONE = Pass(
    handoff=Handoff(
        lead_id=LeadId(1), number=1, kind=HandoffKind.NEW_BUSINESS, opened_at=NOW, why="", hand_raise=False, score=0,
        band="A hot", outcome=Outcome.NO_NEED, closed_at=NOW,
    ),
    team=None, channel="unknown", meant_at=(), accepted_at=None, qualified_at=None, opportunity_at=None,
    won_at=None, late_since=None, working_minutes=None, known={}, activities=(), given_back_from=None,
)  # fmt: skip
WON = replace(GONE, accepted_at=NOW, qualified_at=NOW, opportunity_at=NOW, won_at=NOW)


def suggested(*groups: tuple[Value, int, Pass, bool]) -> list[str]:
    """What is said of groups of handoffs: the property's value, how many, what came of them, whether rejected."""
    found = Suggestions({"industry": "Industry"}, most=None)
    for value, many, each, rejected in groups:
        for _ in range(many):
            found.count(each, {"industry": value}, rejected=rejected)
    return [row.label for row in found.table().rows]


REST = ("Retail", 100, GONE, False)


def test_a_value_that_is_surely_rejected_more_often_is_worth_a_word() -> None:
    assert suggested(REST, ("Student", 20, GONE, True)) == ["Industry is Student"]


@pytest.mark.parametrize(
    "groups",
    [
        (REST, ("Student", 19, GONE, True)),
        (REST, ("Student", 30, GONE, True), ("Student", 1, WON, False)),
        (("Retail", 100, GONE, True), ("Student", 40, GONE, True)),
        (("Student", 40, GONE, True),),
        (REST, ("x" * 61, 40, GONE, True)),
        (REST, (7, 40, GONE, True)),
        (REST, (" ", 40, GONE, True)),
    ],
    ids=["fewer than twenty", "one was won", "no more than the rest", "no rest", "too long", "a number", "blank"],
)
def test_nothing_is_said_of(groups: tuple[tuple[Value, int, Pass, bool], ...]) -> None:
    assert suggested(*groups) == []


@pytest.mark.parametrize(("others", "said"), [(198, ["Industry is Student"]), (199, [])])
def test_a_property_of_more_than_two_hundred_values_names_persons(others: int, said: list[str]) -> None:
    names: list[tuple[Value, int, Pass, bool]] = [(f"name {number}", 1, GONE, False) for number in range(others)]
    for order in (1, -1):
        assert suggested(*[REST, ("Student", 20, GONE, True), *names][::order]) == said


def test_a_truth_is_said_in_words() -> None:
    assert suggested(REST, (True, 20, GONE, True)) == ["Industry is yes"]
