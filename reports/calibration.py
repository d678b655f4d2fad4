"""What history has to teach: every lead that was open at the moment of prediction, what could be seen of it then, and
what came of it.

Read portion by portion, and twice: once to learn, and once more to score the same leads by the draft that came of it,
with the scorer that would score them.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from domain.score import POINT, Dimension
from domain.values import LeadId, Value
from reports.histories import of
from scoring.learning.outcomes import Example
from scoring.learning.sight import Lens, Visible, sight_of, visible_at
from scoring.past.occasion import History, Met, Occasion
from scoring.scorer import Scorer
from store import leads
from store.chunks import chunks
from store.engine import Store

SAMPLE = 500
"""Leads that are enough to see whether a fact is another with everybody."""


class Out(StrEnum):
    """Why a lead takes no part."""

    NO_MOMENT = "the moment never came"
    AHEAD = "the moment is still ahead"
    DECIDED = "already decided at the moment"
    OPEN = "not decided yet, or too young to tell"
    UNDATED = "decided on a day that nobody knows"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is to be foretold, and when. `within` None: however late it comes. `until`: history is whole up to then.
    `undated`: outcomes without a day count too, as won or lost after the moment."""

    moment: Occasion
    won: Occasion
    until: datetime
    lost: Occasion | None = None
    within: timedelta | None = None
    undated: bool = False
    most: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One lead that takes part."""

    lead_id: LeadId
    visible: Visible
    won: bool


@dataclass(slots=True, kw_only=True)
class Told:
    """What was counted on the way. `hidden`: facts that are known by now, by how many of those who take part have one
    that was not known at the moment; what is another with everybody (an address) is left out."""

    leads: int = 0
    out: Counter[Out]
    hidden: Counter[str]
    examples: list[Example]


def learn_from(store: Store, question: Question, scorer: Scorer, lens: Lens) -> Told:
    """An example for every lead that takes part, with its points by these rules."""
    told = Told(out=Counter(), hidden=Counter(), examples=[])
    values: Counter[tuple[str, Value]] = Counter()
    for lead, history in _histories(store, question, lens):
        told.leads += 1
        case = case_of(history, question, lens, lead)
        if isinstance(case, Out):
            told.out[case] += 1
            continue
        seen = case.visible
        told.hidden.update(seen.hidden)
        if len(told.examples) < SAMPLE:
            values.update((fact.name, fact.value) for fact in history.facts if fact.name in seen.hidden)
        told.examples.append(
            Example(
                moment=seen.moment,
                won=case.won,
                sight=sight_of(seen, scorer.book, lens),
                now=points_at(seen, scorer, lens)[1],
            )
        )
    shared = {name for (name, _), leads_of in values.items() if leads_of > 1}
    told.hidden = Counter({name: count for name, count in told.hidden.items() if name in shared})
    return told


@dataclass(frozen=True, slots=True, kw_only=True)
class Rescored:
    """One lead that took part: engagement alone, and all points together, before and under the draft."""

    moment: datetime
    before: int
    after: int
    after_all: int


def rescored(store: Store, question: Question, scorers: tuple[Scorer, Scorer], lens: Lens) -> list[Rescored]:
    """In the same order as the examples: what the draft gives whom, by the scorer itself."""
    now, draft = scorers
    found = []
    for lead, history in _histories(store, question, lens):
        case = case_of(history, question, lens, lead)
        if isinstance(case, Case):
            before, _ = points_at(case.visible, now, lens)
            after, together = points_at(case.visible, draft, lens)
            moment = case.visible.moment
            found.append(Rescored(moment=moment, before=before, after=after, after_all=together))
    return found


def points_at(seen: Visible, scorer: Scorer, lens: Lens) -> tuple[int, int]:
    """Engagement, and all that takes part together, in thousandths. One order is needed to compare; they are never
    added anywhere else."""
    score = scorer.score(seen.facts, seen.activities, as_of=seen.moment, known_at=seen.moment)
    fit = sum(line.points for line in score.lines if line.dimension is Dimension.FIT)
    return score.engagement, score.engagement + fit + (score.sales if lens.with_sales else 0)


def case_of(history: History, question: Question, lens: Lens, lead: LeadId) -> Case | Out:
    """Whether the lead was open at its moment and is decided by now, and if so what could be seen of it."""
    begins = question.moment.first(history)
    if begins is None:
        return Out.NO_MOMENT
    moment = begins.at
    if moment > question.until:
        return Out.AHEAD
    won = _outcome(history, question, moment)
    return won if isinstance(won, Out) else Case(lead_id=lead, visible=visible_at(history, moment, lens), won=won)


def _outcome(history: History, question: Question, moment: datetime) -> bool | Out:
    won = _by(question.until, question.won.first(history))
    lost = _by(question.until, question.lost.first(history) if question.lost is not None else None)
    ends = None if question.within is None else moment + question.within
    for met in (won, lost):
        if met is not None and not met.dated and not question.undated:
            return Out.UNDATED
        if met is not None and met.dated and met.at <= moment:
            return Out.DECIDED
    if ends is not None and ends > question.until:
        return Out.OPEN
    if won is not None and (not won.dated or ends is None or won.at <= ends):
        return True
    is_over = ends is not None or lost is not None or question.lost is None
    return False if is_over else Out.OPEN


def _by(until: datetime, met: Met | None) -> Met | None:
    return None if met is None or (met.dated and met.at > until) else met


def _histories(store: Store, question: Question, lens: Lens) -> Iterator[tuple[LeadId, History]]:
    """Portion by portion, each in a transaction of its own: a long look back holds up no daemon."""
    with store.read() as tx:
        some = leads.spread(tx, question.most)
    for portion in chunks(some):
        with store.read() as tx:
            found = of(tx, portion)
        for life in found:
            history = History(
                facts=life.facts,
                activities=life.activities,
                transitions=life.transitions,
                loaded_until=lens.loaded.facts,
            )
            yield life.lead.id, history


def same_share(before: Sequence[int], after: Sequence[int], line: int) -> int | None:
    """The whole points at which as many leads stand at or above the line as do now, as nearly as can be; None where
    nobody reaches it now."""
    above = sum(points >= line * POINT for points in before)
    if not above:
        return None
    levels = sorted({points // POINT for points in after}, reverse=True)
    ordered = sorted(after, reverse=True)
    return min(levels, key=lambda level: (abs(_reached(ordered, level * POINT) - above), -level))


def _reached(falling: Sequence[int], least: int) -> int:
    low, high = 0, len(falling)
    while low < high:
        middle = (low + high) // 2
        low, high = (middle + 1, high) if falling[middle] >= least else (low, middle)
    return low
