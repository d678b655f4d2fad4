"""Points from outcomes: what is known to be in the data is found, nothing else, and the same every time."""

import random
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from math import exp, log

import pytest

from domain.activity import ActivityKind
from domain.values import Value
from scoring.book import Book
from scoring.learning.columns import Source, fact_columns
from scoring.learning.discrimination import agreement
from scoring.learning.outcomes import Calibration, Example, Method, calibrate, points_of, split
from scoring.learning.sight import Sight
from tests.unit.scoring.material import group, is_, rules

START = datetime(2026, 1, 1, tzinfo=UTC)
TRUE = {"demo": 1.2, "page": 0.4, "big": 0.8}
BOOK = Book(
    rules(
        group({"name": "demo", "points": 25}, {"name": "page", "points": 1}, {"name": "never", "points": 3}),
        fit=[{"name": "size", "limit": 30, "rules": [{"name": "big", "when": is_("size", "big"), "points": 30}]}],
    )
)


def world(count: int, *, seed: int = 7) -> list[Example]:
    """Leads whose odds are what TRUE says; `amount` and `colour` have no part in it."""
    chance = random.Random(seed)
    found = []
    for at in range(count):
        demo, page, big = chance.random() < 0.3, chance.choice([0, 0, 1, 2, 3]), chance.random() < 0.4
        odds = -1.2 + TRUE["demo"] * demo + TRUE["page"] * page + TRUE["big"] * big
        times = {name: float(count) for name, count in (("demo", demo), ("page", page)) if count}
        values: dict[str, Value] = {"amount": chance.randint(1, 9_999), "colour": chance.choice(["red", "blue"])}
        sight = Sight(times=times, fits=frozenset({"big"} if big else ()), values=values)
        won = chance.random() < 1 / (1 + exp(-odds))
        found.append(Example(moment=START + timedelta(hours=at), won=won, sight=sight, now=chance.randint(0, 9)))
    return found


@pytest.fixture(scope="module")
def learnt() -> Calibration:
    return calibrate(world(4_000), BOOK, Method(beside=("amount",)))


def test_known_weights_are_found_again(learnt: Calibration) -> None:
    found = {each.column.name: each.log_odds for each in learnt.weights if each.column.source is not Source.FACT}
    assert found.keys() == TRUE.keys()
    for name, true in TRUE.items():
        assert found[name] == pytest.approx(true, abs=0.25), name


def test_what_has_no_part_in_it_gets_next_to_nothing(learnt: Calibration) -> None:
    noise = [each.points for each in learnt.weights if each.column.source is Source.FACT]
    assert len(noise) == 7
    assert max(map(abs, noise)) <= 6


def test_whole_points_order_leads_as_the_weights_do(learnt: Calibration) -> None:
    assert learnt.model is not None
    _, later = split(world(4_000), 0.3)
    whole = [sum(each.points * each.column.of(lead.sight) for each in learnt.weights) for lead in later]
    assert agreement(whole, learnt.model.scores) > 0.99


def test_twenty_points_are_twice_the_odds_and_a_rule_gives_a_thousand_at_most() -> None:
    assert points_of(log(2), 20) == 20
    assert points_of(-2 * log(2), 20) == -40
    assert (points_of(99, 20), points_of(-99, 20)) == (1000, -1000)


def test_the_later_leads_are_only_judged_by() -> None:
    examples = world(1_000)
    shuffled = random.Random(1).sample(examples, len(examples))
    earlier, later = split(shuffled, 0.3)
    assert (len(earlier), len(later)) == (700, 300)
    assert max(each.moment for each in earlier) < min(each.moment for each in later)
    assert all(one.moment <= other.moment for one, other in pairwise(later))
    upside_down = [Example(moment=e.moment, won=not e.won, sight=e.sight, now=e.now) for e in later]
    one, other = (calibrate([*earlier, *some], BOOK, Method(least=50)) for some in (later, upside_down))
    assert one.weights
    assert one.weights == other.weights


def test_leads_of_one_moment_stay_on_one_side() -> None:
    same = [Example(moment=START, won=True, sight=Sight()) for _ in range(10)]
    assert [len(some) for some in split(same, 0.3)] == [10, 0]


def test_the_same_history_gives_the_same_answer_in_whatever_order() -> None:
    examples = world(1_500)
    shuffled = random.Random(2).sample(examples, len(examples))
    assert calibrate(examples, BOOK, Method()) == calibrate(shuffled, BOOK, Method())


def test_too_few_outcomes_are_told_with_their_number() -> None:
    rare = [Example(moment=each.moment, won=at % 25 == 0, sight=each.sight) for at, each in enumerate(world(1_000))]
    found = calibrate(rare, BOOK, Method())
    assert found.why_not == "too little data: 28 won and 672 not won to learn from; it takes 100 of each"
    assert found.weights == ()


def test_too_many_points_for_the_outcomes_are_refused_with_a_way_out() -> None:
    examples = world(500)
    found = calibrate(examples, BOOK, Method(per_column=20))
    assert found.why_not is not None
    assert found.why_not.startswith("too little data: 10 points to find from 1")
    least = int(found.why_not.split("--least ")[1].split("`")[0])
    assert calibrate(examples, BOOK, Method(per_column=20, least=least)).why_not is None


def test_one_outcome_only_among_the_later_is_nothing_to_judge_by() -> None:
    examples = [Example(moment=e.moment, won=e.won and at < 1_050, sight=e.sight) for at, e in enumerate(world(1_500))]
    assert calibrate(examples, BOOK, Method()).why_not == "nothing to judge by: of the 450 later leads 0 were won"


def test_the_best_fact_stands_beside_and_the_named_one_too(learnt: Calibration) -> None:
    assert learnt.best_fact is not None
    assert learnt.best_fact.name in {"amount", "colour"}
    assert [each.name for each in learnt.beside] == ["amount"]
    assert all(each.auc is not None and 0.45 < each.auc.value < 0.55 for each in learnt.beside)


def test_a_fact_that_tells_the_outcome_alone_is_named() -> None:
    told = [
        Example(moment=e.moment, won=e.won, sight=Sight(values={"status": "signed" if e.won else "open"}))
        for e in world(1_000)
    ]
    found = calibrate(told, Book(rules()), Method())
    assert found.suspects == {"status": 1.0}
    barred = calibrate(told, Book(rules()), Method(barred=frozenset({"status"})))
    assert barred.why_not == "nothing to learn from: no rule, fact or activity is so of 20 leads and not of as many"


def test_activities_that_no_rule_counts_are_learnt_from() -> None:
    seen = frozenset({ActivityKind.WEBINAR_VIEWED})
    chance = random.Random(5)
    examples = [
        Example(
            moment=START + timedelta(hours=at),
            won=chance.random() < (0.6 if at % 3 == 0 else 0.3),
            sight=Sight(unruled=seen if at % 3 == 0 else frozenset()),
        )
        for at in range(1_500)
    ]
    (weight,) = calibrate(examples, Book(rules()), Method()).weights
    assert weight.column.source is Source.KIND
    assert weight.points == pytest.approx(20 * log((0.6 / 0.4) / (0.3 / 0.7)) / log(2), abs=8)


def test_numbers_become_bands_that_leave_nobody_out_and_words_the_values_that_many_have() -> None:
    sights = [
        Sight(values={"amount": at, "colour": "Red" if at % 2 else "rare" if at < 6 else None}) for at in range(100)
    ]
    bands = fact_columns(sights, "amount", 5)
    assert [each.label for each in bands] == [
        "amount below 20", "amount from 20 below 40", "amount from 40 below 60", "amount from 60 below 80",
        "amount from 80",
    ]  # fmt: skip
    assert all(sum(band.of(each) for band in bands) == 1 for each in sights)
    assert [each.label for each in fact_columns(sights, "colour", 5)] == ["colour = red"]
