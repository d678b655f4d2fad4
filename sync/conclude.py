"""From everything known about one lead to what should be: merge, rescore, decide, project.

Pure: the same material, rules, routing and `now` give the same conclusion, which is why a plan can
be made without saving it and a crash in the middle costs nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from config.mapping import Role
from domain.change import Conflict
from domain.decision import Decision, Desired
from domain.gate import Closed
from domain.lead import Fact
from domain.misfit import Misfit, Why
from domain.notice import Heard
from domain.place import Place
from domain.record import Record
from domain.rule_problem import RuleProblem
from domain.score import Score
from domain.stage import Cause
from domain.values import LeadId, RecordRef, Value
from handoff.decide import decide
from handoff.pressed import hear_presses
from handoff.routing import RoutingState
from handoff.view import LeadView
from mapping.agreement import Base
from mapping.duplicates import on_heads_only
from mapping.found import keep_found
from mapping.merge_lead import LeadMerge, Unread
from mapping.projection import project
from mapping.wishes import FieldWish
from sync.carrying import awaited
from sync.creating import Entry, entries, lacks, nowhere_for_reps, stand_ins, to_create
from sync.evidence import NOTHING, FollowUp, follow_up
from sync.gating import admitting, kept_from_reps, let_through, untold
from sync.given import given_before
from sync.looking import answers_of, find_signals, heard_scorecard, look
from sync.loop import InForce
from sync.material import Material, Users
from sync.merged import merged_of
from sync.same import same
from sync.showing import named_shown, show, shown_too_long
from sync.statuses import Place as StatusPlace
from sync.statuses import heard, keep_theirs

_RESTORED = frozenset({Role.OWNED, Role.SHARED})


class Allowance(StrEnum):
    """What let a conclusion pass: room of its class, the hand-raisers' own, or a person's approval."""

    HANDOFF = "handoff"
    DESTRUCTIVE = "destructive"
    HAND_RAISE = "hand_raise"
    APPROVAL = "approval"


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreed:
    """The merge base of one property in one system, as it stands after this conclusion."""

    property: str
    connection: str
    base: Base | None
    """None: what was agreed before says nothing any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conclusion:
    """What was concluded about one lead at `as_of`: everything that one transaction saves."""

    lead_id: LeadId
    revision: int
    as_of: datetime
    decision: Decision
    score: Score
    words: str
    facts: Mapping[str, Value]
    """Only those whose value changed."""
    fact_since: datetime
    desired: tuple[Desired, ...]
    rewish: bool
    """Whether `desired` is anything but what was desired before."""
    undone: bool
    """Whether a record shows something else where we or the rules decide: somebody overwrote it."""
    agreed: tuple[Agreed, ...]
    conflicts: tuple[Conflict, ...]
    heads: Mapping[str, RecordRef] = field(default_factory=dict)
    awaited: frozenset[Place] = frozenset()
    """What a neighbour should carry and the records do not show yet."""
    creating: tuple[Entry, ...] = ()
    """Where the person is missing and to be created now."""
    unread: tuple[Misfit, ...] = ()
    """What the records show and nobody can read."""
    closed: tuple[Closed, ...] = ()
    """The gates that the lead does not pass."""
    problems: tuple[RuleProblem, ...] = ()
    """Rules that could not be told; they count as not met."""
    follow_up: FollowUp = NOTHING
    heard: tuple[Heard, ...] = ()
    """What was answered by a button, and what to say to it."""
    allowance: Allowance | None = None
    """What it used up to pass the blast radius; None where it needed nothing."""


def conclude(
    material: Material,
    rules: InForce,
    state: RoutingState,
    users: Users,
    *,
    now: datetime,
    held: bool = False,
) -> tuple[Conclusion, RoutingState]:
    """Conclude about one lead; the routing state moves on when a rep's turn was used.

    `held`: without what rules and time would do to it, for that waits for a person's word.
    """
    known = _understand(material, rules, users, now=now)
    view = replace(known.view, held=held, earshot=users.earshot)
    decision, state = decide(view, rules.book, state, users.reps, now=now)
    decision = show(decision, known.view.score, material, known.entries, rules, now=now)
    changed = heard(known.view.signals)
    every = _wishes(decision, known.merged, material, rules, users, changed=changed)
    wishes = [wish for wish in every if rules.fields.may_write(wish.ref, wish.field) and wish.problem is None]
    wishes = list(let_through(wishes, known.merged.closed, rules.fields))
    wanted = _desired(wishes, material, decision, rules, known.merged.whys)
    admitted = admitting(known.entries, known.merged.closed)
    creating = to_create(admitted, decision, rules.mapping, now=now)
    conclusion = Conclusion(
        lead_id=material.lead.id,
        revision=material.lead.revision,
        as_of=now,
        decision=decision,
        score=known.view.score,
        words=known.view.words,
        facts=known.changed,
        fact_since=known.since,
        desired=wanted,
        rewish=_has_moved(wanted, material.desired),
        undone=_is_undone(wanted, material.records, rules, changed=changed),
        agreed=_agreed(known.merged, material, stand_ins(creating, rules)),
        conflicts=known.merged.conflicts,
        heads=known.merged.heads,
        awaited=awaited(every, known.merged.values, _head_records(material, known.merged), rules.fields),
        creating=creating,
        unread=(*map(_misfit, known.merged.unread), *_unsaid(every)),
        follow_up=follow_up(material, known.merged, rules.fields),
        problems=(*known.view.score.problems, *decision.problems, *untold(known.merged.closed)),
        closed=known.merged.closed,
        heard=known.heard,
    )
    return conclusion, state


def view_of(material: Material, rules: InForce, users: Users, *, now: datetime) -> LeadView:
    """The lead as a decision would see it now, for whoever only asks."""
    return _understand(material, rules, users, now=now).view


def _misfit(one: Unread) -> Misfit:
    return Misfit(ref=one.ref, field=one.field, property=one.property, why=Why.UNREADABLE, words=one.problem)


def _unsaid(wishes: Sequence[FieldWish]) -> Iterator[Misfit]:
    """What a system has no words for."""
    for one in wishes:
        if one.problem is not None:
            yield Misfit(ref=one.ref, field=one.field, property=one.property, why=Why.UNSAID, words=one.problem)


def _wishes(
    decision: Decision,
    merged: LeadMerge,
    material: Material,
    rules: InForce,
    users: Users,
    *,
    changed: frozenset[StatusPlace],
) -> tuple[FieldWish, ...]:
    """What the records should show: ours on the heads alone."""
    heads = _head_records(material, merged)
    projected = project(decision.properties, heads, rules.fields, users=users.ids, stated=decision.stated)
    projected = keep_theirs(projected, decision, heads, rules, material=material, changed=changed)
    if _stands_as_found(decision, material):
        projected = keep_found(projected, heads.values(), rules.fields)
    return on_heads_only((*merged.desired, *projected), material.records, merged.heads, rules.fields)


def _stands_as_found(decision: Decision, material: Material) -> bool:
    begins = material.is_new or material.stands_as_found
    return begins and not decision.handoffs and all(move.cause is Cause.BASELINE for move in decision.transitions)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Understood:
    """A lead merged and rescored. `changed`: the facts that are new, which hold `since` then."""

    merged: LeadMerge
    changed: Mapping[str, Value]
    since: datetime
    view: LeadView
    entries: tuple[Entry, ...]
    heard: tuple[Heard, ...]


def _understand(material: Material, rules: InForce, users: Users, *, now: datetime) -> _Understood:
    merged = merged_of(material, rules.fields)
    changed = _changed_facts(merged.values, material.facts)
    since = min(max((row.modified_at for row in material.records), default=now), now)
    facts = [*material.facts, *(_fact(name, value, since=since, seen_at=now) for name, value in changed.items())]
    score = rules.scorer.score(
        facts,
        material.activities,
        as_of=now,
        known_at=now,
        shown=material.lead.shown_score,
        shown_named=named_shown(material, rules),
        is_overdue=shown_too_long(material.lead, rules, now=now),
    )
    words = rules.reasons.say(score, merged.values, material.activities, now=now, past=_past(material, rules))
    signals = () if material.at_baseline else find_signals(merged, material, rules, users)
    pressed, heard = hear_presses(material.presses, material.open_handoff, book=rules.book, reps=users.reps, now=now)
    signals = (*signals, *pressed)
    changed_at = {fact.name: fact.since for fact in facts}
    answers = answers_of(merged, rules)
    view = look(
        material,
        merged,
        answers,
        score=score,
        words=words,
        signals=signals,
        changed_at=changed_at,
        scorecard=heard_scorecard(material, answers, signals, rules),
    )
    view = replace(view, was_given=given_before(material, rules), numbers_from=material.numbers_from)
    missing_in = entries(merged.values, material.records, material.account, merged.heads, rules)
    if lacking := lacks(missing_in):
        view = replace(view, lacks=lacking)
    barred = kept_from_reps(merged, rules) if merged.closed else ""
    if barred := barred or nowhere_for_reps(merged.heads, rules.mapping):
        view = replace(view, barred=barred)
    return _Understood(merged=merged, changed=changed, since=since, view=view, entries=missing_in, heard=heard)


def _changed_facts(values: Mapping[str, Value], facts: Sequence[Fact]) -> dict[str, Value]:
    current = {fact.name: fact.value for fact in facts}
    return {name: value for name, value in values.items() if current.get(name) != value}


def _fact(name: str, value: Value, *, since: datetime, seen_at: datetime) -> Fact:
    return Fact(name=name, value=value, since=since, seen_at=seen_at)


def _past(material: Material, rules: InForce) -> str | None:
    """How the last pass ended, for the reason in words: `no budget in March`."""
    ended = [each for each in material.handoffs if each.closed_at is not None and each.outcome is not None]
    if not ended or ended[-1].closed_at is None or ended[-1].outcome is None:
        return None
    road = rules.lifecycle.outcomes.get(ended[-1].outcome)
    says = (road.says or road.label).lower() if road else ended[-1].outcome.value.replace("_", " ")
    return f"{says} in {ended[-1].closed_at:%B}"


def _head_records(material: Material, merged: LeadMerge) -> dict[str, Record]:
    by_ref = {row.ref: row for row in material.records}
    return {connection: by_ref[ref] for connection, ref in merged.heads.items()}


def _desired(
    wishes: Sequence[FieldWish], material: Material, decision: Decision, rules: InForce, whys: Mapping[str, str]
) -> tuple[Desired, ...]:
    """The wishes with their causes; one that was wished before keeps the cause that first set it."""
    why_now = decision.transitions[-1].why if decision.transitions else ""
    before = {(row.ref, row.field): row for row in material.desired}
    rows = []
    for wish in wishes:
        known = before.get((wish.ref, wish.field))
        if known is not None and known.value == wish.value and type(known.value) is type(wish.value):
            rows.append(known)
            continue
        rows.append(
            Desired(
                lead_id=material.lead.id,
                ref=wish.ref,
                field=wish.field,
                property=wish.property,
                value=wish.value,
                cause=_cause(wish.property, why_now, rules, whys.get(wish.property)),
                rule_hash=rules.hash,
            )
        )
    return tuple(rows)


def _cause(name: str, why_now: str, rules: InForce, newer: str | None = None) -> str:
    """Why a property is to be another one: a move of the lead explains its stage and its rep, and nothing else."""
    if rules.fields.roles.get(name) is Role.SHARED:
        rule = rules.fields.deciders[name].partition(", ")[2]
        return f"{name} as both systems' values come to, {rule}" + (f": {newer}" if newer else "")
    if name in rules.rules.scoring.shown or not why_now:
        return "by the rules in force"
    return why_now


def _has_moved(wanted: Sequence[Desired], before: Sequence[Desired]) -> bool:
    """Whether anything is wished anew, or no longer: what stays is the very row that was wished before."""
    return {id(row) for row in wanted} != {id(row) for row in before}


def _is_undone(
    wanted: Sequence[Desired], shown: Sequence[Record], rules: InForce, *, changed: frozenset[StatusPlace]
) -> bool:
    """A status that somebody changed is ours again where theirs may not stand, and a blank one is nobody's. What is
    shared was merged anew: where the same is wished again, its rule says so."""
    values = {record.ref: record.values for record in shown if not record.archived}
    for row in wanted:
        held = values.get(row.ref)
        if held is None or row.field not in held or same(row.value, held[row.field]):
            continue
        role = rules.fields.role_of(row.ref, row.field)
        if role in _RESTORED:
            return True
        if role is Role.STATUS and (held[row.field] is None or (row.property, row.ref.connection) in changed):
            return True
    return False


def _agreed(merged: LeadMerge, material: Material, ours: Mapping[tuple[str, str], Base]) -> tuple[Agreed, ...]:
    """What both sides now agree on, `ours` included, and the answers that this conclusion has taken note of."""
    bases: dict[tuple[str, str], Base | None] = dict.fromkeys(merged.forgotten)
    bases |= {key: base for key, base in {**merged.bases, **ours}.items() if material.bases.get(key) != base}
    for key, value in merged.answers.items():
        base = material.bases.get(key)
        if base is None or base.value != value:
            bases[key] = Base(value=value, vendor_form=value, learnt=())
    return tuple(Agreed(property=key[0], connection=key[1], base=bases[key]) for key in sorted(bases))
