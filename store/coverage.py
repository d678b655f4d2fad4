"""Touch coverage: how much of what reps do appears in the CRM. Counted once a day, in one statement.

Of the handoffs of four weeks whose rep took them or said what came of them, how many have a call, a meeting or an
e-mail of theirs near that. A touch alone says nothing about logging and is not among them, a lead turned away unseen
needs none, and what was said a moment ago may still be logged.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import chain

import orjson

from domain.activity import ActivityKind
from domain.coverage import Coverage, CoverageByRep
from domain.handoff import Outcome, Rep, Verdict
from store import installation as notebook
from store.chunks import read_many
from store.columns import from_micros, to_micros
from store.engine import Tx

WINDOW = timedelta(days=28)
NEAR = timedelta(days=2)
"""How far a touch may lie from what it goes with, before or after: over a weekend somebody catches up."""
DAY = timedelta(hours=24)
_PAGE = "touch_coverage"


def _words(*of: StrEnum) -> str:
    return ", ".join(f"'{each.value}'" for each in of)


_TOUCHES = _words(ActivityKind.CALL_LOGGED, ActivityKind.EMAIL_SENT, ActivityKind.MEETING_BOOKED)
_TAKING = _words(Verdict.ACCEPT, Verdict.ALREADY_WORKING)
_NOT_THEIRS = _words(Outcome.WENT_QUIET, Outcome.MERGED, Outcome.ERASED, Outcome.NOT_TARGET)
_NEAR = NEAR // timedelta(microseconds=1)
_OWNERS = "SELECT DISTINCT owner FROM handoff WHERE opened_at >= {keys} AND owner IS NOT NULL"
_SAID_AT = "coalesce(h.accepted_at, h.closed_at)"
_COUNT = (
    "WITH known (email, connection, id) AS (VALUES {users}) "  # noqa: S608 - words of our own
    "SELECT owner, count(*), sum(logged) FROM (SELECT h.owner AS owner, CASE WHEN EXISTS ("
    "SELECT 1 FROM activity a JOIN known k ON k.connection = a.connection AND k.id = a.actor "
    f"WHERE a.lead_id = h.lead_id AND k.email = h.owner AND a.kind IN ({_TOUCHES}) "
    "AND NOT a.automated AND a.retracted_at IS NULL "
    f"AND a.occurred_at BETWEEN h.opened_at - {_NEAR} AND {_SAID_AT} + {_NEAR}) THEN 1 ELSE 0 END AS logged "
    "FROM handoff h WHERE h.opened_at >= ? AND h.owner IN (SELECT email FROM known) "
    f"AND (h.verdict IN ({_TAKING}) OR h.accepted_by IN ('verdict', 'status', 'scorecard') "
    f"OR (h.outcome IS NOT NULL AND h.outcome NOT IN ({_NOT_THEIRS}))) "
    f"AND {_SAID_AT} <= {{keys}}) AS worked GROUP BY owner"
)
"""Reads the handoffs of the window by index, and of their leads alone what was done."""


def recount(tx: Tx, reps: Mapping[str, Rep], *, now: datetime) -> None:
    """Count anew if it was counted more than a day ago, or in the future: the clock was set back since."""
    at = kept(tx).at
    if at is None or not timedelta() <= now - at < DAY:
        told = {email: [each.worked, each.logged] for email, each in count(tx, reps, now=now).items()}
        notebook.put(tx, _PAGE, orjson.dumps({"at": to_micros(now), "reps": told}).decode())


def kept(tx: Tx) -> CoverageByRep:
    """As last counted; empty before the first time."""
    text = notebook.get(tx, _PAGE)
    if text is None:
        return CoverageByRep()
    read = orjson.loads(text)
    reps = {email: Coverage(worked=worked, logged=logged) for email, (worked, logged) in read["reps"].items()}
    return CoverageByRep(at=from_micros(read["at"]), reps=reps)


def count(tx: Tx, reps: Mapping[str, Rep], *, now: datetime) -> dict[str, Coverage]:
    """By the owner's e-mail."""
    since = to_micros(now - WINDOW)
    owners = {row[0] for row in read_many(tx, _OWNERS, [since])}
    users = [(email, place, user) for email in sorted(owners & reps.keys()) for place, user in reps[email].user_ids]
    if not users:
        return {}
    rows = read_many(
        tx,
        _COUNT.format(users=", ".join(["(?, ?, ?)"] * len(users)), keys="{keys}"),
        [to_micros(now - NEAR)],
        given=(*chain.from_iterable(users), since),
    )
    return {row[0]: Coverage(worked=int(row[1]), logged=int(row[2])) for row in rows}
