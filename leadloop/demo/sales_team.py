"""Six reps at their desks: they look at the leads they were given in Salesforce and play their cards."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any

from leadloop.demo import names, people, seed
from leadloop.demo.deck import LEADS_ONLY, PARTS_A_DAY, Card, Deck, Step, date_of, day_of, morning, script
from leadloop.demo.door import Door
from leadloop.demo.people import Cast, Person
from leadloop.demo.prospects import Agenda, crossing, raising
from leadloop.demo.seed import Row

WITH_REPS = frozenset({"assigned", "accepted", "qualified"})
MENDED_AFTER = 4
"""Half days until an admin has mended what a rep called wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """A record that stands on a rep's desk now, as Salesforce shows it."""

    record: Row
    kind: str
    rep: str

    @property
    def email(self) -> str:
        return str(self.record["Email"]).strip().lower()

    @property
    def turn(self) -> tuple[str, str]:
        """What tells one pass with one rep from another."""
        return str(self.record.get("LL_MQL_Since__c")), self.rep


@dataclass(slots=True, kw_only=True)
class Work:
    """A card being played."""

    card: Card
    turn: tuple[str, str]
    dealt: int
    steps: list[Step]
    done_at: int = 0
    """The half day of the last step."""


@dataclass(slots=True, kw_only=True)
class SalesTeam:
    """All reps together: they share one deck, so that everything occurs."""

    door: Door
    rng: random.Random
    agenda: Agenda
    cast: Cast
    _deck: Deck = field(init=False)
    _work: dict[str, Work] = field(default_factory=dict, init=False)
    _reps: dict[str, str] = field(default_factory=dict, init=False)
    _persons: dict[str, Person] = field(default_factory=dict, init=False)
    _tasks: dict[str, Row] | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self._deck = Deck(self.rng)
        self._persons = {person.email: person for person in self.cast.in_hubspot}

    def acts(self, part: int) -> list[Row]:
        """What the reps do in this half day; nothing on the day of the training."""
        if day_of(part) == people.TRAINING_DAY:
            return []
        return [act for desk in self._desks() for act in self._play(desk, part)]

    def _desks(self) -> list[Desk]:
        """Everybody whom a rep has to work on, once per person: a Contact with a task stands for its Lead."""
        if not self._reps:
            users = self.door.objects("User", "salesforce")
            self._reps = {user["Id"]: user["Email"] for user in users if user["Email"] in people.REPS}
        self._tasks = None
        found: dict[str, Desk] = {}
        for kind in ("Contact", "Lead"):
            for record in self.door.objects(kind, "salesforce"):
                desk = self._desk(kind, record)
                if desk is not None:
                    found.setdefault(desk.email, desk)
        return list(found.values())

    def _desk(self, kind: str, record: Row) -> Desk | None:
        if record["LL_Stage__c"] not in WITH_REPS or not record["Email"] or record["IsDeleted"]:
            return None
        if kind == "Lead" and record["IsConverted"]:
            return None
        rep = self._reps.get(record["OwnerId"]) if kind == "Lead" else self._rep_of_contact(record)
        return Desk(record=record, kind=kind, rep=rep) if rep is not None else None

    def _rep_of_contact(self, contact: Row) -> str | None:
        """A contact's owner says nothing: its rep is whoever has the task, and then whoever took it up."""
        work = self._work.get(str(contact["Email"]).strip().lower())
        task = self._task(contact["Id"]) if work is None or contact["LL_Stage__c"] == "assigned" else None
        if task is not None:
            return self._reps.get(task["OwnerId"])
        return work.turn[1] if work is not None else None

    def _task(self, who: str) -> Row | None:
        """The open task that leadloop wrote for somebody; Salesforce is asked once in a half day, when needed."""
        if self._tasks is None:
            self._tasks = {task["WhoId"]: task for task in self.door.objects("Task", "salesforce") if _is_open(task)}
        return self._tasks.get(who)

    def _play(self, desk: Desk, part: int) -> Iterator[Row]:
        work = self._work.get(desk.email)
        if desk.record["LL_Stage__c"] == "assigned" and (work is None or _is_new_turn(work, desk, part)):
            work = self._begin(desk, part, again=work is not None)
        if work is None or work.turn != desk.turn:
            return
        while work.steps and work.dealt + work.steps[0].after <= part:
            step = work.steps.pop(0)
            work.done_at = part
            yield self._act(desk, step)
            if step.do == "reject":
                self._promise(work.card, desk, step, part)

    def _begin(self, desk: Desk, part: int, *, again: bool) -> Work:
        card = self.rng.choice((Card.CALL, Card.CALL_MEETING)) if again else self._first_card(desk)
        steps = script(card, self.rng, today=date_of(part))
        work = Work(card=card, turn=desk.turn, dealt=part, steps=steps)
        self._work[desk.email] = work
        return work

    def _first_card(self, desk: Desk) -> Card:
        if desk.email == self.cast.fresh[-1].email:  # who opted out: their nurture list must stay without them
            return Card.NO_NEED
        known = desk.email in self._persons
        return self._deck.deal(
            lambda card: (desk.kind == "Lead" or card not in LEADS_ONLY) and (known or not _is_followed(card))
        )

    def _act(self, desk: Desk, step: Step) -> Row:
        fields: dict[str, Any] = {**step.fields, "by_email": desk.rep}
        act: Row = {"as": "rep", "do": step.do, "system": "salesforce", "id": desk.record["Id"], "fields": fields}
        if step.do == "convert":
            return act | {"fields": {**fields, "opportunity_name": f"{desk.record.get('Company')}: help desk"}}
        if step.do == "reply":
            return act | {"as": "prospect", "do": "email"}
        if step.do != "tick":
            return act
        task = self._task(desk.record["Id"])
        if task is None:
            return act | {"do": "call", "fields": {**fields, "subject": "Call", "duration_s": 180}}
        return act | {"do": "edit", "id": task["Id"], "fields": {**fields, "Status": "Completed"}}

    def _promise(self, card: Card, desk: Desk, step: Step, part: int) -> None:
        """What follows from a rejection: data are mended, people come back or raise their hand."""
        if card is Card.DATA_WRONG:
            self.agenda.put(part + MENDED_AFTER, _mended(desk, self.rng))
        person = self._persons.get(desk.email)
        if person is None:
            return
        if card is Card.NOT_NOW_BACK:
            back = morning(day_of(part)) + 2 * _days_until(step, part)
            first, second = crossing(person, self.rng)
            self.agenda.put(back, *first)
            self.agenda.put(back + 1, *second)
        if card is Card.NOT_NOW_EARLY:
            self.agenda.put(part + 6, seed.views(person, seed.PAGES[0]))
        if card is Card.NO_BUDGET_RAISES:
            day = day_of(part) + self.rng.randint(3, 5)
            day += day == people.TRAINING_DAY
            self.agenda.put(morning(day), *raising(person, self.rng))


_HOURS = {0: (9.0, 9.4), 1: (10.1, 14.9)}
"""When a rep was on the telephone whose half day is told at its end: after leadloop's pass and before the next one."""


def at_its_hour(act: Row, part: int) -> Row:
    """A rep's act of this half day: calls, mails and meetings have an hour of their own, all else is done as it is
    told."""
    if act["do"] not in {"call", "email", "meeting"}:
        return act
    first, last = _HOURS[part % PARTS_A_DAY]
    hour = random.Random(f"{act['id']}-{part}").uniform(first, last)  # noqa: S311  # a play, no secret
    at = datetime.combine(date_of(part), time(), UTC) + timedelta(seconds=round(hour * 3600))
    return act | {"at": at.isoformat()}


def _is_open(task: Row) -> bool:
    return bool(task.get("LL_Key__c")) and not task["IsClosed"] and not task["IsDeleted"]


def _is_new_turn(work: Work, desk: Desk, part: int) -> bool:
    """Another handoff or rep; or the same rep has it back after giving it up a while ago."""
    if work.turn != desk.turn:
        return True
    return work.card is Card.DATA_WRONG and not work.steps and part > work.done_at + 1


def _is_followed(card: Card) -> bool:
    return card in {Card.NOT_NOW_BACK, Card.NOT_NOW_EARLY, Card.NO_BUDGET_RAISES}


def _days_until(step: Step, part: int) -> int:
    today, back = date_of(part).isoformat(), str(step.fields["return_date"])
    return (date_of(0).fromisoformat(back) - date_of(0).fromisoformat(today)).days


def _mended(desk: Desk, rng: random.Random) -> Row:
    """An admin looks the number up and writes it down."""
    fields = {"Phone": names.OUR_COUNTRIES[0].phones[1].format(rng.randint(200, 999))}
    if not desk.record.get("Company"):
        fields["Company"] = "Looked Up Ltd"
    return {"as": "admin", "do": "edit", "system": "salesforce", "id": desk.record["Id"], "fields": fields}
