"""Looks on while an office decides, and counts what must not be: by its own tallies, never by the office's."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

from benchmarks.office import Dossier, Observer, Office
from config.routing import Pool
from domain.activity import Activity
from domain.decision import Decision
from domain.handoff import Handoff, HandoffKind, Rep
from domain.stage import SignalKind, Stage
from handoff.answers import answer_of
from handoff.rotation import Turn
from handoff.view import LeadView
from tests.laws import (
    Turns,
    misplaced,
    overstayed,
    repeated,
    repeated_effects,
    roads,
    unlawful_moves,
    wrongly_listed,
)

KEPT = 20
"""Breaches that are told in words; all of them are counted."""
BY_PERSON, HANDED_ON = "person", "handed it on"
"""Rules of which no turn is taken; what a rep handed on comes back to them whatever they have on their desk."""
ANSWERS = frozenset({SignalKind.VERDICT, SignalKind.OUTCOME})


@dataclass(slots=True, kw_only=True)
class Judge(Observer):
    """`breaches` by kind; `told`: the first of them in words."""

    office: Office
    breaches: Counter[str] = field(default_factory=Counter)
    told: list[str] = field(default_factory=list)
    raised: int = 0
    turns: dict[str, Turns] = field(default_factory=dict)
    _open: Counter[str] = field(default_factory=Counter)
    _given: Counter[tuple[str, date]] = field(default_factory=Counter)
    _heard: set[tuple[str, str, str]] = field(default_factory=set)
    _stage: Stage = Stage.KNOWN
    _before: Handoff | None = None
    _owed: dict[str, Counter[str]] = field(default_factory=dict)
    _rejected: bool = False
    _asks: tuple[Activity, ...] = ()
    _pointers: dict[str, Turn] = field(default_factory=dict)

    def before(self, dossier: Dossier, view: LeadView, *, now: datetime) -> None:  # noqa: ARG002 - the observer's
        self._stage = dossier.lead.stage
        self._before = dossier.handoff
        self._owed = {name: Counter(waiting) for name, waiting in self.office.state.owed.items()}
        self._pointers = dict(self.office.state.turns)
        answers = [answer_of(each, self.office.book) for each in dossier.said if each.kind in ANSWERS]
        self._rejected = any(each is not None and each.rejects(self.office.book) for each in answers)
        hard = view.score.excluded in self.office.book.hard_exclusions
        self._asks = () if hard else tuple(each for each in view.score.hand_raises if each.key not in self._heard)

    def after(self, dossier: Dossier, decision: Decision, *, now: datetime) -> None:
        self._note("moves", dossier, unlawful_moves(self._stage, decision.transitions, decision.lead.stage))
        self._note("places", dossier, misplaced(decision.lead, list(dossier.handoffs.values())))
        for each in decision.handoffs:
            self._note("steps", dossier, repeated(each))
        if decision.intents:
            self._note("steps", dossier, repeated_effects(dossier.intents))
        self._judge_lists(dossier)
        if self._rejected and self._stage is not Stage.CUSTOMER:
            self._note("roads", dossier, self._astray(dossier))
        self._note("hand_raises", dossier, self._unheard(dossier, decision))
        handoff = dossier.handoff
        self._take_back_turns()
        self._open[(self._before.owner if self._before is not None else None) or ""] -= 1
        if decision.assignment is not None and decision.assignment.rule != BY_PERSON and handoff is not None:
            self._judge_choice(dossier, handoff, now)
        self._open[(handoff.owner if handoff is not None else None) or ""] += 1

    def sweep(self, now: datetime) -> None:
        """Look at everybody, also at those about whom nothing was decided."""
        for each in self.office.dossiers.values():
            stay = overstayed(each.lead, self.office.book.lifecycle, now=now, has_open_deal=each.has_open_deal)
            self._note("stays", each, stay)
            self._judge_lists(each)

    def _take_back_turns(self) -> None:
        """A turn that was given back is no new lead of its day."""
        if self._before is None or self._before.assigned_at is None:
            return
        for name, waiting in self.office.state.owed.items():
            for email, count in (Counter(waiting) - self._owed.get(name, Counter())).items():
                day = self.office.book.calendar_of(email).local_date(self._before.assigned_at)
                self._given[email, day] -= count

    def _judge_lists(self, dossier: Dossier) -> None:
        rules = self.office.book.lifecycle
        opted_out = bool(dossier.values.get(rules.opted_out_property))
        self._note("lists", dossier, wrongly_listed(dossier.lead, dossier.lists, rules, opted_out=opted_out))

    def _astray(self, dossier: Dossier) -> Iterator[str]:
        found = roads(dossier.lead, dossier.handoff, lists=dossier.lists, missing=bool(dossier.shown.get("needs_data")))
        if len(found) != 1:
            yield f"was rejected and stands on the roads {found} as {dossier.lead.stage}"

    def _unheard(self, dossier: Dossier, decision: Decision) -> Iterator[str]:
        """Whoever asks has an owner or stands in a queue with the cause, and somebody was told, at once."""
        for each in self._asks:
            self._heard.add(each.key)
            self.raised += 1
            handoff = dossier.handoff
            is_somewhere = handoff is None or handoff.owner is not None or bool(handoff.queue_cause)
            is_answered = handoff is not None and handoff.touched_at is not None
            if not is_somewhere or not (decision.intents or is_answered):
                yield f"asked to be called at {each.occurred_at:%Y-%m-%d %H:%M}, is {dossier.lead.stage}, nobody heard"

    def _judge_choice(self, dossier: Dossier, handoff: Handoff, now: datetime) -> None:
        """By whose turn it was, and by what they had on their desks already."""
        owner, book = handoff.owner or "", self.office.book
        served = [name for name, turn in self.office.state.turns.items() if self._pointers.get(name) is not turn]
        pool = book.pools[served[0]] if served else book.pool_of.get(owner)
        returned = dossier.assignment is not None and dossier.assignment.rule == HANDED_ON
        if pool is not None and not returned and self._is_full(owner, pool, handoff, now):
            self._note("capacity", dossier, [f"{owner} had no room on {now:%Y-%m-%d}"])
        if served and pool is not None:
            weights = {member.email: member.weight for member in pool.members}
            turns = self.turns.setdefault(pool.name, Turns(weights=weights))
            self._note("fairness", dossier, turns.give(owner, self._eligible(pool, handoff, now)))
        self._given[owner, book.calendar_of(owner).local_date(now)] += 1

    def _eligible(self, pool: Pool, handoff: Handoff, now: datetime) -> frozenset[str]:
        opens = self.office.book.calendar_of_pool(pool).next_open(now)
        members = [(member.email, self.office.reps.get(member.email)) for member in pool.members]
        return frozenset(
            email
            for email, rep in members
            if rep is not None
            and self._is_there(rep, opens)
            and email not in handoff.tried
            and not self._is_full(email, pool, handoff, now)
        )

    def _is_there(self, rep: Rep, opens: datetime) -> bool:
        if not (rep.active and rep.available) or rep.lacks:
            return False
        teams = self.office.book.routing.teams
        day = self.office.book.calendar_of(rep.email).local_date(opens)
        away = (each for team in teams for each in team.absences if each.email == rep.email)
        return not any(each.first <= day <= each.last for each in away)

    def _is_full(self, email: str, pool: Pool, handoff: Handoff, now: datetime) -> bool:
        if handoff.hand_raise or handoff.kind is not HandoffKind.NEW_BUSINESS:
            return False
        today = self._given[email, self.office.book.calendar_of(email).local_date(now)]
        return today >= pool.new_per_day or self._open[email] >= pool.open_at_once

    def _note(self, kind: str, dossier: Dossier, found: Iterable[str]) -> None:
        for words in found:
            self.breaches[kind] += 1
            if len(self.told) < KEPT:
                self.told.append(f"{kind}: {dossier.lead.key} {words}")
