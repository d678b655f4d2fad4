"""When a new number is worth a write: quota is the wall, so decay alone must not rewrite every lead every day."""

from datetime import datetime, timedelta

from config.scoring import Showing
from domain.score import Score, Step

_WARMTH = (Step.COLD, Step.WARM, Step.HOT)


def is_worth_showing(
    score: Score, *, shown: int | None, band: str | None, shown_at: datetime | None, rules: Showing, now: datetime
) -> bool:
    """Whether to write the number: the band changed, it moved by `points`, or it is off for `days`.

    Never for people below `from_step`, except once to take back a warmer band that is still shown.
    """
    if shown is None or band is None or shown_at is None:
        return _is_warm_enough(score.step, rules)
    if not _is_warm_enough(score.step, rules) and not _is_warm_enough(_step_in(band), rules):
        return False
    if band != score.band:
        return True
    moved = abs(score.shown - shown)
    return moved > 0 and (moved >= rules.points or is_overdue(band=band, shown_at=shown_at, rules=rules, now=now))


def is_overdue(*, band: str | None, shown_at: datetime | None, rules: Showing, now: datetime) -> bool:
    """Whether any other number would be written by now: the one that people see has stood for `days`.

    A look at that moment that finds the same number is not enough: the next point that it loses is to be written.
    """
    if band is None or shown_at is None or now - shown_at < timedelta(days=rules.days):
        return False
    return _is_warm_enough(_step_in(band), rules)


def _is_warm_enough(step: Step, rules: Showing) -> bool:
    return _WARMTH.index(step) >= _WARMTH.index(Step(rules.from_step))


def _step_in(band: str) -> Step:
    """The step in a band as people read it (`B hot`); somebody may have typed over it."""
    word = band.rpartition(" ")[2]
    return Step(word) if word in _WARMTH else Step.HOT
