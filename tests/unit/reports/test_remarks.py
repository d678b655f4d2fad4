"""Why we did not see whom only they saw: in words, by the rules in force."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from config.scoring import ScoringRules
from domain.activity import Activity, ActivityKind
from domain.lead import Fact, Lead
from domain.stage import Stage
from domain.values import LeadId, RuleHash, Value
from reports.remarks import shortfall
from scoring.scorer import Scorer
from tests.starter import starter_file

NOW = datetime(2026, 9, 7, 9, tzinfo=UTC)
SCORER = Scorer(ScoringRules.model_validate(starter_file("scoring")), RuleHash("r1"), "UTC")
FITS = {"email": "ana@globex.example", "job_title": "VP Operations", "country": "US", "industry": "software"}


def facts(**values: Value) -> list[Fact]:
    since = NOW - timedelta(days=1)
    return [Fact(name=name, value=value, since=since, seen_at=since) for name, value in values.items()]


def guides(count: int, *, seen_after: timedelta = timedelta(0)) -> list[Activity]:
    return [
        Activity(
            connection="hubspot",
            stream="forms",
            external_id=str(number),
            kind=ActivityKind.FORM_SUBMITTED if number else ActivityKind.PAGE_VIEWED,
            occurred_at=NOW - timedelta(minutes=number + 1),
            seen_at=NOW + seen_after,
            properties={"form": f"Guide {number}"} if number else {"url": "https://our.example/compare"},
        )
        for number in range(count)
    ]


@pytest.mark.parametrize(
    ("values", "activities", "said"),
    [
        ({**FITS, "email": "kim@a-competitor.example"}, guides(5), "excluded: Competitors"),
        (FITS, guides(2), "30 of 50 points"),
        ({"email": "ana@globex.example"}, guides(5), "fit unknown: blank are "),
        (
            {**FITS, "job_title": "Intern", "country": "KP", "industry": "mining"},
            guides(5),
            "fit E, the line asks for C",
        ),
        (FITS, guides(5), "above the line by the rules in force now; recycled"),
        (FITS, guides(5, seen_after=timedelta(seconds=1)), "0 of 50 points"),
    ],
    ids=["excluded", "points short", "facts unknown", "fit too low", "above the line", "seen only afterwards"],
)
def test_what_was_short_is_said(values: dict[str, Any], activities: list[Activity], said: str) -> None:
    lead = Lead(id=LeadId(1), key="LL-1", revision=1, stage=Stage.RECYCLED, stage_since=NOW, armed_at=NOW)
    assert shortfall(SCORER, facts(**values), activities, at=NOW, lead=lead).startswith(said)
