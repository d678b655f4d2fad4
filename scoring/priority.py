"""Whom to call next: what speaks for a person, and what against, in lines that add up.

Marketing's behaviour and sales' interaction together, and nothing else is decided by it: the line, the stage and the
owner know it not.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from config.call_back import CallBack
from domain.score import POINT

_PERCENT = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What the priority of one person is made of. `engagement`, `sales`: thousandths.

    `asked_at`: when they last asked to be called. `acted_at`: when they last did something that gives points.
    `touched_at`: when a rep last called, met or wrote to them. `handed_at`, `due_at`: since when a handoff is open that
    nobody has touched yet, and until when somebody should. `asleep`: why they are left alone for now, in words.
    """

    engagement: int
    sales: int
    asked_at: datetime | None = None
    acted_at: datetime | None = None
    touched_at: datetime | None = None
    handed_at: datetime | None = None
    due_at: datetime | None = None
    may_call: bool = True
    asleep: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One line: thousandths of the priority's own points, and why in words."""

    points: int
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Priority:
    """`points`: the sum of the reasons; the weightiest stands first."""

    points: int
    reasons: tuple[Reason, ...]
    asleep: str = ""

    @property
    def shown(self) -> int:
        """Whole points, rounded down."""
        return self.points // POINT


@dataclass(frozen=True, slots=True, kw_only=True)
class Firm:
    """What the priority of an account is made of beside its best person's. `beyond_best`: thousandths."""

    beyond_best: int
    people: int
    is_group: bool


def priority(person: Standing, rules: CallBack, *, now: datetime) -> Priority:
    """What speaks for calling them at `now`."""
    return _of(_reasons(person, rules, now), asleep=person.asleep)


def account_priority(best: Priority, firm: Firm, rules: CallBack) -> Priority:
    """The best person's reasons, and what the others of the account add."""
    more = min(max(0, firm.beyond_best) * rules.account_percent // _PERCENT, rules.account_limit * POINT)
    reasons = list(best.reasons)
    if more:
        reasons.append(Reason(points=more, words=f"{firm.people} warm people at the account"))
    if firm.is_group and rules.buying_group:
        reasons.append(Reason(points=rules.buying_group * POINT, words=f"a buying group of {firm.people}"))
    return _of(reasons, asleep=best.asleep)


def most_of_account(rules: CallBack) -> int:
    """What an account can add to its best person at most."""
    return (rules.account_limit + rules.buying_group) * POINT


def _of(reasons: Sequence[Reason] | Iterator[Reason], *, asleep: str) -> Priority:
    told = sorted((each for each in reasons if each.points), key=lambda each: -each.points)
    return Priority(points=sum(each.points for each in told), reasons=tuple(told), asleep=asleep)


def _reasons(person: Standing, rules: CallBack, now: datetime) -> Iterator[Reason]:
    if is_waiting(person, rules, now=now):
        yield Reason(points=rules.hand_raise * POINT, words="asked to be called, no answer yet")
    yield from _handed(person, rules, now)
    yield Reason(points=_engaged(person.engagement, rules), words="engagement")
    yield Reason(points=_sold(person.sales, rules), words="conversations with sales")
    yield from _times(person, rules, now)
    if not person.may_call:
        yield Reason(points=-rules.no_calls * POINT, words="may not be called")


def is_waiting(person: Standing, rules: CallBack, *, now: datetime) -> bool:
    """Whether they asked to be called and nobody has answered."""
    if person.asked_at is None or now - person.asked_at > timedelta(days=rules.hand_raise_days):
        return False
    return person.touched_at is None or person.touched_at < person.asked_at


def _handed(person: Standing, rules: CallBack, now: datetime) -> Iterator[Reason]:
    if person.handed_at is None:
        return
    yield Reason(points=rules.handoff * POINT, words="handed over, not touched yet")
    if person.due_at is not None and person.due_at <= now:
        yield Reason(points=rules.overdue * POINT, words="the first touch is overdue")


def _times(person: Standing, rules: CallBack, now: datetime) -> Iterator[Reason]:
    if person.acted_at is not None:
        span, age = timedelta(days=rules.recent_days), max(now - person.acted_at, timedelta(0))
        left = max(span - age, timedelta(0))
        points = rules.recent * POINT * (left // timedelta(hours=1)) // (span // timedelta(hours=1))
        yield Reason(points=points, words=f"active {_ago(age)}")
    is_fresh = person.touched_at is not None and now - person.touched_at < timedelta(hours=rules.rest_hours)
    if is_fresh and not is_waiting(person, rules, now=now):
        yield Reason(points=-rules.rest * POINT, words="a rep was in touch just now")


def _engaged(engagement: int, rules: CallBack) -> int:
    return min(max(0, engagement) * rules.engagement_percent // _PERCENT, rules.engagement_limit * POINT)


def _sold(sales: int, rules: CallBack) -> int:
    return min(max(0, sales) * rules.sales_percent // _PERCENT, rules.sales_limit * POINT)


def _ago(age: timedelta) -> str:
    hours = age // timedelta(hours=1)
    if hours < 1:
        return "within the hour"
    return f"{hours} h ago" if hours < 48 else f"{hours // 24} days ago"
