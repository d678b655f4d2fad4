"""Once a week each rep hears of the accounts for which they asked for air cover: when their working week begins.

Whom it was told is kept by week in the same transaction, so that a restart tells nobody twice. Who is due is looked at
four times an hour, whatever else the loop does: weeks begin then, and no box is read more often.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from config.settings import Settings
from connectors.contract import Lane
from domain.notice import Audience
from domain.run import GoLive
from domain.values import RecordRef
from handoff.air_cover import Cover, Standing
from handoff.cover_digest import digest
from handoff.deadlines import start_of
from handoff.delivery import next_loud
from handoff.rulebook import Rulebook
from store import installation as notebook
from store.engine import Tx
from store.outbox import OutboxDraft
from sync.air_cover import covers_now
from sync.cover_digest import covered_accounts
from sync.firstday import step_written
from sync.loop import InForce, Loop
from sync.material import Users, users
from sync.noticing import draft_of
from sync.outgoing import OpenRun, put
from sync.telling import Addressed, address, cover_of

TOLD = "told_air_cover"
"""Under which name it is kept who was told last, and of which week."""
LOOK_EVERY = timedelta(minutes=15)
WEEK = timedelta(days=7)


def plan_cover_digest(loop: Loop, *, now: datetime, run: OpenRun) -> int:
    """Put out what is due; returns how many messages that makes."""
    if loop.settings.notices.reps is None or not _is_time_to_look(loop, now):
        return 0
    with loop.store.read() as tx:
        some = bool(_due(tx, loop, loop.in_force(tx), now=now))
    return _tell(loop, now=now, run=run) if some else 0


def _is_time_to_look(loop: Loop, now: datetime) -> bool:
    """Whether a quarter of an hour has begun since the last look, or the clock was set back."""
    quarter = now.replace(minute=now.minute // 15 * 15, second=0, microsecond=0)
    last, loop.cover_looked_at = loop.cover_looked_at, quarter
    return last != quarter


def _tell(loop: Loop, *, now: datetime, run: OpenRun) -> int:
    with loop.store.write(loop.epoch) as tx:
        rules = loop.in_force(tx)
        due = _due(tx, loop, rules, now=now)
        drafts = _drafts(tx, loop, due, rules, now=now)
        number = run.of(tx, drafts, now=now)
        put(tx, drafts, now=now, run_id=number, random_bytes=loop.random_bytes)
        notebook.put(tx, TOLD, json.dumps({**_told(tx), **due}, sort_keys=True))
        loop.reached("notices.before_commit")
    run.number = number
    return len(drafts)


def _due(tx: Tx, loop: Loop, rules: InForce, *, now: datetime) -> dict[str, str]:
    """Reps with something to hear of who were not told this week → the week, as `2026-W47`. Nobody in quiet hours."""
    step = step_written(tx, loop.settings.go_live)
    if step is None or not step.hands_off:
        return {}
    covers = _worth_telling(tx, rules, now=now)
    people = users(tx, rules.mapping) if covers else None
    if people is None:
        return {}
    told, book, quiet = _told(tx), rules.book, loop.settings.notices.quiet
    due = {}
    for rep in sorted({each for cover in covers.values() if (each := _rep(cover, people)) is not None}):
        week = _week(rep, book, now=now)
        is_loud = next_loud(now, quiet, book.calendar_of(rep)) == now
        if week not in (None, told.get(rep)) and is_loud and _takes_part(rep, book, loop.settings, step):
            due[rep] = str(week)
    return due


def _worth_telling(tx: Tx, rules: InForce, *, now: datetime) -> Mapping[RecordRef, Cover]:
    """What runs or waits, and what ended within the week: a box that stays ticked is no news every week."""
    covers = covers_now(tx, rules.mapping, rules.lifecycle, now=now)
    return {ref: each for ref, each in covers.items() if each.standing is not Standing.OVER or now < each.until + WEEK}


def _rep(cover: Cover, people: Users) -> str | None:
    return people.emails.get((cover.request.ref.connection, cover.request.owner))


def _week(rep: str, book: Rulebook, *, now: datetime) -> str | None:
    """The rep's week once it has begun to work in it."""
    calendar = book.calendar_of(rep)
    today = calendar.local_date(now)
    opens = calendar.next_open(start_of(today - timedelta(days=today.weekday()), calendar.zone))
    year, week, _ = today.isocalendar()
    return f"{year}-W{week:02}" if opens <= now else None


def _takes_part(rep: str, book: Rulebook, settings: Settings, step: GoLive) -> bool:
    return step is not GoLive.PILOT or book.team_of(rep).name in settings.pilot_teams


def _told(tx: Tx) -> Mapping[str, str]:
    kept: Mapping[str, str] = json.loads(notebook.get(tx, TOLD) or "{}")
    return kept


def _drafts(tx: Tx, loop: Loop, due: Mapping[str, str], rules: InForce, *, now: datetime) -> Sequence[OutboxDraft]:
    people = users(tx, rules.mapping)
    theirs = [ref for ref, each in _worth_telling(tx, rules, now=now).items() if _rep(each, people) in due]
    lines = _lines(tx, theirs, rules, people, now=now)
    found = []
    for rep, week in due.items():
        where = address(loop.settings, Audience.REP, rep)
        if isinstance(where, Addressed):
            change = cover_of(rep, week, lines[rep], where, loop.settings.notices, now=now)
            found.append(draft_of(loop, change, where.connection, rules, lead_id=None, lane=Lane.BACKGROUND))
    return found


def _lines(
    tx: Tx, refs: Collection[RecordRef], rules: InForce, people: Users, *, now: datetime
) -> Mapping[str, Sequence[str]]:
    return digest(covered_accounts(tx, rules, people, now=now, only=refs), zone=rules.book.zone)
