"""A new task names who else at the account sales knows."""

from dataclasses import replace

from domain.decision import Intent, IntentKind
from domain.stage import Stage
from domain.values import LeadId
from handoff.routing import RoutingState
from store import leads, ledger
from sync.colleagues import name_colleagues
from sync.conclude import conclude
from sync.loop import InForce
from sync.material import gather, users
from tests.unit.sync.looping import NOON
from tests.unit.sync.test_accounts import ACME, FAY, World, ref, world

__all__ = ["world"]

BODY = "Asked for a demo\n\nAccount Acme: customer, owned by Fay\n\nPhone: unknown\nE-mail: ana@acme.example"
ANA = LeadId(1)


def told(world: World, rules: InForce, body: str = BODY) -> str:
    """The body of Ana's task once it was saved."""
    people = users(world.tx, rules.mapping)
    (material,) = gather(world.tx, [ANA], rules.mapping, people, now=NOON)
    conclusion, _ = conclude(material, rules, RoutingState(), people, now=NOON)
    task = Intent(lead_id=ANA, handoff=1, kind=IntentKind.TASK, step="task", payload={"body": body, "owner": FAY})
    asked = replace(conclusion, decision=replace(conclusion.decision, intents=(task,)))
    (named,) = name_colleagues(world.tx, [asked], [material], rules.mapping, people)
    (intent,) = named.decision.intents
    return str(intent.payload["body"])


def staff(world: World, **stages: Stage) -> None:
    """Ana and her colleagues, all of Acme, by first name and stage."""
    world.show(ACME, Name="Acme", Website="acme.example", OwnerId="005F")
    for number, (name, stage) in enumerate({"ana": Stage.ASSIGNED, **stages}.items(), start=1):
        world.show(ref("Contact", f"003{number}"), Email=f"{name}@acme.example", AccountId=ACME.id)
        found = leads.get(world.tx, [LeadId(number)])[LeadId(number)]
        leads.save(world.tx, [replace(found, stage=stage, owner=FAY if stage is Stage.OPPORTUNITY else None)], now=NOON)
        ledger.put_facts(world.tx, LeadId(number), {"first_name": name.capitalize()}, since=NOON, seen_at=NOON)


def test_who_is_in_a_deal_and_who_is_a_customer_stands_below_the_account(world: World, rules: InForce) -> None:
    staff(world, bob=Stage.CUSTOMER, cat=Stage.KNOWN, dee=Stage.OPPORTUNITY)
    assert told(world, rules) == (
        "Asked for a demo\n\n"
        f"Account Acme: customer, owned by Fay\n- Dee: in a deal, with {FAY}\n- Bob: customer\n\n"
        "Phone: unknown\nE-mail: ana@acme.example"
    )


def test_five_are_named_and_the_others_counted(world: World, rules: InForce) -> None:
    staff(world, **{f"b{number}": Stage.CUSTOMER for number in range(7)})
    lines = told(world, rules).splitlines()
    assert [line for line in lines if line.startswith("- ")][-1] == "- and 2 more with sales"
    assert sum(line.endswith(": customer") for line in lines) == 5


def test_without_anybody_else_the_body_is_as_it_was(world: World, rules: InForce) -> None:
    staff(world, bob=Stage.ENGAGED)
    assert told(world, rules) == BODY
