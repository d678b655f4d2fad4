"""Writing changes: up to 200 rows a call, a receipt for each in the order they came.

Every write here may be sent twice: values by id are absolute, creations go through our own External Id,
a person is a member of a campaign once. Only a creation without such a field is sent once and may stay unknown.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from connectors.salesforce.batches import Batches, Row
from connectors.salesforce.bulk_writing import BulkWriting
from connectors.salesforce.catalogue import Catalogue
from connectors.salesforce.client import Client
from connectors.salesforce.guarded import Guarded
from connectors.salesforce.lookup import Lookup
from connectors.salesforce.members import Members
from connectors.salesforce.sent import Places, sent_values, windows
from connectors.salesforce.soql import checked_name, is_id
from domain.change import Change, ChangeKind, Receipt, ReceiptOutcome
from domain.errors import ConnectorError, ContractError, OperatorError, RejectedError
from domain.record import Field
from domain.values import Value

ROWS_PER_CALL = 200
_PERSON, _OWNER, _QUEUE = "WhoId", "OwnerId", "00G"

Receipts = dict[int, Receipt]
"""By the change's place in what the caller asked for."""


class Writing:
    """The write half of the connector."""

    def __init__(self, client: Client, lookup: Lookup, catalogue: Catalogue, *, bulk: BulkWriting) -> None:
        self._client = client
        self._batches = Batches(client)
        self._bulk = bulk
        self._lookup = lookup
        self._catalogue = catalogue
        self._guarded = Guarded(client, lookup, catalogue)
        self._members = Members(self._batches, lookup)

    def write(self, changes: Sequence[Change]) -> Iterator[Receipt]:
        """When nothing more can be sent, the receipts that stand without a gap are given first."""
        receipts: Receipts = self._bulk.write(changes)
        given = 0
        for window in windows(changes, ROWS_PER_CALL):
            try:
                self._write_some(window, receipts)
            except (ConnectorError, OperatorError):
                yield from _ready(receipts, given)
                raise
            ready = _ready(receipts, given)
            given += len(ready)
            yield from ready

    def _write_some(self, whole: Places, receipts: Receipts) -> None:
        window = [place for place in whole if place[0] not in receipts]
        for kind, object_name, places in grouped(window):
            self._write_group(kind, object_name, places, receipts)
        for place, change in window:
            receipts.setdefault(place, _receipt(change, ReceiptOutcome.UNKNOWN, message="no answer for this row"))

    def _write_group(self, kind: ChangeKind, object_name: str, places: Places, receipts: Receipts) -> None:
        """What one object cannot take (a field hidden from us, no right to edit it) holds back no other object."""
        write = {ChangeKind.FIELDS: self._fields, ChangeKind.CREATE: self._create}.get(kind, self._members.write)
        try:
            checked_name(object_name)
            for wave in waves(places):
                receipts.update(_refuse_bad_names(wave, kind))
                receipts.update(self._refuse_queues(object_name, wave))
                write(object_name, [place for place in wave if place[0] not in receipts], receipts)
        except (ContractError, RejectedError) as error:
            self._catalogue.forget(object_name)
            for place, change in places:
                receipts.setdefault(place, _stopped(change, error))

    def _refuse_queues(self, object_name: str, places: Places) -> Receipts:
        """A queue can own a lead, but no contact and no task."""
        owned = [(place, change) for place, change in places if str(change.values.get(_OWNER) or "").startswith(_QUEUE)]
        owner = self._catalogue.fields(object_name).get(_OWNER) if owned else None
        if owner is None or not owner.refers_to or "Group" in owner.refers_to:
            return {}
        message = f"a queue cannot own a {object_name}. leadloop admin: name a user as its owner (routing.yaml)"
        return {
            place: _receipt(change, ReceiptOutcome.REFUSED, code="FIELD_INTEGRITY_EXCEPTION", message=message)
            for place, change in owned
        }

    def _fields(self, object_name: str, places: Places, receipts: Receipts) -> None:
        self._guarded.write(object_name, [place for place in places if place[1].guarded], receipts)
        left = [place for place in places if not place[1].guarded]
        known = self._catalogue.fields(object_name)
        rows = [_row(object_name, change.values, known, id=change.id) for _, change in left]
        answers = self._batches.send("PATCH", "composite/sobjects", rows, idempotent=True)
        self._take(object_name, left, answers, receipts)

    def _create(self, object_name: str, places: Places, receipts: Receipts) -> None:
        keyed: dict[str, list[tuple[int, Change]]] = {}
        for place, change in places:
            keyed.setdefault(change.unique or "", []).append((place, change))
        for unique, some in keyed.items():
            self._create_by(object_name, unique, some, receipts)

    def _create_by(self, object_name: str, unique: str, places: Places, receipts: Receipts) -> None:
        """What is there already stays as people have made it since; the upsert guards against a race."""
        receipts.update(self._existing(object_name, unique, places) if unique else {})
        left: Places = [place for place in places if place[0] not in receipts]
        for _ in range(2):
            self._make(object_name, unique, left, receipts)
            left = self._follow(left, receipts)

    def _make(self, object_name: str, unique: str, places: Places, receipts: Receipts) -> None:
        if not places:
            return
        known = self._catalogue.fields(object_name)
        rows = [_row(object_name, change.values, known) for _, change in places]
        method, path = (
            ("PATCH", f"composite/sobjects/{object_name}/{unique}") if unique else ("POST", "composite/sobjects")
        )
        headers = self._client.creation_headers(object_name)
        answers = self._batches.send(method, path, rows, idempotent=bool(unique), headers=headers)
        self._take(object_name, places, answers, receipts)

    def _existing(self, object_name: str, unique: str, places: Places) -> Receipts:
        found = self._lookup.by_key(object_name, unique, [str(change.values[unique]) for _, change in places])
        return {
            place: _there(change, ids) for place, change in places if (ids := found.get(str(change.values[unique])))
        }

    def _follow(self, places: Places, receipts: Receipts) -> Places:
        """What was to be made for a person merged or converted meanwhile is for who took that person's place.

        Where the person is there, something else that the creation names is not: that is for people to mend.
        """
        gone = [(place, change) for place, change in places if receipts[place].outcome is ReceiptOutcome.GONE]
        people = {place: str(change.values.get(_PERSON) or "") for place, change in gone}
        living = self._lookup.living({who for who in people.values() if is_id(who)})
        moved: list[tuple[int, Change]] = []
        for place, change in gone:
            heir = living.get(people[place], people[place])
            if heir == people[place]:
                receipts[place] = replace(receipts[place], outcome=ReceiptOutcome.REFUSED)
            elif heir is not None:
                moved.append((place, replace(change, values={**change.values, _PERSON: heir})))
        return moved

    def _take(self, object_name: str, places: Places, answers: Sequence[Receipt], receipts: Receipts) -> None:
        for (place, change), answer in zip(places, answers, strict=True):
            receipts[place] = replace(answer, key=change.key, id=answer.id or change.id)
            if answer.code.startswith("INVALID_FIELD"):
                self._catalogue.forget(object_name)


def _there(change: Change, ids: Sequence[str]) -> Receipt:
    """Made already; several with one key are refused by name, or one of them would be picked by chance."""
    if len(ids) == 1:
        return _receipt(change, ReceiptOutcome.UNCHANGED, id=ids[0])
    message = f"{len(ids)} records carry this key: {', '.join(sorted(ids))}. Salesforce admin: merge them"
    return _receipt(change, ReceiptOutcome.REFUSED, code="DUPLICATE_EXTERNAL_ID", message=message)


def grouped(window: Places) -> Iterator[tuple[ChangeKind, str, Places]]:
    groups: dict[tuple[ChangeKind, str], list[tuple[int, Change]]] = {}
    for place, change in window:
        groups.setdefault((change.kind, change.object), []).append((place, change))
    for (kind, object_name), places in groups.items():
        yield kind, object_name, places


def waves(places: Places) -> Iterator[Places]:
    """One record stands once in a call: further changes of it go into calls after it, in their order."""
    waves: list[list[tuple[int, Change]]] = []
    times: dict[str, int] = {}
    for place, change in places:
        target = change.id[:15] if change.id else str(change.values.get(change.unique or "", change.key))
        nth = times.get(target, 0)
        times[target] = nth + 1
        if nth == len(waves):
            waves.append([])
        waves[nth].append((place, change))
    yield from waves


def _refuse_bad_names(places: Places, kind: ChangeKind) -> Receipts:
    """Ids go into URLs and queries, so one that is none is refused before anything is sent."""
    refused: Receipts = {}
    for place, change in places:
        if kind is not ChangeKind.CREATE and not is_id(change.id or ""):
            refused[place] = _receipt(
                change, ReceiptOutcome.REFUSED, code="MALFORMED_ID", message="not a Salesforce id"
            )
        elif kind is ChangeKind.CREATE and change.unique and not change.values.get(checked_name(change.unique)):
            refused[place] = _receipt(
                change, ReceiptOutcome.REFUSED, code="MISSING_ARGUMENT", message=f"{change.unique} has no value"
            )
    return refused


def _row(object_name: str, values: Mapping[str, Value], known: Mapping[str, Field], *, id: str | None = None) -> Row:
    row: Row = {"attributes": {"type": object_name}, **sent_values(values, known)}
    return row | {"id": id} if id else row


def _ready(receipts: Receipts, given: int) -> list[Receipt]:
    """What stands without a gap after those given already."""
    ready: list[Receipt] = []
    while (receipt := receipts.get(given + len(ready))) is not None:
        ready.append(receipt)
    return ready


def _stopped(change: Change, error: ContractError | RejectedError) -> Receipt:
    """A name that cannot be used stays one; everything else may pass once somebody has mended it."""
    refused = _receipt(change, ReceiptOutcome.REFUSED, code=type(error).__name__, message=str(error))
    return replace(refused, retryable=isinstance(error, ContractError))


def _receipt(
    change: Change, outcome: ReceiptOutcome, *, id: str | None = None, code: str = "", message: str = ""
) -> Receipt:
    return Receipt(key=change.key, outcome=outcome, id=id or change.id, code=code, message=message)
