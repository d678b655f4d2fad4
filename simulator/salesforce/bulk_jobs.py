"""/jobs/query and /jobs/ingest: Bulk API 2.0. A job is worked off by the first call after its processing time."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NoBase64
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from simulator.kernel import Settings
from simulator.log import Effect
from simulator.salesforce import bulk_ingest, bulk_query, catalogue
from simulator.salesforce.bulk_job import Job, State
from simulator.salesforce.call import Call, Reply, row_fault
from simulator.salesforce.errors import RefusedError, not_found
from simulator.salesforce.ids import make
from simulator.salesforce.org import Org
from simulator.salesforce.queries import Queries
from simulator.salesforce.soql_run import Moment
from simulator.salesforce.writing import Writing

KEPT = timedelta(days=7)
_DAY = timedelta(days=1)
_MOST_BYTES = 150_000_000
_OPERATIONS = ("insert", "update", "upsert", "delete")
_UNSUPPORTED = frozenset({"LeadStatus", "TaskStatus"})

Handler = Callable[[Org, Call], Reply]


class BulkJobs:
    """Every job of one org."""

    def __init__(self, org: Org, settings: Settings, queries: Queries) -> None:
        self._org = org
        self._settings = settings
        self._queries = queries
        self._jobs: dict[str, Job] = {}
        self._made = 0

    def work(self, now: datetime, effects: list[Effect]) -> None:
        """Do what is due, on the log line of the call that comes first after it."""
        for job in self._jobs.values():
            if job.state in (State.UPLOADED, State.RUNNING):
                self._advance(job, now, effects)
        for job_id in [one.id for one in self._jobs.values() if now - one.changed_at > KEPT]:
            del self._jobs[job_id]

    def left_today(self, now: datetime) -> int:
        """Query jobs that may still be made in these 24 hours."""
        made = sum(1 for job in self._jobs.values() if job.is_query and now - job.created_at < _DAY)
        return max(0, int(self._settings.bulk_query_jobs) - made)

    def methods(self, call: Call) -> Mapping[str, Handler]:
        """What a path below /jobs answers to (RefusedError NOT_FOUND)."""
        _, kind, *rest = (*(part.lower() for part in call.path[:2]), *call.path[2:], "")
        rest = [part for part in rest if part]
        if kind not in ("query", "ingest") or len(rest) > 2:
            raise not_found()
        if not rest:
            return {"POST": self._create_query if kind == "query" else self._create_ingest}
        if len(rest) == 1:
            return {"GET": self._show, "PATCH": self._change, "DELETE": self._delete}
        parts: dict[str, dict[str, Handler]] = {
            "query": {"results": self._results},
            "ingest": dict.fromkeys(("successfulresults", "failedresults", "unprocessedrecords"), self._outcome),
        }
        if kind == "ingest" and rest[1].lower() == "batches":
            return {"PUT": self._upload}
        if rest[1].lower() not in parts[kind]:
            raise not_found()
        return {"GET": parts[kind][rest[1].lower()]}

    def _create_query(self, _org: Org, call: Call) -> Reply:
        _refuse_if_ordered(call)
        wanted, now = call.json_object(), call.writing.now
        if wanted.get("operation") not in ("query", "queryAll"):
            raise RefusedError("INVALIDJOB", f"InvalidJob : Invalid operation: {wanted.get('operation')}")
        question = bulk_query.read(str(wanted.get("query") or ""))
        if question.type_name in _UNSUPPORTED:
            raise RefusedError("INVALIDENTITY", f"Entity '{question.type_name}' is not supported by the Bulk API.")
        if self.left_today(now) == 0:
            most = int(self._settings.bulk_query_jobs)
            raise RefusedError("LIMIT_EXCEEDED", f"Max bulk v2 query jobs ({most}) per 24 hrs has been reached")
        cutoff = self._queries.cutoff(call)
        self._org.query(question.text, _moment(now, cutoff, wanted["operation"]))  # a name that is not there
        job = self._new(call, operation=wanted["operation"], type_name=question.type_name, state=State.UPLOADED)
        job.cutoff, job.query = cutoff, question
        self._doom(job, call)
        return Reply(body=job.created())

    def _create_ingest(self, _org: Org, call: Call) -> Reply:
        _refuse_if_ordered(call)
        wanted = call.json_object()
        operation, type_ = wanted.get("operation"), catalogue.named(str(wanted.get("object")))
        if operation not in _OPERATIONS:
            raise RefusedError("INVALIDJOB", f"InvalidJob : Invalid operation: {operation}")
        if type_ is None or not type_.writable:
            raise RefusedError("INVALIDJOB", f"InvalidJob : Unable to find object: {wanted.get('object')}")
        if type_.name in _UNSUPPORTED:
            raise RefusedError("INVALIDENTITY", f"Entity '{type_.name}' is not supported by the Bulk API.")
        key = wanted.get("externalIdFieldName")
        field = type_.find(str(key)) if key else None
        if operation == "upsert" and not (field is not None and (field.external or field.name == "Id")):
            message = f"Field name provided, {key} does not match an External ID, Salesforce Id, or indexed field"
            raise RefusedError("INVALIDJOB", f"InvalidJob : {message} for {type_.name}")
        job = self._new(call, operation=str(operation), type_name=type_.name, state=State.OPEN)
        job.key = field.name if field is not None else None
        job.line_ending = str(wanted.get("lineEnding") or "LF")
        self._doom(job, call)
        return Reply(body=job.created())

    def _new(self, call: Call, *, operation: str, type_name: str, state: State) -> Job:
        self._made += 1
        job = Job(
            id=make("750", self._made),
            operation=operation,
            type_name=type_name,
            state=state,
            version=call.version,
            user_id=call.writing.user_id,
            created_at=call.writing.now,
            changed_at=call.writing.now,
        )
        self._jobs[job.id] = job
        return job

    def _show(self, _org: Org, call: Call) -> Reply:
        return Reply(body=self._job(call).shown())

    def _change(self, _org: Org, call: Call) -> Reply:
        job, state = self._job(call), call.json_object().get("state")
        if state == State.ABORTED and not job.state.ended:
            job.move(State.ABORTED, call.writing.now)
            return Reply(body=job.shown())
        if state != State.UPLOADED or job.state is not State.OPEN:
            raise RefusedError("INVALIDJOBSTATE", f"Cannot change job {job.id} from {job.state} to {state}")
        job.planted = row_fault(call)
        job.planted_at = int(call.fault.fields.get("index", 0)) if call.fault is not None else 0
        job.move(State.UPLOADED, call.writing.now)
        return Reply(body=job.closed())

    def _delete(self, _org: Org, call: Call) -> Reply:
        job = self._job(call)
        if not job.state.ended:
            raise RefusedError("INVALIDJOBSTATE", f"Job {job.id} is {job.state}: abort it before deleting it")
        del self._jobs[job.id]
        return Reply(status=204)

    def _upload(self, _org: Org, call: Call) -> Reply:
        job = self._job(call)
        if job.state is not State.OPEN or job.content:
            raise RefusedError("INVALIDJOBSTATE", f"Job {job.id} is {job.state}: it takes no more data")
        if not isinstance(call.body, bytes):
            raise RefusedError("CLIENTINPUTERROR", "The content of a job must be text/csv", status=400)
        if len(call.body) > _MOST_BYTES:
            raise RefusedError("CLIENTINPUTERROR", "The request content exceeds the limit of 150 MB", status=413)
        job.content = call.body
        return Reply(status=201)

    def _results(self, _org: Org, call: Call) -> Reply:
        job = self._job(call)
        if job.state is not State.COMPLETE or job.answer is None or job.query is None:
            raise RefusedError("INVALIDJOBSTATE", f"Job {job.id} is {job.state}: it has no results")
        start, rows = _offset(call.query.get("locator", "")), job.answer.rows
        most = call.query.get("maxRecords", "50000")
        if not most.isdecimal():
            raise RefusedError("INVALID_FIELD", f"maxRecords must be a number, got {most}")
        end = start + int(most)
        page = rows[start:end]
        more = urlsafe_b64encode(str(end).encode()).decode().rstrip("=") if end < len(rows) else "null"
        headers = {"Sforce-NumberOfRecords": str(len(page)), "Sforce-Locator": more}
        return Reply(body=bulk_query.as_csv(job.query, job.answer.selection, page, call.version), headers=headers)

    def _outcome(self, _org: Org, call: Call) -> Reply:
        job = self._job(call)
        if not job.state.ended:
            raise RefusedError("INVALIDJOBSTATE", f"Job {job.id} is {job.state}: it has no results yet")
        return Reply(body=bulk_ingest.as_csv(job, call.path[3].lower()))

    def _job(self, call: Call) -> Job:
        job = self._jobs.get(call.path[2])
        if job is None or job.is_query != (call.path[1].lower() == "query"):
            raise not_found()
        self._doom(job, call)
        return job

    def _doom(self, job: Job, call: Call) -> None:
        """A fault order makes the job end Failed, after so many rows of an ingest."""
        if call.fault is not None and call.has_fault("bulk_failed"):
            job.doom = str(call.fault.fields.get("message", "InternalServerError : retried more than fifteen times"))
            job.doomed_after = int(call.fault.fields.get("after", 0))

    def _advance(self, job: Job, now: datetime, effects: list[Effect]) -> None:
        passed, needed = (now - job.changed_at).total_seconds(), float(self._settings.bulk_s)
        if job.state is State.UPLOADED and passed < needed:
            if passed * 3 >= needed:
                job.state = State.RUNNING
            return
        if passed < needed:
            return
        if job.is_query:
            self._answer(job, now)
        else:
            writing = Writing(now=now, at=now, user_id=job.user_id, effects=effects)
            bulk_ingest.run(self._org, job, writing)

    def _answer(self, job: Job, now: datetime) -> None:
        if job.doom or job.query is None:
            job.fail(job.doom or "no query", now)
            return
        job.answer = self._org.query(job.query.text, _moment(now, job.cutoff, job.operation))
        bulk_query.disorder(job.query, job.answer.rows)
        job.processed = len(job.answer.rows)
        job.move(State.COMPLETE, now)


def _refuse_if_ordered(call: Call) -> None:
    """With a `code` of its own the fault `bulk_failed` is that there is no job at all."""
    if call.fault is not None and call.has_fault("bulk_failed") and "code" in call.fault.fields:
        raise RefusedError(str(call.fault.fields["code"]), str(call.fault.fields.get("message", "")))


def _moment(now: datetime, cutoff: str | None, operation: str) -> Moment:
    return Moment(now=now, cutoff=cutoff, everything=operation == "queryAll")


def _offset(locator: str) -> int:
    try:
        return int(urlsafe_b64decode(locator + "=" * (-len(locator) % 4)) or b"0")
    except (NoBase64, ValueError) as error:
        raise RefusedError("INVALID_QUERY_LOCATOR", f"invalid locator {locator}") from error
