"""The demo's figures once more, from raw log lines, slowly: many passes, and nothing shared with the product."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

Line = Mapping[str, Any]
Key = tuple[str, str]
Index = dict[Key, list[tuple[int, dict[str, Any]]]]
"""Record → (line, what it shows from then on)."""

STAGE = ("LL_Stage__c", "ll_stage")
YES = {"Accept", "Already working it", "Meeting", "Qualified"}


def recompute(lines: Sequence[Line], *, mistake_on: date) -> dict[str, Any]:
    """Every figure of the summary but seconds and memory."""
    who = _who(lines)
    ours = [line for line in lines if not line["path"].startswith("/_simulator")]
    theirs = [line for line in lines if line["path"].startswith("/_simulator")]
    cycles = _cycles(ours)
    by_us, by_them = _index(ours), _index(theirs)
    touches = _touches(lines)
    first_end = max(line["seq"] for line in ours if cycles[line["seq"]] == cycles[_first_write(ours)])
    day_end = max((line["seq"] for line in ours if _at(line).date() <= mistake_on), default=0)
    reached = any(_at(line).date() > mistake_on for line in lines)
    last_cycle = max(cycles.values())
    return {
        "leads": len(set(who.values())),
        "activities": sum(1 for line in theirs for effect in line["effects"] if _is_activity(effect)),
        "mqls": len(_mqls(by_us, who)),
        "assigned": _per_person(who, lambda key: len(_assignments(by_us, key))),
        "accepted": _per_person(who, lambda key: len(_acceptances(by_us, key))),
        "accepted_by_touch": _per_person(who, lambda key: _by_touch(by_us, by_them, touches, key, who)),
        "needs_data": _per_person(
            who, lambda key: len(_moves(by_us, key, ("LL_Queue__c", "ll_queue"), {"needs_data"}))
        ),
        "recycled": sum(1 for line in ours for effect in line["effects"] if _nurture(effect, "member_add")),
        "returned": len(_returns(ours, by_us, cycles)),
        "hand_raise_returns": sum(_asked_last(theirs, seq, key, who) for seq, key in _returns(ours, by_us, cycles)),
        "rejected": sum(
            1 for line in theirs for effect in line["effects"] for said in _said(effect) if said not in YES
        ),
        "rerouted": _rerouted(lines, ours),
        "held": len(_outside(ours, who, day_end, {"warm", "hot"})) if reached else 0,
        "backlog": len(_outside(ours, who, first_end, {"hot"})),
        "writes_after_quiescence": sum(len(line["effects"]) for line in ours if cycles[line["seq"]] == last_cycle),
        "api_calls": {name: sum(line["system"] == name for line in ours) for name in ("salesforce", "hubspot")},
    }


def _at(line: Line) -> datetime:
    return datetime.fromisoformat(line["at"]).astimezone(UTC)


def _who(lines: Sequence[Line]) -> dict[Key, str]:
    found = {}
    for line in lines:
        for effect in line["effects"]:
            if effect["op"] == "create" and effect["type"] in {"Lead", "Contact", "contacts"}:
                address = effect["after"].get("Email") or effect["after"].get("email") or ""
                found[effect["type"], effect["id"]] = address.strip().lower() or effect["type"] + effect["id"]
    return found


def _cycles(ours: Sequence[Line]) -> dict[int, int]:
    number, found, before = 0, {}, None
    for line in ours:
        number += before is None or (_at(line) - before).total_seconds() > 120
        found[line["seq"]], before = number, _at(line)
    return found


def _first_write(ours: Sequence[Line]) -> int:
    """The first write that shows something of a person."""
    people = {"Lead", "Contact", "contacts"}
    return next(int(line["seq"]) for line in ours if any(effect["type"] in people for effect in line["effects"]))


def _is_activity(effect: Line) -> bool:
    kinds = {"form_submissions", "page_views", "email_events", "calls", "emails", "meetings", "Event", "CampaignMember"}
    own = effect["type"] == "Task" and not effect["after"].get("LL_Key__c") if effect["op"] == "create" else False
    return effect["op"] == "create" and (effect["type"] in kinds or own)


def _index(lines: Sequence[Line]) -> Index:
    found: Index = {}
    for line in lines:
        for effect in line["effects"]:
            found.setdefault((effect["type"], effect["id"]), []).append((line["seq"], effect["after"] or {}))
    return found


def _values(index: Index, key: Key, names: Sequence[str]) -> Iterator[tuple[int, Any]]:
    for seq, after in index.get(key, ()):
        yield from ((seq, after[name]) for name in names if name in after)


def _moves(lines: Index, key: Key, names: Sequence[str], to: set[str]) -> list[int]:
    """Lines that changed it to one of these from another value."""
    values = list(_values(lines, key, names))
    pairs = zip([None, *(value for _, value in values)], values, strict=False)
    return [seq for before, (seq, value) in pairs if value in to and value != before]


def _assignments(ours: Index, key: Key) -> list[int]:
    return _moves(ours, key, STAGE, {"assigned"})


def _acceptances(ours: Index, key: Key) -> list[tuple[int, int]]:
    """(assigned, accepted) pairs: the first acceptance after each assignment, before the next one."""
    starts = _assignments(ours, key)
    ends = _moves(ours, key, STAGE, {"accepted", "qualified"})
    pairs = []
    for place, start in enumerate(starts):
        limit = starts[place + 1] if place + 1 < len(starts) else 10**9
        end = next((seq for seq in ends if start < seq < limit), None)
        if end is not None:
            pairs.append((start, end))
    return pairs


def _by_touch(by_us: Index, by_them: Index, touches: Mapping[str, list[int]], key: Key, who: Mapping[Key, str]) -> int:
    mine = [other for other in who if who[other] == who[key]] if _acceptances(by_us, key) else []
    touched = [seq for _, other in mine for seq in touches.get(other, ())]
    accepts = [seq for other in mine for seq, value in _values(by_them, other, ["LL_Verdict__c"]) if value == "Accept"]
    return sum(
        any(start < seq < end for seq in touched) and not any(start < seq < end for seq in accepts)
        for start, end in _acceptances(by_us, key)
    )


def _touches(lines: Sequence[Line]) -> dict[str, list[int]]:
    """Record id → lines in which somebody called, wrote, met, or ticked off leadloop's task."""
    tasks: dict[str, str] = {}
    found: dict[str, list[int]] = {}
    for line in lines:
        by_people = line["path"].startswith("/_simulator")
        for effect in line["effects"]:
            after, key = effect["after"] or {}, effect["id"]
            if effect["op"] == "create" and effect["type"] == "Task" and after.get("LL_Key__c"):
                tasks[key] = str(after.get("WhoId"))
            elif effect["op"] == "create" and effect["type"] in {"Task", "Event"}:
                found.setdefault(str(after.get("WhoId")), []).append(line["seq"])
            elif effect["op"] == "update" and key in tasks and after.get("Status") == "Completed" and by_people:
                found.setdefault(tasks[key], []).append(line["seq"])
            elif effect["op"] == "create" and effect["type"] in {"calls", "emails", "meetings"}:
                found.setdefault(line["act"]["answer"]["contact_id"], []).append(line["seq"])
    return found


def _per_person(who: Mapping[Key, str], count: Any) -> int:
    best: dict[str, int] = {}
    for key, person in who.items():
        best[person] = max(best.get(person, 0), count(key))
    return sum(best.values())


def _mqls(ours: Index, who: Mapping[Key, str]) -> set[tuple[str, int]]:
    names = ("LL_MQL_Since__c", "ll_mql_since")
    return {
        (person, int(datetime.fromisoformat(value).timestamp()))
        for key, person in who.items()
        for _, value in _values(ours, key, names)
        if value
    }


def _nurture(effect: Line, op: str) -> bool:
    said = effect["after"] or effect["before"] or {}
    return bool(effect["op"] == op and said["name"].startswith("LL · Nurture · "))


def _returns(ours: Sequence[Line], by_us: Index, cycles: Mapping[int, int]) -> list[tuple[int, Key]]:
    """(line of the removal, contact) where the stage went to mql or assigned in that cycle or the next."""
    found = []
    for line in ours:
        for effect in line["effects"]:
            if not _nurture(effect, "member_remove"):
                continue
            key = ("contacts", effect["before"]["record"])
            back = {cycles[seq] for seq in _moves(by_us, key, STAGE, {"mql", "assigned"})}
            if {cycles[line["seq"]], cycles[line["seq"]] + 1} & back:
                found.append((line["seq"], key))
    return found


def _asked_last(theirs: Sequence[Line], until: int, key: Key, who: Mapping[Key, str]) -> bool:
    asked = False
    for line in theirs:
        for effect in line["effects"] if line["seq"] < until else ():
            after = effect["after"] or {}
            if effect["op"] != "create":
                continue
            if effect["type"] == "form_submissions" and after["email"] == who[key]:
                asked = "demo" in after["form"].lower()
            if effect["type"] == "page_views" and after["contact"] == key[1]:
                asked = False
            if effect["type"] == "email_events" and after["recipient"] == who[key]:
                asked = False
    return asked


def _said(effect: Line) -> list[str]:
    after = effect["after"] or {}
    return [after[name] for name in ("LL_Verdict__c", "LL_Outcome__c") if effect["op"] == "update" and after.get(name)]


def _rerouted(lines: Sequence[Line], ours: Sequence[Line]) -> int:
    users = {
        effect["id"] for line in lines for effect in line["effects"] if effect["type"] == "User" and effect["after"]
    }
    count = 0
    stages: dict[str, str] = {}
    for line in ours:
        for effect in line["effects"]:
            after: dict[str, Any] = effect["after"] or {}
            before: dict[str, Any] = effect["before"] or {}
            moved = before.get("OwnerId") in users and after.get("OwnerId") in users
            if effect["type"] == "Lead" and moved:
                count += stages.get(effect["id"]) in {"assigned", "accepted", "qualified"}
            if effect["type"] == "Lead" and "LL_Stage__c" in after:
                stages[effect["id"]] = after["LL_Stage__c"]
    return count


def _outside(ours: Sequence[Line], who: Mapping[Key, str], until: int, steps: set[str]) -> set[str]:
    shown: dict[Key, dict[str, Any]] = {}
    for line in ours:
        for effect in line["effects"] if line["seq"] <= until else ():
            key = (effect["type"], effect["id"])
            if key in who:
                shown.setdefault(key, {}).update(
                    {name.lower().removesuffix("__c"): value for name, value in (effect["after"] or {}).items()}
                )
    return {
        who[key]
        for key, values in shown.items()
        if values.get("ll_stage") in {"known", "engaged"}
        and values.get("ll_grade") in {"A", "B", "C"}
        and str(values.get("ll_band")).split()[-1] in steps
    }
