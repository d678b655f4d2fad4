"""Everybody's totals at once: the rules of `Scorer` over columns, for a change of rules and what is tried on all.

The only door of NumPy. Equal to the per-lead function bit for bit (a law in the tests): the same integers, the same
table of factors. Sums under nested limits do not depend on the order in which points come in, so nothing is sorted for
them; only the lines do, and those the per-lead function tells.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from config.scoring import Line
from domain.block import NEVER, Block
from domain.score import POINT, Step
from domain.values import require_utc
from scoring.bulk.points import Points
from scoring.bulk.traits import GRADES, Traits
from scoring.scorer import Scorer

Whole = NDArray[np.int64]
STEPS = (Step.COLD, Step.WARM, Step.HOT)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """One entry per lead of the block, in its order. Points in thousandths, moments in microseconds since 1970 or
    `NEVER`. `fit_percent` -1: none; `grades` and `steps`: places in GRADES and STEPS; `excluded`: the place of the
    exclusion among the scorer's, -1: none."""

    engagement: Whole
    sales: Whole
    named: dict[str, Whole]
    fit_percent: Whole
    grades: Whole
    steps: Whole
    excluded: Whole
    last_point_us: Whole
    last_fact_us: Whole
    hand_raised_us: Whole

    def above(self, line: Line) -> NDArray[np.bool_]:
        """Who has the engagement and the grade that the line asks for."""
        return (self.engagement >= line.engagement * POINT) & (self.grades <= GRADES.index(line.fit))


class BulkScorer:
    """One version of the rules over blocks of leads; keeps what shapes and values meet, nothing about any lead."""

    def __init__(self, scorer: Scorer) -> None:
        self._book = scorer.book
        self._points = Points(scorer.book, scorer.zone)
        self._traits = Traits(scorer.book)

    @property
    def names(self) -> frozenset[str] | None:
        """The properties whose facts a block has to hold; None: all that there are."""
        return self._traits.names

    @property
    def line(self) -> Line:
        return self._book.source.line

    @property
    def exclusions(self) -> tuple[str, ...]:
        """The names of exclusions, as `Totals.excluded` numbers them."""
        return tuple(bar.name for bar in self._book.bars)

    def totals(self, block: Block, *, as_of: datetime, known_at: datetime) -> Totals:
        """As `Scorer.score` of each lead, without its lines and without looking ahead."""
        now_us, known_us = _micros(as_of), _micros(known_at)
        sums = self._points.of(block, now_us=now_us, known_us=known_us)
        engagement = self._points.total(sums, self._book.engagement, self._book.total_cap)
        traits = self._traits.of(block, now_us=now_us, known_us=known_us)
        return Totals(
            engagement=engagement,
            sales=self._points.total(sums, self._book.sales, None),
            named={each.property: self._points.total(sums, each.rules, each.cap) for each in self._book.named},
            fit_percent=traits.percent,
            grades=traits.grades,
            steps=self._steps(engagement),
            excluded=traits.excluded,
            last_point_us=sums.last_point_us,
            last_fact_us=traits.last_fact_us,
            hand_raised_us=sums.hand_raised_us,
        )

    def _steps(self, engagement: Whole) -> Whole:
        steps = self._book.source.steps
        return (engagement >= steps.warm * POINT).astype(np.int64) + (engagement >= steps.hot * POINT)


def _micros(moment: datetime) -> int:
    return (require_utc(moment) - _EPOCH) // timedelta(microseconds=1)


__all__ = ["GRADES", "NEVER", "STEPS", "BulkScorer", "Totals"]
