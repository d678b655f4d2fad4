"""The portal's workflows, by name and by what they set; what they would do is done by whoever drives the side door."""

from dataclasses import dataclass
from typing import Any

from simulator.act import ActError, Row
from simulator.hubspot.stamps import iso

SET_PROPERTY = "0-5"
_KEYS = frozenset({"name", "enabled", "object", "sets"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Workflow:
    """One flow of the automation API; `sets` are the properties that its actions set."""

    id: int
    name: str
    object_type: str
    enabled: bool
    sets: tuple[str, ...]
    at_ms: int

    def shown(self) -> dict[str, Any]:
        """As the listing has it."""
        return {
            "id": str(self.id),
            "name": self.name,
            "isEnabled": self.enabled,
            "objectTypeId": self.object_type,
            "flowType": "WORKFLOW",
            "revisionId": "1",
            "createdAt": iso(self.at_ms),
            "updatedAt": iso(self.at_ms),
        }

    def whole(self) -> dict[str, Any]:
        """With its actions."""
        actions = [
            {
                "actionId": str(number),
                "actionTypeId": SET_PROPERTY,
                "actionTypeVersion": 0,
                "type": "SINGLE_CONNECTION",
                "fields": {"property_name": name, "value": {"staticValue": "", "type": "STATIC_VALUE"}},
            }
            for number, name in enumerate(self.sets, start=1)
        ]
        return {**self.shown(), "type": "CONTACT_FLOW", "startActionId": "1", "actions": actions}


class Workflows:
    """Every workflow, in the order in which they were made."""

    def __init__(self) -> None:
        self._rows: dict[int, Workflow] = {}

    def add(self, row: Row, *, at_ms: int) -> Workflow:
        """`name`; `enabled` (true), `object` (0-1, contacts), `sets` (property names)."""
        unknown = sorted(set(row) - _KEYS)
        if unknown or not row.get("name"):
            raise ActError(f"a workflow has a name, and may have enabled, object, sets; not {', '.join(unknown)}")
        made = Workflow(
            id=1_000_001 + len(self._rows),
            name=str(row["name"]),
            object_type=str(row.get("object", "0-1")),
            enabled=row.get("enabled", True) is True,
            sets=tuple(str(name) for name in row.get("sets") or ()),
            at_ms=at_ms,
        )
        self._rows[made.id] = made
        return made

    def every(self) -> list[Workflow]:
        return list(self._rows.values())

    def get(self, key: str) -> Workflow | None:
        return self._rows.get(int(key)) if key.isdigit() else None
