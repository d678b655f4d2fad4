"""Which account is a person's: what their records name, else domain and name; the domain alone is only likely.

Every choice can be told: what makes it the one, and of several why this one. It does not depend on the order in which
systems or accounts come.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from itertools import takewhile

from domain.account import Certainty, Rival
from domain.values import RecordRef
from mapping.company_names import are_one_company
from mapping.employer import Employer

_NEVER = datetime(1, 1, 1, tzinfo=UTC)
_ORDER = tuple(Certainty)
"""The surest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A living account. `precedence`: the place of its system, the lowest decides. `links`: what another tool says is
    the same account elsewhere. `people` and `touched_at` need only be known of those that are `tied`."""

    ref: RecordRef
    name: str
    precedence: int = 0
    domain: str = ""
    links: frozenset[RecordRef] = frozenset()
    has_open_deal: bool = False
    is_customer: bool = False
    people: int = 0
    touched_at: datetime | None = None


class Fact(StrEnum):
    """What sets accounts apart that are the person's for the same reason, in this order."""

    OPEN_DEAL = "the one with an open deal"
    CUSTOMER = "the one that is a customer"
    PEOPLE = "the one with most people"
    TOUCH = "the one that a rep touched last"
    AGE = "the oldest"


_LACKS: Mapping[Fact, str] = {
    Fact.OPEN_DEAL: "no open deal",
    Fact.CUSTOMER: "is no customer",
    Fact.PEOPLE: "fewer people",
    Fact.TOUCH: "no rep touched it as late",
    Fact.AGE: "younger",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountMatch:
    """`also`: the same company in other systems. `rivals`: what it was chosen from beside these, the next best first.
    `decided_by`: what set it apart from those that were the person's for the same reason."""

    ref: RecordRef
    certainty: Certainty
    why: str
    also: tuple[RecordRef, ...] = ()
    rivals: tuple[Rival, ...] = ()
    decided_by: Fact | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    certainty: Certainty
    why: str


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class _Standing:
    """An account's place; the lowest is the person's. `reason`: whether it is only likely, the place of its system,
    how sure it is. `facts`: in the order of `Fact`; ids grow, so that the lowest is the oldest."""

    reason: tuple[bool, int, int]
    facts: tuple[bool, bool, int, float, tuple[int, str]]
    candidate: Candidate = field(compare=False)
    said: _Said = field(compare=False)

    def is_level_with(self, other: "_Standing", before: Fact) -> bool:
        """Whether nothing tells the two apart before it comes to this fact."""
        count = list(Fact).index(before)
        return self.reason == other.reason and self.facts[:count] == other.facts[:count]


def match(told: Employer, candidates: Sequence[Candidate], *, shared: Collection[str] = ()) -> AccountMatch | None:
    """The person's account. `shared`: domains that several companies have, so that not even the name makes it sure.

    What is sure beats what is likely; then the system that decides; then what a record names; then `Fact` by fact.
    """
    ranked = _ranked(told, candidates, shared)
    if not ranked:
        return None
    best, *rest = ranked
    also = _elsewhere(best, rest, shared)
    rivals = [each for each in rest if each.candidate.ref not in also]
    level = [each for each in rivals if each.reason == best.reason]
    decided_by = _difference(best, level[0]) if level else None
    return AccountMatch(
        ref=best.candidate.ref,
        certainty=best.said.certainty,
        why=best.said.why + (f"; of {len(level) + 1} such accounts {decided_by.value}" if decided_by else ""),
        also=also,
        rivals=tuple(_rival(each, best) for each in rivals),
        decided_by=decided_by,
    )


def tied(
    told: Employer, candidates: Sequence[Candidate], before: Fact, *, shared: Collection[str] = ()
) -> tuple[RecordRef, ...]:
    """The accounts that nothing tells apart before this fact is known; none where one stands alone at the top."""
    ranked = _ranked(told, candidates, shared)
    level = list(takewhile(lambda each: each.is_level_with(ranked[0], before), ranked))
    return tuple(each.candidate.ref for each in level) if len(level) > 1 else ()


def _ranked(told: Employer, candidates: Sequence[Candidate], shared: Collection[str]) -> list[_Standing]:
    own = {each.ref: said for each in candidates if (said := _said(each, told, shared)) is not None}
    theirs = [each for each in candidates if each.ref in own]
    sure = [each for each in theirs if own[each.ref].certainty is not Certainty.LIKELY]
    found = []
    for each in candidates:
        known = own.get(each.ref)
        twins = _heard(each, theirs if known is None else sure, own, shared)  # likely is what it is by itself
        said = min((*filter(None, [known]), *twins), key=_surest, default=None)
        if said is not None:
            found.append(_standing(each, said))
    return sorted(found)


def _surest(said: _Said) -> tuple[int, str]:
    return _ORDER.index(said.certainty), said.why


def _standing(candidate: Candidate, said: _Said) -> _Standing:
    return _Standing(
        reason=(said.certainty is Certainty.LIKELY, candidate.precedence, _ORDER.index(said.certainty)),
        facts=(
            not candidate.has_open_deal,
            not candidate.is_customer,
            -candidate.people,
            -((candidate.touched_at or _NEVER) - _NEVER).total_seconds(),
            (len(candidate.ref.id), candidate.ref.id),
        ),
        candidate=candidate,
        said=said,
    )


def _said(candidate: Candidate, told: Employer, shared: Collection[str]) -> _Said | None:
    """What the person's own records make it."""
    if candidate.ref in told.named:
        return _Said(certainty=Certainty.EXPLICIT, why=f"{candidate.ref.connection} names it")
    if not candidate.domain or candidate.domain not in told.domains:
        return None
    same = f"the domain is the same ({candidate.domain})"
    if candidate.domain in shared:
        return _Said(certainty=Certainty.LIKELY, why=f"{same}, which several companies share")
    if any(are_one_company(candidate.name, name) for name in told.companies):
        return _Said(certainty=Certainty.CERTAIN, why=f"{same}, and so is the name")
    return _Said(certainty=Certainty.LIKELY, why=same)


def _heard(
    candidate: Candidate, known: Sequence[Candidate], own: Mapping[RecordRef, _Said], shared: Collection[str]
) -> Iterator[_Said]:
    """What other systems make it, where it is the same company as one that is the person's there."""
    for twin in known:
        there = own[twin.ref]
        how = _sameness(candidate, twin, shared)
        if how is None:
            continue
        if there.certainty is Certainty.EXPLICIT:
            why = f"{twin.ref.connection} names {twin.name}, which is the same company ({how})"
            yield _Said(certainty=Certainty.CERTAIN, why=why)
        else:
            why = f"{there.why} with {twin.name} in {twin.ref.connection}, which is the same company ({how})"
            yield _Said(certainty=there.certainty, why=why)


def _sameness(one: Candidate, other: Candidate, shared: Collection[str]) -> str | None:
    """What makes accounts of two systems one; None where they are two. What is linked elsewhere is another one."""
    if one.ref.connection == other.ref.connection:
        return None
    if other.ref in one.links or one.ref in other.links:
        return "linked"
    if _leads_to(one, other.ref.connection) or _leads_to(other, one.ref.connection):
        return None
    if not one.domain or one.domain != other.domain or one.domain in shared:
        return None
    return "the same domain and name" if are_one_company(one.name, other.name) else None


def _leads_to(candidate: Candidate, connection: str) -> bool:
    return bool(candidate.links) and any(ref.connection == connection for ref in candidate.links)


def _elsewhere(best: _Standing, rest: Sequence[_Standing], shared: Collection[str]) -> tuple[RecordRef, ...]:
    """The same company in the other systems: in each the one that stands highest."""
    found: dict[str, RecordRef] = {}
    for each in rest:
        if _sameness(best.candidate, each.candidate, shared) is not None:
            found.setdefault(each.candidate.ref.connection, each.candidate.ref)
    return tuple(found.values())


def _difference(best: _Standing, other: _Standing) -> Fact:
    return next(fact for fact, one, two in zip(Fact, best.facts, other.facts, strict=True) if one != two)


def _rival(other: _Standing, best: _Standing) -> Rival:
    candidate = other.candidate
    return Rival(ref=candidate.ref, name=candidate.name, certainty=other.said.certainty, why_not=_why_not(other, best))


def _why_not(other: _Standing, best: _Standing) -> str:
    if other.reason == best.reason:
        return _LACKS[_difference(best, other)]
    (likely, precedence, _), (best_likely, best_precedence, _) = other.reason, best.reason
    if likely is not best_likely:
        return f"only likely: {other.said.why}"
    if precedence != best_precedence:
        return f"{best.candidate.ref.connection} decides before {other.candidate.ref.connection}"
    return "no record of theirs names it"
