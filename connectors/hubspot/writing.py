"""Writing: one receipt per change, in the order given, whatever order they are sent in.

Every write here may be sent twice: values by id are absolute, creations go through a unique property and leave
alone what is there already, a contact is on a list once.
"""

from collections.abc import Iterator, Sequence

from connectors.hubspot.batches import ROWS, Batches
from connectors.hubspot.memberships import Memberships
from connectors.hubspot.objects import Objects
from connectors.hubspot.receipts import Place, Places, Receipts, in_order, receipt, without
from connectors.hubspot.tasks import TASKS, Tasks
from connectors.hubspot.updates import Updates
from connectors.hubspot.values import write
from domain.change import Change, ChangeKind, Receipt, ReceiptOutcome
from domain.errors import ConnectorError, OperatorError


class Writing:
    """The write half of the connector."""

    def __init__(
        self,
        batches: Batches,
        updates: Updates,
        objects: Objects,
        *,
        members: Memberships,
        tasks: Tasks,
        per_call: int,
    ) -> None:
        self._batches = batches
        self._updates = updates
        self._objects = objects
        self._members = members
        self._per_call = per_call
        self._tasks = tasks

    def write(self, changes: Sequence[Change]) -> Iterator[Receipt]:
        """When a call fails as a whole, the receipts that stand before it are given first."""
        receipts: Receipts = {}
        given = 0
        self._updates.begin()
        try:
            for portion in portions(changes, members=self._per_call):
                self._send(portion, receipts)
                for settled in in_order(receipts, given):
                    given += 1
                    yield settled
        except (ConnectorError, OperatorError):
            yield from in_order(receipts, given)
            raise

    def find(self, change: Change) -> Receipt | None:
        """What became of a creation: a receipt when the record is there."""
        if change.kind is not ChangeKind.CREATE or _problem(change) is not None:
            return None
        receipts: Receipts = {}
        look = self._tasks.find if change.object == TASKS else self._leave_existing
        look([(0, change)], receipts)
        return receipts.get(0)

    def _send(self, portion: Places, receipts: Receipts) -> None:
        good: list[Place] = []
        for place, change in portion:
            problem = _problem(change)
            if problem is None:
                good.append((place, change))
            else:
                code, message = problem
                receipts[place] = receipt(change, ReceiptOutcome.REFUSED, code=code, message=message)
        if not good:
            return
        match good[0][1].kind:
            case ChangeKind.MEMBER:
                self._members.move(good, receipts)
            case ChangeKind.CREATE if good[0][1].object == TASKS:
                self._tasks.create(good, receipts)
            case ChangeKind.CREATE:
                self._leave_existing(good, receipts)
                self._batches.upsert(without(good, receipts), receipts)
            case ChangeKind.FIELDS:
                self._updates.send(good, receipts)

    def _leave_existing(self, places: Places, receipts: Receipts) -> None:
        """What is there already stays as people have made it since; the upsert guards against a race."""
        first = places[0][1]
        unique = str(first.unique)
        values = {place: write(change.values[unique]) for place, change in places}
        rows = self._objects.by_id(
            first.object, list(values.values()), [unique, "hs_additional_emails"], id_property=unique
        )
        for place, change in places:
            row = rows.get(values[place].lower())
            if row is not None:
                receipts[place] = receipt(change, ReceiptOutcome.UNCHANGED, id=str(row["id"]))


def _problem(change: Change) -> tuple[str, str] | None:
    """Why a change is refused before anything is sent: a code and words."""
    if change.kind is not ChangeKind.CREATE:
        good = change.id is not None and change.id.isascii() and change.id.isdigit()
        return None if good else ("MALFORMED_ID", "not a HubSpot id")
    if change.unique is None:
        return "MISSING_KEY", "without a unique property a second try would create a second record"
    return None if write(change.values.get(change.unique)) else ("MISSING_KEY", f"{change.unique} has no value")


def portions(changes: Sequence[Change], *, members: int) -> Iterator[Places]:
    """Changes that fit in one call. Of two changes of one record, or of one membership, the first is sent first."""
    waiting: dict[tuple[object, ...], list[Place]] = {}
    targets: set[tuple[object, ...]] = set()
    for place, change in enumerate(changes):
        if (target := _target(change)) in targets:
            yield from waiting.values()
            waiting, targets = {}, set()
        targets.add(target)
        group = (change.kind, change.object, change.list, change.unique)
        waiting.setdefault(group, []).append((place, change))
        if len(waiting[group]) >= (members if change.kind is ChangeKind.MEMBER else ROWS):
            yield waiting.pop(group)
    yield from waiting.values()


def _target(change: Change) -> tuple[object, ...]:
    if change.kind is ChangeKind.CREATE:
        return (change.kind, change.object, change.unique, write(change.values.get(change.unique or "")).lower())
    return (change.kind, change.object, change.list, change.id)
