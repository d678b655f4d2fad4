"""A plan as data and as words: grouped by lead for the person at the screen, flat for a script.

Names and addresses stand on the operator's screen only; no plan is ever logged.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from domain.change import Change, ChangeKind
from domain.misfit import Misfit
from domain.radius import HeldWrite
from domain.values import LeadId, Value
from leadloop import screen
from leadloop.staying_home import blocked_as_data, sentence
from store.outbox import OutboxDraft
from sync.planfile import Header, PlanFile
from sync.preview import PlannedLead, Preview

PER_CALL = {"salesforce": 200, "hubspot": 100}
"""Records that one call writes; a system we do not know is taken to need a call for each."""

WIDE = 60
"""Characters of a value that fit on a line; a script gets all of it."""

COUNTED = {ChangeKind.CREATE: "creates", ChangeKind.FIELDS: "updates", ChangeKind.MEMBER: "members"}

_RULES = {
    ChangeKind.FIELDS: "lifecycle.yaml",
    ChangeKind.CREATE: "mapping.yaml: create",
    ChangeKind.MEMBER: "lifecycle.yaml: lists",
}
"""The rule behind a write that is no field of a person: closing a task, a creation, a move between lists."""

FIGURES = {"creates": "create", "updates": "update", "members": "list", "assigns": "assign", "recycles": "recycle"}
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


def counts_of(found: Preview) -> dict[str, int]:
    """The figures of a plan's last line."""
    counts: Counter[str] = Counter(creates=0, updates=0, members=0, assigns=0, recycles=0, held=0)
    for each in found.leads:
        counts.update(COUNTED[draft.change.kind] for draft in each.changes)
        counts["assigns"] += is_assigned(each)
        counts["recycles"] += is_recycled(each)
    counts["held"] = len({lead for ids in (*found.held.values(), *found.waiting.values()) for lead in ids})
    return dict(counts)


def is_assigned(lead: PlannedLead) -> bool:
    return lead.conclusion is not None and lead.conclusion.decision.assignment is not None


def is_recycled(lead: PlannedLead) -> bool:
    moves = lead.conclusion.decision.transitions if lead.conclusion is not None else ()
    return any(move.after == "recycled" for move in moves)


def calls_of(leads: Sequence[PlannedLead], types: Mapping[str, str]) -> dict[str, int]:
    """About how many calls these writes take, per connection: whole batches of one object and kind."""
    batches: Counter[tuple[str, str, str | None, bool | None]] = Counter()
    for draft in (draft for each in leads for draft in each.changes):
        change = draft.change
        batches[draft.connection, f"{change.kind} {change.object}", change.list, change.member] += 1
    calls = dict.fromkeys(types, 0)
    for (connection, *_), count in batches.items():
        per_call = PER_CALL.get(types.get(connection, ""), 1)
        calls[connection] = calls.get(connection, 0) - (-count // per_call)
    return calls


def as_data(shown: Shown) -> dict[str, Any]:
    """One document: the counts, the held sets by name, and one entry per field."""
    header = shown.plan.header
    return {
        **header.counts,
        "refused": shown.refused,
        "blocked": _blocked(shown),
        "blocked_by": blocked_as_data(header.blocked),
        "conflicts": dict(header.conflicts),
        "api_calls": dict(shown.calls),
        "id": header.id,
        "file": shown.file,
        "as_of": header.as_of,
        "pulled": shown.pulled,
        "rule_hash": header.rule_hash,
        "held_sets": held_sets(header),
        "changes": [
            row for each in shown.plan.leads for draft in each.changes for row in _rows(draft, lead=each.lead_id)
        ],
    }


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
    screen.show(f"As of {header.as_of:%Y-%m-%d %H:%M} UTC, from what was pulled {shown.pulled}")
    screen.show(f"{len(shown.plan.leads):,} leads differ\n")
    for lead in shown.plan.leads:
        screen.show(f"  {mark_of(lead)} {shown.people.get(lead.lead_id, f'lead {lead.lead_id}')}")
        for line in lines_of(lead):
            screen.show(f"      {line}")
    for name, count in sorted(held_sets(header).items()):
        screen.show(f"  ⨯ held: {name}, {count} leads wait for `leadloop held approve {name}`")
    if header.conflicts:
        counts = ", ".join(f"{name} ({count:,})" for name, count in header.conflicts.items())
        screen.show(f"  ⨯ undecided, so every side stays as it is: {counts}: `leadloop conflicts list`")
    if header.blocked:
        screen.show(f"  ⨯ {sentence(header.blocked)}")
    if shown.refused:
        screen.show(f"  ⨯ {shown.refused} earlier writes were refused: `leadloop errors list`")
    screen.show(f"\nPlan: {_figures(shown)}")


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
    if is_recycled(lead):
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
