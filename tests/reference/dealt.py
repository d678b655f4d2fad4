"""Every figure of the report of channels, from the raw rows of records and of the ledger."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from sqlalchemy import Connection

from tests.reference.dealing import CAMPAIGNS, CORPORATE, KIND, Business
from tests.reference.figures import Figures, Sight, local_time
from tests.reference.ledger import Known, Row
from tests.reference.office import SOURCES
from tests.reference.paid import RATES, Paid, paid_in
from tests.reference.sums import Expected
from tests.reference.told import MET_MARKETING, channel_of, fits, in_order, micros, standing, words_of

YEAR = 365 * 86_400_000_000
WAYS = ("first", "last", "even", "mql")


@dataclass(frozen=True, slots=True, kw_only=True)
class Dealt:
    """One deal. `parts`: way, or `campaign` → (name, share)."""

    name: str
    opened: int | None
    won: date | None
    worth: Fraction | None
    leads: tuple[int, ...]
    origin: str
    parts: Mapping[str, Mapping[str, Fraction]]


def dealt(tx: Connection, everybody: Sequence[Known], business: Business) -> list[Dealt]:
    rows = [dict(each._mapping) for each in tx.exec_driver_sql("SELECT * FROM record").all()]
    rows = [row for row in rows if not row["archived"] and row["merged_into"] is None]
    whose = {row["id"]: row["lead_id"] for row in rows if row["object"] == "Contact"}
    known = {each.id: each for each in everybody}
    places: dict[str, list[Row]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: str(row["id"])):
        if row["object"] == "Place":
            said = json.loads(row["content"])
            places[said["Deal"]].append(said)
    deals = [row for row in rows if row["object"] == "Deal"]
    found = []
    for row in sorted(deals, key=lambda row: str(row["id"])):
        said = json.loads(row["content"])
        if said["Type"] == KIND:
            found.append(_dealt(said, _named(said, places[row["id"]], whose), known, business))
    return found


def _named(said: Row, places: Sequence[Row], whose: Mapping[str, Any]) -> list[int]:
    """Who stands in it, whoever is primary first."""
    primary = [each["Who"] for each in places if each["IsPrimary"]]
    others = [each["Who"] for each in places if not each["IsPrimary"]]
    first = said.get("First")
    if first is not None and first not in primary:
        order = [each["Who"] for each in places]
        primary = [each for each in [*order, first] if each in primary or each == first]
        primary = list(dict.fromkeys(primary))
    ids = list(dict.fromkeys([*primary, *others]))
    return list(dict.fromkeys(int(whose[each]) for each in ids if whose.get(each) is not None))


def _dealt(said: Row, named: Sequence[int], known: Mapping[int, Known], business: Business) -> Dealt:
    opened = micros(said.get("Created"))
    leads = [each for each in named if each in known]
    if not leads:
        near = sorted(business.near.get(said.get("AccountId") or "", ()))
        leads = [each for each in near if each in known and _touches(known[each], opened)]
    met = sorted((touch for each in leads for touch in _touches(known[each], opened)), key=lambda touch: touch[0])
    origin = channel_of(known[leads[0]]) if leads else "unknown"
    begun = [row["opened_at"] for each in leads for row in known[each].of("handoff")]
    handed = max((at for at in begun if opened is None or at <= opened), default=None)
    day = said.get("Closes")
    won = date.fromisoformat(day[:10]) if said["IsWon"] and said["IsClosed"] and day is not None else None
    return Dealt(
        name=said["Name"],
        opened=opened,
        won=won,
        worth=_worth(said),
        leads=tuple(leads),
        origin=origin,
        parts=_parts(met, origin, handed) | {"campaign": _campaigns(met, said)},
    )


def _touches(lead: Known, opened: int | None) -> list[tuple[int, str, str]]:
    """(moment, channel, campaign) of what they did in the year before; the very first is where they came from."""
    every = in_order(row for row in standing(lead) if row["kind"] in MET_MARKETING and not row["automated"])
    found = []
    for number, row in enumerate(every):
        if opened is not None and opened - YEAR <= row["occurred_at"] <= opened:
            channel = channel_of(lead) if number == 0 else _channel_alone(words_of(row))
            found.append((row["occurred_at"], channel, str(words_of(row).get("campaign") or "")))
    return found


def _channel_alone(words: Mapping[str, Any]) -> str:
    return next((each.name for each in SOURCES if fits(each, words.get(each.property))), "unknown")


def _parts(met: Sequence[tuple[int, str, str]], origin: str, handed: int | None) -> dict[str, Mapping[str, Fraction]]:
    if not met:
        return {way: {origin: Fraction(1)} for way in WAYS}
    before = [touch for touch in met if handed is not None and touch[0] <= handed]
    at_handoff = met[-1] if handed is None else before[-1] if before else met[0]
    even = {name: Fraction(sum(touch[1] == name for touch in met), len(met)) for _, name, _ in met}
    ones = {"first": met[0], "last": met[-1], "mql": at_handoff}
    found: dict[str, Mapping[str, Fraction]] = {way: {touch[1]: Fraction(1)} for way, touch in ones.items()}
    return found | {"even": even}


def _campaigns(met: Sequence[tuple[int, str, str]], said: Row) -> Mapping[str, Fraction]:
    names = [touch[2] for touch in met]
    named = {number: name for number, name, *_ in CAMPAIGNS}.get(said.get("CampaignId") or "")
    if named is not None and not any(names):
        return {named: Fraction(1)}
    if not names:
        return {"no campaign": Fraction(1)}
    return {name or "no campaign": Fraction(names.count(name), len(names)) for name in names}


def _worth(said: Row) -> Fraction | None:
    home, amount, code = said.get("Home"), said.get("Amount"), said.get("Iso")
    if home is not None:
        return Fraction(str(home))
    if amount is None or amount == "much":
        return None
    if code is None or code == CORPORATE:
        return Fraction(str(amount))
    return Fraction(str(amount)) / RATES[code] if code in RATES else None


def channels(deals: Iterable[Dealt], sight: Sight, began: date) -> Figures:
    """Each side of each deal stands for itself. `began`: when the crowd did, by which costs are dated."""
    first, last = local_time(sight.since).date(), local_time(sight.until - 1).date()
    mine = [each for each in deals if sight.channel is None or each.origin == sight.channel]
    opened = [each for each in mine if sight.covers(each.opened)]
    won = [each for each in mine if each.won is not None and first <= each.won <= last]
    paid = Paid() if sight.channel is not None else paid_in(first, last, began)
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
    for each in won:
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
