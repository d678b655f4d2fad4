"""Which published version the folder's rules were taken up from: without it, publishing could undo a colleague's work.

Kept in the folder, so that it goes wherever the rules go (a checkout, a copy).
"""

from dataclasses import dataclass
from pathlib import Path

import orjson

from config.schema import FOLDER
from domain.run import RuleVersion

BASE_FILE = "base.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """The version that the folder's files were last equal to, or were merged with."""

    number: int
    hash: str


def read_base(folder: Path) -> Base | None:
    """None where the folder does not say it: made by hand, or the file was lost."""
    try:
        kept = orjson.loads(_path(folder).read_bytes())
        return Base(number=int(kept["number"]), hash=str(kept["hash"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def note_base(folder: Path, version: RuleVersion) -> bool:
    """Remember it; False where the folder cannot be written to."""
    try:
        _path(folder).parent.mkdir(exist_ok=True)
        _path(folder).write_bytes(orjson.dumps({"number": version.number, "hash": version.hash}) + b"\n")
    except OSError:
        return False
    return True


def _path(folder: Path) -> Path:
    return folder / FOLDER / BASE_FILE
