"""Leads, reps and rules for the handoff tests, and a case that is decided again and again."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any

from config.lifecycle import LifecycleRules, Road
from config.routing import Block, Clocks, Member, Pool, RoutingRule, RoutingRules, Target, Team
from config.scoring import Exclusion, ScoringRules
from domain.activity import Activity, ActivityKind
from domain.decision import Decision, Intent, IntentKind
from domain.handoff import Handoff, Outcome, Rep, Verdict
from domain.lead import Lead
from domain.score import Grade, Score, Step
from domain.stage import Signal, SignalKind, Stage
from domain.values import LeadId, RuleHash, Value
from handoff.decide import decide
from handoff.rotation import RoutingState
from handoff.rulebook import Rulebook
from handoff.view import LeadView

MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
"""Ten in the morning of a working day; the team works nine to five, UTC."""
GO_LIVE = datetime(2026, 11, 1, tzinfo=UTC)
HASH = RuleHash("r1")

BO, CY, DI = "bo@acme.example", "cy@acme.example", "di@acme.example"
BOSS = "max@acme.example"
GIVEN = "given"

TIMING, NO_BUDGET, NO_NEED = "LL · Nurture · Timing", "LL · Nurture · No budget", "LL · Nurture · No need"
CHOSE_ANOTHER, UNREACHABLE = "LL · Nurture · Chose another", "LL · Nurture · Unreachable"
NOT_TARGET = "LL · Nurture · Not our target"
WITH_SALES = "LL · With sales"


def rep(email: str, name: str, number: int, **changes: Any) -> Rep:
    return Rep(email=email, name=name, user_ids=(("crm", f"U{number}"), ("hub", f"{number}")), **changes)


def reps(**changes: Rep) -> dict[str, Rep]:
    """Bo, Cy and Di; a keyword replaces one of them."""
    known = {"bo": rep(BO, "Bo Lind", 1), "cy": rep(CY, "Cy Ode", 2), "di": rep(DI, "Di Rae", 3)}
    return {each.email: each for each in {**known, **changes}.values()}


def lifecycle_rules(**changes: Any) -> LifecycleRules:
    rules: dict[str, Any] = {
        "verdicts": {
            Verdict.ACCEPT: "Accept",
            Verdict.WRONG_PERSON: "Wrong person",
            Verdict.DATA_WRONG: "Data wrong",
            Verdict.NOT_TARGET: "Not our target",
            Verdict.ALREADY_WORKING: "Already working it",
        },
        "outcomes": {
            Outcome.MEETING: Road(label="Meeting"),
            Outcome.QUALIFIED: Road(label="Qualified"),
            Outcome.NOT_NOW: Road(label="Not now", list=TIMING, return_days=90),
            Outcome.NO_BUDGET: Road(label="No budget", list=NO_BUDGET, return_days=120),
            Outcome.NO_NEED: Road(label="No need", list=NO_NEED, return_days=180),
            Outcome.CHOSE_ANOTHER: Road(label="Chose another", list=CHOSE_ANOTHER, return_days=270),
            Outcome.UNREACHABLE: Road(label="Unreachable", list=UNREACHABLE, return_days=30),
            Outcome.LEFT_COMPANY: Road(label="Left company", disqualifies=True),
            Outcome.NOT_TARGET: Road(label="Not our target", list=NOT_TARGET),
            Outcome.WENT_QUIET: Road(label="Went quiet", list=UNREACHABLE, return_days=30),
        },
        "touch_statuses": ["Working"],
        "status_stages": {"Nurturing": Stage.RECYCLED, "Unqualified": Stage.DISQUALIFIED, "Won": Stage.CUSTOMER},
        "required": ["email", "phone"],
    }
    return LifecycleRules(**{**rules, **changes})


def team(**changes: Any) -> Team:
    days = ["mon", "tue", "wed", "thu", "fri"]
    rules = {"name": "North", "manager": BOSS, "hours": [Block(days=days, start=time(9), end=time(17))]}
    return Team(**{**rules, **changes})


def pool(**changes: Any) -> Pool:
    rules: dict[str, Any] = {"name": "North", "team": "North", "members": [Member(email=each) for each in (BO, CY, DI)]}
    return Pool(**{**rules, **changes})


def routing_rules(**changes: Any) -> RoutingRules:
    rules: dict[str, Any] = {
        "teams": [team()],
        "pools": [pool()],
        "rules": [RoutingRule(name="everybody", to=Target(pool="North"))],
        "fallback": Target(queue="Front desk"),
        "clocks": Clocks(),
    }
    return RoutingRules(**{**rules, **changes})


def scoring_rules(**changes: Any) -> ScoringRules:
    exclusions = [
        Exclusion(name="rivals", kind="competitor", when={}),
        Exclusion(name="students", kind="other", when={}),
    ]
    return ScoringRules(**{"engagement": [], "fit": [], "exclusions": exclusions, **changes})


def rulebook(
    *,
    lifecycle: LifecycleRules | None = None,
    routing: RoutingRules | None = None,
    scoring: ScoringRules | None = None,
    time_zone: str = "UTC",
) -> Rulebook:
    return Rulebook(
        lifecycle=lifecycle or lifecycle_rules(),
        routing=routing or routing_rules(),
        scoring=scoring or scoring_rules(),
        rule_hash=HASH,
        time_zone=time_zone,
    )


BOOK = rulebook()


def lead(**changes: Any) -> Lead:
    fields: dict[str, Any] = {
        "id": LeadId(7),
        "key": "acme-7",
        "revision": 1,
        "stage": Stage.KNOWN,
        "stage_since": GO_LIVE,
        "armed_at": GO_LIVE,
    }
    return Lead(**{**fields, **changes})


def score(points: int = 60, *, at: datetime | None = None, **changes: Any) -> Score:
    """A score of so many points with grade B, the youngest of them earned at `at`."""
    step = Step.HOT if points >= 50 else Step.WARM if points >= 20 else Step.COLD
    fields: dict[str, Any] = {
        "as_of": at or MONDAY,
        "rule_hash": HASH,
        "engagement": points * 1000,
        "sales": 0,
        "fit_percent": 70,
        "grade": Grade.B,
        "step": step,
        "lines": (),
        "last_point_at": at,
    }
    return Score(**{**fields, **changes})


def form(at: datetime, number: int = 1) -> Activity:
    """A request to be called."""
    return Activity(
        connection="hub",
        stream="forms",
        external_id=f"F{number}",
        kind=ActivityKind.FORM_SUBMITTED,
        occurred_at=at,
        properties={"form": "Demo"},
        seen_at=at,
    )


def call(at: datetime, actor: str = "U1", **changes: Any) -> Activity:
    fields: dict[str, Any] = {
        "connection": "crm",
        "stream": "Task",
        "external_id": f"T{at:%d%H%M}{actor}",
        "kind": ActivityKind.CALL_LOGGED,
        "occurred_at": at,
        "actor": actor,
        "seen_at": at,
    }
    return Activity(**{**fields, **changes})


def says(kind: SignalKind, value: Value, at: datetime, name: str | None = None) -> Signal:
    return Signal(kind=kind, connection="crm", property=name or kind.value, value=value, at=at)


def verdict(value: str, at: datetime) -> Signal:
    return says(SignalKind.VERDICT, value, at)


def outcome(value: str, at: datetime) -> Signal:
    return says(SignalKind.OUTCOME, value, at)


VALUES: Mapping[str, Value] = {
    "first_name": "Ana",
    "last_name": "Ruiz",
    "company": "Globex",
    "email": "ana@globex.example",
    "phone": "+34 600 000 000",
}


@dataclass
class Case:
    """One lead and what the store would keep about it: decided step by step."""

    lead: Lead = field(default_factory=lead)
    book: Rulebook = BOOK
    reps: Mapping[str, Rep] = field(default_factory=reps)
    state: RoutingState = field(default_factory=RoutingState)
    score: Score = field(default_factory=lambda: score(0))
    values: dict[str, Value] = field(default_factory=lambda: dict(VALUES))
    words: str = "Asked for a demo: replace Zendesk. Pricing page 3×"
    handoffs: dict[int, Handoff] = field(default_factory=dict)
    sales: list[Activity] = field(default_factory=list)
    member_of: Set[str] = frozenset()
    assignment: Any = None
    more: dict[str, Any] = field(default_factory=dict)
    """Further fields of the view: account, is_customer, has_open_deal, converted."""
    intents: list[Intent] = field(default_factory=list)
    history: list[Decision] = field(default_factory=list)
    decided_at: datetime = MONDAY

    @property
    def handoff(self) -> Handoff:
        """The open handoff."""
        return next(each for each in self.handoffs.values() if each.is_open)

    def owner(self) -> str | None:
        """Who has the open handoff."""
        return self.handoff.owner

    def stage(self) -> Stage:
        return self.lead.stage

    @property
    def has_handoff(self) -> bool:
        return any(each.is_open for each in self.handoffs.values())

    def view(self, signals: Sequence[Signal] = (), **changes: Any) -> LeadView:
        known = [self.handoffs[number] for number in sorted(self.handoffs)]
        return LeadView(
            **{
                "lead": self.lead,
                "score": self.score,
                "values": self.values,
                "handoff": next((each for each in known if each.is_open), None),
                "past": tuple(each for each in known if not each.is_open),
                "signals": tuple(signals),
                "sales": tuple(self.sales),
                "member_of": frozenset(self.member_of),
                "words": self.words,
                "assignment": self.assignment,
                **self.more,
                **changes,
            }
        )

    def decide(self, now: datetime, *signals: Signal, **changes: Any) -> Decision:
        """Decide and keep the outcome, as the loop does."""
        decision, self.state = decide(self.view(signals, **changes), self.book, self.state, self.reps, now=now)
        self.decided_at = now
        self.keep(decision)
        return decision

    def keep(self, decision: Decision) -> None:
        self.lead = decision.lead
        self.handoffs.update({each.number: each for each in decision.handoffs})
        self.assignment = decision.assignment or self.assignment
        self.intents.extend(decision.intents)
        self.history.append(decision)
        joined = {each.list for each in decision.memberships if each.member}
        left = {each.list for each in decision.memberships if not each.member}
        self.member_of = (self.member_of | joined) - left

    def settle(self, now: datetime) -> Decision:
        """Decide once more with nothing new."""
        return self.decide(now)

    def tasks(self) -> list[Intent]:
        return [each for each in self.intents if each.kind is IntentKind.TASK]

    def notices(self) -> list[tuple[str, Value]]:
        """(step, to) of every notice so far, but for those that only say whose the lead is now: see `given`."""
        return [(step, to) for step, to in self._notices() if not step.startswith(GIVEN)]

    def given(self) -> list[tuple[str, Value]]:
        """(step, to) of every notice that says whose the lead is now, where nobody asked to be called."""
        return [(step, to) for step, to in self._notices() if step.startswith(GIVEN)]

    def _notices(self) -> list[tuple[str, Value]]:
        return [(each.step, each.payload["to"]) for each in self.intents if each.kind is IntentKind.NOTICE]

    def moves(self) -> list[tuple[Stage, Stage]]:
        return [(move.before, move.after) for decision in self.history for move in decision.transitions]


def assigned(at: datetime = MONDAY, **changes: Any) -> Case:
    """A lead that crossed the line at `at` and was given to Bo."""
    case = Case(score=score(60, at=at - timedelta(minutes=1)), **changes)
    case.decide(at)
    return case


def raised(at: datetime = MONDAY, **changes: Any) -> Case:
    """A lead that asked to be called a minute before `at`."""
    asked = at - timedelta(minutes=1)
    case = Case(score=score(25, at=asked, hand_raises=(form(asked),)), **changes)
    case.decide(at)
    return case


def accepted(at: datetime = MONDAY, **changes: Any) -> Case:
    """A lead that Bo was given at `at` and called an hour later."""
    case = assigned(at, **changes)
    case.sales.append(call(at + timedelta(hours=1)))
    case.decide(at + timedelta(hours=1))
    return case
