"""The file of costs as programs save it: any encoding, any separator, a workbook."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import Workbook

from leadloop.costing import read

CHANNELS = ("Événements", "Webinar")


def text(folder: Path, words: str, *, encoding: str = "utf-8") -> Path:
    path = folder / "costs.csv"
    path.write_bytes(words.encode(encoding))
    return path


def workbook(folder: Path, *rows: Sequence[object]) -> Path:
    book = Workbook()
    page = book.active
    assert page is not None
    for row in rows:
        page.append(list(row))
    path = folder / "costs.xlsx"
    book.save(path)
    return path


def test_what_excel_saves_in_europe_is_read(tmp_path: Path) -> None:
    path = text(tmp_path, "Kanal;Monat;Kosten;Währung\r\nÉvénements;09.2026;1.200,50;EUR\r\n", encoding="cp1252")
    (line,) = read(path, CHANNELS).lines
    assert (line.channel, line.first, line.amount, line.line) == (
        "Événements",
        date(2026, 9, 1),
        Decimal("1200.50"),
        2,
    )


def test_a_workbook_has_real_days_and_real_numbers(tmp_path: Path) -> None:
    path = workbook(
        tmp_path, ("Campaign", "Month", "Amount"), ("Fair", date(2026, 9, 1), 1234.5), ("Fair", "Oct 2026", 7)
    )
    first, second = read(path, CHANNELS).lines
    assert (first.last, first.amount) == (date(2026, 9, 30), Decimal("1234.5"))
    assert (second.last, second.amount) == (date(2026, 10, 31), Decimal(7))


def test_lines_are_those_of_the_file_blank_ones_included(tmp_path: Path) -> None:
    path = text(tmp_path, "campaign\tmonth\tamount\n\nFair\t2026-09\tmuch\n\nFair\t2026-10\n")
    assert [each.line for each in read(path, CHANNELS).faults] == [3, 5]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("", "the file has no header"),
        ("campaign,amount,amount\n", "the header has 'amount' twice"),
        ("\xd0\xcf\x11\xe0", "an old Excel workbook (.xls); save it as .xlsx or .csv"),
    ],
    ids=["empty", "twice", "old"],
)
def test_a_file_that_is_no_table_is_told_in_words(tmp_path: Path, words: str, told: str) -> None:
    (fault,) = read(text(tmp_path, words, encoding="latin-1"), CHANNELS).faults
    assert fault.words == told


def test_a_file_that_is_not_there_is_told_in_words(tmp_path: Path) -> None:
    (fault,) = read(tmp_path / "costs.csv", CHANNELS).faults
    assert fault.words == "it cannot be read: No such file or directory"
    (fault,) = read(tmp_path, CHANNELS).faults
    assert fault.words == "it cannot be read: Is a directory"
