"""A plan as data and as words: grouped by lead for the person at the screen, flat for a script.

Names and addresses stand on the operator's screen only; no plan is ever logged.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from config.settings import Environment
from domain.change import Change, ChangeKind
from domain.misfit import Misfit
from domain.radius import HeldWrite, RadiusUse
from domain.values import LeadId, Value
from leadloop import screen
from leadloop.badge import badge_line
from leadloop.plan_figures import is_assigned, moves_to
from leadloop.staying_home import LISTED, blocked_as_data, sentence
from leadloop.unjudging import unjudged_as_data
from reports import unjudged
from store.outbox import OutboxDraft
from store.unions import Union
from sync.planfile import Header, PlanFile
from sync.preview import PlannedLead

WIDE = 60
"""Characters of a value that fit on a line; a script gets all of it."""

_RULES = {
    ChangeKind.FIELDS: "lifecycle.yaml",
    ChangeKind.CREATE: "mapping.yaml: create",
    ChangeKind.MEMBER: "lifecycle.yaml: lists",
}
"""The rule behind a write that is no field of a person: closing a task, a creation, a move between lists."""

FIGURES = {
    "creates": "create",
    "updates": "update",
    "members": "list",
    "mqls": "MQL",
    "assigns": "assign",
    "recycles": "recycle",
}
"""Counts of a plan → their words in its last line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A plan with what the store adds to it. `refused`: writes that a system refused and nobody mended yet."""

    plan: PlanFile
    file: str
    calls: Mapping[str, int]
    """Connection → about how many calls the plan costs."""
    refused: int
    pulled: str
    """How old the data behind the plan is, in words."""
    people: Mapping[LeadId, str]
    environment: Environment = Environment.LIVE
    newcomers: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """Connection → object → how many people are created there."""
    types: Mapping[str, str] = field(default_factory=dict)
    """Connection → what kind of system it is."""
    joined: Sequence[Union] = ()
    """Who was found to be one person since the last run."""
    since: datetime | None = None
    """Only leads of which something changed from then on are in it; None: all."""


def as_data(shown: Shown) -> dict[str, Any]:
    """The counts, and what waits by cause; what changes field by field is `changes_of`."""
    header = shown.plan.header
    return {
        **header.counts,
        "refused": shown.refused,
        "blocked": _blocked(shown),
        "blocked_by": blocked_as_data(header.blocked),
        "conflicts": dict(header.conflicts),
        "unjudged": unjudged_as_data(header.unjudged),
        "api_calls": dict(shown.calls),
        "environment": shown.environment,
        "accounts": dict(header.accounts),
        "go_live": header.go_live,
        "read": header.known,
        "differ": len(shown.plan.leads),
        "radius": {each.kind: _use_as_data(each) for each in header.radius},
        "newcomers": {name: dict(counts) for name, counts in shown.newcomers.items()},
        "joined": [
            {"union": each.id, "lead": each.survivor, "took_in": each.loser, "because": each.tie, "by": each.made_by}
            for each in shown.joined
        ],
        "since": shown.since,
        "id": header.id,
        "file": shown.file,
        "as_of": header.as_of,
        "pulled": shown.pulled,
        "rule_hash": header.rule_hash,
        "held_sets": held_sets(header),
    }


def changes_of(plan: PlanFile) -> Iterator[dict[str, Any]]:
    """One row per field that is written, in the order in which it goes out."""
    for each in plan.leads:
        for draft in each.changes:
            yield from _rows(draft, lead=each.lead_id)


def held_sets(header: Header) -> dict[str, int]:
    """Set → how many leads wait in it, those of earlier runs included."""
    return {**{name: len(ids) for name, ids in header.held.items()}, **header.waiting}


def _rows(draft: OutboxDraft, *, lead: LeadId) -> Iterator[dict[str, Any]]:
    for name, before, after in fields_of(draft):
        rule, why = reason_of(draft, name)
        yield {
            "lead": lead,
            "system": draft.connection,
            "object": draft.change.object,
            "id": draft.change.id,
            "field": name,
            "now": before,
            "will_be": after,
            "rule": rule,
            "why": why,
        }


def reason_of(draft: OutboxDraft, name: str) -> tuple[str, str]:
    """(rule, why) of one field of a write; what is no field of a person has the write's own cause."""
    return draft.reasons.get(name, (_RULES[draft.change.kind], draft.cause))


def fields_of(draft: OutboxDraft) -> Iterator[tuple[str, Value, Value]]:
    """(field or list, now, will be) of one write."""
    change = draft.change
    if change.kind is ChangeKind.MEMBER:
        yield change.list or "", not change.member, change.member
    for name, value in change.values.items():
        yield name, draft.before.get(name), value


def show(shown: Shown) -> None:
    """Lead by lead what changes, then the held sets, then the figures."""
    header = shown.plan.header
    screen.show(badge_line(shown.environment, header.accounts))
    screen.show(f"As of {header.as_of:%Y-%m-%d %H:%M} UTC, from what was pulled {shown.pulled}")
    news = f" · only news since {shown.since:%Y-%m-%d %H:%M} UTC" if shown.since is not None else ""
    screen.show(f"{header.known:,} leads read, {len(shown.plan.leads):,} differ · go_live {header.go_live}{news}\n")
    for lead in shown.plan.leads:
        screen.show(f"  {mark_of(lead)} {shown.people.get(lead.lead_id, f'lead {lead.lead_id}')}")
        for line in lines_of(lead):
            screen.show(f"      {line}")
    for each in shown.joined[:LISTED]:
        screen.show(f"  ≡ lead {each.survivor} took in lead {each.loser} since the last run: {each.tie.value}")
    if len(shown.joined) > LISTED:
        screen.show(f"  ≡ {len(shown.joined) - LISTED:,} more leads were united: `leadloop identity list`")
    for name, count in sorted(held_sets(header).items()):
        screen.show(f"  ⨯ held: {name}, {count} leads wait for `leadloop held approve {name}`")
    if header.conflicts:
        counts = ", ".join(f"{name} ({count:,})" for name, count in header.conflicts.items())
        screen.show(f"  ⨯ undecided, so every side stays as it is: {counts}: `leadloop conflicts list`")
    if header.blocked:
        screen.show(f"  ⨯ {sentence(header.blocked)}")
    for one in header.unjudged[:LISTED]:
        screen.show(f"  ⨯ {unjudged.sentence(one)}")
    if len(header.unjudged) > LISTED:
        screen.show(f"  ⨯ {len(header.unjudged) - LISTED} more rules could not be judged: `leadloop status`")
    if shown.refused:
        screen.show(f"  ⨯ {shown.refused} earlier writes were refused: `leadloop errors list`")
    for line in _newcomers(shown):
        screen.show(f"  + {line}")
    screen.show(f"\nPlan: {_figures(shown)}")
    if header.radius:
        screen.show(f"Blast radius: {', '.join(map(_use, header.radius))}.")


def _newcomers(shown: Shown) -> Iterator[str]:
    """Who is new where; HubSpot bills by marketing contacts, and who comes by an app is none until somebody says so."""
    for name, counts in shown.newcomers.items():
        said = ", ".join(f"{count:,} new in {kind}" for kind, count in counts.items())
        billed = ", none of them a marketing contact" if shown.types.get(name) == "hubspot" else ""
        yield f"{name}: {said}{billed}"


def _use_as_data(use: RadiusUse) -> dict[str, int]:
    return {"planned": use.planned, "before": use.before, "limit": use.limit}


def _use(use: RadiusUse) -> str:
    """`handoff 27 of 60 (12 before)`: in this plan, of what 24 hours may bring, and used of it already."""
    return f"{use.kind} {use.planned:,} of {use.limit:,}" + (f" ({use.before:,} before)" if use.before else "")


def _figures(shown: Shown) -> str:
    counts = shown.plan.header.counts
    figures = [f"{counts.get(name, 0):,} {word}" for name, word in FIGURES.items()]
    figures += [f"{counts.get('held', 0):,} held", f"{_blocked(shown):,} blocked"]
    calls = " + ".join(f"{count} {name}" for name, count in shown.calls.items()) or "0"
    return f"{', '.join(figures)} · about {calls} calls"


def _blocked(shown: Shown) -> int:
    """What does not get through: values that stay at home, and writes refused before."""
    return shown.refused + sum(one.values for one in shown.plan.header.blocked)


def mark_of(lead: PlannedLead) -> str:
    """`↻` goes to nurture, `→` gets a rep, `+` is created somewhere, `~` is changed."""
    if moves_to(lead, "recycled"):
        return "↻"
    if is_assigned(lead):
        return "→"
    return "+" if any(draft.change.kind is ChangeKind.CREATE for draft in lead.changes) else "~"


def lines_of(lead: PlannedLead) -> Iterator[str]:
    """The decision in its own words, then record by record every field."""
    for move in lead.conclusion.decision.transitions if lead.conclusion is not None else ():
        yield f"{move.before} → {move.after}: {move.why}"
    for draft in lead.changes:
        yield f"{draft.connection} {_record(draft.change)} · {_short(draft.cause)}"
        for name, before, after in fields_of(draft):
            if draft.change.kind is ChangeKind.MEMBER:
                yield f"    {'joins' if after else 'leaves'} {name}"
            else:
                _, why = reason_of(draft, name)
                other = f"  ({_short(why)})" if why != draft.cause else ""
                yield f"    {name:28} {_short(before)} → {_short(after)}{other}"
    yield from map(_home, lead.misfits)
    yield from (_waits(name, write) for name, write in lead.held)


def _waits(name: str, write: HeldWrite) -> str:
    place = write.place
    column = f"{place.ref.connection} {place.ref.object}.{place.field}"
    return f"⨯ {column} {_short(write.before)} → {_short(write.value)} waits in {name}"


def _home(one: Misfit) -> str:
    nearest = f", nearest {one.hint!r}" if one.hint else ""
    return f"⨯ {one.ref.connection} {one.ref.object}.{one.field} stays as it is: {one.words}{nearest}"


def _record(change: Change) -> str:
    return f"{change.object} {change.id or '(new)'}"


def _short(value: Value) -> str:
    text = "—" if value is None or value == "" else " ".join(str(value).split())
    return text if len(text) <= WIDE else f"{text[: WIDE - 1]}…"
