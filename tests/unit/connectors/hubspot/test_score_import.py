"""HubSpot's score as rules of ours: what each part becomes, and what is said of what becomes nothing."""

import json
from typing import Any

import pytest

from config.conditions import Condition, Row
from config.scoring import Decay, Repeat
from connectors.hubspot.score_import import to_rules
from connectors.hubspot.score_shape import NotAScoreError, read_score
from connectors.hubspot.score_words import Effect, NoCounterpartError
from domain.score import POINT
from tests.unit.connectors.hubspot.score_material import (
    FORM,
    PAGE,
    VOCABULARY,
    at_least,
    choice,
    conditional,
    constant,
    document,
    entry,
    events,
    fit,
    imported,
    intent,
    known,
    last_days,
    match,
    number,
    reasons,
    rule,
    single,
    texts,
)
from tests.unit.scoring.material import activity, days, facts, score


def test_an_intent_group_becomes_engagement_with_its_limit_and_decay() -> None:
    decay = {"decayIntervalDays": 30, "percentToDecayPerInterval": 25}
    compared = entry(PAGE, 20, single("hs_url", texts("CONTAINS", "/compare")))
    found = imported(intent(rule(events(compared), maxValue=40), name="Web", maxValue=60, groupDecay=decay))
    (group,) = found.rules.engagement
    assert (group.name, group.limit, group.decay) == ("Web", 60, Decay(percent=25, every_days=30))
    (made,) = group.rules
    assert (made.points, made.cap) == (20, 40)
    assert made.where == Condition(
        all=[Row.model_validate({"property": "url", "operator": "contains", "value": "/compare"})]
    )
    assert (found.found, found.came, found.notes) == (1, 1, ())


def test_older_documents_call_a_rules_limit_otherwise() -> None:
    found = imported(intent(rule(events(entry(PAGE, 1)), maximumValue=5)), maxScore=200)
    assert (found.rules.engagement[0].rules[0].cap, found.rules.total_cap) == (5, 200)


def test_kinds_of_events_that_count_alike_share_one_rule_and_its_limit() -> None:
    found = imported(intent(rule(events(entry(PAGE, 2), entry(FORM, 2)), maxValue=6)))
    (made,) = found.rules.engagement[0].rules
    assert ([*made.on], made.cap, found.notes) == (["page_viewed", "form_submitted"], 6, ())


def test_a_timeframe_and_a_frequency_come_over() -> None:
    once, soon = entry(FORM, 8, eventFrequencyCriteria=at_least(1, 8)), entry(PAGE, 3, eventTimeframe=last_days(14))
    first, within = (
        each.rules[0] for each in imported(intent(rule(events(once))), intent(rule(events(soon)))).rules.engagement
    )
    assert (first.repeat, within.timeframe_days) == (Repeat(policy="first"), 14)


@pytest.mark.parametrize(("times", "points"), [(0, 0), (1, 5), (3, 5), (4, 12), (6, 12), (7, 0)])
def test_a_table_of_points_by_count_gives_the_same_sums(times: int, points: int) -> None:
    ranges = [
        {"type": "BETWEEN", "from": 1, "to": 3, "value": 5},
        {"type": "BETWEEN", "from": 4, "to": 6, "value": 12},
    ]
    often = entry(PAGE, 5, eventFrequencyCriteria={"type": "BETWEEN", "ranges": ranges})
    rules = imported(intent(rule(events(often)))).rules
    done = [activity(id=str(each), ago=days(each)) for each in range(times)]
    assert score(rules, done).engagement == points * POINT


def test_points_by_value_count_for_the_first_that_is_met() -> None:
    titles = match("jobtitle", (texts("CONTAINS", "vp"), 30), (texts("CONTAINS", "ops"), 10))
    found = imported(fit(rule(titles), maxValue=40))
    assert score(found.rules, (), facts(job_title="VP Ops")).fit_percent == 75
    assert score(found.rules, (), facts(job_title="ops")).fit_percent == 25
    assert [note.effect for note in found.notes] == [Effect.ASSUMED]


def test_a_fit_group_that_only_takes_points_becomes_penalties() -> None:
    found = imported(fit(rule(match("free_mail", (texts("IS_EQUAL_TO", "true"), -10)))))
    assert [each.points for each in found.rules.fit_penalties] == [-10]
    assert found.rules.fit == []


@pytest.mark.parametrize(
    ("operation", "is_met"),
    [
        (texts("DOES_NOT_CONTAIN", "vp", blank=True), True),
        (texts("DOES_NOT_CONTAIN", "vp"), False),
        (texts("CONTAINS", "vp", blank=True), True),
        (texts("CONTAINS", "vp"), False),
        (known("IS_UNKNOWN"), True),
    ],
    ids=["a negation with blanks", "a negation without", "a test with blanks", "a test without", "unknown"],
)
def test_blanks_count_as_the_operation_says(operation: dict[str, Any], is_met: bool) -> None:
    here = match("country", (texts("IS_EQUAL_TO", "US"), 1))
    rules = imported(fit(rule(conditional(20, single("jobtitle", operation))), rule(here), maxValue=20)).rules
    lines = score(rules, (), facts(country="DE")).lines
    assert bool(lines) is is_met


@pytest.mark.parametrize(
    ("group", "reason"),
    [
        (intent(rule(events(entry("4-69072", 5)))), "a marketing event was cancelled, of which leadloop keeps no"),
        (intent(rule(events(entry("6-1234", 5)))), "events of type 6-1234"),
        (intent(rule(events(entry(PAGE, 5, single("hs_title", texts("CONTAINS", "x")))))), "no `hs_title`"),
        (intent(rule(events(entry(FORM, 5, single("hs_form_id", choice("IS_ANY_OF", "99")))))), "the form 99"),
        (intent(rule({"type": "SEGMENT_MEMBERSHIP", "segmentMembershipRules": []})), "membership of a segment"),
        (intent(rule(constant(5))), "properties in an INTENT group"),
        (fit(rule(events(entry(PAGE, 5)))), "events in a FIT group"),
        (fit(rule({"type": "ASSOCIATIONS", "rollupType": "SUM"})), "an associated company, deal"),
        (fit(rule(constant(5))), "points to everybody"),
        (fit(rule(match("persona", (known("IS_KNOWN"), 5)))), "mapped to HubSpot's `persona`"),
        (fit(rule(match("country", (texts("ENDS_WITH", "x"), 5)))), "`MULTISTRING ENDS_WITH`"),
        (fit(rule(match("country", (texts("IS_EQUAL_TO", " "), 5)))), "`equals` needs a value"),
        (fit(rule(match("employees", (number("HAS_EVER_BEEN", 5), 5)))), "mapped to HubSpot's `employees`"),
        (fit(rule(match("country", (known("IS_KNOWN"), 5000)))), "at most 1,000"),
        (fit(rule(match("country", (known("IS_KNOWN"), 5)), enabled=False)), "switched off"),
        ({"groupName": "x", "ruleConfigurations": []}, "neither FIT nor INTENT"),
    ],
)
def test_what_has_no_counterpart_is_left_out_and_said(group: dict[str, Any], reason: str) -> None:
    found = imported(group)
    assert (found.came, found.rules.engagement, found.rules.fit) == (0, [], [])
    (note,) = found.notes
    assert note.effect is Effect.LEFT_OUT
    assert reason in note.reason
    assert note.group == group["groupName"]
    assert note.remedy


@pytest.mark.parametrize(
    ("group", "reason"),
    [
        (intent(rule(events(entry(PAGE, 2.5)))), "2.5 points; leadloop counts whole ones: 3"),
        (intent(rule(events(entry(PAGE, -5))), minValue=-20), "it gives at least -20 points"),
        (intent(rule(events(entry(PAGE, 1), entry(FORM, 5)), maxValue=9)), "it became 2 rules, each with that limit"),
    ],
)
def test_what_comes_over_roughly_is_said(group: dict[str, Any], reason: str) -> None:
    (note,) = imported(group).notes
    assert note.effect is Effect.APPROXIMATED
    assert reason in note.reason


def test_fields_that_nobody_knows_are_said() -> None:
    found = imported(intent(rule(events(entry(PAGE, 1, newThing=5)))), id="7", scoreStatus="draft")
    path = "$.groupConfigs[0].ruleConfigurations[0].configuration.calculation.eventCalculators[0].newThing"
    assert reasons(found) == [f"leadloop does not know the field {path}"]


def test_tiers_propose_line_steps_and_grades() -> None:
    tiers = {
        "FIT": [{"label": "A", "threshold": 45}, {"label": "B", "threshold": 20}, {"label": "C", "threshold": -100}],
        "INTENT": [{"label": "1", "threshold": 60}, {"label": "2", "threshold": 25}, {"label": "3", "threshold": -100}],
    }
    matrix = {"outputs": [{"outputType": "MATRIX", "categories": ["FIT", "INTENT"], "boundaries": tiers}]}
    found = imported(fit(rule(match("country", (known("IS_KNOWN"), 60))), maxValue=60), outputConfiguration=matrix)
    rules = found.rules
    assert (rules.line.engagement, rules.line.rearm_below, rules.steps.warm, rules.steps.hot) == (60, 48, 25, 60)
    assert (rules.grades.A, rules.grades.B, rules.grades.C, rules.grades.D) == (75, 33, 22, 11)
    assert [note.effect for note in found.notes] == [Effect.ASSUMED, Effect.ASSUMED]


def test_a_score_of_companies_is_refused() -> None:
    with pytest.raises(NoCounterpartError, match="scores objects of type 0-2; leadloop scores people"):
        to_rules(document(objectTypeId="0-2"), VOCABULARY)


def _nested(depth: int) -> dict[str, Any]:
    calculation: dict[str, Any] = constant(1)
    for _ in range(depth):
        calculation = {"type": "MULTI", "calculators": [calculation]}
    return calculation


HERE = "$.groupConfigs[0].ruleConfigurations[0].configuration.calculation"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "line 1, column 2: not JSON"),
        ("[]", "$: a score is one JSON object"),
        ('{"results": []}', "$.results: this is a list of scores"),
        ('{"name": "x"}', "$.groupConfigs: field required"),
        ('{"name": "x", "groupConfigs": NaN}', "a number in it"),
        ('{"name": "x", "groupConfigs": ' + "9" * 5000 + "}", "a number in it"),
        ("[" * 100_000, "nest more than 40 deep"),
        (json.dumps({"name": "x", "groupConfigs": [fit(rule(_nested(50)))]}), "nest more than 40 deep"),
        (
            json.dumps({"name": "x", "groupConfigs": [fit(rule(constant(1e300)))]}),
            f"{HERE}.value: input should be less",
        ),
        (json.dumps({"name": "x", "groupConfigs": [fit(rule({"type": "CONSTANT", "value": "5"}))]}), f"{HERE}.value"),
        (json.dumps({"name": "x", "groupConfigs": [fit(rule({"type": "OTHER"}))]}), f"{HERE}: input tag 'OTHER'"),
        (
            json.dumps({"name": "x", "groupConfigs": [fit(rule(match("a", ({"operationType": "SOUNDS_LIKE"}, 1))))]}),
            f"{HERE}.matchRules[0].operation.operationType: input should be",
        ),
        (json.dumps({"name": "x", "groupConfigs": [{**fit(), "groupCategory": "MOOD"}]}), "$.groupConfigs[0].groupC"),
    ],
    ids=range(13),
)
def test_what_is_no_score_is_refused_with_the_place(text: str, words: str) -> None:
    with pytest.raises(NotAScoreError) as caught:
        read_score(text)
    assert words in str(caught.value)
    assert len(str(caught.value)) < 800
