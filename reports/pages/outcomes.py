"""A line of a table about what came of handoffs: accepted, qualified, in a deal, won, of how many."""

from datetime import datetime
from typing import Protocol

from domain.values import LeadId
from reports.pages.page import Cell, Column
from reports.pages.tally import Tally

NOBODY_HANDED_OVER = "nobody was handed over"

COLUMNS = (
    Column(key="handoffs", label="Handed over", says="Handoffs that began in the window."),
    Column(key="accepted", label="Accepted", says="A rep took it: said so, or got in touch."),
    Column(key="qualified", label="Qualified", says="Accepted, and a conversation, a meeting held or a reply."),
    Column(key="opportunity", label="In a deal", says="A deal was opened."),
    Column(key="won", label="Won", says="Became a customer, so far."),
)
STEPS = tuple(column.key for column in COLUMNS[1:])


class Came(Protocol):
    """A handoff, or a lead with all of its handoffs: how far it came."""

    @property
    def lead_id(self) -> LeadId: ...
    @property
    def accepted_at(self) -> datetime | None: ...
    @property
    def qualified_at(self) -> datetime | None: ...
    @property
    def opportunity_at(self) -> datetime | None: ...
    @property
    def won_at(self) -> datetime | None: ...


class OutcomeLine:
    """Shares of the handoffs, each with its interval."""

    def __init__(self, most: int | None) -> None:
        self.all = Tally(most)
        self.steps = {name: Tally(most) for name in STEPS}

    def count(self, each: Came, /) -> None:
        self.all.add(each.lead_id)
        reached = (each.accepted_at, each.qualified_at, each.opportunity_at, each.won_at)
        for name, at in zip(STEPS, reached, strict=True):
            if at is not None:
                self.steps[name].add(each.lead_id)

    def cells(self) -> tuple[Cell, ...]:
        return (self.all.count(), *(self.steps[name].share(self.all.n, why=NOBODY_HANDED_OVER) for name in STEPS))
