"""How far each form was read."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from connectors.hubspot.values import from_ms, to_ms
from domain.errors import ContractError
from domain.record import Cursor


@dataclass(frozen=True, slots=True, kw_only=True)
class FormsPosition:
    """When each form was last read, by form id, in milliseconds."""

    forms: Mapping[str, int] = field(default_factory=dict)

    @staticmethod
    def of(cursor: Cursor | None) -> "FormsPosition":
        if cursor is None:
            return FormsPosition()
        try:
            told = json.loads(cursor.position)
            return FormsPosition(forms={str(form): int(at) for form, at in told["forms"].items()})
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ContractError("a saved HubSpot cursor cannot be read; reset the stream") from error

    def cursor(self) -> Cursor:
        return Cursor(position=json.dumps({"forms": dict(self.forms)}))

    def read_at(self, form: str) -> datetime | None:
        at = self.forms.get(form)
        return None if at is None else from_ms(at)

    def read(self, form: str, at: datetime) -> "FormsPosition":
        return replace(self, forms={**self.forms, form: to_ms(at)})

    def only(self, forms: Collection[str]) -> "FormsPosition":
        """Without the forms that are there no more."""
        return replace(self, forms={form: at for form, at in self.forms.items() if form in forms})
