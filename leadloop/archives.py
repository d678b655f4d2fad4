"""A backup as one file: a tar with what was copied, the audit's anchors, and a page that says what it is.

Plain and without compression, so that `tar` gets the database out of it where there is no leadloop.
"""

import hashlib
import os
import shutil
import tarfile
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

from domain.errors import SettingsError

FORM = 1
PAGE, ANCHOR = "backup.json", "audit.anchor"
SQLITE, POSTGRESQL = "sqlite", "postgresql"
DATABASES = {SQLITE: "leadloop.db", POSTGRESQL: "leadloop.dump"}
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What a backup says of itself. `key_check`: a word closed with the key, to see whether a key opens it."""

    taken_at: datetime
    database: str
    revision: str
    installation: str
    sealed: int
    audit_end: str
    rules: str
    go_live: str
    key_check: str | None
    sha256: str
    form: int = FORM


@contextmanager
def workshop(near: Path) -> Iterator[Path]:
    """A folder for what is half done, on the same disk, so that the finished file can be moved; gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix=".leadloop-", dir=near))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def pack(page: Page, database: Path, anchor: Path, *, to: Path, within: Path) -> None:
    """Write the file whole under another name, then move it to where it is to be: half a backup is never there."""
    told = within / PAGE
    told.write_bytes(orjson.dumps(asdict(page), option=orjson.OPT_INDENT_2))
    half = within / "whole.tar"
    with os.fdopen(os.open(half, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
        with tarfile.open(fileobj=file, mode="w") as tar:
            tar.add(told, PAGE, filter=_nobodys)
            if anchor.exists():
                tar.add(anchor, ANCHOR, filter=_nobodys)
            tar.add(database, DATABASES[page.database], filter=_nobodys)
        file.flush()
        os.fsync(file.fileno())
    half.replace(to)
    handle = os.open(to.parent, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def unpack(file: Path, *, within: Path) -> tuple[Page, Path]:
    """What it says of itself and its database; SettingsError for what is no backup, or not whole."""
    try:
        with tarfile.open(file) as tar:
            for name in (PAGE, ANCHOR, *DATABASES.values()):
                _take_out(tar, name, within)
        page = _read(orjson.loads((within / PAGE).read_bytes()))
        database = within / DATABASES[page.database]
        found = digest(database)
    except (tarfile.TarError, EOFError, KeyError, ValueError, TypeError, FileNotFoundError) as error:
        if not file.is_file():
            raise SettingsError(f"There is no file {file}.") from error
        raise SettingsError(
            f"{file} is no backup of leadloop's, or not whole: take another one. A database that came back by other "
            "means (a snapshot, a copy of the file) is announced with `leadloop restore --already`."
        ) from error
    if found != page.sha256:
        raise SettingsError(f"{file} was changed or damaged since it was written: take another one.")
    return page, database


def _take_out(tar: tarfile.TarFile, name: str, within: Path) -> None:
    """Only files that we know by name, so that nothing else comes out of a file that somebody hands us."""
    try:
        read = tar.extractfile(name)
    except KeyError:
        return
    if read is None:
        raise tarfile.ReadError(name)
    with os.fdopen(os.open(within / name, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as written:
        shutil.copyfileobj(read, written, _BLOCK)


def _read(told: Mapping[str, Any]) -> Page:
    if told["form"] != FORM:
        raise SettingsError(f"The backup was written by a newer leadloop (form {told['form']}): install that version.")
    return Page(**{**told, "taken_at": datetime.fromisoformat(told["taken_at"])})


def digest(file: Path) -> str:
    found = hashlib.sha256()
    with file.open("rb") as read:
        while block := read.read(_BLOCK):
            found.update(block)
    return found.hexdigest()


def _nobodys(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    member.mode = 0o600
    return member
