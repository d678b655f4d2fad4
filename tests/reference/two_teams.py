"""The office that random stores live in: two teams far apart, their reps, channels and words.

The reports get it as rules of routing.yaml and reports.yaml, the reference as it stands here.
"""

from datetime import date
from typing import Any

from tests.reference.office import WEEK, Crew, Meaning, Named, Office, Shift


def row(name: str, operator: str, value: object) -> dict[str, Any]:
    return {"all": [{"property": name, "operator": operator, "value": value}]}


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
    reps=("kim@us.example", "kim2@us.example", "tanaka@us.example"),
    away=(
        ("kim@us.example", date(2026, 3, 7), date(2026, 3, 9)),
        ("kim2@us.example", date(2026, 3, 9), date(2026, 3, 9)),
    ),
)
STRANGER = "nowhere@us.example"
"""A rep who is in no pool: the first team's."""
REPS = (*VIENNA.reps, "kim@us.example", "kim2@us.example", "Tanaka@us.example", STRANGER)
"""As handoffs have them."""
SCORING: dict[str, Any] = {
    "engagement": [
        {
            "name": "All",
            "rules": [
                {"name": "Some form", "on": ["form_submitted"], "points": 10},
                {"name": "Some page", "on": ["page_viewed"], "points": -1},
                {"name": "Worth nothing", "on": ["page_viewed"], "points": 0},
            ],
        },
        {
            "name": "Fading",
            "limit": 7,
            "decay": {"half_life_days": 1},
            "rules": [
                {"name": "A week of webinars", "on": ["webinar_viewed"], "points": 5, "timeframe_days": 7},
                {"name": "Clicks", "on": ["email_clicked"], "points": 4, "cap": 6},
                {
                    "name": "Pricing",
                    "on": ["page_viewed", "form_submitted"],
                    "where": row("url", "contains", ["/pricing", "/plans"]),
                    "points": 3,
                    "cap_per_day": 3,
                    "repeat": {"policy": "once_per", "days": 2},
                },
            ],
        },
    ],
    "sales": [{"name": "Sales", "rules": [{"name": "Called", "on": ["call_logged"], "points": 3}]}],
    "fit": [
        {
            "name": "Industry",
            "limit": 10,
            "rules": [
                {"name": "Is retail", "when": row("industry", "equals", "Retail"), "points": 10},
                {"name": "Is anything", "when": row("industry", "known", None), "points": 5},
            ],
        }
    ],
    "fit_penalties": [{"name": "No organic", "when": row("original_source", "in", ["organic"]), "points": 3}],
}
OFFICE = Office(
    crews=(VIENNA, BOSTON),
    zone="Europe/Vienna",
    names={
        "okafor@us.example": "Chidi Okafor",
        "diaz@us.example": "Ana Diaz",
        "kim@us.example": "Alex Kim",
        "kim2@us.example": "Alex Kim",
        STRANGER: "Not In A Pool",
    },
    sources=(
        Named(name="Ads", when=row("utm_medium", "equals", "cpc")),
        Named(name="Webinar", when=row("kind", "starts_with", "webinar")),
        Named(name="ads", when=row("original_source", "equals", "PAID")),
        Named(name="Website", when=row("form", "contains", "demo")),
    ),
    meaning=Meaning(long_call_s=120, talked=("Connected",)),
    telling={"industry": "Industry", "original_source": "original_source"},
    goal=2,
    spelled={"not_target": "Not our target", "lost": "Deal lost"},
    assets=(
        Named(name="Pricing", when=row("asset", "contains", "/pricing")),
        Named(name="Shared", when=row("asset", "contains", "newsletter")),
    ),
    personas=(
        Named(name="Retailer", when=row("industry", "equals", "retail")),
        Named(name="Student", when=row("industry", "equals", "student")),
    ),
    cells=(
        ("mql", "Retailer", "Demo request"),
        ("assigned", "others", "pricing"),
        ("known", "others", ""),
        ("customer", "Student", "Nobody's"),
    ),
    scoring=SCORING,
)
"""Of the reps two share a name and one has none. Two channels differ by nothing but a capital; the last two ask for
what is known and for what was done."""


def routing() -> dict[str, Any]:
    teams = [
        {
            "name": crew.name,
            "time_zone": crew.zone,
            "holidays": crew.country,
            "hours": [_block(each) for each in crew.shifts],
            "absences": [{"email": email, "first": first, "last": last} for email, first, last in crew.away],
        }
        for crew in OFFICE.crews
    ]
    pools = [
        {"name": crew.name, "team": crew.name, "members": [{"email": each} for each in crew.reps]}
        for crew in OFFICE.crews
    ]
    return {"teams": teams, "pools": pools, "fallback": {"queue": "unassigned"}}


def reports() -> dict[str, Any]:
    """Without assets and without a playbook."""
    return {
        "goal": {"qualified_per_team_and_day": OFFICE.goal},
        "channels": _as_told(OFFICE.sources),
        "meaningful": {"conversation_s": OFFICE.meaning.long_call_s, "dispositions": list(OFFICE.meaning.talked)},
    }


def looks() -> dict[str, Any]:
    """With both."""
    cells = [
        {"stage": stage, "persona": persona, "asset": asset, "sales": "Call"} for stage, persona, asset in OFFICE.cells
    ]
    playbook = {"personas": _as_told(OFFICE.personas), "cells": cells}
    return reports() | {"assets": _as_told(OFFICE.assets), "playbook": playbook}


def _as_told(named: tuple[Named, ...]) -> list[dict[str, Any]]:
    return [{"name": each.name, "when": dict(each.when)} for each in named]


def _block(shift: Shift) -> dict[str, Any]:
    return {"days": list(shift.days), "start": _clock(shift.start), "end": _clock(shift.end)}


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
