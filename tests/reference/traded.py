"""What an installed folder says of deals and costs: mapping.yaml, the systems' records, and the file of costs."""

import csv
from calendar import monthrange
from collections.abc import Iterator, Mapping
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from tests.reference.installed import file_of, records
from tests.reference.ledger import Row
from tests.reference.trade import Bill, Campaign, Trade, sum_of

COLUMNS = {"campaign", "channel", "month", "amount", "currency"}


def trade_of(folder: Path, tx: Connection) -> Trade:
    reports, systems = file_of(folder, "reports.yaml"), file_of(folder, "mapping.yaml")["systems"]
    attribution = reports.get("attribution", {})
    having = [name for name, system in systems.items() if "deals" in system]
    connection = attribution.get("connection") or having[0]
    system = systems[connection]
    if any("campaigns" in other for name, other in systems.items() if name != connection):
        raise ValueError("the reference knows campaigns of the system of the deals alone")
    words = system["deals"]
    rates, corporate = _rates(tx, connection, system)
    return Trade(
        connection=connection,
        person=words.get("contacts", {}).get("object") or system["people"]["objects"][0],
        words=words,
        campaigns=tuple(_campaigns(tx, connection, system.get("campaigns"))),
        bills=tuple(_bills(folder / reports["costs"])) if reports.get("costs") else (),
        rates=rates,
        corporate=corporate or words.get("corporate_currency"),
        near=lambda account: _near(tx, systems, connection, account),
        days=attribution.get("days", 365),
    )


def _rates(tx: Connection, connection: str, system: Mapping[str, Any]) -> tuple[dict[str, Fraction], str | None]:
    words = system.get("currencies")
    if words is None:
        return {}, None
    living = [row["said"] for row in records(tx, connection, words["object"]) if _lives(row)]
    found = {said[words["code"]]: sum_of(said[words["rate"]]) for said in living}
    own = [said[words["code"]] for said in living if said.get(words.get("corporate")) is True]
    return {code: rate for code, rate in found.items() if rate}, own[0] if own else None


def _campaigns(tx: Connection, connection: str, words: Mapping[str, str] | None) -> Iterator[Campaign]:
    for row in records(tx, connection, words["object"]) if words is not None else ():
        if not _lives(row) or words is None:
            continue
        said = {name: row["said"].get(field) for name, field in words.items()}
        begins, ends = (date.fromisoformat(each[:10]) if each else None for each in (said["starts"], said["ends"]))
        yield Campaign(
            key=row["id"],
            name=said["name"],
            kind=said.get("type"),
            cost=sum_of(said.get("cost")),
            code=said.get("currency"),
            first=begins,
            last=ends,
        )


def _bills(path: Path) -> Iterator[Bill]:
    with path.open(encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file):
            if set(line) - COLUMNS:
                raise ValueError(f"the reference knows the columns {sorted(COLUMNS)} of {path.name} alone")
            year, month = map(int, line["month"].split("-"))
            yield Bill(
                campaign=line["campaign"],
                channel=line["channel"],
                first=date(year, month, 1),
                last=date(year, month, monthrange(year, month)[1]),
                amount=Fraction(line["amount"]),
                code=line["currency"] or None,
            )


def _near(tx: Connection, systems: Mapping[str, Any], connection: str, account: str) -> frozenset[int]:
    """Whose own record names the account, or whose address is of its web site; companies of other systems are not
    looked at."""
    words = systems[connection]["accounts"]
    sites = [
        row["said"].get(words["domain"]) for row in records(tx, connection, words["object"]) if row["id"] == account
    ]
    hosts = {str(site).partition("//")[2].split("/")[0].removeprefix("www.").lower() for site in sites if site}
    found = set()
    for name, system in systems.items():
        people = system["people"]
        for row in (each for kind in people["objects"] for each in records(tx, name, kind) if _lives(each)):
            named = name == connection and row["said"].get(people.get("account")) == account
            host = str(row["said"].get(people["email"]) or "").partition("@")[2].lower()
            if row["lead_id"] is not None and (named or host in hosts):
                found.add(row["lead_id"])
    return frozenset(found)


def _lives(row: Row) -> bool:
    return not row["archived"] and row["merged_into"] is None
