"""Everybody at once gives what each alone does, to the thousandth."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.scanners import Burst, ScannerRules
from config.scoring import Line, ScoringRules
from domain.activity import Activity
from domain.lead import Fact
from domain.score import Grade
from domain.values import Value
from scoring.bulk import BulkScorer, rows
from scoring.scorer import Scorer
from tests.unit.scoring.bulk_material import Ledger, block_of, in_words, names_of, words_of
from tests.unit.scoring.material import (
    HASH,
    NOW,
    activity,
    activity_lists,
    days,
    fact_lists,
    facts,
    group,
    is_,
    rule_sets,
    rules,
)

ledgers = st.lists(st.tuples(activity_lists(), fact_lists()), max_size=5)
moments = st.integers(-50, 60 * 24).map(lambda hours: NOW - timedelta(hours=hours))


def check(scoring: ScoringRules, known: list[Ledger], *, as_of: datetime, known_at: datetime, zone: str) -> None:
    scorer = Scorer(scoring, HASH, zone)
    bulk = BulkScorer(scorer)
    names, bars = names_of(bulk, scoring)
    found = bulk.totals(block_of(known, names), as_of=as_of, known_at=known_at)
    alone = [scorer.score(told, done, as_of=as_of, known_at=known_at) for done, told in known]
    assert [in_words(found, place, bars) for place in range(len(known))] == [words_of(each) for each in alone]


@settings(max_examples=150, deadline=None)
@given(rule_sets(), ledgers, moments, moments, st.sampled_from(["UTC", "America/Sao_Paulo", "Asia/Kathmandu"]))
def test_it_equals_the_function_of_one_lead_on_every_lead(
    scoring: ScoringRules,
    known: list[tuple[list[Activity], list[Fact]]],
    as_of: datetime,
    known_at: datetime,
    zone: str,
) -> None:
    check(scoring, [*known], as_of=as_of, known_at=known_at, zone=zone)


@settings(max_examples=50, deadline=None)
@given(rule_sets(), ledgers, st.integers(1, 5))
def test_how_many_rows_are_taken_at_a_time_changes_nothing(
    scoring: ScoringRules, known: list[tuple[list[Activity], list[Fact]]], count: int
) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(rows, "_ROWS", count)
        check(scoring, [*known], as_of=NOW, known_at=NOW, zone="UTC")


BARS = [
    {"name": "soft", "kind": "other", "when": is_("size", "big")},
    {"name": "rival", "kind": "competitor", "when": is_("role", "boss")},
    {"name": "odd", "kind": "test", "when": {"all": [{"expr": "lead.size > 3"}]}},
]


BIG = {"property": "size", "operator": "at_least", "value": 4}
BOSS = {"property": "role", "operator": "equals", "value": "boss"}
NESTED = [
    {"name": "either", "kind": "other", "when": {"any": [BIG, BOSS]}},
    {"name": "both", "kind": "other", "when": {"all": [BIG, BOSS]}},
    {"name": "one, and not the other", "kind": "other", "when": {"all": [BOSS], "none": [BIG]}},
    {"name": "not both", "kind": "other", "when": {"any": [{"none": [BIG, BOSS]}, {"all": [BIG], "none": [BOSS]}]}},
    {"name": "neither told", "kind": "other", "when": {"all": [{"any": [BIG, {"expr": "lead.role == 'boss'"}]}]}},
]


WHOLE = [{"name": "known at all", "kind": "other", "when": {"all": [{"expr": "size(lead) > 1"}]}}]


@pytest.mark.parametrize("size", ["big", 5, None, 2])
@pytest.mark.parametrize("role", ["boss", "", None])
def test_exclusions_and_what_nobody_can_tell_are_the_same(size: Value, role: Value) -> None:
    told = facts(**{name: value for name, value in (("size", size), ("role", role)) if value is not None})
    for bars in (BARS, [*BARS, *WHOLE], *([bar] for bar in NESTED)):
        check(rules(exclusions=bars), [([], told), ([], [])], as_of=NOW, known_at=NOW, zone="UTC")


def test_facts_of_one_moment_are_told_apart_as_for_one_lead() -> None:
    """Three values with one stamp, in every order."""
    fit = [{"name": "size", "limit": 9, "rules": [{"name": "big", "points": 9, "when": is_("size", "big")}]}]
    told = [fact for value in ("big", "aged", "big") for fact in facts(size=value)]
    known: list[Ledger] = [([], told), ([], told[1:]), ([], told[:2]), ([], told[:1])]
    check(rules(fit=fit), known, as_of=NOW, known_at=NOW, zone="UTC")


@pytest.mark.parametrize(
    ("zone", "midnight"),
    [
        ("Asia/Beirut", datetime(2026, 10, 24, 21, tzinfo=UTC)),  # at midnight it is eleven again: the day goes on
        ("America/St_Johns", datetime(2010, 11, 7, 2, 31, tzinfo=UTC)),  # a minute past midnight it is yesterday again
    ],
)
def test_in_a_night_on_which_the_clock_goes_back_every_moment_has_its_own_day(zone: str, midnight: datetime) -> None:
    scoring = rules(group({"name": "page", "points": 10, "cap_per_day": 25}))
    moments = [midnight + timedelta(minutes=minutes) for minutes in range(-150, 150, 7)]
    done = [activity(ago=NOW - moment, id=f"{number:03d}") for number, moment in enumerate(moments)]
    check(scoring, [(done[:limit], []) for limit in range(len(done))], as_of=NOW, known_at=NOW, zone=zone)


def test_deductions_make_room_under_the_limits_of_groups_and_of_all() -> None:
    """25 points and 7 off, under limits of 20 and 12."""
    minus = {"name": "left", "on": ["email_bounced"], "points": -7}
    one, other = group({"name": "page", "points": 5}, minus, limit=20), group(minus | {"name": "back"}, name="other")
    done = [*(activity(id=str(number)) for number in range(5)), activity("email_bounced", id="9")]
    for total_cap in (None, 12):
        scoring = rules(one, other, total_cap=total_cap)
        check(scoring, [(done, []), (done[1:], []), (done[:5], [])], as_of=NOW, known_at=NOW, zone="UTC")


def test_a_burst_that_says_nothing_of_itself_is_a_scanners_here_too() -> None:
    done = [
        replace(
            activity("email_clicked", ago=timedelta(seconds=10 - number * 0.4), id=str(number)),
            properties={"mail": "m1", "url": f"/{number}"},
        )
        for number in range(4)
    ]
    bulk = BulkScorer(Scorer(CLICKS, HASH, "UTC"))
    found = bulk.totals(block_of([(done, []), (done[:3], [])], []), as_of=NOW, known_at=NOW)
    assert found.engagement.tolist() == [0, 9000]
    check(CLICKS, [(done, []), (done[:3], [])], as_of=NOW, known_at=NOW, zone="UTC")


def test_fewer_clicks_in_all_than_a_burst_has_links_are_none() -> None:
    scoring = CLICKS.model_copy(update={"scanners": ScannerRules(burst=Burst(links=5))})
    done = [activity("email_clicked", ago=timedelta(seconds=number), id=str(number)) for number in range(3)]
    check(scoring, [(done, [])], as_of=NOW, known_at=NOW, zone="UTC")


def test_rules_that_look_at_everything_find_nothing_where_nothing_is_known() -> None:
    check(rules(exclusions=[*BARS, *WHOLE]), [([], []), ([activity()], [])], as_of=NOW, known_at=NOW, zone="UTC")


def test_a_ledger_that_spans_ages_is_put_in_order_all_the_same() -> None:
    """So long that lead and moment do not fit into one number."""
    scoring = rules(group({"name": "page", "points": 10, "repeat": {"policy": "once_per", "days": 7}}))
    agos = (days(400_000), days(0), days(399_999), days(3), days(10))
    done = [activity(ago=ago, id=str(9 - number)) for number, ago in enumerate(agos)]
    check(scoring, [(done[place % 5 :], []) for place in range(200)], as_of=NOW, known_at=NOW, zone="UTC")


def test_nobody_at_all_has_no_totals() -> None:
    check(rules(group({"name": "page", "points": 10})), [], as_of=NOW, known_at=NOW, zone="UTC")


def test_who_stands_above_the_line_has_its_points_and_its_grade() -> None:
    fit = [{"name": "size", "limit": 10, "rules": [{"name": "big", "points": 10, "when": is_("size", "big")}]}]
    scoring = rules(group({"name": "page", "points": 30}), fit=fit)
    bulk = BulkScorer(Scorer(scoring, HASH, "UTC"))
    one, two = [activity(id="1")], [activity(id="1"), activity(id="2", ago=days(1))]
    known: list[Ledger] = [(two, facts(size="big")), (two, facts(size="small")), (one, facts(size="big")), (two, [])]
    found = bulk.totals(block_of(known, names_of(bulk, scoring)[0]), as_of=NOW, known_at=NOW)
    assert found.above(Line(engagement=50, fit=Grade.C)).tolist() == [True, False, False, False]
    assert found.above(Line(engagement=50, fit=Grade.E)).tolist() == [True, True, False, False]


def test_many_pages_of_a_year_once_a_week_are_those_that_count_for_one_lead() -> None:
    scoring = rules(group({"name": "page", "points": 10, "repeat": {"policy": "once_per", "days": 7}}))
    done = [activity(ago=timedelta(hours=7 * number), id=str(number)) for number in range(1200)]
    check(scoring, [(done, []), (done[1::2], []), (done[:1], [])], as_of=NOW, known_at=NOW, zone="UTC")


SAYS: list[dict[str, Value]] = [{}, {"agent": "Barracuda"}, {"since_sent_s": 2}, {"filtered": True}]


@st.composite
def mail_traffic(draw: st.DrawFn) -> list[Activity]:
    """Clicks of people and of scanners, page views after them, and words of ours."""
    found = []
    for number in range(draw(st.integers(0, 9))):
        ago = timedelta(seconds=draw(st.integers(0, 40)) * draw(st.sampled_from([1, 1, 60])))
        kind = draw(st.sampled_from(["email_clicked", "email_clicked", "email_opened", "page_viewed"]))
        link = {"mail": draw(st.sampled_from(["m1", "m2"])), "url": draw(st.sampled_from(["/a", "/b", "/c", "/d"]))}
        each = replace(
            activity(kind, ago=ago, id=str(number)),
            properties={**link, **draw(st.sampled_from(SAYS))},
            vouched_at=draw(st.sampled_from([None, None, None, NOW, NOW + days(1)])),
            connection=draw(st.sampled_from(["hubspot", "other"])),
        )
        found.append(each)
    return found


CLICKS = rules(
    group(
        {"name": "click", "on": ["email_clicked"], "points": 3, "cap_per_day": 9},
        {"name": "open", "on": ["email_opened"], "points": 1},
        {"name": "page", "points": 2, "repeat": {"policy": "nth", "n": 2}},
    )
)


@settings(max_examples=150, deadline=None)
@given(st.lists(mail_traffic(), max_size=4), st.integers(0, 60))
def test_what_scanners_did_counts_for_nobody_here_either(known: list[list[Activity]], ago_s: int) -> None:
    as_of = NOW - timedelta(seconds=ago_s)
    check(CLICKS, [(done, []) for done in known], as_of=as_of, known_at=NOW, zone="UTC")
