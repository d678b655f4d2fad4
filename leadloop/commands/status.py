"""`leadloop status`: how it stands, in the words that every screen shares."""

from pathlib import Path

from domain.run import InstallationStatus
from leadloop import exits, screen
from leadloop.app import open_app
from leadloop.status_of import look_at
from reports.standing import Standing
from store import rules as rule_store


def run(folder: Path, *, as_json: bool) -> int:
    app = open_app(folder)
    try:
        found = look_at(app)
        with app.store.read() as tx:
            version = rule_store.current(tx)
        draft_differs = version is not None and version.hash != app.installation.rules.hash
        if as_json:
            screen.document(_as_data(found, draft_differs=draft_differs))
        else:
            _show(found, draft_differs=draft_differs, environment=str(app.settings.environment))
        return exits.OK if found.status is not InstallationStatus.FAILING else exits.SOME_FAILED
    finally:
        app.close()


def _as_data(found: Standing, *, draft_differs: bool) -> dict[str, object]:
    last = found.last_run
    return {
        "status": found.status,
        "reason": found.reason,
        "draft_differs": draft_differs,
        "connections": [
            {"name": each.name, "status": each.status, "account_id": each.account_id, "reason": each.reason}
            for each in found.connections
        ],
        "last_run": None if last is None else {"id": last.id, "ended_at": last.ended_at, "counts": dict(last.counts)},
        "stages": dict(found.stages),
        "outbox": {f"{connection}.{status}": count for (connection, status), count in found.outbox.items()},
        "held": dict(found.held),
    }


def _show(found: Standing, *, draft_differs: bool, environment: str) -> None:
    console = screen.out()
    console.print(f"{environment.upper()}  {found.status}: {found.reason}")
    if draft_differs:
        console.print("! The folder's rules differ from those in force: `leadloop config publish`.")
    screen.table(
        "\nConnections",
        ("name", "status", "account", "reason"),
        [(each.name, each.status, each.account_id, each.reason) for each in found.connections],
    )
    screen.table("\nLeads by stage", ("stage", "leads"), found.stages.items())
    waiting = [(connection, status, count) for (connection, status), count in sorted(found.outbox.items())]
    screen.table("\nWrites", ("connection", "status", "rows"), waiting)
    if found.held:
        screen.table("\nHeld until approved", ("set", "leads"), found.held.items())
