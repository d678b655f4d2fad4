"""How alive each of our lists is, counted by the database: members, mail that reached them, what they did with it.

Every question is one statement over all lists, never one per lead. With 100,000 members it is a matter of seconds.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias

from domain.activity import ActivityKind
from domain.values import LeadId
from store.columns import AnyRow, maybe_moment, to_micros
from store.engine import Tx

Place: TypeAlias = tuple[str, str]
"""(connection, list)."""

ANSWERED = (ActivityKind.EMAIL_OPENED, ActivityKind.EMAIL_CLICKED, ActivityKind.EMAIL_REPLIED)
_ANSWERS = ", ".join(f"'{each}'" for each in ANSWERED)
_HUMAN = """a.retracted_at IS NULL AND (a.kind <> 'email_clicked' OR a.vouched_at IS NOT NULL
    OR a.properties NOT LIKE '%"filtered":true%')"""
_DELIVERED = "EXISTS (SELECT 1 FROM mailed d WHERE d.lead_id = m.lead_id AND d.at >= ?)"
_TOLD = """EXISTS (SELECT 1 FROM activity a WHERE a.lead_id = m.lead_id AND a.occurred_at >= ? AND a.kind IN ({kinds})
    AND a.retracted_at IS NULL)"""
_REACHED = f"({_DELIVERED} OR {_TOLD.format(kinds=_ANSWERS)})"
_BOUNCES = f"{_ANSWERS}, '{ActivityKind.EMAIL_BOUNCED}'"
_WRITTEN = f"({_DELIVERED} OR {_TOLD.format(kinds=_BOUNCES)})"
"""Somebody wrote to them: a mail that came back reached nobody."""
_MEMBERS = "FROM membership m WHERE m.shown"
_COUNT = f"""SELECT m.connection, m.list, count(*), min(coalesce(m.since, 0)),
    sum(CASE WHEN {_REACHED} THEN 1 ELSE 0 END), sum(CASE WHEN {_WRITTEN} THEN 1 ELSE 0 END)
    {_MEMBERS} GROUP BY m.connection, m.list"""
_DID = f"""SELECT m.connection, m.list, a.kind, count(DISTINCT m.lead_id)
    FROM membership m JOIN activity a ON a.lead_id = m.lead_id
    WHERE m.shown AND a.occurred_at >= ? AND a.kind IN ({_ANSWERS}) AND {_HUMAN}
    GROUP BY m.connection, m.list, a.kind"""  # noqa: S608 - words of our own, here and below
_LATEST = """NOT EXISTS (SELECT 1 FROM fact g WHERE g.lead_id = f.lead_id AND g.name = f.name
    AND (g.seen_at > f.seen_at OR (g.seen_at = f.seen_at AND g.number > f.number)))"""
_YES, _NO = """('true', '1', '"true"', '"yes"')""", """('false', '0', '"false"', '"no"')"""
_WHY = f"""CASE
    WHEN EXISTS (SELECT 1 FROM fact f WHERE f.lead_id = m.lead_id AND f.name = ? AND lower(f.value) IN {_YES}
                 AND {_LATEST}) THEN 'opted out'
    WHEN NOT EXISTS (SELECT 1 FROM identity_key k WHERE k.lead_id = m.lead_id AND k.kind = 'email')
        THEN 'has no address'
    WHEN EXISTS (SELECT 1 FROM activity b WHERE b.lead_id = m.lead_id AND b.kind = 'email_bounced'
                 AND b.retracted_at IS NULL AND NOT EXISTS (
                     SELECT 1 FROM activity a WHERE a.lead_id = b.lead_id AND a.kind IN ({_ANSWERS})
                     AND a.occurred_at > b.occurred_at AND {_HUMAN})) THEN 'the last mail bounced'
    WHEN EXISTS (SELECT 1 FROM fact f WHERE f.lead_id = m.lead_id AND f.name = ? AND lower(f.value) IN {_NO}
                 AND {_LATEST}) THEN 'is no marketing contact'
    WHEN EXISTS (SELECT 1 FROM gate_closed c WHERE c.lead_id = m.lead_id AND c.connection = m.connection
                 AND c.way = 'write') THEN 'a gate is closed'
    END"""  # noqa: S608
_UNMAILABLE = f"""SELECT connection, list, why, count(*) FROM (
    SELECT m.connection AS connection, m.list AS list, {_WHY} AS why {_MEMBERS}) AS judged
    WHERE why IS NOT NULL GROUP BY connection, list, why"""  # noqa: S608
_RETURNED = """SELECT connection, list, count(*) FROM membership WHERE member = {no} AND why = ? AND since >= ?
    GROUP BY connection, list"""
_WHO = f"""SELECT m.connection, m.list, m.lead_id, CASE WHEN {_REACHED} THEN 1 ELSE 0 END, {_WHY}
    {_MEMBERS} ORDER BY m.lead_id"""
_WHO_DID = f"""SELECT DISTINCT m.connection, m.list, a.kind, m.lead_id
    FROM membership m JOIN activity a ON a.lead_id = m.lead_id
    WHERE m.shown AND a.occurred_at >= ? AND a.kind IN ({_ANSWERS}) AND {_HUMAN}
    ORDER BY m.lead_id"""  # noqa: S608
_WHO_RETURNED = """SELECT connection, list, lead_id FROM membership WHERE member = {no} AND why = ? AND since >= ?
    ORDER BY lead_id"""
_COMING = """SELECT connection, list, sum(CASE WHEN member AND shown IS NULL THEN 1 ELSE 0 END),
    sum(CASE WHEN shown AND NOT member THEN 1 ELSE 0 END)
    FROM membership WHERE member IS NOT NULL GROUP BY connection, list"""
_WITHHELD = """SELECT recycled_as, count(*) FROM lead WHERE stage = 'recycled' AND merged_into IS NULL
    AND nurture_withheld IS NOT NULL AND recycled_as IS NOT NULL GROUP BY recycled_as"""
_ASLEEP = f"""SELECT connection, list FROM (SELECT connection, list FROM membership m WHERE shown
    GROUP BY connection, list HAVING min(coalesce(since, 0)) <= ?) AS kept
    WHERE NOT EXISTS (SELECT 1 {_MEMBERS} AND m.connection = kept.connection AND m.list = kept.list AND {_WRITTEN})"""  # noqa: S608
_SHOWN = f"""SELECT m.lead_id, l.key, l.stage, m.since, l.return_at,
    (SELECT max(d.at) FROM mailed d WHERE d.lead_id = m.lead_id),
    (SELECT max(a.occurred_at) FROM activity a WHERE a.lead_id = m.lead_id AND a.kind IN ({_ANSWERS}) AND {_HUMAN}),
    (SELECT min(k.value) FROM identity_key k WHERE k.lead_id = m.lead_id AND k.kind = 'email'), {_WHY}
    FROM membership m JOIN lead l ON l.id = m.lead_id
    WHERE m.shown AND m.connection = ? AND m.list = ? ORDER BY coalesce(m.since, 0), m.lead_id LIMIT ?"""  # noqa: S608


@dataclass(slots=True, kw_only=True)
class Counted:
    """One list of one system. Everything but members, `joining` and `leaving` is of the time that was asked about.

    `reached`: members to whom a mail was delivered, as far as systems tell it or what they did with it shows;
    `written`: with those whose mail came back. `oldest`: since when its first member is there, None where that is not
    known. `joining`, `leaving`: on their way.
    """

    connection: str
    list: str
    members: int = 0
    oldest: datetime | None = None
    reached: int = 0
    written: int = 0
    did: dict[ActivityKind, int] = field(default_factory=dict)
    unmailable: dict[str, int] = field(default_factory=dict)
    returned: int = 0
    joining: int = 0
    leaving: int = 0


@dataclass(slots=True, kw_only=True)
class People:
    """Who is behind the figures of one list, by number. `unmailable`: with why no mail reaches them."""

    members: list[LeadId] = field(default_factory=list)
    reached: list[LeadId] = field(default_factory=list)
    did: dict[ActivityKind, list[LeadId]] = field(default_factory=dict)
    unmailable: dict[LeadId, str] = field(default_factory=dict)
    returned: list[LeadId] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Flags:
    """Properties that say who may be sent e-mail: `opted_out` with yes, `marketing_contact` with anything but no."""

    opted_out: str
    marketing_contact: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """Somebody on a list. `why_not`: why no mail reaches them, None where nothing is known against it."""

    lead: LeadId
    key: str
    email: str | None
    stage: str
    since: datetime | None
    return_at: datetime | None
    mailed_at: datetime | None
    answered_at: datetime | None
    why_not: str | None


def counted(tx: Tx, flags: Flags, *, since: datetime, returned: str) -> list[Counted]:
    """Every list that anybody is, was or is to be on. `returned`: why somebody left whom sales has again."""
    found: dict[Place, Counted] = {}

    def at(connection: str, name: str) -> Counted:
        return found.setdefault((connection, name), Counted(connection=connection, list=name))

    begin = to_micros(since)
    for connection, name, joining, leaving in _rows(tx, _COMING):
        one = at(connection, name)
        one.joining, one.leaving = int(joining or 0), int(leaving or 0)
    for connection, name, members, oldest, reached, written in _rows(tx, _COUNT, begin, begin, begin, begin):
        one = at(connection, name)
        one.members, one.oldest = members, maybe_moment(oldest or None)
        one.reached, one.written = int(reached or 0), int(written or 0)
    for connection, name, kind, people in _rows(tx, _DID, begin):
        at(connection, name).did[ActivityKind(kind)] = people
    for connection, name, why, people in _rows(tx, _UNMAILABLE, flags.opted_out, flags.marketing_contact):
        at(connection, name).unmailable[why] = people
    for connection, name, people in _rows(tx, _RETURNED.format(no=_false(tx)), returned, begin):
        at(connection, name).returned = people
    return [found[place] for place in sorted(found)]


def behind(tx: Tx, flags: Flags, *, since: datetime, returned: str) -> dict[Place, People]:
    """Who they are whom `counted` counts."""
    found: dict[Place, People] = defaultdict(People)
    begin = to_micros(since)
    who = _rows(tx, _WHO, begin, begin, flags.opted_out, flags.marketing_contact)
    for connection, name, lead, is_reached, why in who:
        people = found[connection, name]
        people.members.append(LeadId(lead))
        if is_reached:
            people.reached.append(LeadId(lead))
        if why is not None:
            people.unmailable[LeadId(lead)] = why
    for connection, name, kind, lead in _rows(tx, _WHO_DID, begin):
        found[connection, name].did.setdefault(ActivityKind(kind), []).append(LeadId(lead))
    for connection, name, lead in _rows(tx, _WHO_RETURNED.format(no=_false(tx)), returned, begin):
        found[connection, name].returned.append(LeadId(lead))
    return found


def asleep(tx: Tx, *, since: datetime) -> set[Place]:
    """Lists with somebody who is there since before then, of whose members no mail has reached anybody since."""
    begin = to_micros(since)
    return {(connection, name) for connection, name in _rows(tx, _ASLEEP, begin, begin, begin)}


def withheld(tx: Tx) -> dict[str, int]:
    """Reason → leads that rest under it and are on no list, because they opted out."""
    return {str(reason): int(people) for reason, people in _rows(tx, _WITHHELD)}


def members(tx: Tx, connection: str, name: str, flags: Flags, *, limit: int) -> list[Member]:
    """Who is on it, who was there first first."""
    rows = _rows(tx, _SHOWN, flags.opted_out, flags.marketing_contact, connection, name, limit)
    return [
        Member(
            lead=LeadId(row[0]),
            key=row[1],
            stage=row[2],
            since=maybe_moment(row[3]),
            return_at=maybe_moment(row[4]),
            mailed_at=maybe_moment(row[5]),
            answered_at=maybe_moment(row[6]),
            email=row[7],
            why_not=row[8],
        )
        for row in rows
    ]


def _false(tx: Tx) -> str:
    return "false" if tx.dialect.name == "postgresql" else "0"


def _rows(tx: Tx, sqlite: str, *values: Any) -> Iterator[AnyRow]:
    """Run one statement written with `?`; a per cent sign of its own is not a place."""
    if tx.dialect.name == "postgresql":
        sqlite = sqlite.replace("%", "%%").replace("?", "%s")
    found: Sequence[AnyRow] = tx.exec_driver_sql(sqlite, values).all()
    return iter(found)
