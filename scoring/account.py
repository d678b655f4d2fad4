"""An account's number out of its people's: the warmest in full, each further one a falling share.

Computed when it is read, from scores as of one moment: what one person does never changes another's score. The order
of the people does not matter, and one more never lowers it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from config.account_score import AccountScoring
from config.scoring import ScoringRules
from domain.score import POINT, Grade, Step
from domain.values import LeadId

_WARMTH = (Step.COLD, Step.WARM, Step.HOT)
_PERCENT = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One person of an account. `engagement`, `sales`: thousandths. `role`: what they are there, if that is known."""

    lead: LeadId
    engagement: int
    sales: int
    step: Step
    grade: Grade
    role: str = ""
    last_act_at: datetime | None = None
    excluded: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountLine:
    """What one person adds: `points` thousandths of their `engagement`. `why_not`: why it is nothing, where it is."""

    person: Person
    share_percent: float
    points: int
    why_not: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountScore:
    """`points`: thousandths, the sum of the lines; the warmest person's stands first. `grade`: the best of those who
    count. `warm`: how many count; `roles`: how many different ones they have."""

    lines: tuple[AccountLine, ...]
    points: int
    grade: Grade
    step: Step
    warm: int
    roles: int
    is_group: bool
    last_act_at: datetime | None

    @property
    def band(self) -> str:
        return f"{self.grade} {self.step}"

    @property
    def shown(self) -> int:
        """The number people see: whole points, rounded down."""
        return self.points // POINT

    @property
    def beyond_best(self) -> int:
        """Thousandths that all but the warmest add."""
        return self.points - (self.lines[0].points if self.lines else 0)


def account_score(people: Sequence[Person], rules: ScoringRules) -> AccountScore:
    """Add people up by `account` of the rules."""
    wanted = rules.account
    warmest = sorted(people, key=lambda each: (-each.engagement, each.lead))
    barred = {each.lead: why for each in warmest if (why := _why_not(each, wanted))}
    count = [each for each in warmest if each.lead not in barred]
    lines = _lines(count, wanted)
    points = sum(line.points for line in lines)
    rest = [
        AccountLine(person=each, share_percent=0, points=0, why_not=why)
        for each in warmest
        if (why := barred.get(each.lead, ""))
    ]
    return AccountScore(
        lines=(*lines, *rest),
        points=points,
        grade=_best([each.grade for each in count]),
        step=_step(points, rules),
        warm=len(count),
        roles=len({each.role.casefold() for each in count if each.role}),
        is_group=len(count) >= wanted.group_people,
        last_act_at=max((each.last_act_at for each in people if each.last_act_at is not None), default=None),
    )


def _why_not(person: Person, wanted: AccountScoring) -> str:
    if person.excluded is not None:
        return f"excluded: {person.excluded}"
    if _WARMTH.index(person.step) < _WARMTH.index(wanted.from_step) or person.engagement <= 0:
        return person.step.value
    if wanted.fit is not None and not person.grade.at_least(wanted.fit):
        return f"fit {person.grade}"
    return ""


def _lines(count: Sequence[Person], wanted: AccountScoring) -> list[AccountLine]:
    """Shares are rounded down on the sum so far, so that no thousandth is lost on the way and one more person never
    costs any."""
    lines: list[AccountLine] = []
    weight, exact, given = _PERCENT**wanted.people, 0, 0
    for place, each in enumerate(count):
        if place >= wanted.people:
            weight = 0
        exact += each.engagement * weight
        so_far = exact // _PERCENT**wanted.people
        so_far = so_far if wanted.limit is None else min(so_far, wanted.limit * POINT)
        share = _PERCENT * weight / _PERCENT**wanted.people
        why_not = "" if weight else f"only {wanted.people} count"
        lines.append(AccountLine(person=each, share_percent=share, points=so_far - given, why_not=why_not))
        given, weight = so_far, weight * wanted.share_percent // _PERCENT
    return lines


def _step(points: int, rules: ScoringRules) -> Step:
    steps = rules.account.steps or rules.steps
    if points >= steps.hot * POINT:
        return Step.HOT
    return Step.WARM if points >= steps.warm * POINT else Step.COLD


def _best(grades: Sequence[Grade]) -> Grade:
    known = [each for each in grades if each is not Grade.UNKNOWN]
    return min(known, key=lambda each: each.value, default=Grade.UNKNOWN)
