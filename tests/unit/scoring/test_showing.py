"""When a new number is worth a write."""

from datetime import timedelta

import pytest

from config.scoring import Showing
from scoring.showing import is_worth_showing
from tests.unit.scoring.material import NOW, activity, days, group, rules, score

SHOWING = Showing(points=5, days=7, from_step="warm")


def _worth(points: int, shown: int | None, band: str | None, ago: timedelta = timedelta(hours=1)) -> bool:
    found = score(rules(group({"name": "view", "points": points})), [activity()])
    at = None if shown is None else NOW - ago
    return is_worth_showing(found, shown=shown, band=band, shown_at=at, rules=SHOWING, now=NOW)


@pytest.mark.parametrize(
    ("points", "shown", "band", "ago", "worth"),
    [
        (30, None, None, days(0), True),
        (19, None, None, days(0), False),
        (30, 30, "? warm", days(30), False),
        (34, 30, "? warm", days(6.9), False),
        (31, 30, "? warm", days(7), True),
        (35, 30, "? warm", days(0), True),
        (25, 30, "? warm", days(0), True),
        (50, 49, "? warm", days(0), True),
        (30, 30, "B warm", days(0), True),
        (10, 30, "? warm", days(0), True),
        (10, 18, "? cold", days(30), False),
        (30, 30, "typed over", days(0), True),
    ],
    ids=[
        "first time, warm",
        "first time, cold",
        "nothing moved",
        "moved a little",
        "moved a little, a week ago",
        "up by five",
        "down by five",
        "another step",
        "another grade",
        "fallen to cold: take it back",
        "cold was shown, stays cold",
        "somebody typed over the band",
    ],
)
def test_a_number_is_written(points: int, shown: int | None, band: str | None, ago: timedelta, worth: bool) -> None:
    assert _worth(points, shown, band, ago) is worth


def test_a_month_of_decay_is_a_handful_of_writes() -> None:
    """90 points halved in 30 days: the quota pays for nine writes, not for 720."""
    scoring = rules(group({"name": "view", "points": 90}, decay={"half_life_days": 30}))
    shown, band, at, writes = None, None, None, 0
    for hour in range(720):
        now = NOW + timedelta(hours=hour)
        found = score(scoring, [activity()], as_of=now)
        if is_worth_showing(found, shown=shown, band=band, shown_at=at, rules=SHOWING, now=now):
            shown, band, at, writes = found.shown, found.band, now, writes + 1
    assert writes == 10
