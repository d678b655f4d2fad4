"""What the simulator's log and objects say happened: the only witness the proofs of the loop listen to.

leadloop's own tables are never asked whether something reached a system, or how often.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from tests.rig import SimulatorProcess

Row = dict[str, Any]
READING_POSTS = ("/search", "/batch/read", "/token", "/composite")
KEYS = {"Lead": "LL_Lead_Key__c", "Task": "LL_Key__c", "lists": "name"}
"""By which a created record is recognised, whoever created it how often."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Witness:
    """The simulator, asked after the fact. `since`: nothing up to this line of the log is looked at."""

    simulator: SimulatorProcess
    since: int = 0

    def calls(self) -> list[Row]:
        """What leadloop asked of the vendors; people's acts are left out."""
        return [line for line in self.simulator.log(self.since) if not line["path"].startswith("/_simulator")]

    def writes(self) -> list[Row]:
        """Calls that meant to change something, whether they did or not."""
        return [line for line in self.calls() if line["effects"] or _means_to_write(line)]

    def effects(self, op: str | None = None) -> Iterator[Row]:
        for line in self.calls():
            yield from (effect for effect in line["effects"] if op is None or effect["op"] == op)

    def created(self) -> Counter[tuple[str, str]]:
        """(type, key) → how often a record was created under it."""
        return Counter((each["type"], str(each["after"].get(KEYS[each["type"]]))) for each in self.effects("create"))

    def moved(self, op: str) -> Counter[tuple[str, str]]:
        """(list, record) → how often it was put there (`member_add`) or taken off (`member_remove`)."""
        moves = (each["after"] or each["before"] for each in self.effects(op))
        return Counter((move["name"], str(move["record"])) for move in moves)

    def set_to(self, type_name: str, record_id: str, field: str) -> list[Any]:
        """Every value that leadloop gave this field, in order; repeats of the same value are not changes."""
        return [
            each["after"][field]
            for each in self.effects()
            if (each["type"], each["id"]) == (type_name, record_id) and field in (each["after"] or {})
        ]

    def leads(self, email: str) -> list[Row]:
        return [row for row in self._live("Lead") if str(row.get("Email") or "").lower() == email]

    def lead(self, email: str) -> Row:
        """The one Lead of this address."""
        (found,) = self.leads(email)
        return found

    def contact(self, email: str) -> Row:
        """The properties of HubSpot's one contact of this address."""
        rows = self.simulator.objects("contacts", system="hubspot")
        (found,) = (row for row in rows if row["properties"].get("email") == email and not row["archived"])
        properties: Row = found["properties"]
        return properties

    def tasks(self, who_id: str) -> list[Row]:
        """Those that leadloop wrote; a rep's own carry no key of ours."""
        return [row for row in self._live("Task") if row.get("WhoId") == who_id and row.get("LL_Key__c")]

    def lists_of(self, contact_id: str) -> set[str]:
        rows = self.simulator.objects("lists", system="hubspot")
        return {row["name"] for row in rows if contact_id in row["members"]}

    def tasks_given(self, who_id: str) -> list[str]:
        """The ids of all that leadloop ever wrote about a person, closed ones too."""
        made = (each for each in self.effects("create") if each["type"] == "Task")
        return [each["id"] for each in made if each["after"].get("WhoId") == who_id and each["after"].get("LL_Key__c")]

    def owner(self, email: str) -> str | None:
        """The address of the Lead's owner in Salesforce."""
        owner_id = self.lead(email)["OwnerId"]
        users = {row["Id"]: str(row["Email"]) for row in self.simulator.objects("User", system="salesforce")}
        return users.get(owner_id)

    def mirrored_owner(self, email: str) -> str | None:
        """The address of the contact's owner in HubSpot."""
        owner_id = self.contact(email).get("hubspot_owner_id")
        owners = {row["id"]: str(row["email"]) for row in self.simulator.objects("owners", system="hubspot")}
        return owners.get(str(owner_id))

    def _live(self, type_name: str) -> Sequence[Row]:
        return [row for row in self.simulator.objects(type_name, system="salesforce") if not row.get("IsDeleted")]


def _means_to_write(line: Row) -> bool:
    if line["method"] in {"PATCH", "PUT", "DELETE"}:
        return True
    return line["method"] == "POST" and not line["path"].endswith(READING_POSTS)
