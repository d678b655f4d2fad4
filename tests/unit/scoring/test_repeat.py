"""Which of a rule's activities count."""

import pytest

from config.scoring import Repeat
from scoring.repeat import counted
from tests.unit.scoring.material import activity, days

AGES = (30, 24, 23, 22.9, 16, 15)
VISITS = [activity(ago=days(age), id=str(age)) for age in AGES]


@pytest.mark.parametrize(
    ("repeat", "ages"),
    [
        ({"policy": "each"}, ["30", "24", "23", "22.9", "16", "15"]),
        ({"policy": "first"}, ["30"]),
        ({"policy": "once_per", "days": 7}, ["30", "23", "16"]),
        ({"policy": "once_per", "days": 8}, ["30", "16"]),
        ({"policy": "once_per", "days": 100}, ["30"]),
        ({"policy": "nth", "n": 3}, ["23"]),
        ({"policy": "nth", "n": 7}, []),
    ],
    ids=["each", "first", "7 days after the last that counted", "8 days", "longer than all", "third", "seventh of six"],
)
def test_a_policy_lets_count(repeat: dict[str, object], ages: list[str]) -> None:
    assert [each.external_id for each in counted(VISITS, Repeat.model_validate(repeat))] == ages


def test_no_policy_counts_what_is_not_there() -> None:
    for policy in ({"policy": "first"}, {"policy": "nth", "n": 1}, {"policy": "once_per", "days": 1}):
        assert list(counted([], Repeat.model_validate(policy))) == []
