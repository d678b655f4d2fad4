"""Who stands in both systems when an accident happens, and what they do in the middle of it."""

from typing import Any

from tests.cast import USERS, contact
from tests.rig import SimulatorProcess
from tests.witness import Witness

EVERYBODY = tuple(f"{name}@acme.example" for name in ("ann", "bob", "cat", "dan", "eli"))
ANN, BOB, CAT, DAN, ELI = EVERYBODY
PHONE = "+12025550143"


def populate(world: SimulatorProcess) -> None:
    """Five people, the same in both systems; two reps."""
    world.seed(users=USERS, contacts=[as_contact(email) for email in EVERYBODY], leads=[*map(as_lead, EVERYBODY)])


def as_contact(email: str, **more: Any) -> dict[str, Any]:
    return contact(email, lastname=f"Surname {email[:3]}", company="Acme", jobtitle="Buyer", phone=PHONE, **more)


def as_lead(email: str, **more: Any) -> dict[str, Any]:
    """The words of their contact, in Salesforce's fields."""
    name = {"FirstName": email[:3].title(), "LastName": f"Surname {email[:3]}", "Company": "Acme"}
    return {"Email": email, **name, "Title": "Buyer", "Phone": PHONE, "Country": "US", **more}


def raise_hand(world: SimulatorProcess, email: str) -> None:
    world.act("submit_form", system="hubspot", id=email, as_="prospect", form="Demo request", values={"message": "Hi"})


def is_with_a_rep(world: SimulatorProcess, email: str) -> bool:
    """Owned by a person in Salesforce, with a task about it, and shown so in HubSpot."""
    witness = Witness(simulator=world)
    lead = witness.lead(email)
    return str(lead["OwnerId"]).startswith("005") and len(witness.tasks(lead["Id"])) == 1 and has_stage(witness, email)


def has_stage(witness: Witness, email: str) -> bool:
    return bool(witness.contact(email)["ll_stage"] == "assigned")


def admin(world: SimulatorProcess, system: str, **settings: Any) -> None:
    """An administrator of this system changes its setup."""
    world.act("edit", system=system, id="settings", as_="admin", **settings)
