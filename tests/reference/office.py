"""The office that random stores live in, as plain data: two teams far apart, their reps, channels and words.

The reports get it as rules of routing.yaml and reports.yaml, the reference as it stands here.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """Minutes of the local day, on some weekdays."""

    days: tuple[str, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Crew:
    name: str
    zone: str
    country: str
    shifts: tuple[Shift, ...]
    reps: tuple[str, ...]
    away: tuple[tuple[str, date, date], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A channel: one property, how it is compared, with what."""

    name: str
    property: str
    operator: str
    value: str


VIENNA = Crew(
    name="Inbound",
    zone="Europe/Vienna",
    country="AT",
    shifts=(Shift(days=WEEK[:5], start=540, end=1020), Shift(days=("sun",), start=60, end=300)),
    reps=("okafor@us.example", "diaz@us.example"),
    away=(
        ("okafor@us.example", date(2026, 10, 20), date(2026, 10, 30)),
        ("Okafor@us.example", date(2026, 10, 28), date(2026, 11, 3)),
        ("diaz@us.example", date(2026, 10, 24), date(2026, 10, 26)),
    ),
)
BOSTON = Crew(
    name="outbound",
    zone="America/New_York",
    country="US",
    shifts=(
        Shift(days=WEEK[:5], start=480, end=720),
        Shift(days=WEEK[:5], start=780, end=1020),
        Shift(days=("sun",), start=30, end=240),
    ),
    reps=("kim@us.example", "kim2@us.example", "Tanaka@us.example"),
    away=(
        ("kim@us.example", date(2026, 3, 7), date(2026, 3, 9)),
        ("kim2@us.example", date(2026, 3, 9), date(2026, 3, 9)),
    ),
)
CREWS = (VIENNA, BOSTON)
STRANGER = "nowhere@us.example"
"""A rep who is in no pool: the first team's."""
REPS = (*VIENNA.reps, *BOSTON.reps, STRANGER)
NAMES = {
    "okafor@us.example": "Chidi Okafor",
    "diaz@us.example": "Ana Diaz",
    "kim@us.example": "Alex Kim",
    "kim2@us.example": "Alex Kim",
    STRANGER: "Not In A Pool",
}
"""Two share a name, one has none."""
SOURCES = (
    Source(name="Ads", property="utm_medium", operator="equals", value="cpc"),
    Source(name="Webinar", property="kind", operator="starts_with", value="webinar"),
    Source(name="ads", property="original_source", operator="equals", value="PAID"),
    Source(name="Website", property="form", operator="contains", value="demo"),
)
"""Two names differ by nothing but a capital; the last two ask for what is known and for what was done."""
TALKED = ("Connected",)
LONG_CALL_S = 120
TELLING = {"industry": "Industry", "original_source": "original_source"}
"""Shared properties, with what people call them."""
GOAL = 2
"""Qualified leads of a team on each of its working days."""
SPELLED = {"not_target": "Not our target", "lost": "Deal lost"}
"""Reasons whose words are not those of their key."""
ZONE = "Europe/Vienna"


def words_for(reason: str) -> str:
    """What reps pick."""
    return SPELLED.get(reason, reason.replace("_", " ").capitalize())


def routing() -> dict[str, Any]:
    teams = [
        {
            "name": crew.name,
            "time_zone": crew.zone,
            "holidays": crew.country,
            "hours": [_block(each) for each in crew.shifts],
            "absences": [{"email": email, "first": first, "last": last} for email, first, last in crew.away],
        }
        for crew in CREWS
    ]
    pools = [
        {"name": crew.name, "team": crew.name, "members": [{"email": each.lower()} for each in crew.reps]}
        for crew in CREWS
    ]
    return {"teams": teams, "pools": pools, "fallback": {"queue": "unassigned"}}


def reports() -> dict[str, Any]:
    channels = [
        {
            "name": each.name,
            "when": {"all": [{"property": each.property, "operator": each.operator, "value": each.value}]},
        }
        for each in SOURCES
    ]
    goal = {"qualified_per_team_and_day": GOAL}
    return {
        "goal": goal,
        "channels": channels,
        "meaningful": {"conversation_s": LONG_CALL_S, "dispositions": list(TALKED)},
    }


def _block(shift: Shift) -> dict[str, Any]:
    return {"days": list(shift.days), "start": _clock(shift.start), "end": _clock(shift.end)}


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
