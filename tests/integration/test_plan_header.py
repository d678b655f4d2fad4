"""What stands above and below a plan: where one is, what it takes of the limits, and what it costs in calls."""

from collections import Counter

from tests.cast import USERS, contact
from tests.installation import HALF_HOUR_S, Installation
from tests.rig import SimulatorProcess

PEOPLE = [f"person.{number}@company{number}.example" for number in range(40)]
BESIDE = ("/oauth2/", "/describe", "/account-info/", "/properties/", "/lists/object-type-id/")
"""Calls that are no part of a write: logging in, who we are, and once in a while what fields and lists there are."""


def calls(world: SimulatorProcess, since: int) -> dict[str, int]:
    """By system, without what is beside the writes. Who we are is asked with a query of its own, too."""
    lines = [line for line in world.log(since) if line.get("method")]
    found = Counter(line["system"] for line in lines if not _is_beside(line["path"]))
    found["salesforce"] -= sum(line["path"].endswith("/userinfo") for line in lines)
    return dict(found)


def _is_beside(path: str) -> bool:
    return path.endswith("/crm/v3/lists") or any(part in path for part in BESIDE)


def test_a_plan_says_what_it_takes_and_costs_and_the_log_counts_the_same(
    installation: Installation, world: SimulatorProcess
) -> None:
    installation.rewrite("leadloop.yaml", "floor: 2", "floor: 100")
    known = [{"Email": each, "LastName": "Known", "Company": "Acme"} for each in PEOPLE[:28]]
    world.seed(users=USERS, contacts=[contact(each) for each in PEOPLE], leads=known)
    installation.run()
    installation.settle(1)
    for each in PEOPLE[:30]:
        world.act("submit_form", system="hubspot", id=each, as_="prospect", form="Demo request", values={})
    since = world.time(advance_s=HALF_HOUR_S)
    plan = installation.command("plan", "--pull", "--json").json()
    wanted = {"creates": 30, "mqls": 30, "assigns": 30, "read": 40, "differ": 30}
    assert {name: plan[name] for name in wanted} == wanted
    assert (plan["environment"], plan["go_live"]) == ("simulator", "live")
    assert plan["newcomers"] == {"salesforce": {"Lead": 2}}
    own_room = 20  # whoever asks to be called has room of their own, per hour
    assert plan["radius"]["handoff"] == {"planned": 30 - own_room, "before": 0, "limit": 100}
    badge = " · ".join(["SIMULATOR", *(f"{name} {account}" for name, account in plan["accounts"].items())])
    said = installation.command("plan").out.splitlines()
    assert said[0] == badge
    assert said[2].startswith("40 leads read, 30 differ · go_live live")
    assert "  + salesforce: 2 new in Lead" in said
    assert any("30 MQL, 30 assign" in line for line in said[-2:])
    assert said[-1].startswith("Blast radius: destructive 0 of 25, handoff 10 of 100, additive 0 of 100 (28 before)")
    later = since.replace(year=since.year + 1).isoformat()
    assert installation.command("plan", "--since", later, "--json").json()["differ"] == 0
    before = world.seq()
    applied = installation.command("apply", plan["file"])
    assert (applied.code, applied.out.splitlines()[0]) == (0, badge)
    assert plan["api_calls"] == calls(world, before)
    for command in (("held", "list"), ("undo", "1")):
        assert installation.command(*command).out.splitlines()[0] == badge


def test_who_was_found_to_be_one_person_since_the_last_run_is_in_the_plan(
    installation: Installation, world: SimulatorProcess
) -> None:
    (first, second) = ("ana@acme.example", "ana.ruiz@acme.example")
    ids = world.seed(users=USERS, contacts=[contact(first), contact(second)])["contacts"]
    installation.run()
    world.act("merge", system="hubspot", id=ids[0], as_="marketer", loser_id=ids[1])
    world.time(advance_s=HALF_HOUR_S)
    assert installation.command("plan", "--pull").code == 0
    (joined,) = installation.command("plan", "--json").json()["joined"]
    assert {joined["lead"], joined["took_in"]} == {1, 2}
    said = f"≡ lead {joined['lead']} took in lead {joined['took_in']} since the last run"
    assert said in installation.command("plan").out
