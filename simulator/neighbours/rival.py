"""A workflow of the admin's own that does not like what others write into one field, and puts its value back."""

from datetime import datetime, timedelta
from typing import Any

from simulator.act import ActError, World
from simulator.log import Effect
from simulator.neighbours.orders import RivalOrder
from simulator.neighbours.pair_values import HUBSPOT_OWNER, SALESFORCE_OWNER

EMAILS = {SALESFORCE_OWNER: "OwnerEmail", HUBSPOT_OWNER: "owner_email"}
"""The side door's words for an owner by address."""


class Rival:
    """Hears of every change of its field in the log, and answers each a while later."""

    def __init__(self, order: RivalOrder, world: World, *, user: str) -> None:
        self.order = order
        self.name = order.name
        self._world, self._user = world, user
        self._due: dict[str, datetime] = {}

    def hear(self, line: dict[str, Any]) -> None:
        """Take note of a log line that changed the field by another hand."""
        if line["system"] != self.order.system or line.get("act", {}).get("who") == self.name:
            return
        at = datetime.fromisoformat(line["at"]) + timedelta(seconds=self.order.after_s)
        for effect in line["effects"]:
            if self._minds(effect):
                self._due.setdefault(effect["id"], at)

    def _minds(self, effect: Effect) -> bool:
        after = effect["after"] or {}
        is_news = effect["op"] in ("create", "update") and effect["type"] == self.order.object
        return is_news and after.get(self.order.field) not in (None, self.order.value)

    def next_at(self) -> datetime | None:
        return min(self._due.values(), default=None)

    def work(self, now: datetime) -> dict[str, list[Effect]]:
        """Put the value back on every record that is due; a record that is gone or closed is left."""
        effects: list[Effect] = []
        for record_id in sorted(each for each, at in self._due.items() if at <= now):
            del self._due[record_id]
            try:
                self._world.act(
                    "edit", as_="admin", id=record_id, fields=self._fields(), at=now, now=now, effects=effects
                )
            except ActError:
                continue
        return {self.order.system: [each for each in effects if each["after"]]}

    def _fields(self) -> dict[str, Any]:
        field, value = self.order.field, self.order.value
        name = EMAILS.get(field, field) if "@" in str(value) else field
        if self.order.system == "salesforce":
            return {name: value, "by_email": self._user}
        return {name: value, "object": self.order.object, "by_workflow": self.name}
