"""Counting with the leads kept at hand, and the middles and shares that come of it."""

from array import array
from collections.abc import Iterable, Sequence
from statistics import median

from domain.values import LeadId
from reports.pages.page import Figure, Leads, Unit
from scoring.interval import wilson

SHOWN = 50
"""Leads that a page lists behind each figure; `--behind` names all of one."""


class Tally:
    """How many, and who: the first `most` leads that were counted; None: all of them."""

    __slots__ = ("_leads", "_most", "n")

    def __init__(self, most: int | None = SHOWN) -> None:
        self.n = 0
        self._most = most
        self._leads = array("q")

    def add(self, lead: LeadId) -> None:
        self.n += 1
        kept = self._leads
        if (self._most is None or len(kept) < self._most) and (not kept or kept[-1] != lead):
            kept.append(lead)

    def leads(self) -> Leads:
        return Leads(n=self.n, first=tuple(dict.fromkeys(LeadId(each) for each in self._leads)))

    def count(self) -> Figure:
        return Figure(value=self.n, leads=self.leads())

    def share(self, of: int, *, why: str) -> Figure:
        """Of how many, with its interval; `why` is said where there are none."""
        if not of:
            return Figure(value=None, unit=Unit.SHARE, of=0, why=why)
        low, high = wilson(self.n, of)
        return Figure(value=self.n / of, unit=Unit.SHARE, of=of, low=low, high=high, leads=self.leads())


def middle(values: Sequence[float], unit: Unit, *, of: Tally, why: str) -> Figure:
    """The median; half of them are at most so much. `of`: whose values they are."""
    if not values:
        return Figure(value=None, unit=unit, of=0, why=why)
    return Figure(value=float(median(values)), unit=unit, of=len(values), leads=of.leads())


def within(values: Iterable[float], share: float, unit: Unit, *, of: Tally, why: str) -> Figure:
    """So much that the given share of them is at most that, by the nearest rank. `of`: whose values they are."""
    ordered = sorted(values)
    if not ordered:
        return Figure(value=None, unit=unit, of=0, why=why)
    rank = max(1, -(-len(ordered) * round(share * 100) // 100))
    return Figure(value=float(ordered[rank - 1]), unit=unit, of=len(ordered), leads=of.leads())


def lift(part: Figure, whole: Figure) -> Figure:
    """How many times the whole's share the part's is. Its interval is the part's own, the whole taken as it stands."""
    if part.value is None or not whole.value:
        return Figure(value=None, unit=Unit.FACTOR, of=part.of, why=part.why or "none at all yet")
    low, high = (None if bound is None else bound / whole.value for bound in (part.low, part.high))
    return Figure(value=part.value / whole.value, unit=Unit.FACTOR, of=part.of, low=low, high=high, leads=part.leads)
