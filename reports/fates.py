"""What became of a lead after it would have been handed off: what a rep said, and whether it was won.

Only what came after counts, and only where it had the time to come: who entered too lately is nobody's loss.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from domain.handoff import Handoff, Outcome
from domain.stage import Cause, Stage
from reports.histories import Life
from scoring.past.occasion import History, Met, Occasion
from scoring.past.replay import Entry

BY_STAGE = "stage "
"""How an occasion begins that goes by stages."""
JUDGED_WITHIN = timedelta(days=30)
"""A rep's word on a handoff that began later than that belongs to another reason to call."""
_IN_A_DEAL = frozenset({Stage.OPPORTUNITY, Stage.CUSTOMER})


class Apart(StrEnum):
    """Why somebody who would have entered is no new lead."""

    WON_BEFORE = "won before"
    WON_SOMETIME = "won, and nobody knows when"
    IN_A_DEAL = "in a deal or a customer"
    DISQUALIFIED = "disqualified, and did not ask to be called"


@dataclass(frozen=True, slots=True, kw_only=True)
class Yardstick:
    """What counts as success, how long it may take, and until when is looked. `accepted` None: by the handoffs."""

    won: Occasion
    accepted: Occasion | None
    within: timedelta
    until: datetime

    @property
    def judged_within(self) -> timedelta:
        return min(self.within, JUDGED_WITHIN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """None: it is too early to tell, or nobody ever said."""

    won: bool | None
    accepted: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fates:
    """One lead's, asked for any moment."""

    life: Life
    measure: Yardstick
    won: Met | None
    accepted: Met | None

    @property
    def won_at(self) -> datetime | None:
        """None also where nobody knows when."""
        return self.won.at if self.won is not None and self.won.dated else None

    @property
    def is_dated(self) -> bool:
        return self.won is None or self.won.dated

    def apart(self, entry: Entry) -> Apart | None:
        """Why this entry hands nobody over; None where it does."""
        if not self.is_dated:
            return Apart.WON_SOMETIME
        if self.won_at is not None and self.won_at <= entry.at:
            return Apart.WON_BEFORE
        if not self.measure.won.text.startswith(BY_STAGE):
            return None
        stage = self._stage_at(entry.at)
        if stage in _IN_A_DEAL:
            return Apart.IN_A_DEAL
        return Apart.DISQUALIFIED if stage is Stage.DISQUALIFIED and not entry.asked else None

    def after(self, at: datetime) -> Fate:
        return Fate(won=self.won_after(at), accepted=self._accepted_after(at))

    def won_after(self, at: datetime) -> bool | None:
        return _came(self.won_at, at, within=self.measure.within, until=self.measure.until)

    def _accepted_after(self, at: datetime) -> bool | None:
        within, until = self.measure.judged_within, self.measure.until
        if self.measure.accepted is not None:
            accepted_at = self.accepted.at if self.accepted is not None else None
            return _came(accepted_at, at, within=within, until=until)
        found = _judging(self.life.handoffs, at, before=min(at + within, until))
        if found is None or found.outcome in {Outcome.MERGED, Outcome.ERASED}:
            return None
        if found.accepted_at is not None and found.accepted_at <= until:
            return True
        return False if found.closed_at is not None and found.closed_at <= until else None

    def _stage_at(self, at: datetime) -> Stage:
        """What the first look found was so before it, as far as anybody knows."""
        moves = self.life.transitions
        before = [move for move in moves if move.at <= at]
        if before:
            return before[-1].after
        if not moves:
            return Stage.KNOWN
        return moves[0].after if moves[0].cause is Cause.BASELINE else moves[0].before


def fates_of(life: Life, measure: Yardstick, *, loaded_until: datetime | None) -> Fates:
    """`loaded_until`: what facts told by then was loaded as history, so that nobody knows since when it was so.

    Neither is it known of a stage that the first look found.
    """
    moves = [move for move in life.transitions if move.cause is not Cause.BASELINE]
    watched = History(facts=life.facts, activities=life.activities, transitions=moves, loaded_until=loaded_until)
    won = measure.won.first(watched)
    if won is None and (found := measure.won.first(replace(watched, transitions=life.transitions))) is not None:
        won = replace(found, dated=False)
    accepted = measure.accepted.first(watched) if measure.accepted is not None else None
    return Fates(life=life, measure=measure, won=won, accepted=accepted)


def _came(happened: datetime | None, at: datetime, *, within: timedelta, until: datetime) -> bool | None:
    """Whether it came in time; None where it still may."""
    if at + within > until:
        return None
    return happened is not None and at < happened <= at + within


def _judging(handoffs: Sequence[Handoff], at: datetime, *, before: datetime) -> Handoff | None:
    """The handoff that was open then, or else the next that began in time."""
    return next(
        (each for each in handoffs if each.opened_at <= before and (each.closed_at is None or each.closed_at > at)),
        None,
    )
