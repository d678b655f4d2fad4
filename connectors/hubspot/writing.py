"""Writing in batches of a hundred: one receipt per change, in order; one bad row never costs the others.

HubSpot refuses a whole batch for one bad input, so a refused batch is halved until that input stands
alone. A lifecycle stage set backwards answers success and is ignored: what the answer shows is told.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from connectors.http import Answer
from connectors.hubspot.answers import body_of, code_of, failure, rows_of, words_of
from connectors.hubspot.catalogue import Catalogue
from connectors.hubspot.client import Client, Operation
from connectors.hubspot.lists import Lists
from connectors.hubspot.values import read, write
from domain.change import Change, ChangeKind, Receipt, ReceiptOutcome
from domain.errors import ContractError
from domain.record import Field
from domain.values import Value

BATCH = 100
_GONE = frozenset({"OBJECT_NOT_FOUND", "NOT_FOUND"})


@dataclass(slots=True)
class _Search:
    """How many calls the search for a bad input may still cost: never a call per row."""

    calls_left: int


class Writing:
    """The write half of the connector."""

    def __init__(self, client: Client, catalogue: Catalogue, lists: Lists) -> None:
        self._client = client
        self._catalogue = catalogue
        self._lists = lists

    def write(self, changes: Sequence[Change]) -> Iterator[Receipt]:
        """Yield one receipt per change, in the order given, whatever order they are sent in."""
        receipts: dict[int, Receipt] = {}
        given = 0
        for places in _portions(changes):
            part = [changes[place] for place in places]
            receipts.update(zip(places, self._send(part), strict=True))
            while given in receipts:
                yield receipts[given]
                given += 1

    def _send(self, part: Sequence[Change]) -> list[Receipt]:
        first = part[0]
        if first.kind is ChangeKind.MEMBER:
            return self._lists.move(first.list or "", part, member=bool(first.member))
        if first.kind is ChangeKind.CREATE:
            return self._attempt(part, self._upsert, _Search(2 * math.ceil(math.log2(max(2, len(part))))))
        return self._update(part)

    def _update(self, part: Sequence[Change]) -> list[Receipt]:
        """Guarded fields are read again first: a person's change in between is a conflict, not overwritten."""
        conflicts = self._conflicts(part)
        free = [change for change in part if change.key not in conflicts]
        search = _Search(2 * math.ceil(math.log2(max(2, len(free)))))
        done = {receipt.key: receipt for receipt in self._attempt(free, self._update_call, search)} if free else {}
        return [conflicts.get(change.key) or done[change.key] for change in part]

    def _conflicts(self, part: Sequence[Change]) -> dict[str, Receipt]:
        guarded = [change for change in part if change.guarded]
        if not guarded:
            return {}
        object_name = guarded[0].object
        names = sorted({name for change in guarded for name in change.guarded})
        body = {"inputs": [{"id": change.id} for change in guarded], "properties": names, "propertiesWithHistory": []}
        api = self._client.sdk.crm.objects.batch_api
        operation = Operation(method="POST", path=f"/crm/v3/objects/{object_name}/batch/read")
        answer = self._client.send(operation, lambda **more: api.read(object_name, body, **more))
        known = self._catalogue.fields(object_name)
        rows = {str(row["id"]): row for row in rows_of(answer, f"to read {object_name} again")}
        found: dict[str, Receipt] = {}
        for change in guarded:
            row = rows.get(str(change.id))
            if row is None:
                continue
            shown = {n: read((row.get("properties") or {}).get(n), known.get(n)) for n in change.guarded}
            if any(shown[name] not in (change.expected.get(name), change.values.get(name)) for name in change.guarded):
                found[change.key] = Receipt(
                    key=change.key,
                    outcome=ReceiptOutcome.CONFLICTED,
                    id=change.id,
                    shown=shown,
                    message="changed by somebody since it was last read",
                )
        return found

    def _attempt(
        self, part: Sequence[Change], call: Callable[[Sequence[Change]], Answer], search: _Search
    ) -> list[Receipt]:
        answer = call(part)
        if answer.ok:
            return self._matched(part, answer)
        if answer.status not in (400, 404, 409):
            raise failure(answer, f"to write {part[0].object}")
        if len(part) == 1:
            return [_refused(part[0], answer)]
        search.calls_left -= 2
        if search.calls_left < 0:
            return [replace(_refused(change, answer), retryable=True) for change in part]
        middle = len(part) // 2
        return self._attempt(part[:middle], call, search) + self._attempt(part[middle:], call, search)

    def _matched(self, part: Sequence[Change], answer: Answer) -> list[Receipt]:
        """Match by id, or by our unique property: HubSpot's order is its own. Nothing told is unknown, not success."""
        rows = rows_of(answer, f"to write {part[0].object}")
        known = self._catalogue.fields(part[0].object)
        errors = _errors_by_trace(answer)
        told = _rows_by_own_id(part, rows)
        return [errors.get(change.key) or _told(change, told.get(_own_id(change)), known) for change in part]

    def _update_call(self, part: Sequence[Change]) -> Answer:
        object_name = part[0].object
        body = {
            "inputs": [
                {"id": change.id, "properties": _written(change.values), "objectWriteTraceId": change.key}
                for change in part
            ]
        }
        api = self._client.sdk.crm.objects.batch_api
        operation = Operation(method="POST", path=f"/crm/v3/objects/{object_name}/batch/update")
        return self._client.send(operation, lambda **more: api.update(object_name, body, **more))

    def _upsert(self, part: Sequence[Change]) -> Answer:
        object_name = part[0].object
        body = {
            "inputs": [
                {
                    "idProperty": change.unique,
                    "id": str(change.values.get(change.unique or "")),
                    "properties": _written(change.values),
                    "objectWriteTraceId": change.key,
                }
                for change in part
            ]
        }
        if any(change.unique is None for change in part):
            raise ContractError(f"HubSpot {object_name} without a unique property cannot be created safely")
        api = self._client.sdk.crm.objects.batch_api
        operation = Operation(method="POST", path=f"/crm/v3/objects/{object_name}/batch/upsert")
        return self._client.send(operation, lambda **more: api.upsert(object_name, body, **more))


def _own_id(change: Change) -> str:
    """What a change's row is recognised by: our unique property of a new record, else its id."""
    return str(change.values.get(change.unique) if change.unique else change.id)


def _rows_by_own_id(part: Sequence[Change], rows: Sequence[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    unique = part[0].unique
    found: dict[str, Mapping[str, Any]] = {}
    for row in rows:
        properties = row.get("properties") or {}
        found[str(properties.get(unique) if unique else row["id"])] = row
        for former in str(properties.get("hs_merged_object_ids") or "").split(";"):
            found.setdefault(former, row)
    return found


def _told(change: Change, row: Mapping[str, Any] | None, known: Mapping[str, Field]) -> Receipt:
    if row is None:
        return Receipt(key=change.key, outcome=ReceiptOutcome.UNKNOWN, message="left out of the answer")
    properties = row.get("properties") or {}
    shown = {name: read(text, known.get(name)) for name, text in properties.items() if name in change.values}
    return Receipt(key=change.key, outcome=ReceiptOutcome.APPLIED, id=str(row["id"]), shown=shown)


def _written(values: Mapping[str, Value]) -> dict[str, str]:
    return {name: write(value) for name, value in values.items()}


def _portions(changes: Sequence[Change]) -> Iterator[list[int]]:
    """Places of changes that fit in one call: same kind, object, list and direction, each record once."""
    open_: dict[tuple[object, ...], list[int]] = {}
    seen: dict[tuple[object, ...], set[str]] = {}
    for place, change in enumerate(changes):
        key = (change.kind, change.object, change.list, change.member)
        own = str(change.id or change.key)
        if key in open_ and (len(open_[key]) >= BATCH or own in seen[key]):
            yield open_.pop(key)
        if key not in open_:
            open_[key], seen[key] = [], set()
        open_[key].append(place)
        seen[key].add(own)
    yield from open_.values()


def _errors_by_trace(answer: Answer) -> dict[str, Receipt]:
    """Errors of a 207 by the trace id they name."""
    found: dict[str, Receipt] = {}
    for error in body_of(answer).get("errors") or []:
        context = error.get("context") or {}
        for trace in context.get("objectWriteTraceId") or []:
            found[str(trace)] = Receipt(
                key=str(trace),
                outcome=ReceiptOutcome.REFUSED,
                code=str(error.get("code") or error.get("category") or ""),
                message=str(error.get("message") or "")[:1000],
            )
    return found


def _refused(change: Change, answer: Answer) -> Receipt:
    code = code_of(answer)
    gone = answer.status == 404 or code in _GONE
    return Receipt(
        key=change.key,
        outcome=ReceiptOutcome.GONE if gone else ReceiptOutcome.REFUSED,
        id=change.id,
        code=code,
        message=words_of(answer),
    )
