"""Who has a territory by the table gets its leads, today's row and tomorrow's. Judged at the simulator."""

from tests.cast import FAY, SAM, USERS, contact
from tests.installation import Installation
from tests.rig import SimulatorProcess
from tests.witness import Witness

TABLE = f"""\
territory;country;to;from;until
Iberia;ES|PT;{SAM};;2026-09-10
Iberia;ES|PT;SDR;2026-09-10;
America;US;{SAM};;
"""
RULE = """\
rules:
  - name: By territory
    to: { territory: true }
"""


def asks(installation: Installation, email: str, country: str) -> str | None:
    world = installation.simulator
    world.seed(contacts=[contact(email, country=country)])
    installation.settle(1)
    world.act("submit_form", system="hubspot", id=email, as_="prospect", form="Demo request", values={})
    installation.settle(2)
    return Witness(simulator=world).owner(email)


def publish(installation: Installation, table: str) -> None:
    (installation.folder / "territories.csv").write_text(table, encoding="utf-8-sig")
    done = installation.command("config", "publish")
    assert done.code == 0, done.err


def test_the_table_names_the_owner_and_a_date_changes_hands_by_itself(
    installation: Installation, world: SimulatorProcess
) -> None:
    world.seed(users=USERS)
    installation.run()
    installation.rewrite("routing.yaml", "rules:\n", f"territories: territories.csv\n{RULE}")
    installation.rewrite("routing.yaml", "      - { email: second.rep@your-company.example, weight: 1 }\n", "")
    publish(installation, TABLE)
    assert asks(installation, "ann@globex.example", "Spain") == SAM
    assert asks(installation, "bea@initech.example", "US") == SAM
    assert asks(installation, "cleo@umbrella.example", "FR") == FAY, "no territory: the fallback"
    day = 24 * 3600.0
    while world.time().date().isoformat() < "2026-09-10":
        world.time(advance_s=day)
    installation.run()
    assert asks(installation, "dora@hooli.example", "PT") == FAY


def test_the_table_belongs_to_the_published_version(installation: Installation, world: SimulatorProcess) -> None:
    world.seed(users=USERS)
    installation.run()
    installation.rewrite("routing.yaml", "rules:\n", f"territories: territories.csv\n{RULE}")
    publish(installation, TABLE)
    first = installation.command("config", "history", "--json").json()["versions"][0]
    (installation.folder / "territories.csv").write_text(TABLE.replace(f"US;{SAM}", "US;SDR"), encoding="utf-8")
    told = installation.command("config", "diff")
    assert told.out == f"~ territories: America / US: {SAM} → SDR\n"
    publish(installation, TABLE.replace(f"US;{SAM}", "US;SDR"))
    second = installation.command("config", "history", "--json").json()["versions"][0]
    assert second["rule_hash"] != first["rule_hash"]
    reverted = installation.command("config", "revert", str(first["version"]), "-m", "as before")
    assert reverted.code == 0, reverted.err
    assert (installation.folder / "territories.csv").read_text(encoding="utf-8") == TABLE
