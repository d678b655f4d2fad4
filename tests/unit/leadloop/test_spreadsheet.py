"""Rows of a command as a file for a spreadsheet."""

import csv
import io

import pytest

from leadloop import spreadsheet

COLUMNS = ("name", "said")


@pytest.mark.parametrize("text", ["one\rtwo", "one\ntwo", "one\r\ntwo", 'a "word", another', "", "ends with\r"])
def test_whatever_stands_in_a_cell_stays_in_that_cell(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    spreadsheet.write(COLUMNS, [("first", text), ("second", "x")])
    written = capsys.readouterr().out
    assert list(csv.reader(io.StringIO(written, newline=""))) == [list(COLUMNS), ["first", text], ["second", "x"]]


def test_no_cell_is_a_formula_and_what_a_row_lacks_is_empty(capsys: pytest.CaptureFixture[str]) -> None:
    spreadsheet.write_named(COLUMNS, [{"name": "=HYPERLINK(1)", "more": 3}, {"name": -5, "said": None}])
    assert capsys.readouterr().out == "name,said\r\n'=HYPERLINK(1),\r\n-5,\r\n"
