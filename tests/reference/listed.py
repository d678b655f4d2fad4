"""Every figure about the nurture lists: who the systems show on them, and what mail came to, person by person."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from tests.reference.figures import DAY, Figures
from tests.reference.installed import file_of
from tests.reference.ledger import Known, Row
from tests.reference.sums import count

MONTH = 30 * DAY
ANSWERS = ("email_opened", "email_clicked", "email_replied")


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """`lists`: (system, list), each that somebody is to write to; `no_mail`, `marketing`: properties that say who may
    have mail; `rows`: of the tables that nobody else of the reference reads."""

    lists: tuple[tuple[str, str], ...]
    no_mail: str
    marketing: str
    rows: Mapping[str, list[Row]]


def listed_of(folder: Path, tx: Connection) -> Listed:
    lifecycle, mapping = file_of(folder, "lifecycle.yaml"), file_of(folder, "mapping.yaml")
    keepers = sorted(name for name, system in mapping["systems"].items() if system.get("lists"))
    tables = ("membership", "mailed", "identity_key", "gate_closed")
    return Listed(
        lists=tuple((keeper, name) for keeper in keepers for name in sorted(set(_lists(lifecycle)))),
        no_mail=lifecycle.get("opted_out_property", "opted_out"),
        marketing=lifecycle.get("marketing_contact_property", "marketing_contact"),
        rows={
            table: [dict(each._mapping) for each in tx.exec_driver_sql(f"SELECT * FROM {table}").all()]
            for table in tables
        },
    )


def _lists(lifecycle: Mapping[str, Any]) -> Iterator[str]:
    for road in lifecycle["outcomes"].values():
        roads = [road, *(road.get("reasons") or {}).values()]
        yield from (each["list"] for each in roads if each.get("list"))
    if lifecycle.get("silent_customers") is not None:
        yield lifecycle["silent_customers"]["list"]
    if lifecycle.get("air_cover") is not None:
        yield lifecycle["air_cover"].get("list", "LL · Air cover")


def lists(said: Listed, everybody: Iterable[Known], now: int) -> Figures:
    known = {each.id: each for each in everybody}
    found: Figures = {}
    for keeper, name in said.lists:
        rows = [row for row in said.rows["membership"] if (row["connection"], row["list"]) == (keeper, name)]
        people = [known[row["lead_id"]] for row in rows if row["shown"]]
        columns = {
            "members": [each.id for each in people],
            "reached": [each.id for each in people if _is_reached(each, said, now)],
            "clicked": [each.id for each in people if _has_done(each, "email_clicked", now)],
            "replied": [each.id for each in people if _has_done(each, "email_replied", now)],
            "returned": [row["lead_id"] for row in rows if _is_back(row, now)],
            "unmailable": [each.id for each in people if _is_out_of_reach(each, said, keeper)],
        }
        found |= {("list", f"{name} ({keeper})", column): count(leads) for column, leads in columns.items()}
    return found


def _is_back(row: Row, now: int) -> bool:
    gone = row["member"] is not None and not row["member"]
    return gone and row["why"] == "returned to sales" and row["since"] is not None and row["since"] >= now - MONTH


def _acts(lead: Known) -> list[Row]:
    return [row for row in lead.of("activity") if row["retracted_at"] is None]


def _is_reached(lead: Known, said: Listed, now: int) -> bool:
    delivered = any(row["lead_id"] == lead.id and row["at"] >= now - MONTH for row in said.rows["mailed"])
    return delivered or any(row["kind"] in ANSWERS and row["occurred_at"] >= now - MONTH for row in _acts(lead))


def _has_done(lead: Known, kind: str, now: int) -> bool:
    return any(row["kind"] == kind and row["occurred_at"] >= now - MONTH and _is_a_person_s(row) for row in _acts(lead))


def _is_a_person_s(row: Row) -> bool:
    """A click that its system takes for a machine's is none, unless the person did something that machines do not."""
    return (
        row["kind"] != "email_clicked" or row["vouched_at"] is not None or row["properties"].get("filtered") is not True
    )


def _is_out_of_reach(lead: Known, said: Listed, keeper: str) -> bool:
    has_address = any(row["lead_id"] == lead.id and row["kind"] == "email" for row in said.rows["identity_key"])
    gates = (row for row in said.rows["gate_closed"] if row["lead_id"] == lead.id)
    return (
        _says(lead, said.no_mail) in (True, 1, "true", "yes", "1")
        or not has_address
        or _came_back(lead)
        or _says(lead, said.marketing) in (False, 0, "false", "no", "0")
        or any((row["connection"], row["way"]) == (keeper, "write") for row in gates)
    )


def _came_back(lead: Known) -> bool:
    """The last mail did, and nothing that the person did shows that another arrived since."""
    acts = _acts(lead)
    bounced = [row["occurred_at"] for row in acts if row["kind"] == "email_bounced"]
    answered = [row["occurred_at"] for row in acts if row["kind"] in ANSWERS and _is_a_person_s(row)]
    return bool(bounced) and max(bounced) >= max(answered, default=0)


def _says(lead: Known, name: str) -> Any:
    """What was last seen of a property; None where nothing was."""
    told = [row for row in lead.of("fact") if row["name"] == name]
    last = max(told, key=lambda row: (row["seen_at"], row["number"]), default=None)
    value = None if last is None else last["value"]
    return value.lower() if isinstance(value, str) else value
