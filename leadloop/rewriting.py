"""Other texts for the folder's rule files: all of them or none, and only what is then read without a mistake.

A table that the rules name may be new in the folder; one that they no longer name stays where it is.
"""

from collections.abc import Mapping
from pathlib import Path

from config.load import Installation
from domain.errors import SettingsError
from leadloop.checked import load


def rewrite(folder: Path, texts: Mapping[str, str], *, environment: str | None, rule_hash: str | None) -> Installation:
    """Write and read back; what was there is put back when the result is not what it should be.

    `rule_hash`: what the files have to mean then; None: whatever they say, if it is sound.
    """
    before = {name: text for name in texts if (text := _text(folder / name)) is not None}
    try:
        _write(folder, texts)
        return _read(folder, environment, rule_hash)
    except (SettingsError, OSError) as error:
        _write(folder, before)
        for name in texts.keys() - before.keys():
            (folder / name).unlink(missing_ok=True)
        raise SettingsError(f"{folder} was left as it was: {error}") from error


def _read(folder: Path, environment: str | None, rule_hash: str | None) -> Installation:
    found = load(folder, environment)
    if rule_hash is not None and found.rules.hash != rule_hash:
        raise SettingsError("this release of leadloop reads these files otherwise than when they were published")
    return found


def _text(path: Path) -> str | None:
    """None where there is no such file yet."""
    return path.read_text(encoding="utf-8-sig") if path.is_file() else None


def _write(folder: Path, texts: Mapping[str, str]) -> None:
    for name, text in texts.items():
        path = folder / name
        if _text(path) != text:
            staged = path.with_name(f"{name}.part")
            staged.write_text(text, encoding="utf-8")
            staged.replace(path)
