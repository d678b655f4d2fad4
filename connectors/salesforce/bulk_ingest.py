"""Writing many rows by an ingest job: CSV up, and what became of each row back, matched by the row's own key.

A job that we stop watching might overwrite what is written later, so it is aborted before its error is told; one
that a crash leaves behind writes what was wanted then, which the next reading shows and the next cycle corrects.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from connectors.salesforce import bulk_csv
from connectors.salesforce.answers import Refusal, failure
from connectors.salesforce.batches import refused_for
from connectors.salesforce.bulk_jobs import BulkRefusedError, Job, Jobs, Kind, State
from connectors.salesforce.client import Client, Request
from domain.change import Receipt, ReceiptOutcome
from domain.errors import ContractError, TransientError
from domain.values import Value

Values = Mapping[str, Value]

MOST_BYTES = 100_000_000
"""Of one job's CSV: Salesforce takes 150 MB after encoding it in base64."""
WAIT_S = 180.0
"""After that a job is aborted, for a handoff waits while its lead has a row out; what the job did not do, others do."""
ID = "Id"

_SAID_OTHERWISE = frozenset({"DUPLICATES_DETECTED"})
"""What only an ordinary call's headers decide: it is written by one."""

_SAID = re.compile(r"(?P<code>[A-Z][A-Z0-9_]*):(?P<message>.*):(?P<fields>[^:]*?) ?--", re.DOTALL)


class BulkIngest:
    """Sends rows of one object by jobs."""

    def __init__(self, client: Client, *, more_than: int) -> None:
        self._client = client
        self._jobs = Jobs(client, Kind.INGEST)
        self.more_than = more_than

    def pays(self, object_name: str, rows: int) -> bool:
        """Whether so many rows are better written by a job."""
        return 0 < self.more_than < rows and self._jobs.may(object_name)

    def send(self, object_name: str, key: str, rows: Sequence[Values]) -> dict[str, Receipt]:
        """Receipts by the value of `key`: `Id` (an update) or an External Id (an upsert). No two rows share one.

        A row may be missing: the job ended before it came to it, or said nothing of it that can be understood.
        Ordinary calls may write it.
        """
        receipts: dict[str, Receipt] = {}
        try:
            for part in _parts(key, rows):
                receipts |= self._run(object_name, key, part)
                if not self._jobs.may(object_name):
                    break
        except ContractError as error:
            self._jobs.refuse(object_name, str(error))
        except BulkRefusedError:
            pass
        return receipts

    def _run(self, object_name: str, key: str, content: bytes) -> dict[str, Receipt]:
        operation = {"operation": "update"} if key == ID else {"operation": "upsert", "externalIdFieldName": key}
        body = {**operation, "object": object_name, "contentType": "CSV", "lineEnding": "LF"}
        job = self._jobs.create(object_name, body)
        with self._watched(job):
            self._upload(job, content)
            self._jobs.close(job.id)
            ended = self._finished(job)
        if ended.state is not State.COMPLETE:
            self._jobs.refuse(object_name, f"the job ended {ended.state}")
        return self._receipts(ended, key)

    @contextmanager
    def _watched(self, job: Job) -> Iterator[None]:
        """Abort the job unless it has been seen to its end."""
        seen = False
        try:
            yield
            seen = True
        finally:
            if not seen:
                self._jobs.leave(job.id)

    def _upload(self, job: Job, content: bytes) -> None:
        path, headers = self._jobs.path(job.id, "batches"), {"Content-Type": "text/csv; charset=UTF-8"}
        answer = self._client.send(Request(method="PUT", path=path, content=content, headers=headers, large=True))
        if not answer.ok:
            raise failure(answer, "the rows of a Bulk job")

    def _finished(self, job: Job) -> Job:
        """The job once it has ended, by itself or because we waited long enough."""
        attempt, began = 0, self._client.wall.monotonic()
        while (now := self._jobs.look(job.id)) is not None and not now.state.ended:
            waited = self._client.wall.monotonic() - began
            if waited > 2 * WAIT_S:
                raise TransientError("Salesforce neither finishes a Bulk job nor lets it be aborted")
            if waited > WAIT_S:
                self._jobs.abort(job.id)
            attempt += 1
            for _ in self._jobs.naps(attempt):
                pass
        if now is None:
            raise BulkRefusedError("the job is not there any more")
        return now

    def _receipts(self, job: Job, key: str) -> dict[str, Receipt]:
        try:
            return self._read_receipts(job, key)
        except KeyError as error:
            raise ContractError(f"a result of a Bulk job lacks the column {error}") from error

    def _read_receipts(self, job: Job, key: str) -> dict[str, Receipt]:
        receipts: dict[str, Receipt] = {}
        for row in self._result(job, "successfulResults"):
            receipts[mark(key, row[key])] = Receipt(key="", outcome=ReceiptOutcome.APPLIED, id=row["sf__Id"] or None)
        for row in self._result(job, "failedResults"):
            refusal = refusal_of(row["sf__Error"])
            if refusal.code not in _SAID_OTHERWISE:
                receipts[mark(key, row[key])] = refused_for([refusal])
        return receipts

    def _result(self, job: Job, which: str) -> Iterator[Mapping[str, str]]:
        request = Request(
            method="GET",
            path=self._jobs.path(job.id, which),
            headers={"Accept": "text/csv"},
            idempotent=True,
            large=True,
        )
        answer = self._client.send(request)
        if not answer.ok:
            raise failure(answer, "what became of a Bulk job's rows")
        return bulk_csv.records(answer.body)


def mark(key: str, value: Value) -> str:
    """What a row is known by: ids have a short and a long form."""
    return str(value)[:15] if key == ID else str(value).strip()


def _parts(key: str, rows: Sequence[Values]) -> Iterator[bytes]:
    """CSVs that each fit into a job."""
    columns = [key, *sorted(set().union(*rows) - {key})]
    header, *lines = bulk_csv.written(columns, (_cells(row, columns) for row in rows))
    part = bytearray(header)
    for line in lines:
        if len(part) + len(line) > MOST_BYTES and len(part) > len(header):
            yield bytes(part)
            part = bytearray(header)
        part += line
    if lines:
        yield bytes(part)


def _cells(row: Values, columns: Sequence[str]) -> list[str]:
    """A column that the row does not name stays empty, which leaves its field as it is."""
    return [bulk_csv.cell(row[name]) if name in row else "" for name in columns]


def refusal_of(said: str) -> Refusal:
    """`CODE:message:Field,Field --`, as every failed row says it."""
    found = _SAID.fullmatch(said.strip())
    if found is None:
        return Refusal(code=said.partition(":")[0], message=said.partition(":")[2].strip())
    fields = tuple(name for name in found["fields"].split(",") if name)
    return Refusal(code=found["code"], message=found["message"].strip(), fields=fields)
