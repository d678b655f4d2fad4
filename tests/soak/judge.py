"""Lost or doubled: told by the systems' records and log alone, never by leadloop's tables."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.cast import REPS
from tests.rig import SimulatorProcess
from tests.soak.people import LISTS, Part, People, Person
from tests.witness import Row, Witness

WITH_SALES = "LL · With sales"
STAGES = {Part.RAISED: "assigned", Part.ACCEPTED: "accepted", Part.REJECTED: "recycled"}
KEYED = ("Lead", "Task")
"""Objects that carry a unique key of ours; a list is known by its name, a membership by itself."""


@dataclass(slots=True, kw_only=True)
class Judge:
    """Looks at both systems once; each function says in words what is wrong."""

    world: SimulatorProcess
    people: People
    _witness: Witness = field(init=False)
    _contacts: dict[str, Row] = field(init=False)
    _leads: dict[str, list[Row]] = field(init=False)
    _tasks: dict[str, list[Row]] = field(init=False)
    """By whom they were written about; a closed one is taken off the person."""
    _members: dict[str, set[str]] = field(init=False)
    _users: dict[str, str] = field(init=False)
    _owners: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        world = self.world
        self._witness = Witness(simulator=world)
        written = [
            each for each in self._witness.effects("create") if each["type"] == "Task"
        ]  # before the tasks are read
        contacts = (each for each in world.objects("contacts", system="hubspot") if not each["archived"])
        self._contacts = {each["properties"]["email"]: each["properties"] for each in contacts}
        self._leads, self._tasks = {}, {}
        for lead in _living(world, "Lead"):
            self._leads.setdefault(str(lead.get("Email") or "").lower(), []).append(lead)
        tasks = {each["Id"]: each for each in _living(world, "Task")}
        for made in written:
            self._tasks.setdefault(str(made["after"].get("WhoId")), []).append(tasks[made["id"]])
        lists = world.objects("lists", system="hubspot")
        self._members = {each["name"]: {str(who) for who in each["members"]} for each in lists}
        self._users = {each["Id"]: str(each["Email"]) for each in world.objects("User", system="salesforce")}
        self._owners = {str(each["id"]): str(each["email"]) for each in world.objects("owners", system="hubspot")}

    def lost(self) -> Iterator[str]:
        """What people did and the systems do not show."""
        for person in self.people.all:
            yield from (f"{person.email} {person.part}: {words}" for words in self._lost(person))

    def _lost(self, person: Person) -> Iterator[str]:
        leads, shown = self._leads.get(person.email, []), self._contacts.get(person.email)
        if shown is None:
            yield "has no contact"
            return
        if person.phone is not None and not _same_number(shown.get("phone"), person.phone):
            yield f"HubSpot shows {shown.get('phone')} and somebody typed {person.phone}"
        if person.part is Part.QUIET:
            if leads or shown.get("hubspot_owner_id"):
                yield "is with sales"
            return
        if len(leads) != 1:
            yield f"has {len(leads)} Leads"
            return
        yield from self._standing(person, leads[0], shown)

    def _standing(self, person: Person, lead: Row, shown: Row) -> Iterator[str]:
        stage = STAGES[person.part]
        if (lead.get("LL_Stage__c"), shown.get("ll_stage")) != (stage, stage):
            yield f"is {lead.get('LL_Stage__c')} and {shown.get('ll_stage')}, not {stage}"
        owner = self._users.get(str(lead["OwnerId"]))
        if owner not in REPS or owner != self._owners.get(str(shown.get("hubspot_owner_id"))):
            yield f"belongs to {owner} and {self._owners.get(str(shown.get('hubspot_owner_id')))}"
        if person.phone is not None and not _same_number(lead.get("Phone"), person.phone):
            yield f"Salesforce shows {lead.get('Phone')} and somebody typed {person.phone}"
        wanted = {LISTS[person.reason or ""]} if person.part is Part.REJECTED else {WITH_SALES}
        on = {name for name, members in self._members.items() if str(shown["hs_object_id"]) in members}
        if on != wanted:
            yield f"is on {sorted(on)}, not {sorted(wanted)}"
        ours = self._tasks.get(lead["Id"], [])
        still_open = sum(each["Status"] != "Completed" for each in ours)
        if not ours or still_open != (person.part is not Part.REJECTED):
            yield f"has {still_open} open of {len(ours)} tasks"

    def doubled(self) -> Iterator[str]:
        """What was made more than once, by the log."""
        for (type_name, key), times in self._witness.created().items():
            if times > 1:
                yield f"{type_name} {key} was created {times} times"
        for op in ("member_add", "member_remove"):
            for (name, _), times in self._witness.moved(op).items():
                if times > 1:
                    yield f"{times} times {op} on {name}"

    def made(self) -> Counter[str]:
        """How many objects and memberships leadloop made, by type."""
        found = Counter(type_name for type_name, _ in self._witness.created())
        found["membership"] = self._witness.moved("member_add").total()
        return found

    def handled(self, person: Person) -> bool:
        """Whether somebody who asked to be called is with a rep in both systems, and the rep was told."""
        return not list(self._lost(person))


def repeats(lines: list[dict[str, Any]]) -> int:
    """Rows of writes that changed nothing: work done again."""
    return sum(
        not each["after"]
        for line in lines
        if not line["path"].startswith("/_simulator")
        for each in line["effects"]
        if each["op"] == "update"
    )


def _living(world: SimulatorProcess, type_name: str) -> Iterator[Row]:
    return (each for each in world.objects(type_name, system="salesforce") if not each.get("IsDeleted"))


def _same_number(shown: object, typed: str) -> bool:
    return "".join(filter(str.isdigit, str(shown))) == "".join(filter(str.isdigit, typed))
