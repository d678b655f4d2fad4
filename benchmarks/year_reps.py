"""What the thirty reps and their managers do with what they are given, each by habit, in their own working time."""

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count

from benchmarks.agenda import Agenda
from benchmarks.office import Dossier, Observer, Office
from benchmarks.year_rules import Habit
from domain.account import Account, Certainty
from domain.activity import Activity, ActivityKind
from domain.decision import Decision
from domain.handoff import Handoff, Queue
from domain.stage import Signal, SignalKind, Stage
from domain.values import RecordRef, Value
from handoff.deadlines import waits_in

TOUCH_MIN: Mapping[Habit, float] = {
    Habit.FAST: 12,
    Habit.STEADY: 120,
    Habit.SLOW: 900,
    Habit.SILENT: 300,
    Habit.PICKY: 90,
}
"""Working minutes until a rep looks at a lead, on average."""
LOGGED_WITHIN_MIN = 9
GIVES_BACK: Mapping[Habit, float] = {Habit.PICKY: 0.4}
SELDOM = 0.08
REJECTIONS = ("Wrong person", "Data wrong", "Not our target")
OUTCOMES = ("Meeting", "Not now", "No budget", "No need", "Chose another", "Unreachable", "Left company")
WEIGHTS = (38, 16, 12, 10, 6, 14, 4)
FORGETS = 0.12
"""Of what was accepted, how much nobody ever says the end of."""


@dataclass(slots=True, kw_only=True)
class Reps(Observer):
    """Everybody who gets leads, and who looks after the queues."""

    office: Office
    agenda: Agenda
    chance: random.Random
    habits: Mapping[str, Habit]
    _calls: Iterator[int] = field(default_factory=lambda: count(1))

    def after(self, dossier: Dossier, decision: Decision, *, now: datetime) -> None:
        handoff = dossier.handoff
        if decision.assignment is not None and handoff is not None and handoff.owner is not None:
            self._look_at_it(dossier, handoff, now)
        elif handoff is not None and handoff.queue is not None:
            self._see_the_queue(dossier, handoff, decision, now)
        if any(move.after is Stage.ACCEPTED for move in decision.transitions):
            self._follow_up(dossier, now)
        if any(move.after is Stage.OPPORTUNITY for move in decision.transitions):
            self._close_the_deal(dossier, now)

    def leave(self, email: str, at: datetime) -> None:
        """From then on they work here no more."""
        self.agenda.plan(at, lambda _: self._gone(email))

    def _gone(self, email: str) -> None:
        self.office.reps[email] = replace(self.office.reps[email], active=False)

    # --- a lead on a desk

    def _look_at_it(self, dossier: Dossier, handoff: Handoff, now: datetime) -> None:
        owner = handoff.owner or ""
        habit = self.habits.get(owner)
        if habit is None or not self.office.reps[owner].active:
            return
        mean = TOUCH_MIN[habit] / (6 if handoff.hand_raise else 1)
        at = self._working(owner, now, self.chance.expovariate(1 / mean))
        gives_back = self.chance.random() < GIVES_BACK.get(habit, SELDOM)
        act = self._give_back if gives_back else self._silently if habit is Habit.SILENT else self._call
        self.agenda.plan(at, self._while_theirs(dossier, handoff, owner, act))

    def _while_theirs(
        self, dossier: Dossier, handoff: Handoff, owner: str, act: Callable[[Dossier, str, datetime], None]
    ) -> Callable[[datetime], None]:
        """The act, unless the lead is somebody else's by then."""

        def do(now: datetime) -> None:
            still = dossier.handoff
            if still is not None and (still.number, still.owner) == (handoff.number, owner):
                act(dossier, owner, now)

        return do

    def _call(self, dossier: Dossier, owner: str, now: datetime) -> None:
        """Logged some minutes later, and seen after that."""
        seen_at = now + timedelta(minutes=self.chance.uniform(0, LOGGED_WITHIN_MIN))
        call = Activity(
            connection="crm",
            stream="Task",
            external_id=f"T{next(self._calls)}",
            kind=ActivityKind.CALL_LOGGED,
            occurred_at=now,
            actor=owner,
            properties={"duration_s": int(self.chance.expovariate(1 / 180))},
            seen_at=seen_at,
        )
        self.agenda.plan(seen_at, lambda _: self._seen(dossier, call))

    def _seen(self, dossier: Dossier, call: Activity) -> None:
        dossier.did_now(call)
        self.office.touch(dossier)

    def _silently(self, dossier: Dossier, owner: str, now: datetime) -> None:  # noqa: ARG002 - an act's
        """A call that nobody ever sees; every third time at least the status moves."""
        if self.chance.random() < 1 / 3:
            self._say(dossier, SignalKind.STAGE, "Working - Contacted", now)

    def _give_back(self, dossier: Dossier, owner: str, now: datetime) -> None:  # noqa: ARG002 - an act's
        reason = self.chance.choice(REJECTIONS)
        self._say(dossier, SignalKind.VERDICT, reason, now)
        if reason == "Data wrong":
            mended_at = now + timedelta(days=self.chance.expovariate(1 / 3))
            self.agenda.plan(mended_at, lambda at: self._mend(dossier, at))

    def _mend(self, dossier: Dossier, now: datetime) -> None:
        dossier.learn("phone", f"+1 202 555 {next(self._calls):07d}", now)
        self.office.touch(dossier)

    # --- what comes of it

    def _follow_up(self, dossier: Dossier, now: datetime) -> None:
        handoff = dossier.handoff
        owner = handoff.owner if handoff is not None else None
        if handoff is None or owner is None or owner not in self.habits:
            return
        if self.chance.random() < 0.02:
            self.agenda.plan(now + timedelta(days=1), lambda at: self._pass_on(dossier, at))
        if self.chance.random() > FORGETS:
            at = self._working(owner, now, self.chance.expovariate(1 / 2400))
            self.agenda.plan(at, self._while_theirs(dossier, handoff, owner, self._tell_outcome))

    def _tell_outcome(self, dossier: Dossier, owner: str, now: datetime) -> None:
        outcome = self.chance.choices(OUTCOMES, weights=WEIGHTS)[0]
        if outcome == "Not now" and self.chance.random() < 0.5:
            dossier.values["return_date"] = (now + timedelta(days=self.chance.randint(10, 200))).date().isoformat()
        self._say(dossier, SignalKind.OUTCOME, outcome, now)
        if outcome == "Meeting" and self.chance.random() < 0.6:
            at = self._working(owner, now, self.chance.expovariate(1 / 2400))
            self.agenda.plan(at, lambda _: self._convert(dossier))

    def _convert(self, dossier: Dossier) -> None:
        if dossier.lead.stage is Stage.QUALIFIED:
            company = dossier.account or Account(
                ref=RecordRef(connection="crm", object="Account", id=f"001N{dossier.lead.id}"),
                name=str(dossier.values["company"]),
                certainty=Certainty.EXPLICIT,
                owner=dossier.lead.owner,
            )
            dossier.account = replace(company, certainty=Certainty.EXPLICIT, open_deals=company.open_deals + 1)
            dossier.converted = True
            self.office.touch(dossier)

    def _close_the_deal(self, dossier: Dossier, now: datetime) -> None:
        at = now + timedelta(days=self.chance.uniform(10, 120))
        won = self.chance.random() < 0.35
        self.agenda.plan(at, lambda moment: self._won(dossier) if won else self._lost(dossier, moment))

    def _won(self, dossier: Dossier) -> None:
        if dossier.account is not None:
            dossier.account = replace(dossier.account, is_customer=True, open_deals=0, won_deals=1)
            self.office.touch(dossier)

    def _lost(self, dossier: Dossier, now: datetime) -> None:
        if dossier.account is not None:
            dossier.account = replace(dossier.account, open_deals=0)
        self._say(dossier, SignalKind.STAGE, "Closed - Not Converted", now)

    # --- managers

    def _see_the_queue(self, dossier: Dossier, handoff: Handoff, decision: Decision, now: datetime) -> None:
        """What waits for a person is given out the next morning, most of it."""
        fresh = any(move.after is Stage.MQL for move in decision.transitions)
        if not fresh or handoff.queue is not Queue.UNASSIGNED or waits_in(handoff) is None:
            return
        if self.chance.random() < 0.7:
            self.agenda.plan(now + timedelta(hours=18), lambda at: self._pass_on(dossier, at))

    def _pass_on(self, dossier: Dossier, now: datetime) -> None:
        """A person gives it to somebody, without asking anybody whose turn it is."""
        handoff = dossier.handoff
        if handoff is not None:
            there = sorted(email for email, rep in self.office.reps.items() if rep.active and email in self.habits)
            self._say(dossier, SignalKind.OWNER, self.chance.choice(there), now)

    # --- in the CRM

    def _say(self, dossier: Dossier, kind: SignalKind, value: Value, now: datetime) -> None:
        name = "status" if kind is SignalKind.STAGE else kind.value
        dossier.said.append(Signal(kind=kind, connection="crm", property=name, value=value, at=now))
        if kind is SignalKind.OWNER:
            dossier.values["owner"] = value
        self.office.touch(dossier)

    def _working(self, email: str, since: datetime, minutes: float) -> datetime:
        """So many working minutes later, and not while they are away."""
        calendar = self.office.book.calendar_of(email)
        at = calendar.add_working(since, int(minutes)) + timedelta(seconds=self.chance.uniform(0, 59))
        while (last := calendar.is_away(email, at)) is not None:
            at = calendar.next_open(at + timedelta(days=(last - calendar.local_date(at)).days + 1))
        return at
