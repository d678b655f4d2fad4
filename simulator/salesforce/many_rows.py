"""/composite/sobjects: up to 200 rows a call, each with a result of its own at its own place."""

from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from typing import Any

from simulator.salesforce import catalogue
from simulator.salesforce.call import Call, Reply, row_fault, type_in_path
from simulator.salesforce.errors import RefusedError
from simulator.salesforce.ids import normal
from simulator.salesforce.org import Org
from simulator.salesforce.schema import ObjectType
from simulator.salesforce.single_rows import chosen_fields

MAX_ROWS = 200
MAX_CHUNKS = 10
MAX_READ = 2_000
ROLLED_BACK = RefusedError(
    "ALL_OR_NONE_OPERATION_ROLLED_BACK",
    "Record rolled back because not all records were valid and the request was using AllOrNone header",
)

Result = dict[str, Any]
Step = Callable[[], Result]


def create(org: Org, call: Call) -> Reply:
    steps = [_creation(org, call, record) for record in _records(call)]
    return _run(call, steps, all_or_none=call.body.get("allOrNone") is True)


def change(org: Org, call: Call) -> Reply:
    records = _records(call)
    repeated = _repeated([normal(str(_id_of(record))) for record in records if _id_of(record)])
    steps = [_update(org, call, record, repeated) for record in records]
    return _run(call, steps, all_or_none=call.body.get("allOrNone") is True)


def remove(org: Org, call: Call) -> Reply:
    ids = [one for one in call.query.get("ids", "").split(",") if one]
    _check_count(len(ids))
    steps = [_removal(org, call, one) for one in ids]
    return _run(call, steps, all_or_none=call.query.get("allOrNone", "").lower() == "true")


def upsert(org: Org, call: Call) -> Reply:
    type_, field_name = type_in_path(call.path[2]), call.path[3]
    records = _records(call)
    field = org.seen(type_).find(field_name)
    if field is None or not (field.external or field.name == "Id"):
        message = f"Provided external ID field does not exist or is not accessible: {field_name}"
        raise RefusedError("NOT_FOUND", message, status=404)
    keys = [_get(record, field_name) for record in records]
    repeated = _repeated([str(key).lower() for key in keys if key])
    steps = [_upsertion(org, call, type_, field_name, record=record, repeated=repeated) for record in records]
    return _run(call, steps, all_or_none=call.body.get("allOrNone") is True)


def read(org: Org, call: Call) -> Reply:
    """Rows by id, in the order asked; null where there is none."""
    type_ = type_in_path(call.path[2])
    ids, names = _asked(call)
    if len(ids) > MAX_READ:
        raise RefusedError("EXCEEDED_ID_LIMIT", f"record limit reached. cannot submit more than {MAX_READ} records")
    selection = chosen_fields(org, type_, names, call.writing.now)
    rows = [org.tables[type_.name].rows.get(normal(str(one)) or "") for one in ids]
    return Reply(
        body=[None if row is None or row.get("IsDeleted") else selection.show(row, call.version) for row in rows]
    )


def _asked(call: Call) -> tuple[list[str], list[str]]:
    if call.method == "GET":
        return call.query.get("ids", "").split(","), call.query.get("fields", "").split(",")
    body = call.json_object()
    return list(body.get("ids") or []), list(body.get("fields") or [])


def _records(call: Call) -> list[dict[str, Any]]:
    records = call.json_object().get("records")
    if not isinstance(records, list) or not all(isinstance(one, dict) for one in records):
        raise RefusedError("JSON_PARSER_ERROR", "records must be a list of objects")
    _check_count(len(records))
    types = [str((record.get("attributes") or {}).get("type")) for record in records]
    chunks = 1 + sum(1 for one, following in pairwise(types) if one != following)
    if chunks > MAX_CHUNKS:
        raise RefusedError("LIMIT_EXCEEDED", f"records of different types make more than {MAX_CHUNKS} chunks")
    return records


def _check_count(count: int) -> None:
    if count == 0:
        raise RefusedError("REQUIRED_FIELD_MISSING", "At least 1 record is required")
    if count > MAX_ROWS:
        raise RefusedError(
            "EXCEEDED_ID_LIMIT", f"record limit reached. cannot submit more than {MAX_ROWS} records into this call"
        )


def _type_of(record: dict[str, Any]) -> ObjectType:
    name = (record.get("attributes") or {}).get("type")
    type_ = catalogue.named(str(name))
    if type_ is None:
        raise RefusedError("INVALID_TYPE", f"sObject type '{name}' is not supported.")
    return type_


def _creation(org: Org, call: Call, record: dict[str, Any]) -> Step:
    def step() -> Result:
        return _done(org.create(_type_of(record), record, call.writing))

    return step


def _update(org: Org, call: Call, record: dict[str, Any], repeated: set[Any]) -> Step:
    def step() -> Result:
        given = _id_of(record)
        if not given:
            raise RefusedError("MISSING_ARGUMENT", "Id not specified in an update call")
        type_, row = org.living(str(given))
        if row["Id"] in repeated:
            raise RefusedError("DUPLICATE_VALUE", f"Duplicate id specified: {row['Id']}")
        if type_ is not _type_of(record):
            raise RefusedError("MALFORMED_ID", f"{_type_of(record).label} ID: id value of incorrect type: {given}")
        org.update(row["Id"], _without_id(record), call.writing)
        return _done(row["Id"])

    return step


def _removal(org: Org, call: Call, record_id: str) -> Step:
    def step() -> Result:
        org.delete(record_id, call.writing)
        return _done(normal(record_id) or record_id)

    return step


def _upsertion(
    org: Org, call: Call, type_: ObjectType, field_name: str, *, record: dict[str, Any], repeated: set[Any]
) -> Step:
    def step() -> Result:
        key = _get(record, field_name)
        fields = {name: value for name, value in record.items() if name.lower() != field_name.lower()}
        if not key:
            if field_name.lower() == "id":
                return _done(org.create(type_, fields, call.writing)) | {"created": True}
            raise RefusedError("MISSING_ARGUMENT", f"{field_name} not specified")
        if str(key).lower() in repeated:
            raise RefusedError("DUPLICATE_VALUE", f"Duplicate external id specified: {key}", fields=(field_name,))
        record_id, created = org.upsert(type_, field_name, str(key), fields=fields, writing=call.writing)
        return _done(record_id) | {"created": created}

    return step


def _run(call: Call, steps: list[Step], *, all_or_none: bool) -> Reply:
    """Each row stands or falls alone, unless all or none was asked for."""
    start = call.writing.mark()
    planted = _planted(call)
    try:
        results = [_attempt(call, step, planted.get(number)) for number, step in enumerate(steps)]
    except RefusedError:
        call.writing.roll_back(start)
        raise
    if all_or_none and not all(result["success"] for result in results):
        call.writing.roll_back(start)
        results = [_failed(ROLLED_BACK) if result["success"] else result for result in results]
    return Reply(body=results)


def _planted(call: Call) -> dict[int, RefusedError]:
    """Rows that a fault order refuses, by their place; `index` of the order, else the first."""
    refusal = row_fault(call)
    if refusal is None or call.fault is None:
        return {}
    return {int(call.fault.fields.get("index", 0)): refusal}


def _attempt(call: Call, step: Step, planted: RefusedError | None) -> Result:
    mark = call.writing.mark()
    try:
        if planted is not None:
            raise planted
        return step()
    except RefusedError as refusal:
        call.writing.roll_back(mark)
        if refusal.code == "JSON_PARSER_ERROR":  # a value of the wrong JSON type spoils the whole request
            raise
        return _failed(refusal)


def _done(record_id: str) -> Result:
    return {"id": record_id, "success": True, "errors": []}


def _failed(refusal: RefusedError) -> Result:
    """A refused row has no id: only its place tells which it was."""
    return {"success": False, "errors": [refusal.in_collection()]}


def _repeated(keys: list[Any]) -> set[Any]:
    return {key for key, count in Counter(keys).items() if count > 1}


def _id_of(record: dict[str, Any]) -> Any:
    return _get(record, "id")


def _get(record: dict[str, Any], name: str) -> Any:
    return next((value for key, value in record.items() if key.lower() == name.lower()), None)


def _without_id(record: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in record.items() if name.lower() != "id"}
