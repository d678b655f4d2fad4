"""What sales found in the first conversation beside what marketing held at hand-over: how far apart, and where.

Both sides read the same figures. Marketing's values are those that the rules in force give for the moment of each
hand-over, so that all handoffs are held against one yardstick.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from config.scorecard import ScorecardRules
from domain.handoff import Handoff
from domain.scorecard import Gap, Qualifies
from scoring.ledger import standing
from scoring.scorecard import gaps, read_scorecard, total_gap, value_at
from scoring.scorer import Scorer
from store import handoffs, ledger
from store.engine import Tx

FEW = 10
"""Under so many scorecards a difference may be chance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """One handoff's scorecard with both sides' values. `source`: where the lead came from, as known at hand-over."""

    rep: str | None
    source: str | None
    qualifies: Qualifies
    gaps: tuple[Gap, ...]

    @property
    def sales(self) -> int:
        return sum(each.sales for each in self.gaps if each.sales is not None)

    @property
    def marketing(self) -> int | None:
        """None unless marketing told every factor."""
        told = [each.marketing for each in self.gaps if each.marketing is not None]
        return sum(told) if len(told) == len(self.gaps) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Factor:
    """Means of one factor over the `n` scorecards that answer it; None where nothing is told."""

    name: str
    label: str
    n: int
    sales: float | None
    marketing: float | None
    gap: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Full scorecards of one rep, of one source, or all: means of the sums, and how many of the `n` qualify."""

    name: str
    n: int
    qualified: int
    sales: float | None
    marketing: float | None
    gap: float | None

    @property
    def share(self) -> float | None:
        return round(self.qualified / self.n, 3) if self.n else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scorecards:
    """`begun`: scorecards with an answer that are not full; they count in the factors alone."""

    begun: int
    every: Part
    factors: tuple[Factor, ...]
    by_rep: tuple[Part, ...]
    by_source: tuple[Part, ...]

    @property
    def widest(self) -> Factor | None:
        """The factor in which both sides differ most, by a whole step or more and in more than a few scorecards."""
        telling = [each for each in self.factors if each.n >= FEW and each.gap is not None and abs(each.gap) >= 1]
        return max(telling, key=lambda each: abs(each.gap or 0), default=None)


def scorecards(tx: Tx, scorer: Scorer, *, source: str, since: datetime | None) -> Scorecards:
    """Over the handoffs opened since a moment. `source`: the lead property that says where a lead came from."""
    rules = scorer.book.source.scorecard
    return summarise([_filled(tx, scorer, each, source) for each in handoffs.answered(tx, since=since)], rules)


def _filled(tx: Tx, scorer: Scorer, handoff: Handoff, source: str) -> Filled:
    lead, at = handoff.lead_id, handoff.opened_at
    facts = ledger.facts_of(tx, [lead]).get(lead, [])
    done = ledger.activities_of(tx, [lead], known_at=at).get(lead, [])
    card = read_scorecard(dict(handoff.scorecard), scorer.book.source.scorecard)
    marketing = value_at(scorer, facts, done, opened_at=at, hand_raise=handoff.hand_raise)
    known = standing(facts, as_of=at, known_at=at).get(source)
    came_from = None if known is None or known.value is None else str(known.value).strip()
    return Filled(rep=handoff.owner, source=came_from or None, qualifies=card.qualifies, gaps=gaps(card, marketing))


def summarise(found: Sequence[Filled], rules: ScorecardRules) -> Scorecards:
    """The figures of these scorecards, whatever their order."""
    answered = [each for each in found if any(gap.sales is not None for gap in each.gaps)]
    full = [each for each in answered if each.qualifies is not Qualifies.NOT_YET]
    return Scorecards(
        begun=len(answered) - len(full),
        every=_part("all", full),
        factors=tuple(_factor(factor.name, factor.title, answered) for factor in rules.factors),
        by_rep=tuple(_parts(full, lambda each: each.rep or "nobody")),
        by_source=tuple(_parts(full, lambda each: each.source or "not known")),
    )


def _factor(name: str, label: str, found: Sequence[Filled]) -> Factor:
    told = [gap for each in found for gap in each.gaps if gap.name == name and gap.sales is not None]
    return Factor(
        name=name,
        label=label,
        n=len(told),
        sales=_mean(each.sales for each in told),
        marketing=_mean(each.marketing for each in told),
        gap=_mean(each.gap for each in told),
    )


def _parts(found: Sequence[Filled], key: Callable[[Filled], str]) -> Iterator[Part]:
    """By name and not by figure: nobody stands first or last."""
    for name in sorted({key(each) for each in found}):
        yield _part(name, [each for each in found if key(each) == name])


def _part(name: str, found: Sequence[Filled]) -> Part:
    return Part(
        name=name,
        n=len(found),
        qualified=sum(each.qualifies is Qualifies.YES for each in found),
        sales=_mean(each.sales for each in found),
        marketing=_mean(each.marketing for each in found),
        gap=_mean(total_gap(each.gaps) for each in found),
    )


def _mean(values: Iterable[int | None]) -> float | None:
    known = [value for value in values if value is not None]
    return round(sum(known) / len(known), 2) if known else None
