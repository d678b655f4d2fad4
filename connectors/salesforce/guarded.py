"""Writing what people write too (owner, status): never over a change that somebody made since we decided.

Each row is read again and sent with `If-Unmodified-Since`, Salesforce's only lock on a lead: the moment it was last
modified as just read. 25 rows go in one Composite, one call of the day's quota, each part with the header of its own.
That a part obeys conditional headers is documented and recorded for reading; for PATCH it is not proven, and a change
within the same second passes it: against both, the look just before stays the guard.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from email.utils import format_datetime
from typing import Any

from connectors.salesforce.answers import failure, refusals
from connectors.salesforce.batches import LOCK_TRIES, refused_for
from connectors.salesforce.catalogue import Catalogue
from connectors.salesforce.client import Client, Request
from connectors.salesforce.lookup import Lookup
from connectors.salesforce.remedies import passes_soon
from connectors.salesforce.sent import Places, sent_values
from domain.change import Change, Receipt, ReceiptOutcome
from domain.errors import ContractError
from domain.record import Field
from domain.values import Value, from_text

PARTS_PER_CALL = 25
MODIFIED = "LastModifiedDate"
MOVED = "PRECONDITION_FAILED"
"""Of a receipt: the record was modified between our look and our write."""
UNSEEN = "NOT_SHOWN"
"""Of a receipt: whether somebody changed the record could not be looked at."""
_FATE = ("MasterRecordId", "IsConverted", "ConvertedContactId")

Shown = Mapping[str, Value]


class Guarded:
    """Changes of one object with guarded fields."""

    def __init__(self, client: Client, lookup: Lookup, catalogue: Catalogue) -> None:
        self._client = client
        self._lookup = lookup
        self._catalogue = catalogue

    def write(self, object_name: str, places: Places, receipts: dict[int, Receipt]) -> None:
        """Rows that moved or were locked are looked at and sent again; one that will not rest is a conflict."""
        left = places
        for attempt in range(LOCK_TRIES):
            if attempt and any(receipts[place].code != MOVED for place, _ in left):
                self._client.http.pause(attempt)
            if not left:
                return
            self._once(object_name, left, receipts)
            left = [(place, change) for place, change in left if _again(receipts[place])]

    def _once(self, object_name: str, places: Places, receipts: dict[int, Receipt]) -> None:
        shown = self._look(object_name, places)
        hidden = self._hidden(object_name, [str(change.id) for _, change in places], shown)
        ended = {
            place: _unseen(change) if str(change.id)[:15] in hidden else judged(change, shown.get(str(change.id)[:15]))
            for place, change in places
        }
        receipts.update({place: receipt for place, receipt in ended.items() if receipt is not None})
        left = [one for one in places if ended[one[0]] is None]
        for start in range(0, len(left), PARTS_PER_CALL):
            some = left[start : start + PARTS_PER_CALL]
            for (place, change), receipt in zip(some, self._send(object_name, some, shown), strict=True):
                seen = _guarded(change, shown[str(change.id)[:15]]) if receipt.code == MOVED else {}
                receipts[place] = replace(receipt, key=change.key, id=change.id, shown=seen)

    def _look(self, object_name: str, places: Places) -> Mapping[str, Shown]:
        wanted = {*_FATE, MODIFIED}.union(*({*change.guarded, *change.values} for _, change in places))
        names = sorted(wanted & set(self._catalogue.fields(object_name)))
        return self._lookup.by_id(object_name, [str(change.id) for _, change in places], names)

    def _hidden(self, object_name: str, ids: Sequence[str], shown: Mapping[str, Shown]) -> set[str]:
        """Records that a query does not show though they are there: an empty answer alone makes nobody gone."""
        missing = [one for one in ids if one[:15] not in shown]
        if not missing:
            return set()
        path = f"composite/sobjects/{object_name}"
        body = {"ids": missing, "fields": ["Id"]}
        answer = self._client.send(Request(method="POST", path=path, body=body, idempotent=True))
        if not answer.ok:
            raise failure(answer, "whether records are still there")
        rows = answer.json()
        if not isinstance(rows, list):
            raise ContractError("Salesforce answered whether records are there in a shape we do not know")
        return {str(row["Id"])[:15] for row in rows if isinstance(row, Mapping) and row.get("Id")}

    def _send(self, object_name: str, places: Places, shown: Mapping[str, Shown]) -> list[Receipt]:
        known = self._catalogue.fields(object_name)
        parts = [
            self._part(object_name, change, known, shown=shown[str(change.id)[:15]], name=f"row{number}")
            for number, (_, change) in enumerate(places)
        ]
        body = {"allOrNone": False, "compositeRequest": parts}
        answer = self._client.send(Request(method="POST", path="composite", body=body, idempotent=True, large=True))
        if not answer.ok:
            raise failure(answer, "to write what people write too")
        found = {str(part.get("referenceId")): part for part in _parts(answer.json())}
        return [_receipt(found.get(f"row{number}", {})) for number in range(len(places))]

    def _part(
        self, object_name: str, change: Change, known: Mapping[str, Field], *, shown: Shown, name: str
    ) -> dict[str, Any]:
        headers = dict(self._client.part_headers())
        if modified := shown.get(MODIFIED):
            headers["If-Unmodified-Since"] = format_datetime(from_text(str(modified)), usegmt=True)
        return {
            "method": "PATCH",
            "url": self._client.data_path(f"sobjects/{object_name}/{change.id}"),
            "referenceId": name,
            "httpHeaders": headers,
            "body": sent_values(change.values, known),
        }


def judged(change: Change, shown: Shown | None) -> Receipt | None:
    """None: go on and write. Showing already what we want is no conflict: an earlier answer was lost."""
    if shown is None or shown.get("IsDeleted") is True:
        into = (shown or {}).get("MasterRecordId")
        return _ended(change, ReceiptOutcome.GONE, "ENTITY_IS_DELETED", f"merged into {into}" if into else "")
    if shown.get("IsConverted") is True:
        message = f"converted to contact {shown.get('ConvertedContactId')}"
        return _ended(change, ReceiptOutcome.GONE, "CANNOT_UPDATE_CONVERTED_LEAD", message)
    told = _guarded(change, shown)
    foreign = [
        name
        for name, value in told.items()
        if name in change.expected
        and value not in (change.expected[name], change.values.get(name, change.expected[name]))
    ]
    if foreign:
        message = f"changed meanwhile: {', '.join(sorted(foreign))}"
        return replace(_ended(change, ReceiptOutcome.CONFLICTED, "", message), shown=told)
    if change.values and all(name in shown and shown[name] == value for name, value in change.values.items()):
        return replace(_ended(change, ReceiptOutcome.UNCHANGED, "", ""), shown=told)
    return None


def _unseen(change: Change) -> Receipt:
    """What it shows cannot be looked at just now, so nothing is written over it."""
    message = "a query does not show the record, though it is there; can the integration user still see it?"
    return replace(_ended(change, ReceiptOutcome.REFUSED, UNSEEN, message), retryable=True)


def _guarded(change: Change, shown: Shown) -> dict[str, Value]:
    return {name: value for name, value in shown.items() if name in change.guarded}


def _ended(change: Change, outcome: ReceiptOutcome, code: str, message: str) -> Receipt:
    return Receipt(key=change.key, outcome=outcome, id=change.id, code=code, message=message)


def _again(receipt: Receipt) -> bool:
    return receipt.code == MOVED or (receipt.retryable and passes_soon(receipt.code))


def _parts(told: Any) -> Iterator[Mapping[str, Any]]:
    parts: Sequence[Any] | None = told.get("compositeResponse") if isinstance(told, dict) else None
    if not isinstance(parts, list):
        raise ContractError("Salesforce answered several writes in a shape we do not know")
    return (part for part in parts if isinstance(part, Mapping))


def _receipt(part: Mapping[str, Any]) -> Receipt:
    """Of one part; what has no status we know is not known to have happened."""
    status = part.get("httpStatusCode")
    if isinstance(status, int) and 200 <= status < 300:
        return Receipt(key="", outcome=ReceiptOutcome.APPLIED)
    if status == 412:
        return Receipt(key="", outcome=ReceiptOutcome.CONFLICTED, code=MOVED, message="changed while we wrote")
    found = refusals(part.get("body"))
    if not found:
        return Receipt(key="", outcome=ReceiptOutcome.UNKNOWN, message=f"answered HTTP {status} without a reason")
    return refused_for(found)
