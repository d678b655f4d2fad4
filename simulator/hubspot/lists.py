"""Lists (HubSpot's screens call them segments): static ones with the members people and apps put in."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from simulator.hubspot.kinds import KINDS, Kind, kind_of
from simulator.hubspot.objects import Objects
from simulator.hubspot.refusals import RefusedError, invalid, not_found
from simulator.hubspot.stamps import iso
from simulator.log import Effect

CREATOR = "50000001"


class Processing(StrEnum):
    MANUAL = "MANUAL"
    SNAPSHOT = "SNAPSHOT"
    DYNAMIC = "DYNAMIC"


@dataclass(slots=True, kw_only=True)
class ContactList:
    """One list of records of one type. Members keep when they were added first and last."""

    id: int
    name: str
    kind: Kind
    processing: Processing
    created_ms: int
    updated_ms: int
    version: int = 1
    filter_branch: dict[str, Any] | None = None
    deleted_ms: int | None = None
    members: dict[int, int] = field(default_factory=dict)
    first_added: dict[int, int] = field(default_factory=dict)

    def shown(self) -> dict[str, Any]:
        """As `GET /crm/v3/lists/{id}` puts it under `list`."""
        return {
            "listId": str(self.id),
            "listVersion": self.version,
            "name": self.name,
            "objectTypeId": self.kind.type_id,
            "processingType": self.processing.value,
            "processingStatus": "COMPLETE",
            "createdAt": iso(self.created_ms),
            "updatedAt": iso(self.updated_ms),
            "filtersUpdatedAt": iso(self.created_ms),
            "createdById": CREATOR,
            "updatedById": CREATOR,
            "size": len(self.members),
            **({} if self.deleted_ms is None else {"deletedAt": iso(self.deleted_ms)}),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """What a change of members did; the vendor's key for `added` has an s too many."""

    added: list[str]
    removed: list[str]
    missing: list[str]

    def shown(self) -> dict[str, list[str]]:
        return {
            "recordsIdsAdded": self.added,
            "recordIdsRemoved": self.removed,
            "recordIdsMissing": self.missing,
        }


class Lists:
    """All lists by id and by (type, name), and the lists of every record."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects
        self._by_id: dict[int, ContactList] = {}
        self._of_record: dict[tuple[str, int], set[int]] = {}

    def create(self, body: Mapping[str, Any], *, at_ms: int, effects: list[Effect]) -> ContactList:
        name, kind = str(body.get("name") or ""), kind_of(str(body.get("objectTypeId") or ""))
        if not name:
            raise invalid("List name must not be empty")
        if self.named(kind, name) is not None:
            raise invalid(f"A list with the name '{name}' already exists.", subCategory="ILS.DUPLICATE_LIST_NAMES")
        processing = _processing(body)
        made = ContactList(
            id=len(self._by_id) + 1,
            name=name,
            kind=kind,
            processing=processing,
            created_ms=at_ms,
            updated_ms=at_ms,
            filter_branch=body.get("filterBranch"),
        )
        self._by_id[made.id] = made
        effects.append(_effect("create", made, {"name": name, "processingType": processing.value}))
        return made

    def get(self, list_id: str) -> ContactList:
        found = self._by_id.get(int(list_id)) if list_id.isdigit() else None
        if found is None or found.deleted_ms is not None:
            raise RefusedError(
                404,
                f"List does not exist with ID {list_id}.",
                category="OBJECT_NOT_FOUND",
                subCategory="ILS.LIST_NOT_FOUND",
            )
        return found

    def named(self, kind: Kind, name: str) -> ContactList | None:
        """A live list by name; upper and lower case are the same name."""
        wanted = name.strip().lower()
        return next((one for one in self.live() if one.kind is kind and one.name.lower() == wanted), None)

    def live(self) -> list[ContactList]:
        return [one for one in self._by_id.values() if one.deleted_ms is None]

    def every(self) -> list[ContactList]:
        return list(self._by_id.values())

    def rename(self, found: ContactList, name: str, *, at_ms: int, effects: list[Effect]) -> None:
        taken = self.named(found.kind, name)
        if taken not in (None, found):
            raise invalid(f"A list with the name '{name}' already exists.", subCategory="ILS.DUPLICATE_LIST_NAMES")
        found.name, found.updated_ms, found.version = name, at_ms, found.version + 1
        effects.append(_effect("update", found, {"name": name}))

    def delete(self, found: ContactList, *, at_ms: int, effects: list[Effect]) -> None:
        found.deleted_ms = at_ms
        for record_id in found.members:
            self._of_record[found.kind.name, record_id].discard(found.id)
        effects.append(_effect("delete", found, None))

    def of_record(self, kind: Kind, record_id: int) -> list[ContactList]:
        return [self._by_id[one] for one in sorted(self._of_record.get((kind.name, record_id), ()))]

    def change(
        self,
        found: ContactList,
        *,
        add: Iterable[str] = (),
        remove: Iterable[str] = (),
        at_ms: int,
        effects: list[Effect],
    ) -> Moved:
        """Add and remove members; members already there and unknown records change nothing."""
        if found.processing is Processing.DYNAMIC:
            raise invalid(
                f"List {found.id} is DYNAMIC: only MANUAL and SNAPSHOT lists accept membership changes.",
                subCategory="ILS.CANNOT_EDIT_DYNAMIC_LIST",
            )
        missing: list[str] = []
        added = [key for key in add if self._add(found, key, missing, at_ms=at_ms, effects=effects)]
        removed = [key for key in remove if self._remove(found, key, effects=effects)]
        return Moved(added=added, removed=removed, missing=missing)

    def _add(self, found: ContactList, key: str, missing: list[str], *, at_ms: int, effects: list[Effect]) -> bool:
        record = self._objects.table(found.kind).live.get(int(key)) if key.isdigit() else None
        if record is None:
            missing.append(key)
            return False
        if record.id in found.members:
            return False
        found.members[record.id] = at_ms
        found.first_added.setdefault(record.id, at_ms)
        self._of_record.setdefault((found.kind.name, record.id), set()).add(found.id)
        effects.append(_member("member_add", found, record.id))
        return True

    def _remove(self, found: ContactList, key: str, *, effects: list[Effect]) -> bool:
        record_id = int(key) if key.isdigit() else -1
        if found.members.pop(record_id, None) is None:
            return False
        self._of_record[found.kind.name, record_id].discard(found.id)
        effects.append(_member("member_remove", found, record_id))
        return True

    def enter(self, found: ContactList, *, member_ids: Iterable[int], at_ms: int) -> None:
        """Put members on a list of any type, as HubSpot does itself with a DYNAMIC one."""
        for record_id in member_ids:
            found.members[record_id] = at_ms
            found.first_added.setdefault(record_id, at_ms)
            self._of_record.setdefault((found.kind.name, record_id), set()).add(found.id)

    def forget(self, kind: Kind, record_id: int, *, effects: list[Effect]) -> None:
        """Take a deleted record out of its lists."""
        for found in self.of_record(kind, record_id):
            self._remove(found, str(record_id), effects=effects)

    def move(self, kind: Kind, old_ids: Iterable[int], new_id: int, *, at_ms: int, effects: list[Effect]) -> None:
        """Put the record that others were merged into on all their lists."""
        for old_id in old_ids:
            for found in self.of_record(kind, old_id):
                self._remove(found, str(old_id), effects=effects)
                self._add(found, str(new_id), [], at_ms=at_ms, effects=effects)


def _processing(body: Mapping[str, Any]) -> Processing:
    try:
        processing = Processing(str(body.get("processingType") or ""))
    except ValueError as error:
        raise invalid(f"Invalid processingType: {body.get('processingType')}") from error
    if processing is Processing.DYNAMIC and not body.get("filterBranch"):
        raise invalid("A filterBranch is required to create a DYNAMIC list.")
    return processing


def type_of_list(type_id: str) -> Kind:
    """The object type of a list path; 404 for a type without records."""
    found = next((kind for kind in KINDS.values() if type_id in (kind.type_id, kind.name)), None)
    if found is None:
        raise not_found(f"Object type {type_id} does not exist")
    return found


def _effect(op: Any, found: ContactList, after: dict[str, Any] | None) -> Effect:
    before = {} if op == "update" else ({"name": found.name} if op == "delete" else None)
    return {"op": op, "type": "lists", "id": str(found.id), "before": before, "after": after}


def _member(op: Any, found: ContactList, record_id: int) -> Effect:
    """`name` says which list, so that a reader of the log need not look it up."""
    said = {"record": str(record_id), "name": found.name}
    before, after = (None, said) if op == "member_add" else (said, None)
    return {"op": op, "type": "lists", "id": str(found.id), "before": before, "after": after}
