"""What is going to happen on the injected clock, in order; of one moment what was planned first."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from heapq import heappop, heappush

from benchmarks.office import Office

Event = Callable[[datetime], None]


@dataclass(slots=True)
class Agenda:
    """Events by their moment; an event may plan further ones."""

    _planned: list[tuple[datetime, int, Event]] = field(default_factory=list)
    _number: int = 0

    def plan(self, at: datetime, event: Event) -> None:
        self._number += 1
        heappush(self._planned, (at, self._number, event))

    def live(self, office: Office, begin: datetime, until: datetime) -> None:
        """Let everything happen until then; the office looks as often as the loop would find something due."""
        now = begin
        while True:
            look = office.next_look(now)
            event = self._planned[0][0] if self._planned else None
            if event is not None and (look is None or event <= look):
                if event > until:
                    return
                now, _, happen = heappop(self._planned)
                happen(now)
            elif look is None or look > until:
                return
            else:
                now = look
                office.look(now)
