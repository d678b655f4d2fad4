"""sObject Collections: rows out, one receipt per row back, matched by position because a failed row has no id.

Locked rows are tried again in seconds; a batch refused as a whole is halved until the one bad row stands alone.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from connectors.http import Answer
from connectors.salesforce.answers import Refusal, failure, named_fields, refusals, refusals_of
from connectors.salesforce.client import Client, Request
from connectors.salesforce.remedies import passes_soon, remedy
from domain.change import Receipt, ReceiptOutcome
from domain.errors import ConnectorError, ContractError, TransientError

Row = dict[str, Any]

LOCK_TRIES = 3
_WHOLE = frozenset({"INVALID_TYPE", "NOT_FOUND", "REQUEST_LIMIT_EXCEEDED"})
"""Refusals of a whole call that no smaller batch escapes."""


@dataclass(slots=True, kw_only=True)
class _Batch:
    """How rows are sent, and how many calls the search for a bad one may still cost: never a call per row."""

    method: str
    path: str
    idempotent: bool
    headers: Mapping[str, str]
    calls_left: int = 0


class Batches:
    """Sends the rows of one object in one call and reads what became of each."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def send(
        self,
        method: str,
        path: str,
        rows: Sequence[Row],
        *,
        idempotent: bool,
        headers: Mapping[str, str] = MappingProxyType({}),
    ) -> list[Receipt]:
        """One receipt per row, in order; their keys are the caller's to fill in."""
        if not rows:
            return []
        batch = _Batch(method=method, path=path, idempotent=idempotent, headers=headers)
        receipts = self._attempt_all(batch, rows)
        for attempt in range(1, LOCK_TRIES):
            locked = [
                place for place, receipt in enumerate(receipts) if receipt.retryable and passes_soon(receipt.code)
            ]
            if not locked or not idempotent:
                break
            self._client.http.pause(attempt)
            again = self._attempt_all(batch, [rows[place] for place in locked])
            for place, receipt in zip(locked, again, strict=True):
                receipts[place] = receipt
        return receipts

    def delete(self, ids: Sequence[str]) -> list[Receipt]:
        """Delete by id; what is gone already counts as unchanged."""
        request = Request(
            method="DELETE",
            path="composite/sobjects",
            query={"ids": ",".join(ids), "allOrNone": "false"},
            idempotent=True,
        )
        receipts = self._read(self._client.send(request), len(ids))
        if receipts is None:
            raise ContractError("Salesforce refused to delete several records in one call")
        return [
            Receipt(key="", outcome=ReceiptOutcome.UNCHANGED) if receipt.outcome is ReceiptOutcome.GONE else receipt
            for receipt in receipts
        ]

    def _attempt_all(self, batch: _Batch, rows: Sequence[Row]) -> list[Receipt]:
        batch.calls_left = 2 * math.ceil(math.log2(max(2, len(rows))))
        return self._attempt(batch, rows)

    def _attempt(self, batch: _Batch, rows: Sequence[Row]) -> list[Receipt]:
        body = {"allOrNone": False, "records": rows}
        request = Request(
            method=batch.method, path=batch.path, body=body, headers=batch.headers, idempotent=batch.idempotent
        )
        try:
            answer = self._client.send(request)
        except TransientError as error:
            if batch.idempotent or not error.sent:
                raise
            return _unknown(error, len(rows))
        try:
            receipts = self._read(answer, len(rows))
        except (ContractError, TransientError) as error:
            if batch.idempotent or not answer.ok:
                raise
            return _unknown(error, len(rows))
        return self._halve(batch, rows, answer) if receipts is None else receipts

    def _halve(self, batch: _Batch, rows: Sequence[Row], answer: Answer) -> list[Receipt]:
        """The call was refused as a whole: of one row it is that row's refusal, of more the good half goes through."""
        found = refusals_of(answer)
        if not found or answer.status != 400 or found[0].code in _WHOLE:
            raise failure(answer, "a batch of changes")
        if len(rows) == 1:
            return [refused_for(found)]
        batch.calls_left -= 2
        if batch.calls_left < 0:
            untried = Receipt(key="", outcome=ReceiptOutcome.REFUSED, code=found[0].code, retryable=True)
            return [replace(untried, fields=named_fields(found))] * len(rows)
        middle = len(rows) // 2
        return self._attempt(batch, rows[:middle]) + self._attempt(batch, rows[middle:])

    def _read(self, answer: Answer, count: int) -> list[Receipt] | None:
        """The rows' results; None when the call was refused as a whole. A fully failed one may come as 400."""
        told = answer.json() if answer.body else None
        if isinstance(told, list) and told and all(isinstance(row, Mapping) and "success" in row for row in told):
            if len(told) != count:
                raise ContractError(f"Salesforce answered {len(told)} results for {count} rows")
            return [_receipt(row) for row in told]
        if answer.ok:
            raise ContractError("Salesforce answered a batch in a shape we do not know")
        return None


def _receipt(row: Mapping[str, Any]) -> Receipt:
    if row.get("success"):
        return Receipt(key="", outcome=ReceiptOutcome.APPLIED, id=row.get("id"))
    found = refusals(row.get("errors"))
    if not found:
        return Receipt(key="", outcome=ReceiptOutcome.UNKNOWN, message="refused without a reason")
    return refused_for(found)


def refused_for(found: Sequence[Refusal]) -> Receipt:
    """The vendor's words, and who mends it."""
    what = remedy(found)
    words = f"{found[0].message.removesuffix('.')}. {what.mend}." if what.mend else found[0].message
    return Receipt(
        key="",
        outcome=what.outcome,
        code=found[0].code,
        message=words.removeprefix(". "),
        retryable=what.retryable,
        fields=named_fields(found),
    )


def _unknown(error: ConnectorError, count: int) -> list[Receipt]:
    """Rows that must not be sent twice and may have been taken."""
    return [Receipt(key="", outcome=ReceiptOutcome.UNKNOWN, message=str(error))] * count
