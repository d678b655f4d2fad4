"""`leadloop check`: every mistake in the folder at once, without touching the network."""

from pathlib import Path

from domain.errors import SettingsError
from leadloop import exits, screen
from leadloop.checked import load
from leadloop.options import there


def run(folder: Path, *, environment: str | None, as_json: bool) -> int:
    """0 when the folder may be used, 78 with `file:line:column: what (hint)` lines when not."""
    try:
        installation = load(folder, environment)
    except SettingsError as error:
        if not as_json:
            raise
        problems = [
            {"file": each.file, "line": each.line, "column": each.column, "message": each.message, "hint": each.hint}
            for each in error.problems
        ]
        screen.document({"ok": False, "message": str(error), "problems": problems})
        return exits.CONFIG
    if as_json:
        screen.document({"ok": True, "rule_hash": installation.rules.hash, "problems": []})
    else:
        screen.say(f"{folder}: fine. Rules {installation.rules.hash[:8]}. Next: `leadloop doctor{there(folder)}`.")
    return exits.OK
