"""`leadloop export`: a view from end to end in three formats, whole or not at all."""

import csv
import io
import json
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pyarrow import parquet

from domain.errors import UsageError
from leadloop import exits
from leadloop import parquet as writing
from leadloop.cli import run
from leadloop.commands.report import write_html
from leadloop.exporting import write_csv, write_jsonl
from leadloop.whole_files import whole
from store.engine import Store
from store.schema import run as run_table
from store.views.promised import VIEWS
from store.views.reading import rows
from store.views.view import Kind, Shown
from tests.postgres import PostgresServer
from tests.view_rows import fill

TYPES = {
    Kind.NUMBER: "int64",
    Kind.TEXT: "string",
    Kind.YES_NO: "bool",
    Kind.TIME: "timestamp[us, tz=UTC]",
    Kind.POINTS: "decimal128(18, 3)",
}
FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx")


@pytest.fixture(params=["sqlite", "postgresql"])
def folder(request: pytest.FixtureRequest, starter: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An installation with something in every view, on either database."""
    url = "sqlite:///leadloop.db"
    if request.param == "postgresql":
        server: PostgresServer = request.getfixturevalue("postgres")
        url = server.create_store("exported")
        monkeypatch.setenv("LEADLOOP_DATABASE_URL", url)
    store = Store.open(url, folder=starter)
    store.migrate()
    with store.write() as tx:
        fill(tx)
    store.dispose()
    yield starter
    if request.param == "postgresql":
        server.drop_database("exported")


def opened(folder: Path) -> Store:
    return Store.open(os.environ.get("LEADLOOP_DATABASE_URL", "sqlite:///leadloop.db"), folder=folder)


def held(folder: Path, name: str) -> tuple[list[str], list[tuple[Any, ...]]]:
    """What the view has: names and rows."""
    view = next(each for each in VIEWS if each.name == name)
    store = opened(folder)
    with store.read() as tx:
        found = list(rows(tx, view))
    store.dispose()
    return [each.name for each in view.columns], found


def does(folder: Path, *arguments: str) -> int:
    return run(["export", *arguments, "-C", str(folder)])


def test_parquet_read_back_is_the_view(folder: Path, tmp_path: Path) -> None:
    for view in VIEWS:
        names, found = held(folder, view.name)
        file = tmp_path / f"{view.name}.parquet"
        with file.open("wb") as to:
            writing.write(to, view.columns, found)
        table = parquet.read_table(file)
        assert [tuple(row[name] for name in names) for row in table.to_pylist()] == found, view.name
        assert [(each.name, str(each.type), each.nullable) for each in table.schema] == [
            (each.name, TYPES[each.kind], each.may_be_empty) for each in view.columns
        ]


def test_the_command_writes_parquet_in_several_row_groups(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "GROUP", 5)
    file = tmp_path / "handoffs.parquet"
    assert does(folder, "handoffs", "--out", str(file)) == exits.OK
    names, found = held(folder, "handoffs")
    read = parquet.read_table(file)
    assert [tuple(row[name] for name in names) for row in read.to_pylist()] == found
    assert parquet.ParquetFile(file).num_row_groups == -(-len(found) // 5) > 1


@pytest.mark.parametrize("name", ["leads", "scores", "handoffs", "runs"])
def test_csv_and_json_lines_have_every_row_of_the_view(folder: Path, name: str, capfdbinary: Any) -> None:
    names, found = held(folder, name)
    told = [["" if value is None else text_of(value) for value in row] for row in found]
    assert does(folder, name) == exits.OK
    read = list(csv.reader(io.StringIO(capfdbinary.readouterr().out.decode(), newline="")))
    assert read == [names, *told]
    assert does(folder, f"ll_{name}", "--format", "jsonl") == exits.OK
    lines = [json.loads(line) for line in capfdbinary.readouterr().out.splitlines()]
    assert lines == [dict(zip(names, map(plain, row), strict=True)) for row in found]


def text_of(value: object) -> str:
    return (
        str(plain(value)).lower()
        if isinstance(value, bool)
        else str(value if isinstance(value, Decimal) else plain(value))
    )


def plain(value: object) -> object:
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}Z"
    return float(value) if isinstance(value, Decimal) else value


def test_a_day_is_cut_in_the_installations_zone_with_both_ends_inside(folder: Path, capfdbinary: Any) -> None:
    _, found = held(folder, "handoffs")
    opened_at = sorted(row[3] for row in found)
    day = f"{opened_at[len(opened_at) // 2]:%Y-%m-%d}"
    assert does(folder, "handoffs", "--since", day, "--until", day, "--format", "jsonl") == exits.OK
    told = [json.loads(line)["opened_at"] for line in capfdbinary.readouterr().out.splitlines()]
    assert sorted(told) == [plain(each) for each in opened_at if f"{each:%Y-%m-%d}" == day]
    assert 0 < len(told) < len(found)
    at = f"{opened_at[1]:%Y-%m-%dT%H:%M:%SZ}"
    assert does(folder, "handoffs", "--until", at, "--format", "jsonl") == exits.OK
    assert len(capfdbinary.readouterr().out.splitlines()) == sum(each < opened_at[1] for each in opened_at)


@pytest.mark.parametrize("folder", ["sqlite"], indirect=True)
def test_a_file_is_its_owners_alone_and_takes_the_place_of_the_one_before(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "leads.jsonl"
    file.write_text("of yesterday")
    file.chmod(0o644)
    assert does(folder, "leads", "--out", str(file)) == exits.OK
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert json.loads(file.read_text().splitlines()[0])["lead_id"] == 1
    assert [each.name for each in tmp_path.glob("*leads*")] == ["leads.jsonl"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["handofs"], "There is nothing called 'handofs' to export: did you mean `handoffs`?"),
        (["zzz"], "There is nothing called 'zzz' to export: see `leadloop export --help`"),
        (["leads", "--format", "parkett"], "There is no format 'parkett': did you mean `parquet`?"),
        (["leads", "--format", "parquet"], "--format parquet needs --out FILE"),
        (["leads", "--since", "2026-03-02", "--until", "2026-03-01"], "--until has to be later than --since"),
        (["leads", "--since", "yesterday"], "'yesterday' is not a day such as"),
        (["leads", "--until", "9999-12-31"], "'9999-12-31' is not a day such as"),
        (["leads", "--since", "0001-01-01T00:00:00+14:00"], "'0001-01-01T00:00:00+14:00' is not a day such as"),
        (["leads", "--out", "/no/where/x.csv"], "/no/where/x.csv cannot be written: No such file or directory."),
        (["leads", "--out", "/proc/leads.csv"], "/proc/leads.csv cannot be written: "),
    ],
)  # fmt: skip
@pytest.mark.parametrize("folder", ["sqlite"], indirect=True)
def test_what_cannot_be_meant_or_written_is_said_in_words(
    folder: Path, arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert does(folder, *arguments) == exits.USAGE
    found = capsys.readouterr()
    assert said in found.err
    assert found.out == ""


@pytest.mark.parametrize("folder", ["sqlite"], indirect=True)
def test_without_the_extra_it_is_said_how_to_get_it(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("leadloop.parquet.find_spec", lambda _name: None)
    assert does(folder, "leads", "--out", str(tmp_path / "x.parquet")) == exits.CONFIG
    assert "install leadloop[parquet]" in capsys.readouterr().err
    assert not (tmp_path / "x.parquet").exists()


def test_no_cell_is_a_formula() -> None:
    column = Shown(name="text", kind=Kind.TEXT, of=run_table.c.trigger, says="")
    points = Shown(name="points", kind=Kind.POINTS, of=run_table.c.id, says="")
    file = io.BytesIO()
    write_csv(file, [column, points], [(each, Decimal("-1.500")) for each in FORMULAS])
    read = list(csv.reader(io.StringIO(file.getvalue().decode(), newline="")))
    assert read[1:] == [[f"'{each}", "-1.500"] for each in FORMULAS]
    file = io.BytesIO()
    write_jsonl(file, [column, points], [(each, None) for each in FORMULAS])
    assert [json.loads(line)["text"] for line in file.getvalue().splitlines()] == list(FORMULAS)


def test_what_is_broken_off_leaves_what_was_there(tmp_path: Path) -> None:
    file = tmp_path / "leads.csv"
    file.write_text("of yesterday")
    with pytest.raises(KeyboardInterrupt):
        write_half(file)
    assert file.read_text() == "of yesterday"
    assert list(tmp_path.iterdir()) == [file]


def write_half(path: Path) -> None:
    with whole(path) as file:
        file.write(b"half")
        raise KeyboardInterrupt


def test_what_is_no_plain_file_is_left_as_it_is(tmp_path: Path) -> None:
    """`--out /dev/null` of whoever may write in /dev would else put a file in its place."""
    pipe, folder = tmp_path / "pipe", tmp_path / "folder"
    os.mkfifo(pipe)
    folder.mkdir()
    for path in (pipe, folder):
        with pytest.raises(UsageError, match="is no plain file"), whole(path) as file:
            file.write(b"whole")
        with pytest.raises(UsageError, match="is no plain file"):
            write_html(path, "whole")
    assert (pipe.is_fifo(), folder.is_dir()) == (True, True)
    assert sorted(tmp_path.iterdir()) == sorted([pipe, folder])


def test_a_link_stays_one_and_what_it_names_is_written(tmp_path: Path) -> None:
    there, link = tmp_path / "there", tmp_path / "latest.csv"
    there.mkdir()
    link.symlink_to(there / "leads.csv")
    for text in (b"of yesterday", b"of today"):
        with whole(link) as file:
            file.write(text)
        assert (link.is_symlink(), (there / "leads.csv").read_bytes()) == (True, text)
    assert [each.name for each in there.iterdir()] == ["leads.csv"]


_FULL = """
import resource, signal, sys
from leadloop.cli import run
from pathlib import Path
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
import leadloop.commands.export as export
def limited(*given, wrapped=export._write, **rest):
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), resource.RLIM_INFINITY))
    return wrapped(*given, **rest)
export._write = limited
sys.exit(run(sys.argv[2:]))
"""


@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet"])
@pytest.mark.parametrize("folder", ["sqlite"], indirect=True)
def test_a_disk_that_is_full_leaves_nothing_half_written(folder: Path, tmp_path: Path, ending: str) -> None:
    """The system takes no more than so many bytes of a file."""
    to = tmp_path / "to"
    to.mkdir()
    command = [sys.executable, "-c", _FULL, "1000", "export", "activities", "--out", str(to / f"x.{ending}"), "-C"]
    done = subprocess.run([*command, str(folder)], capture_output=True, text=True, check=False)
    assert done.returncode == exits.USAGE, done.stderr
    assert f"x.{ending} cannot be written: File too large." in done.stderr
    assert list(to.iterdir()) == []


@pytest.mark.parametrize("folder", ["sqlite"], indirect=True)
def test_a_full_standard_output_is_said_in_words(folder: Path) -> None:
    command = [sys.executable, "-m", "leadloop", "export", "activities", "-C", str(folder)]
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == exits.CONFIG
    assert done.stderr == "leadloop: No space left on device\n"
