"""New points bring their limits along, so that a scoring.yaml means what was learnt."""

from collections.abc import Sequence

from config.repoint import Repointing
from scoring.book import Book
from scoring.learning.columns import Column, Source
from scoring.learning.draft import Draft, draft_of
from scoring.learning.outcomes import Weight
from scoring.learning.sight import Sight
from tests.unit.scoring.material import group, is_, rules

FIT = [
    {
        "name": "size",
        "limit": 30,
        "rules": [
            {"name": "big", "when": is_("size", "big"), "points": 30},
            {"name": "small", "when": is_("size", "small"), "points": 5},
        ],
    }
]


def weigh(name: str, points: int, *, source: Source = Source.ACTIVITY_RULE, cap: int | None = None) -> Weight:
    return Weight(column=Column(source=source, name=name, cap=cap), log_odds=0.0, points=points, share=0.5)


def drafted(weights: Sequence[Weight], book: Book, *sights: Sight) -> Draft:
    return draft_of(weights, book, sights or (Sight(),))


def test_a_cap_stands_for_as_many_times_as_before() -> None:
    book = Book(rules(group({"name": "page", "points": 2, "cap": 10, "cap_per_day": 4})))
    changes = drafted([weigh("page", -7)], book).changes
    assert (changes.points, changes.caps, changes.daily_caps) == ({"page": -7}, {"page": 35}, {"page": 14})


def test_a_rule_without_a_cap_gets_one_where_somebody_does_it_more_often_than_was_learnt_from() -> None:
    book = Book(rules(group({"name": "page", "points": 1})))
    weights = [weigh("page", 3, cap=4)]
    assert drafted(weights, book, Sight(times={"page": 9.0})).changes.caps == {"page": 12}
    assert drafted(weights, book, Sight(times={"page": 4.0})).changes.caps == {}


def test_a_groups_limit_rises_where_it_would_cut_and_never_falls() -> None:
    book = Book(rules(group({"name": "page", "points": 1}, limit=10), total_cap=20))
    sights = [Sight(times={"page": float(at % 10)}) for at in range(100)]
    more = drafted([weigh("page", 5)], book, *sights).changes
    assert (more.limits, more.total_cap) == ({("engagement", "group"): 45}, 45)
    less = drafted([weigh("page", 1)], book, *sights).changes
    assert (less.limits, less.total_cap) == ({}, None)


def test_where_one_rule_of_a_fit_group_always_holds_the_lowest_gives_nothing_and_the_best_all() -> None:
    sights = [Sight(fits=frozenset({name}), values={"size": name}) for name in ("big", "small")]
    weights = [weigh("big", 12, source=Source.FIT_RULE), weigh("small", -8, source=Source.FIT_RULE)]
    changes = drafted(weights, Book(rules(fit=FIT)), *sights, Sight()).changes
    assert (changes.points, changes.limits) == ({"big": 20, "small": 0}, {("fit", "size"): 20})


def test_where_several_or_none_may_hold_points_stay_as_they_were_learnt() -> None:
    sights = [Sight(fits=frozenset({"big"}), values={"size": "big"}), Sight(values={"size": "other"})]
    weights = [weigh("big", 12, source=Source.FIT_RULE), weigh("small", -8, source=Source.FIT_RULE)]
    assert drafted(weights, Book(rules(fit=FIT)), *sights).changes.points == {"big": 12, "small": -8}


def test_a_penalty_that_outcomes_speak_against_gives_nothing_and_is_named() -> None:
    book = Book(rules(fit_penalties=[{"name": "free mail", "when": is_("free", True), "points": -10}]))
    found = drafted([weigh("free mail", 6, source=Source.FIT_RULE)], book)
    assert found.changes.points == {"free mail": 0}
    assert found.remarks == ("`free mail` is no penalty by the outcomes: 0 points instead of +6",)


def test_bands_of_a_fact_become_a_fit_group_and_a_kind_a_rule_that_counts_once() -> None:
    weights = [
        Weight(column=Column(source=Source.FACT, name="amount", high=5.5), log_odds=0, points=-3, share=0.1),
        Weight(column=Column(source=Source.FACT, name="amount", low=5.5), log_odds=0, points=4, share=0.2),
        weigh("webinar_viewed", 9, source=Source.KIND),
    ]
    changes: Repointing = drafted(weights, Book(rules())).changes
    (amount,), (webinar,) = changes.fit, changes.activity
    assert (amount.name, amount.limit) == ("amount", 7)
    assert [(rule.name, rule.points) for rule in amount.rules] == [("amount below 5.5", 0), ("amount from 5.5", 7)]
    assert (webinar.name, webinar.on, webinar.points, webinar.repeat.policy) == (
        "Webinar viewed", ["webinar_viewed"], 9, "first",
    )  # fmt: skip


def test_what_no_more_can_be_given_for_is_named() -> None:
    book = Book(rules(group({"name": "page", "points": 1})))
    assert drafted([weigh("page", 1000)], book).remarks == ("`page` is bounded at 1000 points: more cannot be given",)


def test_a_new_rule_takes_no_name_that_is_taken() -> None:
    book = Book(rules(group({"name": "Page viewed", "points": 1, "where": is_("url", "/pricing")})))
    (rule,) = drafted([weigh("page_viewed", 9, source=Source.KIND)], book).changes.activity
    assert rule.name == "Page viewed, none of the others"


def test_old_points_that_stay_beside_new_ones_are_named() -> None:
    found = drafted([weigh("big", 12, source=Source.FIT_RULE)], Book(rules(fit=FIT)))
    assert found.remarks == ("`size`: small kept old points beside new ones: set them by hand",)
