"""`leadloop channels recount`: whom today's rules would count under another channel, and count them so."""

from contextlib import closing
from pathlib import Path

from domain.errors import UsageError
from leadloop import exits, screen
from leadloop.actor import actor
from leadloop.app import open_app
from leadloop.asking import is_agreed
from leadloop.came_from import moves, otherwise, recount
from leadloop.report_desk import Ask, desk_of

COLUMNS = ("channel", "by today's rules", "leads")


def run(folder: Path, *, yes: bool, environment: str | None, as_json: bool) -> int:
    """0 when they are counted anew or nobody would be; 2 when nobody said yes."""
    with closing(open_app(folder, environment=environment)) as app:
        scope = desk_of(app, Ask()).scope
        if not scope.channels.rules:
            raise UsageError("reports.yaml describes no channels: there is nothing to count by.")
        found = sorted(moves(otherwise(app.store, scope.channels, now=scope.now)).items())
        if as_json:
            screen.document({"moves": [{"before": one, "now": other, "leads": n} for (one, other), n in found]})
        elif found:
            screen.table("Counted otherwise by today's rules", COLUMNS, [(*pair, f"{n:,}") for pair, n in found])
        else:
            screen.show("Today's rules count everybody as it was decided.")
        if not found:
            return exits.OK
        if not (yes or is_agreed("Count them anew? Pages that people know will change; closed months stay.")):
            return exits.CHANGES_PENDING
        moved = recount(app.store, scope.channels, now=scope.now, by=actor())
    screen.say(f"{moved:,} leads are counted by today's rules from now on.")
    return exits.OK
