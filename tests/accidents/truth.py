"""What was right to write: what people put there, by the simulator's own log. leadloop's tables are never asked.

A word of a person may travel to the fields of the same property of the same person, and takes nothing away that
somebody said later there. Who did not ask to be called is neither created nor given to a rep nor put on a list.
"""

import re
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field
from functools import cache
from typing import Any, NamedTuple

from tests.rig import SimulatorProcess
from tests.starter import starter_file

Row = dict[str, Any]
GIVING = frozenset({"OwnerId", "Status", "hs_lead_status", "lifecyclestage"})
"""Fields that say who has somebody and how far they are."""
SEES = ("Email", "email")
CONSENT = "whoever says no"
FIRST = {"Salesforce": "salesforce", "HubSpot": "hubspot", "No wins": CONSENT}
"""Whose word goes first, by a word in the name of the rule."""


CUSTOMERS = "LL · Customer"


class Word(NamedTuple):
    """What a person put into a field of this system, as the log's line `seq` has it."""

    seq: int
    system: str
    value: str


class Places(NamedTuple):
    """Where the starter keeps a property, and which system's word goes first by its rule."""

    name: str
    first: str


def wrong_writes(
    world: SimulatorProcess,
    *,
    asked: Set[str] = frozenset(),
    had: Set[str] = frozenset(),
    customers: Set[str] = frozenset(),
    since: int = 0,
) -> list[str]:
    """Each write of leadloop that no person's word stands behind, in one line.

    `asked`: the addresses that asked to be called; `had`: those whom a rep had already: they come on lists, and what is
    blank of it is filled in; `customers` come on the list of those and on no other. All of the log is heard; what
    leadloop did is judged from the line `since` on.
    """
    truth = Truth(asked=asked, had=had | asked, customers=customers)
    return [wrong for line in world.log() for wrong in truth.hear(line) if line["seq"] > since]


@dataclass(slots=True, kw_only=True)
class Truth:
    """Everything that people said up to a line of the log."""

    asked: Set[str]
    had: Set[str]
    customers: Set[str]
    _people: dict[str, str] = field(default_factory=dict)
    _words: dict[tuple[str, str], list[Word]] = field(default_factory=dict)

    def hear(self, line: Row) -> Iterator[str]:
        """What is wrong about this line; nothing, where people did it."""
        by_people = line["path"].startswith("/_simulator")
        for effect in line["effects"]:
            self._meet(effect)
            if by_people:
                self._note(line, effect)
            else:
                yield from (f"line {line['seq']}: {wrong}" for wrong in self._judge(line["system"], effect))

    def _meet(self, effect: Row) -> None:
        """A record is of whom its first address names."""
        address = next((effect["after"][name] for name in SEES if (effect["after"] or {}).get(name)), None)
        if address is not None:
            self._people.setdefault(str(effect["id"]), str(address).lower())

    def _note(self, line: Row, effect: Row) -> None:
        who = self._people.get(str(effect["id"]), "")
        for name, value in (effect["after"] or {}).items():
            place = shared().get((effect["type"], name))
            if place is not None:
                said = Word(line["seq"], line["system"], form(value))
                self._words.setdefault((who, place.name), []).append(said)

    def _judge(self, system: str, effect: Row) -> Iterator[str]:
        after = effect["after"] or {}
        about = str(after.get("WhoId") or after.get("record") or effect["id"])
        who = self._people.get(about, "")
        if effect["op"] == "create" and effect["type"] in {"Lead", "Contact", "contacts", "Task"}:
            yield from _unless(who in self.asked, f"{who} was created as {effect['type']}")
        if effect["op"] in {"member_add", "delete"}:
            is_right = who in self.had or (who in self.customers and after.get("name") == CUSTOMERS)
            yield from _unless(is_right, f"{effect['op']} of {who}: {after}")
        for name, value in after.items():
            before = (effect["before"] or {}).get(name)
            if name in GIVING and effect["op"] == "update":
                fills = before is None and who in self.had
                yield from _unless(fills or who in self.asked, f"{name} of {who}: {before!r} became {value!r}")
            place = shared().get((effect["type"], name))
            if place is not None:
                said = f"{effect['type']}.{name} of {who}: {before!r} became {value!r}"
                yield from _unless(self._was_said(who, place, system, form(value)), said)

    def _was_said(self, who: str, place: Places, system: str, value: str) -> bool:
        words = self._words.get((who, place.name), [])
        here = max((word.seq for word in words if word.system == system), default=0)
        elsewhere = [word for word in words if word.system != system and word.value == value]
        if place.first == CONSENT:
            return value == "true" and any(word.value == value for word in words)
        return any(word.seq > here or word.system == place.first for word in elsewhere)


def _unless(right: bool, said: str) -> Iterator[str]:
    if not right:
        yield said


def form(value: object) -> str:
    """As one value may be written in several ways: case, blanks at the ends, a phone number's signs."""
    text = "" if value is None else str(value).strip().lower()
    digits = re.sub(r"[\s()./-]", "", text)
    return digits if re.fullmatch(r"\+?\d{7,}", digits) else text


@cache
def shared() -> Mapping[tuple[str, str], Places]:
    """(object, field) → the starter's shared property."""
    found: dict[tuple[str, str], Places] = {}
    for each in starter_file("mapping")["properties"]:
        if each.get("role", "shared") == "shared":
            rule = str(each.get("sync", ""))
            first = next((system for word, system in FIRST.items() if word in rule), "")
            for system, where in each["fields"].items():
                objects = ("Lead", "Contact") if system == "salesforce" else ("contacts",)
                field = where["field"] if isinstance(where, dict) and "field" in where else where
                named = field if isinstance(field, dict) else dict.fromkeys(objects, field)
                found |= {(str(kind), str(name)): Places(each["name"], first) for kind, name in named.items()}
    return found
