"""What is counted for the weekly review: of one week, and of one group of it."""

from dataclasses import dataclass, field, replace

from reports.pages.follow_up import fate_of
from reports.pages.page import Figure
from reports.pages.passes import Pass
from reports.pages.tally import Tally
from reports.pages.window import Window


@dataclass(slots=True)
class Span:
    """One of the two weeks, as it is counted. `unknown`: why nobody knows what was in it; empty where it is known."""

    window: Window
    most: int | None
    unknown: str = ""
    tallies: dict[str, Tally] = field(default_factory=dict)
    minutes: list[float] = field(default_factory=list)

    def tally(self, name: str) -> Tally:
        return self.tallies.setdefault(name, Tally(self.most))

    def told(self, figure: Figure) -> Figure:
        """The figure, unless nothing of these days is known: then it is no zero."""
        if not self.unknown:
            return figure
        return replace(figure, value=None, of=None, low=None, high=None, leads=None, why=self.unknown)

    def count(self, each: Pass) -> None:
        handoff, lead = each.handoff, each.lead_id
        if self.window.covers(handoff.opened_at):
            self._count_opened(each)
        for name, at in (
            ("accepted", each.accepted_at),
            ("qualified", each.qualified_at),
            ("opportunity", each.opportunity_at),
            ("won", each.won_at),
        ):
            if self.window.covers(at):
                self.tally(name).add(lead)
        if each.rejection is not None and self.window.covers(handoff.closed_at):
            self.tally("rejected").add(lead)

    def _count_opened(self, each: Pass) -> None:
        told = {
            "handoffs": True,
            "asked": each.handoff.hand_raise,
            fate_of(each): True,
            "judged": each.in_time is not None,
            "in_time": each.in_time is True,
        }
        for name, counts in told.items():
            if counts:
                self.tally(name).add(each.lead_id)
        if each.working_minutes is not None:
            self.minutes.append(each.working_minutes)


@dataclass(slots=True)
class Group:
    """What is counted of one channel, reason or team."""

    most: int | None
    tallies: dict[str, Tally] = field(default_factory=dict)

    def add(self, name: str, each: Pass) -> None:
        self.tallies.setdefault(name, Tally(self.most)).add(each.lead_id)

    def of(self, name: str) -> Tally:
        return self.tallies.get(name, Tally(self.most))
