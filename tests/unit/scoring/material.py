"""What the scoring tests are made of: rules, facts and activities in a line each, and strategies for many of them."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from config.scoring import ScoringRules
from domain.activity import Activity, ActivityKind
from domain.lead import Fact
from domain.score import Score
from domain.values import RuleHash, Value
from scoring.scorer import Scorer

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
HASH = RuleHash("rules-1")
KINDS = (ActivityKind.FORM_SUBMITTED, ActivityKind.PAGE_VIEWED, ActivityKind.WEBINAR_VIEWED)


def days(number: float) -> timedelta:
    return timedelta(days=number)


def activity(
    kind: str = "page_viewed",
    *,
    ago: timedelta = timedelta(0),
    id: str = "",
    seen_at: datetime | None = NOW,
    retracted: bool = False,
    **properties: Value,
) -> Activity:
    """One activity of the connection `hubspot`, `ago` before NOW; without an id its time is its id."""
    return Activity(
        connection="hubspot",
        stream="events",
        external_id=id or f"{kind}-{ago / timedelta(microseconds=1):.0f}",
        kind=ActivityKind(kind),
        occurred_at=NOW - ago,
        seen_at=seen_at,
        retracted=retracted,
        properties=properties,
    )


def facts(since: datetime = NOW - timedelta(days=100), /, **values: Value) -> list[Fact]:
    return [Fact(name=name, value=value, since=since, seen_at=since) for name, value in values.items()]


def group(*rules: Mapping[str, Any], name: str = "group", **more: Any) -> dict[str, Any]:
    return {"name": name, "rules": [{"on": ["page_viewed"], **rule} for rule in rules], **more}


def rules(*engagement: Mapping[str, Any], **more: Any) -> ScoringRules:
    return ScoringRules.model_validate({"engagement": list(engagement), "fit": [], **more})


def is_(name: str, value: object) -> dict[str, Any]:
    return {"all": [{"property": name, "operator": "equals", "value": value}]}


def score(
    scoring: ScoringRules,
    activities: Sequence[Activity] = (),
    known_facts: Sequence[Fact] = (),
    *,
    as_of: datetime = NOW,
    known_at: datetime | None = None,
    zone: str = "UTC",
    shown: int | None = None,
) -> Score:
    by_then = known_at or NOW + days(999)
    return Scorer(scoring, HASH, zone).score(known_facts, activities, as_of=as_of, known_at=by_then, shown=shown)


_Rule = dict[str, Any]
_DECAYS: st.SearchStrategy[_Rule] = st.sampled_from(
    [
        {},
        {"decay": {"half_life_days": 1}},
        {"decay": {"half_life_days": 30}},
        {"decay": {"percent": 25, "every_days": 7}},
        {"timeframe_days": 14},
    ]
)
_REPEATS: st.SearchStrategy[_Rule] = st.sampled_from(
    [{"policy": "each"}, {"policy": "first"}, {"policy": "once_per", "days": 7}, {"policy": "nth", "n": 2}]
)
_CAPS: st.SearchStrategy[_Rule] = st.fixed_dictionaries(
    {}, optional={"cap": st.integers(1, 40), "cap_per_day": st.integers(1, 20)}
)
_WHERE: st.SearchStrategy[_Rule] = st.sampled_from([{}, {"where": is_("form", "demo")}])


@st.composite
def rule_sets(draw: st.DrawFn, lowest: int = -20) -> ScoringRules:
    """Rule versions of one to three groups, with every kind of decay, repeat and cap; half with sales and a named
    score."""
    groups = draw(_groups("", lowest, least=1))
    sales = draw(_groups("sales ", lowest))
    named = draw(_groups("named ", lowest))
    cap = draw(st.none() | st.integers(1, 50))
    scores = [{"property": "other", "groups": named, "cap": cap}] if named else []
    fit = [
        {"name": "size", "limit": 10, "rules": [{"name": "big", "when": is_("size", "big"), "points": 10}]},
        {"name": "role", "limit": 10, "rules": [{"name": "boss", "when": is_("role", "boss"), "points": 15}]},
    ]
    penalties = [{"name": "free mail", "when": is_("free", True), "points": -10}]
    total = draw(st.none() | st.integers(10, 100))
    return rules(*groups, fit=fit, fit_penalties=penalties, total_cap=total, sales=sales, scores=scores)


@st.composite
def _groups(draw: st.DrawFn, called: str, lowest: int, *, least: int = 0) -> list[dict[str, Any]]:
    groups = []
    for place in range(draw(st.integers(least, 3 if least else 1))):
        made = []
        for number in range(draw(st.integers(1, 3))):
            rule: dict[str, Any] = {
                "name": f"{called}rule {place}.{number}",
                "on": draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=2, unique=True)),
                "points": draw(st.integers(lowest, 30)),
                "repeat": draw(_REPEATS),
                "hand_raiser": draw(st.booleans()),
            }
            made.append({**rule, **draw(_DECAYS), **draw(_CAPS), **draw(_WHERE)})
        limit = draw(st.none() | st.integers(5, 60))
        groups.append({"name": f"{called}group {place}", "limit": limit, "rules": made})
    return groups


@st.composite
def activity_lists(draw: st.DrawFn, *, most: int = 12, oldest_days: int = 60) -> list[Activity]:
    """Activities of one lead, each with a key of its own, some seen later than they happened."""
    count = draw(st.integers(0, most))
    return [
        activity(
            draw(st.sampled_from(KINDS)),
            id=str(number),
            ago=timedelta(minutes=draw(st.integers(0, oldest_days * 1440))),
            seen_at=NOW + timedelta(hours=draw(st.sampled_from([-5000, 0, 0, 48]))),
            form=draw(st.sampled_from(["demo", "newsletter"])),
        )
        for number in range(count)
    ]


@st.composite
def fact_lists(draw: st.DrawFn) -> list[Fact]:
    """The history of three properties."""
    count = draw(st.integers(0, 6))
    return [
        Fact(
            name=draw(st.sampled_from(["size", "role", "free"])),
            value=draw(st.sampled_from(["big", "boss", True, None, ""])),
            since=NOW - timedelta(hours=draw(st.integers(-5, 100))),
            seen_at=NOW - timedelta(hours=draw(st.integers(-5, 100))),
        )
        for _ in range(count)
    ]
