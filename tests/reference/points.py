"""Which rules of engagement and fit gave or took points by a moment, by docs/scoring.md: each award by itself."""

from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.reference.asked import holds
from tests.reference.ledger import Known, Row
from tests.reference.local_days import local
from tests.reference.machines import made
from tests.reference.office import Office
from tests.reference.told import in_order, standing

HOUR = 3_600_000_000
DAY = 24 * HOUR
THOUSAND = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Award:
    """What one activity earned under one rule, in thousandths. `own`: that rule's limits, `group`: its group's."""

    rule: str
    points: int
    own: tuple[tuple[Hashable, int], ...]
    group: tuple[int, int | None]


def rules_with_points(lead: Known, at: int, office: Office) -> set[str]:
    """By what was seen and had happened by then."""
    rows = in_order(row for row in standing(lead) if row["seen_at"] <= at and row["occurred_at"] <= at)
    machines = made(rows, office, known_at=at)
    rows = [row for place, row in enumerate(rows) if place not in machines]
    return _engaged(rows, at, office) | _fits(_held(lead, at), office.scoring)


def _engaged(rows: Sequence[Row], at: int, office: Office) -> set[str]:
    """Deductions come first and make room; of the others the youngest."""
    awards = [each for row in reversed(rows) for each in _awards_of(row, rows, at, office)]
    taken: dict[Hashable, int] = defaultdict(int)
    given: dict[str, int] = defaultdict(int)
    for each in sorted(awards, key=lambda one: one.points > 0):
        limits = list(each.own)
        number, limit = each.group
        if each.points > 0:
            limits += [(("group", number), limit)] if limit is not None else []
            limits += [("total", THOUSAND * cap)] if (cap := office.scoring.get("total_cap")) is not None else []
        points = min([abs(each.points), *(most - taken[key] for key, most in limits)])
        given[each.rule] += points
        for key, _ in limits:
            taken[key] += points
        if each.points < 0:
            taken["group", number] -= points
            taken["total"] -= points
    return {name for name, points in given.items() if points}


def _awards_of(row: Row, rows: Sequence[Row], at: int, office: Office) -> Iterator[Award]:
    for number, group in enumerate(office.scoring.get("engagement", ())):
        for rule in group["rules"]:
            if row["kind"] in rule["on"] and row in _counting(rule, rows):
                points = _faded(rule, group, at - row["occurred_at"])
                limit = group.get("limit")
                own = tuple(_own(rule, row, office))
                if points:
                    yield Award(
                        rule=rule["name"],
                        points=points,
                        own=own,
                        group=(number, None if limit is None else limit * THOUSAND),
                    )


def _own(rule: Mapping[str, Any], row: Row, office: Office) -> Iterator[tuple[Hashable, int]]:
    if rule.get("cap_per_day") is not None:
        yield (rule["name"], local(row["occurred_at"], office.zone).date()), rule["cap_per_day"] * THOUSAND
    if rule.get("cap") is not None:
        yield rule["name"], rule["cap"] * THOUSAND


def _counting(rule: Mapping[str, Any], rows: Sequence[Row]) -> list[Row]:
    met = [row for row in rows if row["kind"] in rule["on"] and holds(rule.get("where", {}), row["properties"])]
    repeat = rule.get("repeat", {})
    match repeat.get("policy", "each"):
        case "first":
            return met[:1]
        case "nth":
            return met[repeat["n"] - 1 : repeat["n"]]
        case "once_per":
            kept: list[Row] = []
            for row in met:
                if not kept or row["occurred_at"] - kept[-1]["occurred_at"] >= repeat["days"] * DAY:
                    kept.append(row)
            return kept
        case _:
            return met


def _faded(rule: Mapping[str, Any], group: Mapping[str, Any], age: int) -> int:
    """Age counts in whole hours, what is left in whole parts per million."""
    hours, points = age // HOUR, rule["points"] * THOUSAND
    if rule.get("timeframe_days") is not None:
        return points if hours < rule["timeframe_days"] * 24 else 0
    decay = rule.get("decay") or group.get("decay")
    if decay is None:
        return int(points)
    if decay.get("half_life_days") is not None:
        left = round(1_000_000 * 2 ** (-hours / (24 * decay["half_life_days"])))
    else:
        left = max(0, 1_000_000 - 10_000 * decay["percent"] * (hours // (24 * decay["every_days"])))
    return int((points * left + 500_000) // 1_000_000)


def _held(lead: Known, at: int) -> dict[str, Any]:
    """The youngest fact of each name that held by then and was seen by then."""
    known = [row for row in lead.of("fact") if row["seen_at"] <= at and row["since"] <= at]
    known.sort(key=lambda row: (row["since"], row["seen_at"], repr(row["value"])))
    return {row["name"]: row["value"] for row in known}


def _fits(values: Mapping[str, Any], scoring: Mapping[str, Any]) -> set[str]:
    found = {
        each["name"] for each in scoring.get("fit_penalties", ()) if each["points"] and holds(each["when"], values)
    }
    for group in scoring.get("fit", ()):
        met = [each for each in group["rules"] if holds(each["when"], values)]
        found |= {each["name"] for each in met if each["points"] < 0}
        room = group["limit"] - sum(each["points"] for each in met if each["points"] < 0)
        for each in met:
            if each["points"] > 0 and room > 0:
                found.add(each["name"])
                room -= each["points"]
    return found
