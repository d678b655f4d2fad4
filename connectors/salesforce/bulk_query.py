"""Reading many rows by a query job: Salesforce splits the table among its own workers and we fetch CSV.

The cursor of a page names the job and how far its result was fetched, not a place in the order of the stream:
ORDER BY would keep Salesforce from splitting, and the query of a large object would run out of time. A result
stands still for seven days, so going on in it skips nothing; where it has gone, reading begins again from where
the job began. What changed meanwhile is stamped later than `settled`, and the cursor after the job reads it.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import islice

from connectors.http import Answer
from connectors.salesforce import bulk_csv
from connectors.salesforce.bulk_jobs import BulkRefusedError, Job, Jobs, Kind, State
from connectors.salesforce.client import Client, Request
from connectors.salesforce.position import Position, Walk, Window
from connectors.salesforce.rows import Row
from domain.errors import ContractError, TransientError
from domain.record import Cursor, Field
from domain.values import from_text, to_text

ROWS_PER_ANSWER = 10_000
"""Some 10 MB of leads; with 13 kB in every row it is still below what an answer may weigh."""
WAIT_S = 600.0
"""How long one reading waits for a job; the next one takes it up."""
LONGEST_JOB = timedelta(hours=24)
_LAST = "null"


class UnfinishedError(TransientError):
    """The job goes on; its stream is held back and no other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Underway:
    """A window that is read by a job: which, and the locator of the part of its result that is to be fetched next."""

    window: Window
    job: str
    locator: str = ""

    @staticmethod
    def of(stream: str, cursor: Cursor | None) -> "Underway | None":
        """What a saved cursor says of a job; None where it is one of pages."""
        if cursor is None or '"job"' not in cursor.position:
            return None
        try:
            told = json.loads(cursor.position)
            begin, until = Position.of(cursor), told["until"]
            asked_at, settled = from_text(told["asked"]), from_text(told["settled"])
            walk = Walk(stream=stream, begin=begin, asked_at=asked_at, settled=settled)
            window = Window(walk=walk, begin=begin, until=from_text(until) if until else None)
            return Underway(window=window, job=told["job"], locator=told["locator"])
        except (ValueError, KeyError, TypeError) as error:
            raise ContractError("a saved Salesforce cursor cannot be read; reset the stream") from error

    def cursor(self) -> Cursor:
        """A cursor of pages, from where the job began, with the job beside it."""
        walk, until = self.window.walk, self.window.until
        told = json.loads(walk.cursor(self.window.begin).position) | {
            "job": self.job,
            "locator": self.locator,
            "asked": to_text(walk.asked_at),
            "settled": to_text(walk.settled),
            "until": to_text(until) if until else None,
        }
        return Cursor(position=json.dumps(told))


class BulkQuery:
    """Begins query jobs, waits for them and gives their rows in portions."""

    def __init__(self, client: Client, *, more_than: int, portion: int) -> None:
        self._client = client
        self._jobs = Jobs(client, Kind.QUERY)
        self._more_than = more_than
        self._portion = portion

    def pays(self, stream: str, rows: object) -> bool:
        """Whether so many rows are better read by a job."""
        return self._more_than > 0 and isinstance(rows, int) and rows > self._more_than and self._jobs.may(stream)

    def begin(self, window: Window, soql: str) -> Underway:
        """A new job for the window; BulkRefusedError where Salesforce has none for it."""
        job = self._jobs.create(window.walk.stream, {"operation": "queryAll", "query": soql})
        return Underway(window=window, job=job.id)

    def portions(self, underway: Underway, known: Mapping[str, Field]) -> Iterator[tuple[list[Row], Underway | None]]:
        """Some rows each time, and where to go on after them: None when these were the last.

        Without rows while the job runs. BulkRefusedError when it has come to nothing: what has been given may be
        given again by other means.
        """
        for _ in self._finished(underway):
            yield [], underway
        walked = {underway.locator}
        while True:
            answer = self._fetch(underway)
            locator = answer.headers.get("sforce-locator", _LAST)
            if locator in walked:
                raise ContractError("Salesforce gives the same part of a Bulk job's result for ever")
            after = None if locator == _LAST else replace(underway, locator=locator)
            yield from self._split(answer, known, here=underway, after=after)
            if after is None:
                break
            walked.add(locator)
            underway = after
        self._jobs.delete(underway.job)

    def _finished(self, underway: Underway) -> Iterator[None]:
        """Give way until the job has finished. A job that fails or is gone is not asked for again at once."""
        stream, began = underway.window.walk.stream, self._client.wall.monotonic()
        attempt = 0
        while not (job := self._look(underway)).state.ended:
            attempt += 1
            if self._client.now() - underway.window.walk.asked_at > LONGEST_JOB:
                self._jobs.leave(job.id)
                raise self._jobs.refuse(stream, "did not finish within a day")
            if self._client.wall.monotonic() - began > WAIT_S:
                raise UnfinishedError(f"Salesforce still works on a Bulk query of {stream}; it is taken up next time")
            yield from self._jobs.naps(attempt)
        if job.state is not State.COMPLETE:
            raise self._jobs.refuse(stream, f"the job ended {job.state}")

    def _look(self, underway: Underway) -> Job:
        job = self._jobs.look(underway.job)
        if job is None:
            raise BulkRefusedError("the job is not there any more")
        return job

    def _fetch(self, underway: Underway) -> Answer:
        """A part of the result. One that is refused, or too large to be taken, is left: pages hold fewer rows."""
        query = {"maxRecords": str(ROWS_PER_ANSWER)} | ({"locator": underway.locator} if underway.locator else {})
        path = self._jobs.path(underway.job, "results")
        request = Request(
            method="GET", path=path, query=query, headers={"Accept": "text/csv"}, idempotent=True, large=True
        )
        try:
            answer = self._client.send(request)
        except ContractError as error:
            raise BulkRefusedError(str(error)) from error
        if not answer.ok:
            raise BulkRefusedError(f"the job's result is not given: HTTP {answer.status}")
        return answer

    def _split(
        self, answer: Answer, known: Mapping[str, Field], *, here: Underway, after: Underway | None
    ) -> Iterator[tuple[list[Row], Underway | None]]:
        """A part of the result in portions: only the last may move on, the others would be fetched again with it."""
        found, count = bulk_csv.rows(answer.body, known), 0
        portion = list(islice(found, self._portion))
        while portion:
            count += len(portion)
            following = list(islice(found, self._portion))
            if not following:
                break
            yield portion, here
            portion = following
        _check_count(answer, count)
        yield portion, after


def _check_count(answer: Answer, count: int) -> None:
    """A result that was cut off between two lines looks like a whole one."""
    told = answer.headers.get("sforce-numberofrecords", "")
    if told.isdecimal() and int(told) != count:
        raise TransientError(f"a part of a Bulk job's result has {count} rows instead of {told}")
