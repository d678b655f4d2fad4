"""The people of the lead-handling log, as a process of its own: `python -m leadloop.demo.replayer`.

It uses the simulator's side door and nothing else. One JSON line per command on standard input
(`{"do": "seed", "people": [...]}`, `{"do": "day"}` for the log's next day, `{"do": "quit"}`), one line back.
Before a day's work it looks, in the simulator's log, at who owns which lead by now: as a rep would.
"""

import argparse
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, TextIO

from leadloop.demo.case_acts import Act, Desk, seed
from leadloop.demo.case_log import days
from leadloop.demo.door import Door

AT_ONCE = 400
"""Acts per call of the side door."""


class Replayer:
    """Does the log's days, one after the other."""

    def __init__(self, door: Door, log: Path, *, weeks: int) -> None:
        self._door = door
        self._days = days(log, weeks=weeks)
        self._desk = Desk()
        self._case_of: dict[str, int] = {}
        self._email_of: dict[str, str] = {}
        self._opportunities: dict[int, str] = {}
        self._waiting: list[Act] = []
        self._seen = 0

    def seed(self, people: Sequence[int]) -> dict[str, Any]:
        rows = seed(people)
        created = self._door.seed(rows)["created"]
        emails = [user["email"] for user in rows["users"]]
        self._email_of = dict(zip(created["User"], emails, strict=True))
        return {"users": len(emails)}

    def day(self) -> dict[str, Any]:
        """The next day, all of it: the clock has to stand at its end already."""
        found = next(self._days, None)
        if found is None:
            return {"day": None}
        day, rows = found
        self._look()
        leads = self._desk.new_leads(rows)
        if leads:
            created = self._door.seed({"leads": [row for _, row in leads]})["created"]["Lead"]
            self._case_of.update(zip(created, (case for case, _ in leads), strict=True))
        before = self._desk.touches
        acts = 0
        for row in rows:
            for act in self._desk.acts(row):
                self._put(act)
                acts += 1
        self._send()
        return {"day": day.isoformat(), "leads": len(leads), "acts": acts, "touches": self._desk.touches - before}

    def _put(self, act: Act) -> None:
        """Queue an act; what needs the id of an opportunity waits for the answer that has it."""
        if act.opportunity_of is not None and act.opportunity_of not in self._opportunities:
            self._send()
        self._waiting.append(act)
        if len(self._waiting) >= AT_ONCE:
            self._send()

    def _send(self) -> None:
        acts, self._waiting = self._waiting, []
        if not acts:
            return
        answers = self._door.act([self._order(act) for act in acts])
        for act, answer in zip(acts, answers, strict=True):
            if act.do == "convert":
                self._opportunities[act.case] = str(answer["opportunity_id"])

    def _order(self, act: Act) -> dict[str, Any]:
        return act.order(id=self._opportunities[act.opportunity_of] if act.opportunity_of is not None else None)

    def _look(self) -> None:
        """To whom leadloop gave leads since."""
        for line in self._door.log(self._seen):
            self._seen = line["seq"]
            if line["system"] == "salesforce" and not line["path"].startswith("/_simulator/"):
                for effect in line["effects"]:
                    if effect["type"] == "Lead":
                        self._notice(effect["id"], effect["after"] or {})

    def _notice(self, lead_id: str, after: dict[str, Any]) -> None:
        case = self._desk.cases.get(self._case_of.get(lead_id, 0))
        if case is not None and "OwnerId" in after:
            case.owner = self._email_of.get(after["OwnerId"])


def answers(replayer: Replayer, lines: Iterable[str]) -> Iterator[dict[str, Any]]:
    """One answer per command, until `quit`."""
    for line in lines:
        order = json.loads(line)
        if order["do"] == "quit":
            yield {"bye": True}
            return
        yield replayer.seed(order["people"]) if order["do"] == "seed" else replayer.day()


def main(arguments: list[str], commands: TextIO, out: TextIO) -> int:
    parser = argparse.ArgumentParser(prog="leadloop.demo.replayer", description=__doc__)
    parser.add_argument("--address", required=True, help="one of the simulator's two addresses")
    parser.add_argument("--log", required=True, type=Path, help="the gzipped CSV file")
    parser.add_argument("--weeks", required=True, type=int, help="by how many weeks it is shifted")
    given = parser.parse_args(arguments)
    replayer = Replayer(Door(given.address), given.log, weeks=given.weeks)
    for answer in answers(replayer, commands):
        out.write(json.dumps(answer) + "\n")
        out.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], sys.stdin, sys.stdout))
