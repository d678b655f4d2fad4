"""The lists endpoints: make and find lists, put records on them and take them off."""

from simulator.hubspot.answers import Json, paged
from simulator.hubspot.call import Answer, Call
from simulator.hubspot.lists import ContactList, Moved, type_of_list
from simulator.hubspot.refusals import RefusedError, invalid
from simulator.hubspot.stamps import iso

MEMBER_PAGE = 250
SEARCH_PAGE = 500
MOVE_LIMIT = 100_000


def _list(call: Call) -> ContactList:
    return call.portal.lists.get(call.params["id"])


def _shown(call: Call, found: ContactList) -> Json:
    shown = found.shown()
    if call.query.flag("includeFilters") and found.filter_branch is not None:
        shown["filterBranch"] = found.filter_branch
    return {"list": shown}


def create(call: Call) -> Answer:
    made = call.portal.lists.create(call.fields(), at_ms=call.now_ms, effects=call.effects)
    return Answer(_shown(call, made))


def several(call: Call) -> Answer:
    """`GET /lists?listIds=`: unknown ids are left out."""
    wanted = set(call.query.many("listIds"))
    return Answer({"lists": [one.shown() for one in call.portal.lists.live() if str(one.id) in wanted]})


def read(call: Call) -> Answer:
    return Answer(_shown(call, _list(call)))


def by_name(call: Call) -> Answer:
    kind, name = type_of_list(call.params["type"]), call.params["name"]
    found = call.portal.lists.named(kind, name)
    if found is None:
        raise RefusedError(
            404,
            f"List does not exist with name {name} and object type ID {kind.type_id}.",
            category="OBJECT_NOT_FOUND",
            subCategory="ILS.LIST_NOT_FOUND",
        )
    return Answer(_shown(call, found))


def search(call: Call) -> Answer:
    """`POST /lists/search`: by part of the name, ids and processing type, `count` at a time."""
    body = call.fields()
    query = str(body.get("query") or "").lower()
    ids = {str(one) for one in body.get("listIds") or []}
    types = {str(one) for one in body.get("processingTypes") or []}
    rows = [
        one
        for one in call.portal.lists.live()
        if query in one.name.lower()
        and (not ids or str(one.id) in ids)
        and (not types or one.processing.value in types)
    ]
    offset, count = int(body.get("offset") or 0), int(body.get("count") or 20)
    if count > SEARCH_PAGE:
        raise invalid(f"count must be at most {SEARCH_PAGE}")
    page = rows[offset : offset + count]
    return Answer(
        {
            "offset": offset + len(page),
            "hasMore": offset + len(page) < len(rows),
            "total": len(rows),
            "lists": [_found(one) for one in page],
        }
    )


def _found(found: ContactList) -> Json:
    """A search result has no size of its own; it stands among the additional properties, as text."""
    shown = found.shown()
    size = shown.pop("size")
    return {**shown, "additionalProperties": {"hs_list_size": str(size), "hs_list_reference_count": "0"}}


def rename(call: Call) -> Answer:
    found, name = _list(call), call.query.one("listName")
    if name is None:
        raise invalid("listName is required")
    call.portal.lists.rename(found, name, at_ms=call.now_ms, effects=call.effects)
    return Answer({"updatedList": found.shown()})


def delete(call: Call) -> Answer:
    call.portal.lists.delete(_list(call), at_ms=call.now_ms, effects=call.effects)
    return Answer(None, 204)


def members(call: Call) -> Answer:
    """Ordered by record id; the cursor is the id of the next member."""
    found = _list(call)
    limit = call.query.whole("limit", 100, most=MEMBER_PAGE)
    after = int(call.query.one("after") or 0)
    standing = {} if call.finds_nothing else found.members
    ids = [record_id for record_id in sorted(standing) if record_id >= after]
    rows = [
        {"recordId": str(record_id), "membershipTimestamp": iso(found.members[record_id])} for record_id in ids[:limit]
    ]
    following = str(ids[limit]) if len(ids) > limit else None
    return Answer({**paged(rows, following, call.link), "total": len(standing)})


def _ids(rows: object) -> list[str]:
    if not isinstance(rows, list):
        raise invalid("Invalid input JSON: a list of record ids is required")
    return [str(one) for one in rows]


def _change(call: Call, *, add: list[str], remove: list[str]) -> Answer:
    failed = add[:1] if call.fails_partly else []
    moved = call.portal.lists.change(
        _list(call), add=add[len(failed) :], remove=remove, at_ms=call.now_ms, effects=call.effects
    )
    return Answer(Moved(added=moved.added, removed=moved.removed, missing=[*failed, *moved.missing]).shown())


def add(call: Call) -> Answer:
    return _change(call, add=_ids(call.body), remove=[])


def remove(call: Call) -> Answer:
    return _change(call, add=[], remove=_ids(call.body))


def add_and_remove(call: Call) -> Answer:
    body = call.fields()
    return _change(call, add=_ids(body.get("recordIdsToAdd") or []), remove=_ids(body.get("recordIdsToRemove") or []))


def add_from(call: Call) -> Answer:
    """All members of another list."""
    source = call.portal.lists.get(call.params["source"])
    _refuse_large(source)
    _change(call, add=[str(one) for one in source.members], remove=[])
    return Answer(None, 204)


def remove_all(call: Call) -> Answer:
    found = _list(call)
    _refuse_large(found)
    _change(call, add=[], remove=[str(one) for one in found.members])
    return Answer(None, 204)


def _refuse_large(found: ContactList) -> None:
    if len(found.members) >= MOVE_LIMIT:
        raise invalid(f"List {found.id} has {MOVE_LIMIT} or more members")


def of_record(call: Call) -> Answer:
    """The lists one record is on."""
    kind = type_of_list(call.params["type"])
    record = call.portal.objects.require(kind, call.params["id"])
    rows = [
        {
            "listId": str(found.id),
            "listVersion": found.version,
            "firstAddedTimestamp": iso(found.first_added[record.id]),
            "lastAddedTimestamp": iso(found.members[record.id]),
        }
        for found in call.portal.lists.of_record(kind, record.id)
    ]
    return Answer({"results": rows, "total": len(rows)})
