"""Any text file as UTF-8 bytes: unpacked, and transcoded from whatever Excel or an old tool made of it.

Rows are found by bytes, so everything that is not plain UTF-8 is first brought into that form in a temporary
file. What is no text of its encoding stays as the bytes it was, and only its row is rejected.
"""

import codecs
import gzip
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from charset_normalizer import from_bytes

UTF_8 = "UTF-8"
MOST_BYTES = 2 * 1024**3
"""Of an unpacked file: more is taken for a trap, not for a list of people."""

_CHUNK_BYTES = 1 << 20
_EVIDENCE_BYTES = 64 * 1024
_GZIP, _ZIP, _OLD_OFFICE = b"\x1f\x8b", b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_MARKS = {codecs.BOM_UTF16_LE: "UTF-16-LE", codecs.BOM_UTF16_BE: "UTF-16-BE"}
_USUAL = ["cp1252", "cp1250", "cp1251", "iso8859_2", "iso8859_15", "mac_roman", "shift_jis", "gb18030", "big5"]
_WINDOWS = "cp1252"
"""What Excel saves as CSV in Western Europe and America: the guess where a few letters prove nothing."""


class UnreadableError(Exception):
    """This file cannot be read; the text says why. `unfinished`: it may just not be whole yet."""

    def __init__(self, why: str, *, unfinished: bool = False) -> None:
        super().__init__(why)
        self.unfinished = unfinished


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """How a text file is written, in words for an admin."""

    encoding: str = UTF_8
    packed: bool = False


def is_workbook(path: Path) -> bool:
    """Whether it is a workbook that Excel wrote (.xlsx), whatever its name; UnreadableError for an old .xls."""
    beginning = _beginning(path)
    if beginning == _OLD_OFFICE:
        raise UnreadableError("an old Excel workbook (.xls); save it as .xlsx or .csv")
    return beginning == _ZIP


@contextmanager
def plain(path: Path, *, encoding: str | None = None) -> Iterator[tuple[BinaryIO, Form]]:
    """The file as UTF-8 bytes, and how it was written. `encoding` overrides what would be detected."""
    packed = _beginning(path)[:2] == _GZIP
    with path.open("rb") as file:
        if not packed:
            yield from _as_utf_8(file, encoding=encoding, packed=False)
            return
        with tempfile.TemporaryFile() as unpacked:
            _unpack(file, unpacked)
            yield from _as_utf_8(unpacked, encoding=encoding, packed=True)


def _as_utf_8(file: BinaryIO, *, encoding: str | None, packed: bool) -> Iterator[tuple[BinaryIO, Form]]:
    found = _named(encoding) if encoding else detect(file)
    file.seek(0)
    if found == UTF_8:
        yield file, Form(packed=packed)
        return
    with tempfile.TemporaryFile() as transcoded:
        _transcode(file, transcoded, found)
        yield transcoded, Form(encoding=found, packed=packed)


def detect(file: BinaryIO) -> str:
    """The encoding of a file, read to its end: one letter that only UTF-8 would spell so outweighs broken ones."""
    file.seek(0)
    mark = file.read(2)
    if mark in _MARKS:
        return _MARKS[mark]
    file.seek(0)
    foreign, is_utf_8 = bytearray(), False
    for line in file:
        if line.isascii():
            continue
        try:
            line.decode()
        except UnicodeDecodeError:
            foreign += line if len(foreign) < _EVIDENCE_BYTES else b""
        else:
            is_utf_8 = True
    return UTF_8 if is_utf_8 or not foreign else _guess(bytes(foreign))


def _guess(lines: bytes) -> str:
    """The likeliest encoding; where several are as likely, the one that most files have. Settings overrule it."""
    matches = from_bytes(lines, cp_isolation=_USUAL)
    best = matches.best()
    if best is None:
        return _WINDOWS
    rank = (best.chaos, -best.coherence)
    as_likely = [match.encoding for match in matches if (match.chaos, -match.coherence) == rank]
    return _WINDOWS if _WINDOWS in {*as_likely, *best.could_be_from_charset} else best.encoding


def _named(encoding: str) -> str:
    name = codecs.lookup(encoding).name
    return UTF_8 if name in ("utf-8", "utf-8-sig") else name


def _unpack(packed: BinaryIO, unpacked: BinaryIO) -> None:
    try:
        with gzip.GzipFile(fileobj=packed) as file:
            while chunk := file.read(_CHUNK_BYTES):
                unpacked.write(chunk)
                if unpacked.tell() > MOST_BYTES:
                    raise UnreadableError("unpacked it is larger than 2 GiB; split it")
    except EOFError as error:
        raise UnreadableError("the packed file ends too early", unfinished=True) from error
    except (gzip.BadGzipFile, zlib.error) as error:
        raise UnreadableError("the packed file is damaged; pack it again") from error


def _transcode(file: BinaryIO, transcoded: BinaryIO, encoding: str) -> None:
    decoder = codecs.getincrementaldecoder(encoding)(errors="surrogateescape")
    if encoding in _MARKS.values():
        file.seek(2)
    while chunk := file.read(_CHUNK_BYTES):
        transcoded.write(decoder.decode(chunk).encode(errors="surrogateescape"))
    transcoded.write(decoder.decode(b"", final=True).encode(errors="surrogateescape"))
    transcoded.seek(0)


def _beginning(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(4)
