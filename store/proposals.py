"""Changes that one person wants and a second one has to agree to, while changes are frozen.

A proposal holds all that is needed to carry it out, so that what is agreed to is what was meant, whatever the folder
says by then; once it is answered only what it was about is kept. The digest tells whether it is still what was kept.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import func, select, update

from domain.audit import LOOP
from store import audit
from store.audit import AuditEntry
from store.columns import AnyRow, to_json
from store.engine import Tx
from store.schema import proposal as table

LASTS = timedelta(hours=72)
"""So long a proposal waits."""
APPROVED = "approved proposal "
"""So an act in the audit begins that names, after the number, who had proposed it."""


class Kind(StrEnum):
    """What is to be done: the command that was run."""

    PUBLISH = "publish"
    REVERT = "revert"
    PROMOTE = "promote"
    GOLIVE = "golive"
    HELD = "held"

    @property
    def is_rules(self) -> bool:
        return self in {Kind.PUBLISH, Kind.REVERT, Kind.PROMOTE}


class ProposalStatus(StrEnum):
    WAITING = "waiting"
    APPROVED = "approved"
    WITHDRAWN = "withdrawn"
    OVERTAKEN = "overtaken"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """What is to be done: in words, and everything that doing exactly this takes."""

    kind: Kind
    what: str
    payload: Mapping[str, Any]

    @property
    def digest(self) -> str:
        return hashlib.sha256(to_json([self.kind.value, self.what, self.payload]).encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who is at the keyboard: a login name, and the system's account that the command runs under."""

    login: str
    account: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """One that was made. `is_whole`: what it holds is what was kept then."""

    number: int
    deed: Deed
    by: Person
    at: datetime
    expires_at: datetime
    status: ProposalStatus
    answered_by: str | None = None
    answered_at: datetime | None = None
    is_whole: bool = True


def propose(tx: Tx, deed: Deed, *, by: Person, now: datetime) -> Proposal:
    """Keep it; the very same that waits already is not kept twice."""
    expire(tx, now=now)
    for each in waiting(tx):
        if each.deed.digest == deed.digest and each.by == by:
            return each
    row = {
        "kind": deed.kind.value,
        "what": deed.what,
        "proposed_by": by.login,
        "account": by.account,
        "proposed_at": now,
        "expires_at": now + LASTS,
        "digest": deed.digest,
        "payload": dict(deed.payload),
        "status": ProposalStatus.WAITING.value,
    }
    number: int = tx.execute(table.insert().returning(table.c.number), row).scalar_one()
    audit.append(tx, [AuditEntry(at=now, actor=by.login, action=f"proposed {number}: {deed.what}")])
    return Proposal(number=number, deed=deed, by=by, at=now, expires_at=now + LASTS, status=ProposalStatus.WAITING)


def get(tx: Tx, number: int) -> Proposal | None:
    row = tx.execute(select(table).where(table.c.number == number)).first()
    return None if row is None else _to_proposal(row)


def history(tx: Tx) -> list[Proposal]:
    """Every proposal, newest first."""
    return [_to_proposal(row) for row in tx.execute(select(table).order_by(table.c.number.desc()))]


def waiting(tx: Tx) -> list[Proposal]:
    """Those that nobody answered, oldest first."""
    query = select(table).where(table.c.status == ProposalStatus.WAITING.value).order_by(table.c.number)
    return [_to_proposal(row) for row in tx.execute(query)]


def count_waiting(tx: Tx, *, now: datetime) -> int:
    """How many a second person could still agree to."""
    query = select(func.count()).where(table.c.status == ProposalStatus.WAITING.value, table.c.expires_at > now)
    return tx.execute(query).scalar_one()


def answer(tx: Tx, found: Proposal, status: ProposalStatus, *, by: Person, now: datetime) -> bool:
    """Close it; False when somebody was quicker, or its time is over."""
    done = tx.execute(
        update(table)
        .where(
            table.c.number == found.number,
            table.c.status == ProposalStatus.WAITING.value,
            table.c.expires_at > now,
        )
        .values(status=status.value, answered_by=by.login, answered_at=now, payload={})
    ).rowcount
    if done:
        audit.append(tx, [AuditEntry(at=now, actor=by.login, action=_act(found, status, by))])
    return bool(done)


def _act(found: Proposal, status: ProposalStatus, by: Person) -> str:
    if status is ProposalStatus.OVERTAKEN:
        return f"found proposal {found.number} overtaken"
    if status is not ProposalStatus.APPROVED:
        return f"{status} proposal {found.number}"
    same = " under the same account of the system" if by.account == found.by.account else ""
    return f"{APPROVED}{found.number} of {found.by.login}{same}: {found.deed.what}"


def expire(tx: Tx, *, now: datetime) -> int:
    """Close those whose time is over; returns how many."""
    over = (table.c.status == ProposalStatus.WAITING.value, table.c.expires_at <= now)
    numbers = tx.execute(select(table.c.number).where(*over).order_by(table.c.number)).scalars().all()
    if numbers:
        tx.execute(update(table).where(*over).values(status=ProposalStatus.EXPIRED.value, payload={}))
        audit.append(tx, [AuditEntry(at=now, actor=LOOP, action=f"proposal {each} expired") for each in numbers])
    return len(numbers)


def _to_proposal(row: AnyRow) -> Proposal:
    deed = Deed(kind=Kind(row.kind), what=row.what, payload=row.payload)
    status = ProposalStatus(row.status)
    return Proposal(
        number=row.number,
        deed=deed,
        by=Person(login=row.proposed_by, account=row.account),
        at=row.proposed_at,
        expires_at=row.expires_at,
        status=status,
        answered_by=row.answered_by,
        answered_at=row.answered_at,
        is_whole=deed.digest == row.digest or status is not ProposalStatus.WAITING,
    )
