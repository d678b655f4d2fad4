"""`leadloop status`: how it stands, in the words that every screen shares."""

from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

from config.load import Installation, load, load_settings, rules_from_document
from config.rules import Rules
from config.settings import Settings
from domain.errors import RuleError, SettingsError
from domain.run import GoLive, InstallationStatus, RuleVersion
from leadloop import exits, screen
from leadloop.anchors import AnchorFile
from leadloop.badge import BADGES
from leadloop.beginnings import require_filled, require_there
from leadloop.clock import clock_of
from leadloop.clocks_told import clocks_as_data, clocks_of, show_clocks
from leadloop.drifted import back_fill_as_data, drift_as_data, show_back_fills, show_drifts
from leadloop.fought_over import show_stopped, stopped_as_data
from leadloop.freezing import frozen_as_data, frozen_at, word
from leadloop.kept_back import kept_back_as_data, show_kept_back
from leadloop.noted import noted_as_data, show_noted
from leadloop.owning import owner_troubles, owners_as_data, show_owners
from leadloop.queues import queued_as_data, show_queued
from leadloop.registry import settings_types
from leadloop.standing_elsewhere import elsewhere, elsewhere_as_data, show_elsewhere
from leadloop.status_of import look
from leadloop.staying_home import blocked_as_data, show_blocked
from leadloop.unjudging import show_unjudged, unjudged_as_data
from reports.clocks import ClocksStanding
from reports.going_live import Word
from reports.lists import asleep
from reports.owners import OwnerTrouble
from reports.standing import Standing, ago
from store import proposals
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
        owners = _owners(place, settings)
        clocks = _clocks(place, settings, now)
        sleeping = _sleeping(place, now)
        erased = elsewhere(place.store)
        frozen, waiting, told = _frozen(place, settings, now)
    age = ago(now - found.last_run.ended_at) if found.last_run and found.last_run.ended_at else None
    if as_json:
        about: dict[str, Any] = {"freeze": frozen, "proposals": waiting}
        about |= {"owners": owners_as_data(owners), "draft_differs": bool(draft), "draft": draft}
        about |= {"clocks": clocks_as_data(clocks) if clocks is not None else None}
        about |= {"lists_asleep": list(sleeping), "erased_elsewhere": elsewhere_as_data(erased)}
        screen.document({**as_data(found), **_steps(found, settings), **about})
    else:
        show(found, settings, draft=draft, age=age, now=now, frozen=told)
        show_owners(owners)
        if clocks is not None:
            show_clocks(clocks, now=now)
        for words in sleeping:
            screen.show(f"! {words}: `leadloop lists list`")
        show_elsewhere(erased)
    return exits.SOME_FAILED if found.status is InstallationStatus.FAILING else exits.OK


class _Look:
    """An installation's store, opened to look at it."""

    def __init__(self, folder: Path, settings: Settings) -> None:
        self._folder, self._settings = folder, settings
        require_there(settings, folder)
        self.store = Store.open(settings.database_url, folder=folder)

    def require(self) -> None:
        require_filled(self.store, self._settings, self._folder)
        if self.store.revision() is None:
            raise SettingsError(f"{self._folder} was never run: `leadloop doctor`, then `leadloop plan --pull`.")
        self.store.require_schema()

    def rules(self) -> RuleVersion | None:
        with self.store.read() as tx:
            return rule_store.current(tx)

    def close(self) -> None:
        self.store.dispose()


def _in_force(place: _Look) -> Rules | None:
    """None while they cannot be read."""
    version = place.rules()
    try:
        return rules_from_document(version.document) if version is not None else None
    except RuleError:
        return None


def _owners(place: _Look, settings: Settings) -> tuple[OwnerTrouble, ...]:
    rules = _in_force(place)
    return owner_troubles(place.store, rules, settings.types()) if rules is not None else ()


def _clocks(place: _Look, settings: Settings, now: datetime) -> ClocksStanding | None:
    version, rules = place.rules(), _in_force(place)
    if rules is None or version is None:
        return None
    return clocks_of(place.store, rules, settings, version=version, now=now)


def _sleeping(place: _Look, now: datetime) -> tuple[str, ...]:
    """Lists that somebody should send to and nobody does."""
    rules = _in_force(place)
    if rules is None:
        return ()
    with place.store.read() as tx:
        return tuple(asleep(tx, rules.mapping, rules.lifecycle, now=now))


def _frozen(place: _Look, settings: Settings, now: datetime) -> tuple[dict[str, Any] | None, int, str]:
    """What freezes changes now, how many proposals wait, and both in words."""
    frozen = frozen_at(settings, now)
    with place.store.read() as tx:
        waiting, told = proposals.count_waiting(tx, now=now), word(tx, settings, now=now)
    return frozen_as_data(frozen), waiting, told


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
        "unjudged": unjudged_as_data(found.unjudged),
        "notes": noted_as_data(found.notes),
        "queued": queued_as_data(found.queued),
        "identity_doubts": found.doubts,
        "kept_back": kept_back_as_data(found.kept_back),
        "stopped": [stopped_as_data(each) for each in found.stopped],
        "not_carried": [
            {"field": str(each.field), "values": each.values, "since": each.since} for each in found.overdue
        ],
    }


def _steps(found: Standing, settings: Settings) -> dict[str, Any]:
    """How far go-live has come; `go_live_setting` is what leadloop.yaml says, which may be older."""
    going = found.going
    return {
        "go_live": going.order.step if going else settings.go_live,
        "go_live_setting": settings.go_live,
        "go_live_since": going.order.at if going else None,
        "go_live_day": going.day if going else None,
        "go_live_days": going.of_days if going else None,
        "baseline": going.baseline if going else Word.NONE,
    }


def _show_steps(found: Standing, settings: Settings, ended: str) -> None:
    going = found.going
    screen.show(f"go_live {going.in_words if going else settings.go_live} · {ended}")
    if going and going.order.step is not settings.go_live:
        screen.show(f"leadloop.yaml says `{settings.go_live}`: the last order counts, which {going.order.by} gave")
    if going and going.baseline is not Word.CONFIRMED:
        screen.show(f"! The first stages are {going.baseline}: `leadloop baseline`")
    if going and going.order.step is GoLive.OBSERVE:
        screen.show("Whom we would have handed off, beside whom today's process took up: `leadloop compare`")


def _show_in_doubt(found: Standing) -> None:
    if found.queued:
        show_queued(found.queued)
    if found.doubts:
        pairs = "1 pair of leads looks" if found.doubts == 1 else f"{found.doubts:,} pairs of leads look"
        screen.show(f"\n! {pairs} like one person and stayed apart: `leadloop identity list`")
    if found.unjudged:
        show_unjudged(found.unjudged)
    if found.notes:
        show_noted(found.notes)


def show(found: Standing, settings: Settings, *, draft: str, age: str | None, now: datetime, frozen: str = "") -> None:
    ended = f"last run ended {age} ago" if age else "no run has ended yet"
    screen.show(f"{BADGES[settings.environment]} · {found.status}: {found.reason}")
    _show_steps(found, settings, ended)
    if frozen:
        screen.show(frozen)
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
    _show_unheard(found, now)
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
    _show_in_doubt(found)
    if found.kept_back:
        show_kept_back(found.kept_back)
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


def _show_unheard(found: Standing, now: datetime) -> None:
    """What systems told and nobody has read or believed yet."""
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
