"""What the side door asks of a vendor's world, and how a world says no."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from simulator.log import Effect

Row = dict[str, Any]


class ActError(Exception):
    """A seed row or an act that makes no sense; its text is the one sentence the side door answers with 400."""


class World(Protocol):
    """One vendor's records and rules: no HTTP and no clock, so every call says what time it is.

    `at` is when the person really acted (CreatedDate, activity times); `now` is the simulator's clock and goes
    into the stamps that incremental reads follow, because a cursor would pass a backdated one.
    """

    def seed(self, rows: Mapping[str, list[Row]], at: datetime, effects: list[Effect]) -> dict[str, list[str]]:
        """Create the rows by the vendor's object type; the answer has the ids, in the order of the rows."""
        ...

    def act(
        self, do: str, *, as_: str, id: str, fields: Row, at: datetime, now: datetime, effects: list[Effect]
    ) -> dict[str, Any]:
        """Let a person do one thing; the answer says at least the `id` touched."""
        ...

    def furnish(self, *, provisioned: bool) -> None:
        """Have leadloop's own fields, as an admin made them, or be as the vendor delivers; what is so stays so."""
        ...

    def objects(self, type_name: str) -> list[Row]:
        """Every row of the type as the vendor would show it, deleted ones (flagged) included."""
        ...
