"""What reps do is left to chance, but everything occurs."""

import random
from datetime import date

import pytest

from leadloop.demo.deck import EARLY, LEADS_ONLY, Card, Deck, date_of, day_of, morning, script

NUMBERS = range(20)
FIRST = len(Card)


@pytest.mark.parametrize("number", NUMBERS)
def test_the_first_deck_holds_every_card_once(number: int) -> None:
    deck = Deck(random.Random(number))
    assert sorted(deck.deal(lambda _: True) for _ in range(FIRST)) == sorted(Card)


@pytest.mark.parametrize("number", NUMBERS)
def test_what_takes_longest_to_be_told_is_among_the_first_nine(number: int) -> None:
    deck = Deck(random.Random(number))
    assert set(EARLY) <= {deck.deal(lambda _: True) for _ in range(9)}


def test_the_deck_does_not_run_out() -> None:
    deck = Deck(random.Random(1))
    assert len([deck.deal(lambda _: True) for _ in range(5 * FIRST)]) == 5 * FIRST


def test_a_card_that_does_not_suit_stays_for_the_next_lead() -> None:
    deck = Deck(random.Random(1))
    first = [deck.deal(lambda card: card not in LEADS_ONLY) for _ in range(FIRST - len(LEADS_ONLY))]
    assert {deck.deal(lambda _: True) for _ in LEADS_ONLY} == LEADS_ONLY
    assert not LEADS_ONLY & set(first)


@pytest.mark.parametrize("card", Card)
def test_steps_come_in_order(card: Card) -> None:
    steps = script(card, random.Random(1), today=date(2026, 9, 10))
    assert [step.after for step in steps] == sorted(step.after for step in steps)


@pytest.mark.parametrize(
    ("card", "reason"),
    [
        (Card.WRONG_PERSON, "Wrong person"),
        (Card.DATA_WRONG, "Data wrong"),
        (Card.NOT_TARGET, "Not our target"),
        (Card.NOT_NOW_OPEN, "Not now"),
        (Card.NO_BUDGET, "No budget"),
        (Card.NO_NEED, "No need"),
        (Card.CHOSE_ANOTHER, "Chose another"),
        (Card.UNREACHABLE, "Unreachable"),
        (Card.LEFT_COMPANY, "Left company"),
    ],
)
def test_every_reason_has_a_card(card: Card, reason: str) -> None:
    assert script(card, random.Random(1), today=date(2026, 9, 10))[-1].fields["reason"] == reason


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("card", [Card.NOT_NOW_BACK, Card.NOT_NOW_EARLY, Card.NOT_NOW_IDLE])
def test_a_return_date_lies_eight_to_fifteen_days_ahead(card: Card, number: int) -> None:
    said = script(card, random.Random(number), today=date(2026, 9, 10))[-1].fields["return_date"]
    assert date(2026, 9, 18) <= date.fromisoformat(said) <= date(2026, 9, 25)


def test_ignoring_is_doing_nothing() -> None:
    assert script(Card.IGNORE, random.Random(1), today=date(2026, 9, 10)) == []


def test_a_half_day_belongs_to_its_day() -> None:
    assert [day_of(part) for part in (0, 1, 2, 71)] == [1, 1, 2, 36]
    assert morning(12) == 22
    assert date_of(22) == date(2026, 9, 18)
