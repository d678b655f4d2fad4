"""Random histories: one stage at a time, every move in the table, every rejection in one place, nothing twice."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from config.conditions import Condition, Operator, Row
from config.lifecycle import DisqualifyRule
from config.routing import Member
from domain.account import Account, Certainty
from domain.activity import Activity
from domain.decision import Decision
from domain.handoff import Queue, Rep
from domain.score import Grade
from domain.stage import Cause, Signal, SignalKind, Stage
from domain.values import RecordRef
from handoff.lifecycle import IN_HANDOFF, TABLE
from handoff.routing import RoutingState
from handoff.rulebook import Rulebook
from tests.unit.handoff.material import (
    BO,
    CY,
    DI,
    GO_LIVE,
    MONDAY,
    WITH_SALES,
    Case,
    call,
    form,
    lead,
    lifecycle_rules,
    outcome,
    pool,
    rep,
    reps,
    routing_rules,
    rulebook,
    says,
    score,
    team,
    verdict,
)

MINUTE = timedelta(minutes=1)
STAYS = {
    Stage.ENGAGED: 120,
    Stage.MQL: 60,
    Stage.ASSIGNED: 60,
    Stage.ACCEPTED: 90,
    Stage.QUALIFIED: 180,
    Stage.OPPORTUNITY: 365,
    Stage.RECYCLED: 400,
}
SCREENS = [
    DisqualifyRule(name=name, when=Condition(all=[Row(property=name, operator=Operator.EQUALS, value="declined")]))
    for name in ("decision", "status")
]
"""Of a decision the time is known, of a status it is not."""
LIFECYCLE = lifecycle_rules(longest_stay_days=STAYS, disqualify=SCREENS)
POOLS = [pool(members=[Member(email=BO, weight=2), Member(email=CY), Member(email=DI)])]
BOOK = rulebook(lifecycle=LIFECYCLE, routing=routing_rules(pools=POOLS))
SILENT = rulebook(lifecycle=LIFECYCLE, routing=routing_rules(pools=POOLS, teams=[team(manager=None)]))
"""Without a manager who could be told what nobody else is there for."""
BEFORE_GO_LIVE = [stage for stage in Stage if stage is not Stage.DISQUALIFIED]
VERDICTS = ["Accept", "Wrong person", "Data wrong", "Not our target", "Already working it"]
OUTCOMES = [
    "Meeting",
    "Qualified",
    "Not now",
    "No budget",
    "No need",
    "Chose another",
    "Unreachable",
    "Left company",
]
STATUSES = [*(stage.value for stage in Stage), "Working", "Nurturing", "Unqualified", "Won", "Purple"]
LISTS = BOOK.lists()
WARMS_UP = (Stage.KNOWN, Stage.ENGAGED)
"""The one move that a held lead makes without anybody."""
BY_US = frozenset({Cause.RULE, Cause.TIME})
WITH_SALES_STAGES = IN_HANDOFF | {Stage.OPPORTUNITY, Stage.CUSTOMER}


def place_of(case: Case) -> str | None:
    """Which of law 5's four places a lead is in, None for none or more than one."""
    handed = case.handoff if case.has_handoff else None
    wanted = [road.list for road in BOOK.lifecycle.outcomes.values() if road.label == _reason(case)]
    nurtured = case.member_of - {WITH_SALES} == set(wanted) - set(case.lead.left_lists)
    withheld = case.lead.nurture_withheld == "opted_out" and not case.member_of
    places = {
        "a": handed is not None
        and case.stage() in {Stage.MQL, Stage.ASSIGNED}
        and (handed.owner is not None or handed.queue is Queue.UNASSIGNED),
        "b": handed is not None
        and case.stage() is Stage.MQL
        and handed.queue is Queue.NEEDS_DATA
        and handed.touch_due_at is None
        and bool(case.history[-1].properties["needs_data"]),
        "c": case.stage() is Stage.RECYCLED and (nurtured or withheld),
        "d": case.stage() is Stage.DISQUALIFIED and not case.member_of,
    }
    true = [name for name, holds in places.items() if holds]
    return true[0] if len(true) == 1 else None


def _reason(case: Case) -> object:
    return case.history[-1].properties["rejected_reason"]


class Histories(RuleBasedStateMachine):
    """I2, I3, I4, I18 over one lead, whatever people, prospects and time do."""

    def __init__(self) -> None:
        super().__init__()
        self.now = MONDAY
        self.forms = 0
        self.held = False
        self.case = Case(book=BOOK)

    @initialize(
        stage=st.sampled_from(BEFORE_GO_LIVE),
        owner=st.sampled_from([None, BO]),
        points=st.integers(0, 100),
        book=st.sampled_from([BOOK, SILENT]),
    )
    def begin(self, stage: Stage, owner: str | None, points: int, book: Rulebook) -> None:
        self.case.book = book
        self.case.lead = lead(stage=stage, owner=owner if stage in WITH_SALES_STAGES else None)
        self.case.score = score(points, at=GO_LIVE)

    def run(self, *signals: Signal, approved: bool = False, held: bool = False) -> Decision:
        before = self.case.stage()
        known = dict(self.case.handoffs)
        self.held = held
        decision = self.case.decide(self.now, *signals, approved=approved, held=held)
        for move in decision.transitions:
            assert move.before is before
            assert move.cause in TABLE[move.before, move.after]
            assert move.rule_hash == BOOK.rule_hash
            before = move.after
        assert before is decision.lead.stage
        if held:
            assert (decision.blast, decision.hand_raise) == (None, False)
            assert {(move.before, move.after) for move in decision.transitions if move.cause in BY_US} <= {WARMS_UP}
        assert all(each.number not in known or known[each.number].is_open for each in decision.handoffs)
        return decision

    @rule(minutes=st.integers(1, 60 * 24 * 45), held=st.booleans())
    def time_passes(self, minutes: int, held: bool) -> None:
        self.now += minutes * MINUTE
        self.run(held=held)

    @precondition(lambda self: self.case.lead.wake_at is not None or self.case.history)
    @rule()
    def sleep_until_it_wakes(self) -> None:
        wake = self.case.history[-1].wake_at if self.case.history else None
        if wake is not None:
            self.now = max(self.now, wake)
        self.run()

    @rule(
        points=st.integers(0, 120),
        grade=st.sampled_from([Grade.A, Grade.C, Grade.D, Grade.UNKNOWN]),
        fresh=st.booleans(),
        held=st.booleans(),
    )
    def the_score_moves(self, points: int, grade: Grade, fresh: bool, held: bool) -> None:
        self.now += MINUTE
        old = self.case.score
        at = self.now if fresh else old.last_point_at
        self.case.score = score(points, at=at, grade=grade, hand_raises=old.hand_raises, excluded=old.excluded)
        self.run(held=held)

    @rule(late=st.integers(0, 3000), read_late=st.booleans(), called=st.booleans(), held=st.booleans())
    def they_ask_to_be_called(self, late: int, read_late: bool, called: bool, held: bool) -> None:
        """`called`: somebody rang before we heard of it."""
        self.now += MINUTE
        self.forms += 1
        asked = form(self.now - late * MINUTE, self.forms)
        asked = replace(asked, seen_at=self.now if read_late else asked.occurred_at)
        old = self.case.score
        self.case.score = replace(old, hand_raises=(*old.hand_raises, asked), last_point_at=self.now)
        if called:
            at, number = self.now - late * MINUTE / 2, len(self.case.sales)
            self.case.sales.append(call(at, f"U{1 + number % 3}", external_id=f"T{number}"))
        decision = self.run(held=held)
        if held:
            decision = self.run()
        if read_late and late <= 60 * 24 and old.excluded != "rivals":
            assert self.is_heard(asked) or any("nobody is named" in note for note in decision.notes)

    def is_heard(self, asked: Activity) -> bool:
        """Whether a handoff, or a task without one, says that this request was answered."""
        steps = [step for each in self.case.handoffs.values() for step in each.steps]
        return any(step.endswith(":".join(asked.key)) for step in [*steps, *(each.step for each in self.case.intents)])

    @rule(actor=st.sampled_from(["U1", "U2", "U3"]), automated=st.booleans())
    def somebody_calls(self, actor: str, automated: bool) -> None:
        self.now += MINUTE
        self.case.sales.append(call(self.now, actor, automated=automated, external_id=f"T{len(self.case.sales)}"))
        self.run()

    @rule(label=st.sampled_from(VERDICTS))
    def a_verdict(self, label: str) -> None:
        self.answer(verdict(label, self.now))

    @rule(label=st.sampled_from(OUTCOMES), date=st.sampled_from(["", "2026-01-01", "2027-06-01", "2030-01-01"]))
    def an_outcome(self, label: str, date: str) -> None:
        self.case.values["return_date"] = date or None
        self.answer(outcome(label, self.now))

    @rule(first=st.sampled_from(VERDICTS), then=st.sampled_from(OUTCOMES))
    def both_answers_at_once(self, first: str, then: str) -> None:
        self.answer(verdict(first, self.now), outcome(then, self.now))

    def answer(self, *signals: Signal) -> None:
        before = self.case.stage()
        self.now += MINUTE
        self.run(*signals)
        good = {"Accept", "Already working it", "Meeting", "Qualified"}
        if before is not Stage.CUSTOMER and any(each.value not in good for each in signals):
            assert place_of(self.case) is not None, f"{before} → {self.case.stage()}: {self.case.handoffs}"

    @rule(label=st.sampled_from(VERDICTS), news=st.sampled_from(["has_open_deal", "is_customer", "converted"]))
    def a_verdict_and_news_of_the_account_at_once(self, label: str, news: str) -> None:
        self.now += MINUTE
        self.case.more[news] = True
        self.run(verdict(label, self.now))

    @rule(value=st.sampled_from(STATUSES))
    def a_status_is_set(self, value: str) -> None:
        self.now += MINUTE
        self.run(says(SignalKind.STAGE, value, self.now, "status"))

    @rule(value=st.sampled_from([BO, CY, DI, "0059X"]))
    def an_owner_is_set(self, value: str) -> None:
        self.now += MINUTE
        self.case.values["owner"] = value
        self.run(says(SignalKind.OWNER, value, self.now))

    @rule(name=st.sampled_from(LISTS))
    def taken_off_a_list(self, name: str) -> None:
        self.case.member_of -= {name}
        self.run(says(SignalKind.LEFT_LIST, None, self.now, name))

    @rule(phone=st.sampled_from([None, "+34 1", "+34 2"]), opted_out=st.booleans())
    def data_change(self, phone: str | None, opted_out: bool) -> None:
        self.case.values.update(phone=phone, opted_out=opted_out)
        self.run()

    @rule(there=st.sets(st.sampled_from([BO, CY, DI])))
    def people_come_and_go(self, there: set[str]) -> None:
        crew = enumerate(reps().values(), 1)
        self.case.reps = {p.email: rep(p.email, p.name, n, available=p.email in there) for n, p in crew}
        self.run()

    @rule(deal=st.booleans(), customer=st.booleans(), converted=st.booleans())
    def business(self, deal: bool, customer: bool, converted: bool) -> None:
        self.case.more |= {"has_open_deal": deal, "is_customer": customer, "converted": converted}
        self.run()

    @rule(owner=st.sampled_from([None, DI, "left@acme.example"]))
    def an_account_is_found(self, owner: str | None) -> None:
        ref = RecordRef(connection="crm", object="Account", id="A1")
        self.case.more["account"] = Account(ref=ref, name="Globex", certainty=Certainty.EXPLICIT, owner=owner)
        self.run()

    @rule(late=st.integers(0, 500), declined=st.booleans())
    def another_system_decides(self, late: int, declined: bool) -> None:
        self.now += MINUTE
        self.case.values["decision"] = "declined" if declined else "offered"
        self.case.more["changed_at"] = {"decision": self.now - late * MINUTE}
        self.run()

    @rule(declined=st.booleans())
    def a_status_nobody_dates(self, declined: bool) -> None:
        self.case.values["status"] = "declined" if declined else "open"
        self.run()

    @rule(label=st.sampled_from([*VERDICTS, *OUTCOMES]))
    def somebody_answers_while_it_is_held(self, label: str) -> None:
        self.now += MINUTE
        self.run(verdict(label, self.now) if label in VERDICTS else outcome(label, self.now), held=True)

    @rule()
    def rules_are_published(self) -> None:
        self.case.lead = replace(self.case.lead, armed_at=max(self.now, self.case.lead.armed_at))
        self.run()

    @rule()
    def a_held_crossing_is_approved(self) -> None:
        self.run(approved=True)

    @rule(excluded=st.sampled_from([None, "students", "rivals"]))
    def exclusions_change(self, excluded: str | None) -> None:
        self.case.score = replace(self.case.score, excluded=excluded)
        self.run()

    @invariant()
    def deciding_again_changes_nothing(self) -> None:
        if not self.case.history:
            return
        last, state, known = self.case.history[-1], self.case.state, dict(self.case.handoffs)
        again = self.run(held=self.held)
        assert (again.transitions, again.intents, again.assignment) == ((), (), None)
        assert (again.lead, again.properties) == (last.lead, last.properties)
        assert (self.case.state, self.case.handoffs) == (state, known)
        assert again.wake_at is None or again.wake_at > self.now

    @invariant()
    def one_handoff_is_open_at_most_and_it_is_somewhere(self) -> None:
        still = [each for each in self.case.handoffs.values() if each.is_open]
        assert len(still) <= 1
        assert sorted(self.case.handoffs) == list(range(1, len(self.case.handoffs) + 1))
        for handoff in still:
            assert (handoff.owner is None) is not (handoff.queue is None)
            assert (handoff.queue is None) is (handoff.queue_cause is None)
            assert handoff.owner is not None or handoff.touch_due_at is None
            assert self.case.stage() in IN_HANDOFF
            assert (self.case.stage() is Stage.MQL) is (handoff.owner is None)
            assert self.case.lead.owner == handoff.owner

    @invariant()
    def no_effect_has_the_key_of_another(self) -> None:
        keys = [(each.handoff, each.kind, each.step) for each in self.case.intents]
        assert len(keys) == len(set(keys))

    @invariant()
    def an_mql_is_with_somebody_or_in_a_queue(self) -> None:
        if self.case.history and self.case.stage() in IN_HANDOFF and self.case.has_handoff:
            shown = self.case.history[-1].properties
            assert (shown.get("owner") is None) is not (shown["queue"] is None)

    @invariant()
    def desks_never_hold_less_than_nothing(self) -> None:
        state = self.case.state
        still = self.case.owner() if self.case.has_handoff else None
        assert {who: load.open for who, load in state.loads.items() if load.open} == ({still: 1} if still else {})


TestHistories = Histories.TestCase
TestHistories.settings = settings(max_examples=40, stateful_step_count=40, deadline=None)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.sampled_from([*VERDICTS[1:4], *OUTCOMES[2:]]), min_size=1, max_size=8))
def test_right_after_a_rejection_the_lead_is_in_exactly_one_place(labels: list[str]) -> None:
    """I3, rejection after rejection, with sales picking it up again in between."""
    case, now = Case(score=score(60, at=MONDAY), book=BOOK), MONDAY
    case.decide(now)
    for label in labels:
        now += MINUTE
        case.decide(now, verdict(label, now) if label in VERDICTS else outcome(label, now))
        assert place_of(case) == {"Wrong person": "a", "Data wrong": "b", "Left company": "d"}.get(label, "c")
        assert case.history[-1].blast is None
        now += MINUTE
        case.values["phone"] = f"+34 {now:%d%H%M}"
        case.score = score(60, at=now, hand_raises=(form(now, now.minute + 60 * now.hour),))
        case.decide(now)
        assert case.stage() in {Stage.ASSIGNED, Stage.MQL}


@settings(max_examples=30, deadline=None)
@given(order=st.permutations(range(6)), gap=st.integers(0, 90))
def test_the_fold_gives_the_same_whether_the_state_was_saved_in_between(order: list[int], gap: int) -> None:
    crew: dict[str, Rep] = reps()
    straight, saved = RoutingState(), RoutingState()
    for place, number in enumerate(order):
        now = MONDAY + place * gap * MINUTE
        outcomes = []
        for state in (straight, RoutingState.from_json(saved.to_json())):
            case = Case(book=BOOK, reps=crew, state=state, score=score(60, at=now), lead=lead(id=number))
            outcomes.append((case.decide(now), case.state))
        assert outcomes[0] == outcomes[1]
        straight, saved = outcomes[0][1], outcomes[1][1]
