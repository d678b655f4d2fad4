"""A person's word on a group: kept by its name, newest last, and taken back; on both databases."""

from datetime import timedelta

from domain.values import LeadId
from store import group_words
from store.engine import Store
from store.group_words import Spoken, Word
from tests.unit.store.examples import NOON


def spoken(name: str, word: Word = Word.DISMISSED, *, minutes: int = 0) -> Spoken:
    at = NOON + timedelta(minutes=minutes)
    return Spoken(name=name, word=word, leads=(LeadId(3), LeadId(7)), said_by="grace", said_at=at)


def test_a_word_is_read_as_it_was_said(store: Store) -> None:
    with store.write() as tx:
        group_words.say(tx, spoken("g-1"))
    with store.read() as tx:
        assert group_words.get(tx, ["g-1", "g-2"]) == {"g-1": spoken("g-1")}


def test_the_last_word_on_a_group_counts(store: Store) -> None:
    with store.write() as tx:
        group_words.say(tx, spoken("g-1"))
        group_words.say(tx, spoken("g-1", Word.CONFIRMED, minutes=1))
        assert group_words.every(tx, Word.DISMISSED) == []
        assert group_words.every(tx, Word.CONFIRMED) == [spoken("g-1", Word.CONFIRMED, minutes=1)]


def test_words_are_told_oldest_first_and_one_that_is_taken_back_not_at_all(store: Store) -> None:
    with store.write() as tx:
        for minutes, name in ((2, "g-1"), (1, "g-2"), (3, "g-3")):
            group_words.say(tx, spoken(name, minutes=minutes))
        group_words.take_back(tx, ["g-3"])
        assert [each.name for each in group_words.every(tx, Word.DISMISSED)] == ["g-2", "g-1"]
