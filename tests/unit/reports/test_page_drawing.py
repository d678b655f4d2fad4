"""Charts as numbers: what is drawn, where, and that no words come upon others."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.pages.drawing import NARROW, WIDE, drawing_of
from reports.pages.page import Chart, Column, Figure, Row, Table, Unit
from reports.pages.sheet import Drawing, Text
from tests.report_pages import count, follow_up, share, steps, weeks

WIDTHS = (WIDE, NARROW)
CHARTS = (Chart.BARS, Chart.COLUMNS, Chart.STEPS)
LONG = "Donaudampfschifffahrtsgesellschaftskapitänswitwenrentenauszahlungsstelle"
both = pytest.mark.parametrize("width", WIDTHS, ids=["wide", "narrow"])


def table(figures: Sequence[Figure], *, chart: Chart = Chart.BARS, labels: Sequence[str] = (), **more: object) -> Table:
    names = labels or [f"Group {at}" for at in range(len(figures))]
    rows = tuple(
        Row(key=str(at), label=name, cells=("some words", figure))
        for at, (name, figure) in enumerate(zip(names, figures, strict=True))
    )
    columns = (Column(key="a", label="A"), Column(key="b", label="B"))
    plain = Table(key="t", title="T", heads="Group", columns=columns, rows=rows, chart=chart, charted="b")
    return replace(plain, **more)  # type: ignore[arg-type]


def drawn(of: Table, width: float = WIDE) -> Drawing:
    found = drawing_of(of, width=width)
    assert found is not None
    return found


def words(of: Drawing, kind: str) -> list[str]:
    return [each.words for each in of.texts if each.kind == kind]


def touching(of: Drawing) -> list[tuple[str, str]]:
    return [(one.words, two.words) for one, two in combinations(of.texts, 2) if _meet(one, two)]


def _meet(one: Text, two: Text) -> bool:
    (left, right), (from_, to) = one.span(), two.span()
    return abs(one.y - two.y) < min(one.size, two.size) and min(right, to) - max(left, from_) > 0.1


def lost(of: Drawing) -> list[str]:
    """What lies outside of the sheet."""
    found = [each.words for each in of.texts if each.span()[0] < -0.1 or each.span()[1] > of.width + 0.1]
    found += [each.words for each in of.texts if not each.size * 0.7 < each.y <= of.height]
    found += [each.kind for each in of.boxes if each.x < 0 or each.x + each.width > of.width + 0.1]
    found += [each.kind for each in of.boxes if each.y < 0 or each.y + each.height > of.height]
    return found + [
        each.kind for each in of.strokes if max(each.x1, each.x2) > of.width or max(each.y1, each.y2) > of.height
    ]


@both
@pytest.mark.parametrize("chart", CHARTS)
@pytest.mark.parametrize(
    "figures",
    [
        [],
        [Figure(value=None, why="nobody yet")] * 3,
        [Figure(value=float("nan")), Figure(value=float("inf"))],
    ],
    ids=["no rows", "nothing known", "no numbers"],
)
def test_nothing_known_is_no_chart(figures: list[Figure], chart: Chart, width: float) -> None:
    assert drawing_of(table(figures, chart=chart), width=width) is None


def test_a_table_without_a_chart_has_none() -> None:
    assert drawing_of(table([count(3)], chart=Chart.NONE), width=WIDE) is None
    assert drawing_of(table([count(3)], charted="nothing like it"), width=WIDE) is None
    assert drawing_of(table([count(3)], charted="a"), width=WIDE) is None


def test_what_is_not_measured_alike_is_not_held_against_each_other() -> None:
    euro, dollar = (Figure(value=9, unit=Unit.MONEY, currency=each) for each in ("EUR", "USD"))
    assert drawing_of(table([euro, dollar]), width=WIDE) is None
    assert drawn(table([Figure(value=None), euro, euro])).boxes[0].kind == "bar"


@both
@pytest.mark.parametrize("chart", CHARTS)
@pytest.mark.parametrize(
    "figures",
    [
        [count(1)],
        [count(0)],
        [count(0), count(0)],
        [Figure(value=3), Figure(value=777_777_777_777_777)],
        [Figure(value=None, why=LONG), count(3), Figure(value=None, why="nobody yet")],
        [Figure(value=-3, unit=Unit.MONEY, currency="EUR"), Figure(value=12, unit=Unit.MONEY, currency="EUR")],
        [share(3, 7), share(0, 40), share(40, 40)],
        [Figure(value=80, unit=Unit.MINUTES, of=7), Figure(value=13_000, unit=Unit.MINUTES, of=70)],
        [Figure(value=at % 17, unit=Unit.DAYS, of=at) for at in range(60)],
        [Figure(value=0.5, unit=Unit.FACTOR, of=40, low=0.1, high=9.5)],
    ],
    ids=["one", "none", "all none", "huge", "unknown", "money", "shares", "minutes", "sixty", "factor"],
)
@pytest.mark.parametrize("labelled", ["short", LONG, "漢字の長い名前" * 9, ""], ids=["short", "long", "wide", "blank"])
@pytest.mark.parametrize("line", [None, (12.0, "agreed"), (0.0, LONG)], ids=["", "line", "long line"])
def test_no_words_touch_and_nothing_is_lost(
    figures: list[Figure], chart: Chart, width: float, labelled: str, line: tuple[float, str] | None
) -> None:
    found = drawn(table(figures, chart=chart, labels=[labelled] * len(figures), line=line), width)
    assert touching(found) == []
    assert lost(found) == []


@both
@given(
    values=st.lists(
        st.none() | st.floats(min_value=-1e12, max_value=1e12, allow_subnormal=False), min_size=1, max_size=20
    ).filter(lambda found: any(each is not None for each in found)),
    unit=st.sampled_from([each for each in Unit if each is not Unit.SHARE]),
    chart=st.sampled_from(CHARTS),
    label=st.text(max_size=60),
)
def test_any_values_and_names_are_drawn_without_touching(
    width: float, values: list[float | None], unit: Unit, chart: Chart, label: str
) -> None:
    figures = [Figure(value=each, unit=unit, why=label) for each in values]
    found = drawn(table(figures, chart=chart, labels=[label] * len(figures)), width)
    assert touching(found) == []
    assert lost(found) == []
    assert len(found.boxes) == sum(1 for each in values if each)


@both
def test_bars_are_as_long_as_their_values(width: float) -> None:
    one, two, three = drawn(table([count(10), count(20), count(40)]), width).boxes
    assert one.width * 2 == pytest.approx(two.width, abs=0.2)
    assert two.width * 2 == pytest.approx(three.width, abs=0.2)
    assert one.x == two.x == three.x


@both
def test_columns_are_as_tall_as_their_values_and_stand_on_one_floor(width: float) -> None:
    one, two = drawn(table([count(10), count(40)], chart=Chart.COLUMNS), width).boxes
    assert one.height * 4 == pytest.approx(two.height, abs=0.4)
    assert one.y + one.height == pytest.approx(two.y + two.height, abs=0.2)


def test_little_can_be_seen_beside_much_and_nothing_is_nothing() -> None:
    found = drawn(table([count(0), count(1), Figure(value=10_000_000)]))
    little, much = found.boxes
    assert little.width == 2.0 < much.width
    assert words(found, "value") == ["0", "1", "10,000,000"]


def test_an_axis_begins_at_nothing_and_a_share_ends_at_a_hundred_percent() -> None:
    assert words(drawn(table([share(39, 40), share(3, 40)])), "tick") == [
        "0 %",
        "20 %",
        "40 %",
        "60 %",
        "80 %",
        "100 %",
    ]
    assert words(drawn(table([count(1), count(2)])), "tick") == ["0", "1", "2"]
    assert words(drawn(table([Figure(value=70, unit=Unit.MINUTES)])), "tick") == [
        "0 min",
        *("15 min", "30 min", "45 min", "1 h", "1 h 15 min"),
    ]


def test_an_axis_tells_its_values_apart_however_small_they_are() -> None:
    assert words(drawn(table([share(12, 1000)])), "tick") == ["0.0 %", "0.5 %", "1.0 %", "1.5 %", "2.0 %", "2.5 %"]
    times = Figure(value=0.031, unit=Unit.FACTOR)
    assert words(drawn(table([times])), "tick") == ["0.00×", "0.01×", "0.02×", "0.03×", "0.04×"]


def test_each_bar_says_its_share_and_of_how_many() -> None:
    found = drawn(table([share(3, 7), share(30, 70), share(0, 0)]))
    assert words(found, "value") == ["43 % (3 of 7, few)", "43 % (30 of 70)", "—"]
    assert words(found, "why") == ["no clock has come to its end yet"]
    assert [each.kind for each in found.boxes] == ["few", "bar"]


@both
@pytest.mark.parametrize("chart", [Chart.BARS, Chart.COLUMNS])
def test_an_interval_is_a_thin_line_around_the_end_of_its_bar(chart: Chart, width: float) -> None:
    found = drawn(table([share(30, 70)], chart=chart), width)
    (bar,) = found.boxes
    line, *caps = (each for each in found.strokes if each.kind == "spread")
    assert len(caps) == 2
    if chart is Chart.BARS:
        assert line.x1 < bar.x + bar.width < line.x2
        assert bar.y < line.y1 == line.y2 < bar.y + bar.height
    else:
        assert line.y2 < bar.y < line.y1
        assert bar.x < line.x1 == line.x2 < bar.x + bar.width


@both
@pytest.mark.parametrize("chart", [Chart.BARS, Chart.COLUMNS])
def test_a_marked_value_lies_where_it_is_on_the_axis_and_has_its_name(chart: Chart, width: float) -> None:
    found = drawn(table([share(60, 100)], chart=chart, line=(0.6, "agreed")), width)
    assert words(found, "named") == ["agreed: 60 %"]
    (bar,) = found.boxes
    lines = [each for each in found.strokes if each.kind == "line"]
    places = {each.x1 for each in lines} if chart is Chart.BARS else {lines[0].y1}
    assert places == {bar.x + bar.width if chart is Chart.BARS else bar.y}


def test_a_line_that_names_its_value_does_not_say_it_twice() -> None:
    assert words(drawn(table([share(60, 100)], line=(0.5, "agreed: 50 %"))), "named") == ["agreed: 50 %"]


def test_a_marked_value_beyond_all_others_is_on_the_sheet() -> None:
    found = drawn(table([share(3, 40)], line=(0.9, "agreed")))
    assert words(found, "tick")[-1] == "100 %"


def test_a_total_stands_beside_shares_and_not_beside_what_it_is_the_sum_of() -> None:
    team = next(each for each in follow_up().tables() if each.key == "team")
    assert [each.kind for each in drawn(team).boxes][-1] == "total"
    assert "total" not in [each.kind for each in drawn(replace(team, charted="handoffs")).boxes]


@both
def test_steps_say_how_many_went_on(width: float) -> None:
    found = drawn(steps(), width)
    assert words(found, "label") == ["Known", "Handed over", "Accepted", "Qualified", "In a deal", "Won"]
    assert words(found, "note") == ["20 % of 4,120", "46 % of 812", "54 % of 377", "30 % of 204", "15 % of 61"]
    assert words(found, "tick") == []


def test_steps_of_which_the_second_is_more_are_not_told_as_going_on() -> None:
    assert words(drawn(table([count(3), count(4), count(0), count(0)], chart=Chart.STEPS)), "note") == ["0 % of 4"]


def test_steps_that_stand_beside_each_other_are_those_of_everybody() -> None:
    columns = tuple(Column(key=each, label=each) for each in ("known", "handed", "share"))
    rows = (
        Row(key="a", label="A", cells=(count(9), count(4), share(4, 9))),
        Row(key="b", label="B", cells=(count(7), count(2), share(2, 7))),
        Row(key="all", label="All", cells=(count(16), count(6), share(6, 16)), is_total=True),
    )
    found = drawn(Table(key="t", title="T", heads="Team", columns=columns, rows=rows, chart=Chart.STEPS))
    assert words(found, "label") == ["known", "handed"]
    assert words(found, "value") == ["16", "6"]


def test_of_many_columns_the_latest_has_its_name() -> None:
    for many in (2, 13, 60):
        last = weeks(many).rows[-1].label
        assert last in words(drawn(weeks(many), NARROW), "tick")


def test_columns_without_room_for_their_values_leave_them_to_the_table() -> None:
    assert len(words(drawn(weeks(13), WIDE), "value")) == 12
    assert words(drawn(weeks(60), NARROW), "value") == []


def test_it_is_told_in_words_and_not_without_end() -> None:
    told = drawn(weeks(60), WIDE).says
    assert told.startswith("2026-W35 30 % (6 of 20), 95 %: 15–52 %; 2026-W36")
    assert told.endswith("; and 48 more in the table below; dashed line at 50 %: agreed: 50 %.")
