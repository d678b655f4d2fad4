"""Jobs of Bulk API 2.0, of both kinds: create, look after, end. What they carry is `bulk_query`'s and `bulk_ingest`'s.

Creating a job is never repeated by itself: whether the first came to be is unknown, and one left open harms nobody.
Whatever Bulk refuses may be done by ordinary calls, which say in their own words what is wrong: `BulkRefusedError`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from connectors.http import Answer
from connectors.salesforce.answers import DAY_FULL_S, refusals_of
from connectors.salesforce.client import Client, Request
from connectors.salesforce.soql import checked_id
from domain.errors import ConnectorError, ContractError

NAP_S = 5.0
"""The longest sleep at once: between two naps a reader may be stopped."""
LONGEST_WAIT_S = 30.0


class Kind(StrEnum):
    """The two kinds of job, as they stand in the path."""

    QUERY = "query"
    INGEST = "ingest"


class State(StrEnum):
    """Where a job stands, in Salesforce's words."""

    OPEN = "Open"
    UPLOADED = "UploadComplete"
    RUNNING = "InProgress"
    COMPLETE = "JobComplete"
    FAILED = "Failed"
    ABORTED = "Aborted"

    @property
    def ended(self) -> bool:
        return self in (State.COMPLETE, State.FAILED, State.ABORTED)


class BulkRefusedError(Exception):
    """Bulk will not do this now; ordinary calls may."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A job as Salesforce last told of it."""

    id: str
    state: State


class Jobs:
    """The jobs of one kind; remembers for a while what Bulk refused, so as not to ask again in every cycle."""

    def __init__(self, client: Client, kind: Kind) -> None:
        self._client = client
        self._kind = kind
        self._refused_until: dict[str, datetime] = {}

    def may(self, object_name: str) -> bool:
        """Whether a job for the object is worth asking for."""
        until = self._refused_until.get(object_name)
        return until is None or until <= self._client.now()

    def refuse(self, object_name: str, why: str) -> BulkRefusedError:
        """Ask for no such job for half an hour: a limit of the day frees little by little."""
        self._refused_until[object_name] = self._client.now() + timedelta(seconds=DAY_FULL_S)
        return BulkRefusedError(why)

    def create(self, object_name: str, body: Mapping[str, Any]) -> Job:
        """A new job; BulkRefusedError when Salesforce has none for this object, or no more today."""
        answer = self._client.send(Request(method="POST", path=f"jobs/{self._kind}", body=dict(body)))
        if not answer.ok:
            codes = refusals_of(answer)
            raise self.refuse(object_name, codes[0].code if codes else f"HTTP {answer.status}")
        return _job(answer)

    def look(self, job_id: str) -> Job | None:
        """The job as it is now; None when there is none for us: deleted, older than seven days, or another user's."""
        answer = self._client.get(self.path(job_id))
        return _job(answer) if answer.ok else None

    def close(self, job_id: str) -> None:
        """All rows are there: let Salesforce begin. Said twice it has the effect of once."""
        answer = self._patch(job_id, State.UPLOADED)
        if not answer.ok and (job := self.look(job_id)) is not None and job.state is State.OPEN:
            raise ContractError(f"Salesforce does not take a Bulk job's rows: HTTP {answer.status}")

    def abort(self, job_id: str) -> None:
        """Stop it as far as it has not ended; one that cannot be stopped any more has ended."""
        self._patch(job_id, State.ABORTED)

    def leave(self, job_id: str) -> None:
        """Abort on the way out, when an error is being told already and a second one would only hide it."""
        try:
            self.abort(job_id)
        except ConnectorError:
            return

    def delete(self, job_id: str) -> None:
        """Make room; what cannot be deleted goes by itself after seven days."""
        try:
            self._client.send(Request(method="DELETE", path=self.path(job_id), idempotent=True))
        except ConnectorError:
            return

    def path(self, job_id: str, *parts: str) -> str:
        return "/".join(("jobs", self._kind, checked_id(job_id), *parts))

    def naps(self, attempt: int) -> Iterator[None]:
        """Sleep before the `attempt`-th look (from 1; 1 s, 2 s, 4 s … 30 s), giving way after each nap."""
        left = min(2.0 ** (attempt - 1), LONGEST_WAIT_S)
        while left > 0:
            nap = min(left, NAP_S)
            self._client.wall.sleep(nap)
            left -= nap
            yield

    def _patch(self, job_id: str, state: State) -> Answer:
        body = {"state": state.value}
        return self._client.send(Request(method="PATCH", path=self.path(job_id), body=body, idempotent=True))


def _job(answer: Answer) -> Job:
    told = answer.json()
    try:
        return Job(id=checked_id(told["id"]), state=State(told["state"]))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ContractError("Salesforce told of a Bulk job in a shape we do not know") from error
