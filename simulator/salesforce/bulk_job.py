"""One job of Bulk API 2.0 and how it shows itself: keys come and go with its state, as recorded from a real org."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from simulator.salesforce import times
from simulator.salesforce.bulk_query import Question
from simulator.salesforce.errors import RefusedError
from simulator.salesforce.soql_run import Answer

Line = list[str]


class State(StrEnum):
    """Where a job stands."""

    OPEN = "Open"
    UPLOADED = "UploadComplete"
    RUNNING = "InProgress"
    COMPLETE = "JobComplete"
    FAILED = "Failed"
    ABORTED = "Aborted"

    @property
    def ended(self) -> bool:
        return self in (State.COMPLETE, State.FAILED, State.ABORTED)


@dataclass(slots=True, kw_only=True)
class Job:
    """`doom` is what a fault order makes it fail with, after `doomed_after` rows; `planted` refuses one row."""

    id: str
    operation: str
    type_name: str
    state: State
    version: str
    user_id: str
    created_at: datetime
    changed_at: datetime
    key: str | None = None
    line_ending: str = "LF"
    query: Question | None = None
    cutoff: str | None = None
    answer: Answer | None = None
    content: bytes = b""
    processed: int = 0
    error: str | None = None
    doom: str | None = None
    doomed_after: int = 0
    planted: RefusedError | None = None
    planted_at: int = 0
    repeated: frozenset[str] = frozenset()
    """Keys that several lines have."""
    header: Line = field(default_factory=list)
    saved: list[tuple[str, bool, Line]] = field(default_factory=list)
    """Id, whether it was created, the line as it came."""
    refused: list[tuple[str, RefusedError, Line]] = field(default_factory=list)
    """Id where it had one, why, the line as it came."""
    unprocessed: list[Line] = field(default_factory=list)

    @property
    def is_query(self) -> bool:
        return self.operation in ("query", "queryAll")

    def move(self, state: State, now: datetime) -> None:
        self.state, self.changed_at = state, now

    def fail(self, message: str, now: datetime) -> None:
        self.error = message
        self.move(State.FAILED, now)

    def created(self) -> dict[str, Any]:
        """What the call that creates it is told."""
        end = {"lineEnding": self.line_ending, "columnDelimiter": "COMMA"}
        if self.is_query:
            return self._about() | end
        version = self.version
        content = {"contentUrl": f"services/data/{version}/jobs/ingest/{self.id}/batches"}
        return self._about() | content | end

    def closed(self) -> dict[str, Any]:
        """What the call that closes it is told."""
        return self._about()

    def shown(self) -> dict[str, Any]:
        """What a look at it tells."""
        if self.state is State.OPEN:
            return self.created()
        counts: dict[str, Any] = {"numberRecordsProcessed": self.processed}
        if not self.is_query:
            counts |= {"numberRecordsFailed": len(self.refused)}
        counts |= {"retries": 0, "totalProcessingTime": self.processed}
        if not self.is_query:
            counts |= {"apiActiveProcessingTime": self.processed, "apexProcessingTime": 0}
        about = {
            "jobType": "V2Query" if self.is_query else "V2Ingest",
            "lineEnding": self.line_ending,
            "columnDelimiter": "COMMA",
        }
        error = {} if self.error is None else {"errorMessage": self.error}
        return self._about() | about | counts | error

    def _about(self) -> dict[str, Any]:
        key = {} if self.key is None else {"externalIdFieldName": self.key}
        return {
            "id": self.id,
            "operation": self.operation,
            "object": self.type_name,
            "createdById": self.user_id,
            "createdDate": times.stamp(self.created_at),
            "systemModstamp": times.stamp(self.changed_at),
            "state": self.state.value,
            **key,
            "concurrencyMode": "Parallel",
            "contentType": "CSV",
            "apiVersion": float(self.version.removeprefix("v")),
        }
