"""The daily limit."""

from datetime import timedelta

from simulator.salesforce.quota import Quota
from tests.unit.simulator.salesforce.office import START


def test_calls_are_forgotten_a_day_later() -> None:
    quota = Quota()
    for minutes in (0, 0, 30):
        quota.count(START + timedelta(minutes=minutes))
    assert quota.used(START + timedelta(hours=23, minutes=59)) == 3
    assert quota.used(START + timedelta(hours=24)) == 1
    assert quota.used(START + timedelta(hours=24, minutes=30)) == 0
