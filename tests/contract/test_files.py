"""The shipped laws of reading over real CSV files; then what only files promise."""

import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from connectors.contract import Connector, Describer, Reader
from connectors.files.connector import Files, Settings
from connectors.testing import ReaderContract, failure_of, found_in
from domain.activity import ActivityKind
from domain.errors import ContractError, SettingsError
from domain.record import Cursor, Page
from tests.rig import FixedClock, surroundings

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
WEBINAR = {"pattern": "webinar*", "kind": "webinar_viewed", "email": "Email", "at": "Joined"}


class FilesRig:
    """A folder in which somebody leaves files."""

    rows_for_three_pages = 25

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.files = 0

    def connector(self) -> Files:
        given = {
            "folder": self.folder,
            "leads": [{"pattern": "leads*.csv", "columns": {"E-mail": "email"}}],
            "activities": [WEBINAR],
            "rows_per_page": 10,
        }
        return Files(Settings.model_validate(given), surroundings("inbox", FixedClock(NOW)))

    def settle(self) -> None:
        """Files have no lag."""


class LeadsRig(FilesRig):
    """Lists of people."""

    stream = "leads"

    def seed(self, count: int) -> Sequence[str]:
        self.files += 1
        keys = [f"person{number}@list{self.files}.example" for number in range(count)]
        rows = "".join(f"{key},Ann,Acme\n" for key in keys)
        (self.folder / f"leads{self.files}.csv").write_text(f"E-mail,First name,Company\n{rows}")
        return keys

    def touch(self, key: str) -> None:
        path = self.folder / "leads1.csv"
        path.write_text(path.read_text().replace(f"{key},Ann", f"{key},Bea{len(path.read_text())}"))


class ActivitiesRig(FilesRig):
    """Lists of what people did."""

    stream = "activities"

    def seed(self, count: int) -> Sequence[str]:
        self.files += 1
        keys = [f"guest{number}@hall{self.files}.example" for number in range(count)]
        rows = "".join(f"{key};2026-11-20 14:05;31\n" for key in keys)
        (self.folder / f"webinar{self.files}.csv").write_text(f"Email;Joined;Minutes\n{rows}")
        return keys

    def touch(self, key: str) -> None:
        with (self.folder / "webinar1.csv").open("a") as file:
            file.write(f"{key};2026-11-21 09:00;12\n")


class TestLeadFiles(ReaderContract):
    """The laws for lists of people."""

    @pytest.fixture
    def rig(self, tmp_path: Path) -> LeadsRig:
        return LeadsRig(tmp_path)


class TestActivityFiles(ReaderContract):
    """The laws for lists of activities."""

    @pytest.fixture
    def rig(self, tmp_path: Path) -> ActivitiesRig:
        return ActivitiesRig(tmp_path)


def reading(folder: Path, **rules: object) -> Files:
    given = {"folder": folder, "activities": [WEBINAR | rules]}
    return Files(Settings.model_validate(given), surroundings("inbox", FixedClock(NOW)))


def pages_of(folder: Path, **rules: object) -> list[Page]:
    return list(reading(folder, **rules).read("activities", None))


def pages_in_passes(folder: Path, passes: int) -> list[Page]:
    """What that many readings bring, each from the cursor of the one before."""
    pages: list[Page] = []
    for _ in range(passes):
        pages += list(reading(folder).read("activities", pages[-1].cursor if pages else None))
    return pages


def rejected_in(pages: Sequence[Page]) -> list[str]:
    return [why for page in pages for why in page.rejected]


def test_it_is_a_reading_connector(tmp_path: Path) -> None:
    connector = reading(tmp_path)
    for ability in (Connector, Reader, Describer):
        assert isinstance(connector, ability)
    assert connector.account().account_id == str(tmp_path)


def test_a_bad_row_is_named_by_line_and_the_others_go_in(tmp_path: Path) -> None:
    (tmp_path / "webinar.csv").write_bytes(
        b"Email,Joined,Note\n"
        b"ann@a.example,2026-11-20 14:05,f\xc3\xacne\n"
        b"bea@a.example,2026-11-20 14:05\n"
        b"no address,2026-11-20 14:05,x\n"
        b'cid@a.example,2026-11-20 14:05,"two\nlines"\n'
        b"dan@a.example,yesterday,x\n"
        b"eve@a.example,2026-11-20 14:05,\xff\xfe\n"
        b"fay@a.example,2027-11-20 14:05,x\n"
        b'"gus"s@a.example,2026-11-20 14:05,x\n'
        b"hal@a.example,2026-11-20 14:05,last\n"
    )
    pages = pages_of(tmp_path)
    assert {"ann@a.example", "cid@a.example", "hal@a.example"} == {
        activity.email for page in pages for activity in page.activities
    }
    assert rejected_in(pages) == [
        "webinar.csv: line 3: 2 cells where the header has 3",
        "webinar.csv: line 4: column 'Email' holds no e-mail address",
        "webinar.csv: line 7: column 'Joined' holds no time of the form ISO 8601, as in 2026-11-22 14:05",
        "webinar.csv: line 8: not UTF-8 text; save the file as UTF-8, or name its `encoding`",
        "webinar.csv: line 9: column 'Joined' lies in the future",
        "webinar.csv: line 10: the quoting is broken (',' expected after '\"')",
    ]


def test_no_rejection_repeats_what_stands_in_the_row(tmp_path: Path) -> None:
    (tmp_path / "webinar.csv").write_text("Email,Joined\nSecret Person,2026-11-20\nann@a.example,Secret Time\n")
    told = rejected_in(pages_of(tmp_path))
    assert len(told) == 2
    assert not [why for why in told if "Secret" in why]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["plain", "with a byte order mark"])
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["unix", "windows"])
def test_common_forms_of_csv_are_read(tmp_path: Path, delimiter: str, mark: bytes, end: str) -> None:
    lines = [["Email", "Joined", "Topic"], ["Zoë@A.example ", "2026-11-20T14:05:00Z", '"Scoring, why"']]
    text = end.join(delimiter.join(cells) for cells in lines) + end
    (tmp_path / "webinar.csv").write_bytes(mark + text.encode())
    (activity,) = [activity for page in pages_of(tmp_path) for activity in page.activities]
    assert (activity.email, activity.kind) == ("zoë@a.example", ActivityKind.WEBINAR_VIEWED)
    assert activity.occurred_at == datetime(2026, 11, 20, 14, 5, tzinfo=UTC)
    assert activity.properties == {"Topic": "Scoring, why"}


def test_times_without_a_zone_are_of_the_zone_in_the_settings(tmp_path: Path) -> None:
    (tmp_path / "webinar.csv").write_text("Email,Joined\nann@a.example,20.11.2026 15:05\n")
    pages = pages_of(tmp_path, time_zone="Europe/Berlin", time_format="%d.%m.%Y %H:%M")
    assert pages[0].activities[0].occurred_at == datetime(2026, 11, 20, 14, 5, tzinfo=UTC)


def test_the_same_row_in_another_file_is_the_same_activity(tmp_path: Path) -> None:
    row, other = "ann@a.example,2026-11-20 14:05,Scoring\n", "bea@a.example,2026-11-20 14:05,Scoring\n"
    (tmp_path / "webinar.csv").write_text(f"Email,Joined,Topic\n{row}")
    (tmp_path / "webinar copy.csv").write_text(f"Email,Joined,Topic\n{other}{row}")
    keys = [activity.key for page in pages_of(tmp_path) for activity in page.activities]
    assert len(keys) == 3
    assert len(set(keys)) == 2


def test_a_file_that_grew_is_read_on_from_where_it_ended(tmp_path: Path) -> None:
    path = tmp_path / "webinar.csv"
    path.write_text("Email,Joined\nann@a.example,2026-11-20\n")
    cursor = pages_of(tmp_path)[-1].cursor
    with path.open("a") as file:
        file.write("bea@a.example,2026-11-20\nno address,2026-11-20\n")
    pages = list(reading(tmp_path).read("activities", cursor))
    assert [activity.email for page in pages for activity in page.activities] == ["bea@a.example"]
    assert rejected_in(pages) == ["webinar.csv: line 4: column 'Email' holds no e-mail address"]


def test_a_file_that_was_replaced_is_read_again_whole(tmp_path: Path) -> None:
    path = tmp_path / "webinar.csv"
    path.write_text("Email,Joined\nann@a.example,2026-11-20\n")
    cursor = pages_of(tmp_path)[-1].cursor
    path.write_text("Email,Joined\nbob@a.example,2026-11-20\ncid@a.example,2026-11-20\n")
    assert {"bob@a.example", "cid@a.example"} <= found_in(reading(tmp_path).read("activities", cursor))


WRITTEN_SLOWLY = (
    "Email,Joined,Note\nann@a.example,2026-11-20T10:00,first\n"
    'bea@a.example,2026-11-20T11:30,"two\nlines"\ncid@a.example,2026-11-20T12:00,last\n'
)


@pytest.mark.parametrize("cut", range(1, len(WRITTEN_SLOWLY)))
def test_a_file_that_is_still_being_written_gives_each_row_once_and_whole(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "webinar.csv"
    path.write_text(WRITTEN_SLOWLY[:cut])
    early = pages_of(tmp_path)
    path.write_text(WRITTEN_SLOWLY)
    late = list(reading(tmp_path).read("activities", early[-1].cursor))
    found = {activity.key: activity for page in [*early, *late] for activity in page.activities}
    assert sorted(
        (str(each.email), f"{each.occurred_at:%H:%M}", each.properties["Note"]) for each in found.values()
    ) == [
        ("ann@a.example", "10:00", "first"),
        ("bea@a.example", "11:30", "two\nlines"),
        ("cid@a.example", "12:00", "last"),
    ]
    assert rejected_in([*early, *late]) == []


def test_a_last_line_without_an_end_is_read_once_the_file_stood_still(tmp_path: Path) -> None:
    path = tmp_path / "webinar.csv"
    path.write_text("Email,Joined\nann@a.example,2026-11-20\nbea@a.example,2026-11-20")
    (first, end) = pages_of(tmp_path)
    assert [activity.email for activity in first.activities] == ["ann@a.example"]
    (second, end) = reading(tmp_path).read("activities", end.cursor)
    assert [activity.email for activity in second.activities] == ["bea@a.example"]
    assert list(reading(tmp_path).read("activities", end.cursor)) == []


def test_a_last_line_that_goes_on_growing_is_left_unread(tmp_path: Path) -> None:
    path, cursor = tmp_path / "webinar.csv", None
    for told in ("Email,Joined\nbea@a.ex", "ample,2026", "-11-20"):
        with path.open("a") as file:
            file.write(told)
        pages = list(reading(tmp_path).read("activities", cursor))
        assert [activity for page in pages for activity in page.activities] == []
        cursor = pages[-1].cursor


@pytest.mark.parametrize(
    "broken", ['"open', '"open"x', 'open",2,"', '"a\nb"c'], ids=["open", "early end", "late", "two"]
)
def test_a_row_with_broken_quotes_loses_no_other_row(tmp_path: Path, broken: str) -> None:
    good = "".join(f"u{number}@a.example,2026-11-20,ok\n" for number in range(50))
    (tmp_path / "webinar.csv").write_text(f"Email,Joined,Note\nann@a.example,2026-11-20,{broken}\n{good}")
    pages = pages_in_passes(tmp_path, 3)
    emails = [activity.email for page in pages for activity in page.activities]
    assert sorted(map(str, emails)) == sorted(f"u{number}@a.example" for number in range(50))
    why = rejected_in(pages)
    assert why[0].startswith("webinar.csv: line 2: ")
    assert [each.split(":")[1] for each in why] == [f" line {line}" for line in range(2, 2 + broken.count("\n") + 1)]


def test_after_broken_quotes_line_numbers_and_marks_are_right(tmp_path: Path) -> None:
    path = tmp_path / "webinar.csv"
    path.write_text('Email,Joined\n"ann"x,2026-11-20\nbea@a.example,2026-11-20\nno address,2026-11-20\n')
    pages = pages_of(tmp_path)
    assert rejected_in(pages)[1:] == ["webinar.csv: line 4: column 'Email' holds no e-mail address"]
    with path.open("a") as file:
        file.write("cid@a.example,2026-11-20\n")
    later = list(reading(tmp_path).read("activities", pages[-1].cursor))
    assert [activity.email for page in later for activity in page.activities] == ["cid@a.example"]


def test_an_unchanged_folder_gives_no_page(tmp_path: Path) -> None:
    (tmp_path / "webinar.csv").write_text("Email,Joined\nann@a.example,2026-11-20\n")
    cursor = pages_of(tmp_path)[-1].cursor
    assert list(reading(tmp_path).read("activities", cursor)) == []


def test_other_rules_read_an_unchanged_file_again(tmp_path: Path) -> None:
    (tmp_path / "webinar.csv").write_text("Email,Joined\nann@a.example,2026-11-20\n")
    cursor = pages_of(tmp_path)[-1].cursor
    pages = list(reading(tmp_path, time_zone="Europe/Berlin").read("activities", cursor))
    assert "ann@a.example" in found_in(pages)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("E-mail,Joined\nann@a.example,2026-11-20\n", "there is no column 'Email' (nearest: 'E-mail')"),
        ("Email,Email,Joined\n", "the header has 'Email' twice"),
        ("", "the file has no header"),
    ],
)
def test_a_file_that_cannot_be_read_says_why_once(tmp_path: Path, text: str, why: str) -> None:
    (tmp_path / "webinar.csv").write_text(text)
    assert rejected_in(pages_in_passes(tmp_path, 4)) == [f"webinar.csv: line 1: {why}"]


def test_lines_above_the_header_can_be_skipped(tmp_path: Path) -> None:
    (tmp_path / "webinar.csv").write_text("Attendee report\n\nEmail,Joined\nann@a.example,2026-11-20\nno,2026-11-20\n")
    pages = pages_of(tmp_path, skip_lines=2)
    assert "ann@a.example" in found_in(pages)
    assert rejected_in(pages) == ["webinar.csv: line 5: column 'Email' holds no e-mail address"]


def test_older_files_come_first(tmp_path: Path) -> None:
    for name, at in (("webinar b.csv", 1_000), ("webinar a.csv", 2_000)):
        (tmp_path / name).write_text(f"Email,Joined\n{name[8]}@a.example,2026-11-20\n")
        os.utime(tmp_path / name, (at, at))
    assert [a.email for page in pages_of(tmp_path) for a in page.activities] == ["b@a.example", "a@a.example"]


def test_a_lead_without_its_key_is_rejected(tmp_path: Path) -> None:
    rig = LeadsRig(tmp_path)
    (tmp_path / "leads.csv").write_text("E-mail,First name\n,Ann\nbea@a.example,\n")
    (page, _) = rig.connector().read("leads", None)
    assert page.rejected == ("leads.csv: line 2: column for 'email' is empty, so nobody knows whose row this is",)
    assert [(record.ref.id, record.values["First name"]) for record in page.records] == [("bea@a.example", None)]


def test_a_missing_folder_is_an_operators_matter(tmp_path: Path) -> None:
    connector = reading(tmp_path / "nowhere")
    failure_of(SettingsError, lambda: list(connector.read("activities", None)))


def test_a_cursor_of_another_connector_stops_the_stream(tmp_path: Path) -> None:
    failure_of(ContractError, lambda: list(reading(tmp_path).read("activities", Cursor(position="[1]"))))


@pytest.mark.parametrize("pattern", ["../*.csv", "a/b.csv", ""])
def test_a_pattern_may_not_leave_the_folder(tmp_path: Path, pattern: str) -> None:
    failure_of(ValueError, lambda: reading(tmp_path, pattern=pattern))
