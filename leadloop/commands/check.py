"""`leadloop check`: every mistake in the folder at once, without touching the network."""

from pathlib import Path
from typing import Any

from config.load import Installation
from domain.errors import Problem, SettingsError
from leadloop import exits, screen
from leadloop.checked import load
from leadloop.costing import problems_in
from leadloop.options import there


def run(folder: Path, *, environment: str | None, as_json: bool) -> int:
    """0 when the folder may be used, 78 with `file:line:column: what (hint)` lines when not."""
    try:
        installation = load(folder, environment)
        _refuse_costs(installation)
    except SettingsError as error:
        if not as_json:
            raise
        problems = list(map(_plain, error.problems))
        screen.document({"ok": False, "message": str(error), "problems": problems, "warnings": []})
        return exits.CONFIG
    if as_json:
        warnings = list(map(_plain, installation.warnings))
        screen.document({"ok": True, "rule_hash": installation.rules.hash, "problems": [], "warnings": warnings})
    else:
        for each in installation.warnings:
            screen.say(f"warning: {each}")
        screen.say(f"{folder}: fine. Rules {installation.rules.hash[:8]}. Next: `leadloop doctor{there(folder)}`.")
    return exits.OK


def _refuse_costs(installation: Installation) -> None:
    """The loop can do without them: nobody but this command stops at them."""
    problems = problems_in(installation)
    if problems:
        intro = f"{installation.reports.costs} cannot be used, so that none of its costs count:"
        raise SettingsError("\n".join([intro, *map(str, problems)]), problems)


def _plain(problem: Problem) -> dict[str, Any]:
    return {
        "file": problem.file,
        "line": problem.line,
        "column": problem.column,
        "message": problem.message,
        "hint": problem.hint,
    }
