"""/query, /queryAll and their pages; /updated and /deleted, which tell how far reading is safe."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from simulator.kernel import Settings
from simulator.salesforce import times
from simulator.salesforce.call import Call, Reply, type_in_path
from simulator.salesforce.errors import RefusedError
from simulator.salesforce.ids import make
from simulator.salesforce.org import Org
from simulator.salesforce.soql_run import Answer, Moment

PAGE = 2_000
SMALLEST_PAGE = 200
KEPT_LOCATORS = 200
UPDATED_DAYS = 30
DELETED_DAYS = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Locator:
    """An answer whose further pages may be fetched for a while; its rows stay as they were."""

    answer: Answer
    until: datetime
    size: int


class Queries:
    """Answers queries and remembers the locators."""

    def __init__(self, org: Org, settings: Settings) -> None:
        self._org = org
        self._settings = settings
        self._locators: dict[str, Locator] = {}
        self._made = 0

    def query(self, call: Call) -> Reply:
        text = call.query.get("q", "")
        if not text.strip():
            raise RefusedError("MALFORMED_QUERY", "SOQL statements cannot be empty or null")
        everything = call.path[0].lower() == "queryall"
        moment = Moment(now=call.writing.now, cutoff=self.cutoff(call), everything=everything)
        answer = self._org.query(text, moment)
        if call.has_fault("nothing_found"):
            answer = Answer(rows=[], selection=answer.selection, count=None if answer.count is None else 0)
        _refuse_if_ordered(call, len(answer.rows))
        if answer.count is not None:
            return Reply(body={"totalSize": answer.count, "done": True, "records": []})
        locator = Locator(
            answer=answer,
            until=call.writing.now + timedelta(seconds=self._settings.locator_life_s),
            size=min(_batch_size(call), self._settings.page_rows),
        )
        return self._page(call, locator, "", start=0)

    def more(self, call: Call) -> Reply:
        name, _, start = call.path[1].rpartition("-")
        locator = self._locators.get(name)
        if locator is None or not start.isdigit() or call.writing.now > locator.until:
            raise RefusedError("INVALID_QUERY_LOCATOR", "invalid query locator")
        return self._page(call, locator, name, start=int(start))

    def updated(self, call: Call) -> Reply:
        """Ids changed in the span; `latestDateCovered` stops where a change may still be on its way."""
        type_ = self._org.seen(type_in_path(call.path[1]))
        start, end = _span(call, days=UPDATED_DAYS)
        table = self._org.tables[type_.name]
        ids: dict[str, None] = {}
        covered = self._covered(call, end)
        for stamp, record_id in table.since(times.stamp(start)):
            if stamp >= times.stamp(end):
                break
            row = table.as_of(record_id, self.cutoff(call))
            if row is not None and row["SystemModstamp"] == stamp and not row.get("IsDeleted"):
                ids[record_id] = None
        ids = {} if call.has_fault("nothing_found") else ids
        return Reply(body={"ids": list(ids), "latestDateCovered": covered})

    def deleted(self, call: Call) -> Reply:
        type_ = self._org.seen(type_in_path(call.path[1]))
        _refuse_if_ordered(call, 0)
        start, end = _span(call, days=DELETED_DAYS)
        table = self._org.tables[type_.name]
        gone = []
        for stamp, record_id in table.since(times.stamp(start)):
            if stamp >= times.stamp(end):
                break
            row = table.as_of(record_id, self.cutoff(call))
            if row is not None and row["SystemModstamp"] == stamp and row.get("IsDeleted"):
                gone.append({"id": record_id, "deletedDate": stamp})
        return Reply(
            body={
                "deletedRecords": [] if call.has_fault("nothing_found") else gone,
                "earliestDateAvailable": times.stamp(_minute(call.writing.now - timedelta(days=DELETED_DAYS))),
                "latestDateCovered": self._covered(call, end),
            }
        )

    def cutoff(self, call: Call) -> str | None:
        """Changes stamped after this are not to be seen yet; None without a lag."""
        lag_s = float(self._settings.lag_s["salesforce"])
        if call.fault is not None and call.fault.kind == "search_lag":
            lag_s = max(lag_s, call.fault.seconds)
        return times.stamp(call.writing.now - timedelta(seconds=lag_s)) if lag_s > 0 else None

    def _covered(self, call: Call, end: datetime) -> str:
        """Not beyond what a lag hides, nor beyond the start of the oldest transaction still open."""
        began = [times.stamp(one.began) for one in self._org.transactions]
        covered = min(times.stamp(end), self.cutoff(call) or times.stamp(call.writing.now), *began)
        return times.stamp(_minute(times.read_datetime(covered)))

    def _page(self, call: Call, locator: Locator, name: str, *, start: int) -> Reply:
        answer, end = locator.answer, start + locator.size
        rows = [answer.selection.show(row, call.version) for row in answer.rows[start:end]]
        body = {"totalSize": len(answer.rows), "done": end >= len(answer.rows), "records": rows}
        if end < len(answer.rows):
            name = name or self._remember(locator)
            body = {
                "totalSize": len(answer.rows),
                "done": False,
                "nextRecordsUrl": call.url(call.path[0], f"{name}-{end}"),
                "records": rows,
            }
        return Reply(body=body)

    def _remember(self, locator: Locator) -> str:
        self._made += 1
        name = make("01g", self._made)
        self._locators[name] = locator
        while len(self._locators) > KEPT_LOCATORS:
            del self._locators[next(iter(self._locators))]
        return name


def _refuse_if_ordered(call: Call, found: int) -> None:
    """A query that a fault order refuses; with `more_than` only one that finds more rows than that."""
    if call.fault is None or not call.has_fault("query_refused") or found <= call.fault.fields.get("more_than", -1):
        return
    code = str(call.fault.fields.get("code", "QUERY_TIMEOUT"))
    raise RefusedError(code, str(call.fault.fields.get("message", "Your query request was running for too long.")))


def _batch_size(call: Call) -> int:
    options = call.headers.get("sforce-query-options", "").lower().replace(" ", "")
    size = options.removeprefix("batchsize=")
    return min(max(int(size), SMALLEST_PAGE), PAGE) if size.isdigit() else PAGE


def _span(call: Call, *, days: int) -> tuple[datetime, datetime]:
    """Start and end, cut to the minute as Salesforce does."""
    try:
        start, end = (_minute(times.read_datetime(call.query.get(name, ""))) for name in ("start", "end"))
    except ValueError as error:
        raise RefusedError("INVALID_FIELD", f"start and end must be dateTimes with an offset: {error}") from error
    if start < _minute(call.writing.now - timedelta(days=days)):
        raise RefusedError("INVALID_REPLICATION_DATE", "startDate before org replication enabled date")
    if end - start < timedelta(minutes=1):
        raise RefusedError("INVALID_REPLICATION_DATE", "endDate must be at least one minute greater than the startDate")
    return start, end


def _minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)
