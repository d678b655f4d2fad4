"""Rep tasks: HubSpot has nothing to create a task by twice and get one, so we look before we create.

Looked for is the task itself, among those of its contact, by the key at the end of its text: associations show at
once what search would show late. A creation whose answer was lost is sent again only after such a look.
"""

from collections.abc import Mapping
from dataclasses import replace

from connectors.hubspot.answers import known_shape
from connectors.hubspot.batches import Batches
from connectors.hubspot.client import Client
from connectors.hubspot.links import linked
from connectors.hubspot.objects import Objects
from connectors.hubspot.receipts import Places, Receipts, receipt, without
from connectors.hubspot.shapes import CONTACT
from connectors.hubspot.values import write
from domain.change import Change, ReceiptOutcome
from domain.values import Value

TASKS, BODY, PRIORITY = "tasks", "hs_task_body", "hs_task_priority"
_PRIORITIES: Mapping[Value, str] = {"High": "HIGH", "Normal": "MEDIUM"}


class Tasks:
    """Creates tasks, each with its contact, once per key."""

    def __init__(self, client: Client, batches: Batches, objects: Objects) -> None:
        self._client = client
        self._batches = batches
        self._objects = objects

    def create(self, places: Places, receipts: Receipts) -> None:
        """Of what is there already nothing is changed: the rep may have edited it."""
        for place, change in places:
            if not write(change.values.get(CONTACT.name)).isdigit():
                message = f"a task needs {CONTACT.name}: without a contact it would not be found again"
                receipts[place] = receipt(change, ReceiptOutcome.REFUSED, code="MISSING_CONTACT", message=message)
        self.find(without(places, receipts), receipts)
        missing = [(place, _as_sent(change)) for place, change in without(places, receipts)]
        self._batches.create(missing, receipts)

    def find(self, places: Places, receipts: Receipts) -> None:
        """Put a receipt for every task that is there."""
        contacts = sorted({each for _, change in places if (each := write(change.values.get(CONTACT.name))).isdigit()})
        tasks = sorted({task for found in linked(self._client, "contacts", TASKS, contacts).values() for task in found})
        rows = self._objects.by_id(TASKS, tasks, [BODY])
        with known_shape("to look for a task"):
            texts = {each: str(row["properties"].get(BODY) or "") for each, row in rows.items()}
        for place, change in places:
            found = next((each for each, text in texts.items() if _mark(change) in text), None)
            if found is not None:
                receipts[place] = receipt(change, ReceiptOutcome.UNCHANGED, id=found)


def _mark(change: Change) -> str:
    return f"[leadloop {write(change.values[str(change.unique)])}]"


def _as_sent(change: Change) -> Change:
    """With the key in the text, by which the answer is matched as well."""
    values = {name: value for name, value in change.values.items() if name != change.unique}
    values[BODY] = f"{write(values.get(BODY))}\n\n{_mark(change)}".lstrip()
    if PRIORITY in values:
        values[PRIORITY] = _PRIORITIES.get(values[PRIORITY], values[PRIORITY])
    return replace(change, values=values, unique=BODY)
