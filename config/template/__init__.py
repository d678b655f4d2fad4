"""The starter that `leadloop init` writes: a commented, working folder for a B2B software company.

The files are kept as files, so that what an admin gets is what a reviewer read.
"""

import os
from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from config.schema import write_schemas

KEY_FILE = "leadloop.key"

_SHIPPED_AS = {"env.example": ".env.example", "gitignore": ".gitignore"}
"""Names under which tools would act on the files where they are kept."""
_PRIVATE = frozenset({".env.example", KEY_FILE})
"""Mode 0600; the example too, because a copy of it takes its mode along."""


def write(folder: Path, *, key: str) -> list[Path]:
    """Write the starter's files that are not there yet and return them; an existing file is never changed."""
    folder.mkdir(parents=True, exist_ok=True)
    texts = {**dict(_starter()), KEY_FILE: f"{key}\n"}
    written = [folder / name for name, text in texts.items() if _write_new(folder / name, text)]
    write_schemas(folder)
    return written


def _starter() -> Iterator[tuple[str, str]]:
    """Every file of the starter: its name in the folder and its text."""
    yield from _below(files("config.template") / "b2b_saas", "")


def _below(place: Traversable, prefix: str) -> Iterator[tuple[str, str]]:
    for item in sorted(place.iterdir(), key=lambda each: each.name):
        name = prefix + _SHIPPED_AS.get(item.name, item.name)
        if item.is_dir():
            yield from _below(item, f"{name}/")
        else:
            yield name, item.read_text(encoding="utf-8")


def _write_new(path: Path, text: str) -> bool:
    """Write a file unless one is there: exclusive creation, so that not even a race overwrites."""
    path.parent.mkdir(parents=True, exist_ok=True)
    mode = 0o600 if path.name in _PRIVATE else 0o644
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    except FileExistsError:
        return False
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
        file.write(text)
    return True
