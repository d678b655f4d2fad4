"""The territory table: any spreadsheet's CSV, every mistake with its line, the same version however it is sorted."""

from pathlib import Path

import pytest

from config.edits import edits_between
from config.territories import TerritoryReading, TerritoryTable, read_territories

PROPERTIES = frozenset({"country", "postal_code", "employees", "industry"})
GOOD = """\
territory,country,postal_code,to,from,until
DACH,DE|AT|CH,,SDR DACH,,
Munich,DE,80*|81*,ana.ruiz@acme.example,2026-01-01,2027-01-01
Rest,,,SDR,,
"""


def read(tmp_path: Path, text: str | bytes) -> TerritoryReading:
    path = tmp_path / "territories.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_territories(path, properties=PROPERTIES, pools=["SDR", "SDR DACH"])


def table(tmp_path: Path, text: str | bytes) -> TerritoryTable:
    found = read(tmp_path, text)
    assert found.table is not None, found.problems
    return found.table


def test_a_table_is_kept_by_territory_with_its_columns_in_order(tmp_path: Path) -> None:
    found = table(tmp_path, GOOD)
    assert found.columns == ["country", "postal_code"]
    assert found.rows == {
        "DACH": {"DE|AT|CH\t\t\t": "SDR DACH"},
        "Munich": {"DE\t80*|81*\t2026-01-01\t2027-01-01": "ana.ruiz@acme.example"},
        "Rest": {"\t\t\t": "SDR"},
    }


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(GOOD.replace(",", ";"), id="semicolons"),
        pytest.param(GOOD.replace(",", "\t"), id="tabs"),
        pytest.param(b"\xef\xbb\xbf" + GOOD.encode(), id="byte order mark"),
        pytest.param(GOOD.replace("\n", "\r\n"), id="windows line ends"),
        pytest.param(GOOD.replace("postal_code", " Postal Code "), id="a heading as people write it"),
        pytest.param(GOOD + ",,,,,\n\n", id="empty lines"),
    ],
)
def test_whatever_spreadsheet_wrote_it_it_says_the_same(tmp_path: Path, text: str | bytes) -> None:
    assert table(tmp_path, text) == table(tmp_path, GOOD)


def test_the_order_of_the_rows_means_nothing(tmp_path: Path) -> None:
    header, *rows = GOOD.splitlines(keepends=True)
    assert table(tmp_path, header + "".join(reversed(rows))) == table(tmp_path, GOOD)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            GOOD.replace("SDR DACH", "SDR DAHC"),
            "territories.csv:2:1: there is no pool `SDR DAHC` (did you mean `SDR DACH`?)",
        ),
        (
            GOOD.replace(",country", ",contry"),
            "territories.csv:1:2: there is no property `contry` (did you mean `country`?)",
        ),
        (GOOD.replace("postal_code", "country"), "territories.csv:1:3: the column `country` stands twice"),
        (GOOD.replace("territory,", "name,"), "territories.csv:1:1: the column `territory` is missing"),
        (
            GOOD.replace("2026-01-01", "01.01.2026"),
            "territories.csv:3:1: `from` holds no date: `01.01.2026` (write it as 2026-01-31)",
        ),
        (
            GOOD.replace("2027-01-01", "2026-01-01"),
            "territories.csv:3:1: `until` (2026-01-01) is not after `from` (2026-01-01)",
        ),
        (
            GOOD.replace("ana.ruiz@acme.example", "ana.ruiz@"),
            "territories.csv:3:1: `ana.ruiz@` is no e-mail address (such as ana.ruiz@acme.example)",
        ),
        (
            GOOD.replace("80*|81*", "81999-80000"),
            "territories.csv:3:1: `postal_code`: the range `81999-80000` runs backwards: for the text itself write",
        ),
        (GOOD.replace("80*", "8*0"), "territories.csv:3:1: `postal_code`: `8*0` has its `*` in the middle"),
        (GOOD.replace("Munich,", ","), "territories.csv:3:1: the territory has no name"),
        (GOOD + "Alps,,,SDR,,,\nAlps,AT,1,SDR,,,x\n", "territories.csv:6:1: 7 cells where the header has 6"),
        (GOOD.encode("utf-16"), "territories.csv:1:1: the file is not UTF-8: save it from the spreadsheet"),
        ("", "territories.csv:1:1: the column `territory` is missing"),
    ],
)
def test_every_mistake_has_its_line_and_says_how_to_mend_it(tmp_path: Path, text: str | bytes, said: str) -> None:
    found = read(tmp_path, text)
    assert found.table is None
    assert any(str(problem).startswith(said) for problem in found.problems), list(map(str, found.problems))


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    text = GOOD.replace("SDR DACH", "Nobody").replace("2026-01-01", "soon")
    assert [problem.line for problem in read(tmp_path, text).problems] == [2, 3]


def test_two_rows_for_the_same_at_the_same_time_are_a_mistake(tmp_path: Path) -> None:
    rows = "territory,country,to,from,until\nSpain,ES,SDR,,2026-06-01\nSpain,ES|PT,SDR DACH,2026-05-01,\n"
    (problem,) = read(tmp_path, rows).problems
    assert str(problem) == (
        "territories.csv:3:1: this row and line 2 (the same territory) ask for the same from 2026-05-01 on "
        "(end the one with `until` on the day on which the other begins)"
    )
    (other,) = read(tmp_path, rows.replace("Spain,ES|PT", "Iberia,ES|PT")).problems
    assert "line 2 (`Spain` territory)" in str(other)


def test_from_the_day_on_which_the_one_ends_the_other_has_it_and_a_gap_is_a_warning(tmp_path: Path) -> None:
    rows = "territory,country,to,from,until\nSpain,ES,SDR,,2026-06-01\nSpain,ES,SDR DACH,2026-06-01,\n"
    assert (read(tmp_path, rows).problems, read(tmp_path, rows).warnings) == ((), ())
    (warning,) = read(tmp_path, rows.replace("2026-06-01,\n", "2026-07-01,\n")).warnings
    assert str(warning) == (
        "territories.csv:3:1: nobody has `Spain` from 2026-06-01 until 2026-07-01: line 2 ends before"
    )


def test_a_table_without_columns_to_match_goes_by_the_account_s_own_territory(tmp_path: Path) -> None:
    found = table(tmp_path, "territory,to\nNorth,SDR\n")
    assert (found.columns, found.rows) == (["account_territory"], {"North": {"=North\t\t": "SDR"}})


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    found = read_territories(tmp_path / "areas.csv", properties=PROPERTIES, pools=[])
    assert str(found.problems[0]) == "areas.csv:1:1: there is no file areas.csv in the settings folder"


def test_what_changed_between_two_versions_is_said_by_territory_and_row(tmp_path: Path) -> None:
    before = {"territories": table(tmp_path, GOOD).model_dump()}
    after = {"territories": table(tmp_path, GOOD.replace("AT|CH,,SDR DACH", "AT|CH,,SDR")).model_dump()}
    (edit,) = edits_between(before, after)
    assert edit.words == "~ territories: DACH / DE|AT|CH: SDR DACH → SDR"
