"""Where people came from is decided once by whoever runs the loop, and counted anew only when a person says so."""

from typing import Any

from domain.values import LeadId
from leadloop.finding import find_lead
from store import audit, first_touches
from store.engine import Store
from tests.cast import USERS, contact
from tests.installation import Installation
from tests.rig import SimulatorProcess

ANA = "ana.ruiz@globex.example"
DAY_S = 86_400.0
RULE = """\
channels:
  - name: {name}
    when:
      all:
        - {{ property: email, operator: contains, value: globex }}
"""


def came(store: Store, lead: LeadId) -> str | None:
    with store.read() as tx:
        found = first_touches.of_leads(tx, [lead])
    return found[lead].channel if found else None


def rule(made: Installation, name: str) -> None:
    made.close()
    (made.folder / "reports.yaml").write_text(RULE.format(name=name), encoding="utf-8")


def shown(made: Installation, lead: str) -> str:
    done = made.command("report", "journey", lead, "--json")
    assert done.code == 0, done.err
    return done.out


def missing(made: Installation) -> list[Any]:
    return [each["what"] for each in made.command("report", "channels", "--json").json()["missing"]]


def test_it_is_decided_after_a_day_and_stays_whatever_the_rules_become(
    installation: Installation, world: SimulatorProcess
) -> None:
    world.seed(users=USERS, contacts=[contact(ANA)])
    rule(installation, "Partner")
    assert installation.command("run").code == 0
    with installation.app.store.read() as tx:
        lead = find_lead(tx, ANA)
    assert lead is not None
    world.time(advance_s=60)
    assert installation.command("run").code == 0
    assert came(installation.app.store, lead) is None, "there is time for what the other system knows"
    world.time(advance_s=2 * DAY_S)
    assert installation.command("run").code == 0
    assert came(installation.app.store, lead) == "Partner"
    rule(installation, "Friends")
    world.time(advance_s=DAY_S)
    assert installation.command("run").code == 0
    assert came(installation.app.store, lead) == "Partner"
    assert "Partner" in shown(installation, ANA)
    assert "1 leads would be counted under another channel by today's rules." in missing(installation)
    narrowed = installation.command("report", "funnel", "--channel", "Partner", "--json")
    assert narrowed.code == 0, "a channel that people came from can be asked for when no rule has its name"
    told = installation.command("channels", "recount", "--json")
    assert (told.code, told.json()["moves"]) == (2, [{"before": "Partner", "now": "Friends", "leads": 1}])
    assert came(installation.app.store, lead) == "Partner", "nobody said yes"
    assert installation.command("channels", "recount", "--yes").code == 0
    assert came(installation.app.store, lead) == "Friends"
    with installation.app.store.read() as tx:
        said = [each.action for each in audit.of_lead(tx, lead) if "channel" in each.action]
    assert said == ["channel counted anew: Partner, now Friends"]
    assert not [each for each in missing(installation) if "another channel" in each]
    assert installation.command("channels", "recount", "--yes").code == 0, "there is nothing more to do"


def test_other_rules_that_decide_the_same_trouble_nobody(installation: Installation, world: SimulatorProcess) -> None:
    world.seed(users=USERS, contacts=[contact(ANA)])
    rule(installation, "Partner")
    assert installation.command("run").code == 0
    world.time(advance_s=2 * DAY_S)
    assert installation.command("run").code == 0
    text = RULE.format(name="Partner").replace("globex", "globe")
    installation.close()
    (installation.folder / "reports.yaml").write_text(text, encoding="utf-8")
    assert not [each for each in missing(installation) if "another channel" in each]
    world.time(advance_s=DAY_S)
    assert installation.command("run").code == 0
    with installation.app.store.read() as tx:
        lead = find_lead(tx, ANA)
        assert lead is not None
        rules = first_touches.of_leads(tx, [lead])[lead].rules
        assert first_touches.by_other_rules(tx, rules, after=LeadId(0), limit=9) == []


def test_who_is_erased_came_from_nowhere(installation: Installation, world: SimulatorProcess) -> None:
    world.seed(users=USERS, contacts=[contact(ANA)])
    rule(installation, "Partner")
    assert installation.command("run").code == 0
    world.time(advance_s=2 * DAY_S)
    assert installation.command("run").code == 0
    with installation.app.store.read() as tx:
        lead = find_lead(tx, ANA)
    assert lead is not None
    assert came(installation.app.store, lead) == "Partner"
    assert installation.command("erase", ANA, "--reason", "ticket 7", "--yes").code == 0
    world.time(advance_s=2 * DAY_S)
    assert installation.command("run").code == 0
    assert came(installation.app.store, lead) is None
