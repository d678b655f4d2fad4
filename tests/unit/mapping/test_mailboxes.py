"""Desks, and when two names are two people."""

import pytest

from config.mapping import Identity
from domain.record import Record
from domain.values import RecordRef, Value
from mapping.mailboxes import Mailboxes, are_different, are_same, have_nothing_in_common, words_of_name
from tests.unit.sync.looping import NOON

FIELDS = {("crm", "Lead"): ("First", "Last")}


def named(first: Value, last: Value) -> tuple[str, ...]:
    ref = RecordRef(connection="crm", object="Lead", id="1")
    return words_of_name(Record(ref=ref, values={"First": first, "Last": last}, modified_at=NOON), FIELDS)


@pytest.mark.parametrize("address", ["info@acme.example", "no-reply@acme.example", "sales+eu@acme.example"])
def test_a_desk_is_known_by_what_stands_before_the_at(address: str) -> None:
    assert Mailboxes(Identity()).is_desk(address)
    assert not Mailboxes(Identity()).is_desk("infoman@acme.example")


def test_the_mapping_adds_desks_and_takes_them_off_and_a_whole_address_counts_more() -> None:
    desks = Mailboxes(
        Identity(
            shared_mailboxes=["Dispatch", "crew@acme.example", "it@acme.example"],
            personal_mailboxes=["it", "info@solo.example"],
        )
    )
    shared = ["dispatch@x.example", "crew@acme.example", "it@acme.example", "info@acme.example"]
    assert [desks.is_desk(address) for address in shared] == [True] * 4
    assert [desks.is_desk(address) for address in ("crew@x.example", "it@x.example", "info@solo.example")] == [
        False
    ] * 3


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        ("Zoë", "Smith-Jones", ("jones", "smith", "zoe")),
        ("Ann", "[not provided]", ("ann",)),
        (None, "ann@acme.example", ()),
        ("N/A", "Unknown", ()),
        (7, True, ()),
    ],
)
def test_a_name_is_its_words_without_accents_and_without_what_stands_for_none(
    first: Value, last: Value, words: tuple[str, ...]
) -> None:
    assert named(first, last) == words


@pytest.mark.parametrize(
    ("one", "other", "different"),
    [
        (("Ann", "Smith"), ("Bob", "Smith"), True),
        (("Ann", "Smith"), ("Smith", "Ann"), False),
        (("Ann", "Smith"), ("A.", "Smith"), False),
        (("Ann", "Smith"), ("Ann M.", "Smith"), False),
        (("Ann", "Smith"), ("Ann", "Smith-Jones"), False),
        (("Ann", "Smith"), (None, "Smith"), False),
        (("Ann", "Smith"), (None, None), False),
        (("Anna", "Smith"), ("A", "Anna"), True),
    ],
)
def test_names_are_two_peoples_when_one_says_what_the_other_does_not(
    one: tuple[str | None, str | None], other: tuple[str | None, str | None], different: bool
) -> None:
    assert are_different(named(*one), named(*other)) is different
    assert are_different(named(*other), named(*one)) is different


def test_only_a_full_name_word_by_word_is_the_same() -> None:
    assert are_same(named("Ann", "Smith"), named("ANN", "smith"))
    assert not are_same(named("Ann", "Smith"), named("A.", "Smith"))
    assert not are_same(named(None, "Smith"), named(None, "Smith"))


@pytest.mark.parametrize(
    ("one", "other", "nothing"),
    [
        (("Ann", "Annson"), ("Bob", "Bobson"), True),
        (("Liz", "Taylor"), ("Elizabeth", "Taylor"), False),
        (("Ann", "Annson"), ("A.", "Weber"), False),
        (("Иван", "Петров"), ("Ivan", "Petrov"), False),
        (("Ann", "Annson"), (None, "Acme"), False),
    ],
)
def test_full_names_may_have_nothing_in_common(
    one: tuple[str | None, str | None], other: tuple[str | None, str | None], nothing: bool
) -> None:
    assert have_nothing_in_common(named(*one), named(*other)) is nothing
