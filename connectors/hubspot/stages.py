"""The lifecycle stage goes forward only: HubSpot answers a step back with success and ignores it (facts 4).

So a step back is never sent as it is, and after every write of a stage the record is read once more. Where the
settings allow it the stage is cleared first, in a request of its own: a record without a stage takes any.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import structlog

from connectors.hubspot.answers import known_shape
from connectors.hubspot.batches import Batches
from connectors.hubspot.catalogue import Catalogue
from connectors.hubspot.guard import Guard, Shown
from connectors.hubspot.objects import Objects
from connectors.hubspot.receipts import Places, Receipts, receipt
from connectors.hubspot.values import as_shown, read
from domain.change import Change, Receipt, ReceiptOutcome
from domain.values import Value

log = structlog.get_logger(__name__)

STAGE = "lifecyclestage"
ONLY_FORWARD, NOT_CLEARED, IGNORED = "STAGE_ONLY_FORWARD", "STAGE_NOT_CLEARED", "STAGE_IGNORED"


class Stages:
    """Judges stages before they are written, clears those that step back, and looks at them afterwards."""

    def __init__(
        self, batches: Batches, guard: Guard, objects: Objects, catalogue: Catalogue, *, steps_back: bool
    ) -> None:
        self._batches = batches
        self._guard = guard
        self._objects = objects
        self._catalogue = catalogue
        self._steps_back = steps_back

    def prepare(self, places: Places, shown: Shown, receipts: Receipts) -> Mapping[int, Value]:
        """Put a receipt for every step back that must not be sent; clear the stage for those that may.

        `shown`: what the guard read a moment ago, by place. Returns what was cleared, by place.
        """
        staged = _staged(places)
        if not staged:
            return {}
        held = {place: values.get(STAGE) for place, values in shown.items()}
        held |= self._held([one for one in staged if one[0] not in held])
        order = self._order(staged[0][1].object)
        back = [(place, change) for place, change in staged if _is_back(change.values[STAGE], held.get(place), order)]
        if self._steps_back:
            self._clear(back, receipts)
            return {place: held[place] for place, _ in back if place not in receipts}
        for place, change in back:
            receipts[place] = _not_sent(change, held[place])
        return {}

    def give_back(self, places: Places, cleared: Mapping[int, Value], receipts: Receipts) -> None:
        """Where another field of the change was refused, the stage that was cleared for it is set once more."""
        refused = [one for one in places if one[0] in cleared and receipts[one[0]].outcome is ReceiptOutcome.REFUSED]
        if refused:
            self._batches.update([(place, _giving_back(change, cleared[place])) for place, change in refused], {})

    def confirm(self, places: Places, receipts: Receipts) -> None:
        """Read again what was answered with success: a stage that is not there was ignored, whatever was said."""
        done = [one for one in _staged(places) if receipts[one[0]].outcome is ReceiptOutcome.APPLIED]
        for place, values in self._read(done, whole=True).items():
            change = next(change for at, change in done if at == place)
            known = self._catalogue.fields(change.object).get(STAGE)
            if values.get(STAGE) != as_shown(change.values[STAGE], known):
                receipts[place] = replace(_ignored(change, values.get(STAGE)), shown=values)

    def _clear(self, places: Places, receipts: Receipts) -> None:
        """One request that clears, one that looks: only then may the new stage follow."""
        if not places:
            return
        clearing = [(place, _clearing(change)) for place, change in places]
        self._guard.sending(clearing)
        answered: Receipts = {}
        self._batches.update(clearing, answered)
        keys = {place: change.key for place, change in places}
        failed = {at: one for at, one in answered.items() if one.outcome is not ReceiptOutcome.APPLIED}
        receipts.update({at: replace(one, key=keys[at]) for at, one in failed.items()})
        cleared = [one for one in places if one[0] not in failed]
        for place, stage in self._held(cleared).items():
            if stage is not None:
                receipts[place] = _still_there(dict(cleared)[place], stage)
        log.info("stages_cleared", records=sum(place not in receipts for place, _ in cleared))

    def _held(self, places: Places) -> dict[int, Value]:
        return {place: values.get(STAGE) for place, values in self._read(places).items()}

    def _read(self, places: Places, *, whole: bool = False) -> dict[int, Mapping[str, Value]]:
        """What the records hold now, by place: the stage, or everything the changes name."""
        if not places:
            return {}
        object_name = places[0][1].object
        names = sorted({STAGE, *(name for _, change in places for name in change.values if whole)})
        rows = self._objects.by_id(object_name, [str(change.id) for _, change in places], names)
        known = self._catalogue.fields(object_name)
        with known_shape("to read stages"):
            return {
                place: {name: read(row["properties"].get(name), known.get(name)) for name in {*change.values, STAGE}}
                for place, change in places
                if (row := rows.get(str(change.id))) is not None
            }

    def _order(self, object_name: str) -> Sequence[str]:
        known = self._catalogue.fields(object_name).get(STAGE)
        return known.options if known is not None else ()


def _staged(places: Places) -> Places:
    return [(place, change) for place, change in places if change.values.get(STAGE)]


def _is_back(wanted: Value, held: Value, order: Sequence[str]) -> bool:
    return wanted in order and held in order and order.index(str(wanted)) < order.index(str(held))


def _clearing(change: Change) -> Change:
    return replace(change, key=f"{change.key}:clear", values={STAGE: None}, expected={}, guarded=frozenset())


def _giving_back(change: Change, stage: Value) -> Change:
    return replace(change, key=f"{change.key}:back", values={STAGE: stage}, expected={}, guarded=frozenset())


def _not_sent(change: Change, held: Value) -> Receipt:
    """Decided on a stage that is no longer shown: decide again. Decided knowing it: a person must settle the rules."""
    if STAGE in change.expected and change.expected[STAGE] != held:
        found = receipt(change, ReceiptOutcome.CONFLICTED, code=ONLY_FORWARD, message=f"{STAGE} is {held} by now")
        return replace(found, shown={STAGE: held})
    message = (
        f"Not sent: {STAGE} is {held}, and HubSpot silently ignores what comes before it ({change.values[STAGE]}). "
        "List this connection under `forward_only` of the property in mapping.yaml, or let the stage be cleared first "
        "with `lifecycle_steps_back: true` of the connection"
    )
    return receipt(change, ReceiptOutcome.REFUSED, code=ONLY_FORWARD, message=message)


def _ignored(change: Change, held: Value) -> Receipt:
    """Moved on meanwhile: decide again. Where we expected it to be: it would be so again and again."""
    message = f"HubSpot answered success and kept {STAGE} at {held}"
    if STAGE in change.expected and change.expected[STAGE] == held:
        message += ". Look whether a workflow of the portal sets it back"
        return receipt(change, ReceiptOutcome.REFUSED, code=IGNORED, message=message)
    return receipt(change, ReceiptOutcome.CONFLICTED, code=IGNORED, message=f"{message}: it has moved on meanwhile")


def _still_there(change: Change, held: Value) -> Receipt:
    message = f"HubSpot answered success and did not clear {STAGE}: it is {held}"
    return replace(receipt(change, ReceiptOutcome.REFUSED, code=NOT_CLEARED, message=message), retryable=True)
