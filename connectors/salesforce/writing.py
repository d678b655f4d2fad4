"""Writing changes: up to 200 rows a call, a receipt for each in the order they came.

Every write here may be sent twice: values by id are absolute, creations go through our own External Id,
a person is a member of a campaign once. Only a creation without such a field is sent once and may stay unknown.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from connectors.salesforce.batches import Batches, Row
from connectors.salesforce.catalogue import Catalogue
from connectors.salesforce.lookup import Lookup
from connectors.salesforce.members import Members
from connectors.salesforce.soql import checked_name, is_id
from domain.change import Change, ChangeKind, Receipt, ReceiptOutcome
from domain.errors import ConnectorError, ContractError, OperatorError, RejectedError
from domain.record import Field, FieldType
from domain.values import Value

ROWS_PER_CALL = 200

Receipts = dict[int, Receipt]
"""By the change's place in the batch."""
Places = Sequence[tuple[int, Change]]


class Writing:
    """The write half of the connector."""

    def __init__(self, batches: Batches, lookup: Lookup, catalogue: Catalogue) -> None:
        self._batches = batches
        self._lookup = lookup
        self._catalogue = catalogue
        self._members = Members(batches, lookup)

    def write(self, changes: Sequence[Change]) -> Iterator[Receipt]:
        for some in _windows(changes):
            yield from self._write_some(some)

    def _write_some(self, changes: Sequence[Change]) -> Iterator[Receipt]:
        """When nothing more can be sent, the receipts that stand before it are given first."""
        receipts: Receipts = {}
        try:
            for kind, object_name, places in _grouped(changes):
                self._write_group(kind, object_name, places, receipts)
        except (ConnectorError, OperatorError):
            yield from _settled_first(receipts)
            raise
        for place, change in enumerate(changes):
            yield receipts.get(place) or _receipt(change, ReceiptOutcome.UNKNOWN, message="no answer for this row")

    def _write_group(self, kind: ChangeKind, object_name: str, places: Places, receipts: Receipts) -> None:
        """What one object cannot take (a field hidden from us, no right to edit it) holds back no other object."""
        write = {ChangeKind.FIELDS: self._fields, ChangeKind.CREATE: self._create}.get(kind, self._members.write)
        try:
            checked_name(object_name)
            for wave in _waves(places):
                receipts.update(_refuse_bad_names(wave, kind))
                write(object_name, [place for place in wave if place[0] not in receipts], receipts)
        except (ContractError, RejectedError) as error:
            self._catalogue.forget(object_name)
            for place, change in places:
                receipts.setdefault(place, _stopped(change, error))

    def _fields(self, object_name: str, places: Places, receipts: Receipts) -> None:
        receipts.update(self._look_before(object_name, places))
        left = [place for place in places if place[0] not in receipts]
        known = self._catalogue.fields(object_name)
        rows = [_row(object_name, change.values, known, id=change.id) for _, change in left]
        answers = self._batches.send("PATCH", "composite/sobjects", rows, idempotent=True)
        self._take(object_name, left, answers, receipts)

    def _look_before(self, object_name: str, places: Places) -> Receipts:
        """Read guarded fields again: what a person changed since we decided is a conflict, not ours to overwrite."""
        guarded = [place for place in places if place[1].guarded]
        if not guarded:
            return {}
        names = sorted(
            set().union(*(change.guarded for _, change in guarded)) & set(self._catalogue.fields(object_name))
        )
        shown = self._lookup.by_id(object_name, [str(change.id) for _, change in guarded], names)
        found = ((place, change, shown.get(str(change.id)[:15])) for place, change in guarded)
        return {place: receipt for place, change, now in found if (receipt := _judged(change, now)) is not None}

    def _create(self, object_name: str, places: Places, receipts: Receipts) -> None:
        keyed: dict[str, list[tuple[int, Change]]] = {}
        for place, change in places:
            keyed.setdefault(change.unique or "", []).append((place, change))
        for unique, some in keyed.items():
            self._create_by(object_name, unique, some, receipts)

    def _create_by(self, object_name: str, unique: str, places: Places, receipts: Receipts) -> None:
        """What is there already stays as people have made it since; the upsert guards against a race."""
        existing = (
            self._lookup.by_key(object_name, unique, [str(c.values[unique]) for _, c in places]) if unique else {}
        )
        for place, change in places:
            if unique and (found := existing.get(str(change.values[unique]))):
                receipts[place] = _receipt(change, ReceiptOutcome.UNCHANGED, id=found)
        left = [place for place in places if place[0] not in receipts]
        known = self._catalogue.fields(object_name)
        rows = [_row(object_name, change.values, known) for _, change in left]
        method, path = (
            ("PATCH", f"composite/sobjects/{object_name}/{unique}") if unique else ("POST", "composite/sobjects")
        )
        answers = self._batches.send(method, path, rows, idempotent=bool(unique))
        self._take(object_name, left, answers, receipts)

    def _take(self, object_name: str, places: Places, answers: Sequence[Receipt], receipts: Receipts) -> None:
        for (place, change), answer in zip(places, answers, strict=True):
            receipts[place] = replace(answer, key=change.key, id=answer.id or change.id)
            if answer.code.startswith("INVALID_FIELD"):
                self._catalogue.forget(object_name)


def _judged(change: Change, shown: Mapping[str, Value] | None) -> Receipt | None:
    """None: go on and write. Showing already what we want is no conflict: an earlier answer was lost."""
    if shown is None or shown.get("IsDeleted") is True:
        return _receipt(change, ReceiptOutcome.GONE, code="ENTITY_IS_DELETED")
    told = {name: value for name, value in shown.items() if name in change.guarded}
    foreign = [
        name
        for name, value in told.items()
        if name in change.expected
        and value not in (change.expected[name], change.values.get(name, change.expected[name]))
    ]
    if foreign:
        message = f"changed meanwhile: {', '.join(sorted(foreign))}"
        return replace(_receipt(change, ReceiptOutcome.CONFLICTED, message=message), shown=told)
    if change.values and all(name in told and told[name] == value for name, value in change.values.items()):
        return replace(_receipt(change, ReceiptOutcome.UNCHANGED), shown=told)
    return None


def _windows(changes: Sequence[Change]) -> Iterator[list[Change]]:
    """Up to 200 at a time. A creation without a key goes alone: nothing else may fail between it and its receipt."""
    window: list[Change] = []
    for change in changes:
        alone = change.kind is ChangeKind.CREATE and not change.unique
        if window and (alone or len(window) == ROWS_PER_CALL):
            yield window
            window = []
        window.append(change)
        if alone:
            yield window
            window = []
    if window:
        yield window


def _grouped(changes: Sequence[Change]) -> Iterator[tuple[ChangeKind, str, Places]]:
    groups: dict[tuple[ChangeKind, str], list[tuple[int, Change]]] = {}
    for place, change in enumerate(changes):
        groups.setdefault((change.kind, change.object), []).append((place, change))
    for (kind, object_name), places in groups.items():
        yield kind, object_name, places


def _waves(places: Places) -> Iterator[Places]:
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
    row: Row = {
        "attributes": {"type": object_name},
        **{name: _sent(value, known.get(name)) for name, value in values.items()},
    }
    return row | {"id": id} if id else row


def _sent(value: Value, field: Field | None) -> Value:
    """Text that is no text for Salesforce is null; everything else goes as it is."""
    return None if value == "" and field is not None and field.type is not FieldType.TEXT else value


def _settled_first(receipts: Receipts) -> Iterator[Receipt]:
    place = 0
    while place in receipts:
        yield receipts[place]
        place += 1


def _stopped(change: Change, error: ContractError | RejectedError) -> Receipt:
    """A name that cannot be used stays one; everything else may pass once somebody has mended it."""
    refused = _receipt(change, ReceiptOutcome.REFUSED, code=type(error).__name__, message=str(error))
    return replace(refused, retryable=isinstance(error, ContractError))


def _receipt(
    change: Change, outcome: ReceiptOutcome, *, id: str | None = None, code: str = "", message: str = ""
) -> Receipt:
    return Receipt(key=change.key, outcome=outcome, id=id or change.id, code=code, message=message)
