"""The campaign of `python3 run.py soak`, in short: one life, and that it can be red."""

import random
from collections import Counter
from pathlib import Path

import pytest

from tests.crash_points import POINTS
from tests.installation import install
from tests.postgres import PostgresServer
from tests.rig import SimulatorProcess
from tests.soak.campaign import Campaign
from tests.soak.judge import Judge
from tests.soak.life import RANDOM, Outcome, live
from tests.soak.people import Part, People, Person

pytestmark = pytest.mark.e2e

KILLS = 4


def test_a_life_of_kills_loses_nothing_and_doubles_nothing(postgres: PostgresServer) -> None:
    outcome = live(1, kills=KILLS, points=POINTS, database_url=postgres.create_store("life"))
    assert (outcome.lost, outcome.doubled, outcome.wrong) == ([], [], [])
    assert outcome.kills.total() == KILLS
    assert outcome.kills[RANDOM] >= 1
    assert outcome.effects > 0


def campaign(*lives: Outcome, asked: int = 100) -> Campaign:
    return Campaign(asked=asked, points=("push.claimed", "push.settled"), lives=lives)


def life(**more: object) -> Outcome:
    made = Outcome(seed=1, database="sqlite", kills=Counter({"push.claimed": 30, "push.settled": 30, RANDOM: 40}))
    for name, value in more.items():
        setattr(made, name, value)
    return made


@pytest.mark.parametrize(
    ("more", "fault"),
    [
        (
            {"kills": Counter({"push.claimed": 30, "push.settled": 30, RANDOM: 39})},
            "99 kills fired, 100 were asked for",
        ),
        ({"kills": Counter({"push.claimed": 60, RANDOM: 40})}, "push.settled was met 0 times, less than 2"),
        (
            {"kills": Counter({"push.claimed": 50, "push.settled": 30, RANDOM: 20})},
            "20 kills at a random moment, fewer than 30%",
        ),
        ({"lost": ["Ana has no Lead"]}, "life 1, lost: Ana has no Lead"),
        ({"doubled": ["Task k was created 2 times"]}, "life 1, doubled: Task k was created 2 times"),
        ({"recovery_s": [1.0, 30.5]}, "a recovery took 30.5 s"),
        ({"repeats": [201]}, "201 rows were written again after one kill"),
    ],
)
def test_a_campaign_is_red_for_each_thing_that_must_not_be(more: dict[str, object], fault: str) -> None:
    assert campaign(life()).faults() == []
    assert campaign(life(**more)).faults() == [fault]


def test_the_judge_sees_who_was_lost_and_what_was_made_twice(world: SimulatorProcess, tmp_path: Path) -> None:
    install(tmp_path / "installation", world)
    people = People(
        world=world, chance=random.Random(1), all=[Person(email="p1.soak@works1.example", part=Part.RAISED)]
    )
    assert list(Judge(world=world, people=people).lost()) == [
        "p1.soak@works1.example asked to be called: has no contact"
    ]
