"""The reason in words."""

from collections.abc import Mapping
from types import MappingProxyType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.scoring import ScoringRules
from domain.activity import Activity
from domain.values import Value
from scoring.why import why
from scoring.wording import length
from tests.unit.scoring.material import (
    NOW,
    activity,
    activity_lists,
    days,
    facts,
    group,
    is_,
    rule_sets,
    rules,
    score,
)

FIT = [
    {
        "name": "role",
        "limit": 20,
        "rules": [{"name": "vp", "when": is_("title", "VP Ops"), "points": 20, "says": "{title}"}],
    },
    {
        "name": "size",
        "limit": 20,
        "rules": [
            {
                "name": "big",
                "when": {"all": [{"property": "employees", "operator": "at_least", "value": 100}]},
                "points": 20,
                "says": "{employees} people",
            }
        ],
    },
]
SCORING = rules(
    group(
        {
            "name": "demo",
            "on": ["form_submitted"],
            "points": 30,
            "hand_raiser": True,
            "where": is_("form", "Demo"),
            "says": "Asked for a demo",
        },
        {"name": "guide", "on": ["form_submitted"], "points": 8, "where": is_("form", "Guide"), "says": "Read {form}"},
        {
            "name": "pricing",
            "points": 10,
            "where": is_("url", "/pricing"),
            "says": "Pricing page",
            "repeat": {"policy": "once_per", "days": 7},
        },
        {"name": "webinar_viewed", "on": ["webinar_viewed"], "points": 5},
        {"name": "reply", "on": ["email_replied"], "points": 4, "says": "Replied {count} times"},
        {"name": "careers", "points": -5, "where": is_("url", "/careers")},
    ),
    fit=FIT,
    fit_penalties=[{"name": "free mail", "when": is_("free", True), "points": -10, "says": "Free mail address"}],
    exclusions=[{"name": "rivals", "kind": "competitor", "when": is_("domain", "rival.example")}],
)
WHO: dict[str, Value] = {"title": "VP Ops", "employees": 400}
DEMO = activity("form_submitted", form="Demo", text="replace Zendesk before May")
PRICING = [activity(url="/pricing", ago=days(age)) for age in (0.1, 1, 3)]
PAST = "Was yours in March: no budget."


def _why(
    done: list[Activity],
    known: Mapping[str, Value] = MappingProxyType({}),
    *,
    past: str | None = None,
    limit: int = 255,
) -> str:
    found = score(SCORING, done, facts(**known))
    return why(found, known, done, SCORING, now=NOW, past=past, limit=limit)


def test_the_reason_reads_as_people_would_say_it() -> None:
    assert _why([DEMO, *PRICING], WHO, past=PAST) == (
        'Asked for a demo today: "replace Zendesk before May". Pricing page 3× this week. '
        "VP Ops, 400 people. Was yours in March: no budget."
    )


@pytest.mark.parametrize(
    ("done", "said"),
    [
        ([activity(url="/pricing", ago=days(1))], "Pricing page yesterday."),
        ([activity(url="/pricing", ago=days(age)) for age in (1, 6.9)], "Pricing page 2× in 7 days."),
        ([activity(url="/pricing", ago=days(age)) for age in (12, 20)], "Pricing page 2× in 30 days."),
        (
            [activity(url="/pricing", ago=days(age)) for age in (40, 50, 60)],
            "Pricing page 3× overall, last in October.",
        ),
        ([activity("webinar_viewed", ago=days(4))], "Webinar viewed on Wednesday."),
        ([activity("email_replied", ago=days(age)) for age in (1, 2)], "Replied 2 times this week."),
        ([activity("form_submitted", form="Guide", ago=days(9))], "Read Guide 9 days ago."),
        ([activity("form_submitted", form="Demo", ago=days(2), message="Hi!")], 'Asked for a demo on Friday: "Hi!".'),
        ([activity("form_submitted", form="Demo", ago=days(2), text="  ")], "Asked for a demo on Friday."),
        ([activity(url="/careers")], "Nothing that counts yet."),
        ([], "Nothing that counts yet."),
    ],
    ids=[
        "once",
        "over the weekend",
        "a month",
        "long ago",
        "no template",
        "its own count",
        "a property",
        "a message",
        "typed nothing",
        "only deductions",
        "nothing",
    ],
)
def test_one_thing_that_was_done(done: list[Activity], said: str) -> None:
    assert _why(done) == said


def test_an_old_hand_raise_is_told_by_its_points_only() -> None:
    old = activity("form_submitted", form="Demo", ago=days(40), text="replace Zendesk")
    assert _why([old, *PRICING]) == "Asked for a demo in October. Pricing page 3× this week."


def test_the_most_telling_come_first_and_three_are_enough() -> None:
    done = [
        activity("email_replied", ago=days(1)),
        activity("webinar_viewed", ago=days(1)),
        activity("form_submitted", form="Guide", ago=days(1)),
        activity(url="/pricing", ago=days(1)),
    ]
    assert _why(done) == "Pricing page yesterday. Read Guide yesterday. Webinar viewed yesterday."


def test_without_words_in_the_fit_rules_title_and_size_are_told() -> None:
    assert _why([], {"title": "Head of IT", "employees": 50}) == "Head of IT, 50 people."


def test_a_penalty_and_an_exclusion_are_told() -> None:
    assert _why([DEMO], {"free": True, "domain": "rival.example"}) == (
        'Excluded: rivals. Asked for a demo today: "replace Zendesk before May". Free mail address.'
    )


def test_when_it_gets_tight_the_least_important_goes_first() -> None:
    whole = _why([DEMO, *PRICING], WHO, past=PAST)
    assert _why([DEMO, *PRICING], WHO, past=PAST, limit=len(whole) - 1) == (
        'Asked for a demo today: "replace Zendesk before May". Pricing page 3× this week. VP Ops, 400 people.'
    )
    assert _why([DEMO], WHO, limit=20) == "Asked for a demo…"


def test_what_they_typed_is_shortened_and_stripped() -> None:
    typed = 'call me: ana@globex.example\x00\n "now"' + " please" * 40
    said = _why([activity("form_submitted", form="Demo", text=typed)])
    assert said.startswith("Asked for a demo today: \"call me: … 'now' please")
    assert said.endswith('please…".')
    assert length(said) <= 110


def test_a_links_query_is_not_told() -> None:
    scoring = rules(group({"name": "view", "points": 5, "says": "Read {url}"}))
    done = [activity(url="https://acme.example/pricing/?email=ana%40globex.example#top")]
    assert why(score(scoring, done), {}, done, scoring, now=NOW) == "Read acme.example/pricing today."


def test_an_address_put_together_by_a_template_or_handed_in_is_not_told() -> None:
    scoring = rules(group({"name": "view", "points": 5, "says": "Wrote as {name}@{host}"}))
    done = [activity(name="ana", host="globex.example")]
    said = why(score(scoring, done), {}, done, scoring, now=NOW, past="Was bo@acme.example's in March.")
    assert said == "Wrote as … today. Was … in March."


def test_an_activity_told_twice_is_told_once() -> None:
    assert _why([*PRICING, *PRICING]) == "Pricing page 3× this week."


def test_days_are_days_in_the_installations_time_zone() -> None:
    done = [activity(url="/pricing", ago=days(9 / 24))]
    found = score(SCORING, done)
    assert why(found, {}, done, SCORING, now=NOW, time_zone="America/New_York") == "Pricing page yesterday."


@settings(max_examples=30, deadline=None)
@given(rule_sets(), activity_lists(), st.text(max_size=300), st.emails(), st.integers(20, 255))
def test_it_always_fits_and_never_holds_an_address(
    scoring: ScoringRules, done: list[Activity], typed: str, address: str, limit: int
) -> None:
    asked = activity("form_submitted", form="demo", text=f"{typed} {address}", id="typed")
    known: dict[str, Value] = {"title": f"{address}, CEO", "size": "big"}
    said = why(score(scoring, [*done, asked], facts(**known)), known, [*done, asked], scoring, now=NOW, limit=limit)
    assert 0 < length(said) <= limit
    assert address not in said
    assert "@" not in said
    assert said.isprintable() or "\u200c" in said or "\u200d" in said
