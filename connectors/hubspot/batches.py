"""Batches of a hundred: HubSpot refuses all for one bad input, so a refused batch is halved until it stands alone."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from connectors.http import Answer
from connectors.hubspot.answers import NOT_FOUND, Row, body_of, code_of, failure, known_shape, refusal, rows_in
from connectors.hubspot.catalogue import Catalogue
from connectors.hubspot.client import Client
from connectors.hubspot.receipts import DEFINITIONS, Place, Places, Receipts, receipt, refused
from connectors.hubspot.shapes import CONTACT
from connectors.hubspot.values import moment, read, write, written
from domain.change import Change, Receipt, ReceiptOutcome
from domain.record import Field

ROWS = 100
_PARTIAL = 207
_UNTOLD: Row = {"category": "PARTIAL_FAILURE", "message": "HubSpot says that a part failed, and not why"}
_OF_CONTACT = {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 204}
"""A task's association with its contact."""
_DEFINITIONS = DEFINITIONS | {"INVALID_OPTION"}


@dataclass(slots=True, kw_only=True)
class _Hunt:
    """How a batch is sent, and how many calls the search for a bad input may still cost: never a call per row.

    Not counted are inputs that a partial failure left out without a word: each of them is sent once more, unless it
    might then be there twice (`is_repeatable`).
    """

    send: Callable[[Sequence[Change]], Answer]
    calls_left: int
    is_repeatable: bool = True


class Batches:
    """Updates by id and upserts by a unique property; absolute values, so that sending twice is harmless."""

    def __init__(self, client: Client, catalogue: Catalogue) -> None:
        self._client = client
        self._catalogue = catalogue

    def update(self, places: Places, receipts: Receipts) -> None:
        self._hunt(places, self._update, receipts)

    def upsert(self, places: Places, receipts: Receipts) -> None:
        self._hunt(places, self._upsert, receipts)

    def create(self, places: Places, receipts: Receipts) -> None:
        """Creations that may not be sent twice: whoever calls has looked that they are not there."""
        for start in range(0, len(places), ROWS):
            self._hunt(places[start : start + ROWS], self._create, receipts, is_repeatable=False)

    def _hunt(
        self,
        places: Places,
        send: Callable[[Sequence[Change]], Answer],
        receipts: Receipts,
        *,
        is_repeatable: bool = True,
    ) -> None:
        if places:
            calls = 2 * math.ceil(math.log2(len(places) + 1))
            self._attempt(_Hunt(send=send, calls_left=calls, is_repeatable=is_repeatable), places, receipts)

    def _attempt(self, hunt: _Hunt, places: Places, receipts: Receipts) -> None:
        answer = hunt.send([change for _, change in places])
        if answer.ok:
            self._match(hunt, places, answer, receipts)
            return
        told = refusal(answer)
        if not _is_about_inputs(answer, told):
            raise failure(answer, f"to write {places[0][1].object}")
        if code_of(told) in _DEFINITIONS:
            self._catalogue.forget(places[0][1].object)
        if len(places) == 1:
            receipts[places[0][0]] = refused(places[0][1], told)
            return
        hunt.calls_left -= 2
        if hunt.calls_left < 0:
            receipts.update({place: replace(refused(change, told), retryable=True) for place, change in places})
            return
        middle = len(places) // 2
        self._attempt(hunt, places[:middle], receipts)
        self._attempt(hunt, places[middle:], receipts)

    def _match(self, hunt: _Hunt, places: Places, answer: Answer, receipts: Receipts) -> None:
        """By trace id, id or key: HubSpot's order is its own. An input that is told nowhere is unknown, no success.

        Where a part failed and HubSpot does not say which, what it left out is sent again, each input alone.
        """
        doing = f"to write {places[0][1].object}"
        told = body_of(answer, doing)
        with known_shape(doing):
            rows = {name: row for row in rows_in(told, doing) for name in _names_of(row, places[0])}
            errors = {name: error for error in told.get("errors") or () for name in _named_by(error)}
            nameless = _nameless(answer, told)
        known, untold = self._catalogue.fields(places[0][1].object), list[Place]()
        for place, change in places:
            row = next((rows[name] for name in _names(change) if name in rows), None)
            error = next((errors[name] for name in _names(change) if name in errors), None)
            if error is not None:
                receipts[place] = refused(change, error)
            elif row is not None:
                receipts[place] = _applied(change, row, known)
            elif nameless is None or (not hunt.is_repeatable and len(places) > 1):
                receipts[place] = receipt(change, ReceiptOutcome.UNKNOWN, message="left out of HubSpot's answer")
            elif len(places) == 1:
                receipts[place] = replace(refused(change, nameless), retryable=nameless is _UNTOLD)
            else:
                untold.append((place, change))
        for one in untold:
            self._attempt(hunt, [one], receipts)

    def _update(self, changes: Sequence[Change]) -> Answer:
        inputs = [
            {"id": change.id, "properties": written(change.values), "objectWriteTraceId": change.key}
            for change in changes
        ]
        api = self._client.sdk.crm.objects.batch_api
        return self._client.send(api.update(changes[0].object, {"inputs": inputs}))

    def _create(self, changes: Sequence[Change]) -> Answer:
        inputs = [
            {
                "properties": written({name: value for name, value in change.values.items() if name != CONTACT.name}),
                "associations": [{"to": {"id": write(change.values[CONTACT.name])}, "types": [_OF_CONTACT]}],
                "objectWriteTraceId": change.key,
            }
            for change in changes
        ]
        api = self._client.sdk.crm.objects.batch_api
        return self._client.send(api.create(changes[0].object, {"inputs": inputs}), idempotent=False)

    def _upsert(self, changes: Sequence[Change]) -> Answer:
        inputs = [
            {
                "idProperty": change.unique,
                "id": write(change.values[str(change.unique)]),
                "properties": written(change.values),
                "objectWriteTraceId": change.key,
            }
            for change in changes
        ]
        api = self._client.sdk.crm.objects.batch_api
        return self._client.send(api.upsert(changes[0].object, {"inputs": inputs}))


def _is_about_inputs(answer: Answer, told: Mapping[str, object]) -> bool:
    """A 404 about records names them; any other is about the address, and says nothing of a record."""
    return (answer.status in (400, 409) and bool(told)) or (answer.status == 404 and told.get("category") in NOT_FOUND)


def _names(change: Change) -> tuple[tuple[str, str], ...]:
    """What a change is recognised by, surest first: its key, then the id or unique value it went by."""
    own = write(change.values[change.unique]).lower() if change.unique else str(change.id)
    return (("trace", change.key), ("own", own))


def _names_of(row: Row, example: Place) -> Iterator[tuple[str, str]]:
    unique = example[1].unique
    if row.get("objectWriteTraceId"):
        yield "trace", str(row["objectWriteTraceId"])
    yield "own", str(row["properties"].get(unique) or "").lower() if unique else str(row["id"])


def _named_by(error: Row) -> Iterator[tuple[str, str]]:
    context = error.get("context") or {}
    yield from (("trace", str(each)) for each in context.get("objectWriteTraceId") or ())
    yield from (("own", str(each).lower()) for each in context.get("ids") or ())


def _nameless(answer: Answer, told: Row) -> Row | None:
    """The first error of a partial failure that names no input; None where all are named.

    HubSpot's own example of a partial failure (its documentation, 2026-11) has no `errors` at all.
    """
    if answer.status != _PARTIAL:
        return None
    errors = told.get("errors") or [_UNTOLD]
    return next((error for error in errors if not any(_named_by(error))), None)


def _applied(change: Change, row: Row, known: Mapping[str, Field]) -> Receipt:
    """With what the answer shows: a stage set backwards answers success and is ignored."""
    with known_shape(f"to write {change.object}"):
        wanted = row["properties"] if change.unique else change.values
        shown = {name: read(text, known.get(name)) for name, text in row["properties"].items() if name in wanted}
        done = receipt(change, ReceiptOutcome.APPLIED, id=str(row["id"]))
        stamp = row.get("updatedAt")
        return replace(done, shown=shown, modified_at=moment(stamp) if stamp else None)
