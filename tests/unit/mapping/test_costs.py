"""A marketer's table of costs: columns under their own words, sums and months as people type them."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import pytest

from mapping.costs import Costs, Line, costs_of, day_of, month_of, sum_of

HEADER = ("Campaign", "Channel", "Month", "Amount", "Currency")
CHANNELS = ("Webinar", "Paid search", "Partner")


def read(*rows: Sequence[str], header: Sequence[str] = HEADER) -> Costs:
    lines = [Line(number=at, cells=dict(zip(header, row, strict=True))) for at, row in enumerate(rows, start=2)]
    return costs_of(header, lines, header_line=1, channels=CHANNELS)


def faults(*rows: Sequence[str], header: Sequence[str] = HEADER) -> list[tuple[int, str]]:
    return [(each.line, each.words) for each in read(*rows, header=header).faults]


def test_a_line_is_a_campaign_or_a_channel_with_its_month_its_sum_and_its_currency() -> None:
    fair, ads = read(("Fair", "", "2026-02", "1200", "gbp"), ("", "paid search", "2026-03", "7,5", "")).lines
    assert (fair.campaign, fair.channel, fair.first, fair.last) == ("Fair", "", date(2026, 2, 1), date(2026, 2, 28))
    assert (fair.line, fair.amount, fair.currency) == (2, Decimal(1200), "GBP")
    assert (ads.campaign, ads.channel, ads.amount, ads.currency) == ("", "Paid search", Decimal("7.5"), None)


@pytest.mark.parametrize(
    "header",
    [
        ("campaign name", "month", "spend"),
        ("CAMPAIGN ID", "Period", "Amount spent"),
        ("Kampagne", "Monat", "Kosten"),
        ("Campaña", "Mes", "Coste"),
    ],
)
def test_columns_are_known_by_the_words_that_people_use(header: tuple[str, str, str]) -> None:
    (line,) = read(("Fair", "2026-09", "10"), header=header).lines
    assert (line.campaign, line.amount, line.last) == ("Fair", Decimal(10), date(2026, 9, 30))


def test_a_column_of_something_else_is_left_alone() -> None:
    header = (*HEADER, "Clicks", "Remarks")
    (line,) = read(("Fair", "", "2026-09", "10", "EUR", "many", "?"), header=header).lines
    assert line.amount == Decimal(10)


@pytest.mark.parametrize(
    ("header", "words"),
    [
        (("Month", "Amount"), "no column says the campaign or the channel: add `campaign`"),
        (
            ("Campain", "Month", "Amount"),
            "no column says the campaign or the channel; is it 'Campain'? Call it `campaign`",
        ),
        (("Campaign", "Month"), "no column says the amount: add `amount`"),
        (
            ("Campaign", "From", "Amount"),
            "no column says the month, and no two the first and the last day (`from`, `to`): add `month`",
        ),
        (("Campaign", "Month", "Cost", "Spend"), "the columns 'Cost' and 'Spend' both say the amount"),
    ],
    ids=["no campaign", "a slip", "no amount", "half a period", "two amounts"],
)
def test_a_table_without_its_columns_is_refused_with_the_one_that_is_missing(
    header: tuple[str, ...], words: str
) -> None:
    assert faults(header=header) == [(1, words)]


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("2026-09", date(2026, 9, 30)),
        ("2026-9", date(2026, 9, 30)),
        ("2026-09-01", date(2026, 9, 30)),
        ("2026-09-17T00:00:00", date(2026, 9, 30)),
        ("2026-09-01 00:00:00", date(2026, 9, 30)),
        ("09/2026", date(2026, 9, 30)),
        ("9.2026", date(2026, 9, 30)),
        ("Sep 2026", date(2026, 9, 30)),
        ("september 2026", date(2026, 9, 30)),
        ("Sep-26", date(2026, 9, 30)),
        ("2028-02", date(2028, 2, 29)),
        ("12/2026", date(2026, 12, 31)),
    ],
)
def test_a_month_is_read_in_every_usual_spelling(text: str, last: date) -> None:
    assert month_of(text) == (last.replace(day=1), last)


@pytest.mark.parametrize(
    "text", ["2026-13", "00/2026", "Q3 2026", "Septembre 2026", "2026", "13.2026", "soon", "0000-01"]
)
def test_what_is_no_month_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no month: write it as 2026-09"):
        month_of(text)


def test_a_period_has_its_first_and_its_last_day() -> None:
    header = ("Campaign", "From", "To", "Amount")
    rows = (("Fair", "2026-09-14", "16.09.2026", "9"),)
    (line,) = read(*rows, header=header).lines
    assert (line.first, line.last) == (date(2026, 9, 14), date(2026, 9, 16))
    assert faults(("Fair", "2026-09-16", "2026-09-14", "9"), header=header) == [
        (2, "the last day, '2026-09-14', lies before the first, '2026-09-16'")
    ]


def test_a_line_says_either_a_month_or_a_period() -> None:
    header = ("Campaign", "Month", "From", "To", "Amount")
    assert faults(("A", "2026-09", "2026-09-01", "", "1"), ("B", "", "2026-09-01", "", "1"), header=header) == [
        (2, "both a month and days are named: leave one of them empty"),
        (3, "neither a month nor both days, `from` and `to`, are named"),
    ]


@pytest.mark.parametrize("text", ["09/10/2026", "2026-02-30", "31.4.2026", "1.1.0001", "9999-12-31"])
def test_a_day_that_may_be_another_one_or_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no day: write it as 2026-09-30"):
        day_of(text)


@pytest.mark.parametrize(
    ("text", "sum_"),
    [
        ("1200", "1200"),
        ("1200.5", "1200.5"),
        ("1200,50", "1200.50"),
        ("1,200.50", "1200.50"),
        ("1.200,50", "1200.50"),
        ("1 200,50", "1200.50"),
        ("1'200.50", "1200.50"),
        ("1,234,567", "1234567"),
        ("1.234.567", "1234567"),
        ("12\u202f000", "12000"),
        ("0.125", "0.125"),
        ("0", "0"),
    ],
)
def test_a_sum_is_read_as_it_was_meant(text: str, sum_: str) -> None:
    assert sum_of(text) == Decimal(sum_)


def test_a_sum_that_may_be_either_is_refused_with_the_way_to_write_it() -> None:
    with pytest.raises(ValueError, match=r"'1,200' may be more than a thousand or .*: write 1200\.00$"):
        sum_of("1,200")


@pytest.mark.parametrize("text", ["€1200", "1200 EUR", "free", "-5", "(12)", "1e9", "nan", "1,2,3", "1.2.3,4", "٣"])
def test_what_is_no_sum_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"write 1234\.50, without the sign of a currency"):
        sum_of(text)


def test_a_channel_that_reports_do_not_have_is_named_with_the_nearest() -> None:
    (found,) = read(("Fair", "Webinars", "2026-09", "1", "")).faults
    assert (found.line, found.words) == (2, "reports.yaml has no channel 'Webinars'")
    assert found.hint == "did you mean `Webinar`?"


def test_one_bad_line_leaves_nothing_of_the_table() -> None:
    found = read(
        ("Fair", "", "2026-09", "1", ""), ("Fair", "", "2026-10", "?", ""), ("", "", "2026-10", "2", "dollars")
    )
    assert found.lines == ()
    assert [each.line for each in found.faults] == [3, 4]


def test_a_block_that_was_pasted_twice_is_noticed() -> None:
    row = ("Fair", "", "2026-09", "100", "EUR")
    (found,) = faults(row, ("Fair", "", "2026-09", "101", "EUR"), row)
    assert found[0] == 4
    assert found[1].startswith("the same as line 2")


def test_a_row_that_could_not_be_read_is_a_fault_of_the_table() -> None:
    line = Line(number=7, cells={}, problem="3 cells where the header has 5")
    found = costs_of(HEADER, [line], header_line=1, channels=CHANNELS)
    assert [(each.line, each.words) for each in found.faults] == [(7, "3 cells where the header has 5")]
