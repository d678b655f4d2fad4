"""Single records and pages of them: list, read, search, create, change, archive, merge, erase."""

from bisect import bisect_left

from simulator.hubspot.answers import everything, paged, shown_record
from simulator.hubspot.batch import joined_of, properties_of
from simulator.hubspot.call import Answer, Call
from simulator.hubspot.kinds import Kind
from simulator.hubspot.record import Record
from simulator.hubspot.refusals import invalid, not_found
from simulator.hubspot.search import read_search

PAGE, HISTORY_PAGE = 100, 50


def page(call: Call) -> Answer:
    """The only listing that shows archived records too; the cursor is the id of the next record."""
    kind, table = call.kind, call.portal.objects.table(call.kind)
    history = call.query.many("propertiesWithHistory")
    limit = call.query.whole("limit", 10, most=HISTORY_PAGE if history else PAGE)
    archived = call.query.flag("archived")
    ids = sorted(table.archived) if archived else table.ids
    records = table.archived if archived else table.live
    after = call.query.one("after") or "0"
    if not after.isdigit():
        raise invalid("Unable to parse value for query parameter: after")
    start = len(ids) if call.finds_nothing else bisect_left(ids, int(after))
    chosen = ids[start : start + limit]
    following = ids[start + limit] if start + limit < len(ids) else None
    rows = [_shown(call, kind, records[found]) for found in chosen]
    return Answer(paged(rows, None if following is None else str(following), call.link))


def _shown(call: Call, kind: Kind, record: Record) -> dict[str, object]:
    return shown_record(
        call.portal,
        kind,
        record,
        names=call.query.many("properties"),
        history=call.query.many("propertiesWithHistory"),
        associations=call.query.many("associations"),
    )


def find(call: Call) -> Record:
    """The record a path names: by id, by the id of one merged into it, or by `idProperty`."""
    return call.portal.objects.require(call.kind, call.params["id"], id_property=call.query.one("idProperty"))


def read(call: Call) -> Answer:
    if call.query.flag("archived"):
        key = call.params["id"]
        record = call.portal.objects.table(call.kind).archived.get(int(key)) if key.isdigit() else None
        if record is None:
            raise not_found()
        return Answer(_shown(call, call.kind, record))
    return Answer(_shown(call, call.kind, find(call)))


def search(call: Call) -> Answer:
    asked = read_search(call.fields())
    if call.finds_nothing:
        return Answer({"total": 0, "results": []})
    hidden_s = call.fault.seconds if call.fault is not None and call.fault.kind == "search_lag" else 0.0
    table = call.portal.objects.table(call.kind)
    found = call.portal.searcher.run(table, asked, now_ms=call.now_ms, hidden_s=hidden_s)
    rows = [shown_record(call.portal, call.kind, record, names=asked.properties) for record in found.page]
    body = {"total": found.total, "results": rows}
    if found.after is not None:
        body["paging"] = {"next": {"after": str(found.after)}}
    return Answer(body)


def create(call: Call) -> Answer:
    kind, body = call.kind, call.fields()
    joined = joined_of(call, kind, body)
    record = call.portal.create(kind, properties_of(body), call.write, associations=joined)
    return Answer(everything(call.portal, kind, record), 201)


def change(call: Call) -> Answer:
    record = find(call)
    values = call.portal.checks.read(call.kind, properties_of(call.fields()))
    call.portal.checks.demands(call.kind, values, own=record)
    call.portal.objects.update(call.kind, record, values, call.write)
    return Answer(shown_record(call.portal, call.kind, record, names=sorted(values) or ("hs_object_id",)))


def archive(call: Call) -> Answer:
    """204 whether the record is there or not."""
    record = call.portal.objects.get(call.kind, call.params["id"])
    if record is not None:
        call.portal.archive(call.kind, record, call.write)
    return Answer(None, 204)


def merge(call: Call) -> Answer:
    kind, body = call.kind, call.fields()
    if not kind.mergeable:
        raise invalid(f"Merging is not supported for object type {kind.type_id}")
    winner = call.portal.objects.require(kind, str(body.get("primaryObjectId")))
    loser = call.portal.objects.require(kind, str(body.get("objectIdToMerge")))
    return Answer(everything(call.portal, kind, call.portal.merge(kind, winner, loser, call.write)))


def erase(call: Call) -> Answer:
    """Privacy deletion, by id or e-mail; 204 also for a person nobody knows."""
    body = call.fields()
    record = call.portal.objects.get(call.kind, str(body.get("objectId")), id_property=body.get("idProperty"))
    if record is not None:
        call.portal.erase(call.kind, record, call.write)
    return Answer(None, 204)
