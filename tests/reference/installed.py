"""The office of an installed folder: its files read as plain data, and its reps' names as the systems show them.

It reads what `leadloop init`, the demo and the example of the recorded log write. What it does not know it refuses: a
rule that is passed over would make two wrong figures alike.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import time
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from sqlalchemy import Connection

from tests.reference.ledger import Row
from tests.reference.office import WEEK, Crew, Meaning, Named, Office, Shift
from tests.reference.told import micros

UNKNOWN_TO_US = {"routing.yaml": {"territories"}, "scoring.yaml": {"scanners"}}
USUAL = {"days": WEEK[:5], "start": "09:00", "end": "17:00"}


def file_of(folder: Path, name: str) -> dict[str, Any]:
    """What a file says; nothing where there is none."""
    path = folder / name
    said = (YAML(typ="safe", pure=True).load(path) if path.is_file() else None) or {}
    strange = UNKNOWN_TO_US.get(name, set()) & said.keys()
    if strange:
        raise ValueError(f"the reference does not know {sorted(strange)} of {name}")
    return dict(said)


def office_of(folder: Path, tx: Connection) -> Office:
    settings, routing, reports, lifecycle, mapping, scoring = (
        file_of(folder, f"{name}.yaml")
        for name in ("leadloop", "routing", "reports", "lifecycle", "mapping", "scoring")
    )
    playbook = reports.get("playbook", {})
    return Office(
        crews=tuple(_crews(routing)),
        zone=settings.get("time_zone", "UTC"),
        names=dict(_names(tx, mapping["systems"])),
        sources=_named(reports.get("channels", ())),
        meaning=_meaning(reports.get("meaningful", {})),
        telling=dict(_telling(mapping["properties"])),
        goal=reports.get("goal", {}).get("qualified_per_team_and_day", 1),
        spelled={**lifecycle["verdicts"], **_labels(lifecycle["outcomes"])},
        assets=_named(reports.get("assets", ())),
        personas=_named(playbook.get("personas", ())),
        cells=tuple(
            (each["stage"], each.get("persona", "others"), each.get("asset", "")) for each in playbook.get("cells", ())
        ),
        no_mail=lifecycle.get("opted_out_property", "opted_out"),
        no_mail_days=reports.get("opt_outs", {}).get("days", 7),
        scoring=scoring,
    )


def drives_of(folder: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """The name of each, and what it says."""
    for each in file_of(folder, "reports.yaml").get("drives", ()):
        yield each["name"], {key: value for key, value in each.items() if key != "name"}


def went_live(tx: Connection) -> int | None:
    """Who was known by then was there before."""
    said = tx.exec_driver_sql("SELECT value FROM installation WHERE name = 'went_live_at'").scalar()
    return micros(said)


def records(tx: Connection, connection: str, kind: str) -> list[Row]:
    """What a system shows of one object; `said`: its fields."""
    rows = [dict(each._mapping) for each in tx.exec_driver_sql("SELECT * FROM record ORDER BY connection, object, id")]
    own = [row for row in rows if (row["connection"], row["object"]) == (connection, kind)]
    return [row | {"said": json.loads(row["content"])} for row in own]


def _named(rules: Iterable[Mapping[str, Any]]) -> tuple[Named, ...]:
    return tuple(Named(name=each["name"], when=each["when"]) for each in rules)


def _labels(outcomes: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    return {name: str(each["label"]) for name, each in outcomes.items()}


def _meaning(said: Mapping[str, Any]) -> Meaning:
    return Meaning(
        long_call_s=said.get("conversation_s", 120),
        talked=tuple(said.get("dispositions", ())),
        meetings=said.get("meeting_held", True),
        replies=said.get("reply", True),
    )


def _telling(properties: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    for each in properties:
        if each.get("role", "shared") == "shared":
            yield each["name"], each.get("label") or each["name"]


def _crews(routing: Mapping[str, Any]) -> Iterator[Crew]:
    """Whoever is in several pools works where the first of them does."""
    homes: dict[str, str] = {}
    for pool in routing["pools"]:
        for member in pool["members"]:
            homes.setdefault(member["email"].lower(), pool["team"])
    for team in routing["teams"]:
        yield Crew(
            name=team["name"],
            zone=team.get("time_zone", "UTC"),
            country=team.get("holidays"),
            shifts=tuple(_shift(each) for each in team.get("hours", [USUAL])),
            reps=tuple(rep for rep, home in homes.items() if home == team["name"]),
            away=tuple((each["email"], each["first"], each["last"]) for each in team.get("absences", ())),
        )


def _shift(block: Mapping[str, Any]) -> Shift:
    start, end = (time.fromisoformat(block[name]) for name in ("start", "end"))
    return Shift(days=tuple(block["days"]), start=start.hour * 60 + start.minute, end=end.hour * 60 + end.minute)


def _names(tx: Connection, systems: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """Of each e-mail: as the last system has it that says a name at all; of several users there the active one's."""
    found: dict[str, str] = {}
    for connection, system in systems.items():
        words = system.get("users")
        if words is None:
            continue
        if words.get("known_as"):
            raise ValueError("the reference does not know `known_as` of users")
        users = records(tx, connection, words["object"])
        users.sort(key=lambda row: (row["archived"] or row["said"].get(words.get("active")) is False, row["id"]))
        for email in {str(row["said"].get(words["email"]) or "").lower() for row in users} - {""}:
            own = next(row for row in users if str(row["said"].get(words["email"]) or "").lower() == email)
            name = own["said"].get(words["name"]) if words.get("name") else None
            found[email] = str(name or found.get(email) or email.partition("@")[0])
    yield from found.items()
