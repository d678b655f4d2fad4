"""How an admin changes the org itself: the `edit` act on the id `settings`, read strictly."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from simulator.act import ActError
from simulator.salesforce import catalogue, editions
from simulator.salesforce.admin_rules import AdminRules, Automation, Condition, DuplicateRule, Rule, Test
from simulator.salesforce.field_changes import offer, retype
from simulator.salesforce.field_security import Access, FieldSecurity
from simulator.salesforce.locks import Locks
from simulator.salesforce.org import Org
from simulator.salesforce.schema import IDS, Kind, ObjectType
from simulator.salesforce.table import Row, Table
from simulator.salesforce.writing import Writing


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """What can be turned."""

    rules: AdminRules
    locks: Locks
    security: FieldSecurity
    table: Callable[[str], Table]
    org: Org
    writing: Writing


def tune(setup: Setup, wishes: Row) -> dict[str, Any]:
    """Set what is named, each thing as a whole (ActError, with nothing changed, for what makes no sense)."""
    unknown = sorted(set(wishes) - set(_KEYS))
    if unknown or not wishes:
        raise ActError(f"settings of Salesforce are {', '.join(_KEYS)}; got {', '.join(unknown) or 'none'}")
    for change in [_KEYS[key](setup, value) for key, value in wishes.items()]:
        change()
    return {"type": "Settings", "id": "settings", "changed": sorted(wishes)}


Change = Callable[[], None]


def _validation_rules(setup: Setup, value: Any) -> Change:
    rules = [_rule(one, "FIELD_CUSTOM_VALIDATION_EXCEPTION") for one in _objects(value, "validation_rules")]
    return lambda: _replace(setup.rules, {"FIELD_CUSTOM_VALIDATION_EXCEPTION"}, rules)


def _lookup_filters(setup: Setup, value: Any) -> Change:
    rules = [_rule(one, "FIELD_FILTER_VALIDATION_EXCEPTION") for one in _objects(value, "lookup_filters")]
    return lambda: _replace(setup.rules, {"FIELD_FILTER_VALIDATION_EXCEPTION"}, rules)


def _automation(setup: Setup, value: Any) -> Change:
    rules = []
    for one in _objects(value, "automation"):
        kind = str(one.pop("kind", "")).upper()
        if kind not in Automation.__members__:
            raise ActError(f"kind must be one of trigger, flow, apex; got {kind.lower()!r}")
        rules.append(_rule(one, Automation[kind].value))
    return lambda: _replace(setup.rules, {each.value for each in Automation}, rules)


def _duplicate_rules(setup: Setup, value: Any) -> Change:
    found = [_duplicate_rule(one) for one in _objects(value, "duplicate_rules")]

    def change() -> None:
        setup.rules.duplicates = found

    return change


def _approvals(setup: Setup, value: Any) -> Change:
    ids = frozenset(_texts(value, "approvals"))

    def change() -> None:
        setup.rules.approvals = ids

    return change


def _no_read(setup: Setup, value: Any) -> Change:
    blind = {_type(name).name: frozenset(_texts(ids, "no_read")) for name, ids in _pairs(value, "no_read")}

    def change() -> None:
        setup.rules.blind = blind

    return change


def _read_only(setup: Setup, value: Any) -> Change:
    names = frozenset(_type(name).name for name in _texts(value, "read_only"))

    def change() -> None:
        setup.rules.read_only = names

    return change


def _storage_full(setup: Setup, value: Any) -> Change:
    if not isinstance(value, bool):
        raise ActError(f"storage_full must be true or false, got {value!r}")

    def change() -> None:
        setup.rules.storage_full = value

    return change


def _parent_lock_s(setup: Setup, value: Any) -> Change:
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise ActError(f"parent_lock_s must be a number of seconds from 0 up, got {value!r}")

    def change() -> None:
        setup.locks.parent_lock_s = float(value)
        setup.locks.release()

    return change


def _field_security(setup: Setup, value: Any) -> Change:
    wanted = []
    for place, word in _pairs(value, "field_security"):
        type_, field = _place(place)
        if str(word).upper() not in Access.__members__:
            raise ActError(f"field_security of {place} must be hidden, read or edit; got {word!r}")
        wanted.append((type_.name, field, Access[str(word).upper()]))

    def change() -> None:
        for one in wanted:
            setup.security.limit(*one)

    return change


def _field_types(setup: Setup, value: Any) -> Change:
    wanted = []
    for place, word in _pairs(value, "field_types"):
        type_, field = _place(place)
        if str(word) not in set(Kind) - IDS:
            raise ActError(f"field_types of {place} must be one of {', '.join(sorted(set(Kind) - IDS))}; got {word!r}")
        wanted.append((setup.table(type_.name), field, Kind(str(word))))

    def change() -> None:
        for one in wanted:
            retype(*one)

    return change


def _picklists(setup: Setup, value: Any) -> Change:
    wanted = []
    for place, words in _pairs(value, "picklists"):
        type_, field = _place(place)
        if type_.fields[field].kind is not Kind.PICKLIST:
            raise ActError(f"{place} is no picklist")
        wanted.append((setup.table(type_.name), field, tuple(_texts(words, "picklists"))))

    def change() -> None:
        for one in wanted:
            offer(*one)

    return change


def _hidden_objects(setup: Setup, value: Any) -> Change:
    return editions.hide_objects(setup.org, _texts(value, "hidden_objects"))


def _multi_currency(setup: Setup, value: Any) -> Change:
    return editions.several_currencies(setup.org, value, setup.writing)


def _record_types(setup: Setup, value: Any) -> Change:
    return editions.record_types(setup.org, value, setup.writing)


_KEYS: Mapping[str, Callable[[Setup, Any], Change]] = {
    "validation_rules": _validation_rules,
    "lookup_filters": _lookup_filters,
    "automation": _automation,
    "duplicate_rules": _duplicate_rules,
    "approvals": _approvals,
    "no_read": _no_read,
    "read_only": _read_only,
    "storage_full": _storage_full,
    "parent_lock_s": _parent_lock_s,
    "field_security": _field_security,
    "field_types": _field_types,
    "picklists": _picklists,
    "hidden_objects": _hidden_objects,
    "multi_currency": _multi_currency,
    "record_types": _record_types,
}


def _replace(rules: AdminRules, codes: set[str], found: list[Rule]) -> None:
    rules.rules = [one for one in rules.rules if one.code not in codes] + found
    # Salesforce runs triggers before validation rules.
    rules.rules.sort(key=lambda one: one.code not in {each.value for each in Automation})


def _rule(told: Row, code: str) -> Rule:
    _only(told, {"name", "object", "when", "message", "at"})
    type_ = _type(told.get("object"))
    when = tuple(_condition(type_, one) for one in _objects(told.get("when", []), "when"))
    at = _field(type_, told["at"]) if told.get("at") else None
    name, message = str(told.get("name") or "rule"), str(told.get("message") or "The org's rule says no.")
    return Rule(name=name, object=type_.name, code=code, message=message, when=when, at=at)


def _condition(type_: ObjectType, told: Row) -> Condition:
    """`{"Rating": "Cold"}` in words: `{"field": "Rating", "test": "is", "value": "Cold"}`."""
    _only(told, {"field", "test", "value"})
    test = str(told.get("test", "is"))
    if test not in set(Test):
        raise ActError(f"test must be one of {', '.join(Test)}; got {test!r}")
    return Condition(field=_field(type_, told.get("field")), test=Test(test), value=told.get("value"))


def _duplicate_rule(told: Row) -> DuplicateRule:
    _only(told, {"name", "object", "fields", "action", "on"})
    type_ = _type(told.get("object"))
    action, on = told.get("action", "alert"), set(_texts(told.get("on", ["create", "update"]), "on"))
    if action not in ("alert", "block") or not on <= {"create", "update"}:
        raise ActError("action of a duplicate rule is alert or block; on names create, update or both")
    return DuplicateRule(
        name=str(told.get("name") or f"Standard_{type_.name}_Duplicate_Rule"),
        object=type_.name,
        fields=tuple(_field(type_, one) for one in _texts(told.get("fields", ["Email"]), "fields")),
        blocks=action == "block",
        on_create="create" in on,
        on_update="update" in on,
    )


def _type(name: object) -> ObjectType:
    type_ = catalogue.named(str(name))
    if type_ is None:
        raise ActError(f"Salesforce has no type {name!r} here")
    return type_


def _field(type_: ObjectType, name: object) -> str:
    field = type_.find(str(name))
    if field is None:
        raise ActError(f"{type_.name} has no field {name!r}")
    return field.name


def _place(text: str) -> tuple[ObjectType, str]:
    """`Lead.Rating`."""
    object_name, _, name = text.partition(".")
    type_ = _type(object_name)
    return type_, _field(type_, name)


def _objects(value: Any, key: str) -> list[Row]:
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise ActError(f"{key} must be a list of objects")
    return [dict(one) for one in value]


def _texts(value: Any, key: str) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise ActError(f"{key} must be a list of texts")
    return value


def _pairs(value: Any, key: str) -> Iterator[tuple[str, Any]]:
    if not isinstance(value, dict):
        raise ActError(f"{key} must be an object")
    yield from value.items()


def _only(told: Row, allowed: set[str]) -> None:
    unknown = sorted(set(told) - allowed)
    if unknown:
        raise ActError(f"unknown key: {', '.join(unknown)}; known are {', '.join(sorted(allowed))}")
