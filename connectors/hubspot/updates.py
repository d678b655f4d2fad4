"""Fields of records that are there: looked at where they are guarded, written, and looked at again where it counts."""

from dataclasses import replace

from connectors.hubspot.answers import known_shape
from connectors.hubspot.batches import Batches
from connectors.hubspot.guard import Guard
from connectors.hubspot.objects import Objects
from connectors.hubspot.receipts import Places, Receipts, without
from connectors.hubspot.records import MERGED, former_ids
from connectors.hubspot.stages import STAGE, Stages
from domain.change import ReceiptOutcome


class Updates:
    """Updates by id, each with a receipt that says what the record holds now."""

    def __init__(self, batches: Batches, guard: Guard, objects: Objects, stages: Stages) -> None:
        self._batches = batches
        self._guard = guard
        self._objects = objects
        self._stages = stages

    def begin(self) -> None:
        """A new batch of changes."""
        self._guard.begin()

    def send(self, places: Places, receipts: Receipts) -> None:
        """A stage that could not be looked at again is left without a receipt: it is written once more."""
        shown = self._guard.look(places, receipts)
        cleared = self._stages.prepare(without(places, receipts), shown, receipts)
        free, answered = without(places, receipts), Receipts()
        self._guard.sending(free)
        try:
            self._batches.update(free, answered)
        finally:
            staged = {place for place, change in free if STAGE in change.values}
            receipts.update({place: one for place, one in answered.items() if place not in staged})
        self._guard.answered([one for one in free if answered[one[0]].outcome is not ReceiptOutcome.UNKNOWN])
        self._stages.give_back(free, cleared, answered)
        self._stages.confirm(free, answered)
        receipts.update(answered)
        self._name_heirs([one for one in free if receipts[one[0]].outcome is ReceiptOutcome.GONE], receipts)

    def _name_heirs(self, places: Places, receipts: Receipts) -> None:
        """A batch update does not know the ids of merged records, a read does: say which record took their place."""
        if not places:
            return
        rows = self._objects.by_id(places[0][1].object, [str(change.id) for _, change in places], [MERGED])
        with known_shape("to read what was merged"):
            merged = [(str(row["id"]), former_ids(row["properties"].get(MERGED))) for row in rows.values()]
        heirs = {former: heir for heir, formers in merged for former in formers}
        for place, change in places:
            if (heir := heirs.get(str(change.id))) is not None:
                message = f"merged into {heir}, which the next read brings"
                receipts[place] = replace(receipts[place], code="MERGED", message=message)
