"""A database that cannot be used as it is keeps every command that would write from starting, in words."""

import sqlite3
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from domain.errors import StoreError
from leadloop import exits
from store import disks
from tests.cast import ANA, contact
from tests.installation import Installation, one_office
from tests.witness import Witness


@pytest.fixture(scope="module")
def once() -> Iterator[Installation]:
    """Ana is with a rep, and the process that brought her there is over."""
    with tempfile.TemporaryDirectory() as folder, one_office(Path(folder) / "made") as made:
        made.simulator.seed(contacts=[contact(ANA)])
        made.run()
        made.simulator.act("submit_form", system="hubspot", id=ANA, as_="prospect", form="Demo request", values={})
        made.settle(2)
        made.close()
        with closing(sqlite3.connect(database(made))) as db:
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        yield made


@pytest.fixture
def lived(once: Installation) -> Iterator[Installation]:
    """As it was, whatever becomes of its database."""
    kept = {name: (once.folder / name).read_bytes() for name in ("leadloop.db", "audit.anchor")}
    yield once
    once.close()
    for each in once.folder.glob("leadloop.db*"):
        each.rmdir() if each.is_dir() else each.unlink()
    for name, content in kept.items():
        (once.folder / name).write_bytes(content)


def database(made: Installation) -> Path:
    return made.folder / "leadloop.db"


def gone(file: Path) -> None:
    for each in file.parent.glob("leadloop.db*"):
        each.unlink()


def emptied(file: Path) -> None:
    gone(file)
    file.touch()


def garbage(file: Path) -> None:
    file.write_bytes(b"nothing that SQLite ever wrote" * 500)


def damaged(file: Path) -> None:
    """Every page but the first few, as a disk that lost its head leaves them."""
    with closing(sqlite3.connect(file)) as db:
        (page,) = db.execute("SELECT rootpage FROM sqlite_master WHERE name = 'record'").fetchone()
        (size,) = db.execute("PRAGMA page_size").fetchone()
    with file.open("r+b") as raw:
        raw.seek((page - 1) * size)
        raw.write(b"\xa5" * size)


def newer(file: Path) -> None:
    with closing(sqlite3.connect(file)) as db, db:
        db.execute("UPDATE alembic_version SET version_num = '9999'")


def a_folder(file: Path) -> None:
    gone(file)
    file.mkdir()


CASES: dict[str, tuple[Callable[[Path], None], str]] = {
    "gone": (gone, "this installation was at work until"),
    "emptied": (emptied, "this installation was at work until"),
    "no database": (garbage, "not an SQLite database"),
    "damaged": (damaged, "damaged"),
    "newer": (newer, "written by a newer leadloop"),
    "a folder": (a_folder, "cannot be opened"),
}


@pytest.mark.parametrize("command", ["serve", "run"])
@pytest.mark.parametrize("case", CASES)
def test_a_start_is_refused_in_words_and_nothing_is_written_anywhere(
    lived: Installation, case: str, command: str
) -> None:
    break_it, words = CASES[case]
    break_it(database(lived))
    since = lived.simulator.seq()
    done = lived.command(command)
    assert (done.code, words in done.err) == (exits.CONFIG, True), done.err
    assert Witness(simulator=lived.simulator, since=since).writes() == []


def test_a_lost_database_is_not_made_anew_by_any_command_but_one_that_is_told_to(lived: Installation) -> None:
    gone(database(lived))
    for command in ("doctor", "plan", "status", "run"):
        lived.command(command)
        assert not database(lived).exists() or not database(lived).stat().st_size, command
    told = Witness(simulator=lived.simulator)
    created = told.created()
    assert lived.command("run", "--adopt").code == exits.OK
    lived.settle(2)
    assert told.created() == created
    lived.close()
    verified = lived.command("audit", "verify", "--json")
    assert verified.code == exits.OK, verified.out + verified.err
    assert [each["after"] for each in verified.json()["set_aside"]] == [0]


@pytest.mark.skipif(sys.platform != "linux", reason="only there the system tells of its disks in this form")
@pytest.mark.parametrize(("kind", "refused"), [("nfs4", True), ("cifs", True), ("ext4", False), ("overlay", False)])
def test_a_database_on_a_networks_disk_is_refused(tmp_path: Path, kind: str, refused: bool) -> None:
    place = str(tmp_path).replace(" ", "\\040")
    mounts = tmp_path / "mounts"
    mounts.write_text(f"1 0 8:1 / / rw - ext4 /dev/sda rw\n2 1 0:5 / {place} rw,noatime shared:1 - {kind} host:/x rw\n")
    if not refused:
        disks.require_local(tmp_path / "leadloop.db", mounts=mounts)
        return
    with pytest.raises(StoreError, match=kind):
        disks.require_local(tmp_path / "leadloop.db", mounts=mounts)
