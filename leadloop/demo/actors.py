"""The people of the demo in a process of their own: they use the side door and their own chance, nothing else.

One JSON line in, one out: {"do": "seed"}, {"do": "day", "day": 3, "part": "morning"}, {"do": "quit"}.
"""

import argparse
import json
import random
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from leadloop.demo import dealings, newcomers, people, prospects, rounds, seed
from leadloop.demo.deck import morning
from leadloop.demo.door import Door
from leadloop.demo.origins import tagged
from leadloop.demo.sales_team import SalesTeam, at_its_hour
from leadloop.demo.seed import Row

PARTS = ("morning", "afternoon")
SYSTEMS = ("hubspot", "salesforce")
TIDY_FROM = 14
"""From this day on a marketer may take somebody off a nurture list by hand."""
TIDIED = ("LL · Nurture · No need", "LL · Nurture · Not our target", "LL · Nurture · Unreachable")


class Actors:
    """Everybody who acts in the two systems."""

    def __init__(self, doors: Mapping[str, Door], number: int) -> None:
        rng = random.Random(f"actors-{number}")  # noqa: S311  # a play, no secret
        cast = people.cast(number)
        self._number = number
        self._doors = doors
        self._cast = cast
        self._agenda = prospects.plan(cast, rng)
        self._newcomers = newcomers.plan(number)
        self._team = SalesTeam(door=doors["salesforce"], rng=rng, agenda=self._agenda, cast=cast)
        self._tidied = False

    def seed(self) -> Row:
        """Fill both systems and play what happened before day 1."""
        door, rows = self._doors["salesforce"], seed.rows(self._number)
        door.act([{"as": "admin", "do": "edit", "system": "salesforce", "id": "settings", "fields": dealings.ORG}])
        planted = door.seed(rows)["created"]
        contacts = door.seed(dealings.rows(self._number))["created"]["Contact"]
        door.seed(dealings.places(self._number, contacts, self._guests(rows, planted)))
        door.act([*dealings.lost(door.objects("CurrencyType", "salesforce"))])
        return {"acts": self._send([*dealings.prehistory(self._number), *seed.prehistory(self._number)])}

    def _guests(self, rows: Row, planted: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, str]]:
        """Of the cast those who were at an event: whom only Salesforce knows, and some of the hot ones."""
        places = (
            ("LeadId", "leads", "Lead", self._cast.hot),
            ("ContactId", "sf_contacts", "Contact", self._cast.only_contacts),
        )
        for field, key, kind, people_ in places:
            ids = {row["Email"].strip().lower(): one for row, one in zip(rows[key], planted[kind], strict=True)}
            yield from ((field, ids[each.email]) for each in people_ if each.email in ids)

    def day(self, day: int, part: str) -> Row:
        """Everything that happens in one half day; how much it was."""
        place = morning(day) + PARTS.index(part)
        return {"acts": self._send([*self._prospects(place), *self._reps(place), *self._marketers(day, place)])}

    def _prospects(self, place: int) -> Iterator[Row]:
        yield from self._newcomers.take(place)
        yield from self._agenda.take(place)

    def _reps(self, place: int) -> Iterator[Row]:
        yield from (at_its_hour(act, place) for act in self._team.acts(place))
        yield from rounds.closings(place, self._doors["salesforce"])

    def _marketers(self, day: int, place: int) -> Iterator[Row]:
        yield from rounds.mailings(place, self._doors["hubspot"])
        yield from self._tidy(day)

    def _send(self, acts: Sequence[Row]) -> int:
        for system in SYSTEMS:
            theirs = [tagged(act) for act in acts if act["system"] == system]
            if theirs:
                self._doors[system].act(theirs)
        return len(acts)

    def _tidy(self, day: int) -> Iterator[Row]:
        """Once, a marketer takes a person off a nurture list."""
        if self._tidied or day < TIDY_FROM:
            return
        lists = {each["name"]: each["members"] for each in self._doors["hubspot"].objects("lists", "hubspot")}
        found = next(((name, lists[name][0]) for name in TIDIED if lists.get(name)), None)
        if found is not None:
            self._tidied = True
            name, member = found
            fields = {"list_remove": name}
            yield {"as": "marketer", "do": "edit", "system": "hubspot", "id": str(member), "fields": fields}


def answers(actors: Actors, commands: Iterable[str]) -> Iterator[dict[str, Any]]:
    """One answer per command until `quit`."""
    for line in commands:
        command = json.loads(line)
        if command["do"] == "quit":
            yield {"done": True}
            return
        yield actors.seed() if command["do"] == "seed" else actors.day(command["day"], command["part"])


def main() -> int:
    """Obey the lines on stdin."""
    parser = argparse.ArgumentParser(prog="leadloop.demo.actors", description=__doc__)
    parser.add_argument("--salesforce", required=True)
    parser.add_argument("--hubspot", required=True)
    parser.add_argument("--seed-number", type=int, required=True)
    chosen = parser.parse_args()
    doors = {"salesforce": Door(chosen.salesforce), "hubspot": Door(chosen.hubspot)}
    for answer in answers(Actors(doors, chosen.seed_number), sys.stdin):
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
