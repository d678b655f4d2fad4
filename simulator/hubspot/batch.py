"""Batches of records. One bad input refuses all of them; 207 only where HubSpot promises it: missing records, and
creates whose inputs carry trace ids of their own."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from simulator.hubspot.answers import Json, everything, shown_record
from simulator.hubspot.call import Answer, Call
from simulator.hubspot.checks import Values
from simulator.hubspot.kinds import Kind, kind_of
from simulator.hubspot.links import LINK_TYPES, LinkType
from simulator.hubspot.record import Record
from simulator.hubspot.refusals import RefusedError, invalid
from simulator.hubspot.stamps import iso

BATCH = 100
HISTORY_BATCH = 50
Joined = list[tuple[Kind, int, list[LinkType]]]


def batch_answer(call: Call, results: list[Json], errors: Sequence[Json] = (), *, status: int = 200) -> Answer:
    """The frame around every batch answer; errors make it a 207."""
    moment = iso(call.now_ms)
    body: Json = {"status": "COMPLETE", "results": results, "startedAt": moment, "completedAt": moment}
    if errors:
        return Answer({**body, "numErrors": len(errors), "errors": list(errors)}, 207)
    return Answer(body, status)


def missing_error(kind: Kind, rows: Sequence[Mapping[str, Any]]) -> Json:
    """What a batch says of records that are not there."""
    context = {"ids": [str(row.get("id")) for row in rows]}
    traces = [str(row["objectWriteTraceId"]) for row in rows if row.get("objectWriteTraceId")]
    if traces:
        context["objectWriteTraceId"] = traces
    return {
        "status": "error",
        "category": "OBJECT_NOT_FOUND",
        "message": f"Could not get some {kind.singular.upper()} objects, they may be deleted or not exist. "
        "Check that ids are valid.",
        "context": context,
    }


def ordered_failure(row: Mapping[str, Any]) -> Json:
    """The refusal that a `partial_failure` fault orders for the first input."""
    context = {"ids": [str(row["id"])]} if row.get("id") else {}
    if row.get("objectWriteTraceId"):
        context["objectWriteTraceId"] = [str(row["objectWriteTraceId"])]
    return {
        "status": "error",
        "category": "VALIDATION_ERROR",
        "message": "This input was refused by order of the test rig.",
        "context": context,
    }


def _sorted_out(call: Call) -> tuple[list[dict[str, Any]], list[Json]]:
    rows = call.inputs(BATCH)
    return (rows[1:], [ordered_failure(rows[0])]) if call.fails_partly else (rows, [])


def read(call: Call) -> Answer:
    """`batch/read`: by id, by e-mail or by another unique property; 207 names what is missing."""
    body, kind = call.fields(), call.kind
    history = [str(name) for name in body.get("propertiesWithHistory") or []]
    rows = call.inputs(HISTORY_BATCH if history else BATCH)
    names = [str(name) for name in body.get("properties") or []]
    errors = [ordered_failure(rows.pop(0))] if call.fails_partly else []
    found: dict[int, Record] = {}
    missing: list[dict[str, Any]] = []
    for row in rows:
        record = _lookup(call, kind, str(row.get("id")), body.get("idProperty"))
        if record is None:
            missing.append(row)
        else:
            found[record.id] = record
    if missing:
        errors.append(missing_error(kind, missing))
    results = [shown_record(call.portal, kind, record, names=names, history=history) for record in found.values()]
    return batch_answer(call, results, errors)


def _lookup(call: Call, kind: Kind, key: str, id_property: str | None) -> Record | None:
    if call.query.flag("archived"):
        return call.portal.objects.table(kind).archived.get(int(key)) if key.isdigit() else None
    return call.portal.objects.get(kind, key, id_property=id_property)


def create(call: Call) -> Answer:
    """`batch/create`: all or nothing, unless every input has a trace id of its own."""
    rows, errors = _sorted_out(call)
    kind = call.kind
    if _traced(rows):
        return _create_traced(call, kind, rows, errors)
    prepared = [_new(call, kind, row) for row in rows]
    _refuse_shared(call, kind, [values for values, _ in prepared])
    made = [_make(call, kind, values, joined) for values, joined in prepared]
    return batch_answer(call, [everything(call.portal, kind, record) for record in made], errors, status=201)


def _traced(rows: Sequence[Mapping[str, Any]]) -> bool:
    traces = {str(row["objectWriteTraceId"]) for row in rows if row.get("objectWriteTraceId")}
    return len(traces) == len(rows)


def _create_traced(call: Call, kind: Kind, rows: Sequence[dict[str, Any]], errors: list[Json]) -> Answer:
    results: list[Json] = []
    for row in rows:
        trace = str(row["objectWriteTraceId"])
        try:
            record = _make(call, kind, *_new(call, kind, row))
        except RefusedError as refused:
            errors.append({**refused.body, "context": {"objectWriteTraceId": [trace]}})
        else:
            results.append({**everything(call.portal, kind, record), "objectWriteTraceId": trace})
    return batch_answer(call, results, errors, status=201)


def _new(call: Call, kind: Kind, row: Mapping[str, Any]) -> tuple[Values, Joined]:
    values = call.portal.checks.read(kind, properties_of(row))
    call.portal.checks.complete(kind, values)
    call.portal.checks.claims(call.portal.objects.table(kind), values)
    return values, joined_of(call, kind, row)


def _make(call: Call, kind: Kind, values: Values, joined: Joined) -> Record:
    if kind.needs_contact and not any(target.name == "contacts" for target, _, _ in joined):
        raise invalid(f"A {kind.singular} must be associated with a contact when it is created")
    record = call.portal.objects.create(kind, values, call.write)
    for target, target_id, types in joined:
        call.portal.associate((kind, record.id), (target, target_id), types=types, write=call.write)
    return record


def properties_of(row: Mapping[str, Any]) -> dict[str, object]:
    properties = row.get("properties") or {}
    if not isinstance(properties, dict):
        raise invalid("Invalid input JSON: properties must be an object")
    return properties


def joined_of(call: Call, kind: Kind, row: Mapping[str, Any]) -> Joined:
    """The associations a new record asks for; every one must name a record that exists."""
    joined: Joined = []
    for asked in row.get("associations") or []:
        key = str((asked.get("to") or {}).get("id"))
        type_ids = [int(one["associationTypeId"]) for one in asked.get("types") or []]
        known = [LINK_TYPES[type_id] for type_id in type_ids if type_id in LINK_TYPES]
        if not known or known[0].origin != kind.name:
            raise invalid(f"One or more associations are invalid: no association type {type_ids} from {kind.type_id}")
        target = kind_of(known[0].target)
        joined.append(
            (
                target,
                call.portal.objects.require(target, key).id,
                call.portal.associations.types(kind, target, type_ids),
            )
        )
    return joined


def update(call: Call) -> Answer:
    """`batch/update`: a bad value refuses all; missing records are told in a 207. Ids of merged records are missing."""
    rows, errors = _sorted_out(call)
    kind, table = call.kind, call.portal.objects.table(call.kind)
    prepared: list[tuple[Record, Values, dict[str, Any]]] = []
    missing: list[dict[str, Any]] = []
    for row in rows:
        values = call.portal.checks.read(kind, properties_of(row))
        record = call.portal.objects.get(kind, str(row.get("id")), id_property=row.get("idProperty"))
        if record is None or _is_old_id(row, table.aliases):
            missing.append(row)
            continue
        call.portal.checks.claims(table, values, own=record)
        call.portal.checks.demands(kind, values, own=record)
        prepared.append((record, values, row))
    _refuse_shared(call, kind, [values for _, values, _ in prepared])
    if missing:
        errors.append(missing_error(kind, missing))
    results = [_written(call, kind, record, values, row) for record, values, row in prepared]
    return batch_answer(call, results, errors)


def _is_old_id(row: Mapping[str, Any], aliases: Mapping[int, int]) -> bool:
    key = str(row.get("id"))
    return not row.get("idProperty") and key.isdigit() and int(key) in aliases


def _written(call: Call, kind: Kind, record: Record, values: Values, row: Mapping[str, Any]) -> Json:
    call.portal.objects.update(kind, record, values, call.write)
    trace = {"objectWriteTraceId": row["objectWriteTraceId"]} if row.get("objectWriteTraceId") else {}
    return shown_record(call.portal, kind, record, names=sorted(values) or ("hs_object_id",), **trace)


def upsert(call: Call) -> Answer:
    """`batch/upsert` by e-mail or another unique property: all or nothing, `new` says which were created."""
    rows, errors = _sorted_out(call)
    kind, table = call.kind, call.portal.objects.table(call.kind)
    _refuse_duplicates([f"{row.get('id')}".lower() for row in rows])
    prepared: list[tuple[Record | None, Values, dict[str, Any]]] = []
    for row in rows:
        name = row.get("idProperty")
        if not name:
            raise invalid("idProperty is required for every input of an upsert")
        record = call.portal.objects.get(kind, str(row.get("id")), id_property=name)
        own_key = {} if record is not None else {name: row.get("id")}
        values = call.portal.checks.read(kind, {**properties_of(row), **own_key})
        call.portal.checks.claims(table, values, own=record)
        call.portal.checks.demands(kind, values, own=record)
        if record is None:
            call.portal.checks.complete(kind, values)
        prepared.append((record, values, row))
    _refuse_shared(call, kind, [values for _, values, _ in prepared])
    results = [_upserted(call, kind, record, values, row) for record, values, row in prepared]
    return batch_answer(call, results, errors)


def _upserted(call: Call, kind: Kind, record: Record | None, values: Values, row: Mapping[str, Any]) -> Json:
    if record is not None:
        return {**_written(call, kind, record, values, row), "new": False}
    trace = {"objectWriteTraceId": row["objectWriteTraceId"]} if row.get("objectWriteTraceId") else {}
    made = call.portal.objects.create(kind, values, call.write)
    return {**everything(call.portal, kind, made), **trace, "new": True}


def archive(call: Call) -> Answer:
    """`batch/archive`: 204, also for records that are gone already."""
    kind = call.kind
    for row in call.inputs(BATCH):
        record = call.portal.objects.get(kind, str(row.get("id")))
        if record is not None:
            call.portal.archive(kind, record, call.write)
    return Answer(None, 204)


def _refuse_shared(call: Call, kind: Kind, batch: Sequence[Values]) -> None:
    """Refuse two inputs that claim one unique value, before anything is written."""
    names = {name for values in batch for name in values}
    for definition in call.portal.checks.uniques(kind, names):
        _refuse_duplicates([value.lower() for values in batch if (value := values.get(definition.name))])


def _refuse_duplicates(keys: Sequence[str]) -> None:
    twice = [key for key, count in Counter(keys).items() if count > 1]
    if twice:
        raise invalid(
            f"Duplicate IDs found in batch input: [{', '.join(twice)}]. Please remove duplicates and try again."
        )
