"""Fills a store with whom a seed makes: every outcome, verdict, kind and step, merged people, moments that coincide.

Written through the store's own functions, as the loop does. Moments fall on a grid with few places around both changes
of the clocks, so that boundaries are hit and not only drawn near.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from random import Random

from domain.activity import MARKETING_KINDS, Activity, ActivityKind
from domain.first_touch import FirstTouch
from domain.handoff import Handoff, HandoffKind, Outcome, Queue, StepTaken, Verdict
from domain.score import Grade, Step
from domain.stage import Cause, Stage, Transition
from domain.values import LeadId, RecordRef, RuleHash, Value
from store import clock_steps, first_touches, handoffs, leads, ledger, merging
from store.engine import Tx
from tests.reference.two_teams import OFFICE, REPS

RULES = RuleHash("r1")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
CHANNELS = (*(each.name for each in OFFICE.sources), "unknown")
_TOLD: tuple[dict[str, Value], ...] = (
    {},
    {"form": "Demo request"},
    {"form": "Newsletter", "utm_medium": "email", "url": "https://acme.example/?utm_medium=cpc"},
    {"page": "https://acme.example/pricing?utm_medium=CPC&utm_source=x"},
    {"url": "https://acme.example/pricing"},
)
SEASONS = (datetime(2026, 10, 20, tzinfo=UTC), datetime(2026, 3, 5, tzinfo=UTC))
"""Both end their summer time, or begin it, within the weeks that follow: Europe and America on days of their own."""
SPAN = timedelta(days=30)
BANDS = [f"{grade} {step}" for grade in (Grade.A, Grade.B, Grade.UNKNOWN) for step in (Step.HOT, Step.COLD)]
_INDUSTRIES = ("Retail", "retail", "", None, "x" * 61, 7, True)
_OUTCOMES = (*Outcome, None, None, None)
_SALES = (ActivityKind.CALL_LOGGED, ActivityKind.MEETING_BOOKED, ActivityKind.EMAIL_SENT, ActivityKind.EMAIL_REPLIED)
_TOUCHES = sorted(MARKETING_KINDS)
_STEPS = ("breach", "breach:2", "breach_like", "remind", "manager", "outcome_remind")
_FAR = (Stage.ACCEPTED, Stage.QUALIFIED, Stage.QUALIFIED, Stage.OPPORTUNITY, Stage.CUSTOMER, Stage.RECYCLED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """Who was made, in which season; `now` is when it is looked at."""

    began: datetime
    now: datetime


@dataclass(slots=True)
class Chance:
    """Choices of one seed."""

    random: Random
    began: datetime
    is_unwanted: bool = False
    """Whether the next who arrives is a student, whom nobody wants and who is nobody else."""

    def moment(self, since: datetime, days: float = 6) -> datetime:
        """At it, or some while later: half of them on whole half-hours, a few with seconds."""
        if self.likely(0.15):
            return since
        minutes = self.random.choice((7, 30, 60, 60 * 18, 60 * 24 * days)) * self.random.random()
        grid = self.random.choice((1800, 1800, 60, 1))
        later = since + timedelta(minutes=minutes)
        return datetime.fromtimestamp(later.timestamp() // grid * grid + grid, UTC)

    def likely(self, share: float) -> bool:
        return self.random.random() < share


def gather(tx: Tx, seed: int, people: int = 8) -> Crowd:
    """Some people and all that they did; a few of them turn out to be one."""
    random = Random(seed)
    chance = Chance(random, random.choice(SEASONS))
    crowd = Crowd(began=chance.began, now=chance.began + SPAN)
    made = [arrive(tx, chance) for _ in range(people)]
    _decide(tx, Random(f"came from {seed}"), [lead for lead, _ in made], crowd)
    wanted = [lead for lead, is_unwanted in made if not is_unwanted]
    for survivor, loser in zip(wanted[::3], wanted[1::3], strict=False):
        if chance.likely(0.6):
            merging.merge(tx, survivor, loser, now=crowd.now)
    return crowd


def _decide(tx: Tx, random: Random, made: Sequence[LeadId], crowd: Crowd) -> None:
    """Of some it was decided for good where they came from, by other rules or by what they did later."""
    for lead in made:
        if random.random() < 0.25:
            acts = tx.exec_driver_sql(f"SELECT occurred_at FROM activity WHERE lead_id = {lead} ORDER BY external_id")
            at = random.choice([None, *(EPOCH + timedelta(microseconds=row[0]) for row in acts)])
            came = FirstTouch(
                channel=random.choice(CHANNELS), campaign="", at=at, decided_at=crowd.now, rules="others", revision=0
            )
            first_touches.settle(tx, {lead: came})


def arrive(tx: Tx, chance: Chance) -> tuple[LeadId, bool]:
    became, chance.is_unwanted = chance.moment(chance.began, days=10), chance.likely(0.25)
    lead = leads.create(tx, 1, now=became, installation="LL")[0].id
    _tell(tx, chance, lead, became)
    found = list(_handoffs(chance, lead, became))
    handoffs.save(tx, found)
    for place, each in enumerate(found):
        ends = found[place + 1].opened_at if place + 1 < len(found) else None
        handoffs.save_transitions(tx, list(_moves(chance, each, ends)))
        clock_steps.save(tx, list(_steps(chance, each)))
    if chance.likely(0.3):
        placed = Transition(
            lead_id=lead, at=became, before=Stage.KNOWN, after=chance.random.choice(_FAR), cause=Cause.BASELINE,
            why="", rule_hash=RULES,
        )  # fmt: skip
        handoffs.save_transitions(tx, [placed])
    _act(tx, chance, lead, [became, *_marked(found)])
    return lead, chance.is_unwanted


def _tell(tx: Tx, chance: Chance, lead: LeadId, became: datetime) -> None:
    """Facts, some of which change later, or are dated before they were seen, or after."""
    seen = became
    if chance.is_unwanted:
        ledger.put_facts(tx, lead, {"industry": "Student"}, since=became, seen_at=became)
        return
    for _ in range(chance.random.randrange(4)):
        since = seen + chance.random.choice((timedelta(0), timedelta(days=-3), timedelta(days=4)))
        values: dict[str, Value] = {"industry": chance.random.choice(_INDUSTRIES)}
        if chance.likely(0.4):
            values["original_source"] = chance.random.choice(("paid", "organic", ""))
        ledger.put_facts(tx, lead, values, since=since, seen_at=seen)
        seen = chance.moment(seen)


def _handoffs(chance: Chance, lead: LeadId, became: datetime) -> Iterator[Handoff]:
    """Passes, each after the other ended or in the same instant; only the last may be open."""
    opened, passes = chance.moment(became), chance.random.choice((0, 1, 1, 2, 3))
    for number in range(1, passes + 1):
        is_last = number == passes
        made = _pass(
            chance, lead, number, opened, is_open=is_last and chance.likely(0.1 if chance.is_unwanted else 0.6)
        )
        yield made if made.is_open or not chance.is_unwanted else replace(made, outcome=Outcome.NO_NEED)
        opened = chance.moment(opened, days=9)


def _pass(chance: Chance, lead: LeadId, number: int, opened: datetime, *, is_open: bool) -> Handoff:
    random = chance.random
    owner = random.choice((*REPS, None))
    touched = chance.moment(opened) if owner and chance.likely(0.6) else None
    asked = chance.likely(0.4)
    if touched is not None and asked and chance.likely(0.3):
        touched = opened - timedelta(minutes=random.choice((1, 20)))
    accepted = max(touched or opened, opened) if chance.likely(0.6) else None
    tried = tuple(random.sample(REPS, random.choice((0, 0, 1, 2))))
    after = number - 1 if number > 1 and chance.likely(0.3) else None
    return Handoff(
        lead_id=lead,
        number=number,
        kind=random.choice((HandoffKind.NEW_BUSINESS, HandoffKind.NEW_BUSINESS, *HandoffKind)),
        opened_at=opened,
        why="",
        hand_raise=asked,
        score=50_000,
        band=random.choice(BANDS),
        owner=owner,
        queue=None if owner else random.choice((Queue.UNASSIGNED, Queue.NEEDS_DATA)),
        assigned_at=opened if owner else None,
        touched_at=touched,
        accepted_at=None if accepted is None else chance.moment(accepted, days=2),
        verdict=random.choice((*Verdict, None, None)),
        outcome=random.choice(_OUTCOMES) if not is_open else random.choice((None, None, Outcome.MEETING)),
        closed_at=None if is_open else chance.moment(opened, days=4),
        tried=tried,
        steps=_marks(chance, returned=after is not None and bool(tried)),
        after=after,
    )


def _marks(chance: Chance, *, returned: bool) -> tuple[str, ...]:
    marks = ["task"]
    if chance.likely(0.15):
        marks.append(f"back:{chance.random.choice(REPS)}")
    if returned and chance.likely(0.5):
        marks.append("returned:okafor@us.example")
    return tuple(marks)


def _moves(chance: Chance, handoff: Handoff, ends: datetime | None) -> Iterator[Transition]:
    """Into the queue, forward, back, and far; some name their handoff, some fall on the next one's beginning."""

    def move(before: Stage, after: Stage, at: datetime, cause: Cause = Cause.PERSON) -> Transition:
        named = handoff.number if chance.likely(0.5) else None
        return Transition(
            lead_id=handoff.lead_id, at=at, before=before, after=after, cause=cause, why="", rule_hash=RULES,
            handoff=named,
        )  # fmt: skip

    opening = (Stage.QUALIFIED, Cause.PERSON) if handoff.after is not None else (Stage.ENGAGED, Cause.RULE)
    yield move(opening[0], Stage.MQL, handoff.opened_at, opening[1])
    for after in chance.random.sample(_FAR, 0 if chance.is_unwanted else chance.random.randrange(4)):
        at = ends if ends is not None and chance.likely(0.2) else chance.moment(handoff.opened_at)
        yield move(Stage.ASSIGNED, after, at)
    for _ in range(chance.random.choice((0, 0, 1, 2))):
        before = chance.random.choice((Stage.ASSIGNED, Stage.ACCEPTED, Stage.ENGAGED))
        yield move(
            before, Stage.MQL, chance.moment(handoff.opened_at), chance.random.choice((Cause.PERSON, Cause.TIME))
        )


def _steps(chance: Chance, handoff: Handoff) -> Iterator[StepTaken]:
    for name in chance.random.sample(_STEPS, chance.random.choice((0, 0, 1, 2, 3))):
        due = handoff.touched_at if handoff.touched_at and chance.likely(0.2) else chance.moment(handoff.opened_at)
        yield StepTaken(
            lead_id=handoff.lead_id, handoff=handoff.number, step=name, owner=handoff.owner or "nobody",
            due_at=due, at=due, enforced=chance.likely(0.5),
        )  # fmt: skip


def _marked(passes: Sequence[Handoff]) -> Iterator[datetime]:
    for each in passes:
        yield each.opened_at
        if each.touched_at is not None:
            yield each.touched_at


def _act(tx: Tx, chance: Chance, lead: LeadId, moments: Sequence[datetime]) -> None:
    """What marketing and reps did: around these moments, seen in another order than it happened."""
    ref = RecordRef(connection="crm", object="Lead", id=f"00Q{lead}x")
    did = [
        _activity(chance, f"{lead}-{place}", chance.moment(chance.random.choice(moments)), ref)
        for place in range(chance.random.randrange(9))
    ]
    chance.random.shuffle(did)
    ledger.add(tx, did, seen_at=chance.began + SPAN)
    ledger.claim_unclaimed(tx, {ref: lead}, {})
    out = [each.key for each in did if chance.likely(0.1)]
    ledger.retract(tx, out, reason="a test", at=chance.began + SPAN)


def _activity(chance: Chance, key: str, at: datetime, ref: RecordRef) -> Activity:
    kind = chance.random.choice(chance.random.choice((_TOUCHES, list(_SALES))))
    made = Activity(
        connection=chance.random.choice(("crm", "hub")), stream="s", external_id=key, kind=kind, occurred_at=at,
        record=ref, automated=chance.likely(0.15),
    )  # fmt: skip
    return replace(made, properties=_words(chance, kind, at))


def _words(chance: Chance, kind: ActivityKind, at: datetime) -> dict[str, Value]:
    random = chance.random
    if kind is ActivityKind.CALL_LOGGED:
        return {
            "duration_s": random.choice((None, 0, 119, 120, 600)),
            "disposition": random.choice(("", " connected", "Busy")),
        }
    if kind is ActivityKind.MEETING_BOOKED:
        starts = at + random.choice((timedelta(0), timedelta(hours=5), timedelta(days=12)))
        outcome = random.choice((None, "COMPLETED", "NO_SHOW", "Canceled", ""))
        return {"starts_at": random.choice((starts.isoformat(), starts.isoformat(), None)), "outcome": outcome}
    return random.choice(_TOLD)
