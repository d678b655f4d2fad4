"""Laws of the way there and back: nothing that has a counterpart changes, and no lead's points do."""

import json
from datetime import datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from config.scoring import ScoringRules
from connectors.hubspot.score_export import for_create, from_rules
from connectors.hubspot.score_import import to_rules
from connectors.hubspot.score_shape import Document, as_data, read_score
from domain.activity import Activity
from tests.unit.connectors.hubspot.score_material import VOCABULARY, scores
from tests.unit.scoring.material import NOW, activity, days, facts, score

_LEADS = st.fixed_dictionaries(
    {},
    optional={
        "job_title": st.sampled_from(["VP Ops", "Chief of Staff", "intern", "Head of IT", " "]),
        "country": st.sampled_from(["Berlin", "US"]),
        "employees": st.integers(0, 600),
        "free_mail": st.booleans(),
    },
)
_ACTIVITIES = st.lists(
    st.builds(
        lambda kind, ago, place: _activity(kind, timedelta(hours=ago), place),
        st.sampled_from(["form_submitted", "page_viewed", "email_clicked", "email_opened", "call_logged"]),
        st.integers(0, 24 * 150),
        st.integers(0, 2),
    ),
    max_size=12,
)


def _activity(kind: str, ago: timedelta, place: int) -> Activity:
    properties: dict[str, dict[str, Any]] = {
        "form_submitted": {"form": ("Demo request", "Newsletter", "Call me")[place]},
        "page_viewed": {"url": ("acme.example/vp", "acme.example/chief", "acme.example/")[place]},
    }
    return activity(kind, ago=ago, id=f"{kind}-{ago}-{place}", **properties.get(kind, {}))


@settings(max_examples=60, deadline=None)
@given(scores())
def test_a_score_comes_back_as_it_was(found: Document) -> None:
    came = to_rules(found, VOCABULARY)
    back = from_rules(came.rules, VOCABULARY, name=found.name).document
    assert as_data(back.model_copy(update={"output_configuration": None})) == as_data(found)


@settings(max_examples=60, deadline=None)
@given(scores())
def test_rules_within_the_shape_come_back_as_they_were(found: Document) -> None:
    rules = to_rules(found, VOCABULARY).rules
    again = to_rules(from_rules(rules, VOCABULARY).document, VOCABULARY).rules
    assert again == rules


@settings(max_examples=60, deadline=None)
@given(scores())
def test_what_is_exported_can_be_read_as_text(found: Document) -> None:
    told, _ = for_create(from_rules(to_rules(found, VOCABULARY).rules, VOCABULARY, name=found.name).document)
    assert as_data(read_score(json.dumps(told))) == told


@settings(max_examples=60, deadline=None)
@given(scores(), _LEADS, _ACTIVITIES, st.integers(0, 60))
def test_every_lead_has_the_same_points_after_the_way_there_and_back(
    found: Document, known: dict[str, Any], done: list[Activity], later: int
) -> None:
    rules = to_rules(found, VOCABULARY).rules
    again = to_rules(from_rules(rules, VOCABULARY).document, VOCABULARY).rules
    assert _points(again, known, done, NOW + days(later)) == _points(rules, known, done, NOW + days(later))


def _points(rules: ScoringRules, known: dict[str, Any], done: list[Activity], at: datetime) -> tuple[Any, ...]:
    told = score(rules, done, facts(**known), as_of=at)
    return told.engagement, told.fit_percent, told.grade, told.step
