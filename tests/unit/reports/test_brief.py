"""A page in a few lines, and a page that names nobody."""

from dataclasses import replace

import pytest

from domain.values import RuleHash
from reports.pages.brief import MOST_MOVED, brief_of, moved, unnamed
from reports.pages.html import html_of
from reports.pages.page import Column, Figure, Missing, Page, Row, Table, Unit
from tests.report_pages import FIRST, LAST, NOW, QUARTER, count, minutes, people, share

PAIR = (Column(key="now", label="This week"), Column(key="before", label="The week before"))


def page(*tables: Table, missing: tuple[Missing, ...] = ()) -> Page:
    return Page(
        name="week", title="The week together", asks="Where do we stand?", counts="handoffs", window=QUARTER, seen=NOW,
        rule_hash=RuleHash("r1"), parts=tables, missing=missing,
    )  # fmt: skip


def pairs(*rows: tuple[str, Figure, Figure], key: str = "process") -> Table:
    told = tuple(Row(key=str(at), label=each[0], cells=each[1:]) for at, each in enumerate(rows))
    return Table(key=key, title="The process", heads="What", columns=PAIR, rows=told)


def goal(qualified: int, of: float) -> Table:
    columns = tuple(Column(key=each, label=each) for each in ("goal", "qualified", "share", "before"))
    part = Figure(value=qualified / of if of else None, unit=Unit.SHARE, why="no working day")
    cells = (Figure(value=of), count(qualified), part, count(4))
    return Table(
        key="goal", title="The goal", heads="Team", columns=columns, rows=(Row(key="1", label="Sales", cells=cells),)
    )


def test_the_goal_comes_first_then_what_moved_then_what_is_missing() -> None:
    lack = Missing(what="reports.yaml has no channels.", mend="Write some.")
    moves = pairs(("Handed over", count(10), count(40)), ("Won", count(3), count(3)))
    assert brief_of(page(goal(3, 5), moves, missing=(lack,))) == (
        "Goal",
        "• Sales: 3 qualified of 5 (60 %), the week before 4",
        "What changed most",
        "• Handed over: 10, the week before 40",
        "What the page cannot say yet",
        "• reports.yaml has no channels.",
    )


def test_a_week_without_a_working_day_has_no_share_of_the_goal() -> None:
    assert brief_of(page(goal(0, 0)))[1] == "• Sales: 0 qualified of 0, the week before 4"


def test_what_moved_more_than_chance_would_move_it_is_told_the_most_surprising_first() -> None:
    table = pairs(
        ("Handed over", count(100), count(104)),
        ("touched in time", share(20, 40), share(36, 40)),
        ("half touched within", minutes(60, 40), minutes(20, 40)),
        ("never touched", count(9), count(1)),
        ("Accepted", share(1, 2), share(0, 1)),
    )
    assert brief_of(page(table)) == (
        "What changed most",
        "• half touched within: 1 h, the week before 20 min",
        "• touched in time: 50 % (20 of 40), the week before 90 % (36 of 40)",
        "• never touched: 9, the week before 1",
    )


def test_no_more_than_a_few_lines_are_told() -> None:
    table = pairs(*((f"row {each}", count(100 * each), count(1)) for each in range(1, 12)))
    assert len(brief_of(page(table))) == MOST_MOVED + 1


def test_a_quiet_week_says_so() -> None:
    table = pairs(("Handed over", count(10), count(11)), ("Won", count(0), count(0)))
    assert brief_of(page(table)) == ("Nothing changed by more than chance alone would change it.",)


@pytest.mark.parametrize(
    ("now", "before"),
    [
        (count(0), count(0)),
        (share(0, 5), share(0, 9)),
        (share(5, 5), share(9, 9)),
        (minutes(0, 3), minutes(4, 3)),
        (Figure(value=float("inf")), count(1)),
        (share(0, 0), share(1, 2)),
        (minutes(None, 0), minutes(5, 2)),
    ],
)
def test_nothing_that_can_be_counted_breaks_the_lines(now: Figure, before: Figure) -> None:
    assert all(each.errors >= 0 for each in moved(pairs(("x", now, before))))
    assert brief_of(page(pairs(("x", now, before))))


def test_a_page_that_compares_nothing_tells_its_total() -> None:
    columns = (Column(key="handoffs", label="Handed over"), Column(key="won", label="Won"))
    rows = [Row(key=name, label=name, cells=(count(7), share(2, 7))) for name in ("Sales", "Inbound")]
    whole = Row(key="all", label="All", cells=(count(14), share(4, 14)), is_total=True)
    table = Table(key="team", title="By team", heads="Team", columns=columns, rows=(*rows, whole))
    assert brief_of(page(table)) == ("All", "• Handed over: 14", "• Won: 29 % (4 of 14)")


def test_lines_that_name_somebody_are_no_total_of_a_page() -> None:
    whole = Row(key="all", label="All", cells=(count(2),), is_total=True)
    column = (Column(key="won", label="Won"), Column(key="lost", label="Lost"))
    late = Table(key="late", title="", heads="Deal", columns=column, rows=(replace(whole, cells=(count(2),) * 2),))
    assert brief_of(page(late)) == ("All", "• Won: 2", "• Lost: 2")
    assert brief_of(page(replace(late, names=True))) == ()


def test_nobody_is_named_on_what_goes_out() -> None:
    wins = Table(
        key="win",
        title="Wins",
        heads="Deal",
        columns=(Column(key="rep", label="Rep"),),
        rows=(Row(key="1", label="Globex 50 seats", cells=("Okafor",)),),
        names=True,
    )
    whole = page(pairs(("Handed over", count(40), count(20))), wins)
    assert "Okafor" in html_of(whole, people())
    bare = html_of(unnamed(whole, "leadloop report week"), people())
    assert not [name for name in (*FIRST, *LAST, "Globex", "behind-") if name in bare]
    assert "leadloop report week" in bare


def decisions() -> Table:
    row = Row(key="1", label="#1 Call Globex back", cells=("sales", "Okafor", "overdue by 3 days"))
    columns = tuple(Column(key=each, label=each) for each in ("part", "owner", "stands"))
    return Table(
        key="decisions", title="6. What we decided", heads="Decision", columns=columns, rows=(row,), says="1 overdue.",
        names=True,
    )  # fmt: skip


def test_how_decisions_stand_goes_out_and_neither_their_words_nor_their_owners() -> None:
    whole = page(pairs(("Handed over", count(3), count(3))), decisions())
    assert brief_of(whole)[-1] == "What we decided: 1 overdue."
    bare = html_of(unnamed(whole, "leadloop report week"), people())
    assert not [name for name in ("Okafor", "Globex") if name in bare]
    assert brief_of(page(replace(decisions(), rows=(), says="")))[1:] == ()


def test_without_names_every_figure_reads_as_it_did() -> None:
    whole = page(pairs(("touched in time", share(20, 40), share(36, 40))))
    assert brief_of(unnamed(whole, "x")) == brief_of(replace(whole, remarks=()))
