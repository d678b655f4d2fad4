"""The associations endpoints, version 4: who belongs to whom, read and written in bulk or for one record."""

from typing import Any

from simulator.hubspot.answers import Json, paged
from simulator.hubspot.batch import batch_answer, ordered_failure
from simulator.hubspot.call import Answer, Call
from simulator.hubspot.kinds import Kind, kind_of
from simulator.hubspot.links import LINK_TYPES, LinkType, default_type, types_between
from simulator.hubspot.refusals import RefusedError, invalid, not_found

PAGE, READ_BATCH, WRITE_BATCH = 500, 1_000, 2_000


def _ends(call: Call) -> tuple[Kind, Kind]:
    origin, target = kind_of(call.params["from"]), kind_of(call.params["to"])
    if default_type(origin, target) is None:
        raise invalid(f"No association type exists between {origin.type_id} and {target.type_id}")
    return origin, target


def _shown(target_id: int, type_ids: tuple[int, ...]) -> Json:
    return {"toObjectId": str(target_id), "associationTypes": [LINK_TYPES[one].shown() for one in type_ids]}


def labels(call: Call) -> Answer:
    origin, target = _ends(call)
    return Answer({"results": [one.shown() for one in types_between(origin, target)]})


def page(call: Call) -> Answer:
    """The associated records of one record, 500 a page."""
    origin, target = _ends(call)
    record = call.portal.objects.require(origin, call.params["id"])
    limit = call.query.whole("limit", PAGE, most=PAGE)
    ends = sorted(call.portal.associations.ends(origin, record.id, target).items())
    after = int(call.query.one("after") or 0)
    rows = [one for one in ends if one[0] >= after]
    following = str(rows[limit][0]) if len(rows) > limit else None
    return Answer(paged([_shown(*one) for one in rows[:limit]], following, call.link))


def read(call: Call) -> Answer:
    """`batch/read`: records without associations are told in a 207, as are unknown ones."""
    origin, target = _ends(call)
    results: list[Json] = []
    missing: list[str] = []
    for row in call.inputs(READ_BATCH):
        key = str(row.get("id"))
        record = call.portal.objects.get(origin, key)
        ends = {} if record is None else call.portal.associations.ends(origin, record.id, target)
        if not ends:
            missing.append(key)
        else:
            results.append({"from": {"id": key}, "to": [_shown(*one) for one in ends.items()]})
    errors = [_none(origin, target, missing)] if missing else []
    return batch_answer(call, results, errors)


def _none(origin: Kind, target: Kind, ids: list[str]) -> Json:
    return {
        "status": "error",
        "category": "OBJECT_NOT_FOUND",
        "subCategory": "crm.associations.NO_ASSOCIATIONS_FOUND",
        "message": f"No {target.singular} is associated with {origin.singular} {', '.join(ids)}.",
        "context": {"fromObjectId": ids, "fromObjectType": [origin.singular], "toObjectType": [target.singular]},
    }


def create(call: Call) -> Answer:
    """`batch/create` with named types; unknown records are told in a 207."""
    origin, target = _ends(call)
    rows = call.inputs(WRITE_BATCH)
    errors = [ordered_failure(rows.pop(0))] if call.fails_partly else []
    prepared = [(row, call.portal.associations.types(origin, target, _type_ids(row))) for row in rows]
    results: list[Json] = []
    for row, types in prepared:
        try:
            results.append(_join(call, origin, target, row, types))
        except RefusedError as refused:
            errors.append(refused.body)
    return batch_answer(call, results, errors, status=201)


def create_default(call: Call) -> Answer:
    """`batch/associate/default`: the plain association for every pair."""
    origin, target = _ends(call)
    plain = call.portal.associations.types(origin, target, ())
    results = [_default(call, origin, target, row, plain) for row in call.inputs(WRITE_BATCH)]
    return batch_answer(call, [one for pair in results for one in pair])


def _type_ids(row: dict[str, Any]) -> list[int]:
    return [int(one["associationTypeId"]) for one in row.get("types") or []]


def _join(call: Call, origin: Kind, target: Kind, row: dict[str, Any], types: list[LinkType]) -> Json:
    one, other = _key(row, "from"), _key(row, "to")
    start, end = call.portal.objects.require(origin, one), call.portal.objects.require(target, other)
    call.portal.associate((origin, start.id), (target, end.id), types=types, write=call.write)
    return {
        "fromObjectTypeId": origin.type_id,
        "fromObjectId": one,
        "toObjectTypeId": target.type_id,
        "toObjectId": other,
        "labels": [type_.label for type_ in types if type_.label],
    }


def _key(row: dict[str, Any], end: str) -> str:
    return str((row.get(end) or {}).get("id"))


def _default(call: Call, origin: Kind, target: Kind, row: dict[str, Any], types: list[LinkType]) -> list[Json]:
    _join(call, origin, target, row, types)
    one, other = _key(row, "from"), _key(row, "to")
    plain = types[0]
    return [
        {"from": {"id": one}, "to": {"id": other}, "associationSpec": _spec(plain.id)},
        {"from": {"id": other}, "to": {"id": one}, "associationSpec": _spec(plain.inverse)},
    ]


def _spec(type_id: int) -> Json:
    return {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": type_id}


def put(call: Call) -> Answer:
    """Associate two records with the types of the body."""
    origin, target = _ends(call)
    body = call.body if isinstance(call.body, list) else []
    types = call.portal.associations.types(origin, target, [int(one["associationTypeId"]) for one in body])
    return Answer(_join(call, origin, target, _path_row(call), types), 201)


def put_default(call: Call) -> Answer:
    """Associate two records plainly."""
    origin, target = _ends(call)
    types = call.portal.associations.types(origin, target, ())
    return batch_answer(call, _default(call, origin, target, _path_row(call), types))


def _path_row(call: Call) -> dict[str, Any]:
    return {"from": {"id": call.params["id"]}, "to": {"id": call.params["other"]}}


def remove(call: Call) -> Answer:
    origin, target = _ends(call)
    one, other = call.params["id"], call.params["other"]
    if not (one.isdigit() and other.isdigit()):
        raise not_found()
    if call.portal.associations.unlink(origin, int(one), target, int(other)):
        name = f"{origin.name}.{one}-{target.name}.{other}"
        call.effects.append({"op": "delete", "type": "associations", "id": name, "before": {}, "after": None})
    return Answer(None, 204)


def remove_many(call: Call) -> Answer:
    """`batch/archive`: every pair named loses all its associations."""
    origin, target = _ends(call)
    for row in call.inputs(WRITE_BATCH):
        one = _key(row, "from")
        for end in row.get("to") or []:
            other = str(end.get("id"))
            if one.isdigit() and other.isdigit():
                call.portal.associations.unlink(origin, int(one), target, int(other))
    return Answer(None, 204)
