"""Every figure of the report of channels, from the raw rows of records and of the ledger."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from sqlalchemy import Connection

from tests.reference.figures import Figures, Sight, local_time
from tests.reference.ledger import Known, Row
from tests.reference.office import Office
from tests.reference.paid import Paid, paid_in
from tests.reference.sums import Expected
from tests.reference.told import channel_of, micros, source_of, touches_of, words_of
from tests.reference.trade import Trade, sum_of

DAY = 86_400_000_000
MOST_WINS = 50
WAYS = ("first", "last", "even", "mql")


@dataclass(frozen=True, slots=True, kw_only=True)
class Dealt:
    """One deal. `parts`: way, or `campaign` → (name, share)."""

    name: str
    key: str
    opened: int | None
    won: date | None
    worth: Fraction | None
    leads: tuple[int, ...]
    origin: str
    parts: Mapping[str, Mapping[str, Fraction]]


def dealt(tx: Connection, everybody: Sequence[Known], trade: Trade, office: Office) -> list[Dealt]:
    rows = [dict(each._mapping) for each in tx.exec_driver_sql("SELECT * FROM record").all()]
    rows = [row for row in rows if not row["archived"] and row["merged_into"] is None]
    rows = [row for row in rows if row["connection"] == trade.connection]
    whose = {row["id"]: row["lead_id"] for row in rows if row["object"] == trade.person}
    known = {each.id: each for each in everybody}
    places = _places(rows, trade)
    kinds = trade.words.get("record_types")
    found = []
    for row in sorted(rows, key=lambda row: str(row["id"])):
        if row["object"] == trade.words["object"]:
            content = json.loads(row["content"])
            said = {name: content.get(field) for name, field in trade.words.items() if isinstance(field, str)}
            said["first"] = content.get(trade.words.get("contacts", {}).get("primary"))
            if not kinds or said["record_type"] in kinds:
                named = _named(said, places[row["id"]], whose)
                found.append(_dealt(said | {"key": row["id"]}, named, known, trade, office))
    return found


def _places(rows: Sequence[Row], trade: Trade) -> dict[str, list[tuple[str, bool]]]:
    """Deal → who stands in it, and whether as the primary one."""
    found: dict[str, list[tuple[str, bool]]] = defaultdict(list)
    words = trade.words.get("contacts", {}).get("roles")
    for row in sorted(rows, key=lambda row: str(row["id"])):
        if words is not None and row["object"] == words["object"]:
            said = json.loads(row["content"])
            found[said[words["deal"]]].append((said[words["person"]], bool(said.get(words.get("primary")))))
    return found


def _named(said: Row, places: Sequence[tuple[str, bool]], whose: Mapping[str, Any]) -> list[int]:
    """Who stands in it, whoever is primary first."""
    primary = [who for who, is_primary in places if is_primary]
    others = [who for who, is_primary in places if not is_primary]
    first = said["first"]
    if first is not None and first not in primary:
        order = [who for who, _ in places]
        primary = [each for each in [*order, first] if each in primary or each == first]
        primary = list(dict.fromkeys(primary))
    ids = list(dict.fromkeys([*primary, *others]))
    return list(dict.fromkeys(int(whose[each]) for each in ids if whose.get(each) is not None))


def _dealt(said: Row, named: Sequence[int], known: Mapping[int, Known], trade: Trade, office: Office) -> Dealt:
    opened = micros(said.get("created"))
    leads = [each for each in named if each in known]
    if not leads:
        near = sorted(trade.near(said["account"])) if said.get("account") else []
        leads = [each for each in near if each in known and _touches(known[each], opened, trade.days, office)]
    met = [touch for each in leads for touch in _touches(known[each], opened, trade.days, office)]
    met.sort(key=lambda touch: touch[0])
    origin = channel_of(known[leads[0]], office) if leads else "unknown"
    begun = [row["opened_at"] for each in leads for row in known[each].of("handoff")]
    handed = max((at for at in begun if opened is None or at <= opened), default=None)
    day = said.get("closes")
    won = _local_day(day, office.zone) if said["won"] and said["closed"] and day is not None else None
    return Dealt(
        name=said.get("name") or said["key"],
        key=said["key"],
        opened=opened,
        won=won,
        worth=_worth(said, trade),
        leads=tuple(leads),
        origin=origin,
        parts=_parts(met, origin, handed) | {"campaign": _campaigns(met, said, trade)},
    )


def _local_day(said: str, zone: str) -> date:
    """A day, or a moment; midnight in UTC is a day, too."""
    at = micros(said) if "T" in said else None
    return date.fromisoformat(said[:10]) if at is None or at % DAY == 0 else local_time(at, zone).date()


def _touches(lead: Known, opened: int | None, days: int, office: Office) -> list[tuple[int, str, str]]:
    """(moment, channel, campaign) of what they did in the days before; the very first is where they came from."""
    every, found = touches_of(lead), []
    decided = [row["touched_at"] for row in lead.of("first_touch")]
    came = [at for at, row in enumerate(every) if row["occurred_at"] in decided]
    first = came[0] if came else 0
    for number, row in enumerate(every):
        if opened is not None and opened - days * DAY <= row["occurred_at"] <= opened:
            channel = channel_of(lead, office) if number == first else source_of(words_of(row), office)
            found.append((row["occurred_at"], channel, str(words_of(row).get("campaign") or "")))
    return found


def _parts(met: Sequence[tuple[int, str, str]], origin: str, handed: int | None) -> dict[str, Mapping[str, Fraction]]:
    if not met:
        return {way: {origin: Fraction(1)} for way in WAYS}
    before = [touch for touch in met if handed is not None and touch[0] <= handed]
    at_handoff = met[-1] if handed is None else before[-1] if before else met[0]
    even = {name: Fraction(sum(touch[1] == name for touch in met), len(met)) for _, name, _ in met}
    ones = {"first": met[0], "last": met[-1], "mql": at_handoff}
    found: dict[str, Mapping[str, Fraction]] = {way: {touch[1]: Fraction(1)} for way, touch in ones.items()}
    return found | {"even": even}


def _campaigns(met: Sequence[tuple[int, str, str]], said: Row, trade: Trade) -> Mapping[str, Fraction]:
    names = [touch[2] for touch in met]
    named = {each.key: each.name for each in trade.campaigns}.get(said.get("campaign") or "")
    if named is not None and not any(names):
        return {named: Fraction(1)}
    if not names:
        return {"no campaign": Fraction(1)}
    return {name or "no campaign": Fraction(names.count(name), len(names)) for name in names}


def _worth(said: Row, trade: Trade) -> Fraction | None:
    home = sum_of(said.get("corporate_amount"))
    return home if home is not None else trade.worth(said.get("amount"), said.get("currency"))


def channels(deals: Iterable[Dealt], sight: Sight, trade: Trade, office: Office) -> Figures:
    """Each side of each deal stands for itself."""
    first, last = (local_time(each, office.zone).date() for each in (sight.since, sight.until - 1))
    mine = [each for each in deals if sight.channel is None or each.origin == sight.channel]
    opened = [each for each in mine if sight.covers(each.opened)]
    won = [each for each in mine if each.won is not None and first <= each.won <= last]
    met = {name for each in (*opened, *won) for name in each.parts["campaign"]} - {"no campaign"}
    paid = Paid() if sight.channel is not None else paid_in(first, last, trade, office, met)
    found: Figures = {}
    for way in WAYS:
        names = sorted({name for each in (*opened, *won) for name in each.parts[way]} | paid.channels.keys())
        for name in names:
            found |= _cells(way, name, _of(opened, way, name), _of(won, way, name), paid.channels.get(name))
        if len(names) > 1:
            whole = [(each, Fraction(1)) for each in opened], [(each, Fraction(1)) for each in won]
            found |= _cells(way, "All", *whole, paid.total or None)
    for name in {name for each in (*opened, *won) for name in each.parts["campaign"]} | paid.campaigns.keys():
        own = _of(opened, "campaign", name), _of(won, "campaign", name)
        found |= _campaign(name, *own, paid.campaigns.get(name))
    for each in sorted(won, key=lambda one: (one.won or date.min, one.key))[-MOST_WINS:]:
        money = Expected(value=None) if each.worth is None else Expected(
            value=float(each.worth), n=1, leads=frozenset(each.leads)
        )  # fmt: skip
        found["win", each.name, "worth"] = money
    return found


Parts = Sequence[tuple[Dealt, Fraction]]


def _of(deals: Iterable[Dealt], way: str, name: str) -> Parts:
    return [(each, each.parts[way][name]) for each in deals if name in each.parts[way]]


def _cells(table: str, label: str, opened: Parts, won: Parts, cost: Fraction | None) -> Figures:
    return _returned(table, label, won, cost) | {
        (table, label, "opened"): _number(opened),
        (table, label, "pipeline"): _money(opened),
        (table, label, "won"): _number(won),
        (table, label, "revenue"): _money(won),
    }


def _number(parts: Parts) -> Expected:
    return Expected(value=float(sum(part for _, part in parts)), n=len(parts), leads=_behind(parts))


def _money(parts: Parts) -> Expected:
    n = len(parts)
    if n and all(each.worth is None for each, _ in parts):
        return Expected(value=None)
    return Expected(value=float(_sum(parts)), of=n or None, n=n, leads=_behind(parts))


def _sum(parts: Parts) -> Fraction:
    return sum(((each.worth or Fraction(0)) * part for each, part in parts), Fraction(0))


def _behind(parts: Parts) -> frozenset[int]:
    return frozenset(lead for each, _ in parts for lead in each.leads)


def _campaign(label: str, opened: Parts, won: Parts, cost: Fraction | None) -> Figures:
    return _returned("campaign", label, won, cost) | {
        ("campaign", label, "pipeline"): _money(opened),
        ("campaign", label, "revenue"): _money(won),
    }


def _returned(table: str, label: str, won: Parts, cost: Fraction | None) -> Figures:
    known = bool(cost) and bool(won) and all(each.worth is not None for each, _ in won)
    roi = float(_sum(won) / cost - 1) if known and cost else None
    return {
        (table, label, "cost"): Expected(value=None if cost is None else float(cost)),
        (table, label, "roi"): Expected(value=roi),
    }
