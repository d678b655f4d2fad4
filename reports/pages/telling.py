"""Counting with a word for each lead: who is behind a figure, and why."""

from array import array

from domain.values import LeadId
from reports.pages.page import Figure, Leads
from reports.pages.tally import SHOWN


class Telling:
    """How many, and of the first `most` leads what there is to say; None: of all of them."""

    __slots__ = ("_leads", "_most", "_told", "n")

    def __init__(self, most: int | None = SHOWN) -> None:
        self.n = 0
        self._most = most
        self._leads = array("q")
        self._told: list[str] = []

    def add(self, lead: LeadId | None, told: str, count: int = 1) -> None:
        """`lead` None: of nobody. Whoever counts several times is named once."""
        self.n += count
        if lead is not None and (self._most is None or len(self._leads) < self._most):
            self._leads.append(lead)
            self._told.append(told)

    def figure(self, sign: int = 1) -> Figure:
        leads = Leads(n=self.n, first=tuple(map(LeadId, self._leads)), told=tuple(self._told))
        return Figure(value=sign * self.n, leads=leads)


class Tellings:
    """Figures by their names on a page; where one is asked for, of the others nobody is kept."""

    def __init__(self, behind: str | None) -> None:
        self._behind = behind
        self._found: dict[str, Telling] = {}

    def __getitem__(self, name: str) -> Telling:
        if name not in self._found:
            most = SHOWN if self._behind is None else None if name == self._behind else 0
            self._found[name] = Telling(most)
        return self._found[name]

    def __contains__(self, name: str) -> bool:
        return name in self._found
