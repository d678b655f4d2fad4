"""`leadloop golive [STEP]`: how far go-live has come, what the next step needs, and the order to go there."""

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from config.load import load_settings
from config.settings import Settings
from domain.run import GoLive
from leadloop import exits, screen
from leadloop.actor import actor
from leadloop.app import App, name_of, open_app
from leadloop.asking import is_agreed
from leadloop.badge import BADGES
from leadloop.beginnings import require_there
from leadloop.clock import clock_of
from leadloop.freezing import Kept, frozen_at, keep_if_frozen
from leadloop.options import there
from leadloop.registry import settings_types
from leadloop.striding import step_forward
from reports.going_live import GoingLive, going_live
from store import steps
from store.engine import Store, Tx
from store.steps import StepOrder
from sync.golive import heed_setting, move_to
from sync.readiness import Check, Look, checks, next_step, waiting_of_earlier

SHOWN = 5
"""Orders of the past that are shown; `--json` has all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the command line asks for. `force`: why the step is taken although something is not ready."""

    step: GoLive | None
    reason: str = ""
    force: str | None = None
    yes: bool = False
    as_json: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One look: where it stands, and the checks of the step `to`, if there is one."""

    settings: Settings
    now: GoingLive
    waiting: Mapping[str, int]
    history: Sequence[StepOrder]
    to: GoLive | None = None
    checks: Sequence[Check] = ()

    @property
    def failed(self) -> list[Check]:
        return [each for each in self.checks if each.stops]


def run(folder: Path, wish: Wish, *, environment: str | None) -> int:
    """78 when the step is not ready and nobody forces it; nothing has changed then."""
    if wish.step is not None and (found := _went_back(folder, wish.step, wish, environment)) is not None:
        _tell(found, wish, folder, moved=True)
        return exits.OK
    with closing(open_app(folder, environment=environment)) as app:
        found = look(app, wish.step)
        if wish.step is None or wish.step is found.now.order.step:
            _tell(found, wish, folder, moved=False)
            return exits.OK
        if found.failed and wish.force is None:
            _refuse(found, wish, folder)
            return exits.CONFIG
        if not (wish.yes or is_agreed(f"Go to `{wish.step}`?")):
            return exits.CHANGES_PENDING
        reason, now = _reason(found, wish), app.clock.refresh()
        deed = step_forward(found.now.order, wish.step, reason=reason, forced=[each.name for each in found.failed])
        if (kept := keep_if_frozen(app.store, app.settings, deed, now=now)) is not None:
            return _kept(kept, found, as_json=wish.as_json)
        with app.store.write() as tx:
            move_to(tx, wish.step, after=found.now.order, by=actor(), reason=reason, now=now)
        _tell(look(app, None), wish, folder, moved=True)
    return exits.OK


def _went_back(folder: Path, step: GoLive, wish: Wish, environment: str | None) -> Found | None:
    """Go back, if it is a step back: that needs no rules, so that no mistake in them is in its way."""
    settings = load_settings(folder, settings_types(), environment)
    require_there(settings, folder)
    store = Store.open(settings.database_url, folder=folder)
    try:
        if store.revision() is None:
            return None
        store.migrate()
        now = clock_of(settings.clock).refresh()
        with store.write() as tx:
            frozen = frozen_at(settings, now) is not None
            heed_setting(tx, settings.go_live, folder=name_of(folder), now=now, frozen=frozen)
            last = steps.last(tx)
            if last is None or step is last.step or not last.step.covers(step):
                return None
            move_to(tx, step, after=last, by=actor(), reason=wish.reason or wish.force or "", now=now)
        with store.read() as tx:
            return _found(tx, settings, now=now)
    finally:
        store.dispose()


def look(app: App, to: GoLive | None) -> Found:
    """Where it stands, and what the step `to` needs, or else the next one."""
    now = app.clock.refresh()
    with app.store.read() as tx:
        found = _found(tx, app.settings, now=now)
        to = to or next_step(found.now.order.step)
        if to is None:
            return found
        before, rules = found.now.order.step, app.in_force(tx)
        asked = Look(settings=app.settings, rules=rules, before=before, to=to, now=now)
        return replace(found, to=to, checks=checks(tx, asked))


def _found(tx: Tx, settings: Settings, *, now: datetime) -> Found:
    """Where it stands, without any checks."""
    standing = going_live(tx, observe_days=settings.observe_days, now=now)
    if standing is None:
        raise LookupError("whoever opens the folder takes up the first step")
    return Found(settings=settings, now=standing, waiting=dict(waiting_of_earlier(tx)), history=steps.history(tx))


def _reason(found: Found, wish: Wish) -> str:
    if found.failed:
        return f"{wish.force} (forced: {'; '.join(each.what for each in found.failed)})"
    return wish.reason or wish.force or ""


def _kept(kept: Kept, found: Found, *, as_json: bool) -> int:
    if not as_json:
        return kept.say()
    screen.document(as_data(found, moved=False, proposal=kept.proposal.number))
    return exits.HELD


def _refuse(found: Found, wish: Wish, folder: Path) -> None:
    if wish.as_json:
        screen.document(as_data(found, moved=False))
        return
    for check in found.checks:
        _show_check(check)
    screen.say(
        f"go_live stays `{found.now.order.step}`: mend what has a ✗, or say "
        f"`leadloop golive {found.to}{there(folder)} --force REASON`."
    )


def _tell(found: Found, wish: Wish, folder: Path, *, moved: bool) -> None:
    if wish.as_json:
        screen.document(as_data(found, moved=moved))
        return
    order = found.now.order
    since = f"since {order.at:%Y-%m-%d %H:%M} UTC by {order.by}"
    screen.show(f"{BADGES[found.settings.environment]} · go_live {found.now.in_words} · {since}")
    if order.reason:
        screen.show(f"  {order.reason}")
    if found.settings.go_live is not order.step:
        screen.show(f"  leadloop.yaml says `{found.settings.go_live}`: the last order counts, until that is edited.")
    if found.to is not None and not order.step.covers(found.to):
        screen.show(f"\nBefore `{found.to}`")
        for check in found.checks:
            _show_check(check)
    if found.waiting:
        screen.table("\nHeld by earlier steps (`leadloop held show SET`)", ("set", "leads"), found.waiting.items())
    if len(found.history) > 1:
        rows = [(f"{each.at:%Y-%m-%d %H:%M}", each.step, each.by, each.reason) for each in found.history[:SHOWN]]
        screen.table("\nOrders, newest first", ("at (UTC)", "step", "by", "why"), rows)
    _say_next(found, folder)


def _show_check(check: Check) -> None:
    glyph = "✓" if check.met else "✗" if check.stops else "!"
    screen.show(f"{glyph} {check.what}")
    if check.mend and not check.met:
        screen.show(f"    {check.mend}")


def _say_next(found: Found, folder: Path) -> None:
    if found.to is None or found.now.order.step.covers(found.to):
        return
    if found.failed:
        screen.say(f"`{found.to}` is not ready: {len(found.failed)} to mend.")
    else:
        screen.say(f"Next: leadloop golive {found.to}{there(folder)}")


def as_data(found: Found, *, moved: bool, proposal: int | None = None) -> dict[str, Any]:
    order = found.now.order
    return {
        "environment": found.settings.environment,
        "step": order.step,
        "since": order.at,
        "by": order.by,
        "reason": order.reason,
        "day": found.now.day,
        "of_days": found.now.of_days,
        "setting": found.settings.go_live,
        "moved": moved,
        "proposal": proposal,
        "next": found.to,
        "checks": [
            {"name": each.name, "ok": each.met, "needed": each.needed, "why": each.what, "fix": each.mend}
            for each in found.checks
        ],
        "waiting": dict(found.waiting),
        "history": [
            {"number": each.number, "step": each.step, "at": each.at, "by": each.by, "reason": each.reason}
            for each in found.history
        ],
    }
