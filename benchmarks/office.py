"""An office on the injected clock: leads, what is known of them, and the decisions about them, in memory.

Scored by `scoring/` and decided by `handoff/` as the loop does it: at moments a few minutes apart, in the loop's order
(what changed by number, then what wakes by its time), with the routing state folded from lead to lead and read back
from its text after every batch. What is left out is what neither decides: the store, the plan, the two systems, the
blast radius and the words of a score. So a year takes minutes, and shows the rules, not the wiring.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush

from domain.account import Account
from domain.activity import MARKETING_KINDS, Activity
from domain.decision import Decision, Intent
from domain.handoff import Assignment, Handoff, Rep
from domain.lead import Fact, Lead
from domain.stage import Signal, Stage, Transition
from domain.values import LeadId, Value
from handoff.decide import decide
from handoff.routing import RoutingState
from handoff.rulebook import Rulebook
from handoff.view import OUTCOME, OWNER, RETURN_DATE, VERDICT, LeadView
from scoring.scorer import Scorer

LOOK_EVERY = timedelta(minutes=5)
"""As the daemon does by default."""
BATCH = 500
ON_THE_RECORD = frozenset({OWNER, VERDICT, OUTCOME, RETURN_DATE})
"""What stands in the CRM because we wrote it there, beside what people wrote."""
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(slots=True, kw_only=True)
class Dossier:
    """One lead with everything the loop would keep of it."""

    lead: Lead
    values: dict[str, Value] = field(default_factory=dict)
    facts: list[Fact] = field(default_factory=list)
    did: list[Activity] = field(default_factory=list)
    """What the person did."""
    sales: list[Activity] = field(default_factory=list)
    """What reps did."""
    said: list[Signal] = field(default_factory=list)
    """What people changed since the last decision."""
    handoffs: dict[int, Handoff] = field(default_factory=dict)
    lists: frozenset[str] = frozenset()
    account: Account | None = None
    converted: bool = False
    assignment: Assignment | None = None
    moves: list[Transition] = field(default_factory=list)
    intents: list[Intent] = field(default_factory=list)
    shown: Mapping[str, Value] = field(default_factory=dict)
    is_new: bool = True

    @property
    def handoff(self) -> Handoff | None:
        """The open one."""
        last = self.handoffs.get(len(self.handoffs))
        return last if last is not None and last.is_open else None

    @property
    def past(self) -> tuple[Handoff, ...]:
        return tuple(each for each in self.handoffs.values() if not each.is_open)

    @property
    def is_customer(self) -> bool:
        account = self._sure_account
        return account is not None and (account.is_customer or account.won_deals > 0)

    @property
    def has_open_deal(self) -> bool:
        account = self._sure_account
        return account is not None and account.open_deals > 0

    @property
    def _sure_account(self) -> Account | None:
        return self.account if self.account is not None and self.account.is_sure else None

    def learn(self, name: str, value: Value, at: datetime) -> None:
        """A property has another value from now on."""
        self.values[name] = value
        self.facts.append(Fact(name=name, value=value, since=at, seen_at=at))

    def did_now(self, activity: Activity) -> None:
        (self.did if activity.kind in MARKETING_KINDS else self.sales).append(activity)

    def view(self, scorer: Scorer, *, now: datetime) -> LeadView:
        score = scorer.score(self.facts, [*self.did, *self.sales], as_of=now, known_at=now)
        return LeadView(
            lead=self.lead,
            score=score,
            values=self.values,
            changed_at={fact.name: fact.since for fact in self.facts},
            handoff=self.handoff,
            past=self.past,
            signals=tuple(self.said),
            sales=tuple(self.sales),
            account=self.account,
            is_customer=self.is_customer,
            has_open_deal=self.has_open_deal,
            converted=self.converted,
            member_of=self.lists,
            needs_baseline=self.is_new,
            assignment=self.assignment,
            recent=tuple(self.did[-10:]),
        )

    def keep(self, decision: Decision) -> None:
        """As the store keeps it."""
        self.lead = replace(decision.lead, wake_at=decision.wake_at)
        self.handoffs.update({each.number: each for each in decision.handoffs})
        self.assignment = decision.assignment or self.assignment
        self.moves.extend(decision.transitions)
        self.intents.extend(decision.intents)
        self.shown = decision.properties
        self.values.update({name: value for name, value in decision.properties.items() if name in ON_THE_RECORD})
        joined = {each.list for each in decision.memberships if each.member}
        left = {each.list for each in decision.memberships if not each.member}
        self.lists = (self.lists | joined) - left
        self.said.clear()
        self.is_new = False


class Observer:
    """Whoever looks on: the people who act on what was decided, and whoever judges it."""

    def before(self, dossier: Dossier, view: LeadView, *, now: datetime) -> None:
        """The lead as it is about to be decided."""

    def after(self, dossier: Dossier, decision: Decision, *, now: datetime) -> None:
        """The decision, already kept."""


@dataclass(slots=True, kw_only=True)
class Office:
    """`digest` is of every decision so far, in their order: two offices that decided alike have the same."""

    book: Rulebook
    scorer: Scorer
    reps: dict[str, Rep]
    observers: Sequence[Observer] = ()
    batch: int = BATCH
    state: RoutingState = field(default_factory=RoutingState)
    dossiers: dict[LeadId, Dossier] = field(default_factory=dict)
    decisions: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    _changed: set[LeadId] = field(default_factory=set)
    _wakes: list[tuple[datetime, LeadId]] = field(default_factory=list)
    _hash: "hashlib._Hash" = field(default_factory=hashlib.sha256)

    @property
    def digest(self) -> str:
        return self._hash.hexdigest()

    def open(self, dossier: Dossier) -> None:
        """A lead that nobody decided about yet."""
        self.dossiers[dossier.lead.id] = dossier
        self.touch(dossier)

    def touch(self, dossier: Dossier) -> None:
        """Something about it changed: it is due at the next look."""
        self._changed.add(dossier.lead.id)

    def next_look(self, now: datetime) -> datetime | None:
        """The next moment at which a look finds anything due; None while nothing ever will be."""
        if self._changed:
            return on_the_look(now)
        self._forget_stale()
        return on_the_look(max(now, self._wakes[0][0])) if self._wakes else None

    def look(self, now: datetime) -> None:
        """Decide everything that is due, in order."""
        while due := self._due(now):
            for begin in range(0, len(due), self.batch):
                before = self.state
                for lead in due[begin : begin + self.batch]:
                    self._decide(self.dossiers[lead], now)
                if self.state is not before:
                    self.state = RoutingState.from_json(self.state.to_json())

    def _due(self, now: datetime) -> list[LeadId]:
        due = dict.fromkeys(sorted(self._changed))
        self._changed.clear()
        while self._wakes and self._wakes[0][0] <= now:
            at, lead = heappop(self._wakes)
            if self.dossiers[lead].lead.wake_at == at:
                due.setdefault(lead)
        return list(due)

    def _forget_stale(self) -> None:
        while self._wakes and self.dossiers[self._wakes[0][1]].lead.wake_at != self._wakes[0][0]:
            heappop(self._wakes)

    def _decide(self, dossier: Dossier, now: datetime) -> None:
        view = dossier.view(self.scorer, now=now)
        for each in self.observers:
            each.before(dossier, view, now=now)
        decision, self.state = decide(view, self.book, self.state, self.reps, now=now)
        dossier.keep(decision)
        self._note(decision, now)
        if decision.wake_at is not None:
            heappush(self._wakes, (decision.wake_at, dossier.lead.id))
        for each in self.observers:
            each.after(dossier, decision, now=now)

    def _note(self, decision: Decision, now: datetime) -> None:
        self.decisions += 1
        self.counts["transitions"] += len(decision.transitions)
        self.counts["handoffs"] += sum(each.opened_at == now for each in decision.handoffs)
        if decision.assignment is not None:
            self.counts["by_person" if decision.assignment.rule == "person" else "by_rule"] += 1
        said = (
            *(now.isoformat(), decision.lead, decision.transitions, decision.handoffs, decision.assignment),
            *(decision.intents, decision.memberships, sorted(decision.properties.items()), decision.wake_at),
        )
        self._hash.update(repr(said).encode())


def on_the_look(at: datetime) -> datetime:
    """The first of the loop's looks from `at` on."""
    return EPOCH + -((EPOCH - at) // LOOK_EVERY) * LOOK_EVERY


def reps_of(emails: Iterable[str]) -> dict[str, Rep]:
    """Everybody known to both systems under the same e-mail."""
    return {each: Rep(email=each, name=each.partition("@")[0], user_ids=(("crm", each),)) for each in emails}


def newcomer(number: int, *, at: datetime, armed_at: datetime) -> Dossier:
    """A lead that arrives now."""
    lead = Lead(
        id=LeadId(number), key=f"lead-{number}", revision=1, stage=Stage.KNOWN, stage_since=at, armed_at=armed_at
    )
    return Dossier(lead=lead)
