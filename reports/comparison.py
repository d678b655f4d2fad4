"""What observing is for: whom we would have handed off, and whom today's process took up, lead by lead.

Both are kept while no handoffs are made (sync/watching.py), so that the report stays readable afterwards. What was so
before the period began compares with nothing, and neither does what we ourselves have handed off.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from domain.stage import Cause, Stage
from domain.values import LeadId, Value
from handoff.process import BEYOND_DOUBT, WITH_THEM, Process, plain
from reports.period import Period
from store import bases, leads, watched
from store.chunks import chunks
from store.engine import Tx
from store.watched import ForeseenHandoff, Listed, Move, ShownValue

DAY = timedelta(days=1)
_BY_PERSONS = frozenset({Cause.PERSON, Cause.SYSTEM})


class Verdict(StrEnum):
    AGREE = "agree"
    ONLY_US = "only us"
    ONLY_THEM = "only them"
    NOT_COMPARABLE = "not comparable"


class Apart(StrEnum):
    """Why a lead cannot be compared."""

    WITH_SALES = "with sales before the period began"
    ABOVE_THE_LINE = "above our line before the period began"
    BY_RULES = "above our line by rules that were published, not by what they did"
    HANDED_OFF = "handed off by leadloop itself"
    FORGOTTEN = "how it stood when the period began is no longer known"


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """`emails`: (connection, user id) → e-mail; `active`: whoever works there; `teams`: rep's e-mail → team."""

    emails: Mapping[tuple[str, str], str] = field(default_factory=dict)
    active: frozenset[str] = frozenset()
    teams: Mapping[str, str] = field(default_factory=dict)

    def named(self, connection: str, value: Value) -> str | None:
        """The e-mail of the person that an owner field names; None for a queue, a machine that has left, nobody."""
        email = self.emails.get((connection, str(value)), "").casefold()
        return email if email in self.active else None

    def team_of(self, email: str | None) -> str | None:
        return self.teams.get(email.casefold()) if email is not None else None

    def takes_up(self, connection: str, before: Value, after: Value) -> str | None:
        """Who has the lead now and had it given by nobody of the reps; None where it only changed hands."""
        old, new = self.named(connection, before), self.named(connection, after)
        is_news = old is None or (self.team_of(old) is None and self.team_of(new) is not None)
        return new if new is not None and is_news else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """What showed that today's process took a lead up; `seen_at` is when we read it, at most a cycle later."""

    at: datetime
    seen_at: datetime
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One lead. `days`: how much earlier we would have been, where both saw it; below zero: how much later.

    `is_open`: only one has seen it so far, and the other still has time to agree.
    """

    lead_id: LeadId
    verdict: Verdict
    apart: Apart | None = None
    ours: ForeseenHandoff | None = None
    theirs: Sign | None = None
    their_owner: str | None = None
    days: float | None = None
    is_open: bool = False
    segment: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """All that is kept about one lead and those that became part of it."""

    lead_id: LeadId
    foreseen: Sequence[ForeseenHandoff] = ()
    shown: Sequence[ShownValue] = ()
    moves: Sequence[Move] = ()
    listed: Listed | None = None
    joined: Mapping[LeadId, datetime] = field(default_factory=dict)
    """When the others became part of it."""


def compare(
    tx: Tx, process: Process, people: People, period: Period, *, only: Iterable[LeadId] | None = None
) -> Iterator[Row]:
    """Every lead that either saw, or that cannot be compared, by number; whom neither saw is left out."""
    for portion in chunks(leads.spread(tx, None) if only is None else only):
        for each in _gather(tx, portion):
            row = judge(each, process, people, period)
            if row is not None:
                yield row


def never_shown(tx: Tx, process: Process) -> list[str]:
    """The values that somebody named and that no record ever showed: slips of the keyboard, or nobody's habit."""
    left = {(name, plain(word)): word for name in sorted(process.named) for word in process.signs.get(name, ())}
    for portion in chunks(leads.spread(tx, None) if left else ()):
        for name, value in _showed(tx, portion):
            left.pop((name, plain(str(value))), None)
    return list(left.values())


def _showed(tx: Tx, ids: Sequence[LeadId]) -> Iterator[tuple[str, Value]]:
    """Property and value: what these leads show, and what they showed while somebody watched."""
    for theirs in bases.bases_of(tx, ids).values():
        yield from ((name, value) for (name, _), (value, *_) in theirs.items())
    parts = (part for several in watched.parts_of(tx, ids).values() for part in several)
    for shown in watched.shown_of(tx, [*ids, *parts]).values():
        for each in shown:
            yield from ((each.property, each.value), (each.property, each.before))


def _gather(tx: Tx, ids: Sequence[LeadId]) -> Iterator[Evidence]:
    parts = watched.parts_of(tx, ids)
    every = [*ids, *(part for theirs in parts.values() for part in theirs)]
    foreseen, shown = watched.foreseen_of(tx, every), watched.shown_of(tx, every)
    moves, listed = watched.moves_of(tx, every), watched.listed_of(tx, every)
    joined = watched.joined_at(tx, every[len(ids) :])
    for lead in ids:
        family = [lead, *parts.get(lead, ())]
        yield Evidence(
            lead_id=lead,
            foreseen=sorted((one for each in family for one in foreseen.get(each, ())), key=lambda one: one.at),
            shown=[one for each in family for one in shown.get(each, ())],
            moves=sorted(one for each in family for one in moves.get(each, ())),
            listed=min((listed[each] for each in family if each in listed), key=lambda one: one.at, default=None),
            joined={each: joined[each] for each in family if each in joined},
        )


def judge(found: Evidence, process: Process, people: People, period: Period) -> Row | None:
    """Compare one lead; None where there is nothing to tell of it."""
    until = min([period.ends, *(move.at for move in found.moves if _is_ours(move, period))])
    signs = [each for each in _signs(found, process, people, period) if each.at <= until]
    ours = next((each for each in found.foreseen if period.begins <= each.at <= until), None)
    theirs = min(signs, key=lambda each: each.at, default=None)
    apart = _apart(found, process, period, ours=ours, theirs=theirs, until=until)
    if apart is None and ours is None and theirs is None:
        return None
    owner = _owner_of(found, process, people, until)
    return Row(
        lead_id=found.lead_id,
        verdict=_verdict(ours, theirs, process.within) if apart is None else Verdict.NOT_COMPARABLE,
        apart=apart,
        ours=ours,
        theirs=theirs,
        their_owner=owner,
        days=round((theirs.at - ours.at) / DAY, 2) if ours is not None and theirs is not None else None,
        is_open=apart is None and _is_open(ours, theirs, process.within, period.ends),
        segment=_segment(ours, owner, people),
    )


def _is_ours(move: Move, period: Period) -> bool:
    """A handoff that we really made: from then on there are not two processes any more."""
    return move.cause is Cause.RULE and move.after in {Stage.MQL, Stage.ASSIGNED} and move.at > period.begins


def _verdict(ours: ForeseenHandoff | None, theirs: Sign | None, within: timedelta) -> Verdict:
    """Whoever was first; further apart than that, the other one did not see it in time."""
    if ours is not None and theirs is not None and abs(theirs.at - ours.at) <= within:
        return Verdict.AGREE
    if ours is None or (theirs is not None and theirs.at < ours.at):
        return Verdict.ONLY_THEM
    return Verdict.ONLY_US


def _is_open(ours: ForeseenHandoff | None, theirs: Sign | None, within: timedelta, ends: datetime) -> bool:
    only = ours if theirs is None else theirs if ours is None else None
    return only is not None and ends - only.at < within


def _apart(
    found: Evidence,
    process: Process,
    period: Period,
    *,
    ours: ForeseenHandoff | None,
    theirs: Sign | None,
    until: datetime,
) -> Apart | None:
    if _was_with_sales(found, process, period, theirs):
        return Apart.WITH_SALES
    if any(period.first <= each.at < period.begins for each in found.foreseen):
        return Apart.ABOVE_THE_LINE
    if ours is None and found.listed is not None and period.first <= found.listed.at <= until:
        return Apart.ABOVE_THE_LINE if found.listed.is_baseline else Apart.BY_RULES
    if period.is_cut and not found.shown and (ours is not None or theirs is not None):
        return Apart.FORGOTTEN
    return Apart.HANDED_OFF if ours is None and theirs is None and until < period.ends else None


def _was_with_sales(found: Evidence, process: Process, period: Period, theirs: Sign | None) -> bool:
    """By what its fields showed when the period began, or by its stage; a lead that came so is news and was not."""
    if any(process.counts(name, value) for name, value in _stood(found.shown, period)):
        return True
    if any(stage in WITH_THEM for stage in _stages(found, period)):
        return True
    first: dict[LeadId, Move] = {}
    for move in found.moves:
        if move.cause is Cause.BASELINE and move.at > period.begins:
            first.setdefault(move.lead_id, move)
    stood = (move for move in first.values() if theirs is None or theirs.seen_at > move.at)
    return any(move.after in WITH_THEM for move in stood)


def _stages(found: Evidence, period: Period) -> Iterable[Stage]:
    """Where the lead stood when the period began, and whoever became part of it only later."""
    stood: dict[LeadId, Stage] = {}
    for move in found.moves:
        if move.at <= period.begins:
            is_apart = found.joined.get(move.lead_id, period.begins) > period.begins
            stood[move.lead_id if is_apart else found.lead_id] = move.after
    return stood.values()


def _stood(shown: Sequence[ShownValue], period: Period) -> Iterator[tuple[str, Value]]:
    """What each field held when the period began, as far as anybody knows."""
    fields: dict[tuple[LeadId, str, str], list[ShownValue]] = {}
    for each in shown:
        fields.setdefault((each.lead_id, each.property, each.connection), []).append(each)
    for values in fields.values():
        before = [each for each in values if each.at <= period.begins]
        if before:
            yield before[-1].property, before[-1].value
        elif not values[0].is_first:
            yield values[0].property, values[0].before


def _signs(found: Evidence, process: Process, people: People, period: Period) -> Iterator[Sign]:
    for each in found.shown:
        if each.at > period.begins and (words := _says(each, process, people)):
            yield Sign(at=each.at, seen_at=each.seen_at, words=words)
    for move in found.moves:
        counts = BEYOND_DOUBT if not process.derived else WITH_THEM
        if move.at > period.begins and move.cause in _BY_PERSONS and move.after in counts:
            yield Sign(at=move.at, seen_at=move.at, words=move.why)


def _says(each: ShownValue, process: Process, people: People) -> str | None:
    """The sign in words; None where the value is none."""
    if process.counts(each.property, each.value):
        return f"{process.labels[each.property]} became {each.value} in {each.connection}"
    if process.owner_counts and each.property in process.owners and not each.is_first:
        rep = people.takes_up(each.connection, each.before, each.value)
        return f"{process.labels[each.property]} became {rep} in {each.connection}" if rep else None
    return None


def _owner_of(found: Evidence, process: Process, people: People, until: datetime) -> str | None:
    """The rep whom a system shows last."""
    named = (
        (each.at, email)
        for each in found.shown
        if each.property in process.owners and each.at <= until and (email := people.named(each.connection, each.value))
    )
    return max(named, default=(until, None))[1]


def _segment(ours: ForeseenHandoff | None, their_owner: str | None, people: People) -> str:
    """The team of whoever would have got it, else of whoever has it, else the rule that would have routed it."""
    team = people.team_of(ours.owner if ours is not None else None) or people.team_of(their_owner)
    if team is not None:
        return team
    return f"by rule {ours.rule}" if ours is not None and ours.rule else "no team"
