"""What of a deal is owed to which touch: four ways to say it, side by side, because none of them is the truth.

A touch that came after the deal was opened, or too long before, has brought nothing about.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from fractions import Fraction

from config.reports import UNKNOWN
from domain.values import LeadId


class Model(StrEnum):
    """First touch, last touch before the deal, every touch alike, and the last before the handoff."""

    FIRST = "first"
    LAST = "last"
    EVEN = "even"
    MQL = "mql"


@dataclass(frozen=True, slots=True, kw_only=True)
class Touch:
    """One meeting with marketing, by the words it is counted under. `campaign`: empty where it belongs to none; `lead`:
    whose it is."""

    at: datetime
    channel: str
    campaign: str = ""
    lead: LeadId | None = None


def shares(
    touches: Sequence[Touch], model: Model, *, handed_over_at: datetime | None, origin: str = UNKNOWN
) -> Mapping[str, Fraction]:
    """Channel → its share of a deal; together exactly 1. `touches`: those that count, oldest first; `origin`: the
    channel of the person where nothing they did counts."""
    if not touches:
        return {origin: Fraction(1)}
    match model:
        case Model.FIRST:
            return {touches[0].channel: Fraction(1)}
        case Model.LAST:
            return {touches[-1].channel: Fraction(1)}
        case Model.MQL:
            return {_before(touches, handed_over_at).channel: Fraction(1)}
        case Model.EVEN:
            found: dict[str, Fraction] = {}
            for each in touches:
                found[each.channel] = found.get(each.channel, Fraction(0)) + Fraction(1, len(touches))
            return found


def campaign_shares(touches: Sequence[Touch]) -> Mapping[str, Fraction]:
    """Campaign → its share, all its touches alike; touches of no campaign have theirs too, under an empty name."""
    found: dict[str, Fraction] = {}
    for each in touches:
        found[each.campaign] = found.get(each.campaign, Fraction(0)) + Fraction(1, len(touches))
    return found


def _before(touches: Sequence[Touch], moment: datetime | None) -> Touch:
    """The last touch up to the handoff; the last of all without a handoff, the first where all came later."""
    if moment is None:
        return touches[-1]
    return next((each for each in reversed(touches) if each.at <= moment), touches[0])
