"""/sobjects/{type} and one row of it: create, read, change with a guard, delete, upsert by External Id."""

from datetime import datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any

from simulator.salesforce import times
from simulator.salesforce.call import Call, Reply, row_fault, type_in_path
from simulator.salesforce.errors import RefusedError, deleted, not_found
from simulator.salesforce.ids import normal
from simulator.salesforce.org import Org
from simulator.salesforce.schema import ObjectType
from simulator.salesforce.selection import Lens, Selection
from simulator.salesforce.soql import Name
from simulator.salesforce.table import Row


def create(org: Org, call: Call) -> Reply:
    type_ = type_in_path(call.path[1])
    _refuse_by_fault(call)
    if not type_.writable:
        raise RefusedError(
            "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", f"entity type {type_.name} is not createable", fields=()
        )
    record_id = org.create(type_, call.json_object(), call.writing)
    return _created(call, type_, {"id": record_id, "success": True, "errors": []})


def read(org: Org, call: Call) -> Reply:
    type_ = type_in_path(call.path[1])
    row = _row(org, type_, call.path[2])
    return _shown(org, call, type_, row)


def read_external(org: Org, call: Call) -> Reply:
    type_ = type_in_path(call.path[1])
    matches = org.with_external_id(type_, call.path[2], call.path[3])
    if not matches:
        raise not_found()
    if len(matches) > 1:
        return _choices(call, type_, matches)
    return _shown(org, call, type_, org.tables[type_.name].rows[matches[0]])


def change(org: Org, call: Call) -> Reply:
    type_ = type_in_path(call.path[1])
    row = _row(org, type_, call.path[2])
    _refuse_by_fault(call)
    _check_unmodified(call, row)
    org.update(row["Id"], call.json_object(), call.writing)
    return Reply(status=204)


def remove(org: Org, call: Call) -> Reply:
    type_ = type_in_path(call.path[1])
    row = _row(org, type_, call.path[2])
    _refuse_by_fault(call)
    _check_unmodified(call, row)
    org.delete(row["Id"], call.writing)
    return Reply(status=204)


def upsert(org: Org, call: Call) -> Reply:
    type_, field_name, value = type_in_path(call.path[1]), call.path[2], call.path[3]
    matches = org.with_external_id(type_, field_name, value)
    if len(matches) > 1:
        return _choices(call, type_, matches)
    _refuse_by_fault(call)
    if matches:
        _check_unmodified(call, org.tables[type_.name].rows[matches[0]])
    record_id, created = org.upsert(type_, field_name, value, fields=call.json_object(), writing=call.writing)
    said = {"id": record_id, "success": True, "errors": [], "created": created}
    return _created(call, type_, said) if created else Reply(body=said)


def chosen_fields(org: Org, type_: ObjectType, names: list[str] | None, now: datetime) -> Selection:
    """The fields named in a list, or all."""
    type_ = org.seen(type_)
    lens = Lens(type_, org, now, see=org.seen)
    if names is None:
        return lens.everything()
    unknown = [name for name in names if "." not in name and type_.find(name) is None]
    if unknown:
        raise RefusedError("INVALID_FIELD", f"No such column '{unknown[0]}' on sobject of type {type_.name}")
    return lens.selection(Name(path=tuple(name.split(".")), place=0) for name in dict.fromkeys(names))


def _row(org: Org, type_: ObjectType, text: str) -> Row:
    """A living row by its id in a path."""
    record_id = normal(text)
    if record_id is None:
        message = f"Provided external ID field does not exist or is not accessible: {text}"
        raise RefusedError("NOT_FOUND", message, status=404)
    row = org.tables[type_.name].rows.get(record_id)
    if row is None:
        raise not_found()
    if row.get("IsDeleted"):
        raise deleted()
    return row


def _shown(org: Org, call: Call, type_: ObjectType, row: Row) -> Reply:
    modified = _modified(row)
    headers = {} if modified is None else {"Last-Modified": format_datetime(modified, usegmt=True)}
    since = call.headers.get("if-modified-since")
    if since and modified is not None and modified <= parsedate_to_datetime(since):
        return Reply(status=304, headers=headers)
    names = call.query["fields"].split(",") if call.query.get("fields") else None
    selection = chosen_fields(org, type_, names, call.writing.now)
    return Reply(body=selection.show(row, call.version), headers=headers)


def _check_unmodified(call: Call, row: Row) -> None:
    """If-Unmodified-Since is the only lock that Salesforce offers for a lead; it is as fine as a second."""
    since, modified = call.headers.get("if-unmodified-since"), _modified(row)
    if not since or modified is None:
        return
    try:
        limit = parsedate_to_datetime(since)
    except ValueError as error:
        raise RefusedError("INVALID_HTTP_HEADER", f"not an HTTP date: {since}") from error
    if modified > limit:
        raise RefusedError("PRECONDITION_FAILED", "The resource was modified after the given date.", status=412)


def _modified(row: Row) -> datetime | None:
    stamp = row.get("LastModifiedDate")
    return times.read_datetime(stamp) if stamp else None


def _refuse_by_fault(call: Call) -> None:
    refusal = row_fault(call)
    if refusal is not None:
        raise refusal


def _created(call: Call, type_: ObjectType, said: dict[str, Any]) -> Reply:
    return Reply(status=201, body=said, headers={"Location": call.url("sobjects", type_.name, said["id"])})


def _choices(call: Call, type_: ObjectType, matches: list[str]) -> Reply:
    return Reply(status=300, body=[call.url("sobjects", type_.name, one) for one in matches])
