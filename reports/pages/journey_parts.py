"""The small tables of a journey: who it is and where they stand, pass by pass, and where each system has them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from domain.handoff import Handoff
from domain.record import Record
from domain.stage import Stage
from domain.values import LeadId, RecordRef, Value
from handoff.tasks import reason
from mapping.personas import personas_of
from reports.pages.dossier import Dossier
from reports.pages.moments import Cast, shown, told
from reports.pages.page import Cell, Column, Figure, Row, Table, Unit
from reports.pages.passes import Pass, Scope
from reports.pages.process import said
from reports.pages.wording import NOTHING_KNOWN, moment


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How a lead is looked at. `links`: where its records open in their systems; `workplaces`: those of the systems of
    which every report says how far they were read; `stays_until`: when it moves on by itself; `asked`: the number that
    was asked for, where that lead is part of this one; `most`: rows of the timeline.
    """

    scope: Scope
    cast: Cast
    zone: ZoneInfo
    links: Mapping[RecordRef, str]
    systems: Sequence[str]
    workplaces: Sequence[str] = ()
    stays_until: datetime | None = None
    asked: LeadId | None = None
    most: int | None = None


_HEAD = (Column(key="now", label="Now"), Column(key="words", label="Since, and why"))
_ERASED = "This person was erased."


def name_of(known: Mapping[str, object], lead: LeadId) -> str:
    parts = [shown(known[name]) for name in ("first_name", "last_name") if known.get(name)]
    return " ".join(parts) or (shown(known["email"]) if known.get("email") else f"lead {lead}")


def head(dossier: Dossier, known: Mapping[str, Value], look: Look, *, channel: str) -> Table:
    lines = _erased(dossier, look) if dossier.erasure is not None else _standing(dossier, known, look, channel=channel)
    rows = tuple(Row(key=key, label=label, cells=(now, words)) for key, label, now, words in lines)
    return Table(key="head", title="Who it is and where they stand", heads="", columns=_HEAD, rows=rows)


Line = tuple[str, str, Cell, str]
"""Key, label, what it is now, and what there is to say of it."""


def _erased(dossier: Dossier, look: Look) -> Iterator[Line]:
    lead, erasure = dossier.lead, dossier.erasure
    if erasure is not None:
        at = moment(erasure.erased_at or erasure.asked_at, look.zone)
        yield "person", "Person", _ERASED, told(at, f"asked for by {look.cast.actor(erasure.asked_by)}")
    yield "stage", "Stage then", lead.stage.value, f"since {moment(lead.stage_since, look.zone)}"


def _standing(dossier: Dossier, known: Mapping[str, Value], look: Look, *, channel: str) -> Iterator[Line]:
    lead, zone = dossier.lead, look.zone
    title, email, phone = (shown(known.get(name) or "") for name in ("job_title", "email", "phone"))
    yield "person", "Person", name_of(known, lead.id), told(title, email, phone)
    place = ", ".join(shown(known[name]) for name in ("industry", "country") if known.get(name))
    yield "company", "Company", shown(known.get("company") or NOTHING_KNOWN), place
    yield "stage", "Stage", lead.stage.value, told(f"since {moment(lead.stage_since, zone)}", _last_why(dossier))
    yield "owner", "Owner", look.cast.rep(lead.owner), _owner_words(dossier, look)
    score = dossier.score
    if score is not None:
        yield "score", "Score", Figure(value=score.shown), told(score.band, _excluded(score.excluded))
    yield "channel", "Channel", shown(channel), "of the first touch"
    yield "known", "Known since", moment(dossier.known_at, zone), f"lead {lead.id}, key {shown(lead.key)}"
    yield from _next(lead.stage, known, look)
    due = sorted(_due(dossier, look))
    first, words = (moment(due[0][0], zone), due[0][1]) if due else (NOTHING_KNOWN, "nothing is due by itself")
    later = (f"{what} {moment(at, zone)}" for at, what in due[1:])
    yield "due", "Next due", first, told(words, *later)


def _next(stage: Stage, known: Mapping[str, Value], look: Look) -> Iterator[Line]:
    """The cell of the playbook that applies; nothing where nobody wrote one."""
    personas = personas_of(look.scope.rules.playbook)
    if not personas.cells:
        return
    persona = personas.of(known)
    cell = personas.cells.get((stage, persona))
    steps = [] if cell is None else [("marketing", cell.marketing), ("sales", cell.sales), ("ask", cell.question)]
    steps += [] if cell is None else [("asset", cell.asset)]
    words = told(*(f"{who}: {shown(what)}" for who, what in steps if what.strip()))
    yield "next", "Next", shown(persona), words or "the playbook says nothing of this stage and persona"


def _excluded(why: str | None) -> str:
    return f"excluded: {shown(why)}" if why else ""


def _last_why(dossier: Dossier) -> str:
    moves = dossier.life.transitions
    return shown(moves[-1].why) if moves else ""


def _owner_words(dossier: Dossier, look: Look) -> str:
    running = _open(dossier.life.handoffs)
    if running is None:
        return "no handoff is open"
    if running.queue is not None:
        return told(f"waits in the queue {said(running.queue)}", shown(running.queue_cause or ""))
    since = f"since {moment(running.assigned_at, look.zone)}" if running.assigned_at is not None else ""
    mine = [each for each in dossier.assignments if each.handoff == running.number]
    return told(f"handoff {running.number}", since, shown(mine[-1].why) if mine else "")


def _open(handoffs: Sequence[Handoff]) -> Handoff | None:
    return next((each for each in handoffs if each.is_open), None)


def _due(dossier: Dossier, look: Look) -> Iterator[tuple[datetime, str]]:
    running, lead = _open(dossier.life.handoffs), dossier.lead
    if running is not None and running.touch_due_at is not None and running.touched_at is None:
        yield running.touch_due_at, "first touch is due"
    if running is not None and running.outcome_due_at is not None and running.outcome is None:
        yield running.outcome_due_at, "the rep is asked what came of it"
    if lead.return_at is not None:
        yield lead.return_at, "may come back to sales"
    if look.stays_until is not None:
        yield look.stays_until, "moves on by itself if nobody moves it"


_PASSES = (
    Column(key="opened", label="Opened"),
    Column(key="why", label="Why"),
    Column(key="band", label="Score and band", says="At hand-over, by the rules of that day."),
    Column(key="owners", label="Reps", says="One after the other."),
    Column(key="touched", label="First touch"),
    Column(key="minutes", label="Working time until then", says="Of the team, from the handoff to the touch."),
    Column(key="accepted", label="Accepted"),
    Column(key="qualified", label="Qualified", says="Accepted, and a conversation, a meeting held or a reply."),
    Column(key="outcome", label="Answer and outcome"),
)
_SCORECARD = Column(key="scorecard", label="Scorecard", says="As the rep filled it in.")
_CLAUSE = 80
"""Units of the first clause of the reason; the timeline has the whole of it."""
UNTOUCHED = "nobody was in touch yet"


def passes(dossier: Dossier, told_of: Mapping[int, Pass], look: Look) -> Table:
    """`told_of`: handoff → all that came of it; those that ended with their record are in none."""
    ordered = sorted(dossier.life.handoffs, key=lambda each: (each.opened_at, each.number))
    has_cards = any(_scorecard(each) for each in ordered)
    return Table(
        key="passes",
        title="Handoffs, one by one",
        heads="Handoff",
        columns=(*_PASSES, _SCORECARD) if has_cards else _PASSES,
        rows=tuple(_row(each, told_of.get(each.number), dossier, look, has_cards=has_cards) for each in ordered),
        empty="Was never handed over.",
    )


def _row(each: Handoff, found: Pass | None, dossier: Dossier, look: Look, *, has_cards: bool) -> Row:
    card = (_scorecard(each),) if has_cards else ()
    return Row(key=str(each.number), label=str(each.number), cells=(*_pass(each, found, dossier, look), *card))


def _scorecard(each: Handoff) -> str:
    return ", ".join(f"{shown(name)} {shown(value)}" for name, value in each.scorecard if value is not None)


def _pass(each: Handoff, found: Pass | None, dossier: Dossier, look: Look) -> tuple[Cell, ...]:
    owners = [look.cast.rep(one.owner) for one in dossier.assignments if one.handoff == each.number]
    minutes = found.working_minutes if found is not None else None
    return (
        moment(each.opened_at, look.zone),
        told("asked to be called" if each.hand_raise else "", shown(reason(each), _CLAUSE)),
        f"{each.score // 1000:,}, {shown(each.band)}",
        " → ".join(owners) or "nobody",
        _at(each.touched_at, look.zone),
        Figure(value=minutes, unit=Unit.MINUTES, why="" if minutes is not None else UNTOUCHED),
        _at(each.accepted_at, look.zone),
        _at(found.qualified_at if found is not None else None, look.zone),
        told(
            said(each.verdict) if each.verdict is not None else "",
            said(each.outcome) if each.outcome is not None else "",
            f"closed {moment(each.closed_at, look.zone)}" if each.closed_at is not None else "open",
        ),
    )


def _at(at: datetime | None, zone: ZoneInfo) -> str:
    return NOTHING_KNOWN if at is None else moment(at, zone)


_RECORDS = (
    Column(key="state", label="State"),
    Column(key="changed", label="Last changed"),
    Column(key="link", label="Where"),
)


def records(found: Sequence[Record], look: Look) -> Table:
    rows = tuple(
        Row(
            key=str(number),
            label=shown(each.ref),
            cells=(_state(each), moment(each.modified_at, look.zone), look.links.get(each.ref, "")),
        )
        for number, each in enumerate(found, 1)
    )
    return Table(
        key="records",
        title="Where each system has them",
        heads="Record",
        columns=_RECORDS,
        rows=rows,
        empty="No system shows this person.",
    )


def _state(each: Record) -> str:
    if each.merged_into is not None:
        return f"merged into {shown(each.merged_into)}"
    if each.converted_to is not None:
        return f"converted to {shown(each.converted_to)}"
    return "archived or gone" if each.archived else "there"
