"""What an org's admin has set up against careless writers: they run on every save, after Salesforce's own checks.

In Salesforce's order: approval locks, triggers and flows before the save, validation rules, duplicate rules.
Seeding and conversion pass; people meet all of it, but click an alerting duplicate rule away.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from simulator.salesforce.errors import RefusedError
from simulator.salesforce.schema import ObjectType
from simulator.salesforce.table import Row, Table, key_of


class Test(StrEnum):
    """How a condition looks at a field."""

    IS = "is"
    IS_NOT = "is_not"
    BLANK = "blank"
    FILLED = "filled"
    ABOVE = "above"
    BELOW = "below"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One field's part of a rule; text is compared without case."""

    field: str
    test: Test
    value: Any = None

    def holds(self, before: Row | None, row: Row) -> bool:
        shown = row.get(self.field)
        return _TESTS[self.test](shown, self.value, (before or {}).get(self.field))


def _number(value: Any) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


_TESTS: Mapping[Test, Callable[[Any, Any, Any], bool]] = {
    Test.IS: lambda shown, value, _: key_of(shown) == key_of(value),
    Test.IS_NOT: lambda shown, value, _: key_of(shown) != key_of(value),
    Test.BLANK: lambda shown, *_: shown is None,
    Test.FILLED: lambda shown, *_: shown is not None,
    Test.ABOVE: lambda shown, value, _: _number(shown) > _number(value),
    Test.BELOW: lambda shown, value, _: _number(shown) < _number(value),
    Test.CHANGED: lambda shown, _, before: shown != before,
}


class Automation(StrEnum):
    """What fails when it runs, and with which code."""

    TRIGGER = "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY"
    FLOW = "CANNOT_EXECUTE_FLOW_TRIGGER"
    APEX = "APEX_ERROR"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Refuses a save of its object when every condition holds; without conditions, every save."""

    name: str
    object: str
    code: str
    message: str
    when: tuple[Condition, ...] = ()
    at: str | None = None
    """The field that the message stands at; none: the top of the page."""

    def refusal(self, type_: ObjectType, before: Row | None, row: Row) -> RefusedError | None:
        if self.object != type_.name or not all(one.holds(before, row) for one in self.when):
            return None
        return RefusedError(self.code, self.message, fields=(self.at,) if self.at else ())


@dataclass(frozen=True, slots=True, kw_only=True)
class DuplicateRule:
    """Finds another living record of the object with the same value in each of `fields` (blank matches nobody)."""

    name: str
    object: str
    fields: tuple[str, ...]
    blocks: bool
    on_create: bool = True
    on_update: bool = True

    def found(self, table: Table, row: Row) -> Iterator[str]:
        wanted = {name: key_of(row.get(name)) for name in self.fields}
        if None in wanted.values():
            return
        first = next((name for name in self.fields if name in table.indexes), None)
        ids = table.ids if first is None else list(table.with_value(first, row[first]))
        for record_id in ids:
            other = table.rows[record_id]
            alike = all(key_of(other.get(name)) == value for name, value in wanted.items())
            if alike and record_id != row["Id"] and not other.get("IsDeleted"):
                yield record_id


class Saving(Protocol):
    """What the rules ask of a write."""

    @property
    def allow_save(self) -> bool:
        """Whether an alert may be clicked away (`Sforce-Duplicate-Rule-Header: allowSave=true`)."""
        ...

    @property
    def by_hand(self) -> bool: ...


@dataclass(slots=True, kw_only=True)
class AdminRules:
    """All of one org's; every list is replaced as a whole."""

    rules: list[Rule] = field(default_factory=list)
    duplicates: list[DuplicateRule] = field(default_factory=list)
    approvals: frozenset[str] = frozenset()
    """Records in an approval process: closed to everybody but people who may edit locked records."""
    blind: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Object type → users who may not read such records, so that they cannot own one."""
    read_only: frozenset[str] = frozenset()
    """Object types whose records the integration user may read, but not write."""
    storage_full: bool = False

    def check(self, type_: ObjectType, before: Row | None, row: Row, *, saving: Saving, table: Table) -> None:
        """RefusedError from the first that says no."""
        self._check_access(type_, before, row, saving)
        for rule in self.rules:
            refusal = rule.refusal(type_, before, row)
            if refusal is not None:
                raise refusal
        for duplicate in self.duplicates:
            if duplicate.object == type_.name and (duplicate.on_create if before is None else duplicate.on_update):
                _check_duplicate(duplicate, row, saving=saving, table=table)

    def _check_access(self, type_: ObjectType, before: Row | None, row: Row, saving: Saving) -> None:
        if type_.name in self.read_only and not saving.by_hand:
            raise RefusedError("INSUFFICIENT_ACCESS_OR_READONLY", "insufficient access rights on object id", fields=())
        if before is None and self.storage_full:
            raise RefusedError("STORAGE_LIMIT_EXCEEDED", "storage limit exceeded", fields=())
        if row["Id"] in self.approvals and not saving.by_hand:
            raise RefusedError("ENTITY_IS_LOCKED", "the entity is locked for editing", fields=())
        owner = row.get("OwnerId")
        if owner in self.blind.get(type_.name, ()) and owner != (before or {}).get("OwnerId"):
            message = "The new owner must have read permission"
            raise RefusedError("TRANSFER_REQUIRES_READ", message, fields=("OwnerId",))


def _check_duplicate(rule: DuplicateRule, row: Row, *, saving: Saving, table: Table) -> None:
    if not rule.blocks and saving.allow_save:
        return
    found = list(rule.found(table, row))
    if found:
        message = "Use one of these records?" if not rule.blocks else "You're creating a duplicate record."
        # Salesforce's own spelling: the REST API has said `duplicateResut` since the header came in v52.0.
        told = {"duplicateResut": _duplicate_result(rule, message, found)}
        raise RefusedError("DUPLICATES_DETECTED", message, fields=(), more=told)


def _duplicate_result(rule: DuplicateRule, message: str, found: list[str]) -> dict[str, Any]:
    """As DuplicateResult is documented; ids without fields, because includeRecordDetails is false by default."""
    records = [
        {
            "additionalInformation": [],
            "fieldDiffs": [],
            "matchConfidence": 100.0,
            "record": {"attributes": {"type": rule.object}, "Id": record_id},
        }
        for record_id in found
    ]
    match = {
        "entityType": rule.object,
        "errors": [],
        "matchEngine": "ExactMatchEngine",
        "matchRecords": records,
        "rule": f"{rule.name}_Match",
        "size": len(records),
        "success": True,
    }
    return {
        "allowSave": not rule.blocks,
        "duplicateRule": rule.name,
        "duplicateRuleEntityType": rule.object,
        "errorMessage": message,
        "matchResults": [match],
    }
