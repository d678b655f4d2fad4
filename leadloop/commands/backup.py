"""`leadloop backup`: one file with everything that this installation knows, made while the daemon runs."""

from dataclasses import asdict
from pathlib import Path

from config.load import load_settings
from domain.errors import SettingsError
from leadloop import exits, screen
from leadloop.backing_up import Made, make
from leadloop.clock import clock_of
from leadloop.registry import settings_types

FOLDER = "backups"


def run(folder: Path, file: Path | None, *, environment: str | None, as_json: bool) -> int:
    """1 when the audit in it is not as it was sealed: the file is written all the same, and says what happened."""
    if not folder.is_dir():
        raise SettingsError(f"There is no folder {folder}. `leadloop init {folder}` makes one.")
    settings = load_settings(folder, settings_types(), environment)
    now = clock_of(settings.clock).refresh()
    if file is None:
        (folder / FOLDER).mkdir(mode=0o700, exist_ok=True)
        file = folder / FOLDER / f"leadloop-{now:%Y%m%dT%H%M%SZ}.tar"
    made = make(settings, folder, file, now=now)
    if as_json:
        screen.document(_as_data(made))
    else:
        _show(made)
    return exits.OK if made.verdict.ok else exits.SOME_FAILED


def _as_data(made: Made) -> dict[str, object]:
    page = {name: value for name, value in asdict(made.page).items() if name != "key_check"}
    return {"file": str(made.file), "bytes": made.file.stat().st_size, "audit_ok": made.verdict.ok, **page}


def _show(made: Made) -> None:
    page = made.page
    screen.show(
        f"{made.file}: {made.file.stat().st_size:,} bytes, schema {page.revision}, {page.sealed:,} sealed rows of "
        "the audit. Read back and whole."
    )
    if not made.verdict.ok:
        screen.say(
            f"! Row {made.verdict.first_bad} of the audit is {made.verdict.fault}: `leadloop audit verify` says more."
        )
    screen.say(
        "In it: the database and the audit's anchors. Not in it: the folder's YAML (keep it in version control) and "
        "the key (leadloop.key or LEADLOOP_KEY): keep it apart from backups. Without it every system has to be logged "
        "in to again."
    )
