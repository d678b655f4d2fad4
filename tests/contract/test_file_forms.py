"""However a list was written, the same rows come out of it; what cannot be read says why, and loses nothing else."""

import gzip
import io
import zipfile
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from openpyxl import Workbook

from connectors.files import plain
from connectors.files.connector import Files, Settings
from connectors.testing import ReaderContract, found_in
from domain.activity import Activity
from domain.record import Page
from tests.contract.test_files import LeadsRig, rejected_in
from tests.rig import FixedClock, surroundings

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
ROWS = (
    ("Email", "Joined", "Name", "Minutes"),
    ("zoe@a.example", "2026-11-20 14:05", "Zoë Müller", "31"),
    ("luc@a.example", "2026-11-20 14:06", "Luc, dit «le Bref»", "7"),
)
TEXT = "".join(",".join(f'"{cell}"' for cell in row) + "\r\n" for row in ROWS)


def workbook(*sheets: tuple[str, Sequence[Sequence[object]]]) -> bytes:
    book, file = Workbook(), io.BytesIO()
    book.remove(book.worksheets[0])
    for name, rows in sheets:
        page = book.create_sheet(name)
        for row in rows:
            page.append(row)
    book.save(file)
    return file.getvalue()


def typed_rows() -> list[list[object]]:
    (header, *rows) = ROWS
    return [[*header], *([e, datetime.fromisoformat(at), name, int(minutes)] for e, at, name, minutes in rows)]


FORMS = {
    "comma": TEXT.encode(),
    "tab": TEXT.replace('","', '"\t"').encode(),
    "utf-8 with a mark": TEXT.encode("utf-8-sig"),
    "windows": TEXT.encode("cp1252"),
    "utf-16, as Excel says Unicode text": TEXT.encode("utf-16"),
    "utf-16 the other way round": b"\xfe\xff" + TEXT.encode("utf-16-be"),
    "packed": gzip.compress(TEXT.encode()),
    "packed windows": gzip.compress(TEXT.encode("cp1252")),
    "workbook": workbook(("Report", typed_rows())),
}


def reading(folder: Path, **rules: object) -> Files:
    given = {"pattern": "webinar*", "kind": "webinar_viewed", "email": "Email", "at": "Joined"} | rules
    settings = Settings.model_validate({"folder": folder, "activities": [given]})
    return Files(settings, surroundings("inbox", FixedClock(NOW)))


def passes(connector: Files, times: int = 2) -> list[Page]:
    pages: list[Page] = []
    for _ in range(times):
        pages += connector.read("activities", pages[-1].cursor if pages else None)
    return pages


def told(activity: Activity) -> tuple[object, ...]:
    return (
        activity.email,
        f"{activity.occurred_at:%H:%M}",
        activity.properties["Name"],
        activity.properties["Minutes"],
    )


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_the_same_rows_come_out_of_every_form(tmp_path: Path, form: bytes) -> None:
    (tmp_path / "webinar").write_bytes(form)
    pages = passes(reading(tmp_path))
    assert [told(activity) for page in pages for activity in page.activities] == [
        ("zoe@a.example", "14:05", "Zoë Müller", "31"),
        ("luc@a.example", "14:06", "Luc, dit «le Bref»", "7"),
    ]
    assert rejected_in(pages) == []


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_a_form_that_was_read_is_not_read_again(tmp_path: Path, form: bytes) -> None:
    (tmp_path / "webinar").write_bytes(form)
    cursor = passes(reading(tmp_path))[-1].cursor
    assert list(reading(tmp_path).read("activities", cursor)) == []


class WorkbooksRig(LeadsRig):
    """A folder in which somebody leaves workbooks."""

    def seed(self, count: int) -> list[str]:
        self.files += 1
        keys = [f"person{number}@list{self.files}.example" for number in range(count)]
        self._save(self.files, [[key, "Ann", "Acme"] for key in keys])
        return keys

    def touch(self, key: str) -> None:
        rows = self._rows.get(1, [])
        self._save(1, [[row[0], f"Bea{len(row[1])}" if row[0] == key else row[1], row[2]] for row in rows])

    def connector(self) -> Files:
        given = {"folder": self.folder, "leads": [{"pattern": "leads*.xlsx", "columns": {"E-mail": "email"}}]}
        return Files(Settings.model_validate(given | {"rows_per_page": 10}), surroundings("inbox", FixedClock(NOW)))

    def _save(self, number: int, rows: list[list[str]]) -> None:
        self._rows = getattr(self, "_rows", {}) | {number: rows}
        book = workbook(("People", [["E-mail", "First name", "Company"], *rows]))
        (self.folder / f"leads{number}.xlsx").write_bytes(book)


class TestWorkbooks(ReaderContract):
    """The laws for lists of people in workbooks."""

    @pytest.fixture
    def rig(self, tmp_path: Path) -> WorkbooksRig:
        return WorkbooksRig(tmp_path)


def test_cells_of_a_workbook_read_as_text_would(tmp_path: Path) -> None:
    cells = ["a@a.example", date(2026, 11, 20), True, 1.5, 3.0, None]
    (tmp_path / "webinar.xlsx").write_bytes(
        workbook(("Report", [["Email", "Joined", "Paid", "Score", "Seats", "Note"], cells]))
    )
    (activity,) = [each for page in passes(reading(tmp_path)) for each in page.activities]
    assert activity.occurred_at == datetime(2026, 11, 20, tzinfo=UTC)
    assert activity.properties == {"Paid": "true", "Score": "1.5", "Seats": "3"}


def test_rows_of_a_workbook_are_named_as_excel_numbers_them(tmp_path: Path) -> None:
    rows = [["Attendees"], [], ["Email", "Joined"], ["no address", "2026-11-20"], [], ["a@a.example", "#N/A"]]
    wide = ["b@a.example", "2026-11-20", "too", "far"]
    (tmp_path / "webinar.xlsx").write_bytes(workbook(("Report", [*rows, wide])))
    pages = passes(reading(tmp_path, skip_lines=2))
    assert rejected_in(pages) == [
        "webinar.xlsx: line 4: column 'Email' holds no e-mail address",
        "webinar.xlsx: line 6: column 'Joined' holds an error of the workbook's own",
        "webinar.xlsx: line 7: 4 cells where the header has 2",
    ]


def test_the_named_sheet_is_read_and_one_that_is_not_there_is_named(tmp_path: Path) -> None:
    sheets = (("Notes", [["Anything"]]), ("Attended", typed_rows()))
    (tmp_path / "webinar.xlsx").write_bytes(workbook(*sheets))
    assert "zoe@a.example" in found_in(iter(passes(reading(tmp_path, sheet="Attended"))))
    assert rejected_in(passes(reading(tmp_path, sheet="Attendees"), 3)) == [
        "webinar.xlsx: there is no sheet 'Attendees'; there are 'Notes', 'Attended'"
    ]


OLD_MAC = "line 1: its lines end as on an old Mac (CR); save it again as CSV UTF-8"
UNREADABLE = {
    "an old workbook": (b"\xd0\xcf\x11\xe0 and more", "an old Excel workbook (.xls); save it as .xlsx or .csv"),
    "half a workbook": (FORMS["workbook"][:-100], "no whole workbook; save it again as .xlsx"),
    "some other zip": (b"PK\x03\x04nothing", "no whole workbook; save it again as .xlsx"),
    "half a packed file": (FORMS["packed"][:-9], "the packed file ends too early"),
    "a damaged packed file": (FORMS["packed"][:-8] + b"\0" * 8, "the packed file is damaged; pack it again"),
    "old Mac lines": (TEXT.replace("\r\n", "\r").encode(), OLD_MAC),
}


@pytest.mark.parametrize(("body", "why"), UNREADABLE.values(), ids=UNREADABLE)
def test_a_file_that_cannot_be_read_says_why_once_and_holds_back_no_other(
    tmp_path: Path, body: bytes, why: str
) -> None:
    (tmp_path / "webinar a").write_bytes(body)
    (tmp_path / "webinar b.csv").write_text(TEXT)
    pages = passes(reading(tmp_path), 4)
    assert rejected_in(pages) == [f"webinar a: {why}"]
    assert "zoe@a.example" in found_in(iter(pages))


@pytest.mark.parametrize("form", ["packed", "workbook"])
def test_a_file_that_is_still_being_copied_is_waited_for(tmp_path: Path, form: str) -> None:
    whole = FORMS[form]
    (tmp_path / "webinar").write_bytes(whole[: len(whole) // 2])
    connector = reading(tmp_path)
    early = list(connector.read("activities", None))
    (tmp_path / "webinar").write_bytes(whole)
    late = list(connector.read("activities", early[-1].cursor))
    assert rejected_in([*early, *late]) == []
    assert len({activity.key for page in late for activity in page.activities}) == 2


def test_what_would_unpack_to_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plain, "MOST_BYTES", 1_000_000)
    monkeypatch.setattr("connectors.files.sheet.MOST_BYTES", 1_000_000)
    (tmp_path / "webinar a").write_bytes(gzip.compress(b"Email,Joined\n" + b"x" * 2_000_000))
    with zipfile.ZipFile(tmp_path / "webinar b", "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("sheet1.xml", "x" * 2_000_000)
    why = "unpacked it is larger than 2 GiB; split it"
    assert rejected_in(passes(reading(tmp_path))) == [f"webinar a: {why}", f"webinar b: {why}"]


def test_what_excel_and_the_system_put_beside_a_list_is_no_list(tmp_path: Path) -> None:
    for name in ("~$webinar.xlsx", ".webinar.csv.swp"):
        (tmp_path / name).write_text("rubbish")
    assert passes(reading(tmp_path, pattern="*")) == []


def test_a_named_encoding_overrules_what_would_be_guessed(tmp_path: Path) -> None:
    (tmp_path / "webinar.csv").write_bytes(
        "Email,Joined,Name\nš@a.example,2026-11-20,Šárka Nováčková\n".encode("cp1250")
    )
    (activity,) = [each for page in passes(reading(tmp_path, encoding="windows-1250")) for each in page.activities]
    assert activity.properties["Name"] == "Šárka Nováčková"
