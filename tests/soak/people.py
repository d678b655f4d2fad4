"""Who lives through a campaign, what they do, and what must have become of them whenever the dust has settled."""

import random
from dataclasses import dataclass, field
from enum import StrEnum

from tests.cast import contact
from tests.rig import SimulatorProcess
from tests.witness import Row, Witness

LISTS = {
    "No budget": "LL · Nurture · No budget",
    "No need": "LL · Nurture · No need",
    "Chose another": "LL · Nurture · Chose another",
}
"""The starter's reasons that name a list, and the list."""


class Part(StrEnum):
    """How far somebody has come, by what people did in the systems."""

    QUIET = "only looked around"
    RAISED = "asked to be called"
    ACCEPTED = "was accepted"
    REJECTED = "was rejected"


@dataclass(slots=True, kw_only=True)
class Person:
    """One prospect. `reason` is why a rep gave them back; `phone` what somebody typed last, in either system."""

    email: str
    part: Part = Part.QUIET
    reason: str | None = None
    phone: str | None = None


@dataclass(slots=True, kw_only=True)
class People:
    """Drives the prospects and reps of one life; the same `chance` makes the same life."""

    world: SimulatorProcess
    chance: random.Random
    all: list[Person] = field(default_factory=list)

    def act(self) -> Person:
        """Somebody new asks to be called, somebody new looks around, and people go on with those of before."""
        raiser = self.raises_a_hand()
        before = [each for each in self.all if each.part is Part.RAISED and each is not raiser]
        for person in self.chance.sample(before, k=min(2, len(before))):
            self._answer(person)
        for person in self.chance.sample(self.all, k=min(2, len(self.all))):
            self._correct(person)
        looker = self._somebody()
        self.world.act("page_view", system="hubspot", id=looker.email, as_="prospect", url="https://our.example/blog")
        return raiser

    def raises_a_hand(self) -> Person:
        """Somebody new asks to be called."""
        raiser = self._somebody()
        self.world.act(
            "submit_form",
            system="hubspot",
            id=raiser.email,
            as_="prospect",
            form="Demo request",
            values={"message": "Hi"},
        )
        raiser.part = Part.RAISED
        return raiser

    def _somebody(self) -> Person:
        number = len(self.all) + 1
        made = Person(email=f"p{number}.soak@works{number}.example")
        self.world.seed(contacts=[contact(made.email)])
        self.all.append(made)
        return made

    def _answer(self, person: Person) -> None:
        """A rep answers once there is a task to answer."""
        lead = self._lead(person)
        if lead is None or not Witness(simulator=self.world).tasks(lead["Id"]):
            return
        if self.chance.random() < 0.4:
            self.world.act("accept", system="salesforce", id=lead["Id"])
            person.part = Part.ACCEPTED
        else:
            person.reason = self.chance.choice(sorted(LISTS))
            self.world.act("reject", system="salesforce", id=lead["Id"], reason=person.reason)
            person.part = Part.REJECTED

    def _correct(self, person: Person) -> None:
        """Somebody types another phone number where the starter's rules let it win: in Salesforce if they are there."""
        phone = f"+1 202 555 {self.chance.randrange(10_000):04d}"
        lead = self._lead(person)
        if lead is not None:
            self.world.act("edit", system="salesforce", id=lead["Id"], as_="rep", Phone=phone)
        elif person.part is Part.QUIET:
            self.world.act("edit", system="hubspot", id=person.email, as_="marketer", phone=phone)
        else:
            return
        person.phone = phone

    def _lead(self, person: Person) -> Row | None:
        found = Witness(simulator=self.world).leads(person.email)
        return found[0] if found else None
