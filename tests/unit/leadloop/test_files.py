"""`leadloop files`: what an admin sees of a list before it goes in, and of the rows that could not."""

import csv
import json
import stat
from pathlib import Path

import pytest

from config.template import write as write_starter
from leadloop import cli
from store.vault import make_key

LISTS = """\
connections:
  salesforce: {type: salesforce, login_url: "http://127.0.0.1:9", client_id: x, client_secret: y}
  hubspot: {type: hubspot, base_url: "http://127.0.0.1:9", access_token: z}
  inbox:
    type: files
    folder: LISTS
    activities:
      - {pattern: "webinar*", kind: webinar_viewed, email: Email, at: Joined}
"""
ATTENDED = (
    "Email,Joined,Topic\nzoe@a.example,2026-11-20 14:05,Scoring\nno address,2026-11-20 14:06,Größe\nluc@a.example\n"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An installation with a folder of lists; nobody answers at its two systems."""
    write_starter(tmp_path, key=make_key())
    (tmp_path / "lists").mkdir()
    settings = "database_url: sqlite:///leadloop.db\nkey: ${file:leadloop.key}\nenvironment: simulator\n"
    (tmp_path / "leadloop.yaml").write_text(settings + LISTS.replace("LISTS", str(tmp_path / "lists")))
    return tmp_path


def test_a_preview_says_how_a_list_is_written_and_suggests_its_settings(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "tradeshow-2026-11.csv"
    path.write_bytes("E-Mail;First name;Firma;Booth\nzoe@a.example;Zoë;Acme;7\n".encode("cp1252"))
    assert cli.run(["files", "preview", str(path), "-C", str(folder), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["written"] == "cp1252, semicolon"
    assert [(each["column"], each["property"]) for each in told["columns"]] == [
        ("E-Mail", "email"),
        ("First name", "first_name"),
        ("Firma", "company"),
        ("Booth", None),
    ]
    assert told["settings"] == [
        "leads:",
        '  - pattern: "tradeshow*"',
        '    key: "email"',
        "    columns:",
        '      "E-Mail": "email"',
        '      "First name": "first_name"',
        '      "Firma": "company"',
    ]


def test_what_a_preview_suggests_for_activities_is_taken_by_check(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "webinar report.csv"
    path.write_text("Made by a tool\nAttendee,Joined at\nzoe@a.example,31.12.2026 14:05\n")
    assert cli.run(["files", "preview", str(path), "-C", str(folder), "--skip-lines", "1"]) == 0
    shown = capsys.readouterr().out
    block = shown[shown.index("activities:") :].splitlines()
    settings = folder / "leadloop.yaml"
    text = settings.read_text()
    settings.write_text(text[: text.index("    activities:")] + "".join(f"    {line}\n" for line in block))
    assert cli.run(["check", "-C", str(folder)]) == 0
    assert "%d.%m.%Y %H:%M" in shown
    cli.run(["files", "preview", str(path), "-C", str(folder), "--skip-lines", "1", "--json"])
    assert json.loads(capsys.readouterr().out)["settings"] == [line.rstrip() for line in block]


def test_a_preview_shows_nothing_of_what_stands_in_the_rows(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "list.csv"
    path.write_text("Email,Note\nsecret@a.example,Confidential\n")
    cli.run(["files", "preview", str(path), "-C", str(folder)])
    told = capsys.readouterr()
    assert [word for word in ("secret@", "Confidential") if word in told.out + told.err] == []


@pytest.mark.parametrize("body", [None, b"\xd0\xcf\x11\xe0", b""], ids=["not there", "old workbook", "empty"])
def test_a_list_that_cannot_be_read_is_65_and_one_sentence(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], body: bytes | None
) -> None:
    path = tmp_path / "list"
    if body is not None:
        path.write_bytes(body)
    assert cli.run(["files", "preview", str(path), "-C", str(folder)]) == 65
    told = capsys.readouterr()
    assert (told.out, len(told.err.splitlines())) == ("", 1)


def test_rejected_rows_are_told_by_file_and_line(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "lists" / "webinar.csv").write_text(ATTENDED)
    assert cli.run(["files", "rejected", "-C", str(folder), "--json"]) == 1
    assert [(each["line"], each["why"]) for each in json.loads(capsys.readouterr().out)["rejected"]] == [
        (3, "column 'Email' holds no e-mail address"),
        (4, "1 cells where the header has 3"),
    ]


def test_rejected_rows_are_exported_as_they_stood_for_nobody_elses_eyes(folder: Path) -> None:
    (folder / "lists" / "webinar.csv").write_text(ATTENDED)
    out = folder / "mend"
    assert cli.run(["files", "rejected", "inbox", "-C", str(folder), "--out", str(out)]) == 1
    (written,) = out.iterdir()
    with written.open(encoding="utf-8-sig", newline="") as file:
        assert list(csv.reader(file)) == [
            ["Email", "Joined", "Topic", "leadloop_line", "leadloop_reason"],
            ["no address", "2026-11-20 14:06", "Größe", "3", "column 'Email' holds no e-mail address"],
            ["luc@a.example", "", "", "4", "1 cells where the header has 3"],
        ]
    assert stat.S_IMODE(written.stat().st_mode) == 0o600


def test_a_mended_export_put_back_brings_only_the_rows_that_were_missing(folder: Path) -> None:
    (folder / "lists" / "webinar.csv").write_text(ATTENDED)
    cli.run(["files", "rejected", "-C", str(folder), "--out", str(folder / "mend")])
    text = (folder / "mend" / "webinar.csv.rejected.csv").read_text(encoding="utf-8-sig")
    text = text.replace("no address", "ann@a.example").replace("luc@a.example,,", "luc@a.example,2026-11-20 14:07,x")
    (folder / "lists" / "webinar mended.csv").write_text(text)
    (folder / "lists" / "webinar.csv").unlink()
    assert cli.run(["files", "rejected", "-C", str(folder)]) == 0


def test_an_export_is_read_by_the_rules_that_rejected_its_rows(folder: Path) -> None:
    """Lines above the header, an encoding and a delimiter of their own."""
    settings = folder / "leadloop.yaml"
    rules = 'email: Email, at: Joined, skip_lines: 2, encoding: windows-1252, delimiter: ";"}'
    settings.write_text(settings.read_text().replace("email: Email, at: Joined}", rules))
    text = "A tool\n\n" + ATTENDED.replace(",", ";")
    (folder / "lists" / "webinar.csv").write_text(text, encoding="windows-1252")
    cli.run(["files", "rejected", "-C", str(folder), "--out", str(folder / "mend")])
    mended = (folder / "mend" / "webinar.csv.rejected.csv").read_bytes()
    mended = mended.replace(b"no address", b"ann@a.example").replace(
        b"luc@a.example;;", b"luc@a.example;2026-11-20 14:07;x"
    )
    (folder / "lists" / "webinar.csv").write_bytes(mended)
    assert mended.count("Größe".encode("windows-1252")) == 1
    assert cli.run(["files", "rejected", "-C", str(folder)]) == 0


def test_a_folder_that_is_no_connection_is_named_with_those_that_are(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["files", "rejected", "hubspot", "-C", str(folder)]) == 78
    assert capsys.readouterr().err == "there is no connection 'hubspot' of type files; there are inbox\n"
