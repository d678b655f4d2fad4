"""A look before we write: what a person changed since we decided is a conflict, not ours to overwrite.

HubSpot has no conditional write. So guarded fields are read again just before; what remains is the moment
between that look and the write.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from connectors.hubspot.answers import Row, known_shape
from connectors.hubspot.catalogue import Catalogue
from connectors.hubspot.objects import Objects
from connectors.hubspot.receipts import Places, Receipts, receipt
from connectors.hubspot.values import as_shown, read
from domain.change import Change, Receipt, ReceiptOutcome
from domain.record import Field
from domain.values import Value

FILLED_BY_HUBSPOT = frozenset({"lifecyclestage"})
"""Every contact gets these from HubSpot itself within moments of its creation: that is nobody's change."""

Known = Mapping[str, Field]
Shown = Mapping[int, Mapping[str, Value]]
"""What records showed just now, by the place of their change."""


class Guard:
    """Reads guarded records again, and remembers what we sent ourselves and got no answer for."""

    def __init__(self, objects: Objects, catalogue: Catalogue) -> None:
        self._objects = objects
        self._catalogue = catalogue
        self._sent: dict[tuple[str, str | None], dict[str, Value]] = {}
        self._unanswered: set[tuple[str, str | None]] = set()

    def begin(self) -> None:
        """A new batch of changes: of what was sent before only the unanswered is still in doubt."""
        self._sent = {target: values for target, values in self._sent.items() if target in self._unanswered}

    def look(self, places: Places, receipts: Receipts) -> Shown:
        """Put a receipt for every guarded change that must not, or need not, be written; returns what was seen.

        The look is the last call before the write: what a person does between the two is lost.
        """
        guarded = [(place, change) for place, change in places if change.guarded]
        if not guarded:
            return {}
        object_name = guarded[0][1].object
        names = sorted({name for _, change in guarded for name in (*change.guarded, *change.values)})
        known = self._catalogue.fields(object_name)
        rows = self._objects.by_id(object_name, [str(change.id) for _, change in guarded], names)
        seen = {place: _shown(row, names, known) for place, change in guarded if (row := rows.get(str(change.id)))}
        for place, change in guarded:
            if place in seen and (found := self._judged(change, seen[place], known)) is not None:
                receipts[place] = found
        return seen

    def sending(self, places: Places) -> None:
        for _, change in places:
            target = (change.object, change.id)
            self._sent.setdefault(target, {}).update(change.values)
            self._unanswered.add(target)

    def answered(self, places: Places) -> None:
        self._unanswered -= {(change.object, change.id) for _, change in places}

    def _judged(self, change: Change, shown: Mapping[str, Value], known: Known) -> Receipt | None:
        """None: go on and write."""
        foreign = sorted(name for name in change.guarded if self._is_foreign(name, change, shown, known))
        if foreign:
            message = f"changed meanwhile: {', '.join(foreign)}"
            return replace(receipt(change, ReceiptOutcome.CONFLICTED, message=message), shown=shown)
        held = all(name in shown and shown[name] == as_shown(v, known.get(name)) for name, v in change.values.items())
        return replace(receipt(change, ReceiptOutcome.UNCHANGED), shown=shown) if held else None

    def _is_foreign(self, name: str, change: Change, shown: Mapping[str, Value], known: Known) -> bool:
        """Whether somebody else wrote this: it shows neither what we expected, nor what we want, nor what we sent."""
        if name not in shown or name not in change.expected:
            return False
        if name in FILLED_BY_HUBSPOT and change.expected[name] is None:
            return False
        sent = self._sent.get((change.object, change.id), {})
        ours = [values[name] for values in (change.expected, change.values, sent) if name in values]
        return shown[name] not in [as_shown(value, known.get(name)) for value in ours]


def _shown(row: Row, names: Sequence[str], known: Known) -> dict[str, Value]:
    with known_shape("to read by id"):
        properties = row["properties"]
        return {name: read(properties[name], known.get(name)) for name in names if name in properties}
