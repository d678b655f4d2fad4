"""`leadloop status`: how it stands, in the words that every screen shares."""

from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

from config.load import Installation, load, load_settings
from config.settings import Settings
from domain.errors import SettingsError
from domain.run import InstallationStatus, RuleVersion
from leadloop import exits, screen
from leadloop.anchors import AnchorFile
from leadloop.clock import clock_of
from leadloop.drifted import back_fill_as_data, drift_as_data, show_back_fills, show_drifts
from leadloop.fought_over import show_stopped, stopped_as_data
from leadloop.registry import settings_types
from leadloop.status_of import look
from leadloop.staying_home import blocked_as_data, show_blocked
from reports.standing import Standing, ago
from store import rules as rule_store
from store.engine import Store


def run(folder: Path, *, environment: str | None, as_json: bool) -> int:
    """Look and change nothing: neither the schema nor the rules in force, also while the draft has mistakes."""
    if not folder.is_dir():
        raise SettingsError(f"There is no folder {folder}. `leadloop init {folder}` makes one.")
    settings = load_settings(folder, settings_types(), environment)
    with closing(_Look(folder, settings)) as place:
        place.require()
        draft = _draft_word(folder, environment, place.rules())
        clock = clock_of(settings.clock)
        now = clock.refresh()
        found = look(place.store, settings, anchors=AnchorFile(folder / settings.audit.anchor, clock.now), now=now)
    age = ago(now - found.last_run.ended_at) if found.last_run and found.last_run.ended_at else None
    if as_json:
        screen.document({**as_data(found), "go_live": settings.go_live, "draft_differs": bool(draft), "draft": draft})
    else:
        show(found, settings, draft=draft, age=age, now=now)
    return exits.SOME_FAILED if found.status is InstallationStatus.FAILING else exits.OK


class _Look:
    """An installation's store, opened to look at it."""

    def __init__(self, folder: Path, settings: Settings) -> None:
        self._folder = folder
        self.store = Store.open(settings.database_url, folder=folder)

    def require(self) -> None:
        if self.store.revision() is None:
            raise SettingsError(f"{self._folder} was never run: `leadloop doctor`, then `leadloop plan --pull`.")
        self.store.require_schema()

    def rules(self) -> RuleVersion | None:
        with self.store.read() as tx:
            return rule_store.current(tx)

    def close(self) -> None:
        self.store.dispose()


def _draft_word(folder: Path, environment: str | None, in_force: RuleVersion | None) -> str:
    """What there is to say about the folder's rules; empty when they are the ones in force."""
    try:
        draft: Installation = load(folder, settings_types(), environment)
    except SettingsError as error:
        return f"has {len(error.problems)} mistakes: `leadloop check`"
    if in_force is None or draft.rules.hash != in_force.hash:
        return "differs from the rules in force: `leadloop config publish`"
    return ""


def as_data(found: Standing) -> dict[str, Any]:
    last = found.last_run
    return {
        "status": found.status,
        "reason": found.reason,
        "connections": [
            {"name": each.name, "status": each.status, "account_id": each.account_id, "reason": each.reason}
            for each in found.connections
        ],
        "last_run": None
        if last is None
        else {"id": last.id, "ended_at": last.ended_at, "counts": dict(last.counts), "failures": list(last.failures)},
        "stages": dict(found.stages),
        "outbox": {f"{connection}.{status}": count for (connection, status), count in sorted(found.outbox.items())},
        "held": dict(found.held),
        "undecided": found.undecided,
        "hints": [
            {
                "connection": each.connection,
                "waiting": each.hints,
                "oldest_at": each.oldest_at,
                "because": each.because or None,
            }
            for each in found.hints
        ],
        "missing": [
            {
                "id": each.id,
                "connection": each.connection,
                "object": each.object,
                "records": each.missing,
                "known": each.known,
                "since": each.found_at,
            }
            for each in found.missing
        ],
        "drift": [drift_as_data(each) for each in found.drifts],
        "back_fills": [back_fill_as_data(each) for each in found.back_fills],
        "blocked": blocked_as_data(found.blocked),
        "conflicts": dict(found.conflicts),
        "stopped": [stopped_as_data(each) for each in found.stopped],
        "not_carried": [
            {"field": str(each.field), "values": each.values, "since": each.since} for each in found.overdue
        ],
    }


def show(found: Standing, settings: Settings, *, draft: str, age: str | None, now: datetime) -> None:
    ended = f"last run ended {age} ago" if age else "no run has ended yet"
    screen.show(f"{settings.environment.upper()} · {found.status}: {found.reason}")
    screen.show(f"go_live {settings.go_live} · {ended}")
    if draft:
        screen.show(f"! The folder's draft {draft}")
    screen.table(
        "\nConnections",
        ("name", "status", "account", "reason"),
        [(each.name, each.status, each.account_id, each.reason) for each in found.connections],
    )
    screen.table("\nLeads by stage", ("stage", "leads"), found.stages.items())
    waiting = [(connection, status, count) for (connection, status), count in sorted(found.outbox.items())]
    screen.table("\nWrites", ("connection", "status", "rows"), waiting)
    if found.hints:
        screen.table(
            "\nTold by a system and not read yet",
            ("connection", "hints", "oldest", "because"),
            [(each.connection, each.hints, ago(now - each.oldest_at), each.because) for each in found.hints],
        )
    if found.missing:
        screen.table(
            "\nShown no more, and not believed to be gone (`leadloop sweeps list`)",
            ("connection", "object", "gone", "of", "since"),
            [
                (each.connection, each.object, each.missing, each.known, f"{each.found_at:%Y-%m-%d %H:%M} UTC")
                for each in found.missing
            ],
        )
    if found.held:
        screen.table("\nHeld until approved (`leadloop held list`)", ("set", "leads"), found.held.items())
    if found.conflicts:
        screen.table("\nUndecided (`leadloop conflicts list`)", ("property", "leads"), found.conflicts.items())
    if found.drifts:
        show_drifts(found.drifts)
    if found.back_fills:
        show_back_fills(found.back_fills)
    if found.blocked:
        show_blocked(found.blocked)
    if found.stopped:
        show_stopped(found.stopped)
    if found.overdue:
        screen.table(
            "\nNot carried by the neighbour in time (`leadloop doctor`)",
            ("field", "values", "since"),
            [(each.field, each.values, f"{each.since:%Y-%m-%d %H:%M} UTC") for each in found.overdue],
        )
    if found.undecided:
        screen.show(f"\n✗ {found.undecided} leads could not be decided: `leadloop errors list`")
