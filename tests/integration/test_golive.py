"""A step of go-live lets everybody's writes through, not only those of leads that were held before it."""

from pathlib import Path

from tests.cast import USERS
from tests.installation import Installation, install
from tests.rig import SimulatorProcess

ANN = {"Email": "ann@globex.example", "LastName": "Globex", "Company": "Globex", "Status": "Working - Contacted"}


def stage_of(installation: Installation) -> str | None:
    (lead,) = installation.simulator.objects("Lead", system="salesforce")
    stage: str | None = lead["LL_Stage__c"]
    return stage


def test_from_scores_to_live_the_stages_of_all_are_written(tmp_path: Path, world: SimulatorProcess) -> None:
    world.seed(users=USERS, leads=[ANN])
    made = install(tmp_path / "careful", world)
    made.rewrite("leadloop.yaml", "go_live: live", "go_live: scores")
    made.run()
    made.settle(1)
    assert stage_of(made) is None
    made.rewrite("leadloop.yaml", "go_live: scores", "go_live: live")
    made.settle(1)
    assert stage_of(made) == "accepted"
    made.close()
