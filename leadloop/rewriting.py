"""Other texts for the folder's rule files: all of them or none, and only what is then read without a mistake."""

from collections.abc import Mapping
from pathlib import Path

from config.load import Installation
from domain.errors import SettingsError
from leadloop.checked import load


def rewrite(folder: Path, texts: Mapping[str, str], *, environment: str | None, rule_hash: str | None) -> Installation:
    """Write and read back; what was there is put back when the result is not what it should be.

    `rule_hash`: what the files have to mean then; None: whatever they say, if it is sound.
    """
    before = {name: (folder / name).read_text(encoding="utf-8-sig") for name in texts}
    try:
        _write(folder, texts)
        return _read(folder, environment, rule_hash)
    except (SettingsError, OSError) as error:
        _write(folder, before)
        raise SettingsError(f"{folder} was left as it was: {error}") from error


def _read(folder: Path, environment: str | None, rule_hash: str | None) -> Installation:
    found = load(folder, environment)
    if rule_hash is not None and found.rules.hash != rule_hash:
        raise SettingsError("this release of leadloop reads these files otherwise than when they were published")
    return found


def _write(folder: Path, texts: Mapping[str, str]) -> None:
    for name, text in texts.items():
        path = folder / name
        if path.read_text(encoding="utf-8-sig") != text:
            staged = path.with_suffix(".yaml.part")
            staged.write_text(text, encoding="utf-8")
            staged.replace(path)
