"""The side door's bodies, read strictly: a bad one is refused with one clear sentence."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from dataclasses import fields as dataclass_fields
from datetime import UTC, datetime
from pathlib import Path

import orjson

from simulator.act import ActError, Row
from simulator.faults import KINDS, Fault
from simulator.kernel import PLACES, Settings
from simulator.neighbours import orders as neighbour_orders

SeedRows = dict[str, dict[str, list[Row]]]

DOERS = ("rep", "prospect", "marketer", "admin")
DEEDS = (
    "accept",
    "reject",
    "outcome",
    "call",
    "email",
    "meeting",
    "submit_form",
    "click",
    "page_view",
    "edit",
    "convert",
    "merge",
    "delete",
    "unsubscribe",
    "open_lead",
    "press",
)
# Side-door key -> the object types it becomes, per system.
SEED_KEYS: dict[str, tuple[tuple[str, str], ...]] = {
    "users": (("salesforce", "User"), ("hubspot", "owners")),
    "queues": (("salesforce", "Group"),),
    "accounts": (("salesforce", "Account"),),
    "campaigns": (("salesforce", "Campaign"),),
    "leads": (("salesforce", "Lead"),),
    "sf_contacts": (("salesforce", "Contact"),),
    "opportunities": (("salesforce", "Opportunity"),),
    "contact_roles": (("salesforce", "OpportunityContactRole"),),
    "companies": (("hubspot", "companies"),),
    "deals": (("hubspot", "deals"),),
    "forms": (("hubspot", "forms"),),
    "lists": (("hubspot", "lists"),),
    "contacts": (("hubspot", "contacts"),),
}
FAULT_KEYS = {"kind", "match", "times", "after_commit", "seconds", "status"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One thing a person does in one system."""

    as_: str
    do: str
    system: str
    id: str
    fields: Row
    at: datetime


def act(body: Row, *, now: datetime) -> Act:
    """Read one act; `at` may lie in the past, never in the future."""
    _only(body, {"as", "do", "system", "id", "fields", "at"}, "act")
    fields = body.get("fields") or {}
    if not isinstance(fields, dict):
        raise ActError("fields must be an object")
    at = moment(body["at"], "at") if body.get("at") is not None else now
    if at > now:
        raise ActError(f"at lies in the future: {body['at']} is after the simulated {now.isoformat()}")
    return Act(
        as_=_one_of(body.get("as", "rep"), DOERS, "as"),
        do=_one_of(body.get("do"), DEEDS, "do"),
        system=_one_of(body.get("system"), PLACES, "system"),
        id=str(body.get("id") or ""),
        fields=fields,
        at=at,
    )


def seed_rows(body: Row) -> SeedRows:
    """Rows by system and object type, in an order in which a row can point at an earlier one."""
    if "file" in body:
        _only(body, {"file"}, "seed")
        body = _read(Path(str(body["file"])))
    _only(body, {*SEED_KEYS, *PLACES}, "seed")
    rows: SeedRows = {}
    for key, places in SEED_KEYS.items():
        if key in body:
            for system, type_name in places:
                rows.setdefault(system, {})[type_name] = [dict(row) for row in listed(body, key)]
    for system in PLACES:
        for type_name, more in _by_type(body, system):
            rows.setdefault(system, {}).setdefault(type_name, []).extend(more)
    return rows


def fault(body: Row) -> Fault:
    """Read a fault order; keys beyond the known ones go to the vendor as `fault.fields`."""
    kind = _one_of(body.get("kind"), KINDS, "kind")
    match = body.get("match") or {}
    if not isinstance(match, dict):
        raise ActError("match must be an object")
    _only(match, {"system", "method", "path"}, "match")
    if match.get("system") is not None:
        _one_of(match["system"], PLACES, "match.system")
    times = body.get("times", 1)
    if times is not None and (not isinstance(times, int) or times < 1):
        raise ActError(f"times must be a whole number above 0 or null, got {times!r}")
    return Fault(
        kind=kind,  # type: ignore[arg-type]  # checked against the Literal's own values
        system=match.get("system"),
        method=match["method"].upper() if match.get("method") else None,
        path=_pattern(match["path"]) if match.get("path") else None,
        times=times,
        after_commit=body.get("after_commit") is True,
        seconds=seconds(body, "seconds", default=1.0),
        status=body.get("status"),
        fields={key: value for key, value in body.items() if key not in FAULT_KEYS},
    )


def seconds(body: Row, key: str, *, default: float | None = None) -> float:
    """A number of seconds from 0 up."""
    value = body.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise ActError(f"{key} must be a number of seconds from 0 up, got {value!r}")
    return float(value)


def moment(value: object, key: str) -> datetime:
    """An ISO 8601 time; one without an offset is UTC."""
    try:
        parsed = datetime.fromisoformat(str(value))
    except ValueError as error:
        raise ActError(f"{key} must be an ISO 8601 time, got {value!r}") from error
    return (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).astimezone(UTC)


def listed(body: Row, key: str) -> list[Row]:
    """A list of objects."""
    rows = body[key]
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ActError(f"{key} must be a list of objects")
    return rows


def change_settings(settings: Settings, body: Row) -> None:
    """Set the named settings; those by system take {"salesforce": ..., "hubspot": ...} or a part of it."""
    known = {one.name for one in dataclass_fields(settings)}
    _only(body, known, "settings")
    for name, value in body.items():
        before = getattr(settings, name)
        if name == "neighbours":
            settings.neighbours.update(neighbour_orders.checked(value))
        elif isinstance(before, dict):
            if not isinstance(value, dict):
                raise ActError(f"{name} must be an object")
            for key, inner in value.items():
                _check_setting(f"{name}.{key}", before.get(key), inner)
            before.update(value)  # in place: the vendors hold on to the same object
        else:
            _check_setting(name, before, value)
            setattr(settings, name, value)


def shown_settings(settings: Settings) -> Row:
    """The settings without the secrets of the clients."""
    shown = {one.name: getattr(settings, one.name) for one in dataclass_fields(settings)}
    return shown | {"clients": sorted(settings.clients)}


def _check_setting(name: str, before: object, value: object) -> None:
    if isinstance(before, list):
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise ActError(f"{name} must be a list of texts, got {value!r}")
        return
    if name.startswith("webhooks.") and before is None:
        raise ActError(f"unknown setting {name}")
    if isinstance(before, bool):
        if not isinstance(value, bool):
            raise ActError(f"{name} must be true or false, got {value!r}")
    elif isinstance(before, int | float):
        if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
            raise ActError(f"{name} must be a number from 0 up, got {value!r}")
    elif not isinstance(value, str) and not (value is None and "." not in name):
        raise ActError(f"{name} must be text, got {value!r}")


def _read(path: Path) -> Row:
    try:
        body = orjson.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise ActError(f"cannot read the seed file {path}: {error}") from error
    if not isinstance(body, dict):
        raise ActError(f"the seed file {path} must hold a JSON object")
    return body


def _by_type(body: Row, system: str) -> Iterable[tuple[str, list[Row]]]:
    groups = body.get(system) or {}
    if not isinstance(groups, dict):
        raise ActError(f"{system} must be an object of lists by object type")
    return [(name, [dict(row) for row in listed(groups, name)]) for name in groups]


def _pattern(text: object) -> re.Pattern[str]:
    try:
        return re.compile(str(text))
    except re.error as error:
        raise ActError(f"match.path is not a regular expression: {error}") from error


def _one_of(value: object, allowed: tuple[str, ...], key: str) -> str:
    if not isinstance(value, str) or value not in allowed:
        raise ActError(f"{key} must be one of {', '.join(allowed)}; got {value!r}")
    return value


def _only(body: Row, allowed: set[str], what: str) -> None:
    unknown = sorted(set(body) - allowed)
    if unknown:
        raise ActError(f"unknown key in {what}: {', '.join(unknown)}; known are {', '.join(sorted(allowed))}")
