"""The summary's figures, against a hand-made log and an independent reference."""

from collections.abc import Iterator
from datetime import date

import pytest

from leadloop.demo.figures import MISTAKE_ON, summary
from tests.unit.leadloop.demo.slow_figures import recompute
from tests.unit.leadloop.demo.small_log import RUTH, Line, LogBook, Person, small_log

DAY_10 = date(2026, 9, 16)
FIRST_SHOWN = next(line["seq"] for line in small_log() if not line["path"].startswith("/_simulator"))
EXPECTED = {
    "leads": 11,
    "activities": 11,
    "mqls": 11,
    "assigned": 11,
    "accepted": 5,
    "accepted_by_touch": 4,
    "needs_data": 1,
    "recycled": 2,
    "returned": 2,
    "hand_raise_returns": 1,
    "rejected": 4,
    "rerouted": 1,
    "held": 1,
    "backlog": 1,
    "writes_after_quiescence": 0,
    "api_calls": {"salesforce": 36, "hubspot": 33},
}


def test_the_small_log_has_the_figures_that_were_put_into_it() -> None:
    assert summary(small_log(), mistake_on=DAY_10) == EXPECTED


@pytest.mark.parametrize("until", range(FIRST_SHOWN, len(small_log()) + 1, 5))
def test_any_beginning_of_the_log_agrees_with_the_slow_reference(until: int) -> None:
    lines = small_log()[:until]
    assert summary(lines, mistake_on=DAY_10) == recompute(lines, mistake_on=DAY_10)


def test_lines_are_read_once_and_in_order() -> None:
    seen: list[int] = []

    def stream() -> Iterator[Line]:
        for line in small_log():
            seen.append(line["seq"])
            yield line

    summary(stream(), mistake_on=DAY_10)
    assert seen == [line["seq"] for line in small_log()]


def test_without_a_rule_edit_nobody_is_held() -> None:
    assert summary(small_log(), mistake_on=None)["held"] == 0


def test_the_rule_edit_is_on_day_thirty() -> None:
    assert date(2026, 10, 6) == MISTAKE_ON


def test_an_empty_log_has_nothing_to_tell() -> None:
    assert not any(value for name, value in summary([]).items() if name != "api_calls")


def test_a_write_in_the_last_cycle_is_counted() -> None:
    book = LogBook()
    person = Person(book, "Ann")
    book.at(1, 10)
    person.written(LL_Stage__c="engaged")
    book.at(1, 12)
    person.written(LL_Score__c=12.0)
    assert summary(book.lines)["writes_after_quiescence"] == 2


def test_one_assignment_shown_in_two_systems_is_one() -> None:
    book = LogBook()
    person = Person(book, "Ann")
    book.at(1, 10)
    person.assigned(RUTH, day=1)
    assert summary(book.lines)["assigned"] == 1


def test_a_return_needs_both_the_list_left_and_sales() -> None:
    book = LogBook()
    person = Person(book, "Ann")
    book.at(1, 10)
    person.written(LL_Stage__c="recycled")
    person.listed("LL · Nurture · Timing")
    book.at(2, 10)
    person.unlisted("LL · Nurture · Timing")
    book.at(3, 10)
    person.written(LL_Stage__c="known")
    book.at(6, 10)
    person.written(LL_Stage__c="mql")
    figures = summary(book.lines)
    assert (figures["recycled"], figures["returned"]) == (1, 0)
